"""Vector tiles (Mapbox Vector Tile 2.1) in one PMTiles 3 file, nothing compressed.

Compressed bytes differ between versions of a compressor, and the file must come out the
same on every machine; the wheel and git compress it anyway.
"""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

EXTENT = 4096
_MARGIN = 64
"""Units around a tile that are drawn, too, so that lines meet."""
_TOLERANCE = 1.5
"""Units by which a line may be off at a zoom."""

Value = str | int
Zxy = tuple[int, int, int]


@dataclass(frozen=True)
class Feature:
    """One shape in degrees and what is said of it."""

    shape: shapely.Geometry
    says: Mapping[str, Value]


@dataclass(frozen=True)
class Layer:
    """Features of one name, from a zoom on."""

    name: str
    features: Sequence[Feature]
    from_zoom: int = 0


# -- protocol buffers: only what tiles need


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _number(tag: int, number: int) -> bytes:
    return _varint(tag << 3) + _varint(number)


def _bytes(tag: int, content: bytes) -> bytes:
    return _varint(tag << 3 | 2) + _varint(len(content)) + content


def _packed(tag: int, numbers: Iterable[int]) -> bytes:
    return _bytes(tag, b"".join(map(_varint, numbers)))


def _zigzag(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1


# -- one tile


class _Pen:
    """Draws in whole units from where it is."""

    def __init__(self) -> None:
        self.commands: list[int] = []
        self._x = self._y = 0

    def line(self, points: Sequence[tuple[int, int]], *, closed: bool) -> None:
        """A line, or a ring whose last point is its first."""
        rest = points[1:-1] if closed else points[1:]
        self.move([points[0]])
        self.commands.append(2 | len(rest) << 3)
        self._to(rest)
        if closed:
            self.commands.append(7 | 1 << 3)

    def move(self, points: Sequence[tuple[int, int]]) -> None:
        """To one point, or dots at several."""
        self.commands.append(1 | len(points) << 3)
        self._to(points)

    def _to(self, points: Sequence[tuple[int, int]]) -> None:
        for x, y in points:
            self.commands += (_zigzag(x - self._x), _zigzag(y - self._y))
            self._x, self._y = x, y


def _units(shape: shapely.Geometry) -> list[tuple[int, int]]:
    """Whole coordinates of a line without repeats."""
    found: list[tuple[int, int]] = []
    for x, y in np.floor(shapely.get_coordinates(shape) + 0.5).astype(int).tolist():
        if not found or found[-1] != (x, y):
            found.append((x, y))
    return found


def _turn(ring: Sequence[tuple[int, int]]) -> int:
    """Twice the area of a ring; above 0 where it turns right with y down."""
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(ring))


def _drawn(shape: shapely.Geometry) -> tuple[int, list[int]]:
    """Type and commands of a shape in units of a tile; no commands where nothing is left."""
    pen = _Pen()
    if isinstance(shape, shapely.Point):
        pen.move(_units(shape))
        return 1, pen.commands
    kind = 2
    for part in shapely.get_parts(shape):
        if isinstance(part, shapely.LineString) and len(line := _units(part)) > 1:
            pen.line(line, closed=False)
        elif isinstance(part, shapely.Polygon):
            kind = 3
            _draw_area(pen, part)
    return kind, pen.commands


def _draw_area(pen: _Pen, area: shapely.Polygon) -> None:
    for at, ring in enumerate([area.exterior, *area.interiors]):
        corners = _units(ring)
        turn = _turn(corners)
        if turn == 0:
            if at == 0:
                return
            continue
        outer = at == 0
        pen.line(corners if (turn > 0) == outer else corners[::-1], closed=True)


def _layer(name: str, drawn: Sequence[tuple[int, list[int], Mapping[str, Value]]]) -> bytes:
    keys: dict[str, int] = {}
    values: dict[Value, int] = {}
    features: list[bytes] = []
    for kind, commands, says in drawn:
        tags: list[int] = []
        for key, value in says.items():
            tags.append(keys.setdefault(key, len(keys)))
            tags.append(values.setdefault(value, len(values)))
        features.append(_bytes(2, _packed(2, tags) + _number(3, kind) + _packed(4, commands)))
    out = _number(15, 2) + _bytes(1, name.encode()) + b"".join(features)
    out += b"".join(_bytes(3, key.encode()) for key in keys)
    for value in values:
        told = _bytes(1, value.encode()) if isinstance(value, str) else _number(4, value)
        out += _bytes(4, told)
    return _bytes(3, out + _number(5, EXTENT))


# -- the pyramid


def _mercator(points: np.ndarray) -> np.ndarray:
    """Degrees to the unit square of web Mercator, y down."""
    lon, lat = points[:, 0], np.radians(points[:, 1])
    x = lon / 360 + 0.5
    y = 0.5 - np.log(np.tan(np.pi / 4 + lat / 2)) / (2 * np.pi)
    return np.stack([x, y], axis=1)


