"""Counts and sums for a reader, by day, month, year, area, kind, type or state.

Invariants
  * An entity counts once, by the one row that stands for it.
  * Unknown is not zero: a sum says of how many it is the sum.
  * Only what is known to the day counts on a day (the month, the year); the rest
    is told as ``imprecise`` and stands in no group.
  * Counts by area come with their coverage: of how many, from when to when, from how many
    sources, and how many of them stand in no area, and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from eirene.errors import InvalidQuery
from eirene.picture import schema
from eirene.picture.coverage import Basis, Coverage, Placed
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
    coverage: Coverage | None = None
    """Where they are counted by area."""


def counts(
    picture: Picture,
    reader: Reader,
    query: Query,
    *,
    group: Sequence[str] = (),
    level: int = 1,
    sums: Sequence[str] = (),
    basis: Basis | None = None,
) -> Counts:
    """Entities that match, counted in the groups that were asked for.

    ``basis``: the areas to count by; None: by the P-codes of a level as they stand.
    """
    _check(group, level, sums)
    with picture.reading() as db:
        plan = planned(db, reader, query)
        tally = _Tally(group, level, sums, db.names, every=basis is not None and not basis.kept)
        if "area" not in group:
            return tally.counts(_counted(db, plan, tally))
        placed = Placed(db, basis, tally.columns, level, tally.finest)
        found = tally.counts(
            placed.rows(
                _counted(db, plan, tally),
                lambda columns, only: _counted(db, plan, tally, columns, only),
            )
        )
        return msgspec.structs.replace(found, coverage=placed.coverage(plan))


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
    db: Reading, plan: Plan, tally: _Tally, columns: str = "", only: str = ""
) -> Iterator[tuple[Any, ...]]:
    """Rows of (columns, n, with a point, sum and known of each sum) from all arms."""
    known = queryables()
    values = [known[name].sql for name in tally.sums]
    added = "".join(f", sum({sql}), count({sql})" for sql in values)
    keys = ", ".join([*(f"v.{name}" for name in tally.columns), *([columns] if columns else [])])
    for arm in plan.arms:
        if only:
            arm = msgspec.structs.replace(arm, where=f"{arm.where} AND {only}")  # noqa: PLW2901
        where, counted = arm.where, f"count(*), sum(v.pointed){added} FROM {arm.source} WHERE"
        if arm.whole and tally.finest is not None:
            # the index ``by_day`` begins with the unit: what is too vague is one number
            vague = f"SELECT {counted} {where} AND v.unit > {tally.finest}"
            for n, *rest in db.rows(vague, arm.params):
                if not only:
                    yield (schema.VAGUE + 1, *[None] * (len(tally.columns) - 1), n, *rest)
            where += f" AND v.unit <= {tally.finest}"
        sql = f"SELECT {keys + ', ' if keys else ''}{counted} {where}"
        yield from db.rows(f"{sql} GROUP BY {keys}" if keys else sql, arm.params)


class _Tally:
    """Adds up what SQLite counted, into groups as they were asked for.

    Time is counted by day there, and areas too: that is the order of the index
    ``by_day``, which saves sorting a million rows. Months, years and areas of
    all times are made of days here.
    """

    def __init__(
        self,
        group: Sequence[str],
        level: int,
        sums: Sequence[str],
        names: Names,
        *,
        every: bool = False,
    ) -> None:
        """``every``: areas of all levels are needed, not those down to the level alone."""
        self.sums = sums
        self._group, self._level, self._names = group, level, names
        self._time = next((name for name in group if name in _TIMES), None)
        self.finest = None if self._time is None else _TIMES[self._time]
        """The last ``unit`` that a group of time holds."""
        by_day = self._time is not None or ("area" in group and not sums)
        self.columns = ["unit", "day"] if by_day else []
        if "area" in group:
            self.columns += [f"adm{at}" for at in range(1, (max(LEVELS) if every else level) + 1)]
        self.columns += [name for name in ("kind", "type", "state") if name in group]

    def counts(self, rows: Iterable[tuple[Any, ...]]) -> Counts:
        """Groups in order, with what stands in none of them."""
        width = len(self.columns)
        picked = [self._picked(name) for name in self._group]
        finest = schema.VAGUE + 1 if self.finest is None else self.finest
        total = pointed = imprecise = 0
        found: dict[tuple[str | None, ...], list[int]] = {}
        for row in rows:
            n = row[width]
            if not n:
                continue
            total += n
            pointed += row[width + 1]
            if self._time and row[0] > finest:
                imprecise += n
                continue
            key = tuple([words[row[at]] for at, words in picked])
            held = found.get(key)
            if held is None:
                found[key] = [n, *(value or 0 for value in row[width + 2 :])] if self.sums else [n]
            else:
                held[0] += n
                for at, value in enumerate(row[width + 2 :], start=1):
                    held[at] += value or 0
        order = sorted(found, key=_in_order) if any(None in key for key in found) else sorted(found)
        if self.sums:
            groups = [self._shown(key, found[key]) for key in order]
        else:
            names = (*self._group, "n")
            groups = [dict(zip(names, (*key, *found[key]), strict=True)) for key in order]
        return Counts(total, total - pointed, imprecise, groups)

    def _picked(self, name: str) -> tuple[int, dict[Any, str | None]]:
        """Where the number of a group stands in a row, and the words for it."""
        if name == "area":
            return self.columns.index(f"adm{self._level}"), _AsTold()
        if name in _TIMES:
            return 1, _Days({"day": 10, "month": 7, "year": 4}[name])
        return self.columns.index(name), _Words(self._names, name)

    def _shown(self, key: tuple[str | None, ...], held: list[int]) -> dict[str, Any]:
        row: dict[str, Any] = dict(zip(self._group, key, strict=True))
        row["n"] = held[0]
        row["sums"] = {
            # of nothing that is known there is no sum, and so no 0
            name: {"sum": held[at] if held[at + 1] else None, "known": held[at + 1]}
            for name, at in zip(self.sums, range(1, len(held), 2), strict=True)
        }
        return row


_LAST = chr(0x10FFFF)


def _in_order(key: tuple[str | None, ...]) -> tuple[str, ...]:
    return tuple([word or _LAST for word in key])


class _AsTold(dict[Any, str | None]):
    """Areas come as their P-codes."""

    def __missing__(self, told: str | None) -> str | None:
        return told


class _Words(dict[int | None, str | None]):
    """Words of the numbers of one sort, each looked up once."""

    def __init__(self, names: Names | None, sort: str) -> None:
        super().__init__()
        self._names, self._sort = names, sort

    def __missing__(self, number: int | None) -> str | None:
        word = self._names.text(self._sort, number) or None if self._names else None
        self[number] = word
        return word


class _Days(_Words):
    """Days since 1970 as a date, or as the first so many letters of it."""

    def __init__(self, length: int) -> None:
        super().__init__(None, "day")
        self._length = length

    def __missing__(self, number: int | None) -> str | None:
        word = (_DAY_ONE + timedelta(days=number or 0)).isoformat()[: self._length]
        self[number] = word
        return word
