"""Times as people write them: the right moment, the right precision, or a clear refusal."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eirene.errors import EireneError, InvalidReport
from eirene.times import (
    PRECISIONS,
    Span,
    UnclearTime,
    dtg,
    instant,
    iso,
    parse_interval,
    parse_time,
    show,
    touches,
)

PITFALLS = Path(__file__).parent / "data" / "pitfalls"
T = TypeVar("T")
NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
BANGUI = timezone(timedelta(hours=1))
LETTERS = {letter: hours for hours, letter in enumerate("ABCDEFGHIKLM", start=1)} | {
    letter: -hours for hours, letter in enumerate("ZNOPQRSTUVWXY")
}

naive = st.datetimes(datetime(1901, 1, 1), datetime(2199, 12, 30))  # noqa: DTZ001
moments = naive.map(lambda value: value.replace(tzinfo=UTC))
minutes = moments.map(lambda value: value.replace(second=0, microsecond=0))
days = st.dates(date(1901, 1, 1), date(2199, 12, 30))


def at(text: str) -> datetime:
    """A terse instant: ``2026-11-25 14:30`` or a date, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def read(text: str, zone: tzinfo | None = None, now: datetime = NOW) -> Span:
    return parse_time(text, now=now, zone=zone)


# --- pitfalls -----------------------------------------------------------------


def rows(name: str) -> list[tuple[str, ...]]:
    with (PITFALLS / name).open(newline="", encoding="utf-8") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


@pytest.mark.parametrize(("text", "expected"), rows("k03-dtg.csv"))
def test_k03_date_time_groups_roll_over_and_never_guess_a_zone(text: str, expected: str) -> None:
    if expected.startswith("ERROR"):
        with pytest.raises(UnclearTime) as caught:
            read(text)
        assert caught.value.message
        assert caught.value.remedy
    else:
        span = read(text)
        assert iso(span.start) == expected.split(" ")[0].replace("Z", ":00Z")
        assert span.precision == "minute"
        assert span.end - span.start == timedelta(minutes=1)
        assert span.text == text


def test_k03_an_impossible_day_is_named() -> None:
    with pytest.raises(UnclearTime, match="29 February 2025"):
        read("290900Z FEB 25")


@pytest.mark.parametrize("text", ["241800J NOV 25", "241800 NOV 25"])
def test_k03_local_time_takes_the_zone_of_the_mission_and_says_so(text: str) -> None:
    with pytest.raises(UnclearTime, match="zone"):
        read(text)
    span = read(text, zone=ZoneInfo("Africa/Bangui"))
    assert span.start == at("2025-11-24 17:00")
    assert span.text == f"{text} [Africa/Bangui +01:00]"


def test_m03_an_event_in_march_happens_on_the_tenth_too() -> None:
    texts = json.loads((PITFALLS / "m03-times.json").read_text(encoding="utf-8"))
    spans = {row["ref"]: read(row["event_time"]) for row in texts}
    assert [span.precision for span in spans.values()] == [
        "month", "night", "second", "second", "span",
    ]  # fmt: skip

    def during(text: str) -> set[str]:
        return {ref for ref, span in spans.items() if touches(span, *parse_interval(text))}

    assert during("2025-03-10T00:00:00Z/2025-03-10T23:59:59Z") == {"m1", "m3", "m4"}
    assert during("2025-03-10") == {"m1", "m3", "m4"}
    for open_start in ("../2025-03-01T00:00:00Z", "/2025-03-01T00:00:00Z"):
        assert during(open_start) == {"m1", "m5"}
    assert during("2025-03-25T02:00:00Z") == {"m1", "m2"}
    assert during("2025-03-31T23:59:59Z/..") == {"m1"}
    assert during("2025-03-31T23:59:59Z/") == {"m1"}
    with pytest.raises(ValueError, match="before it starts"):
        during("2025-03-11/2025-03-10")


# --- what is accepted ---------------------------------------------------------

