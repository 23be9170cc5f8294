"""The picture's file: encrypted, disposable, rebuilt beside the old one, read while written."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from eirene.picture import (
    STREAM_COLUMNS,
    Picture,
    PictureDamaged,
    Query,
    begun,
    every,
    flat,
    rebuild,
    search,
    snapshot,
)
from eirene.picture.store import files
from eirene.reports.envelope import Opened
from picture_world import ALL, KEY, World, picture_of


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "picture"


def test_a_picture_stays_through_closing_and_opening(world: World, folder: Path):
    world.tell(content={"type": "VC", "summary": "Bridge cut"})
    picture_of(folder, world.entries).close()
    with closing(Picture.open(folder, KEY)) as picture:
        assert search(picture, ALL, Query(q="bridge")).total == 1
        picture.fold([world.tell(content={"type": "AC", "summary": "Bridge mended"})])
        assert search(picture, ALL, Query(q="bridge")).total == 2


def test_nothing_of_a_report_stands_in_clear_on_the_disk(world: World, folder: Path):
    for _ in range(50):
        world.tell(content={"type": "VC", "summary": "Kingfisher"}, owner="heron")
    with closing(picture_of(folder, world.entries)):
        held = b"".join(path.read_bytes() for path in folder.iterdir()).lower()
        assert len(held) > 10_000
        assert not any(word in held for word in (b"kingfisher", b"heron", b"sqlite", b"command"))


def test_a_wrong_key_a_damaged_file_and_other_areas_ask_for_a_rebuild(world: World, folder: Path):
    world.tell()
    picture_of(folder, world.entries).close()
    with pytest.raises(PictureDamaged):
        Picture.open(folder, b"x" * 32)
    with pytest.raises(PictureDamaged):
        Picture.open(folder, KEY, areas={"CF11": "CF"})
    (path,) = files(folder)
    path.write_bytes(b"\xff" * 4096 + path.read_bytes()[4096:])
    with pytest.raises(PictureDamaged):
        Picture.open(folder, KEY)
    with closing(rebuild(folder, KEY, world.entries)) as picture:
        assert search(picture, ALL, Query()).total == 1
    assert len(files(folder)) == 2
    Picture.open(folder, KEY).close()
    assert len(files(folder)) == 1


def test_the_old_picture_answers_while_a_new_one_is_built_and_goes_when_closed(
    world: World, folder: Path
):
    world.tell()
    old = picture_of(folder, world.entries)
    seen: list[int] = []

    def entries() -> Iterator[Opened]:
        for one in world.entries:
            seen.append(search(old, ALL, Query()).total)
            yield one

    told: list[int] = []
    new = rebuild(folder, KEY, entries(), progress=told.append)
    assert (seen, told) == ([1], [1])
    assert search(old, ALL, Query()).total == search(new, ALL, Query()).total == 1
    assert old.generation != new.generation
    new.fold([world.tell()])
    old.close()
    assert search(new, ALL, Query()).total == 2
    new.close()
    assert [path.name for path in folder.iterdir()] == ["picture-000002.db"]


def test_a_rebuild_that_did_not_end_is_no_picture(world: World, folder: Path):
    world.tell()
    picture_of(folder, world.entries).close()

    def broken() -> Iterator[Opened]:
        yield world.entries[0]
        raise OSError("the log is gone")

    with pytest.raises(OSError, match="gone"):
        rebuild(folder, KEY, broken())
    with closing(Picture.open(folder, KEY)) as picture:
        assert search(picture, ALL, Query()).total == 1
    assert {path.name for path in folder.glob("*.db")} == {"picture-000001.db"}
    assert begun(folder, KEY) is None, "no batch was in"
    assert [path.name for path in folder.iterdir()] == ["picture-000001.db"]


def test_readers_and_the_writer_work_side_by_side(world: World, folder: Path):
    picture = Picture.open(folder, KEY)
    for _ in range(120):
        world.tell(source=f"source {len(world.entries)}")
    failed: list[BaseException] = []
    ended = threading.Event()

    def read() -> None:
        last = 0
        try:
            while not ended.is_set():
                found = search(picture, ALL, Query(limit=500))
                assert len(found.rows) == found.total >= last
                last = found.total
                assert all(row.source.startswith("source") for row in found.rows)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for one in world.entries:
        picture.fold([one])
    ended.set()
    for thread in threads:
        thread.join()
    assert not failed
    assert search(picture, ALL, Query()).total == 120
    picture.close()


def test_an_export_under_way_sees_one_state(world: World, folder: Path):
    for _ in range(5):
        world.tell()
    with closing(picture_of(folder, world.entries)) as picture:
        chunks = every(picture, ALL, Query())
        picture.fold([world.withdraw(world.entries[0])])
        assert sum(len(chunk) for chunk in chunks) in (4, 5)
        begun = snapshot(picture, ALL)
        picture.fold([world.withdraw(world.entries[1])])
        rows = [row for chunk in begun.chunks for row in chunk]
        withdrawn = STREAM_COLUMNS.index("withdrawn")
        assert sum(row[withdrawn] for row in rows) == 1


def test_a_rebuild_that_was_stopped_goes_on_from_what_is_in(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys.modules["eirene.picture.rebuild"], "_BATCH", 7)
    for at in range(40):
        one = world.tell(content={"type": "VC", "summary": f"word{at}"})
        if at % 5 == 0:
            world.tell(amends=[one], content={"type": "AC", "summary": f"mended word{at}"})
    entries = list(world.entries)

    def stop_at(count: int) -> Callable[[int], None]:
        def told(done: int) -> None:
            if done >= count:
                raise TimeoutError

        return told

    begins: list[int] = []
    for count in (10, 25, len(entries)):
        found = begun(folder / "b", KEY)
        begins.append(found[0] if found else 0)
        rest = [one for one in entries if one.lsn > begins[-1]]
        with pytest.raises(TimeoutError):
            rebuild(folder / "b", KEY, rest, on=found is not None, progress=stop_at(count))
    assert 0 == begins[0] < begins[1] < begins[2] < len(entries)
    assert begun(folder / "b", KEY) == (entries[-1].lsn, entries[-1].hash)
    with closing(rebuild(folder / "b", KEY, iter(()), on=True)) as gone_on:
        with closing(rebuild(folder / "a", KEY, entries)) as at_once:
            for query in (Query(limit=500), Query(q="word15"), Query(withdrawn=True, limit=500)):
                mine, whole = search(gone_on, ALL, query), search(at_once, ALL, query)
                assert mine.total == whole.total > 0
                assert [flat(row) for row in mine.rows] == [flat(row) for row in whole.rows]
        assert gone_on.position() == (entries[-1].lsn, entries[-1].hash)
    assert [path.name for path in (folder / "b").iterdir()] == ["picture-000001.db"]


def test_what_was_begun_under_another_key_or_with_other_areas_is_thrown_away(
    world: World, folder: Path
):
    for key, areas in ((b"\1" * 32, {}), (KEY, {"CF11": "CF"})):
        world.tell()

        def stop(_count: int) -> None:
            raise TimeoutError

        with pytest.raises(TimeoutError):
            rebuild(folder, KEY, world.entries, progress=stop)
        assert begun(folder, KEY) is not None
        assert begun(folder, key, areas=areas) is None
        assert list(folder.iterdir()) == []
