"""Which reports a reader may see, as the one fragment of SQL that is ever spliced.

Pure: no SQLite here, only text and values. The picture puts ``Rule.sql`` in
the place where it would have written ``report``; SQLite flattens it, so that
the test runs inside the query, where a hidden row can neither count nor take
a place on a page.

The test is on the compartment alone. A role, an organisation or an account
never opens or closes anything here: clearances were resolved before.

**Room for siblings.** Of an original and its versions a reader sees only the
finest that he may. That is one more condition at the end of ``_SQL``:
``AND NOT EXISTS (SELECT 1 FROM finer WHERE finer.coarse = report.rid AND
<the same test, on finer.comp>)``; nothing outside this module changes.
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
_TEST = f"(({_MASK}) >> report.comp) & 1 OR (report.comp > {_IN_MASK} AND report.comp IN ({_LIST}))"
_SQL = f"SELECT report.*, 'compartment' AS reason FROM report WHERE ({_TEST})"


class Rule(msgspec.Struct, frozen=True):
    """A SELECT over ``report`` with all its columns and ``reason``, and its values."""

    sql: str
    params: dict[str, str]


def visibility(reader: Reader) -> Rule:
    """Rows of ``report`` that this reader may see, each with the reason why.

    One text for all readers; the names of their compartments are one bound
    value, a JSON list, so that SQLite keeps what it has compiled.
    """
    return Rule(_SQL, {"reader": _named(reader.compartments)})


@lru_cache(maxsize=256)
def _named(compartments: frozenset[str]) -> str:
    return msgspec.json.encode(sorted(compartments)).decode()
