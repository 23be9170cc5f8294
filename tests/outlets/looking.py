"""Finds planted marks in bytes, also where they were turned into other numbers.

A point is found as degrees, degrees with minutes, whole numbers of a part of a
degree, metres of the map's plane, an MGRS square, a geohash, a tile's address or a
quadkey; a moment as ISO 8601, as seconds or milliseconds, as a date-time group.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import mgrs

from outlets import marks
from outlets.layers import texts_of
from outlets.planting import Mark

_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?:[0-9a-f]{32})?(?![0-9a-f])")
_BETWEEN = re.compile(r"\},\{|\n|</row>|</si>")
"""Between two reports of a list, or two rows or texts of a workbook; no mark is torn by it."""
_RANDOM = re.compile(r"(?=[0-9]*[a-fA-F])[0-9a-fA-F]{16,}|\b[A-Za-z0-9_-]{40,}={0,2}")
"""Ids, hashes and cursors: the digits in them are no numbers."""
_ISO = re.compile(r"(20\d\d)-(\d\d)-(\d\d)[T ](\d\d):(\d\d)")
_CLOCK = re.compile(r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?")
"""Hours, minutes and seconds, which are moments: 00.697 is no latitude."""
_DOTTED = re.compile(r"\b\d+(?:\.\d+){2,}\b")
"""The name of an area, ``Square 5.1.1``: its last digit beside a latitude is no longitude."""
_DTG = re.compile(r"\b(\d\d)(\d\d)(\d\d)Z?\s?([A-Z]{3})\s?(\d\d)\b")
_MGRS = re.compile(r"\b\d{1,2}[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?(?:\d{4}|\d{6}|\d{8}|\d{10})\b")
_TILE = re.compile(r"\b(\d{1,2})/(\d{1,8})/(\d{1,8})")
_QUADKEY = re.compile(r"\b[0-3]{12,24}\b")
_GEOHASH = re.compile(r"\b[0-9b-hjkmnp-z]{6,12}\b")
_DMS = re.compile(
    r"(\d{1,3})\s*[°d\s-]\s*(\d{1,2}(?:\.\d+)?)\s*['′m\s]?\s*(?:(\d{1,2}(?:\.\d+)?)\s*[\"″s]?)?\s*([NSEW])"
)

_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_LETTERS = "0123456789bcdefghjkmnpqrstuvwxyz"
_ALONE_DEG = 0.000_02
"""A single number is a mark's if it lies so near to it, and has four decimals."""
_PAIR_DEG = 0.004
"""Two numbers side by side are a point's if both lie so near: some 450 m."""
_SCALES = (1.0, 1e5, 1e6, 1e7)
_METRES = 111_319.490_793
"""Of the map's plane in one degree of longitude."""
_FINEST_TILE = 12
_NEAREST_DEG, _FARTHEST_DEG = 0.19, 4.0
"""No mark's latitude or longitude is smaller or larger: what cannot be one is not looked up."""
_LAST_MOMENT = marks.moment(marks.MOST_MOMENTS - 1)


class _Readings(NamedTuple):
    """What a number may mean as a latitude or a longitude, in one way of writing them."""

    way: float
    lat: float
    lon: float


def _readings(size: float) -> list[_Readings]:
    if size < _NEAREST_DEG or _FARTHEST_DEG < size < _NEAREST_DEG * 1e5:
        return []
    found = [
        _Readings(scale, size / scale, size / scale)
        for scale in _SCALES
        if _NEAREST_DEG < size / scale < _FARTHEST_DEG
    ]
    if _NEAREST_DEG < size / _METRES < _FARTHEST_DEG:
        lat = math.degrees(2 * math.atan(math.exp(math.radians(size / _METRES))) - math.pi / 2)
        found.append(_Readings(_METRES, lat, size / _METRES))
    return found


