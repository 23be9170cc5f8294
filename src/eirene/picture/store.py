"""The picture's file: opened, folded into by one writer, read by many.

Invariants
  * Everything that a fold writes becomes visible at once, with the position.
  * A read sees one state of the picture, however long it lasts, and never
    waits for the writer.
  * The file is disposable. It is encrypted with a key that is thrown away with
    it, and synced only at checkpoints: after a power cut it may lack the last
    entries, which its position says, but is never half of one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import apsw

from eirene.errors import DiskFull, NodeError
from eirene.picture import schema
from eirene.picture.columns import first8
from eirene.picture.fold import Fold
from eirene.picture.functions import register
from eirene.picture.names import Names, loaded
from eirene.picture.rows import Row
from eirene.release.reader import Reader
from eirene.release.visibility import READER
from eirene.reports.envelope import ZERO_HASH, Body, Opened, decode_body
from eirene.reports.packing import unpacked

_NAME = re.compile(r"picture-(\d{6})\.db")
_PAGE_CACHE_KIB = (131_072, 786_432)
"""Most that a connection keeps decrypted, on a small machine and on a large one: the slim table
of a million reports, or nearly all of such a picture. It takes what it meets, so a small picture
needs little. A page that is not kept costs a call of the system and its decryption; a list of
500 rows meets as many."""
_SHARE = 32
"""A connection keeps no more than this part of the memory, and a few are open at a time."""
_LIMIT = Path("/sys/fs/cgroup/memory.max")
"""What a container may take, where that is less than the machine has."""
_IDLE_READERS = 3
_CHECKPOINT_PAGES = 4_000
"""32 MiB: under load a commit writes hundreds of pages, many of them the same each time."""


class PictureDamaged(NodeError):
    """The picture cannot be used: it is rebuilt from the log, and nothing is lost."""

    code = "picture-damaged"


Shown = Callable[[Reader, "Sequence[Row]"], None]


def _nobody_listens(_reader: Reader, _rows: Sequence[Row]) -> None:
    pass


class Reading:
    """One of the pool; between ``begin`` and ``end`` it stands in one state."""

    def __init__(self, path: Path, key: bytes, shown: Shown) -> None:
        self.names = Names()
        self.shown = shown
        self.position = 0
        self.cut = False
        """The picture had to go: nothing more is read from it."""
        self._open: list[apsw.Cursor] = []
        self.db = connect(path, key, apsw.SQLITE_OPEN_READONLY)
        register(self.db)

    def begin(self, names: Callable[[], Names]) -> None:
        self.db.execute("BEGIN")
        # the first read fixes the state; the words are taken after it, so that they hold all of it
        self.position = self.db.execute("SELECT value FROM meta WHERE name = 'lsn'").get
        self.names = names()

    def end(self) -> None:
        # a statement that nobody read to its end would hold this state open for the next reader
        for cursor in self._open:
            cursor.close(force=True)
        self._open.clear()
        if self.db.in_transaction:
            self.db.execute("COMMIT")

    def rows(self, sql: str, params: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        """Answers of one statement; a ``Sight``'s reader is bound as this picture knows him."""
        if self.cut:
            raise closed()
        bound = dict(params)
        if READER in bound:
            bound |= self.names.bits(bound.pop(READER))
        cursor = self.db.execute(sql, bound)
        self._open.append(cursor)
        return cursor


def connect(path: Path, key: bytes, flags: int) -> apsw.Connection:
    """An open connection; ``PictureDamaged`` where the key does not fit or bytes are damaged."""
    try:
        db = apsw.Connection(str(path), flags=flags)
        db.set_busy_timeout(10_000)
        db.execute("PRAGMA cipher = 'aegis'")
        db.execute(f"PRAGMA key = 'raw:{key.hex()}'")
        db.execute(f"PRAGMA cache_size = -{page_cache_kib()}")
        db.execute("PRAGMA temp_store = MEMORY")
        list(db.execute("SELECT count(*) FROM sqlite_schema"))
    except apsw.Error as error:
        raise damaged() from error
    return db


