"""Questions to the picture: lists, counts, layers, suggestions."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get

from eirene.errors import InvalidQuery
from eirene.picture import counts, flat, layers, marking_of, search, suggest
from eirene.reports.kinds import kinds
from eirene.times import iso
from eirene.web.answers import UNMARKED, json_of
from eirene.web.asking import aside, node_of, picture_of, reader_of
from eirene.web.cursors import page_sealed
from eirene.web.describe import described
from eirene.web.parameters import FILTERS, names_in, number, parameters_of, query_of
from eirene.web.reports import marking_of_rows

COUNT_TO = 10_000
"""A list counts exactly up to here; whoever needs more asks ``/api/counts``."""
_GROUPS = ("day", "month", "year", "area", "kind", "type", "state")


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
        parameters=(*FILTERS, "group", "level", "sum"),
        answer="Counts",
        problems=(400,),
    ),
)
async def get_counts(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/counts: unknown is not zero, so each sum says how many are known."""
    reader = reader_of(request)
    given = parameters_of(request, (*FILTERS, "group", "level", "sum"))
    query = query_of(request, given)
    group = names_in(given.get("group", ""))
    for name in group:
        if name not in _GROUPS:
            raise InvalidQuery(
                f"There is no group {name[:40]!r}.",
                field="group",
                remedy="Use some of: " + ", ".join(_GROUPS) + ".",
            )
    picture = picture_of(request)
    found = await aside(
        counts,
        picture,
        reader,
        query,
        group=group,
        level=number(given, "level", 1, least=1),
        sums=names_in(given.get("sum", "")),
    )
    marking = await aside(marking_of, picture, reader, query)
    return json_of(
        {
            "total": found.total,
            "imprecise": found.imprecise,
            "groups": found.groups,
            "marking": str(marking),
        },
        marking,
    )


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
    """GET /api/suggest: from the gazetteer, and from reports that this reader may see."""
    reader = reader_of(request)
    text = parameters_of(request, ("q",)).get("q", "")[:200]
    found = await aside(suggest, picture_of(request), reader, text)
    mission = node_of(request).mission
    places: list[dict[str, Any]] = [
        {
            "name": hit.name,
            "pcode": hit.pcode,
            "latitude": hit.latitude,
            "longitude": hit.longitude,
            "source": "reports",
        }
        for hit in found.places
    ]
    known = {place["name"].casefold() for place in places}
    named = await aside(mission.suggest, text, 10) if mission and len(text) > 1 else []
    for place, source in named:
        if place.name.casefold() not in known:
            places.append(
                {
                    "name": place.name,
                    "pcode": place.pcode or None,
                    "latitude": place.lat,
                    "longitude": place.lon,
                    "source": source,
                }
            )
    return json_of({"places": places[:10], "words": found.words}, UNMARKED)


@get("/api/layers", **described("What there is to show, by origin and age.", answer="Layers"))
async def get_layers(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/layers: kinds and sources that this reader may see, with their newest."""
    reader = reader_of(request)
    found = await aside(layers, picture_of(request), reader)
    shown: list[dict[str, Any]] = []
    for layer in found:
        kind = kinds().get(layer.kind)
        one = {
            "id": ":".join((layer.kind, layer.type or "", layer.source)),
            "kind": layer.kind,
            "source": layer.source,
            "title": kind.plural if kind else layer.kind,
            "n": layer.n,
            "newest": iso(layer.newest) if layer.newest else None,
            "received": iso(layer.received) if layer.received else None,
        }
        shown.append(one | ({"type": layer.type} if layer.type else {}))
    return json_of(shown, UNMARKED)


ROUTES = (get_search, get_counts, get_suggest, get_layers)
