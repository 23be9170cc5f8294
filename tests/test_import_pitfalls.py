"""Faults that users of other importers met (pitfalls I01, I03, I04, I05, I06, K01, K03)."""

import csv
from pathlib import Path

import pytest

from eirene.imports.faults import UnclearFile
from eirene.imports.run import Plan
from eirene.reports.draft import draft_of
from import_files import NOW, PITFALLS, a_file, a_mapping, planned, sums, told

INCIDENTS = {"occurred": "date", "place": "place", "killed": "killed"}


def days(made: Plan) -> list[str]:
    return [flat["occurred"]["start"][:10] for flat in made.flats()]


def test_i01_the_thirteenth_makes_the_whole_column_day_first() -> None:
    made = planned(
        PITFALLS / "i01-daymonth.csv", a_mapping("incident", fields=INCIDENTS, row_id=["id"])
    )
    assert days(made) == ["2025-04-30", "2025-05-01", "2025-05-02", "2025-05-13"]
    assert "day first in date: row 2 says 30/04/2025" in told(made)
    assert [flat.get("killed") for flat in made.flats()] == [1, 0, None, 2]


def test_i01_an_ambiguous_column_is_asked_about_with_both_readings() -> None:
    with pytest.raises(UnclearFile, match="4 May 2025 or 5 April 2025") as caught:
        planned(PITFALLS / "i01-ambiguous.csv", a_mapping("incident", fields=INCIDENTS))
    assert caught.value.field == "date"
    assert "day-first" in str(caught.value.remedy)


@pytest.mark.parametrize(
    ("order", "expected"),
    [("day-first", ["2025-05-04", "2025-06-05"]), ("month-first", ["2025-04-05", "2025-05-06"])],
)
def test_i01_a_stated_order_is_taken(order: str, expected: list[str]) -> None:
    mapping = a_mapping("incident", fields=INCIDENTS, file={"dates": order})
    assert days(planned(PITFALLS / "i01-ambiguous.csv", mapping)) == expected


def test_i01_a_row_against_the_stated_order_is_a_reject() -> None:
    mapping = a_mapping("incident", fields=INCIDENTS, file={"dates": "month-first"})
    made = planned(PITFALLS / "i01-daymonth.csv", mapping)
    assert sums(made) == (2, 0, 2, 0)
    assert [(one.row, one.field, one.value) for one in made.rejects] == [
        (2, "occurred", "30/04/2025"),
        (5, "occurred", "13/05/2025"),
    ]
    assert "no month 30: the column has month first (stated)" in made.rejects[0].rule


def test_i01_a_column_that_proves_both_orders_is_asked_about(tmp_path: Path) -> None:
    path = a_file(tmp_path, "date,place\n30/04/2025,A\n04/30/2025,B\n")
    with pytest.raises(UnclearFile, match=r"row 2 .* day first, row 3"):
        planned(path, a_mapping("incident", fields={"occurred": "date"}))


@pytest.mark.parametrize("text", ["yesterday", "14:30", "241800Z", "Monday"])
def test_a_time_that_depends_on_the_day_of_the_import_is_a_reject(
    tmp_path: Path, text: str
) -> None:
    made = planned(
        a_file(tmp_path, f"id,t\n1,{text}\n"), a_mapping("incident", fields={"occurred": "t"})
    )
    assert sums(made) == (0, 0, 1, 0)


def test_i03_codes_stay_text() -> None:
    fields = {"code": "pcode", "name": "name", "people": "people"}
    made = planned(PITFALLS / "i03-codes.csv", a_mapping(fields=fields, row_id=["pcode"]))
    assert [flat["code"] for flat in made.flats()] == ["0101", "0033", "5E02", "9e42"]
    assert [flat["people"] for flat in made.flats()] == [120, 45, 7, 12]
    assert sums(made) == (4, 0, 0, 0)


def test_i04_names_like_na_are_names_and_unknown_counts_are_unknown() -> None:
    fields = {
        "summary": {"text": "{org} at {village}"},
        "affected": "org",
        "place": "village",
        "killed": "killed",
        "injured": "injured",
    }
    made = planned(PITFALLS / "i04-na.csv", a_mapping("incident", fields=fields, row_id=["id"]))
    flats = list(made.flats())
    assert [flat.get("affected") for flat in flats] == ["NA", "None", "NaN", "N/A", None]
    assert [flat["place"] for flat in flats] == ["Talvek", "Null", "Nan", "Inf", "Orrin"]
    assert [flat.get("killed") for flat in flats] == [0, None, None, None, None]
    assert [flat.get("injured") for flat in flats] == [None, 0, None, 5, 3]
    assert "killed -99 is taken for not known (1 rows, first row 6)" in told(made)


@pytest.mark.parametrize("text", ["-5", "1.5", "9e42", "about 20", "1e400", "0x10", "१२a", "2-3"])
def test_what_is_no_count_is_a_reject(tmp_path: Path, text: str) -> None:
    made = planned(
        a_file(tmp_path, f'id,n\n1,"{text}"\n2,7\n'),
        a_mapping("incident", fields={"killed": "n"}, row_id=["id"]),
    )
    assert sums(made) == (1, 0, 1, 0)
    assert made.rejects[0].value == text
    assert made.rejects[0].column == "n"


