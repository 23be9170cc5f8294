"""What was appended lately, still open: for who follows the log and would open it all again.

To read an entry, find its key, unseal and unpack it takes longer than anything that is done
with most entries. Nothing is kept before somebody follows, nor what he has read.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

import msgspec

from eirene.reports.envelope import Opened

MOST = 8_000
"""Entries; who falls further behind reads what is stored."""


class Recent:
    """Entries that follow one another, the last ones of the log. Safe to ask from several threads."""

    def __init__(self, key_by_id: Callable[[bytes], bytes | None]) -> None:
        self._key_by_id = key_by_id
        self._lock = threading.Lock()
        self._kept: deque[Opened] = deque(maxlen=MOST)
        self._followed = False

    def add(self, opened: Sequence[Opened]) -> None:
        """Entries that were just stored, in order."""
        if self._followed and opened:
            with self._lock:
                if self._kept and opened[0].lsn != self._kept[-1].lsn + 1:
                    self._kept.clear()
                self._kept += opened

    def after(self, lsn: int, most: int) -> list[Opened] | None:
        """The next that came after an entry; None where what is kept begins later. Those up to it
        are let go of.
        """
        with self._lock:
            self._followed = True
            self._let_go(lsn)
            if not self._kept or self._kept[0].lsn != lsn + 1:
                return None
            kept = list(islice(self._kept, most))
        return [self._allowed(one) for one in kept]

    def let_go(self, lsn: int) -> None:
        """Of an entry and all before it."""
        with self._lock:
            self._let_go(lsn)

    def _let_go(self, lsn: int) -> None:
        while self._kept and self._kept[0].lsn <= lsn:
            self._kept.popleft()

    def forget(self) -> None:
        """Let go of everything: a body was dropped."""
        with self._lock:
            self._kept.clear()

    def _allowed(self, one: Opened) -> Opened:
        """Without its body, where its key was destroyed since."""
        if self._key_by_id(one.header.key_id) is not None:
            return one
        return msgspec.structs.replace(one, body=None, raw=b"", packed=b"")
