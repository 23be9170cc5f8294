"""Counts by area: which area a group of reports stands in, and how far that can be relied on.

A shade on a map says nothing without what it is made of: of how many reports, from when to
when, from how many sources, and how many of them stand in no area. All of it is of what one
reader sees, and comes out of the same question as the counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import compress
from typing import Any, Protocol

import msgspec

from eirene.picture import schema
from eirene.picture.byarea import Told
from eirene.picture.columns import moment_of
from eirene.picture.store import Reading

Table = list[list[Any]]
"""What was counted, column by column: by what, then n, with a point, and the sums."""
_FINEST = "coalesce(v.adm3, v.adm2, v.adm1)"
_OWN_PLACE = [f"iif(v.reach IS NULL, v.{axis}, NULL)" for axis in ("lon", "lat")]
Stand = tuple[bool, str | None]
"""Whether any area is named, and the area that is counted in."""


def dated(table: Table) -> Table:
    """Rows with a day, which stands first."""
    if None not in table[0]:
        return table
    there = [day is not None for day in table[0]]
    return [list(compress(column, there)) for column in table]


class Basis(Protocol):
    """Areas to count by; reports are kept by P-codes of any version (``missions.divisions``)."""

    @property
    def kept(self) -> bool: ...
    def area_of(self, pcode: str, /) -> str | None: ...
    def pointed(self, pcode: str, /) -> bool: ...
    def at_each(self, points: Sequence[tuple[float, float]], /) -> list[str | None]: ...


class Coverage(msgspec.Struct, frozen=True):
    """How far counts by area can be relied on, of what this reader sees."""

    by_point: int
    """Counted in an area, and with a point of their own."""
    by_area: int
    """Counted in the area that they name, or in the one around it: without a point, or coarser
    versions, whose point is the middle of that area."""
    without_place: int
    """Neither point nor area."""
    outside: int
    """A point, and no area of the mission's around it, or too wide to say which."""
    too_coarse: int
    """They name a larger area than is counted by, or one that this version divides otherwise."""
    undated: int
    """Of all: those without a time, which no period leaves out."""
    start: datetime | None
    """Of all that have a time, the first; None where none has."""
    end: datetime | None
    sources: int
    """Sources that are named."""
    organisations: int
    """Whose reports they are."""


class Placed:
    """Puts rows that were counted by P-codes into the areas that were asked for."""

    def __init__(
        self, db: Reading, basis: Basis | None, columns: Sequence[str], level: int
    ) -> None:
        self._db, self._basis = db, basis
        self._level, self._width = level, len(columns)
        self._first = columns.index("adm1")
        self._last = max(at for at, name in enumerate(columns) if name.startswith("adm")) + 1
        self._areas: dict[int, str | None] = {}
        self._split: set[int] = set()
        """Areas that lie in several: their points decide."""
        self._stand: dict[Any, Stand] = {}
        self._put: Table = [[], [], []]
        """Of all rows that were put somewhere: what ``_stand`` knows them by; n; with a point."""

    def put(self, table: Table, pointwise: Callable[[Sequence[str], str], Table]) -> Table:
        """The same with the P-code of the area in the column of its level.

        ``pointwise`` counts once more, by further columns and on a condition.
        """
        keys: list[Any] = list(zip(*table[self._first : self._last], strict=True))
        stand = self._stand = {areas: self._place(areas) for areas in set(keys)}
        if self._split:
            by_area = [not self._by_point(key, *stand[key]) for key in keys]
            among = ", ".join(str(number) for number in sorted(self._split))
            more, found = self._at_points(pointwise(_OWN_PLACE, f"{_FINEST} IN ({among})"))
            table = [
                [*compress(column, by_area), *further]
                for column, further in zip(table, more, strict=True)
            ]
            keys = [*compress(keys, by_area), *found]
            stand |= {one: one for one in found}  # two things, where areas are three numbers
        self._put = [keys, table[self._width], table[self._width + 1]]
        areas = {key: area for key, (_, area) in stand.items()}
        at = self._first + self._level - 1
        return [*table[:at], list(map(areas.__getitem__, keys)), *table[at + 1 :]]

    def _place(self, areas: Sequence[int | None]) -> Stand:
        codes = [one for one in areas if one is not None]
        return bool(codes), self._area(codes)

    def _by_point(self, areas: Sequence[int | None], named: bool, area: str | None) -> bool:
        """Whether points decide on where rows of these areas are counted."""
        finest = next((one for one in reversed(areas) if one is not None), None)
        return named and area is None and finest in self._split

    def _area(self, codes: Sequence[int]) -> str | None:
        """Of P-codes from the coarsest to the finest, as far as they are known."""
        kept = self._basis is None or self._basis.kept
        if not codes or (kept and len(codes) < self._level):
            return None
        number = codes[self._level - 1] if kept else codes[-1]
        if number not in self._areas:
            code = self._db.names.text("area", number)
            area = self._areas[number] = code if self._basis is None else self._basis.area_of(code)
            if area is None and not kept and self._basis and self._basis.pointed(code):
                self._split.add(number)
        return self._areas[number]

    def _at_points(self, table: Table) -> tuple[Table, list[Stand]]:
        """What was counted by point, without it, and where each row is counted."""
        assert self._basis is not None
        at = self._width
        points = list(zip(table[at], table[at + 1], strict=True))
        there = list(dict.fromkeys(point for point in points if point[0] is not None))
        degrees = [(lon / schema.DEGREE, lat / schema.DEGREE) for lon, lat in there]
        areas = dict(zip(there, self._basis.at_each(degrees), strict=True))
        return table[:at] + table[at + 2 :], [(True, areas.get(point)) for point in points]

    def _stood(self) -> tuple[int, int, int, int, int]:
        """By point, by area, without a place, outside, and too coarse."""
        by_point = by_area = nowhere = outside = coarse = 0
        for key, n, pointed in zip(*self._put, strict=True):
            named, area = self._stand[key]
            if area is not None:
                by_point += pointed
                by_area += n - pointed
            elif named:
                coarse += n
            else:
                outside += pointed
                nowhere += n - pointed
        return by_point, by_area, nowhere, outside, coarse

    def coverage(self, told: Told) -> Coverage:
        """Of all rows that were put into areas, and of where they come from."""
        by_point, by_area, nowhere, outside, coarse = self._stood()
        return Coverage(
            by_point=by_point,
            by_area=by_area,
            without_place=nowhere,
            outside=outside,
            too_coarse=coarse,
            undated=told.undated,
            start=None if told.start is None else moment_of(told.start),
            end=None if told.end is None else moment_of(told.end),
            sources=len(told.sources - {None}),
            organisations=len(told.owners - {None}),
        )
