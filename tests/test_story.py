"""The story of AMBER RIVER: told through the desks, by pseudonyms, at its own times."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from eirene.app import Node
from eirene.cli import demo
from eirene.cli.play import Playing, clock_of, play, reader_of
from eirene.config import Settings
from eirene.keys.lock import Lock
from eirene.keys.store import KeyStore
from eirene.missions import mission_named
from eirene.missions.story import (
    ExerciseClock,
    Line,
    Ruling,
    read_cast,
    read_members,
    read_story,
)
from eirene.people import roles
from eirene.people.roles import resolved, role_named
from eirene.picture import flat, search
from eirene.picture.ledger import waiting
from eirene.picture.queries import entity_by_id
from eirene.picture.query import Query
from eirene.release.reader import Reader
from eirene.reports.kinds import kinds

AMBER = mission_named("amber")
CAST = read_cast(AMBER.folder / AMBER.declaration.cast)
MEMBERS = read_members(AMBER.folder / AMBER.declaration.members)
STORY = list(read_story(AMBER.folder / AMBER.declaration.story))
LINES = [one for one in STORY if isinstance(one, Line)]
ZONE = ZoneInfo(AMBER.zone)
MAY_NOT_FILE = {"capital-focal-point", "head-of-mission", "administrator", "anyone"}


def organisation_of(role: str) -> str:
    return AMBER.declaration.organisations.get(role, "mission")


def reader_for(role: str) -> Reader:
    of = role_named(role)
    code = organisation_of(role)
    return Reader(
        account=role,
        role=role,
        organisation=code,
        compartments=frozenset(resolved(of.compartments, code)),
        may_decide=frozenset(resolved(of.may_decide_releases_to, code)),
    )


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    made = demo.make_or_open(Settings(data=str(tmp_path_factory.mktemp("story"))), demo.SHOWN[1])
    yield made
    made.close()


def seen_by(node: Node, role: str, **query: Any) -> list[dict[str, Any]]:
    found = search(node.picture, reader_for(role), Query(limit=500, **query))
    return [flat(row) for row in found.rows]


# -- the clock


@pytest.mark.parametrize(
    ("now", "last_day"),
    [
        ("2026-11-25T20:59:59+00:00", "2026-11-24"),  # 19:59 in the zone of the exercise
        ("2026-11-25T21:00:00+00:00", "2026-11-25"),
        ("2026-11-26T00:30:00+00:00", "2026-11-25"),
    ],
)
def test_the_story_has_just_ended_whenever_it_is_told(now: str, last_day: str) -> None:
    clock = ExerciseClock.ending_before(datetime.fromisoformat(now), ZONE)
    assert clock.last_day.isoformat() == last_day
    assert clock.moment("D15 20:00") <= datetime.fromisoformat(now)


def test_every_time_keeps_its_time_of_day() -> None:
    clock = ExerciseClock.ending_before(datetime(2026, 11, 26, 12, tzinfo=UTC), ZONE)
    assert clock.moment("D15 05:10") == datetime(2026, 11, 25, 6, 10, tzinfo=UTC)
    told = clock.flat({"occurred": {"start": "D14 23:30"}, "waypoints": [{"a": "D01"}], "n": 3})
    assert told == {
        "occurred": {"start": "2026-11-25T00:30Z"},
        "waypoints": [{"a": "2026-11-11"}],
        "n": 3,
    }


def test_no_line_is_told_after_the_end_or_out_of_order() -> None:
    times = [one.at for one in STORY]
    assert times == sorted(times)
    assert times[-1] <= "D15 20:00"


# -- the cast and what it tells


def test_every_role_that_may_file_tells_something() -> None:
    told = {CAST[line.by].role for line in LINES}
    assert told == set(roles()) - MAY_NOT_FILE


# they come by import, by upload and by keeping how a table is read; nobody reports them
NOT_TOLD = {"site", "attachment", "mapping"}


def test_every_kind_is_told() -> None:
    assert {line.report["kind"] for line in LINES} | NOT_TOLD == set(kinds())


def test_everybody_files_where_his_role_lets_him() -> None:
    codes = {one.code: one.form for one in MEMBERS}
    for line in LINES:
        reader = reader_of(CAST[line.by])
        assert line.report["compartment"] in reader.may_file, line.key
        assert reader.organisation in {*codes, "mission"}, line.by


def test_nobody_of_the_cast_has_a_name_of_a_person() -> None:
    for player in CAST.values():
        assert re.fullmatch("[a-z]+", player.account)
    for line in LINES:
        if line.report["kind"] == "source":
            assert re.fullmatch(r"[A-Z]+-\d", line.report["pseudonym"])


def test_two_weeks_are_quiet_and_one_day_is_bad() -> None:
    dead = Counter[str]()
    for line in LINES:
        if line.report["kind"] == "incident" and not line.amends:
            dead[line.at[:3]] += line.report.get("killed", 0)
    amended = max(line.report.get("killed", 0) for line in LINES if line.at > "D15")
    assert sum(dead[f"D{day:02}"] for day in range(1, 15)) < amended
    assert all(sum(line.at.startswith(f"D{day:02}") for line in LINES) > 4 for day in range(1, 16))


# -- what comes of it


def test_all_of_it_is_filed_with_the_times_of_the_story(node: Node) -> None:
    clock = clock_of(node)
    (handover,) = seen_by(node, "joc-duty-officer", kinds=("note",), q="decided tonight")
    assert handover["filed"] == f"{clock.moment('D15 19:40'):%Y-%m-%dT%H:%M:%SZ}"
    assert handover["filed_by"] == "kestrel"
    kinds_seen = {one["kind"] for one in seen_by(node, "joc-duty-officer")}
    assert {"alert", "incident", "patrol", "casevac", "hazard", "unit", "readiness"} <= kinds_seen


def test_two_officers_counts_of_the_dead_stand_side_by_side(node: Node) -> None:
    (attack,) = seen_by(node, "joc-duty-officer", kinds=("incident",), q="Attack on Hemdola")
    view = entity_by_id(
        node.picture, reader_for("joc-duty-officer"), bytes.fromhex(attack["entity"])
    )
    assert sorted(flat(row)["killed"] for row in view.current) == [8, 9]


def test_the_warning_reaches_partners_as_a_warning_and_the_state_not_at_all(node: Node) -> None:
    (own,) = seen_by(node, "joc-duty-officer", kinds=("alert",), q="fires")
    assert (own["place"], own["threatened"]) == ("Hemdola", 280)
    told = [
        one
        for one in seen_by(node, "ngo-focal-point", kinds=("alert",))
        if one["occurred"]["start"][:10] == own["occurred"]["start"][:10]
    ]
    assert told
    for one in told:
        assert one["compartment"] == "partners"
        assert "place" not in one
        assert one["accuracy_m"] > 5_000
        assert "alleged_actor" not in one
        assert one.get("threatened") in (None, 100)
    assert seen_by(node, "host-state-liaison-officer", kinds=("alert",)) == []
    assert seen_by(node, "capital-focal-point", kinds=("alert",)) == []


def test_the_informant_is_known_to_the_liaison_cell_alone(node: Node) -> None:
    for role in roles():
        words = str([seen_by(node, role, kinds=("source",)), seen_by(node, role, q="SEDGE")])
        knows = role in ("community-liaison-assistant", "liaison-cell-chief")
        assert ("SEDGE" in words) == knows, role
        assert bool(seen_by(node, role, kinds=("source",))) == knows, role


def test_what_was_given_for_deconfliction_stays_with_the_desk_and_those_addressed(
    node: Node,
) -> None:
    for role in ("analyst", "joc-duty-officer", "police-officer", "host-state-liaison-officer"):
        assert seen_by(node, role, kinds=("notification", "acknowledgement")) == []
    party = seen_by(node, "party-focal-point", kinds=("notification",))
    assert {one["serial"] for one in party} >= {"N-0001", "N-0021"}
    assert "N-0022" not in {one["serial"] for one in party}  # waits for the desk
    assert all("parties" not in one and "contact_personal" not in one for one in party)


def test_the_day_ends_with_decisions_to_take(node: Node) -> None:
    reader = reader_for("release-officer")
    waits = [(line.of.compartment, line.audience) for line in waiting(node.picture, reader)]
    assert ("command", "host-state") in waits
    assert ("mission", "host-state") in waits
    assert len(waits) < 60  # a desk that one person can clear


def test_telling_it_again_changes_nothing(node: Node) -> None:
    before = node.picture.position()[0], len(seen_by(node, "joc-duty-officer"))
    reports = node.log.last_lsn
    play(node)
    filed = [
        opened
        for opened in node.log.read(reports)
        if opened.body is not None and not opened.body.kind.startswith("act.")
    ]
    assert [(one.body.kind, one.body.compartment) for one in filed if one.body] == []
    assert len(seen_by(node, "joc-duty-officer")) == before[1]


def test_only_an_exercise_has_a_clock_of_its_own(tmp_path: Path) -> None:
    KeyStore.create(tmp_path / "keys", Lock("plain"), realm="live", node="n", owner="m").close()
    live = Node(Settings(data=str(tmp_path)), None)
    playing = Playing(live, CAST, ExerciseClock.ending_before(datetime.now(UTC), ZONE))
    with pytest.raises(ValueError, match="only an exercise"):
        playing.take([LINES[0]])
    live.close()


def test_a_ruling_that_has_nothing_to_decide_on_is_an_error(node: Node) -> None:
    playing = Playing(node, CAST, clock_of(node))
    playing.take([LINES[0]])
    ruling = Ruling(at="D15 20:00", by="swift", act="approve", of=LINES[0].key, to="org-nobody")
    with pytest.raises(LookupError, match="org-nobody"):
        playing.take([ruling])
