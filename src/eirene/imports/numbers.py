"""Numbers as tables write them: the decimal sign is decided for a column, with proof.

``1.250`` is twelve hundred and fifty in one office and one and a quarter in
the next. What proves a sign: a group behind it that has not three digits, a
coordinate, a value with both signs. A column without proof follows the file;
a file without proof is asked about. Rows that contradict are rejects.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from eirene.imports.faults import Choice, UnclearFile

UNKNOWN = frozenset(
    "na n/a n.a. nan null none nil unknown unk ? - – — -- . .. inconnu inconnue nd n.d. "
    "desconocido".split()
) | {"", "not known", "no data"}
"""How tables write that a number is not known; compared without case."""

MISSING = frozenset("-99 -999 -9999 -99999 -999999".split())
"""Numbers that tables write where a count is not known."""

SIGNS = {".": "point", ",": "comma"}
_OTHER = {".": ",", ",": "."}
_PLAIN = re.compile(r"[+-]?\d+", re.ASCII)
_SIMPLE = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
"""What nearly all cells are: it is read one way only where the sign is a point, or not there."""
_BETWEEN = "\x1f"
_ALL_SIMPLE = re.compile(rf"{_SIMPLE.pattern}(?:{_BETWEEN}{_SIMPLE.pattern})*+", re.ASCII)
_SPACES = re.compile(r"[+-]?\d{1,3}(?:([ \u00a0\u202f\u2009'’])\d{3})(?:\1\d{3})*(?=[.,]|$)")
_ONE_SIGN = re.compile(r"[+-]?(\d*)([.,])(\d+)", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})+", re.ASCII)
_BOTH = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})+([.,])\d+", re.ASCII)
_POWER = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,3}", re.ASCII)
_DASHES = str.maketrans("−‒–", "---")
_ENOUGH = 2
"""Proofs for one sign must be this many times those for the other."""


class NotANumber(ValueError):
    """A cell that is no number of its column; the message is the rule."""


class Signs:
    """Counts, over the cells of one column, what they say of the decimal sign."""

    def __init__(self, column: str, *, coordinate: bool = False) -> None:
        self.column = column
        self.coordinate = coordinate
        self.proofs: Counter[str] = Counter()
        self.example: dict[str, str] = {}
        self.open: str = ""
        """A cell that can be read both ways, while no other proves a sign."""

    def see_all(self, texts: Sequence[str]) -> None:
        """Take cells into account, in order: what ``see`` says of each, for nearly all at once."""
        if "".join(texts).isdigit():
            return
        if self.coordinate:
            joined = _BETWEEN.join(texts)
            if joined.count(_BETWEEN) == len(texts) - 1 and _ALL_SIMPLE.fullmatch(joined):
                if points := joined.count("."):
                    self.proofs["."] += points
                    self.example.setdefault(".", next(one for one in texts if "." in one))
                return
        for one in texts:
            self.see(one)

    def see(self, text: str) -> None:
        """Take one cell into account."""
        if text.isdigit():
            return
        if _SIMPLE.fullmatch(text):  # as nearly all: what ``proof_of`` says of it, in fewer steps
            _, point, decimals = text.partition(".")
            if not point:
                return
            if self.coordinate or len(decimals) != 3:
                self.proofs["."] += 1
                self.example.setdefault(".", text)
                return
        sign = proof_of(text.strip().translate(_DASHES), self.coordinate)
        if sign in SIGNS:
            self.proofs[sign] += 1
            self.example.setdefault(sign, text.strip())
        elif sign and not self.open:
            self.open = text.strip()


def proof_of(text: str, coordinate: bool) -> str:
    """The decimal sign that a cell proves, "both" where it can be either, "" where it is silent."""
    bare = _without_spaces(text)
    if both := _BOTH.fullmatch(bare):
        return both[2] if both[1] != both[2] else ""
    found = _ONE_SIGN.fullmatch(bare)
    if found is None:
        grouped = _GROUPED.fullmatch(bare)
        return _OTHER[grouped[1]] if grouped else ""
    if coordinate or len(found[3]) != 3 or not 1 <= len(found[1]) <= 3 or found[1] == "0":
        return found[2]
    return "both"


def _without_spaces(text: str) -> str:
    """``1 250`` and ``1'250`` are read one way only."""
    found = _SPACES.match(text)
    return re.sub(r"[ \u00a0\u202f\u2009'’]", "", found[0]) + text[found.end() :] if found else text


