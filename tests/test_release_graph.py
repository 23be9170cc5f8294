"""The rules as a graph, and what a change of rules widens: held against what decisions come to."""

from __future__ import annotations

import csv
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import T0, a_body
from eirene.people.roles import roles
from eirene.release.apart import apart, impossible
from eirene.release.coarsen import wider_places
from eirene.release.conditions import condition, values_of
from eirene.release.configuration import (
    Agreement,
    Configuration,
    Enforcement,
    Slots,
    default,
    whole,
)
from eirene.release.deciding import Held, decisions
from eirene.release.graph import findings
from eirene.release.measures import measure_words
from eirene.release.rules import COUNTS, LAST, TIMES, Rule
from eirene.release.sources import Crowd
from eirene.release.version import version_of
from eirene.release.widening import EVERYBODY, changes, widenings
from eirene.reports.envelope import Body, content_of
from eirene.reports.words import speaking
from release_world import LAND

MATRIX = list(csv.DictReader((Path(__file__).parent / "golden" / "release-matrix.csv").open()))
READERS = {
    role.name: frozenset(name.replace("-XXX", "-*") for name in role.compartments)
    for role in roles().values()
}
LATE = datetime(2027, 1, 1, tzinfo=UTC)
HELD = Held(crowd=lambda rule, audience: Crowd(people=99, sites=9, organisations=9))


def a_rule(data: str, origin: str, to: str, mode: str = "automatic", **changes: Any) -> Rule:
    gives = mode in ("automatic", "one-person", "two-people")
    values: dict[str, Any] = {"place": "exact", "time": "minute", "counts": "exact"}
    values["passes"] = ("code", "text")
    return Rule(data=data, origin=origin, to=to, mode=mode, **(values if gives else {}) | changes)


def of(*rules: Rule, **more: Any) -> Configuration:
    numbered = [
        rule if rule.id else msgspec.structs.replace(rule, id=f"r{at}")
        for at, rule in enumerate(rules, start=1)
    ]
    return whole(Configuration(rules=tuple(numbered), **more))


def with_default(*rules: Rule, **more: Any) -> Configuration:
    return whole(msgspec.structs.replace(default(), rules=(*default().rules, *rules), **more))


def refused(configuration: Configuration) -> list[str]:
    return [one.sentence for one in findings(configuration, T0, READERS) if one.refuses]


def names(configuration: Configuration) -> set[tuple[str, str]]:
    return {(one.name, one.rule) for one in findings(configuration, T0, READERS)}


# --- the default --------------------------------------------------------------


def test_nothing_is_found_in_the_default() -> None:
    assert findings(default(), T0, READERS) == []


# --- never --------------------------------------------------------------------


@pytest.mark.parametrize(
    "row", [row for row in MATRIX if row["mode"] == "never"], ids=lambda r: f"{r['data']}-{r['to']}"
)
def test_a_rule_against_a_never_of_the_matrix_is_refused(row: dict[str, str]) -> None:
    to = "host-state" if row["to"] == "*" else row["to"]
    against = a_rule(row["data"], row["origin"], to, id="against")
    assert any(
        "must never" in said and "against" in said for said in refused(with_default(against))
    )


def test_what_reaches_the_public_has_reached_everybody() -> None:
    made = of(
        a_rule("assessment", "analysis", "host-state", "never"),
        a_rule("assessment", "analysis", "public"),
    )
    assert "which everybody reads" in refused(made)[0]


def test_never_holds_over_a_way_of_several_rules() -> None:
    rules = (
        a_rule("humanitarian-notification", "humanitarian", "analysis", "never"),
        a_rule("humanitarian-notification", "humanitarian", "local", onward="hazard", id="a"),
        a_rule("hazard", "local", "host-state", onward="assessment", id="b"),
        a_rule("assessment", "host-state", "analysis", id="c"),
    )
    found = [one for one in findings(of(*rules), T0) if one.refuses]
    assert [one.path for one in found] == [("a", "b", "c")]
    assert "a → b → c" in found[0].sentence
    for end in ("", LAST):
        stopped = (*rules[:2], msgspec.structs.replace(rules[2], onward=end), rules[3])
        assert not refused(of(*stopped))


def test_nothing_reaches_analysis_from_humanitarian_by_way_of_partners() -> None:
    """Whoever reads analysis reads partners as well: no rule onward is needed."""
    made = with_default(a_rule("humanitarian-notification", "humanitarian", "partners", id="way"))
    said = refused(made)
    assert any("to analysis" in one and "everybody in analysis reads" in one for one in said)
    assert not any("to host-state" in one for one in said)


