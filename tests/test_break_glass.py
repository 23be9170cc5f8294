"""Break-glass: past never, by two people, for a while, and never behind the originator's back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from conftest import Bench
from eirene.errors import EireneError, InvalidQuery, NotAllowed, Unavailable
from eirene.picture import flat
from eirene.release.reader import Reader
from release_desk import Office, a_reader, an_alert

CHIEF = a_reader("sources", "command", decides=("local",), grants=("sources",), account="chief")
ASSISTANT = a_reader("sources", "command", decides=("local",), account="assistant")
REASON = "A girl is held at the house that he described, and nobody else knows it."


@pytest.fixture
def office(bench: Bench, tmp_path: Path) -> Iterator[Office]:
    made = Office(bench, tmp_path)
    yield made
    made.close()


@pytest.fixture
def source(office: Office) -> bytes:
    flats = {"kind": "source", "compartment": "sources", "pseudonym": "LARK-7", "channel": "visit"}
    [filed] = office.file(flats, reader=CHIEF)
    office.pass_slots()
    return bytes.fromhex(filed)


def ask(office: Office, reader: Reader, source: bytes, session: str = "", **changes: object):
    values: dict[str, object] = {
        "reason": REASON,
        "until": office.now + timedelta(hours=6),
    } | changes
    audience = values.pop("audience", "command")
    return office.glass.ask(reader, session or reader.account, source, audience, **values)  # pyright: ignore[reportArgumentType]


def sources(office: Office) -> list[str]:
    return [flat(row)["pseudonym"] for row in office.seen("command") if row.kind == "source"]


def test_two_people_open_it_at_once_and_it_closes_by_itself(office: Office, source: bytes):
    ask(office, ASSISTANT, source)
    office.pass_slots()
    assert sources(office) == []
    ask(office, CHIEF, source)
    assert sources(office) == ["LARK-7"]
    office.desk.tick()
    office.desk = office.started()  # a stop changes nothing
    office.desk.tick()
    assert sources(office) == ["LARK-7"]
    office.now += timedelta(hours=6)
    office.desk.tick()
    assert sources(office) == []
    assert office.seen("command", withdrawn=True) == []


def test_the_originator_sees_it_from_the_first_word_on(office: Office, source: bytes):
    ask(office, ASSISTANT, source)
    [note] = [row for row in office.seen("sources") if row.kind == "note"]
    assert "assistant" in flat(note)["summary"]
    ask(office, CHIEF, source)
    assert len([row for row in office.seen("sources") if row.kind == "note"]) == 2
    [(line, _)] = office.people.releases(CHIEF, source)
    assert line.made is not None
    assert line.made.by == "assistant + chief"


@pytest.mark.parametrize(
    ("second", "session"),
    [(ASSISTANT, "another"), (CHIEF, "assistant"), (a_reader("sources"), "own")],
    ids=["the same account", "the same session", "without any right"],
)
def test_it_takes_two(office: Office, source: bytes, second: Reader, session: str):
    ask(office, ASSISTANT, source)
    with pytest.raises(NotAllowed):
        ask(office, second, source, session)
    assert sources(office) == []


def test_one_of_the_two_may_grant_clearances_there(office: Office, source: bytes):
    other = a_reader("sources", decides=("local",), account="other")
    ask(office, ASSISTANT, source)
    with pytest.raises(NotAllowed):
        ask(office, other, source)
    ask(office, CHIEF, source)
    assert sources(office) == ["LARK-7"]


def test_who_may_not_read_it_cannot_ask_for_it(office: Office, source: bytes):
    outside = a_reader("command", decides=("local",), grants=("sources",))
    with pytest.raises(Unavailable):
        ask(office, outside, source)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"audience": "host-state"}, "audience"),
        ({"audience": "sources"}, "audience"),
        ({"reason": "because"}, "reason"),
        ({"hours": 73}, "until"),
        ({"hours": 0}, "until"),
    ],
)
def test_what_is_asked_wrongly_is_one_clear_error(
    office: Office, source: bytes, changes: dict[str, object], field: str
):
    hours = changes.pop("hours", 6)
    assert isinstance(hours, int)
    end = office.now + timedelta(hours=hours)
    with pytest.raises(EireneError) as caught:
        ask(office, CHIEF, source, "s", until=end, **changes)
    assert isinstance(caught.value, InvalidQuery)
    assert caught.value.field == field


def test_what_waits_is_told_to_whoever_could_be_the_second(office: Office, source: bytes):
    ask(office, ASSISTANT, source)
    for who in (CHIEF, ASSISTANT):
        [asked] = office.glass.asked(who)
        assert (asked.by, asked.line.audience, asked.reason) == ("assistant", "command", REASON)
        assert asked.original.id == source
    assert office.glass.asked(a_reader("sources")) == [], "he has no say"
    outside = a_reader("command", decides=("local",), grants=("sources",))
    assert office.glass.asked(outside) == [], "he does not read it"
    assert office.glass.audiences(outside, "sources") == ()
    assert "command" in office.glass.audiences(CHIEF, "sources")
    ask(office, CHIEF, source)
    assert office.glass.asked(CHIEF) == []


def test_what_found_no_second_before_its_end_has_to_be_asked_anew(office: Office, source: bytes):
    ask(office, ASSISTANT, source)
    office.now += timedelta(hours=7)
    assert office.glass.asked(CHIEF) == []
    ask(office, CHIEF, source)
    assert sources(office) == []
    [asked] = office.glass.asked(ASSISTANT)
    assert asked.by == "chief"
    ask(office, ASSISTANT, source)
    assert sources(office) == ["LARK-7"]


def two_people_give(office: Office, audience: str) -> None:
    """From now on two people give alerts to an audience that got them on nobody's word."""
    rules = tuple(
        msgspec.structs.replace(rule, mode="two-people")
        if (rule.data, rule.to) == ("informant-alert", audience)
        else rule
        for rule in office.configuration.rules
    )
    office.configuration = msgspec.structs.replace(office.configuration, rules=rules)


def test_a_word_for_break_glass_is_no_word_for_a_release(office: Office):
    decider = a_reader("command", decides=("mission",), account="decider")
    rules = office.configuration.rules
    closed = tuple(rule for rule in rules if (rule.data, rule.to) != ("informant-alert", "mission"))
    office.configuration = msgspec.structs.replace(office.configuration, rules=closed)
    [alert] = office.file(an_alert(), reader=CHIEF)
    office.pass_slots()
    line = ask(office, ASSISTANT, bytes.fromhex(alert), audience="mission")
    office.configuration = msgspec.structs.replace(office.configuration, rules=rules)
    two_people_give(office, "mission")
    with pytest.raises(InvalidQuery):  # the assistant has no say towards the mission
        office.people.decide(decider, "s2", line.id, "approve")
    office.pass_slots(2)
    assert office.seen("mission") == []
    # and the rule that gives now is not held up by it
    assert [one.line.audience for one in office.people.waiting(decider)] == ["mission"]
    office.people.decide(decider, "s2", line.id, "approve")
    office.pass_slots(2)
    assert office.seen("mission") == []


def test_one_person_stops_no_warning_that_is_on_its_way(office: Office):
    [alert] = office.file(an_alert(), reader=CHIEF)
    office.desk.tick()
    with pytest.raises(InvalidQuery) as caught:
        ask(office, ASSISTANT, bytes.fromhex(alert), audience="mission")
    assert caught.value.field == "audience"
    office.pass_slots()
    assert len(office.seen("mission")) == 1
