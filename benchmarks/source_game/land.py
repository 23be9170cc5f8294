"""The district's areas and figures, as the node's own land asks for them (``desks.land``).

Areas are squares: one of level 1 around all, four of level 2, sixteen of level 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from benchmarks.source_game.district import KM, SIDE_KM, SOUTH, WEST, District
from eirene.desks.land import Land
from eirene.places import Place

_PARTS = {0: 1, 1: 1, 2: 2, 3: 4}
"""Into how many strips a level cuts the district, each way."""


class Settled(msgspec.Struct, frozen=True):
    """A village, as public lists have it."""

    place: Place
    people: int | None


class Squares:
    """``desks.land.Areas`` of the district."""

    def at(self, lon: float, lat: float, level: int | None = None) -> str | None:
        """P-code of the square around a point."""
        parts = _PARTS.get(3 if level is None else level)
        if parts is None:
            return None
        east = (lon - WEST) * math.cos(math.radians(SOUTH)) / KM / SIDE_KM
        north = (lat - SOUTH) / KM / SIDE_KM
        if not (0 <= east < 1 and 0 <= north < 1):
            return None
        return _code(3 if level is None else level, int(east * parts), int(north * parts))

    def stands_for(self, code: str, level: int) -> tuple[float, float, float] | None:
        """Middle of a square, and a radius that holds it."""
        found = self.holding(code, level)
        if found is None:
            return None
        column, row = _cell(found)
        step = SIDE_KM / _PARTS[level]
        lon = WEST + (column + 0.5) * step * KM / math.cos(math.radians(SOUTH))
        return lon, SOUTH + (row + 0.5) * step * KM, step * 1000 * 0.75

    def level_of(self, code: str) -> int | None:
        """Level of a P-code."""
        return len(code) - 3 if code[:2] == "XD" else None

    def holding(self, code: str, level: int) -> str | None:
        """The square of a level that holds another."""
        own = self.level_of(code)
        if own is None or own < level:
            return None
        column, row = _cell(code)
        ratio = _PARTS[own] // _PARTS[level]
        return _code(level, column // ratio, row // ratio)


def _code(level: int, column: int, row: int) -> str:
    """``XD`` and one sign, and one more for each level: the last says which square."""
    return "XD" + "0" * level + chr(ord("A") + row * _PARTS[level] + column)


def _cell(code: str) -> tuple[int, int]:
    row, column = divmod(ord(code[-1]) - ord("A"), _PARTS[len(code) - 3])
    return column, row


class Mission:
    """``desks.land.Mission`` of the district."""

    settled_all = True

    def __init__(self, district: District) -> None:
        self.areas = Squares()
        self._settled = [
            Settled(Place(lon=one.lon, lat=one.lat), one.people) for one in district.villages
        ]

    def settled(self) -> Sequence[Settled]:
        """All villages with their people."""
        return self._settled

    def road_near(self, lon: float, lat: float, /) -> tuple[str, str, float, float, float] | None:
        """No rule of the game gives a section of a road."""
        return None

    def find(self, text: str, /) -> list[Place]:
        """No names: nothing in the game is looked up by one."""
        return []


def land_of(district: District) -> Land:
    """The node's own land over the district."""
    return Land(Mission(district))
