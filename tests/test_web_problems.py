"""Errors and refusals, as a program outside sees them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eirene.errors import EireneError
from eirene.web import problems
from eirene.web.app import routes_of
from eirene.web.bodies import BODY_MOST
from eirene.web.problems import STATUS, problem_of
from eirene.web.reports import PATH
from web_node import WebNode, an_incident

JOC, NGO = "joc-duty-officer", "ngo-focal-point"
ALWAYS = {"status", "code", "field", "message", "remedy"}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    made = WebNode(tmp_path_factory.mktemp("node"))
    yield made
    made.close()


def every_error(cls: type[EireneError] = EireneError) -> Iterator[type[EireneError]]:
    yield cls
    for sub in cls.__subclasses__():
        yield from every_error(sub)


def test_each_error_has_its_own_row_in_the_one_table() -> None:
    ours = [e for e in every_error() if e.__module__ in ("eirene.errors", problems.__name__)]
    assert [e.__name__ for e in ours if e not in STATUS] == []
    codes = [e.code for e in ours]
    assert len(set(codes)) == len(codes)


def test_a_problem_has_all_five_members_also_where_they_are_empty() -> None:
    assert set(problem_of(EireneError("x"))) == ALWAYS


# -- who is not known


PATHS = sorted({route.path for route in routes_of().routes} - {"/", "/health/ready"})


POSTED_BY_ANYBODY = (
    "/api/invitations/accept",
    "/api/sign-in/provider",
    "/api/sign-in/provider/back",
)


@pytest.mark.parametrize("path", [*PATHS, "/no/such/path", "/ogc/", "/api", "/assets/none.js"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
def test_every_path_asks_for_an_account(web: WebNode, path: str, method: str) -> None:
    if path == "/api/sign-in" or (method == "POST" and path in POSTED_BY_ANYBODY):
        return
    response = web.ask(None, method, path.replace(":str", "").replace("{", "").replace("}", ""))
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    if method != "HEAD":
        assert response.json()["code"] == "sign-in-required"


@pytest.mark.parametrize("path", ["/", "/health/ready"])
def test_what_is_open_answers_without_an_account(web: WebNode, path: str) -> None:
    assert web.get(None, path).status_code == 200


@pytest.mark.parametrize(
    "authorization", ["Bearer ", "Bearer nonsense", "Basic am9jOng=", "bearer eir_x", "\x00"]
)
def test_a_wrong_token_is_as_none(web: WebNode, authorization: str) -> None:
    response = web.get(None, "/api/me", headers={"Authorization": authorization})
    assert response.status_code == 401
    assert response.content == web.get(None, "/api/me").content


def test_public_material_is_open_only_where_the_mission_opens_it(tmp_path: Path) -> None:
    web = WebNode(tmp_path, open_public=True)
    assert web.get(None, "/api/search").json()["total"] == 0
    assert web.get(None, "/api/me").json()["compartments"] == ["public"]
    assert web.post(None, "/api/reports", an_incident()).status_code == 401
    assert web.get(None, "/api/me", headers={"Authorization": "Bearer x"}).status_code == 401
    web.close()


# -- paths and methods


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT", "PATCH"])
def test_an_unknown_path_is_404_for_whoever_is_known(web: WebNode, method: str) -> None:
    response = web.ask(JOC, method, "/api/nothing-here")
    assert response.status_code == 404
    assert set(response.json()) == ALWAYS


def test_a_wrong_method_names_the_right_ones(web: WebNode) -> None:
    response = web.ask(JOC, "PUT", "/api/me")
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert response.json()["code"] == "method-refused"


def test_head_is_get_without_a_body(web: WebNode) -> None:
    head, get = web.ask(JOC, "HEAD", "/api/kinds"), web.get(JOC, "/api/kinds")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]


def test_options_names_the_methods(web: WebNode) -> None:
    response = web.ask(JOC, "OPTIONS", "/api/reports")
    assert response.status_code == 204
    assert "POST" in response.headers["allow"]
    assert "access-control-allow-origin" not in response.headers


# -- every answer


@pytest.mark.parametrize(
    "path",
    ["/api/me", "/api/search", "/ogc/collections/incident/items", "/nothing", "/api/export.csv"],
)
def test_no_answer_may_be_kept_and_each_is_marked(web: WebNode, path: str) -> None:
    headers = web.get(JOC, path).headers
    assert headers["cache-control"] == "private, no-store"
    assert "etag" not in headers
    assert headers["eirene-marking"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert "server" not in headers


# -- bodies


FAULTS: list[tuple[bytes, str | None, int | None]] = [
    (b'{"kind": "incident", "latitude": NaN}', "latitude", None),
    (b'{"kind": "incident", "latitude": 1e400, "longitude": 1}', "latitude", None),
    (b'{"latitude": -Infinity}', "latitude", None),
    (b'[{"kind": "incident"}, {"latitude": NaN}]', "latitude", 1),
    (b'[{"a": {"b": [1, 2, nope]}}]', "a.b.2", 0),
    (b'{"summary": "\xff"}', "summary", None),
    (b'{"x": "q, : {", "summary": "\\ud800"}', "summary", None),
    (b'{"summary": "a" "b": 1}', "summary", None),
    (b'{"summary": "\x01"}', "summary", None),
    (b"[" * 100_000, None, None),
    (b"", None, None),
    (b"hello", None, None),
    (b'{"kind": "incident",}', None, None),
]


@pytest.mark.parametrize(
    ("body", "field", "index"), FAULTS, ids=[str(b[:30]) for b, _, _ in FAULTS]
)
def test_what_is_no_json_names_the_field_at_fault(
    web: WebNode, body: bytes, field: str | None, index: int | None
) -> None:
    response = web.post(JOC, "/api/reports", body)
    assert response.status_code == 400
    problem = response.json()
    assert set(problem) >= ALWAYS
    assert (problem["code"], problem["field"]) == ("invalid-json", field)
    assert problem.get("index") == index
    assert problem["remedy"]


@pytest.mark.parametrize("value", [1, "text", [1], [[]], [], {}, [{}], True])
def test_json_that_is_no_report_is_refused(web: WebNode, value: Any) -> None:
    response = web.post(JOC, "/api/reports", value)
    assert response.status_code == 422
    assert set(response.json()) >= ALWAYS


HUGE = 10**400


@pytest.mark.parametrize(
    "change",
    [
        {"latitude": HUGE},
        {"latitude": -HUGE},
        {"killed": HUGE},
        {"killed": -1},
        {"killed": None},
        {"latitude": None},
        {"latitude": "x"},
        {"accuracy_m": HUGE},
        {"occurred": HUGE},
        {"occurred": {"start": HUGE}},
        {"occurred": []},
        {"kind": HUGE},
        {"kind": []},
        {"tlp": []},
        {"grade": {}},
        {"amends": [HUGE]},
        {"amends": {}},
        {"links": [HUGE]},
        {"links": [{"role": [], "report": 1}]},
        {"client_id": HUGE},
        {"client_id": []},
        {"entity": []},
        {"summary": {"a": 1}},
        {"basis": {}},
        {"type": []},
        {"actors": "x"},
        {"nix": 1},
        {"": 1},
    ],
    ids=str,
)
def test_a_wrong_value_names_its_field_and_never_breaks_the_node(
    web: WebNode, change: dict[str, Any]
) -> None:
    response = web.post(JOC, "/api/reports", an_incident(**change))
    assert response.status_code == 422, response.text
    problem = response.json()
    assert (problem["field"] or "").split(".")[0] == next(iter(change))
    assert problem["remedy"]


def test_a_body_that_is_too_large_is_one_clear_error(web: WebNode) -> None:
    response = web.post(JOC, "/api/reports", b" " * (9 << 20))
    assert response.status_code == 413
    assert response.json()["code"] == "body-too-large"


def test_what_nobody_foresaw_shows_a_reference_and_no_trace(
    web: WebNode, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret words of a report")

    monkeypatch.setattr("eirene.web.reports.report_by_id", broken)
    with caplog.at_level(logging.ERROR, "eirene.web"):
        response = web.get(JOC, "/api/reports/" + "0" * 32)
    assert response.status_code == 500
    assert "secret words" not in response.text
    assert "Traceback" not in response.text
    reference = response.json()["remedy"].split("reference ")[1].split(";")[0]
    assert any(reference in record.getMessage() for record in caplog.records)


def test_the_access_log_holds_no_query_and_no_content(
    web: WebNode, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "eirene.web"):
        web.get(JOC, "/api/search?q=token-7141")
    fields = [vars(record)["fields"] for record in caplog.records if "fields" in vars(record)]
    assert fields[-1]["path"] == "/api/search"
    assert fields[-1]["status"] == 200
    assert fields[-1]["account"] == JOC
    assert "token-7141" not in repr(fields)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/search?nix=1", "nix"),
        ("/api/search?kinds=incident", "kinds"),
        ("/api/search?kind=nix", "kind"),
        ("/api/search?q=a&q=b", "q"),
        ("/api/search?limit=0", "limit"),
        ("/api/search?limit=-1", "limit"),
        ("/api/search?limit=99999", "limit"),
        ("/api/search?bbox=1,2,3", "bbox"),
        ("/api/search?bbox=6,53,5,52", "bbox"),
        ("/api/search?bbox=a,b,c,d", "bbox"),
        ("/api/search?bbox=nan,0,1,1", "bbox"),
        ("/api/search?datetime=yesterday-ish", "datetime"),
        ("/api/search?datetime=2025-03-11T00:00:00Z/2025-03-10T00:00:00Z", "datetime"),
        ("/api/search?at=noon", "at"),
        ("/api/search?changed_since=2025-01-01T00:00:00", "changed_since"),
        ("/api/search?cursor=abc", "cursor"),
        ("/api/search?filter=nix+%3D+1", "filter"),
        ("/api/search?filter=%3D%3D", "filter"),
        ("/api/search?withdrawn=perhaps", "withdrawn"),
        ("/api/counts?group=source", "group"),
        ("/api/counts?level=0", "level"),
        ("/api/counts?level=99", "level"),
        ("/api/counts?sum=nix", "sum"),
        ("/api/understand/place", "text"),
        ("/api/understand/time?text=", "text"),
    ],
)
def test_a_question_that_is_not_understood_names_the_parameter(
    web: WebNode, path: str, field: str
) -> None:
    response = web.get(JOC, path)
    assert response.status_code == 400, response.text
    assert response.json()["field"] == field
    assert response.json()["remedy"]


@pytest.mark.parametrize(
    ("role", "method", "body"),
    [
        (None, "POST", b"{}"),
        (JOC, "POST", b"{"),
        (JOC, "POST", b""),
        (JOC, "POST", b"[1]"),
        (JOC, "POST", b'{"kind": "balloon"}'),
        (JOC, "POST", b" " * (BODY_MOST + 1)),
        (JOC, "GET", b""),
        (JOC, "HEAD", b""),
        (JOC, "PUT", b"{}"),
        (JOC, "OPTIONS", b""),
    ],
)
def test_a_route_ahead_of_the_router_answers_as_behind_it(
    web: WebNode, role: str | None, method: str, body: bytes
) -> None:
    ahead, behind = (web.ask(role, method, path, content=body) for path in (PATH, f"{PATH}/"))
    assert ahead.content == behind.content
    assert ahead.status_code == behind.status_code
    assert sorted(ahead.headers.multi_items()) == sorted(behind.headers.multi_items())
