"""MBTiles and GeoPackages with tiles: the two map files that are databases."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from eirene.maps.faults import NoMap
from eirene.picture.foreign import ForeignDamaged, ForeignFile

T = TypeVar("T")
DEEPEST = 24
_HALF_M = 20_037_508.342_789_244
"""Half the side of the web's square map, in metres (EPSG:3857)."""
_NEAR = 0.02
"""Of a tile: so far may a grid lie beside the web's; numbers are rounded in files."""
_MERCATOR = (3857, 900913, 102100, 102113)

Tile = tuple[int, int, int, bytes]
"""Zoom, column, row from the top, content."""


class Grid(msgspec.Struct, frozen=True):
    """One zoom of a GeoPackage: which zoom of the web it is, and where its first tile lies."""

    zoom: int
    column: int
    row: int
    size: int


class Database:
    """An opened file; raises ``NoMap`` where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._file = _told(lambda: ForeignFile(path))

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of a query."""
        found = self._file.rows(sql, values)
        while (row := _told(lambda: next(found, None))) is not None:
            yield row

    def tables(self) -> set[str]:
        """Names of tables and views."""
        named = self.rows("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        return {str(name) for (name,) in named}


def _told(work: Callable[[], T]) -> T:
    try:
        return work()
    except ForeignDamaged as damage:
        raise NoMap(f"as a database it is damaged ({damage})") from None


# -- MBTiles


def metadata_of(database: Database) -> dict[str, str]:
    """What an MBTiles file says of itself."""
    if "metadata" not in database.tables():
        return {}
    told = database.rows("SELECT name, value FROM metadata LIMIT 200")
    return {str(name): str(value) for name, value in told}


def mbtiles(database: Database) -> Iterator[Tile]:
    """All tiles, as they come; rows of the file count from below."""
    for *place, tile in database.rows(
        "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles"
    ):
        zoom, column, row = _whole(*place)
        yield zoom, column, (1 << zoom) - 1 - row, _content(tile)


# -- GeoPackage


def table_of(database: Database, wanted: str) -> tuple[str, str]:
    """The tile table that is meant, and its title; raises ``NoMap`` where that is not clear."""
    told = database.rows(
        "SELECT table_name, coalesce(identifier, '') FROM gpkg_contents WHERE data_type = 'tiles'"
    )
    found = {str(name): str(title) for name, title in told}
    if not found:
        raise NoMap(
            "it holds no tiles",
            remedy="Features are brought in as reports (eirene import), or rendered to tiles first.",
        )
    if wanted not in found and (wanted or len(found) > 1):
        raise NoMap(
            f"it has no tiles {wanted!r}" if wanted else f"it holds {len(found)} sets of tiles",
            field="layer",
            remedy=f"Name one: --layer NAME. There are: {', '.join(found)[:200]}.",
        )
    name = wanted or next(iter(found))
    return name, found[name]


def grids_of(database: Database, table: str) -> dict[int, Grid]:
    """How the zooms of a table lie on the web's square map; raises ``NoMap`` where they do not."""
    box = next(
        database.rows(
            "SELECT min_x, max_y, max_x, organization_coordsys_id FROM gpkg_tile_matrix_set "
            "JOIN gpkg_spatial_ref_sys USING (srs_id) WHERE table_name = ?",
            (table,),
        ),
        None,
    )
    if box is None or box[3] not in _MERCATOR:
        raise _other_grid("its coordinate system is not that of web maps (EPSG:3857)")
    west, north, east = (_number(one) for one in box[:3])
    found: dict[int, Grid] = {}
    for told in database.rows(
        "SELECT zoom_level, matrix_width, tile_width FROM gpkg_tile_matrix WHERE table_name = ?",
        (table,),
    ):
        zoom, width, size = _whole(*told)
        if not 0 < width <= 1 << DEEPEST or size not in (256, 512):
            raise _other_grid(f"its tiles are {size} pixels wide, {width} in a row")
        found[zoom] = _grid((east - west) / width, west, north, size)
    return found


def _grid(span: float, west: float, north: float, size: int) -> Grid:
    if not 0 < span <= 2 * _HALF_M * (1 + _NEAR):
        raise _other_grid("its grid is none")
    exact = math.log2(2 * _HALF_M / span)
    zoom = round(exact)
    column, row = (west + _HALF_M) / span, (_HALF_M - north) / span
    beside = max(abs(column - round(column)), abs(row - round(row)))
    if not 0 <= zoom <= DEEPEST or abs(exact - zoom) > _NEAR or beside > _NEAR:
        raise _other_grid("its grid is not that of web maps")
    return Grid(zoom, round(column), round(row), size)


def geopackage(database: Database, table: str, grids: dict[int, Grid]) -> Iterator[Tile]:
    """All tiles of a table, as they come; rows count from above."""
    quoted = table.replace('"', '""')
    for *place, tile in database.rows(
        f'SELECT zoom_level, tile_column, tile_row, tile_data FROM "{quoted}"'
    ):
        zoom, column, row = _whole(*place)
        grid = grids.get(zoom)
        if grid is None:
            raise NoMap(f"its zoom {zoom} has tiles and no grid")
        yield grid.zoom, grid.column + column, grid.row + row, _content(tile)


def _other_grid(why: str) -> NoMap:
    return NoMap(
        why,
        remedy="Make it anew: gdal_translate -of MBTILES, or -co TILING_SCHEME=GoogleMapsCompatible.",
    )


def _whole(*values: Any) -> tuple[int, ...]:
    if not all(isinstance(one, int) and 0 <= one < 1 << 40 for one in values):
        raise NoMap("a tile has no place in it")
    if values[0] > DEEPEST:
        raise NoMap(f"it has a zoom {values[0]}; {DEEPEST} is the deepest")
    return values


def _number(value: Any) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise NoMap("its grid has no numbers")
    return float(value)


def _content(tile: Any) -> bytes:
    if not isinstance(tile, bytes):
        raise NoMap("a tile of it has no content")
    return tile
