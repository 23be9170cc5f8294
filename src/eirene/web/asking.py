"""Who asks, and which node: put beside each request by the gate, read by the routes."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, ParamSpec, TypeVar, cast

from litestar.connection import ASGIConnection

from eirene.errors import SignInRequired
from eirene.people import Pass
from eirene.picture import Picture
from eirene.release.reader import Reader
from eirene.web.node import Node

P = ParamSpec("P")
R = TypeVar("R")
Connection = ASGIConnection[Any, Any, Any, Any]

NODE = "eirene.node"
PASS = "eirene.pass"  # noqa: S105 - the name of a slot, no password
READER = "eirene.reader"
ADDRESS = "eirene.address"
BY_COOKIE = "eirene.by_cookie"

ANYONE = Reader(account="", role="anyone", compartments=frozenset({"public"}))
"""Somebody without an account, where the mission opens ``public``."""

# Queries leave the loop free; SQLite lets go of the interpreter while it works.
_pool = ThreadPoolExecutor(4, thread_name_prefix="query")
# Taking 100,000 reports back holds up no query, and no stop of it.
_long = ThreadPoolExecutor(4, thread_name_prefix="long")


def beside(connection: Connection, name: str, default: Any = None) -> Any:
    """What the gate put beside a request under a name."""
    return cast(dict[str, Any], connection.scope).get(name, default)


def node_of(connection: Connection) -> Node:
    """The node that was asked."""
    node: Node = beside(connection, NODE)
    return node


def picture_of(connection: Connection) -> Picture:
    """The node's picture as it is now: a rebuild replaces it."""
    return node_of(connection).picture


def reader_of(connection: Connection) -> Reader:
    """Who asks."""
    reader: Reader | None = beside(connection, READER)
    if reader is None:
        raise SignInRequired
    return reader


def pass_of(connection: Connection) -> Pass:
    """What the asker holds; ``SignInRequired`` for somebody without an account."""
    held: Pass | None = beside(connection, PASS)
    if held is None:
        raise SignInRequired
    return held


def address_of(connection: Connection) -> str:
    """The asker's address, past proxies that the settings name."""
    address: str = beside(connection, ADDRESS, "")
    return address


async def aside(ask: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Ask in a thread of the query pool, so that a long query holds up nobody else.

    The thread speaks the language of whoever asks.
    """
    return await in_pool(_pool, ask, *args, **kwargs)


async def in_pool(pool: Executor, ask: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The same in a pool of its own: what may take minutes, or wait, holds up no query."""
    loop = asyncio.get_running_loop()
    here = copy_context()
    return await loop.run_in_executor(pool, lambda: here.run(ask, *args, **kwargs))


async def at_length(ask: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The same for an import's work of many seconds."""
    return await in_pool(_long, ask, *args, **kwargs)


@contextlib.asynccontextmanager
async def gone_when_closed(
    receive: Callable[[], Awaitable[Any]], gone: threading.Event
) -> AsyncGenerator[None]:
    """While it lasts, ``gone`` is set as soon as whoever asks has closed the connection."""

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
