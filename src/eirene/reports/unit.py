"""Unit: an own unit, where it is and what it can do.

Invariants
  * All of it is own operations: no field passes a release but in group ``unit``,
    ``schedule``, ``contact`` or ``text``.
  * Never published live.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from eirene.reports.kinds import Codes, Content, Count, Held, Kind, ShortCode

UNIT_TYPE = Codes(
    "unit-type",
    {
        "headquarters": "Headquarters",
        "infantry": "Infantry",
        "formed-police": "Formed police unit",
        "police-officers": "Individual police officers",
        "observers": "Military observers",
        "engineers": "Engineers",
        "aviation": "Aviation",
        "medical": "Medical",
        "logistics": "Logistics",
        "signals": "Signals",
        "riverine": "Riverine or maritime",
        "explosive-ordnance-disposal": "Explosive ordnance disposal",
        "civilian-team": "Civilian team",
        "other": "Other",
    },
)
STATE = Codes(
    "unit-state",
    {
        "available": "Available",
        "tasked": "Tasked",
        "responding": "Responding",
        "resting": "Resting",
        "not-available": "Not available",
        "unknown": "Not known",
    },
)


class Unit(Content, frozen=True, kw_only=True):
    """One unit as it stands."""

    type: Annotated[str, UNIT_TYPE, Held("unit", "O", "choice")]
    """What kind of unit."""

    name: Annotated[str, Meta(min_length=1, max_length=120), Held("unit", "O", "text")]
    """Name of the unit."""

    unit_code: Annotated[ShortCode, Held("unit", "O", "text", passes_as_is=True)] = ""
    """Short code of the unit; no blanks."""

    state: Annotated[str, STATE, Held("unit", "O", "choice", "#status")] = "unknown"
    """What it can do now."""

    call_sign: Annotated[str, Meta(max_length=60), Held("unit", "O", "text")] = ""
    """Call sign."""

    contributor: Annotated[str, Meta(max_length=80), Held("unit", "O", "text")] = ""
    """Country that contributes it."""

    unit_contributor: Annotated[ShortCode, Held("unit", "O", "text", passes_as_is=True)] = ""
    """Short code of the state that contributes the unit."""

    parent: Annotated[str, Meta(max_length=120), Held("unit", "O", "text")] = ""
    """Unit or headquarters above it."""

    strength: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """People in the unit."""

    strength_women: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """Women among them."""

    strength_men: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """Men among them."""

    vehicles: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """Vehicles, aircraft or boats that can be used."""

    notice_min: Annotated[
        Annotated[float, Meta(ge=0, le=100_000)] | UnsetType,
        Held("schedule", "O", "number", unit="min"),
    ] = UNSET
    """Minutes from order to moving."""

    contact: Annotated[str, Meta(max_length=200), Held("contact", "O", "text")] = ""
    """How to reach its duty officer: frequency, phone of the post."""


KIND = Kind(
    name="unit",
    version=1,
    content=Unit,
    title="Unit",
    plural="Units",
    states=tuple(STATE.labels),
    lasting=True,
    symbol="flag",
    example={
        "kind": "unit",
        "type": "infantry",
        "name": "Company A",
        "state": "available",
        "place": "4.3612 N, 18.5550 E",
        "strength": 120,
        "summary": "Company A at its base",
    },
)
