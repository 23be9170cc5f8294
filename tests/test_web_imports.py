"""Tables brought in the browser: proposed, planned, filed, and seen by nobody else."""

from __future__ import annotations

import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import shapely
from pyogrio import raw

from eirene.imports import mapfiles
from eirene.missions import mission_named
from eirene.web import uploads
from eirene.web.control import lines
from eirene.web.memory import MemoryFile
from import_files import PITFALLS
from web_node import WebNode

JOC, NGO, ANYONE = "joc-duty-officer", "ngo-focal-point", "anyone"
SITES = "name,type de site,latitude,longitude,personnes\nTalvek,école,-0.2,-0.5,120\nOrrin,puits,-0.3,-95.5,\nFar,puits,-95,0,\n"
WHO = "acteur,secteur,pcode\nTOKEN-ORG,EHA,CF21\nOther,Poetry,CF22\n"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    made = WebNode(tmp_path_factory.mktemp("imports") / "node")
    yield made
    made.close()


def brought(web: WebNode, text: str, name: str = "list.csv", role: str = JOC) -> dict[str, Any]:
    """An upload after its first look."""
    answer = web.post(role, f"/api/imports?name={name}", text.encode())
    assert answer.status_code == 201, answer.text
    return settled(web, answer.json()["id"], role)


def settled(web: WebNode, upload: str, role: str = JOC) -> dict[str, Any]:
    for _ in range(400):
        answer = web.get(role, f"/api/imports/{upload}")
        assert answer.status_code == 200, answer.text
        if answer.json()["state"] not in ("reading", "filing"):
            return answer.json()
        time.sleep(0.02)
    raise AssertionError("it never came to rest")


def acted(web: WebNode, upload: str, role: str = JOC, **said: Any) -> dict[str, Any]:
    answer = web.post(role, f"/api/imports/{upload}", said)
    assert answer.status_code == 200, answer.text
    return settled(web, upload, role)


def ready(web: WebNode, text: str, name: str = "list.csv", **more: Any) -> dict[str, Any]:
    """An upload that is planned for the mission."""
    one = brought(web, text, name)
    return acted(web, one["id"], act="plan", compartment="mission", **more)


def found(web: WebNode, words: str, role: str = JOC) -> list[dict[str, Any]]:
    return web.get(role, f"/api/search?q={words}").json()["reports"]


def test_from_a_file_to_the_picture(web: WebNode) -> None:
    one = brought(web, SITES, "wells.csv")
    assert one["state"] == "asks", "nobody said into which compartment"
    assert one["proposal"]["kind"] == "site"
    fields = {c["name"]: c["field"] for c in one["proposal"]["columns"]}
    assert fields == {
        "name": "name",
        "type de site": "type",
        "latitude": "latitude",
        "longitude": "longitude",
        "personnes": "people",
    }
    one = acted(web, one["id"], act="plan", compartment="mission", const={"grade": "B2"})
    plan = one["plan"]
    assert (plan["rows"], plan["reports"], plan["rejected"]) == (3, 2, 1)
    assert plan["first"][0]["report"]["grade"] == "B2"
    assert plan["box"] == [-95.5, -0.3, -0.5, -0.2]
    assert plan["rejects"][0]["row"] == 4 and plan["rejects"][0]["remedy"]
    assert found(web, "Talvek") == [], "nothing is filed before somebody says so"
    one = acted(web, one["id"], act="file", plan=plan["number"])
    assert (one["state"], one["filed"]) == ("filed", 2)
    assert [r["source"] for r in found(web, "Talvek")] == ["wells"]
    again = ready(web, SITES, "wells.csv", const={"grade": "B2"})["plan"]
    assert (again["reports"], again["repeats"]) == (0, 2), "bringing it again changes nothing"


def test_rejects_and_the_mapping_can_be_kept(web: WebNode) -> None:
    one = ready(web, SITES, "kept.csv")
    rejects = web.get(JOC, f"/api/imports/{one['id']}/rejects.csv")
    assert rejects.headers["content-type"].startswith("text/csv")
    assert rejects.text.splitlines()[1].startswith("kept.csv,,4,latitude,latitude,-95,")
    mapping = web.get(JOC, f"/api/imports/{one['id']}/mapping.toml").text
    assert 'kind = "site"' in mapping