def test_ways_meet_in_stars_and_in_the_circle_nothing_hangs() -> None:
    made = of(
        a_rule("hazard", "mission", "police", "never"),
        a_rule("hazard", "mission", "org-*", binding="organisation", onward="hazard", id="out"),
        a_rule("hazard", "org-lamp", "mission", onward="hazard", id="back"),
        a_rule("hazard", "org-lamp", "police", id="last"),
    )
    assert any("out → last" in said for said in refused(made))


def test_a_version_that_may_allege_host_forces_travels_under_that_class_too() -> None:
    def way(*passes: str) -> Configuration:
        return of(
            a_rule("report-from-organisation", "org-*", "host-state", "never"),
            a_rule(
                "report-from-organisation",
                "org-*",
                "command",
                onward="informant-alert",
                passes=passes,
            ),
            a_rule("incident-host-forces-alleged", "command", "host-state"),
        )

    assert refused(way("code", "actor"))
    assert not refused(way("code"))


def test_conditions_on_the_way_overlap_unless_proven_apart() -> None:
    def way(first: str, second: str) -> Configuration:
        return of(
            a_rule("hazard", "mission", "public", "never"),
            a_rule("hazard", "mission", "partners", onward="hazard", condition=first),
            a_rule("hazard", "partners", "public", condition=second),
        )

    assert refused(way("", ""))
    assert refused(way("type = 'mine'", "type IN ('mine', 'fire')"))
    assert refused(way("number > 5", "number < 3")), "counts are rounded on the way"
    assert not refused(way("type = 'mine'", "type = 'fire'"))
    assert not refused(way("type = 'mine' AND type = 'fire'", ""))


KINDS_OF = {
    "hazard": ("hazard", {"type": "mine", "number": 7}),
    "assessment": ("assessment", {"type": "threat"}),
}
PLACES = ("mission", "partners", "public", "org-lamp")


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    """A way of up to four rules, another rule somewhere, and a *never* against the end of it."""
    classes = st.sampled_from(sorted(KINDS_OF))
    places = draw(st.permutations(PLACES))[: draw(st.integers(2, 4))]
    data = [draw(classes) for _ in places]
    conditions = st.sampled_from(("", "", "type = 'mine'", "type <> 'mine'"))
    way = [
        a_rule(data[at], places[at], to, onward=data[at + 1], condition=draw(conditions))
        for at, to in enumerate(places[1:])
    ]
    beside = a_rule(
        draw(classes),
        draw(st.sampled_from((*PLACES, "org-*"))),
        draw(st.sampled_from(PLACES)),
        onward=draw(st.one_of(classes, st.sampled_from(("", LAST)))),
    )
    never = a_rule(
        data[0],
        draw(st.sampled_from((places[0], "*"))),
        draw(st.sampled_from((places[-1], *PLACES, "org-*"))),
        "never",
    )
    return of(*draw(st.permutations([*way, beside])), never)


def reports() -> list[Body]:
    return [
        a_body(kind=f"{kind}/1", compartment=place, tlp="CLEAR", content=content)
        for kind, content in KINDS_OF.values()
        for place in PLACES
    ]


def reached(
    body: Body, held: Held, configuration: Configuration, seen: set[tuple[str, str]]
) -> set[str]:
    """Audiences that a report comes to, if everybody decides for it, over all ways."""
    held = msgspec.structs.replace(held, audiences=frozenset({"org-lamp"}))
    found: set[str] = set()
    for one in decisions(body, content_of(body), configuration, T0, held):
        rule = configuration.rule(one.rule)
        if not one.gives or rule is None:
            continue
        found.add(one.audience)
        if (one.rule, one.audience) in seen:
            continue
        seen.add((one.rule, one.audience))
        version = version_of(body, content_of(body), rule, LAND)
        after = msgspec.structs.replace(
            body,
            id=os.urandom(16),
            compartment=one.audience,
            content=msgspec.Raw(msgspec.msgpack.encode(version.content)),
            coarse=version.coarse,
        )
        # `came` is left out: so only what was found in the graph keeps it from going on
        on = msgspec.structs.replace(held, onward=rule.travels_as, came=())
        found |= reached(after, on, configuration, seen)
    return found


