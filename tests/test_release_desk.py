"""The release desk: what leaves, when, how exactly, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conftest import Bench
from eirene.desks import release
from eirene.desks.case import Case
from eirene.desks.reapply import Reached, reached
from eirene.desks.shown import Waiting
from eirene.errors import InvalidQuery, NotAllowed, Unavailable
from eirene.log.verify import verify
from eirene.picture import STREAM_COLUMNS, entity_by_id, flat
from eirene.picture.ledger import Entity
from eirene.picture.rows import stream_row
from eirene.release.reader import Reader
from eirene.release.rules import Rule
from eirene.release.version import Version
from eirene.reports.acts.release import FROZEN, MADE, RECALLED, WAITS
from eirene.reports.flat import content_values
from release_desk import (
    DUTY,
    HOST_FORCES,
    MISSION,
    NOW,
    SLOT,
    Office,
    a_reader,
    an_alert,
    an_incident,
)

OFFICER = a_reader("command", "mission", decides=("host-state", "partners"), account="officer")
HEAD = msgspec.structs.replace(
    a_reader("command", "mission", decides=("host-state", "public"), account="head"),
    role="head-of-mission",
)
OTHER = a_reader("command", "mission", decides=("host-state", "public"), account="other")


@pytest.fixture
def office(bench: Bench, tmp_path: Path) -> Iterator[Office]:
    made = Office(bench, tmp_path)
    yield made
    made.close()


def waiting(office: Office, reader: object = OFFICER) -> list[str]:
    return [one.line.audience for one in office.people.waiting(reader)]  # pyright: ignore[reportArgumentType]


def test_a_verified_incident_reaches_partners_in_the_next_slot_and_no_finer(office: Office):
    office.file(an_incident())
    office.desk.tick()
    assert office.seen("partners") == []
    office.pass_slots()
    [row] = office.seen("partners")
    told = flat(row)
    assert told["pcode"] == MISSION.area_of(18.555, 4.3612)  # the area of level 3, not the point
    assert (row.body.occurred.start.hour, row.body.occurred.end.hour) == (12, 18)  # pyright: ignore[reportOptionalMemberAccess]
    assert told["killed"] == 5  # 5 to 9: the least of the band
    assert told["coarse"] == {"place": "admin-3", "time": "6-hours", "counts": "banded"}
    assert "Talvek" not in str(told)
    assert "summary" not in told
    assert told["filed_by"] == ""
    assert row.body.filed.minute == 0
    assert row.body.filed.hour % 6 == 0


def test_the_stream_tells_how_exact_a_version_is_and_what_it_is_called_by(office: Office):
    office.file(an_incident())
    office.pass_slots()
    [row] = office.seen("partners")
    told = dict(zip(STREAM_COLUMNS, stream_row(row), strict=True))
    assert told["coarse"] == {"place": "admin-3", "time": "6-hours", "counts": "banded"}
    assert told["what"] == ["type", "VC"]
    [original] = office.seen("mission")
    told = dict(zip(STREAM_COLUMNS, stream_row(original), strict=True))
    assert (told["coarse"], told["what"]) == (None, None)


def test_an_unverified_incident_goes_nowhere(office: Office):
    office.file(an_incident(state="reported"))
    office.pass_slots()
    assert office.seen("partners", "local", "humanitarian", "host-state", "public") == []


def test_a_reader_of_all_audiences_counts_it_once(office: Office):
    office.file(an_incident())
    office.pass_slots()
    everywhere = ("mission", "humanitarian", "partners", "local")
    assert [r.compartment for r in office.seen(*everywhere)] == ["mission"]
    assert [r.compartment for r in office.seen(*everywhere[1:])] == ["humanitarian"]
    assert [r.compartment for r in office.seen(*everywhere[2:])] == ["partners"]
    assert [r.compartment for r in office.seen("local")] == ["local"]


def test_ids_and_order_of_versions_say_nothing_of_the_originals(office: Office):
    ids = office.file(*(an_incident(killed=n) for n in range(8)))
    office.pass_slots()
    rows = office.seen("partners")
    assert len(rows) == 8
    assert not {row.id.hex() for row in rows} & set(ids)
    assert not {r.entity for r in rows} & {r.entity for r in office.seen("mission")}


def test_an_amendment_under_the_same_rule_replaces_the_version(office: Office):
    [first] = office.file(an_incident())
    office.pass_slots()
    [before] = office.seen("partners")
    office.file(an_incident(killed=30, amends=[first]))
    office.pass_slots()
    [after] = office.seen("partners")
    assert (after.entity, flat(after)["killed"]) == (before.entity, 25)
    assert not after.conflict


def test_an_amendment_that_the_audience_cannot_see_makes_no_new_version(office: Office):
    [first] = office.file(an_incident())
    office.pass_slots()
    [before] = office.seen("partners")
    office.file(an_incident(killed=8, summary="Other words", amends=[first]))
    office.pass_slots()
    [after] = office.seen("partners")
    assert after.id == before.id
    assert after.column("many") == 0


def test_an_amendment_that_makes_it_host_forces_alleged_freezes_what_was_released(office: Office):
    [first] = office.file(an_incident())
    office.pass_slots()
    [before] = office.seen("partners")
    office.file(an_incident(killed=30, actors=[HOST_FORCES], amends=[first]))
    office.pass_slots()
    assert [row.id for row in office.seen("partners")] == [before.id]
    [_, *_] = found = office.people.releases(DUTY, bytes.fromhex(first))
    assert {line.state for line, _ in found if line.version} == {FROZEN}
    assert "partners" in waiting(office)


def test_a_withdrawn_report_is_struck_through_at_once(office: Office):
    [first] = office.file(an_incident())
    office.pass_slots()
    office.file({"kind": "withdrawal", "amends": [first], "reason": "error"})
    office.desk.tick()
    assert office.seen("partners") == []
    [row] = office.seen("partners", withdrawn=True)
    assert row.withdrawn


def test_what_strikes_a_version_tells_no_finer_time_and_is_marked_as_it_is(office: Office):
    """A withdrawal stands in the audience's compartment, too."""
    [first] = office.file(an_incident())
    office.pass_slots()
    [version] = office.seen("partners")
    office.now += timedelta(hours=2, minutes=20)
    office.file({"kind": "withdrawal", "amends": [first], "reason": "error"})
    office.desk.tick()
    [struck] = office.seen("partners", withdrawn=True)
    view = entity_by_id(office.picture, a_reader("partners"), struck.entity)
    [strike] = [row for row in view.history if row.kind == "withdrawal"]
    assert version.body.coarse is not None and version.body.coarse.time == "6-hours"
    assert strike.body.filed == datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert (strike.classification, strike.tlp) == (version.classification, version.tlp)


