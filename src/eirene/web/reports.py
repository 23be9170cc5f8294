"""Reports: filed, and read one by one with their history."""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec
from litestar import Request, Response, asgi, get
from litestar.params import FromPath
from litestar.types import Receive, Scope, Send

from eirene.desks.attaching import pairs
from eirene.errors import InvalidReport, SignInRequired, Unavailable
from eirene.people import Pass
from eirene.picture import EntityView, Linked, Row, entity_by_id, flat, report_by_id
from eirene.release.reader import Reader
from eirene.reports.markings import Marking, highest
from eirene.times import iso
from eirene.web.answers import UNMARKED, json_of, send_bytes, send_json
from eirene.web.asking import NODE, PASS, aside, picture_of, reader_of
from eirene.web.bodies import body_of, json_value
from eirene.web.describe import described
from eirene.web.node import Node
from eirene.web.parameters import parameters_of, query_from
from eirene.web.problems import MethodRefused

PATH = "/api/reports"
_ID = re.compile(r"[0-9a-f]{32}")


def id_of(text: str) -> bytes:
    """An id; what cannot be one is as absent as what is not there."""
    if not _ID.fullmatch(text):
        raise Unavailable
    return bytes.fromhex(text)


def marking_of_rows(rows: list[Row]) -> Marking:
    """Marking of everything in these rows."""
    realm = rows[0].realm if rows else ""
    return highest(((row.compartment, row.classification, row.tlp) for row in rows), realm)


def detail(row: Row) -> dict[str, Any]:
    """A report as read, and when this node received it."""
    told = flat(row) | {"received": iso(row.received)}
    if row.body.coarse is not None and row.body.attachments:
        told["pictures"] = len(pairs(row.body.attachments))
    return told


@asgi(
    PATH,
    opt=described(
        "File one report, or a list: all or nothing.",
        method="POST",
        body="Reports",
        answer="Filed",
        statuses=(201,),
        problems=(400, 403, 409, 413, 422, 507),
    )["opt"],
    copy_scope=False,
)
async def post_reports(scope: Scope, receive: Receive, send: Send) -> None:
    """POST /api/reports: 201 once durable; the filer's next read sees it.

    It takes the request as it comes: of all paths this one must carry thousands a second.
    """
    asked: dict[str, Any] = cast(dict[str, Any], scope)
    if asked["method"] == "OPTIONS":
        await send_bytes(send, b"", [(b"allow", b"OPTIONS, POST")], status=204)
        return
    if asked["method"] != "POST":
        raise MethodRefused(["OPTIONS", "POST"])
    held: Pass | None = asked.get(PASS)
    if held is None:
        raise SignInRequired
    node: Node = asked[NODE]
    given = json_value(await body_of(receive))
    flats = cast(list[Any], given) if isinstance(given, list) else [given]
    _check_maps(flats)
    # no zone: a time without one is refused, never read as UTC in silence
    filed = await node.filing.file(held.reader, flats)
    shown = [{"id": one.id.hex(), "entity": one.entity.hex()} for one in filed]
    await send_json(send, shown if isinstance(given, list) else shown[0], UNMARKED, status=201)


def _check_maps(flats: list[Any]) -> None:
    for index, value in enumerate(flats):
        if not isinstance(value, dict):
            error = InvalidReport(
                "A report is a JSON object.",
                field="",
                remedy="See the example of GET /api/kinds/incident.",
            )
            error.index = index  # type: ignore[attr-defined]
            raise error


@get(
    "/api/reports/{report_id:str}",
    **described("One report.", answer="Report", problems=(404,)),
)
async def get_report(request: Request[Any, Any, Any], report_id: FromPath[str]) -> Response[bytes]:
    """GET /api/reports/{id}: 200 the report; 404 ``unavailable``, whatever the cause."""
    reader = reader_of(request)
    row = await aside(report_by_id, picture_of(request), reader, id_of(report_id))
    return json_of(detail(row), marking_of_rows([row]))


@get(
    "/api/entities/{entity_id:str}",
    **described(
        "An entity: what holds, its history, its links.",
        parameters=("as_of",),
        answer="Entity",
        problems=(400, 404),
    ),
)
async def get_entity(request: Request[Any, Any, Any], entity_id: FromPath[str]) -> Response[bytes]:
    """GET /api/entities/{id}: 200; 404 ``unavailable``, whatever the cause.

    With ``as_of`` as this node knew it then; nothing can be done with it.
    """
    reader = reader_of(request)
    as_of = query_from(parameters_of(request, ("as_of",)), page=None).as_of
    view = await aside(entity_by_id, picture_of(request), reader, id_of(entity_id), as_of)
    if as_of is not None:
        reader = msgspec.structs.replace(reader, may_file=frozenset())
    linked = [link.row for link in (*view.links_out, *view.links_in)]
    marking = marking_of_rows([*view.current, *view.history, *view.others, *linked])
    return json_of(_entity(reader, view, marking), marking)


def _entity(reader: Reader, view: EntityView, marking: Marking) -> dict[str, Any]:
    own = [r for r in view.current if r.owner == reader.organisation and r.body.coarse is None]
    may = bool(own) and all(row.compartment in reader.may_file for row in own)
    return {
        "entity": view.entity.hex(),
        "kind": view.kind,
        "current": [detail(row) for row in view.current],
        "history": [detail(row) for row in view.history],
        "others": [detail(row) for row in view.others],
        "links": {
            "out": [_link(link) for link in view.links_out],
            "in": [_link(link) for link in view.links_in],
        },
        "may": {"amend": may, "withdraw": may and not all(row.withdrawn for row in own)},
        "marking": str(marking),
    }


def _link(link: Linked) -> dict[str, Any]:
    told = flat(link.row)
    return {
        "role": link.role,
        "id": link.row.id.hex(),
        "entity": link.row.entity.hex(),
        "kind": link.row.kind,
        "summary": told.get("summary", ""),
        "filed": told["filed"],
        "organisation": link.row.owner,
        "file_type": told.get("file_type", ""),
    }


ROUTES = (post_reports, get_report, get_entity)
