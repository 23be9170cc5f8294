"""Why a file or a mapping is not imported; nothing is written when these are raised."""

from __future__ import annotations

from eirene.errors import EireneError


class UnclearFile(EireneError):
    """A file, or a column of it, that cannot be read, or not in one way only."""

    code = "unclear-file"


class BadMapping(EireneError):
    """A mapping that does not fit its kind or the file; ``field`` is its place in the mapping."""

    code = "bad-mapping"
