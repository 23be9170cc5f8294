"""Hazard: explosive ordnance, mines, a road or bridge that kills. Nine lines.

Invariants
  * Suspected is not confirmed; only mine action changes that.
  * Removing a hazard from the map is a change of state, and a safety act.
  * Construction of a device never leaves technical channels.
  * What passes to the public in civil wording is codes and numbers, never words.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from eirene.reports.kinds import Codes, Content, Count, Held, Kind

HAZARD_TYPE = Codes(
    "hazard-type",
    {
        "mine": "Mine",
        "unexploded-ordnance": "Unexploded ordnance",
        "improvised-device": "Improvised explosive device",
        "abandoned-ammunition": "Abandoned ammunition",
        "suspected-area": "Suspected hazardous area",
        "confirmed-area": "Confirmed hazardous area",
        "road": "Dangerous road or bridge",
        "flood": "Flood",
        "fire": "Fire",
        "chemical": "Chemical, biological, radiological",
        "other": "Other",
    },
)
STATE = Codes(
    "hazard-state",
    {
        "reported": "Reported",
        "marked": "Marked",
        "surveyed-suspected": "Surveyed: suspected",
        "surveyed-confirmed": "Surveyed: confirmed",
        "cancelled": "Cancelled",
        "tasked": "Tasked",
        "cleared": "Cleared",
        "handed-over": "Handed over",
    },
)
PRIORITY = Codes(
    "hazard-priority",
    {
        "immediate": "Immediate",
        "indirect": "Indirect",
        "minor": "Minor",
        "none": "No threat",
    },
)
DELIVERY = Codes(
    "hazard-delivery",
    {
        "dropped": "Dropped",
        "projected": "Projected",
        "placed": "Placed",
        "thrown": "Thrown",
        "improvised": "Improvised",
        "unknown": "Not known",
    },
)
THREATENED = Codes(
    "hazard-threatens",
    {
        "people": "People",
        "homes": "Homes",
        "road": "Road or track",
        "bridge": "Bridge or ford",
        "school": "School",
        "health-facility": "Health facility",
        "water-point": "Water point",
        "market": "Market",
        "fields": "Fields and grazing",
        "displacement-site": "Displacement site",
        "airfield": "Airfield",
        "camp": "Camp or base",
        "other": "Other",
    },
)
PROTECTION = Codes(
    "hazard-protection",
    {
        "marked": "Marked",
        "cordoned": "Cordoned off",
        "guarded": "Guarded",
        "evacuated": "Evacuated",
        "warned": "People warned",
        "none": "Nothing yet",
    },
)


class Hazard(Content, frozen=True, kw_only=True):
    """One hazard. Nobody touches it to find out."""

    type: Annotated[str, HAZARD_TYPE, Held("hazard", "", "choice")]
    """What kind of hazard."""

    state: Annotated[str, STATE, Held("hazard", "", "choice", "#status")] = "reported"
    """Where it stands in its life cycle."""

    priority: Annotated[str, PRIORITY, Held("hazard", "", "choice")] = ""
    """Recommended priority."""

    number: Annotated[Count | UnsetType, Held("hazard", "", "count")] = UNSET
    """How many items."""

    radius_m: Annotated[
        Annotated[float, Meta(ge=0, le=100_000)] | UnsetType, Held("hazard", "", "number", unit="m")
    ] = UNSET
    """Metres to keep away."""

    area_m2: Annotated[
        Annotated[float, Meta(ge=0, le=1e12)] | UnsetType, Held("hazard", "", "number", unit="m²")
    ] = UNSET
    """Square metres of the hazardous area."""

    threatens: Annotated[tuple[str, ...], THREATENED, Held("hazard", "", "many")] = ()
    """What is threatened: people, road, school, water point."""

    protection: Annotated[tuple[str, ...], PROTECTION, Held("hazard", "", "many")] = ()
    """What was done: marked, cordoned, evacuated."""

    delivery: Annotated[str, DELIVERY, Held("technical", "", "choice")] = ""
    """How it came there."""

    safe_approach: Annotated[str, Meta(max_length=300), Held("technical", "OL", "text")] = ""
    """How to come near safely."""

    appearance: Annotated[str, Meta(max_length=500), Held("technical", "", "text")] = ""
    """Size, shape, colour, markings, condition."""

    construction: Annotated[str, Meta(max_length=500), Held("technical", "", "text")] = ""
    """How a device is built and set off. Never released outside technical channels."""

    secondary_suspected: Annotated[bool | UnsetType, Held("technical", "", "yesno")] = UNSET
    """Whether a second device is suspected."""

    chemical_signs: Annotated[bool | UnsetType, Held("technical", "", "yesno")] = UNSET
    """Signs of a chemical, biological or radiological hazard."""

    effect: Annotated[str, Meta(max_length=300), Held("action", "O", "text")] = ""
    """Effect on mission, aid and people."""

    contact: Annotated[str, Meta(max_length=200), Held("contact", "O", "text")] = ""
    """How to reach who reports it: frequency and call sign, function and phone of an office."""

    reference: Annotated[str, Meta(max_length=200), Held("source", "S", "text")] = ""
    """Number of this hazard in the source's own list."""


KIND = Kind(
    name="hazard",
    version=1,
    content=Hazard,
    title="Hazard",
    plural="Hazards",
    requires=("occurred", "place"),
    states=tuple(STATE.labels),
    lasting=True,
    symbol="cross",
    example={
        "kind": "hazard",
        "type": "unexploded-ordnance",
        "occurred": "2026-11-25T14:30Z",
        "place": "4.3612 N, 18.5550 E",
        "priority": "immediate",
        "threatens": ["road", "school"],
        "summary": "Shell beside the road, children near",
    },
)
