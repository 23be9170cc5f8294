"""Places as people write them: the right point, an honest accuracy, or a clear refusal."""

import csv
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from eirene import places, places_text
from eirene.errors import InvalidReport
from eirene.places import (
    METHODS,
    Place,
    UnclearPlace,
    destination,
    distance_m,
    mgrs_of,
    noticed_swap,
    parse_place,
    place_from_numbers,
)

T = TypeVar("T")
PITFALLS = Path(__file__).parent / "data" / "pitfalls"
CAR = (14.4, 2.2, 27.5, 11.1)

BRIA = Place(name="Bria", pcode="CF611", lat=6.5423, lon=21.9863, accuracy_m=500.0)
NDELE = Place(name="Ndélé", pcode="CF511", lat=8.411, lon=20.653)
BOUCAS = [
    Place(name="Bouca", pcode=f"CF42{number}", lat=6.5 + number, lon=18.27) for number in range(7)
]


def gazetteer(text: str) -> list[Place]:
    """Knows names by their beginning, and P-codes."""
    return [
        place
        for place in (BRIA, NDELE, *BOUCAS, Place(name="Briakombo", lat=5.0, lon=20.0))
        if place.name.lower().startswith(text.lower()) or place.pcode == text
    ]


def point(place: Place) -> tuple[float, float]:
    assert place.lat is not None
    assert place.lon is not None
    return place.lat, place.lon


def accuracy(place: Place) -> float:
    assert place.accuracy_m is not None
    return place.accuracy_m


# --- pitfalls -----------------------------------------------------------------


def rows(name: str) -> list[tuple[str, ...]]:
    with (PITFALLS / name).open(newline="", encoding="utf-8") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


@pytest.mark.parametrize(("ref", "text", "lat", "lon"), rows("k01-dms.csv"))
def test_k01_less_than_one_degree_south_stays_in_the_south(
    ref: str, text: str, lat: str, lon: str
) -> None:
    if lat == "ERROR":
        with pytest.raises(UnclearPlace, match="latitude has 75 minutes"):
            parse_place(text)
        return
    place = parse_place(text)
    assert point(place) == pytest.approx((float(lat), float(lon)), abs=1e-6)
    finest = {"1": 15.0, "2": 90.0, "3": 15.0, "4": 5.5, "5": 90.0}[ref]
    assert finest <= accuracy(place) < 1.1 * finest
    assert (place.text, place.method) == (text, "text")


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("-0,4917 -0,2042", -0.4917, -0.2042),
        ("-0,4917; -0,2042", -0.4917, -0.2042),
        ("-0,5000, -0,2500", -0.5, -0.25),
        ("0,4917 S 0,2042 W", -0.4917, -0.2042),
    ],
)
def test_i05_decimal_commas_are_decimals(text: str, lat: float, lon: float) -> None:
    assert point(parse_place(text)) == (lat, lon)


@pytest.mark.parametrize(
    "text",
    ["4,3612,18,5550", "4,3612 18.5550", "4,3612; 18.5550", "4,3612N 18.5550E", "4,18 33"],
)
def test_i05_a_comma_with_two_readings_is_refused(text: str) -> None:
    with pytest.raises(UnclearPlace):
        parse_place(text)


# --- coordinates --------------------------------------------------------------

MINUTE, SECOND = 1 / 60, 1 / 3600
BANGUI_DMS = (4 + 21 * MINUTE + 40 * SECOND, 18 + 33 * MINUTE + 18 * SECOND)

