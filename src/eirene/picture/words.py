"""Texts to plain words, the same for what is stored and for what is asked.

Accents, case, the form of apostrophes and the hamza on an alef do not tell words apart. Everything
that is neither letter nor digit separates words, so that no operator of the
index can be reached from a text: what is left holds nothing but letters and digits.

In the index each word begins with the mark of its report's compartment. A question
names only those of its reader, so that words of other compartments are never touched:
how long an answer takes does not tell that they are there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, get_args, get_origin

import msgspec

from eirene.reports.envelope import Body
from eirene.reports.kinds import Codes, Kind, fields_of, kinds

_SAME = {
    "\u0640": "",  # tatweel, which only stretches a word
    "\u0671": "\u0627",  # alef wasla
    "\u0649": "\u064a",  # alef maksura
    "\u0629": "\u0647",  # ta marbuta
    "\u06cc": "\u064a",  # Persian ya
    "\u06a9": "\u0643",  # Persian kaf
}
_FIRST_MARK = 0xF0000
"""A character for each compartment, from a plane that no text uses: words hold none of them."""
_SIGNS = re.compile("[\u2010-\u2027\u2030-\u203a\u00ab\u00bb]+")
_MARKS = re.compile("[\u0300-\u036f\u0653-\u0655]+")


class _Plain(dict[int, str]):
    """What each character becomes, worked out once for each."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in _SAME:
            plain = _SAME[char]
        elif unicodedata.category(char) == "Mn":
            plain = ""
        elif char.isdecimal():
            plain = str(unicodedata.decimal(char))
        elif char.isalnum():
            plain = "".join(
                c for c in unicodedata.normalize("NFKD", char.casefold()) if c.isalnum()
            )
            if 0x3040 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF:
                plain = f" {plain} "  # scripts that put no space between words
        else:
            plain = " "
        self[code] = plain
        return plain


_plain = _Plain()


def plain_text(text: str) -> str:
    """The text as plain words with single or more spaces between them."""
    if not text.isascii():
        # what is left after this is mostly ASCII, for which translate has a faster way
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
        if not text.isascii():
            text = _SIGNS.sub(" ", text)
    return text.translate(_plain)


def plain_words(text: str) -> list[str]:
    """The plain words of a text, in order."""
    return plain_text(text).split()


def marked(words: Iterable[str], compartment: int) -> str:
    """Words as they stand in the index, with a space between them."""
    mark = chr(_FIRST_MARK + compartment)
    return mark + f" {mark}".join(words)


def unmarked(term: str) -> str:
    """The word of a term of the index."""
    return term[1:]


def match_of(text: str, compartments: Iterable[int]) -> str | None:
    """A full-text question for reports of these compartments that hold all words of a text.

    None where no report can: the text has no words, or there are no compartments.
    """
    found = list(dict.fromkeys(plain_words(text)))
    if not found:
        return None
    asked = (marked(found, comp).split() for comp in compartments)
    each = (" AND ".join(f'"{term}"' for term in terms) for terms in asked)
    return " OR ".join(f"({one})" for one in each) or None


@cache  # what a kind declares does not change, and pictures are opened again and again
def _coded(of: Any) -> frozenset[str]:
    """Names of fields, at any depth, that hold codes: they are filtered, not searched."""
    found: set[str] = set()
    for field in msgspec.structs.fields(of):
        found |= _coded_in(field.encode_name, field.type)
    return frozenset(found)


def _coded_in(name: str, hint: Any) -> set[str]:
    if get_origin(hint) is Annotated:
        inner, *marks = get_args(hint)
        return {name} if any(isinstance(mark, Codes) for mark in marks) else _coded_in(name, inner)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return set(_coded(hint))
    return {coded for part in get_args(hint) for coded in _coded_in(name, part)}


class Texts:
    """Which texts of a kind are searched, and the words of its codes."""

    def __init__(self, kind: Kind | None) -> None:
        self.skip = _coded(kind.content) if kind else frozenset[str]()
        fields = fields_of(kind.content) if kind else {}
        codes = fields["type"].codes if "type" in fields else None
        self.labels: Mapping[str, str] = codes.labels if codes else {}

    def of(self, body: Body, content: Mapping[str, Any]) -> list[str]:
        """Everything in this report that can be searched, as plain words."""
        parts = [body.owner, body.source]
        if body.place is not None:
            parts += (body.place.text, body.place.name, body.place.pcode)
        kind_type = content.get("type")
        if isinstance(kind_type, str):
            parts.append(self.labels.get(kind_type, ""))
        self._gather(content, parts)
        return plain_words(" ".join(parts))

    def _gather(self, values: Mapping[str, Any], parts: list[str]) -> None:
        for name, value in values.items():
            of = value.__class__
            if of is str:
                if name not in self.skip:
                    parts.append(value)
            elif (of is dict or of is list) and name not in self.skip:
                self._add(name, value, parts)

    def _add(self, name: str, value: Any, parts: list[str]) -> None:
        if isinstance(value, str):
            parts.append(value)
        elif isinstance(value, dict):
            self._gather(value, parts)  # pyright: ignore[reportUnknownArgumentType]
        elif isinstance(value, list):
            for item in value:  # pyright: ignore[reportUnknownVariableType]
                self._add(name, item, parts)


def texts() -> dict[str, Texts]:
    """Searched texts by kind; "" is for kinds that this version does not know."""
    found = {name: Texts(kind) for name, kind in kinds().items()}
    return found | {"": Texts(None)}
