"""Map files as tables: GeoPackage, shapefile, KML, KMZ, GPX; shut in, and in WGS 84 or not at all."""

import socket
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyogrio import raw

from eirene.imports.faults import UnclearFile
from eirene.imports.mapworker import FORMATS, OTHERS, WARPER
from eirene.imports.readers import Broken, Row, Table, open_table
from import_files import PITFALLS, a_file, a_mapping, planned, sums, told

POINTS = [shapely.Point(18.5, 4.25), shapely.Point(18.75, 4.5), None]
KML = """<?xml version="1.0"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>"""
MARK = "<Placemark><name>{}</name>{}<Point><coordinates>18.5,4.25</coordinates></Point></Placemark>"


def a_layer(path: Path, crs: str | None = "EPSG:4326", layer: str = "wells", **more: Any) -> Path:
    """A file with three wells: two points and one that has none."""
    raw.write(
        path,
        shapely.to_wkb(np.array(more.pop("points", POINTS))),
        [np.array(["Ndélou", "B", "C"], dtype=object), np.array([10, 20, 30])],
        ["name", "users"],
        layer=layer,
        geometry_type="Point",
        crs=crs,
        **more,
    )
    return path


def cells(table: Table) -> list[list[Any]]:
    return [list(row.cells) for row in table.rows() if isinstance(row, Row)]


def facts(table: Table) -> str:
    return "\n".join(table.facts)


def test_a_geopackage_is_a_table_with_points(tmp_path: Path) -> None:
    table = open_table(a_layer(tmp_path / "any.gpkg", driver="GPKG"))
    assert table.columns == ("name", "users", "latitude", "longitude", "accuracy_m")
    assert cells(table) == [
        ["Ndélou", 10, 4.25, 18.5, None],
        ["B", 20, 4.5, 18.75, None],
        ["C", 30, None, None, None],
    ]
    assert [row.number for row in table.rows()] == [1, 2, 3]
    fields = {"name": "name", "people": "users", "latitude": "latitude", "longitude": "longitude"}
    made = planned(table.path, a_mapping(fields=fields))
    assert sums(made) == (3, 0, 0, 0)


def test_another_coordinate_system_is_turned_and_said(tmp_path: Path) -> None:
    points = [shapely.Point(500_000, 475_000), shapely.Point(501_000, 475_000), None]
    for name, driver in (("a.gpkg", "GPKG"), ("b.shp", "ESRI Shapefile")):
        path = a_layer(tmp_path / name, "EPSG:32634", Path(name).stem, points=points, driver=driver)
        table = open_table(path)
        assert cells(table)[0][2:4] == pytest.approx([4.2974, 21.0], abs=1e-4)
        assert cells(table)[0][0] == "Ndélou"
        assert "EPSG:32634: turned into WGS 84" in facts(table)


def test_without_a_coordinate_system_nothing_is_read(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="crs"):
        path = a_layer(tmp_path / "a.gpkg", None, driver="GPKG")
    with pytest.raises(UnclearFile, match="coordinate system") as caught:
        open_table(path)
    assert caught.value.field == "crs"
    path = a_layer(tmp_path / "b.shp", driver="ESRI Shapefile")
    path.with_suffix(".prj").unlink()
    with pytest.raises(UnclearFile, match=r"no \.prj"):
        open_table(path)


def test_exchanged_axes_are_rejects_and_never_another_place(tmp_path: Path) -> None:
    points = [shapely.Point(4.25, 118.5), shapely.Point(18.5, 4.25), None]
    rows = list(open_table(a_layer(tmp_path / "a.gpkg", points=points, driver="GPKG")).rows())
    assert isinstance(rows[0], Broken)
    assert "exchanged axes" in rows[0].rule
    assert isinstance(rows[1], Row)


def test_two_layers_are_asked_about_and_a_stated_one_is_read(tmp_path: Path) -> None:
    path = a_layer(tmp_path / "a.gpkg", driver="GPKG")
    a_layer(path, layer="other", driver="GPKG", append=True)
    with pytest.raises(
        UnclearFile, match=r"'wells' \(3 features\), 'other' \(3 features\)"
    ) as caught:
        open_table(path)
    assert caught.value.field == "file.sheet"
    assert open_table(path, sheet="other").sheet == "other"
    with pytest.raises(UnclearFile, match="no layer 'absent'"):
        open_table(path, sheet="absent")


