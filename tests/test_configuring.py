"""Changing the rules: one for narrower, two for wider, and what becomes of reports at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eirene.app import Node
from eirene.config import Settings
from eirene.desks.configuring import (
    WAITS_MOST,
    ConfigurationDesk,
    may_change,
)
from eirene.desks.history import History
from eirene.errors import InvalidQuery, InvalidRules, NotAllowed
from eirene.people.rights import Rights
from eirene.people.roles import roles
from eirene.release.configuration import default, from_toml, to_toml, whole
from eirene.release.reader import Reader
from eirene.release.rules import Rule
from eirene.reports.acts import act_of
from eirene.reports.acts.configuration import ConfigurationAct
from eirene.reports.envelope import Body, Opened
from picture_world import as_opened
from test_cli import bad, good, serving
from web_node import PASSWORD, WebNode, an_incident, wait_for

NOW = datetime(2026, 11, 25, tzinfo=UTC)
DEFAULT = to_toml(default())
WIDER = DEFAULT.replace("k = 5", "k = 4")
NARROWER = DEFAULT.replace("k = 5", "k = 6")
BROKEN = DEFAULT + (
    '\n[[rule]]\nid = "bad"\ndata = "assessment"\norigin = "analysis"\nto = "host-state"\n'
    'mode = "automatic"\nplace = "exact"\ntime = "day"\npasses = ["code"]\n'
)


def of_role(name: str, organisation: str = "mission") -> Reader:
    role = roles()[name]
    return Reader(
        account=name,
        organisation=organisation,
        compartments=frozenset(role.compartments),
        may_decide=frozenset(role.may_decide_releases_to),
        may_grant=frozenset(role.may_grant),
    )


HEAD, RELEASE, JOC = (
    of_role(n) for n in ("head-of-mission", "release-officer", "joc-duty-officer")
)


class Office:
    """A configuration desk with a log in memory."""

    def __init__(self) -> None:
        self.entries: list[Opened] = []
        self.now = NOW
        self.standing = {who.account: who for who in (HEAD, RELEASE, JOC)}
        self.lent = Rights()
        """What one of two lent to the other."""
        self.desk = ConfigurationDesk(
            "mission",
            self.post,
            clock=lambda: self.now,
            standing=self.standing.get,
            one_say=lambda _one, _other, says: says(self.lent),
        )

    def post(self, bodies: Sequence[Body]) -> list[Opened]:
        made = [
            as_opened(body, lsn, lsn << 16)
            for lsn, body in enumerate(bodies, start=len(self.entries) + 1)
        ]
        self.entries += made
        return made


@pytest.fixture
def office() -> Office:
    return Office()


# --- one, two -----------------------------------------------------------------


def test_the_shipped_matrix_is_in_force_until_somebody_changes_it(office: Office) -> None:
    assert office.desk.current == default()
    assert office.desk.in_force().version == 0


def test_what_narrows_is_in_force_at_once_by_one(office: Office) -> None:
    done = office.desk.apply(RELEASE, "s1", NARROWER, "more care")
    assert (done.version, done.proposal) == (1, None)
    assert office.desk.current.k == 6
    held = office.desk.in_force()
    assert (held.by, held.reason, held.at, held.toml) == (
        ("release-officer",),
        "more care",
        NOW,
        NARROWER,
    )


def test_what_widens_waits_for_a_second_person(office: Office) -> None:
    done = office.desk.apply(RELEASE, "s1", WIDER)
    assert done.version == 0 and done.proposal is not None
    assert office.desk.current.k == 5
    done = office.desk.approve(HEAD, "s2", done.proposal.id)
    assert (done.version, done.proposal, office.desk.current.k) == (1, None, 4)
    assert office.desk.in_force().by == ("release-officer", "head-of-mission")
    assert office.desk.waiting() == []


def test_the_same_text_from_a_second_person_agrees(office: Office) -> None:
    office.desk.apply(RELEASE, "s1", WIDER)
    with pytest.raises(InvalidQuery, match="you proposed it"):
        office.desk.apply(RELEASE, "s3", WIDER)
    assert office.desk.apply(HEAD, "s2", WIDER).version == 1


@pytest.mark.parametrize(
    ("second", "session"), [(RELEASE, "s2"), (HEAD, "s1")], ids=["same account", "same session"]
)
def test_one_person_or_one_session_is_not_two(office: Office, second: Reader, session: str) -> None:
    proposal = office.desk.apply(RELEASE, "s1", WIDER).proposal
    assert proposal is not None
    with pytest.raises(NotAllowed, match="another one"):
        office.desk.approve(second, session, proposal.id)
    assert office.desk.current.k == 5


def test_a_proposal_is_refused_or_taken_back(office: Office) -> None:
    for who in (HEAD, RELEASE):
        proposal = office.desk.apply(RELEASE, "s1", WIDER).proposal
        assert proposal is not None
        office.desk.refuse(who, "s2", proposal.id)
        assert office.desk.waiting() == []
        with pytest.raises(InvalidQuery, match="No such proposal"):
            office.desk.approve(HEAD, "s2", proposal.id)


def test_a_proposal_lapses(office: Office) -> None:
    proposal = office.desk.apply(RELEASE, "s1", WIDER).proposal
    assert proposal is not None
    office.now += WAITS_MOST
    with pytest.raises(InvalidQuery, match="No such proposal"):
        office.desk.approve(HEAD, "s2", proposal.id)


def test_what_was_narrowed_meanwhile_is_not_opened_unseen(office: Office) -> None:
    """The proposal would have put back what somebody has just closed."""
    proposal = office.desk.apply(RELEASE, "s1", WIDER).proposal
    assert proposal is not None
    office.desk.apply(HEAD, "s2", NARROWER)
    assert office.desk.waiting() == []
    with pytest.raises(InvalidQuery, match="No such proposal"):
        office.desk.approve(HEAD, "s2", proposal.id)
    assert office.desk.current.k == 6


@pytest.mark.parametrize(
    "left",
    [None, of_role("joc-duty-officer"), of_role("release-officer", "amber-river")],
    ids=["suspended", "with less say", "of another organisation"],
)
def test_the_word_of_who_may_not_change_rules_any_more_counts_no_more(
    office: Office, left: Reader | None
) -> None:
    proposal = office.desk.apply(RELEASE, "s1", WIDER).proposal
    assert proposal is not None
    office.standing.pop("release-officer")
    if left is not None:
        office.standing["release-officer"] = left
    assert office.desk.waiting() == []
    with pytest.raises(InvalidQuery, match="No such proposal"):
        office.desk.approve(HEAD, "s2", proposal.id)
    # the same text again is the first word of who sends it
    done = office.desk.apply(HEAD, "s2", WIDER)
    assert done.proposal is not None and done.proposal.by == "head-of-mission"
    assert office.desk.current.k == 5


def test_nobody_makes_two_of_himself_by_lending_his_say(office: Office) -> None:
    proposal = office.desk.apply(RELEASE, "s1", WIDER).proposal
    assert proposal is not None
    office.lent = Rights(
        decide=frozenset({"public"})
    )  # what concerns everybody is for who decides on what is public
    with pytest.raises(NotAllowed, match="lent"):
        office.desk.approve(HEAD, "s2", proposal.id)
    assert office.desk.current.k == 5


def test_what_cannot_take_effect_any_more_can_still_be_refused(office: Office) -> None:
    """A lease that the proposal names has ended meanwhile, say."""
    proposal = office.desk.apply(RELEASE, "s1", WIDER).proposal
    assert proposal is not None
    broken = msgspec.structs.replace(proposal, configuration=from_toml(BROKEN))
    office.desk._history.waiting[proposal.id] = broken
    office.desk.refuse(HEAD, "s2", proposal.id)
    assert office.desk.waiting() == []


# --- who ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "who",
    [
        of_role("administrator"),
        of_role("anyone"),
        of_role("mine-action-officer"),
        of_role("host-state-liaison-officer"),
        of_role("ngo-focal-point", "amber-river"),
        of_role("cmcoord-officer", "coordination"),
    ],
    ids=lambda who: who.account,
)
def test_who_has_no_say_in_the_mission_s_releases_changes_no_rule(
    office: Office, who: Reader
) -> None:
    assert not office.desk.may_see(who)
    for text in (WIDER, NARROWER, DEFAULT):
        with pytest.raises(NotAllowed):
            office.desk.apply(who, "s1", text)
    assert office.entries == []


def test_a_say_is_a_say_for_an_audience(office: Office) -> None:
    assert may_change(JOC, "partners") and not may_change(JOC, "host-state")
    assert not may_change(JOC, "*") and may_change(RELEASE, "*")
    assert may_change(HEAD, "capital-x") and may_change(HEAD, "capital-*")
    assert may_change(HEAD, "analysis"), "who gives its clearances has a say"
    towards = DEFAULT.replace(
        'to = "host-state"\nmode = "one-person"', 'to = "host-state"\nmode = "automatic"', 1
    )
    assert towards != DEFAULT
    with pytest.raises(NotAllowed, match="towards host-state"):
        office.desk.apply(JOC, "s1", towards)


def test_the_second_person_needs_the_same_say(office: Office) -> None:
    proposal = office.desk.apply(RELEASE, "s1", WIDER).proposal
    assert proposal is not None
    with pytest.raises(NotAllowed, match="towards everybody"):
        office.desk.approve(JOC, "s2", proposal.id)


def test_rules_that_break_what_they_assert_take_effect_by_nobody(office: Office) -> None:
    for who, session in ((HEAD, "s1"), (RELEASE, "s2")):
        with pytest.raises(InvalidRules, match="must never") as caught:
            office.desk.apply(who, session, BROKEN)
        assert caught.value.field == "bad"
    assert office.entries == []


def test_what_cannot_be_read_is_refused_before_anything(office: Office) -> None:
    with pytest.raises(InvalidRules) as caught:
        office.desk.apply(HEAD, "s1", DEFAULT.replace('"cell-25km"', '"cell-25 km"'))
    assert caught.value.field == "rule 9.place"


def test_earlier_rules_can_be_looked_at(office: Office) -> None:
    office.desk.apply(HEAD, "s1", NARROWER)
    assert office.desk.in_force(0).configuration.k == 5
    assert [one.version for one in office.desk.history()] == [1, 0]
    with pytest.raises(InvalidQuery, match="There is no configuration 2"):
        office.desk.in_force(2)


# --- the fold -----------------------------------------------------------------


def an_act(lsn: int, by: str, **values: Any) -> Opened:
    kind, content = act_of(ConfigurationAct(**values))
    body = Body(
        id=bytes([lsn]) * 16,
        client_id=os.urandom(16),
        owner="mission",
        compartment="configuration",
        entity=bytes(16),
        kind=kind,
        account=by,
        filed=NOW + timedelta(minutes=lsn),
        content=content,
    )
    return as_opened(body, lsn, lsn << 16)


STORY = [
    an_act(1, "a", step="applied", toml=NARROWER),
    an_act(2, "a", step="proposed", toml=WIDER, after=1, session="s1"),
    an_act(3, "b", step="proposed", toml=DEFAULT, after=1, session="s2"),
    an_act(4, "b", step="approved", proposal=bytes([2]) * 16, session="s2"),
    an_act(5, "a", step="approved", proposal=bytes([3]) * 16, session="s1"),
    an_act(6, "b", step="refused", proposal=bytes([3]) * 16, session="s2"),
]


@given(st.permutations(STORY), st.integers(1, 5))
def test_in_any_order_with_repeats_the_same_rules_are_in_force(
    order: list[Opened], at: int
) -> None:
    office = Office()
    office.desk.take(order[:at])
    office.desk.take(order)
    assert [(one.version, one.by) for one in office.desk.history()] == [
        (2, ("a", "b")),
        (1, ("a",)),
        (0, ()),
    ]
    assert office.desk.current.k == 4
    assert office.desk.waiting() == []


@pytest.mark.parametrize(
    "answer",
    [
        {"by": "a", "session": "s2"},
        {"by": "b", "session": "s1"},
        {"by": "b", "session": "s2", "proposal": bytes([9]) * 16},
    ],
    ids=["same account", "same session", "unknown"],
)
def test_also_in_the_log_one_person_is_not_two(answer: dict[str, Any]) -> None:
    values: dict[str, Any] = {"proposal": bytes([2]) * 16} | answer
    office = Office()
    office.desk.take([*STORY[:2], an_act(3, values.pop("by"), step="approved", **values)])
    assert office.desk.current.k == 6


def test_rules_that_this_version_cannot_read_let_nothing_pass() -> None:
    history = History()
    history.take(bytes(16), "a", NOW, ConfigurationAct(step="applied", toml="from = 'later'"))
    assert history.current.version == 1
    assert history.current.configuration.rules == ()


def test_other_acts_and_other_compartments_change_no_rule(office: Office) -> None:
    foreign = msgspec.structs.replace(STORY[0].body, compartment="mission")  # pyright: ignore[reportArgumentType,reportCallIssue]
    strange = msgspec.structs.replace(STORY[0].body, kind="act.release/1")  # pyright: ignore[reportArgumentType,reportCallIssue]
    office.desk.take([as_opened(foreign, 7, 7 << 16), as_opened(strange, 8, 8 << 16)])
    assert office.desk.current == default()


# --- a node -------------------------------------------------------------------


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebNode]:
    made = WebNode(tmp_path, mission="car")
    until = datetime.now(UTC) + timedelta(days=1)
    for role in ("head-of-mission", "release-officer"):
        made.node.people.make(role, role, "mission", password=PASSWORD)
        made.token[role], _ = made.node.people.make_token(role, "read+file", until)
    yield made
    made.close()


def changed(web: WebNode, role: str, **values: Any) -> dict[str, Any]:
    answer = web.post(role, "/api/configuration", values)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_http_tells_the_rules_to_those_who_have_a_say_alone(web: WebNode) -> None:
    answer = web.get("release-officer", "/api/configuration")
    told = answer.json()
    assert told["version"] == 0 and len(told["rules"]) == 64 and told["toml"] == DEFAULT
    assert told["data"][3] == {"data": "informant-alert", "title": "alerts from informants"}
    to_public = next(one for one in told["rules"] if one["to"] == "public" and one["tlp"])
    assert (to_public["tlp"], to_public["closed"]) == ("CLEAR", "")
    assert told["changes"] == []
    assert web.get("release-officer", "/api/me").json()["sees_rules"]
    for role in ("ngo-focal-point", "anyone", "administrator", "sector-operations-officer"):
        assert not web.get(role, "/api/me").json()["sees_rules"]
        for path in ("/api/configuration", "/api/configuration/0"):
            assert web.get(role, path).status_code == 403
        for path in ("/api/configuration", "/api/configuration/check"):
            assert web.post(role, path, {"toml": WIDER}).status_code == 403
    assert web.get(None, "/api/configuration").status_code == 401


def test_http_a_change_is_checked_proposed_and_approved(web: WebNode) -> None:
    seen = web.post("release-officer", "/api/configuration/check", {"toml": WIDER}).json()
    assert (seen["widens"], seen["people"], seen["refused"]) == (True, 2, False)
    assert "falls from 5 to 4" in seen["changes"][0]["sentence"]
    assert changed(web, "release-officer", toml=WIDER)["state"] == "waits"
    [waits] = web.get("head-of-mission", "/api/configuration").json()["waiting"]
    assert waits["by"] == "release-officer" and waits["changes"] == seen["changes"]
    own = web.post(
        "release-officer", "/api/configuration", {"act": "approve", "proposal": waits["id"]}
    )
    assert own.status_code == 403
    done = changed(web, "head-of-mission", act="approve", proposal=waits["id"])
    assert (done["state"], done["version"]) == ("in-force", 1)
    assert web.node.configuring.current.k == 4
    assert web.get("head-of-mission", "/api/configuration/0").json()["k"] == 5
    assert web.get("head-of-mission", "/api/configuration/1").json()["changes"] == seen["changes"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "toml"),
        ({"toml": 3}, 400, "toml"),
        ({"toml": "k = "}, 422, "configuration"),
        ({"toml": BROKEN}, 422, "bad"),
        ({"act": "burn"}, 400, "act"),
        ({"act": "approve", "proposal": "0" * 32}, 400, "proposal"),
        ({"act": "approve", "proposal": "x"}, 404, None),
    ],
)
def test_http_bad_input_is_one_clear_error(
    web: WebNode, body: dict[str, Any], status: int, field: str | None
) -> None:
    answer = web.post("head-of-mission", "/api/configuration", body)
    assert answer.status_code == status, answer.text
    assert answer.json()["field"] == field and answer.json()["remedy"]
    assert web.get("head-of-mission", "/api/configuration/99").json()["field"] == "version"
    assert web.get("head-of-mission", "/api/configuration/x").status_code == 400


def test_a_token_that_only_reads_has_no_say(web: WebNode) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    web.token["reads"], _ = web.node.people.make_token("head-of-mission", "read", until)
    assert web.get("reads", "/api/configuration").status_code == 403
    assert web.post("reads", "/api/configuration", {"toml": NARROWER}).status_code == 403


def test_a_check_counts_what_would_newly_go_out_and_who_may_read_it(web: WebNode) -> None:
    web.file(*(an_incident(state="verified", latitude=4.36, longitude=18.55) for _ in range(3)))
    web.file(an_incident(state="reported", latitude=4.36, longitude=18.55))
    web.node.people.make("police", "police-officer", "mission", password=PASSWORD)
    until = datetime.now(UTC) + timedelta(hours=1)
    web.token["police"], _ = web.node.people.make_token("police", "read+file", until)
    web.file(an_incident(state="verified", compartment="police"), role="police")
    to_partners = default().rule("incident-verified:mission:partners")
    assert to_partners is not None
    fresh = [
        msgspec.structs.replace(to_partners, id="", origin=origin, to="medical")
        for origin in ("mission", "police")
    ]
    text = to_toml(whole(msgspec.structs.replace(default(), rules=(*default().rules, *fresh))))
    seen = web.post("head-of-mission", "/api/configuration/check", {"toml": text}).json()
    [found] = [one for one in seen["shows"] if one["audience"] == "medical"]
    assert found["count"] == 3 and len(found["reports"]) == 3
    assert web.node.configuring.current == default()


def test_narrowing_takes_back_what_has_gone_out_within_a_second(web: WebNode) -> None:
    hazard = {
        "kind": "hazard",
        "compartment": "mission",
        "type": "mine",
        "occurred": "2026-11-20T10:00Z",
        "latitude": 4.36,
        "longitude": 18.55,
    }
    web.file(hazard)
    desk = web.node.releases
    for minutes in (15, 31):
        with desk.lock:
            desk._clock = lambda ahead=minutes: datetime.now(UTC) + timedelta(minutes=ahead)
        desk.tick()
    assert web.get("ngo-focal-point", "/api/search").json()["total"] == 1
    rules = tuple(
        Rule(data=rule.data, origin=rule.origin, to=rule.to, mode="none")
        if rule.id == "hazard:mission:partners"
        else rule
        for rule in default().rules
    )
    closed = to_toml(whole(msgspec.structs.replace(default(), rules=rules)))
    assert changed(web, "release-officer", toml=closed)["state"] == "in-force"
    assert wait_for(lambda: web.get("ngo-focal-point", "/api/search").json()["total"] == 0, 1.0)


def test_a_node_opened_again_has_the_same_rules(tmp_path: Path) -> None:
    web = WebNode(tmp_path)
    web.node.people.make("head-of-mission", "head-of-mission", "mission", password=PASSWORD)
    web.node.configuring.apply(HEAD, "s1", NARROWER)
    web.close()
    again = Node(Settings(data=str(tmp_path)), None)
    assert again.configuring.current.k == 6
    again.close()


def test_the_acts_stand_in_no_list_and_no_reader_holds_their_compartment(web: WebNode) -> None:
    changed(web, "head-of-mission", toml=NARROWER.replace("Default", "Token-7141"))
    for role in ("head-of-mission", "administrator", "anyone"):
        assert web.get(role, "/api/search?q=7141").json()["total"] == 0
        assert "configuration" not in web.get(role, "/api/session").text
    flat = an_incident(compartment="configuration")
    assert web.post("head-of-mission", "/api/reports", flat).status_code in (403, 422)


# --- the command line ---------------------------------------------------------


@pytest.mark.slow
def test_the_command_line_shows_checks_and_applies(tmp_path: Path) -> None:
    folder = tmp_path / "node"
    web = WebNode(folder)
    for role in ("head-of-mission", "release-officer"):
        web.node.people.make(role, role, "mission", password=PASSWORD)
    web.close()
    shown = good(folder, "config", "show")
    assert shown == DEFAULT
    files = {name: tmp_path / f"{name}.toml" for name in ("wider", "narrower", "broken", "later")}
    for name, text in (("wider", WIDER), ("narrower", NARROWER), ("broken", BROKEN)):
        files[name].write_text(text, encoding="utf-8")
    said = good(folder, "config", "check", str(files["wider"]))
    assert "widens: The source threshold falls" in said and "two accounts" in said
    assert "must never" in run_bad(folder, "check", str(files["broken"]))
    assert "may not change" in run_bad(
        folder, "apply", str(files["narrower"]), "--as", "administrator"
    )
    assert "No such file" in run_bad(folder, "check", str(files["later"]))
    with serving(folder):
        said = good(folder, "config", "apply", str(files["wider"]), "--as", "release-officer")
        assert "waits for a second account" in said and "Configuration 0 is in force" in said
        id_ = said.split("as proposal ")[1].split(".")[0]
        said = good(folder, "config", "approve", id_, "--as", "head-of-mission", "--reason", "ok")
        assert "Configuration 1 is in force" in said
    said = good(folder, "config", "apply", str(files["narrower"]), "--as", "head-of-mission")
    assert "narrows: The source threshold rises from 4 to 6" in said
    assert good(folder, "config", "show", "--version", "1") == WIDER


def run_bad(folder: Path, *args: str) -> str:
    return bad(folder, "config", *args)
