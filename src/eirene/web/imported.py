"""Imports that there were: listed, and taken back by who may file where they lie."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from eirene.desks.importing import ImportDesk, Undoing
from eirene.errors import InvalidQuery
from eirene.release.reader import Reader
from eirene.web.answers import UNMARKED, json_of
from eirene.web.asking import aside, at_length, node_of, reader_of
from eirene.web.bodies import json_map, text_in
from eirene.web.describe import described
from eirene.web.reports import id_of, marking_of_rows
from eirene.web.undoing import told, undone

_AT = "/api/imported"
_STOPS_S = 2.0
"""A stop is answered when the work has ended, or after so long."""


@get(_AT, **described("Imports that there were, newest first.", answer="Imported"))
async def get_imported(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/imported: those into the asker's compartments, and which he may take back."""
    reader, desk = reader_of(request), node_of(request).importing
    found = await aside(desk.all, reader)
    mine = {
        one.id.hex()
        for one in found
        if one.owner == reader.organisation and one.compartment in reader.may_file
    }
    shown = [
        one
        | {
            "may_undo": one["id"] in mine and not one["undone"] and not one["at_work"],
            "may_stop": one["id"] in mine and bool(one["at_work"]),
        }
        for one in told(found, desk)
    ]
    return json_of({"imports": shown}, UNMARKED)


@get(
    f"{_AT}/{{import_id:str}}",
    **described("What taking an import back would do.", answer="Undone", problems=(403, 404, 422)),
)
async def get_undoing(request: Request[Any, Any, Any], import_id: FromPath[str]) -> Response[bytes]:
    """GET /api/imported/{id}: counts, and the first of what was changed since; writes nothing."""
    desk, id_ = node_of(request).importing, id_of(import_id)
    return _answer(await at_length(desk.would_undo, reader_of(request), id_))


@post(
    f"{_AT}/{{import_id:str}}",
    **described(
        "Take an import back, or stop what is at work on it.",
        body="UndoAct",
        answer="Undone",
        problems=(400, 403, 404, 422, 507),
    ),
)
async def post_undo(request: Request[Any, Any, Any], import_id: FromPath[str]) -> Response[bytes]:
    """POST /api/imported/{id} with ``{"act": "undo"}``: what it brought is withdrawn, what it
    amended says what it said before, what was changed since stays. With ``{"act": "stop"}``: what
    files it, or takes it back, stops before its next block; the answer counts nothing, and says
    ``stopped`` once nothing is at work on it any more.
    """
    act = text_in(await json_map(request), "act")
    desk, id_ = node_of(request).importing, id_of(import_id)
    if act == "stop":
        return _answer(Undoing(stopped=await _stopped(desk, reader_of(request), id_)))
    if act != "undo":
        raise InvalidQuery(
            f"There is no act {act[:40]!r}.", field="act", remedy="Use undo or stop."
        )
    return _answer(await at_length(desk.undo, reader_of(request), id_))


async def _stopped(desk: ImportDesk, reader: Reader, id_: bytes) -> bool:
    """Have it stopped; gives whether it has."""
    if desk.run_of(id_) is None:
        await aside(desk.stop, reader, id_)  # looks into the picture for what to refuse
    else:
        desk.stop(reader, id_)  # at once: no query stands before it
    until = time.monotonic() + _STOPS_S
    while desk.run_of(id_) is not None:
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.02)
    return True


def _answer(found: Undoing) -> Response[bytes]:
    marking = marking_of_rows(found.kept) if found.kept else UNMARKED
    return json_of(undone(found), marking)


ROUTES = (get_imported, get_undoing, post_undo)
