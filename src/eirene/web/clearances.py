"""Clearances given by two people, and loans within an organisation, over HTTP."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, delete, post
from litestar.params import FromPath

from eirene.desks.clearing import Who
from eirene.errors import InvalidQuery, Unavailable
from eirene.people.register import Delegation, Proposal
from eirene.people.rights import Rights
from eirene.times import iso
from eirene.web.answers import UNMARKED, empty, json_of
from eirene.web.asking import aside, node_of, pass_of
from eirene.web.bodies import json_map, moment_in, names_in, text_in, yes_in
from eirene.web.describe import described


def rights_in(given: dict[str, Any]) -> Rights:
    """Rights of a body: ``compartments``, ``may_file``, ``may_decide``, ``may_grant``."""
    return Rights(
        read=names_in(given, "compartments"),
        file=names_in(given, "may_file"),
        decide=names_in(given, "may_decide"),
        grant=names_in(given, "may_grant"),
    )


def _rights_shown(rights: Rights) -> dict[str, Any]:
    return {
        "compartments": sorted(rights.read),
        "may_file": sorted(rights.file),
        "may_decide": sorted(rights.decide),
        "may_grant": sorted(rights.grant),
    }


def proposal_shown(one: Proposal) -> dict[str, Any]:
    """Clearances that wait for a second person."""
    return {
        "id": one.id.hex(),
        "user": one.user,
        "by": one.by,
        "at": iso(one.at),
        "until": iso(one.until),
        "invites": one.invites,
        "reason": one.reason,
        **_rights_shown(one.rights),
    }


def loan_shown(one: Delegation) -> dict[str, Any]:
    """Rights lent."""
    return {
        "id": one.id.hex(),
        "user": one.user,
        "by": one.by,
        "made": iso(one.made),
        "until": iso(one.until),
        **_rights_shown(one.rights),
    }


def _id(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 16:
        raise Unavailable
    return found


@post(
    "/api/clearances",
    **described(
        "Propose clearances for somebody; a second person confirms.",
        body="NewClearance",
        answer="Proposed",
        statuses=(201,),
        problems=(400, 403, 404, 413),
    ),
)
async def propose(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/clearances: for who may grant all of it; nothing is held before it is confirmed."""
    given = await json_map(request)
    id_ = await aside(
        node_of(request).clearing.propose,
        Who.of(pass_of(request)),
        text_in(given, "user"),
        rights_in(given),
        moment_in(given, "until"),
        reason=text_in(given, "reason", default=""),
        focal=yes_in(given, "invites"),
    )
    return json_of({"id": id_.hex(), "state": "waits for a second person"}, UNMARKED, status=201)


@post(
    "/api/clearances/{proposal:str}",
    **described(
        "Confirm or refuse, as the second person.",
        body="SecondPerson",
        answer="Decided",
        problems=(400, 403, 404, 413),
    ),
)
async def decide_clearance(
    request: Request[Any, Any, Any], proposal: FromPath[str]
) -> Response[bytes]:
    """POST /api/clearances/{id}: never by who proposed it, nor for oneself."""
    given = await json_map(request)
    act = text_in(given, "act")
    if act not in ("confirm", "refuse"):
        raise InvalidQuery(
            f"There is no act {act[:40]!r}.", field="act", remedy="Use confirm or refuse."
        )
    await aside(
        node_of(request).clearing.decide,
        Who.of(pass_of(request)),
        _id(proposal),
        confirm=act == "confirm",
        reason=text_in(given, "reason", default=""),
    )
    return json_of(
        {"id": proposal, "state": "confirmed" if act == "confirm" else "refused"}, UNMARKED
    )


@post(
    "/api/delegations",
    **described(
        "Lend clearances to an account of my organisation, for a time.",
        body="NewLoan",
        answer="Lent",
        statuses=(201,),
        problems=(400, 403, 404, 413),
    ),
)
async def lend(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/delegations: only what I hold myself, never rights to grant."""
    given = await json_map(request)
    id_ = await aside(
        node_of(request).clearing.lend,
        Who.of(pass_of(request)),
        text_in(given, "user"),
        rights_in(given),
        moment_in(given, "until"),
        text_in(given, "reason", default=""),
    )
    return json_of({"id": id_.hex()}, UNMARKED, status=201)


@delete(
    "/api/delegations/{loan:str}",
    **described("End a loan, at once.", statuses=(204,), problems=(400, 403, 404)),
)
async def unlend(request: Request[Any, Any, Any], loan: FromPath[str]) -> Response[bytes]:
    """DELETE /api/delegations/{id}: by who lends, who borrows, or who answers for him."""
    await aside(node_of(request).clearing.unlend, Who.of(pass_of(request)), _id(loan))
    return empty()


ROUTES = (propose, decide_clearance, lend, unlend)
