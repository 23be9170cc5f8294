"""A map file of any kind that we take, looked through and written as PMTiles 3.

Tiles are not drawn anew: their bytes stay, but for vector tiles that were not packed.
"""

from __future__ import annotations

import gzip
import math
import mmap
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from pmtiles.tile import (
    Compression,
    TileType,
    deserialize_directory,
    deserialize_header,
    zxy_to_tileid,
)
from pmtiles.writer import Writer

from eirene.maps import tiles
from eirene.maps.databases import (
    DEEPEST,
    Database,
    Tile,
    geopackage,
    grids_of,
    mbtiles,
    metadata_of,
    table_of,
)
from eirene.maps.faults import NoMap
from eirene.maps.worker import Found, Request

MOST_TILES = 2_000_000
_PMTILES, _SQLITE = b"PMTiles\x03", b"SQLite format 3\x00"
_HEADER = 127
_LOOKED_AT, _EVERY = 200, 500
"""The first tiles, and of the rest each so many-th, are taken apart; all are looked at."""
_MOST_NAMES, _LONGEST_NAME = 64, 80
_TEXT_MOST = 1 << 20
_WORLD = (-180.0, -85.0, 180.0, 85.0)
_TYPES = {
    "mvt": TileType.MVT,
    "png": TileType.PNG,
    "jpeg": TileType.JPEG,
    "webp": TileType.WEBP,
}


class _Seen:
    """What the tiles of a file turn out to be."""

    def __init__(self) -> None:
        self.count = 0
        self.sort = ""
        self.size = 256
        self.layers: dict[str, None] = {}
        self.zooms: set[int] = set()
        self._edges: dict[int, tuple[int, int, int, int]] = {}

    def lies(self, zoom: int, column: int, row: int) -> None:
        """Where a tile lies."""
        west, north, east, south = self._edges.get(zoom, (column, row, column, row))
        self._edges[zoom] = min(west, column), min(north, row), max(east, column), max(south, row)

    def bounds(self) -> str:
        """West, south, east, north in degrees of the tiles of the deepest zoom."""
        if not self._edges:
            return ""
        zoom = max(self._edges)
        west, north, east, south = self._edges[zoom]
        edges = (
            *(_longitude(zoom, west), _latitude(zoom, south + 1)),
            *(_longitude(zoom, east + 1), _latitude(zoom, north)),
        )
        return ",".join(f"{edge:.6f}" for edge in edges)

    def see(self, zoom: int, tile: bytes) -> None:
        """One more tile; raises ``NoMap`` where it does not belong to the others."""
        self.count += 1
        if self.count > MOST_TILES:
            raise NoMap(
                f"it has more than {MOST_TILES:,} tiles", remedy="Leave the deepest zoom out."
            )
        if len(tile) > tiles.LARGEST:
            raise NoMap(f"one of its tiles has more than {tiles.LARGEST >> 20} MiB")
        self.zooms.add(zoom)
        if self.sort == tiles.VECTOR and self.count > _LOOKED_AT and self.count % _EVERY:
            return
        sort = tiles.sort_of(tile)
        if self.sort and (sort == tiles.VECTOR) != (self.sort == tiles.VECTOR):
            raise NoMap("it holds images and vector tiles in one")
        self.sort = self.sort or sort
        if sort == tiles.VECTOR:
            self.layers |= dict.fromkeys(tiles.layers_of(tile))
        elif sort == "png" and len(tile) > 24 and struct.unpack(">I", tile[16:20]) == (512,):
            self.size = 512

    def found(self, words: dict[str, Any]) -> Found:
        """What is told of the file."""
        if not self.count:
            raise NoMap("it holds no tiles")
        layers = [name for name in _layer_names(words) or self.layers if name.isprintable()]
        return Found(
            title=_text(words, "name"),
            attribution=_text(words, "attribution"),
            licence=_text(words, "license") or _text(words, "licence"),
            tiles="vector" if self.sort == tiles.VECTOR else "raster",
            tile_size=self.size,
            layers=tuple(layers[:_MOST_NAMES]) if self.sort == tiles.VECTOR else (),
            bbox=_box(words.get("bounds")),
            min_zoom=min(self.zooms),
            max_zoom=max(self.zooms),
        )


