"""Releases through HTTP: who will see this, who has it, and the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from eirene.log.log import utc_now
from web_node import WebNode, an_incident, wait_for

JOC, NGO, ADMIN = "joc-duty-officer", "ngo-focal-point", "administrator"
SLOT = timedelta(minutes=15)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebNode]:
    made = WebNode(tmp_path, mission="car")
    yield made
    made.close()


def verified(**changes: Any) -> dict[str, Any]:
    return an_incident(state="verified", latitude=4.3612, longitude=18.555, killed=7, **changes)


def later(web: WebNode, slots: int = 1) -> None:
    """Let the time of so many slots go by, for the desk alone."""
    desk = web.node.releases
    for at in range(1, slots + 1):
        end = utc_now() + at * SLOT
        with desk.lock:
            desk._clock = lambda end=end: end  # pyright: ignore[reportPrivateUsage]
        desk.tick()


def test_preview_shows_each_audience_its_version_and_files_nothing(web: WebNode) -> None:
    answer = web.post(JOC, "/api/preview", verified(summary="Talvek burned"))
    assert answer.status_code == 200, answer.text
    audiences = {one["compartment"]: one for one in answer.json()["audiences"]}
    partners = audiences["partners"]
    assert partners["outcome"] == "automatic"
    assert partners["version"]["coarse"] == {
        "place": "admin-3",
        "time": "6-hours",
        "counts": "banded",
    }
    assert partners["version"]["killed"] == 5
    assert "Talvek" not in str(partners["version"])
    assert "summary" in partners["removed"]
    assert audiences["host-state"]["outcome"] == "one-person"
    assert audiences["sources"]["version"] is None
    assert not [name for name in audiences if name.startswith(("org-", "party-"))]
    assert web.get(JOC, "/api/search").json()["total"] == 0


def test_preview_of_a_report_that_is_there_is_for_its_readers_alone(web: WebNode) -> None:
    [filed] = web.file(verified())
    answer = web.post(JOC, "/api/preview", {"report": filed["id"]})
    assert answer.status_code == 200
    withheld = web.post(NGO, "/api/preview", {"report": filed["id"]})
    absent = web.post(NGO, "/api/preview", {"report": "0" * 32})
    assert (withheld.status_code, withheld.content) == (absent.status_code, absent.content)
    assert withheld.status_code == 404


def test_a_bad_preview_is_one_clear_error(web: WebNode) -> None:
    answer = web.post(JOC, "/api/preview", verified(type="NOPE"))
    assert answer.status_code == 422
    assert answer.json()["field"] == "type"
    assert answer.json()["remedy"]
    refused = web.post(JOC, "/api/preview", verified(compartment="protected"))
    assert (refused.status_code, refused.json()["field"]) == (403, "compartment")


def test_a_released_version_reaches_the_ngo_and_the_ledger_does_not(web: WebNode) -> None:
    [filed] = web.file(verified(summary="Talvek burned"))
    assert wait_for(lambda: len(ledger(web, filed["id"])) > 0)
    later(web)
    found = web.get(NGO, "/api/search").json()
    assert found["total"] == 1
    [report] = found["reports"]
    assert report["compartment"] == "partners"
    assert "Talvek" not in str(found)
    by_audience = {one["compartment"]: one for one in ledger(web, filed["id"])}
    assert by_audience["partners"]["state"] == "made"
    assert by_audience["partners"]["version"]["id"] == report["id"]
    assert by_audience["host-state"]["state"] == "waits"
    for path in (f"/api/reports/{filed['id']}/releases", f"/api/reports/{'0' * 32}/releases"):
        assert web.get(NGO, path).status_code == 404
    assert web.get(NGO, f"/api/reports/{report['id']}/releases").json() == {
        "releases": [],
        "glass_for": [],
    }
    assert web.get(JOC, "/api/search").json()["total"] == 1


def ledger(web: WebNode, report: str) -> list[dict[str, Any]]:
    answer = web.get(JOC, f"/api/reports/{report}/releases")
    assert answer.status_code == 200, answer.text
    return answer.json()["releases"]


def test_the_desk_is_empty_for_who_may_decide_nothing_and_recall_takes_hold(web: WebNode) -> None:
    [filed] = web.file(verified())
    assert wait_for(lambda: len(ledger(web, filed["id"])) > 0)
    later(web)
    assert web.get(NGO, "/api/desk/releases").json() == []
    assert web.get(ADMIN, "/api/desk/releases").json() == []
    [line] = [one for one in ledger(web, filed["id"]) if one["compartment"] == "partners"]
    path = f"/api/desk/releases/{line['id']}"
    withheld = web.post(NGO, path, {"act": "recall"})
    absent = web.post(NGO, f"/api/desk/releases/{'0' * 32}", {"act": "recall"})
    assert (withheld.status_code, withheld.content) == (404, absent.content)
    assert line["may_decide"]
    recalled = web.post(JOC, path, {"act": "recall", "reason": "a mistake"})
    assert recalled.status_code == 200, recalled.text
    assert recalled.json()["state"] == "recalled"
    assert web.get(NGO, "/api/search").json()["total"] == 0


def test_the_owner_sees_who_fetched_and_with_what(web: WebNode) -> None:
    [filed] = web.file(verified())
    assert wait_for(lambda: len(ledger(web, filed["id"])) > 0)
    later(web)
    assert not [one for one in ledger(web, filed["id"]) if one["fetched"]]
    for path in ("/api/search", "/api/export.csv", "/ogc/collections/incident/items"):
        assert web.get(NGO, path).status_code == 200
    for _ in range(2):  # gathered; then written, and read from a picture built anew
        fetched = {one["compartment"]: one["fetched"] for one in ledger(web, filed["id"])}
        [by_ngo] = fetched.pop("partners")
        assert (by_ngo["account"], by_ngo["times"]) == (NGO, 3)
        assert by_ngo["by"] in {token.id for token in web.node.people.tokens(NGO)}
        assert not any(fetched.values())
        web.node.receipts.write()
        web.node.rebuild()


def test_nobody_amends_a_version(web: WebNode) -> None:
    [filed] = web.file(verified())
    assert wait_for(lambda: len(ledger(web, filed["id"])) > 0)
    later(web)
    [report] = web.get(NGO, "/api/search").json()["reports"]
    answer = web.post(NGO, "/api/reports", verified(compartment="partners", amends=[report["id"]]))
    assert answer.status_code == 403
    assert answer.json()["field"] == "amends"
    entity = web.get(NGO, f"/api/entities/{report['entity']}").json()
    assert entity["may"] == {"amend": False, "withdraw": False}


def test_a_token_that_only_reads_decides_nothing(web: WebNode) -> None:
    until = utc_now() + timedelta(days=1)
    web.token["reads"], _ = web.node.people.make_token(JOC, "read", until)
    answer = web.post("reads", f"/api/desk/releases/{'0' * 32}", {"act": "recall"})
    assert answer.status_code == 403


def test_break_glass_is_told_to_the_second_person_and_stands_in_the_ledger(tmp_path: Path) -> None:
    chief, assistant = "liaison-cell-chief", "community-liaison-assistant"
    web = WebNode(tmp_path, {chief: "mission", assistant: "mission", JOC: "mission"})
    flat = {"kind": "source", "compartment": "sources", "pseudonym": "LARK-7", "channel": "visit"}
    [filed] = web.file(flat, role=assistant)
    path = f"/api/reports/{filed['id']}/releases"
    assert wait_for(lambda: web.get(assistant, path).status_code == 200)
    assert "command" in web.get(assistant, path).json()["glass_for"]
    given = {
        "report": filed["id"],
        "audience": "command",
        "reason": "A girl is held at the house that he described.",
        "until": (utc_now() + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    said = web.post(assistant, "/api/break-glass", given)
    assert said.status_code == 200, said.text
    assert said.json()["glass"] and said.json()["version"] is None
    [asked] = web.get(chief, "/api/break-glass").json()
    assert (asked["by"], asked["compartment"], asked["mine"]) == (assistant, "command", False)
    assert asked["report"]["pseudonym"] == "LARK-7"
    assert web.get(assistant, "/api/break-glass").json()[0]["mine"]
    assert web.get(JOC, "/api/break-glass").json() == []
    assert web.get(JOC, path).status_code == 404
    no = {"report": given["report"], "audience": "command", "act": "refuse", "reason": "Not now."}
    assert web.post(JOC, "/api/break-glass", no).status_code == 404
    wrong = web.post(chief, "/api/break-glass", no | {"act": "perhaps"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "act")
    said = web.post(chief, "/api/break-glass", no)
    assert (said.status_code, said.json()["state"]) == (200, "refused"), said.text
    assert web.get(chief, "/api/break-glass").json() == []
    assert web.post(assistant, "/api/break-glass", given).status_code == 200
    assert web.post(chief, "/api/break-glass", given).json()["version"]["pseudonym"] == "LARK-7"
    assert web.get(chief, "/api/break-glass").json() == []
    [line] = [one for one in web.get(assistant, path).json()["releases"] if one["glass"]]
    assert line["decided"][-1]["account"] == f"{assistant} + {chief}"
    web.close()
