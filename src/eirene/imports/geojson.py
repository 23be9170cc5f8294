"""GeoJSON as a table: each feature a row, its point the columns latitude and longitude."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from eirene.imports.encodings import open_text
from eirene.imports.faults import UnclearFile
from eirene.imports.shapes import circle_of
from eirene.imports.tables import Broken, Row, Table

LATITUDE, LONGITUDE, REACH = "latitude", "longitude", "accuracy_m"


class _Feature(msgspec.Struct, tag_field="type", tag="Feature"):
    properties: dict[str, Any] | None = None
    geometry: dict[str, Any] | None = None
    id: str | int | float | None = None


class _Collection(msgspec.Struct, tag_field="type", tag="FeatureCollection"):
    features: list[msgspec.Raw]
    crs: Any = None


def features(path: Path, encoding: str, facts: list[str]) -> Table:
    """Features as rows; the point becomes the columns latitude and longitude."""
    with open_text(path, encoding) as stream:
        try:
            text = stream.read().lstrip("\ufeff")
            document = msgspec.json.decode(text, type=_Collection)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnclearFile(
                f"{path.name} is not a GeoJSON FeatureCollection: {error}.",
                field="file",
                remedy="Export it as GeoJSON in WGS 84; GeoJSON has no NaN and no comments.",
            ) from None
    _check_crs(path, document.crs)
    features = [_feature(number, raw) for number, raw in enumerate(document.features, start=1)]
    columns = _property_names(features)
    facts = [*facts, f"GeoJSON with {len(features):,} features"]
    shapes = sum(_geometry_type(one) not in ("", "Point") for one in features)
    if shapes:
        facts.append(
            f"{shapes:,} features are lines or areas: the point is the middle, "
            "accuracy_m the circle that holds them"
        )

    def rows() -> Iterator[Row | Broken]:
        for number, feature in enumerate(features, start=1):
            if isinstance(feature, Broken):
                yield feature
            else:
                yield _feature_row(number, feature, columns)

    return Table(path, columns, tuple(facts), rows, textual=False)


def _feature(number: int, raw: msgspec.Raw) -> _Feature | Broken:
    try:
        return msgspec.json.decode(raw, type=_Feature)
    except msgspec.DecodeError as error:
        return Broken(number, "", bytes(raw)[:80].decode("utf-8", "replace"), str(error), _FEATURE)


_FEATURE = "A feature has properties and a geometry, which may be null."


def _geometry_type(feature: _Feature | Broken) -> str:
    geometry = None if isinstance(feature, Broken) else feature.geometry
    return str(geometry.get("type", "")) if geometry else ""


def _property_names(features: list[_Feature | Broken]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    whole = [one for one in features if isinstance(one, _Feature)]
    for feature in whole:
        names |= dict.fromkeys(feature.properties or {})
    if any(one.id is not None for one in whole):
        names.setdefault("id", None)
    if any(one.geometry for one in whole):
        names |= dict.fromkeys((LATITUDE, LONGITUDE, REACH))
    return tuple(names)


def _check_crs(path: Path, crs: Any) -> None:
    if crs is None:
        return
    named = str(crs)
    if not any(known in named.upper() for known in ("CRS84", "4326", "WGS84", "WGS 84")):
        raise UnclearFile(
            f"{path.name} is in another coordinate system: {named[:100]}.",
            field="crs",
            remedy="Export it in WGS 84 (EPSG:4326).",
        )


def _feature_row(number: int, feature: _Feature, columns: tuple[str, ...]) -> Row | Broken:
    values = dict(feature.properties or {})
    if feature.id is not None:
        values.setdefault("id", feature.id)
    if feature.geometry is not None:
        try:
            lon, lat, reach = circle_of(feature.geometry)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            return Broken(
                number,
                "geometry",
                str(feature.geometry)[:80],
                f"the geometry cannot be read: {error}",
                "Give a Point with longitude and latitude, or null.",
            )
        values[LATITUDE], values[LONGITUDE] = lat, lon
        if reach is not None:
            values[REACH] = reach
    return Row(number, [values.get(name) for name in columns])
