"""Release rules, without log and picture: the graph of 500 rules, decisions, versions.

The rules are made, with a fixed seed: the default matrix, and on top of it rules between
forty organisations and the default compartments, with conditions, and with more ways onward
than any mission would write. Reports are of all classes of the matrix.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from benchmarks.figures import Figure, at_least, at_most
from eirene.places import Place
from eirene.release.coarsen import Area
from eirene.release.configuration import Configuration, default, whole
from eirene.release.deciding import Held, decisions
from eirene.release.graph import findings
from eirene.release.rules import CLASSES, COMPARTMENTS, TIMES, Rule
from eirene.release.sources import Crowd
from eirene.release.version import version_of
from eirene.release.widening import changes
from eirene.reports.envelope import Body
from eirene.times import Span

GRAPH_S, RATE = 1.0, 1_000.0
_RULES = 500
_NOW = datetime(2026, 11, 25, tzinfo=UTC)


def run(*, quick: bool) -> Iterator[Figure]:
    """Graph, change, decisions with versions."""
    made = rules_of(_RULES)
    times = [_timed(findings, made, _NOW) for _ in range(3 if quick else 9)]
    yield at_most(
        f"rule graph of {_RULES} rules",
        GRAPH_S,
        max(times),
        "s",
        len(times),
        f"the slowest; {sum(rule.mode == 'never' for rule in made.rules)} of them say never",
    )
    narrowed = msgspec.structs.replace(made, rules=made.rules[:-1])
    times = [_timed(changes, narrowed, made) for _ in range(3 if quick else 9)]
    yield at_most(
        f"what a change of {_RULES} rules widens",
        GRAPH_S,
        max(times),
        "s",
        len(times),
        "the slowest",
    )
    many = 2_000 if quick else 10_000
    began, versions = time.perf_counter(), 0
    for body, content in reports(many):
        for one in decisions(body, content, default(), _NOW, _HELD):
            rule = default().rule(one.rule) if one.gives else None
            if rule is not None:
                version_of(body, content, rule, _Land())
                versions += 1
    took = time.perf_counter() - began
    yield at_least(
        "reports through the default rules",
        RATE,
        many / took,
        "reports/s",
        many,
        f"decided for every audience, {versions:,} versions made; without log and picture",
    )


def _timed(work: Any, *given: Any) -> float:
    began = time.perf_counter()
    work(*given)
    return time.perf_counter() - began


def rules_of(number: int) -> Configuration:
    """The default, and made rules up to this number."""
    luck = random.Random(5)
    places = [*COMPARTMENTS, *(f"org-{at}" for at in range(40))]
    rules = list(default().rules)
    while len(rules) < number:
        never = luck.random() < 0.15
        rules.append(
            Rule(
                id=f"made-{len(rules)}",
                data=luck.choice(CLASSES),
                origin=luck.choice(places),
                to=luck.choice(places),
                mode="never" if never else luck.choice(("one-person", "automatic")),
                **({} if never else _measures(luck)),
            )
        )
    return whole(msgspec.structs.replace(default(), rules=tuple(rules)))


def _measures(luck: random.Random) -> dict[str, Any]:
    conditions = ("", "type = 'VC'", "type <> 'VC'", "killed > 3 OR injured > 9", "tlp = 'CLEAR'")
    return {
        "place": luck.choice(("exact", "admin-2", "cell-10km")),
        "time": luck.choice(TIMES),
        "counts": luck.choice(("exact", "banded")),
        "passes": ("code", "harm"),
        "onward": luck.choice(("", luck.choice(CLASSES))),
        "condition": luck.choice(conditions),
    }


def reports(number: int) -> Iterator[tuple[Body, dict[str, Any]]]:
    """Reports of the classes of the matrix, each where its class stands."""
    luck = random.Random(6)
    sorts: list[tuple[str, str, dict[str, Any]]] = [
        ("incident", "mission", {"type": "VC", "state": "verified", "killed": 7, "injured": 12}),
        ("alert", "command", {"threat": "imminent", "threatened": 80, "affected": "families"}),
        ("hazard", "mission", {"type": "mine", "state": "reported", "radius_m": 50.0}),
        ("activity", "org-lamp", {"organisation_name": "Lamp", "sector": "health", "reached": 90}),
        ("patrol", "command", {"type": "foot", "unit": "A", "unit_contributor": "x"}),
    ]
    for at in range(number):
        kind, compartment, content = sorts[at % len(sorts)]
        happened = _NOW - timedelta(minutes=luck.randrange(200_000))
        body = Body(
            id=luck.randbytes(16),
            client_id=luck.randbytes(16),
            owner="mission",
            compartment=compartment,
            entity=luck.randbytes(16),
            kind=f"{kind}/1",
            account="duty",
            filed=_NOW,
            occurred=Span(happened, happened + timedelta(minutes=1), "minute"),
            place=Place(lon=luck.uniform(14, 27), lat=luck.uniform(2, 11), accuracy_m=30.0),
            tlp="CLEAR",
        )
        yield body, content


_HELD = Held(
    audiences=frozenset({"org-lamp", "party-a", "capital-x", "capital-y"}),
    crowd=lambda rule, audience: Crowd(people=500, sites=3, organisations=8),
)


class _Land:
    """One area a level: looking areas up is measured with the node."""

    def area_at(self, lon: float, lat: float, level: int) -> Area | None:
        return Area(f"XA{level}", "Area", 18.0, 5.0, 50_000.0)

    def area_of_pcode(self, pcode: str, level: int) -> Area | None:
        return self.area_at(18.0, 5.0, level)

    def road_near(self, lon: float, lat: float) -> Area | None:
        return Area("R1", "Road 1", 18.0, 5.0, 6_000.0)
