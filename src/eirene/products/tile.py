"""One tile of a map as vectors (Mapbox Vector Tile 2.1), of what the picture found for a reader.

Two layers: ``KIND`` has points, ``KIND-areas`` has the areas and cells that versions give as
their place; those are never a point. Each feature says in ``n`` of how many reports it is, and
carries its marking. One with ``id`` is one report; without it, it is several that were gathered
in the square around it, or that share an area, or one of too many to tell of each. A mark of
gathered ones says in ``coarse`` how many of them say an area and no point.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import h3
import mapbox_vector_tile
import shapely
from shapely.geometry.polygon import orient

from eirene.picture import STREAM_COLUMNS, Row
from eirene.picture.columns import moment_of, reach_of
from eirene.picture.rows import stream_row
from eirene.picture.tiles import TileFound
from eirene.places import Place, destination
from eirene.places_tiles import MOST_LATITUDE, Tile, world_of
from eirene.release.coarsen import cell_of
from eirene.reports.markings import highest
from eirene.times import iso

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
EXTENT = 4096
"""Steps on each side of a tile."""
AREAS = "-areas"
_BEYOND = 256
"""Areas are drawn so far over the edge, so that the edge of the tile is not one of theirs."""
_SUMMARY = 120
"""Signs of a summary: the whole stands in every other outlet."""
_CORNERS = 32
_TOLD = (
    "id entity type state summary organisation source precision accuracy_m place pcode grade "
    "withdrawn conflict"
).split()
_COARSE = ("place", "time", "counts")
_AT = {name: at for at, name in enumerate(STREAM_COLUMNS)}
_OPTIONS = {"y_coord_down": True, "extents": EXTENT, "check_winding_order": False}

Feature = dict[str, Any]


def tile_of(found: TileFound, at: Tile, kind: str) -> bytes:
    """The tile's bytes; none where there is nothing to show."""
    frame = _Frame(at)
    points: list[Feature] = []
    areas: list[Feature] = []
    for row in found.rows:
        lon, lat, reach = row.lon, row.lat, reach_of(row.body)
        assert lon is not None and lat is not None
        if reach is None:
            points.append(_feature(frame.point(lon, lat), told(row)))
        else:
            areas.append(_feature(frame.area(lon, lat, reach), told(row)))
    for one in found.gathered:
        properties = {"n": one.n, "marking": str(one.marking)}
        properties |= {"coarse": one.coarse} if one.coarse else {}
        points.append(_feature(frame.local(one.x, one.y), properties))
    for one in found.wide:
        properties = {"n": one.n, "marking": str(one.marking)}
        properties = properties if one.row is None else told(one.row)
        areas.append(_feature(frame.area(one.lon, one.lat, one.reach_m), properties))
    layers = [(kind, points), (kind + AREAS, [one for one in areas if one["geometry"] is not None])]
    filled = [{"name": name, "features": features} for name, features in layers if features]
    return mapbox_vector_tile.encode(filled, default_options=_OPTIONS) if filled else b""


def _feature(geometry: Any, properties: dict[str, Any]) -> Feature:
    return {"geometry": geometry, "properties": properties}


def fields_of(counts: Iterable[str]) -> dict[str, str]:
    """Names of what features may say, with their sorts as TileJSON has them."""
    texts = (*_TOLD, "start", "end", "marking", *(f"coarse_{name}" for name in _COARSE))
    found = dict.fromkeys(texts, "String")
    found |= dict.fromkeys(("withdrawn", "conflict"), "Boolean")
    return found | dict.fromkeys(("n", "coarse", "accuracy_m", *counts), "Number")


def told(row: Row) -> dict[str, Any]:
    """What a tile says of one report; what is not known is absent, never 0."""
    values = stream_row(row)
    found: dict[str, Any] = {"n": 1}
    for name in _TOLD:
        value = values[_AT[name]]
        if value is not None and value != "":
            found[name] = value[:_SUMMARY] if name == "summary" else value
    for name in ("start", "end"):
        if (moment := values[_AT[name]]) is not None:
            found[name] = iso(moment_of(moment))
    found |= values[_AT["counts"]]
    coarse: dict[str, str] = values[_AT["coarse"]] or {}
    found |= {f"coarse_{name}": word for name, word in coarse.items()}
    mark = (row.compartment, row.classification, row.tlp)
    return found | {"marking": str(highest([mark], row.realm))}


class _Frame:
    """From degrees, or the plane, to steps within one tile."""

    def __init__(self, at: Tile) -> None:
        self._side = 1 << at.z
        self._at = at

    def local(self, x: float, y: float) -> Any:
        """A point of the plane."""
        return shapely.Point(*self._steps(x, y))

    def point(self, lon: float, lat: float) -> Any:
        """A point in degrees."""
        return self.local(*_on_plane(lon, lat))

    def area(self, lon: float, lat: float, reach_m: int) -> Any:
        """The part of an area that lies in the tile, or a little over its edge; None: no part.

        What reaches over the 180th meridian comes in at the other side of the world.
        """
        edge = (-_BEYOND, -_BEYOND, EXTENT + _BEYOND, EXTENT + _BEYOND)
        parts: list[Any] = []
        for shift in (-1, 0, 1):
            ring = [self._steps(x + shift, y) for x, y in ring_around(lon, lat, reach_m)]
            xs, ys = [x for x, _ in ring], [y for _, y in ring]
            if max(xs) < edge[0] or min(xs) > edge[2] or max(ys) < edge[1] or min(ys) > edge[3]:
                continue
            inside = min(*xs, *ys) >= edge[0] and max(*xs, *ys) <= edge[2]
            shape = shapely.Polygon(ring)
            parts += _polygons(shape if inside else shapely.clip_by_rect(shape, *edge))
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)

    def _steps(self, x: float, y: float) -> tuple[int, int]:
        across, down = x * self._side - self._at.x, y * self._side - self._at.y
        return round(across * EXTENT), round(down * EXTENT)


def _polygons(shape: Any) -> Iterable[Any]:
    """Polygons on whole steps, their rings as the format wants them; one too small is a square."""
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        ring = [(round(x), round(y)) for x, y in part.exterior.coords]
        if len(set(ring)) < 3 or shapely.Polygon(ring).area < 1:
            x, y = ring[0]
            ring = [(x - 1, y - 1), (x + 1, y - 1), (x + 1, y + 1), (x - 1, y + 1)]
        yield orient(shapely.Polygon(ring))


@lru_cache(maxsize=4_096)
def ring_around(lon: float, lat: float, reach_m: int) -> tuple[tuple[float, float], ...]:
    """The edge, on the plane, of the area that a version gives: of its cell, or a circle.

    Of an administrative area a version says a point and how far around it the area reaches.
    """
    cell = cell_of(Place(lon=lon, lat=lat, accuracy_m=float(reach_m)))
    if cell is not None:
        corners = [(b, a) for a, b in h3.cell_to_boundary(cell)]
    else:
        turns = (at * 360 / _CORNERS for at in range(_CORNERS))
        corners = [(b, a) for a, b in (destination(lat, lon, turn, reach_m) for turn in turns)]
    return tuple(_on_plane(lon + (east - lon + 540) % 360 - 180, north) for east, north in corners)


def _on_plane(lon: float, lat: float) -> tuple[float, float]:
    at = world_of(lon, max(-MOST_LATITUDE, min(MOST_LATITUDE, lat)))
    assert at is not None and math.isfinite(at[1])
    return at
