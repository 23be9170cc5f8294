"""The outlet walk: every way out of a node, as every role, against what the golden files allow.

Marks (``outlets/marks.py``) are planted in every field of every kind in every
compartment. Then each role goes through every outlet there is; what it brings
back is compared with what its compartments allow, and with what the release
matrix lets come there when everybody who may decide says yes, in both
directions. The outlets are found by looking (``outlets/derived.py``): a new route, verb, file or
line writer fails here until somebody says how to look into it.

The tests stand in the order of a day: reports are filed and released, amended and
taken back, and released again; everybody walks; versions are recalled and expire; a
clearance and an account are taken away; the node stops, and its machine is gone through.
"""

from __future__ import annotations

import asyncio
import io
import logging
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Response, get

from eirene.app import log_to_stderr
from eirene.reports.kinds import fields_of, kinds
from eirene.web import app, stream
from eirene.web.app import make_app
from eirene.web.control import lines as control_lines
from outlets import derived
from outlets import marks as marks_
from outlets.allowing import class_of, counted
from outlets.asking import Ask, Line, Watch
from outlets.ground import (
    Ground,
    Leak,
    absent_id,
    clearances,
    compartments_of,
    leaks_among,
    organisation_of,
)
from outlets.host import COMMANDS, Host, Said, control_asks, marks_in_file, unknown_files
from outlets.planting import IN_FILES, Mark, Plant
from outlets.probes import NOWHERE, PROBES, TAKEN_ALONG, WHOLE, Probe, Scene, Steps
from outlets.releasing import SLOT, decide, decide_all, middles_around, pass_slots, reason_in
from outlets.walking import Walked, expected, finest, values, walk, walk_all

pytestmark = pytest.mark.slow
ROLES = list(clearances())
SUSPENDED = "liaison-cell-chief"
"""Who is ended after the walk: of all roles the one that sees most that others do not."""
POLICE, GIVER = "police-officer", "joc-duty-officer"
"""Whose versions are recalled and expire, and who gave them."""
HOSTED = ("joc-duty-officer", "ngo-focal-point", "anyone")
"""For whom exports are made on the machine."""


@pytest.fixture(scope="module")
def told() -> Iterator[io.StringIO]:
    """Everything that the node writes to its log, at its most talkative."""
    root, ours = logging.getLogger(), logging.getLogger("eirene")
    kept = root.handlers[:], root.level, ours.level, sys.stderr
    out = sys.stderr = io.StringIO()
    log_to_stderr("debug")
    yield out
    root.handlers[:], root.level, ours.level, sys.stderr = kept


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, told: io.StringIO) -> Iterator[Ground]:
    base = tmp_path_factory.mktemp("walk")
    (base / "tmp").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "TICK_S", 0.2)
        patch.setattr(tempfile, "tempdir", str(base / "tmp"))
        made = Ground(base / "node", middles_around)
        yield made
        made.close()


