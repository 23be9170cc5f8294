"""Values that stand nowhere but where they were planted: words, numbers, moments, points.

Invariants
  * Every mark is made of its number alone, so a failing walk can be walked again.
  * No two marks of one sort are mistaken for each other, also when they were
    rounded to a minute, or to some hundred metres.
  * No mark falls on a full hour, and none lies at sea where a chart has names:
    ``P`` is in the Gulf of Guinea, south and west of zero.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta

P_LAT, P_LON = -0.2042, -0.4917

WORD = re.compile(r"qz[a-z]{10}", re.IGNORECASE)
AREA = re.compile(r"\bXQ\d{2,8}\b")

FIRST_NUMBER, NUMBER_STEP = 20_000_003, 1_009
"""Eight digits; the sum of any two is above all of them."""
FIRST_MOMENT = datetime(2024, 1, 1, tzinfo=UTC)
MOST_MOMENTS = 24 * 300

_COLUMNS = 48
_STEP_DEG = 0.0613
_PER_SIDE = 0.00037


def word(name: str) -> str:
    """Twelve letters for a name: ``qz`` and ten that a search index keeps."""
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    letters = ""
    for _ in range(10):
        digest, letter = divmod(digest, 26)
        letters += chr(ord("a") + letter)
    return "qz" + letters


def number(n: int) -> int:
    """A count of people or things that nobody else counted."""
    return FIRST_NUMBER + n * NUMBER_STEP


def decimal(n: int) -> float:
    """A measure between 100 and 360 with six decimals of its own."""
    return round(100.000_013 + (n * 0.013_577) % 259, 6)


def moment(n: int) -> datetime:
    """A minute in an hour of its own, never the first of it."""
    if n >= MOST_MOMENTS:
        raise ValueError("more moments than there is room for")
    return FIRST_MOMENT + timedelta(hours=n, minutes=7 + (n * 11) % 47)


def area(compartment: int, n: int) -> str:
    """A P-code whose first four characters belong to one compartment."""
    return f"XQ{compartment:02}{n:04}"


def point(n: int) -> tuple[float, float]:
    """Latitude and longitude: neither comes twice, and no two points are within 5 km."""
    row, column = divmod(n, _COLUMNS)
    lat = P_LAT - row * _STEP_DEG - column * _PER_SIDE
    lon = P_LON - column * _STEP_DEG - row * _PER_SIDE
    return round(lat, 7), round(lon, 7)
