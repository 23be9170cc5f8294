"""A CQL2 filter to a condition on ``v``: only listed names, only bound values.

The parser is the ``cql2`` package. What it understands and this module does
not translate is an ``InvalidQuery`` that names it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, cast

import cql2
import msgspec
import shapely
from shapely.geometry import shape

from eirene.errors import InvalidQuery, InvalidReport
from eirene.picture import schema
from eirene.picture.columns import ms_of
from eirene.picture.names import Names
from eirene.reports.kinds import count_fields, kinds
from eirene.times import parse_interval

LONGEST = 4_000
DEEPEST = 30
_COMPARE = {"=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_FLIP = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_WORDS = {
    "kind": "kind",
    "type": "type",
    "state": "state",
    "organisation": "owner",
    "source": "source",
    "classification": "class",
    "tlp": "tlp",
    "actor": "actor",
}
_TEXTS = {
    "compartment": "(SELECT name FROM compartment WHERE id = v.comp)",
    "place": "(SELECT name FROM place WHERE id = v.place)",
    "pcode": "(SELECT text FROM word WHERE sort = 'area' AND id = coalesce(v.adm3, v.adm2, v.adm1))",
    "summary": "summary_of((SELECT body FROM body WHERE lsn = v.lsn))",
}
_TIMES = {"received": "v.received"}
_ARGUMENTS = {"not": 1, "isNull": 1, "between": 3}
"""How many an operator takes; others two, and ``and`` and ``or`` any number."""
_FURTHEST = 1_000.0
"""Degrees; what lies further is no place, and no number for SQLite."""
_SUMMARY_REMEDY = "Queryables are listed at /ogc/collections/{kind}/queryables."


class Queryable(msgspec.Struct, frozen=True):
    """One property that a filter may name."""

    name: str
    type: str
    """text, number, time or geometry."""
    sql: str


@cache
def queryables() -> dict[str, Queryable]:
    """Everything that a filter may name, with the SQL that stands for it; follows from the kinds."""
    found = [
        Queryable(
            name, "text", f"(SELECT text FROM word WHERE sort = '{column}' AND id = v.{column})"
        )
        for name, column in _WORDS.items()
    ]
    found += [Queryable(name, "text", sql) for name, sql in _TEXTS.items()]
    found += [Queryable(name, "time", sql) for name, sql in _TIMES.items()]
    found.append(Queryable("occurred", "time", ""))
    found.append(Queryable("geometry", "geometry", ""))
    found += [Queryable(name, "number", _count_sql(name)) for name in sorted(schema.count_slots())]
    return {queryable.name: queryable for queryable in found}


def _count_sql(name: str) -> str:
    """A count, only of the kinds that have it: columns are shared between kinds."""
    having = [k.name for k in kinds().values() if name in count_fields(k)]
    listed = ", ".join(f"'{kind}'" for kind in having)
    slot = schema.count_slots()[name]
    numbers = f"SELECT id FROM word WHERE sort = 'kind' AND text IN ({listed})"
    return f"(CASE WHEN v.kind IN ({numbers}) THEN v.n{slot} END)"


class Translation(msgspec.Struct, frozen=True):
    """A condition on ``v`` and its values."""

    sql: str
    params: dict[str, Any]


def translated(text: str, names: Names) -> Translation:
    """The condition that a filter stands for."""
    work = _Work(names)
    sql = work.condition(parsed(text), 0)
    return Translation(sql, work.params)


def parsed(text: str) -> Any:
    """The tree of a filter; ``InvalidQuery`` where it is none by itself."""
    if len(text) > LONGEST:
        raise _wrong(f"The filter is longer than {LONGEST:,} characters.")
    try:
        return cql2.parse_text(text).to_json()
    except Exception as error:  # the parser raises bare ones too, for an empty POINT say
        raise _wrong("The filter is not CQL2 text.", "Write for example killed >= 3.") from error


def _wrong(message: str, remedy: str | None = None) -> InvalidQuery:
    return InvalidQuery(message, field="filter", remedy=remedy or _SUMMARY_REMEDY)


class _Work:
    """One translation: collects the bound values."""

    def __init__(self, names: Names) -> None:
        self.params: dict[str, Any] = {}
        self._names = names
        self._known = queryables()
        self._operators: dict[str, Callable[[str, list[Any], int], str]] = {
            "and": self._both,
            "or": self._both,
            "not": self._not,
            "isNull": self._is_null,
            "like": self._like,
            "in": self._in,
            "between": self._between,
            "s_intersects": self._intersects,
            "t_intersects": self._time_meets,
            "t_during": self._time_meets,
            "t_after": self._time_order,
            "t_before": self._time_order,
        } | dict.fromkeys(_COMPARE, self._compare)

    def bind(self, value: Any) -> str:
        name = f"f{len(self.params)}"
        self.params[name] = value
        return f":{name}"

    def condition(self, node: Any, depth: int) -> str:
        if depth > DEEPEST:
            raise _wrong("The filter is nested too deeply.", "Take it apart.")
        if isinstance(node, bool):
            return "1" if node else "0"
        if not isinstance(node, dict) or "op" not in node:
            raise _wrong("The filter is not a condition.", "Write for example killed >= 3.")
        tree = cast(dict[str, Any], node)
        operator = self._operators.get(tree["op"])
        if operator is None:
            raise _wrong(f"The filter uses {str(tree['op'])[:40]!r}, which is not known here.")
        args = cast(list[Any], tree.get("args", []))
        wanted = len(args) if tree["op"] in ("and", "or") else _ARGUMENTS.get(tree["op"], 2)
        if not args or len(args) != wanted:
            raise _wrong(f"{str(tree['op'])[:40]!r} in the filter stands with {len(args)} values.")
        return operator(tree["op"], args, depth)

    def queryable(self, node: Any) -> Queryable:
        if not isinstance(node, dict) or "property" not in node:
            raise _wrong("A property stands on the left of each comparison.")
        name = str(cast(dict[str, Any], node)["property"])
        found = self._known.get(name)
        if found is None:
            raise _wrong(f"There is no queryable {name[:60]!r}.")
        return found

    def value(self, node: Any, type_: str) -> Any:
        """A literal that fits a property."""
        if type_ == "number" and isinstance(node, int | float) and not isinstance(node, bool):
            if not math.isfinite(node):
                raise _wrong("A number in the filter is not finite.")
            return node
        if type_ == "text" and isinstance(node, str):
            return node
        if type_ == "time":
            return _interval(node)
        raise _wrong(f"A value in the filter does not fit: {type_} is needed.")

    # --- operators ---

    def _both(self, op: str, args: list[Any], depth: int) -> str:
        return "(" + f" {op.upper()} ".join(self.condition(a, depth + 1) for a in args) + ")"

    def _not(self, op: str, args: list[Any], depth: int) -> str:
        # an unknown value is neither: NOT of it is not true either
        return f"(NOT {self.condition(args[0], depth + 1)})"

    def _is_null(self, op: str, args: list[Any], depth: int) -> str:
        found = self.queryable(args[0])
        if found.name == "geometry":
            return "(v.lon IS NULL)"
        if found.name == "occurred":
            return "(v.lasts IS NULL)"
        return f"({found.sql} IS NULL)"

    def _compare(self, op: str, args: list[Any], depth: int) -> str:
        left: Any = args[0]
        right: Any = args[1]
        if not _is_property(left):
            left, right, op = right, left, _FLIP[op]
        found = self.queryable(left)
        if found.type == "geometry":
            raise _wrong("geometry is asked with S_INTERSECTS.")
        value = self.value(right, found.type)
        if found.type == "time":
            return self._when(found, op, value)
        return f"({found.sql} {_COMPARE[op]} {self.bind(value)})"

    def _when(self, found: Queryable, op: str, value: tuple[int, int]) -> str:
        """Before a day is before its start, after it is after its end."""
        first, last = value
        low = "v.start" if found.name == "occurred" else found.sql
        high = "(v.start + max(v.lasts - 1, 0))" if found.name == "occurred" else found.sql
        sql = {
            "<": f"{high} < {self.bind(first)}",
            "<=": f"{low} <= {self.bind(last)}",
            ">": f"{low} > {self.bind(last)}",
            ">=": f"{high} >= {self.bind(first)}",
            "=": f"{low} <= {self.bind(last)} AND {high} >= {self.bind(first)}",
            "<>": f"NOT ({low} <= {self.bind(last)} AND {high} >= {self.bind(first)})",
        }[op]
        if found.name == "occurred":  # without a time it is neither before nor not before
            return f"(CASE WHEN v.lasts IS NOT NULL THEN ({sql}) END)"
        return f"({sql})"

    def _like(self, op: str, args: list[Any], depth: int) -> str:
        found = self.queryable(args[0])
        if found.type != "text" or not isinstance(args[1], str):
            raise _wrong("LIKE compares a text property with a pattern.")
        return f"({found.sql} LIKE {self.bind(args[1])} ESCAPE '\\')"

    def _in(self, op: str, args: list[Any], depth: int) -> str:
        found = self.queryable(args[0])
        if found.type not in ("text", "number"):
            raise _wrong("IN compares a text or a number with a list.")
        if not isinstance(args[1], list):
            raise _wrong("IN compares with a list.", "Write for example killed IN (1, 2).")
        values = cast(list[Any], args[1])
        listed = ", ".join(self.bind(self.value(value, found.type)) for value in values)
        return f"({found.sql} IN ({listed}))"

    def _between(self, op: str, args: list[Any], depth: int) -> str:
        low = self._compare(">=", [args[0], args[1]], depth)
        high = self._compare("<=", [args[0], args[2]], depth)
        return f"({low} AND {high})"

    def _time_meets(self, op: str, args: list[Any], depth: int) -> str:
        return self._compare("=", args, depth)

    def _time_order(self, op: str, args: list[Any], depth: int) -> str:
        return self._compare(">" if op == "t_after" else "<", args, depth)

    def _intersects(self, op: str, args: list[Any], depth: int) -> str:
        if self.queryable(args[0]).name != "geometry":
            raise _wrong("S_INTERSECTS asks geometry.")
        if isinstance(args[1], dict) and "bbox" in args[1]:
            edges = cast(list[Any], args[1]["bbox"])
            if len(edges) != 4:
                raise _wrong("BBOX in the filter is west, south, east, north.")
            west, south, east, north = (self.bind(_edge(e)) for e in edges)
            joined = "AND" if edges[0] <= edges[2] else "OR"
            return (
                f"((v.lon >= {west} {joined} v.lon <= {east}) "
                f"AND v.lat BETWEEN {south} AND {north})"
            )
        return self._in_shape(args[1])

    def _in_shape(self, node: Any) -> str:
        try:
            geometry = shape(node)
            west, south, east, north = geometry.bounds
        except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError):
            raise _wrong("The geometry in the filter is not one.") from None
        edges = [self.bind(_edge(e)) for e in (west, east, south, north)]
        whole = self.bind(shapely.to_wkb(geometry))
        return (
            f"(v.lon BETWEEN {edges[0]} AND {edges[1]} AND v.lat BETWEEN {edges[2]} AND {edges[3]}"
            f" AND CASE WHEN v.lon IS NOT NULL THEN in_shape({whole}, v.lon, v.lat) END)"
        )


def _edge(degrees: Any) -> int:
    """Degrees as they stand in the file; that of an empty geometry is not a number."""
    known = isinstance(degrees, int | float) and not isinstance(degrees, bool)
    if not known or not abs(degrees) <= _FURTHEST:
        raise _wrong("A place in the filter is empty, or is no number of degrees.")
    return round(degrees * schema.DEGREE)


def _is_property(node: Any) -> bool:
    return isinstance(node, dict) and "property" in node


def _interval(node: Any) -> tuple[int, int]:
    """First and last millisecond of a time literal."""
    text = ""
    if isinstance(node, dict):
        tree = cast(dict[str, Any], node)
        value = tree.get("timestamp", tree.get("date", tree.get("interval")))
        text = (
            "/".join(str(part) for part in cast(list[Any], value))
            if isinstance(value, list)
            else str(value)
        )
    elif isinstance(node, str):
        text = node
    try:
        start, end = parse_interval(text)
    except (InvalidReport, ValueError):
        raise _wrong("A time in the filter cannot be read.", "Write DATE('2025-03-10').") from None
    return _ms(start, -(1 << 60)), _ms(end, 1 << 60)


def _ms(moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else ms_of(moment)
