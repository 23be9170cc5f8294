"""Coarsening and versions: what moves together, and what can be told apart no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import h3
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import T0, a_body
from eirene.places import Place, distance_m
from eirene.release.coarsen import (
    band_of,
    block_end,
    block_start,
    cell_at,
    coarse_count,
    coarse_moment,
    coarse_place,
    coarse_span,
    fineness,
)
from eirene.release.configuration import default
from eirene.release.rules import BANDS, TIMES, Rule
from eirene.release.version import Version, version_of
from eirene.reports.envelope import Attachment, Body, Coarse, Link, content_of
from eirene.reports.kinds import Kind, fields_of, kinds
from eirene.times import PRECISIONS, Span
from release_world import LAND

MEASURES = ("exact", "corridor", "road-section", "admin-1", "admin-3", "cell-10km", "cell-25km")
lons = st.floats(-80, 80)
lats = st.floats(-60, 60)
moments = st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def a_rule(**changes: Any) -> Rule:
    values: dict[str, Any] = {
        "id": "made",
        "data": "informant-alert",
        "origin": "command",
        "to": "partners",
        "mode": "automatic",
        "place": "cell-10km",
        "time": "6-hours",
        "counts": "banded",
        "passes": ("code", "affected"),
    }
    return Rule(**values | changes)


# --- places -------------------------------------------------------------------


@given(lons, lats, st.sampled_from(MEASURES))
def test_nothing_anybody_wrote_stays_beside_a_place(lon: float, lat: float, measure: str) -> None:
    place = Place(
        lon=lon,
        lat=lat,
        accuracy_m=5.0,
        method="named",
        text="house of the elder, Talvek",
        name="Talvek",
        pcode="XA9999",
    )
    found = coarse_place(place, measure, LAND)
    said = repr(found)
    assert "Talvek" not in said and "elder" not in said
    if found is not None and measure != "exact":
        assert found.pcode != "XA9999" and found.method != "named"


@given(lons, lats, lons, lats, st.sampled_from(MEASURES[1:]))
def test_two_points_of_one_area_cannot_be_told_apart(
    lon: float, lat: float, other_lon: float, other_lat: float, measure: str
) -> None:
    one = coarse_place(Place(lon=lon, lat=lat), measure, LAND)
    other = coarse_place(Place(lon=other_lon, lat=other_lat), measure, LAND)
    if one is None or other is None:
        return
    near = coarse_place(Place(lon=one.lon, lat=one.lat), measure, LAND)
    assert near == one, "the point that stands for an area lies in it"
    assert one == other or (one.lon, one.lat) != (other.lon, other.lat)


@given(lons, lats, st.sampled_from((1, 5, 10, 25, 60)))
def test_a_cell_is_never_narrower_than_it_says_and_holds_the_point(
    lon: float, lat: float, width: int
) -> None:
    found = coarse_place(Place(lon=lon, lat=lat, accuracy_m=1.0), f"cell-{width}km", LAND)
    assert found is not None and found.lat is not None and found.lon is not None
    assert found.accuracy_m is not None
    assert found.accuracy_m >= width * 500
    assert distance_m(found.lat, found.lon, lat, lon) <= found.accuracy_m + 10
    assert found.pcode == found.name == found.text == found.method == ""


def test_the_cells_of_the_matrix_are_of_two_sizes() -> None:
    assert h3.get_resolution(cell_at(18.5, 4.3, 10)) == 5
    assert h3.get_resolution(cell_at(18.5, 4.3, 25)) == 4
    assert h3.get_resolution(cell_at(18.5, 4.3, 4)) == 6


@given(lons, lats, st.floats(10, 2_000_000), st.sampled_from(MEASURES[3:]))
def test_what_is_coarse_stays_coarse(lon: float, lat: float, accuracy: float, measure: str) -> None:
    found = coarse_place(Place(lon=lon, lat=lat, accuracy_m=accuracy), measure, LAND)
    if found is not None and accuracy < 500_000:
        assert found.accuracy_m is not None and found.accuracy_m >= accuracy * 0.9


def test_an_area_is_the_one_around_the_point_with_its_own_name_and_code() -> None:
    found = coarse_place(Place(lon=18.6, lat=4.4, accuracy_m=50.0), "admin-3", LAND)
    expected = LAND.area_at(18.6, 4.4, 3)
    assert found is not None and expected is not None
    assert (found.pcode, found.name, found.lon, found.lat) == expected[:4]
    assert found.pcode_from == "stated"


def test_a_place_that_is_only_a_code_climbs_and_is_never_made_finer() -> None:
    district = LAND.area_at(18.6, 4.4, 2)
    assert district is not None
    place = Place(pcode=district.pcode, text="somewhere in the district")
    coarse = coarse_place(place, "admin-1", LAND)
    fine = coarse_place(place, "admin-3", LAND)
    assert coarse is not None and len(coarse.pcode) < len(district.pcode)
    assert fine is not None and fine.pcode == district.pcode
    assert coarse_place(place, "cell-10km", LAND) is None


def test_words_without_a_point_or_a_code_say_nothing_that_may_pass() -> None:
    for measure in MEASURES:
        assert coarse_place(Place(text="behind the mill", name="mill"), measure, LAND) is None
    assert coarse_place(None, "exact", LAND) is None
    assert coarse_place(Place(lon=1.0, lat=1.0), "", LAND) is None


def test_off_the_road_no_section_is_named() -> None:
    on = coarse_place(Place(lon=18.62, lat=0.01, accuracy_m=20.0), "road-section", LAND)
    assert on is not None and on.name == "Road 1" and on.pcode == ""
    assert coarse_place(Place(lon=18.62, lat=3.0), "road-section", LAND) is None


# --- times --------------------------------------------------------------------


@given(moments, st.integers(0, 10_000_000), st.sampled_from(TIMES))
def test_times_are_rounded_outward_to_whole_blocks_and_once_is_enough(
    start: datetime, seconds: int, block: str
) -> None:
    span = Span(start, start + timedelta(seconds=seconds), "span", "the night it rained")
    found = coarse_span(span, block)
    assert found is not None
    assert found.start <= span.start and found.end >= span.end and found.end > found.start
    assert found.start == block_start(found.start, block)
    assert found.end == block_start(found.end, block)
    assert found.text == "" and found.precision in PRECISIONS
    again = coarse_span(found, block)
    assert again is not None and (again.start, again.end) == (found.start, found.end)


@given(moments, st.floats(0, 0.99), st.sampled_from(TIMES))
def test_two_times_of_one_block_cannot_be_told_apart(
    one: datetime, part: float, block: str
) -> None:
    start = block_start(one, block)
    other = start + (block_end(one, block) - start) * part
    first, second = (coarse_span(Span(m, m, "second"), block) for m in (one, other))
    assert first == second


@pytest.mark.parametrize(
    ("block", "start", "end", "precision"),
    [
        ("minute", "2026-11-25T14:37Z", "2026-11-25T14:38Z", "minute"),
        ("hour", "2026-11-25T14:00Z", "2026-11-25T15:00Z", "hour"),
        ("6-hours", "2026-11-25T12:00Z", "2026-11-25T18:00Z", "span"),
        ("day", "2026-11-25T00:00Z", "2026-11-26T00:00Z", "day"),
        ("week", "2026-11-23T00:00Z", "2026-11-30T00:00Z", "span"),
        ("month", "2026-11-01T00:00Z", "2026-12-01T00:00Z", "month"),
    ],
)
def test_blocks_are_those_of_utc(block: str, start: str, end: str, precision: str) -> None:
    moment = datetime(2026, 11, 25, 14, 37, 12, tzinfo=UTC)
    found = coarse_span(Span(moment, moment, "second"), block)
    expected = (datetime.fromisoformat(start), datetime.fromisoformat(end), precision)
    assert found is not None and (found.start, found.end, found.precision) == expected


def test_an_hour_that_ends_on_the_hour_stays_one_hour() -> None:
    start = datetime(2026, 12, 31, 23, tzinfo=UTC)
    found = coarse_span(Span(start, start + timedelta(hours=1), "hour"), "hour")
    assert found is not None and found.end - found.start == timedelta(hours=1)
    assert block_end(start, "month") == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "block", "expected"),
    [
        ("2026-12-31T14:30:00Z", "minute", "2026-12-31T14:30:00Z"),
        ("2026-12-31T14:30:59Z", "minute", "2026-12-31T14:30:00Z"),
        ("2026-12-31T14:30:00Z", "6-hours", "2026-12-31T12:00:00Z"),
        ("2026-12-31T14:30:00Z", "day", "2026-12-31"),
        ("2026-12-31", "hour", "2026-12-31"),
        ("2026-12-31", "week", "2026-12-28"),
        ("2026-12-31", "month", "2026-12-01"),
        ("2026-12-31T14:30", "hour", None),
        ("after dark at Talvek", "month", None),
    ],
)
def test_times_in_fields_become_the_beginning_of_their_block(
    text: str, block: str, expected: str | None
) -> None:
    assert coarse_moment(text, block) == expected


# --- counts -------------------------------------------------------------------


@given(st.integers(0, 10_000_000), st.integers(0, 10_000_000))
def test_counts_are_lower_bounds_and_keep_their_order(one: int, other: int) -> None:
    a, b = coarse_count(one, "banded"), coarse_count(other, "banded")
    assert a is not None and b is not None and a in BANDS
    assert a <= one and (a > 0) == (one > 0)
    assert (one <= other) <= (a <= b)
    assert coarse_count(one, "none") is None and coarse_count(one, "exact") == one


def test_bands_are_shown_as_people_read_them() -> None:
    assert [band_of(least) for least in BANDS] == ["0", "1-4", "5-9", "10-24", "25-99", "100+"]


# --- versions -----------------------------------------------------------------


def the_version(body: Body, rule: Rule) -> Version:
    return version_of(body, content_of(body), rule, LAND)


def an_alert(**changes: Any) -> Body:
    content = {
        "threat": "imminent",
        "state": "triaged",
        "affected": "families at Talvek market",
        "threatened": 37,
        "direction": "from the mill",
        "alleged_actor": "the men of Talvek",
        "alleged_class": "armed-group",
        "help_asked": ["presence"],
        "decided_by": "duty officer",
        "verification": "confirmed",
        "summary": "Talvek will be attacked",
        "narrative": "The elder of Talvek called",
    }
    values: dict[str, Any] = {
        "kind": "alert/1",
        "content": content,
        "source": "hotline",
        "basis": "told-first-hand",
        "grade": "B2",
        "observed": T0,
        "language": "sg",
        "links": (Link("at", bytes(32)),),
        "attachments": (Attachment(bytes(32), bytes(32), "image/jpeg", 9, "talvek.jpg"),),
        "place": Place(
            lon=-0.2042, lat=0.4917, accuracy_m=20.0, text="Talvek", name="Talvek", pcode="XA0101"
        ),
    }
    return a_body(**values | changes)


def test_partners_get_a_warning_and_nothing_else() -> None:
    rule = default().rule("informant-alert:command:partners")
    assert rule is not None
    found = the_version(an_alert(), rule)
    assert found.content == {"threat": "imminent", "state": "triaged", "threatened": 25}
    assert found.grade == ""
    assert found.coarse == Coarse("cell-10km", "6-hours", "banded")
    assert found.occurred == Span(
        datetime(2026, 11, 25, 12, tzinfo=UTC), datetime(2026, 11, 25, 18, tzinfo=UTC), "span"
    )
    assert "alvek" not in repr(found)
    assert found.place is not None and found.place.accuracy_m and found.place.accuracy_m > 5000


def test_everything_that_was_removed_is_named() -> None:
    rule = default().rule("informant-alert:command:partners")
    assert rule is not None
    found = the_version(an_alert(), rule)
    kept = {"threat", "state", "threatened"}
    said = set(content_of(an_alert())) - kept
    beside = {"place", "place_name", "source", "basis", "observed", "language", "links", "filed_by"}
    assert set(found.removed) == said | beside | {"attachments", "grade"}


def test_the_police_get_point_minute_and_grade_and_words_of_passing_groups_alone() -> None:
    rule = default().rule("informant-alert:command:police")
    assert rule is not None
    found = the_version(an_alert(), rule)
    assert found.place is not None
    assert (found.place.lon, found.place.lat) == (-0.2042, 0.4917)
    assert found.grade == "B2"
    assert found.content["threatened"] == 37 and found.content["alleged_class"] == "armed-group"
    fields = fields_of(kinds()["alert"].content)
    told = {
        fields[name].held.group for name, said in found.content.items() if "alvek" in repr(said)
    }
    assert told <= set(rule.passes)
    assert "summary" in found.removed
    assert "alvek" not in repr(found.place)


def test_of_actors_only_the_codes_pass_and_the_list_counts_as_less() -> None:
    actors = [{"role": "alleged-perpetrator", "actor_class": "armed-group", "name": "Black Fox"}]
    body = a_body(content={"type": "VC", "actors": actors, "killed": 3})
    found = the_version(body, a_rule(passes=("code", "actor", "harm")))
    assert found.content["actors"] == [
        {"role": "alleged-perpetrator", "actor_class": "armed-group"}
    ]
    assert "actors" in found.removed and "Black Fox" not in repr(found)


def test_markings_and_purpose_bind_on() -> None:
    body = a_body(classification="confidential", tlp="AMBER", purpose="deconfliction")
    found = the_version(body, a_rule())
    assert (found.classification, found.tlp, found.purpose) == (
        "confidential",
        "AMBER",
        "deconfliction",
    )


def test_a_part_of_a_total_does_not_pass_in_bands_beside_it() -> None:
    content = {"organisation_name": "Lamp", "sector": "health", "reached": 104, "reached_women": 99}
    body = a_body(kind="activity/1", content=content)
    rule = a_rule(passes=("code", "sector", "reached"))
    assert the_version(body, rule).content == {"sector": "health", "reached": 100}
    exact = the_version(body, a_rule(passes=("reached",), counts="exact")).content
    assert exact["reached"] == 104 and exact["reached_women"] == 99
    alone = {k: v for k, v in content.items() if k != "reached"}
    assert (
        the_version(a_body(kind="activity/1", content=alone), rule).content["reached_women"] == 25
    )


def test_numbers_pass_only_where_place_and_counts_are_exact() -> None:
    body = a_body(kind="hazard/1", content={"type": "mine", "area_m2": 13482.5, "radius_m": 50.0})
    exact = a_rule(passes=("code", "hazard"), place="exact", counts="exact", time="day")
    assert the_version(body, exact).content["area_m2"] == 13482.5
    coarse = msgspec.structs.replace(exact, place="admin-1")
    assert "area_m2" not in the_version(body, coarse).content
    assert "radius_m" in the_version(body, coarse).removed


def test_a_field_or_kind_of_a_later_version_is_removed() -> None:
    body = a_body(content={"type": "VC", "from_later": "Talvek"})
    found = the_version(body, a_rule())
    assert "from_later" in found.removed and "Talvek" not in repr(found.content)
    unknown = a_body(kind="sighting/1", content={"type": "VC"})
    assert the_version(unknown, a_rule(passes=("code", "text", "actor"))).content == {}


def test_a_code_that_its_list_does_not_have_is_taken_for_words() -> None:
    body = a_body(content={"type": "Talvek", "state": "verified"})
    assert the_version(body, a_rule()).content == {"state": "verified"}


PLANTED = "planted Talvek 0.4917"


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("place", ["exact", "cell-10km"])
def test_words_pass_in_no_field_of_any_kind_where_anything_is_coarsened(
    kind: Kind, place: str
) -> None:
    fields = fields_of(kind.content)
    planted: dict[str, Any] = {}
    for name, field in fields.items():
        words = field.held.form in ("text", "longtext", "time", "choice")
        planted[name] = PLANTED if words else [PLANTED, {"name": PLANTED, "role": PLANTED}]
    body = a_body(kind=kind.tag, content=planted)
    groups = tuple({field.held.group for field in fields.values()})
    time = "hour" if place == "exact" else "minute"
    rule = a_rule(place=place, counts="exact", time=time, passes=groups)
    assert "Talvek" not in repr(the_version(body, rule).content)


def test_the_finest_of_two_versions_is_the_one_that_gives_more() -> None:
    def key(audience: str) -> Any:
        rule = default().rule(f"informant-alert:command:{audience}")
        assert rule is not None
        return fineness(rule)

    assert (
        key("police") > key("mission") > key("humanitarian") > key("partners") > key("host-state")
    )
    assert key("partners") == key("local")
