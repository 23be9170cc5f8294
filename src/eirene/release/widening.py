"""What a change of the configuration comes to, in plain words: what is widened, what narrowed.

Widening takes two people, narrowing one. So whatever is not proven to be no wider counts as
widening.

Invariants
  * A configuration changed into itself changes nothing.
  * If no change widens, no report gives an audience more than before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

import msgspec

from eirene.release.apart import apart
from eirene.release.configuration import Agreement, Configuration, Slots
from eirene.release.graph import covers, sentence, wider
from eirene.release.measures import measure_words
from eirene.release.rules import NEVER, NONE, Rule, overlap, within
from eirene.reports.words import table

EVERYBODY = "*"
"""Audience of a change that concerns all of them."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that changes."""

    widens: bool
    about: str
    """``rule``, ``agreement``, ``enforcement``, ``k``, ``slots`` or ``own``."""
    name: str
    """Id of the rule, agreement or mark; name of the setting."""
    audiences: tuple[str, ...]
    """Whom it concerns; ``*`` is everybody."""
    sentence: str


Widening = Change


def widenings(old: Configuration, new: Configuration) -> list[Change]:
    """What the new one gives more than the old; empty: one person suffices."""
    return [change for change in changes(old, new) if change.widens]


def changes(old: Configuration, new: Configuration) -> list[Change]:
    """Everything that changes, what widens first."""
    if old == new:
        return []
    found = [
        *_rules(old, new),
        *_nevers(old, new),
        *_agreements(old, new),
        *_enforcement(old, new),
        *_settings(old, new),
    ]
    return sorted(found, key=lambda one: not one.widens)


def _change(
    widens: bool, sort: str, name: str, audiences: Sequence[str], **words: object
) -> Change:
    data = words.get("data")
    if data:
        words["data"] = table()[f"data.{data}"]
    about = sort.partition("-")[0]
    return Change(
        widens=widens,
        about=about,
        name=name,
        audiences=tuple(audiences),
        sentence=sentence(f"change.{sort}", name=name, **words),
    )


# --- rules --------------------------------------------------------------------


def _rules(old: Configuration, new: Configuration) -> Iterator[Change]:
    if old.rules == new.rules and old.agreements == new.agreements:
        return
    before = {rule.id: rule for rule in old.rules}
    for at, rule in enumerate(new.rules):
        if not rule.gives:
            continue
        was = before.get(rule.id)
        more = _more(rule, new.rules[:at], new.rules, old)
        if more is not None:
            than, respects = more
            yield _widened(rule, was, than, respects)
        elif was is None or not was.gives:
            yield _change(False, "rule-beside", rule.id, [rule.to], data=rule.data, to=rule.to)
        elif was != rule and (differences := _differences(was, rule)):
            yield _change(
                False, "rule-narrowed", rule.id, [rule.to], to=rule.to, differences=differences
            )
    now = {rule.id: rule for rule in new.rules}
    for rule in old.rules:
        after = now.get(rule.id)
        if rule.gives and (after is None or not after.gives):
            yield _change(False, "rule-gone", rule.id, [rule.to], data=rule.data, to=rule.to)


def _more(
    rule: Rule, earlier: Sequence[Rule], all_new: Sequence[Rule], old: Configuration
) -> tuple[Rule | None, tuple[str, ...]] | None:
    """The old rule than which this one gives more, and in which respects; None: no more.

    All old rules that decided of any report that this rule means are looked at, in their
    order, up to the one that decided of all that were left.
    """
    if any(one.gives and covers(one, rule) for one in earlier):
        return None  # it never decides
    for was in old.rules:
        if was.mode == NONE or was.data != rule.data:
            continue
        if not (overlap(was.origin, rule.origin) and overlap(was.to, rule.to)):
            continue
        if apart(was.condition, rule.condition):
            continue
        if was.mode == NEVER:
            if not any(_forbids(one, was, rule) for one in all_new):
                return was, ("never",)
            if covers(was, rule):
                return None
            continue
        if any(one.gives and covers(one, was) for one in earlier):
            continue  # of those reports an earlier rule decides now
        respects = (*wider(rule, was), *_left_lease(rule, was))
        if respects:
            return was, respects
        if covers(was, rule):
            return None
    return None, ()


def _forbids(one: Rule, was: Rule, rule: Rule) -> bool:
    """Whether a new *never* still holds where an old one met this rule."""
    return (
        one.mode == NEVER
        and one.data == was.data
        and (within(was.origin, one.origin) or within(rule.origin, one.origin))
        and (within(was.to, one.to) or within(rule.to, one.to))
    )


def _left_lease(rule: Rule, was: Rule) -> tuple[str, ...]:
    """Whether a rule no longer stands under the lease of the old one; that a lease grows is
    told apart.
    """
    return () if was.agreement in ("", rule.agreement) else ("agreement",)


def _widened(rule: Rule, was: Rule | None, than: Rule | None, respects: tuple[str, ...]) -> Change:
    if than is None:
        return _change(
            True, "rule-new", rule.id, [rule.to], data=rule.data, to=rule.to, gives=_gives(rule)
        )
    if respects == ("never",):
        return _change(True, "rule-was-never", rule.id, [rule.to], data=rule.data, to=rule.to)
    told = [name for name in respects if name != "agreement"]
    parts = [_difference(than, rule, name) for name in told]
    if "agreement" in respects:
        parts.append(table()["difference.agreement"].format(old=than.agreement))
    sort = "rule-widened" if was is not None and was.id == than.id else "rule-instead"
    return _change(
        True,
        sort,
        rule.id,
        [rule.to],
        data=rule.data,
        to=rule.to,
        other=than.id,
        differences="; ".join(parts),
    )


