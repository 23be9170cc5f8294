"""Questions to the picture: lists, counts, layers, suggestions."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get

from eirene.errors import InvalidQuery
from eirene.imports.mapping import Origin, origins
from eirene.missions.divisions import Basis
from eirene.missions.gazetteer import Suggested
from eirene.picture import (
    Coverage,
    Picture,
    PlaceHit,
    SiteHit,
    counts,
    flat,
    layers,
    marking_of,
    search,
    suggest,
)
from eirene.picture.counts import GROUPS
from eirene.release.reader import Reader
from eirene.reports.kinds import kinds
from eirene.reports.markings import Marking, highest
from eirene.reports.words import kind_plural
from eirene.times import iso
from eirene.web.answers import UNMARKED, json_of
from eirene.web.asking import aside, node_of, picture_of, reader_of
from eirene.web.cursors import page_sealed
from eirene.web.describe import described
from eirene.web.kept import usable
from eirene.web.node import Mission, Node
from eirene.web.parameters import FILTERS, names_in, number, parameters_of, query_of
from eirene.web.reports import marking_of_rows

COUNT_TO = 10_000
"""A list counts exactly up to here; whoever needs more asks ``/api/counts``."""


@get(
    "/api/search",
    **described(
        "Entities that match, newest first.",
        parameters=(*FILTERS, "limit", "cursor"),
        answer="Found",
        problems=(400,),
    ),
)
async def get_search(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/search: a page of what this reader may see.

    ``total`` is exact up to ``COUNT_TO``; ``total_is`` says whether there are more.
    """
    reader = reader_of(request)
    query = query_of(request, parameters_of(request, (*FILTERS, "limit", "cursor")))
    query = msgspec.structs.replace(query, count_to=COUNT_TO)
    found = await aside(search, picture_of(request), reader, query)
    marking = marking_of_rows(found.rows)
    return json_of(
        {
            "total": found.total,
            "total_is": "at-least" if found.at_least else "exact",
            "without_point": found.without_point,
            "reports": [flat(row) for row in found.rows],
            "next": page_sealed(node_of(request), reader, found.next),
            "marking": str(marking),
        },
        marking,
    )