def test_a_changed_field_and_a_translation_make_another_plan(web: WebNode) -> None:
    one = ready(web, WHO, "who.csv")
    assert one["proposal"]["untranslated"] == {"secteur": ["Poetry"]}
    assert one["plan"]["rejected"] == 1
    codes = {"secteur": {"Poetry": "education"}}
    two = acted(
        web,
        one["id"],
        act="plan",
        compartment="mission",
        source="A list",
        codes=codes,
        fields={"pcode": ""},
    )
    assert (two["plan"]["rejected"], two["plan"]["number"]) == (0, one["plan"]["number"] + 1)
    reports = [first["report"] for first in two["plan"]["first"]]
    assert [report["sector"] for report in reports] == ["water-sanitation", "education"]
    assert all("place" not in report and report["source"] == "A list" for report in reports)
    old = web.post(JOC, f"/api/imports/{one['id']}", {"act": "file", "plan": one["plan"]["number"]})
    assert (old.status_code, old.json()["code"]) == (409, "at-work"), "only what was looked at"


def test_what_a_kind_demands_is_asked_before_anything_is_planned(web: WebNode) -> None:
    one = ready(web, "ngo,pcode\nX,CF21\n", kind="activity")
    assert (one["state"], one["plan"]) == ("asks", None)
    assert one["proposal"]["asks"] == [{"field": "sector", "hint": ""}]
    one = acted(
        web,
        one["id"],
        act="plan",
        compartment="mission",
        kind="activity",
        const={"sector": "health"},
    )
    assert (one["state"], one["plan"]["reports"]) == ("planned", 1)


@pytest.mark.parametrize(
    ("body", "field", "file"),
    [
        ("name,type\nNdélou,school\n".encode("cp1252"), "encoding", {"encoding": "cp1252"}),
        (b"name,type;x\nA,school;1\n", "delimiter", {"delimiter": ","}),
    ],
)
def test_what_is_not_clear_is_asked_and_then_stated(
    web: WebNode, body: bytes, field: str, file: dict[str, str]
) -> None:
    made = web.post(JOC, "/api/imports?name=odd.csv", body).json()
    one = settled(web, made["id"])
    assert (one["state"], one["problem"]["field"]) == ("asks", field)
    assert one["problem"]["remedy"]
    one = acted(web, one["id"], act="plan", compartment="mission", file=file)
    assert one["problem"] is None


def test_i11_hostile_map_files_reach_nothing_from_the_browser_either(web: WebNode) -> None:
    for name, seen in (("i11-hostile.kml", "document type or entities"), ("i11-padding.kmz", "")):
        answer = web.post(JOC, f"/api/imports?name={name}", (PITFALLS / name).read_bytes())
        one = settled(web, answer.json()["id"])
        if seen:
            assert (one["state"], one["problem"]["field"]) == ("asks", "file")
            assert seen in one["problem"]["message"] and one["problem"]["remedy"]
            continue
        one = acted(
            web, one["id"], act="plan", kind="site", compartment="mission", const={"type": "other"}
        )
        assert one["problem"] is None
        facts = " ".join(one["plan"]["facts"]) if one["plan"] else ""
        assert "other files in the archive are not read: 1" in facts
        assert (one["plan"]["rows"], one["plan"]["first"][0]["report"]["name"]) == (1, "Post 1")
    assert not list(web.node.folder.parent.rglob("outside.txt"))


@pytest.mark.parametrize("body", [b"<kml/>", b"SQLite format 3\x00more", b"PK\x03\x04no zip"])
def test_a_damaged_map_file_is_one_clear_error(web: WebNode, body: bytes) -> None:
    one = settled(web, web.post(JOC, "/api/imports?name=layer.bin", body).json()["id"])
    assert (one["state"], one["problem"]["field"]) == ("asks", "file")
    assert one["problem"]["remedy"] and "/proc" not in one["problem"]["message"]


