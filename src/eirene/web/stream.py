"""The live stream: a snapshot, then what changes, for one reader.

Invariants
  * A stream holds a bell and one cursor, and nothing else that grows: whoever
    reads slowly is asked again later, and gets what holds then.
  * A change that this reader may not see makes no frame: neither bytes nor
    time tell that it happened. Ticks come each five seconds, whatever happens: by a clock
    of their own, which no look into the picture holds up.
  * Before each frame it is asked whether the pass is still in force.
  * A stream that was asked what the node knew at an earlier moment sends that, and again
    when anything of it has gone from this reader; what is new is not in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, WebSocket, get, websocket
from litestar.exceptions import WebSocketDisconnect

from eirene.errors import NodeError
from eirene.people import Pass
from eirene.picture import STREAM_COLUMNS, Picture
from eirene.picture.columns import ms_of
from eirene.reports.markings import not_live
from eirene.web.answers import UNMARKED
from eirene.web.asking import beside, node_of, pass_of
from eirene.web.cursors import StreamCursor
from eirene.web.describe import described
from eirene.web.node import Node, Wake
from eirene.web.pages import Page, Pages
from eirene.web.problems import TooManyStreams, UpgradeRequired

TICK_S = 5.0
FIRST_WORD_S = 10.0
SLOW_S = 60.0
"""A frame that is not taken within this ends the stream; the client comes back with its cursor."""
MOST_STREAMS = 500
STREAMS = "eirene.streams"
_LAST_MS = 1 << 47
"""Some 4,400 years on."""
_ON_ITS_WAY = timedelta(seconds=5)
"""What was received by the moment that is looked back to may still be folded so much later."""
_GATHER_S = 0.03
"""Between two looks: at two thousand reports a second a stream still looks thirty times only."""

_pack = msgspec.msgpack.Encoder().encode
_first_word = msgspec.msgpack.Decoder(dict[str, Any])


class _Gone(Exception):
    """The stream ends; the reason is told first."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class Streams:
    """The open streams of one node: how many, and whether they are to end."""

    def __init__(self) -> None:
        self.open = 0
        self.stopping = False
        self.pages = Pages()

    def admit(self) -> None:
        """Refuse one more than the node can serve; asked by the gate."""
        if self.open >= MOST_STREAMS:
            raise TooManyStreams(
                "Too many live streams are open.",
                remedy="Close some, or try again in a minute.",
            )


