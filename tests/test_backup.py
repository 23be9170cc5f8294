"""Backups hold what was acknowledged before they began, and never overwrite."""

from __future__ import annotations

import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conftest import Bench, a_body
from eirene.errors import BackupFailed, NotANode, WrongLock
from eirene.keys.lock import Lock
from eirene.keys.store import KeyStore
from eirene.log.log import Log
from eirene.log.verify import verify
from eirene.maps import Asked, add, file_of, listed
from eirene.missions import own
from eirene.missions.divisions import Told
from eirene.nodes import ground
from eirene.nodes.backup import backup, backup_keys, check, restore, restore_keys
from map_files import mbtiles, png

TWO = [b"words of the first", b"words of the second"]


def restored(bench: Bench, file: Path, folder: Path) -> tuple[KeyStore, Log]:
    """The node again, on another machine."""
    backup_keys(bench.keys, folder / "keys.backup", TWO)
    keys = restore_keys(folder / "keys.backup", folder / "keys", TWO, Lock("plain"))
    restore(keys, file, folder)
    return keys, Log.open(folder / "log", keys)


def ids(log: Log) -> set[bytes]:
    return {opened.body.id for opened in log.read(check=True) if opened.body}


def test_a_backup_under_full_load_holds_everything_acknowledged_before(
    bench: Bench, tmp_path: Path
) -> None:
    bench.log.append([a_body() for _ in range(300)])
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            bench.log.append([a_body(compartment="mission")])

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    before = ids(bench.log)
    backup(bench.log, bench.keys, bench.folder / "attachments", tmp_path / "b")
    stop.set()
    for thread in threads:
        thread.join()
    (tmp_path / "new").mkdir()
    keys, log = restored(bench, tmp_path / "b", tmp_path / "new")
    assert before <= ids(log)
    assert verify(log, keys).good
    log.close()
    keys.close()


def test_after_a_restore_new_chains_name_the_old_ones_end(bench: Bench, tmp_path: Path) -> None:
    last = bench.log.append([a_body(), a_body()])[-1]
    backup(bench.log, bench.keys, bench.folder / "attachments", tmp_path / "b")
    (tmp_path / "new").mkdir()
    keys, log = restored(bench, tmp_path / "b", tmp_path / "new")
    assert keys.author("command").continues == (last.header.author, 2, last.hash)
    opened = log.append([a_body()])[0]
    assert opened.header.author != last.header.author
    assert opened.header.clock > last.header.clock
    assert verify(log, keys).good
    log.close()
    keys.close()


def test_attachments_come_back(bench: Bench, tmp_path: Path) -> None:
    bench.log.append([a_body()])
    (bench.folder / "attachments" / "ab").mkdir(parents=True)
    (bench.folder / "attachments" / "ab" / "cd").write_bytes(b"x" * 3_000_000)
    backup(bench.log, bench.keys, bench.folder / "attachments", tmp_path / "b")
    (tmp_path / "new").mkdir()
    keys, log = restored(bench, tmp_path / "b", tmp_path / "new")
    assert (tmp_path / "new" / "attachments" / "ab" / "cd").read_bytes() == b"x" * 3_000_000
    log.close()
    keys.close()


def test_a_backup_tells_nothing_and_never_overwrites(bench: Bench, tmp_path: Path) -> None:
    opened = bench.log.append([a_body(content={"summary": "TOKEN-7141"})])[0]
    file = tmp_path / "b"
    backup(bench.log, bench.keys, bench.folder / "attachments", file)
    data = file.read_bytes()
    assert b"TOKEN" not in data and opened.header.author not in data
    with pytest.raises(BackupFailed):
        backup(bench.log, bench.keys, bench.folder / "attachments", file)
    with pytest.raises(NotANode):
        restore(bench.keys, file, bench.folder)


