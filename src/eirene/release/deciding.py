"""Decisions: what each audience gets of one report, on whose word, when, and why.

Pure: report, configuration, moment and what is held go in, values with a reason come out.
The same function answers before sending (preview), at the desk, and when rules change.

Invariants
  * ``never`` is looked at first, of every step that a version has come, and nothing here
    goes round it: break-glass is another act, of two people.
  * A version is the end of the way unless the rule that made it names a class to travel on.
  * The origin of a rule matches the compartment in which the report stands.
  * TLP, classification and the terms of the source cap every rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, cast

import msgspec

from eirene.release.classes import HOST_FORCES, data_class
from eirene.release.coarsen import wider_places
from eirene.release.conditions import condition, values_of
from eirene.release.configuration import Configuration, Slots, audiences
from eirene.release.measures import measure_words
from eirene.release.rules import AUTOMATIC, BINDS, NEVER, NONE, Rule, matches
from eirene.release.sources import Crowd, asks, too_few
from eirene.release.terms import may_leave
from eirene.reports.acts import is_act
from eirene.reports.envelope import Body
from eirene.reports.words import language, table
from eirene.times import iso

OUTCOMES = (
    "nothing",
    "never",
    "bound",
    "capped",
    "waits-delay",
    "source-threshold",
    "two-people",
    "one-person",
    "automatic",
)
"""``bound``: it is for others of its sort; ``capped``: TLP, classification or terms forbid it;
``source-threshold``: would be automatic, but too few could be the source."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SOON = frozenset(("imminent", "under-way"))


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What one audience gets, and why."""

    audience: str
    outcome: str
    """One of ``OUTCOMES``."""
    data: str
    """Class of the report; "" where it has none."""
    rule: str
    """Id of the rule that decided; "" where none did."""
    mode: str
    """Mode of that rule."""
    sentence: str
    """Why, in plain words, for whoever may ask."""
    due: datetime | None = None
    """When the version is made, or when a delay is over; None: when people decide, or never."""
    until: datetime | None = None
    """When it has to be closed again: the end of the agreement."""
    place: str | None = None
    """Wider measure of place, where too few could be the source of what the rule would give;
    "" is no place at all, None the rule's own."""

    @property
    def gives(self) -> bool:
        """Whether a version can come of it, now or after people decide."""
        return self.outcome in (
            "automatic",
            "one-person",
            "two-people",
            "source-threshold",
            "waits-delay",
        )


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What the node knows beside the report."""

    audiences: frozenset[str] = frozenset()
    """Compartments there are beyond the default set: ``org-lamp``, ``party-a``."""

    onward: str = ""
    """Of a version: the class under which it may travel on; "" where it may not."""

    came: tuple[tuple[str, str], ...] = ()
    """Of a version: class and compartment of each step before this one."""

    crowd: Callable[[Rule, str], Crowd | None] | None = None
    """How many could be the source of what a rule would give to an audience."""

    rung: int = 0
    """How many steps wider than its rule a version of this source is at least."""


NOTHING_HELD = Held()


def decisions(
    body: Body,
    content: Mapping[str, Any],
    configuration: Configuration,
    now: datetime,
    held: Held = NOTHING_HELD,
) -> list[Decision]:
    """A decision for every audience but the compartment in which the report stands.

    ``content`` is in the present version of its kind (``flat.content_values``).
    """
    asked = [name for name in audiences(configuration, held.audiences) if name != body.compartment]
    case = _Case(body, content, configuration, now, held)
    return [case.decided(audience) for audience in asked]


def class_of(body: Body, content: Mapping[str, Any], held: Held = NOTHING_HELD) -> str | None:
    """Class under which a report, or a version, may be released from where it stands."""
    if is_act(body):
        return None
    own = data_class(body.kind, content, body.owner, body.compartment)
    if body.coarse is None:
        return own
    if not held.onward:
        return None
    return HOST_FORCES if own == HOST_FORCES else held.onward


class _Case:
    """One report under one configuration at one moment."""

    def __init__(
        self,
        body: Body,
        content: Mapping[str, Any],
        configuration: Configuration,
        now: datetime,
        held: Held,
    ) -> None:
        self._body = body
        self._content = content
        self._configuration = configuration
        self._now = now
        self._held = held
        self._class = class_of(body, content, held)
        self._values: dict[str, Any] | None = None

    def decided(self, audience: str) -> Decision:
        never = self._never(audience)
        if never is not None:
            return self._told(audience, "never", never, "never")
        if self._class is None:
            ended = self._body.coarse is not None
            return self._told(audience, "nothing", None, "end-of-way" if ended else "no-class")
        found, left_out = self._first(audience)
        if found is None:
            outcome, rule, reason, name = left_out
            return self._told(audience, outcome, rule, reason, name=name)
        cap = self._cap(audience)
        if cap:
            return self._told(audience, "capped", found, cap, name=self._body.terms)
        place, few = self._hidden(audience, found) if asks(found.data, audience) else (None, False)
        told = self._by_time(audience, found, few=few)
        if place is None:
            return told
        wider = table()["why.wider" if place else "why.nowhere"].format(
            k=self._configuration.k, place=measure_words("place", place)
        )
        return msgspec.structs.replace(told, place=place, sentence=f"{told.sentence} {wider}")

    def _by_time(self, audience: str, rule: Rule, *, few: bool) -> Decision:
        waits = self._waits(rule)
        if waits is not None:
            return self._told(audience, "waits-delay", rule, "waits-delay", due=waits)
        if rule.mode != AUTOMATIC:
            return self._told(audience, rule.mode, rule, rule.mode)
        if few:
            return self._told(audience, "source-threshold", rule, "source-threshold")
        due = slot_after(self._now, self._slot_min(audience))
        return self._told(audience, "automatic", rule, "automatic", due=due)

    def _hidden(self, audience: str, rule: Rule) -> tuple[str | None, bool]:
        """The first wider place of which enough could be the source; whether the rule's has few.

        Whoever decides may agree to everything, so what he agrees to is wide enough already.
        Once a source was given wider, he stays so: else a wide version would say that it was
        not where the exact ones were. Where nobody knows who lives there nothing can be
        worked out, and it is the decider's to say.
        """
        crowd = self._held.crowd
        first = crowd(rule, audience) if crowd else None
        of_organisation = any(data == "report-from-organisation" for data, _ in self._held.came)
        few = too_few(first, self._configuration.k, of_organisation=of_organisation)
        if crowd is None or first is None:
            return None, few
        ladder = (rule.place, *wider_places(rule.place))
        for place in ladder[min(self._held.rung, len(ladder) - 1) :]:
            left = crowd(msgspec.structs.replace(rule, place=place), audience)
            unknown = left is not None and left.people is None
            if unknown or not too_few(left, self._configuration.k, of_organisation=False):
                return (None if place == rule.place else place), few
        return "", few

    def _slot_min(self, audience: str) -> int:
        return slot_min(self._configuration.slots, self._body, self._content, audience)

    def _never(self, audience: str) -> Rule | None:
        """The rule that forbids it: of this report, or of what a version was made from."""
        steps = self._held.came
        if self._class is not None:
            steps = (*steps, (self._class, self._body.compartment))
        for data, compartment in steps:
            never, _ = _between(self._configuration, data, compartment, audience)
            if never is not None:
                return never
        return None

    def _first(self, audience: str) -> tuple[Rule | None, tuple[str, Rule | None, str, str]]:
        """The rule that decides; else outcome, rule, reason and name of what kept the best out."""
        left_out: tuple[str, Rule | None, str, str] = ("nothing", None, "no-rule", "")
        data, origin = self._class or "", self._body.compartment
        for rule in _between(self._configuration, data, origin, audience)[1]:
            if rule.mode == NONE:
                if left_out[1] is None:
                    left_out = ("nothing", rule, "none", "")
                continue
            why, _, name = self._configuration.closed_by(rule, self._now).partition(" ")
            if why:
                left_out = ("nothing", rule, why, name)
            elif rule.binding and not self._bound(rule, audience):
                if left_out[1] is None:
                    left_out = ("bound", rule, "bound", "")
            elif rule.condition and not self._holds(rule.condition):
                if left_out[1] is None:
                    left_out = ("nothing", rule, "condition", "")
            else:
                return rule, left_out
        return None, left_out

    def _holds(self, text: str) -> bool:
        if self._values is None:
            self._values = values_of(self._body, self._content)
        return condition(text).holds(self._values)

    def _bound(self, rule: Rule, audience: str) -> bool:
        """Whether the report names the one that the ``*`` would stand for."""
        bound = audience if rule.to.endswith("*") else self._body.compartment
        form = BINDS[rule.binding]
        named = named_by(rule.binding, self._content)
        return bound.startswith(form) and bound.removeprefix(form) in named

    def _cap(self, audience: str) -> str:
        """Which marking forbids it; "" where none does. ``tlp_most`` says the same of TLP."""
        body, own = self._body, self._configuration.own
        if not may_leave(body):
            return "terms"
        if body.tlp == "RED":
            return "tlp-red"
        if body.tlp == "AMBER+STRICT" and not (body.compartment in own and audience in own):
            return "tlp-strict"
        if audience == "public" and body.tlp != "CLEAR":
            return "tlp-public"
        if audience == "public" and body.classification != "unclassified":
            return "classified-public"
        return ""

    def _waits(self, rule: Rule) -> datetime | None:
        """When the event is old enough; None: it is."""
        body = self._body
        happened = body.filed if body.occurred is None else body.occurred.end
        due = happened + rule.wait
        return due if rule.wait > timedelta(0) and due > self._now else None

    def _told(
        self,
        audience: str,
        outcome: str,
        rule: Rule | None,
        reason: str,
        *,
        name: str = "",
        due: datetime | None = None,
    ) -> Decision:
        return Decision(
            audience=audience,
            outcome=outcome,
            data=self._class or "",
            rule=rule.id if rule else "",
            mode=rule.mode if rule else "",
            sentence=self._sentence(audience, rule, reason, name, due),
            due=due,
            until=self._configuration.until(rule) if rule else None,
        )

    def _sentence(
        self, audience: str, rule: Rule | None, reason: str, name: str, due: datetime | None
    ) -> str:
        return sentence_of(
            reason,
            rule,
            rule.data if rule else self._class or "",
            self._body.kind.partition("/")[0],
            self._body.compartment,
            audience,
            self._configuration.k,
            name,
            iso(due) if due else "",
            language(),
        )


@lru_cache(maxsize=4096)
def sentence_of(
    reason: str,
    rule: Rule | None,
    data: str,
    kind: str,
    origin: str,
    audience: str,
    k: int,
    name: str,
    due: str,
    spoken: str,
) -> str:
    """A decision in words: the same for all reports that are decided alike."""
    strings = table(spoken)
    said = strings[f"why.{reason}"].format(
        data=strings.get(f"data.{data}", data),
        kind=kind,
        origin=origin,
        audience=audience,
        k=k,
        name=name,
        delay=rule.delay if rule else "",
        due=due,
        binding=rule.binding if rule else "",
    )
    return f"{said} {strings['why.rule'].format(rule=rule.id)}" if rule else said


def named_by(binding: str, content: Mapping[str, Any]) -> frozenset[str]:
    """Short codes that a report names in the field of a binding."""
    codes: set[str] = set()
    for field in _FIELDS.get(binding, ()):
        value = content.get(field)
        if isinstance(value, str) and value:
            codes.add(value)
        elif isinstance(value, list | tuple):
            codes.update(item for item in cast("list[Any]", value) if isinstance(item, str))
        if codes:
            break
    return frozenset(codes)


_FIELDS = {
    "parties": ("parties", "party"),
    "organisation": ("organisation_code",),
    "contributor": ("contributor",),
    "unit.contributor": ("unit_contributor", "contributor"),
}
"""Fields that hold the codes of a binding; the first that says anything counts."""


def slot_min(slots: Slots, body: Body, content: Mapping[str, Any], audience: str) -> int:
    """Minutes from slot to slot for what this report becomes."""
    if audience == "public":
        return slots.public_min
    soon = body.kind.startswith("alert/") and content.get("threat") in _SOON
    return slots.imminent_min if soon else slots.other_min


def slot_after(now: datetime, minutes: int) -> datetime:
    """Beginning of the next slot: slots are the same for everybody, whatever there is."""
    length = timedelta(minutes=minutes)
    return now + length - (now - _EPOCH) % length


@lru_cache(maxsize=8192)
def _between(
    configuration: Configuration, data: str, compartment: str, audience: str
) -> tuple[Rule | None, tuple[Rule, ...]]:
    """The *never* between a compartment and an audience, and the other rules, in order."""
    found = [
        rule
        for rule in configuration.rules
        if rule.data == data and matches(rule.to, audience) and matches(rule.origin, compartment)
    ]
    never = next((rule for rule in found if rule.mode == NEVER), None)
    return never, tuple(rule for rule in found if rule.mode != NEVER)


def tlp_most(origin: str, audience: str, own: tuple[str, ...]) -> str:
    """The strictest TLP with which anything can go from one compartment to another."""
    if audience == "public":
        return "CLEAR"
    return "AMBER+STRICT" if origin in own and audience in own else "AMBER"


__all__ = [
    "NOTHING_HELD",
    "OUTCOMES",
    "Decision",
    "Held",
    "class_of",
    "decisions",
    "named_by",
    "slot_after",
    "slot_min",
    "tlp_most",
]
