"""Names that the mission's own lists do not have: those that somebody decided on, since a list calls
one thing what the mission calls another, and those of sites that were imported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache

import msgspec

from eirene.errors import InvalidQuery
from eirene.places import Place, distance_m
from eirene.reports.draft import Find

_SHOWN = 5
_KEPT = 20_000
"""Answers on sites that are kept during one import: rows of one place come together."""
SAME_M = 500.0
"""Two lists put one site at most this far apart."""
_THERE_M = 25.0
"""What is called by its name and its point lies at most this far from it: four decimals are 11 m."""
_AT_POINT = re.compile(
    r"(.*\S)\s*\(\s*(-?\d{1,2}(?:\.\d{1,8})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,8})?)\s*\)", re.ASCII
)


def with_names(
    find: Find | None, said: Mapping[str, str], others: Mapping[str, str] | None = None
) -> Find | None:
    """Looks names up as ``find`` does, those that were decided on by what they mean.

    ``others``: what other organisations decided; nobody else's word moves a place that the
    mission's lists know.
    """
    if find is None or not (said or others):
        return find
    means = {_folded(name): one for name, one in said.items() if one}
    theirs = {_folded(name): one for name, one in (others or {}).items() if one}

    def decided(text: str, on: date | None = None, /) -> list[Place]:
        folded = _folded(text)
        if folded in means:
            return find(means[folded], on)
        found = find(text, on)
        return find(theirs[folded], on) if len(found) != 1 and folded in theirs else found

    return decided


def with_sites(
    find: Find | None, sites: Callable[[str], list[Place]], lies_in: Callable[[Place, str], bool]
) -> Find:
    """Looks names up as ``find`` does; those that no list of the mission has among ``sites``.

    ``Zorbelle, Haute-Kotto`` is a site of that name where ``lies_in`` says so of its place. Several
    of one name are all given, for somebody to be asked; one that two lists put within
    ``SAME_M`` is one, with the coarser of the two accuracies. ``Zorbelle (7.0312, 22.4410)``, as
    ``at_point`` says it, is the one that lies there: areas do not tell all of them apart.
    """

    @lru_cache(maxsize=_KEPT)
    def of_sites(text: str) -> tuple[Place, ...]:
        found = sites(text)
        name, comma, around = text.rpartition(",")
        if not found and comma and name.strip():
            found = [one for one in sites(name) if lies_in(one, around.strip())]
        return tuple(_told_apart(found))

    def both(text: str, on: date | None = None, /) -> list[Place]:
        return (find(text, on) if find else []) or list(of_sites(text))

    def there(text: str, on: date | None = None, /) -> list[Place]:
        found = both(text, on)
        said = None if found else _AT_POINT.fullmatch(text)
        if said is None:
            return found
        point = Place(lat=float(said[2]), lon=float(said[3]))
        return [one for one in both(said[1], on) if _near(one, point, _THERE_M)]

    return there


def at_point(place: Place) -> str:
    """A place by its name and point, as ``with_sites`` finds it; "" for one without a point."""
    if place.lat is None or place.lon is None:
        return ""
    return f"{place.name} ({place.lat:.4f}, {place.lon:.4f})"


def _told_apart(found: Sequence[Place]) -> list[Place]:
    kept: list[Place] = []
    for one in found:
        for at, other in enumerate(kept):
            if _near(one, other):
                rough = max((one, other), key=lambda place: place.accuracy_m or math.inf)
                kept[at] = msgspec.structs.replace(other, accuracy_m=rough.accuracy_m)
                break
        else:
            kept.append(one)
    return kept


def _near(one: Place, other: Place, most_m: float = SAME_M) -> bool:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return one.lat == other.lat and bool(one.pcode) and one.pcode == other.pcode
    return distance_m(one.lat, one.lon, other.lat, other.lon) <= most_m


def check_names(find: Find | None, said: Mapping[str, str]) -> None:
    """Raises ``InvalidQuery`` for a decision that does not name one place of the mission."""
    for name, means in said.items():
        hits = find(means) if find and means else []
        if means and len(hits) != 1:
            others = ", ".join(f"{hit.name} ({hit.pcode})" for hit in hits[:_SHOWN])
            what = f"may be {others}" if others else "is in no list of places of this mission"
            raise InvalidQuery(
                f"{name!r} cannot be taken for {means!r}, which {what}.",
                field="places",
                remedy="Name one place: its P-code, or a name with its area, as Mbata, Lobaye.",
            )


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
