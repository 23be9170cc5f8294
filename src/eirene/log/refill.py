"""Fill an empty log from a backup: entries as they were, chains checked on the way."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from eirene.errors import BackupFailed, InvalidEntry
from eirene.keys.store import KeyStore
from eirene.log.batch import Head
from eirene.log.log import connect, make_tables
from eirene.reports.envelope import ZERO_HASH, Entry, Header, admit, decode_header, entry_hash


def refill(
    folder: Path, keys: KeyStore, entries: Iterable[tuple[int, Entry, int]]
) -> dict[bytes, Head]:
    """Write entries to a new log; gives the ends of its chains.

    Bodies that were dropped here since stay away. Raises ``BackupFailed`` naming the first entry that does not follow its chain.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    db = connect(folder / "log.db", sync=True)
    heads: dict[bytes, Head] = {}
    compartments: dict[bytes, bytes] = {}
    dropped, destroyed = keys.drops.all(), keys.destroyed()
    blank: list[tuple[int, bytes]] = []
    try:
        make_tables(db)
        with db:
            for lsn, entry, received in entries:
                header = _check(lsn, entry, heads, keys)
                compartments[header.author] = header.compartment
                hash_ = heads[header.author].hash
                gone = hash_ in dropped or header.key_id in destroyed
                sealed = b"" if gone else entry.sealed
                if not sealed and hash_ not in dropped:
                    blank.append((lsn, hash_))
                row = (lsn, entry.header, sealed, entry.signature, received)
                db.execute("INSERT INTO entry VALUES(?, ?, ?, ?, ?)", row)
            db.executemany(
                "INSERT INTO chain VALUES(?, ?, ?, ?, ?)",
                [(a, h.sequence, h.hash, compartments[a], h.clock) for a, h in heads.items()],
            )
    finally:
        db.close()
    keys.drops.note(blank, done=True)
    return heads


def _check(lsn: int, entry: Entry, heads: dict[bytes, Head], keys: KeyStore) -> Header:
    try:
        header = decode_header(entry.header)
        admit(header, keys.mission, keys.realm)
    except InvalidEntry as error:
        raise BackupFailed(
            f"Entry {lsn} of the backup does not fit: {error.message}",
            remedy="Take another backup, or the key store that belongs to this one.",
        ) from None
    before = heads.get(header.author)
    expected = (before.sequence + 1, before.hash) if before else (0, ZERO_HASH)
    if (header.sequence, header.previous) != expected:
        raise BackupFailed(
            f"Entry {lsn} of the backup does not follow its chain.",
            remedy="Take another backup.",
        )
    heads[header.author] = Head(
        header.sequence,
        entry_hash(entry.header),
        keys.compartment_name(header.compartment),
        header.clock,
    )
    return header
