"""JSON Schema of the flat post of a kind, for forms, programs and tests of others.

Draft 2020-12. ``x-`` names carry what a form needs: title, entry form, release
group, sensitivity letters, unit, code list with words, order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from eirene.reports import markings
from eirene.reports.draft import ENVELOPE
from eirene.reports.kinds import Codes, Field, Kind, fields_of
from eirene.reports.words import title_of

_ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_NO_CONTROL = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$"


def _codes(codes: Codes) -> dict[str, Any]:
    return {
        "type": "string",
        "enum": codes.open_codes(),
        "x-codes": [{"code": code, "label": codes.labels[code]} for code in codes.open_codes()],
    }


def _text(most: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": most, "pattern": _NO_CONTROL}


_SPAN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "start": {"type": "string", "format": "date-time"},
        "end": {"type": "string", "format": "date-time"},
        "precision": {
            "type": "string",
            "enum": ["second", "minute", "hour", "day", "night", "month", "year", "span"],
        },
        "text": {"type": "string"},
        "shown": {"type": "string"},
    },
    "required": ["start", "end"],
    "additionalProperties": False,
}

_ENVELOPE: dict[str, tuple[dict[str, Any], str, str, str]] = {
    # schema, form, release group, sensitivity
    "client_id": ({"type": "string", "format": "uuid"}, "", "", ""),
    "entity": (_ID, "", "", ""),
    "amends": ({"type": "array", "items": _ID}, "", "", ""),
    "links": (
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"role": _codes(markings.LINK_ROLE), "report": _ID},
                "required": ["role", "report"],
                "additionalProperties": False,
            },
        },
        "link",
        "code",
        "",
    ),
    "occurred": ({"oneOf": [{"type": "string", "minLength": 1}, _SPAN]}, "time", "code", "S"),
    "observed": ({"type": "string", "minLength": 1}, "time", "source", "S"),
    "place": (_text(500), "place", "code", "L"),
    "latitude": ({"type": "number", "minimum": -90, "maximum": 90}, "", "code", "L"),
    "longitude": ({"type": "number", "minimum": -180, "maximum": 180}, "", "code", "L"),
    "accuracy_m": ({"type": "number", "minimum": 0, "maximum": 20_100_000}, "", "code", "L"),
    "pcode": (_text(32), "", "code", "L"),
    "source": (_text(300), "text", "source", "S"),
    "basis": (_codes(markings.BASIS), "choice", "source", "S"),
    "grade": ({"type": "string", "pattern": "^[A-F][1-6]$"}, "grade", "grade", ""),
    "classification": (_codes(markings.CLASSIFICATION), "label", "code", ""),
    "tlp": (_codes(markings.TLP), "label", "code", ""),
    "purpose": (_codes(markings.PURPOSE), "choice", "code", ""),
    "language": (
        {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
        "text",
        "code",
        "",
    ),
}
_ABOUT = {
    "client_id": "UUID that the sender makes; sent again it is the same report.",
    "entity": "What the report is about; left out for something new.",
    "amends": "Ids of the reports that this one replaces.",
    "links": "Other reports that this one has to do with.",
    "occurred": "When it happened, as text in any usual form, or as start, end and precision.",
    "observed": "When it was observed.",
    "place": "Where, as text: coordinates, grid, P-code, name, or bearing and distance.",
    "latitude": "Degrees north, WGS 84. Give place, or latitude and longitude.",
    "longitude": "Degrees east, WGS 84.",
    "accuracy_m": "Radius in metres that holds the true place in 95 of 100 cases.",
    "pcode": "P-code of the area.",
    "source": "Who says so, as a pseudonym or a list's name.",
    "basis": "How the source knows.",
    "grade": "Reliability A-F and credibility 1-6. F and 6 mean not known.",
    "classification": "How harmful disclosure would be. Unclassified is not public.",
    "tlp": "Whether it may be passed on.",
    "purpose": "What it was given for.",
    "language": "Language code of the texts.",
    "compartment": "Who has it.",
}


def schema_of(kind: Kind, compartments: Sequence[str]) -> dict[str, Any]:
    """Schema of a post of this kind into one of these compartments."""
    properties: dict[str, Any] = {
        "kind": {"const": kind.name, "title": kind.title, "x-order": 0},
        "compartment": {
            "type": "string",
            "enum": list(compartments),
            "x-form": "compartment",
            "title": title_of(kind.name, "compartment"),
            "description": _ABOUT["compartment"],
            "x-order": 1,
        },
    }
    for order, field in enumerate(fields_of(kind.content).values()):
        properties[field.name] = _content(kind, field) | {"x-order": 100 + order}
    for order, name in enumerate(ENVELOPE):
        if name in _ENVELOPE:
            schema, form, group, letters = _ENVELOPE[name]
            properties[name] = schema | {
                "title": title_of(kind.name, name),
                "description": _ABOUT[name],
                "x-form": form,
                "x-group": group,
                "x-sensitivity": letters,
                "x-order": 10 + order,
            }
    required = [f.name for f in fields_of(kind.content).values() if f.required]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.title,
        "type": "object",
        "properties": properties,
        "required": ["kind", "compartment", *kind.requires, *required],
        "additionalProperties": False,
    }


def _content(kind: Kind, field: Field) -> dict[str, Any]:
    raw = msgspec.json.schema(field.type)
    schema = cast(dict[str, Any], _inlined(raw, raw.get("$defs", {})))
    schema.pop("$defs", None)
    schema.pop("default", None)
    if field.codes is not None:
        codes = _codes(field.codes)
        schema = {"type": "array", "items": codes} if schema.get("type") == "array" else codes
    elif schema.get("type") == "string":
        schema.setdefault("pattern", _NO_CONTROL)
    made = schema | {
        "title": title_of(kind.name, field.name),
        "description": field.doc,
        "x-form": field.held.form,
        "x-group": field.held.group,
        "x-sensitivity": field.held.sensitivity,
    }
    if field.held.unit:
        made["x-unit"] = field.held.unit
    if field.codes is not None:
        made["x-codes"] = _codes(field.codes)["x-codes"]
    return made


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """The same schema without references."""
    if isinstance(schema, dict):
        found = cast(dict[str, Any], schema)
        if "$ref" in found:
            return _inlined(definitions[found["$ref"].rsplit("/", 1)[1]], definitions)
        return {k: _inlined(v, definitions) for k, v in found.items() if k != "$defs"}
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in cast(list[Any], schema)]
    return schema


def example_of(kind: Kind, compartments: Sequence[str]) -> dict[str, Any]:
    """A flat report of this kind that can be posted as it is."""
    fitting = [name for name in compartments if name != "public"]
    if kind.only_in:
        fitting = [name for name in fitting if name in kind.only_in]
    return {"kind": kind.name, "compartment": fitting[0] if fitting else ""} | kind.example
