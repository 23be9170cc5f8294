"""The log on SQLite: WAL, synchronous=FULL, group commit.

``append`` returns when the entries are synced to disk. Whoever comes while
another writes waits for one common commit, so that many writers cost one sync.

Invariants
  * Nothing enters but through ``append``; nothing is changed or removed but by
    ``drop_bodies``, which leaves the chains as they are.
  * No name stands in the file: compartments are their random ids.
  * A chain's last entry is signed, and every 256th; so is each single report.
  * ``lsn`` counts from 1 without gaps; it and the received time stay here.
"""

from __future__ import annotations

import fcntl
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from io import BufferedRandom
from itertools import islice
from pathlib import Path
from typing import Any

import apsw
import msgspec

from eirene.errors import DamagedLog, DiskFull, FolderInUse, InvalidEntry
from eirene.keys.seal import open_body
from eirene.keys.store import KeyStore
from eirene.log.batch import Batch, Head
from eirene.log.clock import millis, moment
from eirene.log.dropping import TOGETHER, Dropping
from eirene.log.recent import Recent
from eirene.reports.envelope import (
    ZERO_HASH,
    Body,
    Entry,
    Opened,
    admit,
    body_of,
    check_length,
    commitment_of,
    decode_body,
    decode_header,
    encode_body,
    encode_header,
    entry_hash,
    unpad,
)

_SCHEMA = """
CREATE TABLE entry(lsn INTEGER PRIMARY KEY, header BLOB NOT NULL, sealed BLOB NOT NULL,
  signature BLOB NOT NULL, received INTEGER NOT NULL);
CREATE TABLE chain(author BLOB PRIMARY KEY, sequence INTEGER NOT NULL, hash BLOB NOT NULL,
  compartment BLOB NOT NULL, clock INTEGER NOT NULL) WITHOUT ROWID;
"""
_PAGE = 2_000
_ROWS = 64
_BUSY_MS = 5_000
_ROOM = 32 << 20
"""Bytes that stay free, so that picture and keys can still be written."""

_encode_content = msgspec.msgpack.Encoder().encode
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


class _Ticket:
    """One caller's bodies, and what became of them."""

    __slots__ = ("at_ms", "bodies", "done", "error", "opened")

    def __init__(self, bodies: Sequence[tuple[Body, bytes]], at_ms: int | None) -> None:
        self.bodies = bodies
        self.at_ms = at_ms
        self.opened: list[Opened] = []
        self.error: BaseException | None = None
        self.done = False


