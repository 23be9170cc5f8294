"""Shapes of sign-in at a provider, for ``/openapi.json``."""

from __future__ import annotations

from typing import Any

from eirene.web.shape import TEXT, TIME, YES_NO, mapping_of

PROVIDER_LIST: dict[str, Any] = {
    "type": "array",
    "items": mapping_of({"name": TEXT, "title": TEXT}),
}
_BINDING = mapping_of({"id": TEXT, "title": TEXT, "issuer": TEXT, "made": TIME, "only": YES_NO})

PROVIDER_SCHEMAS: dict[str, Any] = {
    "ProviderWay": mapping_of({"provider": TEXT}, code=TEXT),
    "ProviderGo": mapping_of({"go": TEXT}),
    "ProviderBack": mapping_of({"provider": TEXT, "state": TEXT}, code=TEXT, iss=TEXT),
    "CameBack": mapping_of({"bound": TEXT, "me": {"$ref": "#/components/schemas/Me"}}),
    "NewBinding": mapping_of({"provider": TEXT, "password": TEXT}),
    "Bindings": mapping_of(
        {"bound": {"type": "array", "items": _BINDING}, "open": PROVIDER_LIST},
    ),
}
