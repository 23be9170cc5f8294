"""Sign-in at an identity provider, against one that runs: what opens an account, and what does not."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from eirene.config import Provider as Named
from eirene.config import Settings
from eirene.config_providers import Trusted, trusted
from eirene.errors import BadSettings
from eirene.people.bindings import Identity
from provider import (
    CLIENT,
    SECRET,
    Mint,
    Provider,
    by_another,
    by_own_header,
    by_public_key,
    saying,
    signed,
    unsigned,
)
from web_node import PASSWORD, WebNode

JOC, NGO, ADMIN = "joc-duty-officer", "ngo-focal-point", "administrator"
HOM, HOM2 = "hom", "hom-2"
HOME = "https://node.example.org"
AT, BACK = "/api/sign-in/provider", "/api/sign-in/provider/back"
MAIL = "Admin@Example.Org"


class House:
    """A node that trusts two providers, and somebody's browser."""

    def __init__(self, folder: Path) -> None:
        secret = folder / "secret"
        secret.write_text(SECRET + "\n")
        self.first, self.second = Provider(), Provider()
        ways = tuple(
            Named(
                name=name,
                title=name.title(),
                issuer=of.issuer,
                client_id=CLIENT,
                client_secret_file=str(secret),
            )
            for name, of in (("first", self.first), ("second", self.second))
        )
        self.web = WebNode(folder / "node", address=HOME, providers=ways)
        people = self.web.node.people
        for user in (HOM, HOM2):
            people.make(user, "head-of-mission", "mission", password=PASSWORD)
        until = datetime.now(UTC) + timedelta(days=1)
        for user in (HOM, HOM2):
            self.web.token[user], _ = people.make_token(user, "read+file", until)
        people.founding.found(HOM, HOM2, "ceremony")
        self.made = self.tests = 0
        self.address = ""

    def of(self, name: str) -> Provider:
        return {"first": self.first, "second": self.second}[name]

    def cookies(self, response: httpx.Response) -> dict[str, str]:
        jar = SimpleCookie(response.headers.get("set-cookie", ""))
        return {name: morsel.value for name, morsel in jar.items()}

    def signed_in(self, user: str) -> dict[str, str]:
        answer = self.web.post(None, "/api/sign-in", {"user": user, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return self.cookies(answer)

    def begin(self, name: str = "first", **more: Any) -> tuple[str, dict[str, str]]:
        answer = self.web.post(None, AT, {"provider": name, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()["go"], self.cookies(answer)

    def back(
        self, led: dict[str, str], jar: dict[str, str], name: str = "first", **more: Any
    ) -> httpx.Response:
        more.setdefault("address", self.address)
        return self.web.post(None, BACK, {"provider": name, **led}, cookies=jar, **more)

    def through(self, person: dict[str, Any], name: str = "first", **more: Any) -> httpx.Response:
        """The whole way, as a person at a provider."""
        self.of(name).person = person
        go, jar = self.begin(name, **more)
        return self.back(self.of(name).consent(go), jar, name)

    def bind(self, user: str, person: dict[str, Any], name: str = "first") -> httpx.Response:
        self.of(name).person = person
        jar = self.signed_in(user)
        given = {"provider": name, "password": PASSWORD}
        answer = self.web.post(None, "/api/bindings", given, cookies=jar)
        assert answer.status_code == 200, answer.text
        led = self.of(name).consent(answer.json()["go"])
        return self.back(led, jar | self.cookies(answer), name)

    def has(self, user: str, person: dict[str, Any]) -> None:
        """Bound already; how is another test."""
        of = Identity(provider="first", issuer=self.first.issuer, subject=person["sub"])
        assert self.web.node.people.bindings.bind(of, user, datetime.now(UTC))

    def invited(self, address: str = "") -> tuple[str, str]:
        """A new user name, and the code of an invitation to it."""
        self.made += 1
        user = f"invited-{self.made}"
        asked = {"user": user, "role": NGO, "address": address}
        answer = self.web.post(NGO, "/api/invitations", asked)
        assert answer.status_code == 201, answer.text
        return user, answer.json()["code"]

    def state(self) -> Any:
        """All that a sign-in could change: accounts, bindings, sessions."""
        people = self.web.node.people
        accounts = people.accounts()
        bound = {one.user: people.bindings.of(one.user) for one in accounts}
        return accounts, bound, sorted(people.holdings.sessions)

    def fresh(self) -> None:
        """Nothing bound, nothing bent, nothing kept of the providers; at another address."""
        self.tests += 1
        self.address = f"198.51.100.{self.tests}"
        for vouching in self.web.app.providers.all.values():
            vouching._metadata = vouching._keys = None
            vouching._silent_until = 0.0
        for one in self.web.node.people.accounts():
            self.web.node.people.bindings.drop(one.user)
        for of in (self.first, self.second):
            of.mint, of.beside, of.metadata, of.delay_s = signed, None, {}, 0.0

    def close(self) -> None:
        self.web.close()
        self.first.close()
        self.second.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.close()


@pytest.fixture
def house(whole: House) -> House:
    whole.fresh()
    return whole


def opens(response: httpx.Response, user: str) -> None:
    assert response.status_code == 200, response.text
    assert response.json()["me"]["user"] == user
    assert "eirene-test=" in response.headers["set-cookie"]


def opens_nothing(response: httpx.Response) -> bytes:
    assert response.status_code == 401, response.text
    assert response.json()["code"] == "not-vouched-for"
    assert "set-cookie" not in response.headers
    return response.content


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]


# -- a binding, and what follows from it


def test_whoever_has_bound_his_sign_in_comes_in_by_it(house: House) -> None:
    assert opens_nothing(house.through({"sub": "s-joc"}))
    assert house.bind(JOC, {"sub": "s-joc"}).json()["bound"] == "First"
    answer = house.through({"sub": "s-joc"})
    opens(answer, JOC)
    assert "HttpOnly; SameSite=Strict" in answer.headers["set-cookie"]
    jar = house.cookies(answer)
    assert house.web.get(None, "/api/me", cookies=jar).json()["user"] == JOC
    devices = house.web.get(None, "/api/devices", cookies=jar).json()
    origins = {one["origin"] for device in devices for one in device["sessions"]}
    assert origins == {"First", None}


def test_a_binding_is_shown_and_taken_away_with_the_sessions_it_opened(house: House) -> None:
    house.bind(JOC, {"sub": "s-joc"})
    jar = house.signed_in(JOC)
    by_provider = house.cookies(house.through({"sub": "s-joc"}))
    told = house.web.get(None, "/api/bindings", cookies=jar).json()
    (bound,) = told["bound"]
    assert bound["title"] == "First"
    assert told["open"] == [{"name": "second", "title": "Second"}]
    assert house.web.get(ADMIN, f"/api/bindings?account={JOC}").json()["bound"] == [bound]
    assert house.web.get(NGO, f"/api/bindings?account={JOC}").status_code == 404
    assert house.web.ask(NGO, "DELETE", f"/api/bindings/{bound['id']}").status_code == 404
    gone = house.web.ask(None, "DELETE", f"/api/bindings/{bound['id']}", cookies=jar)
    assert gone.status_code == 204
    assert house.web.get(None, "/api/me", cookies=by_provider).status_code == 401
    assert house.web.get(None, "/api/me", cookies=jar).status_code == 200
    opens_nothing(house.through({"sub": "s-joc"}))


def test_binding_needs_the_password_and_the_session_that_asked(house: House) -> None:
    jar = house.signed_in(JOC)
    given = {"provider": "first", "password": "not the password"}
    wrong = house.web.post(None, "/api/bindings", given, cookies=jar)
    assert wrong.json()["code"] == "sign-in-failed"
    given["password"] = PASSWORD
    assert house.web.post(JOC, "/api/bindings", given).status_code == 403
    begun = house.web.post(None, "/api/bindings", given, cookies=jar)
    led = house.first.consent(begun.json()["go"])
    for other in ({}, house.signed_in(JOC), house.signed_in(NGO)):
        begun = house.web.post(None, "/api/bindings", given, cookies=jar)
        led = house.first.consent(begun.json()["go"])
        answer = house.back(
            led, other | {"eirene-test-way": house.cookies(begun)["eirene-test-way"]}
        )
        assert answer.json()["code"] == "sign-in-over"
    assert house.web.node.people.bindings.of(JOC) == []


def test_nobody_takes_a_sign_in_that_is_bound_to_another(house: House) -> None:
    house.bind(JOC, {"sub": "s-joc"})
    before = house.web.node.people.bindings.of(NGO)
    opens_nothing(house.bind(NGO, {"sub": "s-joc"}))
    assert house.web.node.people.bindings.of(NGO) == before == []
    opens(house.through({"sub": "s-joc"}), JOC)
    _, code = house.invited()
    opens_nothing(house.through({"sub": "s-joc"}, code=code))


def test_a_password_that_is_changed_or_set_takes_bindings_away(house: House) -> None:
    people = house.web.node.people
    house.bind(HOM2, {"sub": "s-hom"})
    given = {"old": PASSWORD, "new": PASSWORD + " 2"}
    jar = house.signed_in(HOM2)
    assert house.web.post(None, "/api/password", given, cookies=jar).status_code == 204
    opens_nothing(house.through({"sub": "s-hom"}))
    back = {"old": given["new"], "new": PASSWORD}
    assert house.web.post(None, "/api/password", back, cookies=jar).status_code == 204
    user, code = house.invited()
    opens(house.through({"sub": "s-new"}, code=code), user)
    people.reset(user, PASSWORD, by=ADMIN)
    assert people.bindings.of(user) == []


# -- A03: what a provider says of an address opens nothing


A03: dict[str, dict[str, Any]] = {
    "a": {"sub": "s-x", "email": MAIL, "email_verified": False},
    "b": {"sub": "s-x", "email": MAIL},
    "c": {"sub": "s-x", "email": MAIL, "email_verified": True},
}


@pytest.mark.parametrize("case", A03)
def test_a03_an_address_opens_no_account(
    house: House, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    house.has(ADMIN, {"sub": "s-admin", "email": MAIL, "email_verified": True})
    before = house.state()
    caplog.clear()
    told = opens_nothing(house.through(A03[case]))
    nobody = opens_nothing(house.through(A03[case] | {"email": "nobody@example.org"}))
    assert told == nobody
    assert house.state() == before
    assert len(lines(caplog)) == 2
    assert not any(word in line.lower() for line in lines(caplog) for word in ("@", "s-x", ADMIN))


def test_a03_the_account_stays_when_the_address_changes(house: House) -> None:
    house.has(ADMIN, {"sub": "s-admin", "email": MAIL, "email_verified": True})
    before = house.state()[:2]
    opens(house.through({"sub": "s-admin", "email": "other@x.org", "email_verified": False}), ADMIN)
    opens(house.through({"sub": "s-admin"}), ADMIN)
    assert house.state()[:2] == before


def test_a03_the_same_subject_of_a_second_issuer_is_somebody_else(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    person = {"sub": "s-admin", "email": MAIL, "email_verified": True}
    house.has(ADMIN, person)
    before = house.state()
    caplog.clear()
    opens_nothing(house.through(person, "second"))
    assert house.state() == before
    assert len(lines(caplog)) == 1


def test_a03_an_invitation_to_an_address_works_once_in_any_case(house: House) -> None:
    user, code = house.invited("Name@Org.example")
    person = {"sub": "s-f", "email": "nAME@oRG.example", "email_verified": True}
    opens(house.through(person, code=code), user)
    opens(house.through(person), user)
    opens_nothing(house.through(person | {"sub": "s-f2"}, code=code))


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "s-g", "email": "name@org.example", "email_verified": False},
        {"sub": "s-g", "email": "name@org.example", "email_verified": "true"},
        {"sub": "s-g", "email": "name@org.example"},
        {"sub": "s-g", "email": "name@other.example", "email_verified": True},
        {"sub": "s-g", "email": ["name@org.example"], "email_verified": True},
        {"sub": "s-g", "email_verified": True},
    ],
)
def test_a03_an_invitation_to_an_address_is_for_nobody_else(
    house: House, person: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    user, code = house.invited("name@org.example")
    before = house.state()
    caplog.clear()
    told = opens_nothing(house.through(person, code=code))
    assert told == opens_nothing(house.through(person | {"sub": "s-h"}, code="no-such-code"))
    assert len(lines(caplog)) == 2
    by_password = {"code": code, "password": PASSWORD}
    assert house.web.post(None, "/api/invitations/accept", by_password).status_code == 401
    assert house.state() == before
    right = {"sub": "s-g", "email": "name@org.example", "email_verified": True}
    opens(house.through(right, code=code), user)


def test_an_invitation_without_an_address_is_whose_code_it_is(house: House) -> None:
    user, code = house.invited()
    opens(house.through({"sub": "s-i"}, code=code), user)
    (bound,) = house.web.node.people.bindings.of(user)
    assert bound.only
    jar = house.cookies(house.through({"sub": "s-i"}))
    kept = house.web.ask(None, "DELETE", f"/api/bindings/{bound.id}", cookies=jar)
    assert kept.status_code == 400
    for guess in ("", "nobody has this account", PASSWORD):
        given = {"user": user, "password": guess}
        assert house.web.post(None, "/api/sign-in", given).status_code == 401


def test_an_address_that_the_token_leaves_out_is_asked_for(house: House) -> None:
    user, code = house.invited("name@org.example")
    told = {"email": "name@org.example", "email_verified": True}
    house.first.beside = {"sub": "somebody-else", **told}
    failed = house.through({"sub": "s-k"}, code=code)
    assert failed.json()["code"] == "provider-failed"
    house.first.beside["sub"] = "s-k"
    opens(house.through({"sub": "s-k"}, code=code), user)


# -- tokens that are not accepted


@pytest.mark.parametrize(
    "mint",
    [
        saying(nonce="another"),
        saying(nonce=...),
        saying(aud="another-client"),
        saying(aud=["another-client"]),
        saying(aud=[CLIENT, "another-client"]),
        saying(aud=[CLIENT, "another-client"], azp="another-client"),
        saying(azp="another-client"),
        saying(aud=...),
        saying(iss="https://elsewhere.example.org"),
        saying(iss=...),
        saying(sub=...),
        saying(sub=""),
        saying(sub=7),
        saying(exp=int(time.time()) - 3_600),
        saying(exp=...),
        saying(exp="tomorrow"),
        saying(iat=int(time.time()) + 3_600),
        saying(iat=...),
        saying(nbf=int(time.time()) + 3_600),
        saying(at_hash="AAAA"),
        unsigned,
        by_public_key,
        by_another,
        by_own_header,
        lambda _provider, _claims: "no token",
        lambda _provider, _claims: 7,
    ],
)
def test_a_token_that_is_not_right_opens_nothing(
    house: House, mint: Mint, caplog: pytest.LogCaptureFixture
) -> None:
    house.has(JOC, {"sub": "s-joc"})
    before = house.state()
    house.first.mint = mint
    caplog.clear()
    answer = house.through({"sub": "s-joc"})
    assert answer.status_code == 503
    assert answer.json()["code"] == "provider-failed"
    assert answer.json()["message"] == "The answer of First is not accepted."
    assert "set-cookie" not in answer.headers
    assert len(lines(caplog)) == 1
    assert house.state() == before


def test_two_audiences_are_right_where_the_token_is_for_us(house: House) -> None:
    house.has(JOC, {"sub": "s-joc"})
    house.first.mint = saying(aud=["another", CLIENT], azp=CLIENT)
    opens(house.through({"sub": "s-joc"}), JOC)


def test_a_provider_may_change_its_keys(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.has(JOC, {"sub": "s-joc"})
    opens(house.through({"sub": "s-joc"}), JOC)
    old = house.first.key
    house.first.key = type(old).generate_key(2048, {"kid": "next"})
    assert house.through({"sub": "s-joc"}).json()["code"] == "provider-failed"  # asked just now
    monkeypatch.setattr("eirene.web.vouching.ANEW_S", 0.0)
    opens(house.through({"sub": "s-joc"}), JOC)
    house.first.key = old
    opens(house.through({"sub": "s-joc"}), JOC)


# -- the way there and back


def over(response: httpx.Response) -> None:
    assert response.status_code == 401, response.text
    assert response.json()["code"] == "sign-in-over"
    assert "set-cookie" not in response.headers


def test_a_way_back_opens_once_and_only_where_it_was_begun(house: House) -> None:
    house.has(JOC, {"sub": "s-joc"})
    house.first.person = {"sub": "s-joc"}
    go, jar = house.begin()
    led = house.first.consent(go)
    _, other = house.begin()
    over(house.back(led, {}))  # in another browser: a sign-in that somebody else began
    over(house.back(led, other))
    over(house.back(led | {"state": "x"}, jar))
    over(house.back(led, {"eirene-test-way": jar["eirene-test-way"][:-9] + "AAAAAAAA="}))
    over(house.back(led, jar, "second"))
    site = {"Origin": "https://elsewhere.example.org"}
    assert house.back(led, jar, headers=site).json()["code"] == "wrong-origin"
    opens(house.back(led, jar), JOC)
    over(house.back(led, jar))
    asked = len(house.first.asked)
    go, jar = house.begin()
    led = house.first.consent(go)
    over(house.back({"state": led["state"], "error": "access_denied"}, jar))
    over(house.back(led, jar))
    assert len(house.first.asked) == asked  # none of these asked the provider anything


def test_a_code_of_another_sign_in_or_a_second_time_is_refused(house: House) -> None:
    house.has(JOC, {"sub": "s-joc"})
    house.first.person = {"sub": "s-joc"}
    stolen = house.first.consent(house.begin()[0])["code"]
    go, jar = house.begin()
    led = house.first.consent(go) | {"code": stolen}
    assert house.back(led, jar).json()["code"] == "provider-failed"  # PKCE: not its verifier
    go, jar = house.begin()
    led = house.first.consent(go)
    opens(house.back(led, jar), JOC)
    again, jar = house.begin()
    led = house.first.consent(again) | {"code": led["code"]}
    assert house.back(led, jar).json()["code"] == "provider-failed"


def test_a_way_back_that_lasts_too_long_is_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.has(JOC, {"sub": "s-joc"})
    house.first.person = {"sub": "s-joc"}
    go, jar = house.begin()
    monkeypatch.setattr("eirene.web.providers.LASTS_S", -1)
    over(house.back(house.first.consent(go), jar))


def test_the_issuer_in_the_way_back_is_the_one_that_was_asked(house: House) -> None:
    house.has(JOC, {"sub": "s-joc"})
    house.first.person = {"sub": "s-joc"}
    go, jar = house.begin()
    led = house.first.consent(go) | {"iss": house.second.issuer}
    assert house.back(led, jar).json()["code"] == "provider-failed"
    house.fresh()
    house.first.metadata = {"authorization_response_iss_parameter_supported": True}
    house.bind(JOC, {"sub": "s-joc"})
    go, jar = house.begin()
    led = house.first.consent(go)
    del led["iss"]
    assert house.back(led, jar).json()["code"] == "provider-failed"
    opens(house.through({"sub": "s-joc"}), JOC)


def test_the_session_is_new_and_the_way_is_to_one_address(house: House) -> None:
    house.has(JOC, {"sub": "s-joc"})
    house.first.person = {"sub": "s-joc"}
    go, jar = house.begin()
    assert f"redirect_uri={httpx.QueryParams({'x': HOME + '/from/first'})}".replace("x=", "") in go
    planted = {"eirene-test": "planted-by-somebody-else"}
    answer = house.back(house.first.consent(go), jar | planted, headers={"Host": "evil.example"})
    opens(answer, JOC)
    assert house.cookies(answer)["eirene-test"] != planted["eirene-test"]
    page = house.web.get(None, "/from/first?code=x&state=y")
    assert page.content == house.web.get(None, "/").content
    assert page.headers["cache-control"] == "private, no-store"


# -- accounts that are not in force, and floods


def test_suspended_and_ended_accounts_are_told_what_nobody_is_told(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    user, code = house.invited()
    opens(house.through({"sub": "s-m"}, code=code), user)
    nobody = opens_nothing(house.through({"sub": "s-nobody"}))
    act = f"/api/accounts/{user}"
    assert house.web.post(NGO, act, {"act": "suspend"}).status_code == 200
    caplog.clear()
    assert opens_nothing(house.through({"sub": "s-m"})) == nobody
    assert len(lines(caplog)) == 1
    assert house.web.node.people.bindings.of(user)
    assert house.web.post(ADMIN, act, {"act": "end"}).status_code == 200
    assert opens_nothing(house.through({"sub": "s-m"})) == nobody
    assert house.web.node.people.bindings.of(user) == []


def test_a_flood_of_one_person_waits_and_costs_nobody_else(house: House) -> None:
    house.has(JOC, {"sub": "s-joc"})
    answers = [house.through({"sub": "s-flood"}).status_code for _ in range(12)]
    assert answers == [401] * 10 + [429] * 2
    opens(house.through({"sub": "s-joc"}), JOC)


# -- providers that do not answer


def test_a_provider_that_is_down_is_one_clear_error_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    down = Provider()
    down.close()
    way = Named(name="down", title="Downtown", issuer=down.issuer, client_id="eirene")
    web = WebNode(tmp_path, {JOC: "mission"}, address=HOME, providers=(way,))
    assert web.get(None, "/api/sign-in").json()["providers"] == [
        {"name": "down", "title": "Downtown"}
    ]
    caplog.clear()
    for _ in range(2):
        began = time.monotonic()
        answer = web.post(None, AT, {"provider": "down"})
        assert time.monotonic() - began < 5.0
        assert answer.status_code == 503
        assert answer.json()["code"] == "provider-failed"
        assert answer.json()["message"] == "Downtown does not answer."
    assert len(lines(caplog)) == 1  # the second one was told at once, from before
    given = {"user": JOC, "password": PASSWORD}
    assert web.post(None, "/api/sign-in", given).status_code == 200
    web.close()


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://elsewhere.example.org"},
        {"token_endpoint": "http://elsewhere.example.org/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ],
)
def test_what_a_provider_says_of_itself_is_held_against_the_settings(
    house: House, metadata: dict[str, Any]
) -> None:
    house.first.metadata = metadata
    answer = house.web.post(None, AT, {"provider": "first"})
    assert answer.json()["code"] == "provider-failed"
    assert "set-cookie" not in answer.headers


def test_a_node_without_providers_has_no_such_way_and_asks_nobody(tmp_path: Path) -> None:
    web = WebNode(tmp_path, {JOC: "mission"})
    assert web.get(None, "/api/sign-in").json()["providers"] == []
    answer = web.post(None, AT, {"provider": "first"})
    assert (answer.status_code, answer.json()["field"]) == (400, "provider")
    invited = {"user": "n", "role": JOC, "address": "n@example.org"}
    answer = web.post(JOC, "/api/invitations", invited)
    assert (answer.status_code, answer.json()["field"]) == (400, "address")
    web.close()


# -- settings


def named(**changes: Any) -> Named:
    values = {"name": "org", "title": "Org", "issuer": "https://id.example.org", "client_id": "e"}
    return msgspec.convert(values | changes, Named)


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        ("address", {"providers": (named(),)}),
        ("address", {"address": "http://node.example.org", "providers": (named(),)}),
        ("address", {"address": "https://node.example.org/x", "providers": (named(),)}),
        ("providers[0].issuer", {"providers": (named(issuer="http://id.example.org"),)}),
        ("providers[0].issuer", {"providers": (named(issuer="file:///etc"),)}),
        ("providers[0].name", {"providers": (named(), named(issuer="https://b.example.org"))}),
        ("providers[0].issuer", {"providers": (named(), named(name="b"))}),
        (
            "providers[0].client_secret_file",
            {"providers": (named(client_secret_file="/nowhere/at/all"),)},
        ),
    ],
)
def test_a_setting_that_is_wrong_is_named(field: str, settings: dict[str, Any]) -> None:
    given: dict[str, Any] = settings if field == "address" else {"address": HOME} | settings
    with pytest.raises(BadSettings) as error:
        trusted(Settings(**given))
    assert error.value.field == field
    assert error.value.remedy


def test_the_secret_comes_from_a_file_or_a_credential_and_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "org").write_text("hidden-words\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    for file in (str(tmp_path / "org"), "org"):
        way = named(client_secret_file=file)
        (one,) = trusted(Settings(address="http://127.0.0.1:8080/", providers=(way,)))
        assert one.secret == "hidden-words"
        assert one.back == "http://127.0.0.1:8080/from/org"
        assert isinstance(one, Trusted)
        assert "hidden" not in repr(one) + str(one)
