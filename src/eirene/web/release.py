"""Releases: who will see this, who has it, and the desk that decides.

A route here says nothing of a report to anybody who may not read the report
itself; of an audience without a version it says "nothing", never that there is one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from eirene.desks.glass import Asked
from eirene.desks.shown import Drawn, Foreseen, Waiting
from eirene.desks.steps import rule_of
from eirene.errors import InvalidQuery, InvalidReport, NotAllowed
from eirene.people import Pass
from eirene.picture import Row, report_by_id
from eirene.picture.ledger import Line, Taken
from eirene.release.reader import Reader, covers
from eirene.release.rules import ON_DEMAND
from eirene.reports.acts.receipt import Fetch
from eirene.reports.acts.release import BREAK_GLASS
from eirene.reports.envelope import Body
from eirene.reports.flat import flat_of, marking_of
from eirene.reports.markings import highest
from eirene.times import iso, parse_interval
from eirene.web.answers import json_of
from eirene.web.asking import aside, node_of, pass_of, picture_of, reader_of
from eirene.web.attachments import drawn
from eirene.web.bodies import json_map, names_in, text_in, yes_in
from eirene.web.describe import described
from eirene.web.reports import detail, id_of, marking_of_rows

PICTURES_MOST = 6
"""That go with one version."""


@post(
    "/api/preview",
    **described(
        "Who will see this: what each audience would get of a report.",
        body="Preview",
        answer="Foreseen",
        problems=(400, 403, 404, 413, 422),
    ),
)
async def preview(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/preview: a flat report, or ``{"report": id}``; nothing is filed."""
    reader = pass_of(request).reader
    given = await json_map(request)
    desk = node_of(request).decisions
    if set(given) == {"report"}:
        found = await aside(desk.preview_of, reader, id_of(text_in(given, "report")))
    else:
        found = await aside(desk.preview, reader, given)
    shown = [one for one in found if _is_shown(one)]
    realm = node_of(request).realm
    marks = [marking_of(one.version) for one in shown if one.version is not None]
    marking = highest(
        ((mark.compartments[0], mark.classification, mark.tlp) for mark in marks), realm
    )
    told = [_foreseen(reader, one, realm) for one in shown]
    answer = {"marking": str(marking), "audiences": told}
    return json_of(answer, marking)


def _is_shown(one: Foreseen) -> bool:
    """Whether an audience is named: nobody is told which organisations there are."""
    return one.decision.gives or not one.decision.audience.startswith(ON_DEMAND)


def _foreseen(reader: Reader, one: Foreseen, realm: str) -> dict[str, Any]:
    decision = one.decision
    return {
        "compartment": decision.audience,
        "outcome": decision.outcome if decision.gives else "nothing",
        "mode": decision.mode if decision.gives else "",
        "due": _iso(decision.due),
        "sentence": decision.sentence if covers(reader.may_decide, decision.audience) else None,
        "version": _version(one.version, realm),
        "removed": list(one.removed),
    }


def _version(body: Body | None, realm: str) -> dict[str, Any] | None:
    """A version that is not filed: it has no id, no entity and no time of filing."""
    if body is None:
        return None
    told = flat_of(body, realm)
    for name in ("id", "entity", "filed", "filed_by"):
        told.pop(name, None)
    return told


@get(
    "/api/reports/{report_id:str}/releases",
    **described("Who has what of a report.", answer="Releases", problems=(404,)),
)
async def get_releases(
    request: Request[Any, Any, Any], report_id: FromPath[str]
) -> Response[bytes]:
    """GET /api/reports/{id}/releases: for readers of the report; 404 for all others."""
    reader = reader_of(request)
    found = await aside(node_of(request).decisions.releases, reader, id_of(report_id))
    rows = [row for _, row in found if row is not None]
    fetched = await aside(node_of(request).receipts.of, reader, [line for line, _ in found])
    of = report_by_id(picture_of(request), reader, id_of(report_id))
    original = of.body.coarse is None
    answer = {
        "releases": [
            _release(reader, line, row) | {"fetched": _fetched(fetched.get(line.id, []))}
            for line, row in found
        ],
        "glass_for": list(node_of(request).glass.audiences(reader, of.compartment))
        if original
        else [],
    }
    return json_of(answer, marking_of_rows(rows))


