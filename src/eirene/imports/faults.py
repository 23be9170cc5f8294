"""Why a file or a mapping is not imported; nothing is written when these are raised."""

from __future__ import annotations

from typing import Any

import msgspec

from eirene.errors import EireneError


class Choice(msgspec.Struct, frozen=True):
    """One way in which a file may be meant."""

    rule: str
    """What of ``FileRules`` to state: sheet, heading, dates ..."""
    value: str
    """And as what: a name of a sheet, the number of a row, an order."""
    shown: tuple[str, ...] = ()
    """How the file reads then: its first cells."""


class UnclearFile(EireneError):
    """A file, or a column of it, that cannot be read, or not in one way only."""

    code = "unclear-file"

    def __init__(self, message: str, *, choices: tuple[Choice, ...] = (), **told: Any) -> None:
        """``choices``: among what a person can choose, where it can be listed."""
        super().__init__(message, **told)
        self.choices = choices


class BadMapping(EireneError):
    """A mapping that does not fit its kind or the file; ``field`` is its place in the mapping."""

    code = "bad-mapping"
