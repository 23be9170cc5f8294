"""The mission's configuration: rules, sharing agreements, enforcement marks, and what goes with them.

It is kept as a signed report (``act.configuration``) and written as TOML. The shipped
``default.toml`` is the release matrix; a mission changes its own, never that one.

Invariants
  * ``from_toml(to_toml(c)) == c``, and a word that is not known is refused by name.
  * An agreement is a lease: past its end its rules do not hold, without any act.
  * A rule of a layer that an enforcement mark names does not hold while the mark stands.
  * Nothing but an agreement's end or beginning depends on the clock.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, cast

import msgspec

from eirene.errors import InvalidRules
from eirene.release.conditions import condition
from eirene.release.rules import (
    CLASSES,
    COMPARTMENTS,
    INTERNAL,
    MISSION_OWN,
    NEVER,
    Rule,
    checked,
    named,
)
from eirene.times import iso

LONGEST = 1_000_000
"""Bytes of TOML that are read."""
MOST = 5_000
"""Rules in one configuration."""

_ID = re.compile(r"[a-z0-9]+(?:[-.:][a-z0-9*]+)*", re.IGNORECASE)


class Slots(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Minutes that versions wait for the next slot: they hide order and size."""

    imminent_min: int = 2
    """Alerts of an attack that is imminent or under way."""

    other_min: int = 15
    """Everything else."""

    public_min: int = 1440
    """Everything to ``public``."""


class Agreement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sharing agreement: who gets what, for which purpose, until when."""

    id: str
    """Its name, as rules give it in ``agreement``."""

    to: tuple[str, ...]
    """Who: compartments, ``org-*`` for each organisation's own."""

    data: tuple[str, ...]
    """What: classes of data."""

    purpose: str
    """What for, in words."""

    until: datetime
    """End of the lease, UTC; at this moment it is over."""

    since: datetime | None = None
    """Beginning of the lease; None: it has begun."""

    passes: tuple[str, ...] = ()
    """Groups of fields that it covers; empty: it does not limit them."""

    place: str = ""
    """The finest place that it covers; empty: it does not limit it."""

    time: str = ""
    """The finest block of time that it covers; empty: it does not limit it."""

    note: str = ""
    """Where the signed text is kept, and what else people should know."""

    def holds(self, now: datetime) -> bool:
        """Whether the lease runs."""
        return (self.since is None or self.since <= now) and now < self.until


class Enforcement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An operation that is marked as enforcement: the layers it names are closed, at once."""

    id: str
    """Name of the operation."""

    layers: tuple[str, ...]
    """Layers, as rules name them in ``layer``."""

    note: str = ""
    """Who ordered it and why."""


class Configuration(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, cache_hash=True
):
    """Everything that a mission decides about releases."""

    title: str = ""
    """What people call it."""

    rules: tuple[Rule, ...] = ()
    """In order: of those that hold for a report the first decides."""

    agreements: tuple[Agreement, ...] = ()
    enforcement: tuple[Enforcement, ...] = ()

    k: int = 5
    """Source threshold: with fewer possible sources one person decides."""

    slots: Slots = Slots()

    own: tuple[str, ...] = MISSION_OWN
    """Compartments of the mission's own organisation; TLP AMBER+STRICT stays among them."""

    def rule(self, id_: str) -> Rule | None:
        """The rule of that name."""
        return next((one for one in self.rules if one.id == id_), None)

    def agreement(self, id_: str) -> Agreement | None:
        """The agreement of that name."""
        return next((one for one in self.agreements if one.id == id_), None)

    def closed_by(self, rule: Rule, now: datetime) -> str:
        """What keeps a rule from holding now, in one word and a name; "" where nothing does."""
        if rule.agreement:
            found = self.agreement(rule.agreement)
            if found is None or not found.holds(now):
                return f"agreement {rule.agreement}"
        if rule.layer:
            for mark in self.enforcement:
                if rule.layer in mark.layers:
                    return f"enforcement {mark.id}"
        return ""

    def in_force(self, now: datetime) -> Configuration:
        """The same with only the rules that hold at this moment."""
        held = tuple(rule for rule in self.rules if not self.closed_by(rule, now))
        return self if len(held) == len(self.rules) else msgspec.structs.replace(self, rules=held)

    def until(self, rule: Rule) -> datetime | None:
        """When what a rule made has to be closed; None: it has no end."""
        found = self.agreement(rule.agreement) if rule.agreement else None
        return found.until if found else None

    def changes_after(self, now: datetime) -> datetime | None:
        """The next moment at which an agreement begins or ends; None: never by itself."""
        moments = [m for one in self.agreements for m in (one.since, one.until) if m and m > now]
        return min(moments, default=None)