def _release(reader: Reader, line: Line, row: Row | None) -> dict[str, Any]:
    made = line.made
    return {
        "id": line.id.hex(),
        "compartment": line.audience,
        "state": line.state,
        "mode": line.last.mode,
        "rule": made.rule if made else line.last.rule,
        "glass": rule_of(line) == BREAK_GLASS,
        "due": _iso(line.due),
        "until": _iso(line.until),
        "since": _iso(line.since),
        "version": None if row is None else detail(row),
        "removed": list(made.removed) if made else [],
        "decided": _decided(line),
        "may_decide": covers(reader.may_decide, line.audience),
    }


def _fetched(fetches: list[Fetch]) -> list[dict[str, Any]]:
    return [
        {
            "account": one.account,
            "by": one.by,
            "first": iso(one.first),
            "last": iso(one.last),
            "times": one.times,
        }
        for one in fetches
    ]


def _decided(line: Line) -> list[dict[str, Any]]:
    return [_taken(taken) for taken in line.steps]


def _taken(taken: Taken) -> dict[str, Any]:
    step = taken.step
    return {"act": step.step, "account": step.by, "at": iso(taken.at), "reason": step.reason}


@get(
    "/api/desk/releases",
    **described("Releases that wait for my decision, oldest first.", answer="Waiting"),
)
async def get_waiting(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/desk/releases: nothing for who may decide nothing."""
    reader = reader_of(request)
    found = await aside(node_of(request).decisions.waiting, reader)
    marking = marking_of_rows([one.original for one in found])
    return json_of([_waiting(reader, one) for one in found], marking)


def _waiting(reader: Reader, one: Waiting) -> dict[str, Any]:
    decision = one.decision
    gives = decision is not None and decision.gives
    return {
        "id": one.line.id.hex(),
        "compartment": one.line.audience,
        "state": one.line.state,
        "mode": decision.mode if decision and gives else "",
        "outcome": decision.outcome if decision and gives else "nothing",
        "rule": decision.rule if decision and gives else "",
        "sentence": decision.sentence if decision else "",
        "wider": decision.place if decision and gives else None,
        "since": _iso(one.line.since),
        "report": detail(one.original),
        "version": _version(one.version, one.original.realm),
        "removed": list(one.removed),
        "words": one.words,
        "before": None if one.before is None else detail(one.before),
        "pictures": [
            {"id": row.id.hex(), "summary": flat_of(row.body).get("summary", "")}
            for row in one.pictures
        ],
        "chosen": [id_.hex() for id_ in one.chosen],
        "decided": _decided(one.line),
    }


@post(
    "/api/desk/releases/{line_id:str}",
    **described(
        "Decide on a release.",
        body="Decision",
        answer="Release",
        problems=(400, 403, 404, 413, 422),
    ),
)
async def decide(request: Request[Any, Any, Any], line_id: FromPath[str]) -> Response[bytes]:
    """POST /api/desk/releases/{id}: approve, refuse, recall or edit."""
    held = pass_of(request)
    _check_may_act(held)
    given = await json_map(request)
    until = _until(text_in(given, "until", default=""))
    desk = node_of(request).decisions
    shown = text_in(given, "report", default="")
    wanted = _ids(given, "pictures")
    pictures = await _drawn(request, id_of(line_id), wanted) if wanted else []
    line = await aside(
        desk.decide,
        held.reader,
        held.id or held.key[:16],
        id_of(line_id),
        text_in(given, "act"),
        text=text_in(given, "text", default=""),
        until=until,
        reason=text_in(given, "reason", default=""),
        exact=yes_in(given, "exact"),
        shown=id_of(shown) if shown else b"",
        words=text_in(given, "words") if "words" in given else None,
        pictures=pictures if "pictures" in given else None,
        seen=frozenset(_ids(given, "chosen")) if "chosen" in given else None,
    )
    row = await aside(desk.version_row, line)
    return json_of(_release(held.reader, line, row), marking_of_rows([row] if row else []))


def _ids(given: dict[str, Any], name: str) -> list[bytes]:
    """Ids in a list of the body; none where it is missing."""
    found = names_in(given, name)
    if len(found) > PICTURES_MOST:
        raise InvalidQuery(
            f"{name} names more than {PICTURES_MOST} pictures.",
            field=name,
            remedy="Choose those that say most.",
        )
    return [id_of(one) for one in sorted(found)]


async def _drawn(
    request: Request[Any, Any, Any], line_id: bytes, wanted: list[bytes]
) -> list[Drawn]:
    """Pictures that go with a version, drawn anew; only such as the desk offers."""
    node, reader = node_of(request), pass_of(request).reader
    offered = {row.id for row in await aside(node.decisions.attached, reader, line_id)}
    if not offered.issuperset(wanted):
        raise InvalidQuery(
            "One of the pictures does not belong to this report, or may not go with it.",
            field="pictures",
            remedy="Take ids of those that the desk offers.",
        )
    return await drawn(node, reader, wanted)


@post(
    "/api/break-glass",
    **described(
        "Give a report past never, for a while; two people ask for the same. Or refuse it.",
        body="BreakGlass",
        answer="Release",
        problems=(400, 403, 404, 413, 422),
    ),
)
async def break_glass(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/break-glass: the first asks, the second one's word opens it at once, or says no."""
    held = pass_of(request)
    _check_may_act(held)
    given = await json_map(request)
    node = node_of(request)
    act = text_in(given, "act", default="ask")
    report, audience = id_of(text_in(given, "report")), text_in(given, "audience")
    session, reason = held.id or held.key[:16], text_in(given, "reason")
    if act == "ask":
        until = _until(text_in(given, "until")) or datetime.min.replace(tzinfo=UTC)
        line = await aside(
            node.glass.ask, held.reader, session, report, audience, reason=reason, until=until
        )
    elif act == "refuse":
        line = await aside(node.glass.refuse, held.reader, session, report, audience, reason=reason)
    else:
        raise InvalidQuery(
            f"There is no act {act[:40]!r}.", field="act", remedy="Use ask or refuse."
        )
    row = await aside(node.decisions.version_row, line)
    return json_of(_release(held.reader, line, row), marking_of_rows([row] if row else []))


@get(
    "/api/break-glass",
    **described("Break-glass that waits for a second person, me.", answer="AskedGlass"),
)
async def get_glass(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/break-glass: for who reads the original and may ask for the same; else nothing."""
    reader = reader_of(request)
    found = await aside(node_of(request).glass.asked, reader)
    marking = marking_of_rows([one.original for one in found])
    return json_of([_asked(reader, one) for one in found], marking)


def _asked(reader: Reader, one: Asked) -> dict[str, Any]:
    return {
        "id": one.line.id.hex(),
        "compartment": one.line.audience,
        "by": one.by,
        "mine": one.by == reader.account,
        "since": _iso(one.line.since),
        "until": iso(one.until),
        "reason": one.reason,
        "report": detail(one.original),
    }


def _check_may_act(held: Pass) -> None:
    if held.viewing or (held.token is not None and "file" not in held.token.scope):
        raise NotAllowed(
            "This sign-in only reads.",
            field=None,
            remedy="Decide with a sign-in of your own that may file.",
        )


def _until(text: str) -> datetime | None:
    if not text:
        return None
    try:
        start, _ = parse_interval(text)
    except InvalidReport as error:
        raise InvalidQuery(error.message, field="until", remedy=error.remedy or "") from None
    return start


def _iso(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None


ROUTES = (preview, get_releases, get_waiting, decide, get_glass, break_glass)
