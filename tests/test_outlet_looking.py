"""The eye of the outlet walk finds a mark in whatever form it leaves; else the walk proves nothing."""

from __future__ import annotations

import base64
import gzip
import io
import json
import math
import sqlite3
import struct
import urllib.parse
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

import mgrs
import msgspec
import pytest

from eirene.times import dtg, iso
from outlets import marks
from outlets.looking import Eye
from outlets.planting import Mark

WORD = marks.word("test")
LAT, LON = marks.point(77)
WHEN = marks.moment(31)
ID = "00112233445566778899aabbccddeeff"
PLANTED = [
    Mark("word", WORD, 0, "summary"),
    Mark("area", marks.area(3, 7), 1, "pcode"),
    Mark("number", marks.number(5), 2, "killed"),
    Mark("decimal", marks.decimal(6), 3, "speed_mps"),
    Mark("moment", WHEN, 4, "occurred"),
    Mark("point", (LAT, LON), 5, "point"),
    Mark("id", ID, 6, "id"),
]
EYE = Eye(PLANTED)


def seen(raw: bytes) -> set[int]:
    return {mark.plant for mark in EYE.found(raw)}


def zipped(raw: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", raw)
    return out.getvalue()


def stored(*cells: str | bytes, deleted: bool = False) -> bytes:
    """A database with one row, or what is left of it."""
    with closing(sqlite3.connect(":memory:")) as file:
        file.execute("PRAGMA secure_delete = OFF")
        file.execute(f"CREATE TABLE told ({', '.join(f'c{at}' for at, _ in enumerate(cells))})")
        file.execute(f"INSERT INTO told VALUES ({', '.join('?' * len(cells))})", cells)
        if deleted:
            file.execute("DROP TABLE told")
        file.commit()
        return file.serialize()


WRAPS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda raw: raw,
    "upper case": bytes.upper,
    "JSON escapes": lambda raw: "".join(f"\\u{c:04x}" for c in raw).encode(),
    "XML entities": lambda raw: "".join(f"&#{c};" for c in raw).encode(),
    "percent": lambda raw: "".join(f"%{c:02X}" for c in raw).encode(),
    "gzip": gzip.compress,
    "zip": zipped,
    "zip in zip": lambda raw: zipped(zipped(raw)),
    "MessagePack": lambda raw: msgspec.msgpack.encode({"rows": [[raw.decode()]]}),
    "MessagePack bytes": lambda raw: msgspec.msgpack.encode({"cursor": raw}),
    "base64": base64.b64encode,
    "a database": lambda raw: stored("2", raw.decode(), "x"),
    "a database, packed": lambda raw: gzip.compress(stored(raw.decode())),
    "a row that was deleted": lambda raw: stored(raw.decode(), deleted=True),
    "base64 for addresses": base64.urlsafe_b64encode,
    "UTF-16": lambda raw: raw.decode().encode("utf-16-le"),
    "a file's name": lambda raw: b'attachment; filename="x-' + raw + b'.csv"',
}


@pytest.mark.parametrize("wrap", WRAPS)
def test_a_word_is_found_however_it_is_wrapped(wrap: str) -> None:
    raw = f"they said {WORD} twice".encode()
    assert seen(WRAPS[wrap](raw)) == {0}


def test_a_point_of_a_geopackage_is_found() -> None:
    geometry = struct.pack("<2sBBiBIdd", b"GP", 0, 1, 4326, 1, 1, LON, LAT)
    assert seen(stored("x", geometry)) == {5}


def quadkey(zoom: int, x: int, y: int) -> str:
    return "".join(str((x >> at & 1) | (y >> at & 1) << 1) for at in reversed(range(zoom)))


def tile(zoom: int) -> tuple[int, int]:
    n = 1 << zoom
    x = int((LON + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians(LAT))) / math.pi) / 2 * n)
    return x, y


def geohash(length: int) -> str:
    low = [-90.0, -180.0]
    high = [90.0, 180.0]
    letters, bits, even = "", "", True
    while len(letters) < length:
        at = 1 if even else 0
        middle = (low[at] + high[at]) / 2
        one = (LAT, LON)[at] >= middle
        (low if one else high)[at] = middle
        bits += "1" if one else "0"
        even = not even
        if len(bits) == 5:
            letters += "0123456789bcdefghjkmnpqrstuvwxyz"[int(bits, 2)]
            bits = ""
    return letters


