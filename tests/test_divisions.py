"""Versions of a country's divisions: codes of both, counts by either, and what they rest on."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import numpy
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from eirene.cli.main import main
from eirene.desks.land import Land
from eirene.errors import InvalidQuery
from eirene.imports.outlines import outlines
from eirene.missions import Mission, mission_named, own
from eirene.missions.areas import deg2
from eirene.missions.divisions import Basis, Division, Told
from eirene.missions.gazetteer import Gazetteer, Named, named_areas
from eirene.picture import Counts, Picture, Query, byarea, counts
from eirene.places import Place
from eirene.products import COUNT_FORMATS, Borders, export_counts
from eirene.release.coarsen import coarse_place
from eirene.release.reader import Reader
from eirene.reports.draft import draft_of
from eirene.reports.envelope import Coarse
from eirene.web import static
from picture_world import ALL, DAY, KEY, RECEIVED, World, a_reader, picture_of
from web_node import WebNode

AMBER, CAR = mission_named("amber"), mission_named("car")
PUBLIC = Reader(
    account="list",
    organisation="public-record",
    compartments=frozenset(("public",)),
    may_file=frozenset(("public",)),
)


def test_codes_of_both_versions_are_found_and_say_in_which_they_hold() -> None:
    for code, name in (("QR0103", "Hilbune"), ("QR0501", "Hilbune"), ("CAF24", "Mambéré")):
        (place,) = (CAR if code.startswith("CAF") else AMBER).find(code)
        assert place.name == name
    (now,) = AMBER.suggest("QR0103")
    (then,) = AMBER.suggest("KEL0501")
    assert now.valid == "Divisions since the reform of 2024"
    assert then.valid == "Divisions before the reform of 2024"
    assert AMBER.suggest("QR0302")[0].valid == ""  # in both


def test_a_name_means_the_area_of_the_version_that_was_in_force() -> None:
    assert [one.pcode for one in AMBER.find("Varkemar")] == ["QR05"]  # only one version has it
    assert CAR.find("CF711")[0].name == "Bangui"
    assert CAR.find("CF711", date(2022, 1, 1))[0].name == "Bangui-Centre"
    assert [one.pcode for one in CAR.find("Moboma")] == ["CF1217"]  # a commune then
    assert [one.pcode for one in CAR.find("Moboma", date(2022, 1, 1))] == ["CF126"]
    (town,) = CAR.find("Bangassou", date(2022, 1, 1))
    assert town.pcode == "CF6211"  # a town stays one answer with the areas of its name


@pytest.mark.parametrize(("when", "name"), [("2016-05", "Bangui"), ("2022-05-01", "Bangui-Centre")])
def test_a_report_is_read_as_of_its_own_day(when: str, name: str) -> None:
    flat = {"kind": "incident", "type": "VC", "summary": "x", "occurred": when, "pcode": "CF711"}
    place = draft_of(flat, now=datetime(2026, 1, 2, tzinfo=UTC), zone=UTC, find=CAR.find).place
    assert place is not None
    assert (place.name, place.pcode) == (name, "CF711")


def test_an_area_counts_where_it_lies_wholly_and_else_in_none() -> None:
    before = AMBER.basis("before-2024", 1)
    since = AMBER.basis("2024", 1)
    assert before and since
    assert before.area_of("QR0104") == before.area_of("QR010401") == "QR05"
    assert before.area_of("QR0201") == "QR02"
    assert before.area_of("QR01") is None  # it was two regions, and is stated as one
    assert since.area_of("QR0502") == "QR01"
    cut = [code for code in AMBER.divisions[0].codes if len(code) == 8 and not before.area_of(code)]
    assert len(cut) == 1  # the commune that lay in two
    assert cut[0].startswith("QR0101")


def test_prefectures_after_the_reform_are_put_together_of_sub_prefectures() -> None:
    basis = CAR.basis("2020", 1)
    assert basis
    assert [basis.area_of(code) for code in ("CF213", "CF3271", "CF314", "CF431")] == [
        "CF24",
        "CF33",
        "CF34",
        "CF43",
    ]
    assert CAR.basis("2020", 2) is None  # nobody publishes these borders
    assert basis.at_each([(15.877, 4.943)]) == ["CF24"]  # Carnot


def test_borders_that_are_not_agreed_are_told_apart() -> None:
    for division in AMBER.divisions:
        drawn = division.borders(1)
        assert drawn
        assert [one["properties"]["disputed"] for one in drawn["features"]] == [0, 1]


# --- versions that a mission brings itself


def squares(level: int, codes: list[str], *, upper: bool = False) -> dict[str, Any]:
    """Squares side by side in the open sea; the codes of the areas around come from the first letters."""
    features: list[dict[str, Any]] = []
    for at, code in enumerate(codes):
        west = -10.8 + at * 0.3
        ring = [[west, -1.7], [west + 0.3, -1.7], [west + 0.3, -0.5], [west, -0.5], [west, -1.7]]
        says = {f"adm{n}_pcode": code[: 2 + 2 * n] for n in range(level + 1)}
        says |= {f"adm{n}_name": f"Made {code[: 2 + 2 * n]}" for n in range(level + 1)}
        says = {name.upper(): value for name, value in says.items()} if upper else says
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": says, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def brought(folder: Path, *more: str, **files: dict[str, Any]) -> list[str]:
    """Writes files; gives the arguments that add them."""
    found: list[str] = []
    for name, told in files.items():
        path = folder / f"{name}.geojson"
        path.write_text(json.dumps(told), encoding="utf-8")
        found.append(str(path))
    return ["divisions", "add", *found, "--source", "Made list", *more]


def test_a_version_is_brought_listed_counted_by_and_taken_away(
    web: WebNode, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(web.node.folder)]
    line = {"type": "LineString", "coordinates": [[-10.5, -1.7], [-10.5, -0.5]]}
    lines = tmp_path / "lines.geojson"
    feature = {"type": "Feature", "properties": {}, "geometry": line}
    lines.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    made = squares(1, ["QR71", "QR72", "QR73", "QR74", "QR75", "QR76"], upper=True)
    add = brought(tmp_path, "--version", "made", "--disputed", str(lines), one=made)
    assert main([*add, "--valid-from", "2031-01-01", *data]) == 0
    assert "borders of level 1" in capsys.readouterr().out
    assert main([*add, *data]) == 1
    assert "There is a version made already" in capsys.readouterr().err
    told = web.get("anyone", "/api/map").json()["bases"][-1]
    assert (told["id"], told["valid_from"], told["source"]) == ("made", "2031-01-01", "Made list")
    found, coverage = counted(web, "joc-duty-officer", level=1, basis="made")
    assert sum(n for area, n in found.items() if area) == 2  # those with a point; areas are cut
    assert coverage["too_coarse"] == 5
    drawn = web.get("anyone", "/api/map/borders/1?basis=made").json()["features"]
    assert [one["properties"]["disputed"] for one in drawn] == [0, 1]
    (place,) = web.get("anyone", "/api/suggest?q=made%20qr72").json()["places"]
    assert (place["pcode"], place["source"]) == ("QR72", "Made list")
    assert main(["divisions", "list", *data]) == 0
    assert "2031-01-01" in capsys.readouterr().out
    assert main(["divisions", "remove", "made", *data]) == 0
    assert len(web.get("anyone", "/api/map").json()["bases"]) == 2
    assert main(["divisions", "remove", "made", *data]) == 1


def test_a_geopackage_and_a_table_of_codes_of_the_publisher_s_own_form(tmp_path: Path) -> None:
    import pyogrio

    told = squares(2, ["QR8101", "QR8102"])["features"]
    path = tmp_path / "adm2.gpkg"
    pyogrio.raw.write(
        path,
        numpy.array([shapely.to_wkb(shapely.from_geojson(json.dumps(one))) for one in told]),
        [numpy.array([one["properties"][f"adm{n}_pcode"] for one in told]) for n in (0, 1, 2)],
        ["adm0_pcode", "adm1_pcode", "admin2Pcode"],
        geometry_type="Polygon",
        crs="EPSG:4326",
        driver="GPKG",
    )
    shapes = [own.Shape(says, shape) for says, shape in outlines(path)]
    rows = [
        {"Admin Level": level, "P-Code": code, "Name": name, "Parent P-Code": parent}
        for level, code, name, parent in (
            ("#geo+admin_level", "#adm+code", "#adm+name", "#adm+code+parent"),
            ("1", "QR81", "Upper", "QR"),
            ("2", "QR8101", "West", "QR81"),
            ("2", "QR8102", "East", "QR81"),
        )
    ]
    made = own.add(tmp_path, Told("t", "T", source="s"), [shapes], rows)
    division = Division(made, tmp_path / "divisions" / "t")
    assert division.levels == [2]
    assert division.holding("QR8102", 1) == "QR81"
    assert (division.name_of("QR8101"), division.areas.at(-10.7, -1.0)) == ("West", "QR8101")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        (["--version", "NO id"], "version"),
        (["--version", "x", "--valid-from", "2020"], "valid-from"),
        (["--version", "x", "--valid-from", "2020-01-02", "--valid-to", "2020-01-01"], "valid-to"),
        (["--version", "x", "--source", ""], "source"),
    ],
)
def test_what_is_wrong_with_a_version_is_one_error_with_its_field(
    tmp_path: Path, more: list[str], field: str
) -> None:
    args = {"version": "x", "source": "s", "valid-from": "", "valid-to": ""}
    args |= dict(zip([name.removeprefix("--") for name in more[::2]], more[1::2], strict=True))
    told = Told(args["version"], "T", args["valid-from"], args["valid-to"], args["source"])
    with pytest.raises(own.BadDivision) as fault:
        own.add(tmp_path, told, [], [{"level": "1", "pcode": "A1", "name": "A"}])
    assert fault.value.field == field


@pytest.mark.parametrize("level", ["0", "1"])
def test_an_area_that_lies_in_itself_or_in_a_smaller_one_is_refused(
    tmp_path: Path, level: str
) -> None:
    """Whoever asks what holds it would never be answered."""
    told = Told("x", "T", source="s")
    rows = [
        {"level": "0", "pcode": "QR", "name": "Q", "parent_pcode": "QR1" if level == "1" else "QR"},
        {"level": "1", "pcode": "QR1", "name": "One", "parent_pcode": "QR"},
    ]
    with pytest.raises(own.BadDivision, match="of no higher level") as fault:
        own.add(tmp_path, told, [], rows)
    assert fault.value.field == "pcodes"


def test_borders_without_codes_and_codes_without_borders_are_refused(tmp_path: Path) -> None:
    box = shapely.box(0, 0, 1, 1)
    told = Told("x", "X", source="s")
    for shapes, rows, words in (
        ([[own.Shape({"name": "A"}, box)]], [], "no column with the P-codes"),
        ([[own.Shape({"adm1_pcode": "A1"}, box)] * 2], [], "have the P-code A1"),
        (
            [[own.Shape({"adm1_pcode": "A1"}, box)]],
            [{"level": "1", "pcode": "B1", "name": "B"}],
            "are in no table",
        ),
        ([], [{"code": "B1", "name": "B"}], "no column level"),
        ([], [], "There are no P-codes"),
    ):
        with pytest.raises(own.BadDivision, match=words):
            own.add(tmp_path, told, shapes, rows)
    assert not list(tmp_path.glob("divisions/*"))


@pytest.mark.parametrize(
    "shape",
    [
        "POINT (1 1)",
        "LINESTRING (0 0, 1 1)",
        "GEOMETRYCOLLECTION (POINT (1 1), LINESTRING (0 0, 1 1))",
    ],
)
def test_a_line_or_a_point_is_no_border(tmp_path: Path, shape: str) -> None:
    drawn = own.Shape({"adm1_pcode": "A1"}, shapely.from_wkt(shape))
    with pytest.raises(own.BadDivision, match=r"A1 is drawn as .* which has no extent") as fault:
        own.add(tmp_path, Told("x", "X", source="s"), [[drawn]], [])
    assert fault.value.field == "file"
    lines = [shapely.from_wkt("POINT (1 1)")]
    whole = own.Shape({"adm1_pcode": "A1"}, shapely.box(0, 0, 1, 1))
    with pytest.raises(own.BadDivision, match="not agreed is drawn as POINT") as fault:
        own.add(tmp_path, Told("x", "X", source="s"), [[whole]], [], lines)
    assert fault.value.field == "disputed"


def test_of_a_shape_that_was_mended_its_areas_are_kept(tmp_path: Path) -> None:
    box, line = shapely.box(0, 0, 1, 1), shapely.LineString([(1, 1), (2, 2)])
    shape = shapely.GeometryCollection(
        [box, shapely.GeometryCollection([line, shapely.box(3, 0, 4, 1)])]
    )
    drawn = own.Shape({"adm1_pcode": 17.0}, shape)
    edge = [shapely.box(0, 0, 1, 1)]
    made = own.add(tmp_path, Told("x", "X", source="s"), [[drawn]], [], edge)
    division = Division(made, tmp_path / "divisions" / "x")
    found = division.shape_of("17")
    assert found is not None and deg2(found) == 2
    borders = division.borders(1)
    assert borders and [one["properties"]["disputed"] for one in borders["features"]] == [0, 1]


BOX = shapely.box(0, 0, 1, 1)


@pytest.mark.parametrize(
    ("codes", "rows", "words"),
    [
        ([{"adm1_pcode": "A1", "adm2_pcode": "A1"}], [], "A1"),
        ([{"adm1_pcode": "a1"}], [], "'a1' is no P-code"),
        ([{"adm1_pcode": "A1"}], [("2", "A1", "")], "of level 2 by its P-code and of level 1"),
        ([], [("1", "A1", ""), ("2", "A1", "")], "Two areas have the P-code A1"),
        ([], [("²", "A1", "")], "Row 2 of the table of P-codes has no level"),
        ([], [("1", "A\n1", "")], "is no P-code"),
        ([], [("1", "A" * 41, "")], "is no P-code"),
    ],
)
def test_codes_that_cannot_be_told_apart_are_refused(
    tmp_path: Path, codes: list[dict[str, str]], rows: list[tuple[str, str, str]], words: str
) -> None:
    layers = [[own.Shape(one, BOX) for one in codes]] if codes else []
    table = [{"level": a, "pcode": b, "name": "N", "parent_pcode": c} for a, b, c in rows]
    with pytest.raises(own.BadDivision, match=words) as fault:
        own.add(tmp_path, Told("x", "X", source="s"), layers, table)
    assert fault.value.field == ("pcodes" if rows else "file")
    assert not list(tmp_path.glob("divisions/*"))


def test_two_files_of_one_level_are_refused_and_none_is_lost(tmp_path: Path) -> None:
    layers = [[own.Shape({"adm1_pcode": code}, BOX)] for code in ("A1", "A2")]
    with pytest.raises(own.BadDivision, match="Two boundary files are of level 1"):
        own.add(tmp_path, Told("x", "X", source="s"), layers, [])


def test_sub_prefectures_since_the_reform_count_once_a_mission_brings_their_borders(
    tmp_path: Path,
) -> None:
    """Of ``made-`` borders around the real codes: nobody publishes the true ones."""
    known = CAR.division("2020")
    assert known
    mine = [one for one in known.codes.values() if one.parent == "CF24"]
    assert len(mine) > 2 and {one.level for one in mine} == {2}
    one, other = mine[:2]
    halves = {
        one.pcode: shapely.box(15.0, 4.5, 15.9, 5.2),
        other.pcode: shapely.box(15.9, 4.5, 16.8, 5.2),
    }
    layers = [
        [own.Shape({"adm1_pcode": "CF24"}, shapely.box(15.0, 4.5, 16.8, 5.2))],
        [own.Shape({"adm2_pcode": code}, shape) for code, shape in halves.items()],
    ]
    rows = [
        {"level": str(at.level), "pcode": at.pcode, "name": at.name, "parent_pcode": at.parent}
        for at in known.codes.values()
        if at.level < 3
    ]
    made = own.add(tmp_path, Told("2020-full", "T", "2020-12-10", source="made-adm2"), layers, rows)
    division = Division(made, tmp_path / "divisions" / made.id)
    basis = Basis([*CAR.divisions, division], division, 2)
    assert basis.at_each([(15.877, 4.943), (16.0, 4.9)]) == [one.pcode, other.pcode]  # Carnot
    assert division.holding(other.pcode, 1) == "CF24"
    outlines = division.outlines(2)
    assert outlines and {at["properties"]["name"] for at in outlines["features"]} == {
        one.name,
        other.name,
    }


def test_names_in_signs_that_are_no_letters_are_found_by_the_others(tmp_path: Path) -> None:
    rows = [{"level": "1", "pcode": "QR91", "name": "—", "ref_name": "Zuvelle"}]
    made = own.add(tmp_path, Told("x", "X", source="s"), [], rows)
    division = Division(made, tmp_path / "divisions" / "x")
    spot = Named(Place(name="?!", lat=1.0, lon=1.0, accuracy_m=5.0), "s", 1, other_names=("Zuvo",))
    book = Gazetteer([*named_areas(0, division), spot], [division], ["QR"])
    assert [one.name for one in book.find("zuvelle")] == ["—"]
    assert [one.name for one in book.find("zuvo")] == ["?!"]
    assert [one.place.name for one in book.suggest("zuv")] == ["?!", "—"]
    assert book.find("—") == book.suggest("—") == []


def test_made_up_levels_take_no_memory(web: WebNode) -> None:
    before = static._bytes_of.cache_info().currsize
    for at in (0, 7, 8, 9, -1, 10**30):
        assert web.get("anyone", f"/api/map/areas/{at}").status_code in (200, 404)
        assert web.get("anyone", f"/api/map/borders/{at}?basis=2024").status_code in (200, 404)
    assert static._bytes_of.cache_info().currsize - before <= 2, "level 0, if there is one"


@pytest.mark.parametrize(
    "path",
    [
        "/api/map",
        "/api/map/areas/1?basis=2024",
        "/api/counts?group=area&level=1&basis=before-2024",
        "/api/suggest?q=hil",
        "/api/understand/place?text=Hilbune",
    ],
)
def test_the_lists_are_never_opened_on_the_loop(
    web: WebNode, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    opened, on_loop = Mission._opened, list[bool]()

    def noted(mission: Mission) -> Any:
        on_loop.append(asyncio._get_running_loop() is not None)
        return opened(mission)

    monkeypatch.setattr(Mission, "_opened", noted)
    assert web.get("anyone", path).status_code in (200, 422)
    assert on_loop and not any(on_loop)


# --- over HTTP


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    web = WebNode(tmp_path_factory.mktemp("node"), mission="amber")
    base = {"kind": "incident", "type": "VC", "basis": "seen", "occurred": "2026-10-02"}
    before = AMBER.basis("before-2024", 1)
    assert before
    (cut,) = (c for c in AMBER.divisions[0].codes if len(c) == 8 and not before.area_of(c))
    level = AMBER.areas.level(3)
    assert level
    west, south, east, north = level.shapes[level.codes.index(cut)].bounds
    points = _inside(level.shapes[level.codes.index(cut)], (west + east) / 2, south, north)
    wheres: list[dict[str, Any]] = [
        {"pcode": "QR010401"},
        {"pcode": "QR0104"},
        {"pcode": "QR0502", "source": "old list"},
        {"pcode": cut},
        {"latitude": points[0][1], "longitude": points[0][0], "accuracy_m": 10},
        {"latitude": points[1][1], "longitude": points[1][0], "accuracy_m": 10},
        {},
    ]
    for at, where in enumerate(wheres):
        told = base | {"compartment": "mission", "source": "patrol", "summary": f"r{at}"} | where
        web.file(told)
    told = base | {"source": "radio", "summary": "p", "pcode": "QR02"}
    web.node.filing.file_now(PUBLIC, [told | {"compartment": "public"}])
    yield web
    web.close()


def _inside(shape: Any, middle: float, south: float, north: float) -> list[tuple[float, float]]:
    """A point of the shape west of its middle, and one east of it."""
    import shapely

    halves = [
        shape.intersection(shapely.box(middle - 1, south, middle - 0.001, north)),
        shape.intersection(shapely.box(middle + 0.001, south, middle + 1, north)),
    ]
    return [(half.representative_point().x, half.representative_point().y) for half in halves]


def counted(web: WebNode, role: str, **asked: Any) -> tuple[dict[str | None, int], dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    told = web.get(role, f"/api/counts?group=area&{query}").json()
    return {one["area"]: one["n"] for one in told["groups"]}, told["coverage"]


def test_counts_by_either_version_come_with_what_they_rest_on(web: WebNode) -> None:
    found, coverage = counted(web, "joc-duty-officer", level=1, basis="2024")
    assert found == {"QR01": 6, "QR02": 1, None: 1}
    assert coverage["by_point"] == 2
    assert coverage["by_area"] == 5
    assert coverage["without_place"] == 1
    found, coverage = counted(web, "joc-duty-officer", level=1, basis="before-2024")
    assert found == {"QR05": 4, "QR01": 1, "QR02": 1, None: 2}
    assert coverage == {
        "by_point": 2,
        "by_area": 4,
        "without_place": 1,
        "outside": 0,
        "too_coarse": 1,  # the commune that was cut, and no point
        "undated": 0,
        "start": "2026-10-02T00:00:00Z",
        "end": "2026-10-03T00:00:00Z",
        "sources": 3,
        "organisations": 2,
    }


def test_counts_by_area_are_the_same_however_many_areas_and_sources_there_are(
    web: WebNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers = [web.node.people.reader(role) for role in ("joc-duty-officer", "anyone")]
    day = datetime(2026, 10, 2, 6, tzinfo=UTC)
    queries = [
        Query(),
        Query(kinds=("incident",), start=day),
        Query(end=datetime(2026, 10, 1, tzinfo=UTC)),
        Query(start=day, end=day),
    ]
    bases = [None, *(AMBER.basis(version, 1) for version in ("2024", "before-2024"))]
    asked = [
        (reader, query, basis, level, coverage)
        for reader in readers
        for query in queries
        for basis in bases
        for level in ((1, 2, 3) if basis is None else (1,))
        for coverage in (True, False)
    ]

    def told() -> list[Counts]:
        return [
            counts(
                web.node.picture, reader, query, group=("area",), level=level, basis=basis,
                coverage=coverage,
            )
            for reader, query, basis, level, coverage in asked
        ]  # fmt: skip

    found = told()
    monkeypatch.setattr(byarea, "_LARGEST", 0)  # rows are grouped by SQLite
    assert told() == found
    assert len({one.total for one in found}) > 2


def test_coverage_is_of_what_the_reader_sees(web: WebNode) -> None:
    found, coverage = counted(web, "anyone", level=1, basis="before-2024")
    assert found == {"QR02": 1}
    assert (coverage["by_area"], coverage["sources"], coverage["without_place"]) == (1, 1, 0)


def test_a_basis_that_is_not_there_is_refused_with_those_that_are(web: WebNode) -> None:
    answer = web.get("anyone", "/api/counts?group=area&level=3&basis=before-2024")
    assert (answer.status_code, answer.json()["field"]) == (400, "basis")
    assert "2024 (level 1, 2, 3)" in answer.json()["remedy"]
    assert web.get("anyone", "/api/map/areas/1?basis=none").status_code == 404


def test_versions_are_told_with_validity_source_and_licence(web: WebNode) -> None:
    bases = web.get("anyone", "/api/map").json()["bases"]
    assert [(one["id"], one["valid_from"], one["valid_to"]) for one in bases] == [
        ("2024", "2024-01-01", None),
        ("before-2024", None, "2023-12-31"),
    ]
    assert all(one["source"] and one["licence"] and one["levels"] for one in bases)
    drawn = web.get("anyone", "/api/map/areas/1?basis=before-2024").json()["features"]
    assert {one["properties"]["name"] for one in drawn} >= {"Varkemar"}
    lines = web.get("anyone", "/api/map/borders/1?basis=before-2024").json()["features"]
    assert [one["properties"]["disputed"] for one in lines] == [0, 1]


# --- the gazetteer of a reader


def test_sites_of_lists_are_found_by_any_word_of_their_names_by_those_who_may_see_them(
    web: WebNode,
) -> None:
    base = {"kind": "site", "type": "health-facility", "source": "Made health list"}
    at = {"latitude": -1.2, "longitude": -10.1, "accuracy_m": 25}
    other = ["Gorwen health post"]
    public = base | at | {"compartment": "public"}
    web.node.filing.file_now(PUBLIC, [public | {"name": "Poste de Zorbelle", "other_names": other}])
    web.file(base | at | {"compartment": "mission", "name": "Secret zorbelle"})

    def names(role: str, text: str) -> list[str]:
        return [one["name"] for one in web.get(role, f"/api/suggest?q={text}").json()["places"]]

    # of two whose names go on alike, the entries' hashes say which comes first
    assert sorted(names("joc-duty-officer", "zorb")) == ["Poste de Zorbelle", "Secret zorbelle"]
    assert names("anyone", "zorb") == names("anyone", "gorwen%20he") == ["Poste de Zorbelle"]
    assert names("anyone", "secret") == []
    (one,) = web.get("anyone", "/api/suggest?q=zorb").json()["places"]
    assert (one["source"], one["type"]) == ("Made health list", "health-facility")
    assert one["around"] == AMBER.gazetteer.name_of(one["pcode"])
    (filed,) = web.node.filing.file_now(PUBLIC, [public | {"name": "Tolvane post"}])
    amended = {"name": "Renamed post", "amends": [filed.id.hex()]}
    web.node.filing.file_now(PUBLIC, [public | amended])
    assert names("anyone", "tolvane") == []
    assert names("anyone", "renamed") == ["Renamed post"]


def test_a_site_says_its_marking_source_and_age_to_those_who_hold_it(web: WebNode) -> None:
    site = {"kind": "site", "type": "health-facility", "latitude": -1.2, "longitude": -10.1}
    site |= {"accuracy_m": 25, "source": "Made health list", "classification": "confidential"}
    web.file(site | {"name": "Quavendi clinic", "compartment": "command", "occurred": "2026-05-02"})
    asked = "/api/suggest?q=quavendi"
    answer = web.get("joc-duty-officer", asked)
    (one,) = [one for one in answer.json()["places"] if one.get("type")]
    assert one["marking"].startswith("EXERCISE · command · CONFIDENTIAL · TLP:")
    assert (one["source"], one["as_of"]) == ("Made health list", "2026-05-02")
    assert answer.headers["eirene-marking"].startswith("EXERCISE · command · CONFIDENTIAL")
    for role in ("anyone", "ngo-focal-point"):
        other = web.get(role, asked)
        assert other.json() == web.get(role, "/api/suggest?q=quavendo").json()
        assert (
            other.headers["eirene-marking"] == "EXERCISE · nothing shown · UNCLASSIFIED · TLP:CLEAR"
        )
    told = web.get("joc-duty-officer", "/api/suggest?q=hil").json()["places"]
    assert all(one["source"] for one in told)


def test_places_of_one_name_are_told_apart_by_what_lies_around() -> None:
    found = CAR.suggest("mbata")
    assert [(one.place.name, one.source) for one in found] == [("Mbata", "UCDP GED")] * 2
    assert len({one.around for one in found}) == len({one.write for one in found}) == 2
    for one in found:
        assert CAR.find(one.write) == [one.place]


# --- what has only the middle of an area or a cell


def coarsened(points: list[tuple[float, float]], measure: str) -> list[tuple[Place, Coarse]]:
    """Places of versions, as a rule of that measure gives them."""
    land = Land(AMBER)
    made = [
        coarse_place(Place(lon=lon, lat=lat, accuracy_m=10.0, method="text"), measure, land)
        for lon, lat in points
    ]
    return [(place, Coarse(measure, "day", "banded")) for place in made if place is not None]


@settings(max_examples=5, deadline=None)
@example([(at % 4 / 4 + 0.1, at % 3 / 3 + 0.1) for at in range(12)], "admin-3", ("before-2024", 1))
@given(
    st.lists(st.tuples(st.floats(0.02, 0.98), st.floats(0.02, 0.98)), min_size=12, max_size=24),
    st.sampled_from(("admin-1", "admin-2", "admin-3", "cell-10km", "cell-50km")),
    st.sampled_from((("before-2024", 1), ("2024", 2))),
)
def test_a_coarse_version_counts_where_its_area_lies_and_never_where_its_middle_does(
    parts: list[tuple[float, float]], measure: str, which: tuple[str, int]
) -> None:
    """Points in the commune that was cut, and around it."""
    basis, level = AMBER.basis(*which), which[1]
    before = AMBER.basis("before-2024", 1)
    assert basis and before
    communes = AMBER.areas.level(3)
    assert communes
    cut = next(c for c in communes.codes if not before.area_of(c))
    west, south, east, north = communes.shapes[communes.codes.index(cut)].bounds
    points = [(west + x * (east - west), south + y * (north - south)) for x, y in parts]
    world = World()
    for place, coarse in coarsened(points, measure):
        world.tell(place=place, coarse=coarse, content={"type": "VC"})
    expected: Counter[str | None] = Counter()
    coarse_n = outside = 0
    for one in world.entries:
        assert one.body and one.body.place
        code = one.body.place.pcode
        area = basis.area_of(code) if code else None
        expected[area] += 1
        coarse_n += bool(code) and area is None
        outside += not code
    with tempfile.TemporaryDirectory() as folder:
        picture = Picture.open(Path(folder), KEY, areas=AMBER.divisions[0].parents)
        with closing(picture):
            picture.fold(world.entries)
            found = counts(picture, ALL, Query(), group=("area",), level=level, basis=basis)
    assert {one["area"]: one["n"] for one in found.groups} == dict(expected)
    assert found.coverage is not None
    told = found.coverage
    assert (told.by_point, told.too_coarse) == (0, coarse_n)
    assert told.by_area == sum(n for area, n in expected.items() if area)
    # a cell has a middle, and lies in no area that it names
    assert told.outside + told.without_place == outside


def test_the_point_of_a_version_of_a_commune_that_was_cut_decides_nothing() -> None:
    before = AMBER.basis("before-2024", 1)
    communes = AMBER.areas.level(3)
    assert before and communes
    cut = next(c for c in communes.codes if not before.area_of(c))
    shape = communes.shapes[communes.codes.index(cut)]
    inside = shape.representative_point()
    world = World()
    exact = Place(lon=inside.x, lat=inside.y, accuracy_m=10.0, method="text", pcode=cut)
    world.tell(place=exact)
    for place, coarse in coarsened([(inside.x, inside.y)], "admin-3"):
        assert place.pcode == cut
        world.tell(place=place, coarse=coarse)
    with tempfile.TemporaryDirectory() as folder:
        picture = Picture.open(Path(folder), KEY, areas=AMBER.divisions[0].parents)
        with closing(picture):
            picture.fold(world.entries)
            told = counts(picture, ALL, Query(), group=("area",), basis=before).coverage
    assert told is not None
    assert (told.by_point, told.by_area, told.too_coarse) == (1, 0, 1)


# --- counts as a file


def a_file(web: WebNode, role: str, ending: str, **asked: Any) -> Any:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = web.get(role, f"/api/counts.{ending}?{query}")
    assert answer.status_code == 200, answer.text
    assert f"counts.{ending}" in answer.headers["content-disposition"]
    return answer


def test_a_file_of_counts_says_what_the_panel_says_and_what_it_rests_on(web: WebNode) -> None:
    asked = {"level": 1, "basis": "before-2024", "kind": "incident"}
    found, coverage = counted(web, "joc-duty-officer", **asked)
    text = a_file(web, "joc-duty-officer", "csv", **asked).content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["pcode"] or None: int(row["n"]) for row in rows} == found
    assert {row["name"] for row in rows} >= {"Varkemar", "in no area"}
    for row in rows:
        assert (row["period_start"], row["period_end"]) == (coverage["start"], coverage["end"])
        assert {name: int(row[name]) for name in NUMBERS_OF} == {
            name: coverage[name] for name in NUMBERS_OF
        }
        assert (row["counted"], row["left_out"]) == ("8", "0")
        assert (row["basis"], row["basis_valid_to"]) == ("before-2024", "2023-12-31")
        assert row["marking"].startswith("EXERCISE")
    features = a_file(web, "joc-duty-officer", "geojson", **asked).json()
    told = {one["properties"]["pcode"] or None: one for one in features["features"]}
    assert {code: one["properties"]["n"] for code, one in told.items()} == found
    assert (told[None]["geometry"], told["QR05"]["geometry"]["type"][-7:]) == (None, "Polygon")
    assert features["manifest"]["coverage"]["too_coarse"] == 1
    book = load_workbook(io.BytesIO(a_file(web, "joc-duty-officer", "xlsx", **asked).content))
    head, *lines = book["Counts"].iter_rows(values_only=True)
    assert {(line[0], line[3]) for line in lines} == set(found.items())
    assert list(head) == list(rows[0])
    assert any("before-2024" in str(cell.value) for cell in book["About"]["A"])


NUMBERS_OF = (
    "by_point by_area without_place outside too_coarse undated sources organisations".split()
)


def test_a_file_of_counts_is_of_what_its_reader_sees(web: WebNode) -> None:
    text = a_file(web, "anyone", "csv", basis="before-2024", kind="incident").content.decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["pcode"], row["n"], row["counted"], row["sources"]) == ("QR02", "1", "1", "1")


def test_tags_of_a_file_of_counts_are_right_for_the_library_of_the_standard(web: WebNode) -> None:
    import hxl

    content = a_file(web, "joc-duty-officer", "hxl.csv", level=2, basis="before-2024").content
    heard = hxl.data(io.BytesIO(content))
    assert heard.columns[0].display_tag == "#adm2+code"
    assert len(list(heard)) == len(content.splitlines()) - 2 > 1
    judged = cast(Any, hxl.validate(hxl.data(io.BytesIO(content))))
    assert judged["is_valid"], judged["issues"]
    tags = [column.display_tag for column in heard.columns]
    assert len(set(tags)) == len(tags)


def test_a_name_of_an_area_is_no_formula(tmp_path: Path) -> None:
    world = World()
    world.tell(place=Place(pcode="QR01"))
    world.tell(place=Place(pcode="=QR"))
    with closing(picture_of(tmp_path, world.entries)) as picture:
        borders = Borders(level=1, title="=1+1", name_of=lambda code: f"=cmd|{code}")
        for format_ in COUNT_FORMATS:
            made = export_counts(picture, ALL, Query(), format_, borders, "r", RECEIVED)
            content = b"".join(made.chunks)
            if format_ == "xlsx":
                sheet = load_workbook(io.BytesIO(content))["Counts"]
                assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}
            elif format_ != "geojson":
                assert b"'=cmd|QR01" in content
                assert b",=" not in content and b"\n=" not in content
        with pytest.raises(InvalidQuery):
            export_counts(picture, ALL, Query(), "pdf", borders, "r", RECEIVED)


def test_no_basis_level_or_format_tells_more_than_what_the_reader_has(tmp_path: Path) -> None:
    """A picture with originals beside the versions, and one with the versions alone, count alike."""
    before = AMBER.basis("before-2024", 1)
    communes = AMBER.areas.level(3)
    assert before and communes
    cut = next(c for c in communes.codes if not before.area_of(c))
    west, south, east, north = communes.shapes[communes.codes.index(cut)].bounds
    world = World()
    for at, measure in enumerate(("admin-1", "admin-2", "admin-3", "cell-10km") * 3):
        part = (at + 1) / 13
        lon, lat = west + part * (east - west), south + part * (north - south)
        exact = Place(lon=lon, lat=lat, accuracy_m=10.0, method="text")
        world.tell(place=exact, compartment="command", terms="none of yours" if at % 3 else "")
        for place, coarse in coarsened([(lon, lat)], measure):
            terms = "terms" if at == 5 else ""
            world.tell(place=place, coarse=coarse, compartment="org-a", terms=terms)
    theirs = [one for one in world.entries if one.body and one.body.compartment == "org-a"]
    assert 0 < len(theirs) < len(world.entries)
    reader, areas = a_reader("org-a"), AMBER.divisions[0].parents
    told: list[Any] = []
    for name, entries in (("whole", world.entries), ("part", theirs)):
        picture = Picture.open(tmp_path / name, KEY, areas=areas)
        with closing(picture):
            picture.fold(entries)
            found: list[Any] = []
            for which in (("2024", 1), ("2024", 2), ("2024", 3), ("before-2024", 1)):
                basis, level = AMBER.basis(*which), which[1]
                for query in (Query(), Query(leaving=True), Query(as_of=RECEIVED + 90 * DAY)):
                    asked: dict[str, Any] = {"group": ("area",), "level": level, "basis": basis}
                    found.append(counts(picture, reader, query, **asked))
                borders = Borders(level=level, basis=basis, name_of=lambda code: code)
                for format_ in ("csv", "geojson", "hxl.csv"):
                    made = export_counts(picture, reader, Query(), format_, borders, "r", RECEIVED)
                    found += [b"".join(made.chunks), made.manifest]
            told.append(found)
    assert told[0] == told[1]
    assert [one.left_out for one in told[0] if isinstance(one, Counts)][:3] == [0, 1, 0]
