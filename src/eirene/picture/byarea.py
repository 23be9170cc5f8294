"""Where rows stand, counted: each hands out one number that says in which areas, and whose it is.

To group a million rows by area SQLite would sort them, and to tell their sources go through them
once more. One list of numbers costs a look at each row; Python then counts how often each comes.
"""

from __future__ import annotations

from collections import Counter
from math import prod

import msgspec

from eirene.picture.names import Names
from eirene.picture.plan import Plan
from eirene.picture.store import Reading

Table = list[list[int | None]]
OWN_POINT = "v.pointed AND v.reach IS NULL"
"""Whether the point is where it was: of a coarser version it only stands in the middle of an area
or a cell, and says nothing of what lies in another version's areas."""
_LARGEST = 1 << 62
_DATED = "CASE WHEN v.lasts IS NOT NULL THEN v.start"
_numbers = msgspec.json.Decoder(list[int]).decode
_numbers_or_none = msgspec.json.Decoder(list[int | None]).decode


class Told(msgspec.Struct):
    """When all rows of a plan were, and who says so."""

    undated: int = 0
    start: int | None = None
    end: int | None = None
    sources: set[int | None] = msgspec.field(default_factory=set[int | None])
    owners: set[int | None] = msgspec.field(default_factory=set[int | None])

    def spans(self, undated: int | None, start: int | None, end: int | None) -> None:
        """Further rows, of one arm."""
        self.undated += undated or 0
        self.start = min((at for at in (self.start, start) if at is not None), default=None)
        self.end = max((at for at in (self.end, end) if at is not None), default=None)


_TIMES = f"sum(v.lasts IS NULL), min({_DATED} END), max(v.start + v.lasts)"


def told_of(db: Reading, plan: Plan) -> Told:
    """Of all rows of a plan; in one pass over them."""
    told = Told()
    asked = f"{_TIMES}, json_group_array(DISTINCT v.source), json_group_array(DISTINCT v.owner)"
    for arm in plan.arms:
        sql = f"SELECT {asked} FROM {arm.source} WHERE {arm.where}"
        for *times, sources, owners in db.rows(sql, arm.params):
            told.spans(*times)
            told.sources |= set(_numbers_or_none(sources))
            told.owners |= set(_numbers_or_none(owners))
    return told


def _digits(names: Names, levels: int, *, covered: bool) -> list[tuple[str, int]]:
    """Of what a row's number is made, and how many values each may have; nothing is 0."""
    areas = names.most("area") + 1
    digits = [(f"coalesce(v.adm{at}, 0)", areas) for at in range(1, levels + 1)]
    digits.append((f"({OWN_POINT})", 2))
    if covered:
        digits += [(f"coalesce(v.{of}, 0)", names.most(of) + 1) for of in ("source", "owner")]
    return digits


def standing_in(
    db: Reading, plan: Plan, levels: int, *, covered: bool
) -> tuple[Table, Told] | None:
    """Columns of the areas of so many levels, n, and n with a point of their own; and what
    ``told_of`` says, where it is ``covered``. None: there are too many areas and sources for it.
    """
    digits = _digits(db.names, levels, covered=covered)
    if prod(size for _, size in digits) > _LARGEST:
        return None
    number = "0"
    for value, size in digits:
        number = f"({number} * {size} + {value})" if number != "0" else value
    times = _TIMES if covered else "0, NULL, NULL"
    told, found = Told(), Counter[int]()
    for arm in plan.arms:
        sql = f"SELECT json_group_array({number}), {times} FROM {arm.source} WHERE {arm.where}"
        for numbers, *span in db.rows(sql, arm.params):
            found.update(_numbers(numbers))
            told.spans(*span)
    counted: dict[tuple[int, ...], list[int]] = {}
    sizes = [size for _, size in digits]
    for packed, n in found.items():
        values = _unpacked(packed, sizes)
        held = counted.setdefault(tuple(values[:levels]), [0, 0])
        held[0] += n
        held[1] += n * values[levels]
        if covered:
            told.sources.add(values[levels + 1] or None)
            told.owners.add(values[levels + 2] or None)
    rows = [(*(area or None for area in areas), *held) for areas, held in counted.items()]
    columns = zip(*rows, strict=True) if rows else [()] * (levels + 2)
    return [list(column) for column in columns], told


def _unpacked(packed: int, sizes: list[int]) -> list[int]:
    values: list[int] = []
    for size in reversed(sizes):
        packed, value = divmod(packed, size)
        values.append(value)
    return values[::-1]
