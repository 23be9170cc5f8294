"""A million reports, sized like real ones, in 40 compartments: rebuild, size, questions.

The questions are those of a screen. A box has sides from 0.1 to 8 degrees
around the place of a real event, a period lasts from a day to a year and ends
within a year after a real event's day; both are drawn so that each size is as
likely as its double. Only questions whose answer fills its 500 rows are
measured, since an empty answer is always fast. Words are looked for as they
come: rare ones, any, and two together. Two readers ask: one with 12 of the 40
compartments, one with all. Lists are asked for twice: with the exact number
of all that match, and with counting that ends at 10,000.
"""

from __future__ import annotations

import contextlib
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from unittest import mock

import msgspec

from benchmarks.figures import (
    Figure,
    at_most,
    folder,
    percentile,
    say,
    spread,
)
from benchmarks.log_append import open_log
from benchmarks.made import bodies, compartments, events
from eirene.missions import mission_named
from eirene.missions.divisions import Division
from eirene.picture import Picture, Query, counts, rebuild, search
from eirene.picture.tiles import tile
from eirene.places_tiles import Tile, tile_at, world_of
from eirene.products.tile import tile_of
from eirene.release.reader import Reader
from eirene.release.visibility import READER, Sight
from eirene.reports.envelope import Body
from eirene.web.look import COUNT_TO

SIZE, QUICK_SIZE = 1_000_000, 100_000
REBUILD_S = 120.0
BYTES = 2_000.0
BOX_MS, DAYS_MS, ALL_TIME_MS, TEXT_MS = 25.0, 50.0, 500.0, 50.0
AREAS_MS = 1_000.0
"""A map of counts with their coverage, whatever the time, and by the areas of any version."""
READER_COST = 20.0
TILE_MS = 500.0
"""What the dearest questions of a screen may take: the whole of a million on one tile."""
ROWS = 500
_POST = 1_000
_QUARTER = timedelta(days=90)
_SPLICED = ("eirene.picture.plan.visibility", "eirene.picture.queries.visibility")


def run(*, quick: bool) -> Iterator[Figure]:
    """Everything that is asked of a million reports, over one log and one picture."""
    size = QUICK_SIZE if quick else SIZE
    with folder() as where:
        fill(where, bodies(size), size)
        picture, figures = rebuilt(where, size)
        yield from figures
        try:
            yield from _tiles(picture, quick=quick)
            yield from _asked(picture, quick=quick)
        finally:
            picture.close()


def fill(where: Path, stream: Iterator[Body], size: int) -> None:
    """A log of about so many reports."""
    keys, log = open_log(where)
    try:
        done = 0
        while page := list(islice(stream, _POST)):
            log.append(page)
            done += len(page)
            if done // (size // 5) != (done - len(page)) // (size // 5):
                say(f"{done:,} of {size:,} reports are in the log")
    finally:
        log.close()
        keys.close()


def rebuilt(where: Path, size: int) -> tuple[Picture, list[Figure]]:
    """What a node does that finds its picture damaged: the whole log, its chains checked."""
    from eirene.keys.store import KeyStore
    from eirene.log.log import Log

    keys = KeyStore.open(where / "keys", None)
    log = Log.open(where / "log", keys)
    try:
        began = time.perf_counter()
        step = size // 5
        picture = rebuild(
            where / "picture",
            keys.picture_key,
            log.read(check=True),
            areas=mission_named("car").parents(),
            progress=lambda done: say(f"{done:,} rebuilt") if done % step < 5_000 else None,
        )
        took = time.perf_counter() - began
        entries = log.last_lsn
    finally:
        log.close()
        keys.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    of_log = _bytes(where / "log")
    of_picture = _bytes(where / "picture")
    return picture, [
        at_most(
            f"{size:,} reports: rebuild with the hash chain checked",
            REBUILD_S,
            took,
            "s",
            entries,
            f"{entries / took:,.0f} entries/s; most memory {peak:,.0f} MiB",
        ),
        at_most(
            f"{size:,} reports: log and picture",
            BYTES,
            (of_log + of_picture) / size,
            "bytes a report",
            size,
            f"log {of_log / size:,.0f}, picture {of_picture / size:,.0f}",
        ),
    ]


def _bytes(where: Path) -> int:
    return sum(path.stat().st_size for path in where.rglob("*") if path.is_file())


# -- questions


