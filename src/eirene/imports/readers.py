"""Tables out of files: CSV and GeoJSON, plain or gzip, row by row.

Invariants
  * A cell of a CSV is text. Codes keep their zeros, ``NA`` is a name.
  * Encoding and delimiter are proven, stated or asked, never guessed.
  * A row that cannot be read is a ``Broken`` row with its reason; it is
    counted like every other row, and nothing is dropped.
  * Row numbers are those that a spreadsheet shows: the heading is row 1.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

from eirene.imports.encodings import encoding_of, open_text
from eirene.imports.faults import UnclearFile
from eirene.imports.shapes import circle_of

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LONGEST_LINE = 1 << 20
MOST_COLUMNS = 2_000
_PROVING_ROWS = 200


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


class Table(msgspec.Struct, frozen=True):
    """A file as a table that can be read several times."""

    path: Path
    columns: tuple[str, ...]
    facts: tuple[str, ...]
    """What was found out about the file, each with its proof."""
    rows: Callable[[], Iterator[Row | Broken]]
    textual: bool = True
    """False where cells have types of their own (GeoJSON)."""
    delimiter: str = ""
    tags: tuple[str, ...] = ()
    """HXL tag of each column, "" where it has none; empty where the file has no such row."""


def open_table(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """The table in a file; raises ``UnclearFile`` where it cannot be read one way only."""
    found = encoding_of(path, encoding)
    facts = [f"encoding {found.name}: {found.proof}"]
    if found.doubt:
        facts.append(f"odd letters: {found.doubt}")
    if _looks_like_json(path, found.name):
        return _features(path, found.name, facts)
    return _separated(path, found.name, facts, delimiter)


def _looks_like_json(path: Path, encoding: str) -> bool:
    with open_text(path, encoding) as text:
        try:
            return text.read(1_000).lstrip("\ufeff \t\r\n").startswith("{")
        except UnicodeDecodeError as error:
            raise _undecodable(path, encoding, error) from None


# --- CSV ----------------------------------------------------------------------


def _lines(stream: IO[str], path: Path) -> Iterator[str]:
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


def _undecodable(path: Path, encoding: str, error: UnicodeDecodeError) -> UnclearFile:
    return UnclearFile(
        f"{path.name} is not {encoding}: byte 0x{error.object[error.start]:02X} has no meaning there.",
        field="encoding",
        remedy="State another encoding, or save the file as UTF-8.",
    )


def _separated(path: Path, encoding: str, facts: list[str], stated: str | None) -> Table:
    delimiter, proof = _delimiter(path, encoding, stated)
    records = _records(path, encoding, delimiter)
    head = next(records, None)
    if head is None or isinstance(head, Broken):
        raise UnclearFile(
            f"{path.name} has no heading row" + (f": {head.rule}" if head else ": it is empty."),
            field="file",
            remedy="The first row names the columns.",
        )
    columns, renamed = _headings(path, [str(cell) for cell in head.cells])
    facts = [*facts, f"delimiter {DELIMITERS.get(delimiter, delimiter)}: {proof}", *renamed]
    tags = next(records, None)
    skipped = head.number
    found: tuple[str, ...] = ()
    if isinstance(tags, Row) and _is_tags(tags.cells):
        skipped, found = tags.number, _tags_of(tags.cells, len(columns))
        facts.append(f"row {skipped} holds HXL tags and is not data")

    def rows() -> Iterator[Row | Broken]:
        for record in _records(path, encoding, delimiter):
            if record.number <= skipped:
                continue
            yield record if isinstance(record, Broken) else _fitted(record, columns)

    return Table(path, columns, tuple(facts), rows, delimiter=delimiter, tags=found)


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[Row | Broken]:
    with open_text(path, encoding) as stream:
        reader = csv.reader(_lines(stream, path), delimiter=delimiter, strict=True)
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
                raise _undecodable(path, encoding, error) from None
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
    """The row with exactly one cell a column."""
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


def _is_tags(cells: Sequence[Any]) -> bool:
    texts = [str(cell).strip() for cell in cells]
    filled = [text for text in texts if text]
    return bool(filled) and all(text[0] == "#" and text[1:2].isalpha() for text in filled)


def _tags_of(cells: Sequence[Any], width: int) -> tuple[str, ...]:
    """One tag a column, in one spelling: ``#group +Perp`` is ``#group+perp``."""
    tags = ["".join(str(cell).split()).lower() for cell in cells[:width]]
    return (*tags, *[""] * (width - len(tags)))


