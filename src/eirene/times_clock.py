"""Calendar days, clock times and zones: the checked ground under ``times``."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from eirene.errors import InvalidReport

FIRST_YEAR, LAST_YEAR = 1900, 2200
MONTH_NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


class UnclearTime(InvalidReport, ValueError):
    """A time that cannot be read, or can be read in more than one way."""

    code = "unclear-time"


def unclear(message: str, remedy: str) -> UnclearTime:
    return UnclearTime(message, remedy=remedy)


def short(text: str) -> str:
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def day_of(year: int, month: int, day: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise unclear(
            f"The year {year} is not between {FIRST_YEAR} and {LAST_YEAR}.",
            "Check the year; write it with four digits.",
        )
    if not 1 <= month <= 12:
        raise unclear(f"There is no month {month}.", "Months go from 01 to 12.")
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        name = MONTH_NAMES[month - 1]
        raise unclear(f"There is no {day} {name} {year}; {name} has {last} days.", "Check the day.")
    return date(year, month, day)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def moment(
    day: date, hour: int, minute: int, second: int = 0, micro: int = 0, zone: tzinfo = UTC
) -> datetime:
    """Clock time in a zone to UTC; 24:00 is the next midnight, second 60 counts as 59."""
    if hour == 24 and minute == second == micro == 0:
        return moment(day, 0, 0, zone=zone) + timedelta(days=1)
    if hour > 23 or minute > 59 or second > 60:
        raise unclear(
            f"There is no clock time {hour:02}:{minute:02}:{second:02}.",
            "Hours go from 00 to 23 (or 24:00), minutes and seconds from 00 to 59.",
        )
    local = datetime(day.year, day.month, day.day, hour, minute, min(second, 59), micro, zone)
    value = local.astimezone(UTC)
    if second == 60 and (value.hour, value.minute) != (23, 59):
        raise unclear("A leap second only comes at 23:59:60 UTC.", "Seconds go from 00 to 59.")
    if not isinstance(zone, timezone):
        _refuse_clock_change(local, value, zone)
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        day_of(value.year, 1, 1)
    return value


def _refuse_clock_change(local: datetime, value: datetime, zone: tzinfo) -> None:
    clock = f"{local:%H:%M} on {local.day} {MONTH_NAMES[local.month - 1]} {local.year}"
    remedy = f"Write the time with its own offset, e.g. {value:%Y-%m-%dT%H:%M}Z."
    if value.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise unclear(f"{clock} did not exist in {zone}: the clocks went forward.", remedy)
    if local.replace(fold=1).utcoffset() != local.utcoffset():
        raise unclear(f"{clock} came twice in {zone}: the clocks went back.", remedy)


def offset(text: str) -> timezone:
    """``Z``, ``+3``, ``+0300`` or ``+03:00``."""
    if text in ("Z", "z"):
        return UTC
    hours, minutes = text[1:3].rstrip(":"), text[3:].lstrip(":") or "0"
    size = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) > 59 or size > timedelta(hours=14):
        raise unclear(f"There is no zone {text}.", "Offsets go from -14:00 to +14:00, e.g. +03:00.")
    return timezone(-size if text[0] == "-" else size)


def military(letter: str) -> timezone:
    """The zone of a letter but ``j``: A to M east, N to Y west, Z is UTC."""
    if letter == "z":
        return UTC
    place = "abcdefghiklm".find(letter)
    return timezone(timedelta(hours=place + 1 if place >= 0 else ord("m") - ord(letter)))


def label(zone: tzinfo, at: datetime) -> str:
    """``Africa/Bangui +01:00``: the zone that was supplied, readable again in brackets."""
    minutes = round((zone.utcoffset(at.astimezone(zone)) or timedelta(0)) / timedelta(minutes=1))
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    shown = f"{sign}{hours:02}:{rest:02}" if minutes else "UTC"
    name = getattr(zone, "key", "")
    return f"{name} {shown}" if name and name != "UTC" else shown