ACCEPTED = [
    # ISO 8601
    ("2026-11-25T14:35:00Z", "2026-11-25 14:35", "2026-11-25 14:35", "second"),
    ("2026-11-25T14:35:07.250Z", "2026-11-25 14:35:07.250", "2026-11-25 14:35:07.250", "second"),
    ("2026-11-25T14:35:07,25+01:00", "2026-11-25 13:35:07.250", "2026-11-25 13:35:07.250", "second"),
    ("2026-11-25 14:30Z", "2026-11-25 14:30", "2026-11-25 14:31", "minute"),
    ("2026-11-25T14:30+03:00", "2026-11-25 11:30", "2026-11-25 11:31", "minute"),
    ("2026-11-25T14:30\u221203:00", "2026-11-25 17:30", "2026-11-25 17:31", "minute"),
    ("2026-11-25t14:30z", "2026-11-25 14:30", "2026-11-25 14:31", "minute"),
    ("20261125T143000Z", "2026-11-25 14:30", "2026-11-25 14:30", "second"),
    ("2026-11-25T14Z", "2026-11-25 14:00", "2026-11-25 15:00", "hour"),
    ("2026-11-24T24:00Z", "2026-11-25", "2026-11-25 00:01", "minute"),
    ("2016-12-31T23:59:60Z", "2016-12-31 23:59:59", "2016-12-31 23:59:59", "second"),
    ("2017-01-01T00:59:60+01:00", "2016-12-31 23:59:59", "2016-12-31 23:59:59", "second"),
    # days, months, years
    ("2026-11-25", "2026-11-25", "2026-11-26", "day"),
    ("20261125", "2026-11-25", "2026-11-26", "day"),
    ("25 Nov 2026", "2026-11-25", "2026-11-26", "day"),
    ("25 NOV 26", "2026-11-25", "2026-11-26", "day"),
    ("November 25th, 2026", "2026-11-25", "2026-11-26", "day"),
    ("14 March 2025", "2025-03-14", "2025-03-15", "day"),
    ("le 14 mars 2025", "2025-03-14", "2025-03-15", "day"),
    ("1er août 2025", "2025-08-01", "2025-08-02", "day"),
    ("1er aou\u0302t 2025", "2025-08-01", "2025-08-02", "day"),
    ("14 de marzo de 2025", "2025-03-14", "2025-03-15", "day"),
    ("30/04/2025", "2025-04-30", "2025-05-01", "day"),
    ("04/30/2025", "2025-04-30", "2025-05-01", "day"),
    ("05.05.2025", "2025-05-05", "2025-05-06", "day"),
    ("٢٠٢٦-١١-٢٥", "2026-11-25", "2026-11-26", "day"),
    ("29 Feb 2024", "2024-02-29", "2024-03-01", "day"),
    ("yesterday", "2026-11-24", "2026-11-25", "day"),
    ("2026-11", "2026-11-01", "2026-12-01", "month"),
    ("December 2025", "2025-12-01", "2026-01-01", "month"),
    ("décembre 2025", "2025-12-01", "2026-01-01", "month"),
    ("in March 2025 (month only)", "2025-03-01", "2025-04-01", "month"),
    ("2025", "2025-01-01", "2026-01-01", "year"),
    ("year 2045", "2045-01-01", "2046-01-01", "year"),
    # groups
    ("251435ZNOV26", "2026-11-25 14:35", "2026-11-25 14:36", "minute"),
    ("25 1435 z nov. 2026", "2026-11-25 14:35", "2026-11-25 14:36", "minute"),
    ("251435MMAR25", "2025-03-25 02:35", "2025-03-25 02:36", "minute"),
    ("010030ZJAN90", "1990-01-01 00:30", "1990-01-01 00:31", "minute"),
    # clocks
    ("1430Z", "2026-11-25 14:30", "2026-11-25 14:31", "minute"),
    ("14:30 UTC", "2026-11-25 14:30", "2026-11-25 14:31", "minute"),
    ("14h30 +01:00", "2026-11-25 13:30", "2026-11-25 13:31", "minute"),
    ("14hZ", "2026-11-25 14:00", "2026-11-25 15:00", "hour"),
    ("1430 hrs Z", "2026-11-25 14:30", "2026-11-25 14:31", "minute"),
    ("2400Z", "2026-11-26", "2026-11-26 00:01", "minute"),
    ("yesterday 14:30Z", "2026-11-24 14:30", "2026-11-24 14:31", "minute"),
    ("hier à 14h30 Z", "2026-11-24 14:30", "2026-11-24 14:31", "minute"),
    ("2045Z", "2026-11-25 20:45", "2026-11-25 20:46", "minute"),
    ("1430Z 25 Nov 2026", "2026-11-25 14:30", "2026-11-25 14:31", "minute"),
    ("30/04/2025 14:30:05Z", "2025-04-30 14:30:05", "2025-04-30 14:30:05", "second"),
    ("now", "2026-11-25 15:00", "2026-11-25 15:01", "minute"),
    # nights
    ("night 24-25", "2026-11-24 18:00", "2026-11-25 06:00", "night"),
    ("night 31-1", "2026-10-31 18:00", "2026-11-01 06:00", "night"),
    ("Night of 24\u201325 March 2025", "2025-03-24 18:00", "2025-03-25 06:00", "night"),
    ("night of 28 Feb - 1 Mar 2025", "2025-02-28 18:00", "2025-03-01 06:00", "night"),
    ("night of 31 Dec 2024 to 1 Jan 2025", "2024-12-31 18:00", "2025-01-01 06:00", "night"),
    ("nuit du 24 au 25 mars 2025", "2025-03-24 18:00", "2025-03-25 06:00", "night"),
    ("noche del 24 al 25 de marzo de 2025", "2025-03-24 18:00", "2025-03-25 06:00", "night"),
    # stretches
    ("27 Feb - 2 Mar 2025", "2025-02-27", "2025-03-03", "span"),
    ("2025-02-27 to 2025-03-02", "2025-02-27", "2025-03-03", "span"),
    ("2025-02-27/2025-03-02", "2025-02-27", "2025-03-03", "span"),
    ("2025-02-27/28", "2025-02-27", "2025-03-01", "span"),
    ("3-5 March 2025", "2025-03-03", "2025-03-06", "span"),
    ("du 3 au 5 mars 2025", "2025-03-03", "2025-03-06", "span"),
    ("entre el 3 y el 5 de marzo de 2025", "2025-03-03", "2025-03-06", "span"),
    ("Nov 2025 to Feb 2026", "2025-11-01", "2026-03-01", "span"),
    ("2024-2025", "2024-01-01", "2026-01-01", "span"),
    ("25 Nov 2026 14:30-15:45Z", "2026-11-25 14:30", "2026-11-25 15:45", "span"),
    ("2015-2045Z", "2026-11-25 20:15", "2026-11-25 20:45", "span"),
    ("251435Z-251600ZNOV26", "2026-11-25 14:35", "2026-11-25 16:00", "span"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "start", "end", "precision"), ACCEPTED)
