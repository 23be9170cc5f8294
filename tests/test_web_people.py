"""Organisations, invitations, clearances, devices and looking as an audience: over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from websockets.sync.client import ClientConnection, connect

from eirene.app import Node
from eirene.config import Settings
from eirene.people.devices import device_named
from web_node import PASSWORD, Served, WebNode, an_incident, wait_for

JOC, SECTOR, NGO, ADMIN = (
    "joc-duty-officer",
    "sector-operations-officer",
    "ngo-focal-point",
    "administrator",
)
HOM, HOM2, CMCOORD, RELEASE = "hom", "hom-2", "cmcoord", "release"
MORE = {
    HOM: ("head-of-mission", "mission"),
    HOM2: ("head-of-mission", "mission"),
    CMCOORD: ("cmcoord-officer", "ocha"),
    RELEASE: ("release-officer", "mission"),
}
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel) AppleWebKit/537 Chrome/126.0 Mobile Safari/537"
DESK = "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebNode]:
    made = WebNode(tmp_path)
    until = datetime.now(UTC) + timedelta(days=1)
    for user, (role, organisation) in MORE.items():
        made.node.people.make(user, role, organisation, password=PASSWORD)
        made.token[user], _ = made.node.people.make_token(user, "read+file", until)
    made.node.people.founding.found(HOM, CMCOORD, "ceremony")
    yield made
    made.close()


def later(**much: float) -> str:
    return (datetime.now(UTC) + timedelta(**much)).strftime("%Y-%m-%dT%H:%M:%SZ")


def cookies(web: WebNode, user: str, agent: str = DESK, password: str = PASSWORD) -> dict[str, str]:
    given = {"user": user, "password": password}
    response = web.post(None, "/api/sign-in", given, headers={"User-Agent": agent})
    assert response.status_code == 200, response.text
    jar = SimpleCookie(response.headers["set-cookie"])
    return {name: morsel.value for name, morsel in jar.items()}


def right(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json() if response.content else None


def refused(response: httpx.Response, status: int = 403) -> dict[str, Any]:
    assert response.status_code == status, response.text
    told = response.json()
    assert told["remedy"] or status == 401
    return told


def reads(web: WebNode, user: str) -> set[str]:
    return set(web.node.people.account(user).compartments)


def give(web: WebNode, user: str, by: str, second: str, **rights: Any) -> None:
    made = right(web.post(by, "/api/clearances", {"user": user, **rights}), 201)
    right(web.post(second, f"/api/clearances/{made['id']}", {"act": "confirm"}))


# -- organisations and invitations ---------------------------------------------------------


def test_an_organisation_comes_to_the_exchange(web: WebNode) -> None:
    """From nothing to a colleague who reads: organisation, focal point, his colleague."""
    code = "green-lamp"
    right(web.post(CMCOORD, "/api/organisations", {"code": code, "title": "Green Lamp"}), 201)
    asked = {"user": "focal", "role": "ngo-focal-point", "organisation": code, "invites": True}
    made = right(web.post(CMCOORD, "/api/invitations", asked), 201)
    assert made["code"] in made["link"]
    accepted = web.post(
        None, "/api/invitations/accept", {"code": made["code"], "password": PASSWORD}
    )
    assert right(accepted, 201) == {"user": "focal"}
    # its own compartment was empty, so one person gives it; partners waits for a second one
    assert reads(web, "focal") == {"public", f"org-{code}"}
    (waiting,) = right(web.get(HOM, "/api/people"))["waiting"]
    assert waiting["compartments"] == ["partners"]
    assert waiting["mine"]
    right(web.post(HOM, f"/api/clearances/{waiting['id']}", {"act": "confirm"}))
    assert reads(web, "focal") == {"public", f"org-{code}", "partners"}

    jar = cookies(web, "focal")
    asked = {"user": "colleague", "role": "ngo-focal-point"}
    made = right(web.post(None, "/api/invitations", asked, cookies=jar), 201)
    given = {"code": made["code"], "password": PASSWORD}
    right(web.post(None, "/api/invitations/accept", given), 201)
    assert reads(web, "colleague") == {"public", f"org-{code}", "partners"}
    seen = right(web.get(None, "/api/people", cookies=jar))
    assert {one["user"] for one in seen["accounts"]} == {"focal", "colleague"}
    filed = web.post(
        None, "/api/reports", an_incident(compartment=f"org-{code}"), cookies=cookies(web, "focal")
    )
    assert filed.status_code == 201


def test_a_code_works_once_and_every_other_one_is_told_the_same(web: WebNode) -> None:
    made = right(web.post(NGO, "/api/invitations", {"user": "c1", "role": "ngo-focal-point"}), 201)
    gone = right(web.post(NGO, "/api/invitations", {"user": "c2", "role": "ngo-focal-point"}), 201)
    assert web.ask(NGO, "DELETE", f"/api/invitations/{gone['id']}").status_code == 204
    given = {"code": made["code"], "password": PASSWORD}
    right(web.post(None, "/api/invitations/accept", given), 201)
    answers = {
        web.post(
            None,
            "/api/invitations/accept",
            {"code": code, "password": PASSWORD},
            address=f"10.9.0.{at}",
        ).content
        for at, code in enumerate([made["code"], gone["code"], "never-given", ""])
    }
    assert len(answers) == 1
    assert b"invitation-failed" in answers.pop()


def test_a_password_that_is_too_short_does_not_use_the_code_up(web: WebNode) -> None:
    made = right(web.post(NGO, "/api/invitations", {"user": "c1", "role": "ngo-focal-point"}), 201)
    short = web.post(None, "/api/invitations/accept", {"code": made["code"], "password": "short"})
    assert refused(short, 400)["field"] == "password"
    given = {"code": made["code"], "password": PASSWORD}
    right(web.post(None, "/api/invitations/accept", given), 201)


def test_codes_are_not_tried_without_end(web: WebNode) -> None:
    given = {"code": "x", "password": PASSWORD}
    statuses = [
        web.post(None, "/api/invitations/accept", given, address="198.51.100.7").status_code
        for _ in range(12)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    made = right(web.post(NGO, "/api/invitations", {"user": "c1", "role": "ngo-focal-point"}), 201)
    given = {"code": made["code"], "password": PASSWORD}
    right(web.post(None, "/api/invitations/accept", given, address="198.51.100.8"), 201)


def test_an_invitation_goes_with_who_made_it(web: WebNode) -> None:
    made = right(web.post(NGO, "/api/invitations", {"user": "c1", "role": "ngo-focal-point"}), 201)
    right(web.post(CMCOORD, f"/api/accounts/{NGO}", {"act": "suspend"}))
    given = {"code": made["code"], "password": PASSWORD}
    told = refused(web.post(None, "/api/invitations/accept", given), 401)
    assert told["code"] == "invitation-failed"


@pytest.mark.parametrize(
    ("by", "role", "organisation", "field"),
    [
        (NGO, "civil-society-member", "amber-river", "role"),
        (NGO, "cmcoord-officer", "amber-river", "role"),
        (NGO, "joc-duty-officer", "amber-river", "role"),
        (NGO, "ngo-focal-point", "mission", "organisation"),
        (NGO, "anyone", "mission", "organisation"),
        (NGO, "nix", "amber-river", "role"),
        (JOC, "head-of-mission", "mission", "role"),
        (JOC, "analyst", "mission", "role"),
        (SECTOR, "sector-operations-officer", "mission", "organisation"),
        (ADMIN, "sector-operations-officer", "mission", "organisation"),
    ],
)
def test_nobody_invites_above_or_beside_himself(
    web: WebNode, by: str, role: str, organisation: str, field: str
) -> None:
    asked = {"user": "c1", "role": role, "organisation": organisation}
    response = web.post(by, "/api/invitations", asked)
    assert response.status_code in (400, 403)
    assert response.json()["field"] == field


def test_an_invitation_gives_no_right_to_decide_or_grant(web: WebNode) -> None:
    asked = {"user": "second", "role": "head-of-mission"}
    made = right(web.post(HOM, "/api/invitations", asked), 201)
    given = {"code": made["code"], "password": PASSWORD}
    right(web.post(None, "/api/invitations/accept", given), 201)
    account = web.node.people.account("second")
    assert "command" in account.compartments
    assert not account.may_decide
    assert not account.may_grant
    (waiting,) = right(web.get(HOM2, "/api/people"))["waiting"]
    assert "command" in waiting["may_grant"]
    refused(web.post(HOM, f"/api/clearances/{waiting['id']}", {"act": "confirm"}))
    right(web.post(HOM2, f"/api/clearances/{waiting['id']}", {"act": "confirm"}))
    assert "command" in web.node.people.account("second").may_grant


# -- clearances ------------------------------------------------------------------------------


def test_two_people_clear_an_account_of_the_administrator(web: WebNode) -> None:
    asked = {"user": "new", "role": "police-officer", "organisation": "mission"}
    made = right(web.post(ADMIN, "/api/accounts", asked), 201)
    assert made["compartments"] == ["public"]
    jar = cookies(web, "new", password=made["password"])
    web.file(an_incident(compartment="mission", summary="token-4411"))
    assert "token-4411" not in web.get(None, "/api/search", cookies=jar).text
    give(web, "new", HOM, HOM2, compartments=["police", "mission"], may_file=["police"])
    assert "token-4411" in web.get(None, "/api/search", cookies=jar).text


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"user": 5},
        {"user": SECTOR, "compartments": "command"},
        {"user": SECTOR, "compartments": [5]},
        {"user": SECTOR, "compartments": ["x"] * 401},
        {"user": SECTOR, "compartments": ["police"], "until": "soon"},
        {"user": SECTOR, "compartments": ["police"], "until": "2999-01-01T00:00Z"},
        {"user": SECTOR, "compartments": ["nowhere"]},
        {"user": SECTOR, "compartments": ["people"]},
        {"user": "nobody", "compartments": ["police"]},
        {"user": SECTOR, "compartments": ["police"], "invites": "yes"},
    ],
)
def test_what_cannot_be_proposed_names_the_field(web: WebNode, given: dict[str, Any]) -> None:
    told = refused(web.post(HOM, "/api/clearances", given), 400)
    assert told["field"]


@pytest.mark.parametrize("user", [HOM, "nobody"])
def test_whom_one_may_not_know_of_is_told_like_nobody(web: WebNode, user: str) -> None:
    for act in ("suspend", "lift", "end", "reset", "confirm"):
        there = web.post(NGO, f"/api/accounts/{user}", {"act": act})
        nobody = web.post(NGO, "/api/accounts/nobody-at-all", {"act": act})
        assert (there.status_code, there.content) == (nobody.status_code, nobody.content)
        assert there.status_code == 404
    propose = {"user": user, "compartments": ["partners"]}
    assert web.post(NGO, "/api/clearances", propose).status_code == 404
    lend = {"user": user, "compartments": ["partners"], "until": later(days=1)}
    assert web.post(NGO, "/api/delegations", lend).status_code == 404
    assert web.get(NGO, f"/api/devices?account={user}").status_code == 404


def test_a_loan_gives_and_ends(web: WebNode) -> None:
    lend = {
        "user": SECTOR,
        "compartments": ["local"],
        "may_decide": ["local"],
        "until": later(days=1),
    }
    made = right(web.post(JOC, "/api/delegations", lend), 201)
    assert "local" in right(web.get(SECTOR, "/api/me"))["compartments"]
    assert right(web.get(SECTOR, "/api/session"))["may_decide"] == ["local"]
    assert right(web.get(SECTOR, "/api/people"))["loans"][0]["id"] == made["id"]
    assert refused(web.post(JOC, "/api/delegations", lend | {"may_grant": ["local"]}))
    assert web.ask(SECTOR, "DELETE", f"/api/delegations/{made['id']}").status_code == 204
    assert "local" not in right(web.get(SECTOR, "/api/me"))["compartments"]


# -- losing it, in every outlet ------------------------------------------------------------------


def frame_of(socket: ClientConnection) -> dict[str, Any]:
    said = socket.recv(8)
    assert isinstance(said, bytes)
    return msgspec.msgpack.decode(said)


@contextmanager
def stream(served: Served, token: str) -> Generator[ClientConnection]:
    """A stream that has given its snapshot."""
    headers = {"Authorization": f"Bearer {token}"}
    url = f"ws://127.0.0.1:{served.port}/api/stream"
    with connect(url, additional_headers=headers) as socket:
        socket.send(msgspec.msgpack.encode({"cursor": None}))
        while True:
            frame = frame_of(socket)
            if frame["t"] == "snapshot" and not frame["more"]:
                break
        yield socket


def bye(socket: ClientConnection) -> tuple[str, list[Any], float]:
    """Why the stream ended, the frames before that, and after how many seconds."""
    began = time.monotonic()
    frames: list[Any] = []
    while True:
        frame = frame_of(socket)
        if frame["t"] == "bye":
            return frame["reason"], frames, time.monotonic() - began
        frames.append(frame)


def test_a_suspension_closes_streams_and_everything_at_once(web: WebNode) -> None:
    served = Served(web)
    with closing(served), ExitStack() as opened:
        jar = cookies(web, NGO)
        socket = opened.enter_context(stream(served, web.token[NGO]))
        right(web.post(CMCOORD, f"/api/accounts/{NGO}", {"act": "suspend", "reason": "lost"}))
        web.file(an_incident(compartment="partners", summary="token-9099"), role=CMCOORD)
        reason, frames, took = bye(socket)
        assert reason == "revoked"
        assert took < 1.0
        assert "token-9099" not in str(frames)
        never = web.get(None, "/api/me", headers={"Authorization": "Bearer eir_never"})
        for path in ("/api/me", "/api/search", "/api/export.csv", "/ogc/collections", "/api/map"):
            told = web.get(NGO, path)
            assert (told.status_code, told.content) == (never.status_code, never.content)
        assert web.get(None, "/api/me", cookies=jar).content == never.content
        wrong = web.post(None, "/api/sign-in", {"user": NGO, "password": "not the password"})
        suspended = web.post(None, "/api/sign-in", {"user": NGO, "password": PASSWORD})
        assert (wrong.status_code, wrong.content) == (suspended.status_code, suspended.content)


def test_an_organisation_is_suspended_in_open_streams(web: WebNode) -> None:
    served = Served(web)
    with closing(served), ExitStack() as opened:
        socket = opened.enter_context(stream(served, web.token[NGO]))
        right(web.post(CMCOORD, "/api/organisations/amber-river", {"act": "suspend"}))
        assert bye(socket)[0] == "revoked"
        assert web.get(NGO, "/api/me").status_code == 401
        lift = {"act": "lift"}
        assert right(web.post(CMCOORD, "/api/organisations/amber-river", lift)) == {"lifted": False}
        assert right(web.post(CMCOORD, "/api/organisations/amber-river", lift)) == {"lifted": False}
        assert refused(web.post(ADMIN, "/api/organisations/amber-river", lift))
        assert right(web.post(HOM, "/api/organisations/amber-river", lift)) == {"lifted": True}
        assert web.get(NGO, "/api/me").status_code == 401  # old tokens stay dead


def test_an_erased_organisation_is_nobody_any_more(web: WebNode) -> None:
    served = Served(web)
    listed = web.get(CMCOORD, "/api/people").text
    assert "amber-river" in listed
    with closing(served), ExitStack() as opened:
        jar = cookies(web, NGO)
        socket = opened.enter_context(stream(served, web.token[NGO]))
        assert web.node.erasing.ask("amber-river", NGO)
        web.node.erasing.erase("amber-river")
        assert bye(socket)[0] == "revoked"
    never = web.get(None, "/api/me", headers={"Authorization": "Bearer eir_never"})
    for path in ("/api/me", "/api/search", "/api/export.csv"):
        told = web.get(NGO, path)
        assert (told.status_code, told.content) == (never.status_code, never.content)
    assert web.get(None, "/api/me", cookies=jar).content == never.content
    nobody = web.post(None, "/api/sign-in", {"user": "never-was", "password": PASSWORD})
    gone = web.post(None, "/api/sign-in", {"user": NGO, "password": PASSWORD})
    assert (nobody.status_code, nobody.content) == (gone.status_code, gone.content)
    assert "amber-river" not in web.get(CMCOORD, "/api/people").text
    into = an_incident(compartment="org-amber-river")
    assert refused(web.post(CMCOORD, "/api/reports", into))
    again = {"code": "amber-river", "form": "org", "title": "Amber River"}
    assert refused(web.post(CMCOORD, "/api/organisations", again), 400)["field"] == "code"


def test_a_lease_that_ends_closes_what_is_open_within_a_second(web: WebNode) -> None:
    served = Served(web)
    with closing(served), ExitStack() as opened:
        ends = datetime.now(UTC) + timedelta(seconds=2)
        until = ends.isoformat().replace("+00:00", "Z")
        give(web, SECTOR, HOM, HOM2, compartments=["police"], until=until)
        socket = opened.enter_context(stream(served, web.token[SECTOR]))
        assert "police" in right(web.get(SECTOR, "/api/me"))["compartments"]
        reason, _, _ = bye(socket)
        late = (datetime.now(UTC) - ends).total_seconds()
        assert reason == "clearances changed"
        assert 0 <= late < 1.0
        assert "police" not in right(web.get(SECTOR, "/api/me"))["compartments"]


def test_narrowing_holds_for_the_next_request_and_the_open_stream(web: WebNode) -> None:
    served = Served(web)
    with closing(served), ExitStack() as opened:
        web.file(an_incident(compartment="command", summary="token-5150"))
        socket = opened.enter_context(stream(served, web.token[SECTOR]))
        narrow = {"act": "narrow", "compartments": ["command"], "may_file": ["command"]}
        right(web.post(HOM, f"/api/accounts/{SECTOR}", narrow))
        assert bye(socket)[0] == "clearances changed"
        assert "token-5150" not in web.get(SECTOR, "/api/search").text
        assert refused(web.post(SECTOR, "/api/reports", an_incident(compartment="command")))


# -- administration is not reading ---------------------------------------------------------------


def test_a_password_set_by_the_administrator_opens_nothing_but_public(web: WebNode) -> None:
    web.file(an_incident(compartment="mission", summary="token-3003"))
    password = right(web.post(ADMIN, f"/api/accounts/{SECTOR}", {"act": "reset"}))["password"]
    jar = cookies(web, SECTOR, password=password)
    assert "token-3003" not in web.get(None, "/api/search", cookies=jar).text
    me = right(web.get(None, "/api/session", cookies=jar))
    assert me["compartments"] == ["public"]
    assert me["reset"]
    refused(web.post(ADMIN, f"/api/accounts/{SECTOR}", {"act": "confirm"}))
    right(web.post(JOC, f"/api/accounts/{SECTOR}", {"act": "confirm"}))
    assert "token-3003" in web.get(None, "/api/search", cookies=jar).text


def test_the_administrator_makes_no_puppet(web: WebNode) -> None:
    for role in ("head-of-mission", "joc-duty-officer", "ngo-focal-point", "administrator"):
        organisation = "amber-river" if role == "ngo-focal-point" else "mission"
        asked = {"user": f"p-{role}", "role": role, "organisation": organisation}
        made = right(web.post(ADMIN, "/api/accounts", asked), 201)
        assert made["compartments"] == ["public"]
        assert not (made["may_file"] or made["may_decide"] or made["may_grant"] or made["invites"])
        jar = cookies(web, f"p-{role}", password=made["password"])
        propose = {"user": "p-joc-duty-officer", "compartments": ["command"]}
        assert web.post(None, "/api/clearances", propose, cookies=jar).status_code in (403, 404)
    propose = {"user": "p-joc-duty-officer", "compartments": ["partners"]}
    refused(web.post(ADMIN, "/api/clearances", propose))


def test_the_administrator_sees_who_holds_what_and_no_secret(web: WebNode) -> None:
    seen = right(web.get(ADMIN, "/api/people"))
    assert {NGO, JOC, HOM} <= {one["user"] for one in seen["accounts"]}
    assert PASSWORD not in str(seen)
    reads = {
        one["role"]: one["reads"] for one in right(web.get(SECTOR, "/api/people"))["all_roles"]
    }
    assert reads["ngo-focal-point"] == ["org-XXX", "partners", "public"], (
        "of roles, of nobody's own"
    )
    assert right(web.get(SECTOR, "/api/people"))["accounts"][0]["user"] == SECTOR
    assert len(right(web.get(SECTOR, "/api/people"))["accounts"]) == 1


def test_nobody_posts_an_act_as_a_report(web: WebNode) -> None:
    act = {"kind": "act.clearance", "compartment": "people", "user": SECTOR}
    assert refused(web.post(HOM, "/api/reports", act), 422)["field"] == "kind"
    into = refused(web.post(HOM, "/api/reports", an_incident(compartment="people")))
    assert into["field"] == "compartment"


# -- devices --------------------------------------------------------------------------------------


def test_a_phone_that_is_gone_loses_all_of_its_own_and_tells_what_it_could_hold(
    web: WebNode,
) -> None:
    web.file(an_incident(), an_incident(compartment="command"), an_incident(compartment="mission"))
    phone, desk = cookies(web, SECTOR, PHONE), cookies(web, SECTOR, DESK)
    token = right(web.post(None, "/api/tokens", {}, cookies=phone), 201)["token"]
    by_token = {"Authorization": f"Bearer {token}"}
    child = right(web.post(None, "/api/tokens", {}, headers=by_token), 201)["token"]
    right_export = web.get(None, "/api/export.csv", cookies=phone)
    assert right_export.status_code == 200
    listed = right(web.get(None, "/api/devices", cookies=desk))
    assert {one["device"] for one in listed} >= {"Chrome, Android", "Firefox, Windows"}
    assert [one["this"] for one in listed if one["device"] == "Firefox, Windows"] == [True]
    gone = right(web.post(None, "/api/devices", {"device": "Chrome, Android"}, cookies=desk))
    assert gone["sessions"] == 1
    assert gone["tokens"] == 2
    assert gone["compartments"] == ["command", "mission", "partners", "public"]
    assert gone["reports_at_most"] == 3
    assert len(gone["exports"]) == 1
    assert "csv" in gone["exports"][0]
    assert web.get(None, "/api/me", cookies=phone).status_code == 401
    assert web.get(None, "/api/me", headers=by_token).status_code == 401
    child_header = {"Authorization": f"Bearer {child}"}
    assert web.get(None, "/api/me", headers=child_header).status_code == 401
    assert web.get(None, "/api/me", cookies=desk).status_code == 200
    assert web.get(SECTOR, "/api/me").status_code == 200


def test_a_lost_device_tells_no_number_of_what_the_asker_does_not_read(web: WebNode) -> None:
    """Neither to who administers accounts, nor to an owner who has lost a compartment since."""
    web.file(an_incident(), an_incident(compartment="command"))
    for by, user in ((ADMIN, SECTOR), (SECTOR, "")):
        phone = cookies(web, SECTOR, PHONE)
        assert web.get(None, "/api/export.csv", cookies=phone).status_code == 200
        if by == SECTOR:
            narrow = {"act": "narrow", "compartments": ["command"], "may_file": ["command"]}
            right(web.post(HOM, f"/api/accounts/{SECTOR}", narrow))
        gone = right(web.post(by, "/api/devices", {"device": "Chrome, Android", "account": user}))
        assert "command" in gone["compartments"]
        assert gone["reports_at_most"] is None
        told = " ".join(gone["exports"])
        assert "csv" in told
        assert ("reports" in told) == (by == SECTOR), "what he exported himself he has seen"


def test_sessions_are_listed_and_ended_by_owner_and_administrator(web: WebNode) -> None:
    phone = cookies(web, SECTOR, PHONE)
    for by, query in ((SECTOR, ""), (ADMIN, f"?account={SECTOR}")):
        listed = right(web.get(by, f"/api/devices{query}"))
        (session,) = next(one for one in listed if one["device"] == "Chrome, Android")["sessions"]
        assert session["seen"]
        ended = web.ask(by, "DELETE", f"/api/sessions/{session['id']}{query}")
        assert ended.status_code == 204
        assert web.get(None, "/api/me", cookies=phone).status_code == 401
        phone = cookies(web, SECTOR, PHONE)
    assert web.ask(NGO, "DELETE", f"/api/sessions/{session['id']}").status_code == 404


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (PHONE, "Chrome, Android"),
        (DESK, "Firefox, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Version/17.5 Safari/604", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537 Edg/126.0", "Edge, Windows"),
        ("curl/8.5.0", "curl"),
        ("QGIS/33600\r\nX: y", "QGIS"),
        ("", "Unknown device"),
        ("x" * 900, "x" * 40),
    ],
)
def test_a_device_has_a_short_name(agent: str, name: str) -> None:
    assert device_named(agent) == name


def test_a_session_is_made_anew_at_each_sign_in(web: WebNode) -> None:
    """What somebody planted in the browser beforehand opens nothing afterwards."""
    planted = {"eirene-test": "planted-by-somebody"}
    given = {"user": SECTOR, "password": PASSWORD}
    response = web.post(None, "/api/sign-in", given, cookies=planted)
    secret = SimpleCookie(response.headers["set-cookie"])["eirene-test"].value
    assert secret != "planted-by-somebody"
    assert web.get(None, "/api/me", cookies=planted).status_code == 401
    again = web.post(None, "/api/sign-in", given, cookies={"eirene-test": secret})
    assert SimpleCookie(again.headers["set-cookie"])["eirene-test"].value != secret


def test_my_own_password_ends_my_other_sessions_and_needs_the_old_one(web: WebNode) -> None:
    phone, desk = cookies(web, SECTOR, PHONE), cookies(web, SECTOR, DESK)
    wrong = {"old": "not the password", "new": "a new sentence"}
    assert web.post(None, "/api/password", wrong, cookies=desk).status_code == 401
    new = {"old": PASSWORD, "new": "a new sentence"}
    assert web.post(None, "/api/password", new, cookies=desk).status_code == 204
    assert web.get(None, "/api/me", cookies=phone).status_code == 401
    assert right(web.get(None, "/api/me", cookies=desk))["compartments"] != ["public"]
    cookies(web, SECTOR, password="a new sentence")


# -- looking as an audience ------------------------------------------------------------------------


def test_looking_as_an_audience_sees_what_it_sees_and_does_nothing(web: WebNode) -> None:
    web.file(
        an_incident(compartment="command", summary="token-1001"),
        an_incident(compartment="mission", summary="token-1002"),
    )
    web.file(an_incident(compartment="partners", summary="token-1003"), role=NGO)
    jar = cookies(web, JOC)
    viewing = right(web.post(None, "/api/view-as", {"audience": "partners"}, cookies=jar))
    assert viewing["viewing"] == "partners"
    assert viewing["compartments"] == ["partners", "public"]
    for path in ("/api/search", "/api/export.csv", "/api/export.geojson", "/api/counts"):
        text = web.get(None, path, cookies=jar).text
        assert "token-1001" not in text
        assert "token-1002" not in text
    assert "token-1003" in web.get(None, "/api/search", cookies=jar).text
    assert right(web.get(None, "/api/counts", cookies=jar))["total"] == 1
    for path, value in (
        ("/api/reports", an_incident()),
        ("/api/shift", {}),
        ("/api/tokens", {}),
        ("/api/clearances", {"user": SECTOR, "compartments": ["partners"]}),
    ):
        assert "partners" in refused(web.post(None, path, value, cookies=jar))["message"]
    # other sessions of the same account are not touched
    assert "command" in right(web.get(JOC, "/api/me"))["compartments"]
    assert right(web.ask(None, "DELETE", "/api/view-as", cookies=jar))["viewing"] is None
    assert "token-1001" in web.get(None, "/api/search", cookies=jar).text
    kinds = [o.body.kind for o in web.node.log.read_in("people") if o.body]
    assert kinds.count("act.viewed/1") == 2


def test_looking_is_open_to_who_decides_for_the_audience_alone(web: WebNode) -> None:
    # he decides about humanitarian and police, and reads neither: looking must not open them
    for audience in ("command", "host-state", "sources", "people", "humanitarian", "police"):
        told = web.post(JOC, "/api/view-as", {"audience": audience})
        assert told.status_code in (400, 403)
        assert told.json()["field"] == "audience"
    assert web.post(SECTOR, "/api/view-as", {"audience": "partners"}).status_code == 403
    assert web.post(ADMIN, "/api/view-as", {"audience": "public"}).status_code == 403
    assert web.ask(SECTOR, "DELETE", "/api/view-as").status_code == 200


def test_an_open_stream_looks_along(web: WebNode) -> None:
    served = Served(web)
    with closing(served), ExitStack() as opened:
        web.file(an_incident(compartment="command", summary="token-7007"))
        socket = opened.enter_context(stream(served, web.token[JOC]))
        right(web.post(JOC, "/api/view-as", {"audience": "partners"}))
        assert bye(socket)[0] == "clearances changed"
        again = opened.enter_context(stream(served, web.token[JOC]))
        web.file(an_incident(compartment="mission", summary="token-7008"), role=SECTOR)
        web.file(an_incident(compartment="partners", summary="token-7009"), role=NGO)
        seen = ""
        while "token-7009" not in seen:
            seen += str(frame_of(again))
        assert "token-7008" not in seen


def test_looking_ends_with_the_right_to_decide(web: WebNode) -> None:
    right(web.post(JOC, "/api/view-as", {"audience": "partners"}))
    narrow = {"act": "narrow", "may_decide": ["partners"]}
    right(web.post(HOM, f"/api/accounts/{JOC}", narrow))
    assert right(web.get(JOC, "/api/session"))["viewing"] is None


# -- over a restart ---------------------------------------------------------------------------------


def test_clearances_and_suspensions_hold_over_a_restart(tmp_path: Path, web: WebNode) -> None:
    give(web, SECTOR, HOM, HOM2, compartments=["police"])
    right(web.post(HOM, f"/api/accounts/{JOC}", {"act": "suspend"}))
    right(
        web.post(HOM, f"/api/accounts/{RELEASE}", {"act": "narrow", "compartments": ["partners"]})
    )
    before = web.node.people.accounts()
    web.node.close()
    web.node = Node(Settings(data=str(tmp_path)), None)
    after = web.node.people.accounts()
    assert after == before
    assert wait_for(lambda: web.node.people.account(JOC).suspended is not None)
    assert web.node.verify().good


@pytest.mark.parametrize("by", [NGO, SECTOR, JOC])
def test_nobody_learns_which_organisations_there_are(web: WebNode, by: str) -> None:
    """An organisation that works in quiet is not found by trying names."""
    right(web.post(ADMIN, "/api/organisations", {"code": "quietnet", "form": "org"}), 201)
    asks: list[tuple[str, dict[str, Any]]] = [
        ("/api/view-as", {"audience": "org-NAME"}),
        ("/api/clearances", {"user": by, "compartments": ["org-NAME"]}),
        ("/api/clearances", {"user": by, "may_decide": ["org-NAME"], "until": later(days=1)}),
        ("/api/delegations", {"user": by, "compartments": ["org-NAME"], "until": later(days=1)}),
        ("/api/invitations", {"user": "new", "role": "anyone", "organisation": "NAME"}),
        ("/api/organisations", {"code": "NAME", "form": "org"}),
        ("/api/organisations", {"code": "NAME", "form": ""}),
        ("/api/organisations/NAME", {"act": "suspend"}),
        ("/api/accounts", {"user": "new", "role": "anyone", "organisation": "NAME"}),
        ("/api/reports", an_incident(compartment="org-NAME")),
        ("/api/preview", an_incident(compartment="org-NAME")),
    ]
    for path, body in asks:
        answers: list[tuple[int, str]] = []
        for name in ("quietnet", "quieznet"):
            given = json.loads(json.dumps(body).replace("NAME", name))
            answer = web.post(by, path.replace("NAME", name), given)
            answers.append((answer.status_code, answer.text.replace(name, "NAME")))
            assert answer.status_code >= 400, (path, answer.text)
        assert answers[0] == answers[1], path


@pytest.mark.parametrize("by", [NGO, SECTOR, JOC])
def test_nobody_learns_which_accounts_there_are(web: WebNode, by: str) -> None:
    asks: list[tuple[str, dict[str, Any]]] = [
        ("/api/accounts", {"user": "NAME", "role": "anyone", "organisation": "mission"}),
        ("/api/invitations", {"user": "NAME", "role": "anyone", "organisation": "ocha"}),
        ("/api/accounts/NAME", {"act": "suspend"}),
        (
            "/api/delegations",
            {"user": "NAME", "compartments": ["partners"], "until": later(days=1)},
        ),
    ]
    for path, body in asks:
        answers: list[tuple[int, str]] = []
        for name in (CMCOORD, "cmcoorx"):
            given = json.loads(json.dumps(body).replace("NAME", name))
            answer = web.post(by, path.replace("NAME", name), given)
            answers.append((answer.status_code, answer.text.replace(name, "NAME")))
            assert answer.status_code >= 400, (path, answer.text)
        assert answers[0] == answers[1], path
