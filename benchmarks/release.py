"""Releases: rules and versions a second, preview, and how soon an ended agreement closes.

Reports are the real events that ship with the replay, as in ``made``, and every third of
them an alert made of one. The desk is the node's own, on a real log and picture.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.figures import Figure, at_least, at_most, folder, percentile, say, spread
from benchmarks.log_append import open_log
from benchmarks.made import bodies
from eirene.desks.decide import DecisionDesk
from eirene.desks.filing import FilingDesk
from eirene.desks.land import Land
from eirene.desks.release import ReleaseDesk
from eirene.log.log import utc_now
from eirene.missions import mission_named
from eirene.picture import Picture, Query, search
from eirene.release.configuration import Agreement, Configuration, default
from eirene.release.deciding import Held, decisions
from eirene.release.reader import Reader
from eirene.release.sources import Watch
from eirene.release.version import version_of
from eirene.reports.envelope import Body
from eirene.reports.flat import content_values

RULES_TARGET, PREVIEW_MS, CLOSED_S = 1_000, 100.0, 1.0
_POST = 500
_MISSION = "car"
_LEASE = "lease"


def run(*, quick: bool) -> Iterator[Figure]:
    """All figures of releases."""
    yield _rules(2_000 if quick else 10_000)
    with folder() as where, _Desk(where) as desk:
        yield _through(desk, 300 if quick else 2_000)
        yield _preview(desk, 60 if quick else 200)
    yield _closed(3 if quick else 10)


def reports(number: int, seed: int = 3) -> list[Body]:
    """Verified incidents in ``mission`` and alerts in ``command``."""
    made: list[Body] = []
    for at, body in enumerate(bodies(number, seed=seed)):
        if at % 3 == 0:
            content: dict[str, Any] = {"threat": "past", "threatened": 40 + at % 200}
            made.append(_as(body, "alert/1", "command", content))
        else:
            content = {**content_values(body), "state": "verified"}
            made.append(_as(body, body.kind, "mission", content))
    return made


def _as(body: Body, kind: str, compartment: str, content: dict[str, Any]) -> Body:
    packed = msgspec.Raw(msgspec.msgpack.encode(content))
    return msgspec.structs.replace(
        body, kind=kind, compartment=compartment, tlp="CLEAR", content=packed
    )


def _rules(number: int) -> Figure:
    """Decisions for every audience, and every version that they give: no log, no picture."""
    land, configuration = Land(mission_named(_MISSION)), default()
    made = [(body, content_values(body)) for body in reports(number)]
    versions = 0
    now = datetime(2027, 1, 1, tzinfo=UTC)
    began = time.perf_counter()
    for body, content in made:
        watch = Watch(body, content, land)
        for decision in decisions(body, content, configuration, now, Held(crowd=watch.crowd)):
            rule = configuration.rule(decision.rule) if decision.gives else None
            if rule is not None:
                place = rule.place if decision.place is None else decision.place
                version_of(body, content, msgspec.structs.replace(rule, place=place), land)
                versions += 1
    took = time.perf_counter() - began
    return at_least(
        "release: reports through the default rules, decisions and versions",
        RULES_TARGET,
        number / took,
        "reports/s",
        number,
        f"{versions / number:.1f} versions a report, all audiences, source threshold included",
    )


class _Desk:
    """Filing, release and decision desk of one node in a folder."""

    def __init__(
        self,
        where: Path,
        configuration: Callable[[], Configuration] = default,
        *,
        start: bool = False,
    ) -> None:
        self.keys, self.log = open_log(where)
        self.picture = Picture.open(where / "picture", self.keys.picture_key)
        mission = mission_named(_MISSION)
        self.filing = FilingDesk(
            self.keys,
            self.log,
            lambda: self.picture,
            changed=lambda: None,
            find=mission.find,
            areas=mission.areas.at_each,
        )
        self.desk = ReleaseDesk(
            self.keys,
            self.log,
            lambda: self.picture,
            self.filing.post,
            configuration,
            world=Land(mission),
            present=frozenset,
            start=start,
        )
        self.people = DecisionDesk(self.desk, lambda: self.picture, self.filing.prepared, utc_now)

    def __enter__(self) -> _Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.desk.close()
        self.filing.close()
        self.picture.close()
        self.log.close()
        self.keys.close()

    def file(self, made: list[Body]) -> None:
        for at in range(0, len(made), _POST):
            self.filing.post(made[at : at + _POST])

    def seen(self, compartment: str) -> int:
        return search(self.picture, reader(compartment), Query(limit=1)).total


def reader(*compartments: str) -> Reader:
    """Who reads and files there."""
    where = frozenset(compartments)
    return Reader(account="bench", organisation="replay", compartments=where, may_file=where)


def _through(desk: _Desk, number: int) -> Figure:
    """Looked at, decided, made and recorded: everything but the people."""
    desk.file(reports(number))
    say(f"{number:,} reports are filed")
    began = time.perf_counter()
    desk.desk.settle()
    took = time.perf_counter() - began
    versions = sum(desk.seen(name) for name in ("humanitarian", "partners", "local"))
    figure = at_most(
        "release: reports through the whole desk, with log, ledger and picture",
        None,
        number / took,
        "reports/s",
        number,
        f"{versions:,} versions stand in humanitarian, partners and local",
    )
    figure.better = "more"
    return figure


def _preview(desk: _Desk, number: int) -> Figure:
    """As the form asks: a flat report, each time of another place, before it is filed."""
    who = reader("command", "mission")
    flat = {
        "kind": "alert",
        "compartment": "command",
        "threat": "imminent",
        "occurred": "2026-11-25T14:30Z",
        "place": "4.3612, 18.5550",
        "threatened": 200,
        "affected": "families at the market",
        "summary": "Armed men on the road",
    }
    times: list[float] = []
    for at in range(number):
        began = time.perf_counter()
        moved = {"threatened": at, "place": f"{4.2 + at * 0.01:.4f}, {18.4 + at * 0.01:.4f}"}
        desk.people.preview(who, flat | moved)
        times.append((time.perf_counter() - began) * 1e3)
    return at_most(
        "release: preview of an alert for all audiences, p95",
        PREVIEW_MS,
        percentile(times, 95),
        "ms",
        number,
        spread(times, "ms"),
    )


def _leased(until: datetime) -> Configuration:
    """The default, with what goes to partners under one lease."""
    rules = tuple(
        msgspec.structs.replace(rule, agreement=_LEASE) if rule.to == "partners" else rule
        for rule in default().rules
    )
    lease = Agreement(
        id=_LEASE, to=("partners",), data=("incident-verified",), purpose="measuring", until=until
    )
    return msgspec.structs.replace(default(), rules=rules, agreements=(lease,))


@contextmanager
def _running(end: list[datetime]) -> Generator[_Desk]:
    """A node whose desk works by itself; the lease ends at ``end[0]``."""
    with folder() as where, _Desk(where, lambda: _leased(end[0]), start=True) as desk:
        yield desk


def _closed(rounds: int) -> Figure:
    """From the end of a lease until nothing that was given under it can be read."""
    times: list[float] = []
    number = 100
    made = [body for body in reports(number * 2) if body.compartment == "mission"][:number]
    for _ in range(rounds):
        end = [utc_now() + timedelta(days=1)]
        with _running(end) as desk:
            desk.file(made)
            desk.desk.settle()
            stand = desk.seen("partners")
            # the end comes in the middle of a round of the desk, as chance has it
            end[0] = utc_now() + timedelta(milliseconds=350)
            while utc_now() < end[0]:
                time.sleep(0.001)
            began = time.perf_counter()
            while desk.seen("partners"):
                time.sleep(0.002)
            times.append(time.perf_counter() - began)
        say(f"{stand} versions closed {times[-1]:.2f} s after their lease ended")
    return at_most(
        "release: an ended agreement is closed in the picture of every outlet, slowest",
        CLOSED_S,
        max(times),
        "s",
        rounds,
        f"{number} incidents under it; {spread(times, 's')}",
    )


__all__ = ["reports", "run"]
