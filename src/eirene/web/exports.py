"""Exports of any query: each a document with its manifest, for the one who asks.

Who closes the connection ends the work: what is being made for him is made no further.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from eirene.people import Pass
from eirene.picture import marking_of
from eirene.products import (
    COUNT_FORMATS,
    FORMATS,
    Borders,
    Export,
    export,
    export_counts,
    format_of,
)
from eirene.web.answers import UNMARKED, header_text, json_of
from eirene.web.asking import (
    PASS,
    aside,
    at_length,
    beside,
    gone_when_closed,
    node_of,
    picture_of,
    reader_of,
)
from eirene.web.describe import described
from eirene.web.exporting import EXPORTING, AtHand, Exporting, ended_by_a_fault
from eirene.web.kept import credited
from eirene.web.look import basis_of
from eirene.web.node import Mission, Node
from eirene.web.parameters import FILTERS, number, parameters_of, query_of
from eirene.web.problems import Interrupted

LONGEST_S = 900
"""An export holds one state of the picture open; after this the client has gone to sleep."""

_INCOMPLETE = {
    "text/csv": b"\r\n# INCOMPLETE: this export was stopped.\r\n",
    "application/vnd.google-earth.kml+xml": b"\n<!-- INCOMPLETE: this export was stopped. -->\n",
    "application/geo+json": b"\n# INCOMPLETE: this export was stopped.\n",
}


@get(
    [f"/api/export.{format_}" for format_ in FORMATS],
    **described(
        "Everything that matches, as a file.",
        parameters=(*FILTERS, "ask"),
        media_type="text/csv",
        problems=(400,),
    ),
)
async def get_export(request: Request[Any, Any, Any]) -> Stream:
    """GET /api/export.FORMAT: the manifest stands in a header and in the document. How far it is,
    GET /api/exports/{ask} tells.
    """
    reader = reader_of(request)
    node = node_of(request)
    format_ = format_of(request.url.path)
    given = parameters_of(request, (*FILTERS, "ask"))
    query = query_of(request, given)
    picture = picture_of(request)
    at_hand = _exporting(request).begin(reader.account, given.get("ask", ""))
    credits_ = await aside(credited, node, reader)
    async with gone_when_closed(request.receive, at_hand.gone), ended_by_a_fault(at_hand):
        made = await at_length(
            export,
            picture,
            reader,
            query,
            format_,
            reader.account or reader.role,
            datetime.now(UTC),
            node.realm,
            node.name,
            credits=credits_,
            progress=_told(node, beside(request, PASS), at_hand),
        )
    at_hand.sending = True
    marking = await aside(marking_of, picture, reader, query)
    return _given(request, made, format_, str(marking))


def _exporting(request: Request[Any, Any, Any]) -> Exporting:
    found: Exporting = beside(request, EXPORTING)
    return found


def _told(node: Node, held: Pass | None, at_hand: AtHand) -> Callable[[int, int], None]:
    """Keeps how far it is; raises ``Interrupted`` where nobody waits, or may wait, any more."""

    def told(done: int, of: int) -> None:
        at_hand.done, at_hand.of = done, of
        lost = held is not None and not node.people.holds(held)
        if not at_hand.sending and (at_hand.gone.is_set() or lost):
            raise Interrupted

    return told


@get(
    "/api/exports/{ask:str}",
    **described("How far an export is.", answer="ExportAt", problems=(404,)),
)
async def get_export_at(request: Request[Any, Any, Any], ask: FromPath[str]) -> Response[bytes]:
    """GET /api/exports/{ask}: of what was asked for by that name; 404 ``unavailable`` before, after,
    and for everybody else.
    """
    found = _exporting(request).of(reader_of(request).account, ask)
    return json_of({"done": found.done, "of": found.of}, UNMARKED)


COUNTS_AT = "/api/counts."


@get(
    [f"{COUNTS_AT}{format_}" for format_ in COUNT_FORMATS],
    **described(
        "How many match in each area, as a file, with what the numbers rest on.",
        parameters=(*FILTERS, "level", "basis"),
        media_type="text/csv",
        problems=(400,),
    ),
)
async def get_counts_export(request: Request[Any, Any, Any]) -> Stream:
    """GET /api/counts.FORMAT: as ``GET /api/counts?group=area``, of what may be passed on."""
    node = node_of(request)
    reader = reader_of(request)
    given = parameters_of(request, (*FILTERS, "level", "basis"))
    query = query_of(request, given)
    format_ = request.url.path.removeprefix(COUNTS_AT)
    made = await aside(
        export_counts,
        picture_of(request),
        reader,
        query,
        format_,
        await aside(_borders, node.mission, given, format_ == "geojson"),
        reader.account or reader.role,
        datetime.now(UTC),
        node.realm,
        node.name,
    )
    return _given(request, made, f"counts.{format_}", made.manifest["marking"])


def _borders(mission: Mission | None, given: dict[str, str], drawn: bool) -> Borders:
    """The areas that are asked for by name, with their shapes where they are ``drawn``."""
    level = number(given, "level", 1, least=1)
    basis = basis_of(mission, given, level)
    if basis is None:
        name_of = mission.gazetteer.name_of if mission else _nameless
        return Borders(level=level, name_of=name_of)
    division = basis.division
    outlines = (division.outlines(level) if drawn else None) or {"features": []}
    told = division.told
    return Borders(
        level=level,
        id=told.id,
        title=told.title,
        valid_from=told.valid_from,
        valid_to=told.valid_to,
        source=told.source,
        licence=told.licence,
        attribution=told.attribution,
        basis=basis,
        name_of=division.name_of,
        shapes={one["properties"]["pcode"]: one["geometry"] for one in outlines["features"]},
    )


def _nameless(_pcode: str) -> str:
    return ""


def _given(request: Request[Any, Any, Any], made: Export, format_: str, marking: str) -> Stream:
    """A file, noted with whoever takes it; its manifest stands in a header, too."""
    node = node_of(request)
    if (held := beside(request, PASS)) is not None:
        node.people.note_export(held, format_, made.manifest["count"])
    manifest = msgspec.json.encode(made.manifest).decode()
    return Stream(
        _chunks(node, held, made.chunks, made.media_type),
        # Litestar adds the charset to every text
        media_type=made.media_type.replace("; charset=utf-8", ""),
        headers={
            "Content-Disposition": f'attachment; filename="{header_text(made.filename)}"',
            "Eirene-Manifest": _ascii(manifest),
            "Eirene-Marking": header_text(marking),
        },
    )


def _ascii(json: str) -> str:
    """The same JSON in ASCII, which is all that a header may surely hold."""
    return "".join(c if " " <= c <= "~" else _escaped(c) for c in json)


def _escaped(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


async def _chunks(
    node: Node, held: Pass | None, chunks: Iterator[bytes], media_type: str
) -> AsyncIterator[bytes]:
    """The document piece by piece, asking before each whether the account is still in force.

    When it is not, the document says so where its format can, and the
    connection is cut without an end, so that nobody takes half for whole.
    """
    until = time.monotonic() + LONGEST_S
    while True:
        piece = await aside(next, chunks, None)
        if piece is None:
            return
        if (held is not None and not node.people.holds(held)) or time.monotonic() > until:
            yield _INCOMPLETE.get(
                media_type.partition(";")[0], b""
            )  # half an archive opens nowhere
            raise Interrupted
        yield piece
        await asyncio.sleep(0)


ROUTES = (get_export, get_export_at, get_counts_export)
