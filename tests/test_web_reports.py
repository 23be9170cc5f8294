"""Reports through HTTP: filed once, found again, and not there for whoever may not see them."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from eirene.reports.kinds import kinds
from eirene.web import look
from web_node import P_LAT, P_LON, Served, WebNode, an_incident, wait_for

JOC, SECTOR, NGO, ANYONE = (
    "joc-duty-officer",
    "sector-operations-officer",
    "ngo-focal-point",
    "anyone",
)
DATA = Path(__file__).parent / "data" / "pitfalls"
SEARCHES: dict[str, Any] = json.loads((DATA / "k04-search.json").read_text())


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebNode]:
    made = WebNode(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WebNode, list[str]]]:
    made = WebNode(tmp_path_factory.mktemp("node"))
    filed = made.file(*(an_incident(summary=text) for text in SEARCHES["reports"]))
    yield made, [one["id"] for one in filed]
    made.close()


def total(web: WebNode, role: str = JOC, path: str = "/api/search") -> int:
    return web.get(role, path).json()["total"]


def test_what_is_filed_is_in_the_next_read_everywhere(web: WebNode) -> None:
    [filed] = web.file(an_incident(killed=3))
    report = web.get(JOC, f"/api/reports/{filed['id']}")
    assert report.json()["killed"] == 3
    assert report.headers["eirene-marking"] == report.json()["marking"]
    entity = web.get(JOC, f"/api/entities/{filed['entity']}").json()
    assert [one["id"] for one in entity["current"]] == [filed["id"]]
    assert entity["history"][0]["received"]
    assert entity["may"] == {"amend": True, "withdraw": True}
    assert total(web) == 1
    counts = web.get(JOC, "/api/counts?group=day&sum=killed,injured").json()
    assert counts["groups"] == [
        {
            "day": "2026-11-20",
            "n": 1,
            "sums": {"killed": {"sum": 3, "known": 1}, "injured": {"sum": None, "known": 0}},
        }
    ]


def test_an_amendment_and_a_withdrawal_are_posts(web: WebNode) -> None:
    [first] = web.file(an_incident(killed=1))
    [second] = web.file(an_incident(killed=2, amends=[first["id"]]))
    assert second["entity"] == first["entity"]
    entity = web.get(JOC, f"/api/entities/{first['entity']}").json()
    assert [one["killed"] for one in entity["history"]] == [2, 1]
    assert [one["killed"] for one in entity["current"]] == [2]
    web.file({"kind": "withdrawal", "amends": [second["id"]], "reason": "duplicate"})
    assert total(web) == 0
    assert web.get(JOC, "/api/search?withdrawn=true").json()["reports"][0]["withdrawn"] is True


@pytest.mark.parametrize("role", [JOC, SECTOR, NGO])
def test_each_example_can_be_posted_as_it_is(web: WebNode, role: str) -> None:
    offered = web.get(role, "/api/kinds").json()
    assert offered
    for one in offered:
        kind = web.get(role, f"/api/kinds/{one['kind']}").json()
        example = kind["example"]
        assert example["compartment"] != "public"
        response = web.post(role, "/api/reports", example)
        assert response.status_code == 201, (one, response.text)


def test_the_example_of_a_withdrawal_takes_back_what_one_filed_oneself(web: WebNode) -> None:
    def example(role: str) -> dict[str, Any]:
        return web.get(role, "/api/kinds/withdrawal").json()["example"]

    web.file(an_incident(compartment="mission"), role=SECTOR)
    assert example(JOC)["amends"] == ["0" * 32]  # it is there for him to read, and not his
    [mine] = web.file(an_incident(compartment="command"), role=JOC)
    assert example(JOC)["amends"] == [mine["id"]]
    assert example(JOC)["compartment"] == "command"
    assert web.post(JOC, "/api/reports", example(JOC)).status_code == 201
    assert example(JOC)["amends"] == ["0" * 32]


def test_who_may_file_nothing_is_offered_nothing(web: WebNode) -> None:
    assert web.get(ANYONE, "/api/kinds").json() == []
    assert web.get(ANYONE, "/api/kinds/incident").status_code == 404
    refused = web.post(ANYONE, "/api/reports", an_incident())
    assert refused.status_code == 403
    assert refused.json()["field"] == "compartment"


# -- absent and withheld look the same


def test_absent_and_withheld_look_the_same(web: WebNode) -> None:
    [filed] = web.file(an_incident(compartment="command", summary="Talvek-Token"))
    pairs = [
        (f"/api/reports/{filed['id']}", f"/api/reports/{'0' * 32}"),
        (f"/api/entities/{filed['entity']}", f"/api/entities/{'0' * 32}"),
        (
            f"/ogc/collections/incident/items/{filed['id']}",
            f"/ogc/collections/incident/items/{'0' * 32}",
        ),
        ("/api/search?q=Talvek-Token", "/api/search?q=neverfiled"),
        ("/api/suggest?q=Talv", "/api/suggest?q=neve"),
        ("/api/counts?q=Talvek-Token&group=day", "/api/counts?q=neverfiled&group=day"),
    ]
    for withheld, absent in pairs:
        for method in ("GET", "HEAD"):
            a, b = web.ask(NGO, method, withheld), web.ask(NGO, method, absent)
            assert a.status_code == b.status_code
            assert a.content == b.content
            assert dict(a.headers) == dict(b.headers)
    assert web.get(NGO, "/api/layers").json() == []
    assert web.get(NGO, "/ogc/collections").json()["collections"][0]["extent"] == {
        "temporal": {"interval": [[None, None]]}
    }


@pytest.mark.parametrize("identity", ["x", "0" * 31, "0" * 33, "G" * 32, "%00", "0" * 32 + "%20"])
def test_what_cannot_be_an_id_is_as_absent(web: WebNode, identity: str) -> None:
    odd, absent = (
        web.get(JOC, f"/api/reports/{identity}"),
        web.get(JOC, "/api/reports/" + "0" * 32),
    )
    assert (odd.status_code, odd.content) == (absent.status_code, absent.content)


# -- retries


def test_a_list_is_all_or_nothing_and_names_the_one_at_fault(web: WebNode) -> None:
    good = [an_incident(client_id=str(uuid.uuid4()), summary=f"n {n}") for n in range(3)]
    bad = [good[0], {k: v for k, v in good[1].items() if k != "occurred"}, good[2]]
    refused = web.post(JOC, "/api/reports", bad)
    assert refused.status_code == 422
    assert (refused.json()["index"], refused.json()["field"]) == (1, "occurred")
    assert total(web) == 0
    first, second = web.post(JOC, "/api/reports", good), web.post(JOC, "/api/reports", good)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert total(web) == 3


def test_the_answer_was_lost_and_the_retry_makes_no_second_report(web: WebNode) -> None:
    served = Served(web)
    body = json.dumps(an_incident(client_id=str(uuid.uuid4()))).encode()
    headers = {"Authorization": f"Bearer {web.token[JOC]}", "Content-Type": "application/json"}
    raw = (
        f"POST /api/reports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {web.token[JOC]}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    import socket

    with socket.create_connection(("127.0.0.1", served.port)) as line:
        line.sendall(raw + body)  # and hang up without reading
    assert wait_for(lambda: total(web) == 1)
    again = httpx.post(f"{served.url}/api/reports", content=body, headers=headers)
    assert again.status_code == 201
    assert total(web) == 1
    other = {**headers, "Authorization": f"Bearer {web.token[SECTOR]}"}
    assert httpx.post(f"{served.url}/api/reports", content=body, headers=other).status_code == 201
    assert total(web) == 2
    served.close()


def test_other_words_under_the_same_client_id_are_a_conflict(web: WebNode) -> None:
    client_id = str(uuid.uuid4())
    web.file(an_incident(client_id=client_id))
    response = web.post(JOC, "/api/reports", an_incident(client_id=client_id, summary="other"))
    assert response.status_code == 409
    assert response.json()["field"] == "client_id"


def test_many_writers_lose_nothing(web: WebNode) -> None:
    def write(n: int) -> None:
        for at in range(5):
            web.file(an_incident(summary=f"writer {n} report {at}"))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert total(web) == 40


# -- reports without a point


def test_reports_without_a_point_are_there_and_not_at_zero(web: WebNode) -> None:
    nowhere = {"latitude": ..., "longitude": ...}
    web.file(an_incident(), an_incident(**nowhere, pcode="XA0101"), an_incident(**nowhere))
    for bad in (b"NaN", b"1e400", b"null"):
        body = json.dumps(an_incident(latitude=7141)).encode().replace(b"7141", bad)
        response = web.post(JOC, "/api/reports", body)
        assert 400 <= response.status_code < 500
        assert response.json()["field"] == "latitude"
    found = web.get(JOC, "/api/search").json()
    assert (found["total"], found["without_point"]) == (3, 2)
    assert total(web, path="/api/counts") == 3
    features = web.get(JOC, "/ogc/collections/incident/items").json()
    assert features["numberMatched"] == 3
    points = [one["geometry"] for one in features["features"]]
    assert points.count(None) == 2
    assert {"type": "Point", "coordinates": [P_LON, P_LAT]} in points


# -- search


def test_a_list_counts_exactly_up_to_a_bound_and_then_says_so(
    web: WebNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look.COUNT_TO == 10_000
    monkeypatch.setattr(look, "COUNT_TO", 4)
    web.file(*(an_incident(compartment="partners") for _ in range(4)), role=NGO)
    web.file(an_incident())
    said: list[tuple[int, str, int]] = []
    for role in (NGO, JOC):
        found = web.get(role, "/api/search?limit=1").json()
        said.append((found["total"], found["total_is"], len(found["reports"])))
    # the fifth is not the NGO's to see, nor to be told of
    assert said == [(4, "exact", 1), (4, "at-least", 1)]
    assert web.get(JOC, "/ogc/collections/incident/items?limit=1").json()["numberMatched"] == 5


@pytest.mark.parametrize(("query", "index"), SEARCHES["queries_must_find"].items())
def test_a_search_finds_what_was_written(
    searched: tuple[WebNode, list[str]], query: str, index: int
) -> None:
    web, ids = searched
    response = web.get(JOC, f"/api/search?q={quote(query)}")
    assert response.status_code == 200
    assert ids[index] in [one["id"] for one in response.json()["reports"]]


@pytest.mark.parametrize(
    "query",
    [*SEARCHES["queries_no_500"], "a" * 3000, "\ud800".encode("utf-8", "surrogatepass"), b"\xff"],
)
def test_no_search_breaks_the_node(searched: tuple[WebNode, list[str]], query: str | bytes) -> None:
    web, _ = searched
    answers = [web.get(role, f"/api/search?q={quote(query)}") for role in (JOC, NGO)]
    assert answers[0].status_code == answers[1].status_code
    assert answers[0].status_code < 500
    for answer in answers:
        assert not any(word in answer.text.lower() for word in ("sqlite", "fts", "table", "column"))


def test_pages_hold_everything_once(web: WebNode) -> None:
    web.file(*(an_incident(summary=f"n {n}") for n in range(25)))
    seen: list[str] = []
    cursor = ""
    while True:
        page = web.get(JOC, f"/api/search?limit=10{cursor}").json()
        assert page["total"] == 25
        seen += [one["id"] for one in page["reports"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 25


def test_a_cursor_is_of_no_use_to_another(web: WebNode) -> None:
    web.file(*(an_incident(summary=f"n {n}") for n in range(3)))
    cursors = {web.get(JOC, "/api/search?limit=1").json()["next"] for _ in range(3)}
    assert len(cursors) == 3
    assert len({len(one) for one in cursors}) == 1
    response = web.get(SECTOR, f"/api/search?limit=1&cursor={cursors.pop()}")
    assert response.status_code == 400
    assert response.json()["field"] == "cursor"


def test_a_place_and_a_time_are_understood_before_they_are_filed(web: WebNode) -> None:
    place = web.get(JOC, "/api/understand/place?text=4.3612 N, 18.5550 E").json()
    assert (round(place["latitude"], 4), round(place["longitude"], 4)) == (4.3612, 18.555)
    moment = web.get(JOC, "/api/understand/time?text=251430ZNOV26").json()
    assert (moment["start"], moment["precision"]) == ("2026-11-25T14:30:00Z", "minute")
    for path in ("place?text=91N 200E", "time?text=251430J"):
        response = web.get(JOC, f"/api/understand/{path}")
        assert response.status_code == 422
        assert response.json()["remedy"]


def test_all_kinds_are_offered_somewhere(web: WebNode) -> None:
    offered = {one["kind"] for role in (JOC, NGO) for one in web.get(role, "/api/kinds").json()}
    assert offered | {"source", "referral", "attachment"} == set(kinds())