COORDINATES = [
    # decimal degrees
    ("4.3612, 18.5550", (4.3612, 18.555), 5.566),
    ("4.3612,18.5550", (4.3612, 18.555), 5.566),
    (" 4.3612  18.5550 ", (4.3612, 18.555), 5.566),
    ("4.3612; 18.5550", (4.3612, 18.555), 5.566),
    ("4.3612 / 18.5550", (4.3612, 18.555), 5.566),
    ("4.3612\t18.5550", (4.3612, 18.555), 5.566),
    ("(4.3612, 18.5550)", (4.3612, 18.555), 5.566),
    ("4.36, 18.5550", (4.36, 18.555), 556.6),
    ("4.3612, 18.55", (4.3612, 18.55), 556.6),
    ("4.4, 18.6", (4.4, 18.6), 5566.0),
    ("4, 18", (4.0, 18.0), 55660.0),
    ("4.361234567, 18.555012345", (4.361234567, 18.555012345), 1.0),
    ("4.3612N 18.5550E", (4.3612, 18.555), 5.566),
    ("18.5550E 4.3612N", (4.3612, 18.555), 5.566),
    ("N 4.3612, E 18.5550", (4.3612, 18.555), 5.566),
    ("4.3612S, 18.5550W", (-4.3612, -18.555), 5.566),
    ("lat 4.3612 lon 18.5550", (4.3612, 18.555), 5.566),
    ("Longitude: 18.5550, Latitude: 4.3612", (4.3612, 18.555), 5.566),
    ("lat=-4.3612 lng=18.5550", (-4.3612, 18.555), 5.566),
    ("4.3612° north, 18.5550° east", (4.3612, 18.555), 5.566),
    ("4.3612 degrees N 18.5550 degrees W", (4.3612, -18.555), 5.566),
    ("4.3612° Sud, 18.5550° Ouest", (-4.3612, -18.555), 5.566),
    ("\u22120.4917, \u20130.2042", (-0.4917, -0.2042), 5.566),
    ("- 0.4917, - 0.2042", (-0.4917, -0.2042), 5.566),
    ("+04.3612+018.5550/", (4.3612, 18.555), 5.566),
    ("٤٫٣٦١٢، ١٨٫٥٥٥٠", (4.3612, 18.555), 5.566),
    # degrees, minutes, seconds
    ("4°21'40\"N 18°33'18\"E", BANGUI_DMS, 15.46),
    ("4°21′40″N 18°33′18″E", BANGUI_DMS, 15.46),
    ("4º21’40” N, 18º33’18” E", BANGUI_DMS, 15.46),
    ("4˚ 21´ 40´´ N  18˚ 33´ 18´´ E", BANGUI_DMS, 15.46),
    ("N 4° 21' 40\", E 18° 33' 18\"", BANGUI_DMS, 15.46),
    ("4 21 40 N 18 33 18 E", BANGUI_DMS, 15.46),
    ("4:21:40 18:33:18", BANGUI_DMS, 15.46),
    ("4-21-40N 018-33-18E", BANGUI_DMS, 15.46),
    ("4 21 40, 18 33 18", BANGUI_DMS, 15.46),
    ("4 21 40 18 33 18", BANGUI_DMS, 15.46),
    ("4°21'40\"18°33'18\"", BANGUI_DMS, 15.46),
    ("042140N 0183318E", BANGUI_DMS, 15.46),
    ("4 deg 21 min 40 sec N, 18 deg 33 min 18 sec E", BANGUI_DMS, 15.46),
    ("4°21'40.0\"N 18°33'18.0\"E", BANGUI_DMS, 1.546),
    ("4°21'N 18°33'E", (4.35, 18.55), 927.7),
    ("0421N01833E", (4.35, 18.55), 927.7),
    ("4 21 18 33", (4.35, 18.55), 927.7),
    ("4°21,5'N 18°33,5'E", (4 + 21.5 * MINUTE, 18 + 33.5 * MINUTE), 92.77),
    ("-0 29 30, -0 12 15", (-29.5 * MINUTE, -12.25 * MINUTE), 15.46),
    ("-0 29 30 -0 12 15", (-29.5 * MINUTE, -12.25 * MINUTE), 15.46),
    ("-0°29' 0°12'", (-29 * MINUTE, 12 * MINUTE), 927.7),
    ("S 0 29.5 W 0 12.25", (-29.5 * MINUTE, -12.25 * MINUTE), 92.77),
    ("90°0'0\"S 180°0'0\"W", (-90.0, -180.0), 15.46),
]


@pytest.mark.parametrize(("text", "expected", "accuracy_m"), COORDINATES)
def test_coordinates_keep_their_point_and_the_accuracy_of_their_digits(
    text: str, expected: tuple[float, float], accuracy_m: float
) -> None:
    place = parse_place(text)
    assert point(place) == pytest.approx(expected, abs=1e-9)
    assert place.accuracy_m == pytest.approx(accuracy_m, rel=1e-3)
    assert (place.text, place.method, place.name, place.pcode) == (text, "text", "", "")


