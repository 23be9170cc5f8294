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
from shapely.geometry import LineString, MultiPolygon, Polygon

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
        parts = [
            Polygon(self._ring(rings[0]), [self._ring(hole) for hole in rings[1:]])
            for rings in _polygons(geometry)
        ]
        whole = shapely.make_valid(MultiPolygon(parts))
        areas = [part for part in _parts(whole) if isinstance(part, Polygon)]
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
