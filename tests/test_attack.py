"""Attacks over HTTP, against every route there is: the routes are derived, nobody lists them.

Another site in the browser, frames, paths that climb, scripts in reports, planted
sessions, guessing without end, and people who widen themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from eirene.people.roles import roles
from eirene.reports.kinds import fields_of, kinds
from outlets.derived import routes
from web_node import PASSWORD, WebNode, an_incident

JOC, NGO, ADMIN, HOM, HOM2 = (
    "joc-duty-officer",
    "ngo-focal-point",
    "administrator",
    "head-of-mission",
    "second-head",
)
SECRET = "0123456789abcdef" * 2
OPEN = {
    ("POST", path)
    for path in (
        "/api/sign-in",
        "/api/invitations/accept",
        "/api/sign-in/provider",
        "/api/sign-in/provider/back",
    )
}
WRITING = sorted((m, p) for m, p in routes() if m not in ("GET", "HEAD", "WS"))
READING = sorted((m, p) for m, p in routes() if m == "GET")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    every = {
        role.name: f"of-{role.name}"
        if any(c.endswith("-XXX") for c in role.compartments)
        else "mission"
        for role in roles().values()
    }
    made = WebNode(tmp_path_factory.mktemp("attack"), roles=every)
    until = datetime.now(UTC) + timedelta(days=1)
    made.node.people.make(HOM2, HOM, "mission", password=PASSWORD)
    made.token[HOM2], _ = made.node.people.make_token(HOM2, "read+file", until)
    made.node.people.founding.found(HOM, HOM2, "ceremony")
    made.file(an_incident(compartment="command", summary="only for command"))
    yield made
    made.close()


def filled(path: str, value: str = SECRET) -> str:
    """A route's path with something in place of its parameters."""
    return re.sub(r"\{[^}]*\}", lambda _: value, path)


def session(web: WebNode, user: str) -> dict[str, str]:
    response = web.post(None, "/api/sign-in", {"user": user, "password": PASSWORD})
    assert response.status_code == 200, response.text
    jar = SimpleCookie(response.headers["set-cookie"])
    return {name: morsel.value for name, morsel in jar.items()}


def standing(web: WebNode) -> tuple[int, Any]:
    """All that a request could change: the log's end, and who holds what."""
    people = web.node.people
    held = {one.user: (one.compartments, one.may_file, one.may_decide) for one in people.accounts()}
    return web.node.log.last_lsn, held


# -- another site, in the browser of somebody who is signed in


def test_there_is_something_to_attack() -> None:
    assert len(WRITING) > 20
    assert len(READING) > 25


@pytest.mark.parametrize(("method", "path"), WRITING)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Content-Type": "text/plain"},
    ],
    ids=["origin", "sandboxed", "fetch-site"],
)
def test_another_site_writes_nothing(
    web: WebNode, method: str, path: str, headers: dict[str, str]
) -> None:
    cookies = session(web, HOM)
    before = standing(web)
    body = b'{"user": "head-of-mission", "password": "' + PASSWORD.encode() + b'"}'
    response = web.ask(None, method, filled(path), content=body, headers=headers, cookies=cookies)
    assert response.status_code == 403, response.text
    assert response.json()["code"] == "wrong-origin"
    assert "set-cookie" not in response.headers
    assert standing(web) == before


def test_reading_changes_nothing(web: WebNode) -> None:
    """What a picture or a link on another page can make a browser fetch."""
    cookies = session(web, HOM)
    before = standing(web)
    for _, path in READING:
        web.ask(None, "GET", filled(path), cookies=cookies)
    assert standing(web) == before


# -- frames, sniffing, caches

POLICY = "content-security-policy"


