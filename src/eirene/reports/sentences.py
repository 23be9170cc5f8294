"""Sentences that stand in the code, said in the language of whoever is served.

An error, a finding or the help of a field is written where it is raised, in
English, with what it is about filled in. It is put into other words at the way
out, in one place, by the sentence itself: ``fr-sentences.json`` holds each with
``{}`` for what is filled in, and what is filled in goes over as it is. So nobody
who raises an error has to know of languages; a sentence that the table does not
have stays English, and ``tests/test_french.py`` names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from eirene.reports.words import LANGUAGES, language, printed, written

HOLE = "{}"
_HOLES = re.compile(r"\{(\d*)\}")
_DEEP = 3
"""A sentence may hold a sentence, and that one another."""


class _Pattern:
    """A sentence with holes, as it is looked for."""

    __slots__ = ("pieces", "said")

    def __init__(self, english: str, said: str) -> None:
        self.pieces = english.split(HOLE)
        self.said = said

    @property
    def exactness(self) -> int:
        """How much of the sentence is told: where two fit, the one that says more is meant."""
        return sum(map(len, self.pieces))

    def given(self, text: str) -> list[str] | None:
        """What the text has in the holes; None: it is another sentence.

        Each piece is taken where it comes first: one look over the text, whatever stands in it.
        """
        first, *middle, last = self.pieces
        if not (text.startswith(first) and text.endswith(last)):
            return None
        end = len(text) - len(last)
        at = len(first)
        found: list[str] = []
        for piece in middle:
            here = text.find(piece, at, end)
            if here < 0:
                return None
            found.append(text[at:here])
            at = here + len(piece)
        return [*found, text[at:end]] if at <= end else None

    def filled(self, given: list[str]) -> str:
        """The sentence in other words; ``{1}`` is the second hole of the English one."""
        holes = iter(given)
        return _HOLES.sub(lambda m: given[int(m[1])] if m[1] else next(holes), self.said)


@cache
def _whole(name: str) -> Mapping[str, str]:
    """Sentences without a hole."""
    table = written(f"{name}-sentences")
    return {english: printed(said) for english, said in table.items() if HOLE not in english}


@cache
def _patterns(name: str) -> list[_Pattern]:
    """Sentences with holes, those that say most first."""
    table = written(f"{name}-sentences")
    found = [_Pattern(english, printed(said)) for english, said in table.items() if HOLE in english]
    return sorted(found, key=lambda one: -one.exactness)


def say(text: str, _deep: int = _DEEP) -> str:
    """The text in the language of whoever is served; as it stands where nobody translated it."""
    name = language()
    if name == LANGUAGES[0] or not text or not _deep:
        return text
    said = _whole(name).get(text)
    if said is not None:
        return said
    for pattern in _patterns(name):
        given = pattern.given(text)
        if given is not None:
            return pattern.filled([say(one, _deep - 1) for one in given])
    return text
