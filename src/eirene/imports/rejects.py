"""Rows that were not taken: where, what, which rule, what to do."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

from eirene.reports.table import defused, restored

HEADING = ("file", "sheet", "row", "column", "field", "value", "rule", "proposal")
"""What stands before the row itself; a file that begins so is read as the rows that it holds."""


_NUMBER = re.compile(r"[-+]?\d[\d., \u00a0\u202f]*")
"""No spreadsheet starts anything for it, and one ``'`` before it would make it a text."""


class Reject(msgspec.Struct, frozen=True):
    """One row that was not taken, by its first fault."""

    file: str
    sheet: str
    """Empty where a file has no sheets or layers."""
    row: int
    """As a spreadsheet counts: the heading is row 1."""
    column: str
    field: str
    value: str
    rule: str
    remedy: str
    cells: tuple[Any, ...] = ()
    """The whole row; empty where it could not be read as one."""


class BadCell(Exception):
    """A cell that breaks a rule of its field; caught row by row, never seen outside."""

    def __init__(self, column: str, value: object, rule: str, remedy: str, field: str = "") -> None:
        super().__init__(rule)
        self.field = field
        self.column = column
        self.value = "" if value is None else str(value)
        self.rule = rule
        self.remedy = remedy


class Writer:
    """Writes rejects to an open stream, each with the row as it was read, to be mended.

    They are opened in a spreadsheet, and a stranger wrote them: no cell is a formula there.
    ``as_read`` takes that back. Numbers stay as they are.
    """

    def __init__(self, stream: IO[str], columns: Sequence[str]) -> None:
        self._writer = csv.writer(stream)
        self._writer.writerow((*HEADING, *map(defused, columns)))
        self._wide = len(columns)
        self.written = 0

    def write(self, one: Reject) -> None:
        """One line."""
        cells = [as_cell(cell) for cell in one.cells] or [""] * self._wide
        told = (one.column, one.field, one.value, one.rule, one.remedy)
        place = (_harmless(one.file), _harmless(one.sheet), one.row)
        self._writer.writerow((*place, *map(_harmless, (*told, *cells))))
        self.written += 1


def _harmless(text: str) -> str:
    return text if _NUMBER.fullmatch(text) else defused(text)


def as_read(cells: Sequence[str]) -> list[str]:
    """Cells of a file of rejects as they were before they were written to it."""
    return [restored(cell) for cell in cells]


def as_cell(cell: Any) -> str:
    """A cell as it is typed: what reads it again finds the same in it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, list | dict):
        return msgspec.json.encode(cell).decode()
    return str(cell)


def write_rejects(path: Path, rejects: Iterable[Reject], columns: Sequence[str]) -> int:
    """Write a CSV of rejects; gives their number."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        return write_to(stream, rejects, columns)


_PIECE = 64 << 10


def written(rejects: Generator[Reject], columns: Sequence[str]) -> Generator[bytes]:
    """The same in pieces of UTF-8, made one after the other; whoever closes it closes these."""
    out = io.StringIO(newline="")
    writer = Writer(out, columns)
    with contextlib.closing(rejects):
        for reject in rejects:
            writer.write(reject)
            if out.tell() >= _PIECE:
                yield out.getvalue().encode()
                out.seek(0)
                out.truncate()
    yield out.getvalue().encode()


def write_to(stream: IO[str], rejects: Iterable[Reject], columns: Sequence[str]) -> int:
    """The same to a stream that is open."""
    writer = Writer(stream, columns)
    for reject in rejects:
        writer.write(reject)
    return writer.written
