"""``log verify`` names the first entry that was altered, removed, inserted or lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import apsw
import pytest

from conftest import Bench, a_body
from eirene.errors import DamagedLog
from eirene.log.verify import Fault, verify


@pytest.fixture
def filled(bench: Bench) -> Bench:
    """Ten entries: the introduction and nine reports, noted as acknowledged."""
    bench.log.append([a_body() for _ in range(9)])
    bench.log.note_high_water()
    return bench


def tamper(bench: Bench, *statements: tuple[str, tuple[Any, ...]]) -> list[Fault]:
    """What a hand in the file leaves behind."""
    db = apsw.Connection(str(bench.folder / "log" / "log.db"))
    for sql, params in statements:
        db.execute(sql, params)
    db.close()
    return verify(bench.log, bench.keys).faults


def flipped(bench: Bench, column: str, lsn: int, at: int) -> tuple[str, tuple[Any, ...]]:
    db = apsw.Connection(str(bench.folder / "log" / "log.db"))
    value = bytearray(db.execute(f"SELECT {column} FROM entry WHERE lsn = ?", (lsn,)).get)
    value[at] ^= 1
    db.close()
    return f"UPDATE entry SET {column} = ? WHERE lsn = ?", (bytes(value), lsn)


def test_an_untouched_log_is_good(filled: Bench) -> None:
    verdict = verify(filled.log, filled.keys)
    assert verdict.good and verdict.entries == 10 and verdict.chains == 1


@pytest.mark.parametrize(
    ("column", "at"), [("sealed", 5), ("sealed", -1), ("header", -40), ("header", -1)]
)
def test_an_altered_entry_is_named(filled: Bench, column: str, at: int) -> None:
    faults = tamper(filled, flipped(filled, column, 4, at))
    assert faults[0].lsn == 4
    assert faults[0].what == "altered"


def test_an_altered_signature_is_named(filled: Bench) -> None:
    faults = tamper(filled, flipped(filled, "signature", 10, 3))
    assert (faults[0].what, faults[0].lsn) == ("altered", 10)


def test_a_removed_entry_is_named(filled: Bench) -> None:
    faults = tamper(filled, ("DELETE FROM entry WHERE lsn = 5", ()))
    assert (faults[0].what, faults[0].lsn) == ("removed", 5)


def test_a_removed_entry_is_named_when_the_rest_closes_up(filled: Bench) -> None:
    faults = tamper(
        filled,
        ("DELETE FROM entry WHERE lsn = 5", ()),
        ("UPDATE entry SET lsn = -lsn WHERE lsn > 5", ()),
        ("UPDATE entry SET lsn = -lsn - 1 WHERE lsn < 0", ()),
    )
    assert (faults[0].what, faults[0].lsn) == ("removed", 5)


def test_an_inserted_entry_is_named(filled: Bench) -> None:
    faults = tamper(
        filled,
        ("UPDATE entry SET lsn = -lsn WHERE lsn > 5", ()),
        ("UPDATE entry SET lsn = -lsn + 1 WHERE lsn < 0", ()),
        (
            "INSERT INTO entry SELECT 6, header, sealed, signature, received FROM entry WHERE lsn = 3",
            (),
        ),
    )
    assert (faults[0].what, faults[0].lsn) == ("inserted", 6)


def test_a_lost_end_is_named_and_the_log_does_not_open(filled: Bench) -> None:
    faults = tamper(
        filled,
        ("DELETE FROM entry WHERE lsn > 7", ()),
        ("UPDATE chain SET sequence = 6", ()),
    )
    assert faults[0].what == "inserted" or faults[0].what == "lost at the end"
    assert any(fault.what == "lost at the end" for fault in faults)
    filled.log._db.close()  # pyright: ignore[reportPrivateUsage]
    filled.log._held.close()  # pyright: ignore[reportPrivateUsage]
    from eirene.log.log import Log

    with pytest.raises(DamagedLog) as error:
        Log.open(filled.folder / "log", filled.keys)
    assert "lost its end" in error.value.message and error.value.remedy
    filled.log = Log.open(filled.folder / "log", filled.keys, whole=False)
    filled.keys.note_high_water({})


def test_a_swapped_pair_is_found(filled: Bench) -> None:
    faults = tamper(
        filled,
        ("UPDATE entry SET lsn = 100 WHERE lsn = 4", ()),
        ("UPDATE entry SET lsn = 4 WHERE lsn = 5", ()),
        ("UPDATE entry SET lsn = 5 WHERE lsn = 100", ()),
    )
    assert faults and faults[0].lsn <= 5


def test_a_damaged_file_is_one_sentence(filled: Bench) -> None:
    path = filled.folder / "log" / "log.db"
    db = apsw.Connection(str(path))
    db.pragma("wal_checkpoint", "TRUNCATE")
    size = path.stat().st_size
    db.close()
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * 4096)
    verdict = verify(filled.log, filled.keys)
    assert not verdict.good


Check = Callable[[Bench], None]
