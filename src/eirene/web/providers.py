"""Sign-in at an identity provider: the way there, and the way back.

A browser goes there with a *way*: what was begun, for whom, and the secrets that the way back
must fit. It lies sealed in a cookie of its own, so that a flood of beginnings costs the node
nothing, and opens once. The provider leads back to a page of the client, which sends what it was
given; nothing that a page of another site makes a browser do begins or ends a sign-in.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets as randomness
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from litestar import Request, Response, delete, get, post
from litestar.params import FromPath

from eirene.desks.clearing import Who
from eirene.errors import InvalidQuery, NotAllowed, SignInOver, TooManyTries, Unavailable
from eirene.people import Pass
from eirene.people.bindings import Binding, Identity
from eirene.people.devices import device_named
from eirene.times import iso
from eirene.web.answers import UNMARKED, empty, json_of
from eirene.web.asking import PASS, address_of, aside, beside, node_of, pass_of
from eirene.web.bodies import json_map, text_in
from eirene.web.describe import described
from eirene.web.devices import whose
from eirene.web.node import Node
from eirene.web.session import cookie_of, me_of, session_cookie

if TYPE_CHECKING:
    from eirene.web.vouching import Vouching

PROVIDERS = "eirene.providers"
AT = "/api/sign-in/provider"
BACK = f"{AT}/back"
LASTS_S = 600
"""Seconds from the way there to the way back."""
WAITING_MOST = 24
"""Questions to providers that wait at once; four are asked at a time."""
USED_MOST = 20_000
_TEXT_MOST = 4_096
R = TypeVar("R")


class Way(msgspec.Struct, frozen=True, array_like=True):
    """One sign-in under way."""

    id: str
    provider: str
    state: str
    nonce: str
    verifier: str
    user: str = ""
    """The account that is to be bound, and the session in which that was asked; "": none."""
    session: str = ""
    invitation: str = ""
    """The code of an invitation that is to be accepted; "": none."""

    def __repr__(self) -> str:
        return f"Way({self.provider!r})"


class Providers:
    """The providers of one node, and the sign-ins under way."""

    def __init__(self, node: Node) -> None:
        self.all = _vouching(node)
        self.cookie = f"eirene-{node.name}-way"
        self._seal = Fernet(Fernet.generate_key())
        self._used: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()
        self._askers = ThreadPoolExecutor(4, thread_name_prefix="provider")
        self._waiting = 0

    def named(self, name: str) -> Vouching:
        """A provider; ``InvalidQuery`` where the settings have none of that name."""
        found = self.all.get(name)
        if found is None:
            raise InvalidQuery(
                f"There is no provider {name[:40]!r}.",
                field="provider",
                remedy="GET /api/sign-in lists them." if self.all else "Sign in with a password.",
            )
        return found

    async def begin(self, name: str, **of: str) -> tuple[str, str]:
        """Where to go, and the sealed way; ``ProviderFailed`` where it does not answer."""
        provider = self.named(name)
        token = randomness.token_urlsafe
        way = Way(token(16), name, token(32), token(32), token(48), **of)
        go = await self.ask(lambda: provider.way(way.state, way.nonce, way.verifier))
        return go, self._seal.encrypt(msgspec.msgpack.encode(way)).decode()

    def opened(self, sealed: str, name: str, state: str) -> Way:
        """The way that a browser comes back on, once; ``SignInOver`` for any other."""
        try:
            held = self._seal.decrypt(sealed.encode("utf-8", "replace"), ttl=LASTS_S)
        except InvalidToken:
            raise SignInOver from None
        way = msgspec.msgpack.decode(held, type=Way)
        right = hmac.compare_digest(way.state.encode(), state.encode("utf-8", "replace"))
        with self._lock:
            if not right or way.provider != name or way.id in self._used:
                raise SignInOver
            self._used[way.id] = None
            if len(self._used) > USED_MOST:
                self._used.popitem(last=False)
        return way

    async def ask(self, question: Callable[[], R]) -> R:
        """Ask a provider, in a thread of its own pool."""
        if self._waiting >= WAITING_MOST:
            raise TooManyTries(3)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._askers, question)
        finally:
            self._waiting -= 1


def _vouching(node: Node) -> dict[str, Vouching]:
    if not node.trusted:
        return {}
    # a quarter of a second, for which a node without providers need not wait
    from eirene.web.vouching import Vouching

    return {one.name: Vouching(one, node.people.clock) for one in node.trusted}


def providers_of(request: Request[Any, Any, Any]) -> Providers:
    """The providers of the node that was asked."""
    found: Providers = beside(request, PROVIDERS)
    return found


def _gone(request: Request[Any, Any, Any], go: str, sealed: str) -> Response[bytes]:
    name = providers_of(request).cookie
    cookie = cookie_of(request, f"{name}={sealed}; Path={AT}; Max-Age={LASTS_S}")
    return json_of({"go": go}, UNMARKED, headers={"Set-Cookie": cookie})


@post(
    AT,
    **described(
        "Begin to sign in at a provider; or to accept an invitation by it.",
        body="ProviderWay",
        answer="ProviderGo",
        problems=(400, 413, 429),
        open_=True,
    ),
)
async def go_there(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/sign-in/provider: the address to go to. Whether a code is right is not said yet."""
    given = await json_map(request)
    code = text_in(given, "code", default="")[:200]
    go, sealed = await providers_of(request).begin(text_in(given, "provider"), invitation=code)
    return _gone(request, go, sealed)


