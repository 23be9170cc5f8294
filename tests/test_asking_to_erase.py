"""Who may ask to erase an organisation, who may not, and what of others' acts goes on counting."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eirene.errors import InvalidQuery
from eirene.people.erasing import WAITS_MOST, asked_by
from eirene.people.register import Done
from eirene.reports.acts.erasure import ErasureAct
from eirene.reports.acts.organisation import OrganisationAct
from eirene.reports.acts.suspension import SuspensionAct
from town import RIGHT, Town

FOCAL, SECOND_FOCAL, CMCOORD, HOM, HOM2 = "amina", "bakari", "cmcoord", "hom", "hom-2"
ADMIN, JOC, OTHER = "admin", "joc", "lamp-head"
ROLES = {
    HOM: ("head-of-mission", "mission"),
    HOM2: ("head-of-mission", "mission"),
    JOC: ("joc-duty-officer", "mission"),
    CMCOORD: ("cmcoord-officer", "ocha"),
    FOCAL: ("ngo-focal-point", "amber"),
    SECOND_FOCAL: ("ngo-focal-point", "amber"),
    OTHER: ("ngo-focal-point", "lamp"),
    ADMIN: ("administrator", "mission"),
}


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr("eirene.people.people.hash_of", lambda password: f"hash of {password}")
    made = Town(monkeypatch)
    for user, (role, organisation) in ROLES.items():
        made.people.make(user, role, organisation, password=RIGHT)
    made.people.founding.found(HOM, HOM2, "ceremony")
    yield made
    made.people.close()


def asking(session: str = "", code: str = "amber") -> ErasureAct:
    return ErasureAct(step="asked", organisation=code, session=session)


ERASED = ErasureAct(step="erased", organisation="amber", compartment="org-amber")


def on_whose_word(town: Town) -> tuple[str, ...] | None:
    done = Done(id=b"", by="", at=town.clock(), act=ERASED)
    return asked_by(town.people.acts.register, "amber", done)


def test_its_own_focal_point_needs_nobody_else(town: Town) -> None:
    assert on_whose_word(town) is None
    assert town.refused(ERASED, "") == "organisation"
    town.act(asking(), FOCAL)
    assert on_whose_word(town) == ()
    town.act(ERASED, "")
    assert town.people.acts.register.organisation("amber") is None
    assert town.people.acts.register.account(FOCAL) is None
    assert town.try_in(FOCAL) is town.try_in("never-was")


def test_without_him_it_takes_two_people_in_two_sessions(town: Town) -> None:
    town.act(asking("s1"), CMCOORD)
    assert on_whose_word(town) is None
    assert town.refused(ERASED, "") == "organisation"
    assert town.refused(asking("s2"), CMCOORD) == "as"
    assert town.refused(asking("s1"), HOM) == "as"
    town.act(asking("s2"), HOM)
    assert on_whose_word(town) == (CMCOORD, HOM)
    town.act(ERASED, "")


@pytest.mark.parametrize("by", [ADMIN, JOC, OTHER, "nobody", ""])
def test_who_does_not_answer_for_it_may_not_ask(town: Town, by: str) -> None:
    assert town.refused(asking(), by) == "as"
    assert on_whose_word(town) is None


@pytest.mark.parametrize("by", [FOCAL, HOM, ADMIN])
def test_nobody_but_the_node_itself_erases(town: Town, by: str) -> None:
    town.act(asking(), FOCAL)
    town.refused(ERASED, by)
    assert town.people.acts.register.organisation("amber") is not None


def test_who_asked_first_does_not_wait_for_ever(town: Town) -> None:
    town.act(asking("s1"), CMCOORD)
    town.clock.forward(days=WAITS_MOST.days)
    town.act(asking("s2"), HOM)
    assert on_whose_word(town) is None
    town.act(asking("s3"), CMCOORD)
    assert on_whose_word(town) == (CMCOORD, HOM)


def test_the_word_of_somebody_who_lost_his_right_is_worth_nothing(town: Town) -> None:
    town.act(asking("s1"), CMCOORD)
    town.act(SuspensionAct(step="suspended", account=CMCOORD), ADMIN)
    town.act(asking("s2"), HOM)
    assert on_whose_word(town) is None


def test_a_focal_point_who_is_suspended_or_whose_password_was_set_does_not_ask(town: Town) -> None:
    town.people.reset(FOCAL, RIGHT, by=ADMIN)
    assert town.refused(asking(), FOCAL) == "as"
    town.act(SuspensionAct(step="suspended", account=SECOND_FOCAL), ADMIN)
    assert town.refused(asking(), SECOND_FOCAL) == "as"


def test_the_organisation_that_runs_the_node_is_not_erased(town: Town) -> None:
    assert town.refused(asking(code="Mission"), HOM) == "organisation"
    assert town.refused(asking(code="nobody"), HOM) == "organisation"


def test_codes_and_names_are_not_given_again(town: Town) -> None:
    town.act(asking(), FOCAL)
    town.act(ERASED, "")
    town.people.forget("amber")
    made = OrganisationAct(code="Amber", form="org")
    assert town.refused(made, CMCOORD) == "code"
    for user in (FOCAL, FOCAL.upper()):
        with pytest.raises(InvalidQuery, match="there was one"):
            town.people.make(user, "joc-duty-officer", "mission", password=RIGHT)
    assert not [key for key in town.vault.kept if FOCAL in key[1]]
    assert all(FOCAL.encode() not in value for value in town.vault.kept.values())


def test_a_receipt_is_for_what_was_erased_and_from_somebody_in_force(town: Town) -> None:
    receipt = ErasureAct(step="receipted", organisation="amber", copy="3f9ac210")
    assert town.refused(receipt, HOM) == "organisation"
    town.act(asking(), FOCAL)
    town.act(ERASED, "")
    assert town.refused(receipt, FOCAL) == "organisation"
    for by in (HOM, ADMIN, ""):
        town.act(receipt, by)


def test_what_its_people_gave_to_others_goes_on_counting(town: Town) -> None:
    town.given(JOC, CMCOORD, HOM, read=frozenset({"org-lamp"}))
    assert "org-lamp" in town.reads(JOC)
    acts = town.people.acts
    upheld, void = acts.depending("ocha")
    assert upheld
    kept = [one for one in town.ledger.entries if one.body and one.body.owner != "ocha"]
    assert len(kept) < len(town.ledger.entries)
    acts.renew(kept)
    assert "org-lamp" not in town.reads(JOC)
    acts.uphold(upheld, void)
    acts.renew(kept)
    assert "org-lamp" in town.reads(JOC)
    assert town.people.acts.register.account(CMCOORD) is None


def test_what_did_not_count_while_it_was_there_does_not_count_afterwards(town: Town) -> None:
    acts = town.people.acts
    acts.act(SuspensionAct(step="suspended", account=FOCAL), CMCOORD, about=FOCAL, owner="ocha")
    forged = town.bodies_of(SuspensionAct(step="suspended", account=SECOND_FOCAL), FOCAL)
    acts.take(town.ledger(forged))
    assert town.people.account(SECOND_FOCAL).suspended is None
    upheld, void = acts.depending("ocha")
    assert void == (forged[0].id,)
    kept = [one for one in town.ledger.entries if one.body and one.body.owner != "ocha"]
    acts.renew(kept)
    assert acts.register.account(SECOND_FOCAL).suspended is not None  # pyright: ignore[reportOptionalMemberAccess]
    acts.uphold(upheld, void)
    acts.renew(kept)
    assert acts.register.account(SECOND_FOCAL).suspended is None  # pyright: ignore[reportOptionalMemberAccess]