def test_what_was_withdrawn_and_amended_is_no_conflict_and_is_withdrawn_again(office: Office):
    """No audience learns from a mark that two people of the owner did not know of each other."""
    [report] = office.file(an_incident())
    office.pass_slots()
    for killed in (8, 30):
        office.file({"kind": "withdrawal", "amends": [report], "reason": "error"})
        office.pass_slots()
        assert office.seen("partners") == []
        [report] = office.file(an_incident(killed=killed, amends=[report]))
        office.pass_slots(2)
        [row] = office.seen("partners")
        assert not row.conflict and not row.withdrawn and row.current
    office.file({"kind": "withdrawal", "amends": [report], "reason": "error"})
    office.pass_slots()
    assert office.seen("partners") == []
    [row] = office.seen("partners", withdrawn=True)
    assert row.withdrawn


def test_a_marking_that_forbids_takes_the_version_back_at_once(office: Office):
    [first] = office.file(an_incident())
    office.pass_slots()
    office.file(an_incident(tlp="RED", amends=[first]))
    office.desk.tick()
    assert office.seen("partners", "local", "humanitarian", withdrawn=True) == []


def test_one_person_decides_and_the_version_comes_in_the_next_slot(office: Office):
    office.file(an_incident())
    office.pass_slots()
    assert office.seen("host-state") == []
    [item] = [one for one in office.people.waiting(OFFICER) if one.line.audience == "host-state"]
    assert item.version is not None
    office.people.decide(OFFICER, "s1", item.line.id, "approve", text="Attack on a market.")
    office.desk.tick()
    assert office.seen("host-state") == []
    office.pass_slots()
    [row] = office.seen("host-state")
    assert flat(row)["summary"] == "Attack on a market."
    assert flat(row)["pcode"] == MISSION.area_of(18.555, 4.3612, 2)


