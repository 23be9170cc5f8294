"""An organisation leaves, and nothing of it is left: in no file, no backup, no export, no account."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from eirene.app import Node
from eirene.errors import NodeError
from eirene.keys.lock import Lock
from eirene.log.traces import Found
from eirene.log.verify import verify
from eirene.nodes.backup import backup_keys, restore, restore_keys
from leaving import (
    ALONE,
    AMBER,
    CODE,
    FILE_HASH,
    FILES,
    FOCAL,
    ROLES,
    SIGN,
    Leaving,
    again,
    exports_of,
    look_at_all,
    opened,
    readable,
    remembered,
)
from scanning import traces
from test_dropped import left

TWO = [b"words of the first", b"words of the second"]
OTHERS = [*ROLES, AMBER]
UNTOUCHED = {f"{user} in {where}" for user, where in ALONE.items()}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Leaving]:
    made = Leaving(tmp_path / "node")
    yield made
    made.close()


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed node with everything in it."""
    made = Leaving(tmp_path_factory.mktemp("grown") / "node")
    made.grow()
    made.close()
    return made.folder


class Watch:
    """Notes every file that is there at any moment in some folders, and what stands in it."""

    def __init__(self, *folders: Path) -> None:
        self.folders = folders
        self.names: set[str] = set()
        self.found: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._stop.wait(0.002):
            for folder in self.folders:
                for path in folder.rglob("*"):
                    if path.is_file():
                        name = str(path.relative_to(folder))
                        fresh = name not in self.names
                        self.names.add(name)
                        if fresh:
                            self.found |= {name for _ in traces_in(path)}

    def end(self) -> None:
        self._stop.set()
        self._thread.join()


def traces_in(path: Path) -> Iterator[str]:
    try:
        if SIGN.encode() in path.read_bytes():
            yield path.name
    except FileNotFoundError:
        pass


def without(form: str, data: bytes, ids: set[str]) -> list[str]:
    """The reports of an export, but for these."""
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
        kept = [{k: v for k, v in row.items() if v} for row in rows if row["id"] not in ids]
        return [json.dumps(row, sort_keys=True) for row in kept]
    if form == "geojson":
        made = json.loads(data)["features"]
        return [json.dumps(one) for one in made if one["id"] not in ids]
    places = data.decode().split("<Placemark")[1:]
    return [one.split("</Placemark>")[0] for one in places if not any(i in one for i in ids)]


