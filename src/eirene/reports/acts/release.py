"""A release: what was decided about the versions of one report. All of them are the ledger.

It stands in the compartment of the report that it is about, so that its owner
sees who got what. A *line* is one original entity towards one audience; its id
is random and is also the entity of its versions, which so say nothing of the
original.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from eirene.reports.acts import Act
from eirene.reports.envelope import Attachment

DUE, WAITS, APPROVED, REFUSED = "due", "waits", "approved", "refused"
MADE, FROZEN, WITHDRAWN, RECALLED, EXPIRED = "made", "frozen", "withdrawn", "recalled", "expired"

STEPS = {
    DUE: "Will be made in a coming slot",
    WAITS: "Waits for a person",
    APPROVED: "Somebody agreed",
    REFUSED: "Somebody refused",
    MADE: "The version was made",
    FROZEN: "The last version stays until a person decides",
    WITHDRAWN: "Struck through, as the report was",
    RECALLED: "Taken back; its text was removed",
    EXPIRED: "Its time is over; its text was removed",
}
"""What can happen to a line."""


BREAK_GLASS = "break-glass"
"""Stands in ``rule`` where no rule but two people opened a line."""


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened to one line."""

    line: bytes
    """16 random bytes; the entity of the versions."""
    audience: str
    step: str
    data: str = ""
    """Class of the data, as the release matrix names it."""
    rule: str = ""
    mode: str = ""
    due: datetime | None = None
    """Not before this moment."""
    until: datetime | None = None
    """When the version expires; None: it stays."""
    version: bytes = b""
    """Entry hash of the version that was made, or is spoken of."""
    removed: tuple[str, ...] = ()
    """Fields of the original that the version does not have."""
    text: str = ""
    """Words that a person wrote for this audience."""
    pictures: tuple[bytes, ...] = ()
    """Ids of attachments that a person passes with the version, as pictures alone."""
    files: tuple[Attachment, ...] = ()
    """These, drawn anew without anything that the files told, each with its thumbnail."""
    by: str = ""
    """Account that decided; empty: the rule alone."""
    role: str = ""
    """Role in which it decided, for rules that name one."""
    session: str = ""
    """Which sign-in of that account, so that two are two; opens nothing."""
    reason: str = ""
    exact: bool = False
    """Whoever agreed wants it as exact as the rule says, although few could be the source."""


class Release(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened to lines of one original."""

    original: bytes
    """Entry hash of the report that was looked at."""
    owner: str
    entity: bytes
    steps: tuple[Step, ...]


ACT = Act(name="act.release", version=1, content=Release, title="Release")
