"""Words, clocks and date-time groups to a start, an end and a precision.

The reading half of ``times``, which documents what is accepted. A text
becomes a ``Piece`` (what was stated, the rest None), two pieces fill each
other's gaps where the text is a stretch, and ``_settle`` makes UTC of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo

import msgspec

from eirene.times_clock import (
    MONTH_NAMES,
    day_of,
    label,
    midnight,
    military,
    moment,
    offset,
    short,
    unclear,
)

NIGHT_FROM_H, NIGHT_TO_H = 18, 6

_EXAMPLES = "2026-11-25T14:30Z, 251430ZNOV26, 25 Nov 2026, 2026-11 or night of 24-25 March 2025"
_LONGEST = 120  # characters: longer texts are not times
_SHARED_FROM = 1960  # four digits from here to this year are years, though clocks too
_UNITS = {"second": timedelta(0), "minute": timedelta(minutes=1), "hour": timedelta(hours=1)}

Read = tuple[datetime, datetime, str, str]  # start, end, precision, zone that was not written


# --- one piece ----------------------------------------------------------------


class Piece(msgspec.Struct):
    """What a text states of one time; None is not stated."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    shift: int | None = None  # days from today
    clock: tuple[int, int, int, int] | None = None
    unit: str = ""  # of the clock: second, minute, hour
    zone: tzinfo | None = None
    local: bool = False  # J, or the word
    shared: bool = False  # four digits alone that are a year and a clock time

    @property
    def dated(self) -> bool:
        return not self.year is self.month is self.day is self.shift is None


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janv janvier ene enero",
            "feb february fev fevr fevrier febrero",
            "mar march mars marzo",
            "apr april avr avril abr abril",
            "may mai mayo",
            "jun june juin junio",
            "jul july juil juillet julio",
            "aug august aou aout ago agosto",
            "sep sept september septembre septiembre setiembre",
            "oct october octobre octubre",
            "nov november novembre noviembre",
            "dec december decembre dic diciembre",
        ),
        start=1,
    )
    for name in names.split()
}
_WORDS = {
    "today": 0, "aujourd'hui": 0, "hoy": 0,
    "yesterday": -1, "hier": -1, "ayer": -1,
    "tomorrow": 1, "demain": 1, "manana": 1,
}  # fmt: skip

_MON = rf"(?P<mon>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})(?![a-z])\.?"
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|o)?"
_DATES = [
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?!\d)",
        r"(?P<a>\d{1,2})([/.-])(?P<b>\d{1,2})\2(?P<y>\d{4}|\d\d)(?!\d)",
        r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?!\d)",
        r"(?P<y>\d{4})[-/](?P<m>\d\d)(?!\d)",
        r"(?P<m>\d{1,2})[/.-](?P<y>\d{4})(?!\d)",
        rf"(?P<y>\d{{4}})[ -]{_MON}(?:[ -]{_DAY})?(?!\d)",
        rf"{_DAY}[ -]?(?:of |de )?{_MON}[ ,-]*(?:del? )?(?P<y>\d{{4}}|\d\d)(?![\d:h])",
        rf"{_MON} {_DAY}(?:,? (?P<y>\d{{4}}))?(?!\d)",
        rf"{_MON}[ ,-]*(?:del? )?(?P<y>\d{{4}})(?!\d)",
        rf"{_DAY}[ -]?(?:of |de )?{_MON}",
        rf"{_MON}",
        r"year (?P<y>\d{4})(?!\d)",
        r"(?P<either>19\d\d|2[01]\d\d|2200)(?!\d)",
        rf"(?P<word>{'|'.join(_WORDS)})\b",
    )
]
_ZONE = r"(?:utc|gmt) ?[+-](?:0?\d|1[0-4])(?::?[0-5]\d)?|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?"
_CLOCK = re.compile(
    r"(?:(?P<h>\d\d?):(?P<m>\d\d)(?::(?P<s>\d\d)(?:[.,](?P<f>\d{1,9}))?)?"
    r"|(?P<h4>\d\d)(?P<m4>\d\d)(?!\d)|(?P<hh>\d\d?) ?h(?: ?(?P<hm>\d\d))?(?!\d|[a-z]{2}))"
    rf"(?: ?(?:hrs?|hours)\b)?(?: ?(?P<zone>{_ZONE}|(?:zulu|utc|gmt|local|[a-z])(?![a-z'])))?",
    re.ASCII,
)
_BASIC = re.compile(
    rf"(?P<y>\d{{4}})-?(?P<mo>\d\d)-?(?P<d>\d\d)[t ](?P<h>\d\d)"
    rf"(?:(?P<m>\d\d)(?:(?P<s>\d\d)(?:[.,](?P<f>\d{{1,9}}))?)?)? ?(?P<zone>z|{_ZONE})",
    re.ASCII,
)
_GROUP = re.compile(
    r"(?P<d>\d\d) ?(?P<h4>\d\d):?(?P<m4>\d\d) ?(?P<zone>[a-z])??"
    rf"(?: ?{_MON} ?'?(?P<y>\d{{4}}|\d\d))?",
    re.ASCII,
)
_BETWEEN_CLOCK_AND_DATE = re.compile(r"(?:,? (?:at |a las |a |on |le |el )?|,|(?<=\d)t(?=\d))")
_LONE_DAY = re.compile(_DAY, re.ASCII)


