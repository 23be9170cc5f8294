"""An import finds names in sites that were imported before: those that its readers may see, no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eirene.errors import InvalidQuery
from eirene.imports.run import Plan
from eirene.missions import mission_named
from eirene.release.reader import Reader
from eirene.web.bring import planned
from web_node import WebNode

JOC = "joc-duty-officer"
LIST = Reader(
    account="list",
    organisation="public-record",
    compartments=frozenset(("public",)),
    may_file=frozenset(("public",)),
)
AREAS = mission_named("amber").areas.level(2)
assert AREAS
FAR = AREAS.stands_for(AREAS.codes[0]) or (0.0, 0.0, 0.0)
SITE = {"kind": "site", "type": "health-facility", "source": "Made health list"}


def a_site(name: str, lat: float, lon: float, **more: Any) -> dict[str, Any]:
    where = {"latitude": lat, "longitude": lon, "accuracy_m": 250}
    return SITE | where | {"name": name, "compartment": "public"} | more


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    web = WebNode(tmp_path_factory.mktemp("node"), mission="amber")
    told = [
        a_site("Poste de Zorbelle", -1.2, -10.1, other_names=["Zorbelle health post"]),
        a_site("Tarquill", -1.20, -10.10),
        a_site("Tarquill", FAR[1], FAR[0]),
        a_site("Overquay", 10.0, 10.0, source="List of the one"),
        a_site("Overquay", 11.0, 10.0, source="List of the other", type="water-point"),
        a_site("Vonnebec", -1.2, -10.1, accuracy_m=100),
        a_site("Vonnebec", -1.2003, -10.1, accuracy_m=900),
        a_site("Kept here", -1.2, -10.1, terms="not to be passed on"),
        a_site("Graded", -1.2, -10.1, classification="confidential"),
        a_site("Shared by few", -1.2, -10.1, tlp="AMBER"),
    ]
    web.node.filing.file_now(LIST, told)
    web.file(a_site("Depot of ours", -1.1, -10.2, compartment="mission"))
    web.file(a_site("Depot of the command", -1.1, -10.2, compartment="command"))
    yield web
    web.close()


def brought(
    web: WebNode,
    folder: Path,
    name: str,
    compartment: str,
    role: str = JOC,
    places: dict[str, str] | None = None,
) -> Plan:
    path = folder / "made.csv"
    row = f'VC,2026-11-20T10:00Z,told,"{name}",patrol,seen'
    path.write_text(f"type,occurred,summary,place,source,basis\n{row}\n")
    reader = web.node.people.reader(role)
    return planned(
        web.node,
        reader,
        path,
        None,
        lambda _: None,
        kind="incident",
        compartment=compartment,
        places=places,
    )


def place(made: Plan) -> Any:
    (first,) = made.tally.first
    return first[2].place


@pytest.mark.parametrize("name", ["Poste de Zorbelle", "POSTE DE ZORBELLÉ", "zorbelle health post"])
def test_a_name_of_an_imported_site_is_found_as_exactly_as_its_list_says(
    web: WebNode, tmp_path: Path, name: str
) -> None:
    found = place(brought(web, tmp_path, name, "mission"))
    assert (found.lat, found.lon, found.accuracy_m) == (-1.2, -10.1, 250)
    assert (found.method, found.text) == ("named", name)
    assert found.pcode


def test_of_two_of_one_name_one_is_asked_and_told_by_the_area_around(
    web: WebNode, tmp_path: Path
) -> None:
    made = brought(web, tmp_path, "Tarquill", "mission")
    assert made.rejected == 1
    means = made.tally.unclear["Tarquill"].means
    assert len(means) == 2
    assert all(one.area and one.source == "Made health list" for one in means.values())
    told = [place(brought(web, tmp_path, words, "mission")) for words in means]
    assert {one.name for one in told} == {"Tarquill"}
    assert {one.lat for one in told} == {-1.2, FAR[1]}


def test_of_two_outside_all_areas_one_is_told_by_its_point_and_its_list(
    web: WebNode, tmp_path: Path
) -> None:
    means = brought(web, tmp_path, "Overquay", "mission").tally.unclear["Overquay"].means
    told = {one.source: (words, one.type, one.area) for words, one in means.items()}
    assert told == {
        "List of the one": ("Overquay (10.0000, 10.0000)", "health-facility", ""),
        "List of the other": ("Overquay (11.0000, 10.0000)", "water-point", ""),
    }
    found = [place(brought(web, tmp_path, words, "mission")) for words in means]
    assert {(one.name, one.lat) for one in found} == {("Overquay", 10.0), ("Overquay", 11.0)}
    words = next(iter(means))
    decided = brought(web, tmp_path, "Over Quay 1", "mission", places={"Over Quay 1": words})
    assert (place(decided).name, place(decided).accuracy_m) == ("Overquay", 250)


def test_no_decision_takes_a_name_for_a_site_that_its_reader_may_not_see(
    web: WebNode, tmp_path: Path
) -> None:
    words = "Depot of the command (-1.1000, -10.2000)"
    made = brought(web, tmp_path, "The depot", "command", places={"The depot": words})
    assert (place(made).name, place(made).lat) == ("Depot of the command", -1.1)
    for role in (JOC, "ngo-focal-point"):
        with pytest.raises(InvalidQuery) as caught:
            brought(web, tmp_path, "The depot", "mission", role, {"The depot": words})
        assert caught.value.message.endswith("which is in no list of places of this mission.")


def test_one_site_of_two_lists_is_one_with_the_coarser_accuracy(
    web: WebNode, tmp_path: Path
) -> None:
    assert place(brought(web, tmp_path, "Vonnebec", "mission")).accuracy_m == 900


@pytest.mark.parametrize(
    ("name", "compartment", "found"),
    [
        ("Depot of ours", "mission", True),
        ("Depot of ours", "command", False),
        ("Depot of the command", "command", True),
        ("Depot of the command", "mission", False),  # its readers may not see where that is
        ("Kept here", "mission", False),
        ("Graded", "mission", False),
        ("Shared by few", "mission", False),
        ("No such place", "mission", False),
    ],
)
def test_no_place_goes_where_its_site_may_not(
    web: WebNode, tmp_path: Path, name: str, compartment: str, found: bool
) -> None:
    told = place(brought(web, tmp_path, name, compartment))
    assert (told.lat is not None) is found
    if not found:
        assert (told.name, told.pcode, told.accuracy_m) == (name, "", None)


def test_whoever_may_not_see_a_site_does_not_find_it(web: WebNode, tmp_path: Path) -> None:
    for name in ("Depot of ours", "Depot of the command", "No such place"):
        made = brought(web, tmp_path, name, "mission", role="ngo-focal-point")
        assert place(made).lat is None
        assert made.tally.unplaced == {name: (1, 2)}