REFUSED = [
    ("0°75'00\"S 0°12'15\"W", "latitude has 75 minutes", "minutes"),
    ("4°21'60\"N 18°33'18\"E", "latitude has 60 seconds", "seconds"),
    ("4 21 40 N 18 60 18 E", "longitude has 60 minutes", "minutes"),
    ("4°21.5'30\"N 18°33'E", "before the last one has decimals", "4.3612"),
    ("118.5, 4.3", "swapped", "4.3, 118.5"),
    ("95.0000,18.0000", "swapped", "18, 95"),
    ("91, 200", "Latitude 91", "latitude"),
    ("4.3, 190", "Longitude 190", "longitude"),
    ("91N 18E", "Latitude 91", "latitude"),
    ("90°0'1\"N 18°0'0\"E", "Latitude 90.0003", "latitude"),
    ("-4.36S 18.55E", "both a sign and a letter", "one of the two"),
    ("4.36N 18.55", "longitude has no letter", "4.3612"),
    ("4.36N 18.55N", "two values for latitude", "4.3612"),
    ("N 4.36 18.55 E", "which number is which", "4.3612"),
    ("lat 4.36E lon 18.55N", "no latitude", "4.3612"),
    ("4°21'O 3°N", "letter O", "E or W"),
    ("4.36-18.55", "not clear", "4.3612"),
    ("4.36 - 18.55", "not clear", "4.3612"),
    ("4 21 18", "not clear", "4.3612"),
    ("4.3612", "only one number", "4.3612"),
    ("4.3612N", "only one number", "4.3612"),
    ("NaN, NaN", "not a number", "4.3612"),
    ("4.36, inf", "not a number", "4.3612"),
    ("34NBK318", "3 digits", "34NBK3183"),
    ("34NBK 31 830", "5 digits", "34NBK3183"),
    ("34NBK 310 830 1", "7 digits", "34NBK3183"),
    ("34NBK123456123456", "12 digits", "34NBK3183"),
    ("61NBK3183", "no grid square", "34NBK3183"),
    ("34IBK3183", "no grid square", "34NBK3183"),
    ("34NJA3183", "no grid square", "34NBK3183"),  # J is a column of other zones
    ("34SBK3183", "no grid square", "34NBK3183"),  # this BK lies in zone 33
    ("03NWP5050", "no grid square", "34NBK3183"),  # this WP lies in band P
    ("58KAA5050", "no grid square", "34NBK3183"),  # this AA lies in zone 57
    ("Bria 6°75'N 21°59'E", "75 minutes", "minutes"),
    ("", "empty", "unknown"),
    ("  \t ", "empty", "unknown"),
]


@pytest.mark.filterwarnings("ignore:Warning in .Convert_MGRS")
@pytest.mark.parametrize(("text", "names", "remedy"), REFUSED)
def test_an_unclear_place_is_refused_with_a_remedy(text: str, names: str, remedy: str) -> None:
    with pytest.raises(UnclearPlace) as caught:
        parse_place(text)
    error = caught.value
    assert isinstance(error, InvalidReport)
    assert isinstance(error, ValueError)
    assert names in error.message
    assert remedy in str(error.remedy)


# --- grid ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "accuracy_m", "again"),
    [
        ("34NBK", 70710.7, "34NBK"),
        ("34NBK3183", 707.1, "34NBK3183"),
        ("34N BK 31 83", 707.1, "34NBK3183"),
        ("34 N BK 3183", 707.1, "34NBK3183"),
        ("34nbk3183", 707.1, "34NBK3183"),
        ("MGRS: 34N BK 31038 82830", 0.7071, "34NBK3103882830"),
        ("34NBK31038283", 7.071, "34NBK31038283"),
        ("4NBK3183", 707.1, "04NBK3183"),
        ("32VKM7658", 707.1, "32VKM7658"),
        ("32VKM00", 7071.0, "32VKM00"),  # in Norway zone 32 is wider than its number says
    ],
)
def test_a_grid_is_the_centre_of_its_square(text: str, accuracy_m: float, again: str) -> None:
    place = parse_place(text)
    assert place.accuracy_m == pytest.approx(accuracy_m, rel=1e-3)
    assert mgrs_of(place).startswith(again)
    assert (place.method, place.text) == ("grid", text)


