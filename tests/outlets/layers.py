"""Bytes of an answer, as whoever takes them apart would read them.

Compression, archives, databases, MessagePack and the escapes of JSON, XML, addresses and
base64 come off; what is left is text, in which marks can be looked for.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import json
import math
import re
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import unquote_plus

import mapbox_vector_tile
import msgspec

_DEEPEST = 4
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_SURE_TEXT = re.compile(rb"[\t\n\r\x20-\x7e]{8}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_UPPER, _LOWER = re.compile("[A-Z]"), re.compile("[a-z]")
_WINDOWS = 128
_DATABASE = b"SQLite format 3\x00"
_POINT = struct.Struct("<4x4xBI2d")
"""Of a GeoPackage, without its header: byte order, 1 for a point, longitude, latitude."""
_WIDE = re.compile(rb"(?:[\x20-\x7e]\x00){8,}")


def texts_of(raw: bytes, *, depth: int = 0) -> Iterator[str]:
    """The text in these bytes, in every form in which it can be read out of them."""
    if not raw:
        return
    if raw.startswith(_DATABASE):
        for inner in _tables(raw):  # its pages without their order are no text
            yield from texts_of(inner, depth=depth + 1)
        return
    text = _bare(raw.decode("utf-8", "replace"))
    yield text
    for wide in _WIDE.findall(raw):
        yield wide.decode("utf-16-le")
    if depth == _DEEPEST:
        return
    for inner in _inside(raw):
        yield from texts_of(inner, depth=depth + 1)
    kept = [inner for found in set(_BASE64.findall(text)) for inner in _from_base64(found)]
    if kept:
        # ids are told in hexadecimal, so that they are found among the texts
        yield " ".join(window.hex() for inner in kept for window in _windows(inner))
        for inner in kept:
            if _SURE_TEXT.search(inner):
                yield from texts_of(inner, depth=depth + 1)


def _bare(text: str) -> str:
    """Without the escapes of JSON, of addresses and of XML."""
    if "\\" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).replace("\\/", "/")
    if "%" in text:
        text = unquote_plus(text)
    return html.unescape(text) if "&" in text else text


def _inside(raw: bytes) -> Iterator[bytes]:
    """What is wrapped in these bytes: archives, compressed pieces, frames."""
    if raw[:2] == b"\x1f\x8b":
        yield from _tried(gzip.decompress, raw)
    elif raw[:1] == b"\x78":
        yield from _tried(zlib.decompress, raw)
    elif raw[:4] == b"PK\x03\x04":
        yield from _members(raw)
    elif raw[0] & 0x80:
        yield from _frame(raw)


def _tried(unpack: Any, raw: bytes) -> Iterator[bytes]:
    try:
        yield unpack(raw)
    except (OSError, EOFError, zlib.error):
        return


def _tables(raw: bytes) -> Iterator[bytes]:
    """Every row of every table of a database as JSON, its points as two numbers, and its schema.

    One that was written to and deleted from, or cannot be opened, is given as it is, too.
    """
    with closing(sqlite3.connect(":memory:")) as file:
        try:
            file.deserialize(raw)
            listed = file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            for name, sql in listed.fetchall():
                yield str(sql).encode()
                rows = file.execute(f'SELECT * FROM "{name}"')
                yield "\n".join(_line(row) for row in rows).encode()
            whole = file.execute("PRAGMA freelist_count").fetchone() == (0,)
        except sqlite3.DatabaseError:
            whole = False
    if not whole:
        yield raw[len(_DATABASE) :]


def _line(row: tuple[Any, ...]) -> str:
    return json.dumps([_plain(cell) for cell in row], ensure_ascii=False)


def _plain(cell: Any) -> Any:
    if not isinstance(cell, bytes):
        return cell
    if cell[:2] == b"GP" and len(cell) == _POINT.size:
        return _POINT.unpack(cell)[2:]
    return base64.b64encode(cell).decode()


_TILE = re.compile(r"/tiles/[^/]+/(\d+)/(\d+)/(\d+)\.mvt")


def told_by_tile(path: str, raw: bytes) -> bytes:
    """What a vector tile says, with its places in degrees as its address gives them; "" of others.

    Of an area it is the middle of its corners, where the tile holds all of it: the corners of a
    cell that somebody may see lie where they like.
    """
    address = _TILE.fullmatch(path)
    if address is None or not raw or raw[:1] == b"{":
        return b""
    z, x, y = map(int, address.groups())
    pieces: list[str] = []
    for name, layer in mapbox_vector_tile.decode(
        raw, default_options={"y_coord_down": True}
    ).items():
        extent = layer["extent"]
        for one in layer["features"]:
            corners = list(dict.fromkeys(_corners(one["geometry"]["coordinates"])))
            inside = all(0 <= part <= extent for corner in corners for part in corner)
            if inside:
                across, down = (sum(part) / len(corners) for part in zip(*corners, strict=True))
                lon = (x + across / extent) / (1 << z) * 360 - 180
                turn = math.pi * (1 - 2 * (y + down / extent) / (1 << z))
                # so many decimals that a single one of them is nobody's, but both together are
                pieces.append(f"{math.degrees(math.atan(math.sinh(turn))):.3f}, {lon:.3f}")
            pieces.append(json.dumps({"layer": name} | one["properties"], ensure_ascii=False))
    return "},{".join(pieces).encode()


def _corners(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
        return
    for part in coordinates:
        yield from _corners(part)


def _members(raw: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for member in archive.infolist():
                yield member.filename.encode()
                yield archive.read(member)
    except zipfile.BadZipFile:
        return


def _frame(raw: bytes) -> Iterator[bytes]:
    """A MessagePack value as JSON: bytes in it become base64, which comes off after."""
    try:
        value = msgspec.msgpack.decode(raw)
        yield json.dumps(msgspec.to_builtins(value, str_keys=True), ensure_ascii=False).encode()
    except (msgspec.MsgspecError, UnicodeDecodeError, TypeError):
        return


def _from_base64(found: str) -> Iterator[bytes]:
    if not (_UPPER.search(found) and _LOWER.search(found)):
        return  # a word, a number, an id in hexadecimal
    bare = found.rstrip("=")
    try:
        padded = bare + "=" * (-len(bare) % 4)
        yield base64.b64decode(padded, altchars=b"-_" if "-" in bare or "_" in bare else None)
    except (binascii.Error, ValueError):
        return


def _windows(inner: bytes) -> Iterator[bytes]:
    """Every run of as many bytes as an id has."""
    for at in range(min(max(1, len(inner) - 15), _WINDOWS)):
        yield inner[at : at + 16]
