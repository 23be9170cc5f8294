"""Names and P-codes of a mission's places, in memory.

Invariants
  * An area has a P-code and no point: a report that names only an area is not
    a dot in the middle of it.
  * A town and the areas around it that bear its name are one answer, the town.
    Areas of one name inside each other are one answer, the largest.
  * What stays ambiguous is returned whole; ``places`` then asks.
  * Areas of one answer are of one version of the country's divisions: of the one that was in
    force on the day that is asked about, else of the standing one, else of the one that has them.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec
import shapely

from eirene.missions.divisions import Division
from eirene.places import Place, distance_m

CITY, TOWN, VILLAGE = 5_000.0, 2_000.0, 1_000.0
"""Metres: how far from the middle a place that is only named may lie."""

_CITY_PEOPLE = 100_000
_SAME_VILLAGE_M, _SAME_TOWN_M = 12_000.0, 60_000.0
"""Two lists put the same village, or the same town, at most this far apart.

Towns farther, because one list gives the middle of the town and the other
that of its district; two towns of one name are never so near.
"""

_SIZE = {"city": CITY, "town": TOWN, "village": VILLAGE}
_CODE = re.compile(r"([A-Z]{2,3})(\d{1,10})", re.ASCII)


def folded(name: str) -> str:
    """Letters and digits only, without accents and case: ``N'Délé`` is ``ndele``."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(filter(str.isalnum, plain))


class Named(msgspec.Struct, frozen=True):
    """One place or area of one list."""

    place: Place
    source: str
    size: float
    """Inhabitants, events or square kilometres: larger comes first among its like."""
    level: int = -1
    """Administrative level of an area; -1 for a point."""
    people: int | None = None
    """Inhabitants, where the list says how many."""
    division: int = 0
    """Of an area: which version of the divisions, in the order of the mission."""
    other_names: tuple[str, ...] = ()


class Suggested(msgspec.Struct, frozen=True):
    """A place that goes on as typed, with what tells it from others of its name."""

    place: Place
    source: str
    around: str = ""
    """Name of the area around it."""
    other_names: tuple[str, ...] = ()
    valid: str = ""
    """Title of the version of the divisions that alone has this P-code; "" where all do."""
    write: str = ""
    """What to write so that it is this one and no other."""


