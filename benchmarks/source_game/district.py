"""A made district: villages, fields, roads and wells, and the people who live by them.

It lies in the open sea, so that nobody takes it for a real one. Seeded: the same
number gives the same district.

Shapes: ``P`` adults, ``S`` spots, ``H`` = 168 hours of a week, from Monday 00:00 UTC.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

WEST, SOUTH = -24.0, -14.0
"""Corner of the district, degrees; the land around it is sea."""
SIDE_KM = 90.0
KM = 1 / 111.32
"""Degrees of latitude in a kilometre; at 14 degrees south a degree of longitude is 3 % less."""
HOURS = 168
ADULTS = 0.5
"""Share of people who are grown up, and so could have told anybody anything."""
OCCUPATIONS = ("at-home", "farmer", "trader", "driver", "herder", "commuter")

Floats = NDArray[np.float64]
Ints = NDArray[np.int16]


class Village(NamedTuple):
    """One village; its number is also the number of its spot."""

    lon: float
    lat: float
    people: int
    market_day: int
    """0 is Monday; -1: no market."""
    covered: bool
    """Whether telephones work there."""


class People(msgspec.Struct):
    """Grown-up people, one a row."""

    home: Ints
    """``P``: number of the village."""
    occupation: Ints
    """``P``: number in ``OCCUPATIONS``."""
    habit: Ints
    """``P, H``: the spot at which each is in that hour of the week, if nothing keeps him at home."""

    def __len__(self) -> int:
        return len(self.home)


class District(msgspec.Struct):
    """Land and people."""

    villages: list[Village]
    lon: Floats
    """``S``: degrees. Villages come first, then fields, roads and wells."""
    lat: Floats
    covered: NDArray[np.bool_]
    """``S``: whether telephones work there."""
    fields: list[list[int]]
    """Spots of each village's fields."""
    roads: dict[tuple[int, int], list[int]]
    """Spots along the road between two villages, by the smaller number first."""
    wells: list[int]
    people: People


def made(seed: int) -> District:
    """The district of that number."""
    return _Maker(np.random.default_rng(seed)).district()


def sizes(district: District) -> Floats:
    """People of each village."""
    return np.array([float(one.people) for one in district.villages])


def east_north(lon: float, lat: float, km_east: float, km_north: float) -> tuple[float, float]:
    """A point so many kilometres further."""
    return lon + km_east * KM / math.cos(math.radians(lat)), lat + km_north * KM


