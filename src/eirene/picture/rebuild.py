"""A new picture from the whole log, built beside the old one and put in its place at once.

What is being built is no picture: it has another name, and says so in ``whole``. It knows how far it
is, batch by batch, so that who was stopped, by ``Ctrl-C``, ``kill -9`` or a power cut, goes on from there.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from pathlib import Path

import apsw

from eirene.errors import DiskFull
from eirene.picture import schema
from eirene.picture.fold import Fold
from eirene.picture.names import loaded
from eirene.picture.store import (
    Picture,
    PictureDamaged,
    connect,
    create,
    files,
    fingerprint,
    note,
    number_of,
    numbered,
    remove,
    run,
)
from eirene.reports.envelope import Opened

_BATCH = 5_000
_SETTLED = 1_000
"""Entities of several reports that are settled together."""
_BUILD_CACHE_KIB = 131_072
_BUILD_PAGES = 16_000
"""128 MiB: many batches write the same pages, and they are taken over together."""
_OFTEN = 500_000
"""Steps of SQLite's machine, a tenth of a second: so soon is a stop heard."""
_NEXT = ".next"


def begun(
    folder: Path, key: bytes, *, areas: Mapping[str, str] | None = None
) -> tuple[int, bytes] | None:
    """Place in the log and entry hash up to which a rebuild came that did not end; None where there
    is none that can go on, and none is left then.
    """
    for path in folder.glob(f"*{_NEXT}"):
        with suppress(apsw.Error, PictureDamaged):
            db = connect(path, key, apsw.SQLITE_OPEN_READWRITE)
            try:
                meta = dict(db.execute("SELECT name, value FROM meta").fetchall())
            finally:
                db.close()
            if meta.get("fingerprint") == fingerprint(areas or {}) and meta.get("lsn"):
                return meta["lsn"], meta["hash"]
    forget(folder)
    return None


def forget(folder: Path) -> None:
    """Remove what rebuilds that did not end have left."""
    for path in folder.glob(f"*{_NEXT}"):
        remove(path)


def rebuild(
    folder: Path,
    key: bytes,
    entries: Iterable[Opened],
    *,
    areas: Mapping[str, str] | None = None,
    progress: Callable[[int], None] | None = None,
    on: bool = False,
) -> Picture:
    """Build the picture anew from all entries and open it; ``on``: go on with the one that has
    ``begun``, from the entries after it.

    ``progress`` is told how many entries are in, and what it raises ends the work. The old picture
    goes on answering until its owner closes it, and then takes its file along.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number = max((number_of(path) for path in files(folder)), default=0) + 1
    target = numbered(folder, number)
    if not on:
        forget(folder)
    path = next(folder.glob(f"*{_NEXT}"), target.with_suffix(_NEXT))
    often = gc.get_threshold()
    # a batch makes many objects and no circles: looking for them would take a tenth of the time
    gc.set_threshold(100_000, *often[1:])
    try:
        if not path.exists():
            create(path, key, areas or {}, whole=False)
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
    db = connect(path, key, apsw.SQLITE_OPEN_READWRITE)
    try:
        # a batch that is in stays in: written beside first, and synced where it is taken over
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute(f"PRAGMA wal_autocheckpoint = {_BUILD_PAGES}").fetchall()
        db.execute(f"PRAGMA cache_size = -{_BUILD_CACHE_KIB}")
        fold = Fold(db, loaded(db), areas, bulk=True)
        meta = dict(db.execute("SELECT name, value FROM meta").fetchall())
        lsn, last, count = meta["lsn"], meta["hash"], meta.get("count", 0)
        # what came since a stop among the last steps is for who opens the picture
        for batch in _opened_ahead(entries if not meta.get("steps") else ()):
            top = max(batch, key=lambda e: e.lsn)
            lsn, last = max((lsn, last), (top.lsn, top.hash))
            with db:
                fold.take(batch)
                note(db, lsn=lsn, hash=last, count=count + len(batch))
            count += len(batch)
            if progress is not None:
                progress(count)
        if progress is not None:
            # the last steps take long as well, each of them
            db.set_progress_handler(lambda: bool(progress(count)), _OFTEN)
        _finish(db, fold, meta.get("steps", 0))
        db.set_progress_handler(None)
        note(db, whole=1)
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


def _finish(db: apsw.Connection, fold: Fold, done: int) -> None:
    """What a bulk load leaves to the end: repeats, entities of several reports, indexes. Each step
    is whole or not at all, and the first ``done`` of them are.
    """
    first, second, *others = (s for s in schema.INDEXES.strip().split(";") if s.strip())

    def doing(sql: str) -> Callable[[], None]:
        return lambda: run(db, sql)

    def repeats() -> None:
        run(db, first)
        _drop_repeats(db, fold)
        run(db, second)

    def several() -> None:
        sql = "SELECT comp, owner, entity8 FROM report GROUP BY entity8, comp, owner HAVING count(*) > 1"
        groups = db.execute(sql).fetchall()
        for at in range(0, len(groups), _SETTLED):
            fold.settle(*groups[at : at + _SETTLED])

    def tidied() -> None:
        run(db, "INSERT INTO words (words) VALUES ('optimize')")
        run(db, "ANALYZE")

    steps = (repeats, several, doing(_BOXES), *map(doing, others), fold.finish, tidied)
    for at, step in enumerate(steps[done:], done + 1):
        with db:
            step()
            note(db, steps=at)


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
