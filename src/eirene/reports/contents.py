"""The content of a kind, from the values of a flat report.

Invariants
  * A code stands in its list, also inside a list of statements.
  * A field of form ``time`` is kept as a day, ``2026-12-31``, or as an instant
    in UTC, ``2026-12-31T14:30:00Z``, however it was written.
  * Nothing is dropped: a name that no field has is refused at every depth.
"""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from eirene.errors import InvalidReport
from eirene.reports.faults import not_listed, one_of, refused, short, wrong
from eirene.reports.kinds import Codes, Content, Field, Kind, fields_of
from eirene.times import Span, iso

_EXAMPLES = {
    "count": "3 (leave it out when it is not known)",
    "yesno": "true",
    "number": "12.5",
    "time": '"2026-12-31"',
}

When = Callable[[Any, str], Span]
"""Reads the time in a field of that name."""


def content_of_flat(kind: Kind, values: dict[str, Any], when: When) -> Content:
    """Checked content; ``values`` holds fields of the kind only, and no empty text."""
    for name in time_fields(kind.content):
        if name in values:
            values[name] = _day_or_instant(when(values[name], name), name)
    try:
        content = msgspec.convert(values, kind.content)
    except msgspec.ValidationError as error:
        raise _content_error(kind, str(error)) from None
    _check_codes(content)
    fault = content.fault()
    if fault is not None:
        field, rule, remedy = fault
        raise InvalidReport(rule, field=field, remedy=remedy)
    return content


@cache
def time_fields(content: type[Content]) -> tuple[str, ...]:
    """Names of the fields that hold a day or an instant."""
    return tuple(f.name for f in fields_of(content).values() if f.held.form == "time")


def _day_or_instant(span: Span, field: str) -> str:
    if span.precision == "day":
        return span.start.date().isoformat()
    if span.precision in ("minute", "second"):
        return iso(span.start)
    raise wrong(field, f"{field} names no day.", '"2026-12-31" or "2026-12-31 14:30Z"')


# --- codes --------------------------------------------------------------------


@cache
def coded(of: type) -> tuple[tuple[str, Codes | None, type[msgspec.Struct] | None], ...]:
    """Fields of a struct that hold codes, or structs."""
    plan: list[tuple[str, Codes | None, type[msgspec.Struct] | None]] = []
    hints: dict[str, Any] = typing.get_type_hints(of, include_extras=True)
    for field in msgspec.structs.fields(of):
        hint = hints[field.name]
        codes = next((m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Codes)), None)
        struct = struct_in(hint)
        if codes is not None or struct is not None:
            plan.append((field.name, codes, struct))
    return tuple(plan)


def struct_in(hint: Any) -> type[msgspec.Struct] | None:
    """The struct that a field is a list of."""
    inner: tuple[Any, ...] = typing.get_args(getattr(hint, "__origin__", hint)) or ()
    return next((t for t in inner if isinstance(t, type) and issubclass(t, msgspec.Struct)), None)


def _check_codes(value: Any, path: str = "") -> None:
    for name, codes, struct in coded(value.__class__):
        held = getattr(value, name)
        if not held:
            continue
        if struct is not None:
            for at, item in enumerate(held):
                _check_codes(item, f"{path}{name}.{at}.")
        elif codes is None:
            continue
        elif held.__class__ is str:
            if held not in codes:
                raise not_listed(f"{path}{name}", held, codes)
        else:
            for at, item in enumerate(held):
                if item not in codes:
                    raise not_listed(f"{path}{name}.{at}", item, codes)


# --- errors in words ----------------------------------------------------------

_TYPES = {
    "int": "a whole number",
    "float": "a decimal number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a group of fields",
    "null": "null",
}


def _plain(rule: str) -> str:
    """A decoder's rule in plain words."""
    if "matching regex" in rule:
        return "must be a short code of letters, digits and -, at most 40"
    found = re.match(r"Expected `(\w+)[^`]*`(?:, got `(\w+)`| (.+))?$", rule)
    if not found:
        return rule[0].lower() + rule[1:]
    wanted = _TYPES.get(found[1], found[1])
    if found[3]:
        limit = found[3].replace(">= ", "of at least ").replace("<= ", "of at most ")
        return f"must be {wanted} {limit}".replace(" of length of ", " with a length of ")
    return f"must be {wanted}" + (f", not {_TYPES.get(found[2], found[2])}" if found[2] else "")


def _content_error(kind: Kind, message: str) -> InvalidReport:
    rule, _, path = message.partition(" - at `$")
    field = re.sub(r"\[(\d+|\.\.\.)\]", r".\1", path.rstrip("`")).lstrip(".")
    named = re.match(r"Object (missing required|contains unknown) field `(.*)`$", rule, re.DOTALL)
    if named:
        top = fields_of(kind.content).get(field.split(".")[0] or named[2])
        field = f"{field}.{named[2]}".lstrip(".")
        if named[1].startswith("contains"):
            return unknown_field(kind.name, field, named[2], _inner_names(top))
        rule = f"{short(field)} is missing."
    else:
        top = fields_of(kind.content).get(field.split(".")[0])
        rule = f"{short(field)} {_plain(rule)}."
    remedy = "Shorten it." if "length of at most" in rule else _remedy(kind, top, field)
    return InvalidReport(rule, field=short(field), remedy=remedy)


def _inner_names(top: Field | None) -> list[str]:
    struct = struct_in(top.type) if top else None
    return list(struct.__struct_fields__) if struct else []


def unknown_field(where: str, path: str, name: str, known: list[str]) -> InvalidReport:
    """A name that no field has, and the nearest right one."""
    near = difflib.get_close_matches(short(name), known, n=1, cutoff=0.5)
    remedy = f"Did you mean {near[0]!r}?" if near else f"Fields: {', '.join(known)}."
    return refused(path, f"is no field of {where}", remedy)


def _remedy(kind: Kind, top: Field | None, path: str) -> str:
    """The list of codes, or an example of a right value, for the field at this path."""
    if top is None:
        return 'Write for example "text".'
    struct = struct_in(top.type)
    if struct is not None:
        inner = {name: codes for name, codes, _ in coded(struct)}.get(path.rpartition(".")[2])
        if inner is not None:
            return one_of(inner)
        example: Any = kind.example.get(top.name) or [_needed_example(struct)]
    elif top.codes is not None:
        return one_of(top.codes)
    elif top.name in kind.example:
        example = kind.example[top.name]
    elif top.held.form in _EXAMPLES:
        return f"Write for example {_EXAMPLES[top.held.form]}."
    else:
        one = "example-a" if top.held.passes_as_is else "text"
        example = [one] if top.held.form == "list" else one
    return f"Write for example {msgspec.json.encode(example).decode()}."


def _needed_example(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """What such a statement needs at least."""
    codes = {name: codes for name, codes, _ in coded(struct) if codes is not None}
    return {n: codes[n].open_codes()[0] if n in codes else 12.5 for n in needed(struct)}


def needed(struct: type[msgspec.Struct]) -> list[str]:
    """Names of the fields without which it is refused."""
    return [f.name for f in msgspec.structs.fields(struct) if f.required]
