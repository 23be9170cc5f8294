"""XLSX as a table: one sheet, one heading, and what its author hid, counted.

``python-calamine`` gives the values; ``sheets`` says what it leaves out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from eirene.imports.archives import damaged, opened
from eirene.imports.faults import Choice, UnclearFile
from eirene.imports.headings import (
    LOOKED_AT,
    SEARCHED,
    Heading,
    Numbered,
    as_name,
    good_tags,
    heading_choices,
    heading_of,
    is_tags,
    is_total,
    shown,
)
from eirene.imports.patience import patiently
from eirene.imports.separated import TOTAL, TOTAL_REMEDY
from eirene.imports.sheets import Book, Box, Sheet, letters_of
from eirene.imports.tables import Broken, Damaged, Options, Row, Table, filled, named

_CODE = re.compile(r"(?=.*\d)[\w./-]{2,20}", re.ASCII)
_LEADING = re.compile(r"0\d+|\d+[eE]\d+", re.ASCII)
_TENTH = timedelta(milliseconds=100)
_BESIDE = 0.8
_DAY_S = 86_400
_AS_IS = frozenset((str, float, int, bool))
_HIDDEN = "is hidden in the spreadsheet"
_HIDDEN_REMEDY = 'Show the row and save the file, or state [file] hidden = "read".'


class _Opened(msgspec.Struct, frozen=True):
    """One sheet: what it says beside its values, its values, and its first rows."""

    about: Sheet
    values: CalamineSheet
    places: tuple[int, ...]
    """Columns of the table in the sheet, counted from 0."""
    first: Sequence[Numbered]
    """Its first rows, cells of these columns only."""
    pivots: Sequence[Box]


def workbook(path: Path, stated: Options) -> Table:
    """The table in a workbook; raises ``UnclearFile``."""
    with opened(path) as archive, _guarded(path):
        book = Book(path, archive)
        values = CalamineWorkbook.from_path(str(path))  # pyright: ignore[reportUnknownMemberType]
        sheets = {one.name: one for one in values.sheets_metadata}
        names = [n for n, one in sheets.items() if one.typ == SheetTypeEnum.WorkSheet]
        visible = [n for n in names if sheets[n].visible == SheetVisibleEnum.Visible]

        def sheet_named(name: str) -> _Opened:
            about = Sheet(book, archive, name)
            given = patiently(lambda: values.get_sheet_by_name(name))
            places = _places(about)
            first = _first(given, about, places, stated)
            return _Opened(about, given, places, first, book.pivots(name))

        if stated.sheet is not None:
            if stated.sheet not in names:
                raise _no_sheet(path, stated.sheet, names)
            chosen, facts = sheet_named(stated.sheet), [f"sheet {stated.sheet!r}: stated"]
        else:
            chosen, facts = _chosen(path, [sheet_named(n) for n in visible], stated)
        unseen = [n for n in names if n not in visible and n != chosen.about.name]
        if unseen:
            facts.append(f"hidden sheets are not read: {len(unseen)} ({', '.join(unseen)[:200]})")
        table = _table(path, book, chosen, facts, stated)
        return msgspec.structs.replace(table, sheets=tuple(names))


@contextmanager
def _guarded(path: Path) -> Generator[None]:
    """What the reader of values stumbles over is ``UnclearFile``."""
    try:
        yield
    except (CalamineError, OSError, ValueError) as error:
        raise damaged(path, str(error)) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of Rust; it cannot be imported
            raise damaged(path, f"the reader gave up on it ({error})") from None
        raise


def _no_sheet(path: Path, name: str, names: Sequence[str]) -> UnclearFile:
    return UnclearFile(
        f"{path.name} has no sheet {name!r}.",
        field="file.sheet",
        remedy=f"There are: {', '.join(map(repr, names))}.",
        choices=tuple(Choice("sheet", one) for one in names),
    )


# --- which sheet ----------------------------------------------------------------


def _chosen(path: Path, sheets: Sequence[_Opened], stated: Options) -> tuple[_Opened, list[str]]:
    """The only visible sheet that looks like a table; several are asked about."""
    full = [one for one in sheets if any(any(map(filled, cells)) for _, cells in one.first)]
    likely = [one for one in full if _looks_like_a_table(path, one, stated)]
    likely = [one for one in likely if len(one.places) > 1] or likely  # a column of notes
    tagged = [one for one in likely if any(is_tags(c) for _, c in one.first[:SEARCHED])]
    if len(tagged) == 1:
        likely = tagged
    if len(likely) == 1:
        others = [one.about.name for one in sheets if one is not likely[0]]
        why = "it alone has HXL tags" if tagged else "it alone looks like a table"
        facts = [f"sheet {likely[0].about.name!r}: {why}"] if others else []
        facts += [f"other sheets are not read: {', '.join(others)[:200]}"] if others else []
        return likely[0], facts
    if not likely and len(full) == 1:
        if stated.heading is not None:
            return full[0], []
        raise _unclear_heading(path, full[0].first)
    asked = likely or full
    told = "; ".join(f"{one.about.name!r} ({shown(one.first[:12])})" for one in asked[:6])
    raise UnclearFile(
        f"{path.name} has {len(asked)} sheets that may be meant: {told or 'all are blank'}.",
        field="file.sheet",
        remedy="State one in the mapping: [file] sheet = "
        f'"{asked[0].about.name if asked else "name"}".',
        choices=tuple(Choice("sheet", one.about.name, _glimpse(one)) for one in asked),
    )


def _glimpse(one: _Opened) -> tuple[str, ...]:
    """First cells of the first row that says something."""
    rows = heading_choices(one.first)
    return rows[0].shown if rows else ()


def _looks_like_a_table(path: Path, one: _Opened, stated: Options) -> bool:
    if stated.heading is not None:
        return any(n == stated.heading and any(map(filled, cells)) for n, cells in one.first)
    found = heading_of(path, one.first, None, _groups(one))
    if found is None:
        return False
    names = [place for place, name in zip(one.places, found.cells, strict=False) if name]
    for top, left, bottom, right in one.pivots:
        covered = sum(left <= place <= right for place in names)
        if top <= found.row <= bottom + 1 and covered * 2 > len(names):
            return False  # what looks like a table is a pivot
    return len(names) > 1 or len(one.places) == 1 or bool(found.tags)


def _unclear_heading(path: Path, first: Sequence[Numbered]) -> UnclearFile:
    return UnclearFile(
        f"Which row of {path.name} names the columns is not clear: {shown(first)}.",
        field="file.heading",
        remedy="State its number in the mapping: [file] heading = 3.",
        choices=heading_choices(first),
    )


def _places(about: Sheet) -> tuple[int, ...]:
    """Columns of the largest block of the sheet, and of others that are as long.

    Blocks are parted by columns without any value; a shorter block beside the
    table is a pivot, a legend or a note.
    """
    blocks: list[list[int]] = []
    for column in sorted(about.filled):
        if blocks and blocks[-1][-1] == column - 1:
            blocks[-1].append(column)
        else:
            blocks.append([column])
    if not blocks:
        return ()
    main = max(blocks, key=lambda block: sum(about.filled[c] for c in block))
    length = max(about.filled[c] for c in main)
    return tuple(
        column
        for block in blocks
        for column in block
        if block is main or max(about.filled[c] for c in block) >= _BESIDE * length
    )


# --- cells ----------------------------------------------------------------------


def _first(
    values: CalamineSheet, about: Sheet, places: Sequence[int], stated: Options
) -> Sequence[Numbered]:
    count = max(LOOKED_AT, min(stated.heading or 0, 10_000) + 2)
    return [(n, _cut(cells, places)) for n, cells in islice(_rows(values, about), count)]


def _cut(cells: Sequence[Any], places: Sequence[int]) -> list[Any]:
    wide = len(cells)
    if places and wide == len(places) == places[-1] + 1:  # as mostly: all of them
        return cells if isinstance(cells, list) else list(cells)
    return [cells[place] if place < wide else "" for place in places]


def _rows(values: CalamineSheet, about: Sheet) -> Iterator[tuple[int, list[Any]]]:
    """Number and cells of each row, from column A on; what is merged downwards is filled in."""
    if values.start is None:
        return
    before: list[Any] = [""] * values.start[1]
    starting: dict[int, list[tuple[int, int]]] = {}
    for top, left, bottom, _ in about.merges:
        if bottom > top:
            starting.setdefault(top, []).append((left, bottom))
    held: dict[int, tuple[int, Any]] = {}
    for at, told in enumerate(values.iter_rows()):
        cells = [cell if cell.__class__ in _AS_IS else _plain(cell) for cell in told]
        if before:
            cells = before + cells
        for column, (bottom, value) in list(held.items()):
            if at > bottom:
                del held[column]
            elif column < len(cells) and cells[column] == "":
                cells[column] = value
        for left, bottom in starting.get(at, ()):
            if left < len(cells):
                held[left] = (bottom, cells[left])
        yield at + 1, cells


def _plain(cell: Any) -> Any:
    """Dates and times as ISO 8601 text, numbers as they are."""
    if isinstance(cell, datetime):
        near = cell + _TENTH / 2  # spreadsheets count in days: 14:05 may come as 14:04:59.999
        near = near.replace(microsecond=near.microsecond // 100_000 * 100_000)
        return near.isoformat(timespec="microseconds" if near.microsecond else "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat(timespec="seconds" if cell.second else "minutes")
    if isinstance(cell, timedelta):
        return cell.total_seconds() / _DAY_S
    return cell


def _groups(one: _Opened) -> dict[int, dict[int, str]]:
    """Text of headings merged over several columns, by row number and place in the table."""
    found: dict[int, dict[int, str]] = {}
    rows = dict(one.first)
    where = {column: at for at, column in enumerate(one.places)}
    for top, left, _, right in one.about.merges:
        cells, at = rows.get(top + 1), where.get(left)
        if cells is None or at is None or right <= left or not filled(cells[at]):
            continue
        text = as_name(cells[at])
        for column in range(left, min(right, left + 500) + 1):
            if column in where:
                found.setdefault(top + 1, {})[where[column]] = text
    return found


# --- the table ------------------------------------------------------------------


def _table(path: Path, book: Book, one: _Opened, facts: list[str], stated: Options) -> Table:
    about = one.about
    head = heading_of(path, one.first, stated.heading, _groups(one))
    if head is None:
        raise _unclear_heading(path, one.first)
    kept = [at for at in range(len(one.places)) if _is_column(one, head, at)]
    unseen = [at for at in kept if one.places[at] in about.hidden_columns]
    facts = [f"XLSX, sheet {about.name!r}", *facts, *head.facts]
    if unseen and not stated.hidden:
        kept = [at for at in kept if at not in unseen]
        told = ", ".join(f"{letters_of(one.places[at])} {head.cells[at]!r}" for at in unseen)
        facts.append(f"hidden columns are not read: {len(unseen)} ({told[:300]})")
    columns, renamed = named(path, [head.cells[at] for at in kept])
    places = tuple(one.places[at] for at in kept)
    tags = good_tags([head.tags[at] for at in kept]) if head.tags else ()
    facts += [*renamed, *_lost(about, dict(zip(places, columns, strict=True)))]
    facts += _unread(one, head, stated)
    codes = _codes(one, head, places)
    facts += [fact for at, code in codes.items() for fact in code.facts(columns[at])]

    def rows() -> Iterator[Row | Broken]:
        with _guarded(path):
            for number, cells in _rows(one.values, about):
                if number > head.last:
                    yield _row(about, number, _cut(cells, places), places, codes, stated)

    return Table(
        path,
        columns,
        tuple(facts),
        rows,
        tags=tags,
        sheet=about.name,
        heading=head.row,
        epoch=book.epoch,
    )


def _is_column(one: _Opened, head: Heading, at: int) -> bool:
    """Whether a column has a name, or values below the heading."""
    if at < len(head.cells) and head.cells[at]:
        return True
    above = sum(filled(cells[at]) for number, cells in one.first if number <= head.last)
    return one.about.filled[one.places[at]] > above


def _row(
    about: Sheet,
    number: int,
    cells: list[Any],
    places: Sequence[int],
    codes: dict[int, _Codes],
    stated: Options,
) -> Row | Broken:
    if number <= len(about.hidden_rows) and about.hidden_rows[number - 1] and not stated.hidden:
        said = [str(cell) for cell in cells if filled(cell)]
        if said:
            return Broken(number, "", said[0], _HIDDEN, _HIDDEN_REMEDY)
    if is_total(cells):
        return Broken(number, "", str(next(filter(filled, cells))), TOTAL, TOTAL_REMEDY)
    if about.padded:
        for at, place in enumerate(places):
            width = about.padded.get((number - 1, place))
            if width and isinstance(cells[at], float) and cells[at].is_integer():
                cells[at] = f"{int(cells[at]):0{width}d}"
    for at, code in codes.items():
        cells[at] = code.read(cells[at])
    return Row(number, cells)


def _lost(about: Sheet, columns: dict[int, str]) -> list[str]:
    """What cells of the table cannot say, counted."""
    facts: list[str] = []
    for kind, counted, words in (
        ("uncomputed", about.uncomputed, "formulas have no stored value"),
        ("errors", about.errors, "cells show an error such as #N/A"),
    ):
        there = {columns[c]: n for c, n in counted.items() if c in columns}
        if there:
            told = ", ".join(f"{n:,} in {name}" for name, n in there.items())
            first = about.first[kind]
            facts.append(f"{words} and are taken for not known: {told[:300]} (first {first})")
    shares = ", ".join(columns[c] for c in about.percent if c in columns)
    if shares:
        facts.append(f"shown as percent, read as shares (25 % is 0.25): {shares[:300]}")
    return facts


def _unread(one: _Opened, head: Heading, stated: Options) -> list[str]:
    """What of the sheet is not in the table, and what was filled in."""
    about, facts = one.about, list[str]()
    hidden = sum(about.hidden_rows[head.last :])
    if hidden:
        first = about.hidden_rows.index(1, head.last) + 1
        what = "read, as stated" if stated.hidden else "rejects"
        facts.append(f"hidden rows are {what}: {hidden:,} (first row {first})")
    beside = [c for c in sorted(about.filled) if c not in one.places]
    if beside:
        cells = sum(about.filled[c] for c in beside)
        names = ", ".join(map(letters_of, beside))
        facts.append(f"{cells:,} cells beside the table are not read: columns {names[:100]}")
    down = [box for box in about.merges if box[2] > box[0] and box[2] >= head.last]
    if down:
        top, left, bottom, _ = down[0]
        where = f"{letters_of(left)}{top + 1}:{letters_of(left)}{bottom + 1}"
        facts.append(f"merged cells count for each of their rows: {len(down):,} (first {where})")
    return facts


# --- codes that became numbers ----------------------------------------------------


class _Codes:
    """A column of codes in which some cells are numbers: ``0101`` beside 500."""

    def __init__(self) -> None:
        self.lengths: Counter[int] = Counter()
        self.coded = False
        self.numbers = 0
        self.wrong: list[tuple[int, str]] = []

    def see(self, cell: Any, padded: int | None) -> None:
        """Take one cell into account."""
        if isinstance(cell, str):
            told = cell.strip()
            if _CODE.fullmatch(told):
                self.lengths[len(told)] += 1
                self.coded = self.coded or bool(_LEADING.fullmatch(told))
        elif isinstance(cell, float):
            if padded:
                self.lengths[padded] += 1
                self.coded = True
            else:
                self.numbers += 1

    def read(self, cell: Any) -> Any:
        """The cell, marked where it has not the length of any code."""
        if not isinstance(cell, float):
            return cell
        told = str(int(cell)) if cell.is_integer() else repr(cell)
        if len(told) in self.lengths:
            return told
        return Damaged(told, self._rule(told))

    def _rule(self, told: str) -> str:
        width = self.lengths.most_common(1)[0][0]
        mended = f", perhaps {told.zfill(width)}" if len(told) < width else ""
        return (
            f"is a number among codes of {width} characters: the spreadsheet may have "
            f"taken its zeros or an exponent{mended}"
        )

    def facts(self, column: str) -> list[str]:
        """What is said of the column."""
        shown = "; ".join(f"row {n}: {told} {self._rule(told)}" for n, told in self.wrong[:5])
        if not shown:
            return []
        return [f"damaged codes in {column}: {len(self.wrong):,} ({shown})"]


def _codes(one: _Opened, head: Heading, places: Sequence[int]) -> dict[int, _Codes]:
    """Columns that hold codes as text and also numbers, by place in the table."""
    about = one.about
    mixed = [
        (at, place)
        for at, place in enumerate(places)
        if about.numbers[place] and about.worded.get(place, -1) >= head.last
    ]
    found = {at: _Codes() for at, _ in mixed}
    for number, cells in _rows(one.values, about) if mixed else ():
        if number > head.last:
            for at, place in mixed:
                if place < len(cells):
                    found[at].see(cells[place], about.padded.get((number - 1, place)))
    found = {at: code for at, code in found.items() if code.coded and code.numbers}
    for number, cells in _rows(one.values, about) if found else ():
        for at, code in found.items():
            place = places[at]
            if number <= head.last or place >= len(cells) or (number - 1, place) in about.padded:
                continue
            if isinstance(damage := code.read(cells[place]), Damaged):
                code.wrong.append((number, damage.shown))
    return found
