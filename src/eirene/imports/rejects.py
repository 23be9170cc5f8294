"""Rows that were not taken: where, what, which rule, what to do."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import msgspec

HEADING = ("file", "row", "column", "field", "value", "rule", "remedy")


class Reject(msgspec.Struct, frozen=True):
    """One row that was not taken, by its first fault."""

    file: str
    row: int
    """As a spreadsheet counts: the heading is row 1."""
    column: str
    field: str
    value: str
    rule: str
    remedy: str


class BadCell(Exception):
    """A cell that breaks a rule of its field; caught row by row, never seen outside."""

    def __init__(self, column: str, value: object, rule: str, remedy: str, field: str = "") -> None:
        super().__init__(rule)
        self.field = field
        self.column = column
        self.value = "" if value is None else str(value)
        self.rule = rule
        self.remedy = remedy


def write_rejects(path: Path, rejects: Iterable[Reject]) -> int:
    """Write a CSV of rejects; gives their number. Values are kept as they were."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        return write_to(stream, rejects)


def write_to(stream: IO[str], rejects: Iterable[Reject]) -> int:
    """The same to a stream that is open."""
    written = 0
    writer = csv.writer(stream)
    writer.writerow(HEADING)
    for reject in rejects:
        writer.writerow(msgspec.structs.astuple(reject))
        written += 1
    return written
