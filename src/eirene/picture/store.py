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

import secrets
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from eirene.errors import DiskFull, NodeError
from eirene.picture import schema
from eirene.picture.columns import unpacked
from eirene.picture.fold import Fold
from eirene.picture.functions import register
from eirene.picture.names import Names, loaded
from eirene.reports.envelope import ZERO_HASH, Body, Opened, decode_body

FILE = "picture.db"
_PAGE_CACHE_KIB = 32_768
_IDLE_READERS = 4


class PictureDamaged(NodeError):
    """The picture cannot be used: it is rebuilt from the log, and nothing is lost."""

    code = "picture-damaged"


class Reading:
    """One of the pool; between ``begin`` and ``end`` it stands in one state."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.names = Names()
        self.position = 0
        self.db = connect(path, key, apsw.SQLITE_OPEN_READONLY)
        register(self.db)

    def begin(self, names: Callable[[], Names]) -> None:
        self.db.execute("BEGIN")
        # the first read fixes the state; the words are taken after it, so that they hold all of it
        self.position = self.db.execute("SELECT value FROM meta WHERE name = 'lsn'").get
        self.names = names()

    def end(self) -> None:
        if self.db.in_transaction:
            self.db.execute("COMMIT")

    def rows(self, sql: str, params: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        return self.db.execute(sql, dict(params))


def connect(path: Path, key: bytes, flags: int) -> apsw.Connection:
    """An open connection; ``PictureDamaged`` where the key does not fit or bytes are damaged."""
    try:
        db = apsw.Connection(str(path), flags=flags)
        db.set_busy_timeout(10_000)
        db.execute("PRAGMA cipher = 'aegis'")
        db.execute(f"PRAGMA key = 'raw:{key.hex()}'")
        db.execute(f"PRAGMA cache_size = -{_PAGE_CACHE_KIB}")
        db.execute("PRAGMA temp_store = MEMORY")
        list(db.execute("SELECT count(*) FROM sqlite_schema"))
    except apsw.Error as error:
        raise damaged() from error
    return db


def damaged() -> PictureDamaged:
    return PictureDamaged(
        "The picture cannot be read.", remedy="It is rebuilt from the log; nothing is lost."
    )


class Picture:
    """One node's picture."""

    def __init__(self, path: Path, key: bytes, areas: Mapping[str, str]) -> None:
        self._path, self._key = path, key
        self._lock = threading.Lock()
        self._pool: list[Reading] = []
        self._pool_lock = threading.Lock()
        self._closed = False
        self.cache: dict[Any, Any] = {}
        """Answers that hold for one position only; whoever puts one in names reader and position."""
        self._db = connect(path, key, apsw.SQLITE_OPEN_READWRITE)
        try:
            self._db.execute("PRAGMA synchronous = NORMAL")
            meta = dict(self._db.execute("SELECT name, value FROM meta").fetchall())
            if meta.get("fingerprint") != schema.fingerprint() or not meta.get("whole"):
                self._db.close()
                raise damaged()
            self.generation: bytes = meta["generation"]
            self._position: tuple[int, bytes] = (meta["lsn"], meta["hash"])
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
        path = folder / FILE
        if not path.exists():
            create(path, key, whole=True)
        return cls(path, key, areas or {})

    def fold(self, entries: Sequence[Opened]) -> None:
        """Take entries in, in any order, repeats ignored; all visible when it returns."""
        if not entries:
            return
        with self._lock:
            last = max(entries, key=lambda e: e.lsn)
            position = max(self._position, (last.lsn, last.hash))
            try:
                with self._db:
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
            self._position = position
            self.cache.clear()

    def position(self) -> tuple[int, bytes]:
        """Place in the log and entry hash of the furthest entry that was folded."""
        return self._position

    @contextmanager
    def reading(self) -> Generator[Reading, None, None]:
        """One state of the picture, for as long as the block lasts."""
        connection = self._borrow()
        try:
            connection.begin(lambda: self._fold.names)
            yield connection
        except (apsw.CorruptError, apsw.NotADBError) as error:
            raise damaged() from error
        finally:
            connection.end()
            self._give_back(connection)

    def _borrow(self) -> Reading:
        with self._pool_lock:
            if self._closed:
                raise NodeError("The picture is closed.")
            if self._pool:
                return self._pool.pop()
        return Reading(self._path, self._key)

    def _give_back(self, connection: Reading) -> None:
        with self._pool_lock:
            if not self._closed and len(self._pool) < _IDLE_READERS:
                self._pool.append(connection)
                return
        connection.db.close()

    def seen(self, report_id: bytes) -> tuple[bytes, Body] | None:
        """Entry hash and body of a report that this node holds, for nobody's eyes.

        The only question without a reader: the filing desk asks it, to answer a
        post that comes again as it answered the first one.
        """
        sql = (
            "SELECT b.entry, b.body FROM report r JOIN body b USING (lsn) "
            "WHERE r.id8 = :id8 ORDER BY r.clock DESC, b.entry DESC"
        )
        with self.reading() as db:
            for entry, body in db.rows(sql, {"id8": int.from_bytes(report_id[:8], signed=True)}):
                found = decode_body(unpacked(body))
                if found.id == report_id:
                    return entry, found
        return None

    def close(self) -> None:
        """Close the file. Readers that are still at work end their own connections."""
        with self._lock, self._pool_lock:
            self._closed = True
            for connection in self._pool:
                connection.db.close()
            self._pool = []
            self._db.close()


def note(db: apsw.Connection, **values: Any) -> None:
    """Set values of ``meta``."""
    db.executemany("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", values.items())


def create(path: Path, key: bytes, *, whole: bool) -> None:
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
                fingerprint=schema.fingerprint(),
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
