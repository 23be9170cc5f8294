"""When rules change: what is closed at once, what newly goes out, and who would be reached.

The desk compares at every round the rules in force with those that it last acted on, so
that a new configuration, an enforcement mark and the end of an agreement are one case.

Invariants
  * What stands under a rule that is gone or has changed is taken back in the same round.
  * What then goes out under a new rule comes in a coming slot, as if it were new.
  * Which rules were last acted on is remembered across a stop: a node that was off while
    a lease ended closes it before anything else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from eirene.picture import Picture, Query, every
from eirene.picture.ledger import Entity, Line, by_rule, lines_of
from eirene.release.configuration import Configuration
from eirene.release.rules import Rule, matches
from eirene.reports.acts.release import BREAK_GLASS, EXPIRED

if TYPE_CHECKING:
    from eirene.desks.release import ReleaseDesk

Rules = Mapping[str, Rule]


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """A report that an audience would newly get, or be asked about."""

    report: bytes
    audience: str
    outcome: str


def in_force(configuration: Configuration, now: datetime) -> dict[str, Rule]:
    """Rules that hold at this moment, by id."""
    return {rule.id: rule for rule in configuration.in_force(now).rules}


def mark_of(rules: Rules) -> bytes:
    """Names a set of rules, to know it again after a stop."""
    return hashlib.sha256(msgspec.msgpack.encode(sorted(rules.items()))).digest()


def reapply(
    desk: ReleaseDesk, picture: Picture, old: Rules | None, new: Rules, now: datetime
) -> None:
    """Act on a change of the rules in force; ``old`` None: not known, so all are compared."""
    ended = list(_standing(desk, picture, old, new))
    if ended:
        desk.take_back(ended, EXPIRED, reason="its rule no longer holds")
    changed = [rule for id_, rule in new.items() if old is None or old.get(id_) != rule]
    if changed and old is not None:
        for entities in _where(desk, picture, changed, desk.met()):
            desk.decide(dict.fromkeys(entities), now)


def _standing(desk: ReleaseDesk, picture: Picture, old: Rules | None, new: Rules) -> Iterator[Line]:
    """Lines whose version stands under a rule that is gone or has changed."""
    if old is not None:
        gone = {id_ for id_, rule in old.items() if new.get(id_) != rule}
        if gone:
            yield from by_rule(picture, desk.everywhere(), gone)
        return
    for line in by_rule(picture, desk.everywhere(), None):
        made = line.made
        if made is not None and made.rule != BREAK_GLASS and made.rule not in new:
            yield line


def _where(
    desk: ReleaseDesk,
    picture: Picture,
    rules: Iterable[Rule],
    compartments: Iterable[str],
) -> Iterator[list[Entity]]:
    """All entities in those of the compartments where these rules begin, page by page."""
    origins = {rule.origin for rule in rules if rule.gives}
    for compartment in compartments:
        if any(matches(origin, compartment) for origin in origins):
            for rows in every(picture, desk.reader(compartment), Query(limit=1)):
                yield [Entity(row.compartment, row.owner, row.entity) for row in rows]


def reached(
    desk: ReleaseDesk,
    picture: Picture,
    old: Configuration,
    new: Configuration,
    now: datetime,
    compartments: frozenset[str],
) -> list[Reached]:
    """Reports in these compartments that some audience would newly get; changes nothing.

    Others are not looked at: how long it takes would tell how many there are.
    """
    seen = [name for name in desk.met() if name in compartments]
    before, after = in_force(old, now), in_force(new, now)
    changed = [rule for id_, rule in after.items() if before.get(id_) != rule]
    found: list[Reached] = []
    for entities in _where(desk, picture, changed, seen) if changed else ():
        for of in entities:
            case = desk.case(of)
            if case is None or case.withdrawn:
                continue
            lines = {
                line.audience: line for line in lines_of(picture, desk.reader(of.compartment), of)
            }
            was = {d.audience: d for d in desk.decided(case, now, old)}
            for decision in desk.decided(case, now, new):
                line, earlier = lines.get(decision.audience), was.get(decision.audience)
                has = line is not None and bool(line.version)
                if decision.gives and not has and not (earlier and earlier.gives):
                    found.append(
                        Reached(
                            report=case.body.id,
                            audience=decision.audience,
                            outcome=decision.outcome,
                        )
                    )
    return found
