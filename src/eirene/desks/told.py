"""What outsiders hold of all that one source told: beside the log, for the source threshold.

A ``source`` report names by links what it told; those with one pseudonym are one source. In
an organisation's own compartment the ``source`` of an alert is a name like that. What links
to a report, or what it links to, is of the same source: the verification of an alert. Inside
the mission a link to a version means what it was made from. Of what outsiders say about their
version it does not: how wide their own report's versions become would show them what else the
source told.

Invariants
  * Nobody is shown anything of this: it only makes versions wider.
  * What was once given counts for ever, also when it was amended, recalled or has expired;
    of an organisation that was erased nothing counts any more, since nothing is known.
  * Before it is asked it knows every source report that the picture has.

Kept in memory and made anew after a start. Safe to ask from several threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, cast

from eirene.errors import Unavailable
from eirene.picture import Picture, Query, Row, entity_by_id, every, links_to
from eirene.picture.ledger import Entity, Line, entities_of, line_by_id, lines_of
from eirene.places import Place
from eirene.release.coarsen import World, coarse_place, rung_of
from eirene.release.reader import Reader
from eirene.release.rules import Rule
from eirene.release.sources import outside
from eirene.reports.acts.release import MADE
from eirene.reports.envelope import Body
from eirene.reports.flat import content_values, kind_and_version

_SOURCES = "sources"
_APART = frozenset(("at", "by"))
"""Links to a site or a unit: what else is said of it has other sources."""
_KEPT = 50_000
"""Entities that are remembered; beyond that all are looked up again."""


class Given(NamedTuple):
    """One version that outsiders have."""

    place: Place
    rung: int
    """How many steps it is wider than its rule."""


class Told:
    """See the module."""

    def __init__(
        self,
        picture: Callable[[], Picture],
        everywhere: Callable[[], Reader],
        owner: str,
        rule: Callable[[str], Rule | None],
        world: World,
    ) -> None:
        self._picture = picture
        self._everywhere = everywhere
        self._owner = owner
        self._rule = rule
        self._world = world
        self._lock = threading.RLock()
        self._by_name: dict[str, set[Entity]] | None = None
        self._names: dict[Entity, set[str]] = {}
        self._beside: dict[Entity, set[Entity]] = {}
        self._given: dict[Entity, list[Given]] = {}
        self._roots: dict[Entity, Entity] = {}

    # -- what comes

    def note(self, of: Entity, body: Body) -> None:
        """A report that was filed: it may tell who told another, or belong to another."""
        with self._lock:
            self._note(of, body)

    def _note(self, of: Entity, body: Body) -> None:
        if len(self._given) > _KEPT:
            for kept in (self._beside, self._given, self._roots):
                kept.clear()
        linked = self._linked_by(body)
        if kind_and_version(body.kind)[0] == "source":
            self._name(body, linked)
            return
        if not body.amends and body.coarse is None:
            # nothing can have been said of what is new
            self._beside.setdefault(of, set())
            self._given.setdefault(of, [])
            self._roots.setdefault(of, of)
        self._name_in_organisation(of, body)
        for other in linked:
            self._near(of).add(other)
            self._near(other).add(of)

    def gave(self, of: Entity, audience: str, place: Place | None, rung: int = 0) -> None:
        """A version that was made, and how many steps it is wider than its rule."""
        if place is not None and outside(audience):
            with self._lock:
                for one in {of, self._root(of)}:
                    self._places(one).append(Given(place, rung))

    def forget(self) -> None:
        """Look everything up again in the picture: something was erased from it."""
        with self._lock:
            self._by_name = None
            for kept in (self._names, self._beside, self._given, self._roots):
                kept.clear()

    # -- what is asked

    def by_source(self, of: Entity) -> list[list[Given]]:
        """For each source that may stand behind an entity all that outsiders were told of him."""
        with self._lock:
            group = self._group(of)
            names = {name for one in group for name in self._known().get(one, ())}
            if not names:
                return [self._all(group)]
            return [self._all(self._of_name(name) | group) for name in sorted(names)]

    def foreseen(self, body: Body) -> list[list[Given]]:
        """The same for a report that is not filed yet: of what it links to."""
        with self._lock:
            return [places for one in self._linked_by(body) for places in self.by_source(one)] or [
                []
            ]

    def _of_name(self, name: str) -> set[Entity]:
        entities = (self._by_name or {}).get(name, set())
        return {one for entity in entities for one in self._group(entity)}

    def _all(self, entities: Iterable[Entity]) -> list[Given]:
        return list(dict.fromkeys(given for one in entities for given in self._places(one)))

    def _group(self, of: Entity) -> set[Entity]:
        """The entity, what it was a version of, and what is linked with either."""
        root = self._root(of)
        return {of, root} | self._near(of) | self._near(root)

    def _root(self, of: Entity) -> Entity:
        """Of a version, the original that it came from, over all its steps."""
        if of not in self._roots:
            line = line_by_id(self._picture(), self._everywhere(), of.entity)
            self._roots[of] = of if line is None else self._root(line.of)
        return self._roots[of]

    # -- looked up once

    def _known(self) -> dict[Entity, set[str]]:
        if self._by_name is None:
            self._by_name = {}
            inside = self._everywhere().compartments
            for row in self._every("source", frozenset((_SOURCES,)) & inside):
                self._name(row.body, self._linked_by(row.body))
            for row in self._every("alert", frozenset(c for c in inside if _of_organisation(c))):
                of = Entity(row.compartment, row.owner, row.entity)
                self._name_in_organisation(of, row.body)
        return self._names

    def _every(self, kind: str, compartments: frozenset[str]) -> Iterator[Row]:
        reader = Reader(account="releases", compartments=compartments)
        for rows in every(self._picture(), reader, Query(kinds=(kind,), limit=1)):
            yield from rows

    def _name_in_organisation(self, of: Entity, body: Body) -> None:
        """Of alerts alone: the source of an incident is as often a newspaper."""
        alert = kind_and_version(body.kind)[0] == "alert"
        if alert and body.source and _of_organisation(body.compartment):
            self._add(f"{body.owner} {body.source}", of)

    def _name(self, body: Body, linked: Iterable[Entity]) -> None:
        name = content_values(body).get("pseudonym")
        for entity in linked:
            self._add(str(name), entity)

    def _add(self, name: str, entity: Entity) -> None:
        known = self._known()
        known.setdefault(entity, set()).add(name)
        cast("dict[str, set[Entity]]", self._by_name).setdefault(name, set()).add(entity)

    def _linked_by(self, body: Body) -> list[Entity]:
        entries = [link.entry for link in body.links if link.role not in _APART]
        if not entries:
            return []
        found = self._entities(entries)
        roots = {one: self._root(one) for one in found}
        if _of_outsiders(body.compartment):
            return [one for one, root in roots.items() if one == root]
        return list(dict.fromkeys(roots.values()))

    def _entities(self, entries: Iterable[bytes]) -> list[Entity]:
        """What these reports are of. Who reads everything sees no version, so those are looked
        for in each compartment by itself.
        """
        found = entities_of(self._picture(), self._everywhere(), entries)
        missing = [entry for entry in entries if entry not in found]
        for compartment in sorted(self._everywhere().compartments) if missing else ():
            found |= entities_of(self._picture(), _only(compartment), missing)
        return list(found.values())

    def _near(self, of: Entity) -> set[Entity]:
        if of not in self._beside:
            self._beside[of] = set(self._linked_with(of))
        return self._beside[of]

    def _linked_with(self, of: Entity) -> Iterator[Entity]:
        for row in self._told_in(of.compartment, of.entity):
            yield from self._linked_by(row.body)
        for one in (of, *self._versions(of)):
            original = one == self._root(one)
            for other in self._links_to(self._told_in(one.compartment, one.entity)):
                if original or not _of_outsiders(other.compartment):
                    yield other

    def _links_to(self, rows: Iterable[Row]) -> Iterator[Entity]:
        entries = [row.entry for row in rows]
        for one in links_to(self._picture(), self._everywhere(), entries):
            if one.row.compartment != _SOURCES and one.role not in _APART:
                yield Entity(one.row.compartment, one.row.owner, one.row.entity)

    def _versions(self, of: Entity) -> Iterator[Entity]:
        """All versions of an entity, and theirs."""
        for line in lines_of(self._picture(), self._everywhere(), of):
            if any(t.step.step == MADE for t in line.steps):
                version = Entity(line.audience, self._owner, line.id)
                yield version
                yield from self._versions(version)

    def _places(self, of: Entity) -> list[Given]:
        if of not in self._given:
            lines = lines_of(self._picture(), self._everywhere(), of)
            self._given[of] = [given for line in lines for given in self._places_by(line)]
        return self._given[of]

    def _places_by(self, line: Line) -> Iterator[Given]:
        """What versions of a line told outsiders; or, of those for the mission itself, what came
        of them.
        """
        made = {t.step.version: t.step for t in line.steps if t.step.step == MADE}
        if not outside(line.audience):
            yield from self._places(Entity(line.audience, self._owner, line.id)) if made else ()
            return
        here = {row.entry: row.body for row in self._told_in(line.audience, line.id)}
        for entry, step in made.items():
            rule, body = self._rule(step.rule), here.get(entry)
            if body is not None and body.place is not None:
                measure = body.coarse.place if body.coarse else ""
                yield Given(body.place, rung_of(rule.place, measure) if rule else 0)
            elif body is None and rule is not None:
                yield from self._taken_back(line.of, rule)

    def _taken_back(self, of: Entity, rule: Rule) -> Iterator[Given]:
        """Of a version whose body is gone: what its rule gives, at its most exact."""
        for row in self._told_in(of.compartment, of.entity):
            place = coarse_place(row.body.place, rule.place, self._world)
            if place is not None:
                yield Given(place, 0)

    def _told_in(self, compartment: str, entity: bytes) -> list[Row]:
        try:
            return entity_by_id(self._picture(), _only(compartment), entity).history
        except Unavailable:
            return []


def _only(compartment: str) -> Reader:
    return Reader(account="releases", compartments=frozenset((compartment,)))


def _of_outsiders(compartment: str) -> bool:
    return outside(compartment) or compartment.startswith(("org-", "party-"))


def _of_organisation(compartment: str) -> bool:
    return compartment.startswith("org-")
