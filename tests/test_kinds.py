"""Kinds: declared once, whole, and what is derived from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import T0
from eirene.errors import InvalidReport
from eirene.reports.draft import ENVELOPE, draft_of
from eirene.reports.flat import raw_content
from eirene.reports.kinds import FORMS, GROUPS, Kind, count_fields, fields_of, kinds
from eirene.reports.schema import example_of, schema_of
from eirene.reports.words import table
from vectors.make_reports import NOW, result

VECTORS = Path(__file__).parent / "vectors" / "reports"
ALL = list(kinds().values())
FIRST = "incident alert source site unit movement activity hazard organisation note withdrawal"


def test_every_kind_of_the_first_issue_is_there() -> None:
    assert set(FIRST.split()) <= set(kinds())


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_a_kind_declares_each_field_whole(kind: Kind) -> None:
    strings = table()
    assert f"kind.{kind.name}" in strings
    for field in fields_of(kind.content).values():
        assert field.held.group in GROUPS
        assert field.held.form in FORMS
        assert field.doc, f"{kind.name}.{field.name} has no docstring"
        assert f"field.{kind.name}.{field.name}" in strings
        assert field.name not in ENVELOPE
        assert set(field.held.sensitivity) <= set("SPLO")
        if field.held.form in ("choice", "many"):
            assert field.codes is not None
    assert kind.states == () or kind.states[0] in kind.states


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
    example = example_of(kind, ["command", "sources"])
    assert set(schema["required"]) <= set(example)
    assert set(example) <= set(schema["properties"])
    assert set(fields_of(kind.content)) <= set(schema["properties"])
    for name, value in schema["properties"].items():
        assert value.get("title"), name
    assert "$ref" not in json.dumps(schema)


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
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=400),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


@given(st.sampled_from(ALL), st.data())
def test_any_change_gives_a_draft_or_one_clear_error(kind: Kind, data: st.DataObject) -> None:
    names = st.sampled_from([*ENVELOPE, *fields_of(kind.content), "nosuch"])
    flat: dict[str, Any] = dict(kind.example)
    for name in data.draw(st.lists(names, min_size=1, max_size=3)):
        if data.draw(st.booleans()):
            flat.pop(name, None)
        else:
            flat[name] = data.draw(JUNK)
    try:
        draft_of(flat, now=T0)
    except InvalidReport as error:
        assert error.field, error.message
        assert error.remedy, error.message
