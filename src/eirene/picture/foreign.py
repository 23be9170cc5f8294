"""A database of a stranger, opened for reading only.

Beside the picture, since rooms that take files in know no SQLite. Nothing of its schema is
trusted: no function of a view or trigger of it is run that could do anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import apsw

T = TypeVar("T")


class ForeignDamaged(Exception):
    """It cannot be read, or what was asked of it is not in it."""


class ForeignFile:
    """One database in a file; raises ``ForeignDamaged``."""

    def __init__(self, path: Path) -> None:
        self._db = _told(
            lambda: apsw.Connection(
                f"file:{quote(str(path))}?mode=ro&immutable=1",
                flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
            )
        )
        self._db.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        self._db.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of a query, one at a time."""
        found = _told(lambda: self._db.execute(sql, values))
        while (row := _told(lambda: next(found, None))) is not None:
            yield row


def _told(work: Callable[[], T]) -> T:
    try:
        return work()
    except apsw.Error as error:
        raise ForeignDamaged(str(error)[:80]) from None
