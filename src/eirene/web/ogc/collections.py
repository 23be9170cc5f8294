"""Collections: one for each kind. That a kind exists is no secret; extents are the reader's own."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from eirene.errors import Unavailable
from eirene.picture import Query, extent
from eirene.picture.cql2 import Queryable, queryables
from eirene.reports.kinds import Kind, count_fields, kinds
from eirene.reports.markings import not_live
from eirene.reports.sentences import say
from eirene.reports.words import kind_plural, kind_title
from eirene.times import iso
from eirene.web.answers import UNMARKED, json_of
from eirene.web.asking import Connection, aside, node_of, picture_of, reader_of
from eirene.web.describe import described
from eirene.web.ogc.crs import CRS84, KNOWN
from eirene.web.ogc.links import GEOJSON, JSON, SCHEMA, address, link
from eirene.web.parameters import parameters_of

_HIDDEN = "withdrawal"
"""A withdrawal shows at what it withdraws."""

STAYS = "What the terms of its source forbid to pass on is read on the node itself, not here."
"""Said of every collection, to everybody: it tells nobody whether there is any."""

_TIME = {"type": "string", "format": "date-time"}


def collection_kinds() -> list[Kind]:
    """Kinds that are collections."""
    return [kind for kind in kinds().values() if kind.name != _HIDDEN]


def kind_of(name: str) -> Kind:
    """The kind behind a collection."""
    for kind in collection_kinds():
        if kind.name == name:
            return kind
    raise Unavailable


def queryables_of(kind: Kind) -> dict[str, Queryable]:
    """What a filter on this collection may name: the same for every reader of it."""
    counts = set(count_fields(kind))
    return {
        name: one for name, one in queryables().items() if one.type != "number" or name in counts
    }


async def _collection(request: Connection, kind: Kind) -> dict[str, Any]:
    asked = Query(kinds=(kind.name,), leaving=True)
    found = await aside(extent, picture_of(request), reader_of(request), asked)
    here = f"/ogc/collections/{kind.name}"
    times = [iso(moment) if moment else None for moment in (found.start, found.end)]
    extents: dict[str, Any] = {"temporal": {"interval": [times]}}
    if found.bbox is not None:
        extents["spatial"] = {"bbox": [list(found.bbox)], "crs": CRS84}
    return {
        "id": kind.name,
        "title": not_live(node_of(request).realm) + kind_plural(kind.name),
        "description": say(f"Reports of kind {kind.name} that were released to you.")
        + f" {say(STAYS)}",
        "extent": extents,
        "itemType": "feature",
        "crs": list(KNOWN),
        "storageCrs": CRS84,
        "links": [
            link(address(request, here), "self", JSON, kind_title(kind.name)),
            link(address(request, f"{here}/items"), "items", GEOJSON, kind_plural(kind.name)),
            link(
                address(request, f"{here}/queryables"),
                "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                SCHEMA,
                say("Queryables"),
            ),
        ],
    }


@get(
    "/ogc/collections",
    **described("All collections.", parameters=("f",), answer="Collections", problems=(400,)),
)
async def get_collections(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /ogc/collections: one for each kind."""
    reader_of(request)
    parameters_of(request, ("f",))
    found = [await _collection(request, kind) for kind in collection_kinds()]
    links = [link(address(request, "/ogc/collections"), "self", JSON, say("Collections"))]
    return json_of({"collections": found, "links": links}, UNMARKED)


@get(
    "/ogc/collections/{name:str}",
    **described("One collection.", parameters=("f",), answer="Collection", problems=(400, 404)),
)
async def get_collection(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """GET /ogc/collections/{kind}: extents of what this reader may see."""
    reader_of(request)
    parameters_of(request, ("f",))
    return json_of(await _collection(request, kind_of(name)), UNMARKED)


@get(
    "/ogc/collections/{name:str}/queryables",
    **described(
        "What filters may name.",
        parameters=("f",),
        answer="Schema",
        media_type=SCHEMA,
        problems=(400, 404),
    ),
)
async def get_queryables(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """GET /ogc/collections/{kind}/queryables: as a JSON Schema."""
    reader_of(request)
    parameters_of(request, ("f",))
    kind = kind_of(name)
    return json_of(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": address(request, f"/ogc/collections/{name}/queryables"),
            "type": "object",
            "title": not_live(node_of(request).realm) + kind_plural(kind.name),
            "properties": {one.name: _property(one) for one in queryables_of(kind).values()},
            "additionalProperties": False,
        },
        UNMARKED,
        media_type=SCHEMA,
    )


def _property(one: Queryable) -> dict[str, Any]:
    if one.type == "geometry":
        return {"title": one.name, "format": "geometry-point"}
    if one.type == "number":
        return {"title": one.name, "type": "integer"}
    if one.type == "time":
        return {"title": one.name} | _TIME
    return {"title": one.name, "type": "string"}


ROUTES = (get_collections, get_collection, get_queryables)
