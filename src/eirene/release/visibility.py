"""Which reports a reader may see, as the one fragment of SQL that is ever spliced.

Pure: no SQLite here, only text and values. The picture puts ``Sight.sql`` in
the place where it would have written ``report``; SQLite flattens it, so that
the test runs inside the query, where a hidden row can neither count nor take
a place on a page.

The test is on the compartment alone. A role, an organisation or an account
never opens or closes anything here: clearances were resolved before.

Of an original and its versions a reader sees only the finest that he may. The
picture keeps beside each version the set of compartments in which a finer one
stands (``report.finer``, one number for each set there is); the sets that hide
something from this reader are looked up once a query, not once a row.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from eirene.release.reader import Reader

_IN_MASK = 62
"""Compartments numbered up to this are tested by one shift of a mask: three times
cheaper a row than a look-up in a list. Later ones go by the list."""

_CLEARED = (
    "json_each(:reader) AS cleared CROSS JOIN compartment ON compartment.name = cleared.value"
)
_MASK = f"SELECT coalesce(sum(1 << compartment.id), 0) FROM {_CLEARED} WHERE compartment.id <= {_IN_MASK}"
_LIST = f"SELECT compartment.id FROM {_CLEARED} WHERE compartment.id > {_IN_MASK}"


def _cleared(column: str) -> str:
    return f"(({_MASK}) >> {column}) & 1 OR ({column} > {_IN_MASK} AND {column} IN ({_LIST}))"


_HIDING = f"SELECT s.id FROM finer_set s WHERE {_cleared('s.comp')}"
_FINEST = f"(report.finer IS NULL OR report.finer NOT IN ({_HIDING}))"
_KNOWN_THEN = (
    "SELECT 1 FROM finer f CROSS JOIN report o ON o.entity8 = f.entity8 AND o.comp = f.comp "
    "AND o.owner = f.owner WHERE f.coarse8 = report.entity8 AND f.by = report.owner "
    f"AND o.received <= :as_of AND ({_cleared('o.comp')})"
)
_FINEST_THEN = f"(report.finer IS NULL OR NOT EXISTS ({_KNOWN_THEN}))"
_SEEN = f"SELECT report.*, 'compartment' AS reason FROM report WHERE ({_cleared('report.comp')})"
_SQL = f"{_SEEN} AND {_FINEST}"
_SQL_THEN = f"{_SEEN} AND {_FINEST_THEN}"
_SQL_HIDDEN = f"{_SEEN} AND NOT {_FINEST}"


class Sight(msgspec.Struct, frozen=True):
    """A SELECT over ``report`` with all its columns and ``reason``, and its values."""

    sql: str
    params: dict[str, str]


def visibility(reader: Reader, *, then: bool = False) -> Sight:
    """Rows of ``report`` that this reader may see, each with the reason why.

    One text for all readers; the names of their compartments are one bound
    value, a JSON list, so that SQLite keeps what it has compiled. ``then``: a
    finer version hides a coarser one only where the node knew it at ``:as_of``,
    which the caller binds.
    """
    return Sight(_SQL_THEN if then else _SQL, {"reader": _named(reader.compartments)})


def outshone(reader: Reader) -> Sight:
    """Rows that this reader could see, but for a finer version that he sees instead.

    Only for telling a live stream what has gone from a reader's sight.
    """
    return Sight(_SQL_HIDDEN, {"reader": _named(reader.compartments)})


def cleared(column: str) -> str:
    """The test of a column of compartment numbers; the caller binds ``Sight.params``."""
    return _cleared(column)


@lru_cache(maxsize=256)
def _named(compartments: frozenset[str]) -> str:
    return msgspec.json.encode(sorted(compartments)).decode()
