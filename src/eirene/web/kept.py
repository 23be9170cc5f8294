"""Mappings that people of a compartment kept: found by name, or by the shape of a table.

A mapping is a report of kind ``mapping``; whoever reads its compartment may use it. Where its
reports go is said by whoever imports: what another account kept names no compartment.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from eirene.errors import InvalidQuery
from eirene.imports.faults import BadMapping
from eirene.imports.mapping import Mapping, attributions, mapping_named, ready_mappings
from eirene.imports.shared import shared_mapping, understood
from eirene.imports.writing import mapping_toml
from eirene.picture import Query, Row, every
from eirene.release.reader import Reader
from eirene.reports.flat import content_values
from eirene.web.node import Node

KIND = "mapping"
MOST = 200
"""Mappings of one organisation that are looked at: those of another cost nobody more."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One kept mapping as it stands; ``mapping`` is None where its text does not fit."""

    row: Row
    name: str
    text: str
    mapping: Mapping | None
    fault: str = ""


def kept(node: Node, reader: Reader) -> list[Kept]:
    """Kept mappings that a reader sees, newest first, ``MOST`` of each organisation."""
    found = [row for page in every(node.picture, reader, Query(kinds=(KIND,))) for row in page]
    found.sort(key=lambda row: (row.received, row.id), reverse=True)
    stands = [row for row in found if row.current and not row.withdrawn]
    of = Counter[str]()
    told: list[Kept] = []
    for row in stands:
        of[row.owner] += 1
        if of[row.owner] <= MOST:
            told.append(_read(row, reader))
    return told


def _read(row: Row, reader: Reader) -> Kept:
    said = content_values(row.body)
    name, text = str(said.get("name", "")), str(said.get("rules", ""))
    mapping, fault = understood(text, name)
    if mapping is not None and row.body.account != reader.account:
        mapping = msgspec.structs.replace(mapping, compartment="")
    return Kept(row=row, name=name, text=text, mapping=mapping, fault=fault)


def usable(node: Node, reader: Reader) -> list[Mapping]:
    """Kept mappings for proposals, under the names that they were kept by; newest first."""
    return [
        msgspec.structs.replace(one.mapping, name=one.name)
        for one in kept(node, reader)
        if one.mapping is not None
    ]


def credited(node: Node, reader: Reader) -> dict[str, str]:
    """How the licence of each list wants it named, by the source of its reports: as ready mappings
    say it, and those that a reader sees.
    """
    told = {
        one.source: one.attribution for one in reversed(usable(node, reader)) if one.attribution
    }
    return told | attributions()


def mapping_for(node: Node, reader: Reader, name: str, *, files: bool) -> Mapping:
    """A mapping by its name: ready, kept, or, with ``files``, by the path of a file of this
    machine. Raises ``BadMapping``.
    """
    if name in ready_mappings() or (files and _is_file(name)):
        return mapping_named(name)
    for one in kept(node, reader):
        if one.name == name:
            mapping = one.mapping or shared_mapping(one.text, name)
            return msgspec.structs.replace(mapping, name=name)
    if files:
        return mapping_named(name)
    raise BadMapping(
        f"There is no mapping {name[:80]!r}.",
        field="mapping",
        remedy="Take one of GET /api/mappings.",
    )


def stranger_of(node: Node, reader: Reader, name: str) -> str:
    """The other account that kept a mapping of this name; "" for one's own, a ready one, a file."""
    if name in ready_mappings() or _is_file(name):
        return ""
    of = next((one.row.body.account for one in kept(node, reader) if one.name == name), "")
    return "" if of == reader.account else of


def _is_file(name: str) -> bool:
    """Whether a name is that of a file: nobody can keep one under such a name to stand before it."""
    return name.endswith(".toml")


def keep(node: Node, reader: Reader, name: str, mapping: Mapping, compartment: str) -> Row | None:
    """Checks that a mapping may be kept; gives the one of this name that it replaces, if any."""
    name = name.strip()
    if not name or name in ready_mappings() or _is_file(name):
        raise InvalidQuery(
            f"A mapping cannot be kept as {name!r}.",
            field="name",
            remedy="Give it a name of its own: not that of a ready mapping, nor of a file.",
        )
    shared_mapping(mapping_toml(mapping), name)
    return next(
        (
            one.row
            for one in kept(node, reader)
            if (one.name, one.row.compartment, one.row.owner)
            == (name, compartment, reader.organisation)
        ),
        None,
    )


def as_report(
    name: str, mapping: Mapping, compartment: str, before: Row | None
) -> dict[str, object]:
    """The flat report that keeps a mapping."""
    flat: dict[str, object] = {
        "kind": KIND,
        "compartment": compartment,
        "name": name.strip(),
        "makes": mapping.kind,
        "said_by": mapping.source,
        "rules": mapping_toml(msgspec.structs.replace(mapping, name=name.strip())),
        "summary": (mapping.title or f"{mapping.source}, as {mapping.kind}")[:300],
    }
    return flat | ({"amends": [before.id.hex()]} if before is not None else {})


__all__ = ["Kept", "as_report", "credited", "keep", "kept", "mapping_for", "stranger_of", "usable"]
