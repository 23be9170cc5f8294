"""Accounts, tokens, sessions and the throttle, as the key store and the routes rely on them."""

from __future__ import annotations

import asyncio
import csv
from datetime import timedelta
from pathlib import Path

import pytest

from eirene.errors import (
    InvalidQuery,
    NotAllowed,
    SignInFailed,
    TooManyTries,
)
from eirene.people import roles
from eirene.people.accounts import fits, hash_of
from town import ELSEWHERE, RIGHT, Town

GOLDEN = Path(__file__).parent / "golden"
SHIPPED = Path(__file__).parent.parent / "src/eirene/people/clearances.csv"


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr("eirene.people.people.hash_of", lambda password: f"hash of {password}")
    made = Town(monkeypatch)
    for user in ("Alice", "Bob"):
        made.people.make(user, "joc-duty-officer", "mission", password=RIGHT)
    return made


# -- roles


@pytest.mark.parametrize("name", ["clearances.csv", "release-matrix.csv"])
def test_golden_files_are_the_reference_where_it_is_present(name: str) -> None:
    reference = Path(__file__).parent.parent.parent / "shared" / "reference" / name
    if not reference.exists():
        pytest.skip("the reference is not on this machine")
    assert (GOLDEN / name).read_bytes() == reference.read_bytes()


def test_shipped_clearances_are_the_golden_ones() -> None:
    assert SHIPPED.read_bytes() == (GOLDEN / "clearances.csv").read_bytes()


@pytest.mark.parametrize(
    "row", list(csv.DictReader((GOLDEN / "clearances.csv").open())), ids=lambda row: row["role"]
)
def test_each_role_resolves_to_its_row(town: Town, row: dict[str, str]) -> None:
    account, _ = town.people.make("somebody", row["role"], "amber-river", password=RIGHT)
    own = {name.replace("XXX", "amber-river") for name in row["compartments"].split()}
    files = {name.replace("XXX", "amber-river") for name in row["may_file"].split()}
    assert set(account.compartments) == own
    assert set(account.may_file) == files
    assert not any("XXX" in name or "*" in name for name in own)


def test_an_organisation_without_a_code_gets_no_compartment(town: Town) -> None:
    with pytest.raises(InvalidQuery) as caught:
        town.people.make("n", "ngo-focal-point", "Amber River", password=RIGHT)
    assert caught.value.field == "organisation"


def test_there_are_as_many_roles_as_rows() -> None:
    assert len(roles()) == 20


# -- accounts


def test_names_differ_by_more_than_case(town: Town) -> None:
    with pytest.raises(InvalidQuery):
        town.people.make("ALICE", "analyst", "mission", password=RIGHT)
    assert isinstance(town.try_in("aLiCe"), str)


def test_no_password_and_no_secret_lies_in_the_key_store(town: Town) -> None:
    secret, _ = town.people.make_token("Alice", "read", town.clock() + timedelta(days=1))
    cookie = town.try_in("Alice")
    assert isinstance(cookie, str)
    kept = repr(town.vault.kept)
    assert secret not in kept
    assert cookie not in kept


def test_a_hash_fits_its_password_alone() -> None:
    stored = hash_of(RIGHT)
    assert stored.startswith("$argon2id$")
    assert fits(stored, RIGHT)
    assert not fits(stored, RIGHT + ".")