class Gazetteer:
    """The names of all lists, by their folded spelling."""

    def __init__(
        self, named: Iterable[Named], divisions: Sequence[Division], prefixes: Sequence[str]
    ) -> None:
        self._divisions = tuple(divisions)
        self._prefixes = tuple(prefixes)
        self._by_name: dict[str, list[Named]] = {}
        self._by_code: dict[str, list[Named]] = {}
        self._found: dict[tuple[str, tuple[int, ...]], list[Place]] = {}
        """Answers that were given: few for each name there is."""
        self.parents: dict[str, str] = {}
        for division in reversed(self._divisions):
            self.parents |= division.parents
        self.settled: list[Named] = []
        """Places of which a list says how many people live there."""
        for one in named:
            if one.people is not None and one.level < 0:
                self.settled.append(one)
            if one.level >= 0:
                self._by_code.setdefault(one.place.pcode, []).append(one)
            for key in dict.fromkeys(folded(text) for text in (one.place.name, *one.other_names)):
                if key:
                    self._by_name.setdefault(key, []).append(one)
        self._keys = sorted(self._by_name)

    def find(self, text: str, on: date | None = None) -> list[Place]:
        """Places with that name or P-code, best first; several only where it stays unclear.

        ``Bria, Haute-Kotto`` is a name with the area around it. ``on`` is the day that is told of.
        """
        order = self._order(on)
        code = self._coded(text, order)
        if code is not None:
            return [code.place]
        key = folded(text)
        if key not in self._by_name:
            return self._inside(text, order)
        found = self._found.get((key, order))
        if found is None:
            hits = self._settled(self._by_name[key], order)
            found = self._found[key, order] = [self._whole(one) for one in hits]
        return list(found)

    def _order(self, on: date | None) -> tuple[int, ...]:
        """Which version's areas are meant before which: those in force on the day come first."""
        numbers = range(len(self._divisions))
        if on is None:
            return tuple(numbers)
        return tuple(sorted(numbers, key=lambda at: not self._divisions[at].holds(on)))

    def _inside(self, text: str, order: tuple[int, ...]) -> list[Place]:
        """Places of a name that lie in the area that is named after the comma."""
        name, _, around = text.rpartition(",")
        areas = [one for one in self._by_name.get(folded(around), ()) if one.level >= 0]
        if not areas or not folded(name):
            return []
        hits = [
            one
            for one in self._by_name.get(folded(name), ())
            if any(self._lies_in(one, area) for area in areas)
        ]
        return [self._whole(one) for one in self._settled(hits, order)]

    def _lies_in(self, one: Named, area: Named) -> bool:
        if one.level < 0:
            return self._holds(area, one)
        return (
            one is not area
            and one.division == area.division
            and self._within(one.place.pcode, area.place.pcode, one.division)
        )

    def lies_in(self, pcode: str, around: str) -> bool:
        """Whether an area is, or lies in, one that bears a name or P-code."""
        areas = {one.place.pcode for one in self._called(around) if one.level >= 0}
        areas.add(self._spelled(around))
        while pcode and pcode not in areas:
            pcode = self.parents.get(pcode, "")
        return bool(pcode)

    def suggest(self, prefix: str, limit: int = 10) -> list[Suggested]:
        """Places whose name begins so, largest first."""
        key = folded(prefix)
        if not key:
            return []
        order = self._order(None)
        found: dict[str, Named] = {}
        for at in range(bisect_left(self._keys, key), len(self._keys)):
            if not self._keys[at].startswith(key):
                break
            for one in self._settled(self._by_name[self._keys[at]], order):
                alike = self._called(one.place.name)
                if alike and one not in self._settled(alike, order):
                    continue  # the same place of another list, under a longer name
                found.setdefault(f"{one.place.name}/{one.place.pcode}/{one.place.lat}", one)
        ranked = sorted(found.values(), key=lambda n: (n.level >= 0, -n.size, n.place.name))
        best = self._by_code.get(self._spelled(prefix), []) + ranked
        return [self._suggested(one) for one in best[:limit]]

    def _suggested(self, one: Named) -> Suggested:
        place = self._whole(one)
        inside = self.parents.get(place.pcode, "") if one.level >= 0 else place.pcode
        around = self.name_of(inside)
        if folded(around) == folded(place.name):
            around = self.name_of(self.parents.get(inside, ""))
        write = place.name
        if len(self.find(write)) != 1:
            write = f"{place.name}, {around}"
            if len(self.find(write)) != 1 and place.pcode and one.level >= 0:
                write = place.pcode
        valid = self.only_in(place.pcode) if one.level >= 0 else ""
        return Suggested(place, one.source, around, one.other_names, valid, write)

    def about(self, place: Place) -> Suggested | None:
        """What tells a place that ``find`` gave from others of its name; None where it gave none."""
        for one in self._called(place.name):
            own = one.place
            there = own.lat is not None and (own.lat, own.lon) == (place.lat, place.lon)
            if there or (place.lat is None and own.pcode == place.pcode):
                return self._suggested(one)
        return None

    def only_in(self, pcode: str) -> str:
        """Titles of the versions that have an area's P-code; "" where all that go so fine have it."""
        versions = self._by_code.get(pcode, [])
        level = versions[0].level if versions else -1
        if len(versions) == sum(level in one.coded for one in self._divisions):
            return ""
        return ", ".join(self._divisions[one.division].told.title for one in versions)

    def begun_by(self, text: str) -> Place | None:
        """The finest area whose P-code a code begins with that no list has: ``CF71`` of ``CF712``.

        None for what is no code of the mission, for one that is known, and where no digit tells.
        """
        code = self._spelled(text)
        if not code or code in self._by_code:
            return None
        ends = range(len(code) - 1, len(self._prefixes[0]), -1)
        found = next((code[:end] for end in ends if code[:end] in self._by_code), "")
        return self._by_code[found][0].place if found else None

    def name_of(self, pcode: str) -> str:
        """Name of an area; "" where no list has it."""
        one = self._by_code.get(pcode)
        return one[0].place.name if one else ""

    def _spelled(self, text: str) -> str:
        """A P-code with the mission's own prefix, from any that lists put before the digits."""
        found = _CODE.fullmatch(text.strip().upper())
        return f"{self._prefixes[0]}{found[2]}" if found and found[1] in self._prefixes else ""

    def _coded(self, text: str, order: tuple[int, ...]) -> Named | None:
        versions = self._by_code.get(self._spelled(text))
        return min(versions, key=lambda one: order.index(one.division)) if versions else None

    def _whole(self, one: Named) -> Place:
        """With the P-code of the area that bears its name, else of the finest around it.

        A city of several districts is its own area, not the district of its middle. The areas
        are those of the standing version, by which points are kept.
        """
        place = one.place
        if place.pcode or place.lat is None or place.lon is None:
            return place
        around = [a for a in self._called(place.name) if a.division == 0 and self._holds(a, one)]
        own = max(around, key=lambda area: area.level, default=None)
        standing = self._divisions[0].areas if self._divisions else None
        at = standing.at(place.lon, place.lat) if standing else None
        code = own.place.pcode if own else at
        return msgspec.structs.replace(place, pcode=code, pcode_from="point") if code else place

    def _called(self, name: str) -> Sequence[Named]:
        """All of a name; none where it is written in signs that are no letters."""
        return self._by_name.get(folded(name), ())

    def _settled(self, hits: Sequence[Named], order: tuple[int, ...]) -> list[Named]:
        points = sorted((one for one in hits if one.level < 0), key=lambda one: -one.size)
        areas = sorted(_of_one_version(hits, order), key=lambda one: one.level)
        kept: list[Named] = []
        for one in points:
            if not any(_same(one.place, other.place) for other in kept):
                kept.append(one)
        for area in areas:
            inside = any(self._holds(area, one) for one in kept)
            nested = any(
                one.level >= 0 and self._within(area.place.pcode, one.place.pcode, area.division)
                for one in kept
            )
            if not inside and not nested:
                kept.append(area)
        return kept

    def _holds(self, area: Named, one: Named) -> bool:
        place = one.place
        if area.level < 0 or place.lat is None or place.lon is None:
            return False
        division = self._divisions[area.division]
        if area.level in division.areas.levels:
            return division.areas.at(place.lon, place.lat, area.level) == area.place.pcode
        # a list without borders: a town of its name in the area around it is its town
        shape = division.shape_of(area.place.pcode)
        return shape is not None and bool(shapely.intersects_xy(shape, place.lon, place.lat))

    def _within(self, code: str, other: str, division: int) -> bool:
        parents = self._divisions[division].parents
        while code and code != other:
            code = parents.get(code, "")
        return bool(code)