def test_the_centre_is_half_a_square_from_the_corner() -> None:
    centre, corner = parse_place("34NBK3183"), parse_place("34NBK3100083000")
    assert distance_m(*point(centre), *point(corner)) == pytest.approx(707.1, rel=2e-3)


@pytest.mark.parametrize(
    ("accuracy_m", "expected"),
    [
        (0.0, "34NBK2863382493"),
        (1.0, "34NBK2863382493"),
        (1.1, "34NBK28638249"),
        (10.0, "34NBK28638249"),
        (100.0, "34NBK286824"),
        (1000.0, "34NBK2882"),
        (None, "34NBK2882"),
        (1000.1, "34NBK28"),
        (50_000.0, "34NBK"),
        (500_000.0, "34N"),
    ],
)
def test_a_grid_shows_no_more_digits_than_are_known(
    accuracy_m: float | None, expected: str
) -> None:
    assert mgrs_of(Place(lat=4.3612, lon=18.555, accuracy_m=accuracy_m)) == expected


def test_without_a_point_there_is_no_grid() -> None:
    assert mgrs_of(Place(name="Bria")) == ""


# --- words --------------------------------------------------------------------


@pytest.mark.parametrize("text", ["unknown", "Not known", "inconnu", "?"])
def test_unknown_is_not_a_point_and_not_a_name(text: str) -> None:
    assert parse_place(text, find=gazetteer) == Place(text=text)


@pytest.mark.parametrize("text", ["CF711", "CAF621", "XA0101", "cf711"])
def test_a_p_code_is_kept_as_stated(text: str) -> None:
    expected = Place(pcode=text.upper(), pcode_from="stated", text=text)
    assert parse_place(text) == expected
    assert parse_place(text, find=gazetteer) == expected


def test_a_p_code_takes_the_point_of_the_gazetteer() -> None:
    place = parse_place("CF611", find=gazetteer)
    assert place == msgspec.structs.replace(BRIA, text="CF611", method="pcode", pcode_from="stated")


@pytest.mark.parametrize("text", ["PK12", "RN3", "RN12", "N2", "PK 12", "12 RUE 45", "Camp 4, 5"])
def test_a_road_or_a_kilometre_post_is_no_p_code_and_no_grid(text: str) -> None:
    assert parse_place(text) == Place(name=text, text=text)


def test_a_name_takes_the_point_and_the_spelling_of_the_gazetteer() -> None:
    assert parse_place("BRIA", find=gazetteer) == msgspec.structs.replace(
        BRIA, text="BRIA", method="named"
    )
    assert parse_place("Ndele", find=lambda _: [NDELE]).name == "Ndélé"


@pytest.mark.parametrize("text", ["Nowhere", "market place of Bria", "x" * 400])
def test_a_name_that_nobody_knows_is_kept_without_a_point(text: str) -> None:
    assert parse_place(text) == parse_place(text, find=gazetteer) == Place(name=text, text=text)


def test_one_name_of_several_places_lists_five_of_them() -> None:
    with pytest.raises(UnclearPlace) as caught:
        parse_place("Bouca", find=gazetteer)
    message = caught.value.message
    assert "7 places" in message
    assert "and 2 more" in message
    assert all(bouca.pcode in message for bouca in BOUCAS[:5])
    assert BOUCAS[5].pcode not in message
    assert "P-code" in str(caught.value.remedy)


def test_the_same_place_twice_is_one_place() -> None:
    assert parse_place("Bria", find=lambda _: [BRIA, BRIA]).pcode == "CF611"


@pytest.mark.parametrize(
    "text", ["Bria (6.5423, 21.9863)", "Bria: 6.5423N 21.9863E", "Bria N 6.5423 E 21.9863"]
)
def test_coordinates_beside_a_name_are_not_lost(text: str) -> None:
    place = parse_place(text)
    assert (place.name, point(place), place.method) == ("Bria", (6.5423, 21.9863), "text")
    assert parse_place("Bria, 34NFN0923").method == "grid"


# --- bearing and distance -----------------------------------------------------