def test_a_time_keeps_its_moment_and_its_precision(
    text: str, start: str, end: str, precision: str
) -> None:
    span = read(text)
    assert (span.start, span.end, span.precision) == (at(start), at(end), precision)
    assert span.start.tzinfo is UTC
    assert span.precision in PRECISIONS
    assert span.text.removesuffix(" [UTC]") == text


REFUSED = [
    ("04/05/2025", "2025-05-04 (4 May 2025) or 2025-04-05 (5 April 2025)", "write 2025-05-04"),
    ("4.5.2025", "4 May 2025", "2025-04-05"),
    ("30/04/25", "year", "2025-04-30"),
    ("31/31/2025", "month 31", "01 to 12"),
    ("14:30", "zone", "Z for UTC"),
    ("1430", "zone", "Z for UTC"),
    ("yesterday 14:30", "zone", "Z for UTC"),
    ("2026-11-25T14:30", "zone", "Z for UTC"),
    ("2026-11-25T14:30J", "local time", "Z for UTC"),
    ("2045", "year 2045 or the clock time 20:45", "20:45Z"),
    ("1945", "year 1945 or the clock time 19:45", "year 1945"),
    ("10:00-12:00", "west of Greenwich", "10:00Z to 12:00Z"),
    ("2026-11-25 10:00-12:00", "west of Greenwich", "10:00Z to 12:00Z"),
    ("14:30h", "zone H", "14:30Z"),
    ("2026-11-25T14:30+15:00", "zone +15:00", "+14:00"),
    ("2025-02-30", "30 February 2025", "day"),
    ("29 Feb 2025", "29 February 2025", "day"),
    ("2025-13-01", "month 13", "12"),
    ("1899-12-31", "1899", "four digits"),
    ("2201", "clock", "Z"),
    ("2201-01-01", "2201", "four digits"),
    ("2200-12-31T23:30-05:00", "2201", "four digits"),
    ("1900-01-01T00:30+05:00", "1899", "four digits"),
    ("2025-03-10T24:01Z", "24:01", "24:00"),
    ("25:00Z", "25:00", "23"),
    ("2016-12-31T22:59:60Z", "leap second", "59"),
    ("25 November", "year", "2026"),
    ("night of 24-25 March", "year", "March 2025"),
    ("night of 24 March 2025", "two days", "24-25 March 2025"),
    ("night 24-26 March 2025", "not the day after", "24-25"),
    ("night 31-2", "no night 31-2", "March 2025"),
    ("2 Mar - 27 Feb 2025", "before it starts", "earlier"),
    ("25 March 2025 (month only)", "month only", "Leave one"),
    ("unknown", "cannot be read", "2026-11-25T14:30Z"),
    ("", "", "2026-11-25T14:30Z"),
    ("x" * 5000, "cannot be read", "2026-11-25T14:30Z"),
]


