"""Roads of a mission in sections: which one a point lies on."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import shapely

from eirene.places import distance_m

BESIDE_M = 2_000.0
"""No farther from a road than this is a point beside it."""


class Section(NamedTuple):
    """A stretch of road between two junctions or places."""

    ref: str
    name: str
    lon: float
    lat: float
    radius_m: float
    """Metres around its middle that hold the whole of it."""


class _Feature(msgspec.Struct):
    properties: dict[str, Any]
    geometry: msgspec.Raw


class _Collection(msgspec.Struct):
    features: list[_Feature]


class Roads:
    """All sections of one file."""

    def __init__(self, path: Path) -> None:
        features = msgspec.json.decode(path.read_bytes(), type=_Collection).features
        self._lines = [shapely.from_geojson(bytes(one.geometry)) for one in features]
        self._sections = [
            _section(one.properties, line) for one, line in zip(features, self._lines, strict=True)
        ]
        self._tree = shapely.STRtree(self._lines)

    def near(self, lon: float, lat: float) -> Section | None:
        """The section on which, or beside which, the point lies."""
        point = shapely.Point(lon, lat)
        nearest = self._tree.nearest(point)
        if nearest is None:
            return None
        line = self._lines[int(nearest)]
        on = line.interpolate(line.project(point))
        if distance_m(lat, lon, float(on.y), float(on.x)) > BESIDE_M:
            return None
        return self._sections[int(nearest)]


def _section(properties: dict[str, Any], line: Any) -> Section:
    middle = line.interpolate(0.5, normalized=True)
    lon, lat = round(float(middle.x), 5), round(float(middle.y), 5)
    ends = shapely.get_coordinates(line)
    radius = max(distance_m(lat, lon, float(y), float(x)) for x, y in ends)
    return Section(str(properties["ref"]), str(properties["name"]), lon, lat, radius)
