"""Export as CSV: UTF-8 without a byte-order mark, comma, CRLF, one heading row.

A text that a spreadsheet could take for a formula has one ``'`` before it;
numbers are left alone. The format has no place for a manifest that would not
be read as a row, so it goes beside the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from eirene.reports.kinds import Kind, kinds
from eirene.reports.table import cells_of, columns_of


class CsvDocument:
    """One table."""

    media_type = "text/csv; charset=utf-8; header=present"
    packed = False

    def __init__(self, of: Sequence[Kind], realm: str = "") -> None:
        self._columns = columns_of(of)

    def head(self) -> bytes:
        """The headings."""
        return self._lines([self._columns])

    def body(self, flats: list[dict[str, Any]]) -> bytes:
        """Some rows."""
        known = kinds()
        rows: list[list[str]] = []
        for flat in flats:
            cells = cells_of(flat, known.get(flat["kind"]))
            rows.append([cells.get(column, "") for column in self._columns])
        return self._lines(rows)

    def foot(self) -> bytes:
        """Nothing: a table ends with its last row."""
        return b""

    def manifest(self, manifest: Mapping[str, Any]) -> bytes:
        """Nothing: see the module."""
        return b""

    def _lines(self, rows: Sequence[Sequence[str]]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        return text.getvalue().encode()
