"""The picture's file: encrypted, disposable, rebuilt beside the old one, read while written."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from eirene.picture import (
    STREAM_COLUMNS,
    Picture,
    PictureDamaged,
    Query,
    every,
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
