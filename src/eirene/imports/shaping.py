"""A mapping put to work on the columns of one file: rows in, flat reports out.

Built once for a file; then one call a row. What a row says wrongly is a
``BadCell`` with the field it was for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from typing import Any, Protocol, cast

import msgspec
from msgspec import UNSET

from eirene.errors import InvalidReport
from eirene.imports import values
from eirene.imports.dates import Order, Orders, flat_span, serial_day, span_of
from eirene.imports.faults import BadMapping
from eirene.imports.mapping import OWN_SOURCE, Rule, read_by, rules_of, template, terms_of
from eirene.imports.mapping import Mapping as Map
from eirene.imports.numbers import UNKNOWN, Decimal, Signs, decide
from eirene.imports.readers import Row, Table
from eirene.imports.rejects import BadCell
from eirene.imports.shared import LONGEST_CELL, check_target, is_steady
from eirene.reports.contents import time_fields
from eirene.reports.kinds import Kind, fields_of
from eirene.times import Span, iso

Cells = Sequence[Any]
Make = Callable[[Cells], Any]
_AREA = re.compile(r"area (\d)(?: else (\d+))?")
_SILENT = Decimal("", "no cell has one")
_NO_ORDER = Order("", "no row needs one")
_TOGETHER = 1_000
"""Rows that are looked at together, between two questions whether to go on."""


class SlowCell(Exception):
    """The time of a process is over; where it stood is told on the way up."""

    def __init__(self, row: int = 0, column: str = "") -> None:
        super().__init__()
        self.row, self.column = row, column


class Areas(Protocol):
    """Administrative areas: which one holds a point, and how far it reaches."""

    def at(self, lon: float, lat: float, level: int | None = None) -> str | None: ...
    def reach_m(self, lon: float, lat: float, level: int) -> float | None: ...


class Columns(msgspec.Struct, frozen=True):
    """What was decided about the columns of a file, before any row is taken."""

    decimals: Mapping[str, Decimal]
    orders: Mapping[str, Order]
    days: frozenset[str]
    """Columns of days whose 00:00 a computer added."""

    def facts(self) -> list[str]:
        """Each decision with its proof."""
        told = [
            f"decimal {'comma' if d.sign == ',' else 'point'} in {name}: {d.proof}"
            for name, d in self.decimals.items()
            if d.sign in (".", ",")
        ]
        told += [f"{name}: {d.proof}" for name, d in self.decimals.items() if d.sign == "?"]
        told += [
            f"{order.first.replace('-', ' ')} in {name}: {order.proof}"
            for name, order in self.orders.items()
            if order.first
        ]
        return told


def decided(
    table: Table, mapping: Map, kind: Kind, check: Callable[[], None] | None = None
) -> Columns:
    """Read the file once and decide decimal sign and order of dates, column by column.

    ``check`` is asked now and then, and may raise.
    """
    place = {name: at for at, name in enumerate(table.columns)}
    signs: dict[str, Signs] = {}
    orders: dict[str, Orders] = {}
    for name, told in mapping.fields.items():
        form = values.form_of(kind, name)
        for rule in rules_of(told):
            plain = not rule.codes and not rule.patterns
            columns = (rule.column,) if isinstance(rule.column, str) else rule.column
            if form in values.NUMERIC and plain:
                for column in filter(None, columns):
                    signs.setdefault(column, Signs(column, coordinate=form == "coordinate"))
            elif form in ("time", "instant"):
                for column in filter(None, (*columns, rule.start, rule.end)):
                    orders.setdefault(column, Orders(column))
    if signs or orders:
        see_signs = [(place[name], one) for name, one in signs.items()]
        _see(table, see_signs, [(place[name], one) for name, one in orders.items()], check)
    decimals = decide(list(signs.values()), mapping.file.decimal, table.delimiter)
    return Columns(
        decimals,
        {name: one.decide(mapping.file.dates) for name, one in orders.items()},
        frozenset(name for name, one in orders.items() if one.midnights),
    )


def _see(
    table: Table,
    signs: Sequence[tuple[int, Signs]],
    orders: Sequence[tuple[int, Orders]],
    check: Callable[[], None] | None,
) -> None:
    """Show each text of a table to those that decide about its column, many at a time."""
    rows = iter(table.rows())
    while block := list(islice(rows, _TOGETHER)):
        if check is not None:
            check()
        good = [row for row in block if isinstance(row, Row)]
        for at, one in signs:
            one.see_all([cell for row in good if isinstance(cell := row.cells[at], str)])
        for at, one in orders:
            said = [(row.number, cell) for row in good if isinstance(cell := row.cells[at], str)]
            one.see_all([number for number, _ in said], [cell for _, cell in said])


class Shaper:
    """Makes flat reports of the rows of one table."""

    def __init__(
        self,
        table: Table,
        mapping: Map,
        kind: Kind,
        columns: Columns,
        *,
        now: datetime,
        zone: tzinfo | None,
        areas: Areas | None,
    ) -> None:
        self._place = {name: at for at, name in enumerate(table.columns)}
        self._epoch = table.epoch
        self._kind = kind
        self._columns = columns
        self._now = now
        self._zone = zone
        self.areas = areas
        self.notes: list[str] = []
        """What a person should look at in the rows since this was cleared."""
        self._own = not mapping.name and mapping.source == OWN_SOURCE
        """A table of Eirene's own, whose midnights are midnights."""
        self._words = values.exact if self._own and table.textual else values.text
        self._const = {"kind": kind.name} | mapping.const
        if mapping.name and "source" not in mapping.fields:
            self._const.setdefault("source", mapping.source)
        fields = dict(mapping.fields)
        if terms := terms_of(mapping):
            self._const["terms"] = terms
            fields.pop("terms", None)  # no column takes them away
        order = sorted(fields, key=lambda n: n not in ("latitude", "longitude"))
        self.labels = {n: self._label(rules_of(fields[n])) for n in order}
        """Columns behind each field, for rejects."""
        self._makers = [(n, self._alternatives(n, rules_of(fields[n]))) for n in order]
        self._lists = [(name, self._entries(name, told)) for name, told in mapping.lists.items()]

    def flat(self, row: Row) -> dict[str, Any]:
        """The flat report of a row; raises ``BadCell`` with ``field`` set."""
        flat = dict(self._const)
        cells = row.cells
        for name, make in self._makers:
            try:
                value = make(cells)
            except ValueError as error:
                raise self._bad(name, cells, error) from None
            except BadCell as error:
                error.field = name
                raise
            except SlowCell:
                raise SlowCell(row.number, self.labels.get(name, "")) from None
            if value is not None:
                flat[name] = value
        for name, entries in self._lists:
            try:
                found = [entry for make in entries if (entry := make(cells)) is not None]
            except SlowCell:
                raise SlowCell(row.number, name) from None
            if found:
                flat[name] = found
        if self.areas is not None or "pcode" in flat or "accuracy_m" in flat:
            self._settle_areas(flat)
        if flat.get("latitude") == 0 and flat.get("longitude") == 0:
            raise self._bad("latitude", cells, ValueError("lies at 0, 0, where no one lives"))
        return flat

    def raw(self, field: str, row: Row) -> str:
        """What the columns behind a field say, for a reject."""
        names = self.labels.get(field.split(".")[0], "")
        told = [str(row.cells[self._place[n]]) for n in names.split(", ") if n in self._place]
        return " | ".join(told)[:200]

    def _bad(self, name: str, cells: Cells, error: ValueError) -> BadCell:
        remedy = getattr(error, "remedy", None) or "Mend the cell, or leave it blank."
        told = self.raw(name, Row(0, cells))
        return BadCell(self.labels.get(name, ""), told, str(error), remedy, name)

    def _label(self, rules: Sequence[Rule]) -> str:
        return ", ".join(dict.fromkeys(name for rule in rules for name in read_by(rule)))

    def _settle_areas(self, flat: dict[str, Any]) -> None:
        """``area 2`` as P-code or accuracy means the area of that level around the point."""
        for name in ("pcode", "accuracy_m"):
            told = flat.get(name)
            found = _AREA.fullmatch(told) if isinstance(told, str) else None
            if found is None:
                if name == "accuracy_m" and isinstance(told, str):
                    flat[name] = float(told)
                continue
            del flat[name]
            lon, lat, level = flat.get("longitude"), flat.get("latitude"), int(found[1])
            value: str | float | None = None
            if self.areas is not None and lon is not None and lat is not None:
                of = self.areas.at if name == "pcode" else self.areas.reach_m
                value = of(lon, lat, level)
            if value is None and found[2]:
                value = float(found[2])
            if value is not None:
                flat[name] = value if isinstance(value, str) else float(round(value))

    # -- one field

    def _alternatives(self, name: str, rules: Sequence[Rule]) -> Make:
        makers = [self._conditional(rule, self._maker(name, rule)) for rule in rules]
        if len(makers) == 1:
            return makers[0]

        def make(cells: Cells) -> Any:
            for one in makers:
                value = one(cells)
                if value is not None:
                    return value
            return None

        return make

    def _conditional(self, rule: Rule, make: Make) -> Make:
        if not rule.when:
            return make
        tests = [
            (name, self._place[name], _pattern(told), is_steady(told, whole=True))
            for name, told in rule.when.items()
        ]

        def maybe(cells: Cells) -> Any:
            for name, at, pattern, steady in tests:
                told = values.text(cells[at]) or ""
                if not steady:
                    _check_short(name, told)
                if not pattern.fullmatch(told):
                    return None
            return make(cells)

        return maybe

    def _maker(self, name: str, rule: Rule) -> Make:
        if rule.start:
            return self._span_maker(rule)
        source = self._translated(rule, self._source(rule))
        convert = self._converter(name, rule)
        return lambda cells: convert(source(cells))

    def _source(self, rule: Rule) -> Make:
        if rule.value is not UNSET:
            return lambda cells: rule.value
        if rule.text:
            return self._template(rule.text)
        names = (rule.column,) if isinstance(rule.column, str) else rule.column
        places = [self._place[name] for name in names]
        if len(places) == 1:
            at = places[0]
            return lambda cells: cells[at]
        return lambda cells: values.first_filled(cells, places)

    def _template(self, text: str) -> Make:
        lines = [
            (line[0::2], [self._place[name] for name in line[1::2]]) for line in template(text)
        ]

        def fill(cells: Cells) -> str | None:
            told: list[str] = []
            said = False
            for fixed, places in lines:
                filled = [values.text(cells[at]) or "" for at in places]
                if places and not any(filled):
                    continue
                said = said or bool(places)
                joined = fixed[0] + "".join(a + b for a, b in zip(filled, fixed[1:], strict=True))
                told.append(joined.rstrip())
            return "\n".join(told).strip() if said else None

        return fill

    def _translated(self, rule: Rule, source: Make) -> Make:
        if not rule.codes and not rule.patterns:
            return source
        patterns = [(_pattern(one, into), into) for one, into in rule.patterns]
        steady = all(is_steady(one) for one, _ in rule.patterns)
        label = self._label([rule])

        def translate(cells: Cells) -> str | None:
            told = values.text(source(cells)) or ""
            if told in rule.codes:
                return rule.codes[told] or None
            if not steady:
                _check_short(label, told)
            for pattern, into in patterns:
                if found := pattern.search(told):
                    return found.expand(into) or None
            if rule.other is not UNSET:
                return rule.other or None
            if not told:
                return None
            raise BadCell(
                label, told, "has no translation in the mapping", "Add it to codes, or set other."
            )

        return translate

    def _converter(self, name: str, rule: Rule) -> Callable[[Any], Any]:
        form = values.form_of(self._kind, name)
        column = self._label([rule])
        field = fields_of(self._kind.content).get(name)
        decimal = self._columns.decimals.get(column, _SILENT)
        coded = bool(rule.codes or rule.patterns)
        if name == "accuracy_m" and coded:
            return values.text
        if form in ("number", "coordinate"):
            return values.number(column, decimal, rule.scale)
        simple: dict[str, Callable[[], Callable[[Any], Any]]] = {
            "count": lambda: values.count(column, decimal, self.notes.append),
            "yesno": lambda: values.yesno(column),
            "choice": lambda: values.choice(field),
            "many": lambda: values.many(column, field, rule.split),
            "list": lambda: values.many(column, field, rule.split),
            "time": lambda: self._time_converter(name, column, rule.days_around),
            "instant": lambda: self._time_converter(name, column, rule.days_around),
        }
        return simple[form]() if form in simple else self._words

    # -- times

    def _span(self, column: str, value: Any) -> Span | None:
        told = self._serial(column, value) or values.text(value)
        if told is None or told.lower() in UNKNOWN:
            return None
        order = self._columns.orders.get(column, _NO_ORDER)
        days = column in self._columns.days and not self._own
        try:
            return span_of(told, order, now=self._now, zone=self._zone, days=days)
        except InvalidReport as error:
            raise BadCell(column, value, error.message, error.remedy or "") from None

    def _serial(self, column: str, value: Any) -> str | None:
        """The day that a number in a spreadsheet counts to, where it can only be one."""
        told = serial_day(value, self._epoch)
        if told is not None:
            self.notes.append(
                f"numbers in {column} are taken for days of the spreadsheet's {self._epoch} calendar"
            )
        return told

    def _time_converter(self, name: str, column: str, around: int) -> Callable[[Any], Any]:
        days = name in time_fields(self._kind.content)  # these hold a day as well as an instant

        def convert(value: Any) -> Any:
            if isinstance(value, dict):
                return cast(dict[str, Any], value)
            span = self._span(column, value)
            if span is None:
                return None
            if name == "occurred":
                span = _widened(span, around) if around else span
                return flat_span(span, span.text)
            if days and span.precision == "day":
                return span.start.date().isoformat()
            return iso(span.start)

        return convert

    def _span_maker(self, rule: Rule) -> Make:
        place = self._place

        def make(cells: Cells) -> dict[str, Any] | None:
            start = self._span(rule.start, cells[place[rule.start]])
            end = self._span(rule.end, cells[place[rule.end]])
            if start is None or end is None:
                return flat_span(one, one.text) if (one := start or end) else None
            if end.start < start.start:
                raise ValueError("ends before it starts")
            words = self._words(cells[place[rule.words]]) if rule.words else None
            told = values.text(cells[place[rule.precision]]) if rule.precision else None
            precision = told or _precision(start, end)
            return flat_span(Span(start.start, end.end, precision), words or "")

        return make

    # -- lists

    def _entries(self, name: str, told: Sequence[Mapping[str, Any]]) -> list[Make]:
        return [self._entry(name, one) for one in told]

    def _entry(self, name: str, told: Mapping[str, Any]) -> Make:
        parts: list[tuple[str, Make, bool]] = []
        for part, rules in told.items():
            many = rules_of(rules)
            makers = [self._conditional(r, self._translated(r, self._source(r))) for r in many]
            parts.append((part, _first(makers), any(r.column or r.text for r in many)))
            self.labels[f"{name}.{part}"] = self._label(many)
        needed = [part for part, _, read in parts if read]

        def make(cells: Cells) -> dict[str, Any] | None:
            entry = {part: value for part, one, _ in parts if (value := one(cells)) is not None}
            entry = {k: v.strip() if isinstance(v, str) else v for k, v in entry.items()}
            return entry if any(entry.get(part) for part in needed) or not needed else None

        return make


