"""Cases: an entity as it stands, and what the rules say of it for every audience.

Whoever works on releases looks through this: the desk that makes versions, and the
people who decide. It shows nothing to anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import msgspec

from eirene.errors import Unavailable
from eirene.keys.store import KeyStore
from eirene.picture import Picture, Row, entity_by_id
from eirene.picture.ledger import (
    Entity,
    Line,
    line_by_id,
    lines_of,
)
from eirene.places import Place
from eirene.release.coarsen import World, coarse_place
from eirene.release.configuration import Configuration
from eirene.release.deciding import Decision, Held, decisions
from eirene.release.reader import Reader
from eirene.release.rules import Rule
from eirene.release.sources import Crowd, Settlement, crowd_of
from eirene.reports.envelope import Body
from eirene.reports.flat import content_values


class Country(World, Protocol):
    """The land with its people."""

    def settlements(self, place: Place, /) -> list[Settlement]:
        """Settlements of which the people are known, in the area that a version names."""
        ...


class Case(msgspec.Struct, frozen=True):
    """One entity as it stands now, ready to be decided on."""

    of: Entity
    entry: bytes
    body: Body
    content: dict[str, Any]
    withdrawn: bool = False
    held: Held = Held()


class Cases:
    """Looks at entities in the name of the node itself."""

    ACCOUNT = "releases"
    """In whose name the desk reads."""

    def __init__(
        self,
        keys: KeyStore,
        picture: Callable[[], Picture],
        configuration: Callable[[], Configuration],
        *,
        world: Country,
        present: Callable[[], frozenset[str]],
    ) -> None:
        self._keys, self._picture = keys, picture
        self.configuration = configuration
        self.world = world
        self._present = present

    def met(self) -> list[str]:
        """Compartments that this node has met."""
        return self._keys.compartments()

    def reader(self, *compartments: str) -> Reader:
        """The desk itself, in these compartments: it shows nothing to anybody."""
        return Reader(account=self.ACCOUNT, compartments=frozenset(compartments))

    def everywhere(self) -> Reader:
        """The desk in every compartment that the ledger can stand in."""
        return self.reader(*self._keys.compartments())

    def case(self, of: Entity) -> Case | None:
        """An entity as it stands: what leads of it, or what was withdrawn last."""
        try:
            view = entity_by_id(self._picture(), self.reader(of.compartment), of.entity)
        except Unavailable:
            return None
        rows = [r for r in (*view.current, *view.others) if r.owner == of.owner]
        row = next((r for r in rows if r.compartment == of.compartment), None)
        return None if row is None else self._case_of(of, row)

    def _case_of(self, of: Entity, row: Row) -> Case | None:
        held = self._held_of_version(of) if row.body.coarse is not None else Held()
        if held is None:
            return None
        return Case(of, row.entry, row.body, content_values(row.body), row.withdrawn, held)

    def _held_of_version(self, of: Entity) -> Held | None:
        """How a version came here, and whether it may travel on; None: it is not ours."""
        line = self._line(of.entity)
        made = line.made if line else None
        if line is None or made is None:
            return None
        rule = self.configuration().rule(made.rule)
        onward = rule.travels_as if rule else ""
        came = (made.data, line.of.compartment)
        before = self._held_of_version(line.of)
        return Held(onward=onward, came=(*(before.came if before else ()), came))

    def _line(self, line_id: bytes) -> Line | None:
        return line_by_id(self._picture(), self.everywhere(), line_id)

    def decided(
        self, case: Case, now: datetime, configuration: Configuration | None = None
    ) -> list[Decision]:
        """What each audience gets of a case, by the mission's configuration or another one."""

        def crowd(rule: Rule, audience: str) -> Crowd | None:
            return self._crowd(case, rule, audience)

        held = msgspec.structs.replace(case.held, audiences=self._present(), crowd=crowd)
        rules = (configuration or self.configuration()).in_force(now)
        return decisions(case.body, case.content, rules, now, held)

    def _crowd(self, case: Case, rule: Rule, audience: str) -> Crowd | None:
        """How many could be the source, as far as this audience could tell from all it has."""
        place = coarse_place(case.body.place, rule.place, self.world)
        if place is None:
            return None
        held = [
            frozenset(one.id for one in self.world.settlements(row.body.place))
            for line in lines_of(self._picture(), self.reader(case.of.compartment), case.of)
            if line.audience == audience and (row := self.version_row(line)) is not None
            if row.body.place is not None
        ]
        return crowd_of(self.world.settlements(place), held)

    def version_row(self, line: Line) -> Row | None:
        """The version that the audience of a line has now."""
        try:
            view = entity_by_id(self._picture(), self.reader(line.audience), line.id)
        except Unavailable:
            return None
        return view.current[0] if view.current else None
