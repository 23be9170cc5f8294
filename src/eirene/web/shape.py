"""What the shapes in ``/openapi.json`` are made of."""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
WHOLE: dict[str, Any] = {"type": "integer"}
NUMBER: dict[str, Any] = {"type": "number"}
MAYBE_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
YES_NO: dict[str, Any] = {"type": "boolean"}
TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
MAYBE_TIME: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}
ID: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
ANY: dict[str, Any] = {"type": "object"}
BOX: dict[str, Any] = {"type": "array", "items": NUMBER, "minItems": 4, "maxItems": 4}


def mapping_of(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object with these members; those named after them may lack."""
    return {
        "type": "object",
        "properties": required | optional,
        "required": list(required),
    }


def list_of(of: dict[str, Any]) -> dict[str, Any]:
    """A list of one shape."""
    return {"type": "array", "items": of}


def ref(name: str) -> dict[str, Any]:
    """A shape of the document, by its name."""
    return {"$ref": f"#/components/schemas/{name}"}
