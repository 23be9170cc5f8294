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
from operator import add, itemgetter
from typing import Any

import msgspec

from eirene.errors import InvalidQuery
from eirene.picture import schema
from eirene.picture.coverage import OWN_POINT, Basis, Coverage, Placed
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
    """Those of them without a point of their own: coarser versions have none."""
    imprecise: int
    """Matching entities whose time is too vague for any group of time."""
    groups: list[dict[str, Any]]
    coverage: Coverage | None = None
    """Where they are counted by area."""
    left_out: int = 0
    """Of those that this reader sees: how many stay, where it is asked for what may leave."""


def counts(
    picture: Picture,
    reader: Reader,
    query: Query,
    *,
    group: Sequence[str] = (),
    level: int = 1,
    sums: Sequence[str] = (),
    basis: Basis | None = None,
    coverage: bool = True,
) -> Counts:
    """Entities that match, counted in the groups that were asked for.

    ``basis``: the areas to count by; None: by the P-codes of a level as they stand.
    ``coverage``: of counts by area; it takes longer than the counts, and may be left out
    only where nobody is shown them.
    """
    _check(group, level, sums)
    with picture.reading() as db:
        plan = planned(db, reader, query, tallied=not sums)
        tally = _Tally(group, level, sums, db.names, every=basis is not None and not basis.kept)
        left_out = _left_out(db, reader, query) if query.leaving else 0
        if "area" not in group:
            found = tally.counts(_counted(db, plan, tally))
            return msgspec.structs.replace(found, left_out=left_out)
        placed = Placed(db, basis, tally.columns, level, tally.finest)
        found = tally.counts(
            placed.rows(
                _counted(db, plan, tally),
                lambda columns, only: _counted(db, plan, tally, columns, only),
            )
        )
        found = msgspec.structs.replace(found, left_out=left_out)
        if not coverage:
            return found
        # asks for more than the index of days holds
        told = placed.coverage(planned(db, reader, query))
        return msgspec.structs.replace(found, coverage=told)


def _left_out(db: Reading, reader: Reader, query: Query) -> int:
    """How many more this reader sees than may leave, within the same state of the picture."""
    asked = msgspec.structs.replace(query, leaving=False)
    total = _Tally((), 1, (), db.names)
    counted = _counted(db, planned(db, reader, asked, tallied=True), total, only="v.stays = 1")
    return sum(row[0] for row in counted if row[0])


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
        where, counted = arm.where, f"count(*), sum({OWN_POINT}){added} FROM {arm.source} WHERE"
        if arm.indexed:
            # the index ``by_day`` begins with the unit: what is too vague is one number
            dated, vague = _units(schema.VAGUE if tally.finest is None else tally.finest)
            if vague and not only:
                of_none = f"SELECT {counted} {where} AND v.unit IN ({vague})"
                for n, *rest in db.rows(of_none, arm.params):
                    yield (schema.VAGUE + 1, *[None] * (len(tally.columns) - 1), n, *rest)
            where += f" AND v.unit IN ({dated})"
        sql = f"SELECT {keys + ', ' if keys else ''}{counted} {where}"
        yield from db.rows(f"{sql} GROUP BY {keys}" if keys else sql, arm.params)


def _units(finest: int) -> tuple[str, str]:
    """Units of which a group of time holds the whole time of a report, and those of which none does."""
    units = [str(unit) for unit in range(schema.VAGUE + 1)]
    return ", ".join(units[: finest + 1]), ", ".join(units[finest + 1 :])


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
        how_many = itemgetter(width)
        rows = [row for row in rows if row[width]]  # a sum over nothing is a row, too
        total = sum(map(how_many, rows))
        pointed = sum(map(itemgetter(width + 1), rows))
        finest = schema.VAGUE + 1 if self.finest is None else self.finest
        dated = [row for row in rows if row[0] <= finest] if self._time else rows
        imprecise = total - sum(map(how_many, dated))
        return Counts(total, total - pointed, imprecise, self._shown(self._told(dated, width)))

    def _column(self, name: str) -> int:
        """Where the number of a group stands in a row; of an area its P-code."""
        if name in _TIMES:
            return 1
        return self.columns.index(f"adm{self._level}" if name == "area" else name)

    def _told(self, rows: list[tuple[Any, ...]], width: int) -> list[tuple[Any, Any]]:
        """The words of each group with what it holds, in order.

        A hundred thousand groups are usual. So nothing is done for each of them in a loop of
        ours that C can do for all.
        """
        held: list[Any]
        if self.sums:
            held = [[row[width], *(value or 0 for value in row[width + 2 :])] for row in rows]
        else:
            held = [row[width] for row in rows]
        words = [
            map(self._words(name).__getitem__, map(itemgetter(self._column(name)), rows))
            for name in self._group
        ]
        keys: list[Any] = list(zip(*words, strict=True)) if words else [()] * len(rows)
        if len(set(keys)) == len(keys):
            return sorted(zip(keys, held, strict=True), key=itemgetter(0))
        merged: dict[Any, Any] = {}
        for key, value in zip(keys, held, strict=True):
            before = merged.get(key)
            if before is None:
                merged[key] = value
            else:
                merged[key] = list(map(add, before, value)) if self.sums else before + value
        return sorted(merged.items(), key=itemgetter(0))

    def _words(self, name: str) -> dict[Any, str]:
        if name == "area":
            return _AsTold()
        if name in _TIMES:
            return _Days({"day": 10, "month": 7, "year": 4}[name])
        return _Words(self._names, name)

    def _shown(self, told: list[tuple[Any, Any]]) -> list[dict[str, Any]]:
        if not self.sums and len(self._group) == 2:
            one, two = self._group
            groups = [{one: first, two: second, "n": n} for (first, second), n in told]
        else:
            groups = [self._group_of(words, held) for words, held in told]
        for name in self._group:
            if name not in _TIMES:
                for group in groups:
                    if group[name] is _LAST:
                        group[name] = None
        return groups

    def _group_of(self, words: tuple[str, ...], held: Any) -> dict[str, Any]:
        row: dict[str, Any] = dict(zip(self._group, words, strict=True))
        row["n"] = held[0] if self.sums else held
        if self.sums:
            row["sums"] = {
                # of nothing that is known there is no sum, and so no 0
                name: {"sum": held[at] if held[at + 1] else None, "known": held[at + 1]}
                for name, at in zip(self.sums, range(1, len(held), 2), strict=True)
            }
        return row


_LAST = chr(0x10FFFF)
"""Stands for no word, which comes behind all words."""


class _AsTold(dict[Any, str]):
    """Areas come as their P-codes."""

    def __missing__(self, told: str | None) -> str:
        return told or _LAST


class _Words(dict[Any, str]):
    """Words of the numbers of one sort, each looked up once."""

    def __init__(self, names: Names | None, sort: str) -> None:
        super().__init__()
        self._names, self._sort = names, sort

    def __missing__(self, number: int | None) -> str:
        word = (self._names.text(self._sort, number) if self._names else "") or _LAST
        self[number] = word
        return word


class _Days(_Words):
    """Days since 1970 as a date, or as the first so many letters of it."""

    def __init__(self, length: int) -> None:
        super().__init__(None, "day")
        self._length = length

    def __missing__(self, number: int | None) -> str:
        word = (_DAY_ONE + timedelta(days=number or 0)).isoformat()[: self._length]
        self[number] = word
        return word
