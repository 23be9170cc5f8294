"""Administrative areas of a mission: which one a point lies in, and how far one reaches.

A point on the border of two areas belongs to the one with the lower P-code,
so that every node answers the same.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import msgspec
import shapely

from eirene.places import distance_m


class _Feature(msgspec.Struct):
    properties: dict[str, Any]
    geometry: msgspec.Raw


class _Collection(msgspec.Struct):
    features: list[_Feature]


_CELLS = 16
"""Of a degree, each way: 7 km. As a power of two, so that arithmetic puts no point beside its cell."""
_MOST_CELLS = 100_000
_ASK, _MET, _NONE = "?", "", "-"
"""Of a cell: areas meet in it; one point of it was asked for; no area reaches it."""
_COARSE_DEG = 0.004
"""How far a drawn border may lie from the true one: half a kilometre, a pixel at zoom 8."""


def deg2(shape: shapely.Geometry) -> float:
    """The size of a shape in square degrees."""
    return float(shapely.area(shape))  # pyright: ignore[reportUnknownMemberType]


class Level:
    """The areas of one administrative level."""

    def __init__(self, level: int, path: Path) -> None:
        packed = path.read_bytes()
        data = gzip.decompress(packed) if path.suffix == ".gz" else packed
        features = msgspec.json.decode(data, type=_Collection).features
        features.sort(key=lambda one: str(one.properties[f"adm{level}_pcode"]))
        self.codes = [str(one.properties[f"adm{level}_pcode"]) for one in features]
        self.shapes = [shapely.from_geojson(bytes(one.geometry)) for one in features]
        for shape in self.shapes:
            shapely.prepare(shape)
        self._tree = shapely.STRtree(self.shapes)
        self._place = {code: at for at, code in enumerate(self.codes)}
        self._cells: dict[tuple[float, float], str] = {}
        """By column and row of a cell: the area that holds the whole of it, or one of ``_ASK``,
        ``_MET``, ``_NONE``."""
        self.around = {
            code: {n: str(one.properties[f"adm{n}_pcode"]) for n in range(level)}
            for code, one in zip(self.codes, features, strict=True)
        }
        """P-codes of the areas that hold each area, by level."""

    def at(self, lon: float, lat: float) -> str | None:
        """P-code of the area that holds the point."""
        # the array form makes one point in half the time of ``shapely.Point``
        hits = self._tree.query(shapely.points((lon, lat)), predicate="intersects")
        if not hits.size:
            return None
        return self.codes[int(hits[0] if hits.size == 1 else hits.min())]

    def at_each(self, points: Sequence[tuple[float, float]]) -> list[str | None]:
        """The same of many points, longitude first: all of them in one question, but those in
        cells of which it is known that they lie in one area, or in none.
        """
        cells = self._cells
        at_cell = [(lon * _CELLS // 1, lat * _CELLS // 1) for lon, lat in points]
        self._learn({cell for cell in at_cell if cells.get(cell) == _MET})
        told = [cells.setdefault(cell, _MET) for cell in at_cell]
        open_ = [at for at, code in enumerate(told) if code in (_ASK, _MET)]
        found = [None if code == _NONE else code for code in told]
        if open_:
            for at, code in zip(open_, self._asked([points[at] for at in open_]), strict=True):
                found[at] = code
        return found

    def _asked(self, points: Sequence[tuple[float, float]]) -> list[str | None]:
        asked, hits = self._tree.query(shapely.points(points), predicate="intersects")
        first: dict[int, int] = {}
        for point, hit in zip(asked.tolist(), hits.tolist(), strict=True):
            first[point] = min(hit, first.get(point, hit))
        return [self.codes[first[at]] if at in first else None for at in range(len(points))]

    def _learn(self, cells: Set[tuple[float, float]]) -> None:
        """Which areas reach into cells that are asked for again."""
        if len(self._cells) > _MOST_CELLS:
            self._cells.clear()
        if not cells:
            return
        each = list(cells)
        boxes = [
            shapely.box(x / _CELLS, y / _CELLS, (x + 1) / _CELLS, (y + 1) / _CELLS) for x, y in each
        ]
        asked, hits = self._tree.query(boxes, predicate="intersects")
        several: dict[int, list[int]] = {}
        for at, hit in zip(asked.tolist(), hits.tolist(), strict=True):
            several.setdefault(at, []).append(hit)
        for at, cell in enumerate(each):
            there = several.get(at, [])
            whole = len(there) == 1 and self.shapes[there[0]].contains_properly(boxes[at])
            self._cells[cell] = self.codes[there[0]] if whole else _ASK if there else _NONE

    def forget(self) -> None:
        """Keep nothing of what was asked for."""
        self._cells.clear()

    def shape_of(self, code: str) -> shapely.Geometry | None:
        """The shape of an area; None: no such area."""
        at = self._place.get(code)
        return None if at is None else self.shapes[at]

    def meeting(self, shape: shapely.Geometry) -> list[tuple[str, shapely.Geometry]]:
        """Areas that have something in common with a shape, by P-code."""
        hits = sorted(self._tree.query(shape, predicate="intersects").tolist())
        return [(self.codes[at], self.shapes[at]) for at in hits]

    def reach_m(self, code: str, lon: float, lat: float) -> float | None:
        """Metres from a point to the farthest corner of an area."""
        at = self._place.get(code)
        if at is None:
            return None
        corners = shapely.get_coordinates(self.shapes[at])
        return max(distance_m(lat, lon, float(y), float(x)) for x, y in corners)

    def stands_for(self, code: str) -> tuple[float, float, float] | None:
        """Longitude and latitude of a point inside an area, and its reach in metres."""
        at = self._place.get(code)
        if at is None:
            return None
        middle = self.shapes[at].centroid
        if not self.shapes[at].covers(middle):
            middle = self.shapes[at].representative_point()
        lon, lat = round(float(middle.x), 5), round(float(middle.y), 5)
        return lon, lat, self.reach_m(code, lon, lat) or 0.0

    def outlines(self) -> list[tuple[str, tuple[float, float], msgspec.Raw]]:
        """P-code, a point inside and a GeoJSON geometry with fewer corners, of each area.

        Neighbours stay neighbours: a border is drawn the same from both sides.
        """
        drawn = shapely.coverage_simplify(self.shapes, _COARSE_DEG)
        exact = shapely.set_precision(drawn, 1e-4, mode="pointwise")  # pyright: ignore[reportUnknownMemberType]
        geometries = shapely.to_geojson(exact)
        found: list[tuple[str, tuple[float, float], msgspec.Raw]] = []
        for code, geometry in zip(self.codes, geometries, strict=True):
            lon, lat, _ = self.stands_for(code) or (0.0, 0.0, 0.0)
            found.append((code, (lon, lat), msgspec.Raw(str(geometry).encode())))
        return found


class Areas:
    """All levels of a mission, read when first asked for."""

    def __init__(self, files: Mapping[int, Path]) -> None:
        self._files = dict(files)
        self._levels: dict[int, Level] = {}
        self._reaches: dict[tuple[int, float, float], float | None] = {}

    @property
    def finest(self) -> int:
        """The highest level there is; -1 where there is none."""
        return max(self._files, default=-1)

    @property
    def levels(self) -> list[int]:
        """Those that there are, the coarsest first."""
        return sorted(self._files)

    def level(self, level: int) -> Level | None:
        """The areas of a level, None where the mission has none."""
        if level not in self._levels and level in self._files:
            self._levels[level] = Level(level, self._files[level])
        return self._levels.get(level)

    def at(self, lon: float, lat: float, level: int | None = None) -> str | None:
        """P-code of the area of a level (None: the finest) that holds the point.

        The finest level decides, because the coarser ones are drawn with fewer
        corners: a point is never in a commune of one district and in another district.
        """
        asked = self.finest if level is None else level
        finest = self.level(self.finest)
        code = finest.at(lon, lat) if finest and asked <= self.finest else None
        if finest and code and asked < self.finest:
            return finest.around[code].get(asked)
        if code is None and asked < self.finest:
            areas = self.level(asked)
            return areas.at(lon, lat) if areas else None
        return code

    def at_each(self, points: Sequence[tuple[float, float]]) -> list[str | None]:
        """P-codes of the finest areas that hold these points, longitude first."""
        finest = self.level(self.finest)
        return finest.at_each(points) if finest and points else [None] * len(points)

    def stands_for(self, code: str, level: int) -> tuple[float, float, float] | None:
        """Longitude, latitude and radius in metres that stand for an area; None: no such area."""
        areas = self.level(level)
        return areas.stands_for(code) if areas else None

    def holding(self, code: str, level: int) -> str | None:
        """P-code of the area of a level that is, or holds, the area with this code."""
        own = self.level_of(code)
        areas = None if own is None else self.level(own)
        if areas is None:
            return None
        return code if own == level else areas.around[code].get(level)

    def level_of(self, code: str) -> int | None:
        """Level of the area with this P-code; None where there is none such."""
        for level in sorted(self._files, reverse=True):
            areas = self.level(level)
            if areas and code in areas.around:
                return level
        return None

    def forget(self) -> None:
        """Keep no answer: points that were asked for may be those of reports that were erased."""
        self._reaches.clear()
        for one in list(self._levels.values()):
            one.forget()

    def reach_m(self, lon: float, lat: float, level: int) -> float | None:
        """Radius around a point that holds the whole area of that level around it.

        Lists put one point on all events of an area, so answers are kept.
        """
        key = (level, lon, lat)
        if key not in self._reaches:
            areas = self.level(level)
            code = self.at(lon, lat, level)
            self._reaches[key] = areas.reach_m(code, lon, lat) if areas and code else None
        return self._reaches[key]