def test_a_zipped_shapefile_is_the_same_table_as_a_plain_one(tmp_path: Path) -> None:
    path = a_layer(tmp_path / "wells.shp", driver="ESRI Shapefile", encoding="utf-8")
    packed = tmp_path / "wells.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("wells.*"):
            if part != packed:
                archive.write(part, f"data/{part.name}")
    assert cells(open_table(packed)) == cells(open_table(path))
    path.with_suffix(".dbf").unlink()
    with pytest.raises(UnclearFile, match=r"without its \.dbf"):
        open_table(path)


def test_i06_a_note_that_lies_is_named_and_both_columns_arrive() -> None:
    path = PITFALLS / "i06-lying-cpg.shp"
    with pytest.raises(UnclearFile, match=r"says UTF-8, but its texts are not.*Ndélou") as caught:
        open_table(path)
    assert caught.value.field == "encoding"
    table = open_table(path, encoding="cp1252")
    assert table.columns[:3] == ("pcode", "village_na", "village_na [2]")
    assert [row[:3] for row in cells(table)] == [
        ["XA0101", "Ndélou", "Ndelou"],
        ["XA0102", "Bâlo", "Balo"],
    ]


def test_kml_is_a_table_of_its_folders_with_what_is_switched_off_as_rejects(tmp_path: Path) -> None:
    off = "<visibility>0</visibility>"
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x</href></Link></NetworkLink>"
    text = KML.format(
        f"<Folder><name>North</name>{MARK.format('A &amp; B', '')}{MARK.format('Off', off)}</Folder>"
        f"<Folder><name>South</name>{MARK.format('C', '')}</Folder>{link}"
    )
    path = a_file(tmp_path, text, "a.kml")
    table = open_table(path)
    at = [table.columns.index(name) for name in ("Name", "layer", "latitude", "longitude")]
    assert [[row[i] for i in at] for row in cells(table)] == [
        ["A & B", "North", 4.25, 18.5],
        ["C", "South", 4.25, 18.5],
    ]
    assert "links to other files are not followed: 1" in facts(table)
    assert "switched off are rejects: 1" in facts(table)
    made = planned(path, a_mapping(fields={"name": "Name"}))
    assert sums(made) == (2, 0, 1, 0)
    assert len(cells(open_table(path, hidden=True))) == 3


def test_gpx_waypoints_and_tracks_are_rows(tmp_path: Path) -> None:
    text = """<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
    <wpt lat="4.25" lon="18.5"><time>2025-03-01T10:00:00Z</time><name>W</name></wpt>
    <trk><name>T</name><trkseg><trkpt lat="4" lon="18"/><trkpt lat="4" lon="19"/></trkseg></trk>
    </gpx>"""
    table = open_table(a_file(tmp_path, text, "a.gpx"))
    assert table.columns == ("time", "name", "layer", "latitude", "longitude", "accuracy_m")
    first, second = cells(table)
    assert first == ["2025-03-01T10:00:00Z", "W", "waypoints", 4.25, 18.5, None]
    assert second[1:3] == ["T", "tracks"]
    assert second[5] == pytest.approx(55_500, rel=0.01)


def test_a_field_called_latitude_does_not_take_the_place_of_the_point(tmp_path: Path) -> None:
    data = "<ExtendedData><Data name='latitude'><value>99</value></Data></ExtendedData>"
    path = a_file(tmp_path, KML.format(MARK.format("A", data)), "a.kml")
    table = open_table(path)
    assert table.columns[-3:] == ("latitude", "longitude", "accuracy_m")
    assert cells(table)[0][-3] == 4.25
    assert "latitude [2]" in table.columns


# --- hostile


@pytest.fixture
def listener() -> Any:
    """A port that nobody may call; gives it and the list of calls."""
    calls: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        done = threading.Event()

        def wait() -> None:
            while not done.is_set():
                try:
                    calls.append(server.accept())
                except TimeoutError:
                    continue

        thread = threading.Thread(target=wait)
        thread.start()
        yield server.getsockname()[1], calls
        done.set()
        thread.join()


def test_i11_entities_and_links_reach_nothing(tmp_path: Path, listener: Any) -> None:
    with pytest.raises(UnclearFile, match="document type or entities"):
        open_table(PITFALLS / "i11-hostile.kml")
    port, calls = listener
    link = f"<NetworkLink><Link><href>http://127.0.0.1:{port}/x</href></Link></NetworkLink>"
    style = f"<styleUrl>http://127.0.0.1:{port}/s#a</styleUrl>"
    text = KML.format(link + MARK.format("A", style))
    assert len(cells(open_table(a_file(tmp_path, text, "a.kml")))) == 1
    assert calls == []


