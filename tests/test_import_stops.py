"""An import can be stopped whatever its file does, ends by itself, and keeps what it owes."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eirene.imports import apart, mapfiles, tally
from eirene.imports.faults import BadMapping, UnclearFile
from eirene.imports.mapping import Rule
from eirene.imports.shared import fault_of, is_steady
from eirene.web import uploads
from import_files import a_file, a_mapping, planned
from test_web_imports import JOC, acted, brought, ready, settled
from web_node import WebNode

HANGS = ("-c", "import time; time.sleep(60)")
AT_ONCE_S = 2.0
WELLS = "name,type de site,latitude,longitude\n"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    made = WebNode(tmp_path_factory.mktemp("stops") / "node")
    yield made
    made.close()


@pytest.fixture
def hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table is decided by a process that never answers."""
    monkeypatch.setattr(apart, "WORTH", 0)
    monkeypatch.setattr(apart, "PROGRAM", HANGS)


def wells(name: str, rows: int = 3) -> str:
    return WELLS + "".join(f"{name}{n},puits,{n / 100},-0.5\n" for n in range(1, rows + 1))


def started(web: WebNode, name: str) -> dict[str, Any]:
    """An upload that is being filed by a process that hangs; its import is known."""
    one = ready(web, wells(name), f"{name}.csv")
    apart.WORTH, apart.PROGRAM = 0, HANGS  # undone by the fixture
    begun = web.post(JOC, f"/api/imports/{one['id']}", {"act": "file", "plan": 1})
    assert begun.status_code == 200, begun.text
    for _ in range(200):
        seen = web.get(JOC, f"/api/imports/{one['id']}").json()
        if seen["import"]:
            return seen
        time.sleep(0.02)
    raise AssertionError("it never began")


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WORTH", "PROGRAM"):
        monkeypatch.setattr(apart, name, getattr(apart, name))


def test_looking_at_a_table_that_hangs_its_reader_is_stopped_at_once(
    web: WebNode, hangs: None
) -> None:
    made = web.post(JOC, "/api/imports?name=hangs.csv", wells("Hang").encode()).json()
    settled(web, made["id"])  # it asks for a compartment
    web.post(JOC, f"/api/imports/{made['id']}", {"act": "plan", "compartment": "mission"})
    time.sleep(0.3)
    assert web.get(JOC, f"/api/imports/{made['id']}").json()["state"] == "reading"
    before = time.monotonic()
    web.post(JOC, f"/api/imports/{made['id']}", {"act": "stop"})
    assert settled(web, made["id"])["state"] == "stopped"
    assert time.monotonic() - before < AT_ONCE_S


