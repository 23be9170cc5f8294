"""A draft: what somebody states, checked against its kind, not yet an entry.

Forms, programs and importers all state reports in the same flat form. Here it
becomes a ``Draft``; every fault is one ``InvalidReport`` that names the path,
the rule and an example of a right value.
"""

from __future__ import annotations

import difflib
import re
import typing
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from functools import cache
from typing import Any

import msgspec

from eirene.errors import InvalidReport
from eirene.places import Place, UnclearPlace, distance_m, parse_place, place_from_numbers
from eirene.reports import markings
from eirene.reports.kinds import Codes, Content, Kind, fields_of, kind_named
from eirene.times import Span, instant, parse_time

ENVELOPE = (
    "kind compartment client_id entity amends links occurred observed place latitude longitude "
    "accuracy_m pcode source basis grade classification tlp purpose language"
).split()
"""Names of the envelope's fields in a flat report, in the order of a form."""

_ENVELOPE = frozenset(ENVELOPE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_GRADE = re.compile("[A-F][1-6]")
_LANGUAGE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HEX_ID = re.compile("[0-9a-f]{32}")
_AGREE_M = 50.0
_EXAMPLES = {
    "count": "3 (leave it out when it is not known)",
    "yesno": "true",
    "number": "12.5",
    "many": '["AC"]',
    "list": "[]",
    "text": '"a line of text"',
    "longtext": '"text"',
}

Find = Callable[[str], list[Place]]
"""Looks a place name or P-code up: candidates, best first."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A checked statement. Ids of other reports are report ids, not entry hashes."""

    kind: Kind
    content: Content
    compartment: str = ""
    client_id: bytes | None = None
    entity: bytes | None = None
    amends: tuple[bytes, ...] = ()
    links: tuple[tuple[str, bytes], ...] = ()
    occurred: Span | None = None
    observed: datetime | None = None
    place: Place | None = None
    source: str = ""
    basis: str = ""
    grade: str = ""
    classification: str = "unclassified"
    tlp: str = "GREEN"
    purpose: str = ""
    language: str = ""


def _wrong(field: str, rule: str, example: str) -> InvalidReport:
    return InvalidReport(rule, field=field, remedy=f"Write for example {example}.")


def check_texts(flat: Mapping[str, Any], path: str = "") -> None:
    """Refuse control characters, which no export format could carry, and JSON null."""
    for name, value in flat.items():
        here = f"{path}{name}"
        if isinstance(value, str):
            found = _CONTROL.search(value)
            if found:
                raise InvalidReport(
                    f"{here} holds the control character U+{ord(found[0]):04X}.",
                    field=here,
                    remedy="Remove it; line breaks and tabs are fine.",
                )
        elif value is None:
            raise InvalidReport(
                f"{here} is null, which says nothing.",
                field=here,
                remedy="Leave the field out when its value is not known.",
            )
        elif isinstance(value, dict):
            check_texts(typing.cast(dict[str, Any], value), f"{here}.")
        elif isinstance(value, list):
            items = typing.cast(list[Any], value)
            check_texts({f"{i}": item for i, item in enumerate(items)}, f"{here}.")


def _text(flat: Mapping[str, Any], name: str, most: int = 300) -> str:
    value = flat.get(name, "")
    if not isinstance(value, str):
        raise _wrong(name, f"{name} must be text.", '"text"')
    if len(value) > most:
        raise _wrong(name, f"{name} is longer than {most} characters.", "a shorter text")
    return value.strip()


def _code(flat: Mapping[str, Any], name: str, codes: Codes, default: str = "") -> str:
    value = flat.get(name, default)
    if value == default or value == "":
        return default
    if value not in codes:
        raise InvalidReport(
            f"{name} {value!r} is not in the list.",
            field=name,
            remedy="Use one of: " + ", ".join(codes.open_codes()) + ".",
        )
    return value


def _id(value: Any, field: str) -> bytes:
    if isinstance(value, str) and _HEX_ID.fullmatch(value):
        return bytes.fromhex(value)
    raise InvalidReport(
        f"{field} is not an id.", field=field, remedy="An id is 32 of the letters 0-9 a-f."
    )


def _ids(flat: Mapping[str, Any], name: str) -> tuple[bytes, ...]:
    value = flat.get(name, [])
    if not isinstance(value, list):
        raise _wrong(name, f"{name} must be a list of report ids.", '["<report id>"]')
    items = typing.cast(list[Any], value)
    return tuple(_id(item, f"{name}.{at}") for at, item in enumerate(items))


def _links(flat: Mapping[str, Any]) -> tuple[tuple[str, bytes], ...]:
    value = flat.get("links", [])
    example = '[{"role": "about", "report": "<report id>"}]'
    if not isinstance(value, list):
        raise _wrong("links", "links must be a list.", example)
    found: list[tuple[str, bytes]] = []
    for at, item in enumerate(typing.cast(list[Any], value)):
        if not isinstance(item, dict) or set(typing.cast(dict[str, Any], item)) != {
            "role",
            "report",
        }:
            raise _wrong(f"links.{at}", "A link has a role and a report.", example)
        link = typing.cast(dict[str, Any], item)
        if link["role"] not in markings.LINK_ROLE:
            raise InvalidReport(
                f"links.{at}.role {link['role']!r} is not in the list.",
                field=f"links.{at}.role",
                remedy="Use one of: " + ", ".join(markings.LINK_ROLE.labels) + ".",
            )
        found.append((link["role"], _id(link["report"], f"links.{at}.report")))
    return tuple(found)


def _client_id(flat: Mapping[str, Any]) -> bytes | None:
    value = flat.get("client_id")
    if value is None:
        return None
    try:
        return uuid.UUID(value).bytes
    except (ValueError, AttributeError, TypeError):
        raise _wrong(
            "client_id", "client_id is not a UUID.", '"6f1c1b9e-3c1f-4f6e-8a53-0d6c0a4f7a11"'
        ) from None


def _time(value: Any, field: str, now: datetime, zone: tzinfo | None) -> Span:
    """A time as text, or as start, end and precision."""
    example = '"2026-11-25T14:30Z", "251430ZNOV26", "night of 24-25 March 2025" or "2026-11"'
    if isinstance(value, str):
        try:
            return parse_time(value, now=now, zone=zone)
        except InvalidReport as error:
            raise InvalidReport(error.message, field=field, remedy=error.remedy) from None
    if isinstance(value, dict):
        parts = typing.cast(dict[str, Any], value)
        try:
            start = instant(parts["start"])
            end = instant(parts["end"])
            span = Span(start, end, parts.get("precision", "span"), str(parts.get("text", "")))
        except (KeyError, ValueError, TypeError, InvalidReport) as error:
            raise _wrong(field, f"{field} has no start and end: {error}.", example) from None
        if span.end < span.start:
            raise _wrong(f"{field}.end", f"{field} ends before it starts.", example)
        return span
    raise _wrong(field, f"{field} must be a time.", example)


def _number(flat: Mapping[str, Any], name: str) -> float | None:
    value = flat.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(name, f"{name} must be a number.", "4.3612")
    return float(value)


def _point(flat: Mapping[str, Any], accuracy: float | None) -> Place | None:
    lat, lon = _number(flat, "latitude"), _number(flat, "longitude")
    if lat is None and lon is None:
        return None
    if lat is None or lon is None:
        missing = "latitude" if lat is None else "longitude"
        raise _wrong(missing, f"{missing} is missing beside the other one.", "18.5550")
    try:
        return place_from_numbers(lat, lon, accuracy)
    except InvalidReport as error:
        raise InvalidReport(
            error.message, field=error.field or "latitude", remedy=error.remedy
        ) from None


def _told_place(text: str, find: Find | None, has_point: bool) -> Place:
    try:
        return parse_place(text, find=find)
    except UnclearPlace as error:
        if has_point:  # the numbers say where; the words are kept as spoken
            return Place(text=text, name=text)
        raise InvalidReport(error.message, field="place", remedy=error.remedy) from None


def _place(flat: Mapping[str, Any], find: Find | None) -> Place | None:
    """One place from the text box, the numbers and the P-code, which must agree."""
    text = _text(flat, "place", 500)
    pcode = _text(flat, "pcode", 32)
    accuracy = _number(flat, "accuracy_m")
    if accuracy is not None and not 0 <= accuracy <= 20_100_000:
        raise _wrong("accuracy_m", "accuracy_m is a radius in metres.", "100")
    point = _point(flat, accuracy)
    told = _told_place(text, find, point is not None) if text else None
    if point is None and told is None:
        return Place(pcode=pcode, pcode_from="stated", method="pcode") if pcode else None
    place = told or point
    assert place is not None
    if told is not None and point is not None:
        place = _joined(told, point)
    changes: dict[str, Any] = {}
    if pcode:
        changes |= {"pcode": pcode, "pcode_from": "stated"}
    if accuracy is not None and place.lat is not None:
        changes["accuracy_m"] = max(accuracy, (told and told.accuracy_m) or 0.0)
    return msgspec.structs.replace(place, **changes) if changes else place


def _joined(told: Place, point: Place) -> Place:
    """Words and numbers together; coordinates in the words must say the same place."""
    assert point.lat is not None and point.lon is not None
    if told.lat is not None and told.lon is not None and told.method in ("text", "grid"):
        apart = distance_m(told.lat, told.lon, point.lat, point.lon)
        if apart > max(_AGREE_M, told.accuracy_m or 0.0):
            raise InvalidReport(
                f"place and latitude/longitude are {apart / 1000:,.1f} km apart.",
                field="latitude",
                remedy="Give the place once: as place, or as latitude and longitude.",
            )
    return msgspec.structs.replace(
        told, lat=point.lat, lon=point.lon, accuracy_m=point.accuracy_m, method=point.method
    )


@cache
def _code_plan(of: type) -> tuple[tuple[str, Codes | None, type | None], ...]:
    """Fields of a struct that hold codes, or structs that do."""
    plan: list[tuple[str, Codes | None, type | None]] = []
    hints: dict[str, Any] = typing.get_type_hints(of, include_extras=True)
    for field in msgspec.structs.fields(of):
        hint = hints[field.name]
        codes = next((m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Codes)), None)
        inner: tuple[Any, ...] = typing.get_args(getattr(hint, "__origin__", hint)) or ()
        struct: type | None = next(
            (t for t in inner if isinstance(t, type) and issubclass(t, msgspec.Struct)), None
        )
        if codes is not None or struct is not None:
            plan.append((field.encode_name, codes, struct))
    return tuple(plan)


