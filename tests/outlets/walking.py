"""One role, or all of them, through every outlet that has a probe."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from outlets.allowing import Way, meant
from outlets.asking import Answer, Ask
from outlets.ground import (
    Ground,
    Leak,
    clearances,
    compartments_of,
    leaks_among,
    organisation_of,
)
from outlets.layers import told_by_tile
from outlets.planting import Mark, Plant
from outlets.probes import FETCHED, PROBES, TAKEN_ALONG, Probe, scene_of

NO_STORE = "private, no-store"
NEVER_SHOWN = frozenset(("client_id",))
"""Fields that no outlet shows to anybody: they are looked for, and expected nowhere."""


class Walked:
    """What one role brought back."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.leaks: list[Leak] = []
        self.obtained: dict[str, set[Mark]] = {}
        """Marks by the last part of the path that gave them."""
        self.statuses: Counter[int] = Counter()
        self.kept: set[str] = set()
        """Paths with answers that a cache on the way may keep."""

    @property
    def everything(self) -> set[Mark]:
        """All that was obtained, by whatever way."""
        return set().union(*self.obtained.values())


async def walk(ground: Ground, role: str, probes: Mapping[Any, Probe] = PROBES) -> Walked:
    """One role through every outlet that has a probe."""
    walked = Walked(role)
    allowed = ground.allowed(role)
    scene = scene_of(ground, role)
    for one in dict.fromkeys(probes.values()):
        steps = one(scene)
        try:
            ask = next(steps)
            while True:
                answer = await ground.asked(role, ask)
                _take(ground, walked, ask, answer, allowed)
                ask = steps.send(answer)
        except StopIteration:
            continue
    return walked


def _take(ground: Ground, walked: Walked, ask: Ask, answer: Answer, allowed: Any) -> None:
    """Note what came with one answer."""
    walked.statuses[answer.status] += 1
    path = ask.path.partition("?")[0]
    outlet = path.rpartition("/")[2]
    said = {(mark.plant, mark.field.partition(".")[0]) for mark in ground.marks_in(ask.raw)}
    found = {
        mark
        # apart: an archive is known by how it begins
        for raw in (answer.head, answer.body, told_by_tile(path, answer.body))
        for mark in ground.marks_in(raw)
        if (mark.plant, mark.field.partition(".")[0]) not in said  # an echo is no find
    }
    walked.obtained.setdefault(outlet, set()).update(found)
    asked = dict.fromkeys(found, f"{ask.method} {ask.path}")
    if outlet in TAKEN_ALONG or path.startswith(FETCHED):
        # ids say nothing by themselves, and stand where another report links to it
        words = [mark for mark in found if mark.sort != "id"]
        allowed -= {(mark.sort, mark.value) for mark in words if ground.stays(mark)}
    walked.leaks += leaks_among(ground, walked.role, outlet, asked, allowed)
    if answer.header("cache-control") != NO_STORE:
        walked.kept.add(path)


def walk_all(ground: Ground, roles: Iterable[str]) -> dict[str, Walked]:
    """All roles at once: while the node answers one, another's answer is looked through."""

    async def together() -> list[Walked]:
        return await asyncio.gather(*(walk(ground, role) for role in roles))

    return {walked.role: walked for walked in ground.line.run(together())}


def expected(ground: Ground, role: str) -> set[tuple[str, Any]]:
    """Sort and value of everything that the role's compartments hold, versions included."""
    mine = ground.reads(role)
    found = {
        (mark.sort, mark.value)
        for plant in ground.visible(mine)
        for mark in plant.marks
        if mark.field not in NEVER_SHOWN
    }
    return found | {
        (mark.sort, mark.value)
        for plant, way in finest(ground, mine)
        for mark in plant.marks
        if way.passes(plant, mark)
    }


def finest(ground: Ground, mine: frozenset[str]) -> list[tuple[Plant, Way]]:
    """Of each report that stands elsewhere and was released here, the version that is seen."""
    standing = {plant.n for plant in ground.standing(ground.compartments)}
    found: list[tuple[Plant, Way]] = []
    for plant, reached in ground.released(mine):
        made = [way for way in reached if plant.n in standing and decided(plant, way)]
        # what was made from a version that is seen as well is the coarser one
        first = [way for way in made if not set(way.through) & mine]
        if first:
            found.append((plant, max(first, key=lambda way: way.fineness)))
    return found


def decided(plant: Plant, way: Way) -> bool:
    """Whether there are roles who may say yes at each step, where somebody has to."""
    stands = [plant.compartment, *way.through]
    ends = [*way.through, way.to]
    needed = {"automatic": 0, "one-person": 1, "two-people": 2}
    return all(
        len(deciders(at, to)) >= needed[row["mode"]]
        for row, at, to in zip(way.rows, stands, ends, strict=True)
    )


def deciders(at: str, to: str) -> list[str]:
    """Roles that read where a report stands and may decide towards an audience."""
    return [
        role
        for role, row in clearances().items()
        if at in compartments_of(role)
        and any(
            meant(name.replace("XXX", organisation_of(role)), to)
            for name in row["may_decide_releases_to"]
        )
    ]


def values(found: Iterable[Mark]) -> set[tuple[str, Any]]:
    """Sort and value of marks."""
    return {(mark.sort, mark.value) for mark in found}
