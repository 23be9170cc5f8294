"""What a table probably is: a kind, a field for each column, and why. Pure; a person decides.

Invariants
  * Every column is in the proposal: with its field and what it was found by,
    or with the reason why no field is for it.
  * A value that a kind demands and no column gives is asked, never made up; a
    hint from the headings is shown as such.
  * What stays ambiguous within a column (day or month first, decimal sign) is
    not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from eirene.imports import looks
from eirene.imports.divisions import check_no_divisions
from eirene.imports.identity import field_named, identity_mapping
from eirene.imports.lexicon import Fit, fits, folded, hints, speaks, translated, unneeded
from eirene.imports.looks import Look, looks_of
from eirene.imports.mapping import (
    NOT_MAPPED,
    OWN_SOURCE,
    check,
    mapping_named,
    read_by,
    ready_mappings,
    rules_of,
    used_columns,
)
from eirene.imports.mapping import Mapping as Map
from eirene.imports.readers import Table
from eirene.imports.values import form_of
from eirene.reports import markings
from eirene.reports.contents import struct_in
from eirene.reports.draft import ENVELOPE
from eirene.reports.kinds import SHORT_CODE, Kind, fields_of, kind_named, kinds

GUESSED = ("activity", "incident", "site")
"""Kinds that lists of others usually are; the word lists have headings for each."""

MANY = frozenset(("place", "pcode"))
"""Fields that several columns may fill: the first that is not blank counts, finest first."""

_TIMES = frozenset(("occurred", "occurred_start", "occurred_end", "observed"))
_TEXTS = frozenset(("text", "longtext"))
_NUMBERS_TOO = frozenset(("reference", "code", "contact", "place", "pcode", "other_names"))
_LISTED: dict[str, Callable[[str], object]] = {
    "basis": markings.BASIS.__contains__,
    "classification": markings.CLASSIFICATION.__contains__,
    "tlp": markings.TLP.__contains__,
    "purpose": markings.PURPOSE.__contains__,
    "grade": re.compile("[A-F][1-6]").fullmatch,
    "language": re.compile("[a-z]{2,3}").fullmatch,
}
"""Fields of every kind that take only certain words."""
_MISSING, _TO_CHOOSE = 6, 2
"""What a demanded field costs that nothing gives: a text, and a word that a person can choose."""
_LEAST = 3
"""Points below which nothing is proposed."""
_SOME = 0.34
"""This part of the different values of a code list must be known words."""


class Column(msgspec.Struct, frozen=True):
    """One column: the field it goes to, or why it is ignored."""

    name: str
    tag: str
    shown: tuple[str, ...]
    filled: int
    field: str = ""
    """"" where it is ignored."""
    by: str = ""
    """Found by: tag, heading, name, values, ready, person. Ignored: empty, unknown, taken, values,
    country, sort, left (by a mapping that is there already), person."""
    detail: str = ""
    """The tag, the mapping, the column that took the field, the field that the values do not fit."""


class Ask(msgspec.Struct, frozen=True):
    """A value that the kind demands and that no column gives."""

    field: str
    hint: str = ""
    """What the headings speak for; "" where nothing does."""


class Known(msgspec.Struct, frozen=True):
    """A table that has been read once, so that other choices need no second reading."""

    table: Table
    looks: tuple[Look, ...]
    rows: int


class Proposal(msgspec.Struct, frozen=True):
    """A kind and a mapping for a table."""

    kind: str
    """"" where nothing fits."""
    ready: str
    """Name of the ready mapping whose headings these are; "" for none."""
    columns: tuple[Column, ...]
    asks: tuple[Ask, ...]
    untranslated: dict[str, tuple[str, ...]]
    """Columns of codes -> values that no word list has."""
    mapping: Map | None

    @property
    def used(self) -> int:
        """Number of columns that go to a field."""
        return sum(bool(column.field) for column in self.columns)


def known(table: Table) -> Known:
    """Read a table once, whole."""
    found, rows = looks_of(table)
    return Known(table, tuple(found), rows)


def source_of(table: Table) -> str:
    """Who says so, as long as nobody said better: the name of the file without its endings."""
    return table.source.split(".")[0] or table.source


def propose(of: Known, kind: str = "", kept: Sequence[Map] = ()) -> Proposal:
    """The best proposal for a table, of a kind where one is stated.

    ``kept`` are mappings of earlier tables, newest first: one of this shape goes before others.
    Raises ``BadMapping`` for a table of a country's divisions, whose rows are no reports.
    """
    found = _ready(of, kind, kept)
    if found is None and not kind:
        check_no_divisions(of.table.columns, of.table.source)
    return found or guess(of, kind)


def guess(of: Known, kind: str = "") -> Proposal:
    """The best proposal by tags, headings and values alone, as for a list that nobody knows yet."""
    names = (kind_named(kind).name,) if kind else GUESSED
    tried = [(_score(of, name, columns), name, columns) for name, columns in _each(of, names)]
    points, name, columns = max(tried, key=lambda one: one[0])
    if points < _LEAST and not kind:
        ignored = tuple(_column(look, by="unknown") for look in of.looks)
        return Proposal("", "", ignored, (), {}, None)
    return settled(of, name, columns)


def settled(
    of: Known,
    kind: str,
    columns: Iterable[Column],
    *,
    const: Mapping[str, Any] | None = None,
    codes: Mapping[str, Mapping[str, str]] | None = None,
) -> Proposal:
    """The proposal that certain columns, constants and translations make."""
    told, of_kind = tuple(columns), kind_named(kind)
    fixed = dict(const or {})
    asks = _asks(of, of_kind, told, fixed)
    fixed = {ask.field: ask.hint for ask in asks if ask.hint} | fixed
    tables, open_ = _translations(of, of_kind, told, codes or {})
    return Proposal(
        kind, "", told, asks, open_, _mapping(of, of_kind, told, fixed, tables) if told else None
    )


def chosen(of: Known, kind: str, fields: Mapping[str, str]) -> tuple[Column, ...]:
    """Columns as a person chose: column -> field, "" to ignore; what is not named is as proposed.

    A field of one column goes to the one that was chosen last.
    """
    proposed = {column.name: column for column in _assigned(of, kind_named(kind))}
    wanted = {name: field for name, field in fields.items() if name in proposed}
    mine = {field for field in wanted.values() if field and field not in MANY}
    found: list[Column] = []
    for look in of.looks:
        before = proposed[look.name]
        if look.name not in wanted:
            lost = before.field in mine
            found.append(_column(look, by="person") if lost else before)
        elif wanted[look.name] == before.field:
            found.append(before)
        else:
            found.append(_column(look, field=wanted[look.name], by="person"))
    return tuple(found)


def named(table: Table, kind: Kind) -> bool:
    """Whether the headings are names of fields themselves, all that the kind demands among them,
    and none is beside them that another field is called by (``name, type, Lat, Lon``).
    """
    there = {field_named(column) for column in table.columns}
    free = frozenset(targets(kind)) - there
    there |= {"occurred"} if "occurred_start" in there else set()
    demanded = {field.name for field in fields_of(kind.content).values() if field.required}
    if not demanded | set(kind.requires) <= there:
        return False
    known = {*targets(kind), *ENVELOPE, *NOT_MAPPED}
    others = [column for column in table.columns if field_named(column) not in known]
    return not any(fits(column, "", kind, free) for column in others)


def targets(kind: Kind) -> list[str]:
    """Fields that a column can go to, in the order of a form."""
    own = [
        field.name
        for field in fields_of(kind.content).values()
        if struct_in(field.type) is None and field.held.form not in ("link", "attachment")
    ]
    common = [name for name in ENVELOPE if name not in NOT_MAPPED]
    at = common.index("occurred") + 1
    return [*own, *common[:at], "occurred_start", "occurred_end", *common[at:]]


# -- a kind, and columns for its fields


def _each(of: Known, names: Iterable[str]) -> Iterable[tuple[str, tuple[Column, ...]]]:
    return ((name, _assigned(of, kind_named(name))) for name in names)


def _score(of: Known, name: str, columns: tuple[Column, ...]) -> int:
    """How much of a table a kind explains; what it demands and does not get counts against it."""
    kind = kind_named(name)
    own = fields_of(kind.content)
    common = {"summary", "narrative", "reference", "state", "contact"}
    points = 0
    for field in {column.field for column in columns if column.field in own}:
        points += 4 if own[field].required else int(field not in common) * 2
    points += sum(2 for c in columns if c.field in kind.requires)
    points += any(c.field in ("pcode", "place", "latitude") for c in columns)
    for ask in _asks(of, kind, columns, {}):
        listed = ask.field in own and own[ask.field].codes is not None
        points -= 1 if ask.hint else _TO_CHOOSE if listed else _MISSING
    return points


def _assigned(of: Known, kind: Kind) -> tuple[Column, ...]:
    """A field for each column of a table, or why none."""
    names = frozenset(targets(kind))
    ways: list[tuple[Fit, int]] = []
    no: dict[int, str] = {}
    for at, look in enumerate(of.looks):
        why, sure = unneeded(look.name, look.tag)
        found = [fit for fit in fits(look.name, look.tag, kind, names) if fit.weight > sure]
        if why and not found:
            no[at] = why
        ways += [(fit, at) for fit in found]
    ways.sort(key=lambda way: (-way[0].weight, way[1]))
    got: dict[int, Column] = {}
    taken: dict[str, str] = {}
    lost: dict[int, tuple[str, str]] = {}
    for fit, at in ways:
        look = of.looks[at]
        if at in got or not look.filled:
            continue
        if fit.field in taken and fit.field not in MANY:
            lost.setdefault(at, ("taken", taken[fit.field]))
        elif not _holds(kind, fit.field, look, of.table.epoch):
            lost.setdefault(at, ("values", fit.field))
        else:
            got[at] = _column(look, field=fit.field, by=fit.by, detail=fit.detail)
            taken[fit.field] = look.name
    _by_values(of, kind, got, taken, {*no, *lost})
    return tuple(_told(look, at, got, no, lost) for at, look in enumerate(of.looks))


def _told(
    look: Look,
    at: int,
    got: Mapping[int, Column],
    no: Mapping[int, str],
    lost: Mapping[int, tuple[str, str]],
) -> Column:
    if at in got:
        return got[at]
    if not look.filled:
        return _column(look, by="empty")
    if at in no:
        return _column(look, by=no[at])
    by, detail = lost.get(at, ("unknown", ""))
    return _column(look, by=by, detail=detail)


def _column(look: Look, *, field: str = "", by: str = "", detail: str = "") -> Column:
    return Column(look.name, look.tag, look.shown, look.filled, field, by, detail)


def _by_values(
    of: Known, kind: Kind, got: dict[int, Column], taken: dict[str, str], not_: set[int]
) -> None:
    """Columns that nobody named: P-codes, days, and words of a code list that the kind demands."""
    demanded = [f.name for f in fields_of(kind.content).values() if f.required and f.codes]
    for at, look in enumerate(of.looks):
        if at in got or at in not_ or len(look.values) < 2:
            continue
        found = ""
        if "pcode" not in taken and look.mostly(looks.is_pcode) and look.longest <= 12:
            found = "pcode"
        elif not taken.keys() & _TIMES and look.longest <= 25 and look.mostly(looks.is_time):
            found = "occurred"
        else:
            found = next((n for n in demanded if n not in taken and _speaks(kind, n, look)), "")
        if found:
            got[at] = _column(look, field=found, by="values")
            taken[found] = look.name


def _speaks(kind: Kind, field: str, look: Look) -> bool:
    codes = fields_of(kind.content)[field].codes
    told = list(look.values)
    known_ = [value for value in told if codes and translated(codes.name, codes.labels, value)]
    return len(known_) >= 0.8 * len(told)


def _holds(kind: Kind, field: str, look: Look, epoch: int) -> bool:
    """Whether the values of a column can be what a field wants.

    ``epoch``: days may stand as numbers, as a spreadsheet counts them.
    """
    if field in ("latitude", "longitude"):
        return look.mostly(looks.is_within(90 if field == "latitude" else 180))
    if field in _TIMES:
        return look.mostly(looks.is_time) or (epoch > 0 and look.mostly(looks.is_number))
    if field in _LISTED:
        return all(_LISTED[field](value) for value in look.values)
    if field == "accuracy_m":
        return look.mostly(looks.is_number) or look.mostly(looks.radius_of)
    if field == "pcode":
        return look.mostly(looks.is_pcode)
    if field == "place":
        return not look.mostly(looks.is_number) and not look.mostly(looks.says_sort)
    return _content_holds(kind, field, look)


def _content_holds(kind: Kind, field: str, look: Look) -> bool:
    of = fields_of(kind.content).get(field)
    form = form_of(kind, field)
    if of is not None and of.codes:
        known_ = [v for v in look.values if translated(of.codes.name, of.codes.labels, v)]
        return len(known_) >= _SOME * len(look.values)
    if form in ("count", "number"):
        return look.mostly(looks.is_number)
    if form == "time":
        return look.mostly(looks.is_time)
    if of is not None and of.held.passes_as_is:
        return all(re.match(SHORT_CODE, value) for value in look.values)
    if form in _TEXTS and field not in _NUMBERS_TOO:
        return not look.mostly(looks.is_number)
    return True


# -- what is demanded and missing


def _asks(
    of: Known, kind: Kind, columns: tuple[Column, ...], const: Mapping[str, Any]
) -> tuple[Ask, ...]:
    given = {column.field for column in columns} | set(const)
    if given & {"occurred_start", "occurred_end"}:
        given.add("occurred")
    demanded = [f.name for f in fields_of(kind.content).values() if f.required]
    missing = [name for name in (*demanded, *kind.requires) if name not in given]
    if "place" in missing and given & {"pcode", "latitude"}:
        missing.remove("place")
    return tuple(Ask(name, _hint(of, kind.name, name)) for name in missing)


def _hint(of: Known, kind: str, field: str) -> str:
    heads = [folded(look.name) for look in of.looks]
    for hint in hints(kind):
        if hint.field == field and any(speaks(head, hint.headings) for head in heads):
            return hint.value
    return ""


# -- the mapping


def _translations(
    of: Known,
    kind: Kind,
    columns: tuple[Column, ...],
    stated: Mapping[str, Mapping[str, str]],
) -> tuple[dict[str, dict[str, str]], dict[str, tuple[str, ...]]]:
    """For each column of codes: value -> code, and the values that stay open."""
    tables: dict[str, dict[str, str]] = {}
    open_: dict[str, tuple[str, ...]] = {}
    for look, column in zip(of.looks, columns, strict=True):
        field = fields_of(kind.content).get(column.field)
        if field is None or field.codes is None or field.held.form != "choice":
            continue
        mine = stated.get(look.name, {})
        found = {
            value: mine.get(value) or translated(field.codes.name, field.codes.labels, value)
            for value in look.values
        }
        tables[look.name] = {value: code for value, code in found.items() if code}
        left = tuple(value for value, code in found.items() if not code)
        if left:
            open_[look.name] = left
    return tables, open_


def _mapping(
    of: Known,
    kind: Kind,
    columns: tuple[Column, ...],
    const: dict[str, Any],
    tables: Mapping[str, dict[str, str]],
) -> Map:
    by_field: dict[str, list[str]] = {}
    for column in columns:
        if column.field:
            by_field.setdefault(column.field, []).append(column.name)
    fields = _rules(of, kind, by_field, tables)
    by_name = {look.name: look for look in of.looks}
    ids = [name for name in by_field.get("reference", ()) if by_name[name].unique]
    told = {
        "name": folded(source_of(of.table)).replace(" ", "-") or "table",
        "kind": kind.name,
        "source": source_of(of.table)[:200],
        "row_id": ids,
        "const": {name: value for name, value in const.items() if name not in fields},
        "fields": fields,
        "ignore": [column.name for column in columns if not column.field],
    }
    return msgspec.convert(told, Map)


def _rules(
    of: Known, kind: Kind, by_field: dict[str, list[str]], tables: Mapping[str, dict[str, str]]
) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for field, names in by_field.items():
        if field in ("occurred_start", "occurred_end", *MANY):
            continue
        rules[field] = (
            {"column": names[0], "codes": tables[names[0]]} if tables.get(names[0]) else names[0]
        )
    _time(by_field, rules)
    _where(of, by_field, rules)
    _words(of, kind, by_field, rules)
    return rules


def _time(by_field: Mapping[str, list[str]], rules: dict[str, Any]) -> None:
    start, end = by_field.get("occurred_start"), by_field.get("occurred_end")
    if start and end:
        span = {"start": start[0], "end": end[0]}
        rules["occurred"] = [span, {"column": rules["occurred"]}] if "occurred" in rules else span
    elif one := start or end:
        rules.setdefault("occurred", one[0])


def _where(of: Known, by_field: Mapping[str, list[str]], rules: dict[str, Any]) -> None:
    """With a point, names and codes say what is there; without one, the code says where it is."""
    levels = {look.name: _level(look) for look in of.looks}
    names, codes = (
        sorted(by_field.get(field, ()), key=lambda name: -levels[name])
        for field in ("place", "pcode")
    )
    if "latitude" in rules and "longitude" in rules:
        if codes:
            rules["pcode"] = _first(codes)
        if names:
            rules["place"] = _first(names)
    elif codes or names:
        rules["place"] = _first([*codes, *names])
    told = rules.get("accuracy_m")
    look = next((one for one in of.looks if one.name == told), None)
    if look is not None and not look.mostly(looks.is_number):
        found = {value: radius for value in look.values if (radius := looks.radius_of(value))}
        rules["accuracy_m"] = {"column": told, "codes": found, "other": ""}


def _first(names: list[str]) -> Any:
    return names[0] if len(names) == 1 else {"column": names}


def _level(look: Look) -> int:
    """How fine a column of places is; of equal ones the first counts."""
    places = frozenset(MANY)
    kind = kinds()["incident"]
    return next((fit.level for fit in fits(look.name, look.tag, kind, places)), 0)


_LINE = {"activity": ("organisation_name", "sector")}
"""Fields that make one line of a report, where the table has no summary."""


def _words(of: Known, kind: Kind, by_field: Mapping[str, list[str]], rules: dict[str, Any]) -> None:
    """A description that is longer than one line is a story; a kind without one gets a line."""
    longest = {look.name: look.longest for look in of.looks}
    told = rules.get("summary")
    if isinstance(told, str) and longest[told] > 300 and "narrative" not in rules:
        rules["narrative"] = rules.pop("summary")
        return
    if "summary" in rules or "narrative" in rules or kind.name not in _LINE:
        return
    parts = [by_field[field][0] for field in _LINE[kind.name] if field in by_field]
    for field in ("activity", "place"):
        names = by_field.get(field, [])
        by_level = sorted(names, key=lambda n: -_level(next(x for x in of.looks if x.name == n)))
        parts += by_level[:1]
    plain = [name for name in parts if "{" not in name and "}" not in name]
    if plain and sum(longest[name] + 2 for name in plain) <= 300:
        rules["summary"] = {"text": ", ".join(f"{{{name}}}" for name in plain)}


# -- mappings that are there already


def by_mapping(of: Known, mapping: Map) -> Proposal:
    """The proposal of a mapping that was named; raises ``BadMapping`` where it does not fit."""
    check(mapping, kind_named(mapping.kind), of.table.columns)
    return _as_mapped(of, mapping, mapping.name)


def _ready(of: Known, kind: str, kept: Sequence[Map]) -> Proposal | None:
    """An export of Eirene, or a source that has a mapping, known by its headings."""
    there = set(of.table.columns)
    if {"entity", "kind", "marking"} <= there:
        own = next((look for look in of.looks if look.name == "kind"), None)
        name = kind or (next(iter(own.values)) if own and len(own.values) == 1 else "")
        if name in kinds():
            made = identity_mapping(of.table.path, of.table, kind_named(name))
            return _as_mapped(of, made, OWN_SOURCE)
    fitting = [
        made
        for made in (*kept, *map(mapping_named, ready_mappings()))
        if made.kind in kinds() and used_columns(made) <= there and kind in ("", made.kind)
    ]
    if not fitting:
        return None
    mine = {id(made) for made in kept}

    def fits_best(made: Map) -> tuple[bool, int, bool]:
        """Whether somebody decided on every column of it; how much it reads; whether it is kept."""
        whole = id(made) in mine and there == {*used_columns(made), *made.ignore}
        return whole, len(used_columns(made)), id(made) in mine

    best = max(fitting, key=fits_best)  # of equal ones the first, which is the newest
    return _as_mapped(of, best, best.name)


def _as_mapped(of: Known, made: Map, name: str) -> Proposal:
    """A mapping shown by its columns."""
    goes: dict[str, str] = {}
    for field, told in made.fields.items():
        for rule in rules_of(told):
            for column in (*read_by(rule), *rule.when):
                goes.setdefault(column, field)
    for field, entries in made.lists.items():
        for entry in entries:
            for told in entry.values():
                for rule in rules_of(told):
                    for column in (*read_by(rule), *rule.when):
                        goes.setdefault(column, field)
    for column in made.row_id:
        goes.setdefault(column, "reference")
    columns = tuple(
        _column(look, field=goes[look.name], by="ready", detail=name)
        if look.name in goes
        else _column(look, by="left" if look.filled else "empty", detail=name)
        for look in of.looks
    )
    return Proposal(made.kind, name, columns, (), {}, made)
