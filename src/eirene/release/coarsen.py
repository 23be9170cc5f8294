"""Coarser: places to areas and cells, times to blocks, counts to bands.

Invariants
  * Everything that says where moves together: point, accuracy, method, name, words,
    P-code. What comes back is made from the area or cell alone.
  * Two places in one area, cell or road section give the same place; so do two times
    in one block, and two counts in one band.
  * What is coarser already stays so: a place known to 50 km does not become one of 10 km,
    a month not a day.
  * Times are rounded outward, to blocks of UTC. Coarsening twice is coarsening once.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, Protocol

import h3

from eirene.places import Place, distance_m
from eirene.release.rules import BANDS, COUNTS, DEPTH, TIMES, Rule, admin_level, cell_km
from eirene.times import Span, iso

CORRIDOR_KM = 4
"""The route within 2 km, to each side."""

_WIDTHS_KM = {
    res: h3.average_hexagon_edge_length(res, unit="km") * math.sqrt(3) for res in range(10)
}
"""Mean width of a cell, from side to side, by resolution of H3."""

_STEP_M = 100.0
"""Accuracies of cells are rounded up to this: they vary from cell to cell."""


class Area(NamedTuple):
    """An area, or a section of a road: what it is called and one point that stands for it."""

    pcode: str
    """P-code of an area; number of a road section, or ""."""
    name: str
    lon: float
    lat: float
    radius_m: float
    """Metres around the point that hold the whole of it."""


class World(Protocol):
    """What is known of a mission's land; the node has it, tests make one."""

    def area_at(self, lon: float, lat: float, level: int) -> Area | None:
        """The administrative area of a level that holds the point."""
        ...

    def area_of_pcode(self, pcode: str, level: int) -> Area | None:
        """The area of a level that is, or holds, the area with that P-code."""
        ...

    def road_near(self, lon: float, lat: float) -> Area | None:
        """The section of a road on which, or beside which, the point lies."""
        ...


# --- places -------------------------------------------------------------------


def coarse_place(place: Place | None, measure: str, world: World) -> Place | None:
    """The place as a version gives it; None: nothing that says where passes.

    Words never pass, neither as spoken nor as a name: only what is looked up for
    the area, so that the name of a village cannot stand beside the cell around it.
    """
    if place is None or not measure:
        return None
    if measure == "exact":
        return _exact(place, world)
    level = admin_level(measure)
    if level is not None:
        return _in_area(place, level, world)
    if measure == "road-section":
        return _on_road(place, world)
    return _in_cell(place, CORRIDOR_KM if measure == "corridor" else cell_km(measure) or 0)


def _exact(place: Place, world: World) -> Place | None:
    """The point and its P-code, without anybody's words."""
    if place.lat is None and not place.pcode:
        return None
    return Place(
        lon=place.lon,
        lat=place.lat,
        accuracy_m=place.accuracy_m,
        method=place.method if place.lat is not None else "",
        name=_name_of(place.pcode, world),
        pcode=place.pcode,
        pcode_from=place.pcode_from,
    )


def _name_of(pcode: str, world: World) -> str:
    for level in range(DEPTH, -1, -1) if pcode else ():
        area = world.area_of_pcode(pcode, level)
        if area is not None and area.pcode == pcode:
            return area.name
    return ""


def _in_area(place: Place, level: int, world: World) -> Place | None:
    """The finest area of at most that level that the place is known to lie in."""
    for coarser in range(level, -1, -1):
        if place.lat is None or place.lon is None:
            area = world.area_of_pcode(place.pcode, coarser) if place.pcode else None
        else:
            area = world.area_at(place.lon, place.lat, coarser)
            if area is not None and coarser and (place.accuracy_m or 0.0) > area.radius_m:
                continue
        if area is not None:
            return _standing_for(area)
    return None


def _standing_for(area: Area, method: str = "pcode") -> Place:
    return Place(
        lon=area.lon,
        lat=area.lat,
        accuracy_m=area.radius_m,
        method=method,
        name=area.name,
        pcode=area.pcode if method else "",
        pcode_from="stated" if method else "",
    )


