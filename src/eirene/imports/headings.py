"""Which row names the columns: stated, proven by what follows it, or asked.

A row is a heading where every column that is filled below it has a name in
it, in words. HXL tags prove it too: the row above them, or the tags
themselves. Titles, notes and blank lines above are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from eirene.imports.faults import Choice, UnclearFile
from eirene.imports.tables import filled

SEARCHED = 25
"""Rows among which a heading and HXL tags are looked for."""
LOOKED_AT = 75
"""Rows that are read to find it."""

_TAG = re.compile(r"#[A-Za-z]\w*(?:\s*\+\s*[A-Za-z]\w*)*", re.ASCII)
_NUMBER = re.compile(r"[+-]?[\d.,\s]*\d%?", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d\d(?:\.0)?", re.ASCII)
_ENOUGH = 0.8
_SHOWN = 6
_CHOICES = 12

Numbered = tuple[int, Sequence[Any]]
"""Number of a row, and its cells."""
Groups = Mapping[int, Mapping[int, str]]
"""Of headings that are merged over several columns: their text, by row and column."""

TOTALS = frozenset(
    (
        "total|totals|grand total|total general|total général|sous-total|sous total|subtotal|"
        "sub-total|sub total|total result|somme|sum|suma|totaux"
    ).split("|")
)
_TOTAL_BEGINS = frozenset(
    " \t\n\r\v\f\x1c\x1d\x1e\x1f:" + "".join(word[0] + word[0].upper() for word in TOTALS)
)


class Heading(msgspec.Struct, frozen=True):
    """The row that names the columns."""

    row: int
    cells: tuple[str, ...]
    tags: tuple[str, ...]
    """The HXL tags, one a cell; empty without."""
    last: int
    """Number of the last row that is not data: of the heading, or of the tags below it."""
    facts: tuple[str, ...]


def is_tags(cells: Sequence[Any]) -> bool:
    """Whether a row holds HXL tags and nothing else."""
    texts = [str(cell).strip() for cell in cells if filled(cell)]
    return bool(texts) and all(text[0] == "#" and text[1:2].isalpha() for text in texts)


def heading_of(
    path: Path, rows: Sequence[Numbered], stated: int | None, groups: Groups | None = None
) -> Heading | None:
    """The heading among the first rows of a file; None where no row looks like one.

    Raises ``UnclearFile`` where the stated row is not there or is blank.
    """
    groups = groups or {}
    said = [(number, cells) for number, cells in rows if any(map(filled, cells))]
    if stated is not None:
        return _stated(path, said, stated, groups)
    tagged = [at for at, (_, cells) in enumerate(said[: SEARCHED + 1]) if is_tags(cells)]
    if tagged and tagged[0] < SEARCHED and tagged[0] + 1 not in tagged:  # no list of hashtags
        return _by_tags(said, tagged[0], groups)
    found = proven(said, groups)
    return None if found is None else _plain(said, found, groups, "every column below has a name")


def _stated(path: Path, said: Sequence[Numbered], stated: int, groups: Groups) -> Heading:
    at = next((at for at, (number, _) in enumerate(said) if number == stated), None)
    if at is None:
        raise UnclearFile(
            f"{path.name} has no heading in row {stated}: {shown(said)}.",
            field="file.heading",
            remedy="State the number of the row with the names of the columns: [file] heading = 1.",
            choices=heading_choices(said),
        )
    if is_tags(said[at][1]):
        return _by_tags(said, at, groups, alone=True)
    if at + 1 < len(said) and is_tags(said[at + 1][1]):
        return _by_tags(said, at + 1, groups)
    return _plain(said, at, groups, "stated")


def _plain(said: Sequence[Numbered], at: int, groups: Groups, proof: str) -> Heading:
    number = said[at][0]
    names = grouped(said, at, groups)
    facts = (f"heading in row {number}: {proof}",) if number > 1 or proof == "stated" else ()
    return Heading(number, tuple(names), (), number, facts)


def _by_tags(said: Sequence[Numbered], at: int, groups: Groups, *, alone: bool = False) -> Heading:
    number, cells = said[at]
    tags = tuple(str(cell).strip() if filled(cell) else "" for cell in cells)
    facts = [f"row {number} holds HXL tags and is not data"]
    above = said[at - 1][1] if at and not alone else ()
    width = sum(map(bool, tags))
    if not above or (width > 1 and sum(map(filled, above)) < width / 2):
        facts.append("the tags are the names of the columns: no heading stands above them")
        names, row = list(tags), number
    else:
        names, row = grouped(said, at - 1, groups), said[at - 1][0]
        if row > 1:
            facts.append(f"heading in row {row}: it stands above the tags")
    while len(tags) > len(names) and not tags[-1]:
        tags = tags[:-1]
    wide = max(len(names), len(tags))
    names += [""] * (wide - len(names))
    tags += ("",) * (wide - len(tags))
    facts += _bad_tags(number, tags, names)
    return Heading(row, tuple(names), tags, number, tuple(facts))


def _bad_tags(number: int, tags: Sequence[str], names: Sequence[str]) -> list[str]:
    told: list[str] = []
    for tag, name in zip(tags, names, strict=True):
        if tag and not _TAG.fullmatch(tag):
            mended = "+".join(_mended(part) for part in tag.split("+"))
            told.append(
                f"row {number}: {tag} above column {name!r} is not HXL"
                + (f", perhaps {mended} is meant" if _TAG.fullmatch(mended) else "")
                + "; the tag is not used"
            )
    return told


def _mended(part: str) -> str:
    part = re.sub(r"[^\w#]", "_", part.strip(), flags=re.ASCII)
    return f"{'y' if _YEAR.fullmatch(part) else 'v'}{part}" if part[:1].isdigit() else part


def good_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags in one spelling (``#group +Perp`` is ``#group+perp``), "" in the place of bad ones."""
    return tuple("".join(tag.split()).lower() if _TAG.fullmatch(tag) else "" for tag in tags)


