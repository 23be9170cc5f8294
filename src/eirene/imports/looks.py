"""What the values of each column look like, found by reading a table once.

Nothing is decided here: day or month first and decimal signs stay with the
code that decides them with proof, for the whole column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

from eirene.errors import EireneError
from eirene.imports.dates import ORDERS, Order, span_of
from eirene.imports.lexicon import radius, says_sort
from eirene.imports.numbers import UNKNOWN, Decimal, NotANumber, number_of
from eirene.imports.patience import go_on
from eirene.imports.readers import Row, Table
from eirene.imports.values import text

MOST_ROWS = 200_000
MOST_VALUES = 300
_SHOWN = 4
_TOGETHER = 250
"""Rows that are looked at together, between two questions whether to go on."""
_LOST = "\ufffd"
_ENOUGH = 0.9
"""This part of the different values must look so; in a short list, all but one."""
_PCODE = re.compile(r"[A-Za-z]{2,3}\d{1,12}", re.ASCII)
_LONGEST = 60


class Look(msgspec.Struct):
    """One column: what stands in it."""

    name: str
    tag: str = ""
    filled: int = 0
    longest: int = 0
    """Characters of its longest value."""
    values: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """Different values and how often, at most ``MOST_VALUES`` of them."""
    unique: bool = True
    """No value twice, and none missing."""
    different: set[int] = msgspec.field(default_factory=set[int])

    @property
    def shown(self) -> tuple[str, ...]:
        """A few values, to be shown."""
        return tuple(
            value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
            for value in list(self.values)[:_SHOWN]
        )

    def see(self, cells: Sequence[Any]) -> None:
        """Take cells into account that stand below one another: many at a time, which is far
        cheaper than one by one.
        """
        told = [one for one in _said(cells) if one]
        self.filled += len(told)
        if not told:
            self.unique = self.unique and not cells
            return
        self.longest = max(self.longest, *map(len, told))
        self._count(told)
        if self.unique:
            before = len(self.different)
            self.different.update(map(hash, told))
            self.unique = len(self.different) - before == len(told) == len(cells)
            if not self.unique:
                self.different.clear()

    def _count(self, told: Sequence[str]) -> None:
        values = self.values
        counted = Counter(told)
        for value in values.keys() & counted.keys():
            values[value] += counted.pop(value)
        for value in islice(counted, MOST_VALUES - len(values)):  # those that came first
            values[value] = counted[value]

    def mostly(self, test: Any) -> bool:
        """Whether nearly all different values pass a test; unknown ones do not count."""
        told = [value for value in self.values if value.lower() not in UNKNOWN][:60]
        wrong = sum(not test(value) for value in told)
        return bool(told) and wrong <= max((1 - _ENOUGH) * len(told), len(told) > 2)


def looks_of(table: Table) -> tuple[list[Look], int]:
    """The look of each column, and how many rows there are that are not empty."""
    tags = table.tags or ("",) * len(table.columns)
    looks = [Look(name, tag) for name, tag in zip(table.columns, tags, strict=True)]
    rows = 0
    full = (row.cells for row in table.rows() if isinstance(row, Row) and _is_full(row.cells))
    while rows < MOST_ROWS and (block := list(islice(full, _TOGETHER))):
        rows += len(block)
        go_on()
        for look, cells in zip(looks, zip(*block, strict=True), strict=True):
            look.see(cells)
    for look in looks:
        look.unique = look.unique and look.filled == rows > 0
        look.different.clear()
    return looks, rows


def _is_full(cells: Sequence[Any]) -> bool:
    """Whether any cell says something; the first of nearly every row does."""
    first = cells[0] if cells else None
    if first.__class__ is str and first and not first.isspace():
        return True
    return any(str(cell).strip() for cell in cells if cell is not None)


def _said(cells: Sequence[Any]) -> list[str]:
    """What each cell says, "" where it is blank."""
    try:
        if _LOST not in "".join(cells):
            return list(map(str.strip, cells))
    except TypeError:  # not all of them are texts
        pass
    return [c.strip() if c.__class__ is str and _LOST not in c else _told(c) for c in cells]


def _told(value: Any) -> str:
    try:
        return text(value) or ""
    except ValueError:  # a letter was lost; the row will be a reject
        return str(value).strip()


def is_number(value: str) -> bool:
    """Whether a value is a number, whichever decimal sign holds."""
    for sign in (".", ","):
        try:
            if number_of(value, Decimal(sign, "")) is not None:
                return True
        except NotANumber:
            continue
    return False


def is_within(most: float) -> Any:
    """A test for degrees: a number between ``-most`` and ``most``."""

    def test(value: str) -> bool:
        for sign in (".", ","):
            try:
                found = number_of(value, Decimal(sign, ""))
            except NotANumber:
                continue
            if found is not None and abs(found) <= most:
                return True
        return False

    return test


_NOW = datetime(2000, 1, 1, tzinfo=UTC)


def is_time(value: str) -> bool:
    """Whether a value is a time, whichever of day and month comes first."""
    for first in ORDERS:
        try:
            span_of(value, Order(first, ""), now=_NOW, zone=UTC)
        except (EireneError, ValueError):
            continue
        return True
    return False


def is_pcode(value: str) -> bool:
    """Whether a value has the form of a P-code."""
    return _PCODE.fullmatch(value) is not None


def radius_of(value: str) -> str:
    """Radius in metres that a word for precision means; "" where it says none."""
    return radius(value)


__all__ = [
    "MOST_ROWS",
    "Look",
    "is_number",
    "is_pcode",
    "is_time",
    "is_within",
    "looks_of",
    "radius_of",
    "says_sort",
]
