"""Whose list a table is, where the terms of its source forbid passing it on.

A heading is soon renamed, a column soon deleted; what stands in the cells is not. So such a
list is known by a share of its headings, by its HXL tags, by what its values look like, by its
name, and by cells that name it (``known_by`` of its ready mapping). What has all columns that
the ready mapping reads, or most of its own headings, is that list. What has less may be it: its
reports are marked, unless somebody says who permits passing them on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice

import msgspec

from eirene.imports.mapping import Mapping, mapping_named, ready_mappings, used_columns
from eirene.imports.tables import Row, Table

_LOOKED_AT = 300
"""Rows whose values are looked at; fewer of a table with very many columns."""
_MOST_CELLS = 30_000
_LONGEST = 200
"""Characters of a cell that is looked at."""
_LIKELY = 3
"""Headings, or one other sign, from which a table may be that list."""
_SURE = 0.6
"""Of its own headings, from which it is."""
_SURE_AT_LEAST = 5
_SHARE = 0.6
"""Of the filled cells of a column, that look as the list's do."""
_DIFFERENT = 3
"""Different ones among them."""
_LONGEST_NAME = 80
"""Characters of a cell that says who said so; a longer one tells a story that may name anybody."""
_SHOWN = 4
_SIGNS = re.compile(r"[^0-9a-z]+")


class Whose(msgspec.Struct, frozen=True):
    """A list whose terms forbid passing on, as a table was recognised."""

    source: str
    licence: str
    sure: bool
    """It is that list; else it may be."""
    why: tuple[str, ...]
    """Headings, values or a name by which it was known."""
    permitted: str = ""
    """Who permits passing it on, where somebody said so of one that may be it."""

    @property
    def marks(self) -> bool:
        """Whether its reports are marked."""
        return self.sure or not self.permitted


class _Signs:
    """By what one list is known."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.columns = frozenset(used_columns(mapping))
        by = mapping.known_by
        self.headings = {_folded(name): name for name in by.headings}
        self.values = [re.compile(one) for one in by.values]
        self.names = [re.compile(one, re.IGNORECASE) for one in by.names]

    def whose(
        self, table: Table, cells: Sequence[set[str]], texts: Sequence[list[str]]
    ) -> Whose | None:
        if self.columns <= frozenset(table.columns):
            return self._found(sure=True, why=[])
        there = [self.headings[one] for one in map(_folded, table.columns) if one in self.headings]
        if len(there) >= max(_SURE_AT_LEAST, _SURE * len(self.headings)):
            return self._found(sure=True, why=there)
        why = there if len(there) >= _LIKELY else []
        why = [*why, *self._named(table, cells), *self._looks(texts)]
        return self._found(sure=False, why=why) if why else None

    def _found(self, *, sure: bool, why: Iterable[str]) -> Whose:
        told = tuple(dict.fromkeys(why))[:_SHOWN]
        return Whose(self.mapping.source, self.mapping.licence, sure, told)

    def _named(self, table: Table, cells: Sequence[set[str]]) -> Iterable[str]:
        """The file, its sheet, a tag, a heading or a cell that names the list."""
        said = [table.source, table.sheet, *table.tags, *table.columns]
        said += [one for column in cells for one in column if len(one) <= _LONGEST_NAME]
        return [one for one in said if any(name.search(one) for name in self.names)][:1]

    def _looks(self, texts: Sequence[list[str]]) -> Iterable[str]:
        """A value of a column that looks as a column of the list does."""
        for text in texts:
            for sign in self.values:
                hits = [one for one in text if sign.fullmatch(one)]
                if len(set(hits)) >= _DIFFERENT and len(hits) >= _SHARE * len(text):
                    yield hits[0]
                    return


@cache
def _forbidding() -> tuple[_Signs, ...]:
    """The ready lists whose terms forbid passing on."""
    ready = (mapping_named(name) for name in ready_mappings())
    return tuple(_Signs(one) for one in ready if not one.passing_on)


def whose(table: Table) -> Whose | None:
    """The list that a table is, or may be, where its terms forbid passing on; None where no sign
    says so.
    """
    texts: list[list[str]] = [[] for _ in table.columns]
    rows = max(_DIFFERENT, min(_LOOKED_AT, _MOST_CELLS // max(1, len(texts))))
    for row in islice(table.rows(), rows):
        if isinstance(row, Row):
            for text, cell in zip(texts, row.cells, strict=False):
                if isinstance(cell, str) and len(cell) <= _LONGEST and (told := cell.strip()):
                    text.append(told)
    cells = [set(text) for text in texts]
    found = [one for signs in _forbidding() if (one := signs.whose(table, cells, texts))]
    return next((one for one in found if one.sure), found[0] if found else None)


def under_terms(mapping: Mapping, found: Whose | None) -> Mapping:
    """The mapping with the terms of the source whose table this is, whatever mapping its rows are
    brought by.
    """
    if found is None or not found.marks or not mapping.passing_on:
        return mapping
    licence = mapping.licence or f"{found.source}: {found.licence}"
    return msgspec.structs.replace(mapping, passing_on=False, licence=licence)


def _folded(name: str) -> str:
    return _SIGNS.sub("", name.casefold())


__all__ = ["Whose", "under_terms", "whose"]
