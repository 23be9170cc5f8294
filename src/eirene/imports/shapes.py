"""Shapes to a point with the radius that is honest for it."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import shapely

from eirene.places import distance_m


def circle_of(geometry: dict[str, Any]) -> tuple[float, float, float | None]:
    """Longitude, latitude and radius in metres of the circle that holds a GeoJSON geometry.

    A point has no radius of its own (None). Raises ``ValueError`` where the
    geometry is empty, is no geometry, or has coordinates that are not numbers.
    """
    if geometry.get("type") == "Point":
        lon, lat = msgspec.convert(geometry["coordinates"][:2], tuple[float, float])
        return lon, lat, None
    try:
        shape = shapely.from_geojson(msgspec.json.encode(geometry))
    except shapely.errors.ShapelyError as error:
        raise ValueError(str(error).partition("\n")[0]) from None
    return _circle(shape)


def circle_of_wkb(shape: bytes) -> tuple[float, float, float | None]:
    """The same of a shape in well-known binary."""
    try:
        told = shapely.from_wkb(shape)
    except shapely.errors.ShapelyError as error:
        raise ValueError(str(error).partition("\n")[0]) from None
    if told.geom_type == "Point" and not told.is_empty:
        lon, lat = shapely.get_coordinates(told)[0].tolist()
        return _finite(lon, lat, None)
    return _circle(told)


def _circle(shape: shapely.Geometry) -> tuple[float, float, float | None]:
    if shapely.is_empty(shape):
        raise ValueError("it is empty")
    middle = shapely.centroid(shapely.minimum_bounding_circle(shape))
    return _finite(middle.x, middle.y, reach_m(shape, middle.x, middle.y))


def _finite(lon: float, lat: float, reach: float | None) -> tuple[float, float, float | None]:
    if not (math.isfinite(lon) and math.isfinite(lat) and math.isfinite(reach or 0.0)):
        raise ValueError("a coordinate is not a number")
    return lon, lat, reach


def reach_m(shape: shapely.Geometry, lon: float, lat: float) -> float:
    """Metres from a point to the farthest corner of a shape."""
    corners = shapely.get_coordinates(shape)
    return max(distance_m(lat, lon, float(y), float(x)) for x, y in corners)
