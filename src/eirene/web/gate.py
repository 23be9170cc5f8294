"""The gate: everything that comes in passes here first, and every answer leaves by it.

It finds out who asks, answers 401 on every path that is not open to all -
also on paths that do not exist, so that nobody maps the node from outside -
bounds the body, sets the headers that every answer carries, and writes the
access log: no query strings, no content.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from eirene.errors import EireneError, NotAllowed, SignInRequired
from eirene.people import Pass
from eirene.reports.markings import not_live
from eirene.reports.words import first_spoken, speak
from eirene.web.answers import NO_STORE, UNMARKED, header_text
from eirene.web.asking import ADDRESS, ANYONE, BY_COOKIE, NODE, PASS, READER
from eirene.web.bodies import ATTACHED_AT, BODY_MOST, FILE_MOST, MAP_MOST, MAPS_AT
from eirene.web.exporting import EXPORTING, Exporting
from eirene.web.node import Node
from eirene.web.problems import (
    PROBLEM,
    BodyTooLarge,
    Interrupted,
    WrongOrigin,
    foreseen,
    headers_of,
    problem_bytes,
    status_of,
)
from eirene.web.providers import AT, BACK, PROVIDERS, Providers
from eirene.web.static import FILE, is_static
from eirene.web.stream import STREAMS, Streams
from eirene.web.tiles import TILES
from eirene.web.uploads import UPLOADED_AT, UPLOADS, Uploads

_log = logging.getLogger("eirene.web")

POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; style-src 'self'; font-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; manifest-src 'self'"
)
_ALWAYS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_ACCEPT = "/api/invitations/accept"
_OPEN = frozenset(("/", "/health/ready", "/api/sign-in"))
_UNSIGNED = frozenset(("/api/sign-in", _ACCEPT, AT, BACK))
"""Paths that somebody without an account may post to."""
_LOOKING = frozenset(("/api/view-as", "/api/sign-out"))
"""What somebody may do who looks through the eyes of an audience."""
_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
_NO_STORE = (b"cache-control", NO_STORE.encode())
_MARKING = b"eirene-marking"
_UNMARKED = header_text(str(UNMARKED)).encode("latin-1")


class Gate:
    """An ASGI app around the routes."""

    def __init__(
        self, node: Node, routes: ASGIApp, ahead: Mapping[str, ASGIApp] | None = None
    ) -> None:
        self._node = node
        self._routes = routes
        self._ahead = dict(ahead or {})
        """Routes that take a request as it comes, by path: they need no router, nor its wrapping."""
        self.streams = Streams()
        self.uploads = Uploads(node)
        self.exporting = Exporting()
        self.providers = Providers(node)
        self._cookie = f"eirene-{node.name}="
        self._realm = header_text(not_live(node.realm)).encode("latin-1")
        self._proxies = [ipaddress.ip_network(p) for p in node.settings.trusted_proxies]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or answer it here."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._routes(scope, receive, send)

    async def _http(self, scope: Any, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        answer = _Answer(send, self._realm, head=scope["method"] == "HEAD")
        if answer.head:  # the same as GET, without its body
            # in a copy: the server must still know that no body follows the headers
            scope = {**scope, "method": "GET"}
        bounded = _Bounded(receive, scope["path"], self._most(scope))
        try:
            headers = _headers(scope)
            speak(first_spoken(headers.get(b"accept-language", b"").decode("latin-1")))
            self._identify(scope, headers)
            self._admit(scope, headers)
            route = self._ahead.get(scope["path"], self._routes)
            await route(scope, bounded, answer)
        except Exception as raised:
            if answer.status:
                # half an answer is out: the connection is cut, so that nobody takes it for whole
                if not isinstance(_root(raised), Interrupted):
                    foreseen(raised)
                raise
            error = foreseen(raised)
            await _refuse(answer, error, close=isinstance(error, BodyTooLarge))
        finally:
            if _log.isEnabledFor(logging.INFO):
                self._note(scope, answer, began)

    async def _websocket(self, scope: Any, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        try:
            self._identify(scope, headers)
            if PASS not in scope:
                raise SignInRequired
            if scope[BY_COOKIE]:
                check_origin(headers)
            self.streams.admit()
            scope[STREAMS] = self.streams
        except EireneError as error:
            await receive()  # the offer to connect
            await _deny(send, error)
            return
        try:
            await self._routes(scope, receive, send)
        except Exception as raised:
            foreseen(raised)
            raise

    def _identify(self, scope: Any, headers: dict[bytes, bytes]) -> None:
        """Put the node, the address and, where there is one, the asker beside the request."""
        scope[NODE] = self._node
        scope[UPLOADS] = self.uploads
        scope[EXPORTING] = self.exporting
        scope[PROVIDERS] = self.providers
        scope[ADDRESS] = self._address(scope, headers)
        if b"x-forwarded-proto" in headers and self._is_proxy(_peer(scope)):
            secure = headers[b"x-forwarded-proto"].strip().lower() == b"https"
            scope["scheme"] = "https" if secure else "http"
        held, by_cookie = self._pass(headers)
        scope[BY_COOKIE] = by_cookie
        if held is not None:
            scope[PASS] = held
            scope[READER] = held.reader
        elif self._node.settings.open_public and b"authorization" not in headers:
            scope[READER] = ANYONE

    def _pass(self, headers: dict[bytes, bytes]) -> tuple[Pass | None, bool]:
        authorization = headers.get(b"authorization")
        if authorization is not None:
            scheme, _, secret = authorization.decode("latin-1").partition(" ")
            if scheme.lower() != "bearer":
                return None, False
            return self._node.people.pass_of_token(secret.strip()), False
        for part in headers.get(b"cookie", b"").decode("latin-1").split(";"):
            if part.strip().startswith(self._cookie):
                secret = part.strip()[len(self._cookie) :]
                return self._node.people.pass_of_session(secret), True
        return None, False

    def _address(self, scope: Any, headers: dict[bytes, bytes]) -> str:
        """The peer's address, or the last one before the proxies that the settings name."""
        address = _peer(scope)
        if not self._proxies:
            return address
        hops = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
        while self._is_proxy(address) and hops and hops[-1].strip():
            address = hops.pop().strip()
        return address

    def _is_proxy(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)

    def _admit(self, scope: Any, headers: dict[bytes, bytes]) -> None:
        path: str = scope["path"]
        method: str = scope["method"]
        open_ = path in _OPEN or (path in _UNSIGNED and method == "POST")
        if method == "GET" and is_static(path):
            open_ = True
            scope[FILE] = path
            scope["path"] = scope["raw_path"] = "/"
        if READER not in scope and not open_:
            raise SignInRequired
        if method not in _SAFE:
            if PASS not in scope and path not in _UNSIGNED:
                raise SignInRequired
            if scope[BY_COOKIE] or path in _UNSIGNED:
                check_origin(headers)
            if PASS in scope and scope[PASS].viewing and path not in _LOOKING:
                raise _only_looking(scope[PASS].viewing)
            length = headers.get(b"content-length", b"0")
            if length.isdigit() and int(length) > self._most(scope):
                raise _too_large(path, self._most(scope))

    def _most(self, scope: Any) -> int:
        """Bytes that a body may have: a file of others is larger than what somebody writes."""
        if scope["path"] == ATTACHED_AT:
            return self._node.settings.attachment_most_mib << 20
        if scope["path"] == MAPS_AT:
            return MAP_MOST
        return FILE_MOST if scope["path"] == UPLOADED_AT else BODY_MOST

    def _note(self, scope: Any, answer: _Answer, began: float) -> None:
        reader = scope.get(READER)
        fields = {
            "method": "HEAD" if answer.head else scope["method"],
            "path": _noted(scope.get(FILE, scope["path"])),
            "status": answer.status,
            "bytes": answer.size,
            "ms": round((time.perf_counter() - began) * 1000, 1),
            "account": reader.account if reader else "",
        }
        _log.info("request", extra={"fields": fields})


