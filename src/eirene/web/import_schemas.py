"""Shapes of tables that are being brought, for ``/openapi.json``."""

from __future__ import annotations

from typing import Any

from eirene.web.shape import ID, TEXT, WHOLE, mapping_of

_BY_NAME: dict[str, Any] = {"type": "object", "additionalProperties": TEXT}


IMPORT_SCHEMAS: dict[str, Any] = {
    "Table": {"type": "string", "format": "binary"},
    "File": {"type": "string", "format": "binary"},
    "ImportAct": mapping_of(
        {"act": {"enum": ["plan", "file", "stop"]}},
        plan=WHOLE,
        withdraw={"type": "boolean"},
        kind=TEXT,
        compartment=TEXT,
        source=TEXT,
        mapping=TEXT,
        fields=_BY_NAME,
        const=_BY_NAME,
        codes={"type": "object", "additionalProperties": _BY_NAME},
        places=_BY_NAME,
        permitted=TEXT,
        file=mapping_of(
            {},
            encoding=TEXT,
            delimiter=TEXT,
            decimal=TEXT,
            dates=TEXT,
            zone=TEXT,
            sheet=TEXT,
            heading=WHOLE,
            hidden={"enum": ["", "read"]},
        ),
    ),
    "Import": mapping_of(
        {
            "id": ID,
            "name": TEXT,
            "bytes": WHOLE,
            "state": {"enum": ["reading", "asks", "planned", "filing", "filed", "stopped"]},
            "progress": mapping_of({"done": WHOLE, "of": WHOLE}),
            "problem": {"oneOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "null"}]},
            "compartment": TEXT,
            "source": TEXT,
            "choices": {"type": "object"},
            "file": {
                "oneOf": [
                    mapping_of(
                        {
                            "sheet": TEXT,
                            "sheets": {"type": "array", "items": TEXT},
                            "heading": WHOLE,
                        }
                    ),
                    {"type": "null"},
                ]
            },
            "kinds": {"type": "array", "items": TEXT},
            "targets": {"type": "array", "items": TEXT},
            "proposal": {"type": ["object", "null"]},
            "plan": {"type": ["object", "null"]},
            "filed": WHOLE,
            "withdrawn": WHOLE,
            "import": {"oneOf": [ID, {"type": "null"}]},
            "unfinished": {
                "type": "array",
                "items": mapping_of(
                    {
                        "id": ID,
                        "account": TEXT,
                        "began": TEXT,
                        "filed": WHOLE,
                        "state": {"enum": ["stopped", "failed", "cut-off"]},
                    }
                ),
            },
        }
    ),
    "MappingToKeep": mapping_of({"name": TEXT}, compartment=TEXT, rules=TEXT, **{"import": ID}),
    "Mappings": mapping_of(
        {
            "mappings": {
                "type": "array",
                "items": mapping_of(
                    {"name": TEXT, "ready": {"type": "boolean"}, "makes": TEXT, "source": TEXT},
                    title=TEXT,
                    columns={"type": "array", "items": TEXT},
                    licence=TEXT,
                    attribution=TEXT,
                    passing_on={"type": "boolean"},
                    id=ID,
                    compartment=TEXT,
                    organisation=TEXT,
                    filed_by=TEXT,
                    filed=TEXT,
                    problem=TEXT,
                    rules=TEXT,
                ),
            }
        }
    ),
    "Imports": mapping_of(
        {"imports": {"type": "array", "items": {"$ref": "#/components/schemas/Import"}}}
    ),
    "UndoAct": mapping_of({"act": {"enum": ["undo", "stop"]}}),
    "Undone": mapping_of(
        {
            "withdrawn": WHOLE,
            "restored": WHOLE,
            "kept": WHOLE,
            "gone": WHOLE,
            "stopped": {"type": "boolean"},
            "first_kept": {"type": "array", "items": mapping_of({"id": ID, "called": TEXT})},
        }
    ),
    "Imported": mapping_of(
        {
            "imports": {
                "type": "array",
                "items": mapping_of(
                    {
                        "id": ID,
                        "state": {"enum": ["at-work", "whole", "stopped", "failed", "cut-off"]},
                        "at_work": {
                            "oneOf": [
                                mapping_of(
                                    {
                                        "act": {"enum": ["file", "undo"]},
                                        "done": WHOLE,
                                        "of": WHOLE,
                                    }
                                ),
                                {"type": "null"},
                            ]
                        },
                        "file": TEXT,
                        "sha256": TEXT,
                        "kind": TEXT,
                        "mapping": TEXT,
                        "source": TEXT,
                        "compartment": TEXT,
                        "organisation": TEXT,
                        "account": TEXT,
                        "began": TEXT,
                        "ended": {"type": ["string", "null"]},
                        "filed": WHOLE,
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
