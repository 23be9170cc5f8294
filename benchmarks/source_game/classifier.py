"""A trained attacker: learns on another district, whose sources are known, whom to name.

A logistic regression over candidates (a conditional logit): of all adults one is the source.
What it looks at are the numbers of the other attackers, put into classes, so that it can
learn any shape, and occupations. numpy alone: no dependency for one benchmark.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from benchmarks.source_game.attackers import NAMED, Target
from benchmarks.source_game.district import OCCUPATIONS, Floats, sizes
from benchmarks.source_game.knowledge import Knowledge

_CLASSES = 12
_AGAINST = 400
"""Candidates that are not the source, drawn for each lesson."""
_ROUNDS = 400
_RATE, _DECAY = 0.05, 1e-3


class Lesson(msgspec.Struct, frozen=True):
    """One report, or one chain, of which the source is known."""

    target: Target
    source: int
    """Row of the person: the answer."""


class Classifier:
    """``learn`` once, then ``score`` as an attacker."""

    def __init__(self) -> None:
        self._edges: list[Floats] = []
        self._weights = np.zeros(0)

    def learn(self, lessons: Sequence[Lesson], seed: int) -> None:
        """Fit to lessons: gradient descent (Adam) on the likelihood of the true sources."""
        draw = np.random.default_rng(seed)
        raw: list[Floats] = []
        jobs: list[Floats] = []
        for one in lessons:
            numbers = _numbers(one.target)
            rows = draw.choice(len(numbers), _AGAINST, replace=False)
            rows[0] = one.source
            raw.append(numbers[rows])
            jobs.append(_jobs(one.target.known)[rows])
        stacked = np.concatenate(raw)
        inner = np.linspace(0, 1, _CLASSES + 1)[1:-1]
        # the best few decide: most classes lie there
        shares = np.concatenate([inner, (0.97, 0.99, 0.997)])
        edges: Floats = np.quantile(stacked, shares, axis=0)
        self._edges = [np.unique(edges[:, at]) for at in range(edges.shape[1])]
        features = np.stack(
            [self._features(numbers, job) for numbers, job in zip(raw, jobs, strict=True)]
        )
        self._weights = _fitted(features)

    def score(self, target: Target) -> Floats:
        """As the other attackers do."""
        features = self._features(_numbers(target), _jobs(target.known))
        return features @ self._weights

    def _features(self, numbers: Floats, jobs: Floats) -> Floats:
        parts = [numbers, jobs]
        for column, edges in zip(numbers.T, self._edges, strict=True):
            parts.append((column[:, None] >= edges[None, :]).astype(np.float64))
        return np.concatenate(parts, axis=1)


def _numbers(target: Target) -> Floats:
    """``P, F``: what the other attackers say a report, against the best; and how rare that is."""
    columns: list[Floats] = []
    for attack in NAMED.values():
        score = attack(target)
        columns.append((score - score.max()) / len(target.reports))
        columns.append(score - score.max())
    return np.clip(np.stack(columns, axis=1), -20.0, 0.0)


def _jobs(known: Knowledge) -> Floats:
    people = known.district.people
    one_of = np.eye(len(OCCUPATIONS))[people.occupation]
    size = np.log(sizes(known.district)[people.home])
    return np.concatenate([one_of, size[:, None]], axis=1)


def _fitted(features: Floats) -> Floats:
    """Weights of a conditional logit; the first candidate of each lesson is the true one."""
    weights = np.zeros(features.shape[2])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, _ROUNDS + 1):
        scores = features @ weights
        share = np.exp(scores - scores.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        slope = (features[:, 0] - np.einsum("lc,lcf->lf", share, features)).mean(axis=0)
        slope -= _DECAY * weights
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        weights += _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights
