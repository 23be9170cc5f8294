"""The mission's own base maps, kept by an administrator in the browser.

Everybody who is signed in sees the maps (``GET /api/map``); who keeps them is the node's
administrator, who otherwise sees nothing here that is not public.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.params import FromPath

from eirene.errors import InvalidQuery, NotAllowed
from eirene.imports.patience import patience
from eirene.maps import Asked, OwnMap, arriving, listed
from eirene.maps import add as add_map
from eirene.maps import remove as remove_map
from eirene.maps import reorder as reorder_maps
from eirene.web.answers import UNMARKED, empty, json_of
from eirene.web.asking import aside, gone_when_closed, in_pool, node_of, pass_of
from eirene.web.bodies import MAP_MOST, MAPS_AT, json_map
from eirene.web.describe import described
from eirene.web.parameters import parameters_of
from eirene.web.problems import Interrupted

ADMINISTRATOR = "administrator"
_SAID = ("title", "attribution", "licence", "as_of", "layer")
_pool = ThreadPoolExecutor(1, thread_name_prefix="maps")
"""One file at a time is looked at, and no query waits for it."""
_shelf = ThreadPoolExecutor(1, thread_name_prefix="map-shelf")
"""Changes of the list wait for each other, and no query for them."""
_LONGEST = 200
"""Bytes of a file's name; a folder takes 255 of one."""


def _check_may(request: Request[Any, Any, Any]) -> None:
    """``NotAllowed`` for everybody but an administrator."""
    if pass_of(request).reader.role != ADMINISTRATOR:
        raise NotAllowed(
            "Only the administrator of this node keeps its maps.",
            remedy="Give him the file, with the words on whose map it is.",
        )


@get(MAPS_AT, **described("The mission's own base maps.", answer="OwnMaps", problems=(403,)))
async def get_maps(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/maps: with size, age and order, the lowest first; for an administrator."""
    _check_may(request)
    found = await aside(listed, node_of(request).folder)
    return json_of({"maps": msgspec.to_builtins(found)}, UNMARKED)


@post(
    MAPS_AT,
    **described(
        "Add a base map: the bytes of a PMTiles, an MBTiles or a GeoPackage with tiles.",
        parameters=("name", *_SAID),
        body="File",
        body_type="application/octet-stream",
        answer="OwnMap",
        statuses=(201,),
        problems=(400, 403, 413, 422, 507),
    ),
)
async def post_map(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/maps?name=FILE: answered when the file has been looked at, which may take minutes.
    Who closes the connection ends that.
    """
    _check_may(request)
    given = parameters_of(request, ("name", *_SAID))
    asked = msgspec.convert({name: given.get(name, "").strip() for name in _SAID}, Asked)
    name = given.get("name", "").strip()
    _check_name(name)
    loop, folder = asyncio.get_running_loop(), node_of(request).folder
    length = request.headers.get("content-length", "")
    with arriving(folder, name, int(length) if length.isdecimal() else MAP_MOST) as path:
        with path.open("wb") as stream:
            async for part in request.stream():
                await loop.run_in_executor(None, stream.write, part)
        gone = threading.Event()
        async with gone_when_closed(request.receive, gone):
            made = await in_pool(_pool, _added, gone, folder, path, asked)
    return json_of(msgspec.to_builtins(made), UNMARKED, status=201)


def _added(gone: threading.Event, folder: Path, path: Path, asked: Asked) -> OwnMap:
    def check() -> None:
        if gone.is_set():
            raise Interrupted

    with patience(check):
        return add_map(folder, path, asked, datetime.now(UTC))


def _check_name(name: str) -> None:
    """``InvalidQuery`` for a name under which no file can lie, or that cannot be shown."""
    if not name or not name.isprintable() or "/" in name or name.strip(".") == "":
        raise InvalidQuery(
            "The file has no name, or one that cannot be shown.",
            field="name",
            remedy="Say it with its ending: ?name=region.pmtiles.",
        )
    if len(name.encode()) > _LONGEST:
        raise InvalidQuery(
            "The name of the file is too long.",
            field="name",
            remedy="Give it a shorter one, with its ending: ?name=region.pmtiles.",
        )


@post(
    f"{MAPS_AT}/order",
    **described(
        "Say which map lies on which.", body="MapOrder", answer="OwnMaps", problems=(400, 403, 422)
    ),
)
async def order_maps(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/maps/order with the ids of all of them, the lowest first."""
    _check_may(request)
    given = await json_map(request)
    try:
        ids = msgspec.convert(given.get("maps"), list[str])
    except msgspec.ValidationError:
        raise InvalidQuery(
            "maps is no list of ids.", field="maps", remedy='Send "maps": ["own-..."].'
        ) from None
    found = await in_pool(_shelf, reorder_maps, node_of(request).folder, ids)
    return json_of({"maps": msgspec.to_builtins(found)}, UNMARKED)


@delete(
    MAPS_AT + "/{map_id:str}",
    **described("Take a map away.", statuses=(204,), problems=(403, 422)),
)
async def delete_map(request: Request[Any, Any, Any], map_id: FromPath[str]) -> Response[bytes]:
    """DELETE /api/maps/{id}: its file is removed from the node."""
    _check_may(request)
    await in_pool(_shelf, remove_map, node_of(request).folder, map_id)
    return empty()


ROUTES = (get_maps, post_map, order_maps, delete_map)
