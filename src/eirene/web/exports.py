"""Exports of any query: each a document with its manifest, for the one who asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, get
from litestar.response import Stream

from eirene.people import Pass
from eirene.picture import marking_of
from eirene.products import Export, export
from eirene.web.answers import header_text
from eirene.web.asking import PASS, aside, beside, node_of, picture_of, reader_of
from eirene.web.describe import described
from eirene.web.node import Node
from eirene.web.parameters import FILTERS, parameters_of, query_of


class Interrupted(Exception):
    """The account ended while its export was running."""


@get(
    ["/api/export.csv", "/api/export.geojson", "/api/export.kml"],
    **described(
        "Everything that matches, as a file.",
        parameters=FILTERS,
        media_type="text/csv",
        problems=(400,),
    ),
)
async def get_export(request: Request[Any, Any, Any]) -> Stream:
    """GET /api/export.{csv,geojson,kml}: the manifest stands in a header and in the document."""
    reader = reader_of(request)
    format_ = request.url.path.rpartition(".")[2]
    query = query_of(request, parameters_of(request, FILTERS))
    picture = picture_of(request)
    made: Export = await aside(
        export, picture, reader, query, format_, reader.account, datetime.now(UTC)
    )
    marking = await aside(marking_of, picture, reader, query)
    manifest = msgspec.json.encode(made.manifest).decode("ascii", "backslashreplace")
    return Stream(
        _chunks(node_of(request), beside(request, PASS), made.chunks),
        media_type=made.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{header_text(made.filename)}"',
            "Eirene-Manifest": header_text(manifest),
            "Eirene-Marking": header_text(str(marking)),
        },
    )


async def _chunks(node: Node, held: Pass | None, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The document piece by piece, asking before each whether the account is still in force."""
    while True:
        piece = await aside(next, chunks, None)
        if piece is None:
            return
        if held is not None and not node.people.holds(held):
            raise Interrupted
        yield piece
        await asyncio.sleep(0)


ROUTES = (get_export,)