def readers() -> dict[str, Reader]:
    """Who asks, by how much he may see."""
    names = compartments()
    some = frozenset(names[::3][:12])
    return {
        f"{len(some)} of {len(names)} compartments": Reader(account="some", compartments=some),
        f"all {len(names)} compartments": Reader(account="all", compartments=frozenset(names)),
    }


class Draw:
    """Draws questions, seeded."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._events = events()

    def box_and_time(self) -> Query:
        event = self._random.choice(self._events)
        lon, lat = float(event["longitude"]), float(event["latitude"])
        side = 0.1 * 80 ** self._random.random()
        end = self._day(event) + timedelta(days=self._random.randrange(365))
        days = 365 ** self._random.random()
        return Query(
            bbox=(lon - side / 2, lat - side / 2, lon + side / 2, lat + side / 2),
            start=end - timedelta(days=days),
            end=end,
            limit=ROWS,
        )

    def tile(self, zoom: int) -> Tile:
        event = self._random.choice(self._events)
        at = world_of(float(event["longitude"]), float(event["latitude"]))
        assert at is not None
        return tile_at(*at, zoom)

    def quarter(self) -> Query:
        start = self._day(self._random.choice(self._events))
        return Query(start=start, end=start + _QUARTER)

    def words(self) -> list[str]:
        """Every word of the events, each as often as it stands there."""
        found: list[str] = []
        for event in self._events:
            text = f"{event['source_article']} {event['where_coordinates']} {event['dyad_name']}"
            found += [word for word in text.split() if word.isalpha() and len(word) > 2]
        return found

    @staticmethod
    def rare(words: list[str]) -> list[str]:
        """Those of the words that come once or twice."""
        return sorted(word for word, times in Counter(words).items() if times <= 2)

    def text(self, words: list[str], rare: list[str]) -> Query:
        """A third rare words, a third as they come in the text, a third two words together."""
        sort = self._random.randrange(3)
        if sort == 0:
            return Query(q=self._random.choice(rare))
        if sort == 1:
            return Query(q=self._random.choice(words))
        return Query(q=f"{self._random.choice(words)} {self._random.choice(words)}")

    @staticmethod
    def _day(event: dict[str, str]) -> datetime:
        return datetime.fromisoformat(event["date_start"][:10]).replace(tzinfo=UTC)


Ask = Callable[[Reader, Query], int]
"""Asks, and says how much came."""


class Kind(msgspec.Struct):
    """One kind of question: what it may take, and how it is put."""

    title: str
    target: float | None
    """None: nothing is promised."""
    ask: Ask
    make: Callable[[], Query]
    number: int
    least: int
    """An answer that brings less than this is not measured."""


Cost = tuple[Kind, float, int]
"""What the reader test costs a kind of question, in %, over so many."""


def kinds(picture: Picture, number: int) -> list[Kind]:
    """Every kind of question that a screen puts."""

    def listed(reader: Reader, query: Query) -> int:
        return len(search(picture, reader, query).rows)

    def as_api(reader: Reader, query: Query) -> int:
        return listed(reader, msgspec.structs.replace(query, count_to=COUNT_TO))

    def by_day(reader: Reader, query: Query) -> int:
        return counts(picture, reader, query, group=("day", "area"), coverage=False).total

    def by_area(reader: Reader, query: Query) -> int:
        return counts(picture, reader, query, group=("day", "area")).total

    draw = Draw(7)
    words = draw.words()
    rare = draw.rare(words)

    def text() -> Query:
        return draw.text(words, rare)

    box, ended = "box and time, 500 rows", f"counted to {COUNT_TO:,}"
    a_kind = Query(kinds=("incident",))
    return [
        Kind(f"{box}, {ended}", BOX_MS, as_api, draw.box_and_time, number, ROWS),
        Kind(f"{box}, counted to the end", BOX_MS, listed, draw.box_and_time, number, ROWS),
        Kind("counts by day and area, 90 days", DAYS_MS, by_day, draw.quarter, number, 1),
        Kind("counts by day and area, all time", ALL_TIME_MS, by_day, Query, 20, 1),
        Kind("the same, with their coverage, 90 days", None, by_area, draw.quarter, number, 1),
        Kind(f"text search, {ended}", TEXT_MS, as_api, text, number, 0),
        Kind("a whole collection, counted to the end", None, listed, lambda: a_kind, 20, 1),
    ]


def area_kinds(picture: Picture, number: int) -> list[Kind]:
    """Counts by area as a map shades them: with n, period and coverage, of every version."""

    def by(division: Division) -> Ask:
        basis = mission.basis(division.id, 1)

        def ask(reader: Reader, query: Query) -> int:
            found = counts(picture, reader, query, group=("area",), basis=basis)
            assert found.coverage is not None
            return found.total

        return ask

    mission, draw = mission_named("car"), Draw(13)
    kinds: list[Kind] = []
    for division in mission.divisions:
        title = f"counts by area of {division.id}, with their coverage"
        ask = by(division)
        kinds.append(Kind(f"{title}, 90 days", AREAS_MS, ask, draw.quarter, number, 1))
        kinds.append(Kind(f"{title}, all time", AREAS_MS, ask, Query, 20, 1))
    return kinds


def _asked(picture: Picture, *, quick: bool) -> Iterator[Figure]:
    costs: list[Cost] = []
    number = 60 if quick else 300
    for kind in (*kinds(picture, number), *area_kinds(picture, number)):
        for name, reader in readers().items():
            times, cost = timed(kind, reader, paired=name.startswith("all"))
            yield at_most(
                f"{kind.title}, p95, reader of {name}",
                kind.target,
                percentile(times, 95),
                "ms",
                len(times),
                spread(times, "ms"),
            )
            if cost is not None:
                costs.append((kind, cost, len(times)))
    yield from told_costs("the reader test", costs, "in turn, reader of all: ")


def _tiles(picture: Picture, *, quick: bool) -> Iterator[Figure]:
    """Tiles of every zoom from 0 to 14, as a map asks for them: around the place of a real event."""
    draw, query = Draw(11), Query(kinds=("incident",))
    for name, reader in readers().items():
        times: list[float] = []
        largest, slowest = 0, (0.0, 0)
        for turn in range(60 if quick else 300):
            at = draw.tile(turn % 15)
            began = time.perf_counter()
            made = tile_of(tile(picture, reader, query, at), at, "incident")
            times.append((time.perf_counter() - began) * 1e3)
            largest, slowest = max(largest, len(made)), max(slowest, (times[-1], at.z))
        note = f"slowest {slowest[0]:.0f} ms at zoom {slowest[1]}; largest {largest / 1e3:.0f} kB"
        title = f"a vector tile, zoom 0 to 14, p95, reader of {name}"
        took = percentile(times, 95)
        yield at_most(title, TILE_MS, took, "ms", len(times), f"{spread(times, 'ms')}; {note}")


def told_costs(what: str, costs: list[Cost], how: str) -> Iterator[Figure]:
    """The worst of the kinds of question that have a figure, and the worst of all."""
    each = how + "; ".join(f"{kind.title} {cost:+.1f} %" for kind, cost, _ in costs)
    title = f"{what}, against the same query on the bare table, p50, worst kind"
    _, worst, n = max((one for one in costs if one[0].target), key=lambda one: one[1])
    yield at_most(title, READER_COST, worst, "% more", n, each)
    kind, worst, n = max(costs, key=lambda one: one[1])
    yield at_most(f"{title} of all, {kind.title}", None, worst, "% more", n, "")


def timed(kind: Kind, reader: Reader, *, paired: bool) -> tuple[list[float], float | None]:
    """Milliseconds of so many answers that bring enough; and what the reader test costs, in %.

    The cost is told for the reader who sees all: both queries then find the same rows.
    """
    times: list[float] = []
    seen: list[float] = []
    bare: list[float] = []
    tries = 0
    while len(times) < kind.number and tries < 50 * kind.number:
        tries += 1
        query = kind.make()
        took, brought = _one(kind.ask, reader, query)
        if brought < kind.least:
            continue
        times.append(took)
        if paired:
            for into in (seen, bare) if tries % 2 else (bare, seen):
                with without_test() if into is bare else contextlib.nullcontext():
                    into.append(_one(kind.ask, reader, query)[0])
    if not bare:
        return times, None
    return times, (percentile(seen, 50) / percentile(bare, 50) - 1) * 100


def _one(ask: Ask, reader: Reader, query: Query) -> tuple[float, int]:
    began = time.perf_counter()
    brought = ask(reader, query)
    return (time.perf_counter() - began) * 1e3, brought


@contextlib.contextmanager
def without_test() -> Generator[None]:
    """The bare table in the place of what a reader may see: for comparison only."""
    bare = "SELECT report.*, 'compartment' AS reason FROM report"

    def nothing_hidden(reader: Reader, *, then: bool = False) -> Sight:
        return Sight(bare, {READER: reader.compartments})  # of a box, those that he may see

    with contextlib.ExitStack() as stack:
        for name in _SPLICED:
            stack.enter_context(mock.patch(name, nothing_hidden))
        yield
