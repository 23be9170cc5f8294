"""JSON lines as a table: one object a line, also GeoJSON features, in constant memory.

Members of members get a name with a dot, ``place.lat``; lists stay lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec

from eirene.imports.encodings import open_text
from eirene.imports.geojson import Feature, feature_row, many_names
from eirene.imports.separated import LONGEST_LINE, lines, undecodable
from eirene.imports.tables import MOST_COLUMNS, Broken, Row, Table

_DEEPEST = 3
_LOOKED_AT = 5
_RULE = "is not one JSON object"
_REMEDY = "Write one object a line, with no line end inside and without NaN."
_AROUND = "\x1e\ufeff \t\r\n"
"""Blanks, marks, and the separator of GeoJSON text sequences."""


def is_json_lines(path: Path, encoding: str) -> bool:
    """Whether one of the first lines is a whole JSON object, and the first looks like one."""
    with open_text(path, encoding) as stream:
        try:
            first = [stream.readline(LONGEST_LINE) for _ in range(_LOOKED_AT)]
        except UnicodeDecodeError as error:
            raise undecodable(path, encoding, error) from None
    if len(first[0]) == LONGEST_LINE:
        return False  # one document in one long line
    first = [told for line in first if (told := line.strip(_AROUND))]
    if not first or not first[0].endswith("}"):
        return False
    told = [one for line in first if (one := _object(line)) is not None]
    return bool(told) and told[0].get("type") != "FeatureCollection"


def json_lines(path: Path, encoding: str, facts: list[str]) -> Table:
    """The table in a file of JSON lines; raises ``UnclearFile``."""
    names: dict[str, None] = {}
    count = points = 0
    for _, line in _lines(path, encoding):
        count += 1
        told = _object(line)
        if told is None:
            continue
        if _is_feature(told):
            points += 1
            told = cast(dict[str, Any], told.get("properties") or {}) | {
                name: told["id"] for name in ("id",) if told.get("id") is not None
            }
        names |= dict.fromkeys(_flat(told))
        if len(names) > MOST_COLUMNS:
            raise many_names(path)
    if points:
        names |= dict.fromkeys(("latitude", "longitude", "accuracy_m"))
    columns = tuple(names)
    what = f", {points:,} of them GeoJSON features" if points else ""

    def rows() -> Iterator[Row | Broken]:
        for number, line in _lines(path, encoding):
            yield _row(number, line, columns)

    told = f"JSON lines: {count:,} lines{what}"
    return Table(path, columns, (*facts, told), rows, textual=False)


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """Number and text of each line that is not blank."""
    with open_text(path, encoding) as stream:
        try:
            for number, line in enumerate(lines(stream, path), start=1):
                if told := line.strip(_AROUND):
                    yield number, told
        except UnicodeDecodeError as error:
            raise undecodable(path, encoding, error) from None


def _object(line: str) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return None


def _is_feature(told: dict[str, Any]) -> bool:
    return told.get("type") == "Feature" and ("geometry" in told or "properties" in told)


def _flat(told: dict[str, Any], depth: int = 1) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in told.items():
        if isinstance(value, dict) and value and depth < _DEEPEST:
            inner = _flat(cast(dict[str, Any], value), depth + 1)
            flat |= {f"{name}.{part}": one for part, one in inner.items()}
        else:
            flat[name] = value
    return flat


def _row(number: int, line: str, columns: tuple[str, ...]) -> Row | Broken:
    told = _object(line)
    if told is None:
        return Broken(number, "", line[:80], _RULE, _REMEDY)
    if not _is_feature(told):
        flat = _flat(told)
        return Row(number, [flat.get(name) for name in columns])
    try:
        feature = msgspec.convert(told, Feature)
    except msgspec.ValidationError as error:
        return Broken(number, "", line[:80], str(error), _REMEDY)
    feature.properties = _flat(feature.properties or {})
    return feature_row(number, feature, columns)
