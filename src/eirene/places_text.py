"""Written latitudes and longitudes to degrees.

The reading half of ``places``, which documents what is accepted. A text is
cut in two halves (by letters, labels, degree signs or a separator), and
each half is one angle: degrees, minutes, seconds, of which only the last
may have decimals. A sign or letter belongs to the whole angle, also where
the degrees are zero.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from eirene.errors import InvalidReport

METRES_PER_DEGREE = 111_320.0
"""Of latitude and, at the equator, of longitude: the coarser of the two."""

FINEST_M = 1.0
"""More decimals than this come from a computer, not from a survey."""

EXAMPLES = "4.3612, 18.5550 or 4°21'40\"N 18°33'18\"E"
_AXES = {"N": "latitude", "S": "latitude", "E": "longitude", "W": "longitude"}


class UnclearPlace(InvalidReport, ValueError):
    """A place that cannot be read, or can be read in more than one way."""

    code = "unclear-place"


def unclear(message: str, remedy: str, field: str | None = None) -> UnclearPlace:
    return UnclearPlace(message, field=field, remedy=remedy)


def short(text: str) -> str:
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


# --- look-alikes --------------------------------------------------------------

_SIGNS = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹣－", "-")
    | dict.fromkeys("º˚ᵒ⁰∘○◦゜", "°")
    | dict.fromkeys("’‘ʼʹˊ´`′‛＇", "'")
    | dict.fromkeys("”“„″ʺ˝〃＂", '"')
    | dict.fromkeys("،，", ",")
    | dict.fromkeys("٫．", ".")
    | dict.fromkeys("；؛", ";")
    | {"：": ":", "／": "/", "＋": "+", "\u200e": "", "\u200f": "", "\ufeff": "", "\u200b": ""}
)
_COMPASS = {
    "NORTH": "N", "NORD": "N", "NORTE": "N",
    "SOUTH": "S", "SUD": "S", "SUR": "S",
    "EAST": "E", "EST": "E", "ESTE": "E",
    "WEST": "W", "OUEST": "W", "OESTE": "W",
}  # fmt: skip
_COMPASS_WORD = re.compile(rf"\b(?:{'|'.join(_COMPASS)})\b")
_UNIT_WORD = re.compile(
    r"(?<=[\d ])(DEG(?:REES?|R[EÉ]S?)?|D(?=[ \d])|MIN(?:UTES?)?|SEC(?:ONDS?)?)\.?"
)
_LABEL = re.compile(r"\b(LAT|LON)(?:ITUDE|GITUDE|G)?\b\.?|\bLNG\b")


def plain(text: str) -> str:
    """One kind of each sign, ASCII digits, single spaces; letters as they are."""
    if not text.isascii():
        text = text.translate(_SIGNS)
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return " ".join(text.split()).replace("''", '"')


# --- one angle ----------------------------------------------------------------

_NUMBER = r"\d+(?:[.,]\d+)?"
_ANGLE = re.compile(
    rf"(?P<sign>[+-]?)(?P<d>{_NUMBER})"
    rf"(?:(?P<mark1> ?[°:] ?| - |-| )(?P<m>{_NUMBER})"
    rf"(?:(?P<mark2> ?[':] ?| - |-| )(?P<s>{_NUMBER}))?)?(?P<last>[°'\"]?)",
    re.ASCII,
)
_PACKED = re.compile(r"(\d{2,3})(\d\d)(\d\d(?:[.,]\d+)?)?", re.ASCII)


class Half(NamedTuple):
    """One of the two angles of a pair, as cut out of the text."""

    text: str
    axis: str
    letter: str = ""


def _angle(half: Half) -> tuple[float, float]:
    """Degrees, and half the size of the last digit written, in degrees."""
    sign, *numbers = _parts(half)
    for name, number in zip(("minutes", "seconds"), numbers[1:], strict=False):
        if float(number) >= 60:
            raise unclear(
                f"The {half.axis} has {number} {name}, and there are fewer than 60.",
                f"Check the {name} in {short(half.text)}.",
            )
    if any("." in number for number in numbers[:-1]):
        raise unclear(
            f"In the {half.axis} {short(half.text)} a part before the last one has decimals.",
            f"Write {EXAMPLES}.",
        )
    value = sum(float(number) / 60**power for power, number in enumerate(numbers))
    decimals = len(numbers[-1].partition(".")[2])
    size = 10.0**-decimals / 60 ** (len(numbers) - 1)
    return -value if sign == "-" else value, size / 2


def _parts(half: Half) -> list[str]:
    """Sign, then degrees, minutes and seconds as far as written."""
    sign = "-" if half.letter in ("S", "W") else ""
    packed = _PACKED.fullmatch(half.text) if half.letter else None
    if packed and len(packed[1]) == (2 if half.axis == "latitude" else 3):
        return [sign, *(part.replace(",", ".") for part in packed.groups() if part)]
    found = _ANGLE.fullmatch(half.text)
    numbers = [part for part in found.group("d", "m", "s") if part] if found else []
    if found is None or found["last"] not in ("", "°'\""[len(numbers) - 1]):
        raise unclear(
            f"{short(half.text)} is not a {half.axis} that can be read.", f"Write {EXAMPLES}."
        )
    if found["sign"] and half.letter:
        raise unclear(
            f"The {half.axis} {short(half.text)} has both a sign and a letter.",
            "Leave one of the two out.",
        )
    return [found["sign"] or sign, *(part.replace(",", ".") for part in numbers)]


# --- two halves ---------------------------------------------------------------

_TRIM = " ,;:=/|()[]"
_LETTER = re.compile(r"[NSEW]")
_TOGETHER = re.compile(r"([+-]\d\d(?:\.\d+)?)([+-]\d{3}(?:\.\d+)?)/?", re.ASCII)  # ISO 6709
_ALLOWED = re.compile(r"[\d .,;:=/|°'\"+NSEWO()\[\]-]+", re.ASCII)
_NO_NUMBER = re.compile(
    rf"[+-]?(?:(?:NAN|INF(?:INITY)?) ?, ?[+-]?(?:NAN|INF(?:INITY)?|{_NUMBER})"
    rf"|{_NUMBER} ?, ?[+-]?(?:NAN|INF(?:INITY)?))",
    re.ASCII,
)
_SOME_NUMBER = re.compile(r"[0-9]|NAN|INF")
_NAME = re.compile(r"[NSEWO]+ ?\d+")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_SECOND_DEGREES = re.compile(rf"[ ,]*([+-]?{_NUMBER}°.*)", re.ASCII)


def read_pair(text: str) -> tuple[float, float, float] | None:
    """Latitude, longitude, accuracy in metres; None where the text is no pair of numbers."""
    upper = text.upper()
    if not _SOME_NUMBER.search(upper):
        return None
    upper = _COMPASS_WORD.sub(lambda word: _COMPASS[word[0]], upper)
    labels = [found[1] or "LON" for found in _LABEL.finditer(upper)]
    bare = _LABEL.sub("|", upper) if labels else upper
    bare = _UNIT_WORD.sub(lambda word: "°'\""["DMS".index(word[1][0])], bare)
    bare = re.sub(r"(?<=\d) (?=[°'\"])", "", bare)
    bare = re.sub(r"(^|[,;/|] ?)([+-]) (?=\d)", r"\1\2", bare)
    numbers = len(re.findall(_NUMBER, bare))
    if _NO_NUMBER.fullmatch(bare):
        raise unclear(f"{short(text)} holds what is not a number.", f"Write {EXAMPLES}.")
    if not _ALLOWED.fullmatch(bare) or not numbers:
        return None
    if numbers == 1:
        if _NAME.fullmatch(bare):
            return None  # N2 is a road
        raise unclear(f"{short(text)} is only one number.", f"Write {EXAMPLES}.")
    letters = _LETTER.findall(bare)
    if "O" in bare:
        raise unclear(
            "The letter O is west in French and Spanish, and east in German.", "Write E or W."
        )
    if sorted(labels) == ["LAT", "LON"]:
        halves = _by_labels(bare, labels)
    elif letters:
        halves = _by_letters(bare.strip(_TRIM), letters)
    else:
        lat, lon = _cut(bare.strip(_TRIM))
        halves = [Half(lat, "latitude"), Half(lon, "longitude")]
    return _joined(halves)


def _joined(halves: list[Half]) -> tuple[float, float, float]:
    written = "".join(half.text for half in halves)
    if "," in written and "." in written:
        raise unclear("Decimal points and decimal commas are mixed.", f"Write {EXAMPLES}.")
    angles = {half.axis: _angle(half) for half in halves}
    if len(angles) < 2:
        raise unclear(f"There are two values for {halves[0].axis}.", f"Write {EXAMPLES}.")
    (lat, lat_half), (lon, lon_half) = angles["latitude"], angles["longitude"]
    check_range(lat, lon, ordered=any(half.letter for half in halves))
    return lat + 0.0, lon + 0.0, max(FINEST_M, max(lat_half, lon_half) * METRES_PER_DEGREE)


def check_range(lat: float, lon: float, *, ordered: bool = False) -> None:
    """Raises with the field named, and proposes the swap where that would fit."""
    if abs(lat) <= 90.0 and abs(lon) <= 180.0:
        return
    if not ordered and 90.0 < abs(lat) <= 180.0 and abs(lon) <= 90.0:
        raise unclear(
            f"Latitude {lat:g} is beyond 90; latitude and longitude look swapped.",
            f"Latitude comes first: {lon:g}, {lat:g}.",
            "latitude",
        )
    axis, value, most = ("longitude", lon, 180) if abs(lat) <= 90.0 else ("latitude", lat, 90)
    raise unclear(
        f"{axis.title()} {value:g} is not between -{most} and {most}.", f"Check the {axis}.", axis
    )


def _by_labels(text: str, labels: list[str]) -> list[Half]:
    """``lat 4.36 lon 18.55``, with or without letters."""
    before, *values = (value.strip(_TRIM) for value in text.split("|"))
    if before or len(values) != 2:
        raise unclear(f"{short(text)} is not clear.", f"Write {EXAMPLES}.")
    halves: list[Half] = []
    for label, value in zip(labels, values, strict=True):
        axis = "latitude" if label == "LAT" else "longitude"
        letter = "".join(_LETTER.findall(value))
        if letter and _AXES.get(letter) != axis:
            raise unclear(f"{short(value)} is no {axis}.", f"Write {EXAMPLES}.")
        halves.append(Half(value.strip(_TRIM + "NSEW"), axis, letter))
    return halves


def _by_letters(text: str, letters: list[str]) -> list[Half]:
    """``4.36N 18.55E`` or ``N4.36 E18.55``."""
    if len(letters) == 1:
        missing = "longitude" if _AXES[letters[0]] == "latitude" else "latitude"
        raise unclear(f"The {missing} has no letter.", f"Write {EXAMPLES}.")
    first, second = (found.start() for found in list(_LETTER.finditer(text))[:2])
    leading, trailing = first == 0, second == len(text) - 1
    if len(letters) > 2 or leading == trailing:
        raise unclear(
            f"The letters in {short(text)} do not say which number is which.", f"Write {EXAMPLES}."
        )
    values = (
        (text[1:second], text[second + 1 :]) if leading else (text[:first], text[first + 1 : -1])
    )
    return [
        Half(value.strip(_TRIM), _AXES[letter], letter)
        for value, letter in zip(values, letters, strict=True)
    ]


def _cut(text: str) -> tuple[str, str]:
    """Two halves of a text without letters, where only one cut is possible."""
    if found := _TOGETHER.fullmatch(text):
        return found[1], found[2]
    text = re.sub(r" ?([,;/|]) ?", r"\1", text) if re.search(r"[;/|]", text) else text
    halves = re.split(r"[;/|]", text)
    if len(halves) == 1 and text.count("°") == 2:
        first = text.index("°") + 1
        if found := _SECOND_DEGREES.search(text, first):
            halves = [text[: found.start()], found[1]]
    elif len(halves) == 1:
        halves = re.split(r" ?, ", text)
    if len(halves) == 1:
        halves = _cut_numbers(text)
    if len(halves) != 2:
        raise unclear(
            f"{short(text)} is not clear: which part is the latitude, which the longitude?",
            f"Write {EXAMPLES}.",
        )
    return halves[0].strip(_TRIM), halves[1].strip(_TRIM)


def _cut_numbers(text: str) -> list[str]:
    """Spaces or one comma between the halves; commas within numbers are decimal commas."""
    parts, commas = text.split(" "), text.count(",")
    middle = len(parts) // 2
    by_spaces = [" ".join(parts[:middle]), " ".join(parts[middle:])]
    if commas == 1 and (len(parts) % 2 or not any(map(_DECIMAL_COMMA.fullmatch, parts))):
        return text.split(",")
    even = len(parts) in (2, 4, 6) and "-" not in parts
    if even and commas in (0, 2) and all(half.count(",") == commas / 2 for half in by_spaces):
        return by_spaces
    return [text]