@cache
def page_cache_kib() -> int:
    """Most that a connection keeps decrypted, on this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):  # no such limit, or "max"
        memory = min(memory, int(_LIMIT.read_text()))
    least, most = _PAGE_CACHE_KIB
    return max(least, min(most, memory // _SHARE >> 10))


def damaged() -> PictureDamaged:
    return PictureDamaged(
        "The picture cannot be read.", remedy="It is rebuilt from the log; nothing is lost."
    )


def closed() -> NodeError:
    return NodeError("The picture is closed.")


class Picture:
    """One node's picture."""

    def __init__(self, path: Path, key: bytes, areas: Mapping[str, str]) -> None:
        self._path, self._key = path, key
        self._lock = threading.Lock()
        self._pool: list[Reading] = []
        self._pool_lock = threading.Lock()
        self._out: set[Reading] = set()
        self._closed = False
        self.shown: Shown = _nobody_listens
        """Told of every row that is made for a reader, before he has it: for receipts."""
        self.realm = ""
        """Of the node: every marking begins with it where it is not live."""
        self.cache: dict[Any, Any] = {}
        """Answers, each with the position that it was made at; whoever takes one asks what
        changed for his reader since."""
        self._db = connect(path, key, apsw.SQLITE_OPEN_READWRITE)
        try:
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}").fetchall()
            meta = dict(self._db.execute("SELECT name, value FROM meta").fetchall())
            if meta.get("fingerprint") != fingerprint(areas) or not meta.get("whole"):
                self._db.close()
                raise damaged()
            self.generation: bytes = meta["generation"]
            self._position: tuple[int, bytes] = (meta["lsn"], meta["hash"])
            self._ahead: dict[int, bytes] = {}
            self._fold = Fold(self._db, loaded(self._db), areas)
        except apsw.Error as error:
            self._db.close()
            raise damaged() from error

    @classmethod
    def open(cls, folder: Path, key: bytes, *, areas: Mapping[str, str] | None = None) -> Picture:
        """The picture in a folder, made empty where there is none.

        ``areas`` is P-code -> P-code of the area around it. Raises
        ``PictureDamaged`` where it must be rebuilt: wrong key, damaged file,
        other projection, or a rebuild that did not end.
        """
        folder.mkdir(parents=True, exist_ok=True)
        *old, path = files(folder) or [numbered(folder, 1)]
        for stale in old:
            remove(stale)
        if not path.exists():
            create(path, key, areas or {}, whole=True)
        return cls(path, key, areas or {})

    def fold(self, entries: Sequence[Opened]) -> None:
        """Take entries in, in any order, repeats ignored; all visible when it returns."""
        if not entries:
            return
        with self._lock:
            position, ahead = self._moved(entries)
            try:
                with _transaction(self._db):
                    self._fold.take(entries)
                    note(self._db, lsn=position[0], hash=position[1])
            except apsw.FullError as error:
                self._fold.forget(loaded(self._db))
                raise DiskFull(
                    "The disk is full: the picture stands still.",
                    remedy="Make room; the picture then goes on from where it stands.",
                ) from error
            except apsw.Error as error:
                self._fold.forget(loaded(self._db))
                raise damaged() from error
            self._position, self._ahead = position, ahead

    def _moved(self, entries: Sequence[Opened]) -> tuple[tuple[int, bytes], dict[int, bytes]]:
        """The position after these entries, and what then lies beyond a gap."""
        ahead = self._ahead | {e.lsn: e.hash for e in entries if e.lsn > self._position[0]}
        lsn, last = self._position
        while lsn + 1 in ahead:
            lsn += 1
            last = ahead.pop(lsn)
        return (lsn, last), ahead

    def position(self) -> tuple[int, bytes]:
        """Place in the log and entry hash up to which every entry was folded.

        Two writers may fold in another order than they appended. What lies
        beyond a gap does not count, so that a node that stops in between takes
        up again at the gap.
        """
        return self._position

    @contextmanager
    def reading(self) -> Generator[Reading, None, None]:
        """One state of the picture, for as long as the block lasts."""
        connection = self._borrow()
        try:
            connection.begin(self._names)
            yield connection
        except (apsw.CorruptError, apsw.NotADBError) as error:
            raise damaged() from error
        except apsw.InterruptError:
            raise closed() from None
        finally:
            connection.end()
            self._give_back(connection)

    def _borrow(self) -> Reading:
        with self._pool_lock:
            if self._closed:
                raise closed()
            connection = self._pool.pop() if self._pool else None
            if connection is None:
                connection = Reading(self._path, self._key, self._tell)
            self._out.add(connection)
        return connection

    def _names(self) -> Names:
        names = self._fold.names
        names.realm = self.realm
        return names

    def _tell(self, reader: Reader, rows: Sequence[Row]) -> None:
        self.shown(reader, rows)

    def _give_back(self, connection: Reading) -> None:
        with self._pool_lock:
            self._out.discard(connection)
            if not self._closed and len(self._pool) < _IDLE_READERS:
                self._pool.append(connection)
                return
        connection.db.close()

    def seen(self, report_ids: Iterable[bytes]) -> dict[bytes, tuple[bytes, Body]]:
        """Entry hash and body of those of these reports that this node holds, for nobody's eyes.

        The only question without a reader: the filing desk asks it, to answer a
        post that comes again as it answered the first one.
        """
        sql = (
            "SELECT b.entry, b.body FROM json_each(:id8s) j CROSS JOIN report r ON r.id8 = j.value "
            "JOIN body b USING (lsn) ORDER BY r.clock DESC, b.entry DESC"
        )
        wanted = set(report_ids)
        known: dict[bytes, tuple[bytes, Body]] = {}
        if wanted:
            id8s = ",".join(str(first8(report_id)) for report_id in wanted)
            with self.reading() as db:
                for entry, body in db.rows(sql, {"id8s": f"[{id8s}]"}):
                    found = decode_body(unpacked(body))
                    if found.id in wanted:
                        known.setdefault(found.id, (entry, found))
        return known

    def close(self) -> None:
        """Close the file. Readers that are still at work end their own connections."""
        with self._lock, self._pool_lock:
            self._closed = True
            for connection in self._pool:
                connection.db.close()
            self._pool = []
            self._db.close()
            if files(self._path.parent)[-1:] not in (
                [],
                [self._path],
            ):  # a newer one has taken its place
                remove(self._path)

    def end(self, patience_s: float) -> None:
        """Close, and after so long cut off who still reads: an export that is under way."""
        self.close()
        until = time.monotonic() + patience_s
        while self._out and time.monotonic() < until:
            time.sleep(0.05)
        with self._pool_lock:
            for reading in self._out:
                reading.cut = True
                reading.db.interrupt()

    def drop_older(self) -> None:
        """Remove pictures that nobody has open, nor will: at a start, after one was built anew."""
        for stale in files(self._path.parent):
            if stale != self._path:
                remove(stale)


