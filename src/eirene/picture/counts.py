"""Counts and sums for a reader, by day, month, year, area, kind, type or state.

Invariants
  * An entity counts once, by the one row that stands for it.
  * Unknown is not zero: a sum says of how many it is the sum.
  * Only what is known to the day counts on a day (the month, the year); the rest
    is told as ``imprecise`` and stands in no group.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from eirene.errors import InvalidQuery
from eirene.picture import schema
from eirene.picture.cql2 import queryables
from eirene.picture.names import Names
from eirene.picture.plan import Plan, planned
from eirene.picture.query import Query
from eirene.picture.store import Picture, Reading
from eirene.release.reader import Reader

GROUPS = ("day", "month", "year", "area", "kind", "type", "state")
LEVELS = (1, 2, 3)
_TIMES = {"day": schema.DAY_KNOWN, "month": schema.MONTH_KNOWN, "year": schema.YEAR_KNOWN}
_DAY_ONE = date(1970, 1, 1)


class Counts(msgspec.Struct, frozen=True):
    """How many entities match, in groups."""

    total: int
    without_point: int
    imprecise: int
    """Matching entities whose time is too vague for any group of time."""
    groups: list[dict[str, Any]]


def counts(
    picture: Picture,
    reader: Reader,
    query: Query,
    *,
    group: Sequence[str] = (),
    level: int = 1,
    sums: Sequence[str] = (),
) -> Counts:
    """Entities that match, counted in the groups that were asked for."""
    _check(group, level, sums)
    with picture.reading() as db:
        plan = planned(db, reader, query)
        tally = _Tally(group, level, sums, db.names)
        for row in _counted(db, plan, tally.columns(), sums):
            tally.add(row)
        return tally.counts()


def _check(group: Sequence[str], level: int, sums: Sequence[str]) -> None:
    for name in group:
        if name not in GROUPS:
            raise InvalidQuery(
                f"There is no group {name[:40]!r}.",
                field="group",
                remedy=f"Use some of: {', '.join(GROUPS)}.",
            )
    if sum(name in _TIMES for name in group) > 1:
        raise InvalidQuery(
            "day, month and year exclude one another.",
            field="group",
            remedy="Ask for the finest of them and add up.",
        )
    if level not in LEVELS:
        raise InvalidQuery("level is 1, 2 or 3.", field="level", remedy="Write level=1.")
    for name in sums:
        if name not in schema.count_slots():
            raise InvalidQuery(
                f"There is no count {name[:40]!r}.",
                field="sum",
                remedy=f"Use some of: {', '.join(sorted(schema.count_slots()))}.",
            )


def _counted(
    db: Reading, plan: Plan, columns: Sequence[str], sums: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Rows of (columns, n, with a point, sum and known of each sum) from all arms."""
    known = queryables()
    values = [known[name].sql for name in sums]
    added = "".join(f", sum({sql}), count({sql})" for sql in values)
    keys = ", ".join(f"v.{name}" for name in columns)
    found: list[tuple[Any, ...]] = []
    for arm in plan.arms:
        sql = f"SELECT {keys + ', ' if keys else ''}count(*), sum(v.pointed){added} FROM {arm.source} WHERE {arm.where}"
        if keys:
            sql += f" GROUP BY {keys}"
        found += db.rows(sql, arm.params)
    return found


class _Tally:
    """Adds up what SQLite counted, into groups as they were asked for.

    Time is counted by day there, in the order of an index, and made months or
    years here, which saves sorting a million rows.
    """

    def __init__(self, group: Sequence[str], level: int, sums: Sequence[str], names: Names) -> None:
        self._group, self._level, self._sums, self._names = group, level, sums, names
        self._time = next((name for name in group if name in _TIMES), None)
        self._found: dict[tuple[Any, ...], list[int]] = {}
        self._total = self._pointed = self._imprecise = 0
        self._calendar: dict[int, str] = {}

    def columns(self) -> list[str]:
        """Columns of ``report`` to group by, in the order of the index ``by_day``."""
        asked = ["unit", "day"] if self._time else []
        if "area" in self._group:
            asked += [f"adm{level}" for level in range(1, self._level + 1)]
        return asked + [name for name in ("kind", "type", "state") if name in self._group]

    def add(self, row: tuple[Any, ...]) -> None:
        columns = self.columns()
        values = dict(zip(columns, row, strict=False))
        n, pointed, *added = (value or 0 for value in row[len(columns) :])
        self._total += n
        self._pointed += pointed
        if not n:
            return
        if self._time and values["unit"] > _TIMES[self._time]:
            self._imprecise += n
            return
        key = tuple(self._value(name, values) for name in self._group)
        held = self._found.setdefault(key, [0] * (1 + 2 * len(self._sums)))
        for at, value in enumerate((n, *added)):
            held[at] += value

    def _value(self, name: str, values: dict[str, Any]) -> str | None:
        if name in _TIMES:
            return self._day(values["day"])
        if name == "area":
            return self._names.text("area", values[f"adm{self._level}"]) or None
        return self._names.text(name, values[name]) or None

    def _day(self, day: int) -> str:
        shown = self._calendar.get(day)
        if shown is None:
            length = {"day": 10, "month": 7, "year": 4}[self._time or "day"]
            shown = self._calendar[day] = (_DAY_ONE + timedelta(days=day)).isoformat()[:length]
        return shown

    def counts(self) -> Counts:
        groups: list[dict[str, Any]] = []
        order = sorted(self._found, key=lambda key: tuple((v is None, v or "") for v in key))
        for key in order:
            n, *added = self._found[key]
            row: dict[str, Any] = dict(zip(self._group, key, strict=True)) | {"n": n}
            if self._sums:
                row["sums"] = {
                    # of nothing that is known there is no sum, and so no 0
                    name: {"sum": added[2 * at] if added[2 * at + 1] else None,
                           "known": added[2 * at + 1]}
                    for at, name in enumerate(self._sums)
                }  # fmt: skip
            groups.append(row)
        return Counts(self._total, self._total - self._pointed, self._imprecise, groups)
