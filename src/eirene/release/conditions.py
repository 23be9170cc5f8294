"""Conditions of rules: CQL2 text, asked of one report's values.

The same language and the same names as the filters of the API (``picture.cql2``); there
it becomes a condition of the query, here it is asked of one report, before and without
any picture.

Invariants
  * What cannot be asked of one report is one clear ``InvalidRules`` when rules are checked,
    never a surprise at a release.
  * A value that is not known is neither: a comparison with it does not hold, nor does NOT
    of that comparison. So an unknown never opens a rule.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, cast

import cql2
import msgspec
import shapely
from shapely.geometry import shape

from eirene.errors import InvalidReport, InvalidRules
from eirene.reports.envelope import Body
from eirene.reports.kinds import Kind, count_fields, kinds
from eirene.times import parse_interval

LONGEST = 2_000
DEEPEST = 20

_WORDS = ("kind", "type", "state", "organisation", "source", "classification", "tlp", "actor")
_TEXTS = ("compartment", "place", "pcode", "summary")
NOT_HERE = ("received",)
"""Queryables of the API that no report has before it stands in a log."""

Truth = bool | None
"""None: not known."""
Test = Callable[[Mapping[str, Any]], Truth]


class Condition(msgspec.Struct, frozen=True):
    """A condition that was read: its text, its tree, and the test itself."""

    text: str
    tree: Any
    test: Test

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it is known to hold of a report with these values (``values_of``)."""
        return self.test(values) is True


def queryables() -> dict[str, str]:
    """What a condition may name, and the type of each: text, number, time or geometry."""
    names = dict.fromkeys((*_WORDS, *_TEXTS), "text")
    names |= {"occurred": "time", "geometry": "geometry"}
    numbers = sorted({name for kind in kinds().values() for name in count_fields(kind)})
    return names | dict.fromkeys(numbers, "number")


