"""Tables of lines: CSV, TSV and their like, row by row in constant memory."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from eirene.imports.encodings import open_text
from eirene.imports.faults import Choice, UnclearFile
from eirene.imports.headings import (
    LOOKED_AT,
    SEARCHED,
    Heading,
    good_tags,
    heading_of,
    is_tags,
    is_total,
    proven,
)
from eirene.imports.headless import columns_of
from eirene.imports.rejects import HEADING, as_read
from eirene.imports.tables import Broken, Options, Row, Table, filled, named

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LONGEST_LINE = 1 << 20
_PROVING_ROWS = 200
_MOST_ALIKE = 0.6
TOTAL = "is a row of totals: it would count twice what the rows above it say"
TOTAL_REMEDY = "Remove the row, or leave it among the rejects."


def lines(stream: IO[str], path: Path) -> Iterator[str]:
    """Lines of bounded length: a file without line ends is not read into memory."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise UnclearFile(
                f"Line {number} of {path.name} is longer than a million characters.",
                field="file",
                remedy="Check that it is a table with one row a line.",
            )
        yield line


def undecodable(path: Path, encoding: str, error: UnicodeDecodeError) -> UnclearFile:
    return UnclearFile(
        f"{path.name} is not {encoding}: byte 0x{error.object[error.start]:02X} has no meaning there.",
        field="encoding",
        remedy="State another encoding, or save the file as UTF-8.",
    )


def separated(path: Path, encoding: str, facts: list[str], stated: Options) -> Table:
    """The table in a file of lines; raises ``UnclearFile``."""
    if (rejects := _rejects(path, encoding)) is not None:
        return rejects
    delimiter, proof = _delimiter(path, encoding, stated.delimiter)
    head = _heading(path, encoding, delimiter, stated.heading)
    columns, renamed = named(path, head.cells)
    told = f"delimiter {DELIMITERS.get(delimiter, delimiter)}: {proof}"
    facts = [*facts, told, *head.facts, *renamed]

    def rows() -> Iterator[Row | Broken]:
        for record in _records(path, encoding, delimiter):
            if record.number <= head.last:
                continue
            yield record if isinstance(record, Broken) else _fitted(record, columns)

    tags = good_tags(head.tags)
    return Table(
        path, columns, tuple(facts), rows, delimiter=delimiter, tags=tags, heading=head.row
    )


def _rejects(path: Path, encoding: str) -> Table | None:
    """A file of rejects as the rows that it holds, to be brought again; None of any other file."""
    told = len(HEADING)
    for delimiter in DELIMITERS:
        first = list(islice(_records(path, encoding, delimiter), 2))
        rows = [one.cells for one in first if isinstance(one, Row)]
        if rows and tuple(rows[0][:told]) == HEADING and len(rows[0]) > told:
            break
    else:
        return None
    columns, _ = named(path, as_read(rows[0][told:]))
    of, sheet = as_read(rows[1][:2]) if len(rows) > 1 else (path.name, "")

    def again() -> Iterator[Row | Broken]:
        for record in islice(_records(path, encoding, delimiter), 1, None):
            yield _mended(record, columns) if isinstance(record, Row) else record

    facts = (f"rejects of {of}, with their rows: the numbers are those of that file",)
    return Table(path, columns, facts, again, delimiter=delimiter, sheet=sheet, of=of)


def _mended(record: Row, columns: tuple[str, ...]) -> Row | Broken:
    """The row that a line of rejects holds; what could not be read as a row is none yet."""
    told = len(HEADING)
    record = Row(record.number, as_read(record.cells))
    head = [*record.cells[:told], *[""] * told][:told]
    number = int(head[2]) if head[2].isdecimal() and len(head[2]) < 10 else record.number
    row = _fitted(Row(number, record.cells[told:]), columns)
    if isinstance(row, Row) and not any(map(filled, row.cells)):
        return Broken(number, head[3], head[5], head[6], head[7])
    return row


def _heading(path: Path, encoding: str, delimiter: str, stated: int | None) -> Heading:
    """The heading: stated, above HXL tags, below a title, else the first row."""
    count = LOOKED_AT if stated is None else max(LOOKED_AT, min(stated, 10_000) + 2)
    first: Row | Broken | None = None
    rows: list[tuple[int, Sequence[Any]]] = []
    for record in islice(_records(path, encoding, delimiter), count):
        first = first or record
        if isinstance(record, Row):
            rows.append((record.number, record.cells))
    if stated is None and (first is None or isinstance(first, Broken)):
        raise UnclearFile(
            f"{path.name} has no heading row" + (f": {first.rule}" if first else ": it is empty."),
            field="file",
            remedy="The first row names the columns.",
        )
    if stated is None and (known := columns_of([cells for _, cells in rows])):
        return Heading(0, known, (), 0, ("it has no heading: its rows are those of GeoNames",))
    tagged = any(is_tags(cells) for _, cells in rows[:SEARCHED])
    if (stated is not None or tagged or _is_title(rows)) and (
        found := heading_of(path, rows, stated)
    ):
        return found
    number, cells = next((row for row in rows if any(map(filled, row[1]))), rows[0])
    return Heading(number, tuple(str(cell) for cell in cells), (), number, ())