def turned(request: Request) -> Found:
    """Look through a file and write it; raises ``NoMap``."""
    path, made = Path(request.file), Path(request.made)
    with path.open("rb") as stream:
        begins = stream.read(_HEADER)
    if begins.startswith(_PMTILES):
        found = _looked_through(path)
        shutil.copyfile(path, made)
        return found
    if begins.startswith(b"PMTiles") or begins[:2] == b"PM":
        raise NoMap("it is of another version of PMTiles", remedy="Turn it into version 3.")
    if not begins.startswith(_SQLITE):
        raise NoMap("it is neither PMTiles nor MBTiles nor a GeoPackage")
    database = Database(path)
    there = database.tables()
    if "gpkg_contents" in there:
        table, title = table_of(database, request.layer)
        grids = grids_of(database, table)
        found = _written(geopackage(database, table, grids), {"name": title}, made)
        sizes = [grid.size for grid in grids.values()]
        return msgspec.structs.replace(found, tile_size=max(sizes, default=256))
    if "tiles" not in there:
        raise NoMap("it is a database without tiles")
    return _written(mbtiles(database), _with_json(metadata_of(database)), made)


# -- out of a database


def _written(given: Iterator[Tile], words: dict[str, Any], made: Path) -> Found:
    seen = _Seen()
    with made.open("wb") as stream:
        writer = Writer(stream)
        for zoom, column, row, tile in given:
            if not (0 <= column < 1 << zoom and 0 <= row < 1 << zoom):
                raise NoMap("a tile of it lies beyond the ends of the earth")
            seen.see(zoom, tile)
            seen.lies(zoom, column, row)
            bare = seen.sort == tiles.VECTOR and not tile.startswith(b"\x1f\x8b")
            kept = gzip.compress(tile, mtime=0) if bare else tile
            writer.write_tile(zxy_to_tileid(zoom, column, row), kept)
        found = seen.found({"bounds": seen.bounds()} | words)
        _once(sorted((one.tile_id, one.run_length) for one in writer.tile_entries))
        writer.finalize(_header(found, seen.sort), {"vector_layers": _vector_layers(found)})
    return found


def _once(entries: list[tuple[int, int]]) -> None:
    end = 0
    for first, length in entries:
        if first < end:
            raise NoMap("it has a tile twice")
        end = first + length


def _header(found: Found, sort: str) -> dict[str, Any]:
    west, south, east, north = found.bbox
    packed = Compression.GZIP if sort == tiles.VECTOR else Compression.NONE
    return {
        "tile_type": _TYPES[sort],
        "tile_compression": packed,
        "min_lon_e7": int(west * 1e7),
        "min_lat_e7": int(south * 1e7),
        "max_lon_e7": int(east * 1e7),
        "max_lat_e7": int(north * 1e7),
        "center_zoom": found.min_zoom,
        "center_lon_e7": int((west + east) / 2 * 1e7),
        "center_lat_e7": int((south + north) / 2 * 1e7),
    }


def _vector_layers(found: Found) -> list[dict[str, Any]]:
    return [{"id": name, "fields": {}} for name in found.layers]


# -- PMTiles as they are


def _looked_through(path: Path) -> Found:
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as held:
        if len(held) < _HEADER:
            raise NoMap("it ends within its header")
        header: dict[str, Any] = dict(deserialize_header(held[:_HEADER]))
        if header["internal_compression"] not in (Compression.GZIP, Compression.NONE):
            raise NoMap("its directories are packed in a way that is not read here")
        if header["tile_compression"] not in (Compression.GZIP, Compression.NONE):
            raise NoMap(
                "its tiles are packed in a way that browsers do not read",
                remedy="Write it anew with gzip.",
            )
        archive = _Archive(held, header)
        words = archive.words()
        seen = _Seen()
        for zoom, tile in archive.tiles():
            seen.see(zoom, tile)
    found = seen.found(words)
    if (header["tile_type"] == TileType.MVT) != (found.tiles == "vector"):
        raise NoMap("its header says another sort of tiles than it holds")
    if found.tiles == "raster" and header["tile_compression"] == Compression.GZIP:
        raise NoMap("its images are packed once more", remedy="Write it anew without.")
    box = [header[f"{edge}_e7"] / 1e7 for edge in ("min_lon", "min_lat", "max_lon", "max_lat")]
    return msgspec.structs.replace(found, bbox=_box(",".join(map(str, box))))


