"""Which reports a reader may see, as the one fragment of SQL that is ever spliced.

Pure: no SQLite here, only text and values. The picture puts ``Sight.sql`` in
the place where it would have written ``report``; SQLite flattens it, so that
the test runs inside the query, where a hidden row can neither count nor take
a place on a page.

The test is on the compartment alone. A role, an organisation or an account
never opens or closes anything here: clearances were resolved before.

Of an original and its versions a reader sees only the finest that he may. The
picture keeps beside each version the set of compartments in which a finer one
stands (``report.finer``, one number for each set there is).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from eirene.release.reader import Reader

READER = "reader"
"""Names the value that ``bits`` turns into the values that the test asks for."""

_WORD = 64
"""Bits of a mask: one shift of it tests a number, several times cheaper a row than a
look-up in a list, and, since masks are made before the first row, at the same cost for all."""
_WORDS = 8
"""Masks, for compartments, and for sets, numbered below 512. Those above go by a list."""


def bits(cleared: Iterable[int], hiding: Iterable[int]) -> dict[str, Any]:
    """The values of the test, for a reader, by the numbers that the picture gives.

    ``cleared``: his compartments. ``hiding``: sets of compartments (``report.finer``)
    that one of his is in.
    """
    return _masks("cleared", cleared) | _masks("hiding", hiding)


def _masks(name: str, numbers: Iterable[int]) -> dict[str, Any]:
    """A bit for each number. The bit of the lowest is the highest of its mask: a shift by
    the number makes it the sign, which SQLite tests at once.
    """
    masks = [0] * _WORDS
    above: list[int] = []
    for number in numbers:
        word, bit = divmod(number, _WORD)
        if word < _WORDS:
            masks[word] |= 1 << (_WORD - 1 - bit)
        else:
            above.append(number)
    found: dict[str, Any] = {
        f"{name}_{at}": mask - (mask >> (_WORD - 1) << _WORD) for at, mask in enumerate(masks)
    }
    return found | {f"{name}_above": msgspec.json.encode(above).decode()}


def _shifted(name: str, column: str, low: int, high: int) -> str:
    """The mask, of so many, that holds the bit of a column's number, with that bit in front."""
    if high - low == 1:
        return f":{name}_{low} << ({column} - {low * _WORD})" if low else f":{name}_0 << {column}"
    # nearly all numbers are in the first mask; the others are halved
    middle = 1 if low == 0 else (low + high) // 2
    less, more = _shifted(name, column, low, middle), _shifted(name, column, middle, high)
    return f"iif({column} < {middle * _WORD}, {less}, {more})"


def _among(name: str, column: str) -> str:
    """Whether a column holds one of the numbers of this name."""
    above = f"{column} IN (SELECT value FROM json_each(:{name}_above))"
    masks = _shifted(name, column, 0, _WORDS)
    return f"iif({column} < {_WORDS * _WORD}, {masks} < 0, {above})"


def cleared(column: str) -> str:
    """The test of a column of compartment numbers; the caller binds ``Sight.params``."""
    return _among("cleared", column)


_FINEST = f"(report.finer IS NULL OR NOT {_among('hiding', 'report.finer')})"
_KNOWN_THEN = (
    "SELECT 1 FROM finer f CROSS JOIN report o ON o.entity8 = f.entity8 AND o.comp = f.comp "
    "AND o.owner = f.owner WHERE f.coarse8 = report.entity8 AND f.by = report.owner "
    f"AND o.received <= :as_of AND ({cleared('o.comp')})"
)
_FINEST_THEN = f"(report.finer IS NULL OR NOT EXISTS ({_KNOWN_THEN}))"
_SEEN = f"SELECT report.*, 'compartment' AS reason FROM report WHERE ({cleared('report.comp')})"
_SQL = f"{_SEEN} AND {_FINEST}"
_SQL_THEN = f"{_SEEN} AND {_FINEST_THEN}"
_SQL_HIDDEN = f"{_SEEN} AND NOT {_FINEST}"


class Sight(msgspec.Struct, frozen=True):
    """A SELECT over ``report`` with all its columns and ``reason``, and its values."""

    sql: str
    params: dict[str, Any]
    """For ``Reading.rows``, which knows the numbers of the reader's compartments."""


def visibility(reader: Reader, *, then: bool = False) -> Sight:
    """Rows of ``report`` that this reader may see, each with the reason why.

    One text for all readers; their compartments are bound, so that SQLite keeps
    what it has compiled. ``then``: a finer version hides a coarser one only where
    the node knew it at ``:as_of``, which the caller binds.
    """
    return Sight(_SQL_THEN if then else _SQL, {READER: reader.compartments})


def outshone(reader: Reader) -> Sight:
    """Rows that this reader could see, but for a finer version that he sees instead.

    Only for telling a live stream what has gone from a reader's sight.
    """
    return Sight(_SQL_HIDDEN, {READER: reader.compartments})
