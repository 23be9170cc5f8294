"""The source threshold: how many could have told it, as far as this audience can say.

Pure, with public figures as its input: settlements with their people, sites and
organisations. What an audience already holds of the same thing narrows it down: only the
settlements that fit every version that it has can be where the source lives.

Invariants
  * What is not known is not many: without figures a person decides.
  * Holding more never makes the crowd larger.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from eirene.release.classes import HOST_FORCES

CLASSES_HELD = frozenset(
    ("informant-alert", "incident-verified", HOST_FORCES, "report-from-organisation")
)
"""Classes in which a source stands behind the report."""

AUDIENCES_HELD = ("partners", "local", "host-state", "capital-", "public")
"""Audiences towards which the threshold holds; ``capital-`` begins a name."""


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """One place where people live, from public data."""

    id: str
    people: int | None = None
    """Inhabitants; None: not known."""
    sites: int = 0
    """Clinics, schools, markets: places whose staff could have told it."""
    organisations: frozenset[str] = frozenset()
    """Organisations that are present there."""


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
    towards = any(audience.startswith(name) for name in AUDIENCES_HELD)
    return towards and data in CLASSES_HELD


def too_few(crowd: Crowd | None, k: int, *, of_organisation: bool) -> bool:
    """Whether one person has to decide: fewer than ``k`` could be the source, or nobody knows.

    What an organisation told could come from as many organisations as there are; what the
    mission was told, from as many people.
    """
    if crowd is None:
        return True
    many = crowd.organisations if of_organisation else crowd.people
    return many is None or many < k
