"""What attackers learn from a version being wider than its rule: they know the code, too.

A version is wide because too few could have been the source of a finer one, with all that
was given before of the same source; or because one before it was as wide. So where it is
wider than all before it, what would have been given finer did not happen.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from benchmarks.source_game.knowledge import Flags, Knowledge
from benchmarks.source_game.office import Release, a_body
from eirene.places import Place
from eirene.release.coarsen import coarse_place, rung_of, wider_places
from eirene.release.configuration import Configuration
from eirene.release.rules import Rule, admin_level
from eirene.release.sources import Country, Watch, too_few


def ruled_out(
    known: Knowledge,
    chain: Sequence[Sequence[Release]],
    configuration: Configuration,
    country: Country,
) -> dict[int, Flags]:
    """For each report of a chain, by number, the spots at which it cannot have happened."""
    given = [one for releases in chain for one in releases if one.version.place is not None]
    return {
        releases[0].report: _never(known, releases, given, configuration, country)
        for releases in chain
    }


def _never(
    known: Knowledge,
    releases: Sequence[Release],
    given: Sequence[Release],
    configuration: Configuration,
    country: Country,
) -> Flags:
    out = np.zeros(len(known.district.lon), np.bool_)
    for one in releases:
        rule = _rule(one, configuration)
        if rule is None:
            continue
        before = [other for other in given if other.at <= one.at and other is not one]
        least = max((_rung(other, configuration) for other in before), default=0)
        ladder = (rule.place, *wider_places(rule.place))
        finer = ladder[least : _rung(one, configuration)]
        held = [other.version.place for other in before if other.version.place is not None]
        if finer:
            out |= _given_finer(known, one, rule, finer, held, country)
    return out


def _given_finer(
    known: Knowledge,
    one: Release,
    rule: Rule,
    finer: Sequence[str],
    held: Sequence[Place],
    country: Country,
) -> Flags:
    """``S``: spots for which a finer version would have had enough people."""
    out = np.zeros(len(known.district.lon), np.bool_)
    enough: dict[tuple[str, Place | None], bool] = {}
    for spot in np.flatnonzero(known.spots(one.version.place)):
        here = Place(
            lon=float(known.district.lon[spot]), lat=float(known.district.lat[spot]), accuracy_m=300
        )
        body = msgspec.structs.replace(
            a_body(one.kind, "command", one.at), place=here, occurred=one.version.occurred
        )
        for measure in finer:
            place = coarse_place(here, measure, country)
            if (measure, place) not in enough:
                watch = Watch(body, one.version.content, country, [held])
                crowd = watch.crowd(msgspec.structs.replace(rule, place=measure), one.audience)
                few = too_few(crowd, known.k, of_organisation=False)
                enough[measure, place] = not few
            out[spot] |= enough[measure, place]
    return out


def _rung(one: Release, configuration: Configuration) -> int:
    rule = _rule(one, configuration)
    return rung_of(rule.place, one.version.coarse.place) if rule else 0


def _rule(one: Release, configuration: Configuration) -> Rule | None:
    """The rule that made a version, as far as one can see it from outside."""
    areas = admin_level(one.version.coarse.place) is not None
    for rule in configuration.rules:
        if (
            rule.gives
            and rule.to == one.audience
            and rule.time == one.version.coarse.time
            and (admin_level(rule.place) is not None) == areas
            and (rule.data.startswith("incident") or one.kind.startswith("alert"))
        ):
            return rule
    return None