def _on_road(place: Place, world: World) -> Place | None:
    if place.lat is None or place.lon is None:
        return None
    section = world.road_near(place.lon, place.lat)
    if section is None or (place.accuracy_m or 0.0) > section.radius_m:
        return None
    return _standing_for(section, "")


def _in_cell(place: Place, width_km: float) -> Place | None:
    """The fixed cell around the point: its middle, and a radius that holds all of it."""
    if place.lat is None or place.lon is None:
        return None
    return _cell_place(
        cell_at(place.lon, place.lat, max(width_km, (place.accuracy_m or 0.0) * 2 / 1000))
    )


@lru_cache(maxsize=4_096)
def _cell_place(cell: str) -> Place:
    lat, lon = h3.cell_to_latlng(cell)
    reach = max(distance_m(lat, lon, a, b) for a, b in h3.cell_to_boundary(cell))
    return Place(
        lon=round(lon, 4), lat=round(lat, 4), accuracy_m=math.ceil(reach / _STEP_M) * _STEP_M
    )


def forget_cells() -> None:
    """Forget which cells were given of late: somebody was in each of them."""
    _cell_place.cache_clear()


def cell_at(lon: float, lat: float, width_km: float) -> str:
    """Number of the H3 cell that holds a point: of the finest that are not narrower than asked.

    Cells are about 2.6 times as wide from one resolution to the next. A cell narrower than
    promised would say more than the rule allows; so a cell-10km is about 17 km wide.
    """
    resolution = max((res for res, wide in _WIDTHS_KM.items() if wide >= width_km), default=0)
    return h3.latlng_to_cell(lat, lon, resolution)


def cell_of(place: Place) -> str | None:
    """The cell that a version gives as its place; None: it gives no cell.

    The middle of a cell is the middle of a smaller one too; its reach tells them apart.
    """
    if place.lat is None or place.lon is None or place.pcode or place.method:
        return None
    for resolution in _WIDTHS_KM:
        cell = h3.latlng_to_cell(place.lat, place.lon, resolution)
        if _cell_place(cell) == place:
            return cell
    return None


def holds(place: Place, lon: float, lat: float, world: World) -> bool:
    """Whether a point lies in the area or cell that a version names, or within its radius."""
    if place.method == "pcode":
        # the level of an area is not in its version: it is the one that has this P-code
        areas = (world.area_at(lon, lat, level) for level in range(DEPTH + 1))
        return any(area is not None and area.pcode == place.pcode for area in areas)
    cell = cell_of(place)
    if cell is not None:
        return h3.latlng_to_cell(lat, lon, h3.get_resolution(cell)) == cell
    if place.lat is None or place.lon is None:
        return False
    return distance_m(place.lat, place.lon, lat, lon) <= (place.accuracy_m or 0.0)


# --- times --------------------------------------------------------------------

_MONDAY = datetime(1900, 1, 1, tzinfo=UTC)
"""A Monday: weeks are counted from it."""

_BLOCKS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "6-hours": timedelta(hours=6),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_PRECISION = {"minute": "minute", "hour": "hour", "day": "day", "month": "month"}


def block_start(moment: datetime, block: str) -> datetime:
    """Beginning of the block of UTC that holds a moment."""
    moment = moment.astimezone(UTC)
    if block == "month":
        return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return moment - (moment - _MONDAY) % _BLOCKS[block]


def block_end(moment: datetime, block: str) -> datetime:
    """End, exclusive, of the block that holds a moment."""
    start = block_start(moment, block)
    if block == "month":
        return (start + timedelta(days=31)).replace(day=1)
    return start + _BLOCKS[block]


