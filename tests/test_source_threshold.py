"""The source threshold: what one source told makes what he tells next less exact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Bench, a_body
from eirene.desks.land import Land
from eirene.desks.shown import Waiting
from eirene.errors import InvalidQuery
from eirene.places import Place
from eirene.release.coarsen import cell_of, coarse_place, holds, wider_places
from eirene.release.configuration import default
from eirene.release.measures import measure_words
from eirene.release.reader import Reader
from eirene.release.rules import Rule
from eirene.release.sources import Settlement, Watch, present_in
from eirene.reports.acts.release import RECALLED
from eirene.times import Span
from release_desk import MISSION, Office, a_reader, an_alert, an_incident
from release_world import LAND, MadeLand

BANGUI, BAMBARI = "4.3612, 18.5550", "5.7679, 20.6757"
NOBODY = "8.1234, 25.4321"
"""Nobody has said who lives there."""
CLERK = a_reader("command", "mission", "sources", "org-lamp", account="clerk")
OFFICER = a_reader("command", "mission", decides=("host-state", "partners"), account="officer")


@pytest.fixture
def office(bench: Bench, tmp_path: Path) -> Iterator[Office]:
    made = Office(bench, tmp_path)
    yield made
    made.close()


def told_by(office: Office, pseudonym: str, *reports: str) -> None:
    links = [{"role": "about", "report": report} for report in reports]
    source = {"kind": "source", "compartment": "sources", "pseudonym": pseudonym, "links": links}
    office.file(source, reader=CLERK)


def alert(office: Office, pseudonym: str, place: str, **more: Any) -> str:
    [report] = office.file(an_alert(place=place, **more), reader=CLERK)
    if pseudonym:
        told_by(office, pseudonym, report)
    return report


def released(office: Office) -> list[Place]:
    """Places of alerts that partners have, newest last; approved where somebody has to."""
    office.desk.tick()
    for one in office.people.waiting(OFFICER):
        if one.line.audience == "partners":
            office.people.decide(OFFICER, "s1", one.line.id, "approve")
    office.pass_slots()
    rows = sorted(office.seen("partners"), key=lambda row: row.body.filed)
    return [row.body.place for row in rows if row.body.place is not None]


def covers_both(place: Place) -> bool:
    return all(holds(place, lon, lat, LAND) for lon, lat in ((18.555, 4.3612), (20.6757, 5.7679)))


def later(office: Office) -> None:
    office.now += timedelta(hours=7)


def test_the_second_place_of_one_source_holds_the_first_too(office: Office):
    alert(office, "LARK-7", BANGUI)
    [first] = released(office)
    later(office)
    alert(office, "LARK-7", BAMBARI)
    [_, second] = released(office)
    assert cell_of(first) and not covers_both(first)
    assert covers_both(second)


@pytest.mark.parametrize("restarted", [False, True])
def test_coming_home_does_not_show(office: Office, restarted: bool):
    alert(office, "LARK-7", BANGUI)
    released(office)
    later(office)
    alert(office, "LARK-7", BAMBARI)
    [_, second] = released(office)
    if restarted:
        office.desk = office.started()
    later(office)
    alert(office, "LARK-7", BANGUI)
    [_, _, third] = released(office)
    assert third == second  # else a wide version would say: not from home


def test_of_two_sources_each_may_be_where_he_is(office: Office):
    alert(office, "LARK-7", BANGUI)
    released(office)
    later(office)
    alert(office, "WREN-2", BAMBARI)
    [_, second] = released(office)
    assert not covers_both(second)
    assert second.accuracy_m == pytest.approx(10_000, rel=0.2)


@pytest.mark.parametrize("after", ["a start", "a recall"])
def test_it_holds_after_a_start_and_after_a_recall(office: Office, after: str):
    report = alert(office, "LARK-7", BANGUI)
    released(office)
    if after == "a recall":
        ledger = office.people.releases(CLERK, bytes.fromhex(report))
        office.desk.take_back([line for line, row in ledger if row is not None], RECALLED)
        assert office.seen("partners", "local", "mission", withdrawn=True) == []
    office.desk = office.started()
    later(office)
    alert(office, "LARK-7", BAMBARI)
    assert covers_both(released(office)[-1])


def test_a_verification_is_of_the_source_of_its_alert(office: Office):
    [report] = office.file(an_alert(place=BANGUI), reader=CLERK)
    told_by(office, "LARK-7", report)
    released(office)
    later(office)
    other = alert(office, "LARK-7", BAMBARI)
    released(office)
    later(office)
    links = [{"role": "about", "report": other}]
    office.file(an_incident(place=BAMBARI, links=links), reader=CLERK)
    released(office)
    [third] = [row.body for row in office.seen("partners") if row.kind == "incident"]
    assert third.coarse is not None
    assert third.coarse.place in ("none", "admin-0")  # a smaller area would not hold Bangui


def test_in_an_organisation_the_named_source_is_one_source_on_the_way_through(office: Office):
    focal = a_reader("org-lamp", "sources", decides=("command", "partners"), account="focal")

    def filed(place: str) -> None:
        flat = an_alert(compartment="org-lamp", place=place, source="the teacher")
        office.file(flat, reader=focal)
        office.desk.tick()
        for one in office.people.waiting(focal):
            if one.line.audience == "command":
                office.people.decide(focal, "s9", one.line.id, "approve")
        office.pass_slots()

    filed(BANGUI)
    [first] = released(office)
    office.desk = office.started()
    later(office)
    filed(BAMBARI)
    [_, second] = released(office)
    assert not covers_both(first)
    assert covers_both(second)


@pytest.mark.parametrize("restarted", [False, True])
def test_a_link_to_a_version_is_a_link_to_what_it_was_made_from(office: Office, restarted: bool):
    alert(office, "LARK-7", BANGUI)
    released(office)
    later(office)
    alert(office, "LARK-7", BAMBARI)
    released(office)
    [_, version] = sorted(office.seen("mission"), key=lambda row: row.body.filed)
    later(office)
    links = [{"role": "about", "report": version.body.id.hex()}]
    incident = an_incident(place=BAMBARI, links=links, compartment="mission")
    office.file(incident, reader=a_reader("mission", account="sector"))
    if restarted:
        office.desk = office.started()
    released(office)
    [third] = [row.body for row in office.seen("partners") if row.kind == "incident"]
    assert third.coarse is not None
    assert third.coarse.place in ("none", "admin-0")


def test_what_outsiders_say_of_their_version_does_not_show_them_what_else_he_told(office: Office):
    alert(office, "LARK-7", BANGUI)
    released(office)
    later(office)
    alert(office, "LARK-7", BAMBARI)
    released(office)
    [_, version] = sorted(office.seen("partners"), key=lambda row: row.body.filed)
    member = a_reader("partners", "org-lamp", account="member")
    links = [{"role": "about", "report": version.body.id.hex()}]
    flat = an_incident(place=BAMBARI, links=links, compartment="org-lamp")
    alone = an_incident(place=BAMBARI, compartment="org-lamp")
    assert foreseen_of(office, member, flat) == foreseen_of(office, member, alone)


def foreseen_of(office: Office, reader: Reader, flat: dict[str, Any]) -> dict[str, Any]:
    """Of each audience how a person is asked, and the place that it would get."""
    seen = {one.decision.audience: one for one in office.people.preview(reader, flat)}
    assert any(one.version is not None for one in seen.values())
    return {
        audience: (one.decision.outcome, one.version and one.version.place)
        for audience, one in seen.items()
    }


def waits(office: Office) -> Waiting:
    office.desk.tick()
    [item] = [one for one in office.people.waiting(OFFICER) if one.line.audience == "partners"]
    return item


def test_where_few_could_be_the_source_the_version_is_wider_and_a_person_decides(office: Office):
    alert(office, "LARK-7", BANGUI)
    released(office)
    later(office)
    alert(office, "LARK-7", BAMBARI)
    item = waits(office)
    assert item.decision is not None and item.version is not None
    assert item.decision.outcome == "source-threshold"
    assert item.decision.place
    assert measure_words("place", item.decision.place) in item.decision.sentence
    assert item.decision.place not in item.decision.sentence
    *_, place = released(office)
    assert place == item.version.place


def test_where_nobody_knows_who_lives_there_a_person_decides_on_what_the_rule_gives(
    office: Office,
):
    alert(office, "", NOBODY)
    item = waits(office)
    assert item.decision is not None
    assert (item.decision.outcome, item.decision.place) == ("source-threshold", None)


def test_as_exact_as_the_rule_only_with_a_reason(office: Office):
    alert(office, "LARK-7", BANGUI)
    released(office)
    later(office)
    alert(office, "LARK-7", BAMBARI)
    office.desk.tick()
    [item] = [one for one in office.people.waiting(OFFICER) if one.line.audience == "partners"]
    with pytest.raises(InvalidQuery) as caught:
        office.people.decide(OFFICER, "s1", item.line.id, "approve", exact=True)
    assert caught.value.field == "reason"
    office.people.decide(
        OFFICER, "s1", item.line.id, "approve", exact=True, reason="a clinic moves there tonight"
    )
    office.pass_slots()
    row = max(office.seen("partners"), key=lambda row: row.body.filed)
    assert row.body.place is not None
    assert (row.body.place.accuracy_m or 0) == pytest.approx(10_000, rel=0.2)


def test_preview_shows_the_wider_place_to_whoever_files_a_verification(office: Office):
    alert(office, "LARK-7", BANGUI)
    released(office)
    later(office)
    report = alert(office, "LARK-7", BAMBARI)
    released(office)
    later(office)
    links = [{"role": "about", "report": report}]
    flat = an_incident(place=BAMBARI, links=links)
    foreseen = {one.decision.audience: one for one in office.people.preview(CLERK, flat)}
    version = foreseen["partners"].version
    assert version is not None and version.coarse is not None
    assert version.coarse.place != "admin-3"
    assert foreseen["humanitarian"].decision.place is None  # no outsider


# --- the pure part ------------------------------------------------------------


class Country(MadeLand):
    """Villages with so many people, by longitude and latitude."""

    def __init__(self, *, complete: bool = False, **people: tuple[float, float, int]) -> None:
        self.complete = complete
        self._people = people

    def settlements(self, place: Place, /) -> list[Settlement]:
        return [
            Settlement(id=name, people=many)
            for name, (lon, lat, many) in self._people.items()
            if holds(place, lon, lat, self)
        ]


def a_rule(**changes: Any) -> Rule:
    rule = default().rule("informant-alert:command:partners")
    assert rule is not None
    return Rule(**{f: getattr(rule, f) for f in rule.__struct_fields__} | changes)


HERE = (10.0, 10.0, 100)
NOON = Span(datetime(2026, 3, 1, 12, 30, tzinfo=UTC), datetime(2026, 3, 1, 12, 40, tzinfo=UTC), "span")  # fmt: skip


def a_watch(country: Country, *told: list[Place], **content: Any) -> Watch:
    body = a_body(place=Place(lon=10.0, lat=10.0, accuracy_m=50.0), occurred=NOON)
    return Watch(body, content, country, told or [[]])


def people(watch: Watch, rule: Rule, audience: str = "partners") -> int | None:
    crowd = watch.crowd(rule, audience)
    return None if crowd is None else crowd.people


def test_only_grown_up_people_who_were_about_could_have_told_it():
    country = Country(here=HERE)
    assert people(a_watch(country), a_rule()) == 30
    assert people(a_watch(country, groups=["herders"]), a_rule()) == 6
    assert people(a_watch(country, groups=["residents"]), a_rule()) == 30
    assert people(a_watch(country, groups=["herders"]), a_rule(passes=("code",))) == 30


def test_versions_for_several_audiences_count_together():
    country = Country(here=HERE, near=(10.3, 10.0, 100))
    watch = a_watch(country)
    assert people(watch, a_rule(place="admin-3"), "partners") == 60
    [cell] = [coarse_place(Place(lon=10.0, lat=10.0), "cell-10km", country)]
    assert cell is not None and not holds(cell, 10.3, 10.0, country)
    assert people(watch, a_rule(place="cell-10km"), "local") == 30
    assert people(watch, a_rule(place="admin-3"), "partners") == 30


def test_the_source_with_the_smallest_crowd_counts():
    country = Country(here=HERE, there=(40.0, 40.0, 100))
    elsewhere = coarse_place(Place(lon=40.0, lat=40.0), "cell-10km", country)
    assert elsewhere is not None
    assert people(a_watch(country, [], [elsewhere]), a_rule()) == 0
    assert people(a_watch(country, []), a_rule()) == 30


def test_where_no_settlement_is_known_few_live_only_if_all_are_known():
    assert people(a_watch(Country()), a_rule()) is None
    assert people(a_watch(Country(complete=True)), a_rule()) == 0


def test_what_was_given_of_an_unknown_place_narrows_nothing_down():
    unknown = coarse_place(Place(lon=40.0, lat=40.0), "cell-10km", LAND)
    assert unknown is not None
    assert people(a_watch(Country(here=HERE), [unknown]), a_rule()) == 30
    assert people(a_watch(Country(complete=True, here=HERE), [unknown]), a_rule()) == 0


def test_at_night_fewer_are_about_by_the_sun_of_the_place():
    night = Span(datetime(2026, 3, 1, 18, tzinfo=UTC), datetime(2026, 3, 2, 0, tzinfo=UTC), "span")
    assert present_in(night, 45.0) < present_in(night, 0.0)  # 21:00 to 03:00, and 18:00 to 00:00
    assert present_in(None, 0.0) == present_in(NOON, 0.0)


points = st.tuples(st.floats(-170, 170), st.floats(-80, 80))
measures = st.sampled_from(
    ("cell-1km", "cell-10km", "cell-25km", "cell-119km", "admin-1", "admin-3")
)


@given(points, points, measures)
def test_a_version_holds_exactly_the_points_that_it_would_stand_for(
    one: tuple[float, float], other: tuple[float, float], measure: str
):
    place = coarse_place(Place(lon=one[0], lat=one[1]), measure, LAND)
    again = coarse_place(Place(lon=other[0], lat=other[1]), measure, LAND)
    if place is not None:
        assert holds(place, *one, LAND)
        assert holds(place, *other, LAND) == (place == again)


@pytest.mark.parametrize("measure", ["exact", "corridor", "cell-10km", "cell-25km", "admin-3"])
def test_wider_places_grow_up_to_none_at_all(measure: str):
    wider = wider_places(measure)
    assert wider[-1] == ""
    here = Place(lon=18.555, lat=4.3612, accuracy_m=50.0)
    land = Land(MISSION)
    places = [coarse_place(here, name, land) for name in (measure, *wider[:-1])]
    reach = [0.0 if place is None else place.accuracy_m or 0.0 for place in places]
    assert reach == sorted(reach)  # of Bangui the areas of two levels are one
    assert reach[-1] > 100_000
