"""Exercise AMBER RIVER: an invented country that hangs together, on no real ground."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import shapely

from eirene.missions import mission_named
from eirene.places import distance_m
from web_node import WebNode

ROOT = Path(__file__).resolve().parent.parent
EIRENE = ROOT / "src" / "eirene"
MAKE = ROOT / "docs" / "exercises" / "amber" / "make.py"
AMBER = mission_named("amber")
ENDS = {"landing": "isk", "ford": "ove", "spring": "ola", "hill": "arn", "field": "une"}


def rows(name: str) -> list[dict[str, str]]:
    with (AMBER.folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def shapes(name: str) -> list[tuple[dict[str, Any], Any]]:
    told = json.loads((AMBER.folder / name).read_text(encoding="utf-8"))
    return [
        (one["properties"], shapely.from_geojson(json.dumps(one["geometry"])))
        for one in told["features"]
    ]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_script_makes_the_same_bytes_again(tmp_path: Path) -> None:
    command = [sys.executable, str(MAKE), "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    assert {path.parent.name for path in made} == {"amber", "basemap"}
    for path in made:
        assert path.read_bytes() == (EIRENE / path.relative_to(tmp_path)).read_bytes(), path.name
    by_hand = {"mission.toml", "README.md"}
    assert {p.name for p in AMBER.folder.iterdir()} - by_hand == {
        p.name for p in made if p.parent.name == "amber"
    }


def test_there_are_two_towns_and_sixty_villages_each_with_a_name_of_its_own() -> None:
    places = rows("places.csv")
    by_class = [row["class"] for row in places]
    assert [by_class.count(name) for name in ("capital", "town", "village")] == [1, 1, 60]
    assert len({row["name"] for row in places}) == 62
    for row in places:
        (found,) = AMBER.find(row["name"])
        assert (found.lat, found.lon) == (float(row["latitude"]), float(row["longitude"]))
        assert AMBER.area_of(float(row["longitude"]), float(row["latitude"])) == row["pcode"]


def test_the_ending_of_a_name_says_where_a_place_lies() -> None:
    (_, land), *_ = shapes("adm0.geojson")
    rivers = [line for says, line in shapes("rivers.geojson") if says["size"] != "stream"]
    for row in rows("places.csv"):
        assert row["name"].endswith(ENDS[row["lies"]]), row["name"]
        at = shapely.Point(float(row["longitude"]), float(row["latitude"]))
        if row["lies"] == "landing":
            assert land.boundary.distance(at) < 0.02, row["name"]
        if row["lies"] == "ford":
            assert min(line.distance(at) for line in rivers) < 0.015, row["name"]


def test_areas_nest_share_their_borders_and_add_up() -> None:
    listed = {row["pcode"]: row for row in rows("pcodes.csv")}
    assert [sum(row["level"] == str(n) for row in listed.values()) for n in range(4)] == [
        1,
        4,
        11,
        39,
    ]
    for level in (1, 2, 3):
        drawn = shapes(f"adm{level}.geojson")
        assert shapely.coverage_is_valid([shape for _, shape in drawn]), level
        assert {says[f"adm{level}_pcode"] for says, _ in drawn} == {
            code for code, row in listed.items() if row["level"] == str(level)
        }
        inside: dict[str, int] = {}
        for says, _ in drawn:
            code = says[f"adm{level}_pcode"]
            assert code.startswith(says[f"adm{level - 1}_pcode"])
            assert str(says["people"]) == listed[code]["people"]
            parent = listed[code]["parent_pcode"]
            inside[parent] = inside.get(parent, 0) + says["people"]
        assert all(str(people) == listed[code]["people"] for code, people in inside.items())


def test_every_village_can_be_reached_by_road_and_no_road_ends_in_the_sea() -> None:
    (_, own), *_ = shapes("adm0.geojson")
    roads = shapes("roads.geojson")
    every = shapely.union_all([line for _, line in roads])
    apart = shapely.get_num_geometries(shapely.line_merge(every).buffer(1e-4))
    assert apart == 1
    for row in rows("places.csv"):
        at = shapely.Point(float(row["longitude"]), float(row["latitude"]))
        assert every.distance(at) < 1e-4, row["name"]
    for says, line in roads:
        assert shapely.covers(own.buffer(0.01), line), says["ref"]
        assert says["minutes_dry"] >= 0
        assert says["class"] in ("trunk", "road", "track")


def test_a_bridge_lies_where_its_road_meets_water() -> None:
    roads = {says["ref"]: line for says, line in shapes("roads.geojson")}
    water = shapely.union_all([line for _, line in shapes("rivers.geojson")])
    crossings = [row for row in rows("sites_public.csv") if row["type"] == "bridge"]
    assert len(crossings) > 40
    for row in crossings:
        at = shapely.Point(float(row["longitude"]), float(row["latitude"]))
        ref = row["name"].split(" of ")[1].split(" ")[0]
        assert roads[ref].distance(at) < 0.0015, row["name"]
        assert water.distance(at) < 0.0015, row["name"]


def test_sites_lie_on_land_near_the_place_that_they_name() -> None:
    where = {row["name"]: row for row in rows("places.csv")}
    for name in ("sites_public.csv", "sites_mission.csv", "sites_partners.csv"):
        for row in rows(name):
            lat, lon = float(row["latitude"]), float(row["longitude"])
            if row["name"] != "Port of Telbisk":
                assert AMBER.area_of(lon, lat), row["name"]
            near = where[row["place"]]
            far = distance_m(lat, lon, float(near["latitude"]), float(near["longitude"]))
            assert far < 25_000, row["name"]


def varint(stream: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        number |= (stream[at] & 0x7F) << shift
        shift += 7
        at += 1
        if stream[at - 1] < 0x80:
            return number, at


def tile_numbers(path: Path) -> set[int]:
    """Numbers of the tiles in a PMTiles file whose directory is one."""
    whole = path.read_bytes()
    start, length = (int.from_bytes(whole[at : at + 8], "little") for at in (8, 16))
    directory = whole[start : start + length]
    if whole[97] == 2:
        directory = gzip.decompress(directory)
    count, at = varint(directory, 0)
    ids, number = list[int](), 0
    for _ in range(count):
        step, at = varint(directory, at)
        number += step
        ids.append(number)
    runs = list[int]()
    for _ in range(count):
        run, at = varint(directory, at)
        assert run > 0, "this reader knows no leaf directories"
        runs.append(run)
    return {one + n for one, run in zip(ids, runs, strict=True) for n in range(run)}


def test_no_land_of_the_real_world_lies_near_the_exercise() -> None:
    sys.path.insert(0, str(MAKE.parent))
    try:
        from tiles import _tile_id  # pyright: ignore[reportMissingImports, reportUnknownVariableType]
    finally:
        sys.path.remove(str(MAKE.parent))
    world = tile_numbers(EIRENE / "basemap" / "world.pmtiles")
    west, south, east, north = AMBER.bbox
    assert -11.25 < west < east < -5.625 and -5.6 < south < north < 0  # all in this one tile
    assert _tile_id(6, 30, 32) not in world
    assert _tile_id(6, 35, 31) in world  # Central Africa: the reader can find what is there
    assert _tile_id(6, 30, 32) in tile_numbers(EIRENE / "basemap" / "amber.pmtiles")


@pytest.mark.parametrize(
    ("mission", "maps"), [("amber", {"amber"}), ("car", {"world", "car"}), ("", {"world", "car"})]
)
def test_what_is_invented_never_lies_beside_what_is_real(
    tmp_path: Path, mission: str, maps: set[str]
) -> None:
    node = WebNode(tmp_path, mission=mission)
    listed = node.get("anyone", "/api/map").json()
    assert {one["id"] for one in listed["maps"]} - {"roads"} == maps
    for name in ("world", "car", "amber"):
        wanted = 200 if name in maps else 404
        assert node.get("anyone", f"/basemap/{name}.pmtiles").status_code == wanted
    node.close()


def test_every_file_that_the_mission_names_is_there() -> None:
    declared = AMBER.declaration
    names = [area.file for one in declared.divisions for area in one.areas]
    names += [name for one in declared.divisions for name in (one.pcodes, one.disputed)]
    names += list(declared.names.values())
    names += [b.file for b in declared.batches]
    names += [file for credit in declared.credits for file in credit.files]
    for name in names:
        assert (AMBER.folder / name).is_file(), name
