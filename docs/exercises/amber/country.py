"""The whole country of one seed: ground, areas, people, roads, with names and codes."""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

from dataclasses import dataclass

import shapely
from areas import BEYOND, REGIONS, Areas
from chance import Chance
from places import CAPITAL_AT, Names, Settlement, settlements_of
from roads import Crossing, Section, built, crossings_of
from shapely import LineString, MultiPolygon
from shapes import GRID, Point, Stem, apart_deg, land_of, line_of_river, rivers_of
from terrain import Terrain

SEED = 12
CODE = "QR"
"""ISO 3166 leaves QM to QZ to whoever needs a code that no country will ever have."""
COUNTRY, NEIGHBOUR = "Kelmory", "Vashory"
AMBER = "Amber River"
BORDER_AT = (-9.53, -1.0)
"""Where the trunk road to the east meets the border, about."""
KM2_PER_DEG2 = 111.2**2
_BEND = 0.0012
"""Degrees by which a border may be off where it is drawn with fewer corners."""


@dataclass
class Area:
    """One administrative area of a level."""

    level: int
    code: str
    name: str
    parent: str
    shape: MultiPolygon
    people: int

    @property
    def km2(self) -> float:
        """Square kilometres."""
        return round(self.shape.area * KM2_PER_DEG2, 1)


@dataclass
class River:
    """One river; only the larger ones have a name."""

    name: str
    size: str
    line: LineString


class Country:
    """Kelmory, as everything that is written needs it."""

    def __init__(self, seed: int = SEED) -> None:
        terrain = Terrain(seed)
        land = land_of(terrain)
        areas = Areas(terrain, land)
        names = Names(seed)
        self.settlements = settlements_of(terrain, areas, names)
        self._parts = areas
        self._shapes = _simpler(areas.shapes)
        self.beyond = self._shapes.pop(BEYOND)
        self.areas = self._areas(names, Chance(seed, 400))
        self.own = self.areas[0].shape
        self.land = MultiPolygon(list(shapely.get_parts(_union([self.own, self.beyond]))))
        stems = rivers_of(terrain)
        self.rivers = _named_rivers([line_of_river(terrain, one) for one in stems], stems, names)
        for river in self.rivers:
            river.line = _rounded(river.line.intersection(self.land))
        network = built(terrain, self.settlements, self._border(), self._seats())
        self.sections = network.sections(self.settlements)
        self.crossings: list[Crossing] = crossings_of(terrain, self.sections, stems)
        for section in self.sections:
            section.line = _rounded(section.line)

    def settlement(self, name: str) -> Settlement:
        """The town or village of that name."""
        return next(one for one in self.settlements if one.name == name)

    def section(self, ref: str) -> Section:
        """The piece of road of that number."""
        return next(one for one in self.sections if one.ref == ref)

    def code_at(self, at: Point) -> str:
        """P-code of the commune that holds a point; empty where none does."""
        point = shapely.Point(at)
        inside = (one for one in self.areas if one.level == 3 and one.shape.intersects(point))
        return next(inside).code if any(a.shape.intersects(point) for a in self.areas) else ""

    def borders(self) -> list[tuple[int, LineString]]:
        """Lines between areas, each once, with the highest level that it divides."""
        communes = [one for one in self.areas if one.level == 3]
        found: list[tuple[int, LineString]] = []
        for at, one in enumerate(communes):
            for other in communes[at + 1 :]:
                level = _level(one.code, other.code)
                found += [(level, line) for line in _shared(one.shape, other.shape)]
            found += [(0, line) for line in _shared(one.shape, self.beyond)]
        return found

    # -- how it is put together

    def _areas(self, names: Names, chance: Chance) -> list[Area]:
        """Country, regions, districts, communes; numbered from the north-west."""
        parts = self._parts
        communes = self._communes(chance)
        districts: list[Area] = []
        regions: list[Area] = []
        for region in range(REGIONS):
            code = f"{CODE}{region + 1:02}"
            inside = sorted(
                {d for d, r in zip(parts.district_of, parts.region_of, strict=True) if r == region}
            )
            for number, district in enumerate(inside, 1):
                own = [c for c, d in zip(communes, parts.district_of, strict=True) if d == district]
                made = f"{code}{number:02}"
                for at, commune in enumerate(own, 1):
                    commune.code, commune.parent = f"{made}{at:02}", made
                seat = max(own, key=lambda one: one.people)
                districts.append(_whole(2, made, seat.name, code, own))
            own = [one for one in districts if one.parent == code]
            regions.append(_whole(1, code, f"{names.stem()}emar", CODE, own))
        country = _whole(0, CODE, COUNTRY, "", regions)
        communes.sort(key=lambda one: one.code)
        return [country, *regions, *districts, *communes]

    def _communes(self, chance: Chance) -> list[Area]:
        found: list[Area] = []
        for label, shape in self._shapes.items():
            own = [one for one in self.settlements if one.commune == label]
            rural = round(shape.area * KM2_PER_DEG2 * chance.between(2.5, 8.0) / 10) * 10
            largest = max(own, key=lambda one: one.people)
            people = rural + sum(one.people for one in own)
            found.append(Area(3, "", largest.name, "", shape, people))
        return found

    def _border(self) -> Point:
        """The point of the state border nearest to where the eastern road should meet it."""
        lines = _shared(self.own, self.beyond)
        points = [(float(x), float(y)) for line in lines for x, y in line.coords]
        return min(points, key=lambda p: (apart_deg(p, BORDER_AT), p))

    def _seats(self) -> set[int]:
        """Numbers of the settlements in which districts have their seats."""
        by_district: dict[int, int] = {}
        for number, one in enumerate(self.settlements):
            district = self._parts.district_of[one.commune]
            held = by_district.get(district)
            if held is None or one.people > self.settlements[held].people:
                by_district[district] = number
        return set(by_district.values())


