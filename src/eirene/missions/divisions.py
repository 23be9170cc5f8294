"""Versions of how a country is divided: which areas there were, from when to when, and whose list says so.

Invariants
  * The first version that a mission declares is its standing one: reports are kept, and made
    coarser, by its areas. Another version is a way of counting what is there, and of reading
    P-codes; it changes nothing that was filed.
  * A report counts in an area of another version where its own area lies wholly in it, or where
    its point does. Where neither is known it counts in none; nothing is shared out by guess.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import shapely

from eirene.missions.areas import Areas, deg2

_WHOLLY = 0.98
"""An area lies wholly in another of which it shares so much: two lists draw one line twice."""
_BESIDE_DEG = 0.0015
"""Borders and the lines that are not agreed are drawn apart by less than this."""


class AreaFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Boundaries of one administrative level."""

    level: int
    file: str


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a mission, or the administrator who brought it, says of a version."""

    id: str
    title: str
    valid_from: str = ""
    """First day, ISO 8601; empty: since when is not known."""
    valid_to: str = ""
    """Last day, included; empty: still."""
    source: str = ""
    licence: str = ""
    attribution: str = ""
    note: str = ""
    """How it was derived, where it was."""
    pcodes: str = ""
    """P-codes with names and parents, CSV."""
    areas: tuple[AreaFile, ...] = ()
    """Boundaries; levels without any have codes and names alone."""
    disputed: str = ""
    """Lines that are not agreed, GeoJSON."""


class Code(msgspec.Struct, frozen=True):
    """One P-code of a version."""

    pcode: str
    name: str
    level: int
    parent: str = ""
    other_names: tuple[str, ...] = ()
    km2: float = 0.0


class Division:
    """One version, read when first asked for."""

    def __init__(self, told: Told, folder: Path) -> None:
        self.told = told
        self.id = told.id
        self._folder = folder
        self.areas = Areas({one.level: folder / one.file for one in told.areas})

    def holds(self, day: date) -> bool:
        """Whether it was in force on a day."""
        text = day.isoformat()
        return (self.told.valid_from or "") <= text <= (self.told.valid_to or "9999")

    @property
    def levels(self) -> list[int]:
        """Levels by which it can be counted, the coarsest first; the whole country is none."""
        return [level for level in self.areas.levels if level > 0]

    @cached_property
    def codes(self) -> dict[str, Code]:
        """All codes, by themselves."""
        path = self._folder / self.told.pcodes if self.told.pcodes else None
        return {one.pcode: one for one in _codes(path)} if path else {}

    @cached_property
    def coded(self) -> frozenset[int]:
        """Levels of which it has codes."""
        return frozenset(one.level for one in self.codes.values())

    @cached_property
    def parents(self) -> dict[str, str]:
        """P-code of each area -> P-code of the area around it."""
        return {one.pcode: one.parent for one in self.codes.values() if one.parent}

    def name_of(self, pcode: str) -> str:
        """Name of an area; "" where the version has none such."""
        one = self.codes.get(pcode)
        return one.name if one else ""

    def holding(self, pcode: str, level: int) -> str | None:
        """P-code of the area of a level that is, or holds, the one with this code."""
        while (one := self.codes.get(pcode)) and one.level > level:
            pcode = one.parent
        return pcode if one and one.level == level else None

    def shape_of(self, pcode: str) -> shapely.Geometry | None:
        """The shape of an area, or of the smallest around it that has one."""
        while one := self.codes.get(pcode):
            areas = self.areas.level(one.level)
            if areas is not None and (shape := areas.shape_of(pcode)) is not None:
                return shape
            pcode = one.parent
        return None

    def outlines(self, level: int) -> dict[str, Any] | None:
        """Areas of a level as a GeoJSON FeatureCollection to be drawn; None: no such level.

        Each with ``pcode``, ``name`` and ``at``, a point inside of it.
        """
        areas = self.areas.level(level)
        if areas is None:
            return None
        features = [
            _feature(geometry, {"pcode": code, "name": self.name_of(code), "at": at})
            for code, at, geometry in areas.outlines()
        ]
        return {"type": "FeatureCollection", "features": features}

    def borders(self, level: int) -> dict[str, Any] | None:
        """Lines between the areas of a level as GeoJSON; ``disputed`` 1 where they are not agreed."""
        areas = self.areas.level(level)
        if areas is None:
            return None
        drawn = [shapely.from_geojson(bytes(geometry)) for _, _, geometry in areas.outlines()]
        lines = shapely.unary_union(shapely.boundary(drawn))
        disputed = self._disputed
        found = [(lines, 0)]
        if disputed is not None:
            found = [
                (shapely.difference(lines, shapely.buffer(disputed, _BESIDE_DEG)), 0),
                (disputed, 1),
            ]
        features = [
            _feature(msgspec.Raw(str(shapely.to_geojson(line)).encode()), {"disputed": sort})
            for line, sort in found
            if not shapely.is_empty(line)
        ]
        return {"type": "FeatureCollection", "features": features}

    @cached_property
    def _disputed(self) -> shapely.Geometry | None:
        if not self.told.disputed:
            return None
        told = shapely.from_geojson((self._folder / self.told.disputed).read_bytes())
        return shapely.unary_union(shapely.get_parts(told))


def _shared(shape: shapely.Geometry, other: shapely.Geometry) -> float:
    """The part of a shape that another holds; a line, in a list of long ago, lies in none."""
    size = deg2(shape)
    return deg2(shapely.intersection(shape, other)) / size if size else 0.0


def _feature(geometry: msgspec.Raw, says: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": says, "geometry": geometry}


def _codes(path: Path) -> Iterator[Code]:
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield Code(
                pcode=row["pcode"],
                name=row["name"],
                level=int(row["level"]),
                parent=row["parent_pcode"],
                other_names=tuple(filter(None, (row.get("ref_name") or "").split("|"))),
                km2=float(row.get("area_sqkm") or 0),
            )


class Basis:
    """One level of a version, to count by what is kept by the areas of any."""

    def __init__(self, divisions: Sequence[Division], division: Division, level: int) -> None:
        self._divisions, self.division, self.level = divisions, division, level
        self._found: dict[str, str | None] = {}

    @property
    def kept(self) -> bool:
        """Whether reports are kept by these areas: then their P-codes of a level are the answer."""
        return self.division is self._divisions[0]

    def area_of(self, pcode: str) -> str | None:
        """P-code of the area that a whole area lies in; None where it lies in none, or in several.

        A code that several versions use for different areas must lead to the same answer in all.
        """
        if pcode not in self._found:
            versions = [version for version in self._divisions if pcode in version.codes]
            if self.kept and self.division in versions:
                versions = [self.division]  # points were given these codes
            told = {self._in(version, pcode) for version in versions}
            self._found[pcode] = told.pop() if len(told) == 1 else None
        return self._found[pcode]

    def _in(self, version: Division, pcode: str) -> str | None:
        if version is self.division:
            return version.holding(pcode, self.level)
        wanted = self.division.areas.level(self.level)
        shape = version.shape_of(pcode)
        if shape is None or wanted is None:
            return None
        return next(
            (code for code, other in wanted.meeting(shape) if _shared(shape, other) >= _WHOLLY),
            None,
        )

    def pointed(self, pcode: str) -> bool:
        """Whether a point in this area may say more: it is of the finest by which points are kept."""
        standing = self._divisions[0]
        one = standing.codes.get(pcode)
        return one is not None and one.level == standing.areas.finest

    def at_each(self, points: Sequence[tuple[float, float]]) -> list[str | None]:
        """P-codes of the areas that hold these points, longitude first."""
        areas = self.division.areas.level(self.level)
        return areas.at_each(points) if areas and points else [None] * len(points)
