"""Exports: whole, marked, the same twice, and what goes out comes in again."""

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import msgspec
import pyogrio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyogrio.raw import read as read_raw
from python_calamine import CalamineWorkbook

from eirene.errors import InvalidQuery
from eirene.imports.run import plan
from eirene.picture import Query, every
from eirene.products import FORMATS, Export, export
from eirene.release.reader import Reader
from eirene.reports import table as tables
from eirene.reports.draft import draft_of
from eirene.reports.envelope import Body
from eirene.reports.flat import flat_of, raw_content
from eirene.reports.kinds import kinds
from eirene.reports.table import columns_of, defused, restored
from import_files import NOW, PITFALLS
from picture_world import ALL, HOUR, T0, World, a_reader, picture_of

KML = "{http://www.opengis.net/kml/2.2}"
TEXTS: list[str] = json.loads((PITFALLS / "e02-texts.json").read_text(encoding="utf-8"))[:4]


def told(world: World, flat: dict[str, Any], **changed: Any) -> Body:
    """A report as the filing desk would store it."""
    draft = draft_of(flat, now=NOW)
    names = "occurred observed place source basis grade classification tlp purpose language".split()
    opened = world.tell(
        draft.kind.tag,
        content=msgspec.msgpack.decode(raw_content(draft.content)),
        **({name: getattr(draft, name) for name in names} | changed),
    )
    assert opened.body is not None
    return opened.body


def an_incident(**changed: Any) -> dict[str, Any]:
    return {
        "kind": "incident",
        "type": "VC",
        "occurred": "2025-03-10T14:30Z",
        "place": "4.3612, 18.5550",
        "summary": "Market attacked",
        "source": "patrol",
    } | changed


def exported(
    folder: Path, world: World, format_: str, reader: Reader = ALL, **asked: Any
) -> tuple[Export, bytes]:
    picture = picture_of(folder, world.entries)
    try:
        made = export(
            picture, reader, Query(**asked), format_, "duty", NOW, realm="replay", node="car"
        )
        return made, b"".join(made.chunks)
    finally:
        picture.close()


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
    if format_ == "xlsx":  # as the module says, that of the same table
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
    assert "csv, xlsx, geojson, kml, kmz" in str(caught.value.remedy)


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_answer_is_a_document_that_can_be_read(tmp_path: Path, format_: str) -> None:
    made, content = exported(tmp_path, World(), format_)
    assert made.manifest["count"] == 0
    if format_ == "csv":
        assert rows(content) == []
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


@pytest.mark.parametrize("format_", ["geojson", "kml", "kmz"])
def test_gdal_reads_as_many_as_there_are(tmp_path: Path, world: World, format_: str) -> None:
    for text in TEXTS:
        told(world, an_incident(summary=text))
    made, content = exported(tmp_path / "p", world, format_)
    path = tmp_path / f"all.{format_}"
    path.write_bytes(content)
    assert len(pyogrio.list_layers(path)) == 1
    meta, _, geometries, fields = read_raw(path)
    assert len(geometries) == made.manifest["count"] == 8
    assert sum(g is not None for g in geometries) == 6
    names = list(meta["fields"])
    assert set(TEXTS) <= set(fields[names.index("summary")])
    if format_ != "geojson":
        assert set(TEXTS) <= set(fields[names.index("Name")])


# --- out and in again

