"""Counts by area as a file: what the panel of counts shows, never without what it rests on.

Invariants
  * Each row says n with its period, its coverage and the version of the borders: whoever cuts one
    row out, or joins the table to another, still has them beside the number.
  * Only what may leave is counted (``release.terms``), and the file says how many of what its
    reader reads are not in it: so its numbers may be smaller than those on his screen.
  * The rows add up to all that were counted. Those that stand in no area are a row of their own,
    without a P-code; an area of which nothing is known is no row, since that is not zero.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from eirene.picture import Counts, Coverage, Query, counts, marking_of
from eirene.picture.coverage import Basis
from eirene.picture.store import Picture
from eirene.products.export import Export, check_format, fetched, filename_of
from eirene.products.xlsx import workbook
from eirene.release.reader import Reader
from eirene.reports.sentences import say
from eirene.reports.table import defused
from eirene.times import iso

COUNT_FORMATS = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "hxl.csv": "text/csv; charset=utf-8; header=present",
}
"""Media type by the ending of the file."""

_TAGS = {
    "pcode": "#adm{level}+code",
    "name": "#adm{level}+name",
    "level": "#meta+level",
    "n": "#indicator+reports+num",
    "period_start": "#date+start",
    "period_end": "#date+end",
    "counted": "#indicator+counted+num",
    "by_point": "#indicator+counted+by_point+num",
    "by_area": "#indicator+counted+by_area+num",
    "too_coarse": "#indicator+unplaced+too_coarse+num",
    "outside": "#indicator+unplaced+outside+num",
    "without_place": "#indicator+unplaced+without_place+num",
    "undated": "#indicator+undated+num",
    "left_out": "#indicator+left_out+num",
    "sources": "#indicator+sources+num",
    "organisations": "#indicator+organisations+num",
    "basis": "#meta+basis+code",
    "basis_title": "#meta+basis+name",
    "basis_valid_from": "#date+basis+start",
    "basis_valid_to": "#date+basis+end",
    "basis_source": "#meta+basis+source",
    "basis_licence": "#meta+basis+licence",
    "as_of": "#date+known",
    "marking": "#meta+marking",
}
COUNT_COLUMNS = tuple(_TAGS)
"""Columns of the table: of each area the first four, and what is the same for all of them."""

_WORDS = frozenset("pcode name basis_title basis_source basis_licence".split())
"""Columns with words of people."""


class Borders(msgspec.Struct, frozen=True, kw_only=True):
    """One level of one version of the divisions, as far as a file tells of it."""

    level: int
    id: str = ""
    """Empty: P-codes as they stand in the reports, of no version in particular."""
    title: str = ""
    valid_from: str = ""
    valid_to: str = ""
    source: str = ""
    licence: str = ""
    attribution: str = ""
    basis: Basis | None = None
    name_of: Callable[[str], str]
    """Name of an area by its P-code; "" where it has none."""
    shapes: Mapping[str, msgspec.Raw] = {}
    """GeoJSON geometry of each area, by P-code."""


def export_counts(
    picture: Picture,
    reader: Reader,
    query: Query,
    format: str,  # noqa: A002  what everybody calls it
    borders: Borders,
    who: str,
    when: datetime,
    realm: str = "",
    node: str = "",
) -> Export:
    """How many match in each area; ``InvalidQuery`` where the format or the query is wrong."""
    check_format(format, COUNT_FORMATS)
    asked = msgspec.structs.replace(query, leaving=True)
    found = counts(
        picture, reader, asked, group=("area",), level=borders.level, basis=borders.basis
    )
    assert found.coverage is not None
    marking = str(marking_of(picture, reader, asked))
    same = _same(found, found.coverage, borders, query, marking)
    manifest = fetched(query, format, who, when, realm, node) | {
        "marking": marking,
        "what": "counts by area",
        "count": found.total,
        "left_out": found.left_out,
        "coverage": {name: same[name] for name in COUNT_COLUMNS[4:16]},
        "basis": {name: same[name] for name in COUNT_COLUMNS if name.startswith("basis")}
        | {"level": borders.level},
        "attribution": [borders.attribution] if borders.attribution else [],
        "sha256": None,
    }
    rows = [_row(group["area"], group["n"], borders, same) for group in found.groups]
    made = Export(
        COUNT_FORMATS[format], filename_of(f"counts.{format}", when, realm, node), manifest
    )
    made.chunks = iter((_made(format, rows, borders, manifest),))
    return made


def _same(
    found: Counts, coverage: Coverage, borders: Borders, query: Query, marking: str
) -> dict[str, Any]:
    """What stands beside every number."""
    told = msgspec.structs.asdict(coverage)
    return told | {
        "level": borders.level,
        "period_start": _moment(coverage.start),
        "period_end": _moment(coverage.end),
        "counted": found.total,
        "left_out": found.left_out,
        "basis": borders.id,
        "basis_title": borders.title,
        "basis_valid_from": borders.valid_from,
        "basis_valid_to": borders.valid_to,
        "basis_source": borders.source,
        "basis_licence": borders.licence,
        "as_of": _moment(query.as_of),
        "marking": marking,
    }


def _moment(at: datetime | None) -> str:
    return "" if at is None else iso(at)


def _row(pcode: str | None, n: int, borders: Borders, same: Mapping[str, Any]) -> dict[str, Any]:
    name = say("in no area") if pcode is None else borders.name_of(pcode)
    told: dict[str, Any] = {"pcode": pcode or "", "name": name, "n": n, **same}
    return {column: told[column] for column in COUNT_COLUMNS}


def _made(
    format_: str, rows: Sequence[Mapping[str, Any]], borders: Borders, manifest: dict[str, Any]
) -> bytes:
    """The document; its hash, and so the manifest, is whole from here on."""
    if format_ == "geojson":
        content = _collection(rows, borders)
        manifest["sha256"] = hashlib.sha256(content).hexdigest()
        return content + b',\n"manifest":' + msgspec.json.encode(manifest) + b"}\n"
    heads = [list(COUNT_COLUMNS)]
    if format_ == "hxl.csv":
        heads.append([tag.format(level=borders.level) for tag in _TAGS.values()])
    content = _table(heads, rows)
    manifest["sha256"] = hashlib.sha256(content).hexdigest()
    if format_ == "xlsx":
        return workbook("Counts", COUNT_COLUMNS, [list(row.values()) for row in rows], manifest)
    return content


def _table(heads: list[list[str]], rows: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerows(heads)
    lines.writerows([_cell(name, value) for name, value in row.items()] for row in rows)
    return text.getvalue().encode()


def _cell(name: str, value: Any) -> str:
    return defused(value) if name in _WORDS else str(value)


def _collection(rows: Sequence[Mapping[str, Any]], borders: Borders) -> bytes:
    """Areas as features, open at the end; the row of those in no area has no geometry."""
    encode = msgspec.json.encode
    features = [
        encode(
            {
                "type": "Feature",
                "id": row["pcode"] or None,
                "geometry": borders.shapes.get(row["pcode"]),
                "properties": row,
            }
        )
        for row in rows
    ]
    return b'{"type":"FeatureCollection","features":[\n' + b",\n".join(features) + b"\n]"
