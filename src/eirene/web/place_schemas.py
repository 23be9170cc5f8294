"""Shapes of counts by area, of maps and of versions of the divisions, for ``/openapi.json``."""

from __future__ import annotations

from typing import Any

from eirene.web.shape import (
    ANY,
    BOX,
    MAYBE_TEXT,
    MAYBE_TIME,
    NUMBER,
    TEXT,
    WHOLE,
    list_of,
    mapping_of,
)

PLACE_SCHEMAS: dict[str, Any] = {
    "Counts": mapping_of(
        {"total": WHOLE, "imprecise": WHOLE, "groups": list_of(ANY), "marking": TEXT},
        coverage={"$ref": "#/components/schemas/Coverage"},
    ),
    "Coverage": mapping_of(
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
    "Map": mapping_of(
        {
            "bbox": BOX,
            "maps": list_of(ANY),
            "levels": list_of(WHOLE),
            "bases": list_of({"$ref": "#/components/schemas/Division"}),
        }
    ),
    "Division": mapping_of(
        {
            "id": TEXT,
            "title": TEXT,
            "valid_from": MAYBE_TEXT,
            "valid_to": MAYBE_TEXT,
            "source": MAYBE_TEXT,
            "licence": MAYBE_TEXT,
            "attribution": MAYBE_TEXT,
            "note": MAYBE_TEXT,
            "levels": list_of(WHOLE),
        }
    ),
    "BorderCollection": mapping_of(
        {
            "type": {"const": "FeatureCollection"},
            "features": list_of(
                mapping_of(
                    {
                        "type": {"const": "Feature"},
                        "properties": mapping_of({"disputed": WHOLE}),
                        "geometry": ANY,
                    }
                )
            ),
        }
    ),
    "AreaCollection": mapping_of(
        {
            "type": {"const": "FeatureCollection"},
            "features": list_of(
                mapping_of(
                    {
                        "type": {"const": "Feature"},
                        "properties": mapping_of(
                            {"pcode": TEXT, "name": TEXT, "at": list_of(NUMBER)}
                        ),
                        "geometry": ANY,
                    }
                )
            ),
        }
    ),
}
