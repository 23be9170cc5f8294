"""Places as people write them, with an honest accuracy.

Invariants
  * Nothing is guessed: a text that can be read two ways is an
    ``UnclearPlace`` that says what to write instead.
  * Latitude comes before longitude, unless letters or labels say otherwise.
  * ``accuracy_m`` is never finer than the text: half the size of the last
    digit written (111 320 m a degree, the coarser axis, 1 m at the finest),
    half the diagonal of a grid square. Unknown is None, never 0.
  * ``lon`` and ``lat`` are both there, finite and in range, or both None.
"""

from __future__ import annotations

import math
import re
import unicodedata
import warnings
from collections.abc import Callable
from typing import Protocol, cast

import msgspec
from mgrs import MGRS, core

from eirene.places_text import (
    FINEST_M,
    METRES_PER_DEGREE,
    UnclearPlace,
    check_range,
    plain,
    read_pair,
    short,
    unclear,
)

__all__ = [
    "METHODS",
    "Bounds",
    "Find",
    "Place",
    "UnclearPlace",
    "destination",
    "distance_m",
    "mgrs_of",
    "noticed_swap",
    "parse_place",
    "place_from_numbers",
]

METHODS = ("gps", "map", "text", "grid", "named", "pcode", "bearing", "imported", "")

EARTH_M = 6_371_008.8
"""Mean radius, IUGG."""


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place as known: a point, words, a P-code, or any of them."""

    lon: float | None = None
    """Degrees, WGS 84; None together with ``lat``."""

    lat: float | None = None
    """Degrees, WGS 84."""

    accuracy_m: float | None = None
    """Radius in metres that holds the true place in 95 of 100 cases; None is not known."""

    method: str = ""
    """One of ``METHODS``: how the point was found."""

    text: str = ""
    """As spoken or written."""

    name: str = ""
    """Of the place, in the gazetteer's spelling where it was found there."""

    pcode: str = ""
    """P-code of the place or of the area around it."""

    pcode_from: str = ""
    """``stated``, or ``point`` where it was looked up for the point."""


Find = Callable[[str], list[Place]]
"""Places of the gazetteer that have a name or P-code."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees; west > east crosses the date line."""


# --- numbers ------------------------------------------------------------------

_DECIMAL = re.compile(r"\s*(-?\d{1,3}\.(\d+))(?:\s*,\s*|\s+)(-?\d{1,3}\.(\d+))\s*", re.ASCII)


def place_from_numbers(lat: float, lon: float, accuracy_m: float | None) -> Place:
    """A point given as numbers; raises ``UnclearPlace`` with the field."""
    for field, value in (("latitude", lat), ("longitude", lon), ("accuracy_m", accuracy_m)):
        if value is not None and not _finite(value):
            raise unclear(f"{field} is not a finite number.", f"Check {field}.", field)
    check_range(lat, lon)
    if accuracy_m is not None and accuracy_m < 0:
        raise unclear("accuracy_m is negative.", "Give a radius in metres.", "accuracy_m")
    return Place(lat=lat + 0.0, lon=lon + 0.0, accuracy_m=accuracy_m)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int of hundreds of digits
        return False


def _decimal(found: re.Match[str], text: str) -> Place:
    """The hot path: two decimal numbers with points."""
    lat, lon = float(found[1]), float(found[3])
    check_range(lat, lon)
    digits = min(len(found[2]), len(found[4]))
    accuracy = max(FINEST_M, 0.5 * 10.0**-digits * METRES_PER_DEGREE)
    return Place(lat=lat + 0.0, lon=lon + 0.0, accuracy_m=accuracy, method="text", text=text)


# --- whole texts --------------------------------------------------------------

_LONGEST = 120  # characters: longer texts are descriptions
_UNKNOWN = {
    "unknown", "not known", "place unknown", "unk", "n/k", "nk", "?",
    "inconnu", "inconnue", "lieu inconnu", "desconocido", "lugar desconocido",
}  # fmt: skip
_NUMERIC = re.compile(r"[0-9,]")
"""What every form but a name has: a digit, or a comma between two that are no numbers."""
_PCODE = re.compile(r"(?!(?:PK|KM|RN)\d{1,2}$)[A-Z]{2,3}\d{2,12}", re.ASCII)
"""``PK12`` and ``RN3`` are kilometre posts and roads."""


