"""Whether two conditions can hold for one report: overlapping unless proven apart.

A proof is a property that the one pins to some values and the other to none of them.
Only comparisons with literals are looked at; everything else - LIKE, geometry, times, NOT
of a whole - proves nothing, so that a wrong answer is always "they overlap".
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

import msgspec

from eirene.release.conditions import condition, is_property

STABLE = frozenset(("kind", "type", "state", "classification", "tlp"))
"""What a version says as its original does, or does not say at all. Counts are rounded, places
coarsened, the owner is the releasing node's: of those a condition on the way may hold anew."""

_MOST_CASES = 64
"""Alternatives that are looked at; a condition with more is taken to overlap with everything."""


class Allowed(msgspec.Struct, frozen=True):
    """Values that one property may have."""

    low: float = -math.inf
    high: float = math.inf
    low_in: bool = True
    high_in: bool = True
    only: frozenset[Any] | None = None
    """None: any."""
    never: frozenset[Any] = frozenset()

    def both(self, other: Allowed) -> Allowed:
        """What both allow."""
        low, low_in = max((self.low, not self.low_in), (other.low, not other.low_in))
        high, high_in = min((self.high, self.high_in), (other.high, other.high_in))
        only = self.only if other.only is None else other.only
        if self.only is not None and other.only is not None:
            only = self.only & other.only
        return Allowed(low, high, not low_in, high_in, only, self.never | other.never)

    @property
    def nothing(self) -> bool:
        """Whether no value is left."""
        if self.low > self.high or (self.low == self.high and not (self.low_in and self.high_in)):
            return True
        if self.only is None:
            return False
        return not any(self._has(value) for value in self.only if value not in self.never)

    def _has(self, value: Any) -> bool:
        if not isinstance(value, int | float):
            return True
        above = value > self.low or (value == self.low and self.low_in)
        return above and (value < self.high or (value == self.high and self.high_in))


Case = dict[str, Allowed]
"""One alternative: what each property may be. A property that is not named may be anything."""


def apart(a: str, b: str, names: frozenset[str] | None = None) -> bool:
    """Whether no report can meet both conditions; ``names``: only by these properties."""
    if not a or not b:
        return False
    first, second = cases(a), cases(b)
    if first is None or second is None:
        return False
    return all(_clash(one, other, names) for one in first for other in second)


def impossible(text: str) -> bool:
    """Whether no report can meet a condition."""
    found = cases(text) if text else None
    return found is not None and all(_clash(one, {}, None) for one in found)


def _clash(one: Case, other: Case, names: frozenset[str] | None) -> bool:
    for name in {*one, *other}:
        if names is not None and name not in names:
            continue
        if one.get(name, Allowed()).both(other.get(name, Allowed())).nothing:
            return True
    return False


@lru_cache(maxsize=4096)
def cases(text: str) -> list[Case] | None:
    """The alternatives of a condition; None: too many to look at."""
    return _cases(condition(text).tree)


def _cases(node: Any) -> list[Case] | None:
    if isinstance(node, bool):
        return [{}] if node else []
    tree = cast("dict[str, Any]", node)
    op, args = tree["op"], cast("list[Any]", tree["args"])
    if op == "and":
        return _all(args)
    if op == "or":
        parts = [_cases(arg) for arg in args]
        if any(part is None for part in parts):
            return None
        return _bounded([case for part in parts for case in part or ()])
    return [_compared(op, args)]


def _all(args: Iterable[Any]) -> list[Case] | None:
    found: list[Case] = [{}]
    for arg in args:
        part = _cases(arg)
        if part is None:
            return None
        joined = _bounded([_met(one, other) for one in found for other in part])
        if joined is None:
            return None
        found = joined
    return found


def _bounded(found: list[Case]) -> list[Case] | None:
    return found if len(found) <= _MOST_CASES else None


def _met(one: Case, other: Case) -> Case:
    return {
        name: one.get(name, Allowed()).both(other.get(name, Allowed())) for name in {*one, *other}
    }


_FLIP = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _compared(op: str, args: list[Any]) -> Case:
    """What one comparison allows; an empty case where it proves nothing."""
    left: Any = args[0]
    right: Any = args[1] if len(args) > 1 else None
    if not is_property(left) and is_property(right):
        left, right, op = right, left, _FLIP.get(op, op)
    if not is_property(left):
        return {}
    name = str(cast("dict[str, Any]", left)["property"])
    if op == "in" and isinstance(right, list):
        return {name: Allowed(only=frozenset(cast("list[Any]", right)))}
    if op == "between" and len(args) == 3 and _number(args[1]) and _number(args[2]):
        return {name: Allowed(low=args[1], high=args[2])}
    if isinstance(right, str) or _number(right):
        return _one(name, op, right)
    return {}


def _one(name: str, op: str, value: Any) -> Case:
    if op == "=":
        return {name: Allowed(only=frozenset((value,)))}
    if op == "<>":
        return {name: Allowed(never=frozenset((value,)))}
    if not _number(value):
        return {}
    if op in (">", ">="):
        return {name: Allowed(low=value, low_in=op == ">=")}
    if op in ("<", "<="):
        return {name: Allowed(high=value, high_in=op == "<=")}
    return {}


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