@settings(max_examples=200, deadline=None)
@given(configurations())
def test_where_nothing_is_found_no_way_leads_to_where_it_must_never(made: Configuration) -> None:
    if any(one.refuses for one in findings(made, T0)):
        return
    for body in reports():
        first = decisions(body, content_of(body), made, T0, HELD)
        forbidden = {one.audience for one in first if one.outcome == "never"}
        found = reached(body, HELD, made, set())
        assert not forbidden & (found - {body.compartment})
        assert not (forbidden and "public" in found)


# --- stars, agreements, idle rules --------------------------------------------


@pytest.mark.parametrize("to", ["org-*", "party-*", "capital-*"])
def test_a_star_without_a_binding_is_refused_where_something_passes(to: str) -> None:
    made = with_default(a_rule("casevac", "medical", to, id="star", layer="x"))
    assert any("star" in said and "without a binding" in said for said in refused(made))


def test_the_two_summaries_of_the_matrix_may_stay_and_be_narrowed_but_not_widened() -> None:
    def changed(**values: Any) -> Configuration:
        rules = tuple(
            msgspec.structs.replace(rule, **values)
            if rule.id == "hazard:mission:capital-*"
            else rule
            for rule in default().rules
        )
        return whole(msgspec.structs.replace(default(), rules=rules))

    assert not refused(changed(mode="one-person"))
    assert not refused(changed(place="admin-0"))
    assert refused(changed(place="admin-2"))
    assert refused(changed(passes=("code", "hazard", "technical")))


LEASE = Agreement(
    id="a1",
    to=("partners", "org-*"),
    data=("hazard",),
    purpose="clearing roads",
    until=T0 + timedelta(days=30),
    passes=("code", "hazard"),
    place="admin-2",
    time="day",
)


@pytest.mark.parametrize(
    ("changed", "more"),
    [
        ({}, ""),
        ({"to": "org-lamp"}, ""),
        ({"place": "admin-1", "time": "week"}, ""),
        ({"to": "local"}, "to local"),
        ({"data": "assessment"}, "assessments"),
        ({"passes": ("code", "technical")}, "the groups technical"),
        ({"place": "admin-3"}, "place an administrative area of level 3"),
        ({"place": "cell-25km"}, "place a cell at least 25 km wide"),
        ({"time": "hour"}, "time to the hour"),
    ],
)
def test_a_rule_wider_than_its_agreement_is_refused(changed: dict[str, Any], more: str) -> None:
    values: dict[str, Any] = {"place": "admin-2", "time": "day", "passes": ("code", "hazard")}
    rule = a_rule("hazard", "mission", "partners", agreement="a1", **values)
    said = refused(of(msgspec.structs.replace(rule, **changed), agreements=(LEASE,)))
    assert bool(said) == bool(more)
    assert not more or more in said[0]


def test_rules_that_never_decide_are_told_and_refuse_nothing() -> None:
    made = of(
        a_rule("hazard", "mission", "partners", id="whole"),
        a_rule("hazard", "mission", "partners", id="later", condition="type = 'mine'"),
        a_rule("hazard", "mission", "local", id="never-so", condition="number > 5 AND number < 3"),
        a_rule("hazard", "mission", "public", "never", id="no"),
        a_rule("report-from-organisation", "command", "police", id="not-there"),
        a_rule("hazard", "command", "partners", id="lapsed", agreement="a1"),
        agreements=(msgspec.structs.replace(LEASE, until=T0, passes=(), place="", time=""),),
    )
    assert names(made) == {
        ("unreachable", "later"),
        ("unreachable", "never-so"),
        ("unreachable", "not-there"),
        ("ended", "lapsed"),
    }
    assert not refused(made)


def test_a_condition_before_leaves_the_rest_to_the_rule_after_it() -> None:
    made = of(
        a_rule("hazard", "mission", "partners", id="mines", condition="type = 'mine'"),
        a_rule("hazard", "mission", "partners", id="rest"),
    )
    assert names(made) == set()


# --- conditions apart ---------------------------------------------------------

ATOMS = (
    "type = 'mine'",
    "type <> 'mine'",
    "type IN ('mine', 'fire')",
    "number = 5",
    "number >= 5",
    "5 > number",
    "number BETWEEN 3 AND 4",
    "number <> 4",
    "number IS NULL",
    "state = 'cleared'",
    "summary LIKE 'x%'",
    "geometry IS NULL",
)
texts = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(("AND", "OR")), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        inner.map(lambda text: f"NOT ({text})"),
    ),
    max_leaves=5,
)
contents = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(("mine", "fire", "road")),
        "number": st.integers(2, 6),
        "state": st.sampled_from(("reported", "cleared")),
        "summary": st.sampled_from(("x marks", "y")),
    },
)


