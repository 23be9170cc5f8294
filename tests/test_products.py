"""Exports: whole, marked, the same twice, and what goes out comes in again."""

import csv
import hashlib
import io
import json
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from xml.etree import ElementTree

import hxl
import msgspec
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyogrio.raw import read as read_raw
from python_calamine import CalamineWorkbook

from eirene.errors import InvalidQuery
from eirene.imports.deciding import Known, Said
from eirene.imports.run import plan
from eirene.picture import Query, every
from eirene.products import FORMATS, export
from eirene.products.hxl import NUMBERS, tag_of, tags_of
from eirene.reports import table as tables
from eirene.reports.flat import flat_of
from eirene.reports.kinds import fields_of, kinds
from eirene.reports.table import columns_of, defused, restored
from export_files import an_incident, exported, told
from import_files import NOW, PITFALLS
from picture_world import ALL, World, a_reader, picture_of

KML = "{http://www.opengis.net/kml/2.2}"
TEXTS: list[str] = json.loads((PITFALLS / "e02-texts.json").read_text(encoding="utf-8"))[:4]


@pytest.fixture
def world() -> World:
    """An incident with a point, one with a P-code only, one without a place, and a site."""
    made = World()
    told(made, an_incident(killed=2))
    told(made, an_incident(place="", pcode="CF711", summary="Only a code"))
    told(made, an_incident(place="unknown", summary="No place"))
    told(made, {"kind": "site", "type": "market", "name": "Talvek", "place": "-0.4917, -0.2042"})
    return made


def marks(content: bytes) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(content).iter(f"{KML}Placemark"))  # noqa: S314  our own


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def kept(folder: Path, content: bytes) -> Path:
    """A GeoPackage where GDAL expects one: under its ending."""
    path = folder / "all.gpkg"
    path.write_bytes(content)
    return path


