"""Source: who told us, under a pseudonym, in ``sources`` alone.

Invariants
  * It names the alert or incident by a link; what it names does not name it.
  * A pseudonym, never a name, a number or an address of a person.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from eirene.reports.codes import RELIABILITY
from eirene.reports.kinds import Codes, Content, Held, Kind

CHANNEL = Codes(
    "channel",
    {
        "hotline": "Hotline",
        "radio": "Radio",
        "sms": "Text message",
        "messenger": "Messenger",
        "visit": "Visit",
        "runner": "Runner",
        "meeting": "Meeting",
        "other": "Other",
    },
)


class Source(Content, frozen=True, kw_only=True):
    """One source and how it may be reached."""

    pseudonym: Annotated[str, Meta(min_length=1, max_length=80), Held("source", "SP", "text")]
    """Name in the source register; never the real one."""

    channel: Annotated[str, CHANNEL, Held("source", "S", "choice")] = ""
    """How the source reached us."""

    call_back: Annotated[bool | UnsetType, Held("source", "S", "yesno")] = UNSET
    """Whether the source may be called back."""

    safe_hours: Annotated[str, Meta(max_length=120), Held("source", "S", "text")] = ""
    """When calling back is safe."""

    reliability: Annotated[str, RELIABILITY, Held("source", "S", "choice")] = "F"
    """History of this source. A new source is F."""

    consent: Annotated[str, Meta(max_length=300), Held("source", "S", "text")] = ""
    """What the source agreed to: who may know, what may be done."""


KIND = Kind(
    name="source",
    version=1,
    content=Source,
    title="Source",
    plural="Sources",
    symbol="none",
    only_in=("sources",),
    example={
        "kind": "source",
        "pseudonym": "LARK-7",
        "channel": "hotline",
        "call_back": True,
        "safe_hours": "after 18:00",
        "summary": "Called the hotline",
    },
)
