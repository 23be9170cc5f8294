"""Looks for words in all bytes of a folder: as they are, and as formats would write them."""

from __future__ import annotations

import base64
import contextlib
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import zstandard

from eirene.errors import InvalidEntry
from eirene.reports.packing import unpacked

_ZSTD = b"\x28\xb5\x2f\xfd"
_GZIP = b"\x1f\x8b\x08"
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")


class Forms(NamedTuple):
    """How formats write a word."""

    exact: list[bytes]
    folded: list[bytes]
    """In small letters; looked for in small letters."""


def traces(folder: Path, words: Iterable[str]) -> list[str]:
    """``file: word`` for each word that stands in a file or its name, in whatever form."""
    sought = {word: _forms(word) for word in words}
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        read = str(path.relative_to(folder)).encode()
        if path.is_file():
            read += b"\n" + path.read_bytes()
        found += [f"{path.relative_to(folder)}: {word}" for word in within(read, sought)]
    return found


def within(read: bytes, sought: dict[str, Forms]) -> Iterator[str]:
    """Those words that stand in these bytes, or in what they hold compressed."""
    texts = [read, *_stretched(read)]
    small = [text.lower() for text in texts]
    for word, forms in sought.items():
        exactly = any(form in text for form in forms.exact for text in texts)
        if exactly or any(form in text for form in forms.folded for text in small):
            yield word


def _forms(word: str) -> Forms:
    plain = word.encode()
    exact = [plain[::-1], base64.b32encode(plain)[: len(plain) * 8 // 5 - 1]]
    for skipped in range(3):  # base64 of a text in which the word begins anywhere
        part = plain[skipped:]
        exact.append(base64.b64encode(part)[: len(part) * 8 // 6])
    # two letters stand in any sealed file of some kilobytes, by chance
    exact = [one for one in exact if len(one) >= min(4, len(plain))]
    spelt = [word.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
    spelt += [plain.hex().encode(), quote(word).encode(), word.replace("-", " ").encode()]
    return Forms(exact, sorted({one.lower() for one in spelt}))


def _stretched(read: bytes) -> Iterator[bytes]:
    """What frames of zstd (with our dictionary and without), gzip and zlib hold."""
    for at in _places(read, _ZSTD):
        frame = read[at : at + (1 << 20)]
        with contextlib.suppress(InvalidEntry, zstandard.ZstdError):
            yield unpacked(b"\1" + _one_frame(frame))
        with contextlib.suppress(zstandard.ZstdError):
            yield zstandard.ZstdDecompressor().decompressobj().decompress(frame)
    for at in _places(read, _GZIP):
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj(31).decompress(read[at : at + (1 << 20)])
    for found in _ZLIB.finditer(read):
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj().decompress(read[found.start() : found.start() + (1 << 20)])


def _one_frame(data: bytes) -> bytes:
    """The first frame alone: ``unpacked`` takes no byte more."""
    size = zstandard.frame_header_size(data)
    at, last = size, False
    while not last:
        head = int.from_bytes(data[at : at + 3], "little")
        last, kind, length = bool(head & 1), head >> 1 & 3, head >> 3
        at += 3 + (1 if kind == 1 else length)
        if at > len(data):
            raise zstandard.ZstdError("cut short")
    return data[:at]


def _places(read: bytes, mark: bytes) -> Iterator[int]:
    at = read.find(mark)
    while at >= 0:
        yield at
        at = read.find(mark, at + 1)
