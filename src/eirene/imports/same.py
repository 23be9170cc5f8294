"""Whether a row says what the picture already has of its entity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from eirene.places import Place
from eirene.reports.draft import Draft
from eirene.reports.kinds import fields_of
from eirene.times import instant, iso

_WORDS = ("source", "basis", "grade", "classification", "tlp", "purpose", "language", "terms")


def stated(draft: Draft) -> dict[str, Any]:
    """What a draft states, as plain values that can be compared."""
    said: dict[str, Any] = msgspec.to_builtins(draft.content)
    said |= {name: getattr(draft, name) for name in _WORDS}
    if draft.occurred is not None:
        span = draft.occurred
        said["occurred"] = (iso(span.start), iso(span.end), span.precision)
    if draft.observed is not None:
        said["observed"] = iso(draft.observed)
    said |= _place(draft.place or Place())
    return {name: value for name, value in said.items() if value not in ("", None, (), [])}


def _place(place: Place) -> dict[str, Any]:
    reach = place.accuracy_m
    return {
        "place": place.text,
        "latitude": place.lat,
        "longitude": place.lon,
        "accuracy_m": None if reach is None or place.lat is None else round(reach, 1),
        "pcode": place.pcode if place.pcode_from == "stated" else "",
    }


def held(flat: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """The same of a report as it is read."""
    names = [*fields_of(draft.kind.content), *_WORDS, "place", "latitude", "longitude", "pcode"]
    said = {name: flat[name] for name in (*names, "accuracy_m") if name in flat}
    if flat.get("pcode_from") != "stated":
        said.pop("pcode", None)
    span = flat.get("occurred")
    if span:
        ends = (iso(instant(span[name])) for name in ("start", "end"))
        said["occurred"] = (*ends, span["precision"])
    if "observed" in flat:
        said["observed"] = flat["observed"]
    return {name: value for name, value in said.items() if value not in ("", None, (), [])}


def same(draft: Draft, flat: Mapping[str, Any]) -> bool:
    """Whether both say the same of their entity."""
    return flat.get("kind") == draft.kind.name and plain(stated(draft)) == plain(held(flat, draft))


def plain(value: Any) -> bytes:
    """Bytes that are equal for equal values, whatever the order of their names."""
    return msgspec.json.encode(value, order="deterministic")
