"""The mappings that come with Eirene, on the data that ships with it."""

import csv
import gzip
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from eirene.imports.run import Plan, plan
from eirene.missions import Batch, mission_named
from eirene.reports.draft import draft_of
from import_files import NOW, sums, told

ROOT = Path(__file__).parent.parent
CAR = mission_named("car")
EXPECTED = ROOT / "tests" / "data" / "car" / "events_pcodes_expected.csv.gz"


def made_of(batch: Batch) -> Plan:
    return plan(
        batch.path,
        kind=batch.kind,
        mapping=batch.mapping,
        compartment=batch.compartment,
        zone=CAR.zone,
        now=NOW,
        find=CAR.find,
        areas=CAR.areas,
    )


BATCHES = {batch.mapping: batch for batch in CAR.batches(ROOT / "odbl")}


@pytest.fixture(scope="module")
def events() -> Plan:
    return made_of(BATCHES["ucdp-ged"])


@pytest.fixture(scope="module")
def flats(events: Plan) -> list[dict[str, Any]]:
    return list(events.flats())


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, str]]:
    with gzip.open(BATCHES["ucdp-ged"].path, "rt", encoding="utf-8", newline="") as stream:
        return {row["id"]: row for row in csv.DictReader(stream)}


def test_every_event_is_a_report(events: Plan, flats: list[dict[str, Any]]) -> None:
    assert sums(events) == (1848, 0, 0, 0)
    assert len({flat["entity"] for flat in flats}) == len(flats) == 1848


def test_deaths_are_those_of_the_source(
    flats: list[dict[str, Any]], rows: dict[str, dict[str, str]]
) -> None:
    fields = {
        "killed": "low",
        "killed_best": "best",
        "killed_most": "high",
        "killed_civilians": "deaths_civilians",
    }
    for flat in flats:
        row = rows[flat["reference"]]
        assert {field: flat[field] for field in fields} == {
            field: int(row[column]) for field, column in fields.items()
        }
    assert sum(flat["killed_best"] for flat in flats) == sum(int(r["best"]) for r in rows.values())


def test_sides_of_a_clash_are_parties_and_perpetrators_are_alleged(
    flats: list[dict[str, Any]], rows: dict[str, dict[str, str]]
) -> None:
    for flat in flats:
        one_sided = rows[flat["reference"]]["type_of_violence"] == "3"
        assert flat["type"] == ("VC" if one_sided else "AC")
        assert flat.get("groups") == (["civilians"] if one_sided else None)
        roles = [actor["role"] for actor in flat["actors"]]
        assert roles == (["alleged-perpetrator", "victim"] if one_sided else ["party", "party"])
        if one_sided:
            assert "allegedly" in flat["summary"]
    classes = {a["name"]: a["actor_class"] for flat in flats for a in flat["actors"]}
    assert classes["Government of Central African Republic"] == "host-state-forces"
    assert classes["Government of Chad"] == "other-state-forces"
    assert classes["Civilians"] == "population-group"
    assert classes["LRA"] == "armed-group"


def test_times_are_spans_where_the_source_does_not_know_the_day(
    flats: list[dict[str, Any]], rows: dict[str, dict[str, str]]
) -> None:
    for flat in flats:
        row, span = rows[flat["reference"]], flat["occurred"]
        assert (span["precision"] == "day") == (row["date_prec"] == "1")
        assert span["start"] == f"{row['date_start'][:10]}T00:00:00Z"
        draft = draft_of(flat, now=NOW)
        assert draft.occurred is not None
        assert f"{draft.occurred.start:%Y-%m-%d}" == row["date_start"][:10]
    kinds = Counter(flat["occurred"]["precision"] for flat in flats)
    assert kinds["day"] == 1367
    assert set(kinds) == {"day", "span", "month", "year"}
    vague = [flat for flat in flats if rows[flat["reference"]]["date_prec"] in "345"]
    assert len(vague) == 230
    assert all(flat["occurred"]["precision"] != "day" for flat in vague)