def _check_codes(value: Any, path: str = "") -> None:
    for name, codes, struct in _code_plan(value.__class__):
        held = getattr(value, name)
        items = typing.cast(tuple[Any, ...], held if isinstance(held, tuple) else (held,))
        for at, item in enumerate(items):
            here = f"{path}{name}" + (f".{at}" if isinstance(held, tuple) else "")
            if struct is not None:
                _check_codes(item, f"{here}.")
            elif codes is not None and item != "" and isinstance(item, str) and item not in codes:
                raise InvalidReport(
                    f"{here} {item!r} is not in the list.",
                    field=here,
                    remedy="Use one of: " + ", ".join(codes.open_codes()) + ".",
                )


def _content(kind: Kind, values: dict[str, Any]) -> Content:
    try:
        content = msgspec.convert(values, kind.content)
    except msgspec.ValidationError as error:
        raise _content_error(kind, str(error)) from None
    _check_codes(content)
    return content


_TYPES = {
    "int": "a whole number",
    "float": "a decimal number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a group of fields",
    "null": "null",
}


def _plain(rule: str) -> str:
    """A decoder's rule in plain words."""
    found = re.match(r"Expected `(\w+)[^`]*`(?:, got `(\w+)`| (.+))?$", rule)
    if not found:
        return rule[0].lower() + rule[1:]
    wanted = _TYPES.get(found[1], found[1])
    if found[3]:
        limit = found[3].replace(">= ", "of at least ").replace("<= ", "of at most ")
        return f"must be {wanted} {limit}".replace(" of length of ", " with a length of ")
    return f"must be {wanted}" + (f", not {_TYPES.get(found[2], found[2])}" if found[2] else "")


