"""How a question is put to SQLite: conditions on ``v``, and where the rows are looked for.

Only three texts ever meet here: fixed ones of this package, ``Sight.sql`` of
``release.visibility``, and what ``cql2`` makes of a filter, which holds nothing but
fixed texts and names of bound values.

The planner is not asked to choose: with ``ORDER BY`` and an index at hand it
walks that index and probes the R*Tree row by row. ``CROSS JOIN`` holds the
order, and which order is decided by a bounded look into the R*Tree.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

import apsw
import msgspec

from eirene.picture import schema
from eirene.picture.columns import minute, ms_of
from eirene.picture.cql2 import translated
from eirene.picture.lens import Lens
from eirene.picture.names import Names
from eirene.picture.query import Query
from eirene.picture.store import Reading
from eirene.picture.words import match_of
from eirene.release.reader import Reader
from eirene.release.terms import LEAVES
from eirene.release.visibility import Sight, cleared, visibility

FEW = 30_000
"""A box with fewer hits in the R*Tree is answered from there, a fuller one by time."""
BY_ITSELF = ""
_numbers = msgspec.json.Decoder(list[int]).decode


class Arm(msgspec.Struct, frozen=True):
    """One place to look in. Arms of a plan never hold the same row."""

    source: str
    """What follows FROM; the reports are ``v``."""
    where: str
    params: dict[str, Any]
    order: str
    """What walks this arm by day, the newest first, at no cost; ``BY_ITSELF``: it comes so."""
    indexed: bool = False
    """The index ``by_day`` holds all that is asked for, once a unit is added to what is asked."""


class Plan(msgspec.Struct, frozen=True):
    """Where to look, and how to tell who leads."""

    arms: list[Arm]
    lens: Lens


def _listed(name: str, values: list[Any], params: dict[str, Any]) -> str:
    params |= {f"{name}_{at}": value for at, value in enumerate(values)}
    return ", ".join(f":{name}_{at}" for at in range(len(values)))


class _Conditions:
    """All conditions of a question that are tested on ``report`` alone."""

    def __init__(self, query: Query, names: Names) -> None:
        self.lens = Lens(query, names)
        self.texts = [self.lens.lead()]
        self.times: list[str] = []
        """Conditions on time, which are true of all in the middle of a stretch."""
        self.params: dict[str, Any] = dict(self.lens.params)
        for column, sort, words in (("kind", "kind", query.kinds), ("type", "type", query.types)):
            if words:
                numbers = [names.known(sort, word) or 0 for word in words]
                self.texts.append(f"v.{column} IN ({_listed(column, numbers, self.params)})")
        if query.leaving:
            self.texts.append(LEAVES)
        if query.changed_since is not None:
            self.texts.append("coalesce(v.touched, v.received) > :changed_since")
            self.params["changed_since"] = ms_of(query.changed_since)
        self._time(query)
        self._box(query)
        if query.filter:
            translation = translated(query.filter, names)
            self.texts.append(f"({translation.sql})")
            self.params |= translation.params

    def _time(self, query: Query) -> None:
        tests: list[str] = []
        if query.end is not None:
            tests.append("v.start <= :end")
            self.params["end"] = ms_of(query.end)
        if query.start is not None:
            tests.append("(v.start >= :start OR v.start + v.lasts > :start)")
            self.params["start"] = ms_of(query.start)
        if tests:  # what has no time of its own is found at every time
            self.times.append(f"(v.lasts IS NULL OR {' AND '.join(tests)})")

    def _box(self, query: Query) -> None:
        if query.bbox is None:
            return
        west, south, east, north = (round(edge * schema.DEGREE) for edge in query.bbox)
        self.params |= {"west": west, "south": south, "east": east, "north": north}
        joined = "AND" if west <= east else "OR"  # OR: across the 180th meridian
        self.texts.append(
            f"(v.lon >= :west {joined} v.lon <= :east) AND v.lat BETWEEN :south AND :north"
        )

    def arm(self, source: str, more: str, params: dict[str, Any], order: str) -> Arm:
        texts = [*self.texts, *self.times, *([more] if more else [])]
        return Arm(source, " AND ".join(texts), self.params | params, order)

    def by_day(self, source: str, more: str, params: dict[str, Any]) -> Arm:
        """An arm of whole days, all of whose times meet what was asked."""
        texts = [*self.texts, *([more] if more else [])]
        return Arm(source, " AND ".join(texts), self.params | params, "v.rid", indexed=True)


def planned(db: Reading, reader: Reader, query: Query, *, tallied: bool = False) -> Plan:
    """Where and how to look for what a reader asks.

    ``tallied``: nothing is asked of the rows but how many there are, in groups of day,
    areas, kind, type and state. The index ``by_day`` then answers for whole days.
    """
    asked = _Conditions(query, db.names)
    rule = visibility(reader, then=not asked.lens.plain)
    view = f"({rule.sql}) AS v"
    asked.params |= rule.params
    if query.q.strip():
        match = match_of(query.q, db.names.compartments(reader.compartments))
        if match is None:  # signs only, or nowhere to look
            return Plan([], asked.lens)
        source = f"words AS w CROSS JOIN {view} ON v.rid = w.rowid"
        arm = asked.arm(source, "w.words MATCH :match", {"match": match}, "w.rowid")
        return Plan([arm], asked.lens)
    if query.bbox is not None:
        hits = _hits(db, query, rule)
        if hits is not None:
            source = f"carray(:hits) AS b CROSS JOIN {view} ON v.rid = b.value"
            arms = [asked.arm(source, "", {"hits": _bound(hits)}, BY_ITSELF)] if hits else []
            return Plan(arms, asked.lens)
    tallied = tallied and query.bbox is None and _in_index(query, asked.lens)
    return Plan(_by_time(asked, view, query, tallied=tallied), asked.lens)


def spotted(db: Reading, reader: Reader, query: Query, more: str, params: dict[str, Any]) -> Plan:
    """Where to look for what has a place on the web's grid; ``more`` says in which of its cells.

    One compartment of the reader's after the other, by the indexes ``by_spot`` and ``by_area``,
    which begin with it: what stands in others is never touched, and so costs no time.
    """
    asked = _Conditions(query, db.names)
    rule = visibility(reader, then=not asked.lens.plain)
    view = f"({rule.sql}) AS v"
    asked.params |= rule.params
    mine = db.names.compartments(reader.compartments)
    if query.q.strip():
        match = match_of(query.q, mine)
        if match is None:
            return Plan([], asked.lens)
        source = f"words AS w CROSS JOIN {view} ON v.rid = w.rowid"
        arm = asked.arm(source, f"w.words MATCH :match AND {more}", params | {"match": match}, "")
        return Plan([arm], asked.lens)
    where = f"v.comp = :comp AND {more}"
    arms = [asked.arm(view, where, params | {"comp": comp}, "") for comp in mine]
    return Plan(arms, asked.lens)


def _in_index(query: Query, lens: Lens) -> bool:
    """Whether ``by_day`` holds all that the conditions ask for, but for times."""
    return lens.plain and not query.withdrawn and not query.filter and query.changed_since is None


def _by_time(asked: _Conditions, view: str, query: Query, *, tallied: bool) -> list[Arm]:
    """The stretch of the table that a time needs, and what is odd outside of it."""
    if query.start is None and query.end is None:
        return [asked.by_day(view, "", {})]
    low, high = 0, 1 << 62
    if query.start is not None:
        low = _first_rid(ms_of(query.start) - schema.LONG_MS)
    if query.end is not None:
        high = _first_rid(ms_of(query.end) + schema.DAY_MS) - 1
    odd = "v.odd = 1 AND (v.rid < :low OR v.rid > :high)"
    # by the index by_odd, which knows their times: few of them meet a short stretch
    arms = [asked.arm(view, odd, {"low": low, "high": high}, "v.start")]
    first, last = _whole_days(query)
    if tallied and first <= last:
        days = {"first_day": first, "last_day": last}
        arms.append(asked.by_day(view, "v.day BETWEEN :first_day AND :last_day", days))
        stretches = [(low, _first_rid(first * schema.DAY_MS) - 1)]
        stretches += [(_first_rid((last + 1) * schema.DAY_MS), high)]
    else:
        stretches = [(low, high)]
    for from_, to in stretches:
        within = {"low": from_, "high": to}
        arms.append(asked.arm(view, "v.rid BETWEEN :low AND :high", within, "v.rid"))
    return arms


def _whole_days(query: Query) -> tuple[int, int]:
    """First and last of the days that lie in the time that is asked for, all of each."""
    first, last = -schema.DAY_ZERO, 1 << 31
    if query.start is not None:
        first = -(-ms_of(query.start) // schema.DAY_MS)
    if query.end is not None:
        last = (ms_of(query.end) + 1) // schema.DAY_MS - 1
    return first, last


def _first_rid(ms: int) -> int:
    return (ms // schema.DAY_MS + schema.DAY_ZERO) << schema.SEQUENCE_BITS


def _boxes(query: Query) -> Iterator[tuple[str, dict[str, Any]]]:
    """Conditions on the R*Tree; two boxes where one crosses the 180th meridian."""
    assert query.bbox is not None
    west, south, east, north = (round(edge * schema.DEGREE) for edge in query.bbox)
    first = -schema.I32 if query.start is None else minute(ms_of(query.start))
    last = schema.I32 if query.end is None else minute(ms_of(query.end))
    world = 180 * schema.DEGREE
    for at, (left, right) in enumerate(
        [(west, east)] if west <= east else [(west, world), (-world, east)]
    ):
        test = (
            f"b.west >= :b{at}_west AND b.east <= :b{at}_east AND b.south >= :b{at}_south "
            f"AND b.north <= :b{at}_north AND b.first <= :b{at}_last AND b.last >= :b{at}_first"
        )
        yield (
            test,
            {
                f"b{at}_west": left,
                f"b{at}_east": right,
                f"b{at}_south": south,
                f"b{at}_north": north,
                f"b{at}_first": first,
                f"b{at}_last": last,
            },
        )


def _hits(db: Reading, query: Query, sight: Sight) -> array[int] | None:
    """Numbers of the reader's rows in the box and time, newest first; None where there are many.

    In order, since rows side by side in the table are then looked up one after the other, and
    newest come first.
    """
    found: list[int] = []
    for test, params in _boxes(query):
        inner = f"SELECT b.rid FROM box AS b WHERE {test} AND {cleared('b.comp')} LIMIT {FEW}"
        # all in one piece: each row that is handed out would take longer than to find it
        sql = f"SELECT json_group_array(rid) FROM ({inner})"
        rows = [rid for (told,) in db.rows(sql, sight.params | params) for rid in _numbers(told)]
        if len(rows) == FEW:
            return None
        found += rows
    found.sort(reverse=True)
    return array("q", found)


def _bound(numbers: array[int]) -> Any:
    """Numbers as one bound value. The types that come with apsw do not know of it yet."""
    return apsw.carray(numbers)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
