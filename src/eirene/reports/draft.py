"""A draft: what somebody states, checked against its kind, not yet an entry.

Forms, programs and importers all state reports in the same flat form. Here it
becomes a ``Draft``; every fault is one ``InvalidReport`` that names the path,
the rule and an example of a right value.
"""

from __future__ import annotations

import math
import re
import typing
import uuid
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any, Protocol

import msgspec

from eirene.errors import InvalidReport
from eirene.places import Find as LookUp
from eirene.places import Place, UnclearPlace, distance_m, parse_place, place_from_numbers
from eirene.reports import markings
from eirene.reports.contents import content_of_flat, unknown_field
from eirene.reports.faults import not_listed, refused, wrong
from eirene.reports.kinds import Codes, Content, Kind, fields_of, kind_named
from eirene.times import Span, instant, parse_time

ENVELOPE = (
    "kind compartment client_id entity amends links occurred observed place latitude longitude "
    "accuracy_m pcode source basis grade classification tlp purpose language terms"
).split()
"""Names of the envelope's fields in a flat report, in the order of a form."""

_ENVELOPE = frozenset(ENVELOPE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_GRADE = re.compile("[A-F][1-6]")
_LANGUAGE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HEX_ID = re.compile("[0-9a-f]{32}")
_AGREE_M = 50.0
_DEEPEST = 4
"""Lists and objects in one another; a link in a list is at 2."""
_MOST = 200
"""Reports that one report amends, or links to."""


class Find(Protocol):
    """Looks a place name or P-code up, as it was on a day: candidates, best first."""

    def __call__(self, text: str, on: date | None = None, /) -> list[Place]: ...


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A checked statement. Ids of other reports are report ids, not entry hashes."""

    kind: Kind
    content: Content
    packed: bytes = b""
    """The content as it stands in a body, where somebody has encoded it already."""
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
    terms: str = ""


def check_texts(flat: Mapping[str, Any], path: str = "", depth: int = 0) -> None:
    """Refuse what no export could carry: control characters, null, NaN, endless nesting."""
    for name, value in flat.items():
        of = value.__class__
        if of is str:
            if not value.isprintable() and (found := _CONTROL.search(value)):
                raise refused(
                    f"{path}{name}",
                    f"holds the control character U+{ord(found[0]):04X}",
                    "Remove it; line breaks and tabs are fine.",
                )
        elif value is None:
            raise refused(
                f"{path}{name}",
                "is null, which says nothing",
                "Leave the field out when its value is not known.",
            )
        elif of is dict or of is list or of is tuple:
            if depth == _DEEPEST:
                raise refused(f"{path}{name}", "is nested too deeply", "Use plain fields.")
            inner = value if of is dict else {str(at): item for at, item in enumerate(value)}
            check_texts(inner, f"{path}{name}.", depth + 1)
        elif of is float and not math.isfinite(value):
            raise refused(
                f"{path}{name}",
                "is not a finite number",
                "Leave the field out when its value is not known.",
            )


def _text(flat: Mapping[str, Any], name: str, most: int = 300) -> str:
    value = flat.get(name)
    if value is None:  # absent: check_texts refuses null
        return ""
    if not isinstance(value, str):
        raise wrong(name, f"{name} must be text.", '"text"')
    if len(value) > most:
        raise wrong(name, f"{name} is longer than {most} characters.", "a shorter text")
    return value.strip()


def _code(flat: Mapping[str, Any], name: str, codes: Codes, default: str = "") -> str:
    value = flat.get(name)
    if value is None or value == "":
        return default
    if value not in codes:
        raise not_listed(name, value, codes)
    return value


def _tlp(flat: Mapping[str, Any]) -> str:
    """Traffic Light Protocol, as a bare code or as it is written: ``TLP:AMBER``."""
    value = flat.get("tlp")
    if isinstance(value, str) and value[:4].upper() == "TLP:":
        flat = {"tlp": value[4:].strip().upper()}
    return _code(flat, "tlp", markings.TLP, default="GREEN")


def _id(value: Any, field: str) -> bytes:
    if isinstance(value, str) and _HEX_ID.fullmatch(value):
        return bytes.fromhex(value)
    raise InvalidReport(
        f"{field} is not an id.", field=field, remedy="An id is 32 of the letters 0-9 a-f."
    )


def _items(flat: Mapping[str, Any], name: str, example: str) -> list[Any]:
    value = flat.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong(name, f"{name} must be a list.", example)
    items = typing.cast(list[Any], value)
    if len(items) > _MOST:
        raise refused(name, f"has {len(items)} items; the most is {_MOST}", "File several reports.")
    return items


def _ids(flat: Mapping[str, Any], name: str) -> tuple[bytes, ...]:
    items = _items(flat, name, '["<report id>"]')
    return tuple(_id(item, f"{name}.{at}") for at, item in enumerate(items))


def _links(flat: Mapping[str, Any]) -> tuple[tuple[str, bytes], ...]:
    example = '[{"role": "about", "report": "<report id>"}]'
    found: list[tuple[str, bytes]] = []
    for at, item in enumerate(_items(flat, "links", example)):
        if not isinstance(item, dict) or item.keys() != {"role", "report"}:
            raise wrong(f"links.{at}", "A link has a role and a report.", example)
        link = typing.cast(dict[str, Any], item)
        if link["role"] not in markings.LINK_ROLE:
            raise not_listed(f"links.{at}.role", link["role"], markings.LINK_ROLE)
        found.append((link["role"], _id(link["report"], f"links.{at}.report")))
    return tuple(found)


def _client_id(flat: Mapping[str, Any]) -> bytes | None:
    value = flat.get("client_id")
    if value is None:
        return None
    try:
        return uuid.UUID(value).bytes
    except (ValueError, AttributeError, TypeError):
        raise wrong(
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
            raise wrong(field, f"{field} has no start and end: {error}.", example) from None
        if span.end < span.start:
            raise wrong(f"{field}.end", f"{field} ends before it starts.", example)
        return span
    raise wrong(field, f"{field} must be a time.", example)


def _number(flat: Mapping[str, Any], name: str) -> float | None:
    value = flat.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(name, f"{name} must be a number.", "4.3612")
    try:
        return float(value)
    except OverflowError:  # hundreds of digits
        raise wrong(name, f"{name} is out of range.", "4.3612") from None


def _point(flat: Mapping[str, Any], accuracy: float | None) -> Place | None:
    lat, lon = _number(flat, "latitude"), _number(flat, "longitude")
    if lat is None and lon is None:
        return None
    if lat is None or lon is None:
        missing = "latitude" if lat is None else "longitude"
        raise wrong(missing, f"{missing} is missing beside the other one.", "18.5550")
    try:
        return place_from_numbers(lat, lon, accuracy)
    except InvalidReport as error:
        raise InvalidReport(
            error.message, field=error.field or "latitude", remedy=error.remedy
        ) from None


def _told_place(text: str, find: LookUp | None, has_point: bool) -> Place:
    try:
        return parse_place(text, find=find)
    except UnclearPlace as error:
        if has_point:  # the numbers say where; the words are kept as spoken
            return Place(text=text, name=text)
        raise InvalidReport(error.message, field="place", remedy=error.remedy) from None


def _on_its_day(find: Find | None, *times: Span | None) -> LookUp | None:
    """Looks up what places were called when it happened: codes and areas change with reforms."""
    day = next((time.start.date() for time in times if time is not None), None)
    if find is None or day is None:
        return find
    return lambda text: find(text, day)


def _place(flat: Mapping[str, Any], find: LookUp | None) -> Place | None:
    """One place from the text box, the numbers and the P-code, which must agree."""
    text = _text(flat, "place", 500)
    pcode = _text(flat, "pcode", 32)
    accuracy = _number(flat, "accuracy_m")
    if accuracy is not None and not 0 <= accuracy <= 20_100_000:
        raise wrong("accuracy_m", "accuracy_m is a radius in metres.", "100")
    point = _point(flat, accuracy)
    told = _told_place(text, find, point is not None) if text else None
    area = _area(pcode, find) if pcode else None
    place = told or point
    if place is None:
        return area
    if told is not None and point is not None:
        place = _joined(told, point)
    changes: dict[str, Any] = {}
    if area is not None:
        changes |= {"pcode": area.pcode, "pcode_from": "stated"}
    if accuracy is not None and place.lat is not None:
        changes["accuracy_m"] = max(accuracy, (told and told.accuracy_m) or 0.0)
    return msgspec.structs.replace(place, **changes) if changes else place


def _area(pcode: str, find: LookUp | None) -> Place:
    """What a stated P-code names, in the mission's spelling; one that it does not know stays."""
    hits = find(pcode) if find else []
    if len(hits) == 1 and hits[0].pcode_from == "stated" and hits[0].lat is None:
        return msgspec.structs.replace(hits[0], method="pcode")
    return Place(pcode=pcode, pcode_from="stated", method="pcode")


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


def draft_of(
    flat: Mapping[str, Any], *, now: datetime, zone: tzinfo | None = None, find: Find | None = None
) -> Draft:
    """A checked draft from a flat report.

    ``now`` resolves words like *yesterday*; ``zone`` is the mission's zone for
    times without one (None: such times are refused); ``find`` looks names up.
    """
    name = flat.get("kind")
    if not isinstance(name, str):
        raise wrong("kind", "kind is missing.", '"incident"')
    kind = kind_named(name)
    check_texts(flat)
    values = _values(flat, kind)
    said, noticed = flat.get("occurred"), flat.get("observed")
    occurred = None if said in (None, "") else _time(said, "occurred", now, zone)
    observed = None if noticed in (None, "") else _time(noticed, "observed", now, zone)
    draft = Draft(
        kind=kind,
        content=content_of_flat(kind, values, lambda value, at: _time(value, at, now, zone)),
        compartment=_text(flat, "compartment"),
        client_id=_client_id(flat),
        entity=_id(flat["entity"], "entity") if "entity" in flat else None,
        amends=_ids(flat, "amends"),
        links=_links(flat),
        occurred=occurred,
        observed=observed.start if observed else None,
        place=_place(flat, _on_its_day(find, occurred, observed)),
        source=_text(flat, "source"),
        basis=_code(flat, "basis", markings.BASIS),
        grade=_shaped(flat, "grade", _GRADE, "a letter A-F and a digit 1-6", "B3"),
        classification=_code(flat, "classification", markings.CLASSIFICATION, "unclassified"),
        tlp=_tlp(flat),
        purpose=_code(flat, "purpose", markings.PURPOSE),
        language=_shaped(flat, "language", _LANGUAGE, "a language code", "fr"),
        terms=_text(flat, "terms"),
    )
    _require(draft)
    return draft


def _values(flat: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """Fields of the kind, texts without blanks around them; any other name is refused."""
    own = fields_of(kind.content)
    values: dict[str, Any] = {}
    for key, value in flat.items():
        if key in kind.without and value != "":
            raise refused(key, f"must not be said in a {kind.name}", "Leave it out.")
        if key in own:
            said = value.strip() if value.__class__ is str else value
            if said != "":
                values[key] = said
        elif key not in _ENVELOPE:
            raise unknown_field(
                kind.name, key, key, [n for n in (*ENVELOPE, *own) if n not in kind.without]
            )
    return values


def _shaped(
    flat: Mapping[str, Any], name: str, shape: re.Pattern[str], what: str, example: str
) -> str:
    text = _text(flat, name)
    if text and not shape.fullmatch(text):
        raise wrong(name, f"{name} is not {what}.", f'"{example}"')
    return text


def _require(draft: Draft) -> None:
    """Envelope fields that the kind needs, and the compartment it is bound to."""
    kind = draft.kind
    for field in kind.requires:
        if not getattr(draft, field):
            example = msgspec.json.encode(kind.example.get(field, "<report id>")).decode()
            raise wrong(field, f"{field} is missing: {kind.title} needs it.", example)
    if kind.only_in and draft.compartment and draft.compartment not in kind.only_in:
        raise InvalidReport(
            f"{kind.title} may stand only in {', '.join(kind.only_in)}.",
            field="compartment",
            remedy=f"File it in {kind.only_in[0]}.",
        )
