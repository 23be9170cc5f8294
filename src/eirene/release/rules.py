"""Rules: rows of the release matrix, and what their words mean.

One rule says of one class of data in one compartment whether, how exactly and on
whose word another compartment may have a version.

Invariants
  * Rules stand in an order. Of those whose condition holds the first decides; a
    ``never`` before all others, and ``none`` is no rule at all.
  * A word that is not listed here is refused when rules are read, never ignored.
  * ``*`` ends a name and stands for what is on demand: ``org-*`` for every
    organisation's own compartment; alone it stands for every compartment.
"""

from __future__ import annotations

import re
from datetime import timedelta

import msgspec

from eirene.errors import InvalidRules
from eirene.reports.kinds import GROUPS

CLASSES = (
    "source-or-caller-identity",
    "civil-society-members",
    "protected-referral",
    "informant-alert",
    "incident-verified",
    "incident-host-forces-alleged",
    "report-from-organisation",
    "humanitarian-notification",
    "notification-acknowledgement",
    "ngo-presence",
    "patrol-plan-or-own-position",
    "casevac",
    "hazard",
    "assessment",
    "readiness",
)
"""Classes of data, in the order of the matrix."""

MISSION_OWN = ("sources", "protected", "command", "analysis", "medical", "police", "mission")
"""Compartments of the mission itself: one organisation, where TLP asks for one."""

COMPARTMENTS = (*MISSION_OWN, "humanitarian", "partners", "local", "host-state", "public")
"""Compartments of the default set, innermost first."""

ON_DEMAND = ("org-", "party-", "capital-")
"""Beginnings of the compartments that each organisation, party or contributor has one of."""

INTERNAL = ("people", "configuration")
"""Compartments in which a node keeps its own acts; no reader ever holds one."""

NEVER, NONE, TWO, ONE, AUTOMATIC = MODES = (
    "never",
    "none",
    "two-people",
    "one-person",
    "automatic",
)
"""On whose word, strictest first."""

BINDS = {
    "parties": "party-",
    "organisation": "org-",
    "contributor": "capital-",
    "unit.contributor": "capital-",
}
"""What a ``*`` is bound by - the field of the report that names whose it is - and the
compartments that it can stand for."""

TIMES = ("minute", "hour", "6-hours", "day", "week", "month")
"""Blocks of time, finest first."""

COUNTS = ("exact", "banded", "none")
BANDS = (0, 1, 5, 10, 25, 100)
"""The least of each band: 0, 1-4, 5-9, 10-24, 25-99, 100+."""

LAST = "last"
"""``onward`` of a rule whose versions go no further, said aloud."""

DEPTH = 3
"""Administrative levels that the matrix names: admin-0 to admin-3."""

_CELL = re.compile(r"cell-([1-9]\d{0,2})km")
_ADMIN = re.compile(rf"admin-([0-{DEPTH}])")
_DELAY = re.compile(r"([1-9]\d{0,3})(h|d)")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*|(?:[a-z0-9]+-)*\*", re.IGNORECASE)


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, cache_hash=True):
    """One row of the matrix."""

    id: str = ""
    """Its name in decisions and in the ledger; made from class and ways where none is given."""

    data: str
    """Class of data, one of ``CLASSES``."""

    origin: str
    """Compartment in which the report stands; ``org-*`` for each organisation's own."""

    to: str
    """Compartment that gets the version: the audience."""

    mode: str
    """On whose word, one of ``MODES``."""

    binding: str = ""
    """Which field of the report names the one that a ``*`` stands for."""

    delay: str = ""
    """Earliest age of the event: ``72h``, ``3d``; empty: none."""

    place: str = ""
    """``exact``, ``corridor``, ``road-section``, ``admin-N``, ``cell-Nkm``; empty: no place."""

    time: str = ""
    """Block to which times are rounded outward, one of ``TIMES``; empty: no time."""

    counts: str = "none"
    """``exact``, ``banded`` or ``none``."""

    passes: tuple[str, ...] = ()
    """Groups of fields that pass; everything else is removed."""

    onward: str = ""
    """Class of data under which the version may travel on; empty or ``last``: no further."""

    condition: str = ""
    """CQL2 text over the report's values; empty: always."""

    agreement: str = ""
    """Id of the sharing agreement without which the rule does not hold."""

    layer: str = ""
    """Name of the layer that an enforcement operation closes; empty: none closes it."""

    one_of: str = ""
    """Role that one of the two who decide holds; empty: any who may decide."""

    note: str = ""
    """What people should know about it."""

    @property
    def gives(self) -> bool:
        """Whether anything can come of it."""
        return self.mode in (TWO, ONE, AUTOMATIC)

    @property
    def wait(self) -> timedelta:
        """Earliest age of the event."""
        found = _DELAY.fullmatch(self.delay)
        if found is None:
            return timedelta(0)
        return timedelta(hours=int(found[1]) * (24 if found[2] == "d" else 1))

    @property
    def travels_as(self) -> str:
        """Class under which what it makes may be released again; "" where it may not."""
        return "" if self.onward == LAST else self.onward


