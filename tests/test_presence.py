"""Who does what where (3W): presence by organisation, sector and area, on rows of a real list."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from eirene.imports.proposing import guess, known
from eirene.imports.readers import open_table
from eirene.imports.run import plan
from eirene.missions import mission_named
from eirene.reports.kinds import fields_of, kinds
from import_files import NOW
from web_node import WebNode

ROOT = Path(__file__).parents[1]
LIST = ROOT / "tests/data/lists/car-3w-hxl.csv"
CAR = mission_named("car")
JOC, NGO = "joc-duty-officer", "ngo-focal-point"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """The rows of the list, as its mapping takes them."""
    made = plan(
        LIST,
        kind="",
        mapping=guess(known(open_table(LIST))).mapping,
        compartment="mission",
        zone=CAR.zone,
        now=NOW,
        find=CAR.find,
        areas=CAR.areas,
    )
    found = [one for one in made.flats() if one["kind"] == "activity"]
    assert len(found) > 20
    return found


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> Iterator[WebNode]:
    made = WebNode(tmp_path_factory.mktemp("node"), mission="car")
    shown = {"id", "entry", "entity", "marking", "organisation", "filed", "filed_by"}
    made.file(*({k: v for k, v in one.items() if k not in shown and k[0] != "_"} for one in rows))
    yield made
    made.close()


def counted(web: WebNode, *names: str, role: str = JOC, **asked: str) -> dict[Any, int]:
    query = "".join(f"&{name}={quote(value)}" for name, value in asked.items())
    told = web.get(role, f"/api/counts?kind=activity&group={','.join(names)}{query}")
    assert told.status_code == 200, told.text
    return {tuple(one[name] for name in names): one["n"] for one in told.json()["groups"]}


def test_sectors_and_organisations_are_counted_as_the_list_has_them(
    web: WebNode, rows: list[dict[str, Any]]
) -> None:
    sectors = Counter((one["sector"],) for one in rows)
    actors = Counter((one["organisation_name"],) for one in rows)
    assert len(sectors) > 2 and len(actors) > 2
    assert counted(web, "type") == sectors
    assert counted(web, "actor") == actors
    both = counted(web, "actor", "type")
    assert sum(both.values()) == len(rows)
    by_area = counted(web, "area", "type")
    assert sum(by_area.values()) == len(rows)
    assert {sector for _, sector in by_area} == {sector for (sector,) in sectors}


def test_layers_are_sectors_and_an_organisation_is_filtered_by(
    web: WebNode, rows: list[dict[str, Any]]
) -> None:
    layers = [one for one in web.get(JOC, "/api/layers").json() if one["kind"] == "activity"]
    sectors = Counter(one["sector"] for one in rows)
    assert {one["type"]: one["n"] for one in layers} == sectors
    name, n = Counter(one["organisation_name"] for one in rows).most_common(1)[0]
    told = name.replace("'", "''")
    assert counted(web, "actor", filter=f"actor = '{told}'") == {(name,): n}
    rest = counted(web, "actor", filter=f"actor IS NULL OR actor = '{told}'")
    assert rest == {(name,): n}
    sector = next(iter(sectors))
    narrowed = web.get(JOC, f"/api/search?type={sector}&limit=1").json()
    assert narrowed["total"] == sectors[sector]


def test_nobody_learns_from_groups_or_filters_what_he_does_not_see(
    web: WebNode, rows: list[dict[str, Any]]
) -> None:
    name = rows[0]["organisation_name"].replace("'", "''")
    assert counted(web, "actor", role=NGO) == counted(web, "actor", "type", role=NGO) == {}
    for told in (name, "nobody of this name"):
        asked = quote(f"actor = '{told}'")
        answer = web.get(NGO, f"/api/search?filter={asked}")
        assert (answer.json()["total"], answer.json()["reports"]) == (0, [])


def test_kinds_say_by_which_of_their_fields_they_are_told_apart() -> None:
    for kind in kinds().values():
        fields = fields_of(kind.content)
        assert kind.typed == "type" or fields[kind.typed].held.form == "choice"
        assert not kind.actor or fields[kind.actor].held.form == "text"


def test_the_page_names_the_same_fields_as_the_kinds() -> None:
    state = ROOT / "client/src/state"
    (kind,) = re.findall(r'PRESENCE = "(\w+)"', (state / "filter.ts").read_text())
    (typed,) = re.findall(r"\[PRESENCE\]: \"(\w+)\"", (state / "presence.ts").read_text())
    other = {one.name: one.typed for one in kinds().values() if one.typed != "type"}
    assert other == {kind: typed}, json.dumps(other)
    assert [one.name for one in kinds().values() if one.actor] == [kind]