@get(
    "/api/counts",
    **described(
        "How many match, by day, area, kind; sums with how many are known.",
        parameters=(*FILTERS, "group", "level", "basis", "sum"),
        answer="Counts",
        problems=(400,),
    ),
)
async def get_counts(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/counts: unknown is not zero, so each sum says how many are known.

    Counts by area come with their period and coverage, and are shown with them or not at all.
    """
    reader = reader_of(request)
    given = parameters_of(request, (*FILTERS, "group", "level", "basis", "sum"))
    query = query_of(request, given)
    group = names_in(given.get("group", ""))
    for name in group:
        if name not in GROUPS:
            raise InvalidQuery(
                f"There is no group {name[:40]!r}.",
                field="group",
                remedy="Use some of: " + ", ".join(GROUPS) + ".",
            )
    picture = picture_of(request)
    level = number(given, "level", 1, least=1)
    basis = await aside(basis_of, node_of(request).mission, given, level)
    found = await aside(
        counts,
        picture,
        reader,
        query,
        group=group,
        level=level,
        sums=names_in(given.get("sum", "")),
        basis=basis,
    )
    marking = await aside(marking_of, picture, reader, query)
    covered = {"coverage": _coverage(found.coverage)} if found.coverage else {}
    return json_of(
        {
            "total": found.total,
            "imprecise": found.imprecise,
            "groups": found.groups,
            "marking": str(marking),
        }
        | covered,
        marking,
    )


def basis_of(mission: Mission | None, given: dict[str, str], level: int) -> Basis | None:
    """The areas that are asked for by name; without a name, P-codes as they stand."""
    name = given.get("basis", "")
    if not name:
        return None
    basis = mission.basis(name, level) if mission else None
    if basis is None:
        there = [
            f"{one.id} (level {', '.join(map(str, one.levels))})"
            for one in (mission.divisions if mission else ())
            if one.levels
        ]
        raise InvalidQuery(
            f"There are no borders of level {level} in a version {name[:40]!r}.",
            field="basis",
            remedy=f"Use one of: {'; '.join(there)}." if there else "Leave it out: there are none.",
        )
    return basis


def _coverage(found: Coverage) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.structs.asdict(found)
    moments = {name: iso(at) if (at := told[name]) else None for name in ("start", "end")}
    return told | moments


@get(
    "/api/suggest",
    **described(
        "Places and words that go on as typed.",
        parameters=("q",),
        answer="Suggestions",
        problems=(400,),
    ),
)
async def get_suggest(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/suggest: from the gazetteer, and from reports that this reader may see.

    What reports say comes with the marking of the report, its source and its age; the answer
    bears the marking of all of them.
    """
    reader = reader_of(request)
    text = parameters_of(request, ("q",)).get("q", "")[:200]
    node = node_of(request)
    told, marking = await aside(_suggested, picture_of(request), reader, node.mission, text)
    return json_of(told, marking)


def _suggested(
    picture: Picture, reader: Reader, mission: Mission | None, text: str
) -> tuple[dict[str, Any], Marking]:
    """Places and words, and the marking of what is of reports."""
    found = suggest(picture, reader, text)
    named = mission.suggest(text, 10) if mission and len(text) > 1 else []
    listed = [_listed(one) for one in named]
    sites = [_site(one, mission) for one in found.sites]
    known = {(one["name"].casefold(), one["pcode"]) for one in listed}
    others = [
        _told(hit, mission)
        for hit in found.places
        if (hit.name.casefold(), hit.pcode or None) not in known
    ]
    marks = [one.marking for one in (*found.sites, *found.places)]
    parts = [(mark.compartments[0], mark.classification, mark.tlp) for mark in marks]
    whole = highest(parts, marks[0].realm) if marks else UNMARKED
    return {"places": _shared(listed, sites, others), "words": found.words}, whole


_OFFERED = 12


def _shared(*lists: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """So many of each list, in its order, that all have their turn and the last may fill up."""
    kept: list[dict[str, Any]] = []
    for at, one in enumerate(lists):
        rest = sum(min(len(other), 3) for other in lists[at + 1 :])
        kept += one[: _OFFERED - len(kept) - rest]
    return kept


def _listed(one: Suggested) -> dict[str, Any]:
    """A place of the mission's own lists."""
    place = one.place
    return {
        "name": place.name,
        "pcode": place.pcode or None,
        "latitude": place.lat,
        "longitude": place.lon,
        "accuracy_m": place.accuracy_m,
        "source": one.source,
        "around": one.around or None,
        "other_names": list(one.other_names[:5]),
        "valid": one.valid or None,
        "write": one.write,
    }


def _site(one: SiteHit, mission: Mission | None) -> dict[str, Any]:
    """A site of a list that was imported, or of a report, as this reader may see it."""
    area = mission.gazetteer.name_of(one.pcode) if mission else ""
    around = one.place if one.place.casefold() != one.name.casefold() else area
    origin = origins().get(one.source)
    return {
        "name": one.name,
        "pcode": one.pcode or None,
        "latitude": one.latitude,
        "longitude": one.longitude,
        "accuracy_m": one.accuracy_m,
        "source": one.source or None,
        "type": one.type,
        "around": around or area or None,
        "other_names": list(one.other_names[:5]),
        "marking": str(one.marking),
        "as_of": iso(one.at)[:10] if one.at else origin.as_of if origin else None,
        "licence": origin.licence if origin else None,
    }


def _told(hit: PlaceHit, mission: Mission | None) -> dict[str, Any]:
    """A place that reports name which this reader may see."""
    around = mission.gazetteer.name_of(hit.pcode) if mission else ""
    return {
        "name": hit.name,
        "pcode": hit.pcode or None,
        "latitude": hit.latitude,
        "longitude": hit.longitude,
        "source": "reports",
        "around": around or None,
        "marking": str(hit.marking),
    }


@get("/api/layers", **described("What there is to show, by origin and age.", answer="Layers"))
async def get_layers(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/layers: kinds and sources that this reader may see, with their newest."""
    reader = reader_of(request)
    found = await aside(layers, picture_of(request), reader)
    known = await aside(_origins, node_of(request), reader)
    shown: list[dict[str, Any]] = []
    for layer in found:
        kind = kinds().get(layer.kind)
        one = {
            "id": ":".join((layer.kind, layer.type or "", layer.source)),
            "kind": layer.kind,
            "source": layer.source,
            "title": kind_plural(kind.name) if kind else layer.kind,
            "n": layer.n,
            "newest": iso(layer.newest) if layer.newest else None,
            "received": iso(layer.received) if layer.received else None,
        }
        if (origin := known.get(layer.source)) is not None:
            told = {"licence": origin.licence, "as_of": origin.as_of, "list": origin.title}
            told["attribution"] = origin.attribution
            one |= {name: text for name, text in told.items() if text}
        shown.append(one | ({"type": layer.type} if layer.type else {}))
    return json_of(shown, UNMARKED)


def _origins(node: Node, reader: Reader) -> dict[str, Origin]:
    """Whose list it is and under which licence, by source: of ready mappings, and of those that
    people keep where this reader may see them.
    """
    kept_ = {
        one.source: Origin(one.title, one.licence, one.as_of, one.attribution)
        for one in reversed(usable(node, reader))
        if one.source
    }
    return kept_ | origins()


ROUTES = (get_search, get_counts, get_suggest, get_layers)
