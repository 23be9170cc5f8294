"""Access tokens, for programs of the account that makes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath

from eirene.errors import Unavailable
from eirene.people import Token
from eirene.times import iso
from eirene.web.answers import UNMARKED, empty, json_of
from eirene.web.asking import node_of, pass_of
from eirene.web.bodies import json_map, moment_in, text_in
from eirene.web.describe import described

_DEFAULT = timedelta(days=30)


def shown(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "title": token.title,
        "scope": token.scope,
        "made": iso(token.made),
        "until": iso(token.until),
        "device": token.device,
        "seen": iso(token.seen) if token.seen else None,
    }


@get("/api/tokens", **described("My access tokens.", answer="Tokens"))
async def get_tokens(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/tokens: this account's, newest first; never the secrets."""
    held = pass_of(request)
    found = node_of(request).people.tokens(held.reader.account)
    return json_of([shown(token) for token in found], UNMARKED)


@post(
    "/api/tokens",
    **described(
        "Make an access token; its secret is shown this once.",
        body="NewToken",
        answer="MadeToken",
        statuses=(201,),
        problems=(400, 403, 413),
    ),
)
async def make_token(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/tokens: no further reach and no later end than what it is made with."""
    held = pass_of(request)
    given = await json_map(request)
    secret, token = node_of(request).people.make_token(
        held.reader.account,
        text_in(given, "scope", default="read"),
        moment_in(given, "until") or datetime.now(UTC) + _DEFAULT,
        title=text_in(given, "title", default=""),
        parent=held.token,
        device=held.device,
    )
    return json_of(shown(token) | {"token": secret}, UNMARKED, status=201)


@delete(
    "/api/tokens/{token_id:str}",
    **described("Revoke an access token.", statuses=(204,), problems=(404,)),
)
async def revoke_token(request: Request[Any, Any, Any], token_id: FromPath[str]) -> Response[bytes]:
    """DELETE /api/tokens/{id}: refused from now on, also where it is in use."""
    held = pass_of(request)
    if not node_of(request).people.revoke(held.reader.account, token_id):
        raise Unavailable
    return empty()


ROUTES = (get_tokens, make_token, revoke_token)