def test_two_people_are_two_accounts_in_two_sessions(office: Office):
    office.file(an_incident(compartment="command", actors=[HOST_FORCES]))
    office.pass_slots()
    [item] = [one for one in office.people.waiting(OFFICER) if one.line.audience == "host-state"]
    office.people.decide(OFFICER, "s1", item.line.id, "approve")
    with pytest.raises(NotAllowed):
        office.people.decide(OFFICER, "s2", item.line.id, "approve")
    with pytest.raises(NotAllowed):
        office.people.decide(HEAD, "s1", item.line.id, "approve")
    office.pass_slots()
    assert office.seen("host-state") == []
    with pytest.raises(NotAllowed):  # the matrix: the head of mission is one of the two
        office.people.decide(OTHER, "s2", item.line.id, "approve")
    office.people.decide(HEAD, "s2", item.line.id, "approve")
    office.pass_slots()
    assert len(office.seen("host-state")) == 1


def for_host_state(office: Office) -> bytes:
    """The line that waits towards the host state."""
    waits = office.people.waiting(OFFICER)
    [line] = [one.line.id for one in waits if one.line.audience == "host-state"]
    return line


def test_the_first_word_counts_for_no_amendment_that_only_the_second_saw(office: Office):
    [first] = office.file(an_incident(compartment="command", actors=[HOST_FORCES]))
    office.pass_slots()
    line = for_host_state(office)
    office.people.decide(OFFICER, "s1", line, "approve")
    changes: dict[str, Any] = {"amends": [first], "killed": 70}
    office.file(an_incident(compartment="command", actors=[HOST_FORCES], **changes))
    with pytest.raises(InvalidQuery) as caught:  # before the desk has looked at it
        office.people.decide(HEAD, "s2", line, "approve")
    assert caught.value.field == "report"
    office.desk.tick()
    office.people.decide(HEAD, "s2", line, "approve")
    office.pass_slots(2)
    assert office.seen("host-state") == []
    office.people.decide(OFFICER, "s3", line, "approve")
    office.pass_slots()
    assert [flat(row)["killed"] for row in office.seen("host-state")] == [25]


def test_nobody_agrees_to_an_amendment_that_he_was_not_shown(office: Office):
    [first] = office.file(an_incident())
    office.pass_slots()
    [second] = office.file(an_incident(killed=70, amends=[first]))
    office.pass_slots()
    line = for_host_state(office)
    with pytest.raises(InvalidQuery) as caught:
        office.people.decide(OFFICER, "s1", line, "approve", shown=bytes.fromhex(first))
    assert caught.value.field == "report"
    office.people.decide(OFFICER, "s1", line, "approve", shown=bytes.fromhex(second))
    office.pass_slots()
    assert len(office.seen("host-state")) == 1


def test_the_word_of_who_may_not_decide_any_more_counts_no_more(office: Office):
    gone: set[str] = set()
    office.desk.still = lambda account, _line: account not in gone
    office.file(an_incident(compartment="command", actors=[HOST_FORCES]))
    office.pass_slots()
    line = for_host_state(office)
    office.people.decide(OFFICER, "s1", line, "approve")
    gone.add("officer")
    office.people.decide(HEAD, "s2", line, "approve")
    office.pass_slots(2)
    assert office.seen("host-state") == []
    office.people.decide(OTHER, "s3", line, "approve")
    gone.add("other")  # between the word and the slot
    office.pass_slots(2)
    assert office.seen("host-state") == []
    assert "host-state" in waiting(office)


def test_nobody_decides_without_the_right_or_the_sight(office: Office):
    office.file(an_incident())
    office.pass_slots()
    [item] = [one for one in office.people.waiting(OFFICER) if one.line.audience == "host-state"]
    without_right = a_reader("mission", "command")
    without_sight = a_reader("partners", decides=("host-state",))
    for reader in (without_right, without_sight):
        assert office.people.waiting(reader) == []
        with pytest.raises(Unavailable):
            office.people.decide(reader, "s", item.line.id, "approve")


