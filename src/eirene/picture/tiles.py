"""What a reader sees in one tile of a map: reports one by one, or gathered where there are many.

Invariants
  * A report with a point stands in exactly one tile of each zoom; one whose version gives an
    area wider than ``WIDE`` of a tile, in each tile that the area touches.
  * Everything is taken from what the reader sees: of a version, from the version. Where many
    are gathered, the mark stands in the middle of those, and says how many they are.
  * A tile holds at most ``MOST`` reports with all that they say, and ``GRID`` x ``GRID`` marks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from eirene.picture import schema
from eirene.picture.lens import Lens
from eirene.picture.plan import spotted
from eirene.picture.queries import rows_at
from eirene.picture.query import Query
from eirene.picture.rows import Row
from eirene.picture.store import Picture, Reading
from eirene.places_tiles import AROUND_M, SPOT_ZOOM, Tile, cell_of_number, tile_at, world_of
from eirene.release.reader import Reader
from eirene.reports.markings import Marking, highest

MOST = 300
"""Reports that a tile shows one by one."""
GRID_ZOOM = 5
GRID = 1 << GRID_ZOOM
"""Squares on each side of a tile by which reports are gathered."""
_WITHIN_ZOOM = 2
WIDE = 1 / 64
"""Of a tile's width: an area that reaches further is drawn as one however many lie in it."""
_AREA_ZOOM, _POLAR_ZOOM, _POLAR = 6, 4, 78.0
"""Areas are looked for in the tile of this zoom and those around it; nearer to a pole, where tiles
are narrower, in that of the other. Whatever reaches less than ``FAR_M`` is there."""

_UNIT_BITS = 32
_UNITS = 1 << _UNIT_BITS
"""Sums of places are whole numbers, so that no order of arrival moves a mark."""
_Mark = tuple[int, int, int]
"""Compartment, classification and TLP, by their numbers."""


class Gathered(msgspec.Struct, frozen=True):
    """Some reports, drawn as one mark; one alone, where there were too many to tell of each."""

    n: int
    x: float
    """Their middle on the plane, 0 to 1."""
    y: float
    marking: Marking
    coarse: int = 0
    """So many of them say an area, of which this is the middle, and no point."""


class Wide(msgspec.Struct, frozen=True):
    """An area that some versions give as their place, drawn once however many they are."""

    n: int
    lon: float
    lat: float
    reach_m: int
    """Metres around the point that hold the area."""
    marking: Marking
    row: Row | None
    """The one report in it; None where there are more."""


class TileFound(msgspec.Struct, frozen=True):
    """What one tile shows."""

    rows: list[Row]
    gathered: list[Gathered]
    wide: list[Wide]
    marking: Marking


def tile(picture: Picture, reader: Reader, query: Query, at: Tile) -> TileFound:
    """All that matches and lies in the tile; ``query.bbox`` has no say in it."""
    with picture.reading() as db:
        return _Tile(db, reader, query, at).found()


class _Group:
    """Reports in one square of a tile, or with one area."""

    __slots__ = ("coarse", "n", "newest", "seen", "x", "y")

    def __init__(self) -> None:
        self.n = self.x = self.y = self.newest = self.coarse = 0
        self.seen: set[_Mark] = set()

    def add(
        self, n: int, x: int, y: int, mark: _Mark, newest: int, *, coarse: bool = False
    ) -> None:
        self.n += n
        self.coarse += n if coarse else 0
        self.x += n * x
        self.y += n * y
        self.newest = max(self.newest, newest)
        self.seen.add(mark)


Square = tuple[int, int]
Shape = tuple[int, int, int]
"""Longitude and latitude as they are kept, metres."""