class Streams:
    """A live stream for each role, open from before the first report, and one opened later."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.early = {role: self.opened(role) for role in ROLES}
        self.late: dict[str, Watch] = {}

    def opened(self, role: str) -> Watch:
        return Watch(self.ground.line, self.ground.web.token[role])

    def listen(self, seconds: float) -> None:
        """Streams go on only while the loop runs."""
        self.ground.line.run(asyncio.sleep(seconds))

    def close(self) -> None:
        """Hang up; again is harmless."""
        for watch in (*self.early.values(), *self.late.values()):
            watch.close()
        self.early, self.late = {}, {}


@pytest.fixture(scope="module")
def streams(ground: Ground) -> Iterator[Streams]:
    made = Streams(ground)
    made.listen(0.2)
    ground.plant_everywhere()
    for compartment in ground.compartments:
        ground.tell(reason_in(compartment), [compartment])
    assert decide_all(ground) > 40
    ground.amend_and_withdraw()  # of what has been released
    assert decide_all(ground) > 4
    made.late = {role: made.opened(role) for role in ROLES}
    made.listen(2.0)
    yield made
    made.close()


@pytest.fixture(scope="module")
def walked(ground: Ground, streams: Streams) -> dict[str, Walked]:
    with pytest.MonkeyPatch.context() as patch:
        # forty streams that tick five times a second take as long as the walk itself
        patch.setattr(stream, "TICK_S", 5.0)
        return walk_all(ground, ROLES)


# -- every outlet has a probe


def test_every_route_of_the_app_has_a_probe() -> None:
    assert derived.routes() - set(PROBES) - {("WS", "/api/stream")} == set()


def test_no_probe_is_for_a_route_that_has_gone() -> None:
    assert set(PROBES) - derived.routes() == set()


def test_every_verb_of_the_command_line_is_gone_through() -> None:
    assert derived.command_verbs() == set(COMMANDS)


def test_every_verb_of_the_control_socket_is_gone_through(tmp_path: Path) -> None:
    for verb in derived.control_verbs():
        assert control_asks(verb, "anyone", tmp_path)


def test_nothing_writes_lines_or_reaches_out_but_what_the_walk_listens_to() -> None:
    """The log's handler, the console, the READY line and the usage of the command line; the processes that
    read a map file, a long table or an attachment, which speak to nobody but who started them; and what is asked
    of an identity provider, which has nothing of the picture in its hands.
    """
    assert derived.line_writers() == {
        "app.py:_Gathered",
        "app.py:stderr",
        "cli/console.py:Console",
        "cli/main.py:stdout",
        "cli/manual.py:stderr",
        "cli/serving.py:stdout",
        "imports/fileworker.py:stdout",
        "imports/mapworker.py:stderr",
        "imports/mapworker.py:stdout",
        "imports/rowworker.py:stdout",
        "maps/worker.py:stdout",
        "web/vouching.py:Client",
        "web/vouching.py:OAuth2Client",
    }


def test_every_field_of_every_kind_was_planted(ground: Ground, streams: Streams) -> None:
    planted = {(plant.kind, name) for plant in ground.plants for name in plant.flat}
    for kind in kinds().values():
        for name in fields_of(kind.content).keys() - set(kind.without):
            assert (kind.name, name) in planted


# -- each role


@pytest.mark.parametrize("role", ROLES)
def test_a_role_obtains_what_its_compartments_hold_and_nothing_else(
    ground: Ground, walked: dict[str, Walked], role: str
) -> None:
    mine = walked[role]
    assert [str(leak) for leak in mine.leaks] == []
    assert expected(ground, role) - values(mine.everything) == set()
    assert not [status for status in mine.statuses if status >= 500]


def _listed(mark: Mark) -> bool:
    """A word that a list of reports shows."""
    return mark.sort == "word" and mark.field not in IN_FILES


@pytest.mark.parametrize("outlet", WHOLE)
def test_a_whole_outlet_alone_shows_each_role_all_that_it_may_see(
    ground: Ground, walked: dict[str, Walked], outlet: str
) -> None:
    for role in ROLES:
        standing = ground.standing(compartments_of(role))
        if outlet in TAKEN_ALONG:
            standing = [plant for plant in standing if "terms" not in plant.flat]
        words = {m.value for plant in standing for m in plant.marks if _listed(m)}
        shown = {mark.value for mark in walked[role].obtained[outlet]}
        assert words - shown == set(), role


@pytest.mark.parametrize("role", ROLES)
def test_a_stream_carries_what_its_reader_may_see_and_nothing_else(
    ground: Ground, streams: Streams, role: str
) -> None:
    allowed = ground.allowed(role)
    entities = {plant.entity for plant in ground.visible(compartments_of(role))}
    for watch, sort, rows in (
        (streams.early[role], "delta", "upserts"),
        (streams.late[role], "snapshot", "rows"),
    ):
        found = dict.fromkeys(ground.marks_in(b"\n".join(watch.frames)), "its frames")
        for frame in watch.frames:
            found |= dict.fromkeys(ground.marks_in(frame), "its frames")
        assert [str(one) for one in leaks_among(ground, role, "stream", found, allowed)] == []
        shown = {row[1] for frame in watch.frames_of(sort) for row in frame[rows]}
        assert entities <= shown
        versions = shown - {plant.entity for plant in ground.plants}
        assert len(shown) == len(entities) + len(versions)
        assert len(versions) >= len(finest(ground, compartments_of(role)))


SUMS = ("killed", "injured", "reached", "threatened", "strength", "displaced")


@pytest.mark.parametrize("role", ROLES)
def test_counts_add_up_to_what_a_role_may_see(ground: Ground, streams: Streams, role: str) -> None:
    """Totals and sums are worked out here from the plants: one more would be a hidden one.

    Of a report and its versions each is counted once, as the finest that the role sees.
    """
    mine = compartments_of(role)
    told: list[tuple[str, dict[str, Any]]] = [(p.kind, p.flat) for p in ground.standing(mine)]
    told += [
        (plant.kind, {name: counted(way, plant, name) for name in SUMS})
        for plant, way in finest(ground, mine)
    ]
    found = ground.ask(role, Ask("GET", f"/api/counts?group=kind&sum={','.join(SUMS)}")).json()
    assert found["total"] == len(told)
    for group in found["groups"]:
        of = [flat for kind, flat in told if kind == group["kind"]]
        assert group["n"] == len(of)
        for name in SUMS:
            known = [flat[name] for flat in of if flat.get(name) is not None]
            total = sum(known) if known else None
            assert group["sums"][name] == {"sum": total, "known": len(known)}, (group, name)
    for kind in ("", "incident", "hazard", "activity"):
        path = f"/ogc/collections/{kind}/items" if kind else "/api/search"
        body = ground.ask(role, Ask("GET", path)).json()
        of = [flat for name, flat in told if kind in ("", name)]
        stay = [flat for flat in of if "terms" in flat and kind]  # no feature has them
        assert body.get("total", body.get("numberMatched")) == len(of) - len(stay)
        assert body.get("leftOut", 0) == len(stay)


def test_only_the_client_itself_may_be_kept_by_a_cache(walked: dict[str, Walked]) -> None:
    kept = set().union(*(one.kept for one in walked.values()))
    assert kept <= {"/", "/index.html"}


def test_no_line_of_the_log_tells_of_a_report(
    ground: Ground, walked: dict[str, Walked], told: io.StringIO
) -> None:
    for handler in logging.getLogger().handlers:
        handler.flush()
    text = told.getvalue()
    assert text.count("\n") > 1_000
    # ids stand in the paths that somebody asked for, and say nothing by themselves
    found = [mark for mark in ground.marks_in(text.encode()) if mark.sort != "id"]
    assert found == []


def test_no_logger_has_a_way_out_of_its_own(told: io.StringIO, streams: Streams) -> None:
    names = [name for name in logging.root.manager.loggerDict if name.startswith("eirene")]
    handlers = [one for name in names for one in logging.getLogger(name).handlers]
    assert handlers == []
    ways = {type(one).__name__ for one in logging.getLogger().handlers}
    assert ways - {"LogCaptureHandler", "_LiveLoggingNullHandler"} == {"_Gathered"}  # pytest's own


# -- the walk can fail


def leaky(ground: Ground, plant: Plant, form: str) -> Response[bytes]:
    """An answer that a careless route might give."""
    lat, lon = plant.flat["latitude"], plant.flat["longitude"]
    words = next(str(mark.value) for mark in plant.marks if mark.sort == "word")
    counts = next(mark.value for mark in plant.marks if mark.sort in ("number", "decimal"))
    bodies: dict[str, bytes] = {
        "word": msgspec.json.encode({"hint": words}),
        "box": msgspec.json.encode({"bbox": [lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001]}),
        "tile": b'{"url": "/tiles/12/2042/2050.mvt"}',
        "time": plant.flat["occurred"].encode(),
        "count": str(counts).encode(),
        "id": plant.report.encode(),
        "frame": msgspec.msgpack.encode({"rows": [[words]]}),
    }
    if form == "header":
        return Response(b"", headers={"X-Hint": f"near {lat:.5f}"}, media_type="text/plain")
    return Response(bodies[form], media_type="application/octet-stream")


@pytest.mark.parametrize("form", ["word", "box", "time", "count", "id", "frame", "header"])
def test_a_planted_leak_is_found(
    ground: Ground, streams: Streams, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    role = "anyone"
    [plant] = [p for p in ground.plants if (p.kind, p.compartment) == ("hazard", "command")]

    @get("/api/hints")
    async def hints() -> Response[bytes]:
        return leaky(ground, plant, form)

    class Room:
        ROUTES = (hints,)

    monkeypatch.setattr(app, "_ROOMS", (*app._ROOMS, Room))
    assert ("GET", "/api/hints") in derived.routes() - set(PROBES)

    def looking(_scene: Scene) -> Steps:
        yield Ask("GET", "/api/hints")

    monkeypatch.setattr(ground, "line", Line(make_app(ground.web.node)))
    probes: dict[Any, Probe] = {("GET", "/api/hints"): looking}
    found: list[Leak] = ground.line.run(walk(ground, role, probes)).leaks
    assert {leak.plant for leak in found} == {str(plant)}
    ground.line.close()


# -- recall and expiry


def released_to(ground: Ground, role: str, plant: Plant, audience: str) -> dict[str, Any]:
    """The line of the ledger for one audience, as a reader of the original sees it."""
    answer = ground.ask(role, Ask("GET", f"/api/reports/{plant.report}/releases")).json()
    [line] = [one for one in answer["releases"] if one["compartment"] == audience]
    return line


def obtained(ground: Ground, role: str, streams: Streams, before: int) -> set[Any]:
    """What a role gets from every outlet now, and from its stream since then."""
    found = values(ground.line.run(walk(ground, role)).everything)
    frames = b"\n".join(streams.early[role].frames[before:])
    return found | values(ground.marks_in(frames))


def exact_for_the_police(ground: Ground, which: int) -> tuple[Plant, set[tuple[str, Any]]]:
    """An alert that the police have exactly, and marks that they have by that alone."""
    mine = compartments_of(POLICE)
    plant = [
        plant
        for plant, way in finest(ground, mine)
        if (plant.kind, class_of(plant), way.to) == ("alert", "informant-alert", "police")
    ][which]
    others = [way for way in ground.ways(plant) if way.to in mine and way.to != "police"]
    [exact] = [way for way in ground.ways(plant) if way.to == "police"]
    marks = {
        (mark.sort, mark.value)
        for mark in plant.marks
        if exact.passes(plant, mark) and not any(way.passes(plant, mark) for way in others)
        if mark.sort != "area"  # other codes of its compartment begin alike
    }
    assert len(marks) > 3
    return plant, marks


def assert_gone(
    ground: Ground, streams: Streams, plant: Plant, marks: set[Any], version: str, before: int
) -> None:
    """Neither outlet nor stream tells the police anything more of a version; its id is absent."""
    streams.listen(0.5)
    assert obtained(ground, POLICE, streams, before) & marks == set()
    gone = ground.ask(POLICE, Ask("GET", f"/api/reports/{version}"))
    absent = ground.ask(POLICE, Ask("GET", f"/api/reports/{absent_id()}"))
    assert gone.but_date() == absent.but_date()


def test_a_version_that_is_recalled_has_left_every_outlet(
    ground: Ground, walked: dict[str, Walked], streams: Streams
) -> None:
    plant, marks = exact_for_the_police(ground, 0)
    assert marks <= values(walked[POLICE].everything)
    line = released_to(ground, GIVER, plant, "police")
    before = len(streams.early[POLICE].frames)
    assert decide(ground, GIVER, line["id"], act="recall", reason=NOWHERE).status == 200
    assert_gone(ground, streams, plant, marks, line["version"]["id"], before)
    assert released_to(ground, GIVER, plant, "police")["state"] == "recalled"


def test_a_version_that_has_expired_has_left_every_outlet(
    ground: Ground, walked: dict[str, Walked], streams: Streams
) -> None:
    """Its words are edited and given an end; until then the police have it, and after that not."""
    plant, marks = exact_for_the_police(ground, -1)
    line = released_to(ground, GIVER, plant, "police")
    until = f"{ground.now + 2 * SLOT:%Y-%m-%dT%H:%MZ}"
    words = marks_.word("words for the police")
    ground.tell(words, ["police", plant.compartment])
    given = {"act": "edit", "text": words, "until": until, "reason": NOWHERE}
    assert decide(ground, GIVER, line["id"], **given).status == 200
    pass_slots(ground)
    marks |= {("word", words)}
    before = len(streams.early[POLICE].frames)
    streams.listen(0.5)
    assert marks <= obtained(ground, POLICE, streams, before)
    version = released_to(ground, GIVER, plant, "police")["version"]["id"]
    pass_slots(ground)
    streams.listen(0.5)  # what came while it was there has been heard
    before = len(streams.early[POLICE].frames)
    assert_gone(ground, streams, plant, marks, version, before)
    assert released_to(ground, GIVER, plant, "police")["state"] == "expired"


# -- revocation


def test_whoever_loses_a_clearance_gets_nothing_more_by_it(
    ground: Ground, walked: dict[str, Walked], streams: Streams
) -> None:
    role, lost = "analyst", "analysis"
    before = len(streams.early[role].frames)
    ground.revoke("head-of-mission", role, lost)
    ground.file([ground.plant("note", lost), ground.plant("incident", lost)])
    streams.listen(0.7)
    again = ground.line.run(walk(ground, role))
    assert [str(leak) for leak in again.leaks] == []
    assert expected(ground, role) - values(again.everything) == set()
    assert values(walked[role].everything) - values(again.everything) != set()
    said = dict.fromkeys(ground.marks_in(b"\n".join(streams.early[role].frames[before:])), "")
    allowed = ground.allowed(role)
    assert [str(one) for one in leaks_among(ground, role, "stream", said, allowed)] == []


# -- suspension


def test_whoever_is_ended_gets_nothing_more_from_any_outlet(
    ground: Ground, walked: dict[str, Walked], streams: Streams
) -> None:
    ground.web.node.people.end(SUSPENDED)
    [before] = [len(streams.early[SUSPENDED].frames)]
    ground.plant_one_more()
    streams.listen(0.7)
    for watch in (streams.early[SUSPENDED], streams.late[SUSPENDED]):
        assert watch.ended
    said = b"\n".join(streams.early[SUSPENDED].frames[before:])
    assert ground.marks_in(said) == frozenset()
    again = ground.line.run(walk(ground, SUSPENDED))
    assert again.everything == set()
    # what is left is the client's page and the door; the rest is as for nobody, who is told too
    # that the node knows no such provider
    assert set(again.statuses) <= {200, 400, 401, 429}
    assert again.statuses[200] <= 7


# -- the machine


@pytest.fixture(scope="module")
def controlled(
    ground: Ground, walked: dict[str, Walked], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Said]:
    """What every verb of the control socket says, and writes, for some accounts."""
    beside = tmp_path_factory.mktemp("control")
    said: dict[tuple[str, str], Said] = {}
    for verb in sorted(derived.control_verbs()):
        for role in HOSTED if verb == "export" else HOSTED[:1]:
            answers: list[bytes] = []
            for given in control_asks(verb, role, beside):
                told = control_lines(ground.web.node, verb, given)  # pyright: ignore[reportArgumentType]
                answers += [msgspec.json.encode(line) for line in told]
            files = tuple(path for path in beside.iterdir() if path.name.endswith(f"{verb}-{role}"))
            said[verb, role] = Said(b"\n".join(answers), files)
    return said


def leaked(ground: Ground, said: Said, role: str | None) -> list[str]:
    """Marks in what was said or written that are not this role's; None may have none at all."""
    allowed = ground.allowed(role) if role else frozenset[Any]()
    found = set(ground.marks_in(said.text))
    for path in said.files:
        content = path.read_bytes()
        found |= ground.marks_in(content) if role else set()
        if not role:
            assert marks_in_file(content, ground.plants) == set(), path.name
    # names of organisations stand in the list of accounts
    names = {organisation_of(one) for one in ROLES}
    found = {mark for mark in found if role or mark.value not in names}
    asked = dict.fromkeys(found, "")
    return [str(one) for one in leaks_among(ground, role or "host", "verb", asked, allowed)]