@pytest.mark.parametrize(("text", "names", "remedy"), REFUSED)
def test_an_unclear_time_is_refused_with_a_remedy(text: str, names: str, remedy: str) -> None:
    with pytest.raises(UnclearTime) as caught:
        read(text)
    error = caught.value
    assert isinstance(error, EireneError | InvalidReport | ValueError)
    if text not in ("", "2201", "unknown") and len(text) < 100:
        assert names.lower() in error.message.lower()
    assert remedy.lower() in str(error.remedy).lower()
    assert len(error.message) < 250
    assert error.field is None


@pytest.mark.parametrize("text", ["14:30", "1430", "251430 NOV 26", "2026-11-25 14:30", "14h30 J"])
def test_a_clock_time_without_zone_takes_the_one_of_the_mission(text: str) -> None:
    span = read(text, zone=BANGUI)
    assert span.start == at("2026-11-25 13:30")
    assert span.text == f"{text} [+01:00]"
    assert read(span.text) == span


def test_a_stated_zone_is_never_overruled() -> None:
    assert read("1430Z", zone=BANGUI) == read("1430Z")
    assert read("251430BNOV26", zone=BANGUI) == read("251430BNOV26")


def test_yesterday_is_the_day_before_in_the_zone_of_the_clock() -> None:
    late = at("2026-11-25 23:30")  # the 26th in Bangui
    assert read("yesterday 00:10", zone=BANGUI, now=late).start == at("2026-11-24 23:10")
    assert read("yesterday 00:10Z", zone=BANGUI, now=late).start == at("2026-11-24 00:10")


def test_days_and_months_are_those_of_utc_whatever_the_mission() -> None:
    for text in ("2025-03-10", "March 2025", "2025", "3-5 March 2025"):
        assert read(text, zone=BANGUI) == read(text)


