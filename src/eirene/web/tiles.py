"""Vector tiles of the history layers, for the one who asks."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from eirene.errors import InvalidQuery
from eirene.picture import Picture, Query, extent, marking_of
from eirene.picture.tiles import tile
from eirene.places_tiles import FINEST, Tile
from eirene.products.tile import AREAS, MEDIA_TYPE, fields_of, tile_of
from eirene.release.reader import Reader
from eirene.reports.kinds import count_fields
from eirene.reports.markings import Marking, not_live
from eirene.web.answers import bytes_of, json_of
from eirene.web.asking import aside, node_of, picture_of, reader_of
from eirene.web.describe import described
from eirene.web.ogc.collections import kind_of
from eirene.web.ogc.links import address
from eirene.web.parameters import FILTERS, parameters_of, query_of

TILE_FILTERS = tuple(name for name in FILTERS if name not in ("kind", "bbox"))
"""The layer is the kind, and the tile is the box."""
TILES = "/tiles/"
_ENDING = ".mvt"
_REMEDY = (
    "Write /tiles/incident/6/35/31.mvt: layer, zoom, column from the west, row from the north."
)


@get(
    "/tiles/{layer:str}/{z:str}/{x:str}/{y:str}",
    **described(
        "A tile of a map: reports of one kind, gathered where there are many.",
        parameters=TILE_FILTERS,
        media_type=MEDIA_TYPE,
        problems=(400, 404),
    ),
)
async def get_tile(
    request: Request[Any, Any, Any],
    layer: FromPath[str],
    z: FromPath[str],
    x: FromPath[str],
    y: FromPath[str],
) -> Response[bytes]:
    """GET /tiles/{layer}/{z}/{x}/{y}.mvt: layers are the kinds, as in OGC API - Features.

    No bytes where there is nothing for this reader. A tile is fetched by programs of others, and
    kept by them: what the terms of its source forbid to pass on is in none.
    """
    reader = reader_of(request)
    kind = kind_of(layer)
    at = tile_in(z, x, y)
    query = query_of(request, parameters_of(request, TILE_FILTERS))
    query = msgspec.structs.replace(query, kinds=(kind.name,), leaving=True)
    body, marking = await aside(_made, picture_of(request), reader, query, at, kind.name)
    return bytes_of(body, marking, MEDIA_TYPE)


@get(
    "/tiles/{layer:str}/tiles.json",
    **described(
        "Where the tiles of a layer are, and what they say: TileJSON, for maps of others.",
        parameters=TILE_FILTERS,
        answer="TileJson",
        problems=(400, 404),
    ),
)
async def get_tilejson(request: Request[Any, Any, Any], layer: FromPath[str]) -> Response[bytes]:
    """GET /tiles/{layer}/tiles.json: one address to point a map at, with this reader's extent.

    Filters go on into the address of the tiles.
    """
    reader = reader_of(request)
    kind = kind_of(layer)
    given = parameters_of(request, TILE_FILTERS)
    query = query_of(request, given)
    query = msgspec.structs.replace(query, kinds=(kind.name,), leaving=True)
    picture = picture_of(request)
    found = await aside(extent, picture, reader, query)
    marking = await aside(marking_of, picture, reader, query)
    filters = {name: text for name, text in given.items() if text}
    # what stands in braces is for the map to fill in, so it is not put into an address's signs
    tail = address(request, "", **filters).removeprefix(address(request, ""))
    told: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": not_live(node_of(request).realm) + kind.plural,
        "description": f"Reports of kind {kind.name} that were released to you: {marking}",
        "attribution": str(marking),
        "scheme": "xyz",
        "tiles": [address(request, f"{TILES}{kind.name}/") + "{z}/{x}/{y}" + _ENDING + tail],
        "minzoom": 0,
        "maxzoom": FINEST,
        "vector_layers": [
            {"id": name, "description": words, "fields": fields_of(count_fields(kind))}
            for name, words in (
                (kind.name, "Points; n says of how many reports each is"),
                (kind.name + AREAS, "Areas that versions give as their place"),
            )
        ],
    }
    if found.bbox is not None:
        told["bounds"] = list(found.bbox)
    return json_of(told, marking)


def _made(
    picture: Picture, reader: Reader, query: Query, at: Tile, kind: str
) -> tuple[bytes, Marking]:
    found = tile(picture, reader, query, at)
    return tile_of(found, at, kind), found.marking


def tile_in(z: str, x: str, y: str) -> Tile:
    """The tile of three parts of a path; ``InvalidQuery`` names the one at fault."""
    if not y.endswith(_ENDING):
        raise InvalidQuery("Tiles end in .mvt.", field="y", remedy=_REMEDY)
    zoom = _number(z, "z", FINEST)
    side = (1 << zoom) - 1
    return Tile(zoom, _number(x, "x", side), _number(y.removesuffix(_ENDING), "y", side))


def _number(text: str, name: str, most: int) -> int:
    if text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= most:
        return int(text)
    raise InvalidQuery(f"{name} is no whole number from 0 to {most}.", field=name, remedy=_REMEDY)


ROUTES = (get_tile, get_tilejson)