def read_piece(text: str, now: datetime) -> Piece | None:
    """One date, clock or date-time group, or None where it is none of them."""
    if found := _BASIC.fullmatch(text):
        piece = Piece(year=int(found["y"]), month=int(found["mo"]), day=int(found["d"]))
        return _with_clock(piece, found)
    if (found := _GROUP.fullmatch(text)) and (found["mon"] or found["zone"]):
        return _with_clock(_dated(found, now), found)
    for pattern in _DATES:
        if found := pattern.match(text):
            rest = text[found.end() :]
            if not rest:
                return _dated(found, now)
            gap = _BETWEEN_CLOCK_AND_DATE.match(text, found.end())
            if gap and (clock := _CLOCK.fullmatch(text, gap.end())):
                return _with_clock(_dated(found, now), clock, loose=gap[0] != "t")
    if found := _CLOCK.match(text):
        rest = text[found.end() :]
        if not rest:
            return _with_clock(Piece(), found)
        gap = _BETWEEN_CLOCK_AND_DATE.match(rest)
        for pattern in _DATES if gap else ():
            if dated := pattern.fullmatch(rest, gap.end() if gap else 0):
                return _with_clock(_dated(dated, now), found)
    return None


def _with_clock(piece: Piece, found: re.Match[str], *, loose: bool = True) -> Piece:
    """Adds clock and zone; ``loose`` where a minus may also mean "until"."""
    part = found.groupdict()
    hour = int(part.get("h") or part.get("h4") or part["hh"])
    minute = part.get("m") or part.get("m4") or part.get("hm")
    second, fraction = part.get("s"), part.get("f")
    piece.unit = "second" if second else "minute" if minute else "hour"
    micro = int(fraction[:6].ljust(6, "0")) if fraction else 0
    piece.clock = (hour, int(minute or 0), int(second or 0), micro)
    zone = (part.get("zone") or "").replace(" ", "")
    if zone in ("j", "local"):
        piece.local = True
    elif zone == "h" and "mon" not in part:
        raise unclear(
            "“h” after a clock time can mean hours or zone H (+08:00).",
            "Write 14:30Z, 14:30+01:00 or the like.",
        )
    elif zone in ("zulu", "utc", "gmt"):
        piece.zone = UTC
    elif len(zone) == 1:
        piece.zone = military(zone)
    elif zone:
        piece.zone = offset(zone.removeprefix("utc").removeprefix("gmt"))
        later = piece.zone.utcoffset(None) < -timedelta(hours=hour, minutes=int(minute or 0))
        if zone[0] == "-" and loose and not second and later:
            raise unclear(
                f"“{found[0]}” can be a zone west of Greenwich, or a stretch until {zone[1:]}.",
                "Write 2026-11-25T10:00-12:00 for the zone, 10:00Z to 12:00Z for the stretch.",
            )
    return piece


def _dated(found: re.Match[str], now: datetime) -> Piece:
    part = {name: value for name, value in found.groupdict().items() if value}
    if "word" in part:
        return Piece(shift=_WORDS[part["word"]])
    if "either" in part:
        year = int(part["either"])
        return Piece(year=year, shared=year % 100 < 60)
    year, month, day = part.get("y"), part.get("m"), part.get("d")
    if "a" in part:
        return _day_and_month(int(part["a"]), int(part["b"]), part["y"])
    return Piece(
        year=_year(year, now) if year else None,
        month=_MONTHS[part["mon"]] if "mon" in part else int(month) if month else None,
        day=int(day) if day else None,
    )


def _year(text: str, now: datetime) -> int:
    """Two digits: the year from 79 years back to 20 ahead of now."""
    if len(text) == 4:
        return int(text)
    return now.year + 20 - (now.year + 20 - int(text)) % 100


