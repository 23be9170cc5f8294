"""Attachments: files that belong to reports. They come in as bytes and go out as files to keep.

No answer is ever a page: a file goes out under a type of a short list, to be kept and
not to be shown, and whatever opens it all the same may do nothing. A thumbnail is a
picture that this node has drawn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath

from eirene.desks.attaching import Found
from eirene.desks.filing import Filed
from eirene.desks.shown import Drawn
from eirene.errors import InvalidQuery, Unavailable
from eirene.imports.files import looked_at, plain_name, stripped
from eirene.release.reader import Reader
from eirene.reports.attachment import MEDIA_TYPES, PICTURES
from eirene.web.answers import UNMARKED, bytes_of, json_of
from eirene.web.asking import aside, node_of, pass_of, reader_of
from eirene.web.bodies import ATTACHED_AT
from eirene.web.describe import described
from eirene.web.node import Node
from eirene.web.parameters import number, parameters_of
from eirene.web.reports import id_of, marking_of_rows

_pool = ThreadPoolExecutor(2, thread_name_prefix="attachment")
"""Apart from the queries: to open a file takes long, and nobody else shall wait for it."""
_coming = asyncio.Semaphore(8)
"""So many files at most are in memory at once; others wait to be taken."""
_NAMES = ("report", "name", "summary", "client_id")
_INERT = {"Content-Security-Policy": "default-src 'none'; sandbox"}


@post(
    ATTACHED_AT,
    **described(
        "Attach a photo or a document to a report.",
        parameters=_NAMES,
        body="File",
        body_type="application/octet-stream",
        answer="Filed",
        statuses=(201,),
        problems=(400, 403, 409, 413, 422, 507),
    ),
)
async def post_attachment(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/attachments?report=...: the bytes of the file as the body. 201 once file and report
    are durable; it stands where the report stands, with the marking of that.
    """
    reader, node = pass_of(request).reader, node_of(request)
    given = parameters_of(request, _NAMES)
    told = _told(given)
    of = _report(given)
    # whoever may not attach anything is told before he sends it
    await aside(node.attaching.flat, reader, of, {"file_type": "text", **told})
    async with _coming:
        data = b"".join([part async for part in request.stream()])
        loop = asyncio.get_running_loop()
        filed = await loop.run_in_executor(_pool, _attached, node, reader, of, told, data)
    return json_of({"id": filed.id.hex(), "entity": filed.entity.hex()}, UNMARKED, status=201)


def _told(given: dict[str, str]) -> dict[str, Any]:
    """What the filer says of it; the rest is found in the file."""
    name = plain_name(given.get("name", ""))
    told = {"file_name": name, "summary": given.get("summary", "") or name}
    if given.get("client_id"):
        told["client_id"] = given["client_id"]
    return {key: value for key, value in told.items() if value}


def _report(given: dict[str, str]) -> bytes:
    if not given.get("report"):
        raise InvalidQuery(
            "It is not said to which report the file belongs.",
            field="report",
            remedy="Say it: ?report=<id of the report>.",
        )
    try:
        return id_of(given["report"])
    except Unavailable:  # what cannot be an id is as absent as what is not there
        return bytes(16)


def _attached(node: Node, reader: Reader, of: bytes, told: dict[str, Any], data: bytes) -> Filed:
    """Look at the file, seal it, file it; in a thread."""
    looked = looked_at(data, told.get("file_name", ""))
    found: dict[str, Any] = {"file_type": looked.type, "file_bytes": len(data)}
    if looked.width:
        found |= {"width_px": looked.width, "height_px": looked.height}
    if looked.tells:
        found["tells"] = [
            {"what": what, "name": name, "value": value} for what, name, value in looked.tells
        ]
    return node.attaching.attach(reader, of, told | found, data, looked.thumbnail)


@get(
    ATTACHED_AT + "/{report_id:str}",
    **described(
        "The file of an attachment, as it was brought; or a picture of a version.",
        parameters=("n",),
        media_type="*/*",
        problems=(400, 404, 410),
    ),
)
async def get_attachment(
    request: Request[Any, Any, Any], report_id: FromPath[str]
) -> Response[bytes]:
    """GET /api/attachments/{id}: 200 the file, under its own type; 404 ``unavailable``, whatever the
    cause; 410 to whoever may read it, where the file is missing on this node.
    """
    desk = node_of(request).attaching
    n = number(parameters_of(request, ("n",)), "n", 0)
    return _given(await aside(desk.file, reader_of(request), id_of(report_id), n))


@get(
    ATTACHED_AT + "/{report_id:str}/thumbnail",
    **described("A small picture of an attachment.", media_type="image/webp", problems=(404, 410)),
)
async def get_thumbnail(
    request: Request[Any, Any, Any], report_id: FromPath[str]
) -> Response[bytes]:
    """GET /api/attachments/{id}/thumbnail: 200 as WebP, drawn by this node, without anything that
    the file tells; 404 ``unavailable``, whatever the cause.
    """
    desk = node_of(request).attaching
    n = number(parameters_of(request, ("n",)), "n", 0)
    return _given(await aside(desk.thumbnail, reader_of(request), id_of(report_id), n))


async def drawn(node: Node, reader: Reader, ids: Sequence[bytes]) -> list[Drawn]:
    """Attachments as they would go with a version: pictures drawn anew, nothing else of the files."""
    loop = asyncio.get_running_loop()
    return [await loop.run_in_executor(_pool, _drawn, node, reader, one) for one in ids]


def _drawn(node: Node, reader: Reader, id_: bytes) -> Drawn:
    found = node.attaching.file(reader, id_)
    kind = next((name for name in PICTURES if MEDIA_TYPES[name] == found.media_type), "")
    if not kind:
        raise InvalidQuery(
            "Only pictures go with a version.",
            field="pictures",
            remedy="Say in words what the document says.",
        )
    jpeg = stripped(found.data, kind)
    return Drawn(id_, jpeg, looked_at(jpeg, "").thumbnail)


def _given(found: Found) -> Response[bytes]:
    name = found.name or "attachment"
    plain = "".join(c if (c.isascii() and c.isalnum()) or c in "-_. " else "_" for c in name)
    headers = _INERT | {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    }
    return bytes_of(found.data, marking_of_rows([found.row]), found.media_type, headers=headers)


ROUTES = (post_attachment, get_attachment, get_thumbnail)