@pytest.mark.parametrize(
    ("text", "bearing", "metres", "across"),
    [
        ("5 km NW of Bria", 315.0, 5000.0, math.hypot(500, 5000 * math.tan(math.radians(22.5)))),
        ("5km north-west of Bria", 315.0, 5000.0, 2130.0),
        ("5 km au nord-ouest de Bria", 315.0, 5000.0, 2130.0),
        ("5 km al noroeste de Bria", 315.0, 5000.0, 2130.0),
        ("Bria, 5 km NW", 315.0, 5000.0, 2130.0),
        ("5 km à l’est de Bria", 90.0, 5000.0, 2130.0),
        ("5,0 km SSE of Bria", 157.5, 5000.0, 995.8),
        ("800 m S of Bria", 180.0, 800.0, 331.4),
        ("2 nm E of Bria", 90.0, 3704.0, 1791.6),
        ("Bria + 320 deg 12 km", 320.0, 12_000.0, 510.9),
        ("Bria 320° 12.0 km", 320.0, 12_000.0, 116.0),
        ("12 km on 320° from Bria", 320.0, 12_000.0, 510.9),
        ("12 km 320 degrees of CF611", 320.0, 12_000.0, 510.9),
    ],
)
def test_a_bearing_walks_from_its_anchor_and_is_no_finer_than_its_words(
    text: str, bearing: float, metres: float, across: float
) -> None:
    place = parse_place(text, find=gazetteer)
    expected = destination(*point(BRIA), bearing, metres)
    assert point(place) == pytest.approx(expected, abs=1e-9)
    assert place.accuracy_m == pytest.approx(math.hypot(500.0, across), rel=2e-3)
    assert (place.method, place.text) == ("bearing", text)


def test_a_bearing_may_start_from_coordinates() -> None:
    place = parse_place("10 km N of 4.3612, 18.5550")
    assert distance_m(4.3612, 18.555, *point(place)) == pytest.approx(10_000)


def test_a_bearing_from_a_place_of_unknown_accuracy_has_none() -> None:
    assert parse_place("5 km N of Ndélé", find=gazetteer).accuracy_m is None


@pytest.mark.parametrize("find", [None, gazetteer])
def test_a_bearing_without_a_known_anchor_is_kept_as_words(
    find: Callable[[str], list[Place]] | None,
) -> None:
    text = "5 km NW of Nowhere"
    assert parse_place(text, find=find) == Place(name=text, text=text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("5 km N of Bouca", "7 places"),
        ("5 km NNN of Bria", "direction NNN"),
        ("Bria + 400 deg 5 km", "bearing 400"),
    ],
)
def test_an_unclear_bearing_is_refused(text: str, names: str) -> None:
    with pytest.raises(UnclearPlace, match=names):
        parse_place(text, find=gazetteer)


# --- numbers ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lat", "lon", "accuracy_m", "field"),
    [
        (91.0, 181.0, None, "latitude"),
        (4.0, 181.0, None, "longitude"),
        (118.5, 4.3, None, "latitude"),
        (math.nan, 18.0, None, "latitude"),
        (4.0, math.inf, None, "longitude"),
        (10**400, 18.0, None, "latitude"),
        (4.0, 18.0, math.nan, "accuracy_m"),
        (4.0, 18.0, -1.0, "accuracy_m"),
    ],
)
def test_numbers_out_of_range_name_their_field(
    lat: float, lon: float, accuracy_m: float | None, field: str
) -> None:
    with pytest.raises(UnclearPlace) as caught:
        place_from_numbers(lat, lon, accuracy_m)
    assert caught.value.field == field
    assert caught.value.remedy


def test_numbers_in_range_are_a_point() -> None:
    assert place_from_numbers(4.5, 18, None) == Place(lat=4.5, lon=18.0)
    assert math.copysign(1, point(place_from_numbers(-0.0, -0.0, 5.0))[0]) == 1


def test_a_swap_is_noticed_only_where_it_helps() -> None:
    assert noticed_swap(18.555, 4.3612, CAR)
    assert not noticed_swap(4.3612, 18.555, CAR)
    assert not noticed_swap(50.0, 60.0, CAR)
    assert not noticed_swap(10.0, 20.0, (0.0, 0.0, 30.0, 30.0))
    assert not noticed_swap(18.555, 4.3612, None)
    assert noticed_swap(178.0, -18.0, (177.0, -20.0, -178.0, -12.0))  # across the date line


