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

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from operator import add, itemgetter
from typing import Any

import msgspec

from eirene.errors import InvalidQuery
from eirene.picture import schema
from eirene.picture.byarea import OWN_POINT, Told, standing_in, told_of
from eirene.picture.coverage import Basis, Coverage, Placed, Table, dated
from eirene.picture.cql2 import queryables
from eirene.picture.names import Names
from eirene.picture.plan import Arm, Plan, planned
from eirene.picture.query import Query
from eirene.picture.store import Picture, Reading
from eirene.release.reader import Reader

GROUPS = ("day", "month", "year", "area", "kind", "type", "state", "actor")
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
        left_out = _left_out(db, reader, query) if query.leaving else 0
        plan = planned(db, reader, query, tallied=not sums and "actor" not in group)
        tally = _Tally(group, level, sums, db.names, every=basis is not None and not basis.kept)
        if "area" not in group:
            table = tally.taken(_counted(db, plan, tally))
            return msgspec.structs.replace(tally.counts(table), left_out=left_out)
        # the index of days does not hold who says so
        whole = planned(db, reader, query) if coverage else plan
        counted, told = _by_area(db, plan, whole, tally, coverage=coverage)
        placed = Placed(db, basis, tally.columns, level)
        table = placed.put(
            tally.taken(counted),
            lambda columns, only: tally.dated(_counted(db, plan, tally, columns, only)),
        )
        found = msgspec.structs.replace(tally.counts(table), left_out=left_out)
        return msgspec.structs.replace(found, coverage=placed.coverage(told)) if told else found


def _by_area(
    db: Reading, plan: Plan, whole: Plan, tally: _Tally, *, coverage: bool
) -> tuple[Table, Told | None]:
    """What stands in the areas of the tally, and in its other groups; and what coverage needs."""
    if tally.areas_alone:
        found = standing_in(db, whole, len(tally.columns), covered=coverage)
        if found is not None:
            return found[0], found[1] if coverage else None
    return _counted(db, plan, tally), told_of(db, whole) if coverage else None


def _left_out(db: Reading, reader: Reader, query: Query) -> int:
    """How many more this reader sees than may leave, within the same state of the picture."""
    asked = msgspec.structs.replace(query, leaving=False)
    total = _Tally((), 1, (), db.names)
    plan = planned(db, reader, asked, tallied=True)
    return sum(_counted(db, plan, total, only="v.stays = 1")[0])


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
    db: Reading, plan: Plan, tally: _Tally, further: Sequence[str] = (), only: str = ""
) -> Table:
    """Columns of the tally and further ones, n, with a point, sum and known of each sum.

    SQLite hands out each column in one piece: rows would be as many objects, which are made,
    looked through for circles, and put into columns here.
    """
    known = queryables()
    values = [known[name].sql for name in tally.sums]
    counted = ["count(*)", f"sum({OWN_POINT})"]
    counted += [part for sql in values for part in (f"sum({sql})", f"count({sql})")]
    keys = [*(f"v.{name}" for name in tally.columns), *further]
    table: list[list[Any]] = [[] for _ in (*keys, *counted)]
    by = [*(f"v.{name}" for name in tally.grouped), *further]
    for arm in plan.arms:
        shown, where = list(keys), f"{arm.where} AND {only}" if only else arm.where
        # the index ``by_day`` begins with the unit: what is too vague is one number
        within, vague = _units(schema.VAGUE if tally.finest is None else tally.finest)
        if arm.indexed:
            if vague and not only:
                of_none = ["NULL"] * len(keys)
                test = f"{where} AND v.unit IN ({vague})"
                _add(table, db, arm, [*of_none, *counted], test)
            where += f" AND v.unit IN ({within})"
        elif tally.finest is not None:
            shown[0] = f"iif(v.unit IN ({within}), v.day, NULL)"
        _add(table, db, arm, [*shown, *counted], where, by)
    return table


_column = msgspec.json.Decoder(list[int | None]).decode


def _add(
    table: list[list[Any]],
    db: Reading,
    arm: Arm,
    columns: Sequence[str],
    where: str,
    by: Sequence[str] = (),
) -> None:
    """What one statement counts, below what is in the table; nothing of nothing."""
    named = ", ".join(f"{sql} AS c{at}" for at, sql in enumerate(columns))
    together = f"GROUP BY {', '.join(by)}" if by else "HAVING count(*)"
    inner = f"SELECT {named} FROM {arm.source} WHERE {where} {together}"
    each = ", ".join(f"json_group_array(c{at})" for at in range(len(columns)))
    for found in db.rows(f"SELECT {each} FROM ({inner})", arm.params):
        for column, more in zip(table, found, strict=True):
            column.extend(_column(more))


def _units(finest: int) -> tuple[str, str]:
    """Units of which a group of time holds the whole time of a report, and those of which none does."""
    units = [str(unit) for unit in range(schema.VAGUE + 1)]
    return ", ".join(units[: finest + 1]), ", ".join(units[finest + 1 :])


