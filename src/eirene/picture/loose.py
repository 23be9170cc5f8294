"""A database in memory that becomes a file of somebody else's format.

Beside the picture, since rooms that give files out know no SQLite. It holds nothing of the
picture: what goes in was asked for a reader before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw

_PAGE = 4096


class LooseFull(Exception):
    """The file has no more room."""


class LooseFile:
    """One database, in memory alone; ``most`` are the bytes that it may have."""

    def __init__(self, most: int) -> None:
        self._db = apsw.Connection(":memory:")
        self.do(
            f"PRAGMA page_size = {_PAGE}; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = OFF; "
            f"PRAGMA max_page_count = {most // _PAGE}"
        )

    def do(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run statements; ``LooseFull`` where there is no more room."""
        try:
            self._db.execute(sql, tuple(values) or None).fetchall()  # every statement of it
        except apsw.FullError:
            raise LooseFull from None

    def whole(self) -> bytes:
        """The file's bytes; nothing can be done with it after that."""
        made = self._db.serialize("main")
        self._db.close()
        return made