class _Tile:
    """One question, within one state of the picture."""

    def __init__(self, db: Reading, reader: Reader, query: Query, at: Tile) -> None:
        self._db, self._reader, self._query, self._at = db, reader, query, at
        self._lens = Lens(query, db.names)
        self._wide_m = max(1, int(at.width_m * WIDE))

    def found(self) -> TileFound:
        rids = self._few()
        squares = {} if rids is not None else self._squares()
        shapes = self._shapes()
        alone = [
            (one.newest >> schema.SEQUENCE_BITS, key) for key, one in squares.items() if one.n == 1
        ]
        alone.sort(reverse=True)  # the newest days; which came first on this node has no say
        told = [key for _, key in alone[:MOST]]
        rids = [squares[key].newest for key in told] if rids is None else rids
        for key in told:
            del squares[key]
        single = sorted(key for key, one in shapes.items() if one.n == 1)[: MOST - len(rids)]
        rows = self._rows([*rids, *(shapes[key].newest for key in single)])
        of_shape = {shapes[key].newest: key for key in single}
        in_shape = {of_shape[row.rid]: row for row in rows if row.rid in of_shape}
        points = [row for row in rows if row.rid not in of_shape]
        points.sort(key=lambda row: (row.column("start"), row.id), reverse=True)
        every = {mark for one in (*squares.values(), *shapes.values()) for mark in one.seen}
        every |= {(row.column("comp"), row.column("class"), row.column("tlp")) for row in rows}
        return TileFound(
            rows=points,
            gathered=[self._gathered(squares[key]) for key in sorted(squares)],
            wide=[self._wide(key, shapes[key], in_shape.get(key)) for key in sorted(shapes)],
            marking=self._marking(every),
        )

    # -- points, and areas that are no wider than a point on this zoom

    def _narrow(self, columns: str, end: str = "", **more: Any) -> Iterator[tuple[Any, ...]]:
        low, high = self._at.spots()
        params = {"low": low, "high": high, "wide": self._wide_m} | more
        for test in ("v.reach IS NULL", "v.reach < :wide"):
            text = f"v.spot BETWEEN :low AND :high AND {test}"
            for arm in spotted(self._db, self._reader, self._query, text, params).arms:
                sql = f"SELECT {columns} FROM {arm.source} WHERE {arm.where} {end}"
                yield from self._db.rows(sql, arm.params)

    def _few(self) -> list[int] | None:
        """Numbers of the reports in the tile; None where they are more than it shows one by one."""
        found: list[int] = []
        for rid, lon, lat in self._narrow("v.rid, v.lon, v.lat"):
            if self._holds(lon, lat):
                found.append(rid)
                if len(found) > MOST:
                    return None
        return found

    def _holds(self, lon: int, lat: int) -> bool:
        if self._at.z <= SPOT_ZOOM:  # the cell has said it
            return True
        x, y = _on_plane(lon, lat)
        return tile_at(x, y, self._at.z) == self._at

    def _squares(self) -> dict[Square, _Group]:
        """What is in each square of the tile."""
        found: dict[Square, _Group] = {}
        finer = self._at.z + GRID_ZOOM
        if finer > SPOT_ZOOM:
            columns = "v.rid, v.lon, v.lat, v.comp, v.class, v.tlp, v.reach IS NOT NULL"
            for rid, lon, lat, *mark, coarse in self._narrow(columns):
                x, y = _on_plane(lon, lat)
                if self._at.z <= SPOT_ZOOM or tile_at(x, y, self._at.z) == self._at:
                    square = tile_at(x, y, finer)
                    one = found.setdefault((square.y, square.x), _Group())
                    on = int(x * _UNITS), int(y * _UNITS)
                    one.add(1, *on, (mark[0], mark[1], mark[2]), rid, coarse=coarse)
            return found
        # counted by cells four to a side of a square: their middle is near enough, and they are few
        level = min(SPOT_ZOOM, finer + _WITHIN_ZOOM)
        columns = (
            "v.spot >> :deeper, v.comp, v.class, v.tlp, v.reach IS NOT NULL, count(*), max(v.rid)"
        )
        deeper = 2 * (SPOT_ZOOM - level)
        counted = self._narrow(columns, "GROUP BY 1, 2, 3, 4, 5", deeper=deeper)
        for number, *mark, coarse, n, rid in counted:
            across, down = cell_of_number(number)
            key = (down >> level - finer, across >> level - finer)
            one = found.get(key)
            if one is None:
                one = found[key] = _Group()
            half = _UNIT_BITS - level - 1
            on = 2 * across + 1 << half, 2 * down + 1 << half
            one.add(n, *on, (mark[0], mark[1], mark[2]), rid, coarse=coarse)
        return found

    # -- wide areas

    def _shapes(self) -> dict[Shape, _Group]:
        """Areas that touch the tile, with those in each."""
        found: dict[Shape, _Group] = {}
        columns = "v.lon, v.lat, v.reach, v.comp, v.class, v.tlp, count(*), max(v.rid)"
        group = "GROUP BY v.lon, v.lat, v.reach, v.comp, v.class, v.tlp"
        for text, low, high in self._stretches():
            params = {"low": low, "high": high, "wide": self._wide_m}
            for arm in spotted(self._db, self._reader, self._query, text, params).arms:
                sql = f"SELECT {columns} FROM {arm.source} WHERE {arm.where} {group}"
                for lon, lat, reach, comp, class_, tlp, n, rid in self._db.rows(sql, arm.params):
                    if self._touched(lon, lat, reach):
                        one = found.setdefault((lon, lat, reach), _Group())
                        one.add(n, 0, 0, (comp, class_, tlp), rid)
        return found

    def _stretches(self) -> list[tuple[str, int, int]]:
        """Where the middles of areas are looked for: around the tile, and of wide ones everywhere."""
        wide = "v.spot BETWEEN :low AND :high AND v.reach >= :wide"
        everywhere = Tile(0, 0, 0).spots()
        if self._query.q.strip():  # words are looked up once, and the areas among them
            return [(wide, *everywhere)]
        zoom = _POLAR_ZOOM if self._at.farthest > _POLAR else _AREA_ZOOM
        near = self._at.parent(min(self._at.z, zoom))
        found: list[tuple[int, int]] = []
        for low, high in sorted(tile.spots() for tile in near.around()):
            begun = found.pop()[0] if found and found[-1][1] + 1 == low else low
            found.append((begun, high))
        told = [(f"{wide} AND v.reach < {schema.FAR_M}", *one) for one in found]
        # the same words as those of the index by_far, or it is not used
        return [*told, (f"{wide} AND v.reach >= {schema.FAR_M}", *everywhere)]

    def _touched(self, lon: int, lat: int, reach: int) -> bool:
        """Whether a box around the area meets the tile, also past the 180th meridian."""
        x, y = _on_plane(lon, lat)
        farthest = min(85.0, abs(lat / schema.DEGREE) + reach / 111_000)
        radius = reach / AROUND_M / math.cos(math.radians(farthest))
        half = 0.5 / (1 << self._at.z)
        east, south = (2 * part * half + half for part in (self._at.x, self._at.y))
        aside = abs((x - east + 0.5) % 1 - 0.5)
        return aside <= half + radius and abs(y - south) <= half + radius

    # -- what is told of them

    def _rows(self, rids: list[int]) -> list[Row]:
        return rows_at(self._db, self._reader, rids, self._lens)

    def _gathered(self, one: _Group) -> Gathered:
        x, y = (part / one.n / _UNITS for part in (one.x, one.y))
        return Gathered(one.n, x, y, self._marking(one.seen), one.coarse)

    def _wide(self, shape: Shape, one: _Group, row: Row | None) -> Wide:
        lon, lat, reach = shape
        lon_deg, lat_deg = lon / schema.DEGREE, lat / schema.DEGREE
        return Wide(one.n, lon_deg, lat_deg, reach, self._marking(one.seen), row)

    def _marking(self, seen: Iterable[_Mark]) -> Marking:
        names = self._db.names
        told = [
            (names.compartment_name(comp), names.text("class", class_), names.text("tlp", tlp))
            for comp, class_, tlp in seen
        ]
        return highest(told, names.realm)


def _on_plane(lon: int, lat: int) -> tuple[float, float]:
    """A kept point on the plane; those near the poles have no cell and never come here."""
    at = world_of(lon / schema.DEGREE, lat / schema.DEGREE)
    assert at is not None
    return at
