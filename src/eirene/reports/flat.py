"""The flat form of a report, as it is read and exported."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from eirene.places import mgrs_of
from eirene.reports.envelope import Body, content_of
from eirene.reports.kinds import Content, climbed, fields_of, kinds
from eirene.reports.markings import Marking
from eirene.times import iso, show


def kind_and_version(tag: str) -> tuple[str, int]:
    """``incident/1`` -> ("incident", 1)."""
    name, _, version = tag.partition("/")
    return name, int(version) if version.isdecimal() else 0


def content_values(body: Body) -> dict[str, Any]:
    """Content in the present version of its kind; kept as it is where the kind is unknown."""
    name, version = kind_and_version(body.kind)
    values = content_of(body)
    kind = kinds().get(name)
    if kind is None or not 0 < version < kind.version:
        return values
    return climbed(kind, version, values)


def marking_of(body: Body, realm: str = "") -> Marking:
    """Marking of one report."""
    return Marking((body.compartment,), body.classification, body.tlp, realm, bool(body.terms))


def flat_of(body: Body, realm: str = "") -> dict[str, Any]:
    """Every field that is known, in the order of the form; unknown ones are absent.

    Ids of amended and linked reports are not in here: they are entry hashes,
    which the picture resolves for a reader.
    """
    name, _ = kind_and_version(body.kind)
    flat: dict[str, Any] = {
        "id": body.id.hex(),
        "entity": body.entity.hex(),
        "kind": name,
        "compartment": body.compartment,
        "organisation": body.owner,
        "classification": body.classification,
        "tlp": body.tlp,
        "marking": str(marking_of(body, realm)),
    }
    if body.occurred is not None:
        span = body.occurred
        flat["occurred"] = {
            "start": iso(span.start),
            "end": iso(span.end),
            "precision": span.precision,
            "text": span.text,
            "shown": show(span),
        }
    if body.observed is not None:
        flat["observed"] = iso(body.observed)
    flat["filed"] = iso(body.filed)
    flat |= _place(body)
    for field in ("source", "basis", "grade", "purpose", "language", "terms"):
        value = getattr(body, field)
        if value:
            flat[field] = value
    flat["filed_by"] = body.account
    if body.coarse is not None:
        flat["coarse"] = msgspec.structs.asdict(body.coarse)
    values = content_values(body)
    kind = kinds().get(name)
    order = fields_of(kind.content) if kind else values
    for field in order:
        if field in values:
            flat[field] = values[field]
    return flat


def _place(body: Body) -> dict[str, Any]:
    place = body.place
    if place is None:
        return {}
    found: dict[str, Any] = {}
    if place.text:
        found["place"] = place.text
    if place.name:
        found["place_name"] = place.name
    if place.lat is not None:
        found |= {"latitude": place.lat, "longitude": place.lon, "mgrs": mgrs_of(place)}
        if place.accuracy_m is not None:
            found["accuracy_m"] = round(place.accuracy_m, 1)
        if place.method:
            found["place_method"] = place.method
    if place.pcode:
        found |= {"pcode": place.pcode, "pcode_from": place.pcode_from or "stated"}
    return found


def raw_content(content: Content) -> msgspec.Raw:
    """Content as it stands in the body: what is not known or empty is absent.

    The same content always gives the same bytes, so that a retry is known.
    """
    said: dict[str, Any] = {}
    for name in content.__struct_fields__:
        value = getattr(content, name)
        if value is not UNSET and value != "" and value != ():
            said[name] = value
    return msgspec.Raw(_encode(said))


_encode = msgspec.msgpack.Encoder().encode
