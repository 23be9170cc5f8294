"""Which rows of a file came before: 16 bytes each, in one flat table.

A dictionary of a million rows would take 200 MB; this takes 32 at most.
"""

from __future__ import annotations

from array import array

_FIRST_BITS = 10


class Seen:
    """Remembers entities, and of each 8 bytes of what was said of it."""

    def __init__(self) -> None:
        self._size(_FIRST_BITS)

    def __contains__(self, entity: bytes) -> bool:
        return self._keys[self._at(_key(entity))] != 0

    def note(self, entity: bytes, content: bytes) -> bool | None:
        """None of an entity that is new; else whether the same was said of it."""
        key, value = _key(entity), int.from_bytes(content[:8])
        at = self._at(key)
        if self._keys[at]:
            return self._values[at] == value
        self._keys[at], self._values[at] = key, value
        self._count += 1
        if self._count * 10 > len(self._keys) * 7:
            self._grow()
        return None

    def keys(self) -> bytes:
        """All that is remembered of entities; ``take`` reads it on the same machine."""
        return self._keys.tobytes()

    def take(self, keys: bytes) -> None:
        """Remember these and nothing else; what was said of each is not known."""
        self._size((len(keys) >> 3).bit_length() - 1)
        self._keys = array("Q", keys)
        self._count = sum(map(bool, self._keys))

    def _at(self, key: int) -> int:
        """The place of a key, or the free one where it belongs."""
        keys, at = self._keys, key >> self._shift
        while (found := keys[at]) and found != key:
            at = (at + 1) & self._mask
        return at

    def _size(self, bits: int) -> None:
        self._bits, self._shift, self._mask = bits, 64 - bits, (1 << bits) - 1
        self._keys = array("Q", bytes(8 << bits))
        self._values = array("Q", bytes(8 << bits))
        self._count = 0

    def _grow(self) -> None:
        keys, values = self._keys, self._values
        count = self._count
        self._size(self._bits + 1)
        self._count = count
        for key, value in zip(keys, values, strict=True):
            if key:
                at = self._at(key)
                self._keys[at], self._values[at] = key, value


def _key(entity: bytes) -> int:
    """64 bits of a hash; never 0, which marks a free place."""
    return int.from_bytes(entity[:8]) or 1
