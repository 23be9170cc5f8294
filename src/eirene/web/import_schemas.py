"""Shapes of tables that are being brought, for ``/openapi.json``."""

from __future__ import annotations

from typing import Any

_TEXT: dict[str, Any] = {"type": "string"}
_WHOLE: dict[str, Any] = {"type": "integer"}
_ID: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_BY_NAME: dict[str, Any] = {"type": "object", "additionalProperties": _TEXT}


def _map(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    properties = required | optional
    return {"type": "object", "properties": properties, "required": list(required)}


IMPORT_SCHEMAS: dict[str, Any] = {
    "Table": {"type": "string", "format": "binary"},
    "File": {"type": "string", "format": "binary"},
    "ImportAct": _map(
        {"act": {"enum": ["plan", "file", "stop"]}},
        plan=_WHOLE,
        withdraw={"type": "boolean"},
        kind=_TEXT,
        compartment=_TEXT,
        source=_TEXT,
        mapping=_TEXT,
        fields=_BY_NAME,
        const=_BY_NAME,
        codes={"type": "object", "additionalProperties": _BY_NAME},
        places=_BY_NAME,
        file=_map(
            {},
            encoding=_TEXT,
            delimiter=_TEXT,
            decimal=_TEXT,
            dates=_TEXT,
            zone=_TEXT,
            sheet=_TEXT,
            heading=_WHOLE,
            hidden={"enum": ["", "read"]},
        ),
    ),
    "Import": _map(
        {
            "id": _ID,
            "name": _TEXT,
            "bytes": _WHOLE,
            "state": {"enum": ["reading", "asks", "planned", "filing", "filed", "stopped"]},
            "progress": _map({"done": _WHOLE, "of": _WHOLE}),
            "problem": {"oneOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "null"}]},
            "compartment": _TEXT,
            "source": _TEXT,
            "choices": {"type": "object"},
            "file": {
                "oneOf": [
                    _map(
                        {
                            "sheet": _TEXT,
                            "sheets": {"type": "array", "items": _TEXT},
                            "heading": _WHOLE,
                        }
                    ),
                    {"type": "null"},
                ]
            },
            "kinds": {"type": "array", "items": _TEXT},
            "targets": {"type": "array", "items": _TEXT},
            "proposal": {"type": ["object", "null"]},
            "plan": {"type": ["object", "null"]},
            "filed": _WHOLE,
            "withdrawn": _WHOLE,
            "import": {"oneOf": [_ID, {"type": "null"}]},
            "unfinished": {
                "type": "array",
                "items": _map(
                    {
                        "id": _ID,
                        "account": _TEXT,
                        "began": _TEXT,
                        "filed": _WHOLE,
                        "state": {"enum": ["stopped", "failed", "cut-off"]},
                    }
                ),
            },
        }
    ),
    "MappingToKeep": _map({"name": _TEXT}, compartment=_TEXT, rules=_TEXT, **{"import": _ID}),
    "Mappings": _map(
        {
            "mappings": {
                "type": "array",
                "items": _map(
                    {"name": _TEXT, "ready": {"type": "boolean"}, "makes": _TEXT, "source": _TEXT},
                    title=_TEXT,
                    columns={"type": "array", "items": _TEXT},
                    licence=_TEXT,
                    attribution=_TEXT,
                    passing_on={"type": "boolean"},
                    id=_ID,
                    compartment=_TEXT,
                    organisation=_TEXT,
                    filed_by=_TEXT,
                    filed=_TEXT,
                    problem=_TEXT,
                    rules=_TEXT,
                ),
            }
        }
    ),
    "Imports": _map(
        {"imports": {"type": "array", "items": {"$ref": "#/components/schemas/Import"}}}
    ),
    "UndoAct": _map({"act": {"enum": ["undo", "stop"]}}),
    "Undone": _map(
        {
            "withdrawn": _WHOLE,
            "restored": _WHOLE,
            "kept": _WHOLE,
            "gone": _WHOLE,
            "stopped": {"type": "boolean"},
            "first_kept": {"type": "array", "items": _map({"id": _ID, "called": _TEXT})},
        }
    ),
    "Imported": _map(
        {
            "imports": {
                "type": "array",
                "items": _map(
                    {
                        "id": _ID,
                        "state": {"enum": ["at-work", "whole", "stopped", "failed", "cut-off"]},
                        "at_work": {
                            "oneOf": [
                                _map(
                                    {
                                        "act": {"enum": ["file", "undo"]},
                                        "done": _WHOLE,
                                        "of": _WHOLE,
                                    }
                                ),
                                {"type": "null"},
                            ]
                        },
                        "file": _TEXT,
                        "sha256": _TEXT,
                        "kind": _TEXT,
                        "mapping": _TEXT,
                        "source": _TEXT,
                        "compartment": _TEXT,
                        "organisation": _TEXT,
                        "account": _TEXT,
                        "began": _TEXT,
                        "ended": {"type": ["string", "null"]},
                        "filed": _WHOLE,
                        "sums": {"type": ["object", "null"]},
                        "undone": {"type": ["object", "null"]},
                        "may_undo": {"type": "boolean"},
                        "may_stop": {"type": "boolean"},
                    }
                ),
            }
        }
    ),
}
