"""Shapes of counts by area, of maps and of versions of the divisions, for ``/openapi.json``."""

from __future__ import annotations

from typing import Any

ANY: dict[str, Any] = {"type": "object"}
TEXT: dict[str, Any] = {"type": "string"}
WHOLE: dict[str, Any] = {"type": "integer"}
NUMBER: dict[str, Any] = {"type": "number"}
BOX: dict[str, Any] = {"type": "array", "items": NUMBER, "minItems": 4, "maxItems": 4}
MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
MAYBE_TIME: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _map(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {"type": "object", "properties": required | optional, "required": list(required)}


PLACE_SCHEMAS: dict[str, Any] = {
    "Counts": _map(
        {"total": WHOLE, "imprecise": WHOLE, "groups": _list(ANY), "marking": TEXT},
        coverage={"$ref": "#/components/schemas/Coverage"},
    ),
    "Coverage": _map(
        {
            "by_point": WHOLE,
            "by_area": WHOLE,
            "without_place": WHOLE,
            "outside": WHOLE,
            "too_coarse": WHOLE,
            "undated": WHOLE,
            "start": MAYBE_TIME,
            "end": MAYBE_TIME,
            "sources": WHOLE,
            "organisations": WHOLE,
        }
    ),
    "Map": _map(
        {
            "bbox": BOX,
            "maps": _list(ANY),
            "levels": _list(WHOLE),
            "bases": _list({"$ref": "#/components/schemas/Division"}),
        }
    ),
    "Division": _map(
        {
            "id": TEXT,
            "title": TEXT,
            "valid_from": MAYBE_TEXT,
            "valid_to": MAYBE_TEXT,
            "source": MAYBE_TEXT,
            "licence": MAYBE_TEXT,
            "attribution": MAYBE_TEXT,
            "note": MAYBE_TEXT,
            "levels": _list(WHOLE),
        }
    ),
    "BorderCollection": _map(
        {
            "type": {"const": "FeatureCollection"},
            "features": _list(
                _map(
                    {
                        "type": {"const": "Feature"},
                        "properties": _map({"disputed": WHOLE}),
                        "geometry": ANY,
                    }
                )
            ),
        }
    ),
    "AreaCollection": _map(
        {
            "type": {"const": "FeatureCollection"},
            "features": _list(
                _map(
                    {
                        "type": {"const": "Feature"},
                        "properties": _map({"pcode": TEXT, "name": TEXT, "at": _list(NUMBER)}),
                        "geometry": ANY,
                    }
                )
            ),
        }
    ),
}