def parse_place(text: str, *, find: Find | None = None) -> Place:
    """A place as people write it; raises ``UnclearPlace`` where it is not clear.

    ``find`` looks names and P-codes up. Words that no gazetteer knows are
    kept as the name, without a point.
    """
    if found := _DECIMAL.fullmatch(text):
        return _decimal(found, text)
    words = plain(text) if len(text) <= _LONGEST else text.strip()
    if not words:
        raise unclear("The place is empty.", "Write a place, or “unknown”.")
    if words.lower() in _UNKNOWN:
        return Place(text=text)
    if len(text) > _LONGEST:
        return Place(name=text, text=text)
    if not _NUMERIC.search(words):  # most are names: every other form would look, and find nothing
        return _named(words, text, find)
    return (
        _grid(words, text)
        or _pair(words, text)
        or _coded(words, text, find)
        or _away(words, text, find)
        or _beside(words, text)
        or _named(words, text, find)
    )


def _pair(words: str, text: str) -> Place | None:
    pair = read_pair(words)
    if pair is None:
        return None
    lat, lon, accuracy = pair
    return Place(lat=lat, lon=lon, accuracy_m=accuracy, method="text", text=text)


def _coded(words: str, text: str, find: Find | None) -> Place | None:
    code = words.upper()
    if not _PCODE.fullmatch(code):
        return None
    hits = _distinct(find(code)) if find else []
    coded = [hit for hit in hits if hit.pcode.upper() == code]
    if not coded and hits:
        return None
    place = _only(coded, text) if coded else Place()
    method = "pcode" if place.lat is not None else ""
    return msgspec.structs.replace(place, text=text, pcode=code, pcode_from="stated", method=method)


def _named(words: str, text: str, find: Find | None) -> Place:
    hits = _distinct(find(words)) if find else []
    exact = [hit for hit in hits if _folded(hit.name) == _folded(words)]
    if not hits:
        return Place(name=text, text=text)
    hit = _only(exact if len(exact) == 1 else hits, text)
    return msgspec.structs.replace(hit, text=text, method="named" if hit.lat is not None else "")


def _folded(name: str) -> str:
    plain_name = unicodedata.normalize("NFKD", name.casefold())
    return "".join(filter(str.isalnum, plain_name))


def _distinct(hits: list[Place]) -> list[Place]:
    """One of those that are the same place by code, or by name and point."""
    kept: dict[tuple[str, float | None, float | None], Place] = {}
    for hit in hits:
        kept.setdefault((hit.pcode or hit.name, hit.lat, hit.lon), hit)
    return list(kept.values())


def _only(hits: list[Place], text: str) -> Place:
    if len(hits) == 1:
        return hits[0]
    listed = ", ".join(_described(hit) for hit in hits[:5])
    more = f" and {len(hits) - 5} more" if len(hits) > 5 else ""
    raise unclear(
        f"{short(text)} can be {len(hits)} places: {listed}{more}.",
        "Write the P-code or the coordinates of the one that is meant.",
    )


def _described(hit: Place) -> str:
    facts = [hit.pcode] if hit.pcode else []
    if hit.lat is not None and hit.lon is not None:
        facts.append(f"{hit.lat:.4f}, {hit.lon:.4f}")
    return f"{hit.name} ({'; '.join(facts)})" if facts else hit.name


_BESIDE = re.compile(
    r"(?P<name>[^\d°]*?[^\W\d][^\d°]*?)[ ,:;(\[@]+(?P<point>"
    r"(?:[NSEW] ?)?[+-]?\d{1,3}(?:[.,]\d+)?°.+|(?:[NSEW] ?)?[+-]?\d{1,3}\.\d{3}.+\.\d{3}.*"
    r"|\d\d[A-Za-z] ?[A-Za-z]{2} ?\d[\d ]{3,})",
    re.ASCII,
)
"""A name, and coordinates that cannot be house numbers."""
_POINTED = re.compile(r"°|\.\d{3}.+\.\d{3}|\d\d[A-Za-z] ?[A-Za-z]{2} ?\d", re.ASCII)
"""What each of these coordinates has: looking for it first is ten times as fast."""


def _beside(words: str, text: str) -> Place | None:
    """``Bria (6.5423, 21.9863)``: the point, with its name."""
    found = _BESIDE.fullmatch(words) if _POINTED.search(words) else None
    if found is None:
        return None
    point = found["point"].rstrip(" )]")
    place = _grid(point, text) or _pair(point, text)
    return place and msgspec.structs.replace(place, name=found["name"].strip(" ,:;-"))


# --- bearing and distance -----------------------------------------------------

_POINTS = re.findall(r"\w+", "N NNE NE ENE E ESE SE SSE S SSW SW WSW W WNW NW NNW")
_SIDES = {
    "N": ("north", "nord", "norte", "nor"),
    "S": ("south", "sud", "sur"),
    "E": ("east", "est", "este"),
    "W": ("west", "ouest", "oeste"),
}
_SIDE = re.compile("|".join(sorted((w for ws in _SIDES.values() for w in ws), key=len)[::-1]))
_METRES = {"m": 1.0, "km": 1000.0, "nm": 1852.0, "mi": 1609.344}