@get("/api/stream", **described("A WebSocket; see docs.", statuses=(426,), problems=(426,)))
async def get_stream(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/stream without an upgrade: says what is wanted."""
    pass_of(request)
    raise UpgradeRequired


@websocket("/api/stream")
async def open_stream(socket: WebSocket[Any, Any, Any]) -> None:
    """WebSocket /api/stream: MessagePack frames, as docs/reference/stream.md has them."""
    await socket.accept()
    streams: Streams = beside(socket, STREAMS)
    streams.open += 1
    one = Stream(node_of(socket), pass_of(socket), socket, streams)
    try:
        await one.run()
    finally:
        streams.open -= 1
        if not streams.open:
            streams.pages.forget()
        one.close()


class Stream:
    """One reader's live stream."""

    def __init__(
        self, node: Node, held: Pass, socket: WebSocket[Any, Any, Any], streams: Streams
    ) -> None:
        self._node = node
        self._streams = streams
        self._pass = held
        self._socket = socket
        self._wake: Wake = node.changed.subscribe()
        self._cursor = StreamCursor(node, held.reader)
        self._last = 0
        self._generation = b""
        self._as_of: datetime | None = None
        self._settled = True
        """Whether the snapshot was made when nothing could come any more that was known then."""
        self._whole = asyncio.Event()
        """Set while the client has all up to ``_last``: not during a snapshot."""
        self._writing = asyncio.Lock()

    def close(self) -> None:
        """Listen no more."""
        self._wake.close()

    async def run(self) -> None:
        """Until the client goes, or its pass ends, or the node stops."""
        try:
            async with asyncio.timeout(FIRST_WORD_S):
                wanted = await self._first_word()
            tasks = [
                asyncio.create_task(work)
                for work in (self._tell(wanted), self._listen(), self._tick())
            ]
            done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
            for task in done:
                task.result()
        except _Gone as gone:
            await self._say_bye(gone.reason)
        except (WebSocketDisconnect, TimeoutError, OSError):
            with contextlib.suppress(Exception):
                await self._socket.close(code=1000)

    async def _first_word(self) -> bytes | None:
        """The cursor; ``as_of`` is kept."""
        try:
            word = _first_word.decode(await self._socket.receive_data("binary"))
        except (msgspec.DecodeError, UnicodeError, KeyError, TypeError):
            raise _Gone("the first message must be {cursor: bytes or nil}") from None
        self._as_of = _moment(word.get("as_of"))
        if self._as_of is not None:  # at a moment to come nothing is known but what is known now
            self._as_of = min(self._as_of, datetime.now(UTC))
        cursor = word.get("cursor")
        return cursor if isinstance(cursor, bytes) and self._as_of is None else None

    async def _listen(self) -> None:
        """Nothing more is expected; this only notices that the client has gone."""
        while True:
            await self._socket.receive_data("binary")

    async def _send(self, frame: dict[str, Any]) -> None:
        self._still()
        await self._write(frame)

    async def _write(self, frame: dict[str, Any]) -> None:
        async with self._writing, asyncio.timeout(SLOW_S):
            await self._socket.send_data(_pack(frame), mode="binary")

    def _still(self) -> None:
        if self._streams.stopping:
            raise _Gone("restarting")
        now = self._node.people.current(self._pass)
        if now is None:
            raise _Gone("signed out" if self._pass.by == "session" else "revoked")
        if (
            now.viewing != self._pass.viewing
            or now.reader.compartments != self._pass.reader.compartments
        ):
            raise _Gone("clearances changed")  # the client comes again, and gets a snapshot

    async def _say_bye(self, reason: str) -> None:
        with contextlib.suppress(Exception):
            await self._write({"t": "bye", "reason": reason})
            await self._socket.close(code=1000, reason=reason[:100])

    async def _tell(self, wanted: bytes | None) -> None:
        reader = self._pass.reader
        await self._send(
            {
                "t": "hello",
                "user": reader.account,
                "node": self._node.name,
                "realm": self._node.realm,
                "now": _now_ms(),
                "marking": not_live(self._node.realm) + str(UNMARKED),
            }
        )
        place = self._cursor.open(wanted) if wanted else None
        if place is not None and place[1] == self._node.picture.generation:
            self._last, self._generation = place
            await self._send({"t": "resume"})
            self._whole.set()
        else:
            await self._snapshot()
        while True:
            await self._deltas()
            await asyncio.sleep(_GATHER_S)
            await self._wake.wait(TICK_S)
            self._still()

    async def _tick(self) -> None:
        """A frame each five seconds, in which it is also asked whether the pass is in force.

        Beside what is told, so that neither a look for changes that this reader may not see
        nor the gathering of them puts a tick off.
        """
        await self._whole.wait()
        due = time.monotonic()
        while True:
            due = max(due + TICK_S, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            await self._whole.wait()
            await self._send({"t": "tick", "now": _now_ms(), "cursor": self._sealed(self._last)})

    def _sealed(self, last: int) -> bytes | None:
        return None if self._as_of else self._cursor.seal(last, self._generation)

    async def _snapshot(self) -> None:
        """Everything that holds now, in bounded frames; the last one carries the cursor.

        Each page is read by itself, so that a slow client holds no state of the
        picture open. The place to go on from is taken before the first page:
        what changes meanwhile comes again as a change.
        """
        picture = self._node.picture
        begun = picture.position()[0]
        self._whole.clear()
        self._last, self._generation = begun, picture.generation
        self._settled = self._as_of is None or datetime.now(UTC) > self._as_of + _ON_ITS_WAY
        at: bytes | None = None
        while True:
            page = await self._streams.pages.snapshot(
                picture, self._pass.reader, begun, at, self._as_of
            )
            at = page.next
            self._fetched(page)
            await self._send(
                {
                    "t": "snapshot",
                    "columns": STREAM_COLUMNS,
                    "rows": page.rows,
                    "more": at is not None,
                    "cursor": None if at is not None else self._sealed(begun),
                }
            )
            if at is None:
                self._whole.set()
                return

    async def _deltas(self) -> None:
        """What has changed since, page by page, until there is no more."""
        anew = False
        while True:
            picture = self._node.picture
            if picture.generation != self._generation:
                await self._snapshot()
                anew = False
                continue
            page = await self._changes(picture)
            if page is None:
                continue
            if self._as_of is not None:
                anew = anew or self._touches(self._as_of, page)
            elif not page.empty:
                self._fetched(page)
                await self._send(
                    {
                        "t": "delta",
                        "columns": STREAM_COLUMNS,
                        "upserts": page.rows,
                        "removals": page.removals,
                        "cursor": self._sealed(page.last),
                    }
                )
            self._last = page.last  # once it is sent: a tick meanwhile has the place before
            # a page that another stream made may be older than the bell that woke this one
            if not page.more and page.last >= picture.position()[0]:
                break
        if anew:  # once for all of them: it tells of everything up to now
            await self._snapshot()

    def _touches(self, as_of: datetime, page: Page) -> bool:
        """Whether a page changes what was known then: by a recall, which counts for earlier, too,
        or by what was on its way at that moment.
        """
        late = page.received is not None and page.received <= ms_of(as_of)
        return page.gone or (late and not self._settled)

    def _fetched(self, page: Page) -> None:
        """A page is made for one stream and sent to many: each has fetched what is on it."""
        if page.versions:
            self._node.receipts.fetched(self._pass.reader, page.versions)

    async def _changes(self, picture: Picture) -> Page | None:
        """None where the picture was replaced just then."""
        try:
            return await self._streams.pages.changes(picture, self._pass.reader, self._last)
        except NodeError:
            if self._node.picture is picture:
                raise
            return None


def _moment(given: object) -> datetime | None:
    """What the first word asks for, in milliseconds since 1970; nil is now."""
    if given is None:
        return None
    if isinstance(given, int) and 0 <= given < _LAST_MS:
        return datetime.fromtimestamp(given / 1000, UTC)
    raise _Gone("as_of must be milliseconds since 1970, or nil")


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


ROUTES = (get_stream, open_stream)
