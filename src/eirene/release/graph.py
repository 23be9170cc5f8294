"""The rules as a graph: what they come to together, looked at before they take effect.

A step leads from a class of data in a compartment, by a rule, to its audience; from there
on under the class that the rule names in ``onward``. ``never`` is held against all paths.

Invariants
  * Whoever reads ``public`` is everybody: what reaches it has reached every audience.
  * An audience has also reached what each of its readers reads anyway (``readers``).
  * Conditions count as overlapping unless proven apart.
  * What is found is a value with a sentence; whether it refuses the rules is part of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from eirene.release.apart import STABLE, apart, impossible
from eirene.release.classes import HOST_FORCES
from eirene.release.coarsen import width_km
from eirene.release.configuration import Agreement, Configuration, default
from eirene.release.measures import measure_words
from eirene.release.rules import NEVER, NONE, TIMES, Rule, overlap, within
from eirene.release.sources import CLASSES_HELD
from eirene.reports.words import table

Readers = Mapping[str, frozenset[str]]
"""Compartments that each role reads: who reads one reads the others as well."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with rules, or that people should know about them."""

    name: str
    """``never``, ``star``, ``agreement``, ``unreachable`` or ``ended``."""
    rule: str
    """Id of the rule that it is about."""
    sentence: str
    refuses: bool
    """Whether rules with this do not take effect."""
    path: tuple[str, ...] = ()
    """Ids of the rules on the way, first first."""


def findings(
    configuration: Configuration, now: datetime, readers: Readers | None = None
) -> list[Finding]:
    """Everything that is found, what refuses first."""
    found = [
        *_broken(configuration, readers or {}),
        *_stars(configuration),
        *_wider(configuration),
        *_unreachable(configuration, now),
    ]
    return sorted(found, key=lambda one: not one.refuses)


def sentence(key: str, **words: object) -> str:
    """A sentence of the string table, filled in, with a capital letter."""
    said = table()[key].format(**words)
    return said[:1].upper() + said[1:]


def _said(name: str, **words: object) -> str:
    return sentence(f"finding.{name}", **words)


# --- never, over all paths ----------------------------------------------------


