"""Decisions: what each audience gets, on whose word, when, and why."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import T0, a_body
from eirene.release.configuration import Agreement, Configuration, default, whole
from eirene.release.deciding import Decision, Held, decisions, slot_after, tlp_most
from eirene.release.rules import COMPARTMENTS, Rule
from eirene.release.sources import Crowd, Settlement, crowd_of, too_few
from eirene.reports.envelope import Body, Coarse, content_of
from eirene.times import Span

MATRIX = list(csv.DictReader((Path(__file__).parent / "golden" / "release-matrix.csv").open()))
NOW = T0 + timedelta(days=30)
MANY = Held(
    audiences=frozenset({"org-lamp", "org-bell", "party-a", "party-b", "capital-x", "capital-y"}),
    crowd=lambda rule, audience: Crowd(people=5000, sites=9, organisations=9),
)
ALLEGED = {"actors": [{"role": "alleged-perpetrator", "actor_class": "host-state-forces"}]}


def decided(
    body: Body, configuration: Configuration | None = None, held: Held = MANY, now: datetime = NOW
) -> dict[str, Decision]:
    found = decisions(body, content_of(body), configuration or default(), now, held)
    assert len({one.audience for one in found}) == len(found)
    return {one.audience: one for one in found}


def a_report(
    kind: str, compartment: str, content: dict[str, Any] | None = None, **more: Any
) -> Body:
    return a_body(kind=f"{kind}/1", compartment=compartment, content=content or {}, **more)


OF_CLASS: dict[str, tuple[str, dict[str, Any]]] = {
    "source-or-caller-identity": ("source", {}),
    "civil-society-members": ("organisation", {"type": "civil-society"}),
    "protected-referral": ("referral", {}),
    "informant-alert": ("alert", {"threat": "possible"}),
    "incident-verified": ("incident", {"state": "verified"}),
    "incident-host-forces-alleged": ("incident", ALLEGED),
    "report-from-organisation": ("alert", {"threat": "possible"}),
    "humanitarian-notification": ("notification", {"parties": ["a"]}),
    "notification-acknowledgement": (
        "acknowledgement",
        {"party": "a", "organisation_code": "lamp"},
    ),
    "ngo-presence": ("activity", {}),
    "patrol-plan-or-own-position": ("patrol", {"unit_contributor": "x"}),
    "casevac": ("casevac", {"organisation_code": "lamp", "contributor": "x"}),
    "hazard": ("hazard", {"type": "mine"}),
    "assessment": ("assessment", {}),
    "readiness": ("readiness", {"contributor": "x"}),
}
STANDS_FOR = {
    "org-*": "org-lamp",
    "party-*": "party-a",
    "capital-*": "capital-x",
    "*": "host-state",
}


@pytest.mark.parametrize(
    "row", MATRIX, ids=lambda row: f"{row['data']}-{row['origin']}-{row['to']}"
)
def test_each_row_of_the_matrix_decides_as_it_says(row: dict[str, str]) -> None:
    kind, content = OF_CLASS[row["data"]]
    origin = STANDS_FOR.get(row["origin"], row["origin"])
    body = a_report(kind, origin, content, tlp="CLEAR", occurred=Span(T0, T0, "second"))
    found = decided(body)[STANDS_FOR.get(row["to"], row["to"])]
    assert found.outcome == {"none": "nothing"}.get(row["mode"], row["mode"])
    assert found.mode == row["mode"]
    assert found.rule == f"{row['data']}:{row['origin']}:{row['to']}"
    assert found.data == row["data"]
    assert found.sentence.endswith(f"Rule {found.rule}.") and "{" not in found.sentence


@pytest.mark.parametrize("data", OF_CLASS)
def test_what_no_row_names_gets_nothing(data: str) -> None:
    kind, content = OF_CLASS[data]
    for compartment in (*COMPARTMENTS, "org-lamp", "party-a", "capital-x"):
        body = a_report(kind, compartment, content, tlp="CLEAR")
        for audience, found in decided(body).items():
            if found.gives:
                rule = default().rule(found.rule)
                assert rule is not None and rule.gives and rule.data == found.data
                origin = {STANDS_FOR.get(rule.origin, rule.origin), rule.origin}
                assert compartment in origin
                assert audience == rule.to or rule.to.endswith("*")


def test_a_report_is_not_released_to_where_it_stands() -> None:
    assert "mission" not in decided(a_report("hazard", "mission"))


def test_an_act_and_a_kind_without_a_class_give_nothing_to_anybody() -> None:
    for body in (a_report("act.release", "mission"), a_report("note", "mission")):
        found = decided(body)
        assert {one.outcome for one in found.values()} == {"nothing"}
        assert "No class of data" in found["partners"].sentence


# --- bindings -----------------------------------------------------------------


def test_a_star_stands_only_for_those_whom_the_report_names() -> None:
    found = decided(a_report("notification", "humanitarian", {"parties": ["a"]}))
    assert found["party-a"].outcome == "one-person"
    assert found["party-b"].outcome == "bound"
    assert "does not name party-b" in found["party-b"].sentence
    nobody = decided(a_report("notification", "humanitarian"))
    assert nobody["party-a"].outcome == "bound"


@pytest.mark.parametrize(
    ("kind", "origin", "content", "audience", "other"),
    [
        ("readiness", "command", {"contributor": "x"}, "capital-x", "capital-y"),
        ("casevac", "medical", {"contributor": "x"}, "capital-x", "capital-y"),
        ("casevac", "medical", {"organisation_code": "lamp"}, "org-lamp", "org-bell"),
        ("patrol", "command", {"unit_contributor": "x"}, "capital-x", "capital-y"),
        ("unit", "command", {"contributor": "x"}, "capital-x", "capital-y"),
    ],
)
def test_each_binding_reads_its_field(
    kind: str, origin: str, content: dict[str, Any], audience: str, other: str
) -> None:
    found = decided(a_report(kind, origin, content))
    assert found[audience].gives
    assert found[other].outcome == "bound"
    assert not any(
        one.gives
        for name, one in decided(a_report(kind, origin)).items()
        if name in (audience, other)
    )


def test_an_answer_counts_only_from_the_party_that_it_names() -> None:
    own = decided(a_report("acknowledgement", "party-a", {"party": "a"}))
    foreign = decided(a_report("acknowledgement", "party-b", {"party": "a"}))
    assert own["humanitarian"].outcome == "automatic"
    assert foreign["humanitarian"].outcome == "bound"


# --- markings -----------------------------------------------------------------


def test_red_never_leaves_its_compartment() -> None:
    found = decided(a_report("hazard", "mission", tlp="RED"))
    assert not any(one.gives for one in found.values())
    assert found["partners"].outcome == "capped"


def test_strict_stays_in_its_organisation() -> None:
    found = decided(a_report("alert", "command", {"threat": "past"}, tlp="AMBER+STRICT"))
    assert found["police"].outcome == found["mission"].outcome == "automatic"
    for audience in ("partners", "humanitarian", "local", "host-state"):
        assert found[audience].outcome == "capped"
    lamp = decided(a_report("activity", "org-lamp", tlp="AMBER+STRICT", owner="lamp"))
    assert not any(one.gives for one in lamp.values())


@pytest.mark.parametrize("tlp", ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"])
@pytest.mark.parametrize("origin", ["mission", "org-lamp"])
def test_what_is_told_of_tlp_is_what_is_decided(origin: str, tlp: str) -> None:
    order = ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]
    body = a_report("hazard", origin, tlp=tlp, classification="unclassified")
    for audience, one in decided(body).items():
        most = tlp_most(origin, audience, default().own)
        fits = order.index(tlp) <= order.index(most)
        assert fits or not one.gives, audience
        assert not fits or one.outcome != "capped", audience


@pytest.mark.parametrize(
    ("tlp", "classification", "outcome"),
    [
        ("CLEAR", "unclassified", "automatic"),
        ("GREEN", "unclassified", "capped"),
        ("CLEAR", "confidential", "capped"),
        ("AMBER", "strictly-confidential", "capped"),
    ],
)
def test_only_what_is_clear_and_unclassified_reaches_the_public(
    tlp: str, classification: str, outcome: str
) -> None:
    body = a_report("hazard", "mission", tlp=tlp, classification=classification)
    assert decided(body)["public"].outcome == outcome


# --- time ---------------------------------------------------------------------


def test_a_delay_counts_from_the_end_of_the_event() -> None:
    body = a_report(
        "incident", "mission", {"state": "verified"}, tlp="CLEAR", occurred=Span(T0, T0, "second")
    )
    due = T0 + timedelta(hours=72)
    early = decided(body, now=due - timedelta(seconds=1))["public"]
    assert (early.outcome, early.due, early.mode) == ("waits-delay", due, "one-person")
    assert decided(body, now=due)["public"].outcome == "one-person"


def test_without_a_time_of_its_own_a_delay_counts_from_the_filing() -> None:
    body = a_report("patrol", "command", {"unit_contributor": "x"}, occurred=None, filed=T0)
    assert decided(body, now=T0)["capital-x"].due == T0 + timedelta(hours=24)


@pytest.mark.parametrize(
    ("threat", "audience", "minutes"),
    [("imminent", "mission", 2), ("under-way", "local", 2), ("possible", "mission", 15)],
)
def test_imminent_alerts_wait_for_two_minutes_others_for_fifteen(
    threat: str, audience: str, minutes: int
) -> None:
    now = datetime(2026, 11, 25, 14, 31, 20, tzinfo=UTC)
    found = decided(a_report("alert", "command", {"threat": threat}), now=now)[audience]
    assert found.due == slot_after(now, minutes)


def test_the_public_waits_for_the_slot_of_the_day() -> None:
    body = a_report("hazard", "mission", tlp="CLEAR")
    assert decided(body, now=T0)["public"].due == datetime(2026, 11, 26, tzinfo=UTC)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 10_080),
)
def test_slots_are_the_same_for_everybody(now: datetime, minutes: int) -> None:
    slot = slot_after(now, minutes)
    length = timedelta(minutes=minutes)
    assert now < slot <= now + length
    assert slot_after(slot - timedelta(microseconds=1), minutes) == slot
    assert slot_after(slot, minutes) == slot + length


# --- leases and conditions ----------------------------------------------------


def a_rule(**changes: Any) -> Rule:
    values: dict[str, Any] = {
        "data": "hazard",
        "origin": "mission",
        "to": "partners",
        "mode": "automatic",
        "place": "exact",
        "time": "day",
        "counts": "exact",
        "passes": ("code", "hazard"),
    }
    return Rule(**values | changes)


def test_past_its_end_an_agreement_gives_nothing_and_says_why() -> None:
    lease = Agreement(id="a1", to=("partners",), data=("hazard",), purpose="roads", until=NOW)
    made = whole(Configuration(rules=(a_rule(agreement="a1"),), agreements=(lease,)))
    body = a_report("hazard", "mission")
    before = decided(body, made, now=NOW - timedelta(seconds=1))["partners"]
    assert (before.outcome, before.until) == ("automatic", NOW)
    after = decided(body, made, now=NOW)["partners"]
    assert after.outcome == "nothing" and "agreement a1" in after.sentence


def test_the_first_rule_whose_condition_holds_decides() -> None:
    made = whole(
        Configuration(
            rules=(
                a_rule(id="mines", condition="type = 'mine'", mode="one-person"),
                a_rule(id="others"),
            )
        )
    )
    assert (
        decided(a_report("hazard", "mission", {"type": "mine"}), made)["partners"].rule == "mines"
    )
    assert (
        decided(a_report("hazard", "mission", {"type": "fire"}), made)["partners"].rule == "others"
    )


def test_never_comes_before_a_rule_that_stands_earlier() -> None:
    made = whole(
        Configuration(
            rules=(a_rule(), Rule(id="no", data="hazard", origin="*", to="*", mode="never"))
        )
    )
    assert decided(a_report("hazard", "mission"), made)["partners"].outcome == "never"


# --- versions -----------------------------------------------------------------


def a_version(onward: str, came: tuple[tuple[str, str], ...] = ()) -> tuple[Body, Held]:
    body = a_report(
        "alert", "command", {"threat": "past"}, coarse=Coarse("exact", "minute", "exact")
    )
    return body, msgspec.structs.replace(MANY, onward=onward, came=came)


def test_a_version_is_the_end_of_the_way() -> None:
    body, held = a_version("")
    found = decided(body, held=held)
    assert {one.outcome for one in found.values()} == {"nothing"}
    assert "end of the way" in found["partners"].sentence


def test_a_version_travels_on_under_the_class_that_its_rule_names() -> None:
    body, held = a_version("informant-alert", (("report-from-organisation", "org-lamp"),))
    found = decided(body, held=held)
    assert found["police"].outcome == found["partners"].outcome == "automatic"
    assert found["host-state"].outcome == "one-person"


def test_never_follows_a_version_wherever_it_came() -> None:
    body, held = a_version("informant-alert", (("humanitarian-notification", "humanitarian"),))
    found = decided(body, held=held)
    for audience in ("mission", "analysis", "police", "host-state", "public"):
        assert found[audience].outcome == "never"
    assert found["partners"].gives


# --- the source threshold -----------------------------------------------------


def an_alert() -> Body:
    return a_report("alert", "command", {"threat": "past"})


@pytest.mark.parametrize(
    ("crowd", "outcome"),
    [
        (Crowd(people=4, sites=9, organisations=9), "source-threshold"),
        (Crowd(people=5, sites=0, organisations=0), "automatic"),
        (Crowd(people=None, sites=9, organisations=9), "source-threshold"),
        (None, "source-threshold"),
    ],
)
def test_under_k_or_unknown_one_person_decides(crowd: Crowd | None, outcome: str) -> None:
    held = msgspec.structs.replace(MANY, crowd=lambda rule, audience: crowd)
    found = decided(an_alert(), held=held)
    assert found["partners"].outcome == found["local"].outcome == outcome
    assert found["police"].outcome == found["mission"].outcome == "automatic"


def test_without_figures_a_person_decides() -> None:
    assert decided(an_alert(), held=Held())["partners"].outcome == "source-threshold"
    assert decided(a_report("hazard", "mission"), held=Held())["partners"].outcome == "automatic"


def test_what_an_organisation_told_is_counted_in_organisations() -> None:
    few = Crowd(people=5000, sites=9, organisations=2)
    body, held = a_version("informant-alert", (("report-from-organisation", "org-lamp"),))
    held = msgspec.structs.replace(held, crowd=lambda rule, audience: few)
    assert decided(body, held=held)["partners"].outcome == "source-threshold"


def test_a_mission_may_raise_k() -> None:
    crowd = Crowd(people=20, sites=0, organisations=0)
    held = msgspec.structs.replace(MANY, crowd=lambda rule, audience: crowd)
    strict = msgspec.structs.replace(default(), k=21)
    assert decided(an_alert(), held=held)["partners"].outcome == "automatic"
    assert decided(an_alert(), strict, held=held)["partners"].outcome == "source-threshold"


settlements = st.lists(
    st.builds(
        Settlement,
        id=st.sampled_from("abcdef"),
        people=st.one_of(st.none(), st.integers(0, 500)),
        sites=st.integers(0, 3),
        organisations=st.frozensets(st.sampled_from(("lamp", "bell"))),
    ),
    unique_by=lambda one: one.id,
)
fits = st.frozensets(st.sampled_from("abcdef"))


@given(settlements, st.lists(fits, max_size=3), fits)
def test_holding_more_never_makes_the_crowd_larger(
    there: list[Settlement], held: list[frozenset[str]], more: frozenset[str]
) -> None:
    before, after = crowd_of(there, held), crowd_of(there, [*held, more])
    assert (after.people or 0) <= (before.people or 0)
    assert after.sites <= before.sites and after.organisations <= before.organisations
    for of_organisation in (False, True):
        assert too_few(before, 5, of_organisation=of_organisation) <= too_few(
            after, 5, of_organisation=of_organisation
        )


def test_a_share_of_the_people_is_a_smaller_crowd() -> None:
    there = [Settlement(id="a", people=40)]
    assert crowd_of(there).people == 40
    assert crowd_of(there, present=0.5, share=0.1).people == 2
    assert crowd_of(there, [frozenset("b")]).people is None