def coarse_span(span: Span | None, block: str) -> Span | None:
    """The time, rounded outward to whole blocks; its words never pass."""
    if span is None or not block:
        return None
    start = block_start(span.start, block)
    # an end is exclusive: 15:00 is the end of the hour before, not a part of the next
    last = max(span.start, span.end - timedelta(microseconds=1))
    end = block_end(last, block)
    if (start, end) == (span.start, span.end):
        return Span(start, end, span.precision)
    one = end == block_end(start, block)
    return Span(start, end, _PRECISION.get(block, "span") if one else "span")


def coarse_moment(text: str, block: str) -> str | None:
    """A day or instant in a field, as the beginning of its block; None: it cannot be read.

    ``2026-12-31T14:30:00Z`` is ``2026-12-31T12:00:00Z`` in blocks of six hours and
    ``2026-12-31`` in those of a day; a day stays a day in blocks of hours.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    day_only = len(text) == len("2026-12-31")
    if moment.utcoffset() is None:
        if not day_only:
            return None
        moment = moment.replace(tzinfo=UTC)
    start = block_start(moment, block) if not day_only or block in ("week", "month") else moment
    whole_days = day_only or TIMES.index(block) >= TIMES.index("day")
    return start.date().isoformat() if whole_days else iso(start)


# --- counts -------------------------------------------------------------------


def coarse_count(count: int, measure: str) -> int | None:
    """A count, or the least of its band; None: counts do not pass."""
    if measure == "none":
        return None
    if measure == "exact":
        return count
    return max(least for least in BANDS if least <= count)


def band_of(least: int) -> str:
    """A band in words, from the least of it: ``1-4``, ``100+``."""
    after = next((other for other in BANDS if other > least), None)
    if after is None:
        return f"{least}+"
    return str(least) if after == least + 1 else f"{least}-{after - 1}"


# --- finer and coarser --------------------------------------------------------

_CELLS_WIDER = tuple(
    f"cell-{math.floor(_WIDTHS_KM[res])}km"
    for res in sorted(_WIDTHS_KM, reverse=True)
    if 10 <= _WIDTHS_KM[res] < 1_000
)
"""A name for each size of cell: 17, 45, 119, 316 and 836 km."""


def rung_of(rule_place: str, measure: str) -> int:
    """How many steps a version is wider than its rule; one without a place is at the last."""
    ladder = (rule_place, *wider_places(rule_place))
    return ladder.index(measure) if measure in ladder else len(ladder) - 1


def wider_places(measure: str) -> tuple[str, ...]:
    """Measures of place wider than this one, narrowest first; "" is no place at all."""
    level = admin_level(measure)
    if level is not None:
        return (*(f"admin-{coarser}" for coarser in range(level - 1, -1, -1)), "")
    stated = cell_km(measure) or 0
    # a cell-10km is a cell of 17 km already, and the next is one of 45
    own = min((wide for wide in _WIDTHS_KM.values() if wide >= stated), default=math.inf)
    return (*(name for name in _CELLS_WIDER if (cell_km(name) or 0) >= own), "")


_ROAD_KM = 5.0
_LEVELS_KM = {0: 1000.0, 1: 200.0, 2: 60.0, 3: 20.0}
"""About how wide an area of a level is; only for putting measures in an order."""


def width_km(place: str) -> float:
    """About how wide a measure of place is; no place at all is widest."""
    if place == "exact":
        return 0.0
    if place == "corridor":
        return CORRIDOR_KM
    if place == "road-section":
        return _ROAD_KM
    level, cell = admin_level(place), cell_km(place)
    if level is not None:
        return _LEVELS_KM[level]
    return math.inf if cell is None else float(cell)


def fineness(rule: Rule) -> tuple[int, int, int, float]:
    """How much a rule gives, as a key: of two versions of one report the larger is the finer.

    Groups first, then counts, time and place. So the mission's version of an alert, with
    its actor and action, is finer than the warning to partners, though a cell may be
    smaller than a district.
    """
    time = TIMES.index(rule.time) if rule.time in TIMES else len(TIMES)
    return len(rule.passes), -COUNTS.index(rule.counts), -time, -width_km(rule.place)
