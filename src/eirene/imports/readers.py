"""Tables out of files, by what a file is and not by its name.

Invariants
  * A cell of a CSV is text. Codes keep their zeros, ``NA`` is a name.
  * Encoding, delimiter, sheet and heading are proven, stated or asked, never guessed.
  * A row that cannot be read is a ``Broken`` row with its reason; it is
    counted like every other row, and nothing is dropped.
  * Row numbers are those that a spreadsheet shows.
  * What an author hid or left uncomputed is counted in the facts; it never
    becomes 0, and is data only where a mapping says so.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import msgspec

from eirene.imports.archives import opened
from eirene.imports.encodings import encoding_of, open_bytes, open_text
from eirene.imports.faults import UnclearFile
from eirene.imports.geojson import features
from eirene.imports.jsonlines import is_json_lines, json_lines
from eirene.imports.mapfiles import geopackage, gpx, kml, shapefile, zipped
from eirene.imports.separated import separated, undecodable
from eirene.imports.tables import Broken, Damaged, Options, Row, Table
from eirene.imports.workbooks import workbook

__all__ = ["Broken", "Damaged", "Options", "Row", "Table", "open_table"]

_ZIP = b"PK\x03\x04"
_SQLITE = b"SQLite format 3\x00"
_SHAPEFILE = b"\x00\x00\x27\x0a"
_XML = re.compile(
    rb"(?:<\?xml.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>|\s)*<([A-Za-z][\w:.-]*)",
    re.DOTALL,
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    (b"%PDF-", "a PDF"),
    (b"PAR1", "a Parquet file"),
    (b"7z\xbc\xaf\x27\x1c", "packed with 7-Zip"),
    (b"Rar!\x1a\x07", "packed with RAR"),
    (b"$FL2@(#)", "a file of SPSS"),
    (b"<stata_dta>", "a file of Stata"),
    (b"\x00\x01\x00\x00Standard ", "a database of Access"),
    (b"\x89PNG\r\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
"""How files begin that people send in place of a table."""


def open_table(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    heading: int | None = None,
    hidden: bool = False,
) -> Table:
    """The table in a file; raises ``UnclearFile`` where it cannot be read one way only.

    What is None must be proven by the file. ``sheet`` is the name of a sheet or
    layer, ``heading`` the number of the row that names the columns, ``hidden``
    takes hidden rows and columns like the others.
    """
    stated = Options(encoding, delimiter, sheet, heading, hidden)
    with open_bytes(path) as stream:
        start = stream.read(2_000)
    for begins, what in _OTHERS:
        if start.startswith(begins):
            raise UnclearFile(
                f"{path.name} is {what}, and no table that can be read here.",
                field="file",
                remedy="Unpack it, or save what is in it as CSV, XLSX, GeoJSON or GeoPackage.",
            )
    if start.startswith(_ZIP):
        return _archive(path, stated)
    if start.startswith(_SQLITE):
        return geopackage(path, stated)
    if start.startswith(_SHAPEFILE):
        return shapefile(path, stated)
    if root := _root(start):
        return _document(path, root[1].rpartition(b":")[2], stated)
    if start.startswith(_OLD_OFFICE):
        raise UnclearFile(
            f"{path.name} is a spreadsheet of the old form (XLS), or is locked with a password.",
            field="file",
            remedy="Save it as XLSX without a password, or as CSV.",
        )
    return _text(path, stated)


def _root(start: bytes) -> re.Match[bytes] | None:
    return _XML.match(start.removeprefix(codecs.BOM_UTF8).lstrip())


def _archive(path: Path, stated: Options) -> Table:
    with opened(path) as archive:
        office = "[Content_Types].xml" in archive.names
    table = None if office else zipped(path, stated)
    return _again(workbook(path, stated), stated) if table is None else table


def _again(table: Table, stated: Options) -> Table:
    """A table that another process may read anew: nothing was unpacked for it."""
    return msgspec.structs.replace(table, options=stated)


def _document(path: Path, root: bytes, stated: Options) -> Table:
    if root == b"kml":
        return kml(path, stated)
    if root == b"gpx":
        return gpx(path, stated)
    raise UnclearFile(
        f"{path.name} is XML, but no KML and no GPX.",
        field="file",
        remedy="Save it as CSV, XLSX, GeoJSON, GeoPackage, KML or GPX.",
    )


def _text(path: Path, stated: Options) -> Table:
    found = encoding_of(path, stated.encoding)
    facts = [f"encoding {found.name}: {found.proof}"]
    if found.doubt:
        facts.append(f"odd letters: {found.doubt}")
    start = _start(path, found.name)
    if start.startswith(("{", "\x1e")):
        if is_json_lines(path, found.name):
            return _again(json_lines(path, found.name, facts), stated)
        return features(path, found.name, facts)
    if start.startswith("[") and start[1:].lstrip().startswith("{"):
        raise UnclearFile(
            f"{path.name} is one JSON list.",
            field="file",
            remedy="Write one object a line (JSON lines), or a GeoJSON FeatureCollection.",
        )
    return _again(separated(path, found.name, facts, stated), stated)


def _start(path: Path, encoding: str) -> str:
    with open_text(path, encoding) as text:
        try:
            return text.read(1_000).lstrip("\ufeff \t\r\n")
        except UnicodeDecodeError as error:
            raise undecodable(path, encoding, error) from None