def test_a_recalled_version_is_gone_from_picture_and_log_and_the_chain_verifies(office: Office):
    [first] = office.file(an_incident())
    office.pass_slots()
    [line] = [
        one
        for one, _ in office.people.releases(DUTY, bytes.fromhex(first))
        if one.audience == "partners"
    ]
    office.people.decide(OFFICER, "s1", line.id, "recall", reason="a mistake")
    assert office.seen("partners", withdrawn=True) == []
    assert not [o for o in office.log.read() if o.body and o.body.compartment == "partners" and o.body.coarse]  # fmt: skip
    assert verify(office.log, office.keys).faults == []
    office.pass_slots(2)
    assert office.seen("partners", withdrawn=True) == []
    [again] = [
        one
        for one, _ in office.people.releases(DUTY, bytes.fromhex(first))
        if one.audience == "partners"
    ]
    assert again.state == RECALLED
    assert again.last.by == "officer"


def test_an_agreement_to_an_end_expires(office: Office):
    office.file(an_incident())
    office.pass_slots()
    [item] = [one for one in office.people.waiting(OFFICER) if one.line.audience == "host-state"]
    end = office.now + 3 * SLOT
    office.people.decide(OFFICER, "s1", item.line.id, "approve", until=end)
    office.pass_slots()
    assert len(office.seen("host-state")) == 1
    office.now = end
    office.desk.tick()
    assert office.seen("host-state", withdrawn=True) == []


def test_a_rule_that_became_never_stops_what_was_due(office: Office):
    office.file(an_incident())
    office.desk.tick()
    changed(office, "incident-verified", "partners", **NEVER)
    office.pass_slots()
    assert office.seen("partners") == []
    assert len(office.seen("local")) == 1


def test_after_a_stop_the_desk_goes_on_where_it_was_and_makes_nothing_twice(office: Office):
    office.file(an_incident())
    office.desk.tick()
    office.desk = office.started()
    office.pass_slots()
    office.desk = office.started()
    office.pass_slots()
    assert len(office.seen("partners")) == 1
    [row] = office.seen("partners")
    assert row.column("many") == 0


def test_an_imminent_warning_waits_two_minutes_and_carries_no_words(office: Office):
    office.file(an_alert(threat="imminent", tlp="GREEN"))
    office.desk.tick()
    office.now += timedelta(minutes=2)
    office.desk.tick()
    [row] = office.seen("partners")
    told = flat(row)
    assert told["threatened"] == 100
    assert "Talvek" not in str(told)
    assert row.body.place is not None
    assert (row.body.place.accuracy_m or 0) >= 5_000


def test_where_few_could_be_the_source_a_person_decides(office: Office):
    office.file(an_alert(place="8.1234, 25.4321"))  # nobody has said who lives there
    office.pass_slots()
    assert office.seen("partners") == []
    lines = {one.line.audience: one.line for one in office.people.waiting(OFFICER)}
    assert lines["partners"].state == WAITS
    office.people.decide(OFFICER, "s1", lines["partners"].id, "approve")
    office.pass_slots()
    assert len(office.seen("partners")) == 1


def test_acts_beside_versions_carry_the_time_of_the_slot_too(office: Office):
    office.now = NOW + timedelta(days=30)  # later than the machine's clock, which else would win
    office.file(an_incident())
    office.pass_slots()
    audiences = {"partners", "local", "humanitarian"}
    told = [o for o in office.log.read() if o.body and o.body.compartment in audiences]
    assert {o.body.kind for o in told if o.body} == {"author/1", "act.coarser/1", "incident/1"}
    assert len({o.header.clock >> 16 for o in told}) == 1


def test_preview_says_what_will_be_made(office: Office):
    foreseen = {one.decision.audience: one for one in office.people.preview(DUTY, an_incident())}
    assert office.seen("mission") == []
    office.file(an_incident())
    office.pass_slots()
    for audience in ("partners", "local", "humanitarian"):
        [row] = office.seen(audience)
        version = foreseen[audience].version
        assert version is not None
        assert (version.content, version.place, version.occurred) == (
            row.body.content,
            row.body.place,
            row.body.occurred,
        )
    assert foreseen["host-state"].decision.outcome == "one-person"
    assert foreseen["command"].version is None


