"""Lines and areas out of boundary files as they are drawn: GeoJSON, GeoPackage.

Everything else of a map file becomes a row with a point (``mapfiles``, ``geojson``); here the
shapes themselves are wanted. GDAL reads in the process that is shut in.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import shapely

from eirene.imports.encodings import open_bytes
from eirene.imports.faults import UnclearFile
from eirene.imports.mapfiles import drawn

LARGEST = 200_000_000
"""Bytes of GeoJSON, unpacked."""
_SQLITE = b"SQLite format 3\x00"

Outline = tuple[dict[str, Any], shapely.Geometry]


class _Feature(msgspec.Struct):
    geometry: msgspec.Raw
    properties: dict[str, Any] | None = None


class _Collection(msgspec.Struct):
    features: list[_Feature]


def outlines(path: Path, layer: str | None = None) -> list[Outline]:
    """Fields and shape of each feature of a file; raises ``UnclearFile``."""
    if not path.is_file():
        raise UnclearFile(f"There is no file {path}.", field="file", remedy="Check the path.")
    with open_bytes(path) as stream:
        start = stream.read(16)
    if start == _SQLITE:
        found = [(fields, shapely.from_wkb(shape)) for fields, shape in drawn(path, layer)]
    else:
        found = _geojson(path)
    if not found:
        raise UnclearFile(f"{path.name} holds no shapes.", field="file", remedy="Export it anew.")
    for _, shape in found:
        # of an empty shape these are no numbers, which lie nowhere
        west, south, east, north = map(float, shapely.bounds(shape))  # pyright: ignore[reportUnknownMemberType]
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise UnclearFile(
                f"{path.name} has a shape that lies beyond the ends of the earth, or is empty.",
                field="crs",
                remedy="Export it in WGS 84 (EPSG:4326), longitude first.",
            )
    return [(fields, shapely.make_valid(shape)) for fields, shape in found]


def _geojson(path: Path) -> list[Outline]:
    with open_bytes(path) as stream:
        told = stream.read(LARGEST + 1)
    if len(told) > LARGEST:
        raise UnclearFile(
            f"{path.name} is larger than {LARGEST:,} bytes.",
            field="file",
            remedy="Give one level a file, with fewer corners.",
        )
    try:
        features = msgspec.json.decode(told, type=_Collection).features
        return [
            (one.properties or {}, shapely.from_geojson(bytes(one.geometry))) for one in features
        ]
    except (msgspec.DecodeError, shapely.errors.ShapelyError, UnicodeDecodeError) as error:
        raise UnclearFile(
            f"{path.name} is no GeoJSON FeatureCollection and no GeoPackage: {error}.",
            field="file",
            remedy="Export it as GeoPackage or GeoJSON in WGS 84.",
        ) from None