class Ways:
    """Which rules can follow which, and what can be reached from each."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.giving = [rule for rule in rules if rule.gives and not impossible(rule.condition)]
        self._by_class: dict[str, list[int]] = {}
        for at, rule in enumerate(self.giving):
            self._by_class.setdefault(rule.data, []).append(at)
        self._next = [list(self._following(rule)) for rule in self.giving]

    def of_class(self, data: str) -> list[int]:
        """Numbers of the rules for a class."""
        return self._by_class.get(data, [])

    def _following(self, rule: Rule) -> Iterator[int]:
        data = rule.travels_as
        if not data:
            return
        for name in (data, HOST_FORCES) if _may_allege(rule) else (data,):
            for at in self.of_class(name):
                after = self.giving[at]
                if overlap(rule.to, after.origin) and not apart(
                    rule.condition, after.condition, STABLE
                ):
                    yield at

    def onward(self, first: int) -> dict[int, int]:
        """Rules that can come after one, each with the one before it on a shortest way."""
        before: dict[int, int] = {first: first}
        waiting = deque([first])
        condition = self.giving[first].condition
        while waiting:
            at = waiting.popleft()
            for after in self._next[at]:
                if after in before or apart(condition, self.giving[after].condition, STABLE):
                    continue
                before[after] = at
                waiting.append(after)
        return before

    def path(self, before: Mapping[int, int], last: int) -> tuple[str, ...]:
        """Ids of the rules from the first to this one."""
        ids = [self.giving[last].id]
        while before[last] != last:
            last = before[last]
            ids.append(self.giving[last].id)
        return tuple(reversed(ids))


def _may_allege(rule: Rule) -> bool:
    """Whether a version by this rule can say that host-state forces did it."""
    return rule.travels_as in CLASSES_HELD and "actor" in rule.passes


def _broken(configuration: Configuration, readers: Readers) -> Iterator[Finding]:
    """Ways on which something reaches whom it must never reach."""
    ways = Ways(configuration.rules)
    reached: dict[int, dict[int, int]] = {}
    together = _together(readers)
    for never in configuration.rules:
        if never.mode != NEVER:
            continue
        for first in ways.of_class(never.data):
            if not overlap(ways.giving[first].origin, never.origin):
                continue
            if first not in reached:
                reached[first] = ways.onward(first)
            for last in reached[first]:
                by = _meets(ways.giving[last].to, never.to, together)
                if by is not None:
                    yield _breach(never, ways.path(reached[first], last), ways.giving[last].to, by)


def _meets(to: str, forbidden: str, together: Mapping[str, frozenset[str]]) -> str | None:
    """How what goes to an audience reaches a forbidden one: by itself (""), ``public``, or
    ``readers`` who have both; None: it does not.
    """
    if overlap(to, forbidden):
        return ""
    if to == "public":
        return "public"
    for audience, also in together.items():
        if overlap(audience, forbidden) and any(overlap(to, name) for name in also):
            return "readers"
    return None


def _together(readers: Readers) -> dict[str, frozenset[str]]:
    """Of each compartment: what every one of its readers reads as well."""
    found: dict[str, frozenset[str]] = {}
    for held in readers.values():
        for name in held:
            found[name] = found[name] & held if name in found else held
    return {name: also - {name} for name, also in found.items()}


def _breach(never: Rule, path: tuple[str, ...], to: str, by: str) -> Finding:
    sort = f"never-{by}" if by else "never"
    return Finding(
        name="never",
        rule=path[0],
        sentence=_said(
            sort,
            data=table()[f"data.{never.data}"],
            origin=never.origin,
            to=never.to,
            path=" → ".join(path),
            audience=to,
            never=never.id,
        ),
        refuses=True,
        path=path,
    )


# --- stars, agreements --------------------------------------------------------


def _stars(configuration: Configuration) -> Iterator[Finding]:
    """``*`` without a binding, where something passes.

    The shipped matrix has two such rules, summaries for every contributing state; they
    may stay, and be narrowed, since they are no mission's own decision.
    """
    for rule in configuration.rules:
        if not rule.gives or not rule.to.endswith("*") or rule.binding:
            continue
        shipped = (r for r in default().rules if r.to == rule.to and not r.binding)
        if not any(covers(one, rule) and not wider(rule, one) for one in shipped):
            yield Finding(
                name="star",
                rule=rule.id,
                sentence=_said("star", rule=rule.id, to=rule.to),
                refuses=True,
            )


def _wider(configuration: Configuration) -> Iterator[Finding]:
    """Rules that give more than the agreement that they name."""
    for rule in configuration.rules:
        lease = configuration.agreement(rule.agreement) if rule.agreement else None
        if lease is None or not rule.gives:
            continue
        more = list(_beyond(rule, lease))
        if more:
            yield Finding(
                name="agreement",
                rule=rule.id,
                sentence=_said("agreement", rule=rule.id, agreement=lease.id, more=", ".join(more)),
                refuses=True,
            )


def _beyond(rule: Rule, lease: Agreement) -> Iterator[str]:
    words = table()
    if not any(within(rule.to, name) for name in lease.to):
        yield words["beyond.to"].format(to=rule.to)
    if rule.data not in lease.data:
        yield words["beyond.data"].format(data=words[f"data.{rule.data}"])
    groups = [group for group in rule.passes if group not in lease.passes]
    if lease.passes and groups:
        yield words["beyond.passes"].format(groups=" ".join(groups))
    if lease.place and not _no_finer_place(rule.place, lease.place):
        yield words["beyond.place"].format(
            place=measure_words("place", rule.place), least=measure_words("place", lease.place)
        )
    if lease.time and _index(rule.time) < _index(lease.time):
        yield words["beyond.time"].format(
            time=measure_words("time", rule.time), least=measure_words("time", lease.time)
        )


# --- rules that never decide --------------------------------------------------


def _unreachable(configuration: Configuration, now: datetime) -> Iterator[Finding]:
    arriving = {rule.travels_as for rule in configuration.rules if rule.travels_as}
    earlier: list[Rule] = []
    nevers = [rule for rule in configuration.rules if rule.mode == NEVER]
    for rule in configuration.rules:
        if not rule.gives:
            continue
        lease = configuration.agreement(rule.agreement) if rule.agreement else None
        if lease is not None and lease.until <= now:
            yield _idle("ended", rule, agreement=lease.id)
            continue
        over = next((one for one in (*nevers, *earlier) if covers(one, rule)), None)
        if over is not None:
            yield _idle("unreachable", rule, other=over.id)
        elif impossible(rule.condition):
            yield _idle("impossible", rule)
        elif not _stands(rule, arriving):
            yield _idle("nowhere", rule, data=table()[f"data.{rule.data}"], origin=rule.origin)
        earlier.append(rule)


def _idle(sort: str, rule: Rule, **words: str) -> Finding:
    name = "ended" if sort == "ended" else "unreachable"
    return Finding(
        name=name, rule=rule.id, sentence=_said(sort, rule=rule.id, **words), refuses=False
    )


def _stands(rule: Rule, arriving: set[str]) -> bool:
    """Whether reports of that class can stand in the origin: filed there, or come on their way."""
    if rule.data == "report-from-organisation":
        return overlap(rule.origin, "org-*") or rule.data in arriving
    if rule.data in ("informant-alert", "incident-verified"):
        return not within(rule.origin, "org-*") or rule.data in arriving
    return True


# --- which rule says more -----------------------------------------------------


def covers(one: Rule, other: Rule) -> bool:
    """Whether one rule decides, for certain, of all reports that the other one means."""
    if one.mode == NONE or one.data != other.data:
        return False
    return (
        within(other.origin, one.origin)
        and within(other.to, one.to)
        and one.condition in ("", other.condition)
        and one.binding in ("", other.binding)
        and one.agreement in ("", other.agreement)
        and one.layer in ("", other.layer)
    )


def wider(rule: Rule, than: Rule) -> tuple[str, ...]:
    """In which respects one rule gives more than another; empty: in none."""
    return tuple(
        name
        for name, more in (
            ("mode", _rank(rule) > _rank(than)),
            ("delay", rule.wait < than.wait),
            ("place", not _no_finer_place(rule.place, than.place)),
            ("time", _index(rule.time) < _index(than.time)),
            ("counts", _COUNTS.index(rule.counts) < _COUNTS.index(than.counts)),
            ("passes", not set(rule.passes) <= set(than.passes)),
            ("onward", rule.travels_as not in ("", than.travels_as)),
            ("binding", than.binding not in ("", rule.binding)),
            ("layer", than.layer not in ("", rule.layer)),
            ("one_of", than.one_of not in ("", rule.one_of)),
        )
        if more
    )


_COUNTS = ("exact", "banded", "none")
_RANKS = (NEVER, NONE, "two-people", "one-person", "automatic")


def _rank(rule: Rule) -> int:
    return _RANKS.index(rule.mode)


def _index(time: str) -> int:
    return TIMES.index(time) if time in TIMES else len(TIMES)


def _no_finer_place(place: str, than: str) -> bool:
    """Whether one measure of place says no more than another, for certain.

    An area and a cell cannot be compared: where they meet, both together say more.
    """
    if place in ("", than) or than == "exact":
        return True
    if than == "":
        return False
    sort, other = place.partition("-")[0], than.partition("-")[0]
    return sort == other and sort in ("admin", "cell") and width_km(place) >= width_km(than)