WORDS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffd\ufffe\uffff"
    ),
    max_size=20,
) | st.sampled_from(
    ["=1", "'=1", " x ", "NA", "0101", "9e42", 'a "b", c;d', "two\nlines", "a\r\nb"]
)
COUNTS = st.integers(0, 10**8)
ACTORS = st.fixed_dictionaries(
    {"role": st.sampled_from(["party", "victim"])},
    optional={"name": WORDS, "actor_class": st.sampled_from(["unknown", "armed-group"])},
)
COMMON = {
    "source": WORDS,
    "summary": WORDS,
    "narrative": WORDS,
    "grade": st.sampled_from(["B3", "F6"]),
    "tlp": st.sampled_from(["CLEAR", "AMBER", "RED"]),
    "classification": st.sampled_from(["unclassified", "confidential"]),
    "pcode": st.sampled_from(["CF711", "0101"]),
    "place": st.sampled_from(["Talvek", "0°29'30\"S 0°12'15\"W", "=x", "unknown"]),
    "observed": st.sampled_from(["2025-03-11T08:00Z", "2025-03-11T08:00:01.5Z"]),
}
TIMES = st.sampled_from(
    ["2025-03", "night of 24-25 March 2025", "2025-03-10T14:30:59.123Z", "2025", "101430ZMAR25"]
)
INCIDENTS = st.fixed_dictionaries(
    {"kind": st.just("incident"), "type": st.sampled_from(["AC", "VC"]), "occurred": TIMES},
    optional=COMMON
    | {
        "killed": COUNTS,
        "killed_best": COUNTS,
        "media_interest": st.booleans(),
        "also": st.lists(st.sampled_from(["EX", "CR", "HU"]), unique=True),
        "actors": st.lists(ACTORS, max_size=3),
        "damage": WORDS,
    },
)
NUMBERS = st.floats(-400, 8_000, allow_nan=False)
POINTS = st.tuples(st.floats(-89, 89), st.floats(-179, 179)).filter(lambda p: p != (0, 0))
SITES = st.builds(
    lambda flat, point: flat | ({"latitude": point[0], "longitude": point[1]} if point else {}),
    st.fixed_dictionaries(
        {"kind": st.just("site"), "type": st.just("market"), "name": WORDS.filter(str.strip)},
        optional={n: s for n, s in COMMON.items() if n != "place"}
        | {"people": COUNTS, "elevation_m": NUMBERS, "code": WORDS, "other_names": st.lists(WORDS)},
    ),
    st.none() | POINTS,
)
NOT_CONTENT = {"id", "entity", "filed", "filed_by", "organisation", "place_method", "mgrs"}


def content_of(body: Body) -> dict[str, Any]:
    """What must be the same after a way out and in: all but who filed it, when, and by which way."""
    return {name: value for name, value in flat_of(body).items() if name not in NOT_CONTENT}


def read_again(path: Path, kind: str) -> Iterator[tuple[str, Body]]:
    """The reports of an export, as another node would take them, by their summary of ids."""
    made = plan(path, kind=kind, mapping=None, compartment="command", zone=None, now=NOW, find=None)
    assert made.rejects == []
    for flat in made.flats():
        draft = draft_of(flat, now=NOW)
        yield (
            flat["entity"],
            Body(
                id=bytes(16),
                client_id=bytes(16),
                owner="other",
                compartment="command",
                entity=bytes(16),
                kind=draft.kind.tag,
                account="importer",
                filed=NOW,
                occurred=draft.occurred,
                observed=draft.observed,
                place=draft.place,
                source=draft.source,
                basis=draft.basis,
                grade=draft.grade,
                classification=draft.classification,
                tlp=draft.tlp,
                purpose=draft.purpose,
                language=draft.language,
                content=raw_content(draft.content),
            ),
        )


@pytest.mark.parametrize("format_", ["csv", "geojson", "xlsx"])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(flats=st.lists(INCIDENTS, max_size=4) | st.lists(SITES, max_size=4))
def test_what_goes_out_comes_in_again(
    tmp_path_factory: pytest.TempPathFactory, format_: str, flats: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("round")
    world = World()
    for at, flat in enumerate(flats):
        told(world, flat, filed=T0 + at * HOUR)
    picture = picture_of(folder / "picture", world.entries)
    made = export(picture, ALL, Query(), format_, "duty", NOW)
    path = folder / f"all.{format_}"
    path.write_bytes(b"".join(made.chunks))
    before = [content_of(row.body) for page in every(picture, ALL, Query()) for row in page]
    picture.close()
    if not flats:
        return
    after = [content_of(body) for _, body in read_again(path, flats[0]["kind"])]
    assert after == before


def test_a_table_that_comes_back_unchanged_changes_nothing_and_an_edit_amends(
    tmp_path: Path, world: World
) -> None:
    picture = picture_of(tmp_path / "p", world.entries)
    path = tmp_path / "out.csv"
    made = export(picture, ALL, Query(kinds=("incident",)), "csv", "duty", NOW)
    content = b"".join(made.chunks)
    current = {
        row.entity: (row.id, flat_of(row.body))
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
            current=current.get,
        )

    same = back(content)
    assert (same.reports, same.repeats, same.rejected) == (0, 3, 0)
    edited = back(content.replace(b"Only a code", b"Only a code and words"))
    assert (edited.amendments, edited.repeats) == (1, 2)
    (flat,) = edited.flats()
    assert flat["summary"] == "Only a code and words"
    assert current[bytes.fromhex(flat["entity"])][0].hex() in flat["amends"]
