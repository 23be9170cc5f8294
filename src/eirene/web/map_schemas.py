"""Shapes of the mission's own maps, for ``/openapi.json``."""

from __future__ import annotations

from typing import Any

from eirene.web.shape import TEXT, TEXTS, WHOLE, mapping_of

_TILE_JSON: dict[str, Any] = mapping_of(
    {
        "tilejson": TEXT,
        "name": TEXT,
        "description": TEXT,
        "attribution": TEXT,
        "scheme": {"const": "xyz"},
        "tiles": TEXTS,
        "minzoom": WHOLE,
        "maxzoom": WHOLE,
        "vector_layers": {
            "type": "array",
            "items": mapping_of({"id": TEXT, "description": TEXT, "fields": {"type": "object"}}),
        },
    }
)
_TILE_JSON["properties"]["bounds"] = {"type": "array", "items": {"type": "number"}}

MAP_SCHEMAS: dict[str, Any] = {
    "TileJson": _TILE_JSON,
    "OwnMap": mapping_of(
        {
            "id": TEXT,
            "title": TEXT,
            "attribution": TEXT,
            "licence": TEXT,
            "as_of": {"type": ["string", "null"]},
            "order": WHOLE,
            "added": TEXT,
            "tiles": {"enum": ["vector", "raster"]},
            "tile_size": WHOLE,
            "layers": TEXTS,
            "bbox": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
            "min_zoom": WHOLE,
            "max_zoom": WHOLE,
            "size": WHOLE,
            "sha256": TEXT,
        }
    ),
    "OwnMaps": mapping_of(
        {"maps": {"type": "array", "items": {"$ref": "#/components/schemas/OwnMap"}}}
    ),
    "MapOrder": mapping_of({"maps": TEXTS}),
}