def layers(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows of each layer of a GeoPackage, as GDAL reads them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, _ in pyogrio.list_layers(path):
        meta, _, shapes, columns = read_raw(path, layer=name, datetime_as_string=True)
        told = zip(shapes, *columns, strict=True)
        names = ["geometry", *meta["fields"]]
        found[name] = [dict(zip(names, row, strict=True)) for row in told]
    return found


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


# --- what is in it


@pytest.mark.parametrize("format_", FORMATS)
def test_the_manifest_says_who_when_what_and_the_hash(
    tmp_path: Path, world: World, format_: str
) -> None:
    made, content = exported(tmp_path, world, format_, kinds=("incident",), q="market")
    manifest = made.manifest
    assert (manifest["who"], manifest["when"]) == ("duty", "2026-11-25T12:00:00Z")
    assert (manifest["realm"], manifest["node"]) == ("replay", "car")
    assert manifest["filter"] == {"kinds": ("incident",), "q": "market"}
    assert manifest["marking"] == "REPLAY · command · UNCLASSIFIED · TLP:GREEN"
    assert (manifest["count"], manifest["without_point"]) == (1, 0)
    hashed = content
    if format_ in ("xlsx", "gpkg"):  # as the modules say, that of the same table
        hashed = exported(tmp_path / "t", world, "csv", kinds=("incident",), q="market")[1]
    elif format_ == "kmz":
        hashed = unzipped(content)["doc.kml"]
    end = {"geojson": hashed.rfind(b',\n"manifest"')}
    end |= dict.fromkeys(("kml", "kmz"), hashed.rfind(b"<ExtendedData>"))
    assert manifest["sha256"] == hashlib.sha256(hashed[: end.get(format_)]).hexdigest()


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_question_gives_the_same_bytes_but_for_the_manifest(
    tmp_path: Path, world: World, format_: str
) -> None:
    one, first = exported(tmp_path / "a", world, format_)
    other, second = exported(tmp_path / "b", world, format_)
    assert first == second
    assert one.manifest["sha256"] == other.manifest["sha256"]
    assert one.filename == f"eirene-replay-car-20261125T120000Z.{format_}"


def test_a_short_document_has_its_whole_manifest_before_the_first_chunk(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = picture_of(tmp_path, world.entries)
    made = export(picture, ALL, Query(), "csv", "duty", NOW)
    assert made.manifest["count"] == 4
    monkeypatch.setattr(sys.modules[export.__module__], "READ_AHEAD", 10)
    long = export(picture, ALL, Query(), "csv", "duty", NOW)
    assert long.manifest["count"] is None
    assert b"".join(long.chunks) == b"".join(made.chunks)
    assert long.manifest == made.manifest
    picture.close()


def test_credits_name_the_sources_that_are_in_it(tmp_path: Path, world: World) -> None:
    picture = picture_of(tmp_path, world.entries)
    names = {"patrol": "The patrol, CC BY.", "other": "Not in it."}
    made = export(picture, ALL, Query(), "geojson", "duty", NOW, credits=names)
    assert made.manifest["attribution"] == ["The patrol, CC BY."]
    assert made.manifest["sources"] == ["patrol"]
    picture.close()


def test_an_unknown_format_is_one_clear_error(tmp_path: Path, world: World) -> None:
    with pytest.raises(InvalidQuery) as caught:
        exported(tmp_path, world, "xls")
    assert "csv, xlsx, geojson, gpkg, kml, kmz, hxl.csv" in str(caught.value.remedy)


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_answer_is_a_document_that_can_be_read(tmp_path: Path, format_: str) -> None:
    made, content = exported(tmp_path, World(), format_)
    assert made.manifest["count"] == 0
    if format_ == "csv":
        assert rows(content) == []
    elif format_ == "hxl.csv":
        assert [one["id"] for one in rows(content)] == ["#meta+id"]
    elif format_ == "gpkg":
        assert layers(kept(tmp_path, content)) == {"reports": []}
    elif format_ == "xlsx":
        assert len(sheets(content)["Reports"]) == 1
    elif format_ == "geojson":
        assert json.loads(content)["features"] == []
    else:
        assert marks(unzipped(content)["doc.kml"] if format_ == "kmz" else content) == []


# --- E03: reports without a point


def test_reports_without_a_point_are_there_without_one(tmp_path: Path, world: World) -> None:
    made, content = exported(tmp_path / "c", world, "csv", kinds=("incident",))
    assert (made.manifest["count"], made.manifest["without_point"]) == (3, 2)
    assert sorted(row["latitude"] for row in rows(content)) == ["", "", "4.3612"]
    _, content = exported(tmp_path / "g", world, "geojson", kinds=("incident",))
    geometries = [one["geometry"] for one in json.loads(content)["features"]]
    assert geometries.count(None) == 2
    _, content = exported(tmp_path / "k", world, "kml", kinds=("incident",))
    assert [mark.find(f"{KML}Point") is None for mark in marks(content)].count(True) == 2
    assert b"NaN" not in content


# --- R01 in small: what a reader must not see leaves no trace


def test_headings_depend_on_the_kinds_that_a_reader_sees_and_on_nothing_else(
    tmp_path: Path, world: World
) -> None:
    told(
        world,
        {"kind": "note", "type": "comment", "summary": "secret", "source": "TOKEN"},
        compartment="humanitarian",
    )
    _, content = exported(tmp_path / "a", world, "csv", a_reader("command"))
    assert "TOKEN" not in content.decode()
    expected = columns_of([kinds()["incident"], kinds()["site"]])
    assert tuple(rows(content)[0]) == expected
    _, content = exported(tmp_path / "b", world, "csv", a_reader("nothing"))
    assert content.decode().splitlines() == [",".join(columns_of([]))]


# --- E02 and formulas: texts


def test_texts_are_the_same_after_every_export(tmp_path: Path) -> None:
    world = World()
    for text in TEXTS:
        told(world, an_incident(summary=text, narrative=f"{text}\n{text}"))
    _, content = exported(tmp_path / "c", world, "csv")
    assert sorted(restored(row["summary"]) for row in rows(content)) == sorted(TEXTS)
    _, content = exported(tmp_path / "g", world, "geojson")
    features = json.loads(content)["features"]
    assert sorted(one["properties"]["summary"] for one in features) == sorted(TEXTS)
    _, content = exported(tmp_path / "k", world, "kml")
    placed = marks(content)
    assert sorted(str(mark.findtext(f"{KML}name")) for mark in placed) == sorted(TEXTS)
    balloons = "".join(str(mark.findtext(f"{KML}description")) for mark in placed)
    assert "<img" not in balloons
    assert "&lt;img" in balloons


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "'=x", "''-x", "＝x"])
def test_no_text_is_a_formula_and_numbers_are_left_alone(tmp_path: Path, text: str) -> None:
    world = World()
    told(
        world,
        {"kind": "site", "type": "market", "name": text, "place": "-0.4917, -0.2042"},
        source=text.strip(),
    )
    _, content = exported(tmp_path, world, "csv")
    (row,) = rows(content)
    assert row["name"] == f"'{text}"
    assert row["source"].startswith("'")
    assert (row["latitude"], row["longitude"]) == ("-0.4917", "-0.2042")


