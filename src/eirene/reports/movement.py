"""Movement: somebody or something on the way: patrol, convoy, flight, boat, herd, people.

Invariants
  * A later report of the same movement amends the earlier one; each fix stays
    in its history.
  * Outside the mission it says only whether the route is open: that alone stands in
    group ``code``.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from eirene.reports.codes import AIM
from eirene.reports.kinds import Codes, Content, Count, Held, Kind, ShortCode
from eirene.reports.route import Waypoints

MODE = Codes(
    "movement-mode",
    {
        "foot": "On foot",
        "vehicle": "By vehicle",
        "air": "By air",
        "boat": "By boat or ship",
        "animal": "With animals",
        "mixed": "Mixed",
        "other": "Other",
    },
)
ESCORT = Codes(
    "escort",
    {
        "none": "None",
        "un-military": "UN military",
        "un-police": "UN police",
        "host-state-forces": "Host-state forces",
        "private-security": "Private security",
        "other": "Other",
    },
)
ROUTE_STATE = Codes(
    "route-state",
    {"open": "Open", "restricted": "Restricted", "closed": "Closed", "unknown": "Not known"},
)
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

    type: Annotated[str, MOVEMENT_TYPE, Held("unit", "O", "choice")]
    """What moves."""

    state: Annotated[str, STATE, Held("schedule", "O", "choice", "#status")] = "unknown"
    """Where it stands."""

    call_sign: Annotated[str, Meta(max_length=60), Held("unit", "O", "text")] = ""
    """Call sign or registration."""

    unit: Annotated[str, Meta(max_length=120), Held("unit", "O", "text")] = ""
    """Unit or organisation that moves."""

    unit_code: Annotated[ShortCode, Held("unit", "O", "text", passes_as_is=True)] = ""
    """Short code of the unit that moves; no blanks."""

    unit_contributor: Annotated[ShortCode, Held("unit", "O", "text", passes_as_is=True)] = ""
    """Short code of the state that contributes the unit."""

    mode: Annotated[str, MODE, Held("unit", "O", "choice")] = ""
    """How it moves."""

    route: Annotated[str, Meta(max_length=500), Held("route", "OL", "text")] = ""
    """Route in words: way points in order."""

    waypoints: Annotated[Waypoints, Held("route", "OL", "list")] = ()
    """Route as points, in the order of travel."""

    destination: Annotated[str, Meta(max_length=200), Held("route", "OL", "text")] = ""
    """Where it goes."""

    route_state: Annotated[str, ROUTE_STATE, Held("code", "", "choice")] = ""
    """Whether the route can be used."""

    departs: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """Planned departure: a day, or a day and a time; kept in UTC."""

    arrives: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """Expected arrival: a day, or a day and a time; kept in UTC."""

    purpose_text: Annotated[str, Meta(max_length=300), Held("purpose", "O", "text")] = ""
    """What for."""

    aims: Annotated[tuple[str, ...], AIM, Held("purpose", "O", "many")] = ()
    """What an own movement is for, as codes."""

    people: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """People on the way."""

    people_women: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """Women among them."""

    vehicles: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """Vehicles, aircraft or boats."""

    cargo: Annotated[str, Meta(max_length=200), Held("object", "O", "text")] = ""
    """What is carried, as a class of goods."""

    escort: Annotated[str, ESCORT, Held("object", "O", "choice")] = ""
    """Armed escort."""

    contact: Annotated[str, Meta(max_length=200), Held("contact", "O", "text")] = ""
    """How to reach it on the way: frequency, satellite phone."""

    heading_deg: Annotated[
        Annotated[float, Meta(ge=0, le=360)] | UnsetType, Held("route", "O", "number", unit="deg")
    ] = UNSET
    """Course over ground in degrees from true north."""

    speed_mps: Annotated[
        Annotated[float, Meta(ge=0, le=1000)] | UnsetType, Held("route", "O", "number", unit="m/s")
    ] = UNSET
    """Speed over ground in metres per second."""

    altitude_m: Annotated[
        Annotated[float, Meta(ge=-500, le=50_000)] | UnsetType,
        Held("route", "O", "number", unit="m"),
    ] = UNSET
    """Metres above sea level, of aircraft."""


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