def _level(one: str, other: str) -> int:
    if one[:4] != other[:4]:
        return 1
    return 2 if one[:6] != other[:6] else 3


def _simpler(shapes: dict[int, MultiPolygon]) -> dict[int, MultiPolygon]:
    """The same coverage with fewer corners; borders stay shared."""
    drawn = shapely.coverage_simplify(list(shapes.values()), _BEND)
    rounded = [shapely.set_precision(one, GRID) for one in drawn.tolist()]
    return {
        label: MultiPolygon([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"])
        for label, shape in zip(shapes, rounded, strict=True)
    }


def _union(shapes: list[MultiPolygon]) -> shapely.Geometry:
    return shapely.set_precision(shapely.coverage_union_all(shapes), GRID)


def _whole(level: int, code: str, name: str, parent: str, parts: list[Area]) -> Area:
    shape = MultiPolygon(list(shapely.get_parts(_union([one.shape for one in parts]))))
    return Area(level, code, name, parent, shape, sum(one.people for one in parts))


def _shared(one: MultiPolygon, other: MultiPolygon) -> list[LineString]:
    """The lines along which two areas meet."""
    meeting = shapely.line_merge(shapely.intersection(one.boundary, other.boundary))
    return [part for part in shapely.get_parts(meeting) if isinstance(part, LineString)]


def _rounded(line: shapely.Geometry) -> LineString:
    """The longest part of a line, with as few corners as it needs, rounded."""
    parts = [part for part in shapely.get_parts(line) if isinstance(part, LineString)]
    longest = max(parts, key=lambda part: part.length)
    return LineString([(round(x, 5), round(y, 5)) for x, y in longest.simplify(0.0003).coords])


def _named_rivers(lines: list[LineString], stems: list[Stem], names: Names) -> list[River]:
    """The Amber River flows into the bay of the capital; streams have no name."""
    ends = [(float(x), float(y)) for x, y in (line.coords[-1] for line in lines)]
    great = [at for at, stem in enumerate(stems) if stem.size == "great"]
    amber = min(great, key=lambda at: apart_deg(ends[at], CAPITAL_AT))
    found: list[River] = []
    for at, stem in enumerate(stems):
        name = AMBER if at == amber else f"{names.stem()}ava" if stem.size != "stream" else ""
        found.append(River(name, stem.size, lines[at]))
    return found
