"""A whole node with accounts, asked over ASGI or served on a port. For tests of what is outside."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx

import eirene.people.people
import eirene.people.tries
from eirene.app import Node
from eirene.config import Settings
from eirene.keys.lock import Lock
from eirene.keys.store import KeyStore
from eirene.people.accounts import fits, hash_of
from eirene.web import app as web_app
from eirene.web.app import make_app
from eirene.web.pages import Pages
from eirene.web.serve import Serving, bound

# One password, hashed once: a node of a test has several accounts.
eirene.people.people.hash_of = functools.cache(hash_of)  # pyright: ignore[reportPrivateImportUsage]

_right: set[tuple[str, str]] = set()


def fits_again(stored: str, password: str) -> bool:
    """``fits``, which a password that was right before does not wait for; a wrong one does."""
    if (stored, password) in _right:
        return True
    right = fits(stored, password)
    if right:
        _right.add((stored, password))
    return right


eirene.people.people.fits = fits_again  # pyright: ignore[reportPrivateImportUsage]
eirene.people.tries.fits = fits_again  # pyright: ignore[reportPrivateImportUsage]

# Routes know nothing of a node, which comes with each request: they are put together once.
_routes_of = web_app.routes_of
_routes_of_rooms = functools.cache(lambda _rooms: _routes_of())
web_app.routes_of = lambda: _routes_of_rooms(web_app._ROOMS)  # pyright: ignore[reportPrivateUsage]

ROLES = {
    "joc-duty-officer": "mission",
    "sector-operations-officer": "mission",
    "ngo-focal-point": "amber-river",
    "anyone": "public",
    "administrator": "mission",
}
PASSWORD = "a sentence to sign in with"
P_LAT, P_LON = -0.2042, -0.4917


def an_incident(**changes: Any) -> dict[str, Any]:
    """A flat incident in the open sea, south and west of zero."""
    values: dict[str, Any] = {
        "kind": "incident",
        "compartment": "mission",
        "type": "VC",
        "occurred": "2026-11-20T10:00Z",
        "latitude": P_LAT,
        "longitude": P_LON,
        "summary": "Market attacked",
        "source": "patrol",
        "basis": "seen",
    }
    return {name: value for name, value in (values | changes).items() if value is not ...}


class WebNode:
    """A node in a folder of its own, with one account and one token a role.

    ``roles`` is role -> organisation; user names are those of the roles.
    """

    def __init__(
        self,
        folder: Path,
        roles: Mapping[str, str] = ROLES,
        realm: str = "exercise",
        **settings: Any,
    ) -> None:
        KeyStore.create(
            folder / "keys", Lock("plain"), realm=realm, node="test", owner="mission"
        ).close()
        self.node = Node(Settings(data=str(folder), **settings), None)
        self.token: dict[str, str] = {}
        until = datetime.now(UTC) + timedelta(days=1)
        for role, organisation in roles.items():
            self.node.people.make(role, role, organisation, password=PASSWORD)
            self.token[role], _ = self.node.people.make_token(role, "read+file", until)
        self.app = make_app(self.node)

    def ask(self, role: str | None, method: str, path: str, **more: Any) -> httpx.Response:
        """One request, straight to the app."""
        headers = dict(more.pop("headers", {}))
        if role is not None:
            headers["Authorization"] = f"Bearer {self.token[role]}"
        address = more.pop("address", "10.0.0.1")

        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(
                cast(Any, self.app), client=(address, 1234), raise_app_exceptions=False
            )
            async with httpx.AsyncClient(
                transport=transport, base_url="http://node", cookies=more.pop("cookies", None)
            ) as client:
                return await client.request(method, path, headers=headers, **more)

        return asyncio.run(once())

    def get(self, role: str | None, path: str, **more: Any) -> httpx.Response:
        """GET as a role."""
        return self.ask(role, "GET", path, **more)

    def post(self, role: str | None, path: str, value: Any, **more: Any) -> httpx.Response:
        """POST JSON, or bytes as they are, as a role."""
        if isinstance(value, bytes):
            return self.ask(role, "POST", path, content=value, **more)
        return self.ask(role, "POST", path, json=value, **more)

    def file(self, *flats: dict[str, Any], role: str = "joc-duty-officer") -> list[dict[str, str]]:
        """File reports; each must be taken."""
        response = self.post(role, "/api/reports", list(flats))
        assert response.status_code == 201, response.text
        return response.json()

    def close(self) -> None:
        """Let go of the folder."""
        self.app.uploads.close()
        self.node.close()


class Served:
    """The node on a port, in a thread."""

    def __init__(self, web: WebNode, port: int = 0) -> None:
        self.web = web
        self._socket = bound("127.0.0.1", port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        ready = threading.Event()
        self._server = Serving(web.node, ready.set)
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        assert ready.wait(10)

    @property
    def pages(self) -> Pages:
        """The pages that the streams of this port share."""
        return self._server._streams.pages  # pyright: ignore[reportPrivateUsage]

    def _work(self) -> None:
        asyncio.run(self._server.serve([self._socket]))

    def close(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(10)


def wait_for(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether it becomes true in time."""
    end = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if true():
            return True
        end.wait(0.02)
    return False
