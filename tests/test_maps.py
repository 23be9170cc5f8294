"""Base maps of the mission's own: checked, kept, told of, and given out in parts."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import pytest
from pmtiles.reader import MemorySource, Reader, all_tiles

from eirene.cli.main import main
from eirene.maps import (
    Asked,
    BadMap,
    OwnMap,
    add,
    databases,
    file_of,
    listed,
    remove,
    shelf,
    tiles,
    turning,
)
from eirene.maps.faults import NoMap
from eirene.maps.worker import Found, Request
from eirene.web import maps as web_maps
from eirene.web import static
from map_files import FOUR, geopackage, mbtiles, mvt, pmtiles, png
from web_node import WebNode

WHEN = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
IMAGES = [(place, png(at)) for at, place in enumerate(FOUR)]
VECTORS = [(place, mvt("roads", at)) for at, place in enumerate(FOUR)]


def turned(path: Path, layer: str = "") -> tuple[Found, dict[Any, bytes]]:
    """What a file is, and its tiles afterwards by zoom, column and row."""
    made = path.with_name(f"{path.name}.made")
    found = turning.turned(Request(str(path), str(made), layer))
    return found, dict(all_tiles(MemorySource(made.read_bytes())))


# --- what is taken


def test_tiles_are_the_same_after_every_way_in(tmp_path: Path) -> None:
    one = mbtiles(tmp_path / "a.mbtiles", IMAGES, name="Survey", bounds="14,2,28,11")
    two = geopackage(tmp_path / "b.gpkg", IMAGES)
    three = pmtiles(tmp_path / "c.pmtiles", IMAGES, name="Survey")
    for path in (one, two, three):
        found, held = turned(path)
        assert held == dict(IMAGES), path.name
        assert (found.tiles, found.min_zoom, found.max_zoom) == ("raster", 0, 1)
    assert turned(one)[0].bbox == turned(three)[0].bbox == (14, 2, 28, 11)


def test_vector_tiles_are_packed_and_their_layers_are_known(tmp_path: Path) -> None:
    packed = [(place, gzip.compress(tile)) for place, tile in VECTORS]
    for given in (VECTORS, packed):
        path = tmp_path / f"{given is packed}.mbtiles"
        found, held = turned(mbtiles(path, given))
        assert {place: gzip.decompress(tile) for place, tile in held.items()} == dict(VECTORS)
        assert (found.tiles, found.layers) == ("vector", ("roads",))
    named = json.dumps({"vector_layers": [{"id": "roads"}, {"id": "water"}, {"no": 1}]})
    found, _ = turned(mbtiles(tmp_path / "n.mbtiles", VECTORS, json=named))
    assert found.layers == ("roads", "water")
    header = Reader(MemorySource((tmp_path / "n.mbtiles.made").read_bytes())).header()
    assert (header["min_zoom"], header["max_zoom"]) == (0, 1)


def test_a_part_of_the_earth_lies_where_it_should(tmp_path: Path) -> None:
    found, held = turned(geopackage(tmp_path / "a.gpkg", IMAGES, within=(5, 17, 15)))
    assert set(held) == {(5, 17, 15), (6, 34, 30), (6, 35, 30), (6, 34, 31)}
    assert found.bbox == pytest.approx((11.25, 0, 22.5, 11.178402))


def test_large_images_are_drawn_large(tmp_path: Path) -> None:
    found, _ = turned(mbtiles(tmp_path / "a.mbtiles", [(FOUR[0], png(size=512))]))
    assert found.tile_size == 512


# --- what is not


def refused(path: Path, layer: str = "") -> NoMap:
    with pytest.raises(NoMap) as caught:
        turned(path, layer)
    return caught.value


@pytest.mark.parametrize(
    ("place", "tile", "why"),
    [
        ((1, 2, 0), png(), "beyond the ends of the earth"),
        ((0, 0, 0), b"<svg/>", "neither an image nor a vector tile"),
        ((0, 0, 0), "text", "no content"),
        ((0, 0, 0), None, "no content"),
        ((25, 0, 0), png(), "deepest"),
        ((0, 0, 0), gzip.compress(mvt(), mtime=0)[:-12], "damaged"),
        ((0, 0, 0), mvt()[:-3], "neither an image nor a vector tile"),
        ((0, 0, 0), gzip.compress(bytes(tiles.LARGEST + 1), mtime=0), "more than 4 MiB"),
    ],
)
def test_a_tile_that_is_none_costs_one_clear_error(
    tmp_path: Path, place: tuple[int, int, int], tile: Any, why: str
) -> None:
    assert why in str(refused(mbtiles(tmp_path / "a.mbtiles", [(place, tile)])))


def test_what_does_not_go_together_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed = [(FOUR[0], png()), (FOUR[1], mvt())]
    assert "in one" in str(refused(mbtiles(tmp_path / "a.mbtiles", mixed)))
    assert "twice" in str(refused(mbtiles(tmp_path / "b.mbtiles", [*IMAGES, IMAGES[1]])))
    assert "no tiles" in str(refused(mbtiles(tmp_path / "c.mbtiles", [])))
    monkeypatch.setattr(turning, "MOST_TILES", 3)
    assert "more than 3 tiles" in str(refused(mbtiles(tmp_path / "d.mbtiles", IMAGES)))


def test_other_grids_and_several_tables_say_what_to_do(tmp_path: Path) -> None:
    other = refused(geopackage(tmp_path / "a.gpkg", IMAGES, crs=4326))
    assert "EPSG:3857" in str(other)
    assert "gdal_translate" in other.remedy
    two = geopackage(tmp_path / "b.gpkg", IMAGES, tables=("old", "new"))
    unclear = refused(two)
    assert (unclear.field, "old, new" in unclear.remedy) == ("layer", True)
    assert turned(two, "new")[1] == dict(IMAGES)
    assert "no tiles 'x'" in str(refused(two, "x"))
    with pytest.raises(NoMap, match="not that of web maps"):
        databases._grid(1_000_000.0, 0.0, 0.0, 256)


def test_a_file_that_was_spoilt_is_refused_and_never_more(tmp_path: Path) -> None:
    whole = pmtiles(tmp_path / "a.pmtiles", VECTORS).read_bytes()
    chance = random.Random(1)
    path = tmp_path / "b.pmtiles"
    for _ in range(150):
        spoilt = bytearray(whole)
        for _ in range(chance.choice((1, 3, 9))):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        path.write_bytes(spoilt[: chance.choice((len(spoilt), chance.randrange(len(spoilt))))])
        try:
            turned(path)
        except (NoMap, ValueError, TypeError, OSError, EOFError, LookupError, OverflowError):
            continue
    path.write_bytes(whole[:-5])
    assert "not copied whole" in str(refused(path))
    path.write_bytes(b"PMTiles\x02" + whole[8:])
    assert "version" in str(refused(path))


# --- the shelf


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    made = WebNode(tmp_path_factory.mktemp("maps") / "node", mission="car")
    yield made
    made.close()


@pytest.fixture
def node(web: WebNode) -> Iterator[Path]:
    yield web.node.folder
    shutil.rmtree(web.node.folder / "maps", ignore_errors=True)


def added(node: Path, name: str = "Survey", **asked: Any) -> OwnMap:
    with TemporaryDirectory(dir=node.parent) as beside:
        path = Path(beside) / "a.mbtiles"
        mbtiles(path, IMAGES, name=name, attribution="<b>Survey</b> dept")
        return add(node, path, Asked(**asked), WHEN)


def test_what_a_map_says_of_itself_is_words_however_its_markup_is_written(node: Path) -> None:
    one = added(
        node, title="A &lt;script&gt;alert(1)&lt;/script&gt; B", attribution="R &amp; &#60;i&#62;S"
    )
    assert (one.title, one.attribution) == ("A alert(1) B", "R & S")


def test_a_map_is_kept_with_its_name_origin_age_and_order(node: Path) -> None:
    one = added(node, as_of="2024-03", order=12)
    assert (one.id, one.title, one.attribution) == ("own-survey", "Survey", "Survey dept")
    assert (one.as_of, one.added, one.order) == ("2024-03", "2026-11-26T05:00:00Z", 12)
    other = added(node, title="Ünder it\n", attribution="Ours", order=11)
    assert (other.id, other.as_of) == ("own-under-it", None)
    assert listed(node) == [other, one]
    assert remove(node, one.id) == one
    assert not file_of(node, one.id).exists()
    assert listed(node) == [other]
    kept = sorted(path.name for path in (node / "maps").iterdir())
    assert kept == [".lock", "maps.json", "own-under-it.pmtiles"]


def test_what_is_wrong_changes_nothing_and_says_what_to_do(node: Path) -> None:
    added(node)
    bad = node.parent / "bad.mbtiles"
    bad.write_bytes(b"SQLite format 3\x00" + bytes(4_000))
    mine = mbtiles(node.parent / "mine.mbtiles", IMAGES)
    for path, asked, field in (
        (bad, Asked(attribution="x"), "file"),
        (node.parent / "none", Asked(), "file"),
        (mine, Asked(), "attribution"),
        (mine, Asked(title="Survey", attribution="x"), "name"),
        (mine, Asked(attribution="x", as_of="last year"), "as-of"),
    ):
        with pytest.raises(BadMap) as caught:
            add(node, path, asked, WHEN)
        assert (caught.value.field, bool(caught.value.remedy)) == (field, True)
    with pytest.raises(BadMap, match="no map 'own-x'") as caught:
        remove(node, "own-x")
    assert "own-survey" in str(caught.value.remedy)
    mine.unlink()
    assert [one.id for one in listed(node)] == ["own-survey"]
    assert len(list((node / "maps").iterdir())) == 3


def test_nobody_waits_for_a_file_that_is_looked_at(
    node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = added(node)
    checked = shelf._checked

    def meanwhile(path: Path, made: Path, layer: str) -> Found:
        with ThreadPoolExecutor(1) as other:  # would wait for ever where the list is held
            assert other.submit(shelf.reorder, node, [one.id]).result(timeout=20)
            assert other.submit(remove, node, one.id).result(timeout=20) == one
        return checked(path, made, layer)

    monkeypatch.setattr(shelf, "_checked", meanwhile)
    second = added(node, title="Second")
    assert listed(node) == [second]


def test_of_two_maps_of_one_name_one_is_kept(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = shelf._checked

    def meanwhile(path: Path, made: Path, layer: str) -> Found:
        monkeypatch.setattr(shelf, "_checked", checked)
        added(node, attribution="the other")
        return checked(path, made, layer)

    monkeypatch.setattr(shelf, "_checked", meanwhile)
    with pytest.raises(BadMap, match="There is a map own-survey already"):
        added(node, title="Survey", attribution="the first")
    assert [one.attribution for one in listed(node)] == ["the other"]


def test_the_file_is_read_by_a_process_that_is_shut_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = mbtiles(tmp_path / "a.mbtiles", IMAGES)
    found = shelf._checked(path, tmp_path / "made", "")
    assert found.held is (sys.platform == "linux")
    monkeypatch.setattr(shelf, "_WAIT_S", 0.001)  # the time is that process's
    with pytest.raises(BadMap, match="longer than it may"):
        shelf._checked(path, tmp_path / "made", "")


def test_the_command_line_adds_lists_and_removes(
    node: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = mbtiles(node.parent / "cli.mbtiles", IMAGES)
    asked = ("--name", "Survey", "--attribution", "Dept", "--as-of", "2024")
    assert main(["maps", "add", str(path), *asked, "--data", str(node)]) == 0
    assert main(["maps", "list", "--data", str(node)]) == 0
    out = capsys.readouterr().out
    assert "own-survey: raster, zoom 0 to 1" in out
    assert "2024" in out
    assert main(["maps", "order", "own-survey", "--data", str(node)]) == 0
    assert main(["maps", "remove", "own-survey", "--data", str(node)]) == 0
    assert main(["maps", "remove", "own-survey", "--data", str(node)]) != 0
    assert "There are none." in capsys.readouterr().err


# --- as the client sees it


def test_an_administrator_keeps_the_maps_in_the_browser(
    web: WebNode, node: Path, tmp_path: Path
) -> None:
    body = mbtiles(tmp_path / "s.mbtiles", IMAGES).read_bytes()
    at = "/api/maps?name=s.mbtiles&title=Survey%202024&as_of=2024"
    refused = web.post("administrator", at, body)
    assert (refused.status_code, refused.json()["field"]) == (422, "attribution")
    made = web.post("administrator", f"{at}&attribution=Dept", body)
    assert made.status_code == 201, made.text
    assert (made.json()["id"], made.json()["as_of"]) == ("own-survey-2024", "2024")
    other = web.post("administrator", "/api/maps?name=b.mbtiles&title=B&attribution=X", body)
    ids = [made.json()["id"], other.json()["id"]]
    listed_ = web.get("administrator", "/api/maps").json()["maps"]
    assert {one["id"] for one in listed_} == set(ids) and all(one["size"] for one in listed_)
    for order in (ids, ids[::-1]):
        told = web.post("administrator", "/api/maps/order", {"maps": order}).json()["maps"]
        assert [one["id"] for one in told] == order
        shown = web.get("anyone", "/api/map").json()["maps"]
        assert [one["id"] for one in shown if one.get("own")] == order, "as everybody sees them"
    short = web.post("administrator", "/api/maps/order", {"maps": ids[:1]})
    assert (short.status_code, short.json()["field"]) == (422, "maps")
    for id_ in ids:
        assert web.ask("administrator", "DELETE", f"/api/maps/{id_}").status_code == 204
    assert web.ask("administrator", "DELETE", "/api/maps/own-b").status_code == 422
    left = sorted(one.name for one in (node / "maps").iterdir())
    assert left == [".lock", "maps.json"], "nothing of what came is left"


@pytest.mark.parametrize("name", ["é" * 128 + ".pmtiles", "..", ".", "a/b", "a\x00", ""])
def test_a_name_under_which_no_file_can_lie_is_refused(web: WebNode, node: Path, name: str) -> None:
    answer = web.post("administrator", f"/api/maps?name={quote(name)}&attribution=X", b"x")
    assert (answer.status_code, answer.json()["field"]) == (400, "name"), answer.text
    assert listed(node) == []


def test_changes_of_the_list_take_no_thread_of_the_queries(
    web: WebNode, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, threads = added(node), list[str]()

    def noted(folder: Path, *said: Any) -> Any:
        threads.append(threading.current_thread().name)
        return (shelf.reorder if isinstance(said[0], list) else remove)(folder, *said)

    monkeypatch.setattr(web_maps, "reorder_maps", noted)
    monkeypatch.setattr(web_maps, "remove_map", noted)
    order = web.post("administrator", "/api/maps/order", {"maps": [one.id]})
    gone = web.ask("administrator", "DELETE", f"/api/maps/{one.id}")
    assert order.json()["maps"] and gone.status_code == 204
    assert len(threads) == 2 and not any(name.startswith("query") for name in threads)


@pytest.mark.parametrize("role", ["joc-duty-officer", "ngo-focal-point", "anyone", None])
def test_nobody_else_keeps_them(web: WebNode, node: Path, role: str | None) -> None:
    added(node)
    said = [
        web.get(role, "/api/maps"),
        web.post(role, "/api/maps?name=a.pmtiles&attribution=X", b"x"),
        web.post(role, "/api/maps/order", {"maps": ["own-survey"]}),
        web.ask(role, "DELETE", "/api/maps/own-survey"),
    ]
    assert {one.status_code for one in said} <= {401, 403}
    assert [one.id for one in listed(node)] == ["own-survey"]


def test_a_map_leaves_room_for_reports(
    web: WebNode, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "_ROOM", 1 << 60)
    full = web.post("administrator", "/api/maps?name=a.pmtiles&attribution=X", b"x")
    assert (full.status_code, full.json()["code"]) == (507, "disk-full")


def test_what_was_on_its_way_when_the_node_stopped_is_removed(node: Path) -> None:
    added(node)
    with shelf.arriving(node, "a.pmtiles", 1) as path:
        path.write_bytes(b"x")
        shelf.tidy(node)
        assert not path.exists()
    for age, name in ((0, ".making-now"), (2 * 86_400, ".making-then")):
        half = node / "maps" / name
        half.mkdir()
        then = time.time() - age
        os.utime(half, (then, then))
    shelf.tidy(node)
    assert [one.name for one in (node / "maps").glob(".making-*")] == [".making-now"]
    assert [one.id for one in listed(node)] == ["own-survey"]


def test_the_client_is_told_and_reads_parts(web: WebNode, node: Path) -> None:
    before = web.get("anyone", "/api/map").json()["maps"]
    one = added(node, as_of="2024")
    *shipped, told = web.get("anyone", "/api/map").json()["maps"]
    assert shipped == before
    assert (told["id"], told["own"], told["as_of"]) == ("own-survey", True, "2024")
    assert (told["tiles"], told["tile_size"], told["added"]) == ("raster", 256, one.added)
    whole = file_of(node, one.id).read_bytes()
    part = web.get("anyone", told["url"], headers={"Range": "bytes=0-126"})
    assert (part.status_code, part.content) == (206, whole[:127])
    assert part.headers["content-range"] == f"bytes 0-126/{len(whole)}"
    assert "private" in part.headers["cache-control"]
    again = web.get("anyone", told["url"], headers={"If-None-Match": part.headers["etag"]})
    assert again.status_code == 304
    assert web.get(None, told["url"]).status_code == 401
    remove(node, one.id)
    assert web.get("anyone", told["url"]).status_code == 404
    assert web.get("anyone", "/api/map").json()["maps"] == before


def test_a_large_map_is_given_in_parts_only(
    web: WebNode, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = added(node)
    monkeypatch.setattr(static, "_MOST", 100)
    address = f"/basemap/{one.id}.pmtiles"
    part = web.get("anyone", address, headers={"Range": "bytes=50-"})
    assert (part.status_code, len(part.content)) == (206, 100)
    assert part.headers["content-range"] == f"bytes 50-149/{one.size}"
    assert web.get("anyone", address).status_code == 416
    assert web.get("anyone", "/basemap/world.pmtiles").status_code == 200


@pytest.mark.parametrize("name", ["maps.json", "..%2fmaps.json", "own-x.pmtiles", ".lock"])
def test_nothing_else_of_the_folder_is_given_out(web: WebNode, node: Path, name: str) -> None:
    added(node)
    assert web.get("anyone", f"/basemap/{name}").status_code == 404
