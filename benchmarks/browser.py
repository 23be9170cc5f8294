"""From one browser to another, and the first picture after signing in.

A report is filed in browser A: by the page's own ``fetch`` with its session, and
a few times through the form. Browser B watches. *To its stream* ends when the
bytes are in B's page; *shown* ends when both the row stands in B's list and the
map's source is loaded again. Reports come further apart than the second in
which the client gathers changes, since a report that comes within it is drawn
at its end, by design.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page

from benchmarks.chromium import chromium, renderer, sign_in, until, watched
from benchmarks.figures import Figure, at_most, folder, percentile, say, spread
from benchmarks.served import Served, demo_account, serving

FIRST_MS, SHOWN_MS, STREAM_MS = 2_500.0, 250.0, 150.0
_FIRSTS, _QUICK_FIRSTS = 9, 3
_SAMPLES, _QUICK_SAMPLES = 120, 25
_BY_FORM = 5
_APART_S = (1.15, 1.65)
_FILE = """async (flat) => {
  const began = bench.now();
  const answer = await fetch("/api/reports", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(flat),
  });
  return { began, status: answer.status, acknowledged: bench.now(), said: await answer.json() };
}"""
_SEEN = """(mark) => {
  const row = bench.rows[mark];
  const frame = bench.frames.find((f) => f.text.includes(mark));
  if (row === undefined || frame === undefined) return null;
  const call = bench.calls.find((c) => c.began >= frame.at && c.id === "incidents" && c.shown);
  return call && call.drawn ? { row, frame: frame.at, map: call.shown, drawn: call.drawn } : null;
}"""


def run(*, quick: bool) -> Iterator[Figure]:
    """All figures of two browsers, on the demo's data."""
    with folder() as where, serving(where / "demo", "demo") as served, chromium() as launch:
        account = demo_account(served)
        yield _first_picture(served, account, launch, _QUICK_FIRSTS if quick else _FIRSTS)
        giver, watcher = launch(), launch()
        a, b = watched(giver, served.url), watched(watcher, served.url)
        for page in (a, b):
            sign_in(page, account["user"], account["password"])
        drawn_by = renderer(b)
        seen = _filed(a, b, _QUICK_SAMPLES if quick else _SAMPLES)
        yield from _between(seen, "filed in one browser", drawn_by)
        yield from _between(_by_form(a, b), "filed in the form", drawn_by)[:1]
        giver.close()
        watcher.close()


def _first_picture(served: Served, account: dict[str, str], launch: Any, rounds: int) -> Figure:
    """From the click on sign in to a map at rest with symbols and a list with rows; profile cold."""
    times: list[float] = []
    drawn_by = ""
    for _ in range(rounds):
        browser = launch()
        page = watched(browser, served.url)
        sign_in(page, account["user"], account["password"])
        first = page.evaluate("() => bench.first")
        times.append(max(first["map"], first["row"]) - first["submit"])
        drawn_by = renderer(page)
        say(f"first picture: {times[-1]:,.0f} ms")
        browser.close()
    return at_most(
        "browser: first picture after sign-in, cold, median",
        FIRST_MS,
        percentile(times, 50),
        "ms",
        rounds,
        f"slowest {max(times):,.0f} ms; {drawn_by}",
    )


def _mark(number: int) -> str:
    """A word that no other report holds, and that ``watch.js`` looks for."""
    return f"bench-{number}-"


def _filed(a: Page, b: Page, samples: int) -> list[dict[str, float]]:
    draw = random.Random(3)
    seen: list[dict[str, float]] = []
    for number in range(samples):
        time.sleep(draw.uniform(*_APART_S))
        flat = {
            "kind": "incident",
            "compartment": "mission",
            "type": "VC",
            "occurred": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "latitude": round(draw.uniform(4.5, 8.5), 5),
            "longitude": round(draw.uniform(16.0, 24.0), 5),
            "summary": f"{_mark(number)} made for a benchmark",
            "source": "benchmark",
            "basis": "seen",
        }
        filed = a.evaluate(_FILE, flat)
        if filed["status"] != 201:
            raise RuntimeError(f"a report was refused: {filed['said']}")
        seen.append(_seen(b, _mark(number), filed["began"], filed["acknowledged"]))
        if number % 20 == 19:
            say(f"{number + 1} of {samples} filed and seen")
    return seen


def _seen(b: Page, mark: str, began: float, acknowledged: float) -> dict[str, float]:
    found = until(b, f"() => ({_SEEN})({mark!r})")
    return {
        "answer": acknowledged - began,
        "stream": found["frame"] - began,
        "row": found["row"] - began,
        "map": found["map"] - began,
        "drawn": found["drawn"] - began,
    }


def _by_form(a: Page, b: Page) -> list[dict[str, float]]:
    """The real form: from the click on its button."""
    seen: list[dict[str, float]] = []
    for number in range(9_000, 9_000 + _BY_FORM):
        time.sleep(1.4)
        a.keyboard.press("n")
        form = a.locator("#report-form")
        form.wait_for()
        _fill(form, "compartment", "mission")
        _fill(form, "type", "VC")
        # to the second: with the minute alone it would stand below all that came within it
        _fill(form, "occurred", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
        _fill(form, "place", "6.5 N 20.5 E")
        _fill(form, "summary", f"{_mark(number)} made for a benchmark")
        a.keyboard.press("Tab")
        time.sleep(1.0)  # the boxes ask the node what they have understood
        a.locator("button[type=submit][form=report-form], #report-form button[type=submit]").click()
        began = a.evaluate("() => bench.first.submit")
        seen.append(_seen(b, _mark(number), began, began))
        a.keyboard.press("Escape")
    return seen


def _fill(form: Any, name: str, text: str) -> None:
    box = form.locator(f'[data-field="{name}"]').locator("select, input, textarea").first
    if box.evaluate("(one) => one.tagName") == "SELECT":
        box.select_option(text)
    else:
        box.fill(text)


def _between(seen: list[dict[str, float]], how: str, drawn_by: str) -> list[Figure]:
    shown = [max(one["row"], one["map"]) for one in seen]
    stream = [one["stream"] for one in seen]
    split = "; ".join(
        f"{name} {spread([one[key] for one in seen], 'ms')}"
        for name, key in (
            ("acknowledged", "answer"),
            ("row", "row"),
            ("map", "map"),
            ("next frame", "drawn"),
        )
    )
    return [
        at_most(
            f"browser: {how}, shown in another, p99",
            SHOWN_MS,
            percentile(shown, 99),
            "ms",
            len(seen),
            f"{spread(shown, 'ms')}: {split}; {drawn_by}",
        ),
        at_most(
            f"browser: {how}, in another's stream, p99",
            STREAM_MS,
            percentile(stream, 99),
            "ms",
            len(seen),
            spread(stream, "ms"),
        ),
    ]
