"""What other tools got wrong, tried through HTTP with the inputs that broke them.

Each case names its number. Further ones stand where their subject is:
K04, E03 and K06 in test_web_reports, A02 and A04 in test_web_session, E02 in
test_web_exports, M01 and M03 in test_ogc, I01 to I06 in test_import_pitfalls,
W02 in browser/test_shared_laptop.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from web_node import WebNode, an_incident

JOC = "joc-duty-officer"
DATA = Path(__file__).parent / "data" / "pitfalls"
K01 = list(csv.DictReader((DATA / "k01-dms.csv").read_text(encoding="utf-8").splitlines()))
K03 = list(csv.DictReader((DATA / "k03-dtg.csv").read_text(encoding="utf-8").splitlines()))
M03 = json.loads((DATA / "m03-times.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    made = WebNode(tmp_path_factory.mktemp("node"))
    yield made
    made.close()


@pytest.mark.parametrize("row", K01, ids=lambda row: row["ref"])
def test_k01_less_than_one_degree_south_stays_south(web: WebNode, row: dict[str, str]) -> None:
    flat = an_incident(latitude=..., longitude=..., place=row["coordinates"])
    response = web.post(JOC, "/api/reports", flat)
    if row["expect_lat"] == "ERROR":
        assert 400 <= response.status_code < 500
        assert response.json()["field"] == "place"
        assert response.json()["remedy"]
        return
    report = web.get(JOC, f"/api/reports/{response.json()['id']}").json()
    assert report["latitude"] == pytest.approx(float(row["expect_lat"]), abs=1e-4)
    assert report["longitude"] == pytest.approx(float(row["expect_lon"]), abs=1e-4)
    finest = {"1": 15.0, "2": 90.0, "4": 5.0}.get(row["ref"], 1.0)
    assert report["accuracy_m"] >= finest


@pytest.mark.parametrize("row", K03, ids=lambda row: row["dtg"])
def test_k03_a_date_time_group_keeps_its_day_and_its_zone(
    web: WebNode, row: dict[str, str]
) -> None:
    response = web.post(JOC, "/api/reports", an_incident(occurred=row["dtg"]))
    expected = row["expect_utc_or_error"]
    moment = re.match(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)Z", expected)
    if response.status_code == 201:
        assert moment, f"{row['dtg']} must be an error"
        occurred = web.get(JOC, f"/api/reports/{response.json()['id']}").json()["occurred"]
        assert occurred["start"].startswith(moment[1])
        assert occurred["precision"] == "minute"
    else:
        assert "ERROR" in expected
        problem = response.json()
        assert problem["field"] == "occurred"
        assert problem["remedy"]
        if "no such day" in expected:
            assert "29" in problem["message"] or "February" in problem["message"]


def test_k03_the_picture_at_a_moment_and_the_counts_know_the_day(tmp_path: Path) -> None:
    node = WebNode(tmp_path)
    two, three = node.file(an_incident(occurred=K03[1]["dtg"]), an_incident(occurred=K03[2]["dtg"]))
    found = node.get(JOC, "/api/search?at=2025-12-31T23:00Z").json()["reports"]
    assert {one["id"] for one in found} == {two["id"], three["id"]}
    earlier = node.get(JOC, "/api/search?at=2025-12-31T22:00Z").json()["reports"]
    assert {one["id"] for one in earlier} == {three["id"]}
    groups = node.get(JOC, "/api/counts?group=day").json()["groups"]
    assert [(one["day"], one["n"]) for one in groups] == [("2025-12-31", 2)]
    node.close()


def test_m03_an_event_in_march_is_there_on_10_march_and_not_a_bar_on_the_1st(
    tmp_path: Path,
) -> None:
    node = WebNode(tmp_path)
    filed = node.file(*(an_incident(occurred=one["event_time"]) for one in M03))
    names = {one["id"]: case["ref"] for one, case in zip(filed, M03, strict=True)}

    def at(datetime: str) -> set[str]:
        found = node.get(JOC, f"/api/search?datetime={datetime}").json()["reports"]
        return {names[one["id"]] for one in found}

    assert at("2025-03-10T00:00:00Z/2025-03-10T23:59:59Z") == {"m1", "m3", "m4"}
    assert at("../2025-03-01T00:00:00Z") == {"m1", "m5"}
    assert at("/2025-03-01T00:00:00Z") == {"m1", "m5"}
    assert at("2025-03-25T02:00:00Z") == {"m1", "m2"}
    assert at("2025-03-31T23:59:59Z/..") == {"m1"}
    assert at("2025-03-10") == {"m1", "m3", "m4"}
    assert node.get(JOC, "/api/search?datetime=2025-03-11/2025-03-10").status_code == 400
    days = node.get(JOC, "/api/counts?group=day").json()
    assert [one["day"] for one in days["groups"]] == ["2025-03-10", "2025-03-24"]
    assert days["imprecise"] == 2
    node.close()
