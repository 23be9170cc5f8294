"""Clearances as acts: who gives them, who takes them, and what nobody can do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from eirene.errors import InvalidQuery, NotAllowed
from eirene.people.rights import INTERNAL, Rights
from eirene.release.reader import covers
from eirene.reports.acts import act_in
from eirene.reports.acts.account import AccountAct
from eirene.reports.acts.clearance import ClearanceAct
from eirene.reports.acts.delegation import DelegationAct
from eirene.reports.acts.invitation import InvitationAct
from eirene.reports.acts.organisation import OrganisationAct
from eirene.reports.acts.suspension import SuspensionAct
from eirene.reports.acts.viewed import ViewedAct
from town import RIGHT, Town

HOM, HOM2, JOC, RELEASE = "hom", "hom-2", "joc", "release"
LIAISON, MEDIC, CMCOORD, NGO, ADMIN = "liaison", "medic", "cmcoord", "ngo", "admin"
SECTOR = "sector"
ROLES = {
    HOM: ("head-of-mission", "mission"),
    HOM2: ("head-of-mission", "mission"),
    JOC: ("joc-duty-officer", "mission"),
    RELEASE: ("release-officer", "mission"),
    LIAISON: ("liaison-cell-chief", "mission"),
    MEDIC: ("medical-officer", "mission"),
    SECTOR: ("sector-operations-officer", "mission"),
    CMCOORD: ("cmcoord-officer", "ocha"),
    NGO: ("ngo-focal-point", "amber"),
    ADMIN: ("administrator", "mission"),
}


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr("eirene.people.people.hash_of", lambda password: f"hash of {password}")
    made = Town(monkeypatch)
    for user, (role, organisation) in ROLES.items():
        made.people.make(user, role, organisation, password=RIGHT)
    made.people.founding.found(HOM, JOC, "ceremony")
    yield made
    made.people.close()


def proposed(user: str, town: Town, **more: Any) -> ClearanceAct:
    values: dict[str, Any] = {"until": town.clock() + timedelta(days=30)}
    return ClearanceAct(step="proposed", user=user, **values | more)


def made_by_admin(town: Town, user: str = "new", role: str = "police-officer") -> None:
    town.people.make(user, role, "mission", password=RIGHT, by=ADMIN)


# -- what a reader holds ----------------------------------------------------------------


def test_a_reader_holds_what_he_may_decide_and_grant(town: Town) -> None:
    reader = town.token(CMCOORD).reader
    assert reader.may_decide >= {"partners", "party-*"}
    assert reader.may_grant >= {"humanitarian", "partners", "org-*", "party-*", "org-amber"}
    assert "party-amber" not in reader.may_grant
    assert town.token(SECTOR).reader.may_grant == frozenset()
    assert town.token(NGO).reader.may_file == {"org-amber", "partners"}


def test_a_token_that_only_reads_decides_and_grants_nothing(town: Town) -> None:
    secret, _ = town.people.make_token(HOM, "read", town.clock() + timedelta(days=1))
    held = town.people.pass_of_token(secret)
    assert held is not None
    assert not held.reader.may_decide
    assert not held.reader.may_grant


@pytest.mark.parametrize(
    ("rights", "name", "holds"),
    [
        ("org-*", "org-amber", True),
        ("org-*", "org-*", True),
        ("org-*", "org-", False),
        ("org-*", "orga", False),
        ("org-*", "party-amber", False),
        ("local", "local", True),
        ("", "local", False),
    ],
)
def test_a_star_holds_for_its_own_form(rights: str, name: str, holds: bool) -> None:
    assert covers(frozenset(rights.split()), name) is holds


# -- two people give ---------------------------------------------------------------------


def test_a_clearance_takes_two_and_ends(town: Town) -> None:
    made_by_admin(town)
    assert town.reads("new") == {"public"}
    until = town.clock() + timedelta(days=7)
    made = town.act(proposed("new", town, read=("police",), file=("police",), until=until), HOM)
    assert town.reads("new") == {"public"}
    town.act(ClearanceAct(step="confirmed", proposal=made.id), HOM2)
    assert town.reads("new") == {"public", "police"}
    held = town.token("new")
    assert held.reader.until == until
    town.clock.forward(days=7)
    assert town.reads("new") == {"public"}
    now = town.people.current(held)
    assert now is not None
    assert now.reader.compartments == {"public"}
    assert not town.people.holds(held)


@pytest.mark.parametrize("user", [HOM, MEDIC, LIAISON, CMCOORD])
def test_nobody_proposes_for_himself(town: Town, user: str) -> None:
    may = town.token(user).reader.may_grant
    assert may
    for name in sorted(may - {"org-*", "party-*", "capital-*"}):
        assert town.refused(proposed(user, town, read=(name,)), user) == "user"


def test_nobody_confirms_for_himself_or_twice(town: Town) -> None:
    for_joc = town.act(proposed(JOC, town, read=("police",)), HOM)
    assert town.refused(ClearanceAct(step="confirmed", proposal=for_joc.id), JOC) == "proposal"
    assert town.refused(ClearanceAct(step="confirmed", proposal=for_joc.id), HOM) == "proposal"
    town.act(ClearanceAct(step="confirmed", proposal=for_joc.id), HOM2)
    assert "police" in town.reads(JOC)


def test_two_steps_need_two_sessions(town: Town) -> None:
    made = town.act(proposed(SECTOR, town, read=("police",), session="one"), HOM)
    again = ClearanceAct(step="confirmed", proposal=made.id, session="one")
    assert town.refused(again, HOM2) == "proposal"
    town.act(msgspec.structs.replace(again, session="two"), HOM2)


@pytest.mark.parametrize(
    ("by", "rights"),
    [
        (HOM, {"read": ("sources",)}),
        (HOM, {"read": ("partners", "sources")}),
        (HOM, {"file": ("medical",)}),
        (HOM, {"grant": ("medical",)}),
        (HOM, {"decide": ("humanitarian",)}),
        (LIAISON, {"read": ("mission",)}),
        (JOC, {"read": ("partners",)}),
        (RELEASE, {"decide": ("partners",)}),
        (SECTOR, {"read": ("mission",)}),
        (NGO, {"read": ("partners",)}),
        (ADMIN, {"read": ("public",)}),
        (ADMIN, {"read": ("partners",)}),
        ("", {"read": ("partners",)}),
        ("nobody", {"read": ("partners",)}),
    ],
)
def test_nobody_proposes_what_he_may_not_grant(town: Town, by: str, rights: Any) -> None:
    made_by_admin(town)
    assert town.refused(proposed("new", town, **rights), by) == "compartments"


@pytest.mark.parametrize(
    "rights",
    [
        {"read": ("people",)},
        {"grant": ("people",)},
        {"read": ("configuration",)},
        {"read": ("org-nowhere",)},
        {"read": ("party-amber",)},
        {"read": ("org-*",)},
        {"read": ("",)},
        {},
    ],
)
def test_what_no_compartment_is_is_not_given(town: Town, rights: Any) -> None:
    assert town.refused(proposed(NGO, town, **rights), CMCOORD) == "compartments"


@pytest.mark.parametrize("days", [None, -1, 0, 367])
def test_a_clearance_ends_within_a_year(town: Town, days: int | None) -> None:
    until = None if days is None else town.clock() + timedelta(days=days)
    assert town.refused(proposed(SECTOR, town, read=("police",), until=until), HOM) == "until"


def test_the_second_may_grant_it_too_where_there_is_such_a_person(town: Town) -> None:
    made = town.act(proposed(SECTOR, town, read=("police",)), HOM)
    confirmed = ClearanceAct(step="confirmed", proposal=made.id)
    for user in (LIAISON, MEDIC, CMCOORD, JOC, SECTOR, NGO, ADMIN, ""):
        assert town.refused(confirmed, user) == "proposal"
    town.act(confirmed, HOM2)


def test_where_one_alone_may_grant_it_another_granter_is_the_second(town: Town) -> None:
    made = town.act(proposed(SECTOR, town, read=("sources",)), LIAISON)
    confirmed = ClearanceAct(step="confirmed", proposal=made.id)
    for user in (SECTOR, NGO, ADMIN, ""):
        assert town.refused(confirmed, user) == "proposal"
    town.act(confirmed, MEDIC)
    assert "sources" in town.reads(SECTOR)


def test_a_proposal_does_not_outlive_the_right_to_make_it(town: Town) -> None:
    made = town.act(proposed(SECTOR, town, read=("police",)), HOM2)
    town.act(SuspensionAct(step="suspended", account=HOM2), ADMIN)
    confirmed = ClearanceAct(step="confirmed", proposal=made.id)
    assert town.refused(confirmed, HOM) == "proposal"


def test_a_proposal_lapses(town: Town) -> None:
    made = town.act(
        proposed(SECTOR, town, read=("police",), until=town.clock() + timedelta(days=90)), HOM2
    )
    town.clock.forward(days=30)
    assert town.refused(ClearanceAct(step="confirmed", proposal=made.id), HOM) == "proposal"


def test_a_refused_proposal_is_gone(town: Town) -> None:
    made = town.act(proposed(SECTOR, town, read=("police",)), HOM2)
    refused = ClearanceAct(step="refused", proposal=made.id)
    assert town.refused(refused, NGO) == "proposal"
    town.act(refused, HOM)
    assert town.refused(ClearanceAct(step="confirmed", proposal=made.id), HOM) == "proposal"


def test_a_longer_lease_is_not_cut_by_a_shorter_one(town: Town) -> None:
    town.given(SECTOR, HOM, HOM2, read=("police",), until=town.clock() + timedelta(days=30))
    town.given(
        SECTOR, HOM, HOM2, read=("police", "mission"), until=town.clock() + timedelta(days=3)
    )
    town.clock.forward(days=4)
    assert {"police", "mission"} <= town.reads(SECTOR)


# -- one person takes ----------------------------------------------------------------------


@pytest.mark.parametrize("by", [SECTOR, HOM, HOM2])
def test_narrowing_is_one_act_at_once(town: Town, by: str) -> None:
    held = town.token(SECTOR)
    rung: list[int] = []
    town.people.watch(lambda: rung.append(1))
    town.act(ClearanceAct(step="narrowed", user=SECTOR, read=("command",)), by)
    assert "command" not in town.reads(SECTOR)
    assert not town.people.holds(held)
    assert rung
    now = town.people.current(held)
    assert now is not None
    assert now.reader.compartments == {"mission", "partners", "public"}


@pytest.mark.parametrize("by", [NGO, ADMIN, "", MEDIC])
def test_others_do_not_narrow(town: Town, by: str) -> None:
    narrowed = ClearanceAct(step="narrowed", user=CMCOORD, read=("humanitarian",))
    assert town.refused(narrowed, by) == "user"


def test_an_end_can_be_brought_forward_never_back(town: Town) -> None:
    town.given(SECTOR, HOM, HOM2, read=("police",), until=town.clock() + timedelta(days=30))
    for days in (60, 2):
        until = town.clock() + timedelta(days=days)
        act = ClearanceAct(step="narrowed", user=SECTOR, read=("police", "sources"), until=until)
        town.act(act, SECTOR)
    assert "sources" not in town.reads(SECTOR)
    town.clock.forward(days=2)
    assert "police" not in town.reads(SECTOR)


# -- delegation ------------------------------------------------------------------------------


def lent(town: Town, to: str, **more: Any) -> DelegationAct:
    values: dict[str, Any] = {"until": town.clock() + timedelta(days=5)}
    return DelegationAct(step="made", user=to, **values | more)


def test_a_loan_gives_what_the_lender_holds_and_ends(town: Town) -> None:
    town.act(lent(town, SECTOR, read=("local",), decide=("partners", "local")), JOC)
    assert "local" in town.reads(SECTOR)
    assert town.token(SECTOR).reader.may_decide == {"partners", "local"}
    town.clock.forward(days=5)
    assert "local" not in town.reads(SECTOR)
    assert town.token(SECTOR).reader.may_decide == frozenset()


def test_a_loan_falls_with_the_lender(town: Town) -> None:
    town.act(lent(town, SECTOR, read=("local",)), JOC)
    town.act(ClearanceAct(step="narrowed", user=JOC, read=("local",)), JOC)
    assert "local" not in town.reads(SECTOR)
    town.act(lent(town, SECTOR, read=("partners",), decide=("partners",)), JOC)
    town.act(SuspensionAct(step="suspended", account=JOC), JOC)
    assert town.token(SECTOR).reader.may_decide == frozenset()


@pytest.mark.parametrize(
    ("to", "more", "field"),
    [
        (SECTOR, {"read": ("sources",)}, "compartments"),
        (SECTOR, {"decide": ("host-state",)}, "compartments"),
        (SECTOR, {}, ""),
        (JOC, {"read": ("local",)}, "user"),
        (NGO, {"read": ("local",)}, "user"),
        (ADMIN, {"read": ("local",)}, "user"),
        ("nobody", {"read": ("local",)}, "user"),
        (SECTOR, {"read": ("local",), "until": None}, "until"),
    ],
)
def test_what_cannot_be_lent(town: Town, to: str, more: Any, field: str) -> None:
    assert town.refused(lent(town, to, **more), JOC) in (field, "compartments")


def test_loans_in_a_circle_widen_nobody(town: Town) -> None:
    people = [JOC, SECTOR, LIAISON, HOM]
    before = {user: town.people.acts.register.own(user, town.clock()) for user in people}
    for lender, to in zip(people, [*people[1:], people[0]], strict=True):
        own = before[lender]
        act = lent(town, to, read=tuple(own.read), file=tuple(own.file), decide=tuple(own.decide))
        town.act(act, lender)
    for lender, to in zip(people, [*people[1:], people[0]], strict=True):
        borrowed = town.reads(to) - before[to].read
        assert borrowed <= before[lender].read
        further = people[(people.index(to) + 1) % len(people)]
        for name in borrowed - before[to].read:  # what was lent is not lent on
            assert town.refused(lent(town, further, read=(name,)), to) == "compartments"
    assert town.people.acts.register.own(JOC, town.clock()) == before[JOC]


def test_what_was_lent_is_decided_by_the_hand_of_the_lender(town: Town) -> None:
    """Nobody makes two people of himself by lending his right to decide."""
    one_hand = town.people.acts.one_hand
    made = town.act(lent(town, SECTOR, decide=("local",)), JOC)
    assert one_hand(JOC, SECTOR, "local")
    assert not one_hand(LIAISON, SECTOR, "local")
    assert not one_hand(JOC, LIAISON, "local")
    town.act(DelegationAct(step="ended", delegation=made.id), JOC)
    assert one_hand(JOC, SECTOR, "local")
    town.act(lent(town, SECTOR, decide=("local",)), LIAISON)
    assert not one_hand(JOC, SECTOR, "local")  # there is a second right behind it
    town.given(SECTOR, HOM, HOM2, decide=("local",))
    assert not one_hand(JOC, SECTOR, "local")
    assert one_hand(NGO, NGO, "local")


def test_what_was_lent_breaks_no_glass_and_widens_no_rule_beside_its_lender(town: Town) -> None:
    one_say = town.people.acts.one_say
    town.act(lent(town, SECTOR, read=("command",), decide=("local",)), JOC)

    def rules(rights: Rights) -> bool:
        return "local" in rights.decide | rights.grant

    def glass(rights: Rights) -> bool:
        return bool(rights.decide) or "command" in rights.grant

    for says in (rules, glass):
        assert one_say(JOC, SECTOR, says)
        assert not one_say(HOM, SECTOR, says), "JOC's say beside another one's"
        assert not one_say(HOM, JOC, says)
    assert not one_say(HOM, HOM2, glass), "who may grant has a say of his own"


def test_who_is_suspended_or_borrowed_no_longer_decides_no_more(town: Town) -> None:
    """What somebody agreed to counts only while he may decide (``desks/steps.py``)."""
    still = town.people.acts.still_decides
    assert still(JOC, "command", "local")
    assert not still(SECTOR, "command", "local")
    assert not still("never-was", "command", "local")
    made = town.act(lent(town, SECTOR, decide=("local",)), JOC)
    assert still(SECTOR, "command", "local")
    town.act(DelegationAct(step="ended", delegation=made.id), JOC)
    assert not still(SECTOR, "command", "local")
    assert not still(JOC, "sources", "local"), "he does not read what he would decide on"
    town.act(SuspensionAct(step="suspended", account=JOC), JOC)
    assert not still(JOC, "command", "local")


def test_rights_to_grant_are_never_lent(town: Town) -> None:
    assert not hasattr(DelegationAct(step="made"), "grant")
    town.act(lent(town, SECTOR, read=("local",)), JOC)
    assert town.token(SECTOR).reader.may_grant == frozenset()


def test_a_loan_is_ended_by_either_side(town: Town) -> None:
    for by in (JOC, SECTOR):
        made = town.act(lent(town, SECTOR, read=("local",)), JOC)
        ended = DelegationAct(step="ended", delegation=made.id)
        assert town.refused(ended, NGO) == "delegation"
        town.act(ended, by)
        assert "local" not in town.reads(SECTOR)
        assert town.refused(ended, by) == "delegation"


# -- suspension -------------------------------------------------------------------------------


def test_a_suspended_account_holds_nothing_and_gets_nothing_back_in_silence(town: Town) -> None:
    held = town.token(NGO)
    cookie = town.try_in(NGO)
    assert isinstance(cookie, str)
    town.act(SuspensionAct(step="suspended", account=NGO), CMCOORD)
    assert not town.people.holds(held)
    assert town.people.pass_of_session(cookie) is None
    assert town.try_in(NGO) is town.try_in("never-was")
    town.act(SuspensionAct(step="proposed", account=NGO), CMCOORD)
    assert town.people.account(NGO).suspended is not None
    assert town.refused(SuspensionAct(step="lifted", account=NGO), CMCOORD) == "account"
    town.act(SuspensionAct(step="lifted", account=NGO), HOM)
    assert town.people.pass_of_session(cookie) is None
    assert town.people.current(held) is None
    assert isinstance(town.try_in(NGO), str)


@pytest.mark.parametrize("by", [ADMIN, "", SECTOR, NGO])
def test_lifting_takes_two_who_answer_for_it(town: Town, by: str) -> None:
    town.act(SuspensionAct(step="suspended", account=SECTOR), ADMIN)
    assert town.refused(SuspensionAct(step="proposed", account=SECTOR), by)
    assert town.refused(SuspensionAct(step="lifted", account=SECTOR), HOM) == "account"


def test_an_organisation_is_suspended_as_a_whole(town: Town) -> None:
    made = InvitationAct(
        step="made",
        invitation="i1",
        user="ngo-2",
        role="ngo-focal-point",
        organisation="amber",
        read=("org-amber", "partners"),
        until=town.clock() + timedelta(days=1),
        account_until=town.clock() + timedelta(days=90),
    )
    town.act(made, NGO)
    held = town.token(NGO)
    town.act(SuspensionAct(step="suspended", organisation="Amber"), CMCOORD)
    assert not town.people.holds(held)
    assert town.people.account(NGO).suspended is not None
    accepted = AccountAct(
        step="made",
        user="ngo-2",
        role="ngo-focal-point",
        organisation="amber",
        invitation="i1",
        read=("org-amber",),
        until=town.clock() + timedelta(days=90),
    )
    assert town.refused(accepted, NGO)  # an invitation of the suspended opens nothing either
    assert town.refused(SuspensionAct(step="proposed", organisation="amber"), NGO)
    town.act(SuspensionAct(step="proposed", organisation="amber"), CMCOORD)
    town.act(SuspensionAct(step="lifted", organisation="amber"), HOM)
    assert "partners" in town.reads(NGO)


def test_the_owner_of_the_node_is_not_suspended_as_a_whole(town: Town) -> None:
    suspended = SuspensionAct(step="suspended", organisation="mission")
    assert town.refused(suspended, ADMIN) == "organisation"


@pytest.mark.parametrize("by", [NGO, SECTOR, "nobody"])
def test_not_everybody_suspends(town: Town, by: str) -> None:
    assert town.refused(SuspensionAct(step="suspended", account=HOM), by) == "account"
    assert town.refused(SuspensionAct(step="suspended", organisation="ocha"), by) == "organisation"


# -- administration is not reading --------------------------------------------------------------


@pytest.mark.parametrize("by", [ADMIN, ""])
def test_an_account_of_the_administrator_has_no_clearances(town: Town, by: str) -> None:
    for role in ("joc-duty-officer", "release-officer", "administrator", "head-of-mission"):
        account, _ = town.people.make(f"puppet-{role}", role, "mission", password=RIGHT, by=by)
        assert account.compartments == ("public",)
        assert not account.may_file
        assert not account.may_decide
        assert not account.may_grant
        assert not account.invites
    for act in (
        AccountAct(step="made", user="p2", organisation="mission", read=("command",)),
        AccountAct(step="made", user="p2", organisation="mission", founding=True),
        AccountAct(step="made", user="p2", organisation="mission", grant=("command",)),
        AccountAct(step="made", user="p2", organisation="mission", invites=True),
    ):
        assert town.refused(act, by)


def test_a_password_that_somebody_else_set_opens_nothing_until_confirmed(town: Town) -> None:
    town.people.reset(SECTOR, "set by another", by=ADMIN)
    assert isinstance(town.try_in(SECTOR, "set by another"), str)
    assert town.reads(SECTOR) == {"public"}
    assert town.people.account(SECTOR).reset is not None
    confirmed = AccountAct(step="confirmed", user=SECTOR)
    for by in (ADMIN, "", SECTOR, NGO):
        assert town.refused(confirmed, by) == "user"
    town.act(confirmed, JOC)
    assert "command" in town.reads(SECTOR)
    assert town.people.account(SECTOR).reset is None


def test_a_granter_whose_password_was_set_grants_and_vouches_for_nothing(town: Town) -> None:
    made_by_admin(town)
    town.people.reset(HOM, "set by another", by=ADMIN)
    assert town.refused(proposed("new", town, read=("police",)), HOM)
    assert town.refused(SuspensionAct(step="suspended", account=SECTOR), HOM)
    town.people.reset(SECTOR, "set by another", by=ADMIN)
    assert town.refused(AccountAct(step="confirmed", user=SECTOR), HOM)


def test_who_set_a_password_does_not_confirm_it(town: Town) -> None:
    town.people.reset(SECTOR, "set by another", by=JOC)
    assert town.refused(AccountAct(step="confirmed", user=SECTOR), JOC) == "user"
    town.act(AccountAct(step="confirmed", user=SECTOR), HOM)


def test_an_administrator_is_cleared_for_nothing(town: Town) -> None:
    assert town.refused(proposed(ADMIN, town, read=("partners",)), HOM) == "user"
    assert town.refused(lent(town, ADMIN, read=("partners",)), HOM) == "user"
    assert town.reads(ADMIN) == {"public"}


# -- the first accounts -----------------------------------------------------------------------


def test_the_mission_is_founded_when_two_who_may_grant_have_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("eirene.people.people.hash_of", lambda password: f"hash of {password}")
    town = Town(monkeypatch)
    for user, (role, organisation) in ROLES.items():
        town.people.make(user, role, organisation, password=RIGHT)
    for user in (HOM, HOM, NGO, SECTOR, ADMIN):
        assert isinstance(town.try_in(user), str)
        assert town.people.founding.open
    town.people = town.started()  # who came is remembered
    assert isinstance(town.try_in(CMCOORD), str)
    assert not town.people.founding.open
    account, _ = town.people.make("late", "joc-duty-officer", "mission", password=RIGHT)
    assert account.compartments == ("public",)
    again = town.started()
    assert not again.founding.open
    assert set(again.account("late").compartments) == {"public"}


def test_accounts_of_older_nodes_keep_what_they_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eirene.people.people.hash_of", lambda password: f"hash of {password}")
    town = Town(monkeypatch)
    for user, (role, organisation) in ROLES.items():
        town.people.make(user, role, organisation, password=RIGHT)
    town.people.end(MEDIC)
    cookie = town.try_in(SECTOR)
    before = town.people.accounts()
    town.ledger.entries.clear()  # as if the node had been made before there were acts
    stored = town.vault.get("account", MEDIC)
    assert stored is not None
    again = town.started()
    assert isinstance(cookie, str)
    assert again.pass_of_session(cookie) is not None
    assert [a.compartments for a in again.accounts() if a.user != MEDIC] == [
        a.compartments for a in before if a.user != MEDIC
    ]
    assert not again.founding.open


# -- organisations and invitations ---------------------------------------------------------------


def test_an_organisation_gets_a_compartment_of_its_own(town: Town) -> None:
    town.act(OrganisationAct(code="green-lamp", form="org"), CMCOORD)
    assert "org-green-lamp" in town.token(CMCOORD).reader.may_grant
    assert town.refused(OrganisationAct(code="Green-Lamp", form="org"), CMCOORD) == "code"


@pytest.mark.parametrize(
    ("by", "act", "field"),
    [
        (NGO, OrganisationAct(code="x1", form="org"), "form"),
        (HOM, OrganisationAct(code="x1", form="org"), "form"),
        (CMCOORD, OrganisationAct(code="x1", form="capital"), "form"),
        (CMCOORD, OrganisationAct(code="x1"), "form"),
        (CMCOORD, OrganisationAct(code="a b", form="org"), "organisation"),
        (CMCOORD, OrganisationAct(code="XXX", form="org"), "organisation"),
    ],
)
def test_organisations_that_are_not_made(
    town: Town, by: str, act: OrganisationAct, field: str
) -> None:
    assert town.refused(act, by) == field


# -- the fold -------------------------------------------------------------------------------------


def test_acts_in_any_order_with_repeats_give_one_register(town: Town) -> None:
    made_by_admin(town)
    town.given("new", HOM, HOM2, read=("police",))
    town.act(lent(town, SECTOR, read=("local",)), JOC)
    town.act(ClearanceAct(step="narrowed", user=SECTOR, read=("command",)), HOM)
    town.act(SuspensionAct(step="suspended", account=NGO), CMCOORD)
    wanted = town.people.accounts()
    for seed in range(5):
        again = town.started(load=False)
        entries = [*town.ledger.entries, *town.ledger.entries[:5]]
        random.Random(seed).shuffle(entries)
        for at in range(0, len(entries), 3):
            again.acts.take(entries[at : at + 3])
        assert again.accounts() == wanted
        again.close()


def test_an_act_that_may_not_be_does_not_count_although_it_is_in_the_log(town: Town) -> None:
    forged = [
        (HOM, proposed(HOM, town, read=("sources",))),
        ("", AccountAct(step="made", user="p", organisation="mission", read=("command",))),
        ("", AccountAct(step="made", user="p", organisation="mission", founding=True)),
        (SECTOR, proposed(SECTOR, town, read=("police",))),
        (NGO, ViewedAct(step="began", audience="command")),
    ]
    before = town.people.accounts()
    for by, act in forged:
        bodies = town.bodies_of(act, by)
        town.people.acts.take(town.ledger(bodies))
    assert town.people.accounts() == before


def test_no_reader_ever_holds_the_compartments_of_the_node_itself(town: Town) -> None:
    with pytest.raises(InvalidQuery):
        town.people.make("x", "analyst", "mission", password=RIGHT, compartments=("people",))
    for account in town.people.accounts():
        assert not INTERNAL.intersection(
            account.compartments, account.may_file, account.may_decide, account.may_grant
        )
    with pytest.raises((NotAllowed, InvalidQuery)):
        town.act(proposed(SECTOR, town, read=("configuration",)), HOM)


def test_acts_survive_as_bytes(town: Town) -> None:
    for opened in town.ledger.entries:
        assert opened.body is not None
        assert act_in(opened.body) is not None