@given(texts, texts, contents)
def test_no_report_meets_two_conditions_that_are_proven_apart(
    a: str, b: str, content: dict[str, Any]
) -> None:
    body = a_body(kind="hazard/1")
    values = values_of(body, content)
    both = condition(a).holds(values) and condition(b).holds(values)
    assert not (both and apart(a, b))
    assert not (condition(a).holds(values) and impossible(a))


def test_what_is_plainly_apart_is_proven_so() -> None:
    assert apart("number < 3", "number > 3")
    assert apart("number < 3", "number >= 3")
    assert not apart("number <= 3", "number >= 3")
    assert apart("type = 'mine' AND number > 2", "type IN ('fire', 'road')")
    assert apart("type = 'mine' OR type = 'fire'", "type <> 'mine' AND type <> 'fire'")
    assert not apart("type = 'mine' OR number > 2", "type = 'fire'")
    assert not apart("", "type = 'fire'")
    assert not apart(" OR ".join(f"number = {n}" for n in range(99)), "number = 200")


# --- what a change widens -----------------------------------------------------

BASE = of(
    a_rule("hazard", "mission", "partners", "one-person", id="a", place="admin-2", time="day"),
    a_rule("hazard", "mission", "public", "never", id="no"),
    a_rule("hazard", "mission", "local", id="leased", agreement="a1", layer="roads"),
    agreements=(msgspec.structs.replace(LEASE, to=("local",), passes=(), place="", time=""),),
    enforcement=(Enforcement(id="op-1", layers=("roads",)),),
)


def with_rule(id_: str, **values: Any) -> Configuration:
    rules = tuple(
        msgspec.structs.replace(rule, **values) if rule.id == id_ else rule for rule in BASE.rules
    )
    return whole(msgspec.structs.replace(BASE, rules=rules))


def with_lease(**values: Any) -> Configuration:
    lease = msgspec.structs.replace(BASE.agreements[0], **values)
    return whole(msgspec.structs.replace(BASE, agreements=(lease,)))


def without(id_: str) -> Configuration:
    rules = tuple(rule for rule in BASE.rules if rule.id != id_)
    return msgspec.structs.replace(BASE, rules=rules, enforcement=())


def and_rule(rule: Rule, *, first: bool = False) -> Configuration:
    rules = (rule, *BASE.rules) if first else (*BASE.rules, rule)
    return whole(msgspec.structs.replace(BASE, rules=rules))


