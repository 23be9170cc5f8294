"""One game: a season in a district, and how often each attacker names the true source."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from benchmarks.source_game.attackers import NAMED, Attacker, Target
from benchmarks.source_game.classifier import Classifier, Lesson
from benchmarks.source_game.district import OCCUPATIONS, Floats, made
from benchmarks.source_game.knowledge import Knowledge
from benchmarks.source_game.land import land_of
from benchmarks.source_game.life import lived
from benchmarks.source_game.mechanism import ruled_out
from benchmarks.source_game.office import Office, Release
from eirene.release.configuration import Configuration, default

TRAINED = "trained classifier"
_TRAINING = 1_000
"""Districts for training are numbered from here: none of them is ever measured."""


class Setting(msgspec.Struct, frozen=True):
    """What holds in a game."""

    configuration: Configuration
    guarded: bool = True
    """Whether the source threshold makes versions wider."""


DEFAULT = Setting(default())
UNGUARDED = Setting(default(), guarded=False)


def uncoarsened() -> Setting:
    """The default rules with exact places, times and counts, and no threshold."""
    rules = tuple(
        msgspec.structs.replace(rule, place="exact", time="minute", counts="exact")
        if rule.gives
        else rule
        for rule in default().rules
    )
    return Setting(msgspec.structs.replace(default(), rules=rules), guarded=False)


class Season(msgspec.Struct, frozen=True):
    """All of one district: each report, and each chain, with its answer."""

    reports: list[Lesson]
    chains: list[Lesson]
    source: list[int]
    """For each report the number of its source."""
    occupation: list[str]
    """For each chain that of its source."""
    releases: list[Release]


def season(seed: int, setting: Setting, *, events: int = 720) -> Season:
    """Live, release, and lay out what attackers get."""
    district = made(seed)
    life = lived(district, seed, events=events)
    land = land_of(district)
    office = Office(life, setting.configuration, land, seed, guarded=setting.guarded)
    releases = office.run()
    known = Knowledge(district, land, seed, setting.configuration.k)
    by_report: dict[int, list[Release]] = {}
    for one in releases:
        by_report.setdefault(one.report, []).append(one)
    chains: dict[int, list[list[Release]]] = {}
    for number in sorted(by_report):
        chains.setdefault(life.told[number].source, []).append(by_report[number])
    if setting.guarded:
        for chain in chains.values():
            known.ruled_out |= ruled_out(known, chain, setting.configuration, land)
    return Season(
        reports=[
            Lesson(Target(known, [by_report[n]]), life.sources[life.told[n].source].person)
            for n in sorted(by_report)
        ],
        chains=[
            Lesson(Target(known, chain, _others(chains, at)), life.sources[at].person)
            for at, chain in sorted(chains.items())
        ],
        source=[life.told[n].source for n in sorted(by_report)],
        occupation=[
            OCCUPATIONS[district.people.occupation[life.sources[at].person]]
            for at in sorted(chains)
        ],
        releases=releases,
    )


def _others(chains: dict[int, list[list[Release]]], at: int) -> list[list[Release]]:
    return [releases for other, chain in chains.items() if other != at for releases in chain]


class Played(msgspec.Struct, frozen=True):
    """How often each attacker was right: for each attacker a list of districts, each a list."""

    reports: dict[str, list[Floats]]
    chains: dict[str, list[Floats]]
    seasons: list[Season]


def played(setting: Setting, *, train: int, measure: int, events: int = 720) -> Played:
    """Train on some districts, then attack others."""
    lessons = [season(_TRAINING + at, setting, events=events) for at in range(train)]
    seasons = [season(at, setting, events=events) for at in range(measure)]
    of_reports = [lesson for one in lessons for lesson in one.reports]
    of_chains = [lesson for one in lessons for lesson in one.chains]
    return Played(
        reports=_hits(_attackers(of_reports), [one.reports for one in seasons]),
        chains=_hits(_attackers(of_chains), [one.chains for one in seasons]),
        seasons=seasons,
    )


def _attackers(lessons: Sequence[Lesson]) -> dict[str, Attacker]:
    classifier = Classifier()
    classifier.learn(lessons, seed=1)
    return {**NAMED, TRAINED: classifier.score}


def _hits(
    attackers: dict[str, Attacker], districts: Sequence[Sequence[Lesson]]
) -> dict[str, list[Floats]]:
    return {
        name: [
            np.array([hit(attack(one.target), one.source) for one in lessons])
            for lessons in districts
        ]
        for name, attack in attackers.items()
    }


def hit(score: Floats, source: int) -> float:
    """How likely the guess is right: one of those with the largest number, drawn by lot."""
    first = np.flatnonzero(score >= score.max() - 1e-9)
    return 1 / len(first) if source in first else 0.0


def best(hits: dict[str, list[Floats]]) -> tuple[str, float]:
    """The attacker who was right most often, and how often."""
    means = {name: float(np.concatenate(found).mean()) for name, found in hits.items()}
    name = max(means, key=lambda one: means[one])
    return name, means[name]


def interval(
    districts: Sequence[Floats], clusters: Sequence[Sequence[int]] | None = None
) -> tuple[float, float]:
    """95 % of a bootstrap: districts are drawn, and in each of them its sources.

    ``clusters``: for each hit the number of its source; None: each is of a source of its own.
    """
    draw = np.random.default_rng(7)
    groups: list[list[list[float]]] = []
    for at, hits in enumerate(districts):
        of = list(range(len(hits))) if clusters is None else list(clusters[at])
        grouped: dict[int, list[float]] = {}
        for source, one in zip(of, hits.tolist(), strict=True):
            grouped.setdefault(source, []).append(float(one))
        groups.append(list(grouped.values()))
    means: list[float] = []
    for _ in range(1_000):
        total, number = 0.0, 0
        for at in draw.integers(0, len(groups), len(groups)):
            sources = groups[int(at)]
            for one in draw.integers(0, len(sources), len(sources)):
                total += sum(sources[int(one)])
                number += len(sources[int(one)])
        means.append(total / number)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)
