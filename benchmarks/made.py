"""Reports as many as a benchmark needs, sized and worded like the real incidents of one mission.

Seeded: the same number gives the same reports. Each is one of the 1,848 real
events that ship with the replay, as the ready mapping imports it, moved by days
and metres and put into one of the compartments, so that lengths, words, places
and counts are those of real reports. Nothing made here is ever shown as real.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources

import msgspec

from eirene.imports.run import plan
from eirene.missions import mission_named
from eirene.places import Place
from eirene.reports.draft import Draft, draft_of
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
from eirene.reports.flat import raw_content
from eirene.reports.packing import packed
from eirene.times import Span

EVENTS = "missions/car/events_ucdp_ged231.csv.gz"
COMPARTMENTS = 40
DRIFT_DAYS = 1_000
"""Events are moved by up to this many days: the real ones crowd in a few weeks."""
DRIFT_DEG = 0.05
_DAY = timedelta(days=1)
_RECEIVED = datetime(2026, 1, 1, tzinfo=UTC)
MAPPING = "ucdp-ged"


def compartments(number: int = COMPARTMENTS) -> list[str]:
    """Names of the compartments, the busiest first."""
    named = ["mission", "command", "police", "civil", "humanitarian", "public"]
    return (named + [f"org-{n:02}" for n in range(number)])[:number]


def events() -> list[dict[str, str]]:
    """Rows of the real events."""
    packed = resources.files("eirene").joinpath(EVENTS).read_bytes()
    return list(csv.DictReader(gzip.decompress(packed).decode().splitlines()))


def drafts() -> list[Draft]:
    """The real events as the ready mapping imports them: what a node really holds of each."""
    mission = mission_named("car")
    batch = next(batch for batch in mission.batches() if batch.mapping == MAPPING)
    made = plan(
        batch.path,
        kind=batch.kind,
        mapping=batch.mapping,
        compartment=batch.compartment,
        zone=mission.zone,
        now=_RECEIVED,
        find=mission.find,
        areas=mission.areas,
    )
    return [draft_of(flat, now=_RECEIVED, find=mission.find) for flat in made.flats()]


class Maker:
    """Makes bodies, one after the other."""

    def __init__(self, seed: int = 1, number: int = COMPARTMENTS) -> None:
        self._random = random.Random(seed)
        self._names = compartments(number)
        self._drafts = drafts()
        self._contents = [raw_content(draft.content) for draft in self._drafts]

    def body(self) -> Body:
        """The next report."""
        draw = self._random
        at = draw.randrange(len(self._drafts))
        draft = self._drafts[at]
        drift = draw.randrange(-DRIFT_DAYS, DRIFT_DAYS) * _DAY
        return Body(
            id=draw.randbytes(16),
            client_id=draw.randbytes(16),
            owner="replay",
            compartment=self._names[draw.randrange(len(self._names))],
            entity=draw.randbytes(16),
            kind=draft.kind.tag,
            account="import",
            filed=_RECEIVED,
            source=draft.source,
            basis=draft.basis,
            occurred=self._moved(draft.occurred, drift),
            place=self._shifted(draft.place),
            tlp=draft.tlp,
            purpose=draft.purpose,
            language=draft.language,
            content=self._contents[at],
        )

    @staticmethod
    def _moved(span: Span | None, drift: timedelta) -> Span | None:
        if span is None:
            return None
        precision = "span" if span.precision in ("month", "year") else span.precision
        return Span(span.start + drift, span.end + drift, precision, span.text)

    def _shifted(self, place: Place | None) -> Place | None:
        if place is None or place.lat is None or place.lon is None:
            return place
        return msgspec.structs.replace(
            place,
            lat=round(place.lat + self._random.uniform(-DRIFT_DEG, DRIFT_DEG), 5),
            lon=round(place.lon + self._random.uniform(-DRIFT_DEG, DRIFT_DEG), 5),
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
    received = _RECEIVED + timedelta(seconds=lsn)
    return Opened(lsn, digest, header, body, raw, received, packed(raw))
