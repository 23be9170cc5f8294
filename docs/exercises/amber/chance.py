"""Chance that is the same on every machine and in every Python: seeded numbers and noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import TypeVar

_MASK = (1 << 64) - 1
_ONE = 1 << 53
T = TypeVar("T")


def mixed(*parts: int) -> int:
    """64 bits that follow from the parts and show no pattern (SplitMix64)."""
    state = 0x9E3779B97F4A7C15
    for part in parts:
        state = (state ^ (part & _MASK)) * 0xBF58476D1CE4E5B9 & _MASK
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB & _MASK
        state ^= state >> 31
    return state


class Chance:
    """A stream of numbers from a seed."""

    def __init__(self, *seed: int) -> None:
        self._seed = mixed(*seed)
        self._drawn = 0

    def unit(self) -> float:
        """At least 0, below 1."""
        self._drawn += 1
        return (mixed(self._seed, self._drawn) >> 11) / _ONE

    def between(self, low: float, high: float) -> float:
        """A number of that range."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """A whole number of that range, both ends with it."""
        return low + int(self.unit() * (high - low + 1))

    def one_of(self, items: Sequence[T]) -> T:
        """One of them."""
        return items[int(self.unit() * len(items))]

    def in_any_order(self, items: Sequence[T]) -> list[T]:
        """All of them, shuffled."""
        rest, found = list(items), list[T]()
        while rest:
            found.append(rest.pop(int(self.unit() * len(rest))))
        return found


@cache
def _corner(seed: int, x: int, y: int) -> float:
    return (mixed(seed, x, y) >> 11) / _ONE


def noise(seed: int, x: float, y: float) -> float:
    """Smooth noise between 0 and 1, with hills about one unit apart."""
    left, top = math.floor(x), math.floor(y)
    fx, fy = x - left, y - top
    sx, sy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    a, b = _corner(seed, left, top), _corner(seed, left + 1, top)
    c, d = _corner(seed, left, top + 1), _corner(seed, left + 1, top + 1)
    return (a + (b - a) * sx) * (1 - sy) + (c + (d - c) * sx) * sy


def hills(seed: int, x: float, y: float, octaves: int) -> float:
    """Noise of several sizes between 0 and 1: each octave half as wide and half as high."""
    total = height = 0.0
    size, part = 1.0, 1.0
    for octave in range(octaves):
        total += part * noise(seed + octave, x * size, y * size)
        height += part
        size *= 2
        part *= 0.5
    return total / height