def _map_file(folder: Path, name: str) -> bytes:
    """A map file with two wells, one of them without a point."""
    if name.endswith((".kml", ".kmz", ".gpx")):
        mark = "<Placemark><name>TOKEN-MAP</name><Point><coordinates>-0.5,-0.2</coordinates></Point></Placemark>"
        text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{mark}</Document></kml>'
        if name.endswith(".gpx"):
            text = (
                '<gpx version="1.1"><wpt lat="-0.2" lon="-0.5"><name>TOKEN-MAP</name></wpt></gpx>'
            )
        if not name.endswith(".kmz"):
            return text.encode()
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr("doc.kml", text)
        return (folder / name).read_bytes()
    layer = folder / name.replace(".zip", ".shp")
    raw.write(
        layer,
        shapely.to_wkb(np.array([shapely.Point(-0.5, -0.2), None])),
        [np.array(["TOKEN-MAP", "B"], dtype=object)],
        ["name"],
        geometry_type="Point",
        crs="EPSG:4326",
        layer=layer.stem,
        driver="GPKG" if name.endswith(".gpkg") else "ESRI Shapefile",
    )
    if name.endswith(".zip"):
        with zipfile.ZipFile(folder / name, "w") as archive:
            for part in ("shp", "shx", "dbf", "prj", "cpg"):
                archive.write(folder / f"{layer.stem}.{part}", f"{layer.stem}.{part}")
    return (folder / name).read_bytes()


@pytest.mark.parametrize("name", ["a.gpkg", "b.zip", "c.kml", "d.kmz", "e.gpx"])
def test_a_map_file_is_brought_and_never_lies_on_a_disk(
    web: WebNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    body = _map_file(tmp_path, name)
    (tmp_path / "work").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "work"))
    seen: list[Path] = []
    inner = mapfiles._work  # pyright: ignore[reportPrivateUsage]

    def watched(work: Any, *more: Any) -> Any:
        done = inner(work, *more)
        parts = [one for one in (tmp_path / "work").rglob("*") if not one.is_dir()]
        assert parts and all(one.is_symlink() for one in parts), "links, and nothing else"
        seen.extend(parts)
        return done

    monkeypatch.setattr(mapfiles, "_work", watched)
    made = web.post(JOC, f"/api/imports?name={name}", body).json()
    one = settled(web, made["id"])
    assert one["problem"] is None, one["problem"]
    said: dict[str, Any] = {"kind": "site", "const": {"type": "water-point"}}
    plan = acted(web, one["id"], act="plan", compartment="mission", **said)["plan"]
    first = plan["first"][0]["report"]
    assert (first["name"], first["latitude"], first["longitude"]) == ("TOKEN-MAP", -0.2, -0.5)
    assert seen and not list((tmp_path / "work").iterdir()), "and all of it is gone"
    web.ask(JOC, "DELETE", f"/api/imports/{one['id']}")


def test_which_layer_is_meant_is_asked_with_what_there_is(web: WebNode, tmp_path: Path) -> None:
    for layer in ("wells", "roads"):
        raw.write(
            tmp_path / "two.gpkg",
            shapely.to_wkb(np.array([shapely.Point(-0.5, -0.2)])),
            [np.array([f"TOKEN-{layer}"], dtype=object)],
            ["name"],
            geometry_type="Point",
            crs="EPSG:4326",
            layer=layer,
            driver="GPKG",
            append=layer == "roads",
        )
    body = (tmp_path / "two.gpkg").read_bytes()
    one = settled(web, web.post(JOC, "/api/imports?name=two.gpkg", body).json()["id"])
    choices = one["problem"]["choices"]
    assert [(c["rule"], c["value"]) for c in choices] == [("sheet", "wells"), ("sheet", "roads")]
    assert choices[0]["shown"] == ["1 features"]
    one = acted(web, one["id"], act="plan", kind="site", file={"sheet": "roads"})
    assert one["file"] == {"sheet": "roads", "sheets": ["wells", "roads"], "heading": 0}
    assert one["proposal"]["columns"][0]["shown"] == ["TOKEN-roads"]


