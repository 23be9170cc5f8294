"""Sign-in, sign-out, who am I, and when my shift began."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post

from eirene.people import Pass
from eirene.people.devices import device_named
from eirene.people.roles import role_named
from eirene.release.reader import Reader
from eirene.reports.sentences import say
from eirene.times import iso
from eirene.web.answers import UNMARKED, empty, json_of
from eirene.web.asking import PASS, address_of, beside, node_of, pass_of, reader_of
from eirene.web.bodies import json_map, text_in
from eirene.web.describe import described
from eirene.web.node import Node


def me_of(node: Node, reader: Reader) -> dict[str, Any]:
    """What a client needs to know of its user and of the node."""
    mission = node.mission
    account = node.people.account(reader.account) if reader.account else None
    return {
        "user": reader.account,
        "title": account.title if account else role_named("anyone").title,
        "role": reader.role,
        "organisation": reader.organisation,
        "compartments": sorted(reader.compartments),
        "may_file": sorted(reader.may_file),
        "may_decide": sorted(reader.may_decide),
        "sees_rules": node.configuring.may_see(reader),
        "node": node.name,
        "realm": node.realm,
        "mission": {
            "name": mission.name if mission else node.name,
            "title": say(mission.title) if mission else node.name,
            "bbox": mission.bbox if mission else (-180.0, -85.0, 180.0, 85.0),
            "zone": node.zone.key,
        },
        "last_shift": _iso(node.people.last_shift(reader.account)) if account else None,
        "clock_warning": say(node.clock_warning) if node.clock_warning else None,
    }


def session_of(node: Node, held: Pass) -> dict[str, Any]:
    """What a client needs to know of the session itself."""
    account = node.people.account(held.reader.account)
    return me_of(node, held.reader) | {
        "session": held.id,
        "by": held.by,
        "device": held.device,
        "until": _iso(held.reader.until or held.until),
        "viewing": held.viewing or None,
        "may_decide": list(account.may_decide),
        "may_grant": list(account.may_grant),
        "invites": account.invites,
        "administers": account.administers,
        "reset": _iso(account.reset),
    }


def _iso(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None


def cookie_of(request: Request[Any, Any, Any], text: str) -> str:
    """A cookie that scripts cannot read and that no other site sends."""
    text += "; HttpOnly; SameSite=Strict"
    secure = node_of(request).settings.secure_cookies or request.scope["scheme"] == "https"
    return f"{text}; Secure" if secure else text


def session_cookie(request: Request[Any, Any, Any], secret: str) -> str:
    """The cookie of a new session."""
    name = f"eirene-{node_of(request).name}"
    return cookie_of(request, f"{name}={secret}; Path=/; Max-Age=43200")


@post(
    "/api/sign-in",
    **described(
        "Sign in; the session is a cookie.",
        body="SignIn",
        answer="Me",
        problems=(400, 413, 429),
        open_=True,
    ),
)
async def sign_in(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/sign-in: a session of 12 hours, of 2 without use."""
    node = node_of(request)
    given = await json_map(request)
    secret, held = await node.people.sign_in(
        text_in(given, "user"),
        text_in(given, "password"),
        address_of(request),
        device_named(request.headers.get("user-agent", "")),
    )
    headers = {"Set-Cookie": session_cookie(request, secret)}
    return json_of(me_of(node, held.reader), UNMARKED, headers=headers)


@get(
    "/api/sign-in",
    **described("Which node this is, before anybody signs in.", answer="Door", open_=True),
)
async def get_door(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/sign-in: the realm, so that the first screen is marked too; and other ways in."""
    node = node_of(request)
    ways = [{"name": of.name, "title": of.title} for of in node.trusted]
    return json_of({"node": node.name, "realm": node.realm, "providers": ways}, UNMARKED)


@post("/api/sign-out", **described("End this session.", statuses=(204,)))
async def sign_out(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/sign-out: the session ends; the browser is told to forget what it kept."""
    node = node_of(request)
    node.people.sign_out(pass_of(request))
    return empty(
        {
            "Clear-Site-Data": '"cache", "storage"',
            "Set-Cookie": f"eirene-{node.name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
        }
    )


@get("/api/me", **described("Who asks, and what he is cleared for.", answer="Me"))
async def get_me(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/me: the account behind this request, and through whose eyes it looks."""
    held: Pass | None = beside(request, PASS)
    told = me_of(node_of(request), reader_of(request))
    return json_of(told | {"viewing": held.viewing or None if held else None}, UNMARKED)


@get("/api/session", **described("This session, and as whom it looks.", answer="Session"))
async def get_session(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/session: who asks, on which device, until when, and through whose eyes."""
    return json_of(session_of(node_of(request), pass_of(request)), UNMARKED)


@post(
    "/api/password",
    **described(
        "My own new password; my other sessions and tokens end.",
        body="NewPassword",
        statuses=(204,),
        problems=(400, 413, 429),
    ),
)
async def set_password(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/password: with the old one, which is tried as at a sign-in."""
    held = pass_of(request)
    given = await json_map(request)
    await node_of(request).people.change(
        held, text_in(given, "old"), text_in(given, "new"), address_of(request)
    )
    return empty()


@post("/api/shift", **described("My shift begins now.", answer="Shift"))
async def begin_shift(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/shift: marks now, gives the mark before."""
    reader = pass_of(request).reader
    before = node_of(request).people.begin_shift(reader.account)
    return json_of({"last_shift": _iso(before)}, UNMARKED)


ROUTES = (sign_in, get_door, sign_out, get_me, get_session, set_password, begin_shift)