def _gives(rule: Rule) -> str:
    return table()["change.gives"].format(
        mode=measure_words("mode", rule.mode),
        place=measure_words("place", rule.place),
        time=measure_words("time", rule.time),
        counts=measure_words("counts", rule.counts),
        groups=" ".join(rule.passes),
    )


_FIELDS = (
    "mode origin to binding delay place time counts passes onward condition agreement layer one_of"
).split()


def _differences(was: Rule, rule: Rule) -> str:
    changed = [name for name in _FIELDS if getattr(was, name) != getattr(rule, name)]
    return "; ".join(_difference(was, rule, name) for name in changed)


def _difference(was: Rule, rule: Rule, name: str) -> str:
    return table()["difference"].format(
        field=table().get(f"field.rule.{name}", name),
        old=_shown(name, getattr(was, name)),
        new=_shown(name, getattr(rule, name)),
    )


def _shown(name: str, value: Any) -> str:
    if name in ("mode", "place", "time", "counts"):
        return measure_words(name, value)
    words = " ".join(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else str(value)
    return words or table()["nothing"]


def _nevers(old: Configuration, new: Configuration) -> Iterator[Change]:
    """*Never* that is no longer asserted, and *never* that is new."""
    for one, others, widens, sort in (
        (old, new, True, "rule-never-gone"),
        (new, old, False, "rule-never-new"),
    ):
        for rule in one.rules:
            if rule.mode != NEVER:
                continue
            kept = any(
                other.mode == NEVER
                and other.data == rule.data
                and within(rule.origin, other.origin)
                and within(rule.to, other.to)
                for other in others.rules
            )
            if not kept:
                yield _change(
                    widens,
                    sort,
                    rule.id,
                    [rule.to],
                    data=rule.data,
                    origin=rule.origin,
                    to=rule.to,
                )


# --- agreements, enforcement, settings ----------------------------------------


def _agreements(old: Configuration, new: Configuration) -> Iterator[Change]:
    before = {one.id: one for one in old.agreements}
    after = {one.id: one for one in new.agreements}
    used = {rule.agreement for rule in new.rules}
    for name, lease in after.items():
        was = before.get(name)
        until = f"{lease.until:%Y-%m-%d %H:%MZ}"
        if was is None:
            yield _change(
                name in used, "agreement-new", name, lease.to, purpose=lease.purpose, until=until
            )
        elif was != lease:
            more = _lease_grows(was, lease)
            sort = "agreement-widened" if more else "agreement-narrowed"
            yield _change(bool(more), sort, name, lease.to, until=until, more=", ".join(more))
    for name, lease in before.items():
        if name not in after:
            yield _change(False, "agreement-gone", name, lease.to)


def _lease_grows(was: Agreement, lease: Agreement) -> list[str]:
    """In which respects a lease gives more than before."""
    words = table()
    begins = datetime.min.replace(tzinfo=lease.until.tzinfo)
    grown = (
        ("until", lease.until > was.until),
        ("since", (lease.since or begins) < (was.since or begins)),
        ("to", not all(any(within(a, b) for b in was.to) for a in lease.to)),
        ("data", not set(lease.data) <= set(was.data)),
        ("purpose", lease.purpose != was.purpose),
        (
            "passes",
            bool(was.passes) and not (lease.passes and set(lease.passes) <= set(was.passes)),
        ),
        ("place", bool(was.place) and lease.place != was.place),
        ("time", bool(was.time) and lease.time != was.time),
    )
    return [words[f"lease.{name}"] for name, more in grown if more]


def _enforcement(old: Configuration, new: Configuration) -> Iterator[Change]:
    before = {one.id: set(one.layers) for one in old.enforcement}
    after = {one.id: set(one.layers) for one in new.enforcement}
    closed = set[str]().union(*after.values())
    was_closed = set[str]().union(*before.values())
    for name, layers in after.items():
        if layers - before.get(name, set()):
            shown = " ".join(sorted(layers))
            yield _change(False, "enforcement-on", name, _behind(new, layers), layers=shown)
    for name, layers in before.items():
        opened = layers - closed
        if opened:
            shown = " ".join(sorted(opened))
            yield _change(True, "enforcement-off", name, _behind(new, opened), layers=shown)
        elif layers - after.get(name, set()):
            yield _change(False, "enforcement-ended", name, _behind(new, layers & was_closed))


def _behind(configuration: Configuration, layers: set[str]) -> list[str]:
    """Audiences of the rules that name one of these layers."""
    return sorted({rule.to for rule in configuration.rules if rule.layer in layers})


def _settings(old: Configuration, new: Configuration) -> Iterator[Change]:
    if new.k != old.k:
        sort = "k-lower" if new.k < old.k else "k-higher"
        yield _change(new.k < old.k, sort, "k", [EVERYBODY], old=old.k, new=new.k)
    for name in Slots.__struct_fields__:
        was, now = getattr(old.slots, name), getattr(new.slots, name)
        if was != now:
            sort = "slots-shorter" if now < was else "slots-longer"
            yield _change(now < was, sort, name, [EVERYBODY], old=was, new=now)
    more, less = sorted(set(new.own) - set(old.own)), sorted(set(old.own) - set(new.own))
    if more:
        yield _change(True, "own-more", "own", more, names=" ".join(more))
    if less:
        yield _change(False, "own-less", "own", less, names=" ".join(less))