def _content_error(kind: Kind, message: str) -> InvalidReport:
    rule, _, path = message.partition(" - at `$")
    field = re.sub(r"\[(\d+|\.\.\.)\]", r".\1", path.rstrip("`")).lstrip(".")
    missing = re.search(r"required field `(\w+)`", rule)
    if missing:
        field = f"{field}.{missing[1]}".lstrip(".")
        rule = f"{field} is missing"
    else:
        rule = f"{field} {_plain(rule)}"
    top = fields_of(kind.content).get(field.split(".")[0])
    if top is not None and top.codes is not None:
        return InvalidReport(
            rule + ".", field=field, remedy=f"Use one of: {', '.join(top.codes.open_codes())}."
        )
    example = msgspec.json.encode(kind.example.get(field, None)).decode()
    if example == "null":
        example = _EXAMPLES.get(top.held.form, '"text"') if top else '"text"'
    return InvalidReport(rule + ".", field=field, remedy=f"Write for example {example}.")


def _unknown(kind: Kind, name: str) -> InvalidReport:
    known = [*ENVELOPE, *fields_of(kind.content)]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    remedy = f"Did you mean {near[0]!r}?" if near else f"Fields: {', '.join(known)}."
    return InvalidReport(f"{kind.name} has no field {name!r}.", field=name, remedy=remedy)


