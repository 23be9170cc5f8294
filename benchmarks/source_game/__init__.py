"""The source game: how often attackers who hold all releases name the true source.

A season in made districts, released by the real rules, with deciders who agree to
everything; see ``game``. The worst of five attackers counts, at the upper end of its 95 %
interval, against one in k. Two more games show what protects: the threshold switched off,
and coarsening switched off as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from benchmarks.figures import Figure, at_least, at_most, say
from benchmarks.source_game.district import Floats
from benchmarks.source_game.game import (
    DEFAULT,
    UNGUARDED,
    Played,
    best,
    interval,
    played,
    uncoarsened,
)

_REPORT, _CHAIN = "for one report", "for all reports of one source"


def run(*, quick: bool) -> Iterator[Figure]:
    """The default rules against one in k, and what the game says without them."""
    train, measure = (2, 2) if quick else (6, 8)
    done = played(DEFAULT, train=train, measure=measure)
    k = DEFAULT.configuration.k
    sources = [season.source for season in done.seasons]
    yield _figure(f"source game: default rules, {_REPORT}", 1 / k, done.reports, sources)
    yield _figure(f"source game: default rules, {_CHAIN}", 1 / k, done.chains, None)
    yield _most_exposed(done)
    yield _kept(done)
    _, guarded = best(done.chains)
    del done
    say("the same without the threshold")
    bare = played(UNGUARDED, train=train, measure=measure)
    yield _figure(f"source game: without the threshold, {_CHAIN}", None, bare.chains, None)
    del bare
    say("the same without coarsening")
    exact = played(uncoarsened(), train=train, measure=measure)
    yield _figure(f"source game: without coarsening, {_CHAIN}", None, exact.chains, None)
    name, rate = best(exact.chains)
    yield at_least(
        "source game: without coarsening, against the default rules: the game can be lost",
        1.5,
        rate / max(guarded, 1e-9),
        "times as often",
        sum(len(one) for one in exact.chains[name]),
    )


def _figure(
    name: str,
    target: float | None,
    hits: dict[str, list[Floats]],
    sources: list[list[int]] | None,
) -> Figure:
    """The best attacker, at the upper end of his interval."""
    who, rate = best(hits)
    low, high = interval(hits[who], sources)
    others = "; ".join(f"{n} {np.concatenate(found).mean():.1%}" for n, found in hits.items())
    return at_most(
        f"{name}, upper end of 95 %",
        target,
        high,
        "of guesses",
        sum(len(one) for one in hits[who]),
        f"best: {who}, {rate:.1%} ({low:.1%} to {high:.1%}); {others}",
    )


def _most_exposed(done: Played) -> Figure:
    """The occupation of which sources are named most often, with enough of them to say so."""
    who, _ = best(done.chains)
    found: dict[str, list[float]] = {}
    for hits, season in zip(done.chains[who], done.seasons, strict=True):
        for one, occupation in zip(hits, season.occupation, strict=True):
            found.setdefault(occupation, []).append(float(one))
    means = {name: sum(hits) / len(hits) for name, hits in found.items()}
    name = max(means, key=lambda one: means[one])
    return at_most(
        "source game: default rules, the most exposed occupation",
        None,
        means[name],
        "of guesses",
        len(found[name]),
        f"{name}; " + ", ".join(f"{n} {m:.1%} of {len(found[n])}" for n, m in means.items()),
    )


def _kept(done: Played) -> Figure:
    """What it costs: warnings to partners that are as exact as their rule."""
    places = Counter(
        one.version.coarse.place
        for season in done.seasons
        for one in season.releases
        if one.audience == "partners" and one.kind.startswith("alert/")
    )
    total = sum(places.values())
    exact = places["cell-10km"] + places["admin-3"]
    told = ", ".join(f"{place} {many / total:.0%}" for place, many in places.most_common())
    name = "source game: warnings to partners that are as exact as their rule"
    figure = at_most(name, None, exact / total, "of them", total, told)
    figure.better = "more"
    return figure


__all__ = ["run"]