class Eye:
    """Knows all marks, and finds them."""

    def __init__(self, planted: Iterable[Mark]) -> None:
        self._by: dict[str, dict[Any, Mark]] = {}
        self._areas: dict[str, list[Mark]] = {}
        self._squares: dict[tuple[int, int], list[Mark]] = {}
        self._alone: dict[int, list[tuple[float, Mark]]] = {}
        self._excused: set[int] = set()
        self._mgrs = mgrs.MGRS()
        self._known_pieces: dict[str, frozenset[Mark]] = {}
        """What was found in each: twenty roles are shown many of the same reports."""
        for mark in planted:
            self.learn(mark)

    def learn(self, mark: Mark) -> None:
        """One more mark to look for."""
        self._known_pieces.clear()
        value = mark.value
        if isinstance(value, tuple):
            for part in value:
                key = round(abs(part) * 1_000)
                for near in (key - 1, key, key + 1):
                    self._alone.setdefault(near, []).append((abs(part), mark))
            row, column = _square(*value)
            for near in _around(row, column):
                self._squares.setdefault(near, []).append(mark)
        elif mark.sort == "area":
            for length in range(4, len(str(value)) + 1):
                self._areas.setdefault(str(value)[:length], []).append(mark)
        elif isinstance(value, datetime):
            self._by.setdefault("moment", {})[_minute(value)] = mark
        else:
            self._by.setdefault(mark.sort, {})[value] = mark

    def excuse(self, middles: Iterable[tuple[float, float]]) -> None:
        """Numbers that versions hold: corners of boxes are made of them as well."""
        for middle in middles:
            for part in middle:
                near = round(abs(part) * 1e4)
                self._excused |= {near - 1, near, near + 1}

    def found(self, raw: bytes) -> set[Mark]:
        """Every mark in these bytes."""
        seen: set[Mark] = set()
        for text in texts_of(raw):
            for piece in _BETWEEN.split(text):
                known = self._known_pieces.get(piece)
                if known is None:
                    known = self._known_pieces[piece] = frozenset(self._in(piece))
                seen |= known
        return seen

    def _in(self, text: str) -> Iterator[Mark]:
        words = self._by.get("word", {})
        for found in marks.WORD.findall(text):
            if found.lower() in words:
                yield words[found.lower()]
        if _DIGIT.search(text) is None:
            return  # whatever else there is to find is written with digits
        ids = self._by.get("id", {})
        for found in _HEX.findall(text.lower().replace("-", "")):
            if found in ids:
                yield ids[found]
        for found in marks.AREA.findall(text):
            yield from self._area(found)
        text = _RANDOM.sub(" ", text)
        yield from self._moments(text)
        yield from self._grids(text)
        # what has been read as a code is no number: the digits of a grid are no metres
        for code in (_CLOCK, _MGRS, marks.AREA, _DOTTED):
            text = code.sub(" ", text)
        yield from self._numbers(text)

    def _area(self, code: str) -> Iterator[Mark]:
        """All whose code begins so: a code of one of them is a fact of any of them."""
        yield from self._areas.get(code, ())

    def _moments(self, text: str) -> Iterator[Mark]:
        known = self._by.get("moment", {})
        for year, month, day, hour, minute in _ISO.findall(text):
            yield from _known(known, year, month, day, hour, minute)
        for day, hour, minute, month, year in _DTG.findall(text):
            if month in _MONTHS:
                yield from _known(known, f"20{year}", _MONTHS.index(month) + 1, day, hour, minute)

    def _numbers(self, text: str) -> Iterator[Mark]:
        before: list[_Readings] = []
        counts, decimals = self._by.get("number", {}), self._by.get("decimal", {})
        for match in _NUMBER.finditer(text):
            told = match[0]
            value = float(told)
            if "." in told:
                if value in decimals:
                    yield decimals[value]
                if len(told.partition(".")[2]) >= 4:
                    yield from self._single(abs(value))
            elif abs(value) in counts:
                yield counts[abs(value)]
            elif 1e9 < value < 1e14:
                yield from self._epoch(value)
            readings = _readings(abs(value)) if value else []
            for one in before:
                for other in readings:
                    if one.way == other.way:
                        yield from self._pair(one, other)
            before = readings

    def _pair(self, one: _Readings, other: _Readings) -> Iterator[Mark]:
        """Two numbers in a row, as latitude and longitude in either order.

        A corner of a box has its two numbers from two places, each of which is found
        by itself or excused; the third point that lies near the corner is no find.
        """
        if one.way == 1.0 and self._told(one.lat) and self._told(other.lat):
            return
        yield from self._near(one.lat, other.lon)
        yield from self._near(other.lat, one.lon)

    def _told(self, size: float) -> bool:
        """A number of a point that is found by itself, or of the middle of a cell or area."""
        return round(size * 1e4) in self._excused or next(self._single(size), None) is not None

    def _epoch(self, size: float) -> Iterator[Mark]:
        seconds = size / 1000 if size > 1e11 else size
        if marks.FIRST_MOMENT.timestamp() <= seconds <= _LAST_MOMENT.timestamp() + 60:
            moment = datetime.fromtimestamp(seconds, UTC)
            mark = self._by.get("moment", {}).get(_minute(moment))
            if mark is not None:
                yield mark

    def _single(self, value: float) -> Iterator[Mark]:
        for part, mark in self._alone.get(round(value * 1_000), ()):
            if abs(part - value) <= _ALONE_DEG:
                yield mark

    def _near(self, lat: float, lon: float, within: float = _PAIR_DEG) -> Iterator[Mark]:
        """Marks of points near here; the signs may have been lost."""
        if not (abs(lat) < 90 and abs(lon) < 180):
            return
        for mark in self._squares.get(_square(-abs(lat), -abs(lon)), ()):
            at = mark.value
            assert isinstance(at, tuple)
            if abs(abs(at[0]) - abs(lat)) <= within and abs(abs(at[1]) - abs(lon)) <= within:
                yield mark

    def _grids(self, text: str) -> Iterator[Mark]:
        for found in _MGRS.findall(text):
            lat, lon = self._mgrs.toLatLon(found.replace(" ", ""))
            yield from self._near(lat, lon, within=_PAIR_DEG * 3)
        for zoom, x, y in _TILE.findall(text) if "/" in text else ():
            yield from self._tile(int(zoom), int(x), int(y))
        for key in _QUADKEY.findall(text):
            x = int("".join(str(int(c) & 1) for c in key), 2)
            y = int("".join(str(int(c) >> 1) for c in key), 2)
            yield from self._tile(len(key), x, y)
        for found in _GEOHASH.findall(text):
            if any(c.isdigit() for c in found):
                yield from self._near(*_from_geohash(found), within=_PAIR_DEG * 2)
        dms = [_degrees(*parts) for parts in _DMS.findall(text)]
        for one, other in itertools.pairwise(dms):
            yield from self._near(one, other)
            yield from self._near(other, one)

    def _tile(self, zoom: int, x: int, y: int) -> Iterator[Mark]:
        n = 1 << zoom
        if not (_FINEST_TILE <= zoom <= 24 and x < n and y < n):
            return
        lon = (x + 0.5) / n * 360 - 180
        lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y + 0.5) / n))))
        yield from self._near(lat, lon, within=360 / n / 2 + _ALONE_DEG)


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def _known(known: dict[Any, Mark], *parts: Any) -> Iterator[Mark]:
    try:
        moment = datetime(*(int(part) for part in parts), tzinfo=UTC)  # pyright: ignore[reportArgumentType]
    except ValueError:
        return
    mark = known.get(_minute(moment))
    if mark is not None:
        yield mark


def _square(lat: float, lon: float) -> tuple[int, int]:
    return math.floor(lat / 0.05), math.floor(lon / 0.05)


def _around(row: int, column: int) -> Iterator[tuple[int, int]]:
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            yield row + down, column + right


def _from_geohash(text: str) -> tuple[float, float]:
    """The middle of a geohash: latitude, longitude."""
    bits = "".join(f"{_LETTERS.index(c):05b}" for c in text)
    edges: list[float] = []
    for most, part in ((180.0, bits[::2]), (90.0, bits[1::2])):
        low, high = -most, most
        for bit in part:
            middle = (low + high) / 2
            low, high = (middle, high) if bit == "1" else (low, middle)
        edges.append((low + high) / 2)
    return edges[1], edges[0]


def _degrees(whole: str, minutes: str, seconds: str, side: str) -> float:
    value = float(whole) + float(minutes) / 60 + float(seconds or 0) / 3600
    return -value if side in "SW" else value
