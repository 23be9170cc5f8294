"""The node's part: reports in, versions out, by the real rules and in the real slots.

Pure, without log and picture, so that a season takes seconds. A test puts the same reports
through the whole release desk, and compares.

Everybody who is asked agrees, some hours later: what protects a source here is what the
rules do by themselves.
"""

from __future__ import annotations

import heapq
import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from benchmarks.source_game.life import Event, Life
from eirene.desks.release import dressed
from eirene.places import Place
from eirene.release.coarsen import block_start, rung_of
from eirene.release.configuration import Configuration
from eirene.release.deciding import Decision, Held, decisions, slot_after, slot_min
from eirene.release.rules import Rule
from eirene.release.sources import Country, Crowd, Watch
from eirene.release.version import Version, version_of
from eirene.reports.envelope import Body
from eirene.times import Span

LEAKED = ("partners", "local", "host-state", "public")
"""What attackers hold: one member of each leaks all that he gets, as he gets it."""
ORGANISATION = "org-lamp"
_HOST_FORCES = {"role": "alleged-perpetrator", "actor_class": "host-state-forces"}


class Release(msgspec.Struct, frozen=True):
    """One version, as an attacker holds it, and the number of the report that it is of."""

    report: int
    """Number in ``Life.told``: the attackers are told which versions are of one report."""
    audience: str
    at: datetime
    """Slot in which it came."""
    kind: str
    version: Version


class _Case(msgspec.Struct, frozen=True):
    report: int
    body: Body
    content: dict[str, Any]
    held: Held = Held()


class Office:
    """One season of one district."""

    def __init__(
        self,
        life: Life,
        configuration: Configuration,
        world: Country,
        seed: int,
        *,
        guarded: bool = True,
    ) -> None:
        self._life = life
        self._configuration = configuration
        self._world = world
        self._guarded = guarded
        self._given: dict[int, list[Place]] = {}
        self._rungs: dict[int, int] = {}
        self._draw = random.Random(seed)
        self._steps: list[tuple[datetime, float, Callable[[datetime], None]]] = []
        self.verified_of_ten = 5
        """Of ten events so many are verified by the mission later, and filed as incidents."""
        self.releases: list[Release] = []
        """In the order in which they came."""

    def run(self) -> list[Release]:
        """Everything that the season releases to ``LEAKED``."""
        seen: set[int] = set()
        for number, told in enumerate(self._life.told):
            source = self._life.sources[told.source]
            where = ORGANISATION if source.channel == "organisation" else "command"
            alert = _Case(number, *alert_of(told.event, told.filed, where))
            self._then(told.filed, lambda now, case=alert: self._filed(case, now))
            if told.event.number not in seen and self._draw.randrange(10) < self.verified_of_ten:
                seen.add(told.event.number)
                later = told.filed + timedelta(hours=self._draw.uniform(24, 96))
                case = _Case(number, *incident_of(told.event, later, source.reliability))
                self._then(later, lambda now, case=case: self._filed(case, now))
        while self._steps:
            moment, _, step = heapq.heappop(self._steps)
            step(moment)
        return self.releases

    def _then(self, moment: datetime, step: Callable[[datetime], None]) -> None:
        """Steps of one moment, as the versions of one slot, come in random order."""
        heapq.heappush(self._steps, (moment, self._draw.random(), step))

    def _decided(self, case: _Case, now: datetime) -> list[Decision]:
        told = self._given.get(self._life.told[case.report].source, ())
        watch = Watch(case.body, case.content, self._world, [told])
        held = msgspec.structs.replace(
            case.held,
            audiences=frozenset((ORGANISATION,)),
            crowd=watch.crowd if self._guarded else _many,
            rung=self._rungs.get(self._life.told[case.report].source, 0),
        )
        return decisions(case.body, case.content, self._configuration, now, held)

    def _filed(self, case: _Case, now: datetime) -> None:
        for decision in self._decided(case, now):
            if decision.gives:
                self._wait(case, decision, now)

    def _wait(self, case: _Case, decision: Decision, now: datetime) -> None:
        if decision.outcome in ("automatic", "waits-delay"):
            due = decision.due or now
        else:
            thought = now + timedelta(hours=self._draw.expovariate(1 / 5))
            minutes = slot_min(
                self._configuration.slots, case.body, case.content, decision.audience
            )
            due = slot_after(thought, minutes)
        self._then(due, lambda at: self._made(case, decision, at))

    def _made(self, case: _Case, told: Decision, now: datetime) -> None:
        """The rules are asked again when the version is made."""
        decision = next(d for d in self._decided(case, now) if d.audience == told.audience)
        if told.outcome == "waits-delay" and decision.outcome != "automatic":
            self._wait(case, decision, now)
            return
        rule = self._configuration.rule(decision.rule)
        assert rule is not None
        own = rule.place
        if decision.place is not None:
            rule = msgspec.structs.replace(rule, place=decision.place)
        version = version_of(case.body, case.content, rule, self._world)
        if decision.audience in LEAKED:
            release = Release(case.report, decision.audience, now, case.body.kind, version)
            self.releases.append(release)
            if version.place is not None:
                source = self._life.told[case.report].source
                self._given.setdefault(source, []).append(version.place)
                rung = rung_of(own, rule.place)
                self._rungs[source] = max(rung, self._rungs.get(source, 0))
        elif decision.audience == "command" and rule.travels_as:
            body = a_body(case.body.kind, "command", block_start(now, rule.time))
            body = dressed(body, version, body.filed)
            came = ((decision.data, case.body.compartment),)
            held = Held(onward=rule.travels_as, came=came)
            self._filed(_Case(case.report, body, version.content, held), now)


def _many(rule: Rule, audience: str) -> Crowd:
    """The threshold switched off."""
    return Crowd(people=1_000_000, sites=0, organisations=1_000_000)


def a_body(kind: str, compartment: str, filed: datetime) -> Body:
    """A body with ids of its own."""
    return Body(
        id=os.urandom(16),
        client_id=os.urandom(16),
        owner="mission",
        compartment=compartment,
        entity=os.urandom(16),
        kind=kind,
        account="duty",
        filed=filed,
        tlp="CLEAR",
    )


def alert_of(event: Event, filed: datetime, compartment: str) -> tuple[Body, dict[str, Any]]:
    """The alert that a source gives."""
    content: dict[str, Any] = {
        "threat": "imminent" if event.soon else "past",
        "groups": list(event.groups),
        "threatened": event.threatened,
    }
    if event.host_forces:
        content["alleged_class"] = "host-state-forces"
    return _placed(a_body("alert/1", compartment, filed), event), content


def incident_of(event: Event, filed: datetime, reliability: str) -> tuple[Body, dict[str, Any]]:
    """What the mission files when it has verified the event."""
    content: dict[str, Any] = {"type": event.type, "state": "verified", "killed": event.killed}
    if event.host_forces:
        content["actors"] = [_HOST_FORCES]
    body = a_body("incident/1", "command" if event.host_forces else "mission", filed)
    return msgspec.structs.replace(_placed(body, event), grade=f"{reliability}2"), content


def _placed(body: Body, event: Event) -> Body:
    start = event.at.replace(minute=event.at.minute // 10 * 10, second=0)
    return msgspec.structs.replace(
        body,
        occurred=Span(start, start + timedelta(minutes=10), "span"),
        place=Place(lon=event.lon, lat=event.lat, accuracy_m=300.0, method="map"),
    )


__all__ = ["LEAKED", "ORGANISATION", "Office", "Release", "a_body", "alert_of", "incident_of"]