@cache
def default() -> Configuration:
    """The release matrix as it is shipped."""
    text = resources.files("eirene.release").joinpath("default.toml").read_text("utf-8")
    return from_toml(text)


# --- reading ------------------------------------------------------------------

_LISTS = {"rule": "rules", "agreement": "agreements", "enforcement": "enforcement"}
"""What a list of tables is called in TOML, where each table is one of it."""

_OTHERS = ("title", "k", "slots", "own")


def from_toml(text: str) -> Configuration:
    """A configuration from TOML; ``InvalidRules`` names the word and the remedy."""
    if len(text) > LONGEST:
        raise _wrong("configuration", f"it is longer than {LONGEST:,} characters", "Shorten it.")
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong("configuration", f"this is no TOML: {error}", "Mend that line.") from None
    for name in told:
        if name not in _LISTS and name not in _OTHERS:
            raise _unknown("configuration", name, [*_LISTS, *_OTHERS])
    values = {name: told[name] for name in _OTHERS if name in told}
    for name, field in _LISTS.items():
        if name in told:
            values[field] = told[name]
    return whole(_converted(values))


def whole(made: Configuration) -> Configuration:
    """A configuration of which each word is listed and each name is used once."""
    if len(made.rules) > MOST:
        raise _wrong("rule", f"there are more than {MOST:,} rules", "Put like ones together.")
    if not 1 <= made.k <= 1000:
        raise _wrong("k", f"{made.k} is no threshold", "Write a number from 1 to 1000.")
    for field in made.slots.__struct_fields__:
        if not 1 <= getattr(made.slots, field) <= 10_080:
            raise _wrong(f"slots.{field}", "minutes go from 1 to 10,080", "Write for example 15.")
    rules = tuple(named(checked(rule, f"rule {at}")) for at, rule in enumerate(made.rules, start=1))
    _once("rule", [rule.id for rule in rules])
    _once("agreement", [one.id for one in made.agreements])
    _once("enforcement", [one.id for one in made.enforcement])
    for one in made.agreements:
        _check_agreement(one)
    known = {one.id for one in made.agreements}
    for at, rule in enumerate(rules, start=1):
        _check_hold(rule, at, known)
    layers = {rule.layer for rule in rules if rule.layer}
    for mark in made.enforcement:
        for layer in mark.layers:
            if layer not in layers:
                raise _unknown(f"enforcement {mark.id}.layers", layer, sorted(layers))
    return msgspec.structs.replace(made, rules=rules)


def _converted(values: dict[str, Any]) -> Configuration:
    try:
        return msgspec.convert(values, Configuration)
    except msgspec.ValidationError as error:
        rule, _, path = str(error).partition(" - at `$.")
        field = re.sub(r"\[(\d+)\]", lambda found: f" {int(found[1]) + 1}", path.rstrip("`"))
        missing = re.search(r"missing required field `(\w+)`", rule)
        extra = re.search(r"unknown field `(.+)`", rule, re.DOTALL)
        if extra:
            raise _unknown(field or "configuration", extra[1], _names_at(field)) from None
        if missing:
            raise _wrong(field, f"{missing[1]} is missing", f"Add {missing[1]} = …") from None
        raise _wrong(
            field or "configuration", rule[0].lower() + rule[1:], "See docs/reference/rules.md."
        ) from None


def _names_at(field: str) -> list[str]:
    first = field.split(" ")[0].split(".")[0]
    of = {"rules": Rule, "agreements": Agreement, "enforcement": Enforcement, "slots": Slots}
    return list(of.get(first, Configuration).__struct_fields__)


def _check_hold(rule: Rule, at: int, agreements: set[str]) -> None:
    """What makes a rule hold or not: condition, agreement, layer."""
    if rule.condition:
        _check_condition(rule, at)
    if rule.agreement and rule.agreement not in agreements:
        raise _wrong(
            f"{rule.id}.agreement",
            f"there is no agreement {rule.agreement!r}",
            "Write an [[agreement]] with that id, or leave it out.",
        )
    if rule.mode == NEVER and (rule.agreement or rule.layer or rule.condition):
        raise _wrong(
            f"{rule.id}.mode",
            "never holds always: it takes no agreement, layer or condition",
            "Leave them out, or use the mode none.",
        )


