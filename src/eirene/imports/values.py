"""Cells to values, by the form in which a field is entered.

A converter takes a cell and gives a value, or None where the cell says that
the value is not known; it raises ``BadCell`` with rule and remedy. Text stays
text: ``NA``, ``0101`` and ``9e42`` are names and codes here. Only where a
number is asked for do blank, ``NA`` and ``-`` mean that it is not known, and
nothing ever becomes 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec

from eirene.imports.numbers import MISSING, UNKNOWN, Decimal, NotANumber, grouped, number_of
from eirene.imports.rejects import BadCell
from eirene.imports.tables import Damaged
from eirene.reports.kinds import Field, Kind, fields_of
from eirene.reports.table import ITEMS, restored

Convert = Callable[[Any], Any]
Note = Callable[[str], None]
"""Takes what was read in a way that a person should look at."""

_ENVELOPE_FORMS = {
    "occurred": "time",
    "observed": "instant",
    "latitude": "coordinate",
    "longitude": "coordinate",
    "accuracy_m": "number",
}
_YES = frozenset("true yes y 1 oui o vrai si sí".split())
_NO = frozenset("false no n 0 non faux".split())
_LEAVE = "Leave the cell blank when it is not known."

NUMERIC = frozenset(("count", "number", "coordinate"))


def form_of(kind: Kind, name: str) -> str:
    """How a field is entered: a form of ``kinds.FORMS``, or instant, coordinate."""
    field = fields_of(kind.content).get(name)
    return field.held.form if field else _ENVELOPE_FORMS.get(name, "text")


def text(value: Any) -> str | None:
    """Words and codes as they stand, without blanks around them; None where blank.

    Raises ``ValueError`` where letters were lost before the file was written.
    """
    if isinstance(value, str):
        if "\ufffd" in value:
            raise ValueError("holds U+FFFD: a letter was lost before this file was written")
        return value.strip() or None
    if value is None:
        return None
    if isinstance(value, Damaged):
        raise ValueError(value.rule)  # noqa: TRY004 - of the cell, like a lost letter
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() else repr(value)
    return msgspec.json.encode(value).decode()


def written(value: Any) -> str:
    """A cell as it would be typed: the number 5.0 of a spreadsheet is 5."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def exact(value: Any) -> str | None:
    """Words as an export of our own wrote them, to the last blank."""
    if isinstance(value, str):
        return restored(value) or None
    return text(value)


def number(column: str, decimal: Decimal, scale: float = 1.0) -> Convert:
    """A number that may have decimals."""

    def convert(value: Any) -> float | None:
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value * scale
        try:
            found = number_of(str(value), decimal)
        except NotANumber as error:
            raise BadCell(column, value, str(error), _LEAVE) from None
        return None if found is None else found * scale

    return convert


def count(column: str, decimal: Decimal, note: Note) -> Convert:
    """A whole number, never below zero. Plain digits take the short way.

    -99 and its like are not known, and said so; other negative ones are refused.
    """
    read = number(column, decimal)

    def convert(value: Any) -> int | None:
        if isinstance(value, str) and value.isascii() and value.isdigit():
            return int(value) if len(value) < 19 else _refuse(column, value)
        if (told := written(value)) in MISSING:
            note(f"{column} {told} is taken for not known")
            return None
        found = read(value)
        if found is None:
            return None
        if isinstance(value, str) and grouped(value, decimal):
            note(f"a sign in {column} is taken for thousands: {value} is {found:.0f}")
        if found < 0:
            raise BadCell(column, value, "a count is never below zero", _LEAVE)
        if not float(found).is_integer() or found >= 1e18:
            return _refuse(column, value)
        return int(found)

    return convert


def _refuse(column: str, value: Any) -> int:
    raise BadCell(column, value, "a count is a whole number", "Write it with digits only, as 1250.")


def yesno(column: str) -> Convert:
    """True or false, in English, French or Spanish."""

    def convert(value: Any) -> bool | None:
        if isinstance(value, bool) or value is None:
            return value
        told = written(value).lower()
        if told in _YES or told in _NO:
            return told in _YES
        if told in UNKNOWN:
            return None
        raise BadCell(column, value, "is neither yes nor no", "Write yes, no, or leave it blank.")

    return convert


def choice(field: Field | None) -> Convert:
    """A code; its words are taken for it, too. What is neither is refused with the list."""
    codes = field.codes if field else None
    known = {code.lower(): code for code in codes.open_codes()} if codes else {}
    if codes:
        known |= {codes.labels[code].lower(): code for code in codes.open_codes()}

    def convert(value: Any) -> str | None:
        told = text(value)
        return known.get(told.lower(), told) if told else None

    return convert


def many(column: str, field: Field | None, separator: str = "") -> Convert:
    """A list: of codes with ``;`` between them, or JSON."""
    one = choice(field)

    def convert(value: Any) -> list[Any] | None:
        if value is None:
            return None
        if isinstance(value, list):
            return cast(list[Any], value) or None
        told = written(value)
        if told.startswith("[") and not separator:
            return _json_list(column, told)
        items = [one(item) for item in told.split(separator or ITEMS)]
        return [item for item in items if item is not None] or None

    return convert


def _json_list(column: str, told: str) -> list[Any]:
    try:
        return msgspec.json.decode(told, type=list[Any])
    except msgspec.DecodeError:
        raise BadCell(
            column, told[:80], "is not a JSON list", 'Write for example ["one", "two"].'
        ) from None


def first_filled(cells: Sequence[Any], places: Sequence[int]) -> Any:
    """The first cell of a row that is not blank."""
    for at in places:
        value = cells[at]
        if value is not None and value != "" and not (isinstance(value, str) and value.isspace()):
            return value
    return None