def test_the_control_socket_tells_of_no_report_but_in_an_account_s_export(
    ground: Ground, controlled: dict[tuple[str, str], Said]
) -> None:
    for (verb, role), said in controlled.items():
        assert leaked(ground, said, role if verb == "export" else None) == [], verb
    assert controlled["export", HOSTED[0]].files


@pytest.fixture(scope="module")
def hosted(
    ground: Ground, streams: Streams, controlled: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], list[Said]]:
    """The node is stopped; every verb of the command line on its folder."""
    streams.close()
    ground.close()
    beside = tmp_path_factory.mktemp("host")
    said: dict[tuple[str, str], list[Said]] = {}
    for name in sorted(derived.command_verbs()):
        probe = COMMANDS[name]
        for role in HOSTED if name == "export" else HOSTED[:1]:
            host = Host(ground.folder, beside / f"{probe.__name__}-{role}", role)
            if (probe.__name__, role) not in said:
                said[probe.__name__, role] = list(probe(host))
    return said


def test_the_command_line_tells_of_no_report_but_in_an_account_s_export(
    ground: Ground, hosted: dict[tuple[str, str], list[Said]]
) -> None:
    for (verb, role), all_said in hosted.items():
        for said in all_said:
            assert leaked(ground, said, role if verb == "export" else None) == [], verb
            assert b"nobody foresaw" not in said.text, verb
    files = [path for said in hosted["export", HOSTED[0]] for path in said.files]
    shown = {mark.value for path in files for mark in ground.marks_in(path.read_bytes())}
    standing = ground.standing(compartments_of(HOSTED[0]))
    stays = {m.value for p in standing if "terms" in p.flat for m in p.marks if _listed(m)}
    standing = [plant for plant in standing if "terms" not in plant.flat]
    stays -= {m.value for p in standing for m in p.marks}  # who filed both
    assert stays
    assert stays & shown == set()
    assert {m.value for p in standing for m in p.marks if _listed(m)} <= shown