class Decimal(msgspec.Struct, frozen=True):
    """What was decided for a column: its sign ("" where no cell needs one), and the proof."""

    sign: str
    proof: str


def decide(columns: list[Signs], stated: str, delimiter: str) -> dict[str, Decimal]:
    """The decimal sign of each column; raises ``UnclearFile`` with both readings of a cell."""
    if stated:
        return {c.column: Decimal(stated, "stated") for c in columns}
    whole: Counter[str] = Counter()
    for column in columns:
        whole += column.proofs
    file_sign = _winner(whole)
    decided: dict[str, Decimal] = {}
    for column in columns:
        sign = _winner(column.proofs)
        if sign:
            against = column.proofs[_OTHER[sign]]
            proof = f"{column.example[sign]!r} and {column.proofs[sign] - 1} more prove it"
            proof += f", {against} contradict it" if against else ""
            decided[column.column] = Decimal(sign, proof)
        elif column.proofs:
            raise _contradictory(column)
        elif not column.open:
            decided[column.column] = Decimal("", "no cell has one")
        elif file_sign:
            decided[column.column] = Decimal(file_sign, "as in the other columns of the file")
        else:
            decided[column.column] = Decimal("?", f"nothing proves how to read {column.open!r}")
    return decided


def _winner(proofs: Counter[str]) -> str:
    for sign, other in _OTHER.items():
        if proofs[sign] and proofs[sign] >= _ENOUGH * proofs[other]:
            return sign
    return ""


def _contradictory(column: Signs) -> UnclearFile:
    return UnclearFile(
        f"Column {column.column!r} has decimal points ({column.example['.']}) and decimal commas "
        f"({column.example[',']}) in about equal number.",
        field=column.column,
        remedy='State which is right: [file] decimal = "," in the mapping; the others are rejects.',
        choices=tuple(Choice("decimal", sign, (column.example[sign],)) for sign in ".,"),
    )


def number_of(text: str, decimal: Decimal) -> float | None:
    """The number in a cell, None where it says that it is not known; raises ``NotANumber``."""
    if (decimal.sign == "." or text.isdecimal()) and _SIMPLE.fullmatch(text):
        return float(text)
    return _as_written(text, decimal)


def _as_written(text: str, decimal: Decimal) -> float | None:
    bare = text.strip().translate(_DASHES)
    if bare.lower() in UNKNOWN or text.strip().lower() in UNKNOWN:
        return None
    bare = _without_spaces(bare)
    if _PLAIN.fullmatch(bare):
        return float(bare)
    if _POWER.fullmatch(bare) and decimal.sign != ",":
        value = float(bare)
        if math.isfinite(value):
            return value
    sign = decimal.sign
    if sign == "?":
        raise NotANumber("can be read two ways: the sign may group thousands or begin decimals")
    group = _OTHER.get(sign, "")
    whole, _, decimals = bare.rpartition(sign) if sign and sign in bare else (bare, "", "")
    if group and group in whole:
        if not _GROUPED.fullmatch(whole) or sign in whole:
            raise NotANumber(f"contradicts the decimal {SIGNS[sign]} of its column")
        whole = whole.replace(group, "")
    if group and group in decimals:
        raise NotANumber(f"contradicts the decimal {SIGNS[sign]} of its column")
    try:
        value = float(f"{whole}.{decimals}" if decimals else whole)
    except ValueError:
        raise NotANumber("is not a number") from None
    if not math.isfinite(value):
        raise NotANumber("is not a number")
    return value


def grouped(text: str, decimal: Decimal) -> bool:
    """Whether a sign in the cell was read as grouping thousands, which is worth showing."""
    group = _OTHER.get(decimal.sign, "")
    return bool(group) and group in text and text.strip().lower() not in UNKNOWN
