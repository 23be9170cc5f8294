"""The words of every kind: what a reader needs to show a report in plain language.

A client may show kinds that its account may not file, and it is told no schema
of those. Their words are public, as the reference pages are, so the client is
built with them: ``docs/generate.py`` writes them into its sources, and
``tests/test_docs.py`` fails when they are behind the declarations.
"""

from __future__ import annotations

from typing import Any, get_type_hints

from eirene.reports import markings
from eirene.reports.contents import struct_in
from eirene.reports.draft import ENVELOPE
from eirene.reports.kinds import Codes, Field, Kind, fields_of, kinds
from eirene.reports.words import kind_title, labels_of, title_of

_ENVELOPE_LISTS = {
    "basis": markings.BASIS,
    "classification": markings.CLASSIFICATION,
    "tlp": markings.TLP,
    "purpose": markings.PURPOSE,
}


def vocabulary() -> dict[str, Any]:
    """``{lists: {name: {code: words}}, kinds: {kind: {title, fields: {field: ...}}}}``, in the
    language that is spoken.

    A field has its ``title``; where it has one, the ``group`` and ``unit`` of its
    kind, ``codes`` with the name of its list, and ``items`` with the names of the
    lists of a statement's parts. Retired codes are in the lists: old reports hold them.
    """
    lists: dict[str, Codes] = {}
    told = {kind.name: _kind(kind, lists) for kind in kinds().values()}
    return {"lists": {name: labels_of(lists[name]) for name in sorted(lists)}, "kinds": told}


def _kind(kind: Kind, lists: dict[str, Codes]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name in ENVELOPE:
        fields[name] = {"title": title_of(kind.name, name)}
        if name in _ENVELOPE_LISTS:
            fields[name]["codes"] = _listed(_ENVELOPE_LISTS[name], lists)
    for field in fields_of(kind.content).values():
        fields[field.name] = _field(kind, field, lists)
    return {"title": kind_title(kind.name), "fields": fields}


def _field(kind: Kind, field: Field, lists: dict[str, Codes]) -> dict[str, Any]:
    told: dict[str, Any] = {"title": title_of(kind.name, field.name), "group": field.held.group}
    if field.held.unit:
        told["unit"] = field.held.unit
    if field.codes is not None:
        told["codes"] = _listed(field.codes, lists)
    struct = struct_in(field.type)
    if struct is not None:
        items: dict[str, str] = {}
        for name, hint in get_type_hints(struct, include_extras=True).items():
            codes = next(
                (m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Codes)), None
            )
            if codes is not None:
                items[name] = _listed(codes, lists)
        told["items"] = items
    return told


def _listed(codes: Codes, lists: dict[str, Codes]) -> str:
    """The name of a list, which is kept; two lists of one name would hide each other."""
    if lists.setdefault(codes.name, codes).labels != codes.labels:
        raise ValueError(f"two code lists are named {codes.name}")
    return codes.name
