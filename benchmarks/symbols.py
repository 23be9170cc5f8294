"""10,000 symbols of which 1,000 move each second, through the whole node into one browser.

Units are filed over HTTP, and each second a thousand of them are amended to stand
a kilometre further: log, picture, stream, list and map all take part. *Call* is the
time in which our code holds the page to hand the change to the map; *shown after*
ends when the map's source is loaded again; *click to panel* when the panel
names the symbol that was clicked, while everything goes on moving; the note says when
all of its detail stood there.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

from benchmarks.chromium import chromium, renderer, sign_in, until, watched
from benchmarks.figures import Figure, at_most, folder, percentile, say, spread
from benchmarks.served import PASSWORD, USER, Served, make_node, serving

CALL_MS, SHOWN_MS, PANEL_MS = 16.0, 1_000.0, 250.0
"""Limits of our own: one frame; done before the next second's change; what still feels at once."""
_UNITS, _MOVED = 10_000, 1_000
_SECONDS, _QUICK_SECONDS = 60, 15
_CLICKS, _QUICK_CLICKS = 40, 8
_STEP_DEG = 0.009
_WEST, _SOUTH, _EAST, _NORTH = 14.6, 2.4, 27.3, 10.9

_ALONE = """() => {
  const map = bench.map, reach = 9, layers = ["units-mark"];
  const canvas = map.getCanvas(), box = canvas.getBoundingClientRect();
  const all = map.queryRenderedFeatures({ layers });
  for (let tries = 0; tries < 300 && all.length > 0; tries += 1) {
    const one = all[Math.floor(Math.random() * all.length)];
    const { x, y } = map.project(one.geometry.coordinates);
    if (x < 20 || y < 20 || x > box.width - 20 || y > box.height - 20) continue;
    const at = { x: x + box.left, y: y + box.top };
    if (document.elementFromPoint(at.x, at.y) !== canvas) continue;
    const near = map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]]);
    const keys = near.filter((f) => /-(mark|cluster)$/.test(f.layer.id));
    if (new Set(keys.map((f) => f.properties.key)).size === 1) return at;
  }
  return null;
}"""
_PANELS = """(began) => {
  const told = bench.panels.filter((p) => p.at > began && /bench unit \\d+/.test(p.text));
  const whole = told.find((p) => p.whole);
  return whole ? [told[0].at - began, whole.at - began] : null;
}"""


def run(*, quick: bool) -> Iterator[Figure]:
    """Call, shown after, click to panel."""
    with folder() as where:
        token = make_node(where / "node")
        with serving(where / "node") as served, chromium() as launch:
            fleet = _Fleet(served, token)
            page = watched(launch(), served.url)
            sign_in(page, USER, PASSWORD)
            until(page, f"() => bench.map.getSource('units') && bench.rowsHeld() >= {_UNITS}", 60)
            drawn_by = renderer(page)
            page.evaluate(
                "() => { bench.calls.length = bench.frames.length = bench.busy.length = 0; }"
            )
            fleet.start()
            try:
                time.sleep(3)
                clicks = _clicks(page, _QUICK_CLICKS if quick else _CLICKS)
                time.sleep(_QUICK_SECONDS if quick else _SECONDS)
            finally:
                fleet.stop()
            busy = page.evaluate("() => bench.busy")
            calls = page.evaluate("() => bench.calls.filter((c) => c.id === 'units' && c.shown)")
        yield from _figures(calls, clicks, busy, fleet, drawn_by)


def _figures(
    calls: list[dict[str, Any]],
    clicks: list[tuple[float, float]],
    busy: list[float],
    fleet: _Fleet,
    drawn_by: str,
) -> Iterator[Figure]:
    call = [one["ms"] for one in calls]
    shown = [one["shown"] - one["began"] for one in calls]
    drawn = [one["drawn"] - one["began"] for one in calls if "drawn" in one]
    moved = sum(len(one["keys"]) for one in calls) / max(1, len(calls))
    pace = f"{fleet.pace():,.0f} moves/s filed, {moved:,.0f} a call; {drawn_by}"
    title = f"{_UNITS:,} symbols, {_MOVED:,} moves a second"
    yield at_most(
        f"{title}: call, p95", CALL_MS, percentile(call, 95), "ms", len(call),
        f"{spread(call, 'ms')}; tasks that held the page over 50 ms: "
        f"{len(busy)}, longest {max(busy, default=0):.0f} ms; {pace}",
    )  # fmt: skip
    yield at_most(
        f"{title}: shown after, p95", SHOWN_MS, percentile(shown, 95), "ms", len(shown),
        f"{spread(shown, 'ms')}; next frame {spread(drawn, 'ms')}; {pace}",
    )  # fmt: skip
    panel, whole = [one[0] for one in clicks], [one[1] for one in clicks]
    yield at_most(
        f"{title}: click to panel, p95", PANEL_MS, percentile(panel, 95), "ms", len(panel),
        f"{spread(panel, 'ms')}; all of it {spread(whole, 'ms')}; {pace}",
    )  # fmt: skip