def grouped(said: Sequence[Numbered], at: int, groups: Groups) -> list[str]:
    """Names of a heading row; a name that occurs twice has the merged heading above it before it."""
    names = [as_name(cell) for cell in said[at][1]]
    none: Mapping[int, str] = {}
    above = groups.get(said[at - 1][0], none) if at else none
    twice = {name for name in names if name and names.count(name) > 1} if above else set[str]()
    return [
        f"{above[place]} {name}".strip() if place in above and (name in twice or not name) else name
        for place, name in enumerate(names)
    ]


def as_name(cell: Any) -> str:
    """A heading as text: the year 2022 is no 2022.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip() if filled(cell) else ""


def proven(said: Sequence[Numbered], groups: Groups) -> int | None:
    """The first row in words with a name for (nearly) every column that is filled below it."""
    best: tuple[float, int] | None = None
    for at, (number, cells) in enumerate(said[:SEARCHED]):
        below = said[at + 1 :]
        if not below or not _words(cells):
            continue
        if number in groups and at + 1 < len(said) and _words(said[at + 1][1]):
            continue  # headings over groups of columns: the names stand below them
        used = {place for _, row in below for place, cell in enumerate(row) if filled(cell)}
        names = {place for place, cell in enumerate(cells) if filled(cell)}
        share = len(names & used) / len(used) if used else 0.0
        if len(names) < 2 and len(used) > 1:
            continue
        if share == 1:
            return at
        if share >= _ENOUGH and (best is None or share > best[0]):
            best = (share, at)
    return None if best is None else best[1]


def _words(cells: Sequence[Any]) -> bool:
    """Whether a row is made of words (and years) and could name columns."""
    texts = [cell for cell in cells if filled(cell)]
    plain = [cell for cell in texts if not is_number(cell)]
    others = [cell for cell in texts if is_number(cell)]
    return len(plain) * 2 > len(texts) and all(_YEAR.fullmatch(str(cell)) for cell in others)


def is_number(cell: Any) -> bool:
    """Whether a cell is a number, typed or written."""
    return not isinstance(cell, str) or bool(_NUMBER.fullmatch(cell.strip()))


def is_total(cells: Sequence[Any]) -> bool:
    """Whether a row sums others: its first word says so, and all else in it are numbers."""
    first = cells[0] if cells else None
    if first.__class__ is str and first and first[0].isascii() and first[0] not in _TOTAL_BEGINS:
        return False  # as nearly every row
    first = first if filled(first) else next(filter(filled, cells), None)
    if not isinstance(first, str) or first.strip(" :\t").casefold() not in TOTALS:
        return False
    said = [cell for cell in cells if filled(cell)]
    return len(said) > 1 and all(is_number(cell) for cell in said[1:])


def heading_choices(rows: Sequence[Numbered]) -> tuple[Choice, ...]:
    """The first rows that say something, one of which is to be stated as the heading."""
    said = [(number, [as_name(cell) for cell in cells if filled(cell)]) for number, cells in rows]
    told = [(number, words) for number, words in said if words][:_CHOICES]
    return tuple(Choice("heading", str(number), _few(words)) for number, words in told)


def _few(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word[:24] for word in words[:_SHOWN])


def shown(rows: Sequence[Numbered]) -> str:
    """The first rows that say something, with their first cells, for a question."""
    told: list[str] = []
    for number, cells in rows:
        words = [as_name(cell) for cell in cells if filled(cell)]
        if words:
            told.append(f"row {number}: " + " | ".join(_few(words)))
        if len(told) == _SHOWN:
            break
    return "; ".join(told) or "all rows are blank"
