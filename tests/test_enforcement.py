"""An operation is marked as enforcement: closed at once by one, opened again by two, told to whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from eirene.desks.enforcing import closed_for, marked, reopened
from eirene.desks.history import InForce
from eirene.errors import InvalidQuery
from eirene.release.configuration import Configuration, default, from_toml, to_toml
from eirene.release.reader import Reader
from web_node import WebNode

ROLES = {
    "head-of-mission": "mission",
    "joc-duty-officer": "mission",
    "release-officer": "mission",
    "sector-operations-officer": "mission",
    "ngo-focal-point": "amber-river",
    "anyone": "public",
}
HEAD, SECOND, NGO, JOC = "head-of-mission", "head-2", "ngo-focal-point", "joc-duty-officer"
WRITTEN = "# ours, by hand\n" + to_toml(default())
MARK: dict[str, Any] = {"act": "mark", "operation": "op-north", "layers": ["organisations"]}


def held(toml: str = WRITTEN) -> InForce:
    return InForce(version=1, configuration=from_toml(toml), toml=toml)


# --- the text -----------------------------------------------------------------


def test_a_mark_is_added_and_taken_away_and_the_rest_of_the_text_stays() -> None:
    text = marked(held(), "op-north", ["organisations"], 'said "now"')
    assert text.startswith(WRITTEN.rstrip())
    [mark] = from_toml(text).enforcement
    assert (mark.id, mark.layers, mark.note) == ("op-north", ("organisations",), 'said "now"')
    two = marked(held(text), "op-south", ["organisations"])
    assert [one.id for one in from_toml(two).enforcement] == ["op-north", "op-south"]
    one = reopened(held(two), "op-north")
    assert [left.id for left in from_toml(one).enforcement] == ["op-south"]
    assert one.startswith("# ours, by hand")
    assert from_toml(reopened(held(one), "op-south")) == default()


def test_a_mark_that_is_written_in_another_form_is_taken_away_too() -> None:
    toml = 'enforcement = [{id = "op", layers = ["organisations"]}]\n' + to_toml(default())
    assert from_toml(reopened(held(toml), "op")) == default()


@pytest.mark.parametrize(
    ("name", "layers", "field"),
    [
        ("  ", ["organisations"], "operation"),
        ("x" * 61, ["organisations"], "operation"),
        ("op", [], "layers"),
        ("op", ["roads"], "layers"),
    ],
)
def test_what_is_marked_wrongly_is_one_clear_error(
    name: str, layers: list[str], field: str
) -> None:
    with pytest.raises(InvalidQuery) as caught:
        marked(held(), name, layers)
    assert caught.value.field == field and caught.value.remedy


def test_each_is_told_what_concerns_him_and_no_more() -> None:
    def told(*compartments: str, configuration: Configuration) -> list[tuple[str, str]]:
        return closed_for(Reader(account="x", compartments=frozenset(compartments)), configuration)

    closed = from_toml(marked(held(), "op-north", ["organisations"]))
    assert told("org-lamp", "partners", configuration=closed) == [("org-lamp", "command")]
    assert told("command", "mission", configuration=closed) == [("org-*", "command")]
    assert told("partners", "public", configuration=closed) == []
    assert told("org-lamp", "command", configuration=default()) == []


# --- over HTTP ----------------------------------------------------------------


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebNode]:
    made = WebNode(tmp_path / "node", ROLES)
    made.node.people.make(SECOND, HEAD, "mission")
    until = datetime.now(UTC) + timedelta(days=1)
    made.token[SECOND], _ = made.node.people.make_token(SECOND, "read+file", until)
    yield made
    made.close()


def seen(web: WebNode, role: str) -> dict[str, Any]:
    answer = web.get(role, "/api/enforcement")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_one_person_marks_and_two_open_again(web: WebNode) -> None:
    assert seen(web, HEAD)["layers"] == [
        {"layer": "organisations", "from": "org-*", "to": "command"}
    ]
    answer = web.post(HEAD, "/api/enforcement", MARK | {"reason": "ordered at noon"})
    assert answer.json()["state"] == "in-force", answer.text
    [operation] = seen(web, HEAD)["operations"]
    assert operation == {"id": "op-north", "layers": ["organisations"], "note": "ordered at noon"}
    opened = {"act": "reopen", "operation": "op-north", "reason": "it is over"}
    assert web.post(HEAD, "/api/enforcement", opened).json()["state"] == "waits"
    assert seen(web, HEAD)["operations"] == [operation]
    assert web.post(HEAD, "/api/enforcement", opened).status_code == 400
    assert web.post(SECOND, "/api/enforcement", opened).json()["state"] == "in-force"
    assert seen(web, HEAD)["operations"] == [] and seen(web, NGO)["closed"] == []


def test_those_it_concerns_are_told_and_nobody_is_told_the_name(web: WebNode) -> None:
    assert web.post(HEAD, "/api/enforcement", MARK).status_code == 200
    assert seen(web, NGO) == {
        "closed": [{"from": "org-amber-river", "to": "command"}],
        "operations": [],
        "layers": [],
    }
    assert seen(web, JOC)["closed"] == [{"from": "org-*", "to": "command"}]
    assert seen(web, "anyone") == {"closed": [], "operations": [], "layers": []}


def test_who_has_no_say_towards_the_force_marks_nothing(web: WebNode) -> None:
    for role in (NGO, "anyone", "sector-operations-officer", "release-officer"):
        for act in (MARK, {"act": "reopen", "operation": "op-north"}):
            assert web.post(role, "/api/enforcement", act).status_code in (400, 403), role
    assert web.node.configuring.current == default()
    assert web.post(HEAD, "/api/enforcement", MARK | {"act": "pause"}).json()["field"] == "act"
    assert web.post(NGO, "/api/enforcement", MARK).status_code == 403
