"""What one tile is: an image, or vector layers; decided by its bytes, never by what is said of it."""

from __future__ import annotations

import gzip
import io
import zlib

from eirene.maps.faults import NoMap

LARGEST = 4 << 20
"""Bytes of one tile, unpacked."""
VECTOR = "mvt"
_GZIP = b"\x1f\x8b"
_IMAGES = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"))
_LAYER, _NAME = 3, 1
_MOST_LAYERS = 64


def sort_of(tile: bytes) -> str:
    """``png``, ``jpeg``, ``webp`` or ``mvt``; raises ``NoMap``."""
    for begins, sort in _IMAGES:
        if tile.startswith(begins):
            return sort
    if tile[:4] == b"RIFF" and tile[8:12] == b"WEBP":
        return "webp"
    layers_of(tile)  # raises where it is none
    return VECTOR


def unpacked(tile: bytes) -> bytes:
    """A vector tile without gzip, never more than ``LARGEST`` of it; raises ``NoMap``."""
    if not tile.startswith(_GZIP):
        return tile
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(tile)) as stream:
            plain = stream.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error):
        raise NoMap("one of its tiles is damaged") from None
    if len(plain) > LARGEST:
        raise NoMap(f"one of its tiles has more than {LARGEST >> 20} MiB")
    return plain


def layers_of(tile: bytes) -> tuple[str, ...]:
    """Names of the layers of a vector tile; raises ``NoMap`` where it is none."""
    names: list[str] = []
    for number, value in _fields(unpacked(tile)):
        if number == _LAYER and isinstance(value, bytes):
            names += [
                found.decode("utf-8", "replace")
                for inner, found in _fields(value)
                if inner == _NAME and isinstance(found, bytes)
            ][:1]
        if len(names) > _MOST_LAYERS:
            raise NoMap(f"one of its tiles has more than {_MOST_LAYERS} layers")
    return tuple(names)


def _fields(raw: bytes) -> list[tuple[int, int | bytes]]:
    """Number and value of each field of a message (protocol buffers)."""
    found: list[tuple[int, int | bytes]] = []
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(raw, at)
            found.append((number, value))
            continue
        if wire == 2:
            size, at = _varint(raw, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise NoMap("one of its tiles is neither an image nor a vector tile")
        if not number or at + size > len(raw):
            raise NoMap("one of its tiles is neither an image nor a vector tile")
        found.append((number, raw[at : at + size]))
        at += size
    return found


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(raw) or shift > 63:
            raise NoMap("one of its tiles is neither an image nor a vector tile")
        byte = raw[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if not byte & 0x80:
            return value, at
        shift += 7
