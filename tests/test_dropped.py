"""A body that is dropped is nowhere: not in a page, not in the journal, not after a restore."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import apsw
import pytest

from conftest import Bench, a_body
from eirene.keys.lock import Lock
from eirene.log import log as log_module
from eirene.log.log import Log, connect
from eirene.log.verify import verify
from eirene.nodes.backup import backup, backup_keys, restore, restore_keys
from eirene.reports.envelope import Body

TWO = [b"words of the first", b"words of the second"]
PIECE = 24


def a_long_one(seed: random.Random) -> Body:
    """Of any size: in a page with others, or over several of its own."""
    words = " ".join(str(seed.random()) for _ in range(seed.choice((1, 20, 200, 3_000))))
    return a_body(content={"narrative": words})


def sealed(log: Log) -> dict[int, bytes]:
    return {lsn: entry.sealed for lsn, entry, _ in log.read_raw()}


def left(folder: Path, bodies: Iterable[bytes]) -> list[str]:
    """Files in which a piece of these bodies stands; of a long one, a dozen pieces are sought."""
    pieces = [
        body[at : at + PIECE]
        for body in bodies
        for at in range(0, len(body) - PIECE, max(PIECE, len(body) // 12))
    ]
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in files if _any(pieces, path.read_bytes())]


def _any(pieces: list[bytes], read: bytes) -> bool:
    return any(piece in read for piece in pieces)


def drop_and_look(bench: Bench, lsns: Sequence[int]) -> list[str]:
    gone = [body for lsn, body in sealed(bench.log).items() if lsn in lsns]
    assert left(bench.folder / "log", gone)
    assert bench.log.drop_bodies(lsns)
    return left(bench.folder / "log", gone)


@pytest.mark.parametrize("seed", range(3))
def test_dropped_bodies_are_in_no_file_of_the_log(bench: Bench, seed: int) -> None:
    made = random.Random(seed)
    for _ in range(40):  # one by one, so that pages split under them
        bench.log.append([a_long_one(made) for _ in range(made.choice((1, 1, 3)))])
    lsns = list(sealed(bench.log))
    made.shuffle(lsns)
    for at in range(0, len(lsns), 20):  # neighbours move when pages empty
        assert drop_and_look(bench, lsns[at : at + 20]) == []
    assert verify(bench.log, bench.keys).good
    assert verify(bench.log, bench.keys).erased == len(lsns)


def test_the_look_finds_what_a_page_that_was_split_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(path: Path, **how: object) -> apsw.Connection:
        made = connect(path, **how)  # pyright: ignore[reportArgumentType]
        made.pragma("secure_delete", "OFF")
        return made

    monkeypatch.setattr(log_module, "connect", careless)
    bench = Bench(tmp_path)
    for _ in range(40):
        bench.log.append([a_body()])
    assert drop_and_look(bench, list(sealed(bench.log))) == ["log.db"]
    bench.close()


def test_a_reader_of_the_journal_delays_it_and_nobody_else(bench: Bench) -> None:
    bench.log.append([a_body() for _ in range(20)])
    gone = list(sealed(bench.log).values())
    reader = apsw.Connection(str(bench.folder / "log" / "log.db"), apsw.SQLITE_OPEN_READONLY)
    reader.execute("BEGIN")
    reader.execute("SELECT max(lsn) FROM entry").fetchall()
    began = time.monotonic()
    assert not bench.log.drop_bodies(range(1, 22))
    assert not bench.log.tidy()
    bench.log.append([a_body()])
    assert time.monotonic() - began < 3
    assert left(bench.folder / "log", gone)
    reader.close()
    assert bench.log.tidy()
    assert left(bench.folder / "log", gone) == []


def test_a_stop_between_noting_and_dropping_is_taken_up(bench: Bench) -> None:
    opened = bench.log.append([a_body(), a_body()])
    gone = sealed(bench.log)[opened[0].lsn]
    bench.keys.drops.note([(opened[0].lsn, opened[0].hash), (opened[1].lsn, b"another" * 4)])
    log = bench.reopen()
    assert [one.body is None for one in log.read()] == [False, True, False]
    assert left(bench.folder / "log", [gone]) == []
    assert verify(log, bench.keys).good
    assert bench.keys.drops.waiting() == []


def test_no_backup_brings_a_dropped_body_back(bench: Bench, tmp_path: Path) -> None:
    opened = bench.log.append([a_body(), a_body()])
    gone = sealed(bench.log)[opened[0].lsn]
    backup(bench.log, bench.keys, bench.folder / "attachments", tmp_path / "b")
    bench.log.drop_bodies([opened[0].lsn])
    backup_keys(bench.keys, tmp_path / "k", TWO)
    keys = restore_keys(tmp_path / "k", tmp_path / "new" / "keys", TWO, Lock("plain"))
    restore(keys, tmp_path / "b", tmp_path / "new")
    assert left(tmp_path / "new" / "log", [gone]) == []
    log = Log.open(tmp_path / "new" / "log", keys)
    assert [one.body is None for one in log.read()] == [False, True, False]
    assert verify(log, keys).good
    log.close()
    keys.close()


def test_what_an_older_key_store_does_not_know_is_learnt_from_the_backup(
    bench: Bench, tmp_path: Path
) -> None:
    opened = bench.log.append([a_body(), a_body()])
    backup_keys(bench.keys, tmp_path / "k", TWO)
    bench.log.drop_bodies([opened[0].lsn])
    backup(bench.log, bench.keys, bench.folder / "attachments", tmp_path / "b")
    keys = restore_keys(tmp_path / "k", tmp_path / "new" / "keys", TWO, Lock("plain"))
    restore(keys, tmp_path / "b", tmp_path / "new")
    log = Log.open(tmp_path / "new" / "log", keys)
    assert verify(log, keys).good
    assert verify(log, keys).erased == 1
    log.close()
    keys.close()


def test_a_body_that_somebody_took_away_or_put_back_is_a_fault(bench: Bench) -> None:
    opened = bench.log.append([a_body(), a_body()])
    kept = sealed(bench.log)[opened[0].lsn]
    bench.log.drop_bodies([opened[0].lsn])
    path = bench.folder / "log" / "log.db"
    bench.close()
    db = connect(path, sync=True)
    db.execute("UPDATE entry SET sealed = ? WHERE lsn = ?", (kept, opened[0].lsn))
    db.execute("UPDATE entry SET sealed = x'' WHERE lsn = ?", (opened[1].lsn,))
    db.close()
    log = bench.reopen()
    assert [str(fault) for fault in verify(log, bench.keys).faults] == [
        "entry 2: altered: its body was erased here, and is back",
        "entry 3: altered: its body is gone, and was not erased",
    ]


def test_no_name_of_a_compartment_stands_in_a_log_of_this_or_an_older_node(bench: Bench) -> None:
    opened = bench.log.append([a_body(compartment="org-token-7141"), a_body(compartment="command")])
    path = bench.folder / "log" / "log.db"
    bench.close()
    assert b"7141" not in path.read_bytes()
    older = connect(path, sync=True)  # names in clear, and a body dropped without a note
    older.execute("UPDATE chain SET compartment = 'org-token-7141'")
    older.execute("UPDATE entry SET sealed = x'' WHERE lsn = ?", (opened[1].lsn,))
    older.close()
    assert b"7141" in path.read_bytes()
    log = bench.reopen()
    assert b"7141" not in b"".join(p.read_bytes() for p in path.parent.iterdir())
    assert verify(log, bench.keys).good
    assert log.append([a_body(compartment="org-token-7141")])[0].header.sequence == 2
    bench.close()
    assert b"7141" not in b"".join(p.read_bytes() for p in path.parent.iterdir())
