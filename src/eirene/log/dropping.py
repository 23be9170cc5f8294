"""Bodies that are dropped for good: noted in the key store, overwritten, and out of the journal.

Invariants
  * The key store notes what is dropped before a byte changes: a stop in between is taken up
    at the next opening, and no backup brings the body back.
  * SQLite overwrites what it frees (``secure_delete``), from the first entry on.
  * Older pages lie in the write-ahead log until it is emptied. A reader that holds it delays
    that, never the writers: ``tidy`` is tried again until it is true.
"""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from eirene.keys.store import KeyStore
from eirene.reports.envelope import entry_hash

TOGETHER = 1_000
"""Bodies dropped in one transaction; writers wait for no more."""
_WAIT_MS = 200
"""So long at most do writers wait for readers of the write-ahead log to go."""


class Dropping:
    """Within the log's own connection and lock."""

    def __init__(self, db: apsw.Connection, keys: KeyStore, busy_ms: int) -> None:
        self._db = db
        self._keys = keys
        self._busy_ms = busy_ms
        self._untidy = True

    def take_up(self) -> None:
        """Drop what an earlier run had noted and did not get to; empty the journal."""
        there = [(lsn, entry) for lsn, entry in self._keys.drops.waiting() if self._is(lsn, entry)]
        if there:
            self._blank(there)
        self._keys.drops.done()
        self.tidy()

    def _is(self, lsn: int, entry: bytes) -> bool:
        row = self._db.execute("SELECT header FROM entry WHERE lsn = ?", (lsn,)).fetchone()
        return row is not None and entry_hash(row[0]) == entry

    def drop(self, lsns: Sequence[int]) -> None:
        """Note and overwrite; ``tidy`` has still to be asked."""
        found: list[tuple[int, bytes]] = []
        for lsn in lsns:
            row = self._db.execute("SELECT header FROM entry WHERE lsn = ?", (lsn,)).fetchone()
            if row is not None:
                found.append((lsn, entry_hash(row[0])))
        self._keys.drops.note(found)
        self._blank(found)
        self._keys.drops.done()

    def _blank(self, rows: Sequence[tuple[int, bytes]]) -> None:
        self._untidy = True
        with self._db:
            self._db.executemany(
                "UPDATE entry SET sealed = x'' WHERE lsn = ? AND sealed <> x''",
                [(lsn,) for lsn, _ in rows],
            )

    def tidy(self) -> bool:
        """Whether nothing dropped is left in the write-ahead log; empties it where it can."""
        if self._untidy:
            self._db.set_busy_timeout(_WAIT_MS)
            try:
                busy, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
            finally:
                self._db.set_busy_timeout(self._busy_ms)
            self._untidy = bool(busy)
        return not self._untidy
