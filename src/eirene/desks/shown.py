"""What a person says who decides about a release, and what he is shown before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from eirene.picture import Row
from eirene.picture.ledger import Line
from eirene.release.deciding import Decision
from eirene.reports.envelope import Body


class Who(msgspec.Struct, frozen=True):
    """Who decides, in which sign-in, and why."""

    by: str
    session: str
    reason: str = ""
    role: str = ""


class Drawn(msgspec.Struct, frozen=True):
    """An attachment as it would go with a version: drawn anew, nothing else of the file."""

    id: bytes
    """Of the attachment."""
    jpeg: bytes
    thumbnail: bytes
    """WebP."""


class Words(msgspec.Struct, frozen=True):
    """What goes with somebody's agreement."""

    text: str
    until: datetime | None
    exact: bool
    edit: bool
    shown: bytes
    """Id of the report that he was shown; empty: he does not say."""
    words: str | None
    """What others wrote for the audience, as he was shown it; None: he does not say."""
    pictures: Sequence[Drawn] | None = None
    """Those that he passes with the version; None: as others chose, if they did."""
    seen: frozenset[bytes] | None = None
    """Ids of those that others chose, as he was shown them; None: he does not say."""

    @property
    def bare(self) -> bool:
        """Whether he wants none, whatever others chose."""
        return self.pictures is not None and not self.pictures


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """What one audience would get."""

    decision: Decision
    version: Body | None
    removed: tuple[str, ...] = ()


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One line that waits, with all that a person needs to decide."""

    line: Line
    original: Row
    decision: Decision | None
    version: Body | None
    """What would be made now; None: the rules give nothing any more."""
    removed: tuple[str, ...]
    words: str
    """What somebody who has agreed wrote for this audience; it stands in ``version``."""
    before: Row | None
    """What the audience has."""
    pictures: list[Row]
    """Attachments that may go with it, as pictures alone, if a person says so."""
    chosen: tuple[bytes, ...]
    """Ids of those that somebody who has agreed chose."""