def tiles(layers: Sequence[Layer], last_zoom: int) -> Iterator[tuple[Zxy, bytes]]:
    """Every tile that holds something."""
    flat = [
        (layer, [(shapely.transform(one.shape, _mercator), one.says) for one in layer.features])
        for layer in layers
    ]
    for zoom in range(last_zoom + 1):
        scale = EXTENT * 2.0**zoom
        drawn: dict[Zxy, dict[str, list[tuple[int, list[int], Mapping[str, Value]]]]] = {}
        for layer, shapes in flat:
            if zoom < layer.from_zoom:
                continue
            for shape, says in shapes:
                for key, kind, commands in _cut(shape, zoom, scale):
                    of_tile = drawn.setdefault(key, {})
                    of_tile.setdefault(layer.name, []).append((kind, commands, says))
        for key in sorted(drawn):
            yield key, b"".join(_layer(name, made) for name, made in drawn[key].items())


def _cut(shape: shapely.Geometry, zoom: int, scale: float) -> Iterator[tuple[Zxy, int, list[int]]]:
    """What of a shape each tile of a zoom draws."""
    if not isinstance(shape, shapely.Point):
        shape = shapely.simplify(shape, _TOLERANCE / scale)
    bounds: list[float] = shapely.bounds(shape).tolist()
    west, north, east, south = (value * 2.0**zoom for value in bounds)
    edge = _MARGIN / EXTENT
    for x in range(math.floor(west - edge), math.floor(east + edge) + 1):
        for y in range(math.floor(north - edge), math.floor(south + edge) + 1):
            box = [(x - edge), (y - edge), (x + 1 + edge), (y + 1 + edge)]
            cut = shapely.clip_by_rect(shape, *(value / 2.0**zoom for value in box))
            if cut.is_empty:
                continue
            corner = np.array([x * EXTENT, y * EXTENT])
            local = shapely.transform(cut, lambda p, c=corner: p * scale - c)
            kind, commands = _drawn(local)
            if commands:
                yield (zoom, x, y), kind, commands


# -- the file


def _tile_id(zoom: int, x: int, y: int) -> int:
    """Place of a tile on the Hilbert curve through all zooms (PMTiles 3, section 4.1.1)."""
    before = ((1 << 2 * zoom) - 1) // 3
    along = 0
    side = (1 << zoom) >> 1
    while side:
        right, low = int(bool(x & side)), int(bool(y & side))
        along += side * side * ((3 * right) ^ low)
        if not low:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side >>= 1
    return before + along


def pmtiles(
    layers: Sequence[Layer], last_zoom: int, box: tuple[float, float, float, float], title: str
) -> bytes:
    """The whole file. ``box`` is west, south, east, north in degrees."""
    made = sorted((_tile_id(*key), content) for key, content in tiles(layers, last_zoom))
    kept: dict[bytes, int] = {}
    body = bytearray()
    entries: list[tuple[int, int, int]] = []
    for number, content in made:
        if content not in kept:
            kept[content] = len(body)
            body += content
        entries.append((number, kept[content], len(content)))
    directory = _directory(entries)
    first = {layer.name: layer.from_zoom for layer in reversed(layers)}
    listed: list[dict[str, object]] = [
        {"id": name, "minzoom": first[name], "maxzoom": last_zoom, "fields": {}}
        for name in sorted(first)
    ]
    told = json.dumps({"name": title, "vector_layers": listed}, sort_keys=True).encode()
    header = _header(len(directory), len(told), len(body), len(entries), len(kept), last_zoom, box)
    return header + directory + told + bytes(body)


def _directory(entries: Sequence[tuple[int, int, int]]) -> bytes:
    out = _varint(len(entries))
    before = 0
    for number, _, _ in entries:
        out += _varint(number - before)
        before = number
    out += b"".join(_varint(1) for _ in entries)  # run lengths
    out += b"".join(_varint(length) for _, _, length in entries)
    end = -1
    for _, offset, length in entries:
        out += _varint(0 if offset == end else offset + 1)
        end = offset + length
    return out


def _header(
    directory: int,
    told: int,
    body: int,
    addressed: int,
    contents: int,
    last_zoom: int,
    box: tuple[float, float, float, float],
) -> bytes:
    size = 127
    starts = [size, directory, size + directory, told, 0, 0, size + directory + told, body]
    if size + directory > 16_384:
        raise ValueError("the directory must lie in the first 16 KiB")
    counts = [addressed, addressed, contents]
    head = b"PMTiles\x03" + b"".join(number.to_bytes(8, "little") for number in starts + counts)
    nothing, vector = 1, 1
    head += bytes([1, nothing, nothing, vector, 0, last_zoom])
    west, south, east, north = (round(value * 1e7) for value in box)
    middle = [(west + east) // 2, (south + north) // 2]
    for value in (west, south, east, north):
        head += value.to_bytes(4, "little", signed=True)
    head += bytes([min(7, last_zoom)])
    for value in middle:
        head += value.to_bytes(4, "little", signed=True)
    assert len(head) == size
    return head