def test_the_ledger_is_withheld_from_those_who_have_only_a_version(office: Office):
    [first] = office.file(an_incident())
    office.pass_slots()
    [row] = office.seen("partners")
    partner = a_reader("partners")
    assert office.people.releases(partner, row.id) == []
    with pytest.raises(Unavailable):
        office.people.releases(partner, bytes.fromhex(first))
    states = {one.state for one, _ in office.people.releases(DUTY, bytes.fromhex(first))}
    assert states == {MADE, WAITS}


def test_a_decision_that_makes_no_sense_is_one_clear_error(office: Office):
    office.file(an_incident())
    office.pass_slots()
    [item] = [one for one in office.people.waiting(OFFICER) if one.line.audience == "host-state"]
    for act, field in (("recall", "act"), ("edit", "text"), ("burn", "act")):
        with pytest.raises(InvalidQuery) as caught:
            office.people.decide(OFFICER, "s1", item.line.id, act)
        assert caught.value.field == field


def changed(office: Office, data: str, to: str, **measures: object) -> None:
    rules = tuple(
        msgspec.structs.replace(rule, **measures) if (rule.data, rule.to) == (data, to) else rule
        for rule in office.configuration.rules
    )
    office.configuration = msgspec.structs.replace(office.configuration, rules=rules)


NEVER = {"mode": "never", "place": "", "time": "", "passes": (), "counts": "none"}


def test_a_rule_that_is_closed_takes_back_what_stands_in_the_same_round(office: Office):
    office.file(an_incident())
    office.pass_slots()
    assert len(office.seen("partners")) == 1
    changed(office, "incident-verified", "partners", **NEVER)
    office.desk.tick()
    assert office.seen("partners", withdrawn=True) == []
    assert len(office.seen("local")) == 1


def test_a_narrowed_rule_leaves_only_the_coarser_version(office: Office):
    office.file(an_incident())
    office.pass_slots()
    changed(office, "incident-verified", "partners", place="admin-1")
    office.desk.tick()
    assert office.seen("partners", withdrawn=True) == []
    office.pass_slots()
    [row] = office.seen("partners")
    assert flat(row)["pcode"] == MISSION.area_of(18.555, 4.3612, 1)


def test_a_node_that_was_off_closes_what_ended_before_anything_else(office: Office):
    office.file(an_incident())
    office.pass_slots()
    office.desk.close()
    rules = tuple(
        rule
        for rule in office.configuration.rules
        if (rule.data, rule.to) != ("incident-verified", "partners")
    )
    office.configuration = msgspec.structs.replace(office.configuration, rules=rules)
    office.desk = office.started()
    office.desk.tick()
    assert office.seen("partners", withdrawn=True) == []


