"""Names and areas of a mission: what is found, what stays ambiguous, what has no point."""

import itertools
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely

from eirene import missions
from eirene.errors import BadSettings
from eirene.missions import mission_named
from eirene.missions.areas import Level
from eirene.places import UnclearPlace, parse_place
from eirene.reports.draft import draft_of

CAR = mission_named("car")


@pytest.mark.parametrize("text", ["Ndele", "N'Délé", "NDÉLÉ", "ndélé"])
def test_accents_case_and_apostrophes_do_not_matter(text: str) -> None:
    (place,) = CAR.find(text)
    assert (place.name, place.pcode[:5]) == ("Ndélé", "CF511")
    assert place.lat == pytest.approx(8.41, abs=0.01)


@pytest.mark.parametrize("text", ["CF621", "CAF621", "cf621", " CF621 "])
def test_an_area_has_a_code_in_any_spelling_and_no_point(text: str) -> None:
    (place,) = CAR.find(text)
    assert (place.name, place.pcode, place.lat, place.lon) == ("Bangassou", "CF621", None, None)


def test_a_town_and_the_areas_of_its_name_are_the_town() -> None:
    (place,) = CAR.find("Bangui")
    assert place.pcode == "CF711"  # the city, not the district of its middle
    assert place.accuracy_m == 5_000


def test_an_area_without_a_town_of_its_name_is_the_area() -> None:
    (place,) = CAR.find("Ouaka")
    assert (place.pcode, place.lat) == ("CF43", None)


def test_two_villages_of_one_name_stay_two() -> None:
    assert len(CAR.find("Mbata")) == 2
    with pytest.raises(UnclearPlace, match="can be 2 places"):
        parse_place("Mbata", find=CAR.find)


def test_a_code_of_another_country_is_not_found() -> None:
    assert CAR.find("XA0101") == []
    assert CAR.find("CF999") == []


@pytest.mark.parametrize(
    ("text", "name", "pcode"),
    [
        ("Bria, Haute-Kotto", "Bria", "CF521"),
        ("Bangassou, MBOMOU", "Bangassou", "CF6211"),
        ("Kaga Bandoro, nana gribizi", "Kaga-Bandoro", "CF4211"),
    ],
)
def test_a_name_with_the_area_around_it_is_that_one(text: str, name: str, pcode: str) -> None:
    (place,) = CAR.find(text)
    assert (place.name, place.pcode) == (name, pcode)


@pytest.mark.parametrize(("around", "code"), [("Lobaye", "CF1212"), ("Nana Gribizi", "CF4215")])
def test_the_area_around_a_name_tells_two_of_it_apart(around: str, code: str) -> None:
    assert [place.pcode for place in CAR.find(f"Mbata, {around}")] == [code]
    assert parse_place(f"Mbata, {around}", find=CAR.find).pcode == code


def test_a_name_that_is_not_in_the_area_is_not_there() -> None:
    assert CAR.find("Bria, Lobaye") == []
    assert CAR.find("Nowhere, Mbomou") == []


@pytest.mark.parametrize("code", ["CF214", "CAF214", "cf214"])
def test_a_stated_p_code_is_kept_in_the_mission_s_spelling(code: str) -> None:
    flat = {"kind": "note", "summary": "Seen", "compartment": "mission", "pcode": code}
    place = draft_of(flat, now=datetime(2026, 1, 2, tzinfo=UTC), find=CAR.find).place
    assert place is not None
    assert (place.pcode, place.pcode_from, place.name) == ("CF214", "stated", "Amada-Gaza")
    assert place.lat is None


def test_suggestions_begin_with_the_largest_and_name_no_place_twice() -> None:
    names = [one.place.name for one in CAR.suggest("ban", 6)]
    assert names[:3] == ["Bangui", "Bambari", "Bangassou"] or names[0] == "Bangui"
    assert len(set(names)) == len(names)
    assert CAR.suggest("", 5) == []
    assert CAR.suggest("CAF62", 5)[0].place.pcode == "CF62"


def test_a_point_lies_in_one_area_of_each_level_and_they_nest() -> None:
    codes = [CAR.area_of(18.5549, 4.3612, level) for level in range(4)]
    assert codes[0] == "CF"
    for outer, inner in itertools.pairwise(codes):
        assert inner is not None
        assert CAR.parents()[inner] == outer
    assert CAR.area_of(18.5549, 4.3612) == codes[3]


def test_a_point_outside_lies_in_no_area() -> None:
    assert [CAR.area_of(-0.2042, -0.4917, level) for level in range(4)] == [None] * 4
    assert CAR.areas.reach_m(-0.2042, -0.4917, 1) is None


def test_the_reach_of_a_point_holds_its_area() -> None:
    middle = CAR.areas.reach_m(21.0, 7.0, 0)
    assert middle is not None
    assert 500_000 < middle < 900_000


def test_every_file_that_the_mission_names_is_there() -> None:
    declared = CAR.declaration
    names = [area.file for one in declared.divisions for area in one.areas]
    names += [one.pcodes for one in declared.divisions]
    names += list(declared.names.values())
    names += [b.file for b in declared.batches if not b.beside]
    names += [file for credit in declared.credits for file in credit.files]
    for name in names:
        assert (CAR.folder / name).is_file(), name


def test_what_lies_beside_is_left_out_in_silence(tmp_path: Path) -> None:
    here = [batch.mapping for batch in CAR.batches()]
    assert "healthsites-osm" not in here
    assert [batch.mapping for batch in CAR.batches(tmp_path)] == here


def test_a_mission_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        mission_named("cra")
    assert "car" in str(caught.value.remedy)
    (tmp_path / "mission.toml").write_text("name = 3")
    with pytest.raises(BadSettings, match="is not right"):
        mission_named(str(tmp_path))


def test_points_asked_for_again_lie_where_they_lay() -> None:
    """Cells that are known to lie in one area answer as the borders do, to the last corner."""
    level = Level(2, Path(missions.__file__).parent / "car" / "adm2.geojson.gz")
    corners = [(float(x), float(y)) for x, y in shapely.get_coordinates(level.shapes[3])[:200]]
    edges = [
        (x / 16, y / 16) for x in range(14 * 16, 28 * 16, 9) for y in range(2 * 16, 11 * 16, 5)
    ]
    inside = [(lon + 0.003, lat + 0.004) for lon, lat in edges]
    points = [*corners, *edges, *inside]
    first = level.at_each(points)
    assert first == [level.at(lon, lat) for lon, lat in points]
    assert level.at_each(points) == level.at_each(points) == first
    assert level.at_each([]) == []
    assert len({one for one in first if one}) > 10
    assert None in first
