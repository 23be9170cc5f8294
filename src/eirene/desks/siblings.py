"""Siblings: of a report and all versions of it, a reader sees one, the finest that he may.

Versions of one report stand in many compartments, and a version that may travel on
has versions of its own. The ledger says of each what it was made from; here the rest
is said, in acts that are made together with the versions: which of them is coarser than
which, and which are coarser than the report at the beginning of the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from eirene.picture import Picture
from eirene.picture.ledger import Entity, Line, line_by_id, lines_of
from eirene.release.coarsen import fineness
from eirene.reports.acts import coarser as coarser_act
from eirene.reports.acts.coarser import Coarser
from eirene.reports.acts.release import Step
from eirene.reports.envelope import Body

if TYPE_CHECKING:
    from eirene.desks.release import ReleaseDesk


def siblings(
    desk: ReleaseDesk, picture: Picture, made: Mapping[bytes, Step], of: Entity
) -> list[Body]:
    """Acts for the versions that are made now of one entity: each names those coarser than it.

    ``made`` is line -> its step. They are made in the slot of the versions: an act in an
    audience's compartment must not tell when the original came.
    """
    root = _root(desk, picture, of)
    rules: dict[bytes, str] = {}
    audience: dict[bytes, str] = {}
    for line in _descended(desk, picture, root):
        audience[line.id] = line.audience
        if line.id in made:
            rules[line.id] = made[line.id].rule
        elif line.made is not None:
            rules[line.id] = line.made.rule
    ordered = sorted(
        rules, key=lambda one: (_fineness(desk, rules[one]), audience[one]), reverse=True
    )
    bodies: list[Body] = []
    for at, finer in enumerate(ordered):
        coarser = tuple(c for c in ordered[at + 1 :] if finer in made or c in made)
        if coarser:
            told = Coarser(owner=desk.owner, finer=finer, coarser=coarser)
            bodies.append(desk.act_body(audience[finer], coarser_act.ACT.tag, told))
    if root != of:  # of what was made from the report itself the ledger tells already
        told = Coarser(owner=desk.owner, of=root.owner, finer=root.entity, coarser=tuple(made))
        bodies.append(desk.act_body(root.compartment, coarser_act.ACT.tag, told))
    return bodies


def _root(desk: ReleaseDesk, picture: Picture, of: Entity) -> Entity:
    """The report at the beginning of the way; the entity itself where it is no version."""
    while of.owner == desk.owner:
        line = line_by_id(picture, desk.everywhere(), of.entity)
        if line is None or line.audience != of.compartment:
            break
        of = line.of
    return of


def _descended(desk: ReleaseDesk, picture: Picture, of: Entity) -> Iterator[Line]:
    """Lines of an entity, and of its versions as far as they may travel on."""
    for line in lines_of(picture, desk.reader(of.compartment), of):
        yield line
        rule = desk.configuration().rule(line.made.rule) if line.made is not None else None
        if rule is not None and rule.travels_as:
            yield from _descended(desk, picture, Entity(line.audience, desk.owner, line.id))


def _fineness(desk: ReleaseDesk, rule_id: str) -> Any:
    rule = desk.configuration().rule(rule_id)
    return fineness(rule) if rule else ()
