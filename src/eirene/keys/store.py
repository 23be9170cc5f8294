"""The key store: one encrypted SQLite file beside the log, apart from its backups.

It holds the node's identity, the author key of each compartment, the data
keys by owning organisation, compartment and month, and this machine's local
secrets. Everything here is durable before it is used.
"""

from __future__ import annotations

import secrets as random
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
)

from eirene.errors import DiskFull, NotAllowed, NotANode, WrongLock
from eirene.keys import drops, erased
from eirene.keys.lock import Lock, make_lock, open_lock
from eirene.reports.envelope import DOMAIN_SIGNATURE, REALMS, Author

_SCHEMA = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE compartment(name TEXT PRIMARY KEY, id BLOB NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE author(compartment TEXT PRIMARY KEY, private BLOB NOT NULL, continues BLOB)
  WITHOUT ROWID;
CREATE TABLE data_key(id BLOB PRIMARY KEY, owner TEXT NOT NULL, compartment TEXT NOT NULL,
  month TEXT NOT NULL, key BLOB, serial INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE high_water(author BLOB PRIMARY KEY, sequence INTEGER NOT NULL, hash BLOB NOT NULL)
  WITHOUT ROWID;
CREATE TABLE secret(part TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY(part, key)) WITHOUT ROWID;
"""
_ADDRESS = (
    "CREATE TABLE IF NOT EXISTS address(compartment TEXT PRIMARY KEY, key BLOB NOT NULL) "
    "WITHOUT ROWID"
)
"""Keys of the addresses of attachments."""
_LATER = (drops.SCHEMA, *erased.SCHEMA, _ADDRESS)
"""Tables that the key store of an older node may not have."""
TABLES = (
    *("meta", "compartment", "author", "data_key", "high_water", "secret"),
    *("dropped", "erasure", "copy", "address"),
)


class AuthorKey(msgspec.Struct, frozen=True):
    """The key with which this machine signs in one compartment."""

    public: bytes
    private: Ed25519PrivateKey
    continues: tuple[bytes, int, bytes] | None

    def __repr__(self) -> str:
        return f"AuthorKey({self.public.hex()[:8]})"


class DataKey(msgspec.Struct, frozen=True):
    """The key that seals what one organisation files in one compartment in one month."""

    id: bytes
    key: bytes

    def __repr__(self) -> str:
        return f"DataKey({self.id.hex()[:8]})"


class Secrets:
    """Accounts, tokens, sessions, marks: local, never in the log, never in the picture."""

    def __init__(self, connection: apsw.Connection, lock: threading.RLock) -> None:
        self._db = connection
        self._lock = lock

    def put(self, part: str, key: str, value: bytes) -> None:
        """Keep a value; durable on return."""
        with self._lock:
            _run(self._db, "INSERT OR REPLACE INTO secret VALUES(?, ?, ?)", (part, key, value))

    def get(self, part: str, key: str) -> bytes | None:
        """A value, or None."""
        with self._lock:
            rows = _run(
                self._db, "SELECT value FROM secret WHERE part = ? AND key = ?", (part, key)
            )
        return rows[0][0] if rows else None

    def all(self, part: str) -> list[tuple[str, bytes]]:
        """All values of one part, by key."""
        with self._lock:
            rows = _run(
                self._db, "SELECT key, value FROM secret WHERE part = ? ORDER BY key", (part,)
            )
        return [(key, value) for key, value in rows]

    def drop(self, part: str, key: str) -> None:
        """Forget a value; durable on return."""
        with self._lock:
            _run(self._db, "DELETE FROM secret WHERE part = ? AND key = ?", (part, key))


class KeyStore:
    """The open key store of one node."""

    def __init__(self, folder: Path, connection: apsw.Connection) -> None:
        self.folder = folder
        self._db = connection
        self._lock = threading.RLock()
        self.secrets = Secrets(connection, self._lock)
        self.drops = drops.Drops(connection, self._lock)
        self.erased = erased.Erased(connection, self._lock)
        meta = dict(_run(connection, "SELECT name, value FROM meta", ()))
        self.mission: bytes = meta["mission"]
        self.realm = int(meta["realm"])
        self.node = meta["node"].decode()
        self.owner = meta["owner"].decode()
        self.picture_key: bytes = meta["picture_key"]
        self.cookie_key: bytes = meta["cookie_key"]
        self.cursor_key: bytes = meta["cursor_key"]
        self.pepper: bytes = meta["pepper"]
        self.backup_key: bytes = meta["backup_key"]
        self._sign = Ed25519PrivateKey.from_private_bytes(meta["sign_key"])
        self._seal = X25519PrivateKey.from_private_bytes(meta["seal_key"])
        self._compartments = dict(_run(connection, "SELECT name, id FROM compartment", ()))
        self._authors: dict[str, AuthorKey] = {}
        self._keys: dict[bytes, bytes] = {}
        self._current: dict[tuple[str, str, str], DataKey] = {}
        rows = _run(
            connection,
            "SELECT id, key, owner, compartment, month FROM data_key "
            "WHERE key IS NOT NULL ORDER BY serial",
            (),
        )
        for key_id, key, owner, compartment, month in rows:
            self._keys[key_id] = key
            self._current[owner, compartment, month] = DataKey(key_id, key)

    def __repr__(self) -> str:
        return f"KeyStore({self.folder})"

    @classmethod
    def create(
        cls, folder: Path, lock: Lock, *, realm: str, node: str, owner: str, mission: bytes = b""
    ) -> KeyStore:
        """A new key store in a folder that has none."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (folder / "lock.json").exists():
            raise NotANode(
                f"There is a key store in {folder} already.", remedy="Choose an empty folder."
            )
        connection = _connect(folder, make_lock(folder, lock), new=True)
        meta: dict[str, bytes] = {
            "mission": mission or random.token_bytes(16),
            "realm": str(REALMS.index(realm)).encode(),
            "node": node.encode(),
            "owner": owner.encode(),
            "sign_key": Ed25519PrivateKey.generate().private_bytes_raw(),
            "seal_key": X25519PrivateKey.generate().private_bytes_raw(),
        }
        for name in ("picture_key", "cookie_key", "cursor_key", "pepper", "backup_key"):
            meta[name] = random.token_bytes(32)
        with connection:
            _make_tables(connection, *_SCHEMA.split(";"), *_LATER)
            connection.executemany("INSERT INTO meta VALUES(?, ?)", meta.items())
        return cls(folder, connection)

    @classmethod
    def open(cls, folder: Path, lock: Lock | None) -> KeyStore:
        """Open with a lock; ``WrongLock`` or ``NotANode`` in one sentence."""
        connection = _connect(folder, open_lock(folder, lock), new=False)
        known = connection.table_exists(None, "copy")
        _make_tables(connection, *_LATER)
        store = cls(folder, connection)
        if not known:
            store.erased.note_unknown()
        return store

    def close(self) -> None:
        """Close; keys in memory are dropped with the object."""
        with self._lock:
            self._db.close()

    def _refuse_erased(self, owner: str, compartment: str) -> None:
        if self.erased.keyless(owner, compartment):
            raise erased_here(owner, compartment)

    def compartment_id(self, name: str) -> bytes:
        """Random id of a compartment by name; made when first asked for."""
        found = self._compartments.get(name)
        if found is not None:
            return found
        with self._lock:
            if name not in self._compartments:
                self._refuse_erased("", name)
                new = random.token_bytes(16)
                _run(self._db, "INSERT INTO compartment VALUES(?, ?)", (name, new))
                self._compartments[name] = new
            return self._compartments[name]

    def compartments(self) -> list[str]:
        """Names of all compartments that this node has met."""
        return sorted(self._compartments)

    def compartment_name(self, id_: bytes) -> str:
        """Name of a compartment by its id, as far as this node knows it; else the id in hex."""
        for name, known in self._compartments.items():
            if known == id_:
                return name
        return id_.hex()

    def address_key(self, compartment: str) -> bytes:
        """The key of the addresses of attachments in a compartment; made when first asked for.

        Under another key the same bytes have another address, so that nobody outside tells
        what a file is, nor that two compartments hold the same.
        """
        with self._lock:
            sql = "SELECT key FROM address WHERE compartment = ?"
            rows = _run(self._db, sql, (compartment,))
            if not rows:
                self._refuse_erased("", compartment)
                rows = [(random.token_bytes(32),)]
                _run(self._db, "INSERT INTO address VALUES(?, ?)", (compartment, rows[0][0]))
            return bytes(rows[0][0])

    def author(self, compartment: str) -> AuthorKey:
        """This machine's author key in a compartment; made when first asked for."""
        found = self._authors.get(compartment)
        if found is not None:
            return found
        with self._lock:
            sql = "SELECT private, continues FROM author WHERE compartment = ?"
            rows = _run(self._db, sql, (compartment,))
            if not rows or not rows[0][0]:
                self._refuse_erased("", compartment)
                private = Ed25519PrivateKey.generate().private_bytes_raw()
                continues = rows[0][1] if rows else None
                _run(
                    self._db,
                    "INSERT OR REPLACE INTO author VALUES(?, ?, ?)",
                    (compartment, private, continues),
                )
                rows = [(private, continues)]
            key = Ed25519PrivateKey.from_private_bytes(rows[0][0])
            end: tuple[bytes, int, bytes] | None = None
            if rows[0][1]:
                end = _end(rows[0][1])
            made = AuthorKey(key.public_key().public_bytes_raw(), key, end)
            self._authors[compartment] = made
            return made

    def author_content(self, author: AuthorKey) -> Author:
        """Content of the first report of a chain: who stands behind the author key."""
        public = self._sign.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Author(
            node=self.node,
            owner=self.owner,
            sign_key=public,
            seal_key=self._seal.public_key().public_bytes_raw(),
            signature=self._sign.sign(DOMAIN_SIGNATURE + b"author" + author.public),
            continues=author.continues,
        )

    def data_key(self, owner: str, compartment: str, month: str) -> DataKey:
        """The key that seals now; made, and durable, when first asked for."""
        found = self._current.get((owner, compartment, month))
        if found is not None:
            return found
        with self._lock:
            found = self._current.get((owner, compartment, month))
            if found is None:
                self._refuse_erased(owner, compartment)
                found = DataKey(random.token_bytes(16), random.token_bytes(32))
                sql = (
                    "INSERT INTO data_key SELECT ?, ?, ?, ?, ?, coalesce(max(serial), 0) + 1 "
                    "FROM data_key"
                )
                _run(self._db, sql, (found.id, owner, compartment, month, found.key))
                self._keys[found.id] = found.key
                self._current[owner, compartment, month] = found
            return found

    def key_by_id(self, key_id: bytes) -> bytes | None:
        """A data key, or None where this node has none (erased, or never given)."""
        return self._keys.get(key_id)

    def destroy(self, organisation: str, compartment: str) -> int:
        """Destroy the data keys of an organisation, and all keys of its own compartment.

        The bytes are overwritten and the journal is emptied. Their ids stay, so that what
        they sealed is known as gone. Gives how many data keys there were; again is harmless.
        """
        key, own = erased.folded(organisation), erased.folded(compartment)
        with self._lock:
            sql = "SELECT id, owner, compartment FROM data_key WHERE key IS NOT NULL"
            rows = self._db.execute(sql).fetchall()
            gone = [
                (id_,)
                for id_, owner, where in rows
                if erased.folded(owner) == key or (own and erased.folded(where) == own)
            ]
            with self._db:
                sql = (
                    "UPDATE data_key SET key = NULL, owner = '', compartment = '', month = '' "
                    "WHERE id = ?"
                )
                self._db.executemany(sql, gone)
                self._db.execute("DELETE FROM author WHERE compartment = ?", (compartment,))
                self._db.execute("DELETE FROM compartment WHERE name = ?", (compartment,))
                self._db.execute("DELETE FROM address WHERE compartment = ?", (compartment,))
            ids = {id_ for (id_,) in gone}
            self._current = {at: one for at, one in self._current.items() if one.id not in ids}
            self._keys = {id_: one for id_, one in self._keys.items() if id_ not in ids}
            self._authors.pop(compartment, None)
            self._compartments.pop(compartment, None)
        return len(gone)

    def owners(self) -> set[str]:
        """Organisations for which there are data keys, as reports spell them."""
        with self._lock:
            rows = _run(self._db, "SELECT DISTINCT owner FROM data_key WHERE key IS NOT NULL", ())
        return {owner for (owner,) in rows}

    def destroyed(self) -> set[bytes]:
        """Ids of the data keys that were destroyed here."""
        with self._lock:
            rows = _run(self._db, "SELECT id FROM data_key WHERE key IS NULL", ())
        return {bytes(id_) for (id_,) in rows}

    def tidy(self) -> bool:
        """Whether what was overwritten is out of the journal as well; empties it where it can."""
        with self._lock:
            busy, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
        return not busy

    def next_picture_key(self) -> bytes:
        """The key of a picture that is being built; b"" where none is."""
        with self._lock:
            rows = _run(self._db, "SELECT value FROM meta WHERE name = 'next_picture_key'", ())
        return rows[0][0] if rows else b""

    def begin_picture_key(self, key: bytes) -> None:
        """A picture is about to be built under this key; that of one before is thrown away."""
        with self._lock:
            _run(self._db, "INSERT OR REPLACE INTO meta VALUES('next_picture_key', ?)", (key,))
            self.tidy()

    def renew_picture_key(self, key: bytes) -> None:
        """From now on pictures open with this key; the one before is thrown away."""
        with self._lock, self._db:
            _run(self._db, "DELETE FROM meta WHERE name = 'next_picture_key'", ())
            _run(self._db, "UPDATE meta SET value = ? WHERE name = 'picture_key'", (key,))
        with self._lock:
            self.picture_key = key
            self.tidy()

    def high_water(self) -> dict[bytes, tuple[int, bytes]]:
        """End of each chain that this node has acknowledged, as last noted."""
        with self._lock:
            rows = _run(self._db, "SELECT author, sequence, hash FROM high_water", ())
        return {author: (sequence, hash_) for author, sequence, hash_ in rows}

    def note_high_water(self, heads: dict[bytes, tuple[int, bytes]]) -> None:
        """Remember the ends of chains, so that a log cut short is noticed."""
        rows = [(author, sequence, hash_) for author, (sequence, hash_) in heads.items()]
        with self._lock, self._db:
            self._db.executemany("INSERT OR REPLACE INTO high_water VALUES(?, ?, ?)", rows)

    def begin_new_chains(self, ends: dict[str, tuple[bytes, int, bytes]]) -> None:
        """After a restore: new author keys, each naming the end of the old chain."""
        with self._lock, self._db:
            self._db.execute("DELETE FROM high_water")
            self._db.execute("DELETE FROM author")
            rows = [(name, b"", msgspec.msgpack.encode(end)) for name, end in ends.items()]
            self._db.executemany("INSERT INTO author VALUES(?, ?, ?)", rows)
            self._authors.clear()

    def dump(self) -> dict[str, list[Sequence[Any]]]:
        """Every row of every table, for a key backup; sealed at once by the caller."""
        with self._lock, self._db:
            return {
                table: [tuple(row) for row in self._db.execute(f"SELECT * FROM {table}")]
                for table in TABLES
            }

    @classmethod
    def load(cls, folder: Path, lock: Lock, tables: dict[str, list[Sequence[Any]]]) -> KeyStore:
        """A key store from a key backup, in a folder that has none."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (folder / "lock.json").exists():
            raise NotANode(
                f"There is a key store in {folder} already.", remedy="Choose an empty folder."
            )
        connection = _connect(folder, make_lock(folder, lock), new=True)
        with connection:
            _make_tables(connection, *_SCHEMA.split(";"), *_LATER)
            for table in TABLES:
                for row in tables.get(table, ()):  # a backup of an older node has fewer tables
                    marks = ", ".join("?" * len(row))
                    connection.execute(f"INSERT INTO {table} VALUES({marks})", tuple(row))
        store = cls(folder, connection)
        if "copy" not in tables:
            store.erased.note_unknown()
        return store


def _make_tables(db: apsw.Connection, *statements: str) -> None:
    for statement in statements:
        db.execute(statement)


def _run(db: apsw.Connection, sql: str, params: Sequence[Any]) -> list[Any]:
    try:
        return db.execute(sql, params).fetchall()
    except apsw.FullError:
        raise DiskFull(
            "No room on the disk for the key store.",
            remedy="Make room; the node goes on by itself.",
        ) from None


def _connect(folder: Path, master: bytes, *, new: bool) -> apsw.Connection:
    path = folder / "keys.db"
    if not new and not path.exists():
        raise NotANode(
            f"{path} is missing.", remedy="Restore the key store from its backup: keys restore."
        )
    connection = apsw.Connection(str(path))
    path.chmod(0o600)
    connection.pragma("cipher", "aegis")
    connection.pragma("hexkey", master.hex())
    try:
        connection.pragma("journal_mode", "WAL")
        connection.pragma("synchronous", "FULL")
        connection.pragma("temp_store", "MEMORY")
        connection.pragma("secure_delete", "ON")
        connection.set_busy_timeout(5000)
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except apsw.NotADBError:
        raise WrongLock(
            f"{path} does not open with this key.",
            remedy="It belongs to another lock, or is damaged: restore it from its backup.",
        ) from None
    return connection


def erased_here(owner: str, compartment: str) -> NotAllowed:
    """Why nothing is filed any more for an organisation, or into its compartment."""
    return NotAllowed(
        f"{owner or compartment} was erased from this node.",
        field="compartment",
        remedy="File it elsewhere; an erased organisation does not come back under its code.",
    )


def _end(data: Any) -> tuple[bytes, int, bytes]:
    """End of the chain that a restored node goes on from."""
    return msgspec.msgpack.decode(data, type=tuple[bytes, int, bytes])