class _Fleet:
    """The units, and a thread that moves a thousand of them each second."""

    def __init__(self, served: Served, token: str) -> None:
        self._served, self._token = served, token
        self._random = random.Random(11)
        self._places = [self._anywhere() for _ in range(_UNITS)]
        self._ids: list[dict[str, str]] = []
        for at in range(0, _UNITS, _MOVED):
            flats = [self._flat(number) for number in range(at, at + _MOVED)]
            self._ids += served.post("/api/reports", token, flats)
        say(f"{_UNITS:,} units are filed")
        self._stop = threading.Event()
        self._rounds: list[float] = []
        self._thread = threading.Thread(target=self._move, daemon=True)

    def _anywhere(self) -> tuple[float, float]:
        draw = self._random
        return draw.uniform(_SOUTH, _NORTH), draw.uniform(_WEST, _EAST)

    def _flat(self, number: int) -> dict[str, Any]:
        lat, lon = self._places[number]
        return {
            "kind": "unit",
            "compartment": "mission",
            "type": "infantry",
            "name": f"bench unit {number}",
            "summary": f"bench unit {number}",
            "state": "available",
            "latitude": round(lat, 5),
            "longitude": round(lon, 5),
            "occurred": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }

    def start(self) -> None:
        """Begin to move."""
        self._thread.start()

    def stop(self) -> None:
        """Stand still."""
        self._stop.set()
        self._thread.join()

    def pace(self) -> float:
        """Moves that were filed a second."""
        spans = [b - a for a, b in zip(self._rounds, self._rounds[1:], strict=False)]
        return _MOVED * len(spans) / sum(spans)

    def _move(self) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            self._rounds.append(time.monotonic())
            chosen = self._random.sample(range(_UNITS), _MOVED)
            flats: list[dict[str, Any]] = []
            for number in chosen:
                lat, lon = self._places[number]
                self._places[number] = (
                    lat + self._random.choice((-1, 1)) * _STEP_DEG,
                    lon + self._random.choice((-1, 1)) * _STEP_DEG,
                )
                flats.append(self._flat(number) | {"amends": [self._ids[number]["id"]]})
            for number, said in zip(
                chosen, self._served.post("/api/reports", self._token, flats), strict=True
            ):
                self._ids[number] = said
            due = max(due + 1.0, time.monotonic())
            self._stop.wait(due - time.monotonic())


def _clicks(page: Page, number: int) -> list[tuple[float, float]]:
    """Milliseconds from a click on a symbol that stands alone to its panel, and to all of it.

    Two zoom levels closer: from afar ten symbols lie under the mouse, and a list opens.
    """
    times: list[tuple[float, float]] = []
    zoom = page.evaluate("() => bench.map.getZoom()")
    page.evaluate(f"() => void bench.map.jumpTo({{ zoom: {zoom + 2} }})")
    for _ in range(number * 4):
        time.sleep(0.4)
        at = page.evaluate(_ALONE)
        if at is None or len(times) == number:
            continue
        page.evaluate("() => { bench.clicks.length = bench.panels.length = 0; }")
        page.mouse.click(at["x"], at["y"])
        began = page.evaluate("() => bench.clicks[0]")
        try:
            times.append(tuple(until(page, f"() => ({_PANELS})({began})", 3)))
        except TimeoutError:
            continue  # it had moved away just then
        page.keyboard.press("Escape")
    page.evaluate(f"() => void bench.map.jumpTo({{ zoom: {zoom} }})")
    return times
