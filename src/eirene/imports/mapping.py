"""A mapping is data: which columns of a file become which fields of a kind.

``docs/guides/bring-your-data.md`` documents the form. A mapping that does not
fit raises ``BadMapping``, which names its place in the mapping and the nearest
right name; nothing of a file is read before that.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from eirene.imports.faults import BadMapping
from eirene.reports.draft import ENVELOPE
from eirene.reports.kinds import Kind, fields_of

_MOST_AROUND = 366
_HOME = Path(__file__).resolve().parent / "mappings"

OWN_SOURCE = "eirene"
"""Source, for identity, of a table that names entities of Eirene."""

NOT_MAPPED = frozenset(("kind", "compartment", "client_id", "entity", "amends", "links"))
"""Envelope fields that an import sets itself."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How one value is made of a row. Exactly one of column, text, value and start."""

    column: str | tuple[str, ...] = ()
    """A column, or several of which the first that is not blank counts."""
    text: str = ""
    """Text with {columns}; a line whose columns are all blank is left out."""
    value: Any = UNSET
    """The same for every row."""
    start: str = ""
    """Column with the start of a time; with ``end``."""
    end: str = ""
    """Column with the end of a time; a day without a clock belongs to it whole."""
    precision: str = ""
    """Column with the precision of a time, where the file has one (with ``start``)."""
    words: str = ""
    """Column with the time in words, where the file has both (with ``start``)."""
    codes: dict[str, str] = {}
    """Translation of whole values; a value that is not in it is a reject."""
    patterns: tuple[tuple[str, str], ...] = ()
    """Regular expressions and what they become; the first that is found counts."""
    other: str | UnsetType = UNSET
    """For values that ``codes`` or ``patterns`` do not have; "" leaves the field out."""
    when: dict[str, str] = {}
    """Columns and the regular expressions that must match them whole."""
    split: str = ""
    """Separator between the items of a list in one cell."""
    days_around: int = 0
    """Days before and after a day that is only about right: 3 where it stands for its week."""
    scale: float = 1.0
    """Factor to the unit of the field: 0.3048 for feet."""


type_of_rules = str | Rule | tuple[Rule, ...]


class FileRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is stated about the file, where it does not prove it itself."""

    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal["", ".", ","] = ""
    dates: Literal["", "day-first", "month-first"] = ""
    zone: str = ""
    """Time zone of clock times without one; the mission's where it is left out."""
    sheet: str | None = None
    """Sheet of a workbook, or layer of a map file."""
    heading: int | None = None
    """Number of the row that names the columns, as a spreadsheet counts."""
    hidden: Literal["", "read"] = ""
    """``read`` takes hidden rows and columns like the others."""


class KnownBy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """By what a list whose terms forbid passing on is known, whatever its columns are called."""

    headings: tuple[str, ...] = ()
    """Those that hardly any other list has; signs and capitals do not matter."""
    values: tuple[str, ...] = ()
    """Regular expressions that most cells of one of its columns match whole."""
    names: tuple[str, ...] = ()
    """Regular expressions that are found in the name of its file, in a tag, or in a short cell."""


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One mapping file."""

    name: str
    kind: str
    source: str
    """Who says so; stands on every report and in the identity of its entity."""
    title: str = ""
    notes: str = ""
    licence: str = ""
    passing_on: bool = True
    """False where the terms of the source forbid passing its data on: what is imported is
    marked with them (``terms_of``), and never leaves in a release or an export."""
    known_by: KnownBy = KnownBy()
    """Of a ready mapping alone, where ``passing_on`` is false."""
    attribution: str = ""
    url: str = ""
    as_of: str = ""
    compartment: str = ""
    """Where its reports go, for somebody who may file there and names no other one."""
    row_id: tuple[str, ...] = ()
    """Columns with the source's own number; without them the whole row is its identity."""
    may_be_blank: tuple[str, ...] = ()
    """Those of them that some rows leave blank: a row of a province has no district."""
    file: FileRules = FileRules()
    const: dict[str, Any] = {}
    """Fields that are the same on every report."""
    fields: dict[str, str | Rule | tuple[Rule, ...]] = {}
    lists: dict[str, tuple[dict[str, str | Rule | tuple[Rule, ...]], ...]] = {}
    """Fields that are lists of entries: one table for each entry, a rule for each part."""
    ignore: tuple[str, ...] = ()
    """Columns that are left out on purpose."""


