"""Entries whose bodies were dropped for good: no backup may bring them back."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import apsw

SCHEMA = """
CREATE TABLE IF NOT EXISTS dropped(entry BLOB PRIMARY KEY, lsn INTEGER NOT NULL,
  done INTEGER NOT NULL) WITHOUT ROWID
"""


class Drops:
    """By entry hash. ``lsn`` says where an entry stood, until it is done."""

    def __init__(self, connection: apsw.Connection, lock: threading.RLock) -> None:
        self._db = connection
        self._lock = lock

    def note(self, rows: Sequence[tuple[int, bytes]], *, done: bool = False) -> None:
        """(lsn, entry hash) of what is to be dropped, or is gone already; durable on return.

        A picture that is half built may hold it: its key goes too, and it is begun anew.
        """
        with self._lock, self._db:
            self._db.execute("DELETE FROM meta WHERE name = 'next_picture_key'")
            self._db.executemany(
                "INSERT INTO dropped VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET lsn = excluded.lsn, "
                "done = min(done, excluded.done)",
                [(entry, lsn, int(done)) for lsn, entry in rows],
            )

    def waiting(self) -> list[tuple[int, bytes]]:
        """(lsn, entry hash) of what was noted and is perhaps not done."""
        with self._lock:
            rows = self._db.execute("SELECT lsn, entry FROM dropped WHERE NOT done ORDER BY lsn")
            return [(int(lsn), bytes(entry)) for lsn, entry in rows]

    def done(self) -> None:
        """All that was noted is gone from the log."""
        with self._lock:
            self._db.execute("UPDATE dropped SET done = 1 WHERE NOT done")

    def all(self) -> set[bytes]:
        """Every entry whose body was dropped."""
        with self._lock:
            return {bytes(entry) for (entry,) in self._db.execute("SELECT entry FROM dropped")}

    def among(self, entries: Iterable[bytes]) -> set[bytes]:
        """Those of these entries whose bodies were dropped."""
        with self._lock:
            sql = "SELECT 1 FROM dropped WHERE entry = ?"
            return {one for one in entries if self._db.execute(sql, (one,)).fetchone()}
