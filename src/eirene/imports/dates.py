"""Dates as tables write them: day or month first is decided for a column, with proof.

``04/05/2025`` alone is two days. A column is proven by any row whose first or
second number is above twelve; without such a row, or with rows that prove
both, it is asked about with both readings of one row shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

import msgspec

from eirene.errors import InvalidReport
from eirene.imports.faults import Choice, UnclearFile
from eirene.times import Span, parse_time

ORDERS = ("day-first", "month-first")
_TWO_WAYS = re.compile(
    r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)", re.ASCII | re.DOTALL
)
_CERTAIN = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?", re.ASCII | re.DOTALL)
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?", re.ASCII)
_ANOTHER_DAY = timedelta(days=1_000)


class Order(msgspec.Struct, frozen=True):
    """What was decided for a column: ``day-first``, ``month-first``, or "" where none needs it."""

    first: str
    proof: str


class Orders:
    """Counts, over the cells of one column, what they say of the order."""

    def __init__(self, column: str) -> None:
        self.column = column
        self.proof: dict[str, tuple[int, str]] = {}
        self.open: tuple[int, str] | None = None
        self.midnights = True
        """Every clock time of the column is 00:00: the column holds days."""

    def see_all(self, numbers: Sequence[int], texts: Sequence[str]) -> None:
        """Take cells into account, in order; what comes again in them says nothing new."""
        firsts = dict(zip(reversed(texts), reversed(numbers), strict=True))
        for text in dict.fromkeys(texts):
            self.see(firsts[text], text)

    def see(self, number: int, text: str) -> None:
        """Take one cell into account."""
        if ":" in text and not _MIDNIGHT.fullmatch(text.strip()):
            self.midnights = False
        found = _TWO_WAYS.match(text)
        if found is None:
            return
        first, second = int(found[1]), int(found[3])
        if first > 12 >= second:
            self.proof.setdefault("day-first", (number, text.strip()))
        elif second > 12 >= first:
            self.proof.setdefault("month-first", (number, text.strip()))
        elif first <= 12 and self.open is None:
            self.open = (number, text.strip())

    def decide(self, stated: str) -> Order:
        """The order of this column; raises ``UnclearFile`` with both readings."""
        if stated:
            return Order(stated, "stated")
        if len(self.proof) == 1:
            order, (number, text) = next(iter(self.proof.items()))
            return Order(order, f"row {number} says {text}")
        if len(self.proof) == 2:
            (one, a), (two, b) = self.proof["day-first"], self.proof["month-first"]
            raise self._asked(f"row {one} ({a}) has the day first, row {two} ({b}) the month")
        if self.open is None:
            return Order("", "no row needs one")
        number, text = self.open
        shown = tuple(_shown(text, order) for order in ORDERS)
        raise self._asked(f"row {number} says {text}: {shown[0]} or {shown[1]}", shown)

    def _asked(self, what: str, shown: Sequence[str] = ()) -> UnclearFile:
        return UnclearFile(
            f"Day or month first is not clear in column {self.column!r}: {what}.",
            field=self.column,
            remedy='State it in the mapping: [file] dates = "day-first" or "month-first".',
            choices=tuple(
                Choice("dates", order, tuple(shown[at : at + 1])) for at, order in enumerate(ORDERS)
            ),
        )


def _shown(text: str, order: str) -> str:
    """``5 April 2025`` of ``04/05/2025``, for the question."""
    found = _TWO_WAYS.match(text)
    assert found is not None
    day, month = (found[1], found[3]) if order == "day-first" else (found[3], found[1])
    return f"{int(day)} {datetime(2000, int(month), 1):%B} {_year(found[4])}"  # noqa: DTZ001


def _year(text: str) -> str:
    """Two digits are of this century up to 49."""
    return text if len(text) == 4 else f"{'20' if int(text) < 50 else '19'}{text}"


def in_order(text: str, order: Order) -> str:
    """The date as ISO 8601, clock and zone kept; raises ``ValueError`` with the rule broken."""
    found = _TWO_WAYS.match(text)
    if found is None or not order.first:
        return text
    first, second = int(found[1]), int(found[3])
    day, month = (first, second) if order.first == "day-first" else (second, first)
    if month > 12:
        words = "day first" if order.first == "day-first" else "month first"
        raise ValueError(f"has no month {month}: the column has {words} ({order.proof})")
    return f"{_year(found[4])}-{month:02}-{day:02}{found[5]}"


_DAYS_FROM = {1900: datetime(1899, 12, 30), 1904: datetime(1904, 1, 1)}  # noqa: DTZ001
_DAYS = (20_000, 80_000)
"""Numbers that can be days of a spreadsheet: 1954 to 2119, and no year."""


def serial_day(value: Any, epoch: int) -> str | None:
    """ISO 8601 of a day that a spreadsheet has as a number; None where it can be none.

    ``epoch``: 1900 or 1904, the calendar of the workbook; 0 for other files.
    """
    if epoch not in _DAYS_FROM or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not _DAYS[0] <= value < _DAYS[1]:
        return None
    told = _DAYS_FROM[epoch] + timedelta(seconds=round(value * 86_400))
    return f"{told:%Y-%m-%d}" if float(value).is_integer() else f"{told:%Y-%m-%dT%H:%M:%S}"


def span_of(
    text: str, order: Order, *, now: datetime, zone: tzinfo | None, days: bool = False
) -> Span:
    """The time in a cell; raises ``InvalidReport`` or ``ValueError``.

    ``days``: the column holds days, and its 00:00 was added by a computer.
    """
    written = text.strip()
    told = in_order(written, order)
    if days and (found := _MIDNIGHT.fullmatch(told)):
        written = told = found[1]
    span = parse_time(told, now=now, zone=zone)
    if not _CERTAIN.fullmatch(told):
        try:
            later = parse_time(told, now=now + _ANOTHER_DAY, zone=zone)
        except InvalidReport:
            later = None
        if later is None or (later.start, later.end) != (span.start, span.end):
            raise ValueError("depends on the day of the import: the file must say which day it was")
    if told is not written:
        span = msgspec.structs.replace(span, text=written + span.text[len(told) :])
    return span


def flat_span(span: Span, text: str) -> dict[str, Any]:
    """A span as it stands in a flat report, with the words of the file."""
    return {
        "start": f"{span.start:%Y-%m-%dT%H:%M:%S}" + _fraction(span.start),
        "end": f"{span.end:%Y-%m-%dT%H:%M:%S}" + _fraction(span.end),
        "precision": span.precision,
        "text": text,
    }


def _fraction(value: datetime) -> str:
    return f".{value.microsecond:06}Z" if value.microsecond else "Z"
