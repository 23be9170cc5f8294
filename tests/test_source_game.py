"""The source game at its smallest: it can be lost, and what protects is the real code."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from benchmarks.source_game.attackers import NAMED
from benchmarks.source_game.district import made
from benchmarks.source_game.game import (
    DEFAULT,
    Season,
    Setting,
    hit,
    interval,
    season,
    uncoarsened,
)
from benchmarks.source_game.land import land_of
from benchmarks.source_game.life import Life, Source, Told, lived
from benchmarks.source_game.office import LEAKED, alert_of
from benchmarks.source_game.office import Office as Game

from conftest import Bench
from eirene.places import Place
from eirene.release.coarsen import coarse_place, holds
from eirene.release.configuration import default
from eirene.release.sources import Country
from release_desk import Office, a_reader

EVENTS = 240


@pytest.fixture(scope="module")
def guarded() -> Season:
    return season(3, DEFAULT, events=EVENTS)


@pytest.fixture(scope="module")
def exact() -> Season:
    return season(3, uncoarsened(), events=EVENTS)


def rate(one: Season) -> float:
    """How often the best of the untrained attackers names the source of a chain."""
    return max(
        float(np.mean([hit(attack(lesson.target), lesson.source) for lesson in one.chains]))
        for attack in NAMED.values()
    )


def test_the_game_is_lost_without_coarsening_and_not_with_it(guarded: Season, exact: Season):
    assert rate(exact) > rate(guarded)
    assert rate(guarded) < 1 / DEFAULT.configuration.k


def test_attackers_hold_nothing_that_is_as_exact_as_what_was_told(guarded: Season):
    for one in guarded.releases:
        assert one.version.coarse.place != "exact"
        assert one.version.place is None or (one.version.place.accuracy_m or 0) > 5_000
        assert not one.version.content.get("summary")


def test_the_same_seed_gives_the_same_district_and_another_another():
    first, again, other = made(3), made(3), made(4)
    assert np.array_equal(first.people.habit, again.people.habit)
    assert first.villages != other.villages


def test_areas_of_the_district_hold_what_lies_in_them():
    district = made(3)
    land = land_of(district)
    for village in district.villages:
        for measure in ("admin-3", "admin-2", "admin-1"):
            place = coarse_place(Place(lon=village.lon, lat=village.lat), measure, land)
            assert place is not None
            assert holds(place, village.lon, village.lat, land)
            assert land.settlements(place)


def test_a_guess_among_equals_is_worth_its_share():
    assert hit(np.array([1.0, 1.0, 0.0]), 0) == 0.5
    assert hit(np.array([1.0, 1.0, 0.0]), 2) == 0.0


def test_an_interval_holds_the_mean_and_narrows_with_numbers():
    draw = np.random.default_rng(1)
    few = [draw.integers(0, 2, 10).astype(float) for _ in range(4)]
    many = [draw.integers(0, 2, 400).astype(float) for _ in range(4)]
    for districts in (few, many):
        low, high = interval(districts)
        assert low <= np.concatenate(districts).mean() <= high
    assert np.ptp(interval(many)) < np.ptp(interval(few))


def test_a_setting_is_guarded_unless_it_says_otherwise():
    assert Setting(DEFAULT.configuration).guarded
    assert not uncoarsened().guarded


def test_the_whole_desk_gives_what_the_game_gives(bench: Bench, tmp_path: Path):
    """One chain: each report filed, approved and released before the next one comes."""
    district = made(3)
    land = land_of(district)
    life = lived(district, 3, events=EVENTS)
    apart, wanted = next(
        (apart, wanted)
        for source in range(len(life.sources))
        for apart in [chain_of(life, source)]
        for wanted in [in_the_game(life.sources[source], apart, land)]
        if len(apart) > 3 and any(one[3] not in AS_THE_RULE for one in wanted)
    )
    office = Office(bench, tmp_path)
    office.desk.world = land
    try:
        got = [found for at, one in enumerate(apart) for found in released(office, at, one)]
    finally:
        office.close()
    assert sorted(got, key=str) == sorted(wanted, key=str)


Given = tuple[int, str, Any, str, Any]
AS_THE_RULE = ("cell-10km", "cell-25km", "admin-1")


def chain_of(life: Life, source: int) -> list[Told]:
    """What one source told, each with time to be released before the next."""
    told = [one for one in life.told if one.source == source and not one.event.host_forces]
    told.sort(key=lambda one: one.event.at)
    return [Told(0, one.event, one.event.at + timedelta(minutes=20)) for one in told[:6]]


def in_the_game(source: Source, apart: list[Told], land: Country) -> list[Given]:
    source = msgspec.structs.replace(source, channel="hotline")
    game = Game(Life([source], apart), default(), land, 1)
    game.verified_of_ten = 0
    return [
        (
            one.report,
            one.audience,
            one.version.place,
            one.version.coarse.place,
            one.version.occurred,
        )
        for one in game.run()
    ]


def released(office: Office, number: int, told: Told) -> list[Given]:
    """What outsiders newly have once a report has been filed and everybody has agreed."""
    office.now = told.filed
    before = {row.id for name in LEAKED for row in office.seen(name)}
    body, content = alert_of(told.event, told.filed, "command")
    packed = msgspec.Raw(msgspec.msgpack.encode(content))
    office.filing.post([msgspec.structs.replace(body, content=packed)])
    report = body.id.hex()
    links = [{"role": "source-of", "report": report}]
    flat = {"kind": "source", "compartment": "sources", "pseudonym": "LARK-7", "links": links}
    office.file(flat, reader=a_reader("command", "sources", account="clerk"))
    decider = a_reader("command", decides=LEAKED, account="decider")
    office.desk.tick()
    for one in office.people.waiting(decider):
        office.people.decide(decider, "s1", one.line.id, "approve")
    office.pass_slots()
    rows = [row for name in LEAKED for row in office.seen(name) if row.id not in before]
    return [
        (
            number,
            row.compartment,
            row.body.place,
            row.body.coarse.place if row.body.coarse else "",
            row.body.occurred,
        )
        for row in rows
    ]
