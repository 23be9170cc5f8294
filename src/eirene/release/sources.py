"""The source threshold: how many could have told it, as far as an outsider can say.

Pure, with public figures as its input: settlements with their people, sites and
organisations. What outsiders already hold narrows it down: only the settlements that fit
every version - of this report, and of what the same source told before - can be where the
source lives. All audiences count as one: one member of each who leaks is enough.

Invariants
  * What is not known is not many: without figures a person decides.
  * Holding more never makes the crowd larger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

import msgspec

from eirene.places import Place
from eirene.release.classes import HOST_FORCES
from eirene.release.coarsen import World, coarse_place, coarse_span
from eirene.release.rules import Rule
from eirene.reports.envelope import Body
from eirene.times import Span

CLASSES_HELD = frozenset(
    ("informant-alert", "incident-verified", HOST_FORCES, "report-from-organisation")
)
"""Classes in which a source stands behind the report."""

AUDIENCES_HELD = ("partners", "local", "host-state", "capital-", "public")
"""Audiences towards which the threshold holds; ``capital-`` begins a name."""

GROWN_UP = 0.5
"""Share of people who are old enough to have told anybody anything."""
BY_DAY, BY_NIGHT = 0.6, 0.3
"""Share of them who were about, and could have noticed: the others are away, or sleep."""
OF_A_GROUP = 0.2
"""Share of people who belong to a group that a version names, such as herders."""
EVERYBODY = frozenset(("civilians", "residents", "women", "men", "children", "other"))
"""Groups that are no small share of people."""


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """One place where people live, from public data."""

    id: str
    people: int | None = None
    """Inhabitants; None: not known."""
    sites: int = 0
    """Clinics, schools, markets: places whose staff could have told it."""
    organisations: frozenset[str] = frozenset()
    """Organisations that are present there."""


class Country(World, Protocol):
    """The land with its people."""

    @property
    def complete(self) -> bool:
        """Whether every settlement is known, so that where there is none nobody lives."""
        ...

    def settlements(self, place: Place, /) -> Sequence[Settlement]:
        """Settlements of which the people are known, in the area that a version names."""
        ...


class Crowd(msgspec.Struct, frozen=True, kw_only=True):
    """How many could be the source; None: not known."""

    people: int | None
    sites: int
    organisations: int


def crowd_of(
    settlements: Iterable[Settlement],
    held: Iterable[frozenset[str]] = (),
    *,
    present: float = 1.0,
    share: float = 1.0,
) -> Crowd:
    """The crowd that the settlements of an area, a block of time and a group leave.

    ``settlements`` lie in the area that the version would name. ``held``: for each version
    of the same thing that this audience has, the ids of the settlements that fit it.
    ``present`` is the share of people who were there in that block of time, ``share`` the
    share of people in the affected group; both from 0 to 1.
    """
    left = list(settlements)
    for fitting in held:
        left = [one for one in left if one.id in fitting]
    known = [one.people for one in left if one.people is not None]
    everybody = int(sum(known) * min(1.0, max(0.0, present)) * min(1.0, max(0.0, share)))
    return Crowd(
        people=everybody if known else None,
        sites=sum(one.sites for one in left),
        organisations=len(frozenset[str]().union(*(one.organisations for one in left))),
    )


def asks(data: str, audience: str) -> bool:
    """Whether the threshold holds for this class of data and audience."""
    return outside(audience) and data in CLASSES_HELD


def outside(audience: str) -> bool:
    """Whether the threshold holds towards an audience."""
    return any(audience.startswith(name) for name in AUDIENCES_HELD)


def too_few(crowd: Crowd | None, k: int, *, of_organisation: bool) -> bool:
    """Whether one person has to decide: fewer than ``k`` could be the source, or nobody knows.

    What an organisation told could come from as many organisations as there are; what the
    mission was told, from as many people.
    """
    if crowd is None:
        return True
    many = crowd.organisations if of_organisation else crowd.people
    return many is None or many < k


class Watch:
    """How many could be the source of one report, for each version that is thought of.

    ``told``: for each source that may stand behind it, the places of all versions that
    outsiders have of what this source told. Versions that were thought of before for other
    audiences count as held, too: they come together.
    """

    def __init__(
        self,
        body: Body,
        content: Mapping[str, Any],
        country: Country,
        told: Sequence[Sequence[Place]] = ((),),
    ) -> None:
        self._body = body
        self._content = content
        self._country = country
        self._told = [self._kept(self._fitting(place) for place in places) for places in told]
        self._given: dict[str, frozenset[str]] = {}

    def crowd(self, rule: Rule, audience: str) -> Crowd | None:
        """The smallest crowd that any of the sources would be left with; None: not known."""
        place = coarse_place(self._body.place, rule.place, self._country)
        self._given.pop(audience, None)
        if place is None:
            return None
        there = self._country.settlements(place)
        given = self._kept(self._given.values())
        present, share = self._present(rule), self._share(rule)
        crowds: list[Crowd] = []
        for held in self._told:
            left = crowd_of(there, [*held, *given], present=present, share=share)
            if left.people is None and (self._country.complete or there or held or given):
                left = msgspec.structs.replace(left, people=0)
            crowds.append(left)
        self._given[audience] = frozenset(one.id for one in there)
        return min(crowds, key=lambda one: -1 if one.people is None else one.people)

    def _kept(self, sets: Iterable[frozenset[str]]) -> list[frozenset[str]]:
        """Sets that say something: where not all is known, one without a settlement does not."""
        return [one for one in sets if one or self._country.complete]

    def _fitting(self, place: Place) -> frozenset[str]:
        return frozenset(one.id for one in self._country.settlements(place))

    def _present(self, rule: Rule) -> float:
        lon = 0.0 if self._body.place is None else self._body.place.lon or 0.0
        return present_in(coarse_span(self._body.occurred, rule.time), lon)

    def _share(self, rule: Rule) -> float:
        groups = self._content.get("groups") if "affected" in rule.passes else None
        small = bool(groups) and EVERYBODY.isdisjoint(groups or ())
        return GROWN_UP * (OF_A_GROUP if small else 1.0)


@lru_cache(maxsize=4_096)
def present_in(span: Span | None, lon: float) -> float:
    """Share of grown-up people who were about in a block of time; night is 20 to 4 by the sun."""
    if span is None:
        return BY_DAY
    hour, last = span.start, max(span.start, span.end - timedelta(minutes=1))
    for _ in range(24):
        if hour > last:
            return BY_NIGHT
        if 4 <= _by_the_sun(hour, lon) < 20:
            return BY_DAY
        hour += timedelta(hours=1)
    return BY_DAY


def _by_the_sun(moment: datetime, lon: float) -> int:
    return (moment + timedelta(hours=lon / 15)).hour