def test_distance_is_that_of_the_sphere() -> None:
    assert distance_m(0, 0, 0, 180) == pytest.approx(math.pi * 6_371_008.8)
    assert distance_m(4.3612, 18.555, 4.3612, 18.555) == 0
    assert distance_m(0, 179.5, 0, -179.5) == pytest.approx(111_195, rel=1e-3)


# --- the page of the reference ------------------------------------------------

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "times-and-places.md"


def page_rows(heading: str) -> list[list[str]]:
    """Rows of the table of places that begins with a heading."""
    text = PAGE.read_text(encoding="utf-8").split("\n## Places\n")[1]
    lines = text.split(f"\n| {heading} |")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("row", page_rows("Written | Latitude, longitude"))
def test_the_page_says_what_is_accepted(row: list[str]) -> None:
    place = parse_place(row[0].strip("`"))
    lat, lon = point(place)
    shown = [f"{lat:.6f}, {lon:.6f}", f"{accuracy(place):.1f} m", place.method]
    assert shown == row[1:]


@pytest.mark.parametrize("row", page_rows("Refused"))
def test_the_page_says_what_is_refused_and_what_to_write(row: list[str]) -> None:
    with pytest.raises(UnclearPlace):
        parse_place(row[0].strip("`"))
    for instead in row[2].split("`")[1::2]:
        point(parse_place(instead))


# --- properties ---------------------------------------------------------------

lats = st.floats(-90, 90)
lons = st.floats(-180, 180)
grid_lats = st.floats(-79.9, 83.9)


@given(lats, lons, st.integers(1, 9), st.sampled_from([", ", " ", ";", ","]))
@example(-0.2, -0.2, 4, ", ")
def test_decimals_come_back_within_their_accuracy(
    lat: float, lon: float, digits: int, between: str
) -> None:
    place = parse_place(f"{lat:.{digits}f}{between}{lon:.{digits}f}")
    near = max(1.0, accuracy(place)) * math.sqrt(2) + 1e-3
    assert distance_m(lat, lon, *point(place)) <= near


@given(lats, lons, st.integers(2, 9))
def test_decimal_commas_mean_what_points_mean(lat: float, lon: float, digits: int) -> None:
    text = f"{lat:.{digits}f} {lon:.{digits}f}"
    assert point(parse_place(text.replace(".", ","))) == point(parse_place(text))