def _is_title(rows: Sequence[tuple[int, Sequence[Any]]]) -> bool:
    """Whether the first row is a title: hardly a cell of it is filled, and a full heading follows."""
    said = [(number, cells) for number, cells in rows if any(map(filled, cells))]
    if not said:
        return False
    found = proven(said, {})
    if found is None or found == 0:
        return False
    wide = sum(map(filled, said[found][1]))
    return wide > 1 and sum(map(filled, said[0][1])) * 2 <= wide


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[Row | Broken]:
    with open_text(path, encoding) as stream:
        reader = csv.reader(lines(stream, path), delimiter=delimiter, strict=True)
        number, line = 0, 0
        while True:
            try:
                for cells in reader:
                    number += 1
                    line = reader.line_num
                    if cells:
                        yield Row(number, cells)
                break
            except UnicodeDecodeError as error:
                raise undecodable(path, encoding, error) from None
            except csv.Error as error:
                number += 1
                where = f"lines {line + 1} to {reader.line_num}"
                line = reader.line_num
                yield Broken(
                    number,
                    "",
                    where,
                    f"quotation marks do not pair up ({error})",
                    'Write a quotation mark inside a quoted cell twice: "".',
                )


def _fitted(row: Row, columns: tuple[str, ...]) -> Row | Broken:
    """The row with exactly one cell a column; a row of totals is none."""
    if is_total(row.cells):
        return Broken(row.number, "", str(row.cells[0]), TOTAL, TOTAL_REMEDY)
    extra = len(row.cells) - len(columns)
    if not extra:
        return row
    if extra > 0 and not any(str(cell).strip() for cell in row.cells[len(columns) :]):
        return Row(row.number, row.cells[: len(columns)])
    return Broken(
        row.number,
        "",
        f"{len(row.cells)} cells",
        f"the row has {len(row.cells)} cells, the heading {len(columns)}",
        "Quote cells that hold the delimiter, and give each row all its cells.",
    )


def _delimiter(path: Path, encoding: str, stated: str | None) -> tuple[str, str]:
    """The delimiter and its proof: every row of the beginning splits into equally many cells."""
    if stated is not None:
        if len(stated) != 1:
            raise UnclearFile(
                "A delimiter is one character.", field="delimiter", remedy='Write ";" or ",".'
            )
        return stated, "stated"
    with open_text(path, encoding) as stream:
        try:
            start = stream.read(LONGEST_LINE)
        except UnicodeDecodeError as error:
            raise undecodable(path, encoding, error) from None
    fits = {mark: _widths(start, mark) for mark in DELIMITERS}
    even = {mark: w for mark, w in fits.items() if w and w[0] > 1 and len(set(w)) == 1}
    if len(even) == 1:
        mark, widths = even.popitem()
        return mark, f"it splits the first {len(widths)} rows into {widths[0]} cells each"
    if not even:
        wide = {m: w for m, w in fits.items() if w and w[0] > 1}
        if not wide:
            return _below_title(fits) or (",", "there is one column")
        best = max(wide, key=lambda m: (sum(n == wide[m][0] for n in wide[m]), wide[m][0]))
        rivals = [m for m in wide if m != best and wide[m][0] >= wide[best][0]]
        if not rivals:
            same = sum(n == wide[best][0] for n in wide[best])
            return best, f"{same} of the first {len(wide[best])} rows have as many cells as row 1"
        even = {m: wide[m] for m in (best, *rivals)}
    shown = "; ".join(f"{DELIMITERS[m]}: {w[0]} cells" for m, w in even.items())
    raise UnclearFile(
        f"The delimiter of {path.name} is not clear ({shown}).",
        field="delimiter",
        remedy='State it in the mapping: [file] delimiter = ";".',
        choices=tuple(Choice("delimiter", m, (f"{w[0]} cells",)) for m, w in even.items()),
    )


def _below_title(fits: dict[str, list[int]]) -> tuple[str, str] | None:
    """The one delimiter that splits most rows alike, where the first row is a title."""
    found: list[tuple[str, str]] = []
    for mark, widths in fits.items():
        if len(widths) < 3:
            continue
        width, same = Counter(widths).most_common(1)[0]
        if width > 1 and same >= _MOST_ALIKE * len(widths):
            found.append((mark, f"it splits {same} of the first {len(widths)} rows into {width}"))
    return found[0] if len(found) == 1 else None


def _widths(start: str, mark: str) -> list[int]:
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=mark)
    widths: list[int] = []
    try:
        for cells in reader:
            if cells:
                widths.append(len(cells))
            if len(widths) == _PROVING_ROWS:
                break
    except csv.Error:
        return widths
    if len(start) == LONGEST_LINE and len(widths) > 1:
        widths.pop()  # cut off in the middle
    return widths
