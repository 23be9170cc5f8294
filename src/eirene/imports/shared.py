"""Mappings that somebody else wrote: what is asked of them before a node works by them.

A mapping of one's own may hold any regular expression. One that comes out of a report is used
by others, on the machine of all, and an expression can be made so that one cell costs it hours.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from eirene.imports.faults import BadMapping
from eirene.imports.mapping import Mapping, Rule, mapping_of, rules_of, used_columns

# how Python itself reads an expression: no reader of ours could say what it will do
_sre: Any = importlib.import_module("re._constants")
_parser: Any = importlib.import_module("re._parser")

LONGEST = 200
"""Characters of a regular expression."""
MOST_TIMES = 1_000
"""How often an expression may ask for something at least; what repeats itself multiplies."""
MOST_OPEN = 2
"""Repetitions without a near end: with the place where to begin, work grows as the cube of a cell."""
MOST_WAYS = 4_096
"""In how many ways all other choices of an expression can be taken together."""
_NEAR = 8
_REPEATS = (_sre.MAX_REPEAT, _sre.MIN_REPEAT)


def shared_mapping(text: str, name: str) -> Mapping:
    """The mapping of a report of kind ``mapping``; raises ``BadMapping``."""
    found = mapping_of(text, name)
    used_columns(found)  # raises, too: of texts with brackets that do not close
    for expression in expressions(found):
        fault = fault_of(expression)
        if fault:
            raise BadMapping(
                f"{name}: {expression[:60]!r} {fault}.",
                field="patterns",
                remedy="Use a simpler expression, or give the mapping as a file.",
            )
    return found


def expressions(mapping: Mapping) -> Iterator[str]:
    """Every regular expression in a mapping."""
    told: list[Any] = [*mapping.fields.values()]
    told += [
        one for entries in mapping.lists.values() for entry in entries for one in entry.values()
    ]
    rules: Iterable[Rule] = (rule for one in told for rule in rules_of(one))
    for rule in rules:
        yield from (one for one, _ in rule.patterns)
        yield from rule.when.values()


def fault_of(expression: str) -> str:
    """Why an expression may cost too much; "" where it may not."""
    if len(expression) > LONGEST:
        return f"is longer than {LONGEST} characters"
    try:
        tree = _parser.parse(expression)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is not a regular expression: {error}"
    cost = _Cost()
    _weigh(tree, cost, repeated=False, times=1)
    if cost.times > MOST_TIMES:
        return f"repeats something more than {MOST_TIMES:,} times"
    if cost.nested:
        return "repeats what can be read in several ways"
    if cost.open > MOST_OPEN:
        return f"repeats without a near end more than {MOST_OPEN} times"
    return "can be read in too many ways" if cost.ways > MOST_WAYS else ""


class _Cost:
    """What may be tried again and again."""

    def __init__(self) -> None:
        self.open, self.ways, self.nested = 0, 1, False
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


__all__ = ["expressions", "fault_of", "shared_mapping"]