def sexagesimal(value: float, letters: str, style: str, parts: int) -> str:
    """Whole units of the last part, signed or lettered, in one of the styles."""
    total = round(abs(value) * 60 ** (parts - 1))
    numbers = [total // 60 ** (parts - 1 - part) % (60 if part else 999) for part in range(parts)]
    body = {
        "marks": "".join(f"{n}{mark}" for n, mark in zip(numbers, "°'\"", strict=False)),
        "primes": "".join(f"{n}{mark}" for n, mark in zip(numbers, "º′″", strict=False)),
        "spaces": " ".join(map(str, numbers)),
        "colons": ":".join(map(str, numbers)),
        "dashes": "-".join(f"{n:02}" for n in numbers),
    }[style]
    if not letters:
        return ("-" if value < 0 else "") + body
    return body + (letters[1] if value < 0 else letters[0])


@given(
    lats,
    lons,
    st.sampled_from(["marks", "primes", "spaces", "colons", "dashes"]),
    st.sampled_from([2, 3]),
    st.booleans(),
)
@example(-0.4917, -0.2042, "spaces", 3, False)
@example(-0.4917, -0.2042, "dashes", 2, True)
def test_degrees_and_minutes_come_back_within_their_accuracy(
    lat: float, lon: float, style: str, parts: int, lettered: bool
) -> None:
    written = [
        sexagesimal(value, letters if lettered else "", style, parts)
        for value, letters in ((lat, "NS"), (lon, "EW"))
    ]
    place = parse_place(", ".join(written))
    assert distance_m(lat, lon, *point(place)) <= accuracy(place) * math.sqrt(2) + 1e-3


@given(grid_lats, lons, st.floats(0, 40_000))
@example(-2.3e-10, 0.0, 0.0)
def test_a_grid_comes_back_within_its_accuracy(lat: float, lon: float, accuracy_m: float) -> None:
    grid = mgrs_of(Place(lat=lat, lon=lon, accuracy_m=accuracy_m))
    place = parse_place(grid)
    # a square is cut where zones meet, and scales differ from true metres by a part in 250
    assert distance_m(lat, lon, *point(place)) <= accuracy(place) * 1.01 + 1
    assert accuracy(place) >= accuracy_m * 0.5


@given(grid_lats, lons)
def test_a_swap_never_proposes_a_point_out_of_bounds(lat: float, lon: float) -> None:
    if noticed_swap(lat, lon, CAR):
        west, south, east, north = CAR
        assert south <= lon <= north
        assert west <= lat <= east


@given(lats, lons, st.floats(0, 359.9), st.floats(1, 2_000_000))
def test_a_walk_is_as_long_as_asked(lat: float, lon: float, bearing: float, metres: float) -> None:
    assume(abs(lat) < 89.9)
    end = destination(lat, lon, bearing, metres)
    assert -90 <= end[0] <= 90
    assert -180 <= end[1] < 180.0000001
    assert distance_m(lat, lon, *end) == pytest.approx(metres, rel=1e-6, abs=0.01)
    assert distance_m(*end, lat, lon) == pytest.approx(distance_m(lat, lon, *end))


PIECES = st.lists(
    st.sampled_from(
        "4 4.36 4,36 18 018 -0 90 180 999 N S E W O NW ° º ' ’ \" '' - − + , ; : / | = ( ) [ ] lat "
        "lon LNG deg min sec north ouest 34NBK 3183 34 NBK 31 CF611 CF Bria Bouca + 320 deg 12 km "
        "km of from de d' 5 m nm nan inf unknown ٤ \x00 \u200e PK12 d D 1e5 é".split()
    ),
    max_size=9,
)


def told(parse: Callable[[str], T], text: str) -> T | None:
    """What ``parse`` makes of any text, or None where it refuses with a remedy."""
    try:
        return parse(text)
    except UnclearPlace as error:
        return None if error.message and error.remedy else pytest.fail("no remedy")


@pytest.mark.filterwarnings("ignore:Warning in .Convert_MGRS")
@settings(max_examples=300)
@given(st.one_of(st.text(max_size=60), PIECES.map("".join), PIECES.map(" ".join)), st.booleans())
def test_any_text_is_a_place_or_one_clear_error(text: str, known: bool) -> None:
    place = told(lambda text: parse_place(text, find=gazetteer if known else None), text)
    if place is None:
        return
    assert place.text == text
    assert place.method in METHODS
    assert (place.lat is None) == (place.lon is None)
    assert (place.lat is None) <= (place.accuracy_m is None)
    if place.lat is not None and place.lon is not None:
        assert abs(place.lat) <= 90
        assert abs(place.lon) <= 180
        assert place.accuracy_m is None or place.accuracy_m > 0
        assert mgrs_of(place)


def outcome(text: str) -> Place | tuple[str, str | None]:
    try:
        return parse_place(text, find=gazetteer)
    except UnclearPlace as error:
        return error.message, error.remedy


ODDITIES = st.sampled_from(
    ["°", ".", "123", "12", "N", "e", " ", ",", "nan", "INF", "Bria", "(", "34NBK", "٣", "lat"]
)


@pytest.mark.filterwarnings("ignore:Warning in .Convert_MGRS")
@settings(max_examples=200)
@given(
    st.one_of(
        st.text(max_size=40), PIECES.map("".join), st.lists(ODDITIES, max_size=12).map("".join)
    )
)
@example("Bria 6.5423 21.9863")
@example("Bria (6°30'N 21°E)")
@example("Bria 34NBK3183")
@example("nan, nan")
def test_short_cuts_change_no_answer(text: str):
    fast = outcome(text)
    with pytest.MonkeyPatch.context() as patch:
        for module, name in (
            (places, "_NUMERIC"),
            (places, "_POINTED"),
            (places_text, "_SOME_NUMBER"),
        ):
            patch.setattr(module, name, re.compile(""))
        assert fast == outcome(text)


@given(st.floats(), st.floats(), st.one_of(st.none(), st.floats()))
def test_any_numbers_are_a_point_or_one_clear_error(
    lat: float, lon: float, accuracy_m: float | None
) -> None:
    place = told(lambda _: place_from_numbers(lat, lon, accuracy_m), "")
    if place is not None:
        assert point(place) == (lat, lon)
        assert mgrs_of(place)