class _Archive:
    """A file and its header; whatever points beyond the file is a ``NoMap``."""

    def __init__(self, held: mmap.mmap, header: dict[str, Any]) -> None:
        self._held = held
        self._header = header
        self._directories = 0

    def words(self) -> dict[str, Any]:
        """What the file says of itself."""
        header = self._header
        raw = self._unpacked(self._part(header["metadata_offset"], header["metadata_length"]))
        try:
            return msgspec.json.decode(raw or b"{}", type=dict[str, Any])
        except msgspec.DecodeError:
            raise NoMap("what it says of itself is no JSON object") from None

    def tiles(self) -> Iterator[tuple[int, bytes]]:
        """Zoom and content of each stored tile."""
        header = self._header
        yield from self._within(header["root_offset"], header["root_length"], 0)

    def _within(self, at: int, length: int, depth: int) -> Iterator[tuple[int, bytes]]:
        self._directories += 1
        if depth > 3 or self._directories > 100_000:
            raise NoMap("its directories are nested without end")
        header = self._header
        packed = self._part(at, length)
        plain = self._unpacked(packed)
        for entry in deserialize_directory(gzip.compress(plain, compresslevel=1)):
            if entry.run_length:
                zoom = _zoom(entry.tile_id + entry.run_length - 1)
                yield zoom, self._part(header["tile_data_offset"] + entry.offset, entry.length)
            else:
                leaf = header["leaf_directory_offset"] + entry.offset
                yield from self._within(leaf, entry.length, depth + 1)

    def _part(self, at: int, length: int) -> bytes:
        if at < 0 or length < 0 or at + length > len(self._held):
            raise NoMap("it points beyond its own end: it was not copied whole")
        return self._held[at : at + length]

    def _unpacked(self, raw: bytes) -> bytes:
        return (
            tiles.unpacked(raw) if self._header["internal_compression"] == Compression.GZIP else raw
        )


def _zoom(tile_id: int) -> int:
    zoom = 0
    while tile_id >= ((1 << 2 * (zoom + 1)) - 1) // 3:
        zoom += 1
        if zoom > DEEPEST:
            raise NoMap(f"it has a zoom deeper than {DEEPEST}")
    return zoom


def _longitude(zoom: int, column: int) -> float:
    return column / (1 << zoom) * 360 - 180


def _latitude(zoom: int, row: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / (1 << zoom)))))


# -- what files say of themselves


def _with_json(words: dict[str, str]) -> dict[str, Any]:
    """The words of an MBTiles file, with those that stand as JSON in one of them."""
    try:
        inner = msgspec.json.decode(words.get("json", "{}")[:_TEXT_MOST], type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        inner = dict[str, Any]()
    return inner | words


def _layer_names(words: dict[str, Any]) -> list[str]:
    try:
        told = msgspec.convert(words.get("vector_layers", []), list[dict[str, Any]])
    except msgspec.ValidationError:
        return []
    names = [one.get("id") for one in told]
    return [name[:_LONGEST_NAME] for name in names if isinstance(name, str) and name]


def _text(words: dict[str, Any], name: str) -> str:
    told = words.get(name, "")
    return told[:2_000] if isinstance(told, str) else ""


def _box(told: Any) -> tuple[float, float, float, float]:
    """West, south, east, north; the whole world where that is not said as it should be."""
    try:
        west, south, east, north = (float(one) for one in str(told).split(","))
    except ValueError:
        return _WORLD
    good = all(map(math.isfinite, (west, south, east, north)))
    if not good or not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        return _WORLD
    return west, max(south, -85.0), east, min(north, 85.0)