CODE = re.compile(r"\b(cell|admin)-\d|6-hours|one-person")
"""Measures as rules write them, which are no words for people."""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_measure_of_a_rule_has_words(language: str) -> None:
    ladder = [*wider_places("cell-10km"), *wider_places("admin-3"), "corridor", "road-section"]
    told = [("place", one) for one in ladder if one]
    told += [("time", one) for one in TIMES] + [("counts", one) for one in COUNTS if one != "none"]
    told += [("mode", one) for one in ("automatic", "one-person", "two-people")]
    with speaking(language):
        words = {one: measure_words(*one) for one in told}
    assert len(set(words.values())) == len(words)
    assert not [
        one for one, said in words.items() if CODE.search(said) or said == one[1] != "exact"
    ]
    assert "119 km" in words[("place", "cell-119km")]


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (with_rule("a", mode="automatic"), "who decides: “one person decides” becomes “by itself”"),
        (
            with_rule("a", place="admin-3"),
            "area of level 2” becomes “an administrative area of level 3”",
        ),
        (with_rule("a", place="cell-25km"), "becomes “a cell at least 25 km wide”"),
        (with_rule("a", place="exact"), "becomes “exact”"),
        (with_rule("a", time="hour"), "time: “to the day” becomes “to the hour”"),
        (with_rule("a", passes=("code", "text", "grade")), "what passes: “code text” becomes"),
        (with_rule("a", onward="hazard"), "onward: “nothing” becomes “hazard”"),
        (with_rule("a", origin="command"), "as it did not before"),
        (with_rule("leased", agreement=""), "no longer stands under the agreement a1"),
        (and_rule(a_rule("hazard", "mission", "org-lamp", id="n")), "Org-lamp gets hazards"),
        (
            and_rule(a_rule("hazard", "mission", "partners", id="n"), first=True),
            "n decides where a",
        ),
        (
            and_rule(a_rule("hazard", "*", "partners", id="n", place="admin-1")),
            "as it did not before",
        ),
        (with_rule("no", mode="none"), "no longer asserted"),
        (without("no"), "no longer asserted"),
        (with_lease(until=LEASE.until + timedelta(days=1)), "it lasts longer"),
        (with_lease(purpose="something else"), "another purpose"),
        (with_lease(data=("hazard", "assessment")), "more classes"),
        (msgspec.structs.replace(BASE, enforcement=()), "they open again"),
        (msgspec.structs.replace(BASE, k=4), "threshold falls from 5 to 4"),
        (msgspec.structs.replace(BASE, slots=Slots(other_min=5)), "5 minutes instead of 15"),
        (msgspec.structs.replace(BASE, own=(*BASE.own, "partners")), "reaches more"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "to",
)
def test_what_widens_is_said_in_plain_words(new: Configuration, says: str) -> None:
    found = widenings(BASE, new)
    assert any(says in one.sentence for one in found), [one.sentence for one in found]
    assert all("{" not in one.sentence and one.audiences for one in found)
    assert not any(CODE.search(one.sentence) for one in found)


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (with_rule("a", mode="two-people"), "gives no more than before"),
        (with_rule("a", place="admin-1"), "becomes “an administrative area of level 1”"),
        (with_rule("a", delay="72h"), "delay: “nothing” becomes “72h”"),
        (with_rule("a", passes=("code",)), "what passes: “code text” becomes “code”"),
        (with_rule("a", condition="type = 'mine'"), "condition: “nothing” becomes “type = 'mine'”"),
        (with_rule("a", mode="none", place="", time="", passes=()), "gets no more hazards"),
        (without("a"), "gets no more hazards"),
        (and_rule(a_rule("hazard", "mission", "partners", id="n")), ""),
        (and_rule(a_rule("hazard", "mission", "org-*", "never", id="n")), "never get"),
        (with_lease(until=LEASE.until - timedelta(days=1)), "covers less"),
        (msgspec.structs.replace(BASE, k=6), "rises"),
        (msgspec.structs.replace(BASE, slots=Slots(other_min=30)), "30 minutes instead of 15"),
        (msgspec.structs.replace(BASE, own=BASE.own[:-1]), "no longer reaches mission"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "to",
)
def test_what_narrows_is_said_and_takes_one(new: Configuration, says: str) -> None:
    old = BASE if new.enforcement else msgspec.structs.replace(BASE, enforcement=())
    assert widenings(old, new) == []
    assert any(says in one.sentence for one in changes(old, new))


def test_a_mark_closes_at_once_and_a_second_one_keeps_it_closed() -> None:
    open_ = msgspec.structs.replace(BASE, enforcement=())
    closing = changes(open_, BASE)
    assert [(one.widens, one.about, one.audiences) for one in closing] == [
        (False, "enforcement", ("local",))
    ]
    two = msgspec.structs.replace(
        BASE, enforcement=(*BASE.enforcement, Enforcement(id="op-2", layers=("roads",)))
    )
    one_left = msgspec.structs.replace(two, enforcement=two.enforcement[1:])
    assert widenings(two, one_left) == []
    assert widenings(one_left, open_)


def test_a_rule_that_leaves_its_layer_is_widened() -> None:
    open_ = msgspec.structs.replace(BASE, enforcement=())
    rules = tuple(msgspec.structs.replace(rule, layer="") for rule in open_.rules)
    found = widenings(open_, msgspec.structs.replace(open_, rules=rules))
    assert [one.name for one in found] == ["leased"]
    assert "layer: “roads” becomes “nothing”" in found[0].sentence


def test_a_narrowed_rule_behind_another_is_no_alarm() -> None:
    mines = a_rule("hazard", "mission", "local", "two-people", id="m", condition="type = 'mine'")
    rest = a_rule("hazard", "mission", "local", id="rest")
    slower = msgspec.structs.replace(rest, delay="24h")
    fires = a_rule("hazard", "mission", "local", "one-person", id="f", condition="type = 'fire'")
    assert widenings(of(mines, rest), of(mines, slower)) == []
    assert widenings(of(mines, rest), of(mines, fires, slower)) == []
    assert [one.name for one in widenings(of(mines, rest), of(rest, mines))] == ["rest"]
    assert [one.name for one in widenings(of(mines, rest), of(slower))] == ["rest"]


