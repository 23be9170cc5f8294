"""Administrative areas of three levels, and the country beyond the border.

Areas grow from seeds over the ground, slowly up slopes and across rivers, so that
borders tend to follow ridges and water. The smallest make up the larger ones.
"""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

import heapq
from collections import defaultdict

import shapely
from chance import Chance
from shapely import LineString, MultiPolygon
from shapes import (
    GRID,
    RIVER,
    STREAM,
    Point,
    apart_deg,
    borders_of,
    faces_of,
    label_in,
    steps_from,
)
from terrain import COLUMNS, ROWS, Cell, Terrain, cell_at, middle

BEYOND = -1
"""The label of the neighbouring country."""
REGIONS, DISTRICTS = 4, 11
_APART = 0.140
_BORDER_LON, _LEAN = -9.56, 0.25


def is_beyond(point: Point) -> bool:
    """Whether a seed lies east of the range, in the other country."""
    return point[0] > _BORDER_LON - _LEAN * (point[1] + 1.1)


class Areas:
    """Communes by number, each with its district and region."""

    def __init__(self, terrain: Terrain, land: MultiPolygon) -> None:
        self._terrain = terrain
        self._land = land
        seeds = self._seeds()
        self.seeds = [seed for seed in seeds if not is_beyond(seed)]
        beyond = [seed for seed in seeds if is_beyond(seed)]
        self.labels = self._grown(self.seeds, beyond)
        self.district_of = _grouped(self.seeds, DISTRICTS)
        centres = _centres(self.seeds, self.district_of, DISTRICTS)
        of = _grouped(centres, REGIONS)
        self.region_of = [of[district] for district in self.district_of]
        self.lines = borders_of(self.labels)
        self.shapes = self._shapes()

    def _seeds(self) -> list[Point]:
        """Points on land, none too near another."""
        chance = Chance(self._terrain.seed, 200)
        cells = [cell for cell in self._terrain.flow if _is_inner(self._terrain, cell)]
        kept: list[Point] = []
        for cell in chance.in_any_order(cells[::7]):
            point = middle(cell)
            if all(apart_deg(point, other) > _APART for other in kept):
                kept.append(point)
        return sorted(kept, key=lambda p: (-round(p[1] / 0.2), p[0]))

    def _grown(self, own: list[Point], beyond: list[Point]) -> dict[Cell, int]:
        """The label of every cell, the sea with it: the seed that reaches it first."""
        best: dict[Cell, int] = {}
        queue: list[tuple[float, int, int, Cell]] = []
        for number, seed in enumerate([*own, *beyond]):
            label = number if number < len(own) else BEYOND
            queue.append((0.0, number, label, cell_at(*seed)))
        heapq.heapify(queue)
        count = len(queue)
        while queue:
            cost, _, label, cell = heapq.heappop(queue)
            if cell in best:
                continue
            best[cell] = label
            for near, step in steps_from(cell):
                if near not in best:
                    count += 1
                    more = step * self._hardness(cell, near)
                    heapq.heappush(queue, (cost + more, count, label, near))
        return best

    def _hardness(self, cell: Cell, near: Cell) -> float:
        terrain = self._terrain
        if not terrain.is_land(near):
            return 2.5
        flow = terrain.flow[near]
        water = 9.0 if flow >= RIVER else 4.0 if flow >= STREAM else 0.0
        return 1.0 + terrain.steepness(cell, near) / 14.0 + water

    def _shapes(self) -> dict[int, MultiPolygon]:
        """The area of each label on land, all borders shared."""
        parts: dict[int, list[shapely.Geometry]] = defaultdict(list)
        land = shapely.set_precision(self._land, GRID)
        for face in faces_of(line for _, line in self.lines):
            label = label_in(face, self.labels)
            cut = shapely.intersection(shapely.set_precision(face, GRID), land, grid_size=GRID)
            parts[label] += [p for p in shapely.get_parts(cut) if p.geom_type == "Polygon"]
        return {
            label: MultiPolygon(list(shapely.get_parts(shapely.union_all(parts[label]))))
            for label in sorted(parts)
        }

    def borders(self) -> list[tuple[int, LineString]]:
        """Lines on land with the highest level that they divide: 0 is the state border."""
        found: list[tuple[int, LineString]] = []
        for (one, other), line in self.lines:
            cut = shapely.intersection(LineString(line), self._land)
            level = self._level(one, other)
            found += [
                (level, part)
                for part in shapely.get_parts(cut)
                if isinstance(part, LineString) and part.length > GRID * 10
            ]
        return found

    def _level(self, one: int, other: int) -> int:
        if BEYOND in (one, other):
            return 0
        if self.region_of[one] != self.region_of[other]:
            return 1
        return 2 if self.district_of[one] != self.district_of[other] else 3


def _is_inner(terrain: Terrain, cell: Cell) -> bool:
    """Whether a cell is some way from the sea."""
    x, y = cell
    far = [(x + dx, y + dy) for dx in (-7, 0, 7) for dy in (-7, 0, 7)]
    return all(0 <= a < COLUMNS and 0 <= b < ROWS and terrain.is_land((a, b)) for a, b in far)


def _grouped(points: list[Point], into: int) -> list[int]:
    """A group for each point: far seeds first, then drawn to the middle (k-means)."""
    centres = [points[0]]
    while len(centres) < into:
        centres.append(max(points, key=lambda p: min(apart_deg(p, c) for c in centres)))
    groups: list[int] = []
    for _ in range(6):
        groups = [
            min(range(into), key=lambda g, p=point: apart_deg(p, centres[g])) for point in points
        ]
        centres = _centres(points, groups, into)
    order = sorted(range(into), key=lambda g: (-round(centres[g][1] / 0.25), centres[g][0]))
    return [order.index(group) for group in groups]


def _centres(points: list[Point], groups: list[int], into: int) -> list[Point]:
    found: list[Point] = []
    for group in range(into):
        own = [point for point, of in zip(points, groups, strict=True) if of == group]
        found.append((sum(p[0] for p in own) / len(own), sum(p[1] for p in own) / len(own)))
    return found
