"""Append: in bulk, and one by one beside a bare synced insert into SQLite."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import apsw

from benchmarks.figures import (
    Figure,
    at_least,
    at_most,
    folder,
    kind_of_disk,
    percentile,
    say,
    spread,
)
from benchmarks.made import bodies
from eirene.keys.lock import Lock
from eirene.keys.store import KeyStore
from eirene.log.log import Log
from eirene.reports.envelope import Body, encode_body, pad
from eirene.reports.packing import packed

BULK_TARGET = 20_000
RATIO_TARGET = 3.0
_POST = 1_000
"""Reports in one call: as many as one post may hold."""
_ROUNDS = 5
_WARM = 40
_AROUND = 350
"""Bytes of a row beside the sealed body: header, signature, columns."""


def open_log(where: Path) -> tuple[KeyStore, Log]:
    """A log of its own, as a node has it."""
    keys = KeyStore.create(
        where / "keys", Lock("plain"), realm="exercise", node="bench", owner="replay"
    )
    return keys, Log.open(where / "log", keys)


def run(*, quick: bool) -> Iterator[Figure]:
    """Both figures of the log."""
    with folder() as where:
        keys, log = open_log(where)
        try:
            yield _bulk(log, 10_000 if quick else 50_000, kind_of_disk(where))
            yield _single(log, where, 200 if quick else 1_000)
        finally:
            log.close()
            keys.close()


def _bulk(log: Log, size: int, disk: str) -> Figure:
    """Reports a second in calls of 1,000: the middle one of five rounds."""
    rates: list[float] = []
    stream = bodies(size * _ROUNDS)
    for _ in range(_ROUNDS):
        made = list(islice(stream, size))
        began = time.perf_counter()
        for at in range(0, size, _POST):
            log.append(made[at : at + _POST])
        rates.append(size / (time.perf_counter() - began))
        say(f"append in bulk: {rates[-1]:,.0f} reports/s")
    return at_least(
        "log: append in bulk, signed, sealed, synced",
        BULK_TARGET,
        percentile(rates, 50),
        "reports/s",
        size * _ROUNDS,
        f"calls of {_POST:,}; median of {_ROUNDS} rounds, slowest {min(rates):,.0f}; {disk}",
    )


def _single(log: Log, where: Path, rounds: int) -> Figure:
    """One report a call, and one bare insert of as many bytes, in turn."""
    bare = _bare(where / "bare.db")
    ours: list[float] = []
    theirs: list[float] = []

    def append(body: Body) -> None:
        log.append([body])

    def insert(body: Body) -> None:
        bare.execute("INSERT INTO row (bytes) VALUES (zeroblob(?))", (sizes[body.id],))

    made = list(bodies(rounds + _WARM, seed=2))
    sizes = {body.id: len(pad(bytes(32), packed(encode_body(body)))) + _AROUND for body in made}
    turns = [(append, ours), (insert, theirs)]
    for at, body in enumerate(made):
        for do, times in turns if at % 2 else reversed(turns):
            began = time.perf_counter()
            do(body)
            if at >= _WARM:
                times.append((time.perf_counter() - began) * 1e3)
    bare.close()
    return at_most(
        "log: one append, p50 against one bare synced insert",
        RATIO_TARGET,
        percentile(ours, 50) / percentile(theirs, 50),
        "times",
        rounds,
        f"append {spread(ours, 'ms')}; bare {spread(theirs, 'ms')}",
    )


def _bare(path: Path) -> apsw.Connection:
    """SQLite with the log's page size, journal and syncing, and nothing of ours."""
    db = apsw.Connection(str(path))
    db.pragma("page_size", 8192)
    db.pragma("journal_mode", "WAL")
    db.pragma("synchronous", "FULL")
    db.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, bytes BLOB)")
    return db