class _Maker:
    def __init__(self, draw: np.random.Generator) -> None:
        self._draw = draw
        self._lon: list[float] = []
        self._lat: list[float] = []
        self._covered: list[bool] = []

    def district(self) -> District:
        villages = self._villages()
        for one in villages:
            self._spot(one.lon, one.lat, covered=one.covered)
        fields = [self._around(one, self._fields_of(one)) for one in villages]
        roads = self._roads(villages)
        wells = [self._remote(villages) for _ in range(8)]
        land = District(
            villages=villages,
            lon=np.array(self._lon),
            lat=np.array(self._lat),
            covered=np.array(self._covered),
            fields=fields,
            roads=roads,
            wells=wells,
            people=People(
                home=np.zeros(0, np.int16),
                occupation=np.zeros(0, np.int16),
                habit=np.zeros((0, HOURS), np.int16),
            ),
        )
        land.people = _Settler(self._draw, land).people()
        return land

    # -- land

    def _villages(self) -> list[Village]:
        """Two towns, villages along the river, hamlets anywhere."""
        draw = self._draw
        found: list[Village] = []
        for at in range(30):
            for _ in range(200):
                east, north = draw.uniform(4, SIDE_KM - 4, 2)
                if at < 16:  # along the river, that winds through the middle
                    north = SIDE_KM / 2 + 14 * math.sin(east / 14) + draw.normal(0, 6)
                point = east_north(WEST, SOUTH, float(east), float(north))
                if 3 < north < SIDE_KM - 3 and all(_km(point, one) > 4 for one in found):
                    break
            else:
                continue
            found.append(self._village(at, point))
        return found

    def _village(self, at: int, point: tuple[float, float]) -> Village:
        draw = self._draw
        if at < 2:
            people = int(draw.uniform(1_800, 3_500))
        elif at < 16:
            people = int(np.clip(draw.lognormal(5.5, 0.7), 60, 1_200))
        else:
            people = int(np.clip(draw.lognormal(3.6, 0.8), 10, 250))
        market = int(draw.integers(0, 7)) if people > 400 or at < 2 else -1
        covered = at < 2 or bool(draw.random() < (0.5 if at < 16 else 0.2))
        return Village(*point, people, market, covered)

    def _spot(self, lon: float, lat: float, *, covered: bool) -> int:
        self._lon.append(lon)
        self._lat.append(lat)
        self._covered.append(covered)
        return len(self._lon) - 1

    def _fields_of(self, village: Village) -> int:
        return int(np.clip(village.people // 40, 1, 14))

    def _around(self, village: Village, number: int) -> list[int]:
        spots: list[int] = []
        for _ in range(number):
            angle, far = self._draw.uniform(0, 2 * math.pi), self._draw.uniform(1.5, 6)
            point = east_north(
                village.lon, village.lat, far * math.cos(angle), far * math.sin(angle)
            )
            spots.append(self._spot(*point, covered=village.covered and far < 3))
        return spots

    def _roads(self, villages: list[Village]) -> dict[tuple[int, int], list[int]]:
        """Roads that join all villages, each to the nearest that is joined already."""
        roads: dict[tuple[int, int], list[int]] = {}
        for at in range(1, len(villages)):
            here = villages[at]
            other = min(range(at), key=lambda n: _km((here.lon, here.lat), villages[n]))
            there = villages[other]
            steps = max(1, round(_km((here.lon, here.lat), there) / 5) - 1)
            spots: list[int] = []
            for step in range(1, steps + 1):
                part = step / (steps + 1)
                lon = there.lon + part * (here.lon - there.lon)
                lat = there.lat + part * (here.lat - there.lat)
                spots.append(self._spot(lon, lat, covered=bool(self._draw.random() < 0.15)))
            roads[other, at] = spots
        return roads

    def _remote(self, villages: list[Village]) -> int:
        """A well far from all villages."""
        tried = [self._draw.uniform(4, SIDE_KM - 4, 2) for _ in range(12)]
        points = [east_north(WEST, SOUTH, float(e), float(n)) for e, n in tried]
        far = max(points, key=lambda point: min(_km(point, one) for one in villages))
        return self._spot(*far, covered=False)


def _km(point: tuple[float, float], village: Village) -> float:
    east = (point[0] - village.lon) * math.cos(math.radians(point[1]))
    return math.hypot(east, point[1] - village.lat) / KM


class _Settler:
    """Gives everybody a home, an occupation and habits."""

    def __init__(self, draw: np.random.Generator, land: District) -> None:
        self._draw = draw
        self._land = land
        villages = range(len(land.villages))
        self._markets = [at for at in villages if land.villages[at].market_day >= 0]

    def people(self) -> People:
        homes: list[int] = []
        occupations: list[int] = []
        habits: list[Ints] = []
        for at, village in enumerate(self._land.villages):
            for _ in range(max(1, round(village.people * ADULTS))):
                job = int(self._draw.choice(6, p=(0.12, 0.68, 0.06, 0.02, 0.07, 0.05)))
                homes.append(at)
                occupations.append(job)
                habits.append(self._habit(at, OCCUPATIONS[job]))
        return People(
            home=np.array(homes, np.int16),
            occupation=np.array(occupations, np.int16),
            habit=np.stack(habits),
        )

    def _habit(self, home: int, occupation: str) -> Ints:
        week = np.full(HOURS, home, np.int16)
        {
            "at-home": self._at_home,
            "farmer": self._farmer,
            "trader": self._trader,
            "driver": self._driver,
            "herder": self._herder,
            "commuter": self._commuter,
        }[occupation](week, home)
        return week

    def _at_home(self, week: Ints, home: int) -> None:
        """Shopkeepers, old people: the market, now and then, and kin in another village."""
        if self._draw.random() < 0.3:
            self._market(week, home)
        if self._draw.random() < 0.4:
            self._trip(week, home, self._neighbour(home), int(self._draw.integers(0, 7)), 9, 17)

    def _farmer(self, week: Ints, home: int) -> None:
        """In the fields from the morning on, but for days of rest and perhaps the market."""
        field = int(self._draw.choice(self._land.fields[home]))
        begins, ends = int(self._draw.integers(5, 8)), int(self._draw.integers(12, 18))
        for day in self._draw.permutation(7)[: int(self._draw.integers(4, 7))]:
            week[day * 24 + begins : day * 24 + ends] = field
        if self._draw.random() < 0.5:
            self._market(week, home)

    def _trader(self, week: Ints, home: int) -> None:
        """From market to market, each on its day."""
        reach = self._near(home, self._markets, 6)
        number = min(len(reach), int(self._draw.integers(2, 5)))
        for at in self._draw.permutation(len(reach))[:number]:
            market = reach[int(at)]
            self._trip(week, home, market, self._land.villages[market].market_day, 6, 17)

    def _driver(self, week: Ints, home: int) -> None:
        """To one or two of the larger places and back, three to six days a week."""
        ends = [at for at in self._near(home, self._markets, 4) if at != home] or [0]
        for day in self._draw.permutation(7)[: int(self._draw.integers(3, 7))]:
            self._trip(week, home, int(self._draw.choice(ends[:2])), int(day), 6, 18)

    def _herder(self, week: Ints, home: int) -> None:
        """At two wells in turn, often over night."""
        wells = self._draw.permutation(self._near(home, self._land.wells, 3))[:2]
        out = bool(self._draw.random() < 0.6)
        turn = self._draw.integers(0, 2, 7)
        rest = int(self._draw.integers(0, 7))
        for day in range(7):
            if day != rest:
                begins, ends = (0, 24) if out else (int(self._draw.integers(4, 7)), 19)
                week[day * 24 + begins : day * 24 + ends] = int(wells[turn[day]])

    def _commuter(self, week: Ints, home: int) -> None:
        """Teachers, nurses, labourers: in another village on working days, each on his own."""
        other = self._neighbour(home)
        for day in self._draw.permutation(7)[: int(self._draw.integers(3, 6))]:
            self._trip(week, home, other, int(day), 7, 16)

    def _market(self, week: Ints, home: int) -> None:
        market = self._near(home, self._markets, 1)[0]
        day = self._land.villages[market].market_day
        if market == home:
            week[day * 24 + 7 : day * 24 + 13] = home
        else:
            self._trip(week, home, market, day, 6, 15)

    def _neighbour(self, home: int) -> int:
        others = self._near(home, list(range(len(self._land.villages))), 6)
        return int(self._draw.choice([at for at in others if at != home]))

    def _trip(self, week: Ints, home: int, to: int, day: int, begins: int, ends: int) -> None:
        """There, along the road where there is one, and back; an hour or two sooner or later."""
        start = day * 24 + int(self._draw.integers(-1, 2))
        end = day * 24 + ends + int(self._draw.integers(-2, 3))
        week[start + begins : end] = to
        road = self._land.roads.get((min(home, to), max(home, to)), [])
        for hour in range(len(road) and 2):
            week[start + begins + hour] = road[hour * (len(road) - 1)]
            week[end - 1 - hour] = road[hour * (len(road) - 1)]

    def _near(self, home: int, spots: list[int], number: int) -> list[int]:
        land = self._land
        far = np.hypot(land.lon[spots] - land.lon[home], land.lat[spots] - land.lat[home])
        return [spots[at] for at in np.argsort(far)[:number]]


__all__ = ["ADULTS", "HOURS", "KM", "OCCUPATIONS", "District", "People", "Village", "made"]
