"""The default rules against the matrix, reading and writing rules, and classes of data."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eirene.errors import InvalidRules
from eirene.release.classes import HOST_FORCES, data_class
from eirene.release.configuration import (
    Agreement,
    Configuration,
    Enforcement,
    Slots,
    audiences,
    default,
    from_toml,
    to_toml,
    whole,
)
from eirene.release.rules import (
    CLASSES,
    COMPARTMENTS,
    MODES,
    TIMES,
    Rule,
    matches,
    overlap,
    within,
)
from eirene.reports.kinds import GROUPS
from eirene.reports.words import table

MATRIX = list(csv.DictReader((Path(__file__).parent / "golden" / "release-matrix.csv").open()))
T0 = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)


# --- the default --------------------------------------------------------------


def test_the_default_has_a_rule_for_each_row_and_no_other() -> None:
    assert len(default().rules) == len(MATRIX) == 64


@pytest.mark.parametrize("at", range(len(MATRIX)), ids=lambda at: f"row-{at + 2}")
def test_each_default_rule_says_what_its_row_says(at: int) -> None:
    rule, row = default().rules[at], MATRIX[at]
    for column in ("data", "origin", "to", "mode", "binding", "delay", "place", "time", "note"):
        assert getattr(rule, column) == row[column], column
    assert rule.counts == (row["counts"] or "none")
    assert list(rule.passes) == row["passes"].split()
    assert rule.onward == row["onward"]
    assert rule.condition == rule.agreement == ""


def test_the_default_has_the_threshold_and_the_slots_that_are_promised() -> None:
    assert default().k == 5
    assert default().slots == Slots(imminent_min=2, other_min=15, public_min=1440)


def test_every_class_of_the_matrix_is_listed_and_has_words() -> None:
    assert tuple(dict.fromkeys(row["data"] for row in MATRIX)) == CLASSES
    assert all(f"data.{name}" in table() for name in CLASSES)


def test_a_rule_is_found_by_its_name() -> None:
    rule = default().rule("hazard:mission:public")
    assert rule is not None and rule.passes == ("code", "hazard")
    assert default().rule("hazard:mission:nowhere") is None


# --- reading and writing ------------------------------------------------------

GOOD = """
[[rule]]
data = "hazard"
origin = "mission"
to = "partners"
mode = "automatic"
place = "exact"
time = "day"
counts = "exact"
passes = ["code", "hazard"]
"""


@pytest.mark.parametrize(
    ("change", "field", "remedy"),
    [
        (('data = "hazard"', 'data = "hazards"'), "rule 1.data", "hazard"),
        (('to = "partners"', 'to = "part ners"'), "rule 1.to", "org-*"),
        (('to = "partners"', 'to = "*-partners"'), "rule 1.to", "org-*"),
        (('mode = "automatic"', 'mode = "auto"'), "rule 1.mode", "automatic"),
        (('place = "exact"', 'place = "admin-9"'), "rule 1.place", "admin-3"),
        (('place = "exact"', ""), "rule 1.place", "cell-10km"),
        (('time = "day"', 'time = "days"'), "rule 1.time", "6-hours"),
        (('counts = "exact"', 'counts = "rough"'), "rule 1.counts", "banded"),
        (('"code", "hazard"', '"code", "hazzard"'), "rule 1.passes", "hazard"),
        (('passes = ["code", "hazard"]', "passes = []"), "rule 1.passes", "none"),
        (('mode = "automatic"', 'mode = "never"'), "rule 1.passes", "Leave"),
        (('counts = "exact"', 'onward = "elsewhere"'), "rule 1.onward", "last"),
        (('counts = "exact"', 'delay = "soon"'), "rule 1.delay", "72h"),
        (('counts = "exact"', 'binding = "whoever"'), "rule 1.binding", "parties"),
        (('counts = "exact"', 'binding = "parties"'), "rule 1.binding", "party-*"),
        (('to = "partners"', 'to = "*"'), "rule 1.to", "org-*"),
        (('to = "partners"', 'to = "host-*"'), "rule 1.to", "org-*"),
        (('to = "partners"', 'to = "people"'), "rule 1.to", "Leave"),
        (
            ('to = "partners"', 'to = "party-*"\nbinding = "organisation"'),
            "rule 1.binding",
            "org-*",
        ),
        (('counts = "exact"', 'condition = "kiled > 1"'), "rule 1.condition", "rules.md"),
        (('counts = "exact"', 'condition = "killed >"'), "rule 1.condition", "killed >= 3"),
        (('counts = "exact"', 'agreement = "a1"'), "hazard:mission:partners.agreement", "[[agr"),
        (('mode = "automatic"', 'mdoe = "automatic"'), "rules 1", "mode"),
        (('mode = "automatic"', ""), "rules 1", "Add mode"),
        (("[[rule]]", "[[rules]]"), "configuration", "rule"),
        (("[[rule]]", "k = 0\n[[rule]]"), "k", "1 to 1000"),
        (("[[rule]]", "[slots]\nother_min = 0\n[[rule]]"), "slots.other_min", "15"),
        (("[[rule]]", "[[rule"), "configuration", "Mend"),
    ],
)
def test_what_is_not_understood_is_one_error_with_field_and_remedy(
    change: tuple[str, str], field: str, remedy: str
) -> None:
    assert change[0] in GOOD
    with pytest.raises(InvalidRules) as caught:
        from_toml(GOOD.replace(*change))
    assert caught.value.field == field
    assert remedy in (caught.value.remedy or "")


def test_two_rules_of_one_name_are_refused_until_one_has_its_own() -> None:
    with pytest.raises(InvalidRules, match="2 of them are called"):
        from_toml(GOOD + GOOD)
    assert len(from_toml(GOOD + GOOD.replace("[[rule]]", '[[rule]]\nid = "second"')).rules) == 2


def test_never_takes_no_condition_that_could_keep_it_from_holding() -> None:
    text = '[[rule]]\ndata = "hazard"\norigin = "mission"\nto = "public"\nmode = "never"\n'
    assert from_toml(text).rules[0].mode == "never"
    with pytest.raises(InvalidRules, match="never holds always"):
        from_toml(text + "condition = \"type = 'mine'\"\n")


names = st.from_regex(r"[a-z]{1,8}(-[a-z]{1,8})?", fullmatch=True)
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
rules = st.builds(
    Rule,
    id=st.uuids().map(str),
    data=st.sampled_from(CLASSES),
    origin=st.one_of(st.sampled_from(COMPARTMENTS), st.just("org-*")),
    to=st.one_of(names, st.just("party-*")),
    mode=st.sampled_from(MODES[2:]),
    delay=st.sampled_from(("", "72h", "3d")),
    place=st.sampled_from(("exact", "corridor", "admin-2", "cell-25km")),
    time=st.sampled_from(TIMES),
    counts=st.sampled_from(("exact", "banded", "none")),
    passes=st.lists(st.sampled_from(GROUPS), min_size=1, unique=True).map(tuple),
    onward=st.sampled_from(("", "last", "hazard")),
    layer=st.sampled_from(("", "roads")),
    note=words,
)
agreements = st.builds(
    Agreement,
    id=st.uuids().map(str),
    to=st.just(("partners",)),
    data=st.just(("hazard",)),
    purpose=words.filter(str.strip),
    until=moments,
    since=st.one_of(st.none(), moments),
    note=words,
)


@given(
    st.builds(
        Configuration,
        title=words,
        rules=st.lists(rules, max_size=4, unique_by=lambda rule: rule.id).map(tuple),
        agreements=st.lists(agreements, max_size=2, unique_by=lambda one: one.id).map(tuple),
        k=st.integers(1, 1000),
    )
)
def test_a_configuration_that_is_written_and_read_is_the_same(made: Configuration) -> None:
    assert from_toml(to_toml(made)) == made


# --- names --------------------------------------------------------------------

patterns = st.sampled_from(("*", "org-*", "party-*", "org-a", "org-b", "party-a", "partners"))
plain = st.sampled_from(("org-a", "org-b", "party-a", "partners", "org-", "organ"))


@given(patterns, patterns, plain)
def test_patterns_overlap_and_hold_each_other_as_their_compartments_do(
    a: str, b: str, name: str
) -> None:
    if matches(a, name) and matches(b, name):
        assert overlap(a, b) and overlap(b, a)
    if within(a, b) and matches(a, name):
        assert matches(b, name)
    assert within(a, a)


def test_audiences_are_the_default_set_and_those_that_are_there() -> None:
    found = audiences(default(), frozenset({"org-lamp", "party-a", "people", "configuration"}))
    assert found == [*COMPARTMENTS, "org-lamp", "party-a"]


# --- leases and enforcement ---------------------------------------------------


def leased(**more: Any) -> Configuration:
    rule = from_toml(GOOD).rules[0]
    lease = Agreement(
        id="a1", to=("partners",), data=("hazard",), purpose="clearing roads", until=T0
    )
    rule = msgspec.structs.replace(rule, agreement="a1", layer="roads")
    return whole(Configuration(rules=(rule,), agreements=(lease,), **more))


def test_a_rule_holds_until_its_agreement_ends_and_not_at_that_moment() -> None:
    made = leased()
    second = timedelta(seconds=1)
    assert made.in_force(T0 - second).rules == made.rules
    assert made.in_force(T0).rules == ()
    assert made.until(made.rules[0]) == T0
    assert made.changes_after(T0 - second) == T0
    assert made.changes_after(T0) is None


def test_an_agreement_that_has_not_begun_opens_nothing() -> None:
    made = leased()
    later = msgspec.structs.replace(made.agreements[0], since=T0 - timedelta(hours=1))
    made = msgspec.structs.replace(made, agreements=(later,))
    assert made.in_force(T0 - timedelta(hours=2)).rules == ()
    assert made.changes_after(T0 - timedelta(hours=2)) == T0 - timedelta(hours=1)
    assert made.in_force(T0 - timedelta(minutes=1)).rules == made.rules


def test_an_enforcement_mark_closes_the_layers_that_it_names_at_once() -> None:
    marked = leased(enforcement=(Enforcement(id="op-1", layers=("roads",)),))
    before = T0 - timedelta(hours=1)
    assert marked.in_force(before).rules == ()
    assert marked.closed_by(marked.rules[0], before) == "enforcement op-1"


def test_an_enforcement_mark_names_layers_that_rules_have() -> None:
    with pytest.raises(InvalidRules) as caught:
        leased(enforcement=(Enforcement(id="op-1", layers=("road",)),))
    assert caught.value.remedy == "Did you mean 'roads'?"


def test_an_agreement_says_what_for_and_until_when_with_a_zone() -> None:
    made = leased()
    for change in ({"purpose": " "}, {"until": datetime(2026, 1, 1)}, {"data": ("hazards",)}):  # noqa: DTZ001
        lease = msgspec.structs.replace(made.agreements[0], **change)
        with pytest.raises(InvalidRules):
            whole(msgspec.structs.replace(made, agreements=(lease,)))


# --- classes ------------------------------------------------------------------

ALLEGED = {"actors": [{"role": "alleged-perpetrator", "actor_class": "host-state-forces"}]}


@pytest.mark.parametrize(
    ("kind", "content", "compartment", "expected"),
    [
        ("source", {}, "sources", "source-or-caller-identity"),
        ("referral", {}, "protected", "protected-referral"),
        ("alert", {}, "command", "informant-alert"),
        ("alert", {}, "org-lamp", "report-from-organisation"),
        ("incident", {"state": "verified"}, "mission", "incident-verified"),
        ("incident", {"state": "partly-verified"}, "mission", "incident-verified"),
        ("incident", {"state": "reported"}, "mission", None),
        ("incident", {"state": "refuted"}, "mission", None),
        ("incident", {}, "mission", None),
        ("incident", {"state": "reported"}, "org-lamp", "report-from-organisation"),
        ("notification", {}, "org-lamp", "humanitarian-notification"),
        ("notification", {"state": "draft"}, "org-lamp", None),
        ("notification", {}, "humanitarian", "humanitarian-notification"),
        ("acknowledgement", {}, "party-a", "notification-acknowledgement"),
        ("activity", {}, "org-lamp", "ngo-presence"),
        ("organisation", {"type": "national-ngo"}, "org-lamp", "ngo-presence"),
        ("organisation", {"type": "civil-society"}, "sources", "civil-society-members"),
        ("patrol", {}, "command", "patrol-plan-or-own-position"),
        ("unit", {}, "command", "patrol-plan-or-own-position"),
        ("movement", {"type": "convoy"}, "command", "patrol-plan-or-own-position"),
        ("movement", {"type": "people"}, "mission", None),
        ("casevac", {}, "medical", "casevac"),
        ("hazard", {}, "mission", "hazard"),
        ("assessment", {}, "analysis", "assessment"),
        ("readiness", {}, "command", "readiness"),
        ("note", {}, "mission", None),
        ("withdrawal", {}, "mission", None),
        ("site", {}, "mission", None),
        ("from-a-later-version", {"state": "verified"}, "mission", None),
    ],
)
def test_each_report_has_the_class_of_its_row_or_none(
    kind: str, content: dict[str, Any], compartment: str, expected: str | None
) -> None:
    assert data_class(f"{kind}/1", content, "mission", compartment) == expected
    assert data_class(kind, content, "lamp", compartment) == expected


@given(
    st.sampled_from((*COMPARTMENTS, "org-lamp", "party-a")),
    st.sampled_from(("reported", "verified", "closed")),
    st.text(max_size=5),
)
def test_host_forces_alleged_wins_wherever_it_was_filed(
    compartment: str, state: str, owner: str
) -> None:
    content = {"state": state, **ALLEGED}
    assert data_class("incident/1", content, owner, compartment) == HOST_FORCES
    alert = {"threat": "imminent", "alleged_class": "host-state-forces"}
    assert data_class("alert/1", alert, owner, compartment) == HOST_FORCES


@pytest.mark.parametrize(
    "actors",
    [
        [{"role": "victim", "actor_class": "host-state-forces"}],
        [{"role": "alleged-perpetrator", "actor_class": "armed-group"}],
        [{"role": "alleged-perpetrator"}],
        [],
        None,
        "host-state-forces",
        ["alleged-perpetrator"],
    ],
)
def test_only_an_alleged_perpetrator_of_host_state_forces_counts(actors: Any) -> None:
    content = {"state": "verified", "actors": actors}
    assert data_class("incident", content, "mission", "mission") == "incident-verified"


def test_host_forces_among_several_actors_are_found() -> None:
    actors = [{"role": "victim", "actor_class": "population-group"}, *ALLEGED["actors"]]
    assert data_class("incident", {"actors": actors}, "mission", "command") == HOST_FORCES
