"""What is open where: sessions and tokens by device, and what to do when a device is gone."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath

from eirene.desks.clearing import Who
from eirene.errors import InvalidQuery, Unavailable
from eirene.people import Session
from eirene.people.register import folded
from eirene.times import iso
from eirene.web.answers import UNMARKED, empty, json_of
from eirene.web.asking import aside, node_of, pass_of
from eirene.web.bodies import json_map, text_in
from eirene.web.describe import described
from eirene.web.node import Node
from eirene.web.tokens import shown


def whose(node: Node, who: Who, user: str) -> str:
    """My own, or another's where I administer accounts; ``Unavailable`` for anybody else's."""
    if not user or folded(user) == folded(who.user):
        return who.user
    if not node.clearing.is_administrator(who) or node.people.known_to(who.user, user) is None:
        raise Unavailable
    return user


def _session_shown(node: Node, one: Session) -> dict[str, Any]:
    titles = {of.issuer: of.title for of in node.trusted}
    return {
        "id": one.id,
        "made": iso(one.made),
        "seen": iso(one.seen),
        "until": iso(one.until),
        "viewing": one.viewing or None,
        "origin": titles.get(one.origin, one.origin) or None,
    }


@get(
    "/api/devices",
    **described(
        "Devices with their sessions and tokens.",
        parameters=("account",),
        answer="Devices",
        problems=(404,),
    ),
)
async def get_devices(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/devices: mine; for who administers accounts with ``account=`` another's too."""
    held = pass_of(request)
    node = node_of(request)
    user = whose(node, Who.of(held), request.query_params.get("account", ""))
    sessions, tokens = node.people.sessions(user), node.people.tokens(user)
    known = {one.name: one for one in node.people.devices(user)}
    names = dict.fromkeys([*known, *(s.device for s in sessions), *(t.device for t in tokens)])
    found = [
        {
            "device": name,
            "first": iso(known[name].first) if name in known else None,
            "last": iso(known[name].last) if name in known else None,
            "this": bool(name) and name == held.device and user == held.reader.account,
            "sessions": [_session_shown(node, one) for one in sessions if one.device == name],
            "tokens": [shown(one) for one in tokens if one.device == name],
        }
        for name in names
    ]
    return json_of(found, UNMARKED)


@post(
    "/api/devices",
    **described(
        "A device is gone: revoke all of it, and list what it could have held.",
        body="LostDevice",
        answer="Lost",
        problems=(400, 403, 404, 413),
    ),
)
async def lose_device(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/devices: one act ends all sessions on it and all tokens made on it."""
    given = await json_map(request)
    device = text_in(given, "device")
    if not device:
        raise InvalidQuery("device is empty.", field="device", remedy="See GET /api/devices.")
    held = pass_of(request)
    node, who = node_of(request), Who.of(held)
    user = whose(node, who, text_in(given, "account", default=""))
    act = await aside(node.clearing.lost, who, user, device)
    mine = folded(user) == folded(who.user)
    # how much there is of what somebody does not read is not his to know
    reads_all = set(act.compartments) <= held.reader.compartments
    told = {
        "device": act.device,
        "sessions": act.sessions,
        "tokens": act.tokens,
        "compartments": list(act.compartments),
        "reports_at_most": act.reports if reads_all else None,
        "exports": [one if mine or reads_all else one.rpartition(": ")[0] for one in act.exports],
    }
    return json_of(told, UNMARKED)


@delete(
    "/api/sessions/{session:str}",
    **described(
        "End one session or token.", parameters=("account",), statuses=(204,), problems=(404,)
    ),
)
async def end_session(request: Request[Any, Any, Any], session: FromPath[str]) -> Response[bytes]:
    """DELETE /api/sessions/{id}: mine; for who administers accounts with ``account=`` another's."""
    node, who = node_of(request), Who.of(pass_of(request))
    user = whose(node, who, request.query_params.get("account", ""))
    if not node.people.revoke(user, session):
        raise Unavailable
    return empty()


ROUTES = (get_devices, lose_device, end_session)
