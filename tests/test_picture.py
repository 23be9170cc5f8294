"""How reports of one entity stand to one another, and how the picture's file behaves."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eirene.errors import Unavailable
from eirene.picture import (
    STREAM_COLUMNS,
    Picture,
    Query,
    changes,
    counts,
    entity_by_id,
    entry_of,
    flat,
    layers,
    rebuild,
    report_by_id,
    search,
    snapshot,
)
from eirene.places import Place
from eirene.reports.envelope import Body, Opened
from eirene.times import Span
from picture_world import (
    ALL,
    DAY,
    HOUR,
    KEY,
    RECEIVED,
    T0,
    World,
    a_reader,
    an_id,
    as_opened,
    at_place,
    picture_of,
    without_body,
)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "picture"


def ids(entries: Any) -> list[bytes]:
    return [one.body.id for one in entries]


def told_by(one: Opened) -> Body:
    assert one.body is not None
    return one.body


def current(picture: Picture, one: Opened) -> list[bytes]:
    return ids(entity_by_id(picture, ALL, told_by(one).entity).current)


# --- amendments, conflicts, withdrawals --------------------------------------------


def test_an_amendment_takes_the_place_of_what_it_amends(world: World, folder: Path):
    first = world.tell(content={"type": "VC", "killed": 1})
    second = world.tell(amends=[first], content={"type": "VC", "killed": 2})
    with closing(picture_of(folder, world.entries)) as picture:
        assert ids(search(picture, ALL, Query()).rows) == ids([second])
        assert current(picture, first) == ids([second])
        view = entity_by_id(picture, ALL, told_by(first).entity)
        assert sorted(ids(view.history)) == sorted(ids([first, second]))
        total = counts(picture, ALL, Query(), group=["kind"], sums=["killed"])
        assert total.groups == [
            {"kind": "incident", "n": 1, "sums": {"killed": {"sum": 2, "known": 1}}}
        ]
        shown = flat(view.current[0])
        assert shown["amends"] == [told_by(first).id.hex()]
        assert (shown["current"], shown["conflict"], shown["withdrawn"]) == (True, False, False)


def test_two_amendments_unaware_of_each_other_are_both_shown_and_one_counts(
    world: World, folder: Path
):
    first = world.tell(content={"type": "VC", "killed": 1})
    second = world.tell(amends=[first], content={"type": "VC", "killed": 2})
    third = world.tell(amends=[first], content={"type": "VC", "killed": 5})
    with closing(picture_of(folder, world.entries)) as picture:
        assert current(picture, first) == ids([third, second])
        (row,) = search(picture, ALL, Query()).rows
        assert row.conflict
        assert (
            counts(picture, ALL, Query(), sums=["killed"]).groups[0]["sums"]["killed"]["sum"] == 5
        )
        settled = world.tell(amends=[second, third], content={"type": "VC", "killed": 4})
        picture.fold([settled])
        assert current(picture, first) == ids([settled])
        assert not search(picture, ALL, Query()).rows[0].conflict


def test_of_two_heads_the_later_clock_leads_whatever_came_last(world: World, folder: Path):
    first = world.tell()
    late = world.tell(amends=[first], clock=9)
    early = world.tell(amends=[first], clock=5)
    with closing(picture_of(folder, [early, late, first])) as picture:
        assert ids(search(picture, ALL, Query()).rows) == ids([late])


@pytest.mark.parametrize(
    "changed",
    [{"owner": "ngo"}, {"compartment": "humanitarian"}, {"entity": an_id("another")}],
)
def test_only_the_owner_in_the_same_compartment_amends_an_entity(
    world: World, folder: Path, changed: dict[str, Any]
):
    first = world.tell()
    foreign = world.tell(amends=[first], **changed)
    with closing(picture_of(folder, world.entries)) as picture:
        assert sorted(ids(search(picture, ALL, Query()).rows)) == sorted(ids([first, foreign]))
        if "entity" not in changed:
            view = entity_by_id(picture, a_reader("command", "humanitarian"), told_by(first).entity)
            assert (ids(view.current), ids(view.others)) == (ids([first]), ids([foreign]))


def test_an_amendment_may_come_before_what_it_amends(world: World, folder: Path):
    first = world.tell()
    second = world.tell(amends=[first])
    with closing(picture_of(folder, [second])) as picture:
        assert ids(search(picture, ALL, Query()).rows) == ids([second])
        picture.fold([first])
        assert ids(search(picture, ALL, Query()).rows) == ids([second])


def test_what_was_withdrawn_is_shown_only_on_demand_and_never_counted(world: World, folder: Path):
    first = world.tell()
    world.withdraw(first)
    with closing(picture_of(folder, world.entries)) as picture:
        assert search(picture, ALL, Query()).total == 0
        assert counts(picture, ALL, Query()).total == 0
        (row,) = search(picture, ALL, Query(withdrawn=True)).rows
        assert (row.id, row.withdrawn, row.current) == (told_by(first).id, True, False)
        view = entity_by_id(picture, ALL, told_by(first).entity)
        assert [one.withdrawn for one in view.current] == [True]
        assert [one.kind for one in view.history] == ["withdrawal", "incident"]


def test_a_withdrawal_without_its_report_shows_nothing(world: World, folder: Path):
    first = world.tell()
    gone = world.withdraw(first)
    with closing(picture_of(folder, [gone])) as picture:
        assert search(picture, ALL, Query(withdrawn=True)).total == 0


def test_withdrawn_by_one_and_amended_by_another_is_a_conflict(world: World, folder: Path):
    first = world.tell()
    second = world.tell(amends=[first])
    world.withdraw(first)
    with closing(picture_of(folder, world.entries)) as picture:
        (row,) = search(picture, ALL, Query()).rows
        assert (row.id, row.conflict) == (told_by(second).id, True)


def test_of_two_statements_one_withdrawn_leaves_the_other_without_conflict(
    world: World, folder: Path
):
    first = world.tell()
    second = world.tell(entity=told_by(first).entity)
    with closing(picture_of(folder, world.entries)) as picture:
        assert search(picture, ALL, Query()).rows[0].conflict
        picture.fold([world.withdraw(second)])
        (row,) = search(picture, ALL, Query()).rows
        assert (row.id, row.conflict) == (told_by(first).id, False)


def test_an_erased_body_shows_nothing_and_a_repeat_changes_nothing(world: World, folder: Path):
    first = world.tell()
    second = world.tell()
    with closing(picture_of(folder, [without_body(first), second])) as picture:
        picture.fold([second, second])
        assert ids(search(picture, ALL, Query()).rows) == ids([second])
        assert picture.position()[0] == 2


def test_entries_that_only_keep_the_log_going_are_not_in_the_picture(world: World, folder: Path):
    world.tell("author/1", content={})
    with closing(picture_of(folder, world.entries)) as picture:
        assert search(picture, ALL, Query()).total == 0
        assert picture.position()[0] == 1


def test_a_kind_of_a_later_version_is_kept_and_shown_as_it_is(world: World, folder: Path):
    one = world.tell("drone/7", content={"summary": "Rotor heard", "rotors": 4})
    with closing(picture_of(folder, world.entries)) as picture:
        (row,) = search(picture, ALL, Query(q="rotor")).rows
        assert (row.kind, row.raw) == ("drone", one.raw)
        assert flat(row)["rotors"] == 4


def test_no_entry_of_another_node_stops_the_fold(world: World, folder: Path):
    world.tell(content={"type": "VC", "killed": 2**64 - 1, "injured": -(2**63), "missing": True})
    world.tell(place=Place(lon=float("nan"), lat=1e300), content={"type": 7, "state": ["x"]})
    world.tell("/", content={}, owner="", compartment="", source="\x00", clock=2**64 - 1)
    odd = world.tell()
    for raw in (b"\x90", b"\xc0", b"\x81\x01\x02"):  # a list, nil, a key that is no text
        body = msgspec.structs.replace(told_by(odd), content=msgspec.Raw(raw))
        world.entries.append(as_opened(body, len(world.entries) + 1, 1))
    with closing(picture_of(folder, world.entries)) as picture:
        assert picture.position()[0] == 7
        assert search(picture, ALL, Query()).without_point >= 2
        assert search(picture, ALL, Query(filter="killed > 0")).total == 0
        assert len([row for chunk in snapshot(picture, ALL).chunks for row in chunk]) >= 2


# --- what was true, what was known ---------------------------------------------------


def test_at_shows_a_site_as_it_was_then(world: World, folder: Path):
    def site(state: str, day: int, **more: Any) -> Opened:
        begun = T0 + day * DAY
        content = {"type": "bridge", "name": "Pont", "state": state}
        return world.tell(
            "site/1", content=content, occurred=Span(begun, begun + DAY, "day"), **more
        )

    first = site("open", 0)
    second = site("closed", 10, amends=[first])
    site("open", 20, amends=[second])
    with closing(picture_of(folder, world.entries)) as picture:

        def state(day: int) -> list[str]:
            return [row.state for row in search(picture, ALL, Query(at=T0 + day * DAY)).rows]

        assert [state(day) for day in (-1, 5, 15, 25)] == [[], ["open"], ["closed"], ["open"]]


def test_at_shows_an_incident_from_its_start_on_by_its_last_correction(world: World, folder: Path):
    first = world.tell(occurred=Span(T0, T0 + DAY, "day"))
    later = Span(T0 + 5 * DAY, T0 + 6 * DAY, "day")
    second = world.tell(amends=[first], occurred=later)
    with closing(picture_of(folder, world.entries)) as picture:
        assert search(picture, ALL, Query(at=T0 + 3 * DAY)).total == 0  # it was not on day 0
        assert ids(search(picture, ALL, Query(at=T0 + 6 * DAY)).rows) == ids([second])


def test_as_of_shows_what_the_node_knew_then(world: World, folder: Path):
    first = world.tell()
    second = world.tell(amends=[first])
    world.withdraw(second)
    with closing(picture_of(folder, world.entries)) as picture:

        def known(hours: float) -> list[bytes]:
            return ids(search(picture, ALL, Query(as_of=RECEIVED + hours * HOUR)).rows)

        assert [known(h) for h in (0.5, 1.5, 2.5, 3.5)] == [[], ids([first]), ids([second]), []]


def test_changed_since_shows_what_was_touched(world: World, folder: Path):
    first = world.tell()
    world.tell()
    third = world.tell(amends=[first])
    with closing(picture_of(folder, world.entries)) as picture:
        found = search(picture, ALL, Query(changed_since=RECEIVED + 2.5 * HOUR))
        assert ids(found.rows) == ids([third])


# --- links --------------------------------------------------------------------------


def test_links_are_found_from_both_ends_and_follow_amendments(world: World, folder: Path):
    site = world.tell("site/1", content={"type": "market", "name": "Km 5"})
    told = world.tell(links=[("at", site)])
    better = world.tell("site/1", amends=[site], content={"type": "market", "name": "Km 5 market"})
    with closing(picture_of(folder, world.entries)) as picture:
        view = entity_by_id(picture, ALL, told_by(told).entity)
        assert [(one.role, one.row.id) for one in view.links_out] == [("at", told_by(site).id)]
        back = entity_by_id(picture, ALL, told_by(better).entity)
        assert [(one.role, one.row.id) for one in back.links_in] == [("at", told_by(told).id)]
        assert flat(view.current[0])["links"] == [{"role": "at", "report": told_by(site).id.hex()}]


def test_a_link_to_what_the_reader_may_not_see_does_not_show(world: World, folder: Path):
    hidden = world.tell(compartment="command")
    told = world.tell(compartment="humanitarian", links=[("about", hidden)])
    with closing(picture_of(folder, world.entries)) as picture:
        row = report_by_id(picture, a_reader("humanitarian"), told_by(told).id)
        assert "links" not in flat(row)
        assert entity_by_id(picture, a_reader("command"), told_by(hidden).entity).links_in == []


def test_entry_of_is_the_entry_hash_and_seen_the_body_as_it_came(world: World, folder: Path):
    one = world.tell()
    with closing(picture_of(folder, world.entries)) as picture:
        assert one.body is not None
        assert entry_of(picture, ALL, one.body.id) == one.hash
        assert picture.seen([one.body.id, an_id("absent")]) == {one.body.id: (one.hash, one.body)}
        assert picture.seen([]) == {}
        with pytest.raises(Unavailable):
            entry_of(picture, a_reader("humanitarian"), one.body.id)


# --- the stream -----------------------------------------------------------------------


def test_snapshot_and_changes_together_lose_nothing(world: World, folder: Path):
    first = world.tell(place=at_place(18.5, 4.4))
    with closing(picture_of(folder, world.entries)) as picture:
        start = snapshot(picture, ALL)
        second = world.tell(amends=[first])
        picture.fold([second, world.tell()])
        keys = [row[0] for chunk in start.chunks for row in chunk]
        assert len(keys) == 1  # one state, although more came meanwhile
        found = changes(picture, ALL, start.last)
        assert len(found.upserts) == 2
        assert found.upserts[0][0] == keys[0]  # the same row, by its key
        assert (found.more, found.removals) == (False, [])
        assert changes(picture, ALL, found.last).upserts == []


def test_changes_come_in_bounded_pages(world: World, folder: Path):
    for _ in range(7):
        world.tell()
    world.tell(compartment="humanitarian")
    with closing(picture_of(folder, world.entries)) as picture:
        after, got, pages = 0, [], 0
        while True:
            page = changes(picture, a_reader("command"), after, limit=3)
            got += [row[0] for row in page.upserts]
            after, pages = page.last, pages + 1
            if not page.more:
                break
        assert (len(got), len(set(got)), pages, after) == (7, 7, 3, 8)


def test_a_withdrawal_reaches_the_stream_as_a_row_struck_through(world: World, folder: Path):
    first = world.tell()
    with closing(picture_of(folder, world.entries)) as picture:
        picture.fold([world.withdraw(first)])
        (row,) = changes(picture, ALL, 1).upserts
        told = dict(zip(STREAM_COLUMNS, row, strict=True))
        assert (told["withdrawn"], told["conflict"]) == (True, False)


def test_what_fills_a_gap_is_neither_lost_by_a_restart_nor_by_the_stream(
    world: World, folder: Path
):
    first, second, third = world.tell(), world.tell(), world.tell()
    picture = picture_of(folder, [first, third])
    assert picture.position() == (1, first.hash)
    after = changes(picture, ALL, 0).last
    picture.close()
    picture = Picture.open(folder, KEY)
    assert picture.position() == (1, first.hash)
    picture.fold([second, third])
    assert picture.position() == (3, third.hash)
    assert len(changes(picture, ALL, after).upserts) == 2
    picture.close()


# --- the whole ---


def test_layers_tell_number_newest_event_and_last_receipt(world: World, folder: Path):
    world.tell(source="patrol")
    world.tell(source="patrol", occurred=None)
    world.tell("site/1", content={"type": "market", "name": "Km 5"}, source="list")
    with closing(picture_of(folder, world.entries)) as picture:
        one, two = layers(picture, ALL)
        assert (one.kind, one.type, one.source, one.n) == ("incident", "VC", "patrol", 2)
        assert (one.newest, one.received) == (T0, RECEIVED + 2 * HOUR)
        assert (two.kind, two.n) == ("site", 1)
        picture.fold([world.tell(source="patrol")])
        assert layers(picture, ALL)[0].n == 3


def test_times_before_1970_and_far_off_are_in_order(world: World, folder: Path):
    moments = [T0 - timedelta(days=n) for n in (0, 30_000, 45_000, 300_000)] + [
        T0.replace(year=9000)
    ]
    told = [world.tell(occurred=Span(m, m, "second"), place=at_place(1, 1)) for m in moments]
    order = ids([told[4], told[0], told[1], told[2], told[3]])
    with closing(picture_of(folder, world.entries)) as picture:
        assert ids(search(picture, ALL, Query()).rows) == order
        assert ids(search(picture, ALL, Query(bbox=(0, 0, 2, 2))).rows) == order
        found = search(picture, ALL, Query(start=moments[2], end=moments[1]))
        assert ids(found.rows) == ids([told[1], told[2]])
    with closing(rebuild(folder / "again", KEY, world.entries)) as picture:
        found = search(picture, ALL, Query(start=moments[3], end=moments[2], bbox=(0, 0, 2, 2)))
        assert ids(found.rows) == ids([told[2], told[3]])