@given(st.text() | st.text(alphabet="'=+-@;,\t\r\n＝a "))
def test_what_was_made_harmless_can_be_restored(text: str) -> None:
    assert restored(defused(text)) == text
    assert defused(text)[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


@given(st.text(alphabet="'=+-@;,\"＝a "))
def test_words_within_a_list_are_no_formula_either(text: str) -> None:
    told = tables.cell([{"name": text}])
    assert json.loads(told) == [{"name": text}]
    assert not re.search(';"*[=+@＝-]', told.replace('"', '""'))


@settings(max_examples=40)
@given(st.text(alphabet="'=+-@;,\"\t\r\n＝a "))
def test_no_cell_is_a_formula_however_a_spreadsheet_divides_the_file(text: str) -> None:
    """By commas with quotes, or by semicolons or tabs with quotes that it takes no notice of."""
    world = World()
    site = {"kind": "site", "type": "market", "place": "-0.4917, -0.2042"}
    told(world, site | {"name": f"a{text}a", "narrative": f"a{text}a"})
    with TemporaryDirectory() as folder:
        _, content = exported(Path(folder), world, "csv")
    for one in re.split(r"[;\t\r\n]+", content.decode()):
        assert not re.match('"*[=+@＝-]', one), (text, one)


# --- workbooks


def test_a_workbook_holds_the_table_its_marking_and_its_manifest(
    tmp_path: Path, world: World
) -> None:
    made, content = exported(tmp_path / "x", world, "xlsx")
    _, table = exported(tmp_path / "c", world, "csv")
    found = sheets(content)
    heading, *lines = found["Reports"]
    assert heading == list(rows(table)[0])
    texts = [[str(cell) if isinstance(cell, str) else cell for cell in line] for line in lines]
    for line, row in zip(texts, rows(table), strict=True):
        for name, cell in zip(heading, line, strict=True):
            assert cell == row[name] or float(cell) == float(row[name])
    killed = [dict(zip(heading, line, strict=True))["killed"] for line in lines]
    assert sorted(map(str, killed)) == ["", "", "", "2.0"]  # a number, and no 0 for unknown
    about = dict(line[0].split(": ", 1) for line in found["About"])
    assert about["marking"] == made.manifest["marking"]
    assert about["sha256"] == made.manifest["sha256"]
    printed = unzipped(content)["xl/worksheets/sheet1.xml"].decode()
    assert "REPLAY" in printed[printed.index("<oddHeader>") :]


@pytest.mark.parametrize("text", ["=1+1", "@x", '=HYPERLINK("http://x";"y")', "{=1}", "http://x.y"])
def test_no_text_of_a_workbook_is_a_formula_or_a_link(tmp_path: Path, text: str) -> None:
    world = World()
    told(world, an_incident(summary=text))
    _, content = exported(tmp_path, world, "xlsx")
    sheet = unzipped(content)["xl/worksheets/sheet1.xml"]
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet
    heading, line = sheets(content)["Reports"]
    assert restored(dict(zip(heading, line, strict=True))["summary"]) == text


def test_what_fits_no_workbook_is_one_clear_error(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules[FORMATS["xlsx"].__module__]
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    with pytest.raises(InvalidQuery, match="holds 3 reports at most"):
        exported(tmp_path / "a", world, "xlsx")
    monkeypatch.undo()
    monkeypatch.setattr(module, "LONGEST_CELL", 10)
    with pytest.raises(InvalidQuery, match="fits no cell"):
        exported(tmp_path / "b", world, "xlsx")


# --- GeoPackage


def test_a_geopackage_has_a_layer_of_points_for_each_kind(tmp_path: Path, world: World) -> None:
    made, content = exported(tmp_path, world, "gpkg")
    found = layers(kept(tmp_path, content))
    assert {name: len(of) for name, of in found.items()} == {"incident": 3, "site": 1}
    assert [row["geometry"] is None for row in found["incident"]].count(True) == 2
    [site] = found["site"]
    assert struct.unpack("<BIdd", site["geometry"]) == (1, 1, -0.2042, -0.4917)
    told = pyogrio.read_info(kept(tmp_path, content), layer="incident")
    assert told["crs"] == "EPSG:4326"
    assert told["geometry_type"] == "Point"
    assert told["layer_metadata"]["DESCRIPTION"] == "REPLAY · command · UNCLASSIFIED · TLP:GREEN"
    assert told["layer_metadata"]["IDENTIFIER"] == "REPLAY · Incidents"
    manifest = json.loads(told["dataset_metadata"]["GPKG_METADATA_ITEM_1"])
    assert manifest == json.loads(msgspec.json.encode(made.manifest))


def test_a_geopackage_keeps_its_types_and_what_is_not_known_stays_unknown(tmp_path: Path) -> None:
    world = World()
    told(world, an_incident(killed=0, summary="=1+1", occurred="2025-03-10T14:30:59.123Z"))
    told(world, an_incident(media_interest=True))
    _, content = exported(tmp_path, world, "gpkg")
    one, other = sorted(
        layers(kept(tmp_path, content))["incident"], key=lambda row: str(row["summary"])
    )
    assert one["summary"] == "=1+1"  # a cell of text, which no program reckons
    assert (one["killed"], other["killed"] != other["killed"]) == (0, True)  # NaN is no number
    assert (one["media_interest"] != one["media_interest"], other["media_interest"]) == (True, 1)
    assert one["occurred_start"] == "2025-03-10T14:30:59.123Z"
    assert one["pcode"] is None
    sorts = dict(
        zip(
            *(pyogrio.read_info(kept(tmp_path, content))[name] for name in ("fields", "dtypes")),
            strict=True,
        )
    )
    assert sorts["filed"].startswith("datetime64")
    assert (sorts["killed"], sorts["media_interest"]) == ("int64", "bool")


def test_a_geopackage_is_made_of_pages_that_hold_nothing_else(tmp_path: Path, world: World) -> None:
    """No page of it was ever used for something that somebody else may see."""
    _, content = exported(tmp_path, world, "gpkg")
    with closing(sqlite3.connect(":memory:")) as file:
        file.deserialize(content)
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert file.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        assert file.execute("PRAGMA application_id").fetchone() == (0x47504B47,)


def test_a_geopackage_that_grows_too_large_is_one_clear_error(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(world, an_incident(narrative="x" * 20_000))
    monkeypatch.setattr(sys.modules[FORMATS["gpkg"].__module__], "LARGEST", 80_000)
    with pytest.raises(InvalidQuery, match="is not made") as caught:
        exported(tmp_path, world, "gpkg")
    assert caught.value.field == "format"


# --- HXL


def every_kind() -> World:
    """The example of each kind."""
    world = World()
    for kind in kinds().values():
        example = {name: value for name, value in kind.example.items() if name != "links"}
        told(world, {"compartment": (kind.only_in or ("command",))[0]} | example)
    return world


def test_libhxl_finds_nothing_wrong_with_any_kind(tmp_path: Path) -> None:
    world = every_kind()
    for name in kinds():
        made, content = exported(tmp_path / name, world, "hxl.csv", kinds=(name,))
        heard = hxl.data(io.BytesIO(content))
        assert len(heard.columns) == len(rows(content)[0])
        assert len(list(heard)) == made.manifest["count"]
        judged = cast(Any, hxl.validate(hxl.data(io.BytesIO(content))))
        faults = {issue["rule_id"]: issue["locations"] for issue in judged["issues"]}
        assert judged["is_valid"], (name, faults)


def test_libhxl_would_find_a_text_under_a_tag_for_numbers(tmp_path: Path, world: World) -> None:
    _, content = exported(tmp_path, world, "hxl.csv", kinds=("incident",))
    spoilt = content.replace(b"#description,", b"#affected,", 1)
    assert not hxl.validate(hxl.data(io.BytesIO(spoilt)))["is_valid"]


def test_every_column_has_a_tag_of_its_own() -> None:
    every = list(kinds().values())
    columns = columns_of(every)
    tags = tags_of(columns, every)
    assert len(set(tags)) == len(columns) == len(tags)
    numbers = {"count", "number"}
    for kind in every:
        for field in fields_of(kind.content).values():
            base, *attributes = tag_of(field.name, field).split("+")
            kept = base in NUMBERS or (base in ("#indicator", "#output") and "num" in attributes)
            assert not kept or field.held.form in numbers, (kind.name, field.name)
            assert base != "#date" or field.held.form == "time", (kind.name, field.name)


# --- other programs


def test_xmllint_reads_the_kml(tmp_path: Path, world: World) -> None:
    lint = shutil.which("xmllint")
    if lint is None:
        pytest.skip("xmllint is not installed")
    for text in TEXTS:
        told(world, an_incident(summary=text))
    _, content = exported(tmp_path / "p", world, "kml")
    path = tmp_path / "all.kml"
    path.write_bytes(content)
    subprocess.run([lint, "--noout", path], check=True)


@pytest.mark.parametrize("format_", ["geojson", "gpkg", "kml", "kmz"])
def test_gdal_reads_as_many_as_there_are(tmp_path: Path, world: World, format_: str) -> None:
    for text in TEXTS:
        told(world, an_incident(summary=text))
    made, content = exported(tmp_path / "p", world, format_)
    path = tmp_path / f"all.{format_}"
    path.write_bytes(content)
    assert len(pyogrio.list_layers(path)) == (2 if format_ == "gpkg" else 1)
    meta, _, geometries, fields = read_raw(path, layer="incident" if format_ == "gpkg" else None)
    sites = format_ == "gpkg"  # stand in a layer of their own
    assert len(geometries) == made.manifest["count"] - sites == 8 - sites
    assert sum(g is not None for g in geometries) == 6 - sites
    names = list(meta["fields"])
    assert set(TEXTS) <= set(fields[names.index("summary")])
    if format_.startswith("km"):
        assert set(TEXTS) <= set(fields[names.index("Name")])


# --- out and in again; `test_round_trip.py` has the contents


def test_a_table_that_comes_back_unchanged_changes_nothing_and_an_edit_amends(
    tmp_path: Path, world: World
) -> None:
    picture = picture_of(tmp_path / "p", world.entries)
    path = tmp_path / "out.csv"
    made = export(picture, ALL, Query(kinds=("incident",)), "csv", "duty", NOW)
    content = b"".join(made.chunks)
    current = {
        row.entity: Known((row.id,), lambda body=row.body: flat_of(body), list[Said])
        for page in every(picture, ALL, Query())
        for row in page
    }
    picture.close()

    def back(text: bytes) -> Any:
        path.write_bytes(text)
        return plan(
            path,
            kind="incident",
            mapping=None,
            compartment="command",
            zone=None,
            now=NOW + timedelta(days=1),
            find=None,
            current=lambda entities: {one: current[one] for one in entities if one in current},
        )

    same = back(content)
    assert (same.reports, same.repeats, same.rejected) == (0, 3, 0)
    edited = back(content.replace(b"Only a code", b"Only a code and words"))
    assert (edited.amendments, edited.repeats) == (1, 2)
    (flat,) = edited.flats()
    assert flat["summary"] == "Only a code and words"
    assert current[bytes.fromhex(flat["entity"])].stands[0].hex() in flat["amends"]
