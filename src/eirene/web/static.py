"""The client as it was built, and the base map. The only material that may be cached.

The folder is written by the client's build: hashed names under ``assets/``,
each text file with a ``.br`` and a ``.gz`` beside it. Nothing is compressed
on request. Where the client is not built, ``/`` says how to build it.
"""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from eirene.maps import OwnMap, file_of, listed
from eirene.missions.divisions import Division
from eirene.reports.sentences import say
from eirene.web.answers import NO_STORE, UNMARKED, bytes_of, json_of
from eirene.web.asking import aside, beside, node_of, reader_of
from eirene.web.describe import described
from eirene.web.node import Mission
from eirene.web.parameters import parameters_of
from eirene.web.problems import UnknownPath, WrongRange

_PACKAGE = Path(__file__).parent.parent
STATIC = _PACKAGE / "web" / "static"
BASEMAP = _PACKAGE / "basemap"
ODBL = Path(__file__).parents[3] / "odbl"
FILE = "eirene.file"
_IMMUTABLE = "public, max-age=31536000, immutable"
_CHUNK = 4 << 20
_TYPES = {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".pmtiles": "application/vnd.pmtiles",
}
_NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Eirene</title></head>
<body><h1>Eirene</h1>
<p>The node runs, and the web client is not built.</p>
<p>Build it with <code>./run build</code> in the source folder, and load this page again.
The interface for programs is at <code>/openapi.json</code>, with an access token.</p>
</body></html>
"""
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
_MOST = 16 << 20
"""Bytes of one answer of a large file; a part that is asked for may come in parts (RFC 9110, 15.3.7)."""


FROM = "/from/"
"""Where providers lead people back to: the client's page, whatever comes after."""


def is_static(path: str) -> bool:
    """Whether a path is a file of the client, which anybody may load before signing in."""
    return path == "/" or path.startswith(FROM) or _static_file(path) is not None


def _static_file(path: str) -> Path | None:
    if path.endswith(("/", ".br", ".gz")) or "\0" in path or "\\" in path:
        return None
    found = Path(os.path.normpath(STATIC / path.lstrip("/")))
    return found if found.is_relative_to(STATIC) and found.is_file() else None


@lru_cache(maxsize=256)
def _etag(path: Path, _changed: float, _size: int) -> str:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f'"{digest[:32]}"'


def etag_of(path: Path) -> str:
    """Strong tag: the hash of the bytes; taken once for each state of a file."""
    state = path.stat()
    return _etag(path, state.st_mtime, state.st_size)


def type_of(path: Path) -> str:
    """Media type by the ending of the name."""
    return (
        _TYPES.get(path.suffix)
        or mimetypes.guess_type(path.name)[0]
        or ("application/octet-stream")
    )


def static_answer(path: str, headers: Any) -> Response[bytes]:
    """A file of the client, in the form that the browser takes."""
    came_back = path.startswith(FROM)
    found = _static_file("/index.html" if path == "/" or came_back else path)
    if found is None:
        if path == "/" or came_back:
            return Response(_NOT_BUILT.encode(), media_type="text/html")
        raise UnknownPath
    accepted = {
        part.split(";")[0].strip() for part in headers.get("accept-encoding", "").split(",")
    }
    answer = {"Vary": "Accept-Encoding"}
    chosen = found
    for coding, ending in (("br", ".br"), ("gzip", ".gz")):
        beside = found.with_name(found.name + ending)
        if coding in accepted and beside.is_file():
            chosen = beside
            answer["Content-Encoding"] = coding
            break
    tag = answer["ETag"] = etag_of(chosen)
    hashed = found.is_relative_to(STATIC / "assets")
    # the address to which one is led back holds a code, so not even that it was asked for stays
    answer["Cache-Control"] = NO_STORE if came_back else _IMMUTABLE if hashed else "no-cache"
    if tag in headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=answer)
    return Response(chosen.read_bytes(), media_type=type_of(found), headers=answer)


def ranged(path: Path, headers: Any, known: str = "") -> Response[bytes]:
    """A public file with byte ranges and a strong tag; never compressed on top.

    ``known``: the hash of a file that is never changed, and may be too large to be read for it.
    Such a file is given in parts only.
    """
    tag = f'"{known[:32]}"' if known else etag_of(path)
    size = path.stat().st_size
    answer = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=86400",
    }
    if tag in headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=answer)
    wanted = headers.get("range")
    whole = size <= _MOST or not known
    if (wanted is None or headers.get("if-range", tag) != tag) and whole:
        return Response(_read(path, 0, size), media_type=type_of(path), headers=answer)
    wanted = wanted or ""
    found = _RANGE.match(wanted.strip())
    first, last = _bounds(found, size) if found else (0, size - 1)
    if first > last or first >= size or not (found or whole):
        raise WrongRange(size, tag)
    if not found:  # several ranges, or another unit: the whole is a right answer
        return Response(_read(path, 0, size), media_type=type_of(path), headers=answer)
    last = last if whole else min(last, first + _MOST - 1)
    answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    body = _read(path, first, last - first + 1)
    return Response(body, status_code=206, media_type=type_of(path), headers=answer)


def _bounds(found: re.Match[str], size: int) -> tuple[int, int]:
    first, last = found[1], found[2]
    if not first and not last:
        return 1, 0
    if not first:
        return max(0, size - int(last)), size - 1 if int(last) else -1
    return int(first), min(int(last) if last else size - 1, size - 1)