@pytest.mark.parametrize("who", [None, JOC])
def test_no_answer_can_be_framed_sniffed_or_kept(web: WebNode, who: str | None) -> None:
    asked = [*routes(), ("GET", "/nowhere"), ("PATCH", "/api/me"), ("GET", "/..%2f..%2fetc/passwd")]
    for method, path in asked:
        if method == "WS":
            continue
        response = web.ask(who, method, filled(path), content=b"{")
        headers = response.headers
        parts = [part.strip().partition(" ") for part in headers[POLICY].split(";")]
        policy = {name: value for name, _, value in parts}
        assert policy["frame-ancestors"] == "'none'", path
        assert policy["default-src"] == "'none'", path
        assert policy["script-src"] == "'self'", path
        assert policy["base-uri"] == "'none'", path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["cross-origin-resource-policy"] == "same-origin", path
        assert "access-control-allow-origin" not in headers, path
        kept = headers["cache-control"]
        # what is the same for everybody: the program and its map
        everybodys = path == "/" or path.startswith(("/basemap", "/assets"))
        assert "no-store" in kept or everybodys, path


# -- paths that climb

CLIMBING = (
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/node.toml",
    "..\\..\\node.toml",
    "....//....//node.toml",
    "%00",
    "node.toml%00.json",
    "/etc/passwd",
    "keys",
    "log/log.db",
)


@pytest.mark.parametrize("step", CLIMBING)
def test_no_path_leads_out_of_its_folder(web: WebNode, step: str) -> None:
    folder = Path(web.node.folder)
    inside = [
        p.read_bytes()[:64] for p in folder.rglob("*") if p.is_file() and p.stat().st_size > 15
    ]
    with_parameter = [p for m, p in routes() if m == "GET" and "{" in p]
    assert with_parameter
    for path in (*with_parameter, "/assets/{name}", "/basemap/{name}", "/{name}"):
        response = web.get(JOC, filled(path, step))
        assert response.status_code in (400, 404, 405), (path, step, response.status_code)
        assert b"root:" not in response.content
        assert not any(begin in response.content for begin in inside)


# -- scripts in reports

MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>"


_WORDS = ("text", "longtext")
DATA = (
    *("application/json", "application/geo+json", "text/csv"),
    "application/geopackage+sqlite3",  # a database: no browser shows it
)


def test_markup_in_any_field_leaves_as_data_and_never_as_a_page(web: WebNode) -> None:
    """Every kind, every field that takes words; then every route that gives anything."""
    filed: list[str] = []
    for kind in kinds().values():
        words = {f.name for f in fields_of(kind.content).values() if f.held.form in _WORDS}
        wicked = {
            name: MARKUP if name in words and isinstance(value, str) else value
            for name, value in kind.example.items()
        } | {name: MARKUP for name in ("summary", "narrative") if name in words}
        response = web.post(JOC, "/api/reports", [wicked | {"compartment": "mission"}])
        if response.status_code == 201 and MARKUP in wicked.values():
            filed.append(kind.name)
    assert {"incident", "alert", "hazard", "note", "site"} <= set(filed)
    shown = 0
    for _, path in READING:
        response = web.get(JOC, filled(path))
        sort = response.headers.get("content-type", "").partition(";")[0]
        if path != "/" and response.status_code == 200:
            assert sort not in ("text/html", "image/svg+xml", "application/xhtml+xml"), path
        if "script>alert" in response.text:
            shown += 1
            assert sort in DATA, (path, sort)
        if sort.endswith("kml+xml"):
            assert "<script>" not in response.text.replace("<![CDATA[", "")
            assert "&lt;script&gt;alert" in response.text
    assert shown >= 3
    assert "script>alert" not in web.get(JOC, "/").text


# -- sessions that were planted


def test_a_session_that_somebody_planted_is_not_taken_up(web: WebNode) -> None:
    (name,) = session(web, JOC)
    for planted in ("x" * 43, session(web, NGO)[name]):
        response = web.post(
            None,
            "/api/sign-in",
            {"user": JOC, "password": PASSWORD},
            cookies={name: planted},
        )
        assert response.status_code == 200
        given = SimpleCookie(response.headers["set-cookie"])[name].value
        assert given != planted
        told = web.get(None, "/api/me", cookies={name: planted})
        assert told.status_code == 401 or told.json()["user"] == NGO