@pytest.mark.parametrize("damage", ["flip", "cut", "swap"])
def test_a_damaged_backup_is_refused_and_leaves_no_log(
    bench: Bench, tmp_path: Path, damage: str
) -> None:
    bench.log.append([a_body() for _ in range(20)])
    file = tmp_path / "b"
    backup(bench.log, bench.keys, bench.folder / "attachments", file)
    data = bytearray(file.read_bytes())
    if damage == "flip":
        data[len(data) // 2] ^= 1
    elif damage == "cut":
        del data[-30:]
    else:
        data[100:200], data[300:400] = data[300:400], data[100:200]
    file.write_bytes(bytes(data))
    with pytest.raises(BackupFailed):
        check(bench.keys, file)
    (tmp_path / "new").mkdir()
    with pytest.raises(BackupFailed):
        restored(bench, file, tmp_path / "new")
    assert not (tmp_path / "new" / "log" / "log.db").exists()


def test_keys_open_only_with_both_custodians_in_order(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "k"
    backup_keys(bench.keys, file, TWO)
    for wrong in ([TWO[0]], [TWO[0], TWO[0]], [TWO[1], TWO[0]], [TWO[0], b"other words"]):
        with pytest.raises(WrongLock):
            restore_keys(file, tmp_path / "keys2", wrong, Lock("plain"))
    assert not (tmp_path / "keys2" / "keys.db").exists()


def test_a_backup_of_another_mission_is_refused(bench: Bench, tmp_path: Path) -> None:
    bench.log.append([a_body()])
    backup(bench.log, bench.keys, bench.folder / "attachments", tmp_path / "b")
    other = KeyStore.create(
        tmp_path / "k", Lock("plain"), realm="exercise", node="x", owner="mission"
    )
    with pytest.raises(BackupFailed) as error:
        restore(other, tmp_path / "b", tmp_path / "new")
    assert "another mission" in error.value.message
    other.close()


def test_maps_and_divisions_come_back_sealed_between(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.log.append([a_body()])
    source = mbtiles(tmp_path / "a.mbtiles", [((0, 0, 0), png())])
    when = datetime(2026, 11, 26, tzinfo=UTC)
    maps = [add(bench.folder, source, Asked(title=t, attribution="X"), when) for t in ("A", "B")]
    rows = [{"level": "1", "pcode": "QR1", "name": "Quillorn"}]
    own.add(bench.folder, Told("made", "M", source="s"), [], rows)
    file_of(bench.folder, "own-b").write_bytes(b"b" * 3_000_000)
    (bench.folder / "maps" / ".making-x").mkdir()
    (bench.folder / "divisions" / ".making-x").mkdir()
    monkeypatch.setattr(ground, "LARGEST", 2_900_000)
    made = backup(
        bench.log, bench.keys, bench.folder / "attachments", tmp_path / "b", node=bench.folder
    )
    assert (made.maps, made.divisions, made.left_out) == (1, 1, ["maps/own-b.pmtiles"])
    assert made.ground_bytes > file_of(bench.folder, "own-a").stat().st_size
    sealed = (tmp_path / "b").read_bytes()
    assert b"Quillorn" not in sealed and b"own-a" not in sealed and b"PMTiles" not in sealed
    (tmp_path / "new" / "maps").mkdir(parents=True)
    keys, log = restored(bench, tmp_path / "b", tmp_path / "new")
    new = tmp_path / "new"
    assert file_of(new, "own-a").read_bytes() == file_of(bench.folder, "own-a").read_bytes()
    assert listed(new) == maps[:1]
    shutil.copy(file_of(bench.folder, "own-b"), file_of(new, "own-b"))  # as the command says
    assert listed(new) == maps
    assert own.listed(new)[0][0] == own.listed(bench.folder)[0][0]
    assert sorted(one.name for one in new.iterdir() if one.name.startswith("ground")) == []
    log.close()
    keys.close()


def test_a_restore_leaves_maps_that_are_there(bench: Bench, tmp_path: Path) -> None:
    bench.log.append([a_body()])
    for folder, text in ((bench.folder, b"old"), (tmp_path / "new", b"here")):
        (folder / "maps").mkdir(parents=True)
        (folder / "maps" / "own-a.pmtiles").write_bytes(text)
    (tmp_path / "new" / "ground.part" / "maps").mkdir(parents=True)
    (tmp_path / "new" / "ground.part" / "maps" / "own-c.pmtiles").write_bytes(b"half")
    backup(bench.log, bench.keys, bench.folder / "attachments", tmp_path / "b", node=bench.folder)
    keys, log = restored(bench, tmp_path / "b", tmp_path / "new")
    left = {one.name: one.read_bytes() for one in (tmp_path / "new" / "maps").glob("own*")}
    assert left == {"own-a.pmtiles": b"here"}
    log.close()
    keys.close()


@pytest.mark.parametrize("name", ["maps/../keys/x", "/etc/x", "maps/.lock", "keys/x", "maps/a/b"])
def test_no_backup_puts_a_file_elsewhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(BackupFailed, match="outside the node"):
        ground.put_back(tmp_path, name, b"x")
    assert list(tmp_path.iterdir()) == []


def stopped(bench: Bench, file: Path, after: int, node: Path | None = None) -> None:
    """A backup that somebody stops after so many steps."""

    def stop(done: int, of: int) -> None:
        assert 0 < done <= of
        if done >= after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup(bench.log, bench.keys, bench.folder / "attachments", file, stop, node=node)
    assert not file.exists(), "half a backup looks whole"


@pytest.fixture
def laden(bench: Bench) -> Bench:
    """Entries, files and a map, each of several pieces."""
    bench.log.append([a_body() for _ in range(50)])
    for name in ("aa/1", "bb/2"):
        path = bench.folder / "attachments" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(name.encode() * 700_000)
    (bench.folder / "maps").mkdir()
    (bench.folder / "maps" / "own-a.pmtiles").write_bytes(b"map" * 700_000)
    return bench


@pytest.mark.parametrize("after", [1, 51, 53, 56, 60, 100])
def test_a_backup_that_was_stopped_is_gone_on_with(
    laden: Bench, tmp_path: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eirene.nodes.pieces._PAGE", 20)
    file, part = tmp_path / "b", tmp_path / "b.part"
    stopped(laden, file, after, laden.folder)
    (copy,) = [one for one in laden.keys.erased.copies() if one.kind == "data"]
    with part.open("ab") as torn:
        torn.write(b"\0\0\0\x30torn off by a power cut")
    before = part.read_bytes()
    laden.log.append([a_body() for _ in range(3)])  # the node lives on meanwhile
    made = backup(laden.log, laden.keys, laden.folder / "attachments", file, node=laden.folder)
    assert made.left
    assert made.kept > len(before) - 1_200_000
    assert file.read_bytes().startswith(before[: made.kept])
    assert not part.exists()
    assert [one.id for one in laden.keys.erased.copies() if one.kind == "data"] == [copy.id]
    assert made.entries == laden.log.last_lsn
    (tmp_path / "new").mkdir()
    keys, log = restored(laden, file, tmp_path / "new")
    assert verify(log, keys).good
    assert ids(log) == ids(laden.log)
    for name in ("attachments/aa/1", "attachments/bb/2", "maps/own-a.pmtiles"):
        assert (tmp_path / "new" / name).read_bytes() == (laden.folder / name).read_bytes(), name
    log.close()
    keys.close()


def test_what_a_stopped_backup_holds_and_the_node_has_no_more_is_not_kept(
    laden: Bench, tmp_path: Path
) -> None:
    file = tmp_path / "b"
    stopped(laden, file, 53)
    (laden.folder / "attachments" / "aa" / "1").unlink()
    made = backup(laden.log, laden.keys, laden.folder / "attachments", file)
    assert made.files == 3, "of the other file"
    (tmp_path / "new").mkdir()
    keys, log = restored(laden, file, tmp_path / "new")
    names = [one.name for one in (tmp_path / "new" / "attachments").rglob("*") if one.is_file()]
    assert names == ["2"]
    log.close()
    keys.close()
    (tmp_path / "c.part").write_bytes(b"something else")
    assert backup(laden.log, laden.keys, laden.folder / "attachments", tmp_path / "c").kept == 0


def test_no_frame_of_another_backup_fits_behind_one_that_was_stopped(
    laden: Bench, tmp_path: Path
) -> None:
    stopped(laden, tmp_path / "b", 53)
    kept = (tmp_path / "b.part").read_bytes()
    backup(laden.log, laden.keys, laden.folder / "attachments", tmp_path / "b")
    whole = (tmp_path / "b").read_bytes()
    at = whole.index(b"\xff\xff\xff\xff", len(kept) - 1_200_000)
    (tmp_path / "d").write_bytes(whole[: at + 4] + b"\7" * 32 + whole[at + 36 :])
    with pytest.raises(BackupFailed):
        check(laden.keys, tmp_path / "d")


def test_a_restore_that_was_stopped_begins_again(laden: Bench, tmp_path: Path) -> None:
    file, new = tmp_path / "b", tmp_path / "new"
    backup(laden.log, laden.keys, laden.folder / "attachments", file, node=laden.folder)
    new.mkdir()
    backup_keys(laden.keys, new / "keys.backup", TWO)
    keys = restore_keys(new / "keys.backup", new / "keys", TWO, Lock("plain"))

    put_back = ground.put_back

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    ground.put_back = stop
    try:
        with pytest.raises(KeyboardInterrupt):
            restore(keys, file, new)
    finally:
        ground.put_back = put_back
    assert not (new / "log" / "log.db").exists()
    restore(keys, file, new)
    for name in ("attachments/aa/1", "attachments/bb/2", "maps/own-a.pmtiles"):
        assert (new / name).read_bytes() == (laden.folder / name).read_bytes(), name
    assert sorted(one.name for one in new.iterdir() if one.name.endswith(".part")) == []
    keys.close()