@pytest.mark.slow
def test_nothing_of_it_is_left(
    world: Leaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("SQLITE_TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    world.grow()
    node = world.node
    before = world.exports(OTHERS)
    assert node.erasing.plan(CODE).found.others > 1
    rows, sealed, keys = world.its_rows(), world.its_sealed(), world.its_keys()
    text = readable(node).lower()
    assert len(world.planted) >= 200
    assert not {word for word in world.planted if word not in text}
    node.backup(tmp_path / "b")
    backup_keys(node.keys, tmp_path / "old-keys", TWO)
    world.close()
    assert SIGN.encode() in opened(world.folder, tmp_path / "before").lower()
    shutil.rmtree(tmp_path / "before")
    assert set(left(world.folder / "log", sealed.values())) == {"log.db"}
    world.reopen()

    watch = Watch(world.folder, temporary)
    assert world.node.erasing.ask(CODE, FOCAL, reason=f"we leave {SIGN}why")
    status = world.node.erasing.erase(CODE)
    watch.end()

    assert not [name for name in watch.names if not FILES.fullmatch(name)]
    assert not watch.found
    assert not status.complete
    assert {one.kind for one in status.outstanding} == {"keys", "data"}
    node = world.node
    found = verify(node.log, node.keys)
    assert found.good, found.faults
    assert found.erased == len(node.keys.drops.all() & set(world.hashes()))
    assert found.erased >= len(sealed)
    assert SIGN not in readable(node).lower()
    assert world.its_files
    there = {path.name for path in (world.folder / "attachments").iterdir()}
    assert there == world.other_files | {(b"o" * 32).hex()}
    _others_are_unchanged(world.exports(OTHERS), before, rows)
    backup_keys(node.keys, tmp_path / "new-keys", TWO)
    world.close()
    everything = opened(world.folder, tmp_path / "after").lower()
    assert SIGN.encode() not in everything
    assert not any(key.lower() in everything for key in keys)
    assert left(world.folder, sealed.values()) == []
    assert traces(world.folder, [SIGN]) == []

    folder = tmp_path / "restored"
    store = restore_keys(tmp_path / "new-keys", folder / "keys", TWO, Lock("plain"))
    restore(store, tmp_path / "b", folder)
    store.close()
    assert left(folder, sealed.values()) == []
    restored = again(folder)
    try:
        assert SIGN not in readable(restored).lower()
        assert verify(restored.log, restored.keys).good
        assert {path.name for path in (folder / "attachments").iterdir()} == there
        _others_are_unchanged(exports_of(restored, OTHERS), before, rows)
        with pytest.raises(Exception, match="no account"):
            restored.people.reader(FOCAL)
    finally:
        restored.close()
    assert SIGN.encode() not in opened(folder, tmp_path / "restored-opened").lower()


def _others_are_unchanged(
    now: dict[tuple[str, str], bytes], before: dict[tuple[str, str], bytes], gone: set[str]
) -> None:
    """Byte for byte, where nothing of it was to be seen; else every other report is as it was."""
    assert now.keys() == before.keys()
    seen = {user for (user, _), data in before.items() if any(i.encode() in data for i in gone)}
    assert {user for user, _ in now} - seen == UNTOUCHED
    for (user, form), data in now.items():
        assert SIGN.encode() not in data.lower()
        if user in UNTOUCHED:
            assert b"qz" in data
            assert data == before[user, form], (user, form)
        assert without(form, data, set()) == without(form, before[user, form], gone), (user, form)


@pytest.mark.slow
def test_nothing_of_it_stays_in_memory(grown: Path, tmp_path: Path) -> None:
    folder = tmp_path / "node"
    shutil.copytree(grown, folder)
    node = again(folder)
    try:
        gone = set(node.erasing.plan(CODE).found.lsns)
        bodies = [o.body for o in node.log.read() if o.lsn in gone and o.body]
        places = [one.place for one in bodies if one.owner == CODE]
        points = {p for one in places if one for p in (one.lat, one.lon) if p is not None}
        assert len(points) > 20
        look_at_all(node)
        signs, entities, numbers = remembered(node, points)
        assert signs  # of its people, at least
        assert entities
        assert numbers == points
        assert node.receipts._held  # pyright: ignore[reportPrivateUsage]
        assert node.erasing.ask(CODE, FOCAL)
        node.erasing.erase(CODE)
        assert remembered(node, points) == (set(), set(), set())
        lines = {one.line for one in node.receipts._held.values()}  # pyright: ignore[reportPrivateUsage]
        assert lines == node.releases.compartments_of(lines).keys()
    finally:
        node.close()


@pytest.fixture
def open_again(grown: Path, tmp_path: Path) -> Iterator[Node]:
    """The grown node, copied and opened."""
    folder = tmp_path / "node"
    shutil.copytree(grown, folder)
    node = again(folder)
    yield node
    node.close()


@pytest.mark.slow
def test_its_versions_are_gone_before_anything_slow_begins(
    open_again: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, seen = open_again, list[set[str]]()

    def versions_in_sight() -> set[str]:
        made = exports_of(node, OTHERS).values()
        return {one for one in versions if any(one.encode() in data for data in made)}

    def looked(*args: Any) -> Found:
        seen.append(versions_in_sight())
        return traces_of(*args)

    gone = set(node.erasing.plan(CODE).found.lsns)
    bodies = [one.body for one in node.log.read() if one.lsn in gone and one.body]
    versions = {one.id.hex() for one in bodies if one.coarse is not None}
    traces_of = node.erasing._look  # pyright: ignore[reportPrivateUsage]
    assert versions_in_sight()
    assert node.erasing.ask(CODE, FOCAL)
    monkeypatch.setattr(node.erasing, "_look", looked)
    node.erasing.erase(CODE)
    assert seen[0] == set()


@pytest.mark.slow
def test_it_has_not_ended_while_a_reader_holds_the_journal(
    open_again: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = open_again
    monkeypatch.setattr("eirene.desks.erasing._JOURNAL_S", 0.5)
    reader = apsw.Connection(str(node.folder / "log" / "log.db"), apsw.SQLITE_OPEN_READONLY)
    reader.execute("BEGIN")
    reader.execute("SELECT max(lsn) FROM entry").fetchall()
    assert node.erasing.ask(CODE, FOCAL)
    with pytest.raises(NodeError, match="journal"):
        node.erasing.erase(CODE)
    assert not node.erasing.status(CODE).complete
    reader.close()
    assert node.erasing.erase(CODE).complete
    assert (node.folder / "log" / "log.db-wal").stat().st_size == 0


# -- a stop half way ---------------------------------------------------------------

NURSERY = """
import json, os, signal, sys, traceback
from pathlib import Path
from leaving import CODE, FOCAL, again
import eirene.app, eirene.desks.erasing

def work(folder, place, name, when):
    node = again(Path(folder))
    of = eval(place)
    was = getattr(of, name)
    def stop(*args, **more):
        if when == "after":
            was(*args, **more)
        os.kill(os.getpid(), signal.SIGKILL)
    assert node.erasing.ask(CODE, FOCAL)
    setattr(of, name, stop)
    node.erasing.erase(CODE)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            work(*json.loads(line))
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Nursery:
    """A process that has imported everything, and has a child of its own for each stop."""

    def __init__(self, folder: Path) -> None:
        self.faults = folder / "faults"
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            cwd=Path(__file__).parent,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.faults.open("w"),
            text=True,
        )

    def status(self, folder: Path, *stop: str) -> int:
        """How a child ended that erases in this folder until it is stopped."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps([str(folder), *stop]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    made = Nursery(tmp_path_factory.mktemp("nursery"))
    yield made
    made.close()


STOPS = [
    ("node.keys.erased", "keep", "after"),
    ("node.people.acts", "act", "before"),
    ("node.releases", "take_back", "before"),
    ("node.releases", "take_back", "after"),
    ("node.log._dropping", "_blank", "before"),
    ("eirene.desks.erasing", "remove_files", "before"),
    ("node.keys", "destroy", "before"),
    ("node.keys", "destroy", "after"),
    ("node.people.acts", "renew", "before"),
    ("node.people", "forget", "before"),
    ("eirene.app", "rebuild", "before"),
    ("node.keys", "renew_picture_key", "before"),
    ("node.erasing", "_tidy", "before"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("place", "name", "when"), STOPS)
def test_a_stop_half_way_is_taken_up_at_the_next_start(
    grown: Path, nursery: Nursery, tmp_path: Path, place: str, name: str, when: str
) -> None:
    folder = tmp_path / "node"
    shutil.copytree(grown, folder)
    status = nursery.status(folder, place, name, when)
    assert status == -signal.SIGKILL, nursery.faults.read_text()
    node = again(folder)
    try:
        status = node.erasing.status(CODE)
        assert status.erasure.finished is not None
        assert status.complete  # nobody made a backup
        assert status.erasure.keys or (name, when) == ("destroy", "after")
        assert SIGN not in readable(node).lower()
        assert verify(node.log, node.keys).good
        assert [one for one in node.people.accounts() if one.organisation == CODE] == []
        assert not (folder / "attachments" / FILE_HASH.hex()).exists()
    finally:
        node.close()
    assert SIGN.encode() not in opened(folder, tmp_path / "opened").lower()
