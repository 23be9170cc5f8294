"""Runs a node's HTTP until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
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
    # with the protocol named, event loops switch Nagle's delay off: else a body waits 40 ms
    # for the acknowledgement of its header
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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
    """Tells the live streams before it closes their connections.

    ``led`` are servers of the same process, which stop when this one is told to.
    """

    def __init__(
        self, node: Node, on_ready: Callable[[], None], led: Sequence[Serving] | None = ()
    ) -> None:
        gate = make_app(node)
        super().__init__(_config(gate, http="httptools"))
        self._led = led
        self._streams = gate.streams
        self._uploads = gate.uploads
        self._ring = node.changed.ring
        self._on_ready = on_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """SIGTERM and SIGINT ask it to stop, as far as this thread may hear them."""
        if self._led is None or threading.current_thread() is not threading.main_thread():
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

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, and those led by this one, too."""
        super().handle_exit(sig, frame)
        for one in self._led or ():
            one.handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say so when the node can be used."""
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say goodbye first."""
        self._streams.stopping = True
        await self.goodbye()
        await super().shutdown(sockets)
        self._uploads.close()

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


class Door(msgspec.Struct, frozen=True):
    """A node and where it listens; another free port where ``port`` is only a wish."""

    node: ControlledNode
    host: str
    port: int
    wish: bool = False


def serve(node: ControlledNode, host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; ``on_ready`` gets the address once the node can be used."""
    serve_all([Door(node, host, port)], lambda urls: on_ready(urls[0]))


def serve_all(doors: Sequence[Door], on_ready: Callable[[list[str]], None]) -> None:
    """The same for several nodes of one process; ``on_ready`` once all of them can be used."""
    with contextlib.ExitStack() as open_:
        listening: list[tuple[ControlledNode, socket.socket, socket.socket]] = []
        urls: list[str] = []
        for door in doors:
            outer = open_.enter_context(contextlib.closing(_bound(door)))
            inner = open_.enter_context(contextlib.closing(control_socket(door.node.folder)))
            open_.callback((door.node.folder / CONTROL).unlink, missing_ok=True)
            listening.append((door.node, outer, inner))
            here = ("127.0.0.1", "::1", "0.0.0.0", "::")  # noqa: S104
            shown = "localhost" if door.host in here else door.host
            urls.append(f"http://{shown}:{outer.getsockname()[1]}")
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_run(listening, lambda: on_ready(urls)))


def _bound(door: Door) -> socket.socket:
    try:
        return bound(door.host, door.port)
    except PortInUse:
        if not door.wish:
            raise
        return bound(door.host, 0)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _run(
    listening: Sequence[tuple[ControlledNode, socket.socket, socket.socket]],
    on_ready: Callable[[], None],
) -> None:
    waiting = len(listening)

    def one_is_ready() -> None:
        nonlocal waiting
        waiting -= 1
        if not waiting:
            on_ready()

    (first, outer, inner), *others = listening
    led = [Serving(node, one_is_ready, led=None) for node, _, _ in others]
    async with contextlib.AsyncExitStack() as beside:
        for node, _, controlling in others:
            quiet = _Quiet(_config(make_control(node), http="httptools"))
            await beside.enter_async_context(_beside(quiet, controlling))
        for server, (_, own, _) in zip(led, others, strict=True):
            await beside.enter_async_context(_beside(server, own))
        quiet = _Quiet(_config(make_control(first), http="httptools"))
        await beside.enter_async_context(_beside(quiet, inner))
        await Serving(first, one_is_ready, led).serve([outer])


@contextlib.asynccontextmanager
async def _beside(server: uvicorn.Server, listening: socket.socket) -> AsyncGenerator[None, None]:
    task = asyncio.create_task(server.serve([listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await task
