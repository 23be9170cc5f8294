"""The ground of the exercise: height, sea, and where water runs.

One grid of ``STEP`` degrees. Heights are metres above the sea, made of noise on a
rounded island with a range of hills in its east; water runs from each cell to the one
over which the sea would first reach it, so that every river ends in the sea.
"""

from __future__ import annotations

import heapq
import math
from functools import cache

from chance import hills, noise

WEST, SOUTH, EAST, NORTH = -10.90, -1.80, -9.10, -0.45
"""Open sea of the equatorial Atlantic: the nearest land is some 600 km away."""
STEP = 0.005
COLUMNS = round((EAST - WEST) / STEP)
ROWS = round((NORTH - SOUTH) / STEP)
_NEIGHBOURS = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy]

Cell = tuple[int, int]
"""Column from the west, row from the south."""


def middle(cell: Cell) -> tuple[float, float]:
    """Longitude and latitude of the middle of a cell."""
    return WEST + (cell[0] + 0.5) * STEP, SOUTH + (cell[1] + 0.5) * STEP


def cell_at(lon: float, lat: float) -> Cell:
    """The cell that holds a point of the grid."""
    column = min(COLUMNS - 1, max(0, math.floor((lon - WEST) / STEP)))
    return column, min(ROWS - 1, max(0, math.floor((lat - SOUTH) / STEP)))


@cache
def around(cell: Cell) -> tuple[Cell, ...]:
    """The neighbours of a cell that are on the grid."""
    x, y = cell
    near = ((x + dx, y + dy) for dx, dy in _NEIGHBOURS)
    return tuple((a, b) for a, b in near if 0 <= a < COLUMNS and 0 <= b < ROWS)


def _valley(lon: float) -> float:
    """Latitude of the bottom of the great valley, which winds from the range to the west coast."""
    return -1.16 + 0.12 * math.sin((lon + 9.6) * 7.5) + 0.16 * (lon + 10.0)


def _crooked(seed: int, cell: Cell) -> float:
    """Metres by which a flat rises from cell to cell: no river crosses it in a straight line."""
    return 0.01 + 4.0 * noise(seed + 90, cell[0] * 0.61, cell[1] * 0.61)


class Terrain:
    """Heights and waters of one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.height = [
            [self._height_m(*middle((x, y))) for y in range(ROWS)] for x in range(COLUMNS)
        ]
        self.sea = self._reached_by_the_sea()
        self.below: dict[Cell, Cell] = {}
        """Where the water of a cell of land runs."""
        self.flow: dict[Cell, int] = {}
        """Cells whose water runs through a cell, itself with them."""
        self._let_run()

    def is_land(self, cell: Cell) -> bool:
        """Whether the middle of a cell stands above the sea."""
        return self.height[cell[0]][cell[1]] > 0

    def steepness(self, one: Cell, other: Cell) -> float:
        """Metres of height between two cells, without a sign."""
        return abs(self.height[one[0]][one[1]] - self.height[other[0]][other[1]])

    def _height_m(self, lon: float, lat: float) -> float:
        seed = self.seed
        if ((lon + 10.0) / 1.05) ** 2 + ((lat + 1.125) / 0.8) ** 2 > 1.3:
            return -200.0
        bend = 0.42 * (hills(seed + 40, lon * 3.1, lat * 3.1, 5) - 0.5)
        bow = 0.42 * (hills(seed + 50, lon * 3.1 + 7, lat * 3.1, 5) - 0.5)
        x, y = (lon + 10.0 + bend) / 0.80, (lat + 1.125 + bow) / 0.545
        island = 1.0 - (x * x + y * y)
        if island < -0.6:
            return -200.0
        inland = max(0.0, island)
        rough = hills(seed + 60, lon * 5, lat * 5, 6) - 0.5
        fine = hills(seed + 80, lon * 30, lat * 30, 2) - 0.5
        # The range runs from the north to the south-east; rivers leave it to the west.
        along = (lon + 9.58) + 0.28 * (lat + 1.1) + 0.16 * (noise(seed + 70, lat * 4, 0.5) - 0.5)
        range_m = 640.0 * math.exp(-((along / 0.15) ** 2)) * inland
        valley_m = 130.0 * math.exp(-(((lat - _valley(lon)) / 0.16) ** 2)) * min(1.0, inland * 3)
        plain_m = 260.0 * island + (300.0 * rough + 60.0 * fine) * min(1.0, 0.12 + inland)
        return plain_m + range_m * (1 + rough) - valley_m * min(1.0, max(0.0, (-9.3 - lon) / 0.3))

    def _reached_by_the_sea(self) -> set[Cell]:
        """The sea itself; a hollow below it that it does not reach is marsh."""
        reached: set[Cell] = {(0, 0)}
        waiting: list[Cell] = [(0, 0)]
        while waiting:
            for near in around(waiting.pop()):
                if near not in reached and not self.is_land(near):
                    reached.add(near)
                    waiting.append(near)
        return reached

    def _let_run(self) -> None:
        """From the sea upwards, lowest first: who floods a cell is where its water goes."""
        queue: list[tuple[float, int, Cell]] = []
        done: set[Cell] = set()
        order: list[Cell] = []
        for x in range(COLUMNS):
            for y in range(ROWS):
                if not self.is_land((x, y)):
                    done.add((x, y))
                    queue.append((self.height[x][y], len(queue), (x, y)))
        heapq.heapify(queue)
        count = len(queue)
        while queue:
            level, _, cell = heapq.heappop(queue)
            if self.is_land(cell):
                order.append(cell)
            for near in around(cell):
                if near in done:
                    continue
                done.add(near)
                self.below[near] = cell
                count += 1
                up = max(level + _crooked(self.seed, near), self.height[near[0]][near[1]])
                heapq.heappush(queue, (up, count, near))
        self.flow = dict.fromkeys(order, 1)
        for cell in reversed(order):
            if (down := self.below[cell]) in self.flow:
                self.flow[down] += self.flow[cell]
