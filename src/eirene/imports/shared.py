"""Mappings that somebody else wrote: what is asked of them before a node works by them.

A mapping of one's own may hold any regular expression. One that comes out of a report is used
by others, on the machine of all, and an expression can be made so that one cell costs it hours.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, cast

from eirene.imports.faults import BadMapping
from eirene.imports.mapping import (
    Mapping,
    Rule,
    mapping_named,
    mapping_of,
    ready_mappings,
    rules_of,
    used_columns,
)

# how Python itself reads an expression: no reader of ours could say what it will do
_sre: Any = importlib.import_module("re._constants")
_parser: Any = importlib.import_module("re._parser")

LONGEST = 200
"""Characters of a regular expression."""
MOST_TIMES = 1_000
"""How often an expression may ask for something at least; what repeats itself multiplies."""
MOST_DEGREE = 2
"""Repetitions without a near end, and the place where to begin: work grows as the square of a cell
at most, and a cell is no longer than ``LONGEST_CELL``."""
LONGEST_CELL = 500
"""Characters of a cell that an expression is tried on, where its work grows faster than the cell."""
MOST_WAYS = 256
"""In how many ways all other choices of an expression can be taken together."""
_NEAR = 8
_REPEATS = (_sre.MAX_REPEAT, _sre.MIN_REPEAT)
_BEGINNINGS = (_sre.AT_BEGINNING, _sre.AT_BEGINNING_STRING)


def shared_mapping(text: str, name: str) -> Mapping:
    """The mapping of a report of kind ``mapping``; raises ``BadMapping``."""
    found = mapping_of(text, name)
    used_columns(found)  # raises, too: of texts with brackets that do not close
    for expression, whole in expressions(found):
        fault = fault_of(expression, whole=whole)
        if fault:
            raise BadMapping(
                f"{name}: {expression[:60]!r} {fault}.",
                field="patterns",
                remedy="Use a simpler expression, or give the mapping as a file.",
            )
    for rule in _rules(found):
        for expression, into in rule.patterns:
            check_target(re.compile(expression), into)
    return found


@lru_cache(maxsize=400)
def understood(text: str, name: str) -> tuple[Mapping | None, str]:
    """What a text says, or what is wrong with it: every look at a table and at the layers asks."""
    try:
        return shared_mapping(text, name), ""
    except BadMapping as error:
        return None, error.message


def check_target(pattern: re.Pattern[str], into: str) -> None:
    """Raises ``BadMapping`` where what an expression becomes names a group that it has not."""
    try:
        pattern.sub(into, "")
    except (re.error, IndexError) as error:
        raise BadMapping(
            f"{into[:60]!r} cannot be made of {pattern.pattern[:60]!r}: {error}.",
            field="patterns",
            remedy=f"The expression has {pattern.groups} groups in brackets: name one of them, as \\1.",
        ) from None


def expressions(mapping: Mapping) -> Iterator[tuple[str, bool]]:
    """Every regular expression in a mapping, and whether it must match the whole of a cell."""
    for rule in _rules(mapping):
        yield from ((one, False) for one, _ in rule.patterns)
        yield from ((one, True) for one in rule.when.values())


def _rules(mapping: Mapping) -> Iterator[Rule]:
    told: list[Any] = [*mapping.fields.values()]
    told += [
        one for entries in mapping.lists.values() for entry in entries for one in entry.values()
    ]
    return (rule for one in told for rule in rules_of(one))


def fault_of(expression: str, *, whole: bool = False) -> str:
    """Why an expression may cost too much; "" where it may not. ``whole`` as in ``expressions``."""
    if len(expression) > LONGEST:
        return f"is longer than {LONGEST} characters"
    try:
        tree = _parser.parse(expression)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is not a regular expression: {error}"
    cost = _weighed(tree, whole=whole)
    if cost.times > MOST_TIMES:
        return f"repeats something more than {MOST_TIMES:,} times"
    if cost.nested:
        return "repeats what can be read in several ways"
    if cost.degree > MOST_DEGREE:
        return "repeats without a near end too often for where it may begin"
    return "can be read in too many ways" if cost.ways > MOST_WAYS else ""


@cache
def is_steady(expression: str, *, whole: bool = False) -> bool:
    """Whether the work of an expression grows as the cell does, and no faster, or it is one of
    those that come with Eirene, made for what stands in their lists.
    """
    if expression in _ours():
        return True
    try:
        cost = _weighed(_parser.parse(expression), whole=whole)
    except (re.error, OverflowError, RecursionError):
        return False
    return not cost.nested and cost.degree <= 1 and cost.ways <= MOST_WAYS


@cache
def _ours() -> frozenset[str]:
    ready = (mapping_named(name) for name in ready_mappings())
    return frozenset(one for mapping in ready for one, _ in expressions(mapping))


def is_calm(mapping: Mapping) -> bool:
    """Whether all of its expressions are steady."""
    return all(is_steady(one, whole=whole) for one, whole in expressions(mapping))


def _weighed(tree: Any, *, whole: bool) -> _Cost:
    cost = _Cost()
    _weigh(tree, cost, repeated=False, times=1)
    first = tree[0] if len(tree) else None
    fixed = first is not None and first[0] is _sre.AT and first[1] in _BEGINNINGS
    fixed = fixed and not tree.state.flags & re.MULTILINE
    cost.degree = cost.open + (not whole and not fixed)
    return cost


class _Cost:
    """What may be tried again and again."""

    def __init__(self) -> None:
        self.open, self.ways, self.nested = 0, 1, False
        self.degree = 0
        """Power of the length of a cell as which the work may grow."""
        self.times = 0
        """How often something must be there at least: of nothing at all, too, it takes memory."""


def _weigh(tree: Any, cost: _Cost, *, repeated: bool, times: int) -> None:
    for op, given in tree:
        again, often = repeated, times
        if op in _REPEATS:
            least, most, _ = given
            often = times * max(least, 1)
            cost.times = max(cost.times, often)
            again = repeated or most > 1
            cost.nested |= repeated and least != most
            if most > _NEAR:
                cost.open += 1
            else:
                cost.ways *= most - least + 1
        elif op is _sre.BRANCH:
            cost.nested |= repeated
            cost.ways *= len(given[1])
        for part in _parts(given):
            _weigh(part, cost, repeated=again, times=often)


def _parts(given: Any) -> Iterator[Any]:
    """Expressions within one."""
    for part in cast("list[Any]", given if isinstance(given, list | tuple) else [given]):
        if isinstance(part, _parser.SubPattern):
            yield part
        elif isinstance(part, list):
            yield from (
                one for one in cast("list[Any]", part) if isinstance(one, _parser.SubPattern)
            )


__all__ = [
    "check_target",
    "expressions",
    "fault_of",
    "is_calm",
    "is_steady",
    "shared_mapping",
    "understood",
]
