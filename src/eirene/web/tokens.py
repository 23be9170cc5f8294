"""Access tokens, for programs of the account that makes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath

from eirene.errors import InvalidQuery, InvalidReport, Unavailable
from eirene.people import Token
from eirene.times import instant, iso
from eirene.web.answers import UNMARKED, empty, json_of
from eirene.web.asking import node_of, pass_of
from eirene.web.bodies import json_map, text_in
from eirene.web.describe import described

_DEFAULT = timedelta(days=30)


def _shown(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "title": token.title,
        "scope": token.scope,
        "made": iso(token.made),
        "until": iso(token.until),
    }


def _until(text: str) -> datetime:
    if not text:
        return datetime.now(UTC) + _DEFAULT
    try:
        return instant(text)
    except InvalidReport as error:
        raise InvalidQuery(error.message, field="until", remedy=error.remedy) from None


@get("/api/tokens", **described("My access tokens.", answer="Tokens"))
async def get_tokens(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/tokens: this account's, newest first; never the secrets."""
    held = pass_of(request)
    found = node_of(request).people.tokens(held.reader.account)
    return json_of([_shown(token) for token in found], UNMARKED)


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
        _until(text_in(given, "until", default="")),
        title=text_in(given, "title", default=""),
        parent=held.token,
    )
    return json_of(_shown(token) | {"token": secret}, UNMARKED, status=201)


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
