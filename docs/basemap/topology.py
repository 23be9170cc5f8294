"""TopoJSON to geometries: enough of it for the Natural Earth files of ``world-atlas``.

Boundaries are what two countries share, so they are read from the topology
itself: a line that two neighbours share is one arc, not two that nearly meet.
"""

# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from shapely.affinity import translate
from shapely.geometry import LineString, MultiPolygon, Polygon, box

Ring = list[int]


class Topology:
    """One TopoJSON file, its arcs decoded to degrees."""

    def __init__(self, path: Path) -> None:
        self.held: dict[str, Any] = json.loads(path.read_text("utf-8"))
        scale, origin = self.held["transform"]["scale"], self.held["transform"]["translate"]
        self.arcs = [list(_decoded(arc, scale, origin)) for arc in self.held["arcs"]]

    def geometries(self, name: str) -> list[dict[str, Any]]:
        return self.held["objects"][name]["geometries"]

    def polygon(self, geometry: dict[str, Any]) -> MultiPolygon:
        areas: list[Polygon] = []
        for rings in _polygons(geometry):
            shell, *holes = (_unrolled(self._ring(ring)) for ring in rings)
            whole = shapely.make_valid(Polygon(shell, holes))
            areas.extend(part for part in _parts(_rolled(whole)) if isinstance(part, Polygon))
        return MultiPolygon(areas)

    def shared(self, name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any], LineString]]:
        """Each arc between two neighbours, once."""
        owners: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for geometry in self.geometries(name):
            for rings in _polygons(geometry):
                for ring in rings:
                    for arc in ring:
                        owners[arc if arc >= 0 else ~arc].append(geometry)
        for arc, (first, *others) in sorted(owners.items()):
            for other in others:
                if other is not first:
                    yield first, other, LineString(self.arcs[arc])

    def _ring(self, ring: Ring) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for arc in ring:
            line = self.arcs[arc] if arc >= 0 else self.arcs[~arc][::-1]
            points.extend(line[1:] if points else line)
        return points


def _unrolled(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The ring without jumps: the files leave out the cut where the date changes."""
    points = [ring[0]]
    for lon, lat in ring[1:]:
        before = points[-1][0]
        points.append((lon + 360 * round((before - lon) / 360), lat))
    first, last = points[0], points[-1]
    if abs(last[0] - first[0]) > 180:
        # Goes round a pole: closed along the edge of the map.
        pole = -90.0 if first[1] < 0 else 90.0
        points += [(last[0], pole), (first[0], pole)]
    return points


def _rolled(area: shapely.Geometry) -> shapely.Geometry:
    """The area cut where the date changes, every part between 180 W and 180 E."""
    parts = []
    for turn in (-1, 0, 1):
        window = box(-180 + 360 * turn, -90, 180 + 360 * turn, 90)
        parts.append(translate(shapely.intersection(area, window), xoff=-360.0 * turn))
    return shapely.union_all(parts)


def _decoded(arc: list[list[int]], scale: list[float], origin: list[float]):
    x = y = 0
    for dx, dy in arc:
        x, y = x + dx, y + dy
        yield x * scale[0] + origin[0], y * scale[1] + origin[1]


def _polygons(geometry: dict[str, Any]) -> list[list[Ring]]:
    if geometry["type"] == "Polygon":
        return [geometry["arcs"]]
    return geometry["arcs"] if geometry["type"] == "MultiPolygon" else []


def _parts(geometry: shapely.Geometry) -> Iterator[shapely.Geometry]:
    for part in getattr(geometry, "geoms", [geometry]):
        if hasattr(part, "geoms"):
            yield from _parts(part)
        else:
            yield part
