"""What attackers know beside the releases: the land, who lives where, and habits.

They know the habits of nearly everybody, hour by hour, as neighbours do; not where
somebody was on one day. Shapes: ``P`` adults, ``S`` spots.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from benchmarks.source_game.district import HOURS, KM, District, Floats, east_north
from benchmarks.source_game.life import KEEPS, SIGHT_KM, START
from eirene.places import Place
from eirene.release.coarsen import World, holds
from eirene.times import Span

KNOWN = 0.9
"""Share of people whose habits are known; of the others only the home is."""
SAYS, HEARS = 0.7, 0.2
"""How often a source tells what he saw, and what happened at his village when he was not there."""
_DRIFT_KM = 0.5
"""What happens lies about so far from the spot where people are."""
Flags = NDArray[np.bool_]


class Knowledge:
    """One district as its people know it."""

    def __init__(self, district: District, world: World, seed: int, k: int = 5) -> None:
        self.district = district
        self.k = k
        self._world = world
        people = district.people
        unknown = np.random.default_rng([seed, 2]).random(len(people)) > KNOWN
        self.habit = np.where(unknown[:, None], people.home[:, None], people.habit)
        self.home = people.home
        far = np.hypot(
            (district.lon[:, None] - district.lon[None]) * math.cos(math.radians(district.lat[0])),
            district.lat[:, None] - district.lat[None],
        )
        self._in_sight = far / KM <= SIGHT_KM
        """``S, S``: whether what happens at the second is seen from the first."""
        number = len(district.villages)
        self.nearest = far[:, :number].argmin(axis=1)
        """``S``: the village that each spot belongs to."""
        self._people = np.array([one.people for one in district.villages])
        self._rings = [self._ring(spot) for spot in range(len(district.lon))]
        self._spots: dict[Place, Flags] = {}
        self.told: dict[tuple[int, bool, bool], Floats] = {}
        """What attackers have worked out of a report, by its number."""
        self.ruled_out: dict[int, Flags] = {}
        """Of a report of a chain, by its number: spots at which it cannot have happened."""

    def _ring(self, spot: int) -> list[tuple[float, float]]:
        """Points around a spot."""
        lon, lat = float(self.district.lon[spot]), float(self.district.lat[spot])
        points = [(lon, lat)]
        for at in range(4):
            angle = at * math.pi / 2
            east, north = _DRIFT_KM * math.cos(angle), _DRIFT_KM * math.sin(angle)
            points.append(east_north(lon, lat, east, north))
        return points

    def spots(self, place: Place | None) -> Flags:
        """``S``: whether a version's place can mean something that happened at each spot."""
        if place is None:
            return np.ones(len(self._rings), np.bool_)
        if place not in self._spots:
            self._spots[place] = np.array([self._meant(ring, place) for ring in self._rings])
        return self._spots[place]

    def _meant(self, ring: list[tuple[float, float]], place: Place) -> bool:
        if place.method == "map" and place.lat is not None and place.lon is not None:
            lon, lat = ring[0]
            far = math.hypot(lon - place.lon, lat - place.lat) / KM
            return far <= 2 * _DRIFT_KM + (place.accuracy_m or 0.0) / 1000
        return any(holds(place, lon, lat, self._world) for lon, lat in ring)

    def large_enough(self, threatened: int) -> Flags:
        """``S``: spots whose village has at least so many people."""
        return self._people[self.nearest] >= threatened

    def tells(self, spots: Flags, hours: list[int], weights: Floats | None = None) -> Floats:
        """``P``: how likely each would tell of what happened at one of these spots.

        Which of the spots, and in which of the hours of the week, is not known.
        """
        where = spots if spots.any() else np.ones_like(spots)
        seen = self._in_sight[:, where].mean(axis=1)
        heard = np.bincount(self.nearest[where], minlength=len(self._people)) / where.sum()
        sees = self.presence(seen, hours, weights)
        return SAYS * sees + HEARS * (1 - sees) * heard[self.home]

    def presence(
        self, of_spot: Floats | Flags, hours: list[int], weights: Floats | None = None
    ) -> Floats:
        """``P``: the mean of a number of spots over where each is in these hours."""
        values = of_spot.astype(np.float64)
        usual = np.average(values[self.habit[:, hours]], axis=1, weights=weights)
        return KEEPS * usual + (1 - KEEPS) * values[self.home]


def hours_of(span: Span | None, before: datetime | None = None) -> list[int]:
    """Hours of the week in which it can have happened; before it was released, at the latest."""
    if span is None:
        return list(range(HOURS))
    end = max(span.end, span.start + timedelta(minutes=1))
    if before is not None:
        end = min(end, max(before, span.start + timedelta(minutes=1)))
    first = int((span.start - START) // timedelta(hours=1))
    last = int((end - START - timedelta(seconds=1)) // timedelta(hours=1))
    return [hour % HOURS for hour in range(first, min(last, first + HOURS - 1) + 1)]