def _read(path: Path, first: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(first)
        return file.read(length)


def base_maps() -> dict[Path, dict[str, Any]]:
    """The base maps that are here, by file, in the order of drawing.

    Those of the package, and in a checkout those under the Open Database
    Licence, which lie in a folder of their own and never travel with it.
    """
    found: list[tuple[Path, dict[str, Any]]] = []
    for folder in (BASEMAP, ODBL):
        listing = folder / "maps.json"
        if listing.is_file():
            maps: list[dict[str, Any]] = msgspec.json.decode(listing.read_bytes())
            found += [(folder / one.pop("file"), one) for one in maps]
    return dict(sorted((one for one in found if one[0].is_file()), key=lambda one: one[1]["order"]))


@get("/", **described("The web client.", media_type="text/html", open_=True))
async def get_client(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /: the client, and the files it is built of, which the gate leads here."""
    path: str = beside(request, FILE, "/")
    return static_answer(path, request.headers)


def maps_of(mission: Mission | None) -> dict[Path, dict[str, Any]]:
    """The base maps for a mission: what is invented never lies beside what is real."""
    own = mission.name if mission is not None and mission.invented else None
    return {file: one for file, one in base_maps().items() if one.get("invented_for") == own}


def _own(one: OwnMap) -> dict[str, Any]:
    """A map of the mission's own as the client is told of it."""
    told: dict[str, Any] = msgspec.to_builtins(one)
    kept = ("id", "title", "attribution", "as_of", "licence", "order", "added", "tiles")
    kept += ("tile_size", "layers", "bbox", "min_zoom", "max_zoom")
    shown = {name: told[name] for name in kept}
    # the address changes with the bytes, so that no cache shows an old map under the same name
    url = f"/basemap/{one.id}.pmtiles?{one.sha256[:12]}"
    return shown | {"own": True, "url": url}


@get(
    "/api/map",
    **described("The base maps and the box of the mission.", answer="Map"),
)
async def get_map(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/map: what lies under the picture."""
    reader_of(request)
    node = node_of(request)
    return json_of(await aside(_under, node.mission, node.folder), UNMARKED)


def _under(mission: Mission | None, folder: Path) -> dict[str, Any]:
    """Base maps, box and versions of the divisions; which are read when first asked for."""
    maps = [one | {"url": f"/basemap/{one['id']}.pmtiles"} for one in maps_of(mission).values()]
    maps += [_own(one) for one in listed(folder)]
    bbox = mission.bbox if mission else (-180.0, -85.0, 180.0, 85.0)
    levels = mission.areas.levels if mission else []
    bases = [_basis(one) for one in mission.divisions] if mission else []
    return {"bbox": bbox, "maps": maps, "levels": levels, "bases": bases}


def _basis(one: Division) -> dict[str, Any]:
    """A version of the divisions as the client is told of it."""
    told: dict[str, Any] = msgspec.to_builtins(one.told)
    kept = ("id", "title", "valid_from", "valid_to", "source", "licence", "attribution", "note")
    found = {name: told[name] or None for name in kept} | {"levels": one.levels}
    return found | {name: said and say(said) for name in ("title", "note") if (said := told[name])}


@get(
    "/api/map/areas/{level:int}",
    **described(
        "Administrative areas of a level, as GeoJSON: where reports lie that name only an area.",
        parameters=("basis",),
        answer="AreaCollection",
        media_type="application/geo+json",
        problems=(404,),
    ),
)
async def get_areas(request: Request[Any, Any, Any], level: FromPath[int]) -> Response[bytes]:
    """GET /api/map/areas/2: public geography, for whoever is signed in."""
    return await _drawn(request, level, Division.outlines)


@get(
    "/api/map/borders/{level:int}",
    **described(
        "Lines between the areas of a level, as GeoJSON, and which of them are not agreed.",
        parameters=("basis",),
        answer="BorderCollection",
        media_type="application/geo+json",
        problems=(404,),
    ),
)
async def get_borders(request: Request[Any, Any, Any], level: FromPath[int]) -> Response[bytes]:
    """GET /api/map/borders/1?basis=2020: the same for everybody who is signed in."""
    return await _drawn(request, level, Division.borders)


_Draw = Callable[[Division, int], dict[str, Any] | None]


async def _drawn(request: Request[Any, Any, Any], level: int, draw: _Draw) -> Response[bytes]:
    reader_of(request)
    basis = parameters_of(request, ("basis",)).get("basis", "")
    body = await aside(_drawing, node_of(request).mission, basis, level, draw)
    if body is None:
        raise UnknownPath
    return bytes_of(body, UNMARKED, "application/geo+json")


def _drawing(mission: Mission | None, basis: str, level: int, draw: _Draw) -> bytes | None:
    """Areas or lines of a version; None where it has none of the level."""
    division = mission.division(basis) if mission else None
    if division is None or level not in division.areas.levels:  # what is made up takes no place
        return None
    return _bytes_of(division, level, draw)


@lru_cache(maxsize=16)
def _bytes_of(division: Division, level: int, draw: _Draw) -> bytes:
    """Areas or lines as they are sent; they are the same as long as the version is."""
    return msgspec.json.encode(draw(division, level))


@get(
    "/basemap/{name:str}",
    **described(
        "A base map: one PMTiles file, read by byte ranges.",
        media_type="application/vnd.pmtiles",
        statuses=(200, 206, 304),
        problems=(404, 416),
    ),
)
async def get_basemap(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """GET /basemap/{id}.pmtiles: public geography, for whoever is signed in."""
    reader_of(request)
    for file, one in maps_of(node_of(request).mission).items():
        if name == f"{one['id']}.pmtiles":
            return ranged(file, request.headers)
    folder = node_of(request).folder
    for own in await aside(listed, folder):
        if name == f"{own.id}.pmtiles":
            return await aside(ranged, file_of(folder, own.id), request.headers, own.sha256)
    raise UnknownPath


ROUTES = (get_client, get_map, get_areas, get_borders, get_basemap)