def test_a_process_that_serves_says_that_it_is_ready_and_logs_in_json(
    hosted: dict[tuple[str, str], list[Said]],
) -> None:
    [said] = hosted["serving", HOSTED[0]]
    assert said.text.startswith(b"READY http://")
    assert b'"path":"/api/search"' in said.text


def test_the_walk_knows_every_file_of_the_node_s_folder(
    ground: Ground, hosted: dict[tuple[str, str], list[Said]]
) -> None:
    assert unknown_files(derived.files_in(ground.folder)) == []
    assert derived.files_in(ground.folder.parent / "tmp") == {}


def test_no_file_of_the_node_s_folder_holds_a_mark_in_plain_text(
    ground: Ground, hosted: dict[tuple[str, str], list[Said]]
) -> None:
    for name, path in derived.files_in(ground.folder).items():
        assert marks_in_file(name.encode() + path.read_bytes(), ground.plants) == set(), name


def test_a_file_that_nobody_knows_and_a_mark_in_one_are_found(
    ground: Ground, hosted: dict[tuple[str, str], list[Said]], tmp_path: Path
) -> None:
    assert unknown_files(["exports/officer.csv", "log/log.db"]) == ["exports/officer.csv"]
    plant = ground.plants[0]
    (tmp_path / "kept").write_text(f"x {plant.flat['source']} {plant.flat['latitude']}")
    assert len(marks_in_file((tmp_path / "kept").read_bytes(), ground.plants)) == 2
