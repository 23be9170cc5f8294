"""Words that tables are written with: headings, HXL tags and values, and what they mean here.

The lists are data (``words/*.toml``, English, French and Spanish); a kind's own
HXL tags and field names are known without standing in them.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from eirene.reports.kinds import Kind, fields_of

_HOME = Path(__file__).resolve().parent / "words"
_SIGNS = re.compile(r"[^0-9a-z]+")


@cache
def folded(text: str) -> str:
    """``sous prefecture`` of ``Sous-Préfecture``: no case, no accents, one blank between words."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    bare = _SIGNS.sub(" ", letters).strip()
    return bare or " ".join(letters.split())


class Meaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What headings and tags of one group mean."""

    field: str
    tags: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    level: int = 0
    """Of places and P-codes: the finer, the higher."""
    weak: bool = False
    """Only where nothing else is meant for the field: the short name of an organisation."""


class Useless(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Columns that no field is for, and why."""

    why: str
    tags: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()


class Hint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value of a demanded field that headings speak for."""

    kind: str
    field: str
    value: str
    headings: tuple[str, ...] = ()


class Fit(msgspec.Struct, frozen=True):
    """One way in which a column can be meant. Higher ``weight`` is surer."""

    field: str
    by: str
    """``tag``, ``heading`` or ``name``."""
    detail: str
    weight: int
    level: int = 0


@cache
def _fields() -> dict[str, Any]:
    return tomllib.loads((_HOME / "fields.toml").read_text(encoding="utf-8"))


@cache
def _values() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((_HOME / "values.toml").read_text(encoding="utf-8"))


@cache
def meanings(kind: str) -> tuple[Meaning, ...]:
    """What is listed for a kind, its own first, then what all kinds have."""
    told = [*_fields().get(kind, []), *_fields()["common"]]
    return msgspec.convert(told, tuple[Meaning, ...])


@cache
def useless() -> tuple[Useless, ...]:
    """Columns that no field is for."""
    return msgspec.convert(_fields()["none"], tuple[Useless, ...])


def hints(kind: str) -> list[Hint]:
    """Values that headings speak for, in a kind."""
    found = msgspec.convert(_fields()["hint"], list[Hint])
    return [hint for hint in found if hint.kind == kind]


def closeness(tag: str, wanted: str) -> int:
    """How closely a tag fits a listed one: 0 not at all, else one more than its attributes."""
    base, *attributes = tag.split("+")
    of, *needed = wanted.split("+")
    return 1 + len(needed) if base == of and set(needed) <= set(attributes) else 0


def speaks(heading: str, words: tuple[str, ...]) -> int:
    """How well a folded heading fits: 0 not at all, 1 in part, 2 wholly."""
    if heading in words:
        return 2
    return int(any("*" in word and fnmatchcase(heading, word) for word in words))


def _declared(kind: Kind) -> list[Meaning]:
    """Tags and names of a kind's own fields."""
    return [
        Meaning(field.name, tags=(field.held.hxl,) if field.held.hxl else ())
        for field in fields_of(kind.content).values()
    ]


def fits(column: str, tag: str, kind: Kind, names: frozenset[str]) -> list[Fit]:
    """Every way in which a column can be meant, surest first. ``names``: the fields there are."""
    heading = folded(column)
    found: list[Fit] = []
    if "_".join(heading.split()) in names:
        found.append(Fit("_".join(heading.split()), "name", "", 50))
    own = len(_fields().get(kind.name, []))
    listed = [*meanings(kind.name)[:own], *_declared(kind), *meanings(kind.name)[own:]]
    for at, one in enumerate(listed):
        if one.field not in names:
            continue
        first = int(at < own)
        close = max((closeness(tag, wanted) for wanted in one.tags), default=0) if tag else 0
        if close:
            found.append(Fit(one.field, "tag", tag, 100 + 10 * close + first, one.level))
        elif heard := speaks(heading, one.headings):
            found.append(
                Fit(one.field, "heading", "", 20 * heard + first - 10 * one.weak, one.level)
            )
    return sorted(found, key=lambda fit: -fit.weight)  # stable: a kind's own words come first


def unneeded(column: str, tag: str) -> tuple[str, int]:
    """Why no field is for a column, and how surely that is meant; ("", 0) where nothing says so."""
    for one in useless():
        close = max((closeness(tag, wanted) for wanted in one.tags), default=0) if tag else 0
        if close:
            return one.why, 100 + 10 * close + 5
        if heard := speaks(folded(column), one.headings):
            return one.why, 20 * heard + 5
    return "", 0


@cache
def _translations(name: str) -> dict[str, str]:
    listed = _values().get(name, {})
    return {folded(word): code for code, words in listed.items() for word in (code, *words)}


def translated(name: str, labels: dict[str, str], value: str) -> str:
    """The code of a list that a value means; "" where no word says so."""
    told = folded(value)
    own = {folded(word): code for code, label in labels.items() for word in (code, label)}
    return own.get(told) or _translations(name).get(told, "")


def radius(value: str) -> str:
    """Radius in metres that a word for precision means, or the area that it names; ""."""
    told = folded(value)
    for result, words in _values()["accuracy-words"].items():
        if any(fnmatchcase(told, word) for word in words):
            return result
    return ""


def says_sort(value: str) -> bool:
    """Whether a value says what sort of place it was, not where."""
    return folded(value) in _values()["place-sorts"]["sorts"]