@contextmanager
def _transaction(db: apsw.Connection) -> Generator[None, None, None]:
    """All or nothing. ``with db`` would hold the interpreter while it commits; this lets go of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def files(folder: Path) -> list[Path]:
    """The pictures in a folder, the one that holds last.

    Each has a name of its own: SQLite takes away the journal by name when it
    closes a file, and must never meet that of its successor.
    """
    return sorted(path for path in folder.glob("picture-*.db") if _NAME.fullmatch(path.name))


def numbered(folder: Path, number: int) -> Path:
    """Where a picture of this number stands."""
    return folder / f"picture-{number:06}.db"


def number_of(path: Path) -> int:
    """Number of a picture, by its name."""
    found = _NAME.fullmatch(path.name)
    return int(found[1]) if found else 0


def remove(path: Path) -> None:
    """A picture's file and what stands beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def note(db: apsw.Connection, **values: Any) -> None:
    """Set values of ``meta``."""
    db.executemany("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", values.items())


def fingerprint(areas: Mapping[str, str]) -> str:
    """What a picture was made with; made with anything else, it would be another one."""
    made = hashlib.sha256()
    for pair in sorted(areas.items()):
        made.update("\0".join((*pair, "")).encode())
    return f"{schema.fingerprint()}:{made.hexdigest()}"


def create(path: Path, key: bytes, areas: Mapping[str, str], *, whole: bool) -> None:
    """An empty picture; ``whole`` False leaves its indexes to the end of a rebuild."""
    db = connect(path, key, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
    try:
        db.execute("PRAGMA page_size = 8192")
        db.execute("PRAGMA journal_mode = WAL")
        with db:
            run(db, schema.tables())
            # two of the text index's leaves fill a page; as they come, one would, half empty
            db.execute("INSERT INTO words (words, rank) VALUES ('pgsz', 3950)")
            if whole:
                run(db, schema.INDEXES)
            note(
                db,
                fingerprint=fingerprint(areas),
                generation=secrets.token_bytes(16),
                lsn=0,
                hash=ZERO_HASH,
                whole=int(whole),
            )
    finally:
        db.close()


def run(db: apsw.Connection, script: str) -> None:
    """All statements of a script."""
    for _ in db.execute(script):
        pass
