"""Shapes of the mission's own maps, for ``/openapi.json``."""

from __future__ import annotations

from typing import Any

_TEXT: dict[str, Any] = {"type": "string"}
_WHOLE: dict[str, Any] = {"type": "integer"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}


def _map(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


MAP_SCHEMAS: dict[str, Any] = {
    "OwnMap": _map(
        {
            "id": _TEXT,
            "title": _TEXT,
            "attribution": _TEXT,
            "licence": _TEXT,
            "as_of": {"type": ["string", "null"]},
            "order": _WHOLE,
            "added": _TEXT,
            "tiles": {"enum": ["vector", "raster"]},
            "tile_size": _WHOLE,
            "layers": _TEXTS,
            "bbox": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
            "min_zoom": _WHOLE,
            "max_zoom": _WHOLE,
            "size": _WHOLE,
            "sha256": _TEXT,
        }
    ),
    "OwnMaps": _map({"maps": {"type": "array", "items": {"$ref": "#/components/schemas/OwnMap"}}}),
    "MapOrder": _map({"maps": _TEXTS}),
}