def _first(makers: Sequence[Make]) -> Make:
    if len(makers) == 1:
        return makers[0]
    return lambda cells: next((v for make in makers if (v := make(cells)) is not None), None)


def _pattern(told: str, into: str = "") -> re.Pattern[str]:
    """The expression, and that what it becomes can be made of it."""
    try:
        pattern = re.compile(told)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadMapping(
            f"{told[:60]!r} is not a regular expression: {error}.",
            field="patterns",
            remedy="Mend it.",
        ) from None
    check_target(pattern, into)
    return pattern


def _check_short(column: str, told: str) -> None:
    """Refuse a cell on which an expression may work for long; never cut it, which reads wrongly."""
    if len(told) > LONGEST_CELL:
        raise BadCell(
            column,
            told[:100],
            f"is longer than {LONGEST_CELL} characters, and the mapping's expression for it is too "
            "costly for that",
            "Shorten it, or use a simpler expression in the mapping.",
        )


def _widened(span: Span, days: int) -> Span:
    """A day that is only about right, as the span around it; what claims no day stays as it is."""
    if span.precision not in ("second", "minute", "hour", "day"):
        return span
    start, reach = span.start.replace(hour=0, minute=0, second=0, microsecond=0), timedelta(days)
    return Span(start - reach, start + timedelta(1) + reach, "span", span.text)


def _precision(start: Span, end: Span) -> str:
    """Of a time from one cell to another: a whole day, month or year is called so."""
    if (start.start, start.end) == (end.start, end.end):
        return start.precision
    first, last = start.start, end.end
    if first.hour or first.minute or first.second or first.day != 1 or last.day != 1:
        return "span"
    if last.hour or last.minute or last.second:
        return "span"
    if first.month == 1 and last == datetime(first.year + 1, 1, 1, tzinfo=UTC):
        return "year"
    return "month" if last == _next_month(first) else "span"


def _next_month(first: datetime) -> datetime:
    return (first + timedelta(days=32)).replace(day=1)
