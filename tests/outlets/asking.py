"""Asks a node's ASGI app without anything between that could tidy an answer up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from functools import cache
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote as _unquote

import msgspec

T = TypeVar("T")
unquote = cache(_unquote)  # twenty roles ask the same
Header = tuple[bytes, bytes]


class Ask(NamedTuple):
    """One request."""

    method: str
    path: str
    """With its query, percent-encoded."""
    body: bytes = b""
    headers: tuple[Header, ...] = ()

    @property
    def raw(self) -> bytes:
        """Everything that the asker said: what is echoed of it is no find."""
        said = b"\n".join(b": ".join(header) for header in self.headers)
        return b"\n".join((self.path.encode(), unquote(self.path).encode(), said, self.body))


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: list[Header]
    body: bytes

    @property
    def raw(self) -> bytes:
        """Headers, then body."""
        return self.head + b"\n\n" + self.body

    @property
    def head(self) -> bytes:
        """The headers."""
        return b"\n".join(b": ".join(header) for header in self.headers)

    def header(self, name: str) -> str:
        """The header of that name; "" where there is none."""
        found = dict(self.headers).get(name.encode())
        return found.decode("latin-1") if found else ""

    def json(self) -> Any:
        """The body as JSON."""
        return msgspec.json.decode(self.body)

    def but_date(self) -> tuple[int, list[Header], bytes]:
        """What absent and withheld must have in common."""
        return self.status, [one for one in self.headers if one[0] != b"date"], self.body


class Line:
    """A way to one app: one loop for all requests, and for streams that stay open."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self._runner = asyncio.Runner()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the loop of the streams."""
        return self._runner.run(work)

    def ask(self, token: str | None, ask: Ask, address: str = "10.0.0.1") -> Answer:
        """One request, to its end."""
        return self.run(self.asked(token, ask, address))

    async def asked(self, token: str | None, ask: Ask, address: str = "10.0.0.1") -> Answer:
        """The same, within the loop."""
        status = 0
        headers: list[Header] = []
        body = bytearray()
        given = [{"type": "http.request", "body": ask.body, "more_body": False}]

        whole = asyncio.Event()

        async def receive() -> Any:
            if given:
                return given.pop()
            await whole.wait()  # nobody hangs up before
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers.extend((bytes(k).lower(), bytes(v)) for k, v in message["headers"])
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    whole.set()

        with contextlib.suppress(Exception):  # what is cut off in the middle stays as it came
            await self.app(_scope("http", ask, token, address), receive, send)
        return Answer(status, headers, bytes(body))

    def close(self) -> None:
        """Let the loop go."""
        self._runner.close()


def _scope(sort: str, ask: Ask, token: str | None, address: str) -> dict[str, Any]:
    path, _, query = ask.path.partition("?")
    headers = [(b"host", b"node"), *ask.headers]
    if token is not None:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    if ask.body:
        headers.append((b"content-length", str(len(ask.body)).encode()))
        headers.append((b"content-type", b"application/json"))
    scope: dict[str, Any] = {
        "type": sort,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http" if sort == "http" else "ws",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": (address, 1234),
        "server": ("node", 80),
        "state": {},
        "extensions": {},
    }
    if sort == "http":
        return scope | {"method": ask.method}
    return scope | {"subprotocols": []}


class Watch:
    """An open live stream: every frame that came, as bytes."""

    def __init__(self, line: Line, token: str | None) -> None:
        self.frames: list[bytes] = []
        self.ended = False
        self.status = 0
        self._line = line
        self._said: asyncio.Queue[Any] | None = None
        self._task: asyncio.Task[None] | None = None
        line.run(self._open(token))

    async def _open(self, token: str | None) -> None:
        said: asyncio.Queue[Any] = asyncio.Queue()
        self._said = said
        said.put_nowait({"type": "websocket.connect"})
        first = msgspec.msgpack.encode({"cursor": None})
        said.put_nowait({"type": "websocket.receive", "bytes": first, "text": None})
        scope = _scope("websocket", Ask("GET", "/api/stream"), token, "10.0.0.1")
        scope["extensions"] = {"websocket.http.response": {}}

        async def send(message: Any) -> None:
            if message["type"] == "websocket.send":
                self.frames.append(message.get("bytes") or message["text"].encode())
            elif message["type"] == "websocket.http.response.start":
                self.status = message["status"]
            elif message["type"] == "websocket.http.response.body":
                self.frames.append(message["body"])
            elif message["type"] == "websocket.close":
                self.frames.append(str(message.get("reason", "")).encode())

        async def work() -> None:
            try:
                await self._line.app(scope, said.get, send)
            except Exception as raised:  # noqa: BLE001 - a refusal has been sent already
                self.frames.append(type(raised).__name__.encode())
            finally:
                self.ended = True

        self._task = asyncio.create_task(work())

    def frames_of(self, sort: str) -> list[dict[str, Any]]:
        """Frames of one sort, taken apart."""
        found: list[dict[str, Any]] = []
        for frame in self.frames:
            if frame[:1] and frame[0] & 0x80:
                value = msgspec.msgpack.decode(frame)
                if value.get("t") == sort:
                    found.append(value)
        return found

    def close(self) -> None:
        """Hang up."""
        self._line.run(self._closed())

    async def _closed(self) -> None:
        assert self._said is not None and self._task is not None
        self._said.put_nowait({"type": "websocket.disconnect", "code": 1000, "reason": ""})
        await asyncio.wait([self._task], timeout=5)
