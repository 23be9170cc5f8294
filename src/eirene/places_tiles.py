"""Tiles of the web's grid: which one a point lies in, and where in it.

Invariants
  * Tiles of one zoom cover the square world of the Web Mercator plane (EPSG:3857) without
    gap or overlap: a point lies in exactly one of them, and in that one's parent.
  * What lies nearer to a pole than ``MOST_LATITUDE`` is on no tile: that plane has no poles.
  * 180 degrees east is the edge of the last column, 180 degrees west that of the first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

FINEST = 22
"""Zoom of the smallest tiles: a few metres wide."""
SPOT_ZOOM = 14
"""Zoom of the cells by which reports are looked up: 2.4 km wide at the equator."""
MOST_LATITUDE = math.degrees(math.atan(math.sinh(math.pi)))
AROUND_M = 40_075_016.686
"""Metres around the equator of WGS 84."""
_SPOTS = 1 << SPOT_ZOOM
_SPREAD = tuple(sum((n >> bit & 1) << 2 * bit for bit in range(7)) for n in range(128))


class Tile(NamedTuple):
    """One tile: zoom, column from the west, row from the north."""

    z: int
    x: int
    y: int

    @property
    def width_m(self) -> float:
        """Metres from side to side at the equator, where it is widest."""
        return AROUND_M / (1 << self.z)

    @property
    def farthest(self) -> float:
        """Degrees from the equator of the edge that lies nearer to a pole."""
        side = 1 << self.z
        edges = (1 - 2 * part / side for part in (self.y, self.y + 1))
        return max(abs(math.degrees(math.atan(math.sinh(math.pi * edge)))) for edge in edges)

    def parent(self, zoom: int) -> Tile:
        """The tile of a zoom, not finer, that holds this one."""
        return Tile(zoom, self.x >> self.z - zoom, self.y >> self.z - zoom)

    def around(self) -> Iterator[Tile]:
        """This one and those beside it, each once; east of the last column is the first."""
        side = 1 << self.z
        columns = dict.fromkeys((self.x + step) % side for step in (0, -1, 1))
        rows = [row for row in (self.y - 1, self.y, self.y + 1) if 0 <= row < side]
        return (Tile(self.z, x, y) for x in columns for y in rows)

    def spots(self) -> tuple[int, int]:
        """First and last of the numbers, as ``spot_of`` gives them, that lie in it or hold it."""
        if self.z >= SPOT_ZOOM:
            at = self.parent(SPOT_ZOOM)
            return (number := _number(at.x, at.y)), number
        deeper = SPOT_ZOOM - self.z
        low = _number(self.x, self.y) << 2 * deeper
        return low, low + (1 << 2 * deeper) - 1


def world_of(lon: float, lat: float) -> tuple[float, float] | None:
    """A point, in degrees, on the plane: 0 to 1 from the west and from the north."""
    if not abs(lat) <= MOST_LATITUDE:
        return None
    sine = math.sin(math.radians(lat))
    return lon / 360 + 0.5, 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def tile_at(x: float, y: float, zoom: int) -> Tile:
    """The tile of a zoom that holds a point of the plane."""
    side = 1 << zoom
    return Tile(zoom, *(min(side - 1, max(0, math.floor(part * side))) for part in (x, y)))


def spot_of(lon: float, lat: float) -> int | None:
    """Number of the cell of ``SPOT_ZOOM`` with the point; those of one tile stand in a row."""
    at = world_of(lon, lat)
    if at is None:
        return None
    x, y = int(at[0] * _SPOTS), int(at[1] * _SPOTS)
    # the last column holds its edge, and arithmetic may put the northern edge a hair outside
    return _number(x if x < _SPOTS else _SPOTS - 1, y if y < _SPOTS else _SPOTS - 1)


def cell_of_number(number: int) -> tuple[int, int]:
    """Column and row of a cell by its number, as ``spot_of`` gives them, or of one that holds it."""
    return _every_second(number), _every_second(number >> 1)


def _every_second(bits: int) -> int:
    bits &= 0x5555_5555
    for step, mask in ((1, 0x3333_3333), (2, 0x0F0F_0F0F), (4, 0x00FF_00FF), (8, 0x0000_FFFF)):
        bits = (bits | bits >> step) & mask
    return bits


def _number(x: int, y: int) -> int:
    """Column and row, bit by bit in turn: the order in which a tile's quarters follow it."""
    east = _SPREAD[x & 127] | _SPREAD[x >> 7] << 14
    south = _SPREAD[y & 127] | _SPREAD[y >> 7] << 14
    return east | south << 1
