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
    office.standing[reader.account] = reader
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


def amended(office: Office, source: bytes) -> bytes:
    """The source as it says after somebody told more of him."""
    [again] = office.file(
        {
            "kind": "source",
            "compartment": "sources",
            "pseudonym": "LARK-7, the baker",
            "channel": "visit",
            "amends": [source.hex()],
        },
        reader=CHIEF,
    )
    return bytes.fromhex(again)


def test_the_first_word_counts_for_no_amendment_that_only_the_second_saw(
    office: Office, source: bytes
):
    ask(office, ASSISTANT, source)
    now = amended(office, source)
    with pytest.raises(InvalidQuery) as caught:
        ask(office, CHIEF, source)  # nor for what he was not shown himself
    assert caught.value.field == "report"
    assert office.glass.asked(CHIEF) == []
    office.desk.tick()
    [(line, _)] = office.people.releases(CHIEF, now)
    assert (line.state, line.last.reason) == ("refused", "the report was amended")
    ask(office, CHIEF, now)
    assert sources(office) == [], "the chief asks now, and nobody has agreed"
    ask(office, ASSISTANT, now)
    assert sources(office) == ["LARK-7, the baker"]


@pytest.mark.parametrize(
    "left",
    [None, a_reader("sources", account="assistant"), a_reader("command", decides=("local",))],
    ids=["suspended", "without a say", "no longer reads it"],
)
def test_the_word_of_who_may_not_ask_any_more_counts_no_more(
    office: Office, source: bytes, left: Reader | None
):
    ask(office, ASSISTANT, source)
    office.standing.pop("assistant")
    if left is not None:
        office.standing["assistant"] = left
    assert office.glass.asked(CHIEF) == []
    ask(office, CHIEF, source)
    assert sources(office) == []


def test_who_may_no_longer_grant_is_not_the_one_who_grants(office: Office, source: bytes):
    ask(office, CHIEF, source)
    office.standing["chief"] = msgspec.structs.replace(CHIEF, may_grant=frozenset())
    with pytest.raises(NotAllowed):
        ask(office, ASSISTANT, source)
    assert sources(office) == []


def test_nobody_makes_two_of_himself_by_lending_his_say(office: Office, source: bytes):
    ask(office, ASSISTANT, source)
    office.one_hand = True
    with pytest.raises(NotAllowed):
        ask(office, CHIEF, source)
    assert sources(office) == []


# --- no --------------------------------------------------------------------------


def refuse(office: Office, reader: Reader, source: bytes, reason: str = "He is safe by now."):
    return office.glass.refuse(reader, reader.account, source, "command", reason=reason)


@pytest.mark.parametrize("who", [CHIEF, ASSISTANT], ids=["the second", "the first"])
def test_it_is_refused_with_a_reason_and_the_originator_sees_it(
    office: Office, source: bytes, who: Reader
):
    ask(office, ASSISTANT, source)
    line = refuse(office, who, source)
    assert (line.state, line.last.by, line.last.reason) == (
        "refused",
        who.account,
        "He is safe by now.",
    )
    assert office.glass.asked(CHIEF) == []
    told = [flat(row)["summary"] for row in office.seen("sources") if row.kind == "note"]
    assert any("He is safe by now." in one and who.account in one for one in told)
    office.pass_slots()
    ask(office, CHIEF if who is CHIEF else ASSISTANT, source)
    assert sources(office) == [], "what was said before counts no more"


@pytest.mark.parametrize(
    ("reader", "reason", "error"),
    [
        (a_reader("sources"), "No.", NotAllowed),
        (a_reader("command", decides=("local",)), "No.", Unavailable),
        (CHIEF, " ", InvalidQuery),
    ],
    ids=["without a say", "does not read it", "without a reason"],
)
def test_who_cannot_agree_cannot_refuse(
    office: Office, source: bytes, reader: Reader, reason: str, error: type[EireneError]
):
    ask(office, ASSISTANT, source)
    with pytest.raises(error):
        refuse(office, reader, source, reason)
    ask(office, CHIEF, source)
    assert sources(office) == ["LARK-7"]


def test_what_was_not_asked_or_is_open_already_is_not_refused(office: Office, source: bytes):
    with pytest.raises(InvalidQuery):
        refuse(office, CHIEF, source)
    ask(office, ASSISTANT, source)
    ask(office, CHIEF, source)
    with pytest.raises(InvalidQuery):
        refuse(office, CHIEF, source)
    assert sources(office) == ["LARK-7"]


def test_the_release_desk_answers_no_break_glass(office: Office, source: bytes):
    line = ask(office, ASSISTANT, source)
    decider = a_reader("sources", decides=("command",), account="decider")
    with pytest.raises(InvalidQuery):
        office.people.decide(decider, "s3", line.id, "refuse")
    assert len(office.glass.asked(CHIEF)) == 1


def test_a_refusal_keeps_back_nothing_that_a_rule_gives_later(office: Office):
    rules = office.configuration.rules
    closed = tuple(rule for rule in rules if (rule.data, rule.to) != ("informant-alert", "mission"))
    office.configuration = msgspec.structs.replace(office.configuration, rules=closed)
    [alert] = office.file(an_alert(), reader=CHIEF)
    office.pass_slots()
    ask(office, ASSISTANT, bytes.fromhex(alert), audience="mission")
    office.glass.refuse(CHIEF, "s", bytes.fromhex(alert), "mission", reason="Not yet.")
    office.configuration = msgspec.structs.replace(office.configuration, rules=rules)
    office.pass_slots(2)
    decider = a_reader("command", decides=("mission",), account="decider")
    [waits] = office.people.waiting(decider)
    assert waits.line.audience == "mission"
    office.people.decide(decider, "s2", waits.line.id, "approve")
    office.pass_slots(2)
    assert len(office.seen("mission")) == 1