class Log:
    """One node's log, open for reading and writing."""

    def __init__(
        self,
        folder: Path,
        keys: KeyStore,
        *,
        clock: Clock,
        sync: bool,
        whole: bool,
        vfs: str | None,
    ) -> None:
        self.folder = folder
        self._keys = keys
        self._clock = clock
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._held = _hold(folder)
        self._path = folder / "log.db"
        try:
            self._db = connect(self._path, sync=sync, vfs=vfs)
            make_tables(self._db)
            self._load()
            self._dropping = Dropping(self._db, keys, _BUSY_MS)
            self._dropping.take_up()
            if whole:
                self._check_end()
        except apsw.Error as error:
            self._held.close()
            raise _damaged(error) from None
        except BaseException:
            self._held.close()
            raise
        self._recent = Recent(keys.key_by_id)
        self._queue: list[_Ticket] = []
        self._queue_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._grown = threading.Condition()
        self._room_checked = 0.0

    @classmethod
    def open(
        cls,
        folder: Path,
        keys: KeyStore,
        *,
        clock: Clock = utc_now,
        sync: bool = True,
        whole: bool = True,
        vfs: str | None = None,
    ) -> Log:
        """Open, or make, the log in a folder; ``FolderInUse`` while another process has it.

        ``sync=False`` breaks the promise of durability; only the drill that
        shows that it can fail uses it. ``whole=False`` opens a log that lost
        its end, so that it can be looked at. ``vfs`` puts a file system of the
        drill's own below SQLite.
        """
        return cls(folder, keys, clock=clock, sync=sync, whole=whole, vfs=vfs)

    def _load(self) -> None:
        self._heads: dict[bytes, Head] = {}
        self._clocks: dict[str, int] = {}
        sql = "SELECT author, sequence, hash, compartment, clock FROM chain"
        rows = self._db.execute(sql).fetchall()
        if any(isinstance(row[3], str) for row in rows):
            rows = self._mended(rows)
        for author, sequence, hash_, of, clock in rows:
            compartment = self._keys.compartment_name(of)
            self._heads[author] = Head(sequence, hash_, compartment, clock)
            self._clocks[compartment] = max(clock, self._clocks.get(compartment, 0))
        last = self._db.execute("SELECT lsn, received FROM entry ORDER BY lsn DESC LIMIT 1")
        self.last_lsn, self.last_received = last.fetchone() or (0, None)

    def _mended(self, rows: list[Any]) -> list[Any]:
        """Of a log of an older node: names in clear become ids, and what it dropped is noted."""
        rows = [(*row[:3], self._keys.compartment_id(row[3]), row[4]) for row in rows]
        with self._db:
            sql = "UPDATE chain SET compartment = ? WHERE author = ?"
            self._db.executemany(sql, [(row[3], row[0]) for row in rows])
        blank = self._db.execute("SELECT lsn, header FROM entry WHERE sealed = x''")
        self._keys.drops.note([(lsn, entry_hash(header)) for lsn, header in blank], done=True)
        return rows

    def _check_end(self) -> None:
        """A log cut short must not go on as if nothing had been."""
        for author, (sequence, hash_) in self._keys.high_water().items():
            head = self._heads.get(author)
            if (
                head is None
                or head.sequence < sequence
                or (head.sequence == sequence and head.hash != hash_)
            ):
                have = -1 if head is None else head.sequence
                raise DamagedLog(
                    f"The log has lost its end: chain {author.hex()[:8]} ends at entry {have}, "
                    f"and entry {sequence} was acknowledged.",
                    remedy="Restore the last backup (eirene restore), or see eirene log verify.",
                )

    def close(self) -> None:
        """Note the ends of the chains, and let go of the folder."""
        with self._write_lock:
            self._keys.note_high_water(self.heads())
            self._db.close()
            self._held.close()

    def close_unchanged(self) -> None:
        """Let go of the folder, and note nothing: after looking at a log that lost its end."""
        with self._write_lock:
            self._db.close()
            self._held.close()

    def heads(self) -> dict[bytes, tuple[int, bytes]]:
        """End of each chain: author -> (sequence, entry hash)."""
        return {author: (head.sequence, head.hash) for author, head in self._heads.items()}

    def chain_ends(self) -> dict[str, tuple[bytes, int, bytes]]:
        """Compartment name -> (author, sequence, hash) of this machine's latest chain in it."""
        best: dict[str, tuple[int, tuple[bytes, int, bytes]]] = {}
        for author, head in self._heads.items():
            if head.clock >= best.get(head.compartment, (-1, (b"", 0, b"")))[0]:
                best[head.compartment] = (head.clock, (author, head.sequence, head.hash))
        return {name: end for name, (_, end) in best.items()}

    # -- writing

    def append(self, bodies: Sequence[Body], *, at: datetime | None = None) -> list[Opened]:
        """Seal, chain, sign and store; returns when everything is synced, in order.

        ``at``: the time that the compartments' clocks read, for what must not tell
        when it was made; the machine's where it is not given.

        Raises ``DiskFull`` with nothing stored, ``InvalidEntry`` for a body
        that is too large.
        """
        at_ms = None if at is None else millis(at)
        ticket = _Ticket([(body, encode_body(body)) for body in bodies], at_ms)
        for _, raw in ticket.bodies:
            check_length(raw)
        with self._queue_lock:
            self._queue.append(ticket)
        with self._write_lock:
            if not ticket.done:
                with self._queue_lock:
                    waiting, self._queue = self._queue, []
                self._commit(waiting)
        if ticket.error is not None:
            raise ticket.error
        return ticket.opened

    def _commit(self, tickets: list[_Ticket]) -> None:
        try:
            self._check_room()
            self._store(tickets)
        except BaseException as error:  # noqa: BLE001 - raised again in each caller
            for ticket in tickets:
                ticket.error, ticket.done = _clear(error), True
            return
        for ticket in tickets:
            ticket.done = True
        with self._grown:
            self._grown.notify_all()

    def _check_room(self) -> None:
        now = time.monotonic()
        if now - self._room_checked > 0.5:
            self._room_checked = now
            free = shutil.disk_usage(self.folder).free
            if free < _ROOM:
                self._room_checked = 0.0
                raise _full(self.folder, free)

    def _store(self, tickets: list[_Ticket]) -> None:
        """One transaction for all; memory follows only after the commit."""
        now_ms = millis(self._clock())
        batch = Batch(self._keys, self._heads, self._clocks, self.last_lsn, now_ms)
        for ticket in tickets:
            batch.clock_ms = now_ms if ticket.at_ms is None else ticket.at_ms
            ticket.opened = batch.add_all(ticket.bodies)
        self._db.execute("BEGIN IMMEDIATE")
        try:
            _insert(self._db, batch.rows)
            self._db.executemany(
                "INSERT OR REPLACE INTO chain VALUES(?, ?, ?, ?, ?)",
                [
                    (author, h.sequence, h.hash, self._keys.compartment_id(h.compartment), h.clock)
                    for author, h in batch.heads.items()
                ],
            )
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._heads |= batch.heads
        self._clocks |= batch.clocks
        self.last_lsn, self.last_received = batch.lsn, now_ms
        self._recent.add(batch.opened)

    def drop_bodies(self, lsns: Iterable[int]) -> bool:
        """Remove the sealed bodies of entries for good; their chain verifies as before.

        The bytes are overwritten in the file, and no backup brings them back. False: a
        reader holds the write-ahead log, where they still lie; ``tidy`` is to be called
        again until it says True.
        """
        each = iter(lsns)
        while some := list(islice(each, TOGETHER)):
            with self._write_lock:
                self._dropping.drop(some)
                self._recent.forget()
        return self.tidy()

    def dropped_before(self, hashes: Iterable[bytes]) -> None:
        """Bodies and files that are gone from here already, and that no backup may bring back."""
        self._keys.drops.note([(0, one) for one in hashes], done=True)

    def tidy(self) -> bool:
        """Whether nothing that was dropped is left anywhere in the log's files."""
        with self._write_lock:
            return self._dropping.tidy()

    # -- reading

    def read_raw(
        self, after: int = 0, page: int = _PAGE, *, holding: Sequence[bytes] = ()
    ) -> Iterator[tuple[int, Entry, int]]:
        """Entries as stored, after an lsn: (lsn, entry, received ms).

        ``holding``: only those whose header holds one of these somewhere; SQLite looks, which
        costs a tenth of handing them all out.
        """
        test = " OR ".join(["instr(header, ?)"] * len(holding)) or "1"
        db = connect(self._path, sync=True, read_only=True)
        try:
            while True:
                rows = db.execute(
                    "SELECT lsn, header, sealed, signature, received FROM entry "
                    f"WHERE lsn > ? AND ({test}) ORDER BY lsn LIMIT ?",
                    (after, *holding, page),
                ).fetchall()
                for lsn, header, sealed, signature, received in rows:
                    yield lsn, Entry(header, sealed, signature), received
                if not rows:
                    return
                after = rows[-1][0]
        except apsw.Error as error:
            raise _damaged(error) from None
        finally:
            db.close()

    def read(self, after: int = 0, *, check: bool = False) -> Iterator[Opened]:
        """Entries after an lsn, opened where this node has the key.

        ``check``: the hash chain is checked on the way, and ``DamagedLog``
        names the first entry that does not fit.
        """
        chains: dict[bytes, tuple[int, bytes]] = {}
        for lsn, entry, received in self.read_raw(after):
            hash_ = entry_hash(entry.header)
            try:
                opened = self.opened(lsn, entry, received, hash_)
            except InvalidEntry as error:
                raise DamagedLog(
                    f"Entry {lsn} of the log is damaged: {error.message}",
                    remedy="See eirene log verify; restore the last backup with eirene restore.",
                ) from None
            if check:
                head = opened.header
                before = chains.get(head.author)
                if before and (head.sequence, head.previous) != (before[0] + 1, before[1]):
                    raise DamagedLog(
                        f"Entry {lsn} of the log does not follow its chain.",
                        remedy="See eirene log verify for what is wrong.",
                    )
                chains[head.author] = (head.sequence, hash_)
            yield opened

    def read_new(self, after: int, most: int) -> Iterator[Opened]:
        """The next entries for who follows the log and was at ``after``: what came just now is
        open still.
        """
        kept = self._recent.after(after, most)
        yield from islice(self.read(after), most) if kept is None else kept

    def has_read(self, lsn: int) -> None:
        """Who follows needs nothing up to here any more."""
        self._recent.let_go(lsn)

    def read_in(self, *compartments: str) -> Iterator[Opened]:
        """Entries of some compartments; all others are passed over unopened."""
        ids = [self._keys.compartment_id(name) for name in compartments if name in self._clocks]
        if not ids:
            return
        for lsn, entry, received in self.read_raw(holding=ids):
            if decode_header(entry.header).compartment in ids:
                yield self.opened(lsn, entry, received, entry_hash(entry.header))

    def opened(self, lsn: int, entry: Entry, received: int, hash_: bytes) -> Opened:
        """One entry, opened where this node has the key; ``InvalidEntry`` when it lies."""
        header = decode_header(entry.header)
        admit(header, self._keys.mission, self._keys.realm)
        key = self._keys.key_by_id(header.key_id)
        if key is None or not entry.sealed:
            return Opened(lsn, hash_, header, None, b"", moment(received))
        associated = encode_header(msgspec.structs.replace(header, body_hash=ZERO_HASH))
        opener, inner = unpad(open_body(key, header.salt, associated, entry.sealed))
        raw = body_of(header, inner)
        if commitment_of(opener, raw) != header.commitment:
            raise InvalidEntry("The body is not the one committed to.", field="body")
        try:
            body = decode_body(raw)
        except InvalidEntry:  # of a later version: the bytes are kept, this node shows nothing
            body = None
        kept = b"" if header.format == 1 else inner
        return Opened(lsn, hash_, header, body, raw, moment(received), kept)

    def follow(self, after: int, stop: threading.Event) -> Iterator[Opened]:
        """Entries after an lsn, and then each new one as it comes, until ``stop``."""
        while not stop.is_set():
            for opened in self.read(after):
                after = opened.lsn
                yield opened
            with self._grown:
                if self.last_lsn <= after:
                    self._grown.wait(0.5)

    def note_high_water(self) -> None:
        """Remember the ends of the chains in the key store (now and then, and at the end)."""
        self._keys.note_high_water(self.heads())