def test_a_night_is_the_mission_s_own_and_names_the_zone() -> None:
    span = read("night of 24-25 March 2025", zone=BANGUI)
    assert (span.start, span.end) == (at("2025-03-24 17:00"), at("2025-03-25 05:00"))
    assert span.text == "night of 24-25 March 2025 [+01:00]"
    assert show(span) == "night of 24-25 Mar 2025 [+01:00]"
    assert read("night of 24-25 March 2025").text == "night of 24-25 March 2025 [UTC]"


def test_a_night_without_month_is_the_latest_or_the_coming_one() -> None:
    assert read("night 24-25", now=at("2026-11-24 05:00")).start == at("2026-11-24 18:00")
    assert read("night 24-25", now=at("2026-11-10 05:00")).start == at("2026-10-24 18:00")


def test_clock_changes_are_not_guessed() -> None:
    nicosia = ZoneInfo("Asia/Nicosia")
    with pytest.raises(UnclearTime, match="did not exist"):
        read("2025-03-30 03:30", zone=nicosia)
    with pytest.raises(UnclearTime, match="came twice"):
        read("2025-10-26 03:30", zone=nicosia)
    assert read("2025-07-01 12:00", zone=nicosia).start == at("2025-07-01 09:00")
    assert read("2025-12-01 12:00", zone=nicosia).start == at("2025-12-01 10:00")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("251435ZNOV26", "25 Nov 2026 14:35Z"),
        ("2026-11-25T14:35:07.5Z", "25 Nov 2026 14:35:07.5Z"),
        ("2026-11-25", "25 Nov 2026"),
        ("2025-03", "March 2025"),
        ("2025", "2025"),
        ("night of 24-25 March 2025", "night of 24-25 Mar 2025"),
        ("night of 31 March - 1 April 2025", "night of 31 Mar - 1 Apr 2025"),
        ("2025-02-27/2025-03-02", "27 Feb - 2 Mar 2025"),
        ("2024-12-30/2025-01-02", "30 Dec 2024 - 2 Jan 2025"),
        ("25 Nov 2026 14:30-15:45Z", "25 Nov 2026 14:30Z - 15:45Z"),
    ],
)
def test_people_are_shown_what_was_understood(text: str, shown: str) -> None:
    assert show(read(text)) == shown


def test_a_group_is_written_in_zulu() -> None:
    assert dtg(at("2026-11-25 14:35")) == "251435ZNOV26"
    assert dtg(datetime(2026, 1, 1, 0, 30, tzinfo=BANGUI)) == "312330ZDEC25"


def test_iso_drops_a_fraction_of_zero_and_keeps_milliseconds() -> None:
    assert iso(at("2026-11-25 14:35")) == "2026-11-25T14:35:00Z"
    assert iso(at("2026-11-25 14:35:00.250")) == "2026-11-25T14:35:00.250Z"
    assert iso(datetime(2026, 11, 25, 14, 35, tzinfo=BANGUI)) == "2026-11-25T13:35:00Z"


@pytest.mark.parametrize("write", [iso, dtg])
def test_a_time_without_zone_is_never_printed_as_utc(write: Callable[[datetime], str]) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        write(datetime(2026, 11, 25, 14, 35))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    ["2026-11-25", "2026-11-25T14:30", "251435ZNOV26", "2026-W48-3", "2026-11-25T14:30Z/..", ""],
)
def test_an_instant_is_strict(text: str) -> None:
    with pytest.raises(UnclearTime):
        instant(text)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2025-03-10T12:00:00Z", "2025-03-10 12:00", "2025-03-10 12:00"),
        ("2025-03-10", "2025-03-10", "2025-03-10 23:59:59.999999"),
        ("2025-03-10/2025-03-11", "2025-03-10", "2025-03-11 23:59:59.999999"),
        ("2025-03-10T23:00Z/..", "2025-03-10 23:00", None),
        ("2025-03-10T23:00+01:00/", "2025-03-10 22:00", None),
        ("../2025-03-10", None, "2025-03-10 23:59:59.999999"),
        ("/2025-03-10T00:00:00.5Z", None, "2025-03-10 00:00:00.500"),
        ("2025-03-10T12:00:00Z/2025-03-10T12:00:00Z", "2025-03-10 12:00", "2025-03-10 12:00"),
    ],
)
def test_an_interval_has_both_its_ends(text: str, since: str | None, until: str | None) -> None:
    assert parse_interval(text) == (since and at(since), until and at(until))