def matches(pattern: str, compartment: str) -> bool:
    """Whether a compartment is one that a rule means: ``org-*`` means ``org-lamp``."""
    if pattern.endswith("*"):
        return compartment.startswith(pattern[:-1])
    return pattern == compartment


def overlap(a: str, b: str) -> bool:
    """Whether some compartment is meant by both patterns."""
    if a.endswith("*") and b.endswith("*"):
        return a.startswith(b[:-1]) or b.startswith(a[:-1])
    return matches(a, b) or matches(b, a)


def within(narrow: str, wide: str) -> bool:
    """Whether all that the first pattern means is meant by the second."""
    if narrow.endswith("*"):
        return wide.endswith("*") and narrow.startswith(wide[:-1])
    return matches(wide, narrow)


def cell_km(place: str) -> int | None:
    """Stated width of a cell in kilometres."""
    found = _CELL.fullmatch(place)
    return int(found[1]) if found else None


def admin_level(place: str) -> int | None:
    """Level of an administrative area."""
    found = _ADMIN.fullmatch(place)
    return int(found[1]) if found else None


def named(rule: Rule) -> Rule:
    """The rule, with an id made from what it says where it has none."""
    if rule.id:
        return rule
    return msgspec.structs.replace(rule, id=f"{rule.data}:{rule.origin}:{rule.to}")


def checked(rule: Rule, at: str) -> Rule:
    """The rule, if each of its words is listed; ``InvalidRules`` with field and remedy.

    ``at`` says where it stands, for whoever has to mend it: ``rule 3``.
    """
    for field, listed in (
        ("data", CLASSES),
        ("mode", MODES),
        ("binding", ("", *BINDS)),
        ("counts", COUNTS),
    ):
        value: str = getattr(rule, field)
        if value not in listed:
            words = ", ".join(word for word in listed if word)
            raise _wrong(at, field, f"{value!r} is not listed", f"Use one of: {words}.")
    for field in ("origin", "to"):
        if not _NAME.fullmatch(getattr(rule, field)):
            raise _wrong(
                at,
                field,
                f"{getattr(rule, field)!r} is no name of a compartment",
                "Write for example partners, org-lamp or org-*.",
            )
    if rule.delay and not _DELAY.fullmatch(rule.delay):
        raise _wrong(at, "delay", f"{rule.delay!r} is no delay", "Write for example 72h or 3d.")
    if rule.onward not in ("", LAST, *CLASSES):
        raise _wrong(
            at, "onward", f"{rule.onward!r} is no class of data", "Name a class, or write last."
        )
    strange = [group for group in rule.passes if group not in GROUPS]
    if strange:
        raise _wrong(
            at, "passes", f"there is no group {strange[0]!r}", f"Groups: {', '.join(GROUPS)}."
        )
    _check_star(rule, at)
    return _checked_measures(rule, at)


def _check_star(rule: Rule, at: str) -> None:
    """A ``*`` that something goes to stands for compartments on demand, bound by its own field."""
    if not rule.gives:
        return
    if rule.to.endswith("*") and rule.to[:-1] not in ON_DEMAND:
        raise _wrong(
            at,
            "to",
            f"{rule.to!r} in a rule that lets something pass means too much",
            "Use org-*, party-* or capital-*, or name each compartment.",
        )
    if rule.to in INTERNAL or rule.origin in INTERNAL:
        raise _wrong(at, "to", "the node's own acts are never released", "Leave this rule out.")
    if not rule.binding:
        return
    bound = rule.to if rule.to.endswith("*") else rule.origin
    if bound != BINDS[rule.binding] + "*":
        raise _wrong(
            at,
            "binding",
            f"{rule.binding!r} binds a {BINDS[rule.binding]}*, and here is none",
            f"Write {BINDS[rule.binding]}* in to, or leave the binding out.",
        )


def _checked_measures(rule: Rule, at: str) -> Rule:
    if not rule.gives:
        if rule.passes or rule.place or rule.time:
            raise _wrong(
                at,
                "passes",
                f"a rule that says {rule.mode} gives nothing",
                "Leave place, time and passes out.",
            )
        return rule
    place = rule.place
    if place not in ("exact", "corridor", "road-section") and (
        cell_km(place) is None and admin_level(place) is None
    ):
        raise _wrong(
            at,
            "place",
            f"{place!r} is no measure of place",
            "Use exact, corridor, road-section, admin-0 to admin-3 or cell-10km.",
        )
    if rule.time not in TIMES:
        raise _wrong(
            at, "time", f"{rule.time!r} is no block of time", f"Use one of: {', '.join(TIMES)}."
        )
    if not rule.passes:
        raise _wrong(
            at, "passes", "nothing passes", "Name at least the group code, or use the mode none."
        )
    return rule


def _wrong(at: str, field: str, fault: str, remedy: str) -> InvalidRules:
    return InvalidRules(f"{at}, {field}: {fault}.", field=f"{at}.{field}", remedy=remedy)