def _noted(path: str) -> str:
    """A path for the log. Of a tile it says the layer and the zoom, not where somebody looks."""
    if path.startswith(TILES):
        path = "/".join(path.split("/")[:4]) + "/*"
    return path[:120]


class _Answer:
    """Wraps ``send``: adds what every answer carries, and drops the body of a HEAD.

    ``realm`` stands before every marking where the node is not live.
    """

    def __init__(self, send: Send, realm: bytes, *, head: bool) -> None:
        self._send = send
        self._realm = realm
        self.head = head
        self.status = 0
        self.size = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [(k.lower(), v) for k, v in message.get("headers", ())]
            names = {name for name, _ in headers}
            if b"cache-control" not in names:
                headers.append(_NO_STORE)
            if _MARKING not in names:
                headers.append((_MARKING, _UNMARKED))
            headers.extend(_ALWAYS)
            message["headers"] = [self._in_realm(*header) for header in headers]
        elif message["type"] == "http.response.body":
            if self.head:
                message["body"] = b""
            self.size += len(message.get("body", b""))
        await self._send(message)

    def _in_realm(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        if name != _MARKING or value.startswith(self._realm):
            return name, value
        return name, self._realm + value


class _Bounded:
    """Wraps ``receive``: stops at the limit also where no length was given."""

    def __init__(self, receive: Receive, path: str, most: int) -> None:
        self._receive = receive
        self._path = path
        self._most = self._left = most

    async def __call__(self) -> Any:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise _too_large(self._path, self._most)
        return message


def check_origin(headers: dict[bytes, bytes]) -> None:
    """Refuse what a page of another site sent. Programs send neither header."""
    site = headers.get(b"sec-fetch-site")
    if site is not None and site not in (b"same-origin", b"none"):
        raise WrongOrigin
    origin = headers.get(b"origin")
    if origin is not None:
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if urlsplit(origin.decode("latin-1")).netloc.lower() != host:
            raise WrongOrigin


def _root(raised: BaseException) -> BaseException:
    """What stood behind an error that Litestar wrapped."""
    if isinstance(raised, BaseExceptionGroup):
        group = cast(BaseExceptionGroup[BaseException], raised)
        return _root(group.exceptions[0])
    return raised if raised.__cause__ is None else _root(raised.__cause__)


def _peer(scope: Any) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _headers(scope: Any) -> dict[bytes, bytes]:
    found: Iterable[tuple[bytes, bytes]] = scope["headers"]
    joined: dict[bytes, bytes] = {}
    for name, value in found:
        glue = b"; " if name == b"cookie" else b","
        joined[name] = joined[name] + glue + value if name in joined else value
    return joined


def _only_looking(audience: str) -> NotAllowed:
    return NotAllowed(
        f"You look through the eyes of {audience}, and only look.",
        remedy="Look as yourself again first: DELETE /api/view-as.",
    )


def _too_large(path: str, most: int) -> BodyTooLarge:
    remedies = {
        UPLOADED_AT: "Import a large table with eirene import, on the node's machine.",
        MAPS_AT: "Add a large map with eirene maps add, on the node's machine.",
        ATTACHED_AT: "Attach a smaller one: a picture of fewer points, a document in parts.",
    }
    return BodyTooLarge(
        f"The body is larger than {most // (1 << 20)} MiB.",
        remedy=remedies.get(
            path, "Send fewer reports in a post; large files are attached, not posted."
        ),
    )


def _told(error: EireneError) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    body = problem_bytes(error)
    return body, [
        (b"content-type", PROBLEM.encode()),
        (b"content-length", str(len(body)).encode()),
        *((name.lower().encode(), value.encode()) for name, value in headers_of(error).items()),
    ]


async def _deny(send: Send, error: EireneError) -> None:
    """Answer an offer to open a WebSocket as any other request that is refused."""
    body, headers = _told(error)
    start: Any = {"type": "websocket.http.response.start", "status": status_of(error)}
    start["headers"] = [*headers, _NO_STORE, *_ALWAYS]
    await send(start)
    end: Any = {"type": "websocket.http.response.body", "body": body, "more_body": False}
    await send(end)


async def _refuse(answer: _Answer, error: EireneError, *, close: bool = False) -> None:
    body, headers = _told(error)
    if close:
        headers.append((b"connection", b"close"))
    await answer({"type": "http.response.start", "status": status_of(error), "headers": headers})
    await answer({"type": "http.response.body", "body": body, "more_body": False})
