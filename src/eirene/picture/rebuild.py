"""A new picture from the whole log, built beside the old one and put in its place at once."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import apsw

from eirene.errors import DiskFull
from eirene.picture import schema
from eirene.picture.fold import Fold
from eirene.picture.names import loaded
from eirene.picture.store import (
    Picture,
    connect,
    create,
    files,
    note,
    number_of,
    numbered,
    remove,
    run,
)
from eirene.reports.envelope import ZERO_HASH, Opened

_BATCH = 5_000
_SETTLED = 1_000
"""Entities of several reports that are settled together."""
_BUILD_CACHE_KIB = 131_072


def rebuild(
    folder: Path,
    key: bytes,
    entries: Iterable[Opened],
    *,
    areas: Mapping[str, str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Picture:
    """Build the picture anew from all entries and open it.

    ``progress`` is told how many entries are in. The old picture goes on
    answering until its owner closes it, and then takes its file along.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number = max((number_of(path) for path in files(folder)), default=0) + 1
    target = numbered(folder, number)
    path = target.with_suffix(".next")
    remove(path)
    often = gc.get_threshold()
    # a batch makes many objects and no circles: looking for them would take a tenth of the time
    gc.set_threshold(100_000, *often[1:])
    try:
        _build(path, key, entries, areas or {}, progress)
    except apsw.FullError as error:
        remove(path)
        raise DiskFull(
            "The disk is full: the picture could not be rebuilt.",
            remedy="Make room and start the rebuild again.",
        ) from error
    finally:
        gc.set_threshold(*often)
    path.replace(target)
    return Picture(target, key, areas or {})


def _build(
    path: Path,
    key: bytes,
    entries: Iterable[Opened],
    areas: Mapping[str, str],
    progress: Callable[[int], None] | None,
) -> None:
    create(path, key, areas, whole=False)
    db = connect(path, key, apsw.SQLITE_OPEN_READWRITE)
    try:
        # nothing here outlives a crash: what is not whole is built again
        db.execute("PRAGMA journal_mode = OFF").fetchall()
        db.execute("PRAGMA synchronous = OFF")
        db.execute(f"PRAGMA cache_size = -{_BUILD_CACHE_KIB}")
        fold = Fold(db, loaded(db), areas, bulk=True)
        lsn, last, count = 0, ZERO_HASH, 0
        for batch in _opened_ahead(entries):
            with db:
                fold.take(batch)
            top = max(batch, key=lambda e: e.lsn)
            lsn, last = max((lsn, last), (top.lsn, top.hash))
            count += len(batch)
            if progress is not None:
                progress(count)
        _finish(db, fold)
        note(db, lsn=lsn, hash=last, whole=1)
        db.execute("PRAGMA journal_mode = WAL").fetchall()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        db.close()


def _opened_ahead(entries: Iterable[Opened]) -> Iterator[list[Opened]]:
    """Batches, each opened while the one before it is written: SQLite leaves the interpreter free."""
    stream = iter(entries)
    with ThreadPoolExecutor(1) as beside:
        coming = beside.submit(lambda: list(islice(stream, _BATCH)))
        while batch := coming.result():
            coming = beside.submit(lambda: list(islice(stream, _BATCH)))
            yield batch


def _finish(db: apsw.Connection, fold: Fold) -> None:
    """What a bulk load leaves to the end: repeats, entities of several reports, indexes."""
    first, second, *others = (s for s in schema.INDEXES.strip().split(";") if s.strip())
    with db:
        db.execute(first)
        _drop_repeats(db, fold)
        db.execute(second)
    with db:
        sql = "SELECT comp, owner, entity8 FROM report GROUP BY entity8, comp, owner HAVING count(*) > 1"
        groups = db.execute(sql).fetchall()
        for at in range(0, len(groups), _SETTLED):
            fold.settle(*groups[at : at + _SETTLED])
    with db:
        db.execute(_BOXES)
    for statement in others:
        with db:
            db.execute(statement)
    with db:
        fold.finish()
    with db:
        db.execute("INSERT INTO words (words) VALUES ('optimize')")
        run(db, "ANALYZE")


_BOXES = f"""
INSERT INTO box
SELECT rid, lon, lon, lat, lat,
  CASE WHEN lasts IS NULL THEN -{schema.I32}
       ELSE max(-{schema.I32}, min({schema.I32}, start / {schema.MINUTE_MS} - (start % {schema.MINUTE_MS} < 0))) END,
  CASE WHEN lasts IS NULL THEN {schema.I32}
       ELSE max(-{schema.I32}, min({schema.I32}, (start + lasts) / {schema.MINUTE_MS} - ((start + lasts) % {schema.MINUTE_MS} < 0))) END,
  comp, comp
FROM report WHERE lon IS NOT NULL
ORDER BY lon / {schema.DEGREE}, lat / {schema.DEGREE}, rid
"""
"""Neighbours one after the other: the tree then grows in pages that are in the cache."""


def _drop_repeats(db: apsw.Connection, fold: Fold) -> None:
    """Of entries that came twice only the first stays."""
    sql = """
        SELECT b.entry, r.rid FROM report r JOIN body b ON b.lsn = r.lsn
        WHERE r.entry8 IN (SELECT entry8 FROM report GROUP BY entry8 HAVING count(*) > 1)
        ORDER BY b.entry, r.lsn
    """
    last = None
    for entry, rid in db.execute(sql).fetchall():
        if entry == last:
            fold.drop(rid)
        last = entry
