"""Organisations whose keys were destroyed here, and the copies that may still hold one.

Invariants
  * What is listed as erased has no key in this store, and never gets one again.
  * The list goes into every later backup of the keys; restoring data asks it.
  * A copy is noted before its first byte is written, so none is forgotten.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal

import apsw
import msgspec

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS erasure(owner TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS copy(id TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID",
)
KEYS: Literal["keys"] = "keys"
DATA: Literal["data"] = "data"
NODE: Literal["node"] = "node"
BEFORE = "before"
"""Id of what an older node may have copied without a note."""


def folded(code: str) -> str:
    """One key for a code, however it is written; as accounts and organisations are compared."""
    return unicodedata.normalize("NFKC", code).casefold().strip()


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """Something that holds keys or sealed bodies of this node, elsewhere."""

    id: str
    kind: Literal["keys", "data", "node"]
    name: str
    """Where it was written: a path on this machine, or words."""
    made: datetime


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's word that a copy is destroyed, or holds nothing of the organisation any more."""

    at: datetime
    by: str
    """Account; "" for the command line."""
    reason: str = ""


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation, erased or being erased."""

    organisation: str
    compartment: str
    """Its own; "" where it had none."""
    at: datetime
    act: bytes = b""
    """Id of the act that says so in the log."""
    asked: tuple[str, ...] = ()
    """Accounts of the mission on whose word; none where it was its own focal point's."""
    upheld: tuple[bytes, ...] = ()
    """Acts of others that counted because of acts that are gone now."""
    void: tuple[bytes, ...] = ()
    """Acts of others that did not count, and would without those that are gone."""
    keys: int = 0
    """Data keys that were destroyed."""
    keyless: bool = False
    """Its keys are destroyed, and none is ever made again."""
    entries: int = 0
    """Entries whose bodies were dropped."""
    versions: int = 0
    accounts: int = 0
    finished: datetime | None = None
    """When this node had nothing of it any more; None: it is taken up at the next start."""
    receipts: dict[str, Receipt] = {}

    def outstanding(self, copies: Iterable[Copy]) -> list[Copy]:
        """Copies made before the end of the erasure that nobody has receipted."""
        end = self.finished
        old = [one for one in copies if end is None or one.made <= end]
        return [one for one in old if one.id not in self.receipts]


class Erased:
    """The list, on disk and in memory."""

    def __init__(self, connection: apsw.Connection, lock: threading.RLock) -> None:
        self._db = connection
        self._lock = lock
        rows = connection.execute("SELECT record FROM erasure ORDER BY owner").fetchall()
        each = [msgspec.msgpack.decode(record, type=Erasure) for (record,) in rows]
        self._known = {folded(one.organisation): one for one in each}

    def of(self, organisation: str) -> Erasure | None:
        """The erasure of an organisation, however it is written."""
        return self._known.get(folded(organisation)) if self._known else None

    def all(self) -> list[Erasure]:
        """All of them by code."""
        return [self._known[key] for key in sorted(self._known)]

    def covers(self, owner: str, compartment: str) -> bool:
        """Whether nothing may be filed any more by this organisation, or in this compartment."""
        if not self._known:
            return False
        where = folded(compartment)
        return folded(owner) in self._known or any(
            folded(one.compartment) == where for one in self._known.values() if one.compartment
        )

    def keyless(self, owner: str, compartment: str) -> bool:
        """Whether no key is made any more for this organisation, or for this compartment."""
        where = folded(compartment)
        return any(
            folded(one.organisation) == folded(owner)
            or (where and folded(one.compartment) == where)
            for one in self._known.values()
            if one.keyless
        )

    def keep(self, erasure: Erasure) -> None:
        """Put one on the list, or renew what is known of it; durable on return."""
        key = folded(erasure.organisation)
        packed = msgspec.msgpack.encode(erasure)
        with self._lock, self._db:
            self._db.execute("INSERT OR REPLACE INTO erasure VALUES(?, ?)", (key, packed))
            self._known = {**self._known, key: erasure}

    # -- copies

    def note_copy(self, copy: Copy) -> None:
        """A copy is about to be made; durable on return."""
        packed = msgspec.msgpack.encode(copy)
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO copy VALUES(?, ?)", (copy.id, packed))

    def note_unknown(self) -> None:
        """The store is of an older node, which copied without a note."""
        words = "backups of keys and data, and copies of the node, from before it listed them"
        self.note_copy(Copy(id=BEFORE, kind=KEYS, name=words, made=datetime.now(UTC)))

    def forget_copy(self, copy_id: str) -> None:
        """The copy was not made after all."""
        with self._lock:
            self._db.execute("DELETE FROM copy WHERE id = ?", (copy_id,))

    def copies(self) -> list[Copy]:
        """All copies that this node knows of, oldest first."""
        with self._lock:
            rows: list[Any] = self._db.execute("SELECT record FROM copy").fetchall()
        found = [msgspec.msgpack.decode(record, type=Copy) for (record,) in rows]
        return sorted(found, key=lambda one: (one.made, one.id))
