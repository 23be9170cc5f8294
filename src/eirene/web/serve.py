"""Runs a node's HTTP until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path
from typing import Any

import uvicorn
from litestar.types import ASGIApp

from eirene.errors import PortInUse
from eirene.web.app import make_app
from eirene.web.control import make_control
from eirene.web.node import ControlledNode, Node

CONTROL = "control.sock"
_STOP_S = 2
_BACKLOG = 512


def bound(host: str, port: int) -> socket.socket:
    """A listening socket; ``PortInUse`` in one sentence where another program has the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise PortInUse(
            f"The node cannot listen on {host}:{port}: {error.strerror}.",
            field="port",
            remedy="Stop the other program, or choose another port: EIRENE_PORT=8081.",
        ) from None
    return listening


def control_socket(folder: Path) -> socket.socket:
    """The command line's way in: this machine, this user. The folder's lock is ours already."""
    path = folder / CONTROL
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with contextlib.chdir(folder):  # a path of a Unix socket may have 107 bytes at most
        listening.bind(CONTROL)
        Path(CONTROL).chmod(0o600)
    listening.listen(16)
    return listening


class _Quiet(uvicorn.Server):
    """Takes no signals, and raises none again: the caller closes the node after it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Nothing to capture."""
        yield


class Serving(_Quiet):
    """Tells the live streams before it closes their connections."""

    def __init__(self, node: Node, on_ready: Callable[[], None]) -> None:
        gate = make_app(node)
        super().__init__(_config(gate, http="httptools"))
        self._streams = gate.streams
        self._ring = node.changed.ring
        self._on_ready = on_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """SIGTERM and SIGINT ask it to stop, as far as this thread may hear them."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, self.handle_exit, one, None)
        try:
            yield
        finally:
            for one in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(one)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say so when the node can be used."""
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say goodbye first."""
        self._streams.stopping = True
        await self.goodbye()
        await super().shutdown(sockets)

    async def goodbye(self) -> None:
        """Streams that are open have this long to say why they end."""
        for _ in range(20):
            if not self._streams.open:
                return
            self._ring()
            await asyncio.sleep(0.02)


def _config(app: ASGIApp, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # pyright: ignore[reportArgumentType]
        log_config=None,
        log_level="critical",  # the gate writes the log; uvicorn's own lines quote query strings
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,  # the gate does it, for the proxies that the settings name
        lifespan="off",
        timeout_graceful_shutdown=_STOP_S,
        timeout_keep_alive=75,
        ws="websockets-sansio",  # its send waits for the client; others only fill memory
        ws_max_size=64 << 10,
        **more,
    )


def serve(node: ControlledNode, host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; ``on_ready`` gets the address once the node can be used."""
    listening = bound(host, port)
    try:
        controlling = control_socket(node.folder)
    except OSError:
        listening.close()
        raise
    shown = "localhost" if host in ("127.0.0.1", "::1", "0.0.0.0", "::") else host  # noqa: S104
    url = f"http://{shown}:{listening.getsockname()[1]}"
    runner = asyncio.Runner(loop_factory=_loop_factory())
    try:
        with runner:
            runner.run(_run(node, listening, controlling, lambda: on_ready(url)))
    finally:
        listening.close()
        controlling.close()
        (node.folder / CONTROL).unlink(missing_ok=True)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _run(
    node: ControlledNode,
    listening: socket.socket,
    controlling: socket.socket,
    on_ready: Callable[[], None],
) -> None:
    outer = Serving(node, on_ready)
    inner = _Quiet(_config(make_control(node), http="httptools"))
    async with _beside(inner, controlling):
        await outer.serve([listening])


@contextlib.asynccontextmanager
async def _beside(server: uvicorn.Server, listening: socket.socket) -> AsyncGenerator[None, None]:
    task = asyncio.create_task(server.serve([listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await task