# -- guessing without end


def test_guessing_is_slowed_for_each_thing_that_can_be_guessed(tmp_path: Path) -> None:
    web = WebNode(tmp_path)
    try:
        for path, wrong in (
            ("/api/sign-in", {"user": JOC, "password": "wrong wrong wrong"}),
            ("/api/invitations/accept", {"code": "x" * 32, "password": PASSWORD}),
        ):
            answers = [web.post(None, path, wrong) for _ in range(30)]
            assert {one.status_code for one in answers} == {401, 429}, path
            assert answers[-1].status_code == 429
            assert int(answers[-1].headers["retry-after"]) > 0
    finally:
        web.close()


# -- people who widen themselves

RIGHTS = ("compartments", "may_file", "may_decide", "may_grant")


def _wishes(user: str) -> Iterator[tuple[str, str, Any]]:
    """All that somebody can ask for himself, in every way there is."""
    wide = {"compartments": ["command", "sources"], "may_file": ["command"]}
    granting = {"may_decide": ["public", "host-state"], "may_grant": ["command", "public"]}
    yield "POST", "/api/clearances", {"user": user, **wide}
    yield "POST", "/api/clearances", {"user": user, **granting}
    yield "POST", "/api/clearances", {"user": user.upper(), **wide}
    yield "POST", "/api/delegations", {"to": user, "until": _later(), **wide}
    yield "POST", f"/api/accounts/{user}", {"act": "lift"}
    yield "POST", f"/api/accounts/{user}", {"act": "role", "role": "head-of-mission"}
    for role in ("head-of-mission", "release-officer", "administrator"):
        for organisation in ("mission", f"of-{user}"):
            asked = {"user": f"puppet-{user}", "role": role, "organisation": organisation}
            yield "POST", "/api/invitations", asked
            yield "POST", "/api/accounts", asked
    for audience in ("command", "sources", "host-state"):
        yield "POST", "/api/view-as", {"audience": audience}
    reach = {"audience": user, "reason": "because I say so", "hours": 1}
    yield "POST", "/api/break-glass", reach
    yield "PUT", f"/api/accounts/{user}", wide


def _later() -> str:
    return (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _held(web: WebNode, user: str) -> dict[str, frozenset[str]]:
    account = web.node.people.account(user)
    return {name: frozenset(getattr(account, name)) for name in RIGHTS}


@pytest.mark.parametrize("user", sorted(roles()))
def test_nobody_widens_himself_by_any_way(web: WebNode, user: str) -> None:
    """What he asked for is refused or waits for another; what he confirms himself stays so."""
    web.node.releases.settle()  # what is given for another reason comes with its slot
    before = _held(web, user)
    sees = web.get(user, "/api/search?limit=500").text
    for method, path, wish in _wishes(user):
        web.ask(user, method, path, json=wish)
        web.ask(user, "DELETE", "/api/view-as")
    for one in web.get(user, "/api/people").json().get("waiting", []):
        if one.get("user") == user:
            web.post(user, f"/api/clearances/{one['id']}", {"act": "confirm"})
    after = _held(web, user)
    for name in RIGHTS:
        assert after[name] <= before[name], (user, name)
    assert web.get(user, "/api/search?limit=500").text == sees


@pytest.mark.parametrize(
    ("user", "role"), list(product((NGO, JOC, ADMIN), (HOM, "release-officer")))
)
def test_an_invitation_to_oneself_makes_no_second_self_with_more(
    web: WebNode, user: str, role: str
) -> None:
    asked = {"user": f"twin-{user}-{role}", "role": role}
    response = web.post(user, "/api/invitations", asked)
    if response.status_code != 201:
        assert response.status_code in (400, 403), response.text
        return
    code = response.json()["code"]
    web.post(None, "/api/invitations/accept", {"code": code, "password": PASSWORD})
    twin, own = _held(web, asked["user"]), _held(web, user)
    for name in RIGHTS:
        assert twin[name] - {"public"} <= own[name], name