def test_a_new_rule_reaches_what_is_there_and_says_so_before(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    [filed] = office.file(an_alert(tlp="CLEAR"))
    office.pass_slots()
    old = office.configuration
    gives = {"mode": "automatic", "place": "admin-1", "time": "day", "passes": ("code",)}
    changed(office, "informant-alert", "public", **gives)
    looked: list[str] = []
    case = office.desk.case

    def look(of: Entity) -> Case | None:
        looked.append(of.compartment)
        return case(of)

    monkeypatch.setattr(office.desk, "case", look)

    def seen(*compartments: str) -> list[Reached]:
        new, may = office.configuration, frozenset(compartments)
        return reached(office.desk, office.picture, old, new, office.now, may)

    assert seen("partners", "mission") == []
    assert "command" not in looked, "the time it takes would tell how many reports there are"
    [found] = seen("command", "mission")
    assert (found.report.hex(), found.audience) == (filed, "public")
    assert office.seen("public") == []
    office.pass_slots(97)  # public has one slot a day
    assert len(office.seen("public")) == 1


def test_what_a_person_recalled_no_rule_opens_again(office: Office):
    [first] = office.file(an_incident())
    office.pass_slots()
    ledger = office.people.releases(DUTY, bytes.fromhex(first))
    [line] = [one for one, _ in ledger if one.audience == "partners"]
    office.people.decide(OFFICER, "s1", line.id, "recall")
    changed(office, "incident-verified", "partners", place="admin-1")
    office.pass_slots(2)
    assert office.seen("partners") == []
    office.file(an_incident(killed=40, amends=[first]))
    office.pass_slots(2)
    assert office.seen("partners") == []
    assert "partners" in waiting(office)
    office.people.decide(OFFICER, "s1", line.id, "approve")
    office.pass_slots()
    assert len(office.seen("partners")) == 1


def test_a_history_that_is_loaded_is_released_at_once(office: Office):
    office.file(*(an_incident(killed=n) for n in range(3)))
    office.desk.settle()
    assert len(office.seen("partners")) == len(office.seen("local")) == 3
    assert office.seen("host-state") == []


def test_a_long_list_that_is_taken_back_is_looked_at_in_one_round(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(release, "_MOST_TOGETHER", 4)
    notes = [an_incident(kind="note", summary=f"Note {n}") for n in range(30)]
    for note in notes:
        for name in ("type", "state", "killed"):
            del note[name]
    ids = office.file(*notes[:15], an_incident(), *notes[15:])
    office.pass_slots(2)
    assert len(office.seen("partners")) == 1
    office.file(*({"kind": "withdrawal", "reason": "error", "amends": [one]} for one in ids))
    before = office.log.last_lsn
    office.desk.tick()
    assert int.from_bytes(office.keys.secrets.get("releases", "seen") or b"") >= before
    assert office.seen("partners") == [], "among many that nobody has, one that somebody has"
    assert len(office.seen("partners", withdrawn=True)) == 1


def test_what_an_organisation_gave_travels_on_only_as_its_rule_says(office: Office):
    focal = a_reader("org-lamp", decides=("command", "humanitarian", "partners"), account="focal")
    focal = msgspec.structs.replace(focal, organisation="lamp")
    office.file(an_alert(compartment="org-lamp"), reader=focal)
    office.pass_slots(2)
    assert office.seen("command", "police", "partners") == []
    lines = {one.line.audience: one.line for one in office.people.waiting(focal)}
    assert {"command", "partners"} <= set(lines)
    office.people.decide(focal, "s1", lines["command"].id, "approve")
    office.pass_slots()
    assert len(office.seen("command")) == 1
    office.pass_slots()
    [row] = office.seen("police")
    assert row.body.coarse is not None
    assert office.seen("command")[0].id != row.id
    # one thing, however many ways it came: whoever reads several sees the finest alone
    assert len(office.seen("org-lamp", "command", "police", "mission", "partners")) == 1
    office.people.decide(focal, "s1", lines["command"].id, "recall")
    assert office.seen("command", "police", "mission", "partners", withdrawn=True) == []


def test_one_report_that_cannot_be_decided_on_holds_up_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    whole = office.desk.version

    def falters(case: Case, rule: Rule, text: str) -> Version:
        if case.content["killed"] == 3:
            raise ValueError("nobody foresaw this")
        return whole(case, rule, text)

    monkeypatch.setattr(office.desk, "version", falters)
    office.file(*(an_incident(killed=n) for n in (3, 30)))
    office.pass_slots(3)
    assert [flat(row)["killed"] for row in office.seen("partners")] == [25]


def test_an_edit_of_what_two_decided_waits_for_the_second_and_keeps_his_words(office: Office):
    office.file(an_incident(compartment="command", actors=[HOST_FORCES]))
    office.pass_slots()
    [item] = [one for one in office.people.waiting(OFFICER) if one.line.audience == "host-state"]
    line = item.line.id
    office.people.decide(OFFICER, "s1", line, "approve", text="First words.")
    office.people.decide(HEAD, "s2", line, "approve")
    office.pass_slots()
    assert [flat(row)["summary"] for row in office.seen("host-state")] == ["First words."]
    office.people.decide(OFFICER, "s3", line, "edit", text="Other words.")
    office.pass_slots()
    assert [flat(row)["summary"] for row in office.seen("host-state")] == ["First words."]
    assert "host-state" in waiting(office, HEAD)
    office.people.decide(HEAD, "s4", line, "approve")
    office.pass_slots()
    assert [flat(row)["summary"] for row in office.seen("host-state")] == ["Other words."]


def shown_to(office: Office, reader: Reader) -> Waiting:
    [found] = [one for one in office.people.waiting(reader) if one.line.audience == "host-state"]
    return found


def test_nobody_agrees_to_words_that_he_was_not_shown(office: Office):
    """What one of two writes is shown to the other, and counts for nobody who saw other words."""
    office.file(an_incident(compartment="command", actors=[HOST_FORCES]))
    office.pass_slots()
    line = shown_to(office, OFFICER).line.id
    office.people.decide(OFFICER, "s1", line, "approve", text="First words.")
    item = shown_to(office, HEAD)
    assert item.words == "First words."
    assert item.version is not None
    assert content_values(item.version)["summary"] == "First words."
    with pytest.raises(InvalidQuery) as caught:
        office.people.decide(HEAD, "s2", line, "approve", words="")
    assert caught.value.field == "text"
    office.people.decide(HEAD, "s2", line, "edit", text="LARK-7 told us.", words="First words.")
    office.pass_slots()
    assert office.seen("host-state") == [], "the first has not seen them"
    assert shown_to(office, OFFICER).words == "LARK-7 told us."
    office.people.decide(OFFICER, "s3", line, "edit", text="Third words.")
    office.people.decide(HEAD, "s4", line, "approve", words="Third words.")
    office.pass_slots()
    assert [flat(row)["summary"] for row in office.seen("host-state")] == ["Third words."]


def test_words_that_were_released_stay_in_the_history_until_the_version_is_recalled(
    office: Office,
):
    """What the desk says at the moment of writing (``ledger.edit.old``)."""
    [filed] = office.file(an_incident())
    office.pass_slots()

    def read() -> list[str]:
        [row] = office.seen("partners")
        view = entity_by_id(office.picture, a_reader("partners"), row.entity)
        return sorted(flat(one).get("summary", "") for one in view.history)

    def write(text: str) -> None:
        found = office.people.releases(OFFICER, bytes.fromhex(filed))
        [line] = [one for one, _ in found if one.audience == "partners"]
        office.people.decide(OFFICER, "s1", line.id, "edit", text=text)
        office.pass_slots(2)

    write("Sister Ana told us.")
    write("Somebody told us.")
    assert read() == ["", "Sister Ana told us.", "Somebody told us."]
    found = office.people.releases(OFFICER, bytes.fromhex(filed))
    [line] = [one for one, _ in found if one.audience == "partners"]
    office.people.decide(OFFICER, "s1", line.id, "recall")
    write("A source told us.")
    assert read() == ["A source told us."]


def test_of_two_ends_the_earlier_holds(office: Office):
    office.file(an_incident(compartment="command", actors=[HOST_FORCES]))
    office.pass_slots()
    line = shown_to(office, OFFICER).line.id
    soon, late = office.now + timedelta(days=1), office.now + timedelta(days=300)
    office.people.decide(OFFICER, "s1", line, "approve", until=soon)
    made = office.people.decide(HEAD, "s2", line, "approve", until=late)
    office.pass_slots()
    assert len(office.seen("host-state")) == 1
    assert office.people.line(HEAD, made.id).until == soon


def test_a_report_and_all_versions_on_two_ways_are_counted_once(office: Office):
    """Partners have it from the organisation itself, the mission by way of command."""
    audiences = ("command", "partners")
    focal = a_reader("org-lamp", decides=audiences, account="focal")
    focal = msgspec.structs.replace(focal, organisation="lamp")
    office.file(an_alert(compartment="org-lamp"), reader=focal)
    office.desk.tick()
    for one in office.people.waiting(focal):
        if one.line.audience in audiences:
            office.people.decide(focal, "s1", one.line.id, "approve")
    office.pass_slots(2)
    everyone = a_reader("command", decides=("local",), account="liaison")
    for one in office.people.waiting(everyone):
        office.people.decide(everyone, "s2", one.line.id, "approve")
    office.pass_slots(2)
    assert [row.compartment for row in office.seen("partners")] == ["partners"]
    assert [row.compartment for row in office.seen("local")] == ["local"]
    assert [row.compartment for row in office.seen("mission", "partners")] == ["mission"]
    assert [row.compartment for row in office.seen("police", "partners")] == ["police"]
    assert [row.compartment for row in office.seen("partners", "local")] == ["partners"]
    own = office.seen("org-lamp", "command", "mission", "police", "partners", "local")
    assert [row.compartment for row in own] == ["org-lamp"]
    assert [row.compartment for row in office.seen("org-lamp", "local")] == ["org-lamp"]