_FAR = r"(?P<far>\d{1,4}(?:[.,]\d{1,3})?) ?(?P<unit>km|m|nm|mi)s?(?:iles?|etres?|eters?)?"
_TURN = r"(?P<turn>\d{1,3}(?:[.,]\d)?) ?(?:°|deg(?:rees)?)(?: ?true| ?T)?"
_TO = rf"(?:(?P<side>[NSEW]{{1,3}}|(?:(?:{_SIDE.pattern})[ -]?){{1,3}})|{_TURN})"
_ON = r"(?:(?:to|the|on|at|bearing|au|à|a|al|en) |[àa] ?l'|l')*"
_OF = r"(?:of |from |de la |du |des |del |de |d')"
_AWAY = [
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"{_FAR},? {_ON}{_TO},? ?{_OF}(?P<anchor>.+)",
        rf"(?P<anchor>.+?)(?: ?\+ ?|, ?| ){_TURN}[ ,/]+{_FAR}",
        rf"(?P<anchor>.+?)(?: ?\+ ?|, ?| ){_FAR}[ ,/]+{_TO}",
    )
]


def _away(words: str, text: str, find: Find | None) -> Place | None:
    """``5 km NW of Bria``, ``Bria + 320 deg 12 km``; without a known anchor, only words."""
    found = next(filter(None, (pattern.fullmatch(words) for pattern in _AWAY)), None)
    if found is None:
        return None
    anchor = parse_place(found["anchor"], find=find)
    if anchor.lat is None or anchor.lon is None:
        return Place(name=text, text=text)
    bearing, doubt = _bearing(found.groupdict())
    far, metres = found["far"].replace(",", "."), _METRES[found["unit"].lower()]
    length = float(far) * metres
    lat, lon = destination(anchor.lat, anchor.lon, bearing, length)
    accuracy = None
    if anchor.accuracy_m is not None:  # unknown plus something is unknown
        along = 0.5 * 10.0 ** -len(far.partition(".")[2]) * metres
        across = length * math.tan(math.radians(doubt))
        accuracy = math.hypot(anchor.accuracy_m, along, across)
    return Place(lat=lat, lon=lon, accuracy_m=accuracy, method="bearing", text=text)


def _bearing(part: dict[str, str | None]) -> tuple[float, float]:
    """Degrees, and half of what the words leave open: 22.5 for NW, 0.5 for 320."""
    turn = part.get("turn")
    if turn:
        turn = turn.replace(",", ".")
        if float(turn) > 360:
            raise unclear(f"The bearing {turn} is beyond 360.", "Bearings go from 0 to 360.")
        return float(turn) % 360, 0.5 * 10.0 ** -len(turn.partition(".")[2])
    side = part["side"] or ""
    letters = side.upper()
    if letters not in _POINTS:
        spelled = _SIDE.findall(side.lower())
        letters = "".join(next(k for k, ws in _SIDES.items() if word in ws) for word in spelled)
    if letters not in _POINTS:
        raise unclear(f"There is no direction {side}.", "Write N, NE, E … or degrees.")
    return _POINTS.index(letters) * 22.5, 11.25 if len(letters) == 3 else 22.5


# --- grid ---------------------------------------------------------------------


class _Squares(Protocol):
    """What is used of ``mgrs``: squares by truncation, points at their centre."""

    def toLatLon(self, MGRS: str) -> tuple[float, float]: ...  # noqa: N802, N803

    def toMGRS(self, latitude: float, longitude: float, *, MGRSPrecision: int) -> str: ...  # noqa: N802, N803


_MGRS = cast("_Squares", MGRS())
# squares outside their band: refused here by _centre, no news for the log
warnings.filterwarnings("ignore", r'Warning in "Convert_MGRS', RuntimeWarning)
_NoSquare = cast("type[Exception]", core.MGRSError)  # pyright: ignore[reportUnknownMemberType]
_GRID = re.compile(
    r"(?:(?:MGRS|GRID|GR)[ :]+)?(?P<zone>\d\d?)(?P<gap> ?)(?P<band>[A-Z]) ?(?P<square>[A-Z]{2})"
    r" ?(?P<digits>\d[\d ]*)?",
    re.ASCII,
)
_SQUARE = re.compile(r"[A-HJ-NP-Z][A-HJ-NP-V]")
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_GRID_EXAMPLE = "34NBK3183 (1 km) or 34NBK31038283 (10 m)"