def mercator() -> tuple[float, float]:
    y = math.log(math.tan(math.pi / 4 + math.radians(LAT) / 2)) * 6_378_137
    return LON * 111_319.490_793, y


def degrees_minutes(value: float, side: str) -> str:
    whole, rest = divmod(abs(value), 1)
    return f"{int(whole)}°{rest * 60:.3f}'{side}"


PLACES = {
    "GeoJSON": json.dumps({"coordinates": [LON, LAT]}),
    "the other way round": f"{LAT}, {LON}",
    "one of the two alone": f'"lat": {LAT}',
    "KML": f"<coordinates>{LON},{LAT},0</coordinates>",
    "rounded to four": f"{LAT:.4f} {LON:.4f}",
    "rounded to three": f"{LAT:.3f} {LON:.3f}",
    "without signs": f"{-LAT:.5f} S, {-LON:.5f} W",
    "whole numbers": f"[{round(LON * 1e7)},{round(LAT * 1e7)}]",
    "a millionth": f"[{round(LON * 1e6)},{round(LAT * 1e6)}]",
    "metres": "{:.1f} {:.1f}".format(*mercator()),
    "MGRS": mgrs.MGRS().toMGRS(LAT, LON, MGRSPrecision=5),
    "MGRS to a kilometre": mgrs.MGRS().toMGRS(LAT, LON, MGRSPrecision=2),
    "geohash of seven": f"cell {geohash(7)}",
    "geohash of nine": f"cell {geohash(9)}",
    "a tile": "/tiles/reports/14/{}/{}.mvt".format(*tile(14)),
    "a coarser tile": "/12/{}/{}".format(*tile(12)),
    "quadkey": quadkey(16, *tile(16)),
    "degrees and minutes": f"{degrees_minutes(LAT, 'S')} {degrees_minutes(LON, 'W')}",
}


@pytest.mark.parametrize("form", PLACES)
def test_a_point_is_found_in_every_form(form: str) -> None:
    assert 5 in seen(PLACES[form].encode())


@pytest.mark.parametrize(
    "text",
    [f"{LAT:.1f} {LON:.1f}", f"{LAT - 0.02} {LON - 0.02}", "/5/15/16", "30M", geohash(4), "-0.5"],
)
def test_what_is_coarse_or_elsewhere_is_no_find(text: str) -> None:
    assert seen(text.encode()) == set()


@pytest.mark.parametrize(
    "text",
    [
        iso(WHEN),
        f"{WHEN:%Y-%m-%d %H:%M}",
        dtg(WHEN),
        dtg(WHEN).replace("Z", ""),
        str(int(WHEN.timestamp())),
        str(int(WHEN.timestamp() * 1000)),
    ],
)
def test_a_moment_is_found_in_every_form(text: str) -> None:
    assert seen(f'"t":"{text}"'.encode()) == {4}


def test_another_minute_and_the_clock_of_today_are_no_find() -> None:
    assert seen(f"{WHEN:%Y-%m-%dT%H}:00Z {iso(datetime.now(UTC))}".encode()) == set()


@pytest.mark.parametrize(
    ("text", "plant"),
    [
        (f'{{"killed":{marks.number(5)}}}', 2),
        (f"{marks.decimal(6)}", 3),
        (marks.area(3, 7), 1),
        (marks.area(3, 7)[:4], 1),
        (ID, 6),
        (f"{ID[:8]}-{ID[8:12]}-{ID[12:16]}-{ID[16:20]}-{ID[20:]}", 6),
        (base64.b64encode(bytes.fromhex(ID)).decode(), 6),
        (urllib.parse.quote(f"id={ID}"), 6),
    ],
)
def test_numbers_codes_and_ids_are_found(text: str, plant: int) -> None:
    assert seen(text.encode()) == {plant}


def test_the_sum_of_two_counts_is_no_third() -> None:
    assert seen(str(marks.number(5) + marks.number(0)).encode()) == set()