def _day_and_month(first: int, second: int, year: str) -> Piece:
    """``30/04/2025`` proves its order; ``04/05/2025`` does not."""
    if len(year) == 2:
        raise unclear(
            f"In {first:02}/{second:02}/{year} the year is not clear.",
            "Write year-month-day with a four-digit year, e.g. 2025-04-30.",
        )
    day, month = (second, first) if second > 12 >= first else (first, second)
    if day <= 12 and day != month:
        a, b = f"{year}-{second:02}-{first:02}", f"{year}-{first:02}-{second:02}"
        readings = [f"{v} ({int(v[8:])} {MONTH_NAMES[int(v[5:7]) - 1]} {year})" for v in (a, b)]
        raise unclear(
            f"{first:02}/{second:02}/{year} can be {readings[0]} or {readings[1]}.",
            f"write {a} or {b}.",
        )
    return Piece(year=int(year), month=month, day=day)


# --- whole texts --------------------------------------------------------------

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_QUOTES = dict.fromkeys(map(ord, "’‘ʼ´`"), "'")
_BRACKET = re.compile(r"(.*\S) ?\[(?:[\w/+-]+ )?(utc|[+-]\d\d:\d\d)\]", re.ASCII)
_ONLY = re.compile(r"(.*?\S) ?\(?\b(day|month|year) only\)?", re.ASCII)
_NIGHT = re.compile(
    r"(?:the |la )?(?:night|nuit|noche)(?: of| du| de| del)?(?: the| el| le)?:? (.+)", re.ASCII
)
_LEAD = re.compile(
    r"(?:from|between|in|on|at|du|de|en|le|entre|del|desde|el|a las) (?:the |le |el )?", re.ASCII
)
_BETWEEN = re.compile(
    r" ?/ ?| - |-| (?:to|until|till|and|au|al|a|et|y|hasta) (?:the |le |el )?", re.ASCII
)


