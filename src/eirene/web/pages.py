"""Pages of the live stream, made once for all streams that may see the same.

Ten screens in one operations room hold the same clearances and ask for the
same changes at the same moment. Whoever asks first makes the page; the others
take it. What decides is the whole test that the picture runs for a reader,
never his account or role.

A page tells what held when it was made, and where to go on from. Later on it
is still right for whoever stands at its beginning: what was touched since
comes behind it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any

import msgspec

from eirene.picture import Picture, Query, changes, search
from eirene.picture.columns import ms_of
from eirene.picture.rows import STREAM_COLUMNS, stream_row
from eirene.release.reader import Reader
from eirene.release.visibility import visibility
from eirene.web.asking import aside

ROWS = 2_000
"""Rows of a page at most."""
KEPT = 8
"""Pages that are remembered: streams that are abreast ask for the same one or two."""

_RECEIVED = STREAM_COLUMNS.index("received")
_pack = msgspec.msgpack.Encoder().encode


class Page(msgspec.Struct, frozen=True):
    """Rows, packed, and where to go on."""

    rows: msgspec.Raw
    empty: bool
    removals: list[str] = []
    """Of changes: keys of rows that went out of sight."""
    gone: bool = False
    """Of changes: some row went, whether or not another came under its key."""
    received: int | None = None
    """Of changes: when the first of its rows was received, ms since 1970."""
    versions: tuple[tuple[bytes, bytes], ...] = ()
    """Line and entry hash of those that are versions: whoever is sent the page has fetched them."""
    last: int = 0
    """Of changes: go on from this one."""
    more: bool = False
    next: bytes | None = None
    """Of a snapshot: where its next page begins."""


class Pages:
    """The pages of one node's streams."""

    def __init__(self) -> None:
        self._asked: OrderedDict[Hashable, asyncio.Task[Page]] = OrderedDict()
        self._generation = b""

    def forget(self) -> None:
        """Keep none of them: nobody asks any more."""
        self._asked.clear()

    async def changes(self, picture: Picture, reader: Reader, after: int) -> Page:
        """What was touched after a place in the log."""
        key = ("changes", picture.generation, _sight(reader), after)
        self._of(picture)
        page = await self._once(key, lambda: _changes(picture, reader, after))
        if page.last == after:  # nothing yet: it would be in the way of what comes
            self._asked.pop(key, None)
        return page

    async def snapshot(
        self,
        picture: Picture,
        reader: Reader,
        begun: int,
        page: bytes | None,
        as_of: datetime | None = None,
    ) -> Page:
        """A page of everything, for a snapshot that began when ``begun`` was the last change.

        ``as_of``: as the node knew it then.
        """
        key = ("snapshot", picture.generation, _sight(reader), begun, page, as_of)
        self._of(picture)
        return await self._once(key, lambda: _snapshot(picture, reader, page, as_of))

    def _of(self, picture: Picture) -> None:
        """A picture that was built anew may lack what was erased: no page outlives the old one."""
        if picture.generation != self._generation:
            self._generation = picture.generation
            self.forget()

    async def _once(self, key: Hashable, make: Callable[[], Page]) -> Page:
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.ensure_future(aside(make))
            if len(self._asked) > KEPT:
                self._asked.popitem(last=False)
        try:
            # one stream's end must not take the page from the others
            return await asyncio.shield(task)
        except Exception:  # whatever it was is raised below; only a failed page must not be kept
            if self._asked.get(key) is task:
                del self._asked[key]
            raise


def _sight(reader: Reader) -> Hashable:
    rule = visibility(reader)
    return rule.sql, tuple(sorted(rule.params.items()))


def _changes(picture: Picture, reader: Reader, after: int) -> Page:
    found = changes(picture, reader, after, ROWS)
    empty = not (found.upserts or found.removals)
    return Page(
        _packed(found.upserts),
        empty,
        found.removals,
        found.gone,
        found.received,
        found.versions,
        last=found.last,
        more=found.more,
    )


def _snapshot(picture: Picture, reader: Reader, page: bytes | None, as_of: datetime | None) -> Page:
    asked = Query(withdrawn=True, limit=ROWS, cursor=page, count_to=1, as_of=as_of)
    found = search(picture, reader, asked)
    rows = [stream_row(row) for row in found.rows]
    if as_of is not None:  # what touched an entity later was not known then
        for row, values in zip(found.rows, rows, strict=True):
            values[_RECEIVED] = ms_of(row.received)
    versions = tuple((row.entity, row.entry) for row in found.rows if row.is_version)
    return Page(_packed(rows), not rows, versions=versions, next=found.next)


def _packed(rows: list[list[Any]]) -> msgspec.Raw:
    return msgspec.Raw(_pack(rows))
