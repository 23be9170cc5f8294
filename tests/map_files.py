"""Map files for tests, made of few tiles: as programs write them, and as nobody should."""

from __future__ import annotations

import gzip
import sqlite3
import struct
import zlib
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

HALF_M = 20_037_508.342789244
Place = tuple[int, int, int]
FOUR: tuple[Place, ...] = ((0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 0, 1))
"""Zoom, column, row from the top."""


def png(shade: int = 0, size: int = 256) -> bytes:
    """An image of one shade of grey."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    rows = zlib.compress((b"\x00" + bytes([shade]) * size) * size, 1)
    head = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _field(number: int, body: bytes) -> bytes:
    assert len(body) < 128
    return bytes([number << 3 | 2, len(body)]) + body


def mvt(name: str = "roads", shade: int = 0) -> bytes:
    """A vector tile with one layer: a line across the tile, moved by ``shade``."""

    def zigzag(value: int) -> bytes:
        value = value << 1 ^ value >> 31
        parts = bytearray()
        while value > 127:
            parts.append(value & 127 | 128)
            value >>= 7
        return bytes([*parts, value])

    line = bytes([9]) + zigzag(0) + zigzag(1024 + shade) + bytes([10]) + zigzag(4096) + zigzag(0)
    feature = bytes([3 << 3, 2]) + _field(4, line)
    layer = _field(1, name.encode()) + _field(2, feature) + bytes([5 << 3, 0x80, 0x20, 15 << 3, 2])
    return _field(3, layer)


def mbtiles(path: Path, tiles: Iterable[tuple[Place, Any]], **words: str) -> Path:
    """A file as GDAL, QGIS and tippecanoe write them: rows count from below."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        file.execute(
            "CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)"
        )
        file.executemany("INSERT INTO metadata VALUES (?, ?)", words.items())
        for (zoom, column, row), tile in tiles:
            below = (1 << zoom) - 1 - row
            file.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (zoom, column, below, tile))
        file.commit()
    return path


def geopackage(
    path: Path,
    tiles: Iterable[tuple[Place, bytes]],
    *,
    crs: int = 3857,
    tables: tuple[str, ...] = ("survey",),
    within: Place = (0, 0, 0),
) -> Path:
    """Tiles of a part of the web's square map, the first of which is ``within``."""
    zoom, west, north = within
    span = 2 * HALF_M / (1 << zoom)
    box = (west * span - HALF_M, HALF_M - (north + 1) * span)
    with closing(sqlite3.connect(path)) as file:
        file.executescript(
            "PRAGMA application_id = 1196444487;"
            "CREATE TABLE gpkg_spatial_ref_sys (srs_name, srs_id INTEGER PRIMARY KEY,"
            " organization, organization_coordsys_id INTEGER, definition, description);"
            "CREATE TABLE gpkg_contents (table_name, data_type, identifier, description,"
            " last_change, min_x, min_y, max_x, max_y, srs_id);"
            "CREATE TABLE gpkg_tile_matrix_set (table_name, srs_id, min_x, min_y, max_x, max_y);"
            "CREATE TABLE gpkg_tile_matrix (table_name, zoom_level, matrix_width, matrix_height,"
            " tile_width, tile_height, pixel_x_size, pixel_y_size);"
        )
        file.execute(
            "INSERT INTO gpkg_spatial_ref_sys VALUES ('x', ?, 'EPSG', ?, '', '')", (crs, crs)
        )
        for table in tables:
            file.execute(
                "INSERT INTO gpkg_contents VALUES (?, 'tiles', 'Survey of 2024', '', '', 0,0,0,0, ?)",
                (table, crs),
            )
            edges = (*box, box[0] + span, box[1] + span)
            file.execute(
                "INSERT INTO gpkg_tile_matrix_set VALUES (?, ?, ?, ?, ?, ?)", (table, crs, *edges)
            )
            file.execute(
                f'CREATE TABLE "{table}" (id INTEGER PRIMARY KEY, zoom_level, tile_column, tile_row,'
                " tile_data)"
            )
            for level in range(4):
                wide = 1 << level
                file.execute(
                    "INSERT INTO gpkg_tile_matrix VALUES (?, ?, ?, ?, 256, 256, 0, 0)",
                    (table, level, wide, wide),
                )
            for (level, column, row), tile in tiles:
                file.execute(
                    f'INSERT INTO "{table}" (zoom_level, tile_column, tile_row, tile_data)'
                    " VALUES (?, ?, ?, ?)",
                    (level, column, row, tile),
                )
        file.commit()
    return path


def pmtiles(path: Path, tiles: Iterable[tuple[Place, bytes]], **words: Any) -> Path:
    """A file as tippecanoe and the Protomaps tools write them."""
    with path.open("wb") as stream:
        writer = Writer(stream)
        vector = False
        for (zoom, column, row), tile in tiles:
            vector = not tile.startswith(b"\x89PNG")
            writer.write_tile(
                zxy_to_tileid(zoom, column, row), gzip.compress(tile, mtime=0) if vector else tile
            )
        header = {
            "tile_type": TileType.MVT if vector else TileType.PNG,
            "tile_compression": Compression.GZIP if vector else Compression.NONE,
            "min_lon_e7": 140_000_000,
            "min_lat_e7": 20_000_000,
            "max_lon_e7": 280_000_000,
            "max_lat_e7": 110_000_000,
            "center_zoom": 0,
            "center_lon_e7": 0,
            "center_lat_e7": 0,
        }
        writer.finalize(header, words)
    return path