def _insert(db: apsw.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Many rows a statement: each statement lets go of the interpreter, and waits to get it back."""
    for at in range(0, len(rows), _ROWS):
        part = rows[at : at + _ROWS]
        marks = ", ".join(["(?, ?, ?, ?, ?)"] * len(part))
        values = [value for row in part for value in row]
        db.execute(f"INSERT INTO entry VALUES{marks}", values)


def _hold(folder: Path) -> BufferedRandom:
    """An exclusive hold on the folder, kept by the open file; freed when the process ends."""
    held = (folder / ".lock").open("a+b")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise FolderInUse(
            f"Another Eirene works in {folder.parent}.",
            field="data",
            remedy="Stop it first, or choose another folder (EIRENE_DATA).",
        ) from None
    return held


def make_tables(db: apsw.Connection) -> None:
    """Tables of a new log; nothing where they are."""
    if not db.table_exists(None, "entry"):
        with db:
            for statement in _SCHEMA.split(";"):
                db.execute(statement)


def connect(
    path: Path, *, sync: bool, read_only: bool = False, vfs: str | None = None
) -> apsw.Connection:
    """A connection to a log file, with the settings that durability rests on."""
    flags = (
        apsw.SQLITE_OPEN_READONLY
        if read_only
        else (apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
    )
    connection = apsw.Connection(str(path), flags=flags, vfs=vfs)
    if vfs:  # one without shared memory
        connection.pragma("locking_mode", "EXCLUSIVE")
    connection.set_busy_timeout(_BUSY_MS)
    connection.pragma("temp_store", "MEMORY")  # sorts would spill what they sort
    if not read_only:
        path.chmod(0o600)
        connection.pragma("page_size", 8192)  # 4 KiB pages waste a sixth at about 1 kB a row
        connection.pragma("journal_mode", "WAL")
        connection.pragma("synchronous", "FULL" if sync else "OFF")
        connection.pragma("journal_size_limit", 16 << 20)
        connection.pragma("secure_delete", "ON")
    return connection


def _full(folder: Path, free: int) -> DiskFull:
    return DiskFull(
        f"No room on the disk of {folder}: {free >> 20} MiB are free. The report was not stored.",
        remedy=f"Free at least {_ROOM >> 20} MiB; reading goes on, and writing resumes by itself.",
    )


def _clear(error: BaseException) -> BaseException:
    """SQLite's word for a full disk, in ours."""
    if isinstance(error, apsw.FullError | apsw.IOError):
        return DiskFull(
            "No room on the disk, or the disk does not answer. The report was not stored.",
            remedy=f"Free at least {_ROOM >> 20} MiB, and check the disk; writing resumes by itself.",
        )
    return error


def _damaged(error: apsw.Error) -> DamagedLog:
    return DamagedLog(
        f"The log file is damaged ({type(error).__name__}).",
        remedy="Keep the folder as it is, and restore the last backup: eirene restore.",
    )