def plain(text: str) -> str:
    """Lower case, ASCII digits, one kind of dash and quote, no accents, single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_DASHES | _QUOTES))
        text = "".join(
            str(unicodedata.decimal(c)) if c.isdecimal() else c
            for c in text
            if not unicodedata.combining(c)
        )
    return " ".join(text.lower().split())


def read(text: str, now: datetime, zone: tzinfo | None) -> Read:
    """Any text that is a time to start, end, precision and the zone that was supplied."""
    if now.utcoffset() is None:
        raise ValueError("now has no time zone.")
    words = plain(text) if len(text) <= _LONGEST else ""
    named = ""
    if found := _BRACKET.fullmatch(words):
        words, named = found.groups()
        zone = UTC if named == "utc" else offset(named)
    only = _ONLY.fullmatch(words)
    if only:
        words = only[1]
    if words == "now":
        start = now.astimezone(UTC).replace(second=0, microsecond=0)
        return start, start + _UNITS["minute"], "minute", ""
    if found := _NIGHT.fullmatch(words):
        result = _night(found[1], text, now, zone)
    else:
        result = _time(words, text, now, zone)
    if only and only[2] != result[2]:
        raise unclear(
            f"{short(text)} says {only[2]} only, and states something else.",
            "Leave one of the two out.",
        )
    return (*result[:3], "") if named else result


def _time(words: str, text: str, now: datetime, zone: tzinfo | None) -> Read:
    lead = _LEAD.match(words)
    bare = words[lead.end() :] if lead else words
    if piece := read_piece(bare, now):
        return settle(piece, now, zone)
    if pair := next(_pairs(bare, now), None):
        return _stretch(*pair, now, zone)
    raise unclear(f"{short(text)} is not a time that can be read.", f"Write it as {_EXAMPLES}.")


def _pairs(words: str, now: datetime) -> Iterator[tuple[Piece, Piece]]:
    """The ways to read a text as two pieces; a lone number is a day here."""
    for gap in _BETWEEN.finditer(words):
        left = _half(words[: gap.start()], now)
        right = left and _half(words[gap.end() :], now)
        if left and right:
            yield left, right


def _half(words: str, now: datetime) -> Piece | None:
    if found := _LONE_DAY.fullmatch(words):
        return Piece(day=int(found["d"]))
    return read_piece(words, now)


def _fill(left: Piece, right: Piece) -> None:
    """Each takes from the other what it leaves out: ``27 Feb - 2 Mar 2025``."""
    for one, other in ((left, right), (right, left)):
        if one.shared and other.clock and not other.dated:
            one.clock = (one.year or 0) // 100, (one.year or 0) % 100, 0, 0
            one.year, one.unit, one.shared = None, "minute", False
        if one.clock and not one.zone and not one.local:
            one.zone, one.local = other.zone, other.local
        if one.clock and not one.dated:
            one.year, one.month, one.day, one.shift = (
                other.year, other.month, other.day, other.shift,
            )  # fmt: skip
        if one.day and not one.month:
            one.month = other.month
        if one.month and not one.year:
            one.year = other.year


def _stretch(left: Piece, right: Piece, now: datetime, zone: tzinfo | None) -> Read:
    """From the start of one to the end of the other; a clock time ends at itself."""
    _fill(left, right)
    start, _, _, supplied = settle(left, now, zone)
    last, end, unit, supplied_too = settle(right, now, zone)
    supplied = supplied or supplied_too
    if last < start:
        raise unclear(
            "The time ends before it starts.",
            "Write the earlier end first, with its year if the years differ.",
        )
    if right.clock and left.clock and last == start:
        return start, end, unit, supplied
    return start, last if right.clock else end, "span", supplied


def settle(piece: Piece, now: datetime, zone: tzinfo | None) -> Read:
    """One piece to UTC; says which parts are missing."""
    if piece.shared and not _SHARED_FROM <= (piece.year or 0) <= now.year:
        clock = f"{(piece.year or 0) // 100}:{(piece.year or 0) % 100:02}"
        raise unclear(
            f"{piece.year} can be the year {piece.year} or the clock time {clock}.",
            f"write “year {piece.year}” or {clock}Z.",
        )
    own = piece.zone or (zone if piece.clock else None)
    if piece.clock and own is None:
        raise unclear(
            "J is local time, and the zone here is not known."
            if piece.local
            else "The zone of the clock time is missing.",
            "Add Z for UTC, a zone letter, or an offset: 14:30Z, 251430BNOV26, 14:30+01:00.",
        )
    first, last, precision = _days(piece, now, own or zone or UTC)
    if not piece.clock or own is None:
        return midnight(first), midnight(last), precision, ""
    if precision != "day":
        raise unclear("The day is missing beside the clock time.", f"Write it as {_EXAMPLES}.")
    start = moment(first, *piece.clock, zone=own)
    supplied = "" if piece.zone else label(own, start)
    return start, start + _UNITS[piece.unit], piece.unit, supplied


def _days(piece: Piece, now: datetime, zone: tzinfo) -> tuple[date, date, str]:
    """First day, the day after the last one, and the unit."""
    today = now.astimezone(zone).date()
    if not piece.dated:
        piece.shift = 0
    if piece.shift is not None:
        first = today + timedelta(days=piece.shift)
        first = day_of(first.year, first.month, first.day)
        return first, first + timedelta(days=1), "day"
    if piece.year is None or (piece.day and piece.month is None):
        lacks = "month" if piece.month is None else "year"
        raise unclear(f"The {lacks} is missing.", f"Write it as {_EXAMPLES}.")
    if piece.month is None:
        return day_of(piece.year, 1, 1), date(piece.year + 1, 1, 1), "year"
    if piece.day is None:
        first = day_of(piece.year, piece.month, 1)
        return first, (first + timedelta(days=31)).replace(day=1), "month"
    first = day_of(piece.year, piece.month, piece.day)
    return first, first + timedelta(days=1), "day"


# --- nights -------------------------------------------------------------------


def _night(words: str, text: str, now: datetime, zone: tzinfo | None) -> Read:
    """18:00 on the first day to 06:00 on the second, in the mission's zone or UTC."""
    pair = next(_pairs(words, now), None)
    if pair is None or any(piece.clock or not piece.day for piece in pair):
        raise unclear(
            f"{short(text)} does not name the two days of a night.",
            "Write both days: night of 24-25 March 2025.",
        )
    left, right = pair
    _fill(left, right)
    own = zone or UTC
    first = _latest(left, right, now.astimezone(own)) if right.month is None else None
    if first is None:
        first, second = (_days(piece, now, own)[0] for piece in pair)
        if second - first != timedelta(days=1):
            raise unclear(
                f"{second.day} is not the day after {first.day} {MONTH_NAMES[first.month - 1]}.",
                "Write one night, as in night of 24-25 March 2025, or a stretch, 24-26 March 2025.",
            )
    start = moment(first, NIGHT_FROM_H, 0, zone=own)
    end = moment(first + timedelta(days=1), NIGHT_TO_H, 0, zone=own)
    return start, end, "night", label(own, start)


def _latest(left: Piece, right: Piece, now: datetime) -> date:
    """The latest night between two days of a month that begins within a day from now."""
    day = (now + timedelta(days=1)).date()
    for back in range(62):
        first = day - timedelta(days=back)
        if first.day == left.day and (first + timedelta(days=1)).day == right.day:
            return first
    raise unclear(
        f"There was no night {left.day}-{right.day} in the last two months.",
        "Write month and year: night of 24-25 March 2025.",
    )
