"""Which rows of a file came before: 16 bytes each, in small flat tables.

A dictionary of a million rows would take 200 MB; this takes 34 at most. There are many small
tables, by the first bits of an entity, so that none is twice in memory when it grows by half.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator

_PART_BITS = 6
_FIRST_BITS = 4


class Seen:
    """Remembers entities, and of each 8 bytes of what was said of it."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []
        self._told = array("Q")
        """Those that another one remembers, in order."""

    def __contains__(self, entity: bytes) -> bool:
        key = _key(entity)
        at = bisect_left(self._told, key)
        if at < len(self._told) and self._told[at] == key:
            return True
        return bool(self._parts) and key in self._parts[key >> 64 - _PART_BITS]

    def note(self, entity: bytes, content: bytes) -> bool | None:
        """None of an entity that is new; else whether the same was said of it."""
        if not self._parts:
            self._parts = [_Part() for _ in range(1 << _PART_BITS)]
        key = _key(entity)
        return self._parts[key >> 64 - _PART_BITS].note(key, int.from_bytes(content[:8]))

    def pieces(self) -> Iterator[bytes]:
        """All that is remembered of entities, in pieces; ``take`` reads them on the same machine."""
        for part in self._parts:
            yield part.keys()

    def take(self, piece: bytes) -> None:
        """Remember these as well, the pieces of another one in order; what was said is not known."""
        self._told.frombytes(piece)


class _Part:
    """One table; keys are never 0, which marks a free place."""

    __slots__ = ("_count", "_keys", "_mask", "_shift", "_values")

    def __init__(self) -> None:
        self._size(_FIRST_BITS)
        self._count = 0

    def __contains__(self, key: int) -> bool:
        return self._keys[self._at(key)] != 0

    def note(self, key: int, value: int) -> bool | None:
        """As ``Seen.note``."""
        at = self._at(key)
        if self._keys[at]:
            return self._values[at] == value
        self._keys[at], self._values[at] = key, value
        self._count += 1
        if self._count * 10 > len(self._keys) * 7:
            self._grow()
        return None

    def keys(self) -> bytes:
        """All keys, in order."""
        return array("Q", sorted(filter(None, self._keys))).tobytes()

    def _at(self, key: int) -> int:
        """The place of a key, or the free one where it belongs."""
        keys, mask = self._keys, self._mask
        at = key >> self._shift & mask
        while (found := keys[at]) and found != key:
            at = (at + 1) & mask
        return at

    def _size(self, bits: int) -> None:
        self._shift, self._mask = 64 - _PART_BITS - bits, (1 << bits) - 1
        self._keys = array("Q", bytes(8 << bits))
        self._values = array("Q", bytes(8 << bits))

    def _grow(self) -> None:
        keys, values = self._keys, self._values
        self._size(len(keys).bit_length())
        for key, value in zip(keys, values, strict=True):
            if key:
                at = self._at(key)
                self._keys[at], self._values[at] = key, value


def _key(entity: bytes) -> int:
    """64 bits of a hash; never 0, which marks a free place."""
    return int.from_bytes(entity[:8]) or 1
