"""Reports as many as a benchmark needs, sized and worded like the real incidents of one mission.

Seeded: the same number gives the same reports. Each is one of the 1,848 real
events that ship with the replay, moved by days and metres and put into one of
the compartments, so that lengths, words, places and counts are those of real
reports. Nothing made here is ever shown as real.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import msgspec

from eirene.places import Place
from eirene.reports.envelope import (
    FORMAT,
    SUITE,
    ZERO_HASH,
    Body,
    Header,
    Opened,
    encode_body,
    encode_header,
    entry_hash,
)
from eirene.times import Span

EVENTS = "missions/car/events_ucdp_ged231.csv.gz"
COMPARTMENTS = 40
DRIFT_DAYS = 1_000
"""Events are moved by up to this many days: the real ones crowd in a few weeks."""
DRIFT_DEG = 0.05
_DAY = timedelta(days=1)
_RECEIVED = datetime(2026, 1, 1, tzinfo=UTC)
_TYPES = {"1": "AC", "2": "AC", "3": "VC"}


def compartments(number: int = COMPARTMENTS) -> list[str]:
    """Names of the compartments, the busiest first."""
    named = ["mission", "command", "police", "civil", "humanitarian", "public"]
    return (named + [f"org-{n:02}" for n in range(number)])[:number]


def events() -> list[dict[str, str]]:
    """Rows of the real events."""
    packed = resources.files("eirene").joinpath(EVENTS).read_bytes()
    return list(csv.DictReader(gzip.decompress(packed).decode().splitlines()))


def _content(row: dict[str, str]) -> msgspec.Raw:
    values: dict[str, Any] = {
        "summary": f"{row['dyad_name']}: {row['where_coordinates']}, {row['best']} killed"[:300],
        "narrative": row["source_article"].strip(),
        "type": _TYPES.get(row["type_of_violence"], "AC"),
        "state": "assessed",
        "actors": [
            {"role": "party", "actor_class": "armed-group", "name": row["side_a"]},
            {"role": "party", "actor_class": "unknown", "name": row["side_b"]},
        ],
        "killed": int(row["low"]),
        "killed_best": int(row["best"]),
        "killed_most": int(row["high"]),
        "killed_civilians": int(row["deaths_civilians"]),
        "reference": f"UCDP GED {row['id']}",
    }
    return msgspec.Raw(msgspec.msgpack.encode(values))


class Maker:
    """Makes bodies, one after the other."""

    def __init__(self, seed: int = 1, number: int = COMPARTMENTS) -> None:
        self._random = random.Random(seed)
        self._names = compartments(number)
        self._rows = events()
        self._contents = [_content(row) for row in self._rows]

    def body(self) -> Body:
        """The next report."""
        draw = self._random
        at = draw.randrange(len(self._rows))
        row = self._rows[at]
        start = datetime.fromisoformat(row["date_start"][:10]).replace(tzinfo=UTC)
        end = datetime.fromisoformat(row["date_end"][:10]).replace(tzinfo=UTC) + _DAY
        drift = draw.randrange(-DRIFT_DAYS, DRIFT_DAYS) * _DAY
        precision = "day" if end - start == _DAY else "span"
        lat = round(float(row["latitude"]) + draw.uniform(-DRIFT_DEG, DRIFT_DEG), 5)
        lon = round(float(row["longitude"]) + draw.uniform(-DRIFT_DEG, DRIFT_DEG), 5)
        return Body(
            id=draw.randbytes(16),
            client_id=draw.randbytes(16),
            owner="replay",
            compartment=self._names[draw.randrange(len(self._names))],
            entity=draw.randbytes(16),
            kind="incident/1",
            account="import",
            filed=_RECEIVED,
            source="UCDP GED 23.1",
            basis="media",
            occurred=Span(start + drift, end + drift, precision),
            place=Place(
                lon=lon,
                lat=lat,
                accuracy_m=5_000.0,
                method="imported",
                text=row["where_description"],
                name=row["where_coordinates"],
                pcode=f"CF{11 + at % 7}{1 + at % 5}{1 + at % 3}",
                pcode_from="point",
            ),
            tlp="CLEAR",
            content=self._contents[at],
        )


def bodies(count: int, *, seed: int = 1, number: int = COMPARTMENTS) -> Iterator[Body]:
    """So many reports."""
    maker = Maker(seed, number)
    for _ in range(count):
        yield maker.body()


def opened(count: int, *, seed: int = 1, number: int = COMPARTMENTS) -> Iterator[Opened]:
    """The same as a log would give them, one second apart, without a log."""
    clock = int(_RECEIVED.timestamp() * 1000) << 16
    for lsn, body in enumerate(bodies(count, seed=seed, number=number), start=1):
        yield as_opened(body, lsn, clock + lsn)


def as_opened(body: Body, lsn: int, clock: int) -> Opened:
    """A body as the log hands it out, under a header that no author has signed."""
    raw = encode_body(body)
    header = Header(
        format=FORMAT,
        suite=SUITE,
        mission=bytes(16),
        realm=2,
        compartment=hashlib.sha256(body.compartment.encode()).digest()[:16],
        author=bytes(32),
        sequence=lsn,
        previous=ZERO_HASH,
        clock=clock,
        key_id=bytes(16),
        salt=bytes(32),
        body_hash=hashlib.sha256(raw).digest(),
        commitment=bytes(32),
        size=len(raw),
    )
    digest = entry_hash(encode_header(header))
    return Opened(lsn, digest, header, body, raw, _RECEIVED + timedelta(seconds=lsn))
