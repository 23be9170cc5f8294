"""Keys of an erased organisation are in no byte of the key store, and no copy is forgotten."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from conftest import Bench, a_body
from eirene.errors import BackupFailed, NotAllowed
from eirene.keys.erased import BEFORE, Copy, Erasure, Receipt
from eirene.keys.lock import Lock, open_lock
from eirene.keys.store import KeyStore
from eirene.log.traces import traces
from eirene.nodes.backup import backup, backup_keys, copy_id, restore_keys

TWO = [b"words of the first", b"words of the second"]
NOW = datetime(2026, 11, 25, 15, tzinfo=UTC)
LAMP = Erasure(organisation="lamp", compartment="org-lamp", at=NOW)


def in_clear(folder: Path, beside: Path) -> bytes:
    """Every page of a key store, free ones too, with what the journal adds."""
    shutil.copytree(folder, beside)
    db = apsw.Connection(str(beside / "keys.db"))
    db.pragma("cipher", "aegis")
    db.pragma("hexkey", open_lock(beside, None).hex())
    db.pragma("journal_mode", "DELETE")
    db.execute("PRAGMA rekey = ''").fetchall()
    db.close()
    return (beside / "keys.db").read_bytes()


def test_destroyed_keys_are_in_no_page_and_no_journal(bench: Bench, tmp_path: Path) -> None:
    keys = bench.keys
    months = [f"2026-{month:02}" for month in range(1, 13)]
    every = {
        (owner, where): [keys.data_key(owner, where, month).key for month in months]
        for owner in ("lamp", "mission", "Lamp")
        for where in ("org-lamp", "partners")
    }
    private = keys.author("org-lamp").private.private_bytes_raw()
    stays = every.pop(("mission", "partners"))
    before = in_clear(bench.folder / "keys", tmp_path / "before")
    assert all(key in before for some in every.values() for key in some)
    assert private in before
    assert keys.destroy("lamp", "org-lamp") == 60
    assert keys.tidy()
    assert (bench.folder / "keys" / "keys.db-wal").stat().st_size == 0
    after = in_clear(bench.folder / "keys", tmp_path / "after")
    assert not any(key in after for some in every.values() for key in some)
    assert private not in after
    assert b"org-lamp" not in after
    assert all(key in after for key in stays)
    assert keys.destroy("lamp", "org-lamp") == 0


def test_nothing_is_sealed_for_an_erased_organisation_any_more(bench: Bench) -> None:
    keys = bench.keys
    bench.log.append([a_body(owner="lamp", compartment="org-lamp")])
    keys.erased.keep(LAMP)
    bench.log.append([a_body(owner="mission", compartment="org-lamp")])  # a recall, say
    keys.destroy("lamp", "org-lamp")
    keys.erased.keep(Erasure(organisation="lamp", compartment="org-lamp", at=NOW, keyless=True))
    for body in (
        a_body(owner="Lamp", compartment="partners"),
        a_body(owner="mission", compartment="org-lamp"),
        a_body(owner="mission", compartment="ORG-LAMP"),
    ):
        with pytest.raises(NotAllowed):
            bench.log.append([body])
    bench.log.append([a_body()])
    assert "org-lamp" not in keys.compartments()
    log = bench.reopen()
    with pytest.raises(NotAllowed):
        log.append([a_body(owner="lamp")])
    assert [one.body is None for one in log.read()] == [True, True, True, False, False]
    assert traces(log, "mission", "lamp", "org-lamp").lsns == []


def test_every_backup_is_listed_before_it_is_written(bench: Bench, tmp_path: Path) -> None:
    bench.log.append([a_body()])
    backup(bench.log, bench.keys, bench.folder / "attachments", tmp_path / "b")
    backup_keys(bench.keys, tmp_path / "k", TWO)
    with pytest.raises(BackupFailed):
        backup(bench.log, bench.keys, bench.folder / "attachments", tmp_path / "no" / "b")
    listed = [(one.kind, one.name, one.id) for one in bench.keys.erased.copies()]
    (tmp_path / "k").rename(tmp_path / "elsewhere")
    assert listed == [
        ("data", str(tmp_path / "b"), copy_id(tmp_path / "b")),
        ("keys", str(tmp_path / "k"), copy_id(tmp_path / "elsewhere")),
    ]
    again = restore_keys(tmp_path / "elsewhere", tmp_path / "new", TWO, Lock("plain"))
    kinds = [one.kind for one in again.erased.copies()]
    assert kinds == ["data", "keys", "node"]  # the backup that it came from, and its other self
    again.close()


def test_a_store_of_an_older_node_says_what_it_cannot_know(bench: Bench) -> None:
    bench.close()
    folder = bench.folder / "keys"
    db = apsw.Connection(str(folder / "keys.db"))
    db.pragma("cipher", "aegis")
    db.pragma("hexkey", open_lock(folder, None).hex())
    for table in ("dropped", "erasure", "copy"):
        db.execute(f"DROP TABLE {table}")
    db.close()
    bench.reopen()
    assert [one.id for one in bench.keys.erased.copies()] == [BEFORE]
    bench.reopen()
    assert [one.id for one in bench.keys.erased.copies()] == [BEFORE]


def test_an_erasure_is_complete_only_when_each_older_copy_is_receipted(bench: Bench) -> None:
    list_ = bench.keys.erased
    for at, name in ((NOW.replace(hour=1), "old"), (NOW.replace(hour=20), "later")):
        list_.note_copy(Copy(id=name, kind="keys", name=name, made=at))
    list_.keep(LAMP)
    assert [one.id for one in LAMP.outstanding(list_.copies())] == ["old", "later"]
    done = Erasure(organisation="lamp", compartment="org-lamp", at=NOW, finished=NOW)
    assert [one.id for one in done.outstanding(list_.copies())] == ["old"]
    receipt = Receipt(at=NOW, by="custodian", reason="shredded")
    done = Erasure(
        organisation="lamp", compartment="", at=NOW, finished=NOW, receipts={"old": receipt}
    )
    list_.keep(done)
    assert done.outstanding(list_.copies()) == []
    bench.reopen()
    assert bench.keys.erased.of(" LAMP ") == done


def test_the_list_of_the_erased_goes_into_backups_of_the_keys(bench: Bench, tmp_path: Path) -> None:
    bench.keys.data_key("lamp", "org-lamp", "2026-11")
    bench.keys.erased.keep(LAMP)
    bench.keys.destroy("lamp", "org-lamp")
    assert backup_keys(bench.keys, tmp_path / "k", TWO) == 0
    again = restore_keys(tmp_path / "k", tmp_path / "new", TWO, Lock("plain"))
    assert again.erased.of("lamp") == LAMP
    assert len(again.destroyed()) == 1
    again.close()
    assert KeyStore.open(tmp_path / "new", None).erased.all() == [LAMP]
