"""What every reader gives: a table of rows that know their number in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from eirene.imports.faults import UnclearFile

MOST_COLUMNS = 2_000


class Shown(type(Path())):
    """A path that is opened as one file and called as another."""

    shown: str = ""

    @property
    def name(self) -> str:  # pyright: ignore[reportImplicitOverride]
        """The name that a person gave, with the ending by which readers choose."""
        return self.shown or super().name


class Row(msgspec.Struct, frozen=True):
    """One row: its number in the file, and one cell for each column of the table."""

    number: int
    cells: Sequence[Any]


class Broken(msgspec.Struct, frozen=True):
    """A row that could not be read as a row."""

    number: int
    column: str
    value: str
    rule: str
    remedy: str


class Damaged(msgspec.Struct, frozen=True):
    """A cell whose value was damaged before the file was written; refused where it is used."""

    shown: str
    """As a spreadsheet shows it now."""
    rule: str

    def __str__(self) -> str:
        return self.shown


class Options(msgspec.Struct, frozen=True):
    """What a mapping states about a file, where the file does not prove it itself."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    """Name of a sheet or layer."""
    heading: int | None = None
    """Number of the row that names the columns, as a spreadsheet counts."""
    hidden: bool = False
    """Read hidden rows and columns like the others."""


class Table(msgspec.Struct, frozen=True):
    """A file as a table that can be read several times."""

    path: Path
    columns: tuple[str, ...]
    facts: tuple[str, ...]
    """What was found out about the file, each with its proof; what its author hid, counted."""
    rows: Callable[[], Iterator[Row | Broken]]
    textual: bool = True
    """False where no text was ever guarded against formulas (GeoJSON)."""
    delimiter: str = ""
    tags: tuple[str, ...] = ()
    """The HXL tag of each column, "" where it has none; empty for a file without tags."""
    sheet: str = ""
    """The sheet or layer that was read, where a file can have several."""
    sheets: tuple[str, ...] = ()
    """All sheets or layers among which a person may choose."""
    heading: int = 0
    """Number of the row that names the columns; 0 where no row does."""
    epoch: int = 0
    """1900 or 1904 where a number in a column of times counts the days of a spreadsheet."""
    of: str = ""
    """The file that these rows were first read from, where this one holds its rejects."""
    held: int = 0
    """Bytes of rows that were unpacked and lie in memory, for as long as the table does."""
    options: Options | None = None
    """What was stated of the file, where another process can read it anew at little cost."""
    lent: int | None = None
    """The descriptor of rows that were unpacked, where another process that is given it can read
    them: ``rows`` may be pickled then.
    """

    @property
    def source(self) -> str:
        """Name of the file that the rows are of."""
        return self.of or self.path.name


def named(path: Path, cells: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Column names without blanks around them; equal ones are kept apart by number."""
    if len(cells) > MOST_COLUMNS:
        raise UnclearFile(
            f"{path.name} has {len(cells):,} columns; {MOST_COLUMNS:,} are the most.",
            field="file",
            remedy="Remove the columns that are not needed.",
        )
    names: dict[str, None] = {}
    facts: list[str] = []
    for at, cell in enumerate(cells, start=1):
        name = " ".join(cell.lstrip("\ufeff").split()) or f"column {at}"
        if name in names:
            count = 2
            while f"{name} [{count}]" in names:
                count += 1
            facts.append(f"two columns are called {name!r}: the later one is {name} [{count}]")
            name = f"{name} [{count}]"
        names[name] = None
    return tuple(names), facts


def filled(cell: Any) -> bool:
    """Whether a cell says anything."""
    return cell is not None and cell != "" and not (isinstance(cell, str) and cell.isspace())
