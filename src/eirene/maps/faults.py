"""Why a file is no map."""

from __future__ import annotations

from eirene.errors import EireneError


class BadMap(EireneError):
    """A file that is no base map, or that nobody vouches for; nothing was changed."""

    code = "bad-map"


class NoMap(Exception):
    """The file cannot be shown as a map; ``remedy`` says what to do instead."""

    def __init__(self, rule: str, *, remedy: str = "", field: str = "file") -> None:
        super().__init__(rule)
        self.remedy = remedy
        self.field = field