def values_of(body: Body, content: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one report that conditions may name; what is not known is absent."""
    name = body.kind.partition("/")[0]
    kind = kinds().get(name)
    values: dict[str, Any] = {
        "kind": name,
        "organisation": body.owner,
        "source": body.source,
        "classification": body.classification,
        "tlp": body.tlp,
        "compartment": body.compartment,
        "type": content.get("type", _otherwise(kind, "type")),
        "state": content.get("state", _otherwise(kind, "state")),
        "actor": content.get(kind.actor) if kind and kind.actor else None,
    }
    if body.place is not None:
        values |= {"place": body.place.name, "pcode": body.place.pcode}
        if body.place.lon is not None and body.place.lat is not None:
            values["geometry"] = (body.place.lon, body.place.lat)
    if body.occurred is not None:
        # an end is exclusive, and a millisecond is as fine as the picture keeps times
        last = body.occurred.end - timedelta(milliseconds=1)
        values["occurred"] = (body.occurred.start, max(body.occurred.start, last))
    for count in count_fields(kind) if kind else ():
        values[count] = content.get(count)
    known = {key: value for key, value in values.items() if value not in (None, "")}
    return known | {"summary": content.get("summary", "")}  # an empty one is known to be empty


def _otherwise(kind: Kind | None, name: str) -> str | None:
    """What a field is where nobody said it, as the picture takes it."""
    for field in msgspec.structs.fields(kind.content) if kind else ():
        if field.name == name and isinstance(field.default, str):
            return field.default
    return None


@lru_cache(maxsize=4096)
def condition(text: str) -> Condition:
    """The condition that a text stands for; ``InvalidRules`` where it cannot be asked."""
    tree = parsed(text)
    return Condition(text, tree, _Reading().condition(tree, 0))


def parsed(text: str) -> Any:
    """The tree of a text, in the standard's JSON form."""
    if len(text) > LONGEST:
        raise _wrong(f"it is longer than {LONGEST:,} characters", "Take it apart.")
    try:
        return cql2.parse_text(text).to_json()
    except (cql2.ParseError, cql2.ValidationError, ValueError, RecursionError):
        raise _wrong("it is not CQL2 text", "Write for example killed >= 3.") from None


def _wrong(fault: str, remedy: str = "") -> InvalidRules:
    listed = "See docs/reference/rules.md for what a condition may name."
    return InvalidRules(f"condition: {fault}.", field="condition", remedy=remedy or listed)


def _both(parts: list[Test]) -> Test:
    def test(values: Mapping[str, Any]) -> Truth:
        found = [part(values) for part in parts]
        return False if False in found else None if None in found else True

    return test


def _either(parts: list[Test]) -> Test:
    def test(values: Mapping[str, Any]) -> Truth:
        found = [part(values) for part in parts]
        return True if True in found else None if None in found else False

    return test


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_FLIP = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class _Reading:
    """One reading of a tree into tests."""

    def __init__(self) -> None:
        self._known = queryables()
        self._operators: dict[str, Callable[[str, list[Any], int], Test]] = {
            "and": self._joined,
            "or": self._joined,
            "not": self._not,
            "isNull": self._is_null,
            "like": self._like,
            "in": self._in,
            "between": self._between,
            "s_intersects": self._intersects,
            "t_intersects": self._timed,
            "t_during": self._timed,
            "t_after": self._timed,
            "t_before": self._timed,
        } | dict.fromkeys(_ORDER, self._compare)

    def condition(self, node: Any, depth: int) -> Test:
        if depth > DEEPEST:
            raise _wrong("it is nested too deeply", "Take it apart.")
        if isinstance(node, bool):
            return lambda values: node
        if not isinstance(node, dict) or "op" not in node:
            raise _wrong("it is not a condition", "Write for example killed >= 3.")
        tree = cast("dict[str, Any]", node)
        operator = self._operators.get(tree["op"])
        if operator is None:
            raise _wrong(f"{str(tree['op'])[:40]!r} cannot be asked of one report")
        return operator(tree["op"], cast("list[Any]", tree["args"]), depth)

    def property(self, node: Any) -> tuple[str, str]:
        """Name and type of the property that a node names."""
        if not isinstance(node, dict) or "property" not in node:
            raise _wrong("a property stands on the left of each comparison")
        name = str(cast("dict[str, Any]", node)["property"])
        if name in NOT_HERE:
            raise _wrong(f"{name} is not known of a report before it is filed", "Use occurred.")
        if name not in self._known:
            raise _wrong(f"there is nothing called {name[:60]!r}")
        return name, self._known[name]

    def value(self, node: Any, type_: str) -> Any:
        """A literal that fits a property."""
        if type_ == "number" and isinstance(node, int | float) and not isinstance(node, bool):
            if not math.isfinite(node):
                raise _wrong("a number in it is not finite")
            return node
        if type_ == "text" and isinstance(node, str):
            return node
        if type_ == "time":
            return interval(node)
        raise _wrong(f"a value in it does not fit: {type_} is needed")

    # --- operators ---

    def _joined(self, op: str, args: list[Any], depth: int) -> Test:
        parts = [self.condition(arg, depth + 1) for arg in args]
        return _both(parts) if op == "and" else _either(parts)

    def _not(self, op: str, args: list[Any], depth: int) -> Test:
        inner = self.condition(args[0], depth + 1)

        def test(values: Mapping[str, Any]) -> Truth:
            found = inner(values)
            return None if found is None else not found

        return test

    def _is_null(self, op: str, args: list[Any], depth: int) -> Test:
        name, _ = self.property(args[0])
        return lambda values: name not in values

    def _compare(self, op: str, args: list[Any], depth: int) -> Test:
        left: Any = args[0]
        right: Any = args[1]
        if not is_property(left):
            left, right, op = right, left, _FLIP[op]
        name, type_ = self.property(left)
        if type_ == "geometry":
            raise _wrong("geometry is asked with S_INTERSECTS")
        wanted = self.value(right, type_)
        if type_ == "time":
            return _when(name, op, wanted)
        order = _ORDER[op]
        return lambda values: order(values[name], wanted) if name in values else None

    def _timed(self, op: str, args: list[Any], depth: int) -> Test:
        as_ = {"t_after": ">", "t_before": "<"}.get(op, "=")
        return self._compare(as_, args, depth)

    def _like(self, op: str, args: list[Any], depth: int) -> Test:
        name, type_ = self.property(args[0])
        if type_ != "text" or not isinstance(args[1], str):
            raise _wrong("LIKE compares a text with a pattern")
        pattern = _like_pattern(args[1])
        return lambda values: bool(pattern.fullmatch(values[name])) if name in values else None

    def _in(self, op: str, args: list[Any], depth: int) -> Test:
        name, type_ = self.property(args[0])
        if type_ not in ("text", "number"):
            raise _wrong("IN compares a text or a number with a list")
        listed = {self.value(item, type_) for item in args[1]}
        return lambda values: values[name] in listed if name in values else None

    def _between(self, op: str, args: list[Any], depth: int) -> Test:
        return _both(
            [
                self._compare(">=", [args[0], args[1]], depth),
                self._compare("<=", [args[0], args[2]], depth),
            ]
        )

    def _intersects(self, op: str, args: list[Any], depth: int) -> Test:
        if self.property(args[0])[0] != "geometry":
            raise _wrong("S_INTERSECTS asks geometry")
        area = geometry(args[1])

        def test(values: Mapping[str, Any]) -> Truth:
            point = values.get("geometry")
            return None if point is None else bool(area.intersects(shapely.Point(point)))

        return test


def is_property(node: Any) -> bool:
    """Whether a node of a tree names a property."""
    return isinstance(node, dict) and "property" in node


def _like_pattern(text: str) -> re.Pattern[str]:
    """A pattern as the API's LIKE reads it: ``%``, ``_``, a backslash before them, any case."""
    parts: list[str] = []
    signs = iter(text)
    for sign in signs:
        if sign == "\\":
            parts.append(re.escape(next(signs, "")))
        else:
            parts.append({"%": ".*", "_": "."}.get(sign, re.escape(sign)))
    # SQLite folds the letters of ASCII alone, and a rule must hold of the same reports
    return re.compile("".join(parts), re.DOTALL | re.IGNORECASE | re.ASCII)


def geometry(node: Any) -> Any:
    """The area of a literal."""
    if isinstance(node, dict) and "bbox" in node:
        edges = cast("list[float]", node["bbox"])
        if len(edges) != 4:
            raise _wrong("BBOX is west, south, east, north")
        west, south, east, north = edges
        if west <= east:
            return shapely.box(west, south, east, north)
        return shapely.union(
            shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)
        )
    try:
        return shape(cast("dict[str, Any]", node))
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError):
        raise _wrong("its geometry is not one") from None


def interval(node: Any) -> tuple[datetime, datetime]:
    """First and last moment of a time literal."""
    value: Any = node
    if isinstance(node, dict):
        tree = cast("dict[str, Any]", node)
        value = tree.get("timestamp", tree.get("date", tree.get("interval")))
    text = "/".join(map(str, cast("list[Any]", value))) if isinstance(value, list) else str(value)
    try:
        start, end = parse_interval(text)
    except (InvalidReport, ValueError):
        raise _wrong("a time in it cannot be read", "Write DATE('2025-03-10').") from None
    return start or datetime.min.replace(tzinfo=UTC), end or datetime.max.replace(tzinfo=UTC)


def _when(name: str, op: str, wanted: tuple[datetime, datetime]) -> Test:
    """Before a day is before its start, after it is after its end."""
    first, last = wanted

    def test(values: Mapping[str, Any]) -> Truth:
        if name not in values:
            return None
        low, high = values[name]
        meets = low <= last and high >= first
        return {
            "<": high < first,
            "<=": low <= last,
            ">": low > last,
            ">=": high >= first,
            "=": meets,
            "<>": not meets,
        }[op]

    return test
