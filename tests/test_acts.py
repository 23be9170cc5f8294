"""Acts as bytes: what was once written decodes for ever, and says what it said then."""

from __future__ import annotations

import json
from typing import Any, cast

import msgspec
import pytest

from eirene.errors import InvalidEntry
from eirene.reports.acts import Act, act_in, act_of, acts
from vectors.make_acts import FOLDER, body_with, lines_of, missing, result

ALL = list(acts().values())


def test_every_act_has_vectors_and_no_act_with_vectors_has_gone() -> None:
    assert {path.stem for path in FOLDER.glob("*.jsonl")} == set(acts())


@pytest.mark.parametrize("act", ALL, ids=lambda act: act.name)
def test_golden_vectors_say_what_they_always_said(act: Act) -> None:
    lines = lines_of(act.name)
    assert len(lines) > 5
    for vector in lines:
        content = bytes.fromhex(vector["content"])
        assert json.loads(json.dumps(result(vector["kind"], content))) == vector
        assert ("says" in vector) != (vector.get("error") == "content")


@pytest.mark.parametrize("act", ALL, ids=lambda act: act.name)
def test_every_step_and_field_has_a_vector(act: Act) -> None:
    """After a change: python tests/vectors/make_acts.py adds lines and changes none."""
    assert missing(act) == []


@pytest.mark.parametrize("act", ALL, ids=lambda act: act.name)
def test_what_was_read_is_written_with_the_same_bytes(act: Act) -> None:
    """Where a later field is not said; a field that nobody knew yet is not kept."""
    written = 0
    for vector in lines_of(act.name):
        content = bytes.fromhex(vector["content"])
        if "says" not in vector or _later(content):
            continue
        assert act_of(act_in(body_with(act.tag, content))) == (act.tag, msgspec.Raw(content))
        written += 1
    assert written > 1


def _later(content: bytes) -> bool:
    told = msgspec.msgpack.decode(content)
    return isinstance(told, dict) and "later" in cast(dict[str, Any], told)


def test_an_act_of_another_version_or_name_is_none_that_is_known() -> None:
    for tag in ("act.erasure/2", "act.never-was/1", "note/1"):
        assert act_in(body_with(tag, b"\x80")) is None
    with pytest.raises(InvalidEntry):
        act_in(body_with("act.erasure/1", b"\x80"))