def _headings(path: Path, cells: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Column names without blanks around them; equal ones are kept apart by number."""
    if len(cells) > MOST_COLUMNS:
        raise UnclearFile(
            f"{path.name} has {len(cells):,} columns; {MOST_COLUMNS:,} are the most.",
            field="file",
            remedy="Remove the columns that are not needed.",
        )
    names: list[str] = []
    facts: list[str] = []
    for at, cell in enumerate(cells, start=1):
        name = cell.strip().lstrip("\ufeff") or f"column {at}"
        if name in names:
            count = 2
            while f"{name} [{count}]" in names:
                count += 1
            facts.append(f"two columns are called {name!r}: the later one is {name} [{count}]")
            name = f"{name} [{count}]"
        names.append(name)
    return tuple(names), facts


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
            raise _undecodable(path, encoding, error) from None
    fits = {mark: _widths(start, mark) for mark in DELIMITERS}
    even = {mark: w for mark, w in fits.items() if w and w[0] > 1 and len(set(w)) == 1}
    if len(even) == 1:
        mark, widths = even.popitem()
        return mark, f"it splits the first {len(widths)} rows into {widths[0]} cells each"
    if not even:
        wide = {m: w for m, w in fits.items() if w and w[0] > 1}
        if not wide:
            return ",", "there is one column"
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
    )


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


# --- GeoJSON ------------------------------------------------------------------

LATITUDE, LONGITUDE, REACH = "latitude", "longitude", "accuracy_m"


class _Feature(msgspec.Struct, tag_field="type", tag="Feature"):
    properties: dict[str, Any] | None = None
    geometry: dict[str, Any] | None = None
    id: str | int | float | None = None


class _Collection(msgspec.Struct, tag_field="type", tag="FeatureCollection"):
    features: list[msgspec.Raw]
    crs: Any = None


def _features(path: Path, encoding: str, facts: list[str]) -> Table:
    """Features as rows; the point becomes the columns latitude and longitude."""
    with open_text(path, encoding) as stream:
        try:
            text = stream.read().lstrip("\ufeff")
            document = msgspec.json.decode(text, type=_Collection)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnclearFile(
                f"{path.name} is not a GeoJSON FeatureCollection: {error}.",
                field="file",
                remedy="Export it as GeoJSON in WGS 84; GeoJSON has no NaN and no comments.",
            ) from None
    _check_crs(path, document.crs)
    features = [_feature(number, raw) for number, raw in enumerate(document.features, start=1)]
    columns = _property_names(features)
    facts = [*facts, f"GeoJSON with {len(features):,} features"]
    shapes = sum(_geometry_type(one) not in ("", "Point") for one in features)
    if shapes:
        facts.append(
            f"{shapes:,} features are lines or areas: the point is the middle, "
            "accuracy_m the circle that holds them"
        )

    def rows() -> Iterator[Row | Broken]:
        for number, feature in enumerate(features, start=1):
            if isinstance(feature, Broken):
                yield feature
            else:
                yield _feature_row(number, feature, columns)

    return Table(path, columns, tuple(facts), rows, textual=False)


def _feature(number: int, raw: msgspec.Raw) -> _Feature | Broken:
    try:
        return msgspec.json.decode(raw, type=_Feature)
    except msgspec.DecodeError as error:
        return Broken(number, "", bytes(raw)[:80].decode("utf-8", "replace"), str(error), _FEATURE)


_FEATURE = "A feature has properties and a geometry, which may be null."


def _geometry_type(feature: _Feature | Broken) -> str:
    geometry = None if isinstance(feature, Broken) else feature.geometry
    return str(geometry.get("type", "")) if geometry else ""


def _property_names(features: list[_Feature | Broken]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    whole = [one for one in features if isinstance(one, _Feature)]
    for feature in whole:
        names |= dict.fromkeys(feature.properties or {})
    if any(one.id is not None for one in whole):
        names.setdefault("id", None)
    if any(one.geometry for one in whole):
        names |= dict.fromkeys((LATITUDE, LONGITUDE, REACH))
    return tuple(names)


def _check_crs(path: Path, crs: Any) -> None:
    if crs is None:
        return
    named = str(crs)
    if not any(known in named.upper() for known in ("CRS84", "4326", "WGS84", "WGS 84")):
        raise UnclearFile(
            f"{path.name} is in another coordinate system: {named[:100]}.",
            field="crs",
            remedy="Export it in WGS 84 (EPSG:4326).",
        )


def _feature_row(number: int, feature: _Feature, columns: tuple[str, ...]) -> Row | Broken:
    values = dict(feature.properties or {})
    if feature.id is not None:
        values.setdefault("id", feature.id)
    if feature.geometry is not None:
        try:
            lon, lat, reach = circle_of(feature.geometry)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            return Broken(
                number,
                "geometry",
                str(feature.geometry)[:80],
                f"the geometry cannot be read: {error}",
                "Give a Point with longitude and latitude, or null.",
            )
        values[LATITUDE], values[LONGITUDE] = lat, lon
        if reach is not None:
            values[REACH] = reach
    return Row(number, [values.get(name) for name in columns])