def test_areas_of_points_are_those_that_were_expected(rows: dict[str, dict[str, str]]) -> None:
    with gzip.open(EXPECTED, "rt", encoding="utf-8", newline="") as stream:
        expected = {row["id"]: row for row in csv.DictReader(stream)}
    for number, row in rows.items():
        lon, lat = float(row["longitude"]), float(row["latitude"])
        found = [CAR.area_of(lon, lat, level) for level in (1, 2, 3)]
        wanted = expected[number]
        assert found == [wanted["adm1_pcode"], wanted["adm2_pcode"], wanted["adm3_pcode"]], number


def test_no_point_claims_more_than_the_source(
    flats: list[dict[str, Any]], rows: dict[str, dict[str, str]]
) -> None:
    digits = {"1": 6, "2": 5, "3": 5, "4": 4, "5": 2, "6": 2}
    least = {"1": 2_000, "2": 25_000, "3": 8_000, "4": 40_000, "5": 200_000, "6": 500_000}
    for flat in flats:
        precision = rows[flat["reference"]]["where_prec"]
        assert len(flat["pcode"]) == digits[precision]
        assert flat["accuracy_m"] >= least[precision], (precision, flat["accuracy_m"])
        draft = draft_of(flat, now=NOW, find=CAR.find)
        assert draft.place is not None
        assert draft.place.pcode == flat["pcode"]
        assert draft.place.lat == pytest.approx(flat["latitude"])
        assert draft.place.accuracy_m == pytest.approx(
            max(flat["accuracy_m"], draft.place.accuracy_m or 0)
        )


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ("mission-places", (25, 0, 0, 0)),
        ("ourairports", (48, 0, 0, 0)),
        ("healthsites-osm", (430, 15, 5, 0)),
    ],
)
def test_other_lists_add_up(mapping: str, expected: tuple[int, int, int, int]) -> None:
    if mapping not in BATCHES:
        pytest.skip("the folder odbl is not here")
    made = made_of(BATCHES[mapping])
    assert sums(made) == expected
    for flat in made.flats():
        assert flat["name"]
        assert flat["tlp"] == "CLEAR"
    outside = [flat["name"] for flat in made.flats() if "pcode" not in flat]
    assert len(outside) <= 10  # across the border river, or on it


def test_towns_of_geonames_and_their_names() -> None:
    made = made_of(
        Batch("Towns", "site", "geonames", CAR.folder / "places_geonames.csv", "public", "lists")
    )
    assert sums(made) == (51, 0, 0, 0)
    bangui = next(made.flats())
    assert (bangui["name"], bangui["people"]) == ("Bangui", 812407)
    assert "Bangi" in bangui["other_names"]


def test_a_height_in_feet_is_metres_here_and_unknown_where_blank() -> None:
    heights = {
        f["reference"]: f.get("elevation_m") for f in made_of(BATCHES["ourairports"]).flats()
    }
    assert heights["CF-0005"] == pytest.approx(642.5, abs=0.1)
    assert heights["CF-0001"] is None


def test_the_table_names_what_a_person_should_look_at(events: Plan) -> None:
    assert "killed is above killed_best, as the source has it (6 rows" in told(events)


@pytest.mark.slow
def test_planning_is_fast_enough(tmp_path: Path) -> None:
    with gzip.open(BATCHES["ucdp-ged"].path, "rb") as stream:
        head, *lines = stream.read().splitlines(keepends=True)
    path = tmp_path / "events.csv"
    path.write_bytes(head + b"".join(lines))
    began = time.process_time()  # what others on the machine take is not ours
    made = made_of(
        Batch("Events", "incident", "ucdp-ged", path, "public", "lists"),
    )
    assert made.rows / (time.process_time() - began) > 500  # on a slow machine; on a fast one 4,000
