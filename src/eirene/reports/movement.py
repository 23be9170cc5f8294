"""Movement: somebody or something on the way: patrol, convoy, flight, boat, herd, people.

A later report of the same movement amends the earlier one; each fix stays in
its history.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from eirene.reports.kinds import Codes, Content, Count, Held, Kind

MOVEMENT_TYPE = Codes(
    "movement-type",
    {
        "patrol": "Patrol",
        "convoy": "Convoy",
        "humanitarian": "Humanitarian movement",
        "flight": "Flight",
        "vessel": "Boat or ship",
        "people": "People on the move",
        "herd": "Herd",
        "armed-group": "Armed group",
        "other": "Other",
    },
)
STATE = Codes(
    "movement-state",
    {
        "planned": "Planned",
        "departed": "Departed",
        "at-waypoint": "At waypoint",
        "delayed": "Delayed",
        "stopped": "Stopped",
        "returned": "Returned",
        "complete": "Complete",
        "cancelled": "Cancelled",
        "unknown": "Not known",
    },
)


class Movement(Content, frozen=True, kw_only=True):
    """One movement, at its last known place."""

    type: Annotated[str, MOVEMENT_TYPE, Held("code", "O", "choice")]
    """What moves."""

    state: Annotated[str, STATE, Held("schedule", "O", "choice", "#status")] = "unknown"
    """Where it stands."""

    call_sign: Annotated[str, Meta(max_length=60), Held("unit", "O", "text")] = ""
    """Call sign or registration."""

    unit: Annotated[str, Meta(max_length=120), Held("unit", "O", "text")] = ""
    """Unit or organisation that moves."""

    route: Annotated[str, Meta(max_length=500), Held("route", "OL", "text")] = ""
    """Route in words: way points in order."""

    departs: Annotated[str, Meta(max_length=60), Held("schedule", "O", "text")] = ""
    """Planned departure, as written."""

    arrives: Annotated[str, Meta(max_length=60), Held("schedule", "O", "text")] = ""
    """Expected arrival, as written."""

    purpose_text: Annotated[str, Meta(max_length=300), Held("purpose", "O", "text")] = ""
    """What for."""

    people: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """People on the way."""

    vehicles: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """Vehicles, aircraft or boats."""

    heading_deg: Annotated[
        Annotated[float, Meta(ge=0, le=360)] | UnsetType, Held("route", "O", "number", unit="deg")
    ] = UNSET
    """Course over ground in degrees from true north."""

    speed_mps: Annotated[
        Annotated[float, Meta(ge=0, le=1000)] | UnsetType, Held("route", "O", "number", unit="m/s")
    ] = UNSET
    """Speed over ground in metres per second."""


KIND = Kind(
    name="movement",
    version=1,
    content=Movement,
    title="Movement",
    plural="Movements",
    requires=("occurred",),
    states=tuple(STATE.labels),
    lasting=True,
    symbol="chevron",
    example={
        "kind": "movement",
        "type": "patrol",
        "state": "departed",
        "occurred": "2026-11-25T14:30Z",
        "place": "4.3612 N, 18.5550 E",
        "call_sign": "P-12",
        "summary": "Patrol left for the market",
    },
)
