"""What a spreadsheet file says beside its values: hidden, merged, uncomputed, formats, extent.

The reader of values (``workbooks``) gives an empty cell for a formula without
a stored value and for an error, and knows no hidden rows or columns. One pass
over the XML of the sheet finds them, and measures the sheet before anything
is laid out in memory: two cells far apart would otherwise take all of it.
"""

from __future__ import annotations

import posixpath
import re
from array import array
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.parsers import expat

from eirene.imports.archives import Archive, damaged, parse, parser_of, too_large
from eirene.imports.faults import UnclearFile
from eirene.imports.sheetrows import PlainRows, Shape

MOST_CELLS = 1_500_000
"""Of the box that holds all cells with a value; each takes about 32 bytes."""
MOST_TEXT = 48_000_000
"""Bytes of text in all cells together."""
LARGEST_SHEET = 96_000_000
LARGEST_PART = 48_000_000
SMALL_PART = 4_000_000
_MOST_MERGES = 50_000
_MOST_PADDED = 500_000
_DATE_1904 = frozenset(("1", "true", "on"))
_ZEROS = re.compile(r"0{2,}")
_QUOTED = re.compile(r'"[^"]*"|\\.')
_PERCENT_IDS = frozenset((9, 10))
_REF = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_FAR_ROW, _FAR_COLUMN = 1 << 20, 1 << 14

Box = tuple[int, int, int, int]
"""First row, first column, last row, last column, counted from 0."""