@pytest.mark.parametrize(
    "text",
    ["", "/", "..", "../..", "a/b", "2025-03-10/2025-03-11/2025-03-12", "2025-03-11/2025-03-10",
     "2025-02-30", "2025-03-10T00:00", "march", "2025-03", "2025-03-10T00:00:00Z/..."],
)  # fmt: skip
def test_a_wrong_interval_says_why(text: str) -> None:
    with pytest.raises(UnclearTime) as caught:
        parse_interval(text)
    assert isinstance(caught.value, ValueError)
    assert caught.value.remedy


# --- the page of the reference ------------------------------------------------

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "times-and-places.md"


def page_rows(part: str, heading: str) -> list[list[str]]:
    """Rows of the tables under a part of the page that begin with a heading."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {part}\n")[1].split("\n## ")[0]
    tables = text.split(f"\n| {heading} |")[1:]
    lines = [line for table in tables for line in table.split("\n\n")[0].splitlines()[2:]]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("row", page_rows("Times", "Written"))
def test_the_page_says_what_is_accepted(row: list[str]) -> None:
    text, start, end, precision = row
    span = read(text.strip("`"))
    assert [iso(span.start), iso(span.end), span.precision] == [start, end, precision]


@pytest.mark.parametrize("row", page_rows("Times", "Refused"))
def test_the_page_says_what_is_refused_and_what_to_write(row: list[str]) -> None:
    with pytest.raises(UnclearTime):
        read(row[0].strip("`"))
    for instead in row[2].split("`")[1::2]:
        assert read(instead)


# --- properties ---------------------------------------------------------------


@given(minutes, st.sampled_from(sorted(LETTERS)), st.booleans(), st.booleans())
@example(at("2025-12-31 22:30"), "B", False, True)
@example(at("2026-01-01 11:30"), "Y", False, True)
def test_a_group_comes_back_in_every_zone(
    value: datetime, letter: str, lower: bool, spaced: bool
) -> None:
    local = value.astimezone(timezone(timedelta(hours=LETTERS[letter])))
    gap = " " if spaced else ""
    text = f"{local:%d%H%M}{letter}{gap}{local:%b}{gap}{local:%Y}"
    span = read(text.lower() if lower else text)
    assert (span.start, span.end, span.precision) == (value, value + timedelta(minutes=1), "minute")


@given(minutes)
def test_a_written_group_comes_back(value: datetime) -> None:
    assert read(dtg(value), now=value).start == value


@given(naive, st.integers(-14 * 60, 14 * 60))
def test_iso_comes_back_from_every_offset(local: datetime, offset: int) -> None:
    value = local.replace(tzinfo=timezone(timedelta(minutes=offset)))
    assert instant(value.isoformat()) == read(value.isoformat()).start == value
    assert instant(iso(value)) == value.replace(microsecond=value.microsecond // 1000 * 1000)


def spans() -> st.SearchStrategy[Span]:
    """Spans of each precision, as ``parse_time`` makes them."""

    def made(pair: tuple[datetime, datetime], precision: str) -> tuple[datetime, datetime]:
        first, last = sorted(pair)
        day = first.replace(hour=0, minute=0, second=0, microsecond=0)
        month = day.replace(day=1)
        year = month.replace(month=1)
        minute = first.replace(second=0, microsecond=0)
        return {
            "second": (first, first),
            "minute": (minute, minute + timedelta(minutes=1)),
            "hour": (minute.replace(minute=0), minute.replace(minute=0) + timedelta(hours=1)),
            "day": (day, day + timedelta(days=1)),
            "night": (day + timedelta(hours=18), day + timedelta(hours=30)),
            "month": (month, (month + timedelta(days=31)).replace(day=1)),
            "year": (year, year.replace(year=year.year + 1)),
            "span": (first, last + timedelta(minutes=1)),
        }[precision]

    return st.builds(
        lambda pair, precision: Span(*made(pair, precision), precision),
        st.tuples(moments, moments),
        st.sampled_from(PRECISIONS),
    )


@given(spans())
def test_what_is_shown_is_read_back(span: Span) -> None:
    year = "year " if span.precision == "year" else ""  # 2045 alone could be a clock time
    again = read(year + show(span))
    assert (again.start, again.end) == (span.start, span.end)
    assert again.precision == span.precision or span.precision == "span"


@given(spans(), moments, moments)
def test_intervals_are_closed_and_convex(span: Span, one: datetime, other: datetime) -> None:
    since, until = sorted((one, other))
    both = touches(span, since, until)
    assert both == (touches(span, since, None) and touches(span, None, until))
    assert touches(span, None, None)
    assert touches(span, since, since) == (span.start <= since < span.end or since == span.start)
    if touches(span, since, since) or touches(span, until, until):
        assert both
    if both:
        assert touches(span, since - timedelta(days=1), until)
        assert touches(span, since, until + timedelta(days=1))


@given(moments, moments)
def test_an_interval_comes_back_and_a_reversed_one_does_not(one: datetime, other: datetime) -> None:
    since, until = sorted(moment.replace(microsecond=0) for moment in (one, other))
    assert parse_interval(f"{iso(since)}/{iso(until)}") == (since, until)
    if since < until:
        with pytest.raises(ValueError, match="before it starts"):
            parse_interval(f"{iso(until)}/{iso(since)}")


@given(days, st.integers(-12, 12))
def test_a_supplied_zone_is_read_back_from_the_text(day: date, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    for text in (f"{day} 14:30", f"{day:%d}1430J{day:%b%Y}", f"{day:%d %B %Y} 9:05"):
        span = read(text, zone=zone)
        assert read(span.text) == span


PIECES = st.lists(
    st.sampled_from(
        "night of 24 25 - / to 2025 03 31 2 March mars feb Z J a B +03:00 -12:00 14:30 1430 24:00 "
        "23:59:60 T t yesterday now h hrs local utc . , ( ) [ ] month only 251435 ZNOV26 99 0 00 "
        "9999 1900 2200 from between du au 04/05/2025 … – ٣ \x00 [+99:99] [UTC] year".split()
    ),
    max_size=9,
)


def told(parse: Callable[[str], T], text: str) -> T | None:
    """What ``parse`` makes of any text, or None where it refuses with a remedy."""
    try:
        return parse(text)
    except UnclearTime as error:
        return None if error.message and error.remedy else pytest.fail("no remedy")


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=60), PIECES.map("".join), PIECES.map(" ".join)), st.booleans())
@example("night of 9999-1 0", True)
@example("31 Dec 2200 to 1 Jan 2200", False)
@example("night of 31-1 Dec 2200", True)
@example("tomorrow", False)
def test_any_text_is_a_time_or_one_clear_error(text: str, zoned: bool) -> None:
    span = told(lambda text: read(text, zone=BANGUI if zoned else None), text)
    if span:
        assert span.start <= span.end
        assert span.precision in PRECISIONS
        assert span.text.startswith(text)
        assert at("1899-12-31") < span.start < at("2201-01-01")
        assert show(span)


@given(st.one_of(st.text(max_size=60), PIECES.map("".join)))
def test_any_text_is_an_interval_or_one_clear_error(text: str) -> None:
    ends = told(parse_interval, text)
    assert ends is None or any(ends)
    moment = told(instant, text)
    assert moment is None or moment.tzinfo is UTC
