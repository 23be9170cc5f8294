"""Attackers: each puts a number on everybody, for one report or for all of one chain.

They hold all releases to all audiences, and are told which of them are of one report and
which reports are of one source: more than releases tell. The largest number is the guess.
Shapes: ``P`` adults.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec
import numpy as np

from benchmarks.source_game.district import KM, Floats
from benchmarks.source_game.knowledge import Flags, Knowledge, hours_of
from benchmarks.source_game.office import Release
from eirene.times import Span

Reports = Sequence[Sequence[Release]]
"""For each report the releases of it, first come first."""


class Target(msgspec.Struct, frozen=True):
    """Whom to find: the source of these reports."""

    known: Knowledge
    reports: Reports
    others: Reports = ()
    """Reports that are not his; empty where that is not known, for a single report."""


Attacker = Callable[[Target], Floats]
_LEAST = 1e-4
"""Nobody is ruled out by one report: habits are not kept, and not all of them are known."""


def nearest(target: Target) -> Floats:
    """Who is usually nearest to the place, in the middle of the time, of the finest version."""
    known = target.known
    far = np.zeros(len(known.home))
    for releases in target.reports:
        finest = min(releases, key=_width)
        place, span = finest.version.place, finest.version.occurred
        if place is None or place.lon is None or place.lat is None:
            continue
        hours = hours_of(span)
        spot = known.habit[:, hours[len(hours) // 2]]
        lon, lat = known.district.lon[spot], known.district.lat[spot]
        far += np.hypot(lon - place.lon, lat - place.lat) / KM
    return -far


def intersection(target: Target) -> Floats:
    """Who could have been there, day by day: for how many of the reports."""
    known = target.known
    could = np.zeros(len(known.home))
    for releases in target.reports:
        finest = min(releases, key=_width)
        told = known.tells(known.spots(finest.version.place), hours_of(finest.version.occurred))
        could += told > _LEAST
    return could


def differences(target: Target) -> Floats:
    """What all versions of a report leave together: areas, times, and bands of counts.

    And what he would have told of, too, and did not.
    """
    likely = np.zeros(len(target.known.home))
    for releases in target.reports:
        likely += np.log(_LEAST + _told(target, releases))
    for releases in target.others:
        likely += np.log(1 - _told(target, releases))
    return likely


def slots(target: Target) -> Floats:
    """The same, and the slot in which the first version came: it happened before, and not long.

    Who tells by telephone is where telephones work when he tells.
    """
    known = target.known
    likely = np.zeros(len(known.home))
    for releases in target.reports:
        first = releases[0].at
        likely += np.log(_LEAST + _told(target, releases, by_slot=True))
        span = _common(releases)
        if span is not None and first - span.start < timedelta(hours=8):
            told = hours_of(Span(first - timedelta(minutes=20), first, "span"))
            likely += 0.5 * np.log(0.3 + 0.7 * known.presence(known.district.covered, told))
    for releases in target.others:
        likely += np.log(1 - _told(target, releases, by_slot=True))
    return likely


def _told(target: Target, releases: Sequence[Release], *, by_slot: bool = False) -> Floats:
    """How likely each would tell of what these versions are of."""
    known = target.known
    in_chain = bool(target.others)
    key = (releases[0].report, by_slot, in_chain)
    if key not in known.told:
        hours = hours_of(_common(releases), releases[0].at if by_slot else None)
        weights = np.linspace(1.0, 4.0, len(hours)) if by_slot else None
        left = _left(known, releases)
        if in_chain and releases[0].report in known.ruled_out:
            finer = left & ~known.ruled_out[releases[0].report]
            left = finer if finer.any() else left
        known.told[key] = known.tells(left, hours, weights)
    return known.told[key]


NAMED: dict[str, Attacker] = {
    "nearest place and time": nearest,
    "intersection over days": intersection,
    "differences of versions and bands": differences,
    "order and slots": slots,
}


def _width(release: Release) -> tuple[float, float]:
    place, span = release.version.place, release.version.occurred
    wide = np.inf if place is None or place.accuracy_m is None else place.accuracy_m
    long = np.inf if span is None else (span.end - span.start).total_seconds()
    return float(wide), float(long)


def _left(known: Knowledge, releases: Sequence[Release]) -> Flags:
    """Spots that fit every version; bands only where they leave any."""
    left = np.ones(len(known.district.lon), np.bool_)
    for one in releases:
        left &= known.spots(one.version.place)
    threatened = max((int(one.version.content.get("threatened", 0)) for one in releases), default=0)
    banded = left & known.large_enough(threatened)
    return banded if banded.any() else left


def _common(releases: Sequence[Release]) -> Span | None:
    """The time in which all versions of a report agree."""
    spans = [one.version.occurred for one in releases if one.version.occurred is not None]
    if not spans:
        return None
    start, end = max(one.start for one in spans), min(one.end for one in spans)
    return Span(start, end, "span") if start < end else spans[0]


__all__ = ["NAMED", "Attacker", "Reports", "Target"]
