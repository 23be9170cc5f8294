"""Counts by area: which area a group of reports stands in, and how far that can be relied on.

A shade on a map says nothing without what it is made of: of how many reports, from when to
when, from how many sources, and how many of them stand in no area. All of it is of what one
reader sees, and comes out of the same question as the counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from eirene.picture import schema
from eirene.picture.columns import moment_of
from eirene.picture.plan import Plan
from eirene.picture.store import Reading

Counted = tuple[Any, ...]
"""Columns, then n, with a point, and the sums."""
_FINEST = "coalesce(v.adm3, v.adm2, v.adm1)"
OWN_POINT = "v.pointed AND v.reach IS NULL"
"""Whether the point is where it was: of a coarser version it only stands in the middle of an area
or a cell, and says nothing of what lies in another version's areas."""
_OWN_LON, _OWN_LAT = (f"iif(v.reach IS NULL, v.{axis}, NULL)" for axis in ("lon", "lat"))


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
        self, db: Reading, basis: Basis | None, columns: Sequence[str], level: int, unit: int | None
    ) -> None:
        """``unit``: the vaguest time that a group holds; None: no group is one of time."""
        self._db, self._basis, self._unit = db, basis, unit
        self._level, self._width = level, len(columns)
        self._first = columns.index("adm1")
        self._last = max(at for at, name in enumerate(columns) if name.startswith("adm")) + 1
        self._areas: dict[int, str | None] = {}
        self._split: set[int] = set()
        """Areas that lie in several: their points decide."""
        self._known: dict[Any, tuple[bool, str | None, bool]] = {}
        self._by_point = self._by_area = self._nowhere = self._outside = self._coarse = 0

    def rows(
        self, counted: Iterable[Counted], pointwise: Callable[[str, str], Iterable[Counted]]
    ) -> Iterator[Counted]:
        """The same rows with the P-code of the area in the column of its level.

        ``pointwise`` counts once more, by further columns and on a condition.
        """
        first, last, known = self._first, self._last, self._known
        for row in counted:
            if self._unit is not None and row[0] > self._unit:
                yield row
                continue
            areas = row[first:last]
            place = known.get(areas)
            if place is None:
                place = known[areas] = self._place(areas)
            named, area, split = place
            if not split:
                yield self._put(row, named, area)
        if self._split:
            among = ", ".join(str(number) for number in sorted(self._split))
            points = pointwise(f"{_OWN_LON}, {_OWN_LAT}", f"{_FINEST} IN ({among})")
            yield from self._by_points(points)

    def _place(self, areas: Sequence[int | None]) -> tuple[bool, str | None, bool]:
        """Whether any area is named, the area to count in, and whether points decide on it."""
        codes = [one for one in areas if one is not None]
        area = self._area(codes)
        return bool(codes), area, area is None and bool(codes) and codes[-1] in self._split

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

    def _by_points(self, counted: Iterable[Counted]) -> Iterator[Counted]:
        assert self._basis is not None
        found = [row for row in counted if self._unit is None or row[0] <= self._unit]
        at = self._width
        points = list(dict.fromkeys((row[at], row[at + 1]) for row in found if row[at] is not None))
        degrees = [(lon / schema.DEGREE, lat / schema.DEGREE) for lon, lat in points]
        areas = dict(zip(points, self._basis.at_each(degrees), strict=True))
        for row in found:
            area = areas.get((row[at], row[at + 1]))
            yield self._put((*row[:at], *row[at + 2 :]), True, area)

    def _put(self, row: Counted, named: bool, area: str | None) -> Counted:
        n, pointed = row[self._width], row[self._width + 1] or 0
        if area is not None:
            self._by_point += pointed
            self._by_area += n - pointed
        elif named:
            self._coarse += n
        else:
            self._outside += pointed
            self._nowhere += n - pointed
        at = self._first + self._level - 1
        return (*row[:at], area, *row[at + 1 :])

    def coverage(self, plan: Plan) -> Coverage:
        """Of all rows that were put into areas, and of where they come from."""
        undated, starts, ends = 0, list[int](), list[int]()
        sources, owners = set[int | None](), set[int | None]()
        dated = "CASE WHEN v.lasts IS NOT NULL THEN v.start"
        asked = (  # all in one pass over the rows
            f"sum(v.lasts IS NULL), min({dated} END), max({dated} + v.lasts END), "
            "json_group_array(DISTINCT v.source), json_group_array(DISTINCT v.owner)"
        )
        for arm in plan.arms:
            sql = f"SELECT {asked} FROM {arm.source} WHERE {arm.where}"
            for without, start, end, told, whose in self._db.rows(sql, arm.params):
                undated += without or 0
                starts += [start] if start is not None else []
                ends += [end] if end is not None else []
                sources |= set(msgspec.json.decode(told, type=list[int | None]))
                owners |= set(msgspec.json.decode(whose, type=list[int | None]))
        return Coverage(
            by_point=self._by_point,
            by_area=self._by_area,
            without_place=self._nowhere,
            outside=self._outside,
            too_coarse=self._coarse,
            undated=undated,
            start=moment_of(min(starts)) if starts else None,
            end=moment_of(max(ends)) if ends else None,
            sources=len(sources - {None}),
            organisations=len(owners - {None}),
        )