def draft_of(
    flat: Mapping[str, Any], *, now: datetime, zone: tzinfo | None = None, find: Find | None = None
) -> Draft:
    """A checked draft from a flat report.

    ``now`` resolves words like *yesterday*; ``zone`` is the mission's zone for
    times without one (None: such times are refused); ``find`` looks names up.
    """
    name = flat.get("kind")
    if not isinstance(name, str):
        raise _wrong("kind", "kind is missing.", '"incident"')
    kind = kind_named(name)
    check_texts(flat)
    own = fields_of(kind.content)
    values: dict[str, Any] = {}
    for key, value in flat.items():
        if key in own:
            if value != "":
                values[key] = value
        elif key not in _ENVELOPE:
            raise _unknown(kind, key)
    occurred = flat.get("occurred")
    observed = flat.get("observed")
    grade = _text(flat, "grade")
    if grade and not _GRADE.fullmatch(grade):
        raise _wrong("grade", "grade is a letter A-F and a digit 1-6.", '"B3"')
    language = _text(flat, "language")
    if language and not _LANGUAGE.fullmatch(language):
        raise _wrong("language", "language is a language code.", '"fr"')
    draft = Draft(
        kind=kind,
        content=_content(kind, values),
        compartment=_text(flat, "compartment"),
        client_id=_client_id(flat),
        entity=_id(flat["entity"], "entity") if "entity" in flat else None,
        amends=_ids(flat, "amends"),
        links=_links(flat),
        occurred=None if occurred in (None, "") else _time(occurred, "occurred", now, zone),
        observed=None if observed in (None, "") else _time(observed, "observed", now, zone).start,
        place=_place(flat, find),
        source=_text(flat, "source"),
        basis=_code(flat, "basis", markings.BASIS),
        grade=grade,
        classification=_code(
            flat, "classification", markings.CLASSIFICATION, default="unclassified"
        ),
        tlp=_code(flat, "tlp", markings.TLP, default="GREEN"),
        purpose=_code(flat, "purpose", markings.PURPOSE),
        language=language,
    )
    _require(draft, flat)
    return draft


def _require(draft: Draft, flat: Mapping[str, Any]) -> None:
    """Envelope fields that the kind needs, and the compartment it is bound to."""
    kind = draft.kind
    for field in kind.requires:
        if not getattr(draft, field):
            example = msgspec.json.encode(kind.example.get(field, "<report id>")).decode()
            raise _wrong(field, f"{field} is missing: {kind.title} needs it.", example)
    if kind.only_in and draft.compartment and draft.compartment not in kind.only_in:
        raise InvalidReport(
            f"{kind.title} may stand only in {', '.join(kind.only_in)}.",
            field="compartment",
            remedy=f"File it in {kind.only_in[0]}.",
        )
