"""The encoding of a shapefile's table: its note may lie, so the bytes are asked too.

A ``.dbf`` has no mark of its encoding; a ``.cpg`` beside it is a note that any
program may have written. Every text of the table is looked at: a note that
they contradict is named, and texts that nothing explains are asked about.
"""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import msgspec

from eirene.imports.archives import damaged
from eirene.imports.encodings import encoding_choices, in_two_encodings, text_encoding
from eirene.imports.faults import UnclearFile

_HEADER, _FIELD = 32, 32
_DELETED = b"*"
_BATCH = 500
_NOTES = {"65001": "utf-8", "88591": "iso8859-1", "ansi": "cp1252"}


class Encoded(msgspec.Struct, frozen=True):
    """The encoding of a table, and what is said of it."""

    encoding: str
    facts: tuple[str, ...]


def encoding_of_dbf(path: Path, table: Path, note: str, stated: str | None) -> Encoded:
    """The encoding of the texts of a table; raises ``UnclearFile``."""
    sample, valid, deleted = _looked_at(path, table)
    facts = (f"deleted records are not read: {deleted:,}",) if deleted else ()
    if stated is not None:
        return Encoded(_known(stated, path), (f"encoding {stated}: stated", *facts))
    if sample is None:
        return Encoded("utf-8", ("encoding: all texts are ASCII", *facts))
    name = _of_note(note)
    if name == "utf-8" or not note:
        if valid:
            return Encoded("utf-8", ("encoding utf-8: every text is valid", *facts))
        why = f"its .cpg says {note}, but its texts are not" if note else "it has no .cpg"
        raise _asked(path, why, sample)
    if name is None or valid:
        why = (
            f"its .cpg says {note[:20]}, but its texts are UTF-8" if valid else f".cpg: {note[:20]}"
        )
        raise _asked(path, why, sample)
    return Encoded(name, (f"encoding {name}: its .cpg says so", *facts))


def _of_note(note: str) -> str | None:
    told = note.lower().strip()
    bare = re.sub(r"[^a-z0-9]", "", told).removeprefix("ansi") or "ansi"
    for name in (_NOTES.get(bare, ""), told, bare, f"cp{bare}"):
        if name and (found := text_encoding(name)) is not None:
            return found
    return None


def _known(stated: str, path: Path) -> str:
    name = text_encoding(stated)
    if name is None:
        raise _asked(path, f"there is no encoding {stated[:40]!r}", b"")
    return name


def _asked(path: Path, why: str, sample: bytes) -> UnclearFile:
    shown, names = in_two_encodings(sample)
    return UnclearFile(
        f"The encoding of {path.name} is not clear: {why}. {shown}.",
        field="encoding",
        remedy=f"State the one that reads right in the mapping: [file] {names}.",
        choices=encoding_choices(sample),
    )


def _looked_at(path: Path, table: Path) -> tuple[bytes | None, bool, int]:
    """A text that is not ASCII (None), whether all are UTF-8, and the number of deleted records."""
    sample: bytes | None = None
    valid, deleted = True, 0
    for records, width, places in _records(path, table):
        whole = len(records) // width * width
        deleted += records[0:whole:width].count(_DELETED)
        if records.isascii():
            continue
        for start in range(0, whole, width):
            if records[start : start + width].isascii():
                continue
            for at, length in places:
                text = records[start + at : start + at + length].strip(b" \0")
                if text.isascii():
                    continue
                good = _is_utf_8(text)
                sample = text if sample is None or (valid and not good) else sample
                valid = valid and good
    return sample, valid, deleted


def _is_utf_8(text: bytes) -> bool:
    """Whether bytes are UTF-8, a last letter that the width of the field cut counted in."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(text)
    except UnicodeDecodeError:
        return False
    return True


def _records(path: Path, table: Path) -> Iterator[tuple[bytes, int, list[tuple[int, int]]]]:
    """Some records at a time, the width of one, and place and length of its texts."""
    with table.open("rb") as stream:
        header = stream.read(_HEADER)
        if len(header) < _HEADER:
            raise damaged(path, "its .dbf has no header")
        start, width = struct.unpack_from("<HH", header, 8)
        if width < 1 or start < _HEADER + 1:
            raise damaged(path, "its .dbf has no fields")
        described = stream.read(start - _HEADER)
        places: list[tuple[int, int]] = []
        at = 1
        for place in range(0, len(described) - _FIELD + 1, _FIELD):
            field = described[place : place + _FIELD]
            if field[:1] == b"\r":
                break
            if field[11:12] == b"C":
                places.append((at, field[16]))
            at += field[16]
        while records := stream.read(width * _BATCH):
            yield records, width, places