def rules_of(told: str | Rule | tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The alternatives of a field, first that applies; a bare name is a column."""
    if isinstance(told, str):
        return (Rule(column=told),)
    return (told,) if isinstance(told, Rule) else told


def read_by(rule: Rule) -> list[str]:
    """Columns from which a rule makes its value."""
    names = [rule.column] if isinstance(rule.column, str) else list(rule.column)
    names += [rule.start, rule.end, rule.precision, rule.words]
    names += [name for line in template(rule.text) for name in line[1::2]]
    return [name for name in dict.fromkeys(names) if name]


def columns_of(rule: Rule) -> list[str]:
    """Columns that a rule reads, also those that only decide whether it applies."""
    return [*read_by(rule), *rule.when]


def template(text: str) -> list[list[str]]:
    """Lines of a template, each as text, column, text, column, text ..."""
    lines: list[list[str]] = []
    for line in text.split("\n") if text else []:
        parts: list[str] = []
        rest = line
        while "{" in rest:
            before, _, after = rest.partition("{")
            name, closed, rest = after.partition("}")
            if not closed or not name:
                raise BadMapping(
                    f"The text {text!r} has a {{ without a column and a }}.",
                    field="text",
                    remedy="Write columns as {column}.",
                )
            parts += [before, name]
        lines.append([*parts, rest])
    return lines


def ready_mappings() -> list[str]:
    """Names of the mappings that come with Eirene."""
    return sorted(path.stem for path in _HOME.glob("*.toml"))


def mapping_named(name: str) -> Mapping:
    """A ready mapping by its name, or one from a file of the user; raises ``BadMapping``."""
    ready = _HOME / f"{name}.toml"
    path = ready if name in ready_mappings() else Path(name)
    try:
        return mapping_of(path.read_text(encoding="utf-8"), path.name)
    except OSError:
        near = difflib.get_close_matches(name, ready_mappings(), n=1)
        raise BadMapping(
            f"There is no mapping {name!r}.",
            field="mapping",
            remedy=(f"Did you mean {near[0]!r}? " if near else "")
            + f"Ready ones: {', '.join(ready_mappings())}; or give the path of a file.",
        ) from None
    except UnicodeDecodeError as error:
        raise BadMapping(
            f"{path.name} is not TOML: {error}.", field="mapping", remedy="Save it as UTF-8 TOML."
        ) from None


def mapping_of(text: str, where: str) -> Mapping:
    """The mapping that a text says; ``where`` names it in ``BadMapping``."""
    try:
        return msgspec.convert(tomllib.loads(text), Mapping)
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(
            f"{where} is not TOML: {error}.", field="mapping", remedy="Save it as UTF-8 TOML."
        ) from None
    except msgspec.ValidationError as error:
        rule, _, at = str(error).partition(" - at `$")
        raise BadMapping(
            f"{where}: {rule}.",
            field=at.strip("`.") or "mapping",
            remedy="The guide “Bring your data” lists what a mapping can say.",
        ) from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; too deep
        raise BadMapping(
            f"{where} cannot be read: {str(error)[:100]}.",
            field="mapping",
            remedy="Shorten what is nested, or a number, and try again.",
        ) from None


def check(mapping: Mapping, kind: Kind, columns: Iterable[str]) -> None:
    """Refuse a mapping that names fields, parts or columns that do not exist."""
    fillable = [name for name in ENVELOPE if name not in NOT_MAPPED]
    known = [*fillable, *fields_of(kind.content)]
    for where in ("const", "fields", "lists"):
        for name in getattr(mapping, where):
            if name not in known:
                raise _no_such(f"{kind.name} has no field {name!r}", f"{where}.{name}", name, known)
    there = list(columns)
    for where, name in _named_columns(mapping):
        if name not in there:
            raise _no_such(f"The file has no column {name!r}", where, name, there)
    for where, rules in _all_rules(mapping):
        for rule in rules:
            _check_rule(where, rule)


def _no_such(what: str, where: str, name: str, known: list[str]) -> BadMapping:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    remedy = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known)}."
    return BadMapping(f"{what}.", field=where, remedy=remedy)


def _all_rules(mapping: Mapping) -> Iterable[tuple[str, tuple[Rule, ...]]]:
    for name, told in mapping.fields.items():
        yield f"fields.{name}", rules_of(told)
    for name, entries in mapping.lists.items():
        for entry in entries:
            for part, told in entry.items():
                yield f"lists.{name}.{part}", rules_of(told)


def _named_columns(mapping: Mapping) -> Iterable[tuple[str, str]]:
    for name in mapping.row_id:
        yield "row_id", name
    for where, rules in _all_rules(mapping):
        for rule in rules:
            for name in columns_of(rule):
                yield where, name


def _check_rule(where: str, rule: Rule) -> None:
    told = (bool(rule.column), bool(rule.text), rule.value is not UNSET, bool(rule.start))
    if sum(told) != 1 or bool(rule.start) != bool(rule.end):
        raise BadMapping(
            f"{where} must say one of column, text, value, or start and end.",
            field=where,
            remedy='For example {column = "name"}.',
        )
    if not 0 <= rule.days_around <= _MOST_AROUND:
        raise BadMapping(
            f"{where}: days_around is {rule.days_around}.",
            field=where,
            remedy=f"Write 0 to {_MOST_AROUND} days.",
        )


def terms_of(mapping: Mapping) -> str:
    """What reports of a source say of its terms that forbid passing on; "" where none do."""
    if mapping.passing_on:
        return ""
    return f"terms of {mapping.source}" + (f": {mapping.licence}" if mapping.licence else "")


def with_codes(mapping: Mapping, codes: dict[str, dict[str, str]]) -> Mapping:
    """The mapping with more translations: column -> value -> code."""
    if not codes:
        return mapping

    def more(rule: Rule) -> Rule:
        mine = codes.get(rule.column) if isinstance(rule.column, str) else None
        return msgspec.structs.replace(rule, codes=rule.codes | mine) if mine else rule

    fields = {name: tuple(map(more, rules_of(told))) for name, told in mapping.fields.items()}
    return msgspec.structs.replace(mapping, fields=mapping.fields | fields)


def used_columns(mapping: Mapping) -> set[str]:
    """Columns that a mapping reads."""
    return {name for _, name in _named_columns(mapping)}


@cache
def attributions() -> dict[str, str]:
    """How the licence of each ready source wants it named, by the source of its reports."""
    ready = (mapping_named(name) for name in ready_mappings())
    return {one.source: one.attribution for one in ready if one.attribution}


class Origin(msgspec.Struct, frozen=True):
    """Whose list it is, as its ready mapping says."""

    title: str
    licence: str
    as_of: str
    attribution: str


@cache
def origins() -> dict[str, Origin]:
    """Title, licence and age of each ready source, by the source of its reports."""
    ready = (mapping_named(name) for name in ready_mappings())
    return {one.source: Origin(one.title, one.licence, one.as_of, one.attribution) for one in ready}