@pytest.mark.parametrize("password", ["short", "x" * 1025])
def test_a_password_has_bounds(password: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        hash_of(password)
    assert caught.value.field == "password"


def test_everything_survives_a_restart_but_what_ended(town: Town) -> None:
    until = town.clock() + timedelta(days=1)
    kept, _ = town.people.make_token("Alice", "read", until)
    gone, token = town.people.make_token("Alice", "read", until)
    cookie = town.try_in("Alice")
    assert isinstance(cookie, str)
    town.people.revoke("Alice", token.id)
    again = town.started()
    assert again.pass_of_token(kept) is not None
    assert again.pass_of_token(gone) is None
    assert again.pass_of_session(cookie) is not None
    assert [account.user for account in again.accounts()] == ["Alice", "Bob"]


# -- losing it


def test_an_ended_account_holds_nothing_from_that_moment(town: Town) -> None:
    rung: list[int] = []
    town.people.watch(lambda: rung.append(1))
    secret, _ = town.people.make_token("Alice", "read+file", town.clock() + timedelta(days=1))
    cookie = town.try_in("Alice")
    assert isinstance(cookie, str)
    held = [town.people.pass_of_token(secret), town.people.pass_of_session(cookie)]
    town.people.end("alice")
    assert [town.people.holds(one) for one in held if one] == [False, False]
    assert town.people.pass_of_token(secret) is None
    assert town.people.pass_of_session(cookie) is None
    assert town.try_in("Alice") is SignInFailed
    assert rung
    with pytest.raises(InvalidQuery):
        town.people.make("Alice", "analyst", "mission", password=RIGHT)


def test_a_reset_ends_what_the_old_password_opened(town: Town) -> None:
    cookie = town.try_in("Alice")
    assert isinstance(cookie, str)
    town.people.reset("Alice", "another sentence")
    assert town.people.pass_of_session(cookie) is None
    assert town.try_in("Alice") is SignInFailed
    assert isinstance(town.try_in("Alice", "another sentence"), str)


def test_a_session_ends_with_the_shift_and_when_nobody_is_there(town: Town) -> None:
    used = town.try_in("Alice")
    idle = town.try_in("Bob")
    assert isinstance(used, str)
    assert isinstance(idle, str)
    for _ in range(11):
        town.clock.forward(hours=1)
        assert town.people.pass_of_session(used) is not None
    assert town.people.pass_of_session(idle) is None
    town.clock.forward(hours=1)
    assert town.people.pass_of_session(used) is None


def test_a_token_reaches_no_further_than_the_one_that_made_it(town: Town) -> None:
    day = town.clock() + timedelta(days=1)
    _, reads = town.people.make_token("Alice", "read", day)
    with pytest.raises(NotAllowed):
        town.people.make_token("Alice", "read+file", day, parent=reads)
    child, made = town.people.make_token("Alice", "read", day + timedelta(days=9), parent=reads)
    assert made.until == day
    held = town.people.pass_of_token(child)
    assert held is not None
    assert held.reader.may_file == frozenset()
    assert town.people.revoke("Alice", reads.id)
    assert town.people.pass_of_token(child) is None


def test_nobody_revokes_what_is_not_his(town: Town) -> None:
    secret, token = town.people.make_token("Alice", "read", town.clock() + timedelta(days=1))
    assert not town.people.revoke("Bob", token.id)
    assert town.people.pass_of_token(secret) is not None


def test_a_token_ends_on_its_day(town: Town) -> None:
    secret, _ = town.people.make_token("Alice", "read", town.clock() + timedelta(days=1))
    held = town.people.pass_of_token(secret)
    town.clock.forward(days=1)
    assert town.people.pass_of_token(secret) is None
    assert held is not None
    assert not town.people.holds(held)


# -- the throttle: one wrong password must not lock out the camp


def test_mistakes_of_one_lock_out_nobody_else_at_the_same_address(town: Town) -> None:
    assert isinstance(town.try_in("Alice"), str)
    for _ in range(30):
        town.try_in("Alice", "wrong")
    for n in range(200):
        town.try_in(f"nobody-{n}", "wrong")
    assert isinstance(town.try_in("Bob"), str)
    town.clock.forward(minutes=1)
    assert isinstance(town.try_in("Alice"), str)


def test_a_stranger_does_not_lock_the_owner_out(town: Town) -> None:
    assert isinstance(town.try_in("Alice"), str)
    for _ in range(100):
        town.try_in("Alice", "wrong", ELSEWHERE)
    assert town.try_in("Alice", RIGHT, ELSEWHERE) is TooManyTries
    assert isinstance(town.try_in("Alice"), str)


@pytest.mark.slow
def test_guesses_from_unknown_addresses_stay_few(town: Town) -> None:
    assert isinstance(town.try_in("Alice"), str)
    town.checked = 0
    for n in range(3600):
        town.try_in("Alice", "wrong", f"198.51.100.{n % 250}")
        town.clock.forward(seconds=1)
    assert town.checked <= 20
    town.checked = 0
    for n in range(3600):
        town.try_in("Alice", "wrong", f"198.51.100.{n % 250}")
        town.clock.forward(seconds=1)
    assert town.checked <= 11


def test_missing_accounts_answer_like_those_that_exist(town: Town) -> None:
    answers = {
        user: [town.try_in(user, "wrong", ELSEWHERE) for _ in range(15)]
        for user in ("Alice", "nobody-at-all")
    }
    assert answers["Alice"] == answers["nobody-at-all"]
    assert answers["Alice"][-1] is TooManyTries


def test_the_wait_is_told_in_words(town: Town) -> None:
    for _ in range(10):
        town.try_in("Alice", "wrong", ELSEWHERE)
    with pytest.raises(TooManyTries) as caught:
        asyncio.run(town.people.sign_in("Alice", RIGHT, ELSEWHERE))
    assert "Wait" in caught.value.message
    assert 0 < caught.value.wait_s <= 360


def test_known_addresses_survive_a_restart(town: Town) -> None:
    assert isinstance(town.try_in("Alice"), str)
    town.people = town.started()
    for _ in range(100):
        town.try_in("Alice", "wrong", ELSEWHERE)
    assert isinstance(town.try_in("Alice"), str)
