"""Names and P-codes of a mission's places, in memory.

Invariants
  * An area has a P-code and no point: a report that names only an area is not
    a dot in the middle of it.
  * A town and the areas around it that bear its name are one answer, the town.
    Areas of one name inside each other are one answer, the largest.
  * What stays ambiguous is returned whole; ``places`` then asks.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from eirene.missions.areas import Areas
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


class Gazetteer:
    """The names of all lists, by their folded spelling."""

    def __init__(
        self, named: Iterable[tuple[Named, Sequence[str]]], areas: Areas, prefixes: Sequence[str]
    ) -> None:
        self._areas = areas
        self._prefixes = tuple(prefixes)
        self._by_name: dict[str, list[Named]] = {}
        self._by_code: dict[str, Named] = {}
        self._found: dict[str, list[Place]] = {}
        """Answers that were given: no more of them than there are names."""
        self.parents: dict[str, str] = {}
        self.settled: list[Named] = []
        """Places of which a list says how many people live there."""
        for one, spellings in named:
            if one.people is not None and one.level < 0:
                self.settled.append(one)
            if one.level >= 0:
                self._by_code[one.place.pcode] = one
            for key in dict.fromkeys(folded(text) for text in (one.place.name, *spellings)):
                if key:
                    self._by_name.setdefault(key, []).append(one)
        self._keys = sorted(self._by_name)

    def find(self, text: str) -> list[Place]:
        """Places with that name or P-code, best first; several only where it stays unclear.

        ``Bria, Haute-Kotto`` is a name with the area around it.
        """
        code = self._coded(text)
        if code is not None:
            return [code.place]
        key = folded(text)
        if key not in self._by_name:
            return self._inside(text)
        found = self._found.get(key)
        if found is None:
            hits = self._settled(self._by_name[key])
            found = self._found[key] = [self._whole(one) for one in hits]
        return list(found)

    def _inside(self, text: str) -> list[Place]:
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
        return [self._whole(one) for one in self._settled(hits)]

    def _lies_in(self, one: Named, area: Named) -> bool:
        if one.level < 0:
            return self._holds(area, one)
        return one is not area and self._within(one.place.pcode, area.place.pcode)

    def suggest(self, prefix: str, limit: int = 10) -> list[tuple[Place, str]]:
        """Places whose name begins so, largest first, each with the list it is from."""
        key = folded(prefix)
        if not key:
            return []
        found: dict[str, Named] = {}
        for at in range(bisect_left(self._keys, key), len(self._keys)):
            if not self._keys[at].startswith(key):
                break
            for one in self._settled(self._by_name[self._keys[at]]):
                if one not in self._settled(self._by_name[folded(one.place.name)]):
                    continue  # the same place of another list, under a longer name
                found.setdefault(f"{one.place.name}/{one.place.pcode}/{one.place.lat}", one)
        code = self._coded(prefix)
        ranked = sorted(found.values(), key=lambda n: (n.level >= 0, -n.size, n.place.name))
        best = ([code] if code else []) + ranked
        return [(self._whole(one), one.source) for one in best[:limit]]

    def name_of(self, pcode: str) -> str:
        """Name of an area; "" where no list has it."""
        one = self._by_code.get(pcode)
        return one.place.name if one else ""

    def _coded(self, text: str) -> Named | None:
        """By P-code, in any of the prefixes that lists put before the digits."""
        found = _CODE.fullmatch(text.strip().upper())
        if found is None or found[1] not in self._prefixes:
            return None
        return self._by_code.get(f"{self._prefixes[0]}{found[2]}")

    def _whole(self, one: Named) -> Place:
        """With the P-code of the area that bears its name, else of the finest around it.

        A city of several districts is its own area, not the district of its middle.
        """
        place = one.place
        if place.pcode or place.lat is None or place.lon is None:
            return place
        around = [a for a in self._by_name[folded(place.name)] if self._holds(a, one)]
        own = max(around, key=lambda area: area.level, default=None)
        code = own.place.pcode if own else self._areas.at(place.lon, place.lat)
        return msgspec.structs.replace(place, pcode=code, pcode_from="point") if code else place

    def _settled(self, hits: Sequence[Named]) -> list[Named]:
        points = sorted((one for one in hits if one.level < 0), key=lambda one: -one.size)
        areas = sorted((one for one in hits if one.level >= 0), key=lambda one: one.level)
        kept: list[Named] = []
        for one in points:
            if not any(_same(one.place, other.place) for other in kept):
                kept.append(one)
        for area in areas:
            inside = any(self._holds(area, one) for one in kept)
            nested = any(
                one.level >= 0 and self._within(area.place.pcode, one.place.pcode) for one in kept
            )
            if not inside and not nested:
                kept.append(area)
        return kept

    def _holds(self, area: Named, one: Named) -> bool:
        place = one.place
        if area.level < 0 or place.lat is None or place.lon is None:
            return False
        return self._areas.at(place.lon, place.lat, area.level) == area.place.pcode

    def _within(self, code: str, other: str) -> bool:
        while code and code != other:
            code = self.parents.get(code, "")
        return bool(code)


def _same(one: Place, other: Place) -> bool:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return False
    towns = min(one.accuracy_m or 0.0, other.accuracy_m or 0.0) >= TOWN
    most = _SAME_TOWN_M if towns else _SAME_VILLAGE_M
    return distance_m(one.lat, one.lon, other.lat, other.lon) <= most


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def read_areas(path: Path, source: str) -> tuple[list[tuple[Named, Sequence[str]]], dict[str, str]]:
    """Names of areas with their P-codes, and the parent of each."""
    named: list[tuple[Named, Sequence[str]]] = []
    parents: dict[str, str] = {}
    for row in _rows(path):
        place = Place(name=row["name"], pcode=row["pcode"], pcode_from="stated")
        one = Named(place, source, float(row["area_sqkm"] or 0), int(row["level"]))
        named.append((one, [row["ref_name"]]))
        if row["parent_pcode"]:
            parents[row["pcode"]] = row["parent_pcode"]
    return named, parents


def read_geonames(path: Path) -> Iterator[tuple[Named, Sequence[str]]]:
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
        yield (
            Named(place, "GeoNames", people, people=int(people) or None),
            row["alternatenames"].split("|"),
        )


def read_villages(path: Path) -> Iterator[tuple[Named, Sequence[str]]]:
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
        yield Named(place, "UCDP GED", float(row["events"] or 0)), [told]


def read_settlements(path: Path, source: str) -> Iterator[tuple[Named, Sequence[str]]]:
    """Capital, towns and villages of a mission's own list, with their other names."""
    for row in _rows(path):
        place = Place(
            name=row["name"],
            lat=float(row["latitude"]),
            lon=float(row["longitude"]),
            accuracy_m=VILLAGE if row["class"] == "village" else TOWN,
        )
        people = int(row["people"]) if row["people"] else None
        yield Named(place, source, float(people or 0), people=people), row["other_names"].split("|")


def read_gazetteer(
    folder: Path,
    names: Mapping[str, str],
    areas: Areas,
    prefixes: Sequence[str],
    source: str = "",
) -> Gazetteer:
    """The gazetteer of a mission folder; lists that it does not have are left out.

    ``source`` is whose the areas and settlements are.
    """
    named: list[tuple[Named, Sequence[str]]] = []
    parents: dict[str, str] = {}
    if "pcodes" in names:
        named, parents = read_areas(folder / names["pcodes"], source)
    if "settlements" in names:
        named += read_settlements(folder / names["settlements"], source)
    if "geonames" in names:
        named += read_geonames(folder / names["geonames"])
    if "villages" in names:
        named += read_villages(folder / names["villages"])
    gazetteer = Gazetteer(named, areas, prefixes)
    gazetteer.parents = parents
    return gazetteer