def _grid(words: str, text: str) -> Place | None:
    """The centre of an MGRS square, accurate to half its diagonal."""
    found = _GRID.fullmatch(words.upper())
    if found is None:
        return None
    groups = (found["digits"] or "").split()
    digits = "".join(groups)
    if (not digits and (found["gap"] or len(found["zone"]) < 2 or words != words.upper())) or (
        found["gap"] and len(digits) < 4
    ):
        return None  # 12 RUE 45 is an address
    if len(digits) % 2 or len(digits) > 10 or len(groups) > 2 or len({*map(len, groups)}) > 1:
        raise unclear(
            f"The grid {short(text)} has {len(digits)} digits; easting and northing need equally"
            " many, five at most.",
            f"Write {_GRID_EXAMPLE}.",
        )
    size = 10.0 ** (5 - len(digits) // 2)
    point = _centre(found["zone"], found["band"], found["square"] + digits, size)
    if point is None:
        raise unclear(f"There is no grid square {short(text)}.", f"Write {_GRID_EXAMPLE}.")
    lat, lon = point
    return Place(lat=lat, lon=lon, accuracy_m=size * math.sqrt(0.5), method="grid", text=text)


def _centre(zone: str, band: str, square: str, size: float) -> tuple[float, float] | None:
    """Latitude and longitude; None for squares that lie outside their zone."""
    if band not in _BANDS or not _SQUARE.match(square) or not 1 <= int(zone) <= 60:
        return None
    try:
        lat, lon = _MGRS.toLatLon(f"{zone}{band}{square}")
    except (_NoSquare, RuntimeWarning):  # the latter where warnings are errors
        return None
    half = size / METRES_PER_DEGREE
    south = -80 + 8 * _BANDS.index(band)
    north = south + (12 if band == "X" else 8)
    wide = 3 + half / math.cos(math.radians(lat)) + (6 if band in "VX" else 0)
    aside = (lon - (int(zone) * 6 - 183) + 180) % 360 - 180
    return (lat, lon) if south - half <= lat <= north + half and abs(aside) <= wide else None


def mgrs_of(place: Place) -> str:
    """The grid square around a point, no smaller than its accuracy.

    Ten digits for 1 m, four for 1 km, none for 100 km, only the zone beyond
    that. Where the accuracy is not known, four digits; without a point, "".
    """
    if place.lat is None or place.lon is None:
        return ""
    accuracy = 1000.0 if place.accuracy_m is None else place.accuracy_m
    pairs = next((pairs for pairs in range(5, -1, -1) if accuracy <= 10.0 ** (5 - pairs)), None)
    # within half a metre south of the equator, mgrs names a square in another band's rows
    lat = 0.0 if -1e-5 < place.lat < 0 else place.lat
    square = _MGRS.toMGRS(lat, place.lon, MGRSPrecision=pairs or 0)
    return square if pairs is not None else square[:-2]


# --- on the sphere ------------------------------------------------------------


def noticed_swap(lat: float, lon: float, bounds: Bounds | None) -> bool:
    """Whether a point lies outside the mission's bounds, and its swap inside."""
    return (
        bounds is not None
        and not _inside(lat, lon, bounds)
        and _inside(lat=lon, lon=lat, bounds=bounds)
    )


def _inside(lat: float, lon: float, bounds: Bounds) -> bool:
    west, south, east, north = bounds
    across = west <= lon <= east if west <= east else lon >= west or lon <= east
    return south <= lat <= north and across


def distance_m(a_lat: float, a_lon: float, b_lat: float, b_lon: float) -> float:
    """Metres between two points in degrees, within 0.6 % of the ellipsoid.

    Source
    ------
    Haversine formula on a sphere of the IUGG mean radius, 6 371 008.8 m.
    """
    a, b = math.radians(a_lat), math.radians(b_lat)
    turn = math.radians(b_lon - a_lon)
    h = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(turn / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, h)))


def destination(
    lat: float, lon: float, bearing_deg: float, distance_m: float
) -> tuple[float, float]:
    """Latitude and longitude of a great-circle walk, on the same sphere."""
    start, bearing, arc = math.radians(lat), math.radians(bearing_deg), distance_m / EARTH_M
    sine = math.sin(start) * math.cos(arc) + math.cos(start) * math.sin(arc) * math.cos(bearing)
    end = math.asin(max(-1.0, min(1.0, sine)))
    turn = math.atan2(
        math.sin(bearing) * math.sin(arc) * math.cos(start),
        math.cos(arc) - math.sin(start) * math.sin(end),
    )
    return math.degrees(end), (lon + math.degrees(turn) + 540.0) % 360.0 - 180.0
