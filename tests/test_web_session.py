"""Signing in and out, tokens, and who loses what when: over HTTP."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest

from web_node import PASSWORD, WebNode, an_incident

JOC, SECTOR, NGO = "joc-duty-officer", "sector-operations-officer", "ngo-focal-point"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebNode]:
    made = WebNode(tmp_path)
    yield made
    made.close()


def sign_in(web: WebNode, user: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    return web.post(None, "/api/sign-in", {"user": user, "password": password}, **more)


def cookie_of(response: httpx.Response) -> dict[str, str]:
    jar = SimpleCookie(response.headers["set-cookie"])
    return {name: morsel.value for name, morsel in jar.items()}


# -- sessions


def test_a_cookie_carries_the_node_and_no_script_or_site_gets_it(web: WebNode) -> None:
    response = sign_in(web, JOC)
    assert response.status_code == 200
    assert response.json()["user"] == JOC
    jar = SimpleCookie(response.headers["set-cookie"])["eirene-test"]
    assert jar["httponly"]
    assert jar["samesite"] == "Strict"
    assert jar["path"] == "/"
    assert not jar["secure"]  # plain HTTP here
    me = web.get(None, "/api/me", cookies=cookie_of(response))
    assert me.json()["compartments"] == ["command", "local", "mission", "partners", "public"]


def test_cookies_are_secure_where_the_settings_say_so(tmp_path: Path) -> None:
    web = WebNode(tmp_path, secure_cookies=True)
    assert "; Secure" in sign_in(web, JOC).headers["set-cookie"]
    web.close()


def test_signing_out_ends_the_session_and_empties_the_browser(web: WebNode) -> None:
    cookies = cookie_of(sign_in(web, JOC))
    out = web.post(None, "/api/sign-out", {}, cookies=cookies)
    assert out.status_code == 204
    assert '"cache"' in out.headers["clear-site-data"]
    assert '"storage"' in out.headers["clear-site-data"]
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert web.get(None, "/api/me", cookies=cookies).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"Origin": "http://node"}, 204),
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://node.evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://node"}, 403),
    ],
)
def test_another_site_cannot_act_with_this_session(
    web: WebNode, headers: dict[str, str], status: int
) -> None:
    cookies = cookie_of(sign_in(web, JOC))
    response = web.post(None, "/api/sign-out", {}, cookies=cookies, headers=headers)
    assert response.status_code == status


def test_another_site_cannot_sign_somebody_in(web: WebNode) -> None:
    response = sign_in(web, JOC, headers={"Origin": "http://evil.example"})
    assert response.status_code == 403
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("given", [{}, {"user": "x"}, {"user": 1, "password": "x"}, {"user": []}])
def test_signing_in_names_what_is_missing(web: WebNode, given: dict[str, Any]) -> None:
    response = web.post(None, "/api/sign-in", given)
    assert response.status_code == 400
    assert response.json()["field"] in ("user", "password")


def test_a_shift_is_marked_and_told(web: WebNode) -> None:
    assert web.get(JOC, "/api/me").json()["last_shift"] is None
    assert web.post(JOC, "/api/shift", {}).json() == {"last_shift": None}
    mark = web.get(JOC, "/api/me").json()["last_shift"]
    assert mark.endswith("Z")
    assert web.post(JOC, "/api/shift", {}).json() == {"last_shift": mark}


# -- tokens


def test_a_token_that_reads_does_not_file(web: WebNode) -> None:
    made = web.post(JOC, "/api/tokens", {"scope": "read", "title": "map"})
    assert made.status_code == 201
    headers = {"Authorization": f"Bearer {made.json()['token']}"}
    assert web.get(None, "/api/me", headers=headers).json()["may_file"] == []
    refused = web.post(None, "/api/reports", an_incident(), headers=headers)
    assert refused.status_code == 403
    assert refused.json()["code"] == "not-allowed"
    assert web.get(None, "/api/kinds", headers=headers).json() == []


def test_a_secret_is_shown_once(web: WebNode) -> None:
    made = web.post(JOC, "/api/tokens", {}).json()
    listed = web.get(JOC, "/api/tokens")
    assert made["id"] in listed.text
    assert made["token"] not in listed.text


def test_a_revoked_token_answers_like_one_that_never_was(web: WebNode) -> None:
    made = web.post(JOC, "/api/tokens", {}).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert web.ask(JOC, "DELETE", f"/api/tokens/{made['id']}").status_code == 204
    gone = web.get(None, "/api/me", headers=headers)
    never = web.get(None, "/api/me", headers={"Authorization": "Bearer eir_never"})
    assert (gone.status_code, gone.content) == (never.status_code, never.content)
    assert web.ask(JOC, "DELETE", f"/api/tokens/{made['id']}").status_code == 404


def test_nobody_revokes_the_token_of_another(web: WebNode) -> None:
    made = web.post(JOC, "/api/tokens", {}).json()
    assert web.ask(NGO, "DELETE", f"/api/tokens/{made['id']}").status_code == 404
    assert made["id"] not in web.get(NGO, "/api/tokens").text


@pytest.mark.parametrize("until", ["2020-01-01T00:00Z", "2999-01-01T00:00Z", "soon", 5])
def test_a_token_ends_within_a_year(web: WebNode, until: Any) -> None:
    response = web.post(JOC, "/api/tokens", {"until": until})
    assert response.status_code == 400
    assert response.json()["field"] == "until"


def test_the_person_has_gone_and_so_has_all_he_held(web: WebNode) -> None:
    cookies = cookie_of(sign_in(web, JOC))
    assert web.get(None, "/api/me", cookies=cookies).status_code == 200
    web.node.people.end(JOC)
    assert web.get(None, "/api/me", cookies=cookies).status_code == 401
    assert web.get(JOC, "/api/me").status_code == 401
    assert web.post(JOC, "/api/reports", an_incident()).status_code == 401
    assert web.get(JOC, "/ogc/collections/incident/items").status_code == 401
    assert sign_in(web, JOC).status_code == 401
    assert web.get(SECTOR, "/api/me").status_code == 200


# -- one wrong password, and the whole camp is locked out


@pytest.mark.parametrize("forged", [False, True])
def test_one_guest_behind_the_router_locks_nobody_out(
    web: WebNode, forged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def fits(stored: str, password: str) -> bool:
        checked.append(stored)
        return password == PASSWORD and stored != "missing"

    monkeypatch.setattr("eirene.people.tries.fits", fits)
    monkeypatch.setattr("eirene.people.tries.NO_PASSWORD", "missing")
    home, camp = "10.1.1.1", "192.0.2.1"

    def headers(n: int) -> dict[str, str]:
        return {"X-Forwarded-For": f"198.51.{n // 250}.{n % 250}"} if forged else {}

    cookies = cookie_of(sign_in(web, JOC, address=home))
    checked.clear()
    answers = [
        sign_in(web, JOC, "wrong", address=camp, headers=headers(n)).status_code for n in range(30)
    ]
    assert set(answers) == {401, 429}
    assert len(checked) <= 20
    for n in range(200):
        sign_in(web, f"nobody-{n}", "wrong", address=camp, headers=headers(n))
    assert sign_in(web, SECTOR, address=camp).status_code == 200
    assert sign_in(web, JOC, address=home).status_code == 200
    assert web.get(None, "/api/me", cookies=cookies).status_code == 200
    assert web.get(JOC, "/api/me").status_code == 200
    waiting = sign_in(web, JOC, address=camp)
    assert waiting.status_code == 429
    assert int(waiting.headers["retry-after"]) > 0
    assert "Wait" in waiting.json()["message"]


def test_a_configured_proxy_is_believed_and_only_its_last_word(tmp_path: Path) -> None:
    web = WebNode(tmp_path, trusted_proxies=("10.9.0.0/16",))
    for n in range(12):
        forged = {"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.7"}
        sign_in(web, JOC, "wrong", address="10.9.0.1", headers=forged)
    web.node.people.reset(JOC, PASSWORD)
    told = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    assert sign_in(web, JOC, address="10.9.0.1", headers=told).status_code == 200
    for _ in range(12):  # strangers, by the same proxy
        sign_in(web, JOC, "wrong", address="10.9.0.1", headers={"X-Forwarded-For": "203.0.113.1"})
    assert sign_in(web, JOC, address="10.9.0.1", headers=told).status_code == 200
    web.close()


def test_missing_accounts_answer_like_others_in_body_and_time(web: WebNode) -> None:
    took: dict[str, list[float]] = {SECTOR: [], "nobody": []}
    bodies: dict[str, set[bytes]] = {SECTOR: set(), "nobody": set()}
    for _ in range(5):
        for user, times in took.items():
            began = time.perf_counter()
            response = sign_in(web, user, "wrong")
            times.append(time.perf_counter() - began)
            assert response.status_code == 401
            bodies[user].add(response.content)
    assert bodies[SECTOR] == bodies["nobody"]
    real, missing = (statistics.median(times) for times in took.values())
    assert 0.4 < real / missing < 2.5
