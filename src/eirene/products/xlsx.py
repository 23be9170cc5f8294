"""Export as XLSX: the table of the CSV on one sheet, its marking and manifest on another.

Texts are cells of text and never formulas, numbers are numbers (as text where
sixteen digits do not hold them), times are ISO 8601 as text:
a spreadsheet's dates know neither zone nor precision. The hash of the manifest is that of
the same table as CSV, since a workbook cannot hold its own.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from eirene.errors import InvalidQuery
from eirene.products.csv import CsvDocument
from eirene.reports import words
from eirene.reports.kinds import Kind, kinds
from eirene.reports.table import cells_of

_OFTEN = 500
MOST_ROWS = 50_000
"""A workbook is made in memory, so that nothing plain comes to lie on a disk."""
LONGEST_CELL = 32_767
"""What Excel holds in a cell; the writer would leave a longer one out."""
_WIDE = {"summary": 60, "narrative": 60, "place": 24, "occurred": 20, "marking": 40}


def _is_held(value: Any) -> bool:
    """Whether a workbook holds this number to its last digit: it is written with sixteen."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return float(f"{value:.16G}") == value


class _Sheet(Worksheet):
    """Tells, while it is packed at the end, that it goes on: 50,000 rows take ten seconds then."""

    tell: Callable[[], None] | None = None
    _told = 0

    def _write_row(self, *given: Any, **named: Any) -> None:
        self._told += 1
        if self.tell is not None and self._told % _OFTEN == 0:
            self.tell()
        super()._write_row(*given, **named)


class XlsxDocument(CsvDocument):
    """One workbook; what ``head``, ``body`` and ``foot`` give is only hashed."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    packed = True

    def __init__(self, of: Sequence[Kind], realm: str = "") -> None:
        super().__init__(of, realm)
        self._file = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._file, {"in_memory": True})
        self._bold = self._book.add_format({"bold": True})
        self._sheet = self._book.add_worksheet(words.table()["export.reports"], _Sheet)
        self._rows = 0
        for at, name in enumerate(self._columns):
            self._sheet.write_string(0, at, name, self._bold)
            self._sheet.set_column(at, at, _WIDE.get(name, 14))
        self._sheet.freeze_panes(1, 0)

    def tell_of_packing(self, tell: Callable[[], None]) -> None:
        """Have it called now and then while the workbook is put together: what it raises ends that."""
        self._sheet.tell = tell

    def body(self, flats: list[dict[str, Any]]) -> bytes:
        """Some rows."""
        known = kinds()
        for flat in flats:
            self._rows += 1
            if self._rows > MOST_ROWS:
                raise InvalidQuery(
                    f"A workbook holds {MOST_ROWS:,} reports at most.",
                    field="format",
                    remedy="Narrow the question, or take csv.",
                )
            cells = cells_of(flat, known.get(flat["kind"]))
            for at, name in enumerate(self._columns):
                if text := cells.get(name, ""):
                    self._write(at, name, text, flat.get(name))
        return super().body(flats)

    def _write(self, at: int, name: str, text: str, value: Any) -> None:
        if _is_held(value):
            self._sheet.write_number(self._rows, at, value)
        elif len(text) <= LONGEST_CELL:
            self._sheet.write_string(self._rows, at, text)
        else:
            raise InvalidQuery(
                f"A text of {len(text):,} letters in {name} fits no cell.",
                field="format",
                remedy="Take csv.",
            )

    def manifest(self, manifest: Mapping[str, Any]) -> bytes:
        """The workbook, whole."""
        _finish(self._book, self._sheet, manifest)
        return self._file.getvalue()


def _finish(book: Any, sheet: Any, manifest: Mapping[str, Any]) -> None:
    """Marking and manifest, and the end."""
    marking = str(manifest["marking"])
    when = datetime.fromisoformat(str(manifest["when"])).replace(tzinfo=None)
    book.set_properties({"title": f"Eirene: {marking}", "created": when})
    about = book.add_worksheet(words.table()["export.about"])
    about.set_column(0, 0, 110)
    for row, (name, value) in enumerate(manifest.items()):
        told = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        # one column: whoever reads the file again does not take it for a second table
        about.write_string(row, 0, f"{name}: {told}"[:LONGEST_CELL])
    for one in (sheet, about):
        one.set_header(f"&C{marking.replace('&', '&&')}"[:255])
        one.set_landscape()
    book.close()


def workbook(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str | int]],
    manifest: Mapping[str, Any],
) -> bytes:
    """A table of texts and whole numbers as a workbook of its own, with marking and manifest."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet(title)
    for at, name in enumerate(columns):
        sheet.write_string(0, at, name, bold)
        sheet.set_column(at, at, _WIDE.get(name, 14))
    sheet.freeze_panes(1, 0)
    for line, row in enumerate(rows, start=1):
        for at, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(line, at, value)
            elif value:
                sheet.write_string(line, at, value[:LONGEST_CELL])
    _finish(book, sheet, manifest)
    return file.getvalue()
