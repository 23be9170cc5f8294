"""To which fields a column of a table goes, and how: a column may go to several, or share one."""

from __future__ import annotations

from typing import Literal

import msgspec

from eirene.imports.mapping import Mapping, Rule, read_by, rules_of


class Use(msgspec.Struct, frozen=True):
    """One field that is made from a column."""

    field: str
    how: Literal["alone", "first", "text", "span", "when", "id"]
    """``first``: of several columns the first that is filled counts; ``text``: the columns make one
    text; ``span``: a start and an end; ``when``: it only decides whether others count; ``id``: the
    row is known again by it."""
    columns: tuple[str, ...]
    """All that make the field together, in their order."""


def uses_of(mapping: Mapping) -> dict[str, list[Use]]:
    """Column -> its uses; a column that is not used is not there."""
    found: dict[str, list[Use]] = {}
    rules = [(field, rules_of(told)) for field, told in mapping.fields.items()]
    for field, entries in mapping.lists.items():
        rules += [(field, rules_of(told)) for entry in entries for told in entry.values()]
    for field, alternatives in rules:
        for rule in alternatives:
            _note(found, field, rule, alternatives)
    for name in mapping.row_id:
        found.setdefault(name, []).append(Use("reference", "id", mapping.row_id))
    return found


def _note(
    found: dict[str, list[Use]], field: str, rule: Rule, alternatives: tuple[Rule, ...]
) -> None:
    names = read_by(rule)
    several = len(alternatives) > 1 or (rule.column and not isinstance(rule.column, str))
    if rule.text:
        use = Use(field, "text", tuple(names))
    elif rule.start:
        use = Use(field, "span", tuple(names))
    elif several:
        every = (name for one in alternatives for name in read_by(one))
        use = Use(field, "first", tuple(dict.fromkeys(every)))
        use = use if len(use.columns) > 1 else Use(field, "alone", use.columns)
    else:
        use = Use(field, "alone", tuple(names))
    for name in names:
        if use not in found.setdefault(name, []):
            found[name].append(use)
    for name in rule.when:
        when = Use(field, "when", (name,))
        if name not in names and when not in found.setdefault(name, []):
            found[name].append(when)
