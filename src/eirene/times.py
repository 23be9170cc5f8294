"""Times as people write them, kept in UTC with the precision they had.

Invariants
  * Nothing is guessed: a text that can be read two ways, or a clock time
    without a zone, is an ``UnclearTime`` that says what to write instead.
  * Days, months and years are those of UTC. A night is 18:00 to 06:00 in
    the mission's zone, in UTC where none is set. Where a zone was not
    written but taken from the mission, ``Span.text`` ends in its name.
  * ``end`` is exclusive. Only a time to the second is an instant, with
    ``end == start``.
  * Years 1900 to 2200.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

import msgspec

from eirene.times_clock import (
    MONTH_NAMES,
    UnclearTime,
    day_of,
    label,
    midnight,
    moment,
    offset,
    short,
    unclear,
)
from eirene.times_text import read

__all__ = [
    "PRECISIONS",
    "Span",
    "UnclearTime",
    "dtg",
    "instant",
    "iso",
    "parse_interval",
    "parse_time",
    "show",
    "touches",
]

PRECISIONS = ("second", "minute", "hour", "day", "night", "month", "year", "span")

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_MONTHS = [name[:3] for name in MONTH_NAMES]


class Span(msgspec.Struct, frozen=True):
    """A time with its precision."""

    start: datetime
    """UTC, inclusive."""

    end: datetime
    """UTC, the exclusive end of what is claimed; for ``second`` it equals ``start``."""

    precision: str
    """One of ``PRECISIONS``."""

    text: str = ""
    """As it was written; a zone that was not, in brackets. Empty for structured data."""


# --- structured times ---------------------------------------------------------

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r" ?([Zz]|[+-]\d\d(?::?\d\d)?))?",
    re.ASCII,
)


def parse_time(text: str, *, now: datetime, zone: tzinfo | None = None) -> Span:
    """A time as people write it; raises ``UnclearTime`` for any other text.

    ``now`` is for "yesterday 14:30" and two-digit years; ``zone`` is the
    mission's, for clock times without one and for nights.
    """
    found = _ISO.fullmatch(text)
    if found is None or (found[4] and found[8][0] == "-" and text[10] == " "):
        start, end, precision, supplied = read(text, now, zone)
        return Span(start, end, precision, f"{text} [{supplied}]" if supplied else text)
    if found[4] is None:
        day = midnight(day_of(int(found[1]), int(found[2]), int(found[3])))
        return Span(day, day + _DAY, "day", text)
    start = _iso_moment(found)
    if found[6] is not None:
        return Span(start, start, "second", text)
    return Span(start, start + _MINUTE, "minute", text)


def _iso_moment(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    return moment(
        day_of(int(year), int(month), int(day)),
        int(hour),
        int(minute),
        int(second or 0),
        int(fraction[:6].ljust(6, "0")) if fraction else 0,
        offset(zone),
    )


def instant(text: str) -> datetime:
    """Strict ISO 8601 with a zone to UTC."""
    found = _ISO.fullmatch(text)
    if found is None or found[4] is None:
        raise unclear(
            f"{short(text)} is not an instant with a zone.", "Write it as 2026-11-25T14:30:00Z."
        )
    return _iso_moment(found)


def iso(value: datetime) -> str:
    """``2026-11-25T14:35:00Z``; milliseconds when there are any."""
    if value.tzinfo is not UTC:
        value = _aware(value).astimezone(UTC)
    kept = "milliseconds" if value.microsecond >= 1000 else "seconds"
    return value.isoformat(timespec=kept)[:-6] + "Z"


def dtg(value: datetime) -> str:
    """The date-time group: ``251435ZNOV26``."""
    value = _aware(value).astimezone(UTC)
    return f"{value:%d%H%M}Z{_MONTHS[value.month - 1].upper()}{value.year % 100:02}"


def _aware(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise ValueError(f"{value} has no time zone.")
    return value


# --- intervals ----------------------------------------------------------------


def parse_interval(text: str) -> tuple[datetime | None, datetime | None]:
    """The OGC ``datetime`` parameter; both ends belong to the interval.

    A date stands for its whole UTC day, to the last microsecond. ``..`` or
    nothing is an open end; open at both ends is refused, as OGC has it.
    """
    parts = text.strip().split("/")
    if len(parts) > 2:
        raise unclear(
            "An interval has one “/”.", "Write it as start/end, e.g. 2025-03-01/2025-03-31."
        )
    ends = [None if part in ("", "..") else _interval_end(part) for part in parts]
    if ends == [None] or ends == [None, None]:
        raise unclear(
            "An interval needs a start or an end.", "Leave datetime out to ask for all times."
        )
    since = ends[0] and ends[0][0]
    until = ends[-1] and ends[-1][1]
    if since is not None and until is not None and until < since:
        raise unclear("The interval ends before it starts.", "Write the earlier end first.")
    return since, until


def _interval_end(text: str) -> tuple[datetime, datetime]:
    found = _ISO.fullmatch(text)
    if found is None:
        raise unclear(
            f"{short(text)} is neither an instant with a zone nor a date.",
            "Write it as 2025-03-10T00:00:00Z or 2025-03-10.",
        )
    if found[4] is not None:
        moment = _iso_moment(found)
        return moment, moment
    start = midnight(day_of(int(found[1]), int(found[2]), int(found[3])))
    return start, start + _DAY - timedelta(microseconds=1)


def touches(span: Span, since: datetime | None, until: datetime | None) -> bool:
    """Whether a span and a closed interval share a moment: the rule for ``datetime``."""
    if until is not None and span.start > until:
        return False
    return since is None or span.end > since or span.start >= since


# --- for people ---------------------------------------------------------------


def show(span: Span) -> str:
    """A span in words; ``parse_time`` reads most of them back."""
    start, end = span.start.astimezone(UTC), span.end.astimezone(UTC)
    match span.precision:
        case "second":
            return f"{_day_words(start)} {start:%H:%M:%S}{_fraction(start)}Z"
        case "minute":
            return f"{_day_words(start)} {start:%H:%M}Z"
        case "hour":
            return f"{_day_words(start)} {start:%H}hZ"
        case "day":
            return _day_words(start)
        case "night":
            return _night_words(start, end)
        case "month":
            return f"{MONTH_NAMES[start.month - 1]} {start.year}"
        case "year":
            return str(start.year)
        case _:
            return _span_words(start, end)


def _fraction(value: datetime) -> str:
    return f".{value.microsecond:06}".rstrip("0") if value.microsecond else ""


def _day_words(value: datetime | date) -> str:
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def _days_words(first: date, last: date, tight: bool) -> str:
    if first == last:
        return _day_words(first)
    if (first.year, first.month) == (last.year, last.month) and tight:
        return f"{first.day}-{_day_words(last)}"
    if first.year == last.year:
        return f"{_day_words(first)[:-5]} - {_day_words(last)}"
    return f"{_day_words(first)} - {_day_words(last)}"


def _night_words(start: datetime, end: datetime) -> str:
    """Names both days: its midnight lies nearest to midnight UTC of the second one."""
    middle = start + (end - start) / 2
    second = (middle + timedelta(hours=12)).date()
    words = f"night of {_days_words(second - _DAY, second, tight=True)}"
    if end - start != timedelta(hours=12):
        return f"{words} ({_clock_words(start)} - {_clock_words(end)})"
    ahead = midnight(second) - middle
    return f"{words} [{label(timezone(ahead), start)}]" if ahead else words


def _span_words(start: datetime, end: datetime) -> str:
    whole = start == midnight(start.date()) and end == midnight(end.date())
    if whole and end > start:
        return _days_words(start.date(), (end - _DAY).date(), tight=False)
    first, last = _clock_words(start), _clock_words(end)
    if start.date() == end.date():
        return f"{_day_words(start)} {first} - {last}"
    return f"{_day_words(start)} {first} - {_day_words(end)} {last}"


def _clock_words(value: datetime) -> str:
    exact = f":{value:%S}{_fraction(value)}" if value.second or value.microsecond else ""
    return f"{value:%H:%M}{exact}Z"