def test_i11_padding_in_an_archive_is_passed_over(tmp_path: Path) -> None:
    table = open_table(PITFALLS / "i11-padding.kmz")
    assert [row[0] for row in cells(table)] == ["Post 1"]
    assert "other files in the archive are not read: 1" in table.facts
    assert not (PITFALLS.parent.parent / "outside.txt").exists()


def test_a_file_that_passes_for_another_format_of_gdal_is_not_read_as_it(
    tmp_path: Path, listener: Any
) -> None:
    port, calls = listener
    vrt = (
        "<!-- <OGRVRTDataSource><OGRVRTLayer name='a'>"
        f"<SrcDataSource>/vsicurl/http://127.0.0.1:{port}/a.csv</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource> -->"
    )
    text = KML.format(MARK.format("A", "")).replace("<kml", f"{vrt}<kml")
    table = open_table(a_file(tmp_path, text, "a.kml"))
    assert [row[0] for row in cells(table)] == ["A"]
    with pytest.raises(UnclearFile, match="no KML"):
        open_table(a_file(tmp_path, vrt[5:-4], "b.vrt"))
    assert calls == []


def test_the_worker_switches_off_every_other_format() -> None:
    known = {*FORMATS, *OTHERS, WARPER}
    assert set(pyogrio.list_drivers()) <= known, "a new GDAL brings formats: list them in OTHERS"


def test_a_process_that_is_shut_in_opens_no_socket_and_starts_no_program() -> None:
    program = """
import socket, subprocess
from eirene.imports.shut_in import shut_in
held = shut_in(memory=200_000_000, seconds=5, written=1000)
told = []
for act in (lambda: socket.socket(), lambda: subprocess.run(["true"]), lambda: bytearray(10**9)):
    try:
        act()
        told.append("done")
    except (OSError, MemoryError) as error:
        told.append(type(error).__name__)
print(held, *told)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    held, *told = done.stdout.split()
    if held == "False":
        pytest.skip("this kernel has no seccomp")
    assert told == ["PermissionError", "PermissionError", "MemoryError"]


@pytest.mark.parametrize("bad", [b"", b"\0" * 500, b"\xff" * 5_000])
def test_what_only_begins_like_a_map_file_is_one_clear_error(tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"SQLite format 3\0" + bad)
    with pytest.raises(UnclearFile) as caught:
        open_table(path)
    assert caught.value.remedy
    assert "layer.gpkg" not in caught.value.message


def test_a_document_that_is_nested_too_deep_is_one_clear_error(tmp_path: Path) -> None:
    deep = "<Folder>" * 5_000 + "</Folder>" * 5_000
    with pytest.raises(UnclearFile, match="nested"):
        open_table(a_file(tmp_path, KML.format(deep), "a.kml"))


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    form=st.sampled_from(("gpkg", "kml", "gpx", "shp")),
    place=st.integers(min_value=16, max_value=90_000),
    change=st.binary(min_size=1, max_size=30),
)
def test_a_changed_map_file_is_a_table_or_one_clear_error(
    tmp_path: Path, form: str, place: int, change: bytes
) -> None:
    path = tmp_path / f"a.{form}"
    if form in ("gpkg", "shp"):
        path.unlink(missing_ok=True)
        a_layer(path, layer="a", driver="GPKG" if form == "gpkg" else "ESRI Shapefile")
    else:
        text = "<gpx><wpt lat='1' lon='2'><name>W</name></wpt></gpx>"
        path.write_text(KML.format(MARK.format("A", "")) if form == "kml" else text)
    changed = path.with_suffix(".dbf") if form == "shp" and place % 2 else path
    whole = changed.read_bytes()
    at = max(place % len(whole), 16)
    changed.write_bytes(whole[:at] + change + whole[at + len(change) :])
    try:
        table = open_table(path, encoding="utf-8")
        for row in table.rows():
            assert isinstance(row, Broken) or len(row.cells) == len(table.columns)
    except UnclearFile as error:
        assert error.remedy


def test_switching_off_is_said_in_the_table_of_an_import(tmp_path: Path) -> None:
    text = KML.format(MARK.format("A", "<visibility>0</visibility>"))
    made = planned(a_file(tmp_path, text, "a.kml"), a_mapping(fields={"name": "Name"}))
    assert sums(made) == (0, 0, 1, 0)
    assert "switched off are rejects: 1" in told(made)