def test_which_sheet_and_which_row_are_asked_and_can_be_changed(
    web: WebNode, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    for name in ("North", "South"):
        sheet = book.create_sheet(name)
        for row in (["name", "type"], [f"TOKEN-{name}", "well"], ["Another", "school"]):
            sheet.append(row)
    book.save(tmp_path / "two.xlsx")
    body = (tmp_path / "two.xlsx").read_bytes()
    one = settled(web, web.post(JOC, "/api/imports?name=two.xlsx", body).json()["id"])
    choices = one["problem"]["choices"]
    assert [(c["rule"], c["value"]) for c in choices] == [("sheet", "North"), ("sheet", "South")]
    assert choices[1]["shown"] == ["name", "type"]
    one = acted(web, one["id"], act="plan", file={"sheet": "South"})
    assert one["file"] == {"sheet": "South", "sheets": ["North", "South"], "heading": 1}
    one = acted(web, one["id"], act="plan", file={"sheet": "South", "heading": 9})
    assert [c["value"] for c in one["problem"]["choices"]] == ["1", "2", "3"]
    assert one["problem"]["choices"][1]["shown"] == ["TOKEN-South", "well"]


def test_what_an_edition_no_longer_has_is_listed_and_withdrawn_only_when_told(
    web: WebNode,
) -> None:
    text = "id,name,type de site\n1,GONE-ONE,puits\n2,GONE-TWO,puits\n3,GONE-THREE,puits\n"
    one = ready(web, text, "wells-gone.csv")
    assert one["plan"]["vanished"] is None
    acted(web, one["id"], act="file", plan=one["plan"]["number"])
    newer = text.replace("2,GONE-TWO,puits\n", "").replace("3,GONE-THREE,puits\n", "")
    two = ready(web, newer, "wells-gone.csv")
    gone = two["plan"]["vanished"]
    assert (gone["rows"], gone["kept"], gone["unnumbered"]) == (2, 0, 0)
    assert {first["called"] for first in gone["first"]} == {"GONE-TWO", "GONE-THREE"}
    marked = web.get(JOC, f"/api/imports/{two['id']}").headers["eirene-marking"]
    assert "mission" in marked, "the answer names reports"
    odd = web.post(JOC, f"/api/imports/{two['id']}", {"act": "file", "withdraw": "yes"})
    assert (odd.status_code, odd.json()["field"]) == (400, "withdraw")
    # what came after somebody looked is not withdrawn unseen
    more = ready(web, text + "4,GONE-FOUR,puits\n", "wells-gone.csv")
    acted(web, more["id"], act="file", plan=more["plan"]["number"])
    two = acted(web, two["id"], act="file", plan=two["plan"]["number"], withdraw=True)
    assert (two["state"], two["filed"], two["withdrawn"]) == ("filed", 0, 2)
    assert found(web, "GONE-TWO") == [] and found(web, "GONE-THREE") == []
    assert found(web, "GONE-ONE") and found(web, "GONE-FOUR")
    kept = ready(web, newer, "wells-gone.csv")
    assert [f["called"] for f in kept["plan"]["vanished"]["first"]] == ["GONE-FOUR"]
    acted(web, kept["id"], act="file", plan=kept["plan"]["number"])
    assert found(web, "GONE-FOUR"), "nothing is withdrawn that nobody spoke of"


def test_day_or_month_first_is_asked_for_the_column(web: WebNode) -> None:
    text = "incident type,date,killed\nclash,04/05/2025,1\nclash,06/07/2025,2\n"
    one = ready(web, text, "days.csv")
    assert one["problem"]["field"] == "date" and "4 May 2025" in one["problem"]["message"]
    assert one["problem"]["choices"] == [
        {"rule": "dates", "value": "day-first", "shown": ["4 May 2025"]},
        {"rule": "dates", "value": "month-first", "shown": ["5 April 2025"]},
    ]
    one = acted(web, one["id"], act="plan", compartment="mission", file={"dates": "day-first"})
    first = one["plan"]["first"][0]["report"]
    assert first["occurred"]["start"] == "2025-05-04T00:00:00Z"


def test_nobody_else_can_tell_that_a_table_is_there(web: WebNode) -> None:
    one = ready(web, WHO, "mine.csv")
    for path in (f"/api/imports/{one['id']}", f"/api/imports/{one['id']}/rejects.csv"):
        other, absent = web.get(NGO, path), web.get(NGO, path.replace(one["id"], "0" * 32))
        assert (other.status_code, other.content) == (404, absent.content)
    for answer in (
        web.post(NGO, f"/api/imports/{one['id']}", {"act": "file", "plan": one["plan"]["number"]}),
        web.ask(NGO, "DELETE", f"/api/imports/{one['id']}"),
    ):
        assert answer.status_code == 404
    assert web.get(JOC, f"/api/imports/{one['id']}").status_code == 200


def test_who_may_not_file_brings_nothing(web: WebNode) -> None:
    answer = web.post(ANYONE, "/api/imports?name=a.csv", b"a,b\n1,2\n")
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert web.post(None, "/api/imports?name=a.csv", b"a").status_code == 401


def test_an_account_files_only_into_its_own_compartments(web: WebNode) -> None:
    one = brought(web, WHO, role=NGO)
    one = acted(web, one["id"], NGO, act="plan", compartment="mission")
    assert one["plan"]["reports"] == 1
    one = acted(web, one["id"], NGO, act="file", plan=one["plan"]["number"])
    assert (one["state"], one["problem"]["code"], one["filed"]) == ("asks", "not-allowed", 0)
    assert found(web, "TOKEN-ORG") == []


@pytest.mark.parametrize(
    ("query", "body", "field"),
    [
        ("", b"a,b\n1,2\n", "name"),
        ("?name=a/b.csv", b"a,b\n", "name"),
        ("?name=a.csv", b"", "file"),
    ],
)
def test_bad_uploads_are_one_clear_error(web: WebNode, query: str, body: bytes, field: str) -> None:
    answer = web.post(JOC, f"/api/imports{query}", body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert answer.json()["remedy"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"act": "dance"}, "act"),
        ({}, "act"),
        ({"act": "plan", "no_such": 1}, None),
        ({"act": "plan", "file": {"dates": "often"}}, "file.dates"),
    ],
)
def test_bad_acts_are_one_clear_error(
    web: WebNode, said: dict[str, Any], field: str | None
) -> None:
    one = brought(web, WHO)
    answer = web.post(JOC, f"/api/imports/{one['id']}", said)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert answer.json()["remedy"]