@post(
    BACK,
    **described(
        "What a provider led back with: a session, or my account bound.",
        body="ProviderBack",
        answer="CameBack",
        problems=(400, 401, 413, 429),
        open_=True,
    ),
)
async def come_back(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/sign-in/provider/back: in the browser that began it, once, within ten minutes."""
    given = await json_map(request)
    node, providers = node_of(request), providers_of(request)
    provider = providers.named(text_in(given, "provider"))
    sealed = request.cookies.get(providers.cookie, "")
    way = providers.opened(sealed, provider.of.name, text_in(given, "state"))
    held: Pass | None = beside(request, PASS)
    if way.user and (held is None or held.id != way.session):
        raise SignInOver  # signed out meanwhile, or somebody else is at this browser now
    code, said_by = text_in(given, "code", default=""), text_in(given, "iss", default="")
    if not 0 < len(code) <= _TEXT_MOST:  # he changed his mind there, or may not sign in
        raise SignInOver
    who = await providers.ask(lambda: provider.identity(code, way.verifier, way.nonce, said_by))
    if way.user and held is not None:
        await aside(node.vouched.bind, who, way.user)
        return json_of({"bound": provider.of.title, "me": me_of(node, held.reader)}, UNMARKED)
    secret, entered = await _entered(request, way, who)
    told = {"bound": "", "me": me_of(node, entered.reader)}
    return json_of(told, UNMARKED, headers={"Set-Cookie": session_cookie(request, secret)})


async def _entered(request: Request[Any, Any, Any], way: Way, who: Identity) -> tuple[str, Pass]:
    node, address = node_of(request), address_of(request)
    if way.invitation:
        node.people.tries.take("invitation", address)
        await aside(node.vouched.accept, way.invitation, who)
    device = device_named(request.headers.get("user-agent", ""))
    return await node.vouched.enter(who, address, device)


# -- what is bound to an account


def _shown(node: Node, one: Binding) -> dict[str, Any]:
    titles = {of.issuer: of.title for of in node.trusted}
    return {
        "id": one.id,
        "title": titles.get(one.issuer, one.issuer),
        "issuer": one.issuer,
        "made": iso(one.made),
        "only": one.only,
    }


@get(
    "/api/bindings",
    **described(
        "Sign-ins at providers that are bound to an account, and those that could be.",
        parameters=("account",),
        answer="Bindings",
        problems=(404,),
    ),
)
async def get_bindings(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/bindings: mine; for who administers accounts with ``account=`` another's too."""
    node = node_of(request)
    who = Who.of(pass_of(request))
    user = whose(node, who, request.query_params.get("account", ""))
    bound = node.people.bindings.of(user)
    taken = {one.issuer for one in bound} if user == who.user else {o.issuer for o in node.trusted}
    told = {
        "bound": [_shown(node, one) for one in bound],
        "open": [
            {"name": of.name, "title": of.title} for of in node.trusted if of.issuer not in taken
        ],
    }
    return json_of(told, UNMARKED)


@post(
    "/api/bindings",
    **described(
        "Begin to bind my account to my sign-in at a provider.",
        body="NewBinding",
        answer="ProviderGo",
        problems=(400, 403, 413, 429),
    ),
)
async def begin_to_bind(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/bindings: with my password, so that an open screen is not enough; in a session."""
    held = pass_of(request)
    given = await json_map(request)
    if held.by != "session":
        raise NotAllowed("A token binds nothing.", remedy="Sign in, and do it there.")
    name, user = text_in(given, "provider"), held.reader.account
    providers_of(request).named(name)
    await node_of(request).people.shown(user, text_in(given, "password"), address_of(request))
    go, sealed = await providers_of(request).begin(name, user=user, session=held.id)
    return _gone(request, go, sealed)


@delete(
    "/api/bindings/{binding:str}",
    **described(
        "Take a sign-in at a provider away.",
        parameters=("account",),
        statuses=(204,),
        problems=(400, 403, 404),
    ),
)
async def unbind(request: Request[Any, Any, Any], binding: FromPath[str]) -> Response[bytes]:
    """DELETE /api/bindings/{id}: mine; for who administers accounts with ``account=`` another's."""
    node = node_of(request)
    held = pass_of(request)
    user = whose(node, Who.of(held), request.query_params.get("account", ""))
    if not node.vouched.unbind(user, binding, held):
        raise Unavailable
    return empty()


ROUTES = (go_there, come_back, get_bindings, begin_to_bind, unbind)
