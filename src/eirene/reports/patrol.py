"""Patrol: an own patrol as a plan, at a position, or as it reports back.

Invariants
  * It is own operations. Only whether the route is open stands in group ``code``, since
    that alone leaves the mission by itself; whatever says who, when or why does not.
  * People met are groups or functions. Names belong in the source register only.
  * What was seen that matters is a report of its own, linked to the patrol.
  * Never published live.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from eirene.reports.codes import AIM
from eirene.reports.incident import MANDATE_TASK
from eirene.reports.kinds import Codes, Content, Count, Held, Kind, ShortCode
from eirene.reports.movement import ROUTE_STATE
from eirene.reports.route import Waypoints

PATROL_TYPE = Codes(
    "patrol-type",
    {
        "foot": "On foot",
        "vehicle": "By vehicle",
        "air": "By air",
        "riverine": "Riverine or maritime",
        "long-range": "Long range",
        "night": "Night",
        "other": "Other",
    },
)
FORM = Codes(
    "patrol-form",
    {"plan": "Plan", "position": "Own position", "report": "Report after return"},
)
STATE = Codes(
    "patrol-state",
    {
        "planned": "Planned",
        "departed": "Departed",
        "on-task": "On task",
        "delayed": "Delayed",
        "stopped": "Stopped",
        "returned": "Returned",
        "report-filed": "Report filed",
        "cancelled": "Cancelled",
    },
)
JOINT = Codes(
    "joint-with",
    {
        "un-military": "UN military",
        "un-police": "UN police",
        "un-civilian": "UN civilian staff",
        "observers": "Military observers",
        "host-state-forces": "Host-state forces",
        "host-state-police": "Host-state police",
        "other": "Other",
    },
)


class Patrol(Content, frozen=True, kw_only=True):
    """One patrol. A later report of the same patrol amends the earlier one."""

    type: Annotated[str, PATROL_TYPE, Held("unit", "O", "choice")]
    """What kind of patrol."""

    unit: Annotated[str, Meta(min_length=1, max_length=120), Held("unit", "O", "text")]
    """Unit that patrols."""

    unit_code: Annotated[ShortCode, Held("unit", "O", "text", passes_as_is=True)] = ""
    """Short code of the unit that patrols; no blanks."""

    form: Annotated[str, FORM, Held("schedule", "O", "choice")] = "plan"
    """Whether this is the plan, a position on the way, or the report after return."""

    state: Annotated[str, STATE, Held("schedule", "O", "choice", "#status")] = "planned"
    """Where the patrol stands."""

    number: Annotated[str, Meta(max_length=60), Held("unit", "O", "text")] = ""
    """Number of the patrol in the unit's own list."""

    call_sign: Annotated[str, Meta(max_length=60), Held("unit", "O", "text")] = ""
    """Call sign."""

    unit_contributor: Annotated[ShortCode, Held("unit", "O", "text", passes_as_is=True)] = ""
    """Short code of the state that contributes the unit."""

    joint_with: Annotated[tuple[str, ...], JOINT, Held("unit", "O", "many")] = ()
    """Who goes with it."""

    departs: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """Start: a day, or a day and a time; kept in UTC."""

    returns: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """End: a day, or a day and a time; kept in UTC."""

    route: Annotated[str, Meta(max_length=500), Held("route", "OL", "text")] = ""
    """Route in words: way points in order."""

    waypoints: Annotated[Waypoints, Held("route", "OL", "list")] = ()
    """Route as points, in the order of travel."""

    route_state: Annotated[str, ROUTE_STATE, Held("code", "", "choice")] = ""
    """Whether the route can be used."""

    aims: Annotated[tuple[str, ...], AIM, Held("purpose", "O", "many")] = ()
    """What the patrol is for."""

    purpose_text: Annotated[str, Meta(max_length=300), Held("purpose", "O", "text")] = ""
    """Task and purpose in words."""

    mandate_task: Annotated[str, MANDATE_TASK, Held("purpose", "O", "choice")] = ""
    """Group of mandate tasks that it serves."""

    people: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """People in the patrol."""

    people_women: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """Women among them."""

    interpreters: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """Interpreters among them."""

    vehicles: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """Vehicles, aircraft or boats."""

    met: Annotated[str, Meta(max_length=500), Held("text", "SPL", "text")] = ""
    """Places visited and groups or functions met. Never names."""

    mood: Annotated[str, Meta(max_length=1000), Held("text", "S", "longtext")] = ""
    """Mood, needs and rumours among the population."""

    follow_up: Annotated[str, Meta(max_length=500), Held("action", "O", "text")] = ""
    """What is proposed to follow."""


KIND = Kind(
    name="patrol",
    version=1,
    content=Patrol,
    title="Patrol",
    plural="Patrols",
    requires=("occurred",),
    states=tuple(STATE.labels),
    lasting=True,
    symbol="arrow",
    example={
        "kind": "patrol",
        "type": "vehicle",
        "unit": "Company A",
        "form": "plan",
        "state": "planned",
        "occurred": "2026-11-25T14:30Z",
        "place": "4.3612 N, 18.5550 E",
        "departs": "2026-11-26 06:00Z",
        "returns": "2026-11-26 15:00Z",
        "aims": ["presence", "engagement"],
        "route": "Base, market, bridge, base",
        "waypoints": [
            {"latitude": 4.3612, "longitude": 18.555, "after_min": 0, "name": "Base"},
            {"latitude": 4.4103, "longitude": 18.5221, "after_min": 90, "name": "Bridge"},
        ],
        "summary": "Day patrol to the bridge",
    },
)
