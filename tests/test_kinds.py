"""Kinds: declared once, whole, and what is derived from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import T0
from eirene.errors import InvalidReport
from eirene.reports.draft import ENVELOPE, draft_of
from eirene.reports.flat import raw_content
from eirene.reports.kinds import (
    FORMS,
    GROUPS,
    SHORT_CODE,
    Codes,
    Kind,
    count_fields,
    fields_of,
    kinds,
)
from eirene.reports.schema import example_of, schema_of
from eirene.reports.table import AFTER, BEFORE
from eirene.reports.words import table, title_of
from vectors.make_reports import NOW, result

VECTORS = Path(__file__).parent / "vectors" / "reports"
ALL = list(kinds().values())
WHERE = ["command", "sources"]
FIRST = "incident alert source site unit movement activity hazard organisation note withdrawal"
THIRD = "referral casevac patrol notification acknowledgement assessment readiness"


def test_every_kind_of_the_release_matrix_is_there() -> None:
    assert {*FIRST.split(), *THIRD.split()} <= set(kinds())


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_a_kind_declares_each_field_whole(kind: Kind) -> None:
    strings = table()
    assert f"kind.{kind.name}" in strings
    for field in fields_of(kind.content).values():
        assert field.held.group in GROUPS
        assert field.held.form in FORMS
        assert field.doc, f"{kind.name}.{field.name} has no docstring"
        assert f"field.{kind.name}.{field.name}" in strings
        assert field.name not in {*ENVELOPE, *BEFORE, *AFTER}, "reads would show two as one"
        assert set(field.held.sensitivity) <= set("SPLO")
        if field.held.form in ("choice", "many"):
            assert field.codes is not None
        if field.codes is not None:
            assert f"codes.{field.codes.name}" in strings
    state = fields_of(kind.content).get("state")
    assert kind.states == (tuple(state.codes.labels) if state and state.codes else ())


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_a_form_has_few_fields_that_must_be_filled(kind: Kind) -> None:
    required = [field.name for field in fields_of(kind.content).values() if field.required]
    assert len(required) + len(kind.requires) <= 3


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_the_string_table_agrees_with_the_declaration(kind: Kind) -> None:
    strings = table()
    assert strings[f"kind.{kind.name}"] == kind.title
    assert strings[f"kind.{kind.name}.plural"] == kind.plural
    for name in ENVELOPE:
        assert title_of(kind.name, name) != name, "an envelope field has no title"


def test_a_code_list_has_one_name_and_a_name_one_list() -> None:
    lists: dict[str, Codes] = {}
    for kind in ALL:
        for field in fields_of(kind.content).values():
            if field.codes is not None:
                assert lists.setdefault(field.codes.name, field.codes) is field.codes


def test_text_passes_as_it_is_only_where_no_sentence_fits() -> None:
    found = [field for kind in ALL for field in fields_of(kind.content).values()]
    passing = [field for field in found if field.held.passes_as_is]
    assert {"contributor", "party", "parties", "organisation_code"} <= {f.name for f in passing}
    for field in passing:
        schema = msgspec.json.schema(field.type)
        assert schema.get("items", schema)["pattern"] == SHORT_CODE, field.name
        assert field.codes is None, "a code list passes by itself"
    schema = schema_of(kinds()["casevac"], WHERE)["properties"]
    assert schema["contributor"]["pattern"] == SHORT_CODE


@pytest.mark.parametrize("code", ["party-a\n", "party a", "-a", "a" * 41, "", "é", "a\u00a0b"])
def test_a_short_code_holds_nothing_else(code: str) -> None:
    flat = kinds()["notification"].example | {"parties": ["A", code]}
    with pytest.raises(InvalidReport) as error:
        draft_of(flat, now=NOW)
    assert error.value.field == "parties.1"
    assert not jsonschema_rs.is_valid(schema_of(kinds()["notification"], WHERE), flat)


def test_a_short_code_is_explained_and_not_shown_as_a_pattern() -> None:
    flat = kinds()["acknowledgement"].example | {"party": "the party of the north"}
    with pytest.raises(InvalidReport) as error:
        draft_of(flat, now=NOW)
    assert error.value.field == "party"
    assert "letters, digits" in error.value.message
    assert error.value.remedy == 'Write for example "north".'


def test_a_referral_can_say_nothing_of_the_case() -> None:
    kind = kinds()["referral"]
    assert kind.only_in == ("protected",)
    offered = set(schema_of(kind, ["protected"])["properties"])
    assert offered.isdisjoint({"summary", "narrative", "place", "pcode", "occurred", "links"})
    for name, field in fields_of(kind.content).items():
        assert name in kind.without or field.held.form in ("choice", "time"), name
    for name, value in (("summary", "a girl"), ("place", "4.3612 N, 18.5550 E"), ("links", [])):
        with pytest.raises(InvalidReport) as error:
            draft_of(kind.example | {name: value}, now=NOW)
        assert error.value.field == name


@pytest.mark.parametrize("kind", ["patrol", "movement", "unit"])
def test_of_own_movements_only_the_state_of_the_route_is_in_group_code(kind: str) -> None:
    """Group code alone leaves the mission by itself: it says open or closed."""
    fields = fields_of(kinds()[kind].content).values()
    assert {field.name for field in fields if field.held.group == "code"} <= {"route_state"}


PASSING = [
    ("alert", "code actor affected action"),
    ("incident", "code actor affected harm damage action"),
    ("activity", "organisation sector reached"),
    ("organisation", "code organisation sector"),
    ("patrol", "code unit schedule route purpose"),
    ("movement", "code unit schedule route purpose"),
    ("unit", "unit schedule"),
    ("hazard", "hazard"),
    ("casevac", "code clock schedule unit action"),
    ("notification", "code schedule route object"),
    ("acknowledgement", "code"),
    ("readiness", "unit"),
]
"""Groups that some row of the release matrix passes, where a kind has fields of them."""


@pytest.mark.parametrize(("name", "groups"), PASSING)
def test_every_group_that_a_release_passes_holds_more_than_words(name: str, groups: str) -> None:
    """Words stay behind; a group of words alone would pass nothing."""
    fields = fields_of(kinds()[name].content).values()
    for group in groups.split():
        held = [field for field in fields if field.held.group == group]
        assert held, f"{name} has no field in group {group}"
        passing = [
            field.name
            for field in held
            if field.codes is not None
            or field.held.passes_as_is
            or field.held.form in ("count", "number", "yesno", "time")
            or (field.held.form == "list" and "$ref" in str(msgspec.json.schema(field.type)))
        ]
        assert passing, f"{name}: group {group} passes nothing"


def test_one_party_does_not_learn_which_others_are_told() -> None:
    """These groups pass to a party."""
    assert fields_of(kinds()["notification"].content)["parties"].held.group not in (
        "code schedule route object contact".split()
    )


def test_a_casevac_passes_its_patients_nowhere() -> None:
    fields = fields_of(kinds()["casevac"].content)
    groups = {name: field.held.group for name, field in fields.items()}
    for name in ("patients_urgent", "patient_status", "mechanism", "condition", "contributor"):
        assert groups[name] == "patient"
    clock = [name for name, group in groups.items() if group == "clock"]
    assert clock[0] == "injured_at"
    assert clock[-1] == "in_surgery_at"
    assert len(clock) == 10


def test_no_words_pass_to_the_public_with_a_hazard() -> None:
    """Its groups pass by themselves, in civil wording."""
    for field in fields_of(kinds()["hazard"].content).values():
        if field.held.group in ("code", "hazard"):
            assert field.held.form in ("choice", "many", "count", "number", "yesno"), field.name


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_golden_vectors_give_what_they_always_gave(kind: Kind) -> None:
    lines = (VECTORS / f"{kind.name}.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 5
    for line in lines:
        vector = json.loads(line)
        assert json.loads(json.dumps(result(vector["flat"]))) == vector
        if "error" in vector:
            assert vector["error"]["field"]
            assert vector["error"]["remedy"]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_an_example_is_right_and_survives_its_bytes(kind: Kind) -> None:
    draft = draft_of(example_of(kind, ["command", "sources"]), now=NOW)
    content = msgspec.msgpack.decode(raw_content(draft.content), type=kind.content)
    assert content == draft.content


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_the_schema_names_every_field_and_the_example_fits_it(kind: Kind) -> None:
    schema = schema_of(kind, ["command", "sources"])
    example = example_of(kind, WHERE)
    assert set(schema["required"]) <= set(example)
    assert set(example) <= set(schema["properties"])
    assert set(fields_of(kind.content)) <= {*schema["properties"], *kind.without}
    for name, value in schema["properties"].items():
        assert value.get("title"), name
    assert "$ref" not in json.dumps(schema)
    orders = [value["x-order"] for value in schema["properties"].values()]
    assert len(set(orders)) == len(orders)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_schema_and_draft_agree_on_the_vectors(kind: Kind) -> None:
    """What is accepted fits the schema; the schema may know less of what is refused."""
    where = list(kind.only_in) or WHERE
    schema = jsonschema_rs.Draft202012Validator(schema_of(kind, where))
    seen = set[bool]()
    for line in (VECTORS / f"{kind.name}.jsonl").read_text(encoding="utf-8").splitlines():
        vector = json.loads(line)
        fits = schema.is_valid({"compartment": where[0]} | vector["flat"])
        seen.add(fits)
        prefixed = str(vector["flat"].get("tlp")).startswith("TLP:")  # also taken, not advertised
        blank = "" in vector["flat"].values()  # as a form may send it
        assert fits or "error" in vector or prefixed or blank, vector["flat"]
    assert seen == {True, False}
    assert schema.is_valid(example_of(kind, where))


def test_the_words_of_a_list_inside_a_list_are_in_the_schema() -> None:
    items = schema_of(kinds()["incident"], WHERE)["properties"]["actors"]["items"]
    assert items["required"] == ["role"]
    assert {"code": "victim", "label": "Victim or target"} in items["properties"]["role"]["x-codes"]
    assert items["properties"]["actor_class"]["title"]


def test_the_example_of_a_withdrawal_names_a_report_that_is_given() -> None:
    one = "ab" * 16
    assert example_of(kinds()["withdrawal"], WHERE, one)["amends"] == [one]
    assert "amends" not in example_of(kinds()["note"], WHERE, one)


def test_an_example_never_goes_to_public() -> None:
    for kind in ALL:
        assert example_of(kind, ["public", "command", "sources"])["compartment"] != "public"


def test_an_alert_holds_nothing_of_who_called() -> None:
    groups = {field.held.group for field in fields_of(kinds()["alert"].content).values()}
    assert groups.isdisjoint({"source", "contact", "contact-personal", "filed-by"})
    assert kinds()["source"].only_in == ("sources",)


def test_counts_are_found_in_the_order_of_the_declaration() -> None:
    assert count_fields(kinds()["incident"])[:3] == ("killed", "killed_best", "killed_most")


def test_unknown_is_not_zero() -> None:
    example = kinds()["incident"].example
    absent = draft_of({k: v for k, v in example.items() if k != "killed"}, now=NOW)
    zero = draft_of(example | {"killed": 0}, now=NOW)
    assert "killed" not in msgspec.to_builtins(absent.content)
    assert msgspec.to_builtins(zero.content)["killed"] == 0


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**400), 10**400),
    st.sampled_from([float("nan"), float("inf"), 1e308, -0.0]),
    st.floats(),
    st.text(max_size=400),
    st.sampled_from(
        ["", " ", "x" * 30_000, "a\0b", "\ud800", "\uffff", "nope", "AC", "1e9", "0101"]
    ),
    st.lists(st.integers(), max_size=3),
    st.recursive(
        st.none() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=8,
    ),
)


@given(st.sampled_from(ALL), st.data())
def test_any_change_gives_a_draft_or_one_clear_error(kind: Kind, data: st.DataObject) -> None:
    names = st.sampled_from([*ENVELOPE, *fields_of(kind.content), "nosuch", "", "\0"])
    flat: dict[str, Any] = dict(kind.example)
    for name in data.draw(st.lists(names, min_size=1, max_size=3)):
        if data.draw(st.booleans()):
            flat.pop(name, None)
        else:
            flat[name] = data.draw(JUNK)
    try:
        draft = draft_of(flat, now=T0)
    except InvalidReport as error:
        assert error.field is not None, error.message
        assert error.message
        assert error.remedy, error.message
        assert len(error.message) + len(error.remedy) < 2_000, "an error is a sentence"
    else:
        raw_content(draft.content)  # it can be stored


@given(st.sampled_from(ALL), st.sampled_from([[], {}, "x"]))
def test_endless_nesting_is_refused_and_not_a_crash(kind: Kind, core: Any) -> None:
    for depth in range(2_000):
        core = [core] if depth % 2 else {"role": core}
    for name in ("links", "occurred", "nosuch", "summary"):
        with pytest.raises(InvalidReport) as error:
            draft_of(kind.example | {name: core}, now=T0)
        assert error.value.remedy