class _Tally:
    """Adds up what SQLite counted, into groups as they were asked for.

    Time is counted by day there, and areas too: that is the order of the index
    ``by_day``, which saves sorting a million rows. Months, years and areas of
    all times are made of days here.

    A hundred thousand groups are usual. So nothing is done for each of them in a loop of
    ours that can be done for each word, or in C: what was counted is a table of columns.
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
        self._total = self._pointed = self._imprecise = 0
        self.columns = [] if self._time is None else ["day"]
        """Of a row of the table, before n; no day: its time is too vague for the groups."""
        if "area" in group:
            self.columns += [f"adm{at}" for at in range(1, (max(LEVELS) if every else level) + 1)]
        self.columns += [name for name in ("kind", "type", "state", "actor") if name in group]
        by_day = self._time is not None or ("area" in group and not sums)
        rest = self.columns if self._time is None else self.columns[1:]
        self.grouped = ["unit", "day", *rest] if by_day else rest

    @property
    def areas_alone(self) -> bool:
        """Whether nothing but how many stand in areas is asked for."""
        return tuple(self._group) == ("area",) and not self.sums

    def dated(self, table: Table) -> Table:
        """Those of a time that the groups hold."""
        return table if self._time is None else dated(table)

    def taken(self, table: Table) -> Table:
        """All that was counted, for the totals; and of it what stands in groups."""
        at = len(self.columns)
        self._total, self._pointed = sum(table[at]), sum(table[at + 1])
        table = self.dated(table)
        self._imprecise = self._total - sum(table[at])
        return table

    def counts(self, table: Table) -> Counts:
        """The totals, and groups in order."""
        without_point = self._total - self._pointed
        return Counts(self._total, without_point, self._imprecise, self._groups(table))

    def _groups(self, table: Table) -> list[dict[str, Any]]:
        words, keys = self._keys(table)
        found = self._merged(keys, table)
        if not self.sums and len(words) == 2:
            (one, two), (first, second) = self._group, words
            size = len(second)
            return [{one: first[key // size], two: second[key % size], "n": n} for key, n in found]
        return [self._group_of(words, key, held) for key, held in found]

    def _keys(self, table: Table) -> tuple[list[list[str | None]], list[int]]:
        """Words of each group in order, no word last; and one number for each row, which is the
        place of its words among them: numbers are sorted ten times faster than words.
        """
        words: list[list[str | None]] = []
        keys, size = [0] * len(table[-1]), 1
        for name in reversed(self._group):
            column = table[self._column(name)]
            word_of = self._word_of(name)
            told = {value: word_of(value) for value in set(column)}
            ordered = sorted(set(told.values()), key=lambda word: (word is None, word or ""))
            ranks = {word: rank * size for rank, word in enumerate(ordered)}
            places = {value: ranks[word] for value, word in told.items()}
            keys = list(map(add, keys, map(places.__getitem__, column)))
            size *= len(ordered)
            words.insert(0, ordered)
        return words, keys

    def _column(self, name: str) -> int:
        """Where the number of a group stands in a row; of an area its P-code."""
        if name in _TIMES:
            return 0
        return self.columns.index(f"adm{self._level}" if name == "area" else name)

    def _word_of(self, name: str) -> Callable[[Any], str | None]:
        if name == "area":
            return lambda code: code
        if name in _TIMES:
            length = {"day": 10, "month": 7, "year": 4}[name]
            return lambda day: _date(day)[:length]
        return lambda number: self._names.text(name, number) or None

    def _merged(self, keys: list[int], table: Table) -> list[tuple[int, Any]]:
        """What each group holds, in order."""
        held: Sequence[Any] = table[len(self.columns)]
        if self.sums:
            known = ([value or 0 for value in column] for column in table[len(self.columns) + 2 :])
            held = list(map(list, zip(held, *known, strict=True)))
        if len(set(keys)) == len(keys):
            return sorted(zip(keys, held, strict=True), key=itemgetter(0))
        merged: dict[int, Any] = {}
        for key, value in zip(keys, held, strict=True):
            before = merged.get(key)
            if before is None:
                merged[key] = value
            else:
                merged[key] = list(map(add, before, value)) if self.sums else before + value
        return sorted(merged.items(), key=itemgetter(0))

    def _group_of(self, words: list[list[str | None]], key: int, held: Any) -> dict[str, Any]:
        told: list[str | None] = []
        for ordered in reversed(words):
            key, place = divmod(key, len(ordered))
            told.append(ordered[place])
        row: dict[str, Any] = dict(zip(self._group, reversed(told), strict=True))
        row["n"] = held[0] if self.sums else held
        if self.sums:
            row["sums"] = {
                # of nothing that is known there is no sum, and so no 0
                name: {"sum": held[at] if held[at + 1] else None, "known": held[at + 1]}
                for name, at in zip(self.sums, range(1, len(held), 2), strict=True)
            }
        return row


@lru_cache(1 << 16)
def _date(day: int) -> str:
    return (_DAY_ONE + timedelta(days=day)).isoformat()
