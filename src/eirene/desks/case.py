"""Cases: an entity as it stands, and what the rules say of it for every audience.

Whoever works on releases looks through this: the desk that makes versions, and the
people who decide. It shows nothing to anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from eirene.desks.told import Told
from eirene.errors import Unavailable
from eirene.keys.store import KeyStore
from eirene.picture import Picture, Row, entity_by_id
from eirene.picture.ledger import (
    Entity,
    Line,
    line_by_id,
)
from eirene.release.configuration import Configuration
from eirene.release.deciding import Decision, Held, decisions
from eirene.release.reader import Reader
from eirene.release.rules import Rule
from eirene.release.sources import Country, Watch
from eirene.reports.envelope import Body
from eirene.reports.flat import content_values


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
        self.told = Told(
            picture,
            self.everywhere,
            keys.owner,
            lambda name: self.configuration().rule(name),
            world,
        )

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
        told = self.told.by_source(case.of) if case.entry else self.told.foreseen(case.body)
        places = [[given.place for given in by_one] for by_one in told]
        watch = Watch(case.body, case.content, self.world, places)
        held = msgspec.structs.replace(
            case.held,
            audiences=self._present(),
            crowd=watch.crowd,
            rung=max((given.rung for by_one in told for given in by_one), default=0),
        )
        rules = (configuration or self.configuration()).in_force(now)
        return decisions(case.body, case.content, rules, now, held)

    def rule_of(self, decision: Decision, *, exactly: bool = False) -> Rule | None:
        """The rule that makes the version, wide enough to hide the source.

        ``exactly``: somebody answers for it that the rule is kept to, whoever it shows.
        """
        rule = self.configuration().rule(decision.rule)
        if rule is None or decision.place is None or exactly:
            return rule
        return msgspec.structs.replace(rule, place=decision.place)

    def version_row(self, line: Line) -> Row | None:
        """The version that the audience of a line has now."""
        try:
            view = entity_by_id(self._picture(), self.reader(line.audience), line.id)
        except Unavailable:
            return None
        return view.current[0] if view.current else None