def test_a_field_that_the_kind_has_not_is_named(web: WebNode) -> None:
    one = ready(web, WHO, fields={"acteur": "nonsense"}, const={"organisation_name": "x"})
    assert (one["problem"]["code"], one["problem"]["field"]) == ("bad-mapping", "fields.nonsense")


def test_a_table_is_larger_than_a_report_may_be_and_yet_bounded(
    web: WebNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eirene.web import gate

    body = b"name,type\n" + b"x,school\n" * 1_000_000  # 9 MB
    assert web.post(JOC, "/api/imports?name=big.csv", body).status_code == 201
    assert web.post(JOC, "/api/reports", body).status_code == 413
    monkeypatch.setattr(gate, "FILE_MOST", 1_000)
    answer = web.post(JOC, "/api/imports?name=big.csv", body)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_a_table_is_forgotten_when_told_when_old_and_when_there_are_more(
    web: WebNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = brought(web, WHO)
    assert web.ask(JOC, "DELETE", f"/api/imports/{one['id']}").status_code == 204
    assert web.get(JOC, f"/api/imports/{one['id']}").status_code == 404
    three = [brought(web, WHO)["id"] for _ in range(uploads.MOST_OF_ONE + 1)]
    assert web.get(JOC, f"/api/imports/{three[0]}").status_code == 404
    assert web.get(JOC, f"/api/imports/{three[-1]}").status_code == 200
    monkeypatch.setattr(uploads, "LIFE_S", -1)
    assert web.get(JOC, f"/api/imports/{three[-1]}").status_code == 404


def test_nothing_of_a_table_lies_on_the_disk(web: WebNode) -> None:
    ready(web, WHO.replace("TOKEN-ORG", "TOKEN-ON-NO-DISK"), "secret.csv")
    for path in web.node.folder.rglob("*"):
        if path.is_file():
            assert b"TOKEN-ON-NO-DISK" not in path.read_bytes(), path


def test_filing_stops_when_it_is_told_to(web: WebNode, monkeypatch: pytest.MonkeyPatch) -> None:
    from eirene.imports import run

    monkeypatch.setattr(run, "BLOCK", 1)
    rows = "".join(f"Stop{n},puits,-0.2,-0.5\n" for n in range(60))
    one = ready(web, "name,type de site,latitude,longitude\n" + rows, "stop.csv")
    web.post(JOC, f"/api/imports/{one['id']}", {"act": "file", "plan": one["plan"]["number"]})
    web.post(JOC, f"/api/imports/{one['id']}", {"act": "stop"})
    one = settled(web, one["id"])
    assert one["state"] == "stopped"
    assert one["filed"] < 60
    mine = next(
        x for x in web.get(JOC, "/api/imported").json()["imports"] if x["file"] == "stop.csv"
    )
    assert (mine["id"], mine["state"], mine["filed"]) == (one["import"], "stopped", one["filed"])
    assert mine["sums"]["rows"] == mine["sums"]["reports"] == one["filed"], "as far as it came"
    again = brought(web, "name,type de site,latitude,longitude\n" + rows, "stop.csv")
    again = acted(web, again["id"], act="plan", compartment="mission")
    assert again["plan"]["repeats"] == one["filed"], "the rest can be brought later"
    assert [(u["state"], u["filed"]) for u in again["unfinished"]] == [("stopped", one["filed"])]
    at = [x["id"] for x in web.get(JOC, "/api/imports").json()["imports"]]
    assert again["id"] in at, "a page opened anew finds what is being brought"
    assert web.get(NGO, "/api/imports").json()["imports"] == [], "and nobody else does"
    rest = acted(web, one["id"], act="file", plan=one["plan"]["number"])
    assert (rest["state"], rest["filed"]) == ("filed", 60), "the plan that was stopped goes on"


def test_a_guess_is_filed_from_the_command_line_only_with_yes(web: WebNode, tmp_path: Path) -> None:
    (tmp_path / "3w.csv").write_text("acteur,secteur,pcode\nTOKEN-YES,EHA,CF21\n")
    given = {
        "file": str(tmp_path / "3w.csv"),
        "account": JOC,
        "compartment": "mission",
        "rejects": str(tmp_path / "rejects.csv"),
    }

    def said(**more: Any) -> dict[str, Any]:
        return list(lines(web.node, "import", given | more))[-1]  # pyright: ignore[reportArgumentType]

    assert said()["error"]["field"] == "mapping"
    looked = said(dry_run=True)
    assert looked["guessed"] and ["proposed", "3 columns: 3 used, 0 ignored"] in looked["table"]
    assert said(yes=True)["filed"] == 1
    (tmp_path / "3w.toml").write_text(looked["mapping"])
    again = said(mapping=str(tmp_path / "3w.toml"))
    assert (again["filed"], again["repeats"]) == (0, 1), "the mapping that was kept is the same"


def test_a_file_in_memory_is_read_again_and_again_under_its_name() -> None:
    made = MemoryFile("list.csv.gz")
    assert str(Path(str(made.path)).readlink()).startswith("/memfd:"), "no disk is behind it"
    made.write([b"one", b"two"])
    assert (made.path.name, made.path.suffix, made.size) == ("list.csv.gz", ".gz", 6)
    assert made.path.read_bytes() == made.path.open("rb").read() == b"onetwo"
    made.close()
    made.close()
    assert not made.path.exists() or made.path.read_bytes() != b"onetwo"


def test_a_name_of_several_places_is_asked_with_what_it_may_mean(
    web: WebNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    mission = mission_named("car")
    monkeypatch.setattr(web.node, "mission", mission)
    name = next(
        one.place.name
        for one in mission.gazetteer.settled
        if len({hit.pcode for hit in mission.find(one.place.name)}) > 1
    )
    text = f'acteur,secteur,localité\nONE,EHA,"{name}"\nTWO,EHA,"{name}"\n'
    one = ready(web, text, "unclear.csv", kind="activity")
    assert (one["plan"]["rejected"], one["plan"]["reports"]) == (2, 0)
    (asked,) = one["plan"]["unclear"]
    assert (asked["name"], asked["rows"], asked["first"]) == (name, 2, 2)
    assert len(asked["means"]) > 1
    assert all(one["source"] and one["type"] for one in asked["means"].values())
    for means in asked["means"]:
        said: dict[str, Any] = {"kind": "activity", "places": {name: means}}
        plan = acted(web, one["id"], act="plan", compartment="mission", **said)["plan"]
        assert (plan["rejected"], plan["reports"], plan["unclear"]) == (0, 2, []), means


def test_an_import_is_listed_and_taken_back(web: WebNode) -> None:
    one = ready(web, "name,type de site\nUNDO-ONE,puits\nUNDO-TWO,puits\n", "undone.csv")
    acted(web, one["id"], act="file", plan=one["plan"]["number"])
    listed = web.get(JOC, "/api/imported").json()["imports"]
    mine = next(one for one in listed if one["file"] == "undone.csv")
    assert (mine["filed"], mine["sums"]["rows"], mine["may_undo"]) == (2, 2, True)
    for role in (NGO, ANYONE):
        seen = web.get(role, "/api/imported")
        assert seen.status_code != 200 or mine["id"] not in seen.text, "they may not read it"
        assert web.get(role, f"/api/imported/{mine['id']}").status_code in (401, 404)
        answer = web.post(role, f"/api/imported/{mine['id']}", {"act": "undo"})
        assert answer.status_code in (401, 403, 404)
    at = f"/api/imported/{mine['id']}"
    assert web.get(JOC, at).json()["withdrawn"] == 2
    assert len(found(web, "UNDO")) == 2, "looking takes nothing back"
    assert web.post(JOC, at, {"act": "other"}).status_code == 400
    done = web.post(JOC, at, {"act": "undo"}).json()
    assert (done["withdrawn"], done["restored"], done["kept"]) == (2, 0, 0)
    assert found(web, "UNDO") == []
    after = web.get(JOC, "/api/imported").json()["imports"]
    assert next(one for one in after if one["id"] == mine["id"])["undone"]["account"] == JOC


def test_what_a_name_means_is_asked_and_kept(web: WebNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.node, "mission", mission_named("car"))
    text = "name,type de site,pcode\nNAMED,puits,CF712\n"
    one = ready(web, text, "named.csv")
    (asked,) = one["plan"]["unplaced"]
    assert (asked["name"], asked["rows"], asked["first"]) == ("CF712", 1, 2)
    assert asked["begun_by"] == {"pcode": "CF71", "name": "Bangui"}, "as its first digits tell"
    wrong = acted(
        web, one["id"], act="plan", compartment="mission", places={"CF712": "Nowhere at all"}
    )
    assert (wrong["state"], wrong["problem"]["field"]) == ("asks", "places")
    one = acted(web, one["id"], act="plan", compartment="mission", places={"CF712": "CF71"})
    assert one["plan"]["unplaced"] == []
    acted(web, one["id"], act="file", plan=one["plan"]["number"])
    assert found(web, "NAMED")[0]["pcode"] == "CF71"
    again = ready(web, text.replace("NAMED", "LATER"), "later.csv")
    assert again["plan"]["unplaced"] == [], "the next list knows it"
