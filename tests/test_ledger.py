"""Versions in the picture: seen once, the finest; taken back without a trace; the ledger."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from eirene.errors import Unavailable
from eirene.picture import (
    Query,
    changes,
    counts,
    layers,
    rebuild,
    report_by_id,
    search,
    snapshot,
)
from eirene.picture.ledger import Entity, due, expiring, line_by_id, lines_of, waiting
from eirene.picture.store import Reading
from eirene.release.reader import Reader
from eirene.reports.acts import act_in, is_act
from eirene.reports.acts.coarser import Coarser
from eirene.reports.acts.release import DUE, EXPIRED, MADE, RECALLED, WAITS, Release, Step
from eirene.reports.envelope import Coarse, Opened
from picture_world import (
    ALL,
    COMPARTMENTS,
    KEY,
    QUERIES,
    RECEIVED,
    World,
    a_reader,
    an_id,
    arriving,
    asked,
    picture_of,
    readers,
    told,
    worlds,
)

CELL = Coarse("cell-10km", "6-hours", "banded")
# a world takes a second to ask: shrinking it would take many minutes
few = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


def act(world: World, compartment: str, name: str, content: msgspec.Struct) -> Opened:
    """One act of the releasing node."""
    raw = msgspec.to_builtins(content, builtin_types=(bytes,))
    return world.tell(
        f"act.{name}/1", compartment=compartment, owner="node", occurred=None, content=raw
    )


def stepped(world: World, original: Opened, audience: str, step: str, **more: object) -> Opened:
    body = original.body
    assert body is not None
    taken = Step(line=line_id(original, audience), audience=audience, step=step, **more)  # pyright: ignore[reportArgumentType]
    content = Release(original=original.hash, owner=body.owner, entity=body.entity, steps=(taken,))
    return act(world, body.compartment, "release", content)


def line_id(original: Opened, audience: str) -> bytes:
    assert original.body is not None
    return an_id("line", original.body.entity, original.body.compartment, audience)


def released(
    world: World, original: Opened, audience: str, *, amends: Sequence[Opened] = ()
) -> Opened:
    """A version of a report, and the act that made it."""
    version = world.tell(
        amends=amends,
        compartment=audience,
        owner="node",
        entity=line_id(original, audience),
        account="",
        coarse=CELL,
        content={"type": "VC"},
    )
    stepped(world, original, audience, MADE, version=version.hash)
    return version


def finer_than(world: World, finer: Opened, *coarser: Opened) -> None:
    assert finer.body is not None
    named = tuple(one.body.entity for one in coarser if one.body is not None)
    content = Coarser(owner="node", finer=finer.body.entity, coarser=named)
    act(world, finer.body.compartment, "coarser", content)


def told_in(picture: object, *compartments: str) -> list[str]:
    rows = search(picture, a_reader(*compartments), Query()).rows  # pyright: ignore[reportArgumentType]
    return sorted(row.compartment for row in rows)


def test_of_an_original_and_its_versions_a_reader_sees_the_finest_once(tmp_path: Path):
    world = World()
    original = world.tell(compartment="command")
    fine = released(world, original, "humanitarian")
    coarse = released(world, original, "org-a")
    finer_than(world, fine, coarse)
    with closing(picture_of(tmp_path, world.entries, batch=1)) as picture:
        assert told_in(picture, "command", "humanitarian", "org-a") == ["command"]
        assert told_in(picture, "humanitarian", "org-a") == ["humanitarian"]
        assert told_in(picture, "command", "org-a") == ["command"]
        assert told_in(picture, "org-a") == ["org-a"]
        everybody = a_reader("command", "humanitarian", "org-a")
        assert counts(picture, everybody, Query()).total == 1
        assert coarse.body is not None
        with pytest.raises(Unavailable):
            report_by_id(picture, everybody, coarse.body.id)


def test_a_recalled_version_is_gone_and_the_stream_says_so(tmp_path: Path):
    world = World()
    original = world.tell(compartment="command")
    version = released(world, original, "org-a")
    with closing(picture_of(tmp_path, world.entries)) as picture:
        reader = a_reader("org-a")
        begun = snapshot(picture, reader)
        [row] = [row for chunk in begun.chunks for row in chunk]
        stepped(world, original, "org-a", RECALLED, version=version.hash)
        picture.fold(world.entries[-1:])
        assert search(picture, reader, Query(withdrawn=True)).total == 0
        assert search(picture, reader, Query(q="VC")).total == 0
        found = changes(picture, reader, begun.last)
        assert (found.upserts, found.removals) == ([], [row[0]])
        assert changes(picture, a_reader("humanitarian"), begun.last).removals == []
        [one] = lines_of(picture, a_reader("command"), of(original))
        assert (one.state, one.version) == (RECALLED, b"")


def test_a_version_taken_back_leaves_no_conflict_with_the_one_that_follows(tmp_path: Path):
    world = World()
    original = world.tell(compartment="command")
    first = released(world, original, "org-a")
    second = released(world, original, "org-a")
    stepped(world, original, "org-a", RECALLED, version=first.hash)
    third = released(world, original, "org-a")
    kept = [one for one in world.entries if one not in (first, second)]
    with (
        closing(picture_of(tmp_path / "all", world.entries, batch=2)) as picture,
        closing(picture_of(tmp_path / "kept", kept)) as without,
    ):
        reader = a_reader("org-a")
        [row] = search(picture, reader, Query()).rows
        assert (row.entry, row.conflict) == (third.hash, False)
        assert asked(picture, reader, QUERIES) == asked(without, reader, QUERIES)
        assert told(picture, reader, [third]) == told(without, reader, [third])


def of(original: Opened) -> Entity:
    body = original.body
    assert body is not None
    return Entity(body.compartment, body.owner, body.entity)


def test_a_finer_version_that_comes_later_takes_the_coarser_one_out_of_the_stream(tmp_path: Path):
    world = World()
    original = world.tell(compartment="command")
    coarse = released(world, original, "org-a")
    with closing(picture_of(tmp_path, world.entries)) as picture:
        reader = a_reader("humanitarian", "org-a")
        begun = snapshot(picture, reader)
        [before] = [row for chunk in begun.chunks for row in chunk]
        at = len(world.entries)
        fine = released(world, original, "humanitarian")
        finer_than(world, fine, coarse)
        picture.fold(world.entries[at:])
        found = changes(picture, reader, begun.last)
        assert [row[2] for row in found.upserts] == [fine.body.id.hex() if fine.body else ""]
        assert found.removals == [before[0]]
        # and when the finer one is recalled, the coarser one is there again
        stepped(world, original, "humanitarian", RECALLED, version=fine.hash)
        picture.fold(world.entries[-1:])
        again = changes(picture, reader, found.last)
        assert [row[0] for row in again.upserts] == [before[0]]


def test_what_others_are_given_makes_no_frame_for_who_has_a_version(tmp_path: Path):
    world = World()
    original = world.tell(compartment="command")
    coarse = released(world, original, "org-a")
    with closing(picture_of(tmp_path, world.entries)) as picture:
        reader = a_reader("org-a")
        last, at = snapshot(picture, reader).last, len(world.entries)
        fine = released(world, original, "humanitarian")
        finer_than(world, fine, coarse)
        picture.fold(world.entries[at:])
        given = changes(picture, reader, last)
        stepped(world, original, "humanitarian", RECALLED, version=fine.hash)
        picture.fold(world.entries[-1:])
        back = changes(picture, reader, last)
        for found in (given, back):
            assert (found.upserts, found.removals, found.versions) == ([], [], ())
        # and of a page that is full nothing is lost
        both = a_reader("humanitarian", "org-a")
        assert [row[7] for row in changes(picture, both, last, limit=1).upserts] == ["org-a"]


def test_layers_are_counted_anew_only_when_something_that_the_reader_sees_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    world = World()
    original = world.tell(compartment="command")
    coarse = released(world, original, "org-a")
    scanned: list[str] = []
    rows = Reading.rows

    def watched(self: Reading, sql: str, params: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        scanned.extend(["layers"] if "count(*)" in sql else [])
        return rows(self, sql, params)

    monkeypatch.setattr(Reading, "rows", watched)
    with closing(picture_of(tmp_path, world.entries)) as picture:

        def counted(reader: Reader) -> tuple[int, int]:
            before = len(scanned)
            found = layers(picture, reader)
            return sum(one.n for one in found), len(scanned) - before

        partner, both = a_reader("org-a"), a_reader("humanitarian", "org-a")
        assert (counted(partner), counted(both)) == ((1, 1), (1, 1))
        at = len(world.entries)
        world.tell(compartment="humanitarian")
        fine = released(world, original, "humanitarian")
        finer_than(world, fine, coarse)
        picture.fold(world.entries[at:])
        # whoever asks again and again learns from the time of no answer that something was filed
        assert (counted(partner), counted(both)) == ((1, 0), (2, 1))
        stepped(world, original, "humanitarian", RECALLED, version=fine.hash)
        picture.fold(world.entries[-1:])
        assert (counted(partner), counted(both)) == ((1, 0), (2, 1))
        stepped(world, original, "org-a", RECALLED, version=coarse.hash)
        picture.fold(world.entries[-1:])
        assert (counted(partner), counted(both)) == ((0, 1), (1, 1))


def test_the_ledger_is_for_readers_of_the_original_alone(tmp_path: Path):
    world = World()
    original = world.tell(compartment="command")
    stepped(world, original, "org-a", WAITS, mode="one-person")
    stepped(world, original, "humanitarian", DUE, due=RECEIVED)
    with closing(picture_of(tmp_path, world.entries)) as picture:
        command, outside = a_reader("command"), a_reader("org-a", "humanitarian")
        assert [one.audience for one in lines_of(picture, command, of(original))] == [
            "humanitarian",
            "org-a",
        ]
        assert lines_of(picture, outside, of(original)) == []
        wanted = line_id(original, "org-a")
        assert line_by_id(picture, command, wanted) is not None
        assert line_by_id(picture, outside, wanted) is None
        assert [one.id for one in waiting(picture, command)] == [wanted]
        assert waiting(picture, outside) == []
        before = RECEIVED - timedelta(seconds=1)
        assert due(picture, command, before) == []
        assert [one.audience for one in due(picture, command, RECEIVED)] == ["humanitarian"]
        assert expiring(picture, command, RECEIVED) == []


@st.composite
def releases(draw: st.DrawFn) -> list[Opened]:
    """A world at random, and versions of what is in it: amended, made finer, recalled."""
    world = World()
    world.entries = draw(worlds(6))
    originals = [e for e in world.entries if e.body and not e.body.kind.startswith("withdrawal")]
    for _ in range(draw(st.integers(1, 3)) if originals else 0):
        original = draw(st.sampled_from(originals))
        assert original.body is not None
        others = [c for c in COMPARTMENTS if c != original.body.compartment]
        made = [released(world, original, audience) for audience in others]
        if draw(st.booleans()):
            finer_than(world, *draw(st.permutations(made)))
        if draw(st.booleans()):
            audience = draw(st.sampled_from(others))
            step = draw(st.sampled_from((RECALLED, EXPIRED)))
            stepped(world, original, audience, step)
    return world.entries


def visible(entries: Sequence[Opened], reader: Reader) -> list[Opened]:
    """Reports that this reader may see, worked out from the acts alone."""
    edges: set[tuple[tuple[str, str, bytes], tuple[str, bytes]]] = set()
    made: dict[bytes, set[bytes]] = {}
    taken_back: set[bytes] = set()
    for entry in sorted(entries, key=lambda e: (e.header.clock, e.hash)):
        if entry.body is None or not is_act(entry.body):
            continue
        act, where = act_in(entry.body), entry.body.compartment
        if isinstance(act, Coarser):
            edges |= {((where, act.owner, act.finer), (act.owner, c)) for c in act.coarser}
        if isinstance(act, Release):
            for step in act.steps:
                if step.step in (RECALLED, EXPIRED):
                    taken_back |= made.get(step.line, set())
                if step.step == MADE:
                    made.setdefault(step.line, set()).add(step.version)
                    edges.add(((where, act.owner, act.entity), ("node", step.line)))
    held = [
        e
        for e in entries
        if e.body
        and not is_act(e.body)
        and e.body.compartment in reader.compartments
        and e.hash not in taken_back
    ]
    keys = {(e.body.compartment, e.body.owner, e.body.entity) for e in held if e.body}
    hidden = {coarse for finer, coarse in edges if finer in keys}
    return [e for e in held if e.body and (e.body.owner, e.body.entity) not in hidden]


@pytest.mark.slow
@few
@given(releases(), readers)
def test_each_query_equals_the_query_over_the_finest_that_the_reader_may_see(
    entries: list[Opened], reader: Reader
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        whole = picture_of(Path(folder) / "whole", entries)
        part = picture_of(Path(folder) / "part", visible(entries, reader))
        with closing(whole), closing(part):
            assert asked(whole, reader, QUERIES) == asked(part, reader, QUERIES)
            assert told(whole, reader, entries) == told(part, reader, entries)


@pytest.mark.slow
@few
@given(releases(), st.data())
def test_any_order_of_arrival_gives_one_ledger(entries: list[Opened], data: st.DataObject) -> None:
    order = data.draw(st.permutations(entries))
    batch = data.draw(st.integers(1, 5))
    with tempfile.TemporaryDirectory() as folder:
        first = picture_of(Path(folder) / "a", entries)
        second = picture_of(Path(folder) / "b", arriving(order), batch=batch)
        third = rebuild(Path(folder) / "c", KEY, arriving(order))
        with closing(first), closing(second), closing(third):
            for reader in (ALL, a_reader("command"), a_reader("humanitarian", "org-a")):
                wanted = (
                    asked(first, reader, QUERIES, paged=False),
                    told(first, reader, entries),
                )
                for other in (second, third):
                    # pages are compared with the whole once, where the order is at its worst
                    paged = other is second and reader is ALL
                    answers = asked(other, reader, QUERIES, paged=paged)
                    assert (answers, told(other, reader, entries)) == wanted
            ids = [e.body for e in entries if e.body]
            for body in ids:
                where = Entity(body.compartment, body.owner, body.entity)
                assert lines_of(first, ALL, where) == lines_of(third, ALL, where)
                assert lines_of(first, ALL, where) == lines_of(second, ALL, where)
