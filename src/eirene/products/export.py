"""Exports: everything that matches a query, as one document for one reader.

Invariants
  * Rows come in the order of every list; the same picture, reader and query
    give the same bytes but for the manifest.
  * Each report carries its marking and its source; a report without a point
    is there, without a point.
  * What the terms of its source forbid to pass on is left out, also for those who read it,
    and the manifest says how many of what they read that were.
  * What a document says of its columns depends on the kinds that the reader
    sees, never on what is hidden from him.
  * ``sha256`` of the manifest is over all bytes of the document before it; of a packed
    document over what is packed (``xlsx``: the same table as CSV).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from eirene.errors import InvalidQuery
from eirene.picture import Picture, Query, Row, counts, every, flat
from eirene.products.csv import CsvDocument
from eirene.products.geojson import GeoJsonDocument
from eirene.products.gpkg import GpkgDocument
from eirene.products.hxl import HxlDocument
from eirene.products.kml import KmlDocument
from eirene.products.kmz import KmzDocument
from eirene.products.xlsx import XlsxDocument
from eirene.release.reader import Reader
from eirene.reports.kinds import kinds
from eirene.reports.markings import highest
from eirene.times import iso

READ_AHEAD = 8 << 20
"""Bytes that are made before the first is given out: a document that is no longer has its
whole manifest, with count and hash, before anything is sent."""
_TOLD = 500
"""Rows after which it is told how far it is: half a second of a workbook on a small machine."""
Progress = Callable[[int, int], None]
"""Told how many reports are in, and of how many; what it raises ends the export."""


class Document(Protocol):
    """One format, piece by piece."""

    media_type: str
    packed: bool
    """Pieces are hashed as they come, and sent as one whole at the end."""

    def head(self) -> bytes: ...
    def body(self, flats: list[dict[str, Any]]) -> bytes: ...
    def foot(self) -> bytes:
        """The end of the content, the last bytes that are hashed."""
        ...

    def manifest(self, manifest: Mapping[str, Any]) -> bytes:
        """The manifest and what closes the document; empty where the format has no place for it."""
        ...


FORMATS = {
    "csv": CsvDocument,
    "xlsx": XlsxDocument,
    "geojson": GeoJsonDocument,
    "gpkg": GpkgDocument,
    "kml": KmlDocument,
    "kmz": KmzDocument,
    "hxl.csv": HxlDocument,
}
"""By the ending of the file."""


def format_of(name: str) -> str:
    """The format of a file or an address by its ending, the longest that fits; "" for none."""
    fitting = [format_ for format_ in FORMATS if name.endswith(f".{format_}")]
    return max(fitting, key=len, default="")


class Export:
    """A document in the making."""

    def __init__(self, media_type: str, filename: str, manifest: dict[str, Any]) -> None:
        self.media_type = media_type
        self.filename = filename
        self.manifest = manifest
        """Who, when, of what, marking, count, hash: whole as soon as the content is made, which is
        before the first chunk for a document of up to ``READ_AHEAD`` bytes. Until then, count and
        hash are null."""
        self.chunks: Iterator[bytes] = iter(())


def export(
    picture: Picture,
    reader: Reader,
    query: Query,
    format: str,  # noqa: A002  what everybody calls it
    who: str,
    when: datetime,
    realm: str = "",
    node: str = "",
    credits: Mapping[str, str] | None = None,  # noqa: A002
    progress: Progress | None = None,
) -> Export:
    """Everything that matches, ``InvalidQuery`` where the format or the query is wrong.

    ``credits`` says, of a source, how its licence wants it named. Much of it may be made before
    this returns (``READ_AHEAD``), and all of what is packed: ``progress`` is told.
    """
    check_format(format, FORMATS)
    seen, of = _kinds_in(picture, reader, query)
    told = tuple(kinds()[name] for name in seen if name in kinds())
    document: Document = FORMATS[format](told, realm)
    manifest = fetched(query, format, who, when, realm, node) | {
        "marking": None,
        "sources": None,
        "attribution": None,
        "count": None,
        "left_out": None,
        "without_point": None,
        "sha256": None,
    }
    made = Export(document.media_type, filename_of(format, when, realm, node), manifest)
    pages = _pages(picture, reader, query, seen)
    if progress is not None:
        pages = _counted(pages, progress, of)
        if isinstance(document, XlsxDocument):
            document.tell_of_packing(lambda: progress(of, of))
    made.chunks = _ahead(_made(document, pages, manifest, credits or {}))
    return made


def _kinds_in(picture: Picture, reader: Reader, query: Query) -> tuple[tuple[str, ...], int]:
    """Kinds that the reader sees in the answer, so that the columns fit it; and how many reports."""
    found = counts(picture, reader, query, group=("kind",))
    return tuple(sorted(str(group["kind"]) for group in found.groups)), found.total


def _counted(pages: Iterator[list[Row]], progress: Progress, of: int) -> Iterator[list[Row]]:
    """The same rows in smaller pages; tells before the first and after each how far it is."""
    done = 0
    progress(done, of)
    for page in pages:
        for at in range(0, len(page), _TOLD):
            some = page[at : at + _TOLD]
            yield some
            done += len(some)
            progress(done, max(done, of))


def _pages(
    picture: Picture, reader: Reader, query: Query, seen: tuple[str, ...]
) -> Iterator[list[Row]]:
    """Rows of the kinds that the columns were made for: a kind that comes meanwhile waits."""
    if not seen:
        return iter(())
    return every(picture, reader, msgspec.structs.replace(query, kinds=seen))


def _made(
    document: Document,
    pages: Iterator[list[Row]],
    manifest: dict[str, Any],
    credits: Mapping[str, str],  # noqa: A002
) -> Iterator[bytes]:
    digest = hashlib.sha256()
    count = without_point = left_out = 0
    markings: set[tuple[str, str, str]] = set()
    sources: set[str] = set()

    def hashed(piece: bytes) -> bytes:
        digest.update(piece)
        return b"" if document.packed else piece

    yield hashed(document.head())
    for page in pages:
        flats = [flat(row) for row in page if row.may_leave]
        left_out += len(page) - len(flats)
        for one in flats:
            count += 1
            without_point += "latitude" not in one
            markings.add((one["compartment"], one["classification"], one["tlp"]))
            if "source" in one:
                sources.add(one["source"])
        yield hashed(document.body(flats))
    yield hashed(document.foot())
    manifest["marking"] = str(highest(markings, manifest["realm"]))
    manifest["sources"] = sorted(sources)
    manifest["attribution"] = sorted({credits[name] for name in sources if name in credits})
    manifest["count"] = count
    manifest["left_out"] = left_out
    manifest["without_point"] = without_point
    manifest["sha256"] = digest.hexdigest()
    yield document.manifest(manifest)


def _ahead(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, some of them made at once."""
    made: list[bytes] = []
    size = 0
    for chunk in chunks:
        made.append(chunk)
        size += len(chunk)
        if size > READ_AHEAD:
            break

    def rest() -> Iterator[bytes]:
        yield from made
        made.clear()
        yield from chunks

    return (chunk for chunk in rest() if chunk)