class Book:
    """The parts of a workbook: where its sheets lie, its epoch, its formats."""

    def __init__(self, path: Path, archive: Archive) -> None:
        self.path = path
        self._archive = archive
        self.epoch = 1900
        self.cells = 0
        """Cells that were looked at so far, in all sheets together."""
        self._sheet_ids: dict[str, str] = {}
        main = self._main_part()
        self._home = posixpath.dirname(main)
        self._read_workbook(main)
        self._parts = self._relations(main)
        self.padded, self.percent = self._formats()
        self.texts = self._texts()

    def part(self, sheet: str) -> str:
        """Name of the entry with the XML of a sheet."""
        part = self._parts.get(self._sheet_ids.get(sheet, ""), "")
        if not part:
            raise damaged(self.path, f"the sheet {sheet[:60]!r} is listed and not there")
        return part

    def pivots(self, sheet: str) -> list[Box]:
        """Where pivot tables lie on a sheet."""
        boxes: list[Box] = []
        for target in self._relations(self.part(sheet)).values():
            if "pivotTables/" not in target or not self._archive.size(target):
                continue

            def start(name: str, attributes: dict[str, str]) -> None:
                if _local(name) == "location" and (box := box_of(attributes.get("ref", ""))):
                    boxes.append(box)

            self._walk(target, SMALL_PART, start)
        return boxes

    def _main_part(self) -> str:
        targets = self._relations("").values()
        return next((t for t in targets if t.endswith("workbook.xml")), "xl/workbook.xml")

    def _walk(self, name: str, limit: int, start: object) -> None:
        parser = parser_of(self.path)
        parser.StartElementHandler = start  # pyright: ignore[reportAttributeAccessIssue]
        parse(self.path, parser, self._archive.chunks(name, limit))

    def _read_workbook(self, main: str) -> None:
        def start(name: str, attributes: dict[str, str]) -> None:
            local = _local(name)
            if local == "workbookPr" and attributes.get("date1904", "") in _DATE_1904:
                self.epoch = 1904
            elif local == "sheet" and "name" in attributes:
                own = next((v for k, v in attributes.items() if _local(k) == "id"), "")
                self._sheet_ids[attributes["name"]] = own

        self._walk(main, SMALL_PART, start)

    def _relations(self, part: str) -> dict[str, str]:
        """Targets inside the archive that a part refers to, by id."""
        folder, name = posixpath.split(part)
        home = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, str] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            target = attributes.get("Target", "")
            if _local(name) == "Relationship" and attributes.get("TargetMode") != "External":
                whole = target if target.startswith("/") else posixpath.join(folder, target)
                found[attributes.get("Id", "")] = posixpath.normpath(whole).lstrip("/")

        if self._archive.size(home):
            self._walk(home, SMALL_PART, start)
        return found

    def _formats(self) -> tuple[dict[int, int], frozenset[int]]:
        """Styles that show leading zeros, with their width; and those that show percent."""
        codes: dict[int, str] = {}
        styles: list[int] = []
        inside = [False]

        def start(name: str, attributes: dict[str, str]) -> None:
            local = _local(name)
            if local == "numFmt":
                codes[_int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
            elif local in ("cellXfs", "cellStyleXfs", "dxfs", "cellStyles"):
                inside[0] = local == "cellXfs"
            elif local == "xf" and inside[0]:
                styles.append(_int(attributes.get("numFmtId", "0")))

        name = posixpath.join(self._home, "styles.xml")
        if self._archive.size(name):
            self._walk(name, LARGEST_PART, start)
        padded: dict[int, int] = {}
        percent: set[int] = set()
        for style, code in enumerate(styles):
            shown = _QUOTED.sub("", codes.get(code, ""))
            if _ZEROS.fullmatch(shown) and len(shown) <= 20:
                padded[style] = len(shown)
            if code in _PERCENT_IDS or "%" in shown:
                percent.add(style)
        return padded, frozenset(percent)

    def _texts(self) -> array[int]:
        """Length of each shared text."""
        lengths: array[int] = array("I")
        name = next((n for n in self._parts.values() if n.endswith("sharedStrings.xml")), "")

        def start(name: str, _: dict[str, str]) -> None:
            if _local(name) == "si":
                lengths.append(0)

        def text(data: str) -> None:
            if lengths:
                lengths[-1] += len(data)

        if name and self._archive.size(name):
            parser = parser_of(self.path)
            parser.StartElementHandler = start
            parser.CharacterDataHandler = text
            parse(self.path, parser, self._archive.chunks(name, LARGEST_PART))
        return lengths


class Sheet:
    """What one pass over the XML of a sheet found; rows and columns are counted from 0."""

    def __init__(self, book: Book, archive: Archive, name: str) -> None:
        self.name = name
        self.hidden_rows = bytearray()
        """1 at the place of each hidden row."""
        self.hidden_columns: set[int] = set()
        self.uncomputed: Counter[int] = Counter()
        """Number of formulas without a stored value, by column."""
        self.errors: Counter[int] = Counter()
        """Number of cells that show an error, by column."""
        self.first: dict[str, str] = {}
        """Name of the first cell of each such kind: ``uncomputed``, ``errors``."""
        self.merges: list[Box] = []
        self.padded: dict[tuple[int, int], int] = {}
        """Cells that show leading zeros: the width that they are shown with."""
        self.percent: Counter[int] = Counter()
        """Number of cells shown as percent, by column."""
        self.filled: Counter[int] = Counter()
        """Number of cells with a value, by column."""
        self.numbers: Counter[int] = Counter()
        """Number of cells with a number, by column."""
        self.worded: dict[int, int] = {}
        """The last row with something else, by column."""
        self._book = book
        self._walk(archive)

    def _walk(self, archive: Archive) -> None:
        book, part = self._book, self._book.part(self.name)
        parser = parser_of(book.path)
        walk = _Walk(self, book, parser)
        parser.StartElementHandler = walk.start
        rows = PlainRows(walk)
        chunks = archive.chunks(part, LARGEST_SHEET)
        parse(book.path, parser, rows.rest(chunks, lambda: walk.has_begun))
        walk.finish()
        # the longest text in every cell is far above the truth, and nearly always enough
        if walk.texts * max(book.texts, default=0) > MOST_TEXT:
            self._weigh(archive, part)

    def _weigh(self, archive: Archive, part: str) -> None:
        """Refuse a sheet whose cells repeat shared texts until they fill the memory."""
        weight = 0
        shared = False
        texts = self._book.texts

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal shared
            if _local(name) == "c":
                shared = attributes.get("t") == "s"

        def text(data: str) -> None:
            nonlocal weight
            place = _int(data) if shared else -1
            if 0 <= place < len(texts):
                weight += texts[place]
            if weight > MOST_TEXT:
                raise too_large(
                    self._book.path, f"The text of sheet {self.name!r}", weight, MOST_TEXT
                )

        parser = parser_of(self._book.path)
        parser.StartElementHandler = start
        parser.CharacterDataHandler = text
        parse(self._book.path, parser, archive.chunks(part, LARGEST_SHEET))


class _Walk:
    """Handlers of the XML parser, with the cell they are in.

    One call for each element and none for texts: a cell ends where the next
    one begins. Texts are looked at only inside formulas, whose value may be
    there and empty.
    """

    def __init__(self, sheet: Sheet, book: Book, parser: expat.XMLParserType) -> None:
        self._sheet = sheet
        self._book = book
        self._parser = parser
        self._row = -1
        self._row_told, self._row_at = "", -1
        """The number of the row as it stands in it, and what it is from 0."""
        self._column = -1
        self._style = 0
        self._kind = ""
        self._open = False
        self._formula = False
        self._value = False
        self._box: list[int] = []
        self._letters: dict[str, int] = {}
        self.has_begun = False
        """The rows."""
        self.texts = 0
        """Cells with a shared text."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "v" and not self._formula:  # with the next, nearly all elements of a sheet
            self._value = True
            return
        local = name if name in _ELEMENTS else _local(name)
        if local == "c":
            if self._open:
                self.finish()
            self._cell(attributes)
        elif local in ("v", "t"):
            if self._formula:
                self._parser.CharacterDataHandler = self._text
            else:
                self._value = True
        elif local == "f":
            self._formula = True
        elif local == "row":
            if self._open:
                self.finish()
            self._start_row(attributes)
        elif local == "sheetData":
            self.has_begun = True
        elif local == "col":
            self._columns(attributes)
        elif local == "mergeCell":
            self._merge(attributes)

    def _text(self, data: str) -> None:
        if data.strip():
            self._value = True

    def _start_row(self, attributes: dict[str, str]) -> None:
        told = attributes.get("r")
        self._row = _int(told) - 1 if told else self._row + 1
        self._row_told, self._row_at = told or "", self._row
        self._column = -1
        self._check_row(told)
        if attributes.get("hidden") in _DATE_1904:
            self._hide()

    def _check_row(self, told: object) -> None:
        if not 0 <= self._row < _FAR_ROW:
            raise damaged(self._book.path, f"a row is numbered {told}")

    def _hide(self) -> None:
        rows = self._sheet.hidden_rows
        rows.extend(bytes(max(0, self._row + 1 - len(rows))))
        rows[self._row] = 1

    # -- rows that need no parser

    def place(self, letters: str) -> int:
        """Of a column; raises ``UnclearFile`` for what lies outside."""
        found = column_of(letters)
        if not 0 <= found < _FAR_COLUMN:
            raise damaged(self._book.path, "a cell lies outside of every sheet")
        return found

    def row(self, at: int, shape: Shape, *, hidden: bool) -> None:
        """How far the sheet reaches with it, and what is not the same for all of its shape."""
        if self._open:
            self.finish()
        self._row, self._column = at, -1
        if at >= _FAR_ROW:
            self._check_row(at + 1)
        if hidden:
            self._hide()
        self._book.cells += shape.cells
        if self._book.cells > MOST_CELLS:
            raise self._too_wide(self._book.cells)
        if shape.filled:
            self._grow(at, shape.left, shape.right)
        for column, style in shape.styled:
            self._note_style(at, column, style)

    def rows(self, shapes: Sequence[Shape]) -> None:
        """What is the same for all rows of a shape."""
        sheet = self._sheet
        for shape in shapes:
            self.texts += shape.texts * shape.count
            for column in shape.filled:
                sheet.filled[column] += shape.count
            for column in shape.numbers:
                sheet.numbers[column] += shape.count
            for column in shape.worded:
                sheet.worded[column] = max(sheet.worded.get(column, -1), shape.last)

    def _cell(self, attributes: dict[str, str]) -> None:
        ref = attributes.get("r")
        if ref:
            letters = ref.rstrip("0123456789")
            if letters not in self._letters:
                self._letters[letters] = column_of(letters)
            self._column = self._letters[letters]
            told = ref[len(letters) :]
            self._row = self._row_at if told and told == self._row_told else _int(told) - 1
        else:
            self._column += 1
        if not (0 <= self._row < _FAR_ROW and 0 <= self._column < _FAR_COLUMN):
            raise damaged(self._book.path, "a cell lies outside of every sheet")
        style = attributes.get("s")
        self._style = _int(style) if style else 0
        self._kind = attributes.get("t", "")
        self._formula = self._value = False
        self._open = True

    def finish(self) -> None:
        """Take the cell into account that the parser has left."""
        if not self._open:
            return
        self._open = False
        if self._formula:
            self._parser.CharacterDataHandler = None
        sheet, row, column = self._sheet, self._row, self._column
        if self._kind == "e" or (self._formula and not self._value and self._kind != "str"):
            self._note_loss("errors" if self._kind == "e" else "uncomputed")
        self._book.cells += 1
        if self._book.cells > MOST_CELLS:
            raise self._too_wide(self._book.cells)
        if not self._value:
            return
        sheet.filled[column] += 1
        if self._kind == "s":
            self.texts += 1
        box = self._box
        if not box or row > box[2] or not box[1] <= column <= box[3] or row < box[0]:
            self._grow(row, column, column)
        if self._kind not in ("", "n"):
            sheet.worded[column] = max(sheet.worded.get(column, -1), row)
            return
        sheet.numbers[column] += 1
        if self._style:
            self._note_style(row, column, self._style)

    def _note_style(self, row: int, column: int, style: int) -> None:
        width = self._book.padded.get(style)
        if width and len(self._sheet.padded) < _MOST_PADDED:
            self._sheet.padded[row, column] = width
        if style in self._book.percent:
            self._sheet.percent[column] += 1

    def _note_loss(self, what: str) -> None:
        counted = self._sheet.errors if what == "errors" else self._sheet.uncomputed
        counted[self._column] += 1
        self._sheet.first.setdefault(what, cell_named((self._row, self._column)))

    def _grow(self, row: int, left: int, right: int) -> None:
        box = self._box
        if not box:
            box[:] = [row, left, row, right]
        if row > box[2]:
            box[2] = row
        elif row < box[0]:
            box[0] = row
        if left < box[1]:
            box[1] = left
        if right > box[3]:
            box[3] = right
        cells = (box[2] + 1) * (box[3] - box[1] + 1)
        if cells > MOST_CELLS:
            raise self._too_wide(cells)

    def _columns(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in _DATE_1904:
            first, last = _int(attributes.get("min", "")), _int(attributes.get("max", ""))
            self._sheet.hidden_columns |= set(range(max(first, 1) - 1, min(last, _FAR_COLUMN)))

    def _merge(self, attributes: dict[str, str]) -> None:
        box = box_of(attributes.get("ref", ""))
        if box and len(self._sheet.merges) < _MOST_MERGES:
            self._sheet.merges.append(box)

    def _too_wide(self, cells: int) -> UnclearFile:
        return UnclearFile(
            f"Sheet {self._sheet.name!r} of {self._book.path.name} makes {cells:,} cells or more; "
            f"{MOST_CELLS:,} are the most.",
            field="file",
            remedy="Save the sheet as CSV, or remove cells far from the table.",
        )


_ELEMENTS = frozenset(("c", "v", "f", "is", "t", "r", "row", "col", "mergeCell"))


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _int(told: str | None) -> int:
    return int(told) if told and told.isascii() and told.isdigit() and len(told) < 10 else 0


def column_of(letters: str) -> int:
    """0 of ``A``, 26 of ``AA``, -1 of what is no column."""
    if not 0 < len(letters) < 4 or not (letters.isascii() and letters.isalpha()):
        return -1
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter.upper()) - 64
    return place - 1


def letters_of(column: int) -> str:
    """``A`` of 0, ``AA`` of 26."""
    told = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        told = chr(65 + rest) + told
    return told


def cell_named(place: tuple[int, int]) -> str:
    """``C5`` of row 4 and column 2."""
    return f"{letters_of(place[1])}{place[0] + 1}"


def box_of(ref: str) -> Box | None:
    """The box of a reference such as ``A5:A7``."""
    first, _, last = ref.partition(":")
    one, two = _REF.fullmatch(first), _REF.fullmatch(last or first)
    if one is None or two is None:
        return None
    return (int(one[2]) - 1, column_of(one[1]), int(two[2]) - 1, column_of(two[1]))