def _of_one_version(hits: Sequence[Named], order: tuple[int, ...]) -> list[Named]:
    """The areas among these, of the version that is meant first."""
    areas = [one for one in hits if one.level >= 0]
    first = min((order.index(one.division) for one in areas), default=0)
    return [one for one in areas if order.index(one.division) == first]


def _same(one: Place, other: Place) -> bool:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return False
    towns = min(one.accuracy_m or 0.0, other.accuracy_m or 0.0) >= TOWN
    most = _SAME_TOWN_M if towns else _SAME_VILLAGE_M
    return distance_m(one.lat, one.lon, other.lat, other.lon) <= most


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def named_areas(at: int, division: Division) -> Iterator[Named]:
    """Names of a version's areas; ``at`` is its number in the order of the mission."""
    for one in division.codes.values():
        place = Place(name=one.name, pcode=one.pcode, pcode_from="stated")
        yield Named(
            place,
            division.told.source,
            one.km2,
            one.level,
            division=at,
            other_names=one.other_names,
        )


def read_geonames(path: Path) -> Iterator[Named]:
    """Towns of GeoNames with their other names."""
    for row in _rows(path):
        people = float(row["population"] or 0)
        accuracy = CITY if people >= _CITY_PEOPLE else TOWN
        place = Place(
            name=row["name"],
            lat=float(row["latitude"]),
            lon=float(row["longitude"]),
            accuracy_m=accuracy,
        )
        other = tuple(filter(None, row["alternatenames"].split("|")))
        yield Named(place, "GeoNames", people, people=int(people) or None, other_names=other)


def read_villages(path: Path) -> Iterator[Named]:
    """Places that events name: ``Bria town`` is found as Bria, too."""
    for row in _rows(path):
        told = row["where_coordinates"]
        name, _, sort = told.rpartition(" ")
        accuracy = _SIZE.get(sort, VILLAGE)
        place = Place(
            name=name if sort in _SIZE else told,
            lat=float(row["latitude"]),
            lon=float(row["longitude"]),
            accuracy_m=accuracy,
        )
        yield Named(place, "UCDP GED", float(row["events"] or 0), other_names=(told,))


def read_settlements(path: Path, source: str) -> Iterator[Named]:
    """Capital, towns and villages of a mission's own list, with their other names."""
    for row in _rows(path):
        place = Place(
            name=row["name"],
            lat=float(row["latitude"]),
            lon=float(row["longitude"]),
            accuracy_m=VILLAGE if row["class"] == "village" else TOWN,
        )
        people = int(row["people"]) if row["people"] else None
        other = tuple(filter(None, row["other_names"].split("|")))
        yield Named(place, source, float(people or 0), people=people, other_names=other)


def read_gazetteer(
    folder: Path,
    names: Mapping[str, str],
    divisions: Sequence[Division],
    prefixes: Sequence[str],
    source: str = "",
) -> Gazetteer:
    """The gazetteer of a mission folder; lists that it does not have are left out.

    ``source`` is whose the settlements are.
    """
    named: list[Named] = []
    for at, division in enumerate(divisions):
        named += named_areas(at, division)
    if "settlements" in names:
        named += read_settlements(folder / names["settlements"], source)
    if "geonames" in names:
        named += read_geonames(folder / names["geonames"])
    if "villages" in names:
        named += read_villages(folder / names["villages"])
    return Gazetteer(named, divisions, prefixes)
