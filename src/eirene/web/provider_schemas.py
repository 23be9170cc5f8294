"""Shapes of sign-in at a provider, for ``/openapi.json``."""

from __future__ import annotations

from typing import Any

_TEXT: dict[str, Any] = {"type": "string"}
_YES_NO: dict[str, Any] = {"type": "boolean"}
_TIME: dict[str, Any] = {"type": "string", "format": "date-time"}


def _map(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": required | optional,
        "required": list(required),
    }


PROVIDER_LIST: dict[str, Any] = {
    "type": "array",
    "items": _map({"name": _TEXT, "title": _TEXT}),
}
_BINDING = _map({"id": _TEXT, "title": _TEXT, "issuer": _TEXT, "made": _TIME, "only": _YES_NO})

PROVIDER_SCHEMAS: dict[str, Any] = {
    "ProviderWay": _map({"provider": _TEXT}, code=_TEXT),
    "ProviderGo": _map({"go": _TEXT}),
    "ProviderBack": _map({"provider": _TEXT, "state": _TEXT}, code=_TEXT, iss=_TEXT),
    "CameBack": _map({"bound": _TEXT, "me": {"$ref": "#/components/schemas/Me"}}),
    "NewBinding": _map({"provider": _TEXT, "password": _TEXT}),
    "Bindings": _map(
        {"bound": {"type": "array", "items": _BINDING}, "open": PROVIDER_LIST},
    ),
}
