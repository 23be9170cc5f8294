"""Activity: who does what where (3W to 5W). It says presence, not coordinates.

Invariants
  * It cannot be used for deconfliction.
  * Reached and targeted are separate; unknown is not zero.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from eirene.reports.codes import CLUSTER, WORK
from eirene.reports.kinds import Codes, Content, Count, Held, Kind, ShortCode

STATE = Codes(
    "activity-state",
    {
        "planned": "Planned",
        "ongoing": "Ongoing",
        "suspended": "Suspended",
        "completed": "Completed",
        "unknown": "Not known",
    },
)
COUNTED = Codes(
    "counted",
    {
        "people": "People",
        "households": "Households",
        "facilities": "Facilities",
        "other": "Other",
    },
)


class Activity(Content, frozen=True, kw_only=True):
    """One activity of one organisation in one area."""

    organisation_name: Annotated[
        str, Meta(min_length=1, max_length=200), Held("organisation", "O", "text", "#org")
    ]
    """Organisation that is responsible."""

    organisation_code: Annotated[
        ShortCode, Held("organisation", "O", "text", "#org+code", passes_as_is=True)
    ] = ""
    """Short code of the organisation that is responsible; no blanks."""

    sector: Annotated[str, CLUSTER, Held("sector", "", "choice", "#sector")]
    """Sector (cluster)."""

    partner: Annotated[
        str, Meta(max_length=200), Held("organisation", "O", "text", "#org+impl")
    ] = ""
    """Organisation that carries it out."""

    partner_code: Annotated[
        ShortCode, Held("organisation", "O", "text", "#org+impl+code", passes_as_is=True)
    ] = ""
    """Short code of the organisation that carries it out; no blanks."""

    donor: Annotated[str, Meta(max_length=200), Held("donor", "O", "text", "#org+funder")] = ""
    """Who pays; often withheld."""

    activity: Annotated[str, Meta(max_length=300), Held("sector", "", "text", "#activity")] = ""
    """What is done."""

    work: Annotated[tuple[str, ...], WORK, Held("sector", "", "many", "#activity+code")] = ()
    """What is done, as codes."""

    state: Annotated[str, STATE, Held("code", "", "choice", "#status")] = "unknown"
    """Planned, ongoing, suspended or completed."""

    targeted: Annotated[Count | UnsetType, Held("reached", "", "count", "#targeted")] = UNSET
    """How many are targeted."""

    targeted_women: Annotated[Count | UnsetType, Held("reached", "P", "count", "#targeted+f")] = (
        UNSET
    )
    """Women and girls among the targeted."""

    targeted_men: Annotated[Count | UnsetType, Held("reached", "P", "count", "#targeted+m")] = UNSET
    """Men and boys among the targeted."""

    targeted_children: Annotated[
        Count | UnsetType, Held("reached", "P", "count", "#targeted+children")
    ] = UNSET
    """People under 18 among the targeted."""

    reached: Annotated[Count | UnsetType, Held("reached", "", "count", "#reached")] = UNSET
    """How many were reached."""

    reached_women: Annotated[Count | UnsetType, Held("reached", "P", "count", "#reached+f")] = UNSET
    """Women and girls among the reached."""

    reached_men: Annotated[Count | UnsetType, Held("reached", "P", "count", "#reached+m")] = UNSET
    """Men and boys among the reached."""

    reached_children: Annotated[
        Count | UnsetType, Held("reached", "P", "count", "#reached+children")
    ] = UNSET
    """People under 18 among the reached."""

    counted: Annotated[str, COUNTED, Held("reached", "", "choice")] = ""
    """What targeted and reached count: people, households. Never added across different ones."""

    contact: Annotated[str, Meta(max_length=200), Held("contact", "P", "text", "#contact")] = ""
    """Function and address of an office."""

    last_confirmed: Annotated[str, Meta(max_length=60), Held("schedule", "", "time")] = ""
    """Day on which it was last confirmed."""

    reference: Annotated[str, Meta(max_length=200), Held("source", "S", "text")] = ""
    """Number of this row in the source's own list."""


KIND = Kind(
    name="activity",
    version=1,
    content=Activity,
    title="Activity",
    plural="Activities",
    states=tuple(STATE.labels),
    lasting=True,
    symbol="hexagon",
    typed="sector",
    actor="organisation_name",
    example={
        "kind": "activity",
        "organisation_name": "Example Relief",
        "sector": "health",
        "activity": "Mobile clinic",
        "state": "ongoing",
        "pcode": "CF711",
        "reached": 350,
        "summary": "Mobile clinic, twice a week",
    },
)
