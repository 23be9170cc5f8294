"""Readiness: what a contributor's unit has, and how far it can be used.

Invariants
  * All of it is own operations. A contributor sees its own line, never another's.
  * Bands, not figures: how weak a unit is to the last vehicle helps nobody who reads it.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from eirene.reports.kinds import Codes, Content, Count, Held, Kind, ShortCode
from eirene.reports.unit import UNIT_TYPE

STATE = Codes(
    "readiness-state",
    {
        "ready": "Ready",
        "limited": "Ready with limits",
        "not-ready": "Not ready",
        "unknown": "Not known",
    },
)
BAND = Codes(
    "readiness-band",
    {
        "90": "90 % or more",
        "75": "75 to 89 %",
        "50": "50 to 74 %",
        "0": "Under 50 %",
        "unknown": "Not known",
    },
)
MEDICAL_LEVEL = Codes(
    "medical-level",
    {"none": "None", "1": "Role 1", "2": "Role 2", "3": "Role 3"},
)


class Readiness(Content, frozen=True, kw_only=True):
    """One return of one unit."""

    contributor: Annotated[ShortCode, Held("unit", "O", "text", passes_as_is=True)]
    """Short code of the state that contributes the unit."""

    type: Annotated[str, UNIT_TYPE, Held("unit", "O", "choice")]
    """What kind of unit."""

    unit: Annotated[str, Meta(min_length=1, max_length=120), Held("unit", "O", "text")]
    """Name of the unit."""

    unit_code: Annotated[ShortCode, Held("unit", "O", "text", passes_as_is=True)] = ""
    """Short code of the unit; no blanks."""

    state: Annotated[str, STATE, Held("unit", "O", "choice", "#status")] = "unknown"
    """Whether it can be used."""

    personnel: Annotated[str, BAND, Held("unit", "O", "choice")] = ""
    """Deployed of the authorised strength."""

    equipment: Annotated[str, BAND, Held("unit", "O", "choice")] = ""
    """Major equipment that works, of what was agreed."""

    sustainment: Annotated[str, BAND, Held("unit", "O", "choice")] = ""
    """Self-sustainment categories that are met."""

    training: Annotated[str, BAND, Held("unit", "O", "choice")] = ""
    """People with the training that was agreed."""

    medical_level: Annotated[str, MEDICAL_LEVEL, Held("unit", "O", "choice")] = ""
    """Medical level."""

    strength: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """People deployed."""

    strength_women: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """Women among them."""

    strength_men: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """Men among them."""

    helicopters: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """Helicopters that can be used."""

    rotates_in: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """Day on which it came in."""

    rotates_out: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """Day on which it leaves."""

    inspected: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """Day of the last inspection."""

    languages: Annotated[str, Meta(max_length=200), Held("unit", "O", "text")] = ""
    """Languages spoken in it."""

    caveats: Annotated[str, Meta(max_length=1000), Held("text", "O", "longtext")] = ""
    """What its state has declared that it may not do."""


KIND = Kind(
    name="readiness",
    version=1,
    content=Readiness,
    title="Readiness return",
    plural="Readiness returns",
    states=tuple(STATE.labels),
    lasting=True,
    symbol="none",
    example={
        "kind": "readiness",
        "contributor": "contributor-a",
        "type": "engineers",
        "unit": "Engineer company",
        "state": "limited",
        "occurred": "2026-11",
        "pcode": "CF711",
        "personnel": "90",
        "equipment": "75",
        "strength": 120,
        "summary": "Two of three graders work",
    },
)
