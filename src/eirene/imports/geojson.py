"""GeoJSON as a table: each feature a row, its point the columns latitude and longitude."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from eirene.imports.encodings import open_text
from eirene.imports.faults import UnclearFile
from eirene.imports.shapes import circle_of
from eirene.imports.tables import MOST_COLUMNS, Broken, Row, Table

LARGEST = 24_000_000
"""Characters of a collection, which is held in memory."""

LATITUDE, LONGITUDE, REACH = "latitude", "longitude", "accuracy_m"


class Feature(msgspec.Struct, tag_field="type", tag="Feature"):
    """One feature, its geometry not yet looked at."""

    properties: dict[str, Any] | None = None
    geometry: dict[str, Any] | None = None
    id: str | int | float | None = None


class _Collection(msgspec.Struct, tag_field="type", tag="FeatureCollection"):
    features: list[msgspec.Raw]
    crs: Any = None


def features(path: Path, encoding: str, facts: list[str]) -> Table:
    """Features as rows; the point becomes the columns latitude and longitude."""
    document = _collection(path, encoding)
    _check_crs(path, document.crs)
    columns, shapes = _surveyed(path, document.features)
    facts = [*facts, f"GeoJSON with {len(document.features):,} features"]
    if shapes:
        facts.append(
            f"{shapes:,} features are lines or areas: the point is the middle, "
            "accuracy_m the circle that holds them"
        )

    def rows() -> Iterator[Row | Broken]:
        for number, raw in enumerate(document.features, start=1):
            feature = _feature(number, raw)
            if isinstance(feature, Broken):
                yield feature
            else:
                yield feature_row(number, feature, columns)

    return Table(path, columns, tuple(facts), rows, textual=False)


def _collection(path: Path, encoding: str) -> _Collection:
    with open_text(path, encoding) as stream:
        try:
            text = stream.read(LARGEST + 1)
            if len(text) > LARGEST:
                raise UnclearFile(
                    f"{path.name} is one JSON document of more than {LARGEST:,} characters.",
                    field="file",
                    remedy="Write one feature a line (GeoJSON text sequence), or use GeoPackage.",
                )
            return msgspec.json.decode(text.lstrip("\ufeff").encode(), type=_Collection)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise UnclearFile(
                f"{path.name} is not a GeoJSON FeatureCollection: {error}.",
                field="file",
                remedy="Export it as GeoJSON in WGS 84; GeoJSON has no NaN and no comments.",
            ) from None


def many_names(path: Path) -> UnclearFile:
    """The error for objects of which each has other members: every row would have a cell for all."""
    return UnclearFile(
        f"The objects in {path.name} have more than {MOST_COLUMNS:,} names.",
        field="file",
        remedy="Values that differ belong into members of one name.",
    )


def _surveyed(path: Path, features: list[msgspec.Raw]) -> tuple[tuple[str, ...], int]:
    """Names of the columns, and the number of features that are lines or areas."""
    names: dict[str, None] = {}
    ids = points = False
    shapes = 0
    for raw in features:
        feature = _feature(0, raw)
        if isinstance(feature, Broken):
            continue
        names |= dict.fromkeys(feature.properties or {})
        if len(names) > MOST_COLUMNS:
            raise many_names(path)
        ids = ids or feature.id is not None
        points = points or bool(feature.geometry)
        shapes += bool(feature.geometry) and str(feature.geometry.get("type", "")) not in (
            "",
            "Point",
        )
    if ids:
        names.setdefault("id", None)
    if points:
        names |= dict.fromkeys((LATITUDE, LONGITUDE, REACH))
    return tuple(names), shapes


def _feature(number: int, raw: msgspec.Raw) -> Feature | Broken:
    try:
        return msgspec.json.decode(raw, type=Feature)
    except (msgspec.DecodeError, RecursionError) as error:
        return Broken(number, "", bytes(raw)[:80].decode("utf-8", "replace"), str(error), _FEATURE)


_FEATURE = "A feature has properties and a geometry, which may be null."


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


def feature_row(number: int, feature: Feature, columns: tuple[str, ...]) -> Row | Broken:
    values = dict(feature.properties or {})
    if feature.id is not None:
        values.setdefault("id", feature.id)
    if feature.geometry is not None:
        try:
            lon, lat, reach = circle_of(feature.geometry)
        except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
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