def filename_of(ending: str, when: datetime, realm: str, node: str) -> str:
    """What a file is called: whose it is, when it was made; of what is not live, that, too."""
    words = [word for word in ("eirene", realm if realm != "live" else "", node) if word]
    return f"{'-'.join(dict.fromkeys(words))}-{when:%Y%m%dT%H%M%SZ}.{ending}"


def check_format(format: str, known: Iterable[str]) -> None:  # noqa: A002
    """Raises ``InvalidQuery`` for an export that is not among those."""
    if format not in known:
        raise InvalidQuery(
            f"There is no export as {format!r}.",
            field="format",
            remedy="Use one of: " + ", ".join(known) + ".",
        )


def fetched(
    query: Query,
    format: str,  # noqa: A002
    who: str,
    when: datetime,
    realm: str,
    node: str,
) -> dict[str, Any]:
    """What every manifest begins with: who fetched what, when, where."""
    return {
        "who": who,
        "when": iso(when),
        "node": node,
        "realm": realm,
        "format": format,
        "filter": told_filter(query),
    }


def told_filter(query: Query) -> dict[str, Any]:
    """What narrowed the query, by its own words."""
    told: dict[str, Any] = {}
    for name in msgspec.structs.fields(Query):
        value = getattr(query, name.name)
        if value != name.default and name.name not in ("limit", "cursor", "offset", "leaving"):
            told[name.name] = iso(value) if isinstance(value, datetime) else value
    return told