def test_i05_the_decimal_comma_is_decided_for_the_column() -> None:
    fields = {
        "name": "id",
        "latitude": "lat",
        "longitude": "lon",
        "people": "people",
        "elevation_m": "height",
    }
    made = planned(PITFALLS / "i05-comma.csv", a_mapping(fields=fields, row_id=["id"]))
    points = [(f["latitude"], f["longitude"], f["people"], f["elevation_m"]) for f in made.flats()]
    assert points == [(-0.4917, -0.2042, 1250, 12.5), (-0.5, -0.25, 1250, 9.99)]
    assert sums(made) == (2, 0, 1, 0)
    assert made.rejects[0].row == 4
    assert "contradicts the decimal comma" in made.rejects[0].rule
    table = told(made)
    assert "delimiter semicolon" in table
    assert "decimal comma in lat: '-0,4917'" in table
    assert "a sign in people is taken for thousands: 1.250 is 1250" in table


def test_i05_a_group_that_nothing_proves_is_a_reject(tmp_path: Path) -> None:
    path = a_file(tmp_path, "id;people\n1;1.250\n2;90\n")
    made = planned(path, a_mapping(fields={"name": "id", "people": "people"}))
    assert sums(made) == (1, 0, 1, 0)
    assert "two ways" in made.rejects[0].rule


@pytest.mark.parametrize(
    ("name", "encoding", "first", "second"),
    [
        ("i06-utf16.csv", None, "Ndélou", "Bâlo"),
        ("i06-cp1252.csv", "cp1252", "Ndélou", "Bâlo"),
        ("i06-cp1256.csv", "cp1256", "تلفك", "أورين"),
    ],
)
def test_i06_letters_arrive_as_they_were(
    name: str, encoding: str | None, first: str, second: str
) -> None:
    file = {"encoding": encoding} if encoding else {}
    made = planned(PITFALLS / name, a_mapping(fields={"name": "village"}, file=file))
    assert [flat["name"] for flat in made.flats()] == [first, second]


@pytest.mark.parametrize(
    ("name", "right"), [("i06-cp1252.csv", "Ndélou"), ("i06-cp1256.csv", "تلفك")]
)
def test_i06_an_encoding_that_nothing_proves_is_asked_with_two_samples(
    name: str, right: str
) -> None:
    with pytest.raises(UnclearFile, match=r"in cp1252: .*; in cp125") as caught:
        planned(PITFALLS / name, a_mapping(fields={"name": "village"}))
    assert right in str(caught.value)
    assert "encoding = " in str(caught.value.remedy)


def test_i06_a_letter_that_was_lost_before_is_a_reject(tmp_path: Path) -> None:
    made = planned(a_file(tmp_path, "name\nNd\ufffdlou\nBâlo\n"), a_mapping())
    assert [flat["name"] for flat in made.flats()] == ["Bâlo"]
    assert "U+FFFD" in made.rejects[0].rule


def test_i06_letters_encoded_twice_are_named(tmp_path: Path) -> None:
    made = planned(a_file(tmp_path, "name\nNdÃ©lou\n"), a_mapping())
    assert "NdÃ©lou may have been Ndélou" in told(made)


def test_i06_a_false_statement_of_the_encoding_is_refused() -> None:
    mapping = a_mapping(fields={"name": "village"}, file={"encoding": "utf-8"})
    with pytest.raises(UnclearFile, match="is not utf-8"):
        planned(PITFALLS / "i06-cp1252.csv", mapping)


def test_k01_texts_of_places_in_a_file_are_the_points_that_they_say() -> None:
    path = PITFALLS / "k01-dms.csv"
    made = planned(path, a_mapping("incident", fields={"place": "coordinates"}, row_id=["ref"]))
    assert [(one.row, one.field) for one in made.rejects] == [(7, "place")]
    with path.open(encoding="utf-8", newline="") as stream:
        expected = [row for row in csv.DictReader(stream) if row["expect_lat"] != "ERROR"]
    for flat, row in zip(made.flats(), expected, strict=True):
        place = draft_of(flat, now=NOW).place
        assert place is not None
        assert place.lat == pytest.approx(float(row["expect_lat"]), abs=1e-4)
        assert place.lon == pytest.approx(float(row["expect_lon"]), abs=1e-4)


def test_k03_date_time_groups_in_a_file() -> None:
    mapping = a_mapping("incident", fields={"occurred": "dtg"}, row_id=["dtg"])
    made = planned(PITFALLS / "k03-dtg.csv", mapping, zone=None)
    assert [one.row for one in made.rejects] == [6, 7, 8]  # no such day, J, no letter
    assert [flat["occurred"]["start"] for flat in made.flats()] == [
        "2026-11-25T14:35:00Z",
        "2025-12-31T22:30:00Z",
        "2025-12-31T15:30:00Z",
        "2026-01-01T11:30:00Z",
        "2025-11-25T00:00:00Z",
    ]
