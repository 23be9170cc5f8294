"""JSON Schema of the flat post of a kind, for forms, programs and tests of others.

Draft 2020-12. ``x-`` names carry what a form needs: title, entry form, release
group, sensitivity letters, unit, code list with words, order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_type_hints

import msgspec

from eirene.reports import markings
from eirene.reports.contents import needed, struct_in
from eirene.reports.draft import ENVELOPE
from eirene.reports.kinds import Codes, Field, Kind, fields_of
from eirene.reports.sentences import say
from eirene.reports.words import kind_title, label_of, title_of

_ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_POINT = [
    {"required": ["place"]},
    {"required": ["latitude", "longitude"]},
    {"required": ["pcode"]},
]
"""Three ways to say where, for a kind that needs a place."""

_NO_CONTROL = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$"


def _codes(codes: Codes) -> dict[str, Any]:
    return {
        "type": "string",
        "enum": codes.open_codes(),
        "x-codes": [{"code": code, "label": label_of(codes, code)} for code in codes.open_codes()],
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


def _envelope() -> dict[str, tuple[dict[str, Any], str, str, str]]:
    """Schema, form, release group and sensitivity of each field, in the language of the reader."""
    return {
        "client_id": ({"type": "string", "format": "uuid"}, "", "", ""),
        "entity": (_ID, "", "", ""),
        "amends": ({"type": "array", "items": _ID, "maxItems": 200}, "", "", ""),
        "links": (
            {
                "type": "array",
                "maxItems": 200,
                "items": {
                    "type": "object",
                    "properties": {
                        "role": _codes(markings.LINK_ROLE) | {"title": title_of("link", "role")},
                        "report": _ID | {"title": title_of("link", "report")},
                    },
                    "required": ["role", "report"],
                    "additionalProperties": False,
                },
            },
            "link",
            "code",
            "",
        ),
        "occurred": ({"oneOf": [{"type": "string", "minLength": 1}, _SPAN]}, "time", "code", "S"),
        "observed": ({"oneOf": [{"type": "string", "minLength": 1}, _SPAN]}, "time", "source", "S"),
        "place": (_text(500), "place", "code", "L"),
        "latitude": ({"type": "number", "minimum": -90, "maximum": 90}, "", "code", "L"),
        "longitude": ({"type": "number", "minimum": -180, "maximum": 180}, "", "code", "L"),
        "accuracy_m": ({"type": "number", "minimum": 0, "maximum": 20_100_000}, "", "code", "L"),
        "pcode": (_text(32), "", "code", "L"),
        "source": (_text(300), "text", "source", "S"),
        "basis": (_codes(markings.BASIS), "choice", "source", "S"),
        "grade": ({"type": "string", "pattern": "^[A-F][1-6]$"}, "grade", "grade", ""),
        "classification": (
            _codes(markings.CLASSIFICATION) | {"default": "unclassified"},
            "label",
            "code",
            "",
        ),
        "tlp": (_codes(markings.TLP) | {"default": "GREEN"}, "label", "code", ""),
        "purpose": (_codes(markings.PURPOSE), "choice", "code", ""),
        "language": (
            {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
            "text",
            "code",
            "",
        ),
        "terms": (_text(300), "text", "code", ""),
    }


ABOUT = {
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
    "terms": "Terms of the source that forbid passing it on: it never leaves, in no release and no export.",
    "compartment": "Who has it.",
}


def schema_of(kind: Kind, compartments: Sequence[str]) -> dict[str, Any]:
    """Schema of a post of this kind into one of these compartments."""
    properties: dict[str, Any] = {
        "kind": {"const": kind.name, "title": kind_title(kind.name), "x-order": 0},
        "compartment": {
            "type": "string",
            "enum": list(compartments),
            "x-form": "compartment",
            "title": title_of(kind.name, "compartment"),
            "description": say(ABOUT["compartment"]),
            "x-order": 1,
        },
    }
    for order, field in enumerate(fields_of(kind.content).values()):
        if field.name in kind.without:
            continue
        properties[field.name] = _content(kind, field) | {"x-order": 100 + order}
    envelope = _envelope()
    for order, name in enumerate(ENVELOPE):
        if name in envelope and name not in kind.without:
            schema, form, group, letters = envelope[name]
            properties[name] = schema | {
                "title": title_of(kind.name, name),
                "description": say(ABOUT[name]),
                "x-form": form,
                "x-group": group,
                "x-sensitivity": letters,
                "x-order": 10 + order,
            }
    required = [f.name for f in fields_of(kind.content).values() if f.required]
    required += [name for name in kind.requires if name != "place"]
    if "amends" in kind.requires:
        properties["amends"]["minItems"] = 1
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind_title(kind.name),
        "type": "object",
        "properties": properties,
        "required": ["kind", "compartment", *required],
        "additionalProperties": False,
    }
    if "place" in kind.requires:
        schema["anyOf"] = _POINT
    return schema


def _content(kind: Kind, field: Field) -> dict[str, Any]:
    struct = struct_in(field.type)
    if struct is not None:
        schema: dict[str, Any] = _bare(field.type) | {"items": _statement(struct)}
    else:
        schema = _value(field.type, field.codes)
    made = schema | {
        "title": title_of(kind.name, field.name),
        "description": say(field.doc),
        "x-form": field.held.form,
        "x-group": field.held.group,
        "x-sensitivity": field.held.sensitivity,
    }
    if field.held.unit:
        made["x-unit"] = field.held.unit
    if field.codes is not None:
        made["x-codes"] = _codes(field.codes)["x-codes"]
    return made


def _statement(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """One item of a list of statements, such as one side of an incident."""
    hints = get_type_hints(struct, include_extras=True)
    properties: dict[str, Any] = {}
    for order, name in enumerate(struct.__struct_fields__):
        marks = getattr(hints[name], "__metadata__", ())
        codes = next((mark for mark in marks if isinstance(mark, Codes)), None)
        value = _value(hints[name], codes)
        properties[name] = value | {
            "title": title_of(struct.__name__.lower(), name),
            "x-form": "choice" if codes else "number" if value.get("type") == "number" else "text",
            "x-order": order,
        }
    return {
        "type": "object",
        "properties": properties,
        "required": needed(struct),
        "additionalProperties": False,
    }


def _value(of: Any, codes: Codes | None) -> dict[str, Any]:
    """Schema of a plain value or of a list of them."""
    schema = _bare(of)
    if codes is not None:
        one = _codes(codes)
        return schema | {"items": one} if schema.get("type") == "array" else one
    if schema.get("type") == "string":
        schema.setdefault("pattern", _NO_CONTROL)
    elif schema.get("type") == "array":
        schema["items"].setdefault("pattern", _NO_CONTROL)
    return schema


def _bare(of: Any) -> dict[str, Any]:
    """What the decoder checks: type, limits."""
    schema = msgspec.json.schema(of)
    schema.pop("$defs", None)
    return schema


def example_of(
    kind: Kind, compartments: Sequence[str], report: str | None = None
) -> dict[str, Any]:
    """A flat report of this kind that can be posted as it is.

    ``report`` is one that the example amends, for a kind that must amend one.
    """
    fitting = [name for name in compartments if name != "public"]
    if kind.only_in:
        fitting = [name for name in fitting if name in kind.only_in]
    example = {"kind": kind.name, "compartment": fitting[0] if fitting else ""} | kind.example
    return example | {"amends": [report]} if "amends" in kind.requires and report else example
