"""Which reports a reader may see, as the one fragment of SQL that is ever spliced.

Pure: no SQLite here, only text and values. The picture puts ``Rule.sql`` in
the place where it would have written ``report``; SQLite flattens it, so that
the test runs inside the query, where a hidden row can neither count nor take
a place on a page.

The test is on the compartment alone. A role, an organisation or an account
never opens or closes anything here: clearances were resolved before.

**Room for siblings.** Of an original and its versions a reader sees only the
finest that he may. That is one more condition at the end of ``_TEST``:
``AND NOT EXISTS (SELECT 1 FROM finer WHERE finer.coarse = report.rid AND
<the same test on finer.comp>)``; nothing outside this module changes.
"""

from __future__ import annotations

import msgspec

from eirene.release.reader import Reader

_IN_MASK = 62
"""Compartments numbered up to this are tested by one shift of a mask: three times
cheaper a row than a look-up in a list. Later ones go by the list."""

_TEST = """
((SELECT coalesce(sum(1 << id), 0) FROM compartment
  WHERE id <= {most} AND name IN ({names})) >> report.comp) & 1
OR report.comp IN (SELECT id FROM compartment WHERE id > {most} AND name IN ({names}))
"""


class Rule(msgspec.Struct, frozen=True):
    """A SELECT over ``report`` with all its columns and ``reason``, and its values."""

    sql: str
    params: dict[str, str]


def visibility(reader: Reader) -> Rule:
    """Rows of ``report`` that this reader may see, each with the reason why."""
    names = sorted(reader.compartments)
    params = {f"reader_{at}": name for at, name in enumerate(names)}
    bound = ", ".join(f":{key}" for key in params)
    test = " ".join(_TEST.format(most=_IN_MASK, names=bound).split())
    return Rule(f"SELECT report.*, 'compartment' AS reason FROM report WHERE ({test})", params)


def marks(reader: Reader) -> Rule:
    """Compartments of this reader as rows ``id, name``: for what is kept a compartment."""
    rule = visibility(reader)
    bound = ", ".join(f":{key}" for key in rule.params)
    return Rule(f"SELECT id, name FROM compartment WHERE name IN ({bound})", rule.params)
