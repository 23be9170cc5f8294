"""Kinds and the release matrix together: what of a whole report each audience is left with."""

from __future__ import annotations

from typing import Any

import pytest

from conftest import a_body
from eirene.release.classes import data_class
from eirene.release.configuration import default
from eirene.release.rules import Rule
from eirene.release.version import version_of
from eirene.reports.contents import coded, struct_in
from eirene.reports.kinds import Field, Kind, fields_of, kinds
from release_world import LAND

WORDS = "Talvek told us"
CODE = "short-code"
ROWS = [rule for rule in default().rules if rule.passes]


def said(field: Field) -> Any:
    """A value for a field; where it takes words, words that must not pass."""
    codes, form = field.codes, field.held.form
    struct = struct_in(field.type)
    if struct is not None:
        lists = {name: held for name, held, _ in coded(struct) if held is not None}
        names = struct.__struct_fields__
        numbers = {"latitude": 4.3612, "longitude": 18.555, "after_min": 30.0}
        words = {name: WORDS for name in names if name not in numbers}
        return [words | {n: numbers[n] for n in names if n in numbers} | first_of(lists)]
    if codes is not None:
        code = codes.open_codes()[0]
        return [code] if form == "many" else code
    if field.held.passes_as_is:
        return [CODE] if form == "list" else CODE
    known = {"count": 3, "number": 12.5, "yesno": True, "time": "2026-11-25T14:30:00Z"}
    return known.get(form, [WORDS] if form == "list" else WORDS)


def first_of(lists: dict[str, Any]) -> dict[str, str]:
    return {name: codes.open_codes()[0] for name, codes in lists.items()}


def whole(kind: Kind, **changes: Any) -> dict[str, Any]:
    """Content in which every field says something."""
    content = {name: said(field) for name, field in fields_of(kind.content).items()}
    return content | {name: value for name, value in changes.items() if name in content}


def of_class(rule: Rule) -> list[tuple[str, dict[str, Any]]]:
    """Kinds whose reports are of the class of a row, with content that makes them so."""
    incident: dict[str, Any] = {"state": "verified"}
    if rule.data == "incident-host-forces-alleged":
        incident["actors"] = [{"role": "alleged-perpetrator", "actor_class": "host-state-forces"}]
    told = {
        "incident": incident,
        "movement": {"type": "patrol"},
        "notification": {"state": "submitted"},
    }
    found: list[tuple[str, dict[str, Any]]] = []
    for name, kind in kinds().items():
        own = told.get(name, {})
        content = whole(kind, **own)
        if data_class(name, content, "lamp", rule.origin.replace("*", "lamp")) == rule.data:
            found.append((name, content))
    return found


def passed(name: str, content: dict[str, Any], rule: Rule) -> dict[str, Any]:
    body = a_body(kind=f"{name}/1", compartment=rule.origin)
    return dict(version_of(body, content, rule, LAND).content)


@pytest.mark.parametrize("rule", ROWS, ids=lambda rule: f"{rule.data}-{rule.origin}-{rule.to}")
def test_every_row_leaves_codes_and_words_only_where_nothing_is_coarsened(rule: Rule) -> None:
    found = of_class(rule)
    assert found, "no kind is of this class"
    for name, content in found:
        fields = fields_of(kinds()[name].content)
        left = passed(name, content, rule)
        exact = (rule.place, rule.time, rule.counts) == ("exact", "minute", "exact")
        assert exact or WORDS not in repr(left)
        for field in fields.values():
            plain = field.codes is not None or field.held.passes_as_is
            if plain and field.held.group in rule.passes:
                assert left[field.name] == content[field.name]
            if field.held.group not in rule.passes:
                assert field.name not in left


def row(data: str, origin: str, to: str) -> Rule:
    [found] = [r for r in ROWS if (r.data, r.origin, r.to) == (data, origin, to)]
    return found


@pytest.mark.parametrize("name", ["patrol", "movement", "unit"])
def test_partners_learn_of_own_movements_only_whether_a_route_is_open(name: str) -> None:
    rule = row("patrol-plan-or-own-position", "command", "partners")
    left = passed(name, whole(kinds()[name], type="patrol"), rule)
    assert left == ({} if name == "unit" else {"route_state": "open"})


def test_the_desk_learns_which_parties_to_tell_and_no_party_which_others() -> None:
    content = whole(kinds()["notification"])
    desk = passed(
        "notification", content, row("humanitarian-notification", "org-*", "humanitarian")
    )
    party = passed(
        "notification", content, row("humanitarian-notification", "humanitarian", "party-*")
    )
    assert desk["parties"] == [CODE]
    assert "parties" not in party
    assert party["serial"] == party["organisation_code"] == CODE


def test_an_incident_leaves_the_mission_with_groups_weapons_and_damage() -> None:
    content = whole(kinds()["incident"], state="verified")
    left = passed("incident", content, row("incident-verified", "mission", "partners"))
    assert {"groups", "weapons", "damaged", "damage_level", "type"} <= set(left)
    assert set(left).isdisjoint({"affected", "means", "damage", "summary"})


def test_the_way_points_of_a_patrol_reach_the_mission_as_they_are() -> None:
    rule = row("patrol-plan-or-own-position", "command", "mission")
    [point] = passed("patrol", whole(kinds()["patrol"]), rule)["waypoints"]
    assert (point["latitude"], point["longitude"]) == (4.3612, 18.555)
    assert point["name"] == WORDS


def test_the_humanitarian_desk_can_call_whoever_notified_it() -> None:
    """Submitting a notification is the consent: the phone number goes along."""
    content = whole(kinds()["notification"])
    rule = row("humanitarian-notification", "org-*", "humanitarian")
    assert passed("notification", content, rule)["contact"] == WORDS


def test_summary_and_narrative_pass_no_row_by_themselves() -> None:
    """Also where the row lists their group: that is for what a person edited."""
    for rule in ROWS:
        for name, content in of_class(rule):
            fields = fields_of(kinds()[name].content)
            words = {n for n, f in fields.items() if f.held.group == "text" and f.codes is None}
            plain = {n for n in words if fields[n].held.passes_as_is}
            assert passed(name, content, rule).keys() & (words - plain) == set()
