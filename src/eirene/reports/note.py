"""Note: free words, usually about something else, joined to it by a link.

Invariants
  * It says something: a summary or a narrative.
  * Its words are text, so that it passes no release by itself.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from eirene.reports.incident import MANDATE_TASK
from eirene.reports.kinds import Codes, Content, Held, Kind

NOTE_TYPE = Codes(
    "note-type",
    {
        "comment": "Comment",
        "handover": "Handover of the watch",
        "call": "Call or message",
        "request": "Request for information",
        "answer": "Answer",
        "other": "Other",
    },
)


class Note(Content, frozen=True, kw_only=True):
    """One note. Comment is kept apart from fact by being one of these."""

    type: Annotated[str, NOTE_TYPE, Held("code", "", "choice")] = "comment"
    """What the note is for."""

    mandate_task: Annotated[str, MANDATE_TASK, Held("code", "", "choice")] = ""
    """Group of mandate tasks that it is about."""

    reference: Annotated[str, Meta(max_length=200), Held("source", "S", "text")] = ""
    """Number of this note in the source's own list: a resolution and its task."""

    def fault(self) -> tuple[str, str, str] | None:
        """A note says something."""
        if self.summary or self.narrative:
            return None
        return "summary", "summary is missing: a note is its words.", 'Write for example "text".'


KIND = Kind(
    name="note",
    version=1,
    content=Note,
    title="Note",
    plural="Notes",
    symbol="dot",
    example={
        "kind": "note",
        "type": "comment",
        "summary": "The sector will call again at six",
    },
)
