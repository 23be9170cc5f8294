"""From cells to lines and areas: coast, rivers, borders; smooth, and never crossing."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

import shapely
from chance import noise
from shapely import LineString, MultiPolygon, Polygon
from terrain import COLUMNS, ROWS, SOUTH, STEP, WEST, Cell, Terrain, around, cell_at, middle

Point = tuple[float, float]
GRID = 1e-5
"""Degrees: about a metre; all that ships is rounded to it."""
LEAST_ISLET = 3e-5
"""Square degrees: rocks smaller than about a third of a square kilometre are left out."""
STREAM, RIVER, GREAT = 110, 420, 1300
"""Cells (0.31 square km each) whose water a stream, a river and a great river carries."""


def smooth(line: Sequence[Point], times: int = 2) -> list[Point]:
    """The line with its corners cut (Chaikin); its ends stay."""
    points = list(line)
    for _ in range(times if len(points) > 2 else 0):
        cut = [points[0]]
        for (ax, ay), (bx, by) in pairwise(points):
            cut.append((0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by))
            cut.append((0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by))
        points = [*cut, points[-1]]
    return points


# -- the coast


def land_of(terrain: Terrain) -> MultiPolygon:
    """The island and its islets: all ground above the sea."""
    noded = shapely.union_all([LineString(piece) for piece in _contour(terrain)])
    kept: list[Polygon] = []
    for face in _polygons(list(shapely.get_parts(noded))):
        at = shapely.point_on_surface(face)
        if face.area > LEAST_ISLET and _height_at(terrain, at.x, at.y) > 0:
            kept.append(Polygon(face.exterior))
    whole = shapely.union_all(kept)
    return MultiPolygon(list(shapely.get_parts(whole.simplify(STEP / 12))))


def _height_at(terrain: Terrain, lon: float, lat: float) -> float:
    """Height between the middles of four cells."""
    x, y = (lon - WEST) / STEP - 0.5, (lat - SOUTH) / STEP - 0.5
    left, low = int(x), int(y)
    fx, fy = x - left, y - low
    h = terrain.height
    west = h[left][low] * (1 - fy) + h[left][low + 1] * fy
    east = h[left + 1][low] * (1 - fy) + h[left + 1][low + 1] * fy
    return west * (1 - fx) + east * fx


def _contour(terrain: Terrain) -> list[list[Point]]:
    """Pieces of the line at height 0, between the middles of cells (marching squares)."""
    pieces: list[list[Point]] = []
    for x in range(COLUMNS - 1):
        for y in range(ROWS - 1):
            corners: list[Cell] = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]
            up = [terrain.is_land(corner) for corner in corners]
            if all(up) or not any(up):
                continue
            cuts = [
                _zero(terrain, corners[at], corners[(at + 1) % 4])
                for at in range(4)
                if up[at] != up[(at + 1) % 4]
            ]
            if up[0] and len(cuts) == 4:  # two ways to cut a saddle: the land stays apart
                cuts = [cuts[3], *cuts[:3]]
            pieces += [cuts[at : at + 2] for at in range(0, len(cuts), 2)]
    return pieces


def _zero(terrain: Terrain, one: Cell, other: Cell) -> Point:
    """Where the ground between two cells meets the sea; the same from both sides."""
    a, b = sorted((one, other))
    high, low = terrain.height[a[0]][a[1]], terrain.height[b[0]][b[1]]
    part = min(0.95, max(0.05, high / (high - low)))
    (ax, ay), (bx, by) = middle(a), middle(b)
    return round(ax + (bx - ax) * part, 9), round(ay + (by - ay) * part, 9)


# -- rivers


class Stem:
    """One river from its head to where it ends."""

    def __init__(self, cells: list[Cell], flow: int) -> None:
        self.cells = cells
        self.flow = flow
        """Cells whose water it carries at its end."""

    @property
    def size(self) -> str:
        """``great``, ``river`` or ``stream``."""
        return "great" if self.flow >= GREAT else "river" if self.flow >= RIVER else "stream"


def rivers_of(terrain: Terrain) -> list[Stem]:
    """All rivers, greatest first: each from its head down to the sea or a greater one."""
    feeding: dict[Cell, list[Cell]] = defaultdict(list)
    mouths: list[Cell] = []
    for cell, flow in terrain.flow.items():
        if flow < STREAM:
            continue
        down = terrain.below[cell]
        (feeding[down] if down in terrain.flow else mouths).append(cell)
    found: list[Stem] = []
    ends = [(cell, terrain.below[cell]) for cell in mouths]
    while ends:
        cell, into = ends.pop()
        cells, at = [into, cell], cell
        while feeds := sorted(feeding[at], key=lambda c: (-terrain.flow[c], c)):
            ends += [(other, at) for other in feeds[1:]]
            at = feeds[0]
            cells.append(at)
        if len(cells) > 7:
            found.append(Stem(cells[::-1], terrain.flow[cell]))
    return sorted(found, key=lambda stem: (-stem.flow, stem.cells[0]))


def line_of_river(terrain: Terrain, stem: Stem) -> LineString:
    """A winding line through the cells of a river."""
    return LineString(smooth([_wound(terrain, cell) for cell in stem.cells], 2))


def _wound(terrain: Terrain, cell: Cell) -> Point:
    lon, lat = middle(cell)
    east = noise(terrain.seed + 100, cell[0] * 0.47, cell[1] * 0.47) - 0.5
    north = noise(terrain.seed + 110, cell[0] * 0.47, cell[1] * 0.47) - 0.5
    return lon + 0.9 * STEP * east, lat + 0.9 * STEP * north


# -- borders between labelled cells


def borders_of(labels: dict[Cell, int]) -> list[tuple[tuple[int, int], list[Point]]]:
    """Lines between cells of different labels, each with its two labels, from node to node.

    Steps become slants: the line goes through the middles of the cells' edges, which
    keeps it between the two cells, so that no two lines can cross.
    """
    edges = _edges(labels)
    at: dict[Point, list[tuple[Point, Point]]] = defaultdict(list)
    for edge in edges:
        at[edge[0]].append(edge)
        at[edge[1]].append(edge)
    nodes = {corner for corner, meeting in at.items() if len(meeting) != 2}
    lines: list[tuple[tuple[int, int], list[Point]]] = []
    left = dict.fromkeys(edges)
    for start in sorted(nodes):
        lines += [
            (edges[edge], _slanted(_walked(edge, start, at, nodes, left)))
            for edge in at[start]
            if edge in left
        ]
    while left:  # rings without a node
        edge = next(iter(left))
        lines.append((edges[edge], _slanted(_walked(edge, edge[0], at, {edge[0]}, left))))
    return lines


def _edges(labels: dict[Cell, int]) -> dict[tuple[Point, Point], tuple[int, int]]:
    """Edges of cells between two labels, as two corners counted in cells."""
    edges: dict[tuple[Point, Point], tuple[int, int]] = {}
    for x in range(COLUMNS):
        for y in range(ROWS):
            own = labels[(x, y)]
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx >= COLUMNS or y + dy >= ROWS or labels[(x + dx, y + dy)] == own:
                    continue
                a, b = (float(x + dx), float(y + dy)), (float(x + 1), float(y + 1))
                other = labels[(x + dx, y + dy)]
                edges[(a, b)] = (min(own, other), max(own, other))
    return edges


def _walked(
    edge: tuple[Point, Point],
    start: Point,
    at: dict[Point, list[tuple[Point, Point]]],
    nodes: set[Point],
    left: dict[tuple[Point, Point], None],
) -> list[Point]:
    """Corners of the line that begins with an edge, to the next node; its edges are used up."""
    corners = [start]
    here = start
    while True:
        del left[edge]
        here = edge[1] if edge[0] == here else edge[0]
        corners.append(here)
        if here in nodes:
            return corners
        edge = next(one for one in at[here] if one in left)


def _slanted(corners: list[Point]) -> list[Point]:
    middles = [((ax + bx) / 2, (ay + by) / 2) for (ax, ay), (bx, by) in pairwise(corners)]
    counted = [corners[0], *middles, corners[-1]]
    return [(WEST + x * STEP, SOUTH + y * STEP) for x, y in counted]


def faces_of(lines: Iterable[Sequence[Point]]) -> list[Polygon]:
    """The areas between lines that meet at their ends, and the edge of the grid around them."""
    frame = shapely.box(WEST, SOUTH, WEST + COLUMNS * STEP, SOUTH + ROWS * STEP).exterior
    noded = shapely.union_all([*(LineString(line) for line in lines), frame])
    return _polygons(list(shapely.get_parts(noded)))


def _polygons(lines: list[shapely.Geometry]) -> list[Polygon]:
    """The areas that lines enclose."""
    faces = shapely.get_parts(shapely.polygonize(lines))
    return [face for face in faces if isinstance(face, Polygon)]


def label_in(face: Polygon, labels: dict[Cell, int]) -> int:
    """The label of a face: that of the cell in its middle."""
    at = shapely.point_on_surface(face)
    return labels[cell_at(at.x, at.y)]


# -- the ways between cells


def apart_deg(one: Point, other: Point) -> float:
    """Degrees between two points; so near the equator one is as long in every direction."""
    return math.hypot(one[0] - other[0], one[1] - other[1])


@cache
def steps_from(cell: Cell) -> list[tuple[Cell, float]]:
    """The neighbours of a cell, with how far each is in cells."""
    return [(near, math.hypot(near[0] - cell[0], near[1] - cell[1])) for near in around(cell)]
