"""What happens in a district over some months, who of the sources sees it, and whom they tell.

Times are UTC. Shapes as in ``district``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmarks.source_game.district import KM, OCCUPATIONS, District, sizes

START = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""
DAYS = 120
KEEPS = 0.85
"""In so many of a hundred hours of a day people are where their habit has them; else at home."""
SIGHT_KM = 2.0
"""So far a source sees or hears what happens."""

_TYPES = ("VC", "AC", "CR", "AR", "EX")
_GROUPS = (
    ("residents",),
    ("farmers",),
    ("traders",),
    ("residents",),
    ("herders",),
    ("teachers", "health-workers"),
)
"""Who is threatened, by the occupation that is hit."""


class Event(msgspec.Struct, frozen=True):
    """Something that happened, or is about to."""

    number: int
    at: datetime
    lon: float
    lat: float
    spot: int
    type: str
    groups: tuple[str, ...]
    threatened: int
    killed: int
    host_forces: bool
    soon: bool
    """An attack that is imminent or under way: its alert goes out in two minutes."""


class Source(msgspec.Struct, frozen=True):
    """Somebody who tells."""

    person: int
    """Row in ``People``: the answer that attackers look for."""
    channel: str
    """``hotline``, ``meeting`` (with the liaison assistant, once a week) or ``organisation``."""
    meets: int
    """Hour of the week of the meeting."""
    reliability: str


class Told(msgspec.Struct, frozen=True):
    """One report that a source gave."""

    source: int
    """Number of the source: its pseudonymous chain."""
    event: Event
    filed: datetime
    """When it reached the mission, or the organisation."""


class Life(msgspec.Struct, frozen=True):
    """All of it."""

    sources: list[Source]
    told: list[Told]
    """In order of filing."""


def lived(district: District, seed: int, *, sources: int = 30, events: int = 720) -> Life:
    """Months in a district, with so many sources and events."""
    draw = np.random.default_rng([seed, 1])
    chosen = _chosen(district, draw, sources)
    walks = [_walk(district, one.person, draw) for one in chosen]
    told: list[Told] = []
    for number in range(events):
        event = _event(district, draw, number)
        for at, source in enumerate(chosen):
            if _learns(district, event, source, walks[at], draw):
                filed = _tells(district, event, source, walks[at], draw)
                told.append(Told(at, event, filed))
    return Life(chosen, sorted(told, key=lambda one: one.filed))


def _chosen(district: District, draw: np.random.Generator, number: int) -> list[Source]:
    """Sources: those who get about, and those whom everybody tells, more often than others.

    The mission wants some in small places too: a hamlet has more of them for its size.
    """
    often = dict(zip(OCCUPATIONS, (3.0, 1.0, 6.0, 8.0, 3.0, 6.0), strict=True))
    weights = np.array([often[OCCUPATIONS[job]] for job in district.people.occupation])
    weights /= np.sqrt(sizes(district)[district.people.home])
    rows = draw.choice(len(weights), number, replace=False, p=weights / weights.sum())
    return [
        Source(
            person=int(row),
            channel=str(draw.choice(("hotline", "meeting", "organisation"), p=(0.6, 0.25, 0.15))),
            meets=int(draw.integers(0, 7)) * 24 + int(draw.integers(8, 17)),
            reliability=str(draw.choice(("B", "C", "D", "F"))),
        )
        for row in rows
    ]


def _walk(district: District, person: int, draw: np.random.Generator) -> NDArray[np.int16]:
    """Where somebody really was, hour by hour: by habit, or at home for that part of the day."""
    people = district.people
    kept = np.repeat(draw.random(DAYS * 2 + 14) < KEEPS, 12)[: DAYS * 24 + 168]
    hours = np.arange(len(kept)) % people.habit.shape[1]
    usual: NDArray[np.int16] = people.habit[person][hours]
    return np.where(kept, usual, people.home[person])


def _event(district: District, draw: np.random.Generator, number: int) -> Event:
    villages = range(len(district.villages))
    sort = draw.choice(4, p=(0.35, 0.25, 0.25, 0.15))
    choices = [
        list(villages),
        [spot for spots in district.fields for spot in spots],
        [spot for spots in district.roads.values() for spot in spots],
        district.wells,
    ][sort]
    spot = int(draw.choice(choices))
    night = sort == 0 and draw.random() < 0.5
    hour = int(draw.choice((22, 23, 0, 1, 2, 3, 4))) if night else int(draw.integers(5, 19))
    at = START + timedelta(days=int(draw.integers(0, DAYS)), hours=hour)
    nearest = district.villages[_nearest(district, spot)]
    threatened = max(2, int(nearest.people * draw.uniform(0.2, 1.0)))
    hit = (0, 1, int(draw.choice((2, 3, 5))), 4)[sort]
    return Event(
        number=number,
        at=at + timedelta(minutes=int(draw.integers(0, 60))),
        lon=float(district.lon[spot] + draw.normal(0, 0.3) * KM),
        lat=float(district.lat[spot] + draw.normal(0, 0.3) * KM),
        spot=spot,
        type=str(draw.choice(_TYPES)),
        groups=_GROUPS[hit],
        threatened=threatened if sort < 2 else max(2, int(draw.lognormal(2, 0.8))),
        killed=int(draw.poisson(0.7)),
        host_forces=bool(draw.random() < 0.12),
        soon=bool(draw.random() < 0.4),
    )


def _nearest(district: District, spot: int) -> int:
    number = len(district.villages)
    east = district.lon[:number] - district.lon[spot]
    return int(np.argmin(np.hypot(east, district.lat[:number] - district.lat[spot])))


def hour_of(moment: datetime) -> int:
    """Hours since the start."""
    return int((moment - START) // timedelta(hours=1))


def _learns(
    district: District,
    event: Event,
    source: Source,
    walk: NDArray[np.int16],
    draw: np.random.Generator,
) -> bool:
    """Sees it, or is told by neighbours who did; and then tells, seven times of ten."""
    here = int(walk[hour_of(event.at)])
    near = np.hypot(district.lon[here] - event.lon, district.lat[here] - event.lat) / KM
    if near <= SIGHT_KM:
        return bool(draw.random() < 0.7)
    home = int(district.people.home[source.person])
    told = near <= 8 and _nearest(district, event.spot) == home
    return bool(told and draw.random() < 0.2)


def _tells(
    district: District,
    event: Event,
    source: Source,
    walk: NDArray[np.int16],
    draw: np.random.Generator,
) -> datetime:
    """When it reaches whom he tells: by telephone where it works, or at the next meeting."""
    soonest = event.at + timedelta(minutes=int(draw.integers(3, 40)))
    if source.channel == "meeting" and not event.soon:
        hours = (source.meets - hour_of(soonest)) % 168 or 168
        return soonest + timedelta(hours=hours)
    for late in range(36):
        moment = soonest + timedelta(hours=late)
        if district.covered[walk[hour_of(moment)]]:
            return moment
    return soonest + timedelta(hours=36)