def test_a_change_of_everybody_s_settings_concerns_everybody() -> None:
    assert widenings(BASE, msgspec.structs.replace(BASE, k=1))[0].audiences == (EVERYBODY,)


def test_no_change_is_no_change() -> None:
    assert changes(BASE, BASE) == changes(default(), default()) == []
    renamed = msgspec.structs.replace(BASE, title="other")
    assert changes(BASE, renamed) == []


MEASURES: dict[str, tuple[Any, ...]] = {
    "mode": ("two-people", "one-person", "automatic"),
    "origin": ("mission", "*"),
    "to": ("partners", "local"),
    "place": ("exact", "admin-1", "admin-2", "cell-10km"),
    "time": ("minute", "day"),
    "counts": ("exact", "banded"),
    "passes": (("code",), ("code", "hazard")),
    "condition": ("", "", "type = 'mine'", "type <> 'mine'", "number > 5"),
    "delay": ("", "24h"),
}


@st.composite
def measured(draw: st.DrawFn) -> Rule:
    if draw(st.integers(0, 7)) == 0:
        return a_rule("hazard", "mission", draw(st.sampled_from(MEASURES["to"])), "never")
    values = {name: draw(st.sampled_from(choices)) for name, choices in MEASURES.items()}
    return Rule(data="hazard", **values)


@st.composite
def a_change(draw: st.DrawFn) -> tuple[Configuration, Configuration]:
    """A configuration and the same with one or two things changed in it."""
    rules = [
        msgspec.structs.replace(rule, id=f"o{at}")
        for at, rule in enumerate(draw(st.lists(measured(), min_size=1, max_size=4)))
    ]
    changed = list(rules)
    for turn in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, max(0, len(changed) - 1)))
        act = draw(st.sampled_from(("drop", "set", "set", "move", "add", "narrow")))
        if act == "add" or not changed:
            fresh = msgspec.structs.replace(draw(measured()), id=f"n{turn}")
            changed.insert(at, fresh)
        elif act == "drop":
            del changed[at]
        elif act == "move":
            changed.insert(draw(st.integers(0, len(changed))), changed.pop(at))
        elif changed[at].gives:
            name = draw(st.sampled_from(sorted(MEASURES)))
            values = {"delay": "72h"} if act == "narrow" else {}
            values[name] = draw(st.sampled_from(MEASURES[name]))
            changed[at] = msgspec.structs.replace(changed[at], **values)
    return of(*rules), of(*changed)


def says_more(rule: Rule, than: Rule) -> bool:
    """Written once more, apart from the one that is tested."""
    choices = ("two-people", "one-person", "automatic")
    finer = rule.place != than.place and (
        (rule.place, than.place) != ("admin-1", "admin-2") and than.place != "exact"
    )
    return (
        choices.index(rule.mode) > choices.index(than.mode)
        or finer
        or (rule.time, than.time) == ("minute", "day")
        or (rule.counts, than.counts) == ("exact", "banded")
        or len(rule.passes) > len(than.passes)
        or rule.wait < than.wait
    )


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(a_change())
def test_where_nothing_widens_no_report_gives_anybody_more(
    change: tuple[Configuration, Configuration],
) -> None:
    old, new = change
    if widenings(old, new):
        return
    for content in ({"type": "mine"}, {"type": "fire", "number": 9}, {"number": 1}):
        for place in ("mission", "command"):
            body = a_body(kind="hazard/1", compartment=place, content=content, filed=T0)
            # late enough that no delay is left: delays are compared by their rules
            was = {d.audience: d for d in decisions(body, content, old, LATE)}
            for one in decisions(body, content, new, LATE):
                if one.gives:
                    rule, than = new.rule(one.rule), old.rule(was[one.audience].rule)
                    assert rule is not None and than is not None and was[one.audience].gives
                    assert not says_more(rule, than)


def test_a_rule_that_no_longer_asks_for_a_role_is_widened() -> None:
    rules = tuple(msgspec.structs.replace(rule, one_of="") for rule in default().rules)
    free = msgspec.structs.replace(default(), rules=rules)
    found = widenings(default(), free)
    assert len(found) == 2
    assert "head-of-mission” becomes “nothing”" in found[0].sentence
