"""Organisation: who is there, as an organisation.

Invariants
  * No list of staff or members, and no private address.
  * What it does where is an activity.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from eirene.reports.codes import CLUSTER
from eirene.reports.incident import ACTOR_CLASS
from eirene.reports.kinds import Codes, Content, Held, Kind, ShortCode

STATE = Codes(
    "organisation-state",
    {
        "applied": "Applied",
        "checked": "Identity checked",
        "active": "Active",
        "review-due": "Review due",
        "suspended": "Suspended",
        "left": "Left",
        "unknown": "Not known",
    },
)


class Organisation(Content, frozen=True, kw_only=True):
    """One organisation."""

    name: Annotated[
        str, Meta(min_length=1, max_length=200), Held("organisation", "", "text", "#org")
    ]
    """Name as it writes it."""

    acronym: Annotated[
        str, Meta(max_length=40), Held("organisation", "", "text", "#org+acronym")
    ] = ""
    """Short name."""

    organisation_code: Annotated[
        ShortCode, Held("organisation", "", "text", "#org+code", passes_as_is=True)
    ] = ""
    """Short code, as in the name of its compartment; no blanks."""

    other_names: Annotated[
        tuple[Annotated[str, Meta(max_length=200)], ...],
        Meta(max_length=100),
        Held("organisation", "", "list"),
    ] = ()
    """Other spellings and former names."""

    type: Annotated[str, ACTOR_CLASS, Held("code", "", "choice", "#org+type")] = "unknown"
    """What class of organisation."""

    state: Annotated[str, STATE, Held("code", "", "choice", "#status")] = "unknown"
    """Where its registration stands."""

    sectors: Annotated[tuple[str, ...], CLUSTER, Held("sector", "", "many", "#sector")] = ()
    """Sectors it works in."""

    contact: Annotated[str, Meta(max_length=200), Held("contact", "P", "text", "#contact")] = ""
    """Address of an office; no private numbers."""

    reference: Annotated[str, Meta(max_length=200), Held("source", "S", "text")] = ""
    """Number of this organisation in the source's own list."""


KIND = Kind(
    name="organisation",
    version=1,
    content=Organisation,
    title="Organisation",
    plural="Organisations",
    states=tuple(STATE.labels),
    lasting=True,
    symbol="none",
    example={
        "kind": "organisation",
        "name": "Example Relief",
        "acronym": "ER",
        "type": "international-ngo",
        "sectors": ["health"],
        "summary": "Runs mobile clinics",
    },
)
