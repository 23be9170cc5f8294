"""Notification: a humanitarian site or movement that parties to the conflict are told of.

Invariants
  * It is given for deconfliction, and feeds no analysis of whoever gave it.
  * It asks for no permission and changes no duty of a party: notifying is voluntary.
  * ``parties`` stands in group ``text``, which stops at the notification desk: no party
    learns from it which others were told.
  * What each party answered is a report of its own (``acknowledgement``).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from eirene.reports.kinds import Codes, Content, Count, Held, Kind, ShortCode
from eirene.reports.movement import ESCORT, MODE
from eirene.reports.movement import STATE as PROGRESS
from eirene.reports.route import Waypoints
from eirene.reports.site import SITE_TYPE

FORM = Codes("notification-form", {"site": "Static site", "movement": "Movement"})
STATE = Codes(
    "notification-state",
    {
        "draft": "Draft",
        "submitted": "Submitted",
        "checked": "Checked, position read back",
        "transmitted": "Transmitted",
        "acknowledged": "Acknowledged",
        "silent": "No answer",
        "rejected": "Rejected",
        "active": "Active",
        "amended": "Amended, transmitted again",
        "expired": "Expired",
        "withdrawn": "Withdrawn by the organisation",
    },
)
CARGO = Codes(
    "cargo-class",
    {
        "none": "None",
        "staff": "Staff",
        "patients": "Patients or evacuated people",
        "food": "Food",
        "medical": "Medical supplies",
        "water-sanitation": "Water and sanitation",
        "shelter": "Shelter and household items",
        "fuel": "Fuel",
        "equipment": "Equipment",
        "other": "Other",
    },
)
PROTECTIVE = Codes(
    "protective-marking",
    {
        "flag": "Flag",
        "roof": "Roof marking",
        "walls": "Marking on walls or doors",
        "vehicles": "Marking on vehicles",
        "light": "Lights at night",
        "none": "Not marked",
    },
)


class Notification(Content, frozen=True, kw_only=True):
    """One notification. Its place is the site, or where the movement starts."""

    form: Annotated[str, FORM, Held("code", "", "choice")]
    """Static site or movement."""

    state: Annotated[str, STATE, Held("code", "", "choice", "#status")] = "draft"
    """Where the notification stands in its life cycle."""

    serial: Annotated[ShortCode, Held("code", "", "text", passes_as_is=True)] = ""
    """Serial number under which it is sent to the parties; no blanks."""

    organisation_code: Annotated[
        ShortCode, Held("code", "O", "text", "#org+code", passes_as_is=True)
    ] = ""
    """Short code of the organisation whose site or movement it is."""

    organisation_name: Annotated[
        str, Meta(max_length=200), Held("contact", "O", "text", "#org")
    ] = ""
    """Organisation whose site or movement it is."""

    parties: Annotated[
        tuple[ShortCode, ...], Meta(max_length=50), Held("text", "O", "list", passes_as_is=True)
    ] = ()
    """Short codes of the parties that are to be told: `north`, if it reads in `party-north`."""

    object_type: Annotated[str, SITE_TYPE, Held("object", "LO", "choice")] = ""
    """What the site is; of a movement: what it goes to."""

    object_name: Annotated[str, Meta(max_length=200), Held("object", "LO", "text")] = ""
    """Name of the site, in the local script where there is one."""

    address: Annotated[str, Meta(max_length=300), Held("object", "L", "text")] = ""
    """Address in the local script."""

    function: Annotated[str, Meta(max_length=200), Held("object", "LO", "text")] = ""
    """What it is used for now, more closely."""

    marked: Annotated[tuple[str, ...], PROTECTIVE, Held("object", "L", "many")] = ()
    """How it is marked."""

    marked_text: Annotated[str, Meta(max_length=300), Held("object", "LO", "text")] = ""
    """Marking in words: emblem, colours, plates."""

    footprint_m: Annotated[
        Annotated[float, Meta(ge=0, le=10_000)] | UnsetType, Held("object", "L", "number", unit="m")
    ] = UNSET
    """Radius around the place that holds the whole site, in metres."""

    people: Annotated[Count | UnsetType, Held("object", "PO", "count")] = UNSET
    """People there or on the way, roughly."""

    owner_consents: Annotated[bool | UnsetType, Held("object", "", "yesno")] = UNSET
    """Whether the owner of the building agrees."""

    confirmed: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """Day on which place and function were last confirmed on site."""

    valid_from: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """First day for which this holds."""

    valid_until: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """Last day for which this holds; after it, it must be confirmed again."""

    progress: Annotated[str, PROGRESS, Held("schedule", "O", "choice")] = ""
    """Movement: where it is now."""

    departs: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """Movement: planned departure, a day, or a day and a time; kept in UTC."""

    arrives: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """Movement: expected end; kept in UTC."""

    route: Annotated[str, Meta(max_length=500), Held("route", "LO", "text")] = ""
    """Movement: route in words, with alternatives, stops and nights."""

    waypoints: Annotated[Waypoints, Held("route", "LO", "list")] = ()
    """Movement: route as points, in the order of travel."""

    mode: Annotated[str, MODE, Held("object", "O", "choice")] = ""
    """Movement: how it moves."""

    vehicles: Annotated[Count | UnsetType, Held("object", "O", "count")] = UNSET
    """Movement: vehicles, aircraft or boats."""

    cargo_classes: Annotated[tuple[str, ...], CARGO, Held("object", "O", "many")] = ()
    """Movement: what is carried, as classes."""

    escort: Annotated[str, ESCORT, Held("object", "O", "choice")] = ""
    """Movement: armed escort."""

    call_sign: Annotated[str, Meta(max_length=60), Held("contact", "O", "text")] = ""
    """Movement: call sign and satellite phone on the way."""

    contact: Annotated[str, Meta(max_length=200), Held("contact", "O", "text", "#contact")] = ""
    """Function and number that answer day and night."""

    contact_personal: Annotated[
        str, Meta(max_length=300), Held("contact-personal", "P", "text")
    ] = ""
    """Focal point as a person, for the notification desk alone."""

    def fault(self) -> tuple[str, str, str] | None:
        """A site says what it is, a movement when it starts, once it is more than a draft."""
        if self.state == "draft":
            return None
        if self.form == "site" and not self.object_type:
            return (
                "object_type",
                "object_type is missing: a site that is notified says what it is.",
                f"Use one of: {', '.join(SITE_TYPE.open_codes())}.",
            )
        if self.form == "movement" and not self.departs:
            return (
                "departs",
                "departs is missing: a movement that is notified says when it starts.",
                'Write for example "2026-11-26 06:00Z".',
            )
        return None


KIND = Kind(
    name="notification",
    version=1,
    content=Notification,
    title="Humanitarian notification",
    plural="Humanitarian notifications",
    requires=("place",),
    states=tuple(STATE.labels),
    lasting=True,
    symbol="shield",
    example={
        "kind": "notification",
        "form": "site",
        "state": "submitted",
        "organisation_code": "example-relief",
        "organisation_name": "Example Relief",
        "parties": ["north"],
        "object_type": "health-facility",
        "object_name": "Health post",
        "marked": ["roof", "flag"],
        "valid_until": "2026-12-31",
        "place": "4.3612 N, 18.5550 E",
        "summary": "Health post, staffed day and night",
        "purpose": "deconfliction",
        "tlp": "AMBER",
    },
)
