"""Roads: trunk roads between towns and to the border, roads to the seats, tracks to villages.

A road takes the way that costs least: flat ground, few rivers, and roads that are
there already. Where it crosses water there is a bridge, a ford or a ferry.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import shapely
from chance import noise
from places import Settlement
from shapely import LineString
from shapes import RIVER, STREAM, Point, Stem, apart_deg, line_of_river, smooth, steps_from
from terrain import Cell, Terrain, cell_at, middle

CLASSES = ("trunk", "road", "track")
"""Gravel all year; earth, bad in the rains; for strong vehicles in dry weather."""
_KMH = {"trunk": 55, "road": 35, "track": 18}
KM_PER_DEG = 111.2
Edge = tuple[Cell, Cell]


@dataclass
class Section:
    """A piece of road between two junctions or settlements."""

    ref: str
    name: str
    grade: str
    line: LineString
    state: str = "open"

    @property
    def km(self) -> float:
        """Length in kilometres."""
        return round(self.line.length * KM_PER_DEG, 1)

    @property
    def minutes(self) -> int:
        """Minutes by vehicle in dry weather."""
        return round(self.km / _KMH[self.grade] * 60)


@dataclass
class Crossing:
    """Where a road crosses a river."""

    at: Point
    means: str
    """``bridge``, ``ford`` or ``ferry``."""
    section: Section
    river: int
    """Number of the river in the list of stems."""


class Roads:
    """The network while it grows; then its sections and crossings."""

    def __init__(self, terrain: Terrain) -> None:
        self._terrain = terrain
        self._grade: dict[Edge, str] = {}
        self._cells: set[Cell] = set()
        self._going: dict[Cell, float] = {}

    def join(self, start: Cell, goals: set[Cell], grade: str) -> None:
        """Build the cheapest way from a cell to one of the goals."""
        path = self._way(start, goals)
        for edge in pairwise(path):
            key = (min(edge), max(edge))
            held = self._grade.get(key)
            if held is None or CLASSES.index(grade) < CLASSES.index(held):
                self._grade[key] = grade
        self._cells.update(path)

    def join_network(self, start: Cell, grade: str) -> None:
        """Build the cheapest way to the nearest road."""
        if start not in self._cells:
            self.join(start, self._cells, grade)

    def _way(self, start: Cell, goals: set[Cell]) -> list[Cell]:
        cost: dict[Cell, float] = {start: 0.0}
        came: dict[Cell, Cell] = {}
        queue: list[tuple[float, Cell]] = [(0.0, start)]
        while queue:
            spent, cell = heapq.heappop(queue)
            if cell in goals:
                path = [cell]
                while path[-1] != start:
                    path.append(came[path[-1]])
                return path[::-1]
            if spent > cost[cell]:
                continue
            for near, step in steps_from(cell):
                if not self._terrain.is_land(near):
                    continue
                total = spent + step * self._hardness(cell, near)
                if total < cost.get(near, float("inf")):
                    cost[near], came[near] = total, cell
                    heapq.heappush(queue, (total, near))
        raise LookupError(f"no way from {start}")

    def _hardness(self, cell: Cell, near: Cell) -> float:
        if (min(cell, near), max(cell, near)) in self._grade:
            return 0.3
        if near not in self._going:
            flow = self._terrain.flow[near]
            water = 7.0 if flow >= RIVER else 2.5 if flow >= STREAM else 0.0
            rough = noise(self._terrain.seed + 120, near[0] * 0.31, near[1] * 0.31)
            self._going[near] = 0.5 + 1.6 * rough + water
        return self._going[near] + self._terrain.steepness(cell, near) / 16.0

    # -- sections

    def sections(self, settlements: list[Settlement]) -> list[Section]:
        """The network cut at junctions, ends, settlements and changes of class."""
        meeting: dict[Cell, list[Edge]] = defaultdict(list)
        for edge in sorted(self._grade):
            meeting[edge[0]].append(edge)
            meeting[edge[1]].append(edge)
        homes = {one.cell: one for one in settlements}
        nodes = {
            cell
            for cell, edges in meeting.items()
            if len(edges) != 2 or cell in homes or len({self._grade[e] for e in edges}) > 1
        }
        left = dict.fromkeys(self._grade)
        found: list[Section] = []
        for node in sorted(nodes):
            for edge in meeting[node]:
                if edge in left:
                    cells = _followed(edge, node, meeting, nodes, left)
                    found.append(self._section(cells, homes, settlements))
        _number(found)
        return found

    def _section(
        self, cells: list[Cell], homes: dict[Cell, Settlement], settlements: list[Settlement]
    ) -> Section:
        points = [middle(cell) for cell in cells]
        for end in (0, -1):
            if cells[end] in homes:
                points[end] = homes[cells[end]].at
        ends = [_named(points[end], settlements) for end in (0, -1)]
        name = f"{ends[0]} to {ends[1]}" if ends[0] != ends[1] else f"at {ends[0]}"
        grade = self._grade[(min(cells[:2]), max(cells[:2]))]
        return Section("", name, grade, LineString(smooth(points, 2)))


def _followed(
    edge: Edge,
    start: Cell,
    meeting: dict[Cell, list[Edge]],
    nodes: set[Cell],
    left: dict[Edge, None],
) -> list[Cell]:
    cells = [start]
    while True:
        del left[edge]
        cells.append(edge[1] if edge[0] == cells[-1] else edge[0])
        if cells[-1] in nodes:
            return cells
        edge = next(one for one in meeting[cells[-1]] if one in left)


def _named(point: Point, settlements: list[Settlement]) -> str:
    near = min(settlements, key=lambda one: (apart_deg(point, one.at), one.name))
    return near.name if apart_deg(point, near.at) < 0.006 else f"{near.name} junction"


def _number(sections: list[Section]) -> None:
    """R for trunk, D for other roads, T for tracks, counted from the north-west."""
    letter = {"trunk": "R", "road": "D", "track": "T"}
    counts: dict[str, int] = dict.fromkeys(CLASSES, 0)
    for one in sections:
        counts[one.grade] += 1
        one.ref = f"{letter[one.grade]}{counts[one.grade]}"


def built(terrain: Terrain, settlements: list[Settlement], border: Point, seats: set[int]) -> Roads:
    """Trunk roads first, then roads to the seats of districts, then tracks to everybody."""
    roads = Roads(terrain)
    capital, town, *villages = settlements
    roads.join(town.cell, {capital.cell}, "trunk")
    roads.join(cell_at(*border), {town.cell}, "trunk")
    north = max(villages, key=lambda one: one.at[1] - 0.4 * abs(one.at[0] + 10.2))
    south = min(villages, key=lambda one: one.at[1] + 0.4 * abs(one.at[0] + 9.75))
    roads.join(north.cell, {capital.cell, town.cell}, "trunk")
    roads.join(south.cell, {capital.cell, town.cell}, "trunk")
    for number in sorted(seats):
        roads.join_network(settlements[number].cell, "road")
    far = sorted(villages, key=lambda one: (-one.people, one.name))
    for one in far:
        roads.join_network(one.cell, "road" if one.people > 1_900 else "track")
    return roads


def crossings_of(terrain: Terrain, sections: list[Section], rivers: list[Stem]) -> list[Crossing]:
    """Each place where a section crosses a river, once."""
    found: list[Crossing] = []
    lines = [line_of_river(terrain, stem) for stem in rivers]
    for section in sections:
        for number, line in enumerate(lines):
            cut = shapely.intersection(section.line, line)
            for x, y in shapely.get_coordinates(cut).tolist():
                at = (float(x), float(y))
                if all(apart_deg(at, one.at) > 0.012 for one in found):
                    found.append(Crossing(at, _means(section, rivers[number]), section, number))
    return found


def _means(section: Section, stem: Stem) -> str:
    if section.grade == "track":
        return "ferry" if stem.size == "great" else "ford"
    return "bridge"