def _check_condition(rule: Rule, at: int) -> None:
    try:
        condition(rule.condition)
    except InvalidRules as error:
        fault = error.message.removeprefix("condition: ").removesuffix(".")
        raise _wrong(f"rule {at}.condition", fault, error.remedy or "") from None


def _check_agreement(one: Agreement) -> None:
    at = f"agreement {one.id}"
    if not _ID.fullmatch(one.id):
        raise _wrong(f"{at}.id", "this is no name", "Use letters, digits and hyphens.")
    if one.until.utcoffset() is None or (one.since and one.since.utcoffset() is None):
        raise _wrong(f"{at}.until", "the time has no zone", "Write for example 2026-12-31T00:00Z.")
    if not one.to or not one.data:
        raise _wrong(at, "who gets what is missing", "Fill in to and data.")
    if not one.purpose.strip():
        raise _wrong(f"{at}.purpose", "there is no purpose", "Say what the data is given for.")
    strange = [name for name in one.data if name not in CLASSES]
    if strange:
        raise _unknown(f"{at}.data", strange[0], list(CLASSES))


def _once(what: str, ids: list[str]) -> None:
    for name, times in Counter(ids).items():
        if times > 1:
            raise _wrong(
                f"{what}.id",
                f"{times} of them are called {name!r}",
                "Give each an id of its own.",
            )


def _unknown(at: str, name: str, listed: list[str]) -> InvalidRules:
    near = difflib.get_close_matches(name, listed, n=1, cutoff=0.5)
    remedy = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(listed)}."
    return _wrong(at, f"{name[:60]!r} is not known here", remedy)


def _wrong(field: str, fault: str, remedy: str) -> InvalidRules:
    return InvalidRules(f"{field}: {fault}.", field=field, remedy=remedy)


# --- writing ------------------------------------------------------------------


def to_toml(configuration: Configuration) -> str:
    """The configuration as people edit it; reading it again gives the same."""
    lines = [
        *_pair("title", configuration.title, ""),
        f"k = {configuration.k}",
        f"own = {_value(configuration.own)}",
        "",
        "[slots]",
        *(f"{n} = {getattr(configuration.slots, n)}" for n in Slots.__struct_fields__),
    ]
    parts: list[tuple[str, tuple[msgspec.Struct, ...]]] = [
        ("agreement", configuration.agreements),
        ("enforcement", configuration.enforcement),
        ("rule", configuration.rules),
    ]
    for name, items in parts:
        for item in items:
            lines += ["", f"[[{name}]]"]
            for field, otherwise in _written(type(item)):
                lines += _pair(field, getattr(item, field), otherwise)
    return "\n".join([*lines, ""])


@cache
def _written(of: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """Names of a struct's fields, and what is not written where it is so."""
    return tuple(
        (field.name, None if field.required else field.default)
        for field in msgspec.structs.fields(of)
    )


def _pair(name: str, value: Any, otherwise: Any) -> list[str]:
    return [] if value == otherwise else [f"{name} = {_value(value)}"]


def _value(value: Any) -> str:
    if isinstance(value, datetime):
        # TOML's own form of a time; fractions would be lost in it, and no lease needs them
        return iso(value.astimezone(UTC).replace(microsecond=0))
    if isinstance(value, tuple):
        items = cast("tuple[str, ...]", value)
        return "[" + ", ".join(_value(item) for item in items) + "]"
    return _text(value) if isinstance(value, str) else str(value)


def _text(value: str) -> str:
    # a JSON text is a TOML text, but for the one sign that TOML wants written out
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def audiences(configuration: Configuration, present: frozenset[str] = frozenset()) -> list[str]:
    """Compartments that can be an audience: the default set, those rules name, those present."""
    told = [rule.to for rule in configuration.rules if not rule.to.endswith("*")]
    later = sorted({*told, *present}.difference(COMPARTMENTS, INTERNAL))
    return [*COMPARTMENTS, *later]


__all__ = [
    "Agreement",
    "Configuration",
    "Enforcement",
    "Slots",
    "audiences",
    "default",
    "from_toml",
    "to_toml",
    "whole",
]
