"""Long tables are decided in a process of their own: with the same result, and shut in."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eirene.imports import apart
from eirene.imports.deciding import Decided
from eirene.imports.faults import UnclearFile
from eirene.imports.run import Plan
from eirene.places import Place
from eirene.web.memory import MemoryFile
from import_files import a_file, a_mapping, planned, sums, told

ROWS = """id,name,where,people,seen,lat,lon
1,Talvek,Bangui,12,2025-03-01,4.25,15.5
2,Orrin,Nowhere,,2025-03-02 14:00,,
2,Orrin,Nowhere,,2025-03-02 14:00,,
2,Orrin says otherwise,Nowhere,9,2025-03-02 14:00,,
,No number,Bangui,1,2025-03-03,,
,,,,,,
5,Bad number,Bangui,a few,2025-03-04,,
6,"Two
lines, and é",Bangui,1,2025-03-05,5.5,16.25
7,Broken,"one"two,1,,,
8,Zero,,3,2025-03-06,0,0
9,Last,Bangui,4,2025-13-45,,
10,Which,Mbata,4,2025-03-07,,
"""
MAPPING = a_mapping(
    fields={
        "name": "name",
        "people": "people",
        "place": "where",
        "observed": "seen",
        "latitude": "lat",
        "longitude": "lon",
    },
    row_id=["id"],
    const={
        "grade": "B2",
        "classification": "confidential",
        "tlp": "AMBER",
        "purpose": "protection",
        "language": "fr",
    },
    passing_on=False,
    licence="for the mission alone",
)
BANGUI = Place(lon=18.55, lat=4.36, accuracy_m=5_000.0, name="Bangui", pcode="CF71", method="named")
LOBAYE, MAMBERE = Place(name="Lobaye", pcode="CF11"), Place(name="Mambere", pcode="CF21")
MBATA = (
    Place(lon=18.3, lat=3.66, accuracy_m=5_000.0, name="Mbata", pcode="CF11", method="named"),
    Place(lon=16.0, lat=4.5, accuracy_m=5_000.0, name="Mbata", pcode="CF21", method="named"),
)
FOUND = {
    "Bangui": [BANGUI],
    "Mbata": [*MBATA],
    "CF11": [LOBAYE],
    "CF21": [MAMBERE],
    "Mbata, Lobaye": [MBATA[0]],
    "Mbata, Mambere": [MBATA[1]],
}


def find(text: str, on: date | None = None, /) -> list[Place]:
    assert on is None or isinstance(on, date)
    return FOUND.get(text, [])


def taken(made: Plan) -> list[Decided]:
    found: list[Decided] = []
    made.look(found.extend)
    return found


def drafts(found: Sequence[Decided]) -> list[Any]:
    """What is filed, whoever encoded it."""
    return [msgspec.structs.replace(one.draft, packed=b"") for one in found if one.draft]


@pytest.mark.parametrize("name", ["list.csv", "list.jsonl"])
def test_what_is_decided_apart_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    text = ROWS
    if name.endswith("jsonl"):
        head, *lines = [line.split(",") for line in ROWS.splitlines() if '"' not in line]
        text = "".join(
            msgspec.json.encode(dict(zip(head, line, strict=False))).decode() + "\n"
            for line in lines
            if len(line) == len(head)
        )
    path = a_file(tmp_path, text, name)
    here = planned(path, MAPPING, find=find, look=False)
    mine = taken(here)
    monkeypatch.setattr(apart, "WORTH", 0)
    there = planned(path, MAPPING, find=find, look=False)
    theirs = taken(there)
    assert drafts(theirs) == drafts(mine) and len(drafts(mine)) >= 2
    assert all(draft.terms and draft.language == "fr" for draft in drafts(theirs)), "nor its terms"
    assert [d.packed for d in (one.draft for one in theirs) if d and not d.packed] == []
    assert sums(there) == sums(here) and there.rows == here.rows
    assert told(there) == told(here)
    assert there.rejects == here.rejects
    assert [first[:2] for first in there.first] == [first[:2] for first in here.first]
    assert there.tally.unplaced == here.tally.unplaced
    assert there.tally.unclear == here.tally.unclear and list(here.tally.unclear) == ["Mbata"]
    entities = [one.entity for one in mine if one.entity]
    assert all(there.tally.has(one) for one in entities) and entities
    assert not there.tally.has(os.urandom(16))


PLACES = """<?xml version="1.0"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>"""
MARK = "<Placemark><name>{}</name><Point><coordinates>{},4.25</coordinates></Point></Placemark>"


@pytest.mark.parametrize("held", ["on disk", "in memory"])
def test_a_map_is_decided_apart_from_the_rows_that_were_read_already(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    marks = "".join(MARK.format(f"Well {n}", 15 + n) for n in range(5)) + MARK.format("B", 200)
    path = a_file(tmp_path, PLACES.format(marks), "mine.kml")
    memory = MemoryFile("mine.kml")
    memory.write([path.read_bytes()])
    mapping = a_mapping(fields={"name": "Name", "latitude": "latitude", "longitude": "longitude"})
    path = memory.path if held == "in memory" else path
    here = planned(path, mapping, look=False)
    mine = taken(here)
    monkeypatch.setattr(apart, "WORTH", 0)
    monkeypatch.setattr(Plan, "_decided", None)  # nothing is decided in this process
    there = planned(path, mapping, look=False)
    assert drafts(taken(there)) == drafts(mine) and len(drafts(mine)) == 5
    assert sums(there) == sums(here) == (5, 0, 1, 0)
    assert there.rejects == here.rejects and there.rejects[0].file == "mine.kml"
    assert told(there) == told(here)
    memory.close()


def test_a_table_in_memory_is_decided_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "WORTH", 0)
    file = MemoryFile("mine.csv")
    file.write([b"id,name\n1,A\n,B\n"])
    made = planned(file.path, a_mapping(row_id=["id"]))
    assert (made.reports, made.rejected, made.rejects[0].file) == (1, 1, "mine.csv")
    file.close()


def test_a_table_that_cannot_be_read_to_its_end_is_the_same_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "WORTH", 0)
    path = a_file(tmp_path, "id,name\n" + "1,A\n" * 3_000 + f"2,{'x' * (1 << 20)}\n")
    with pytest.raises(UnclearFile, match=r"Line 3002 of list\.csv is longer"):
        planned(path, a_mapping(row_id=["id"]))


def test_a_process_that_dies_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "WORTH", 0)
    monkeypatch.setattr(apart, "PROGRAM", ("-c", "import os; os._exit(9)"))
    path = a_file(tmp_path, "id,name\n1,A\n")
    with pytest.raises(UnclearFile, match="more memory or time") as caught:
        planned(path, a_mapping(row_id=["id"]))
    assert caught.value.remedy


def test_the_process_ends_when_nobody_asks_for_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    popen = apart.subprocess.Popen

    def noted(*args: Any, **given: Any) -> Any:
        started.append(popen(*args, **given))
        return started[-1]

    monkeypatch.setattr(apart.subprocess, "Popen", noted)
    path = a_file(tmp_path, "id,name\n" + "".join(f"{n},Site {n}\n" for n in range(30_000)))
    for _block in planned(path, a_mapping(row_id=["id"]), look=False).blocks():
        break
    for _ in range(100):
        if started[0].poll() is not None:
            return
        time.sleep(0.02)
    raise AssertionError("it goes on for nobody")


def test_an_area_that_an_answer_named_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def lists(text: str, on: date | None = None, /) -> list[Place]:
        asked.append(text)
        known = text in ("CAF32", "CF32", "Ouham")
        return [Place(name="Ouham", pcode="CF32", pcode_from="stated")] if known else []

    monkeypatch.setattr(apart, "WORTH", 0)
    rows = (
        "id,name,type,pcode\n1,A,market,CAF32\n2,B,market,CF32\n3,C,market,CF99\n4,D,market,CF99\n"
    )
    made = planned(a_file(tmp_path, rows), find=lists)
    assert sums(made) == (4, 0, 0, 0)
    assert made.tally.unplaced == {"CF99": (2, 4)}
    assert sorted(asked) == ["CAF32", "CF32", "CF99"]
    asked.clear()
    rows = "id,name,type,pcode\n1,A,market,CAF32\n3,C,market,CF99\n"
    planned(a_file(tmp_path, rows, "second.csv"), find=lists)
    assert sorted(asked) == ["CAF32", "CF99"], "what CAF32 is was told in the answer"


def test_the_process_that_was_started_early_ends_with_what_fails_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []
    popen = apart.subprocess.Popen

    def noted(*args: Any, **given: Any) -> Any:
        begun.append(popen(*args, **given))
        return begun[-1]

    monkeypatch.setattr(apart, "WORTH", 0)
    monkeypatch.setattr(apart.subprocess, "Popen", noted)
    two_ways = a_file(tmp_path, "id,name,seen\n1,A,04/05/2025\n")
    with pytest.raises(UnclearFile, match="Day or month first"):
        planned(two_ways, a_mapping(row_id=["id"], fields={"name": "name", "observed": "seen"}))
    assert [one.poll() is not None for one in begun] == [True]
    made = planned(a_file(tmp_path, "id,name\n1,A\n"), a_mapping(row_id=["id"]), look=False)
    assert begun[1].poll() is None, "it waits to be told what to do"
    del made
    gc.collect()
    assert begun[1].poll() is not None, "nobody wants it any more"