def test_a_map_file_that_hangs_its_reader_is_stopped_at_once(
    web: WebNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    popen = mapfiles.subprocess.Popen
    monkeypatch.setattr(
        mapfiles.subprocess, "Popen", lambda told, **how: popen([told[0], *HANGS], **how)
    )
    text = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document></Document></kml>'
    made = web.post(JOC, "/api/imports?name=hangs.kml", text.encode()).json()
    time.sleep(0.3)
    before = time.monotonic()
    web.post(JOC, f"/api/imports/{made['id']}", {"act": "stop"})
    assert settled(web, made["id"])["state"] == "stopped"
    assert time.monotonic() - before < AT_ONCE_S


@pytest.mark.parametrize("way", ["its table", "the list of imports"])
def test_filing_a_table_that_hangs_its_reader_is_stopped_at_once(
    web: WebNode, restored: None, way: str
) -> None:
    one = started(web, f"Stuck{len(way)}")
    before = time.monotonic()
    if way == "its table":
        web.post(JOC, f"/api/imports/{one['id']}", {"act": "stop"})
    else:
        said = web.post(JOC, f"/api/imported/{one['import']}", {"act": "stop"})
        assert said.json()["stopped"], "it says so once it has"
        assert web.node.importing.run_of(bytes.fromhex(one["import"])) is None
    assert settled(web, one["id"])["state"] == "stopped"
    assert time.monotonic() - before < AT_ONCE_S


def test_a_process_that_says_nothing_is_given_up(
    tmp_path: Path, hangs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "SILENT_S", 0.5)
    with pytest.raises(UnclearFile, match="has rows after row 1 on which nothing came") as caught:
        planned(a_file(tmp_path, "id,name\n1,A\n"), a_mapping(row_id=["id"]))
    assert caught.value.remedy


def test_a_cell_on_which_an_expression_works_for_hours_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a mapping that is one's own: a kept one is refused before."""
    monkeypatch.setattr(apart, "BLOCK_S", 0.3)
    rule = Rule(column="name", patterns=(("(a+)+$", "x"),), other="y")
    text = f"id,name\n1,A\n2,{'a' * 40}b\n"
    with pytest.raises(UnclearFile, match=r"takes longer than it may: row 3, column name\."):
        planned(a_file(tmp_path, text), a_mapping(row_id=["id"], fields={"name": rule}))


def test_a_costly_expression_is_tried_on_no_long_cell_and_a_plain_one_is(tmp_path: Path) -> None:
    path = a_file(tmp_path, f"id,name\n1,short\n2,{'a' * 600}\n")
    for expression, rejected in ((".*a.*|s", 1), ("^(s|a)", 0)):
        assert is_steady(expression) is not bool(rejected)
        rule = Rule(column="name", patterns=((expression, "x"),))
        made = planned(path, a_mapping(row_id=["id"], fields={"name": rule}))
        assert made.rejected == rejected, expression
        if rejected:
            [one] = made.rejects
            assert (one.row, one.column) == (3, "name")
            assert "longer than 500 characters" in one.rule


def test_where_an_expression_may_begin_counts_as_a_repetition() -> None:
    assert fault_of("^a*b*c") == fault_of("a*b*c", whole=True) == fault_of("a*b") == ""
    assert fault_of("a*b*c") and fault_of("(?m)^a*b*c") and fault_of("^a*|a*b*c")


def test_a_pattern_that_becomes_a_group_which_it_has_not_is_one_clear_error(
    tmp_path: Path,
) -> None:
    for into in (r"\9", r"\g<town>"):
        rule = Rule(column="name", patterns=(("^(a)", into),))
        with pytest.raises(BadMapping, match="cannot be made of") as caught:
            planned(a_file(tmp_path, "id,name\n1,A\n"), a_mapping(fields={"name": rule}))
        assert caught.value.field == "patterns"


# -- what is owed


def test_every_reject_is_there_before_and_after_filing(
    web: WebNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "SHOWN_REJECTS", 2)
    for worth, name in ((1 << 30, "here"), (0, "apart")):
        monkeypatch.setattr(apart, "WORTH", worth)
        bad = "".join(f"Bad{name}{n},puits,-95,{n}\n" for n in range(7))
        one = ready(web, wells(f"Good{name}", 90) + bad, f"{name}.csv")
        before = web.get(JOC, f"/api/imports/{one['id']}/rejects.csv").text
        one = acted(web, one["id"], act="file", plan=one["plan"]["number"])
        assert (one["state"], one["filed"]) == ("filed", 90)
        after = web.get(JOC, f"/api/imports/{one['id']}/rejects.csv").text
        assert after == before
        assert [row["row"] for row in csv.DictReader(io.StringIO(after))] == [
            str(n) for n in range(92, 99)
        ]


def test_rejects_are_refused_rather_than_cut_while_the_table_is_being_filed(
    web: WebNode, restored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "SHOWN_REJECTS", 0)
    one = ready(
        web, WELLS + "Bad,puits,-95,0\n" + wells("Fine", 20).removeprefix(WELLS) + "", "busy.csv"
    )
    apart.WORTH, apart.PROGRAM = 0, HANGS
    web.post(JOC, f"/api/imports/{one['id']}", {"act": "file", "plan": 1})
    said = web.get(JOC, f"/api/imports/{one['id']}/rejects.csv")
    assert (said.status_code, said.json()["code"]) == (409, "at-work")
    web.post(JOC, f"/api/imports/{one['id']}", {"act": "stop"})
    assert settled(web, one["id"])["state"] == "stopped"


def test_a_table_that_is_being_filed_makes_no_room_and_is_not_forgotten(
    web: WebNode, restored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in web.get(JOC, "/api/imports").json()["imports"]:
        web.ask(JOC, "DELETE", f"/api/imports/{one['id']}")
    monkeypatch.setattr(uploads, "MOST_OF_ONE", 1)
    one = started(web, "Room")
    said = web.post(JOC, "/api/imports?name=third.csv", wells("Third").encode())
    assert (said.status_code, said.json()["code"]) == (409, "at-work")
    assert "stop it" in said.json()["remedy"]
    monkeypatch.setattr(uploads, "LIFE_S", -1)
    for _ in range(3):
        assert web.get(JOC, f"/api/imports/{one['id']}").json()["state"] == "filing"
    web.post(JOC, f"/api/imports/{one['id']}", {"act": "stop"})
    monkeypatch.setattr(uploads, "LIFE_S", 60)
    assert settled(web, one["id"])["state"] == "stopped"
    apart.WORTH = 1 << 30
    assert brought(web, wells("Third"), "third.csv")["state"] == "asks", "now there is room"


def test_rows_that_a_map_file_unpacks_into_count_as_held(
    web: WebNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = "".join(
        f"<Placemark><name>P{n}</name><Point><coordinates>{n / 100},1</coordinates></Point></Placemark>"
        for n in range(300)
    )
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'
    one = brought(web, text, "marks.kml")
    [held] = [u for u in web_uploads(web) if u.id == one["id"]]
    assert held.bytes > held.memory.size + 3_000
    web.ask(JOC, "DELETE", f"/api/imports/{one['id']}")
    others = sum(u.bytes for u in web_uploads(web))
    monkeypatch.setattr(uploads, "MOST_BYTES", others + held.memory.size + 1_000)
    two = brought(web, text, "marks.kml")
    assert two["problem"]["code"] == "not-allowed", two["problem"]


def web_uploads(web: WebNode) -> list[uploads.Upload]:
    return list(web.app.uploads._held.values())  # pyright: ignore[reportPrivateUsage]
