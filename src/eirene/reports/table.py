"""A flat report as cells of a table, and back: what exports write, imports can read.

Invariants
  * ``restored(defused(text)) == text`` for every text.
  * Columns depend only on the kinds in a table, never on the values in it.
  * A cell is empty exactly where the report does not have the field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import msgspec

from eirene.reports.kinds import Field, Kind, fields_of
from eirene.times import iso

BEFORE = (
    "id entry entity kind compartment organisation classification tlp marking "
    "occurred occurred_start occurred_end occurred_precision observed filed "
    "place place_name latitude longitude accuracy_m place_method mgrs pcode pcode_from "
    "source basis grade purpose language filed_by"
).split()
"""Columns of every table, before the fields of the kinds."""

AFTER = "amends links withdrawn conflict current".split()
"""Columns of every table, after the fields of the kinds."""

TEXTS = frozenset(
    "occurred place place_name source organisation filed_by pcode mgrs language grade basis".split()
)
"""Envelope columns with words of people, which a spreadsheet could take for a formula."""

ITEMS = ";"
"""Between the codes of a list; codes never hold one."""

_SIGNS = "=+\\-@＝＋－＠"
_BEGINS = f"^{{0}}(?='*[{_SIGNS}\t\r\n])|(?<=[;\t\r\n]){{0}}(?=['\"]*[{_SIGNS}])"
"""Where a cell begins: at the start of the text, and, for a spreadsheet that divides cells by
semicolons or tabs, as those of half of Europe do, also within it: it takes no notice of quotes
that do not stand where it sees a cell begin.
"""
_FORMULA, _DEFUSED = re.compile(_BEGINS.format("")), re.compile(_BEGINS.format("'"))


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one ``'`` before ``=``, ``+``, ``-``, ``@``,
    at the start also before tab or line end. A text that has such quotes already gets one more,
    so it can be undone.
    """
    return _FORMULA.sub("'", text)


def restored(text: str) -> str:
    """What was given to ``defused``."""
    return _DEFUSED.sub("", text)


def columns_of(kinds: Sequence[Kind]) -> tuple[str, ...]:
    """Columns of a table with reports of these kinds, in the order of the forms."""
    fields: dict[str, None] = {}
    for kind in kinds:
        fields |= dict.fromkeys(fields_of(kind.content))
    last = [name for name in ("summary", "narrative") if name in fields]
    own = [name for name in fields if name not in last]
    return (*BEFORE, *last[:1], *own, *last[1:], *AFTER)


def cells_of(flat: Mapping[str, Any], kind: Kind | None) -> dict[str, str]:
    """The cells of one report, by column; columns that it has nothing for are absent."""
    fields = fields_of(kind.content) if kind else {}
    cells: dict[str, str] = {}
    for name, value in flat.items():
        if name == "occurred":
            cells |= _span_cells(value)
        else:
            cells[name] = cell(value, fields.get(name), words=name in TEXTS)
    return cells


def cell(value: Any, field: Field | None = None, *, words: bool = False) -> str:
    """One value as the text of a cell."""
    if isinstance(value, str):
        return defused(value) if field is not None or words else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, list | tuple):
        items = cast(Sequence[Any], value)
        if field is not None and field.held.form == "many":
            return ITEMS.join(str(item) for item in items)
        return _json(items) if items else ""
    if isinstance(value, dict):
        return _json(value)
    return repr(value)


def _json(value: Any) -> str:
    """As JSON, where no sign of a formula follows a semicolon: there it is written by its number."""
    text = msgspec.json.encode(value).decode()
    return re.sub(f"(?<=;)[{_SIGNS}]", lambda sign: f"\\u{ord(sign[0]):04x}", text)


def _span_cells(span: Mapping[str, Any]) -> dict[str, str]:
    return {
        "occurred": defused(str(span.get("text", ""))),
        "occurred_start": str(span["start"]),
        "occurred_end": str(span["end"]),
        "occurred_precision": str(span["precision"]),
    }
