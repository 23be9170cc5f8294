"""Shapes of what people decide about releases, for ``/openapi.json``."""

from __future__ import annotations

from typing import Any

from eirene.web.shape import ID, TEXT

_IDS: dict[str, Any] = {"type": "array", "items": ID, "maxItems": 6}
_PICTURE: dict[str, Any] = {
    "type": "object",
    "properties": {"id": ID, "summary": TEXT},
    "required": ["id", "summary"],
}
PICTURES_OFFERED: dict[str, Any] = {
    "pictures": {"type": "array", "items": _PICTURE},
    "chosen": {"type": "array", "items": ID},
}
"""Of a release that waits: pictures that may go with it, and those that somebody chose."""

DECISION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "act": {"enum": ["approve", "refuse", "recall", "edit"]},
        "text": {"type": "string", "maxLength": 300},
        "until": TEXT,
        "reason": TEXT,
        "exact": {
            "type": "boolean",
            "description": "As exact as the rule, although few could be the source; with a reason.",
        },
        "report": {
            "type": "string",
            "description": "Id of the report that was shown: an approval counts for no other.",
        },
        "words": {
            "type": "string",
            "description": "What the desk showed as words: an approval counts for no others.",
        },
        "pictures": _IDS
        | {"description": "Attachments that go with it, as pictures without what the files tell."},
        "chosen": _IDS
        | {"description": "What the desk showed as chosen: an approval counts for no others."},
    },
    "required": ["act"],
}
