"""Site: a place with a function that lasts: clinic, airfield, town with a UN presence.

Invariants
  * What it is *now*; a change of function or state is an amendment.
  * Codes are text: leading zeros and letters stay.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from eirene.reports.kinds import Codes, Content, Count, Held, Kind, ShortCode

SITE_TYPE = Codes(
    "site-type",
    {
        "un-presence": "UN presence",
        "airfield": "Airfield",
        "helicopter-landing-site": "Helicopter landing site",
        "health-facility": "Health facility",
        "school": "School",
        "water-point": "Water point",
        "warehouse": "Warehouse",
        "office": "Office",
        "guest-house": "Guest house",
        "distribution-point": "Distribution point",
        "displacement-site": "Displacement site",
        "market": "Market",
        "place-of-worship": "Place of worship",
        "bridge": "Bridge or ford",
        "settlement": "Town or village",
        "border-post": "Border post",
        "checkpoint": "Checkpoint",
        "other": "Other",
    },
)
STATE = Codes(
    "site-state",
    {
        "open": "Open, in use",
        "partly": "Partly in use",
        "closed": "Closed",
        "damaged": "Damaged",
        "destroyed": "Destroyed",
        "unknown": "Not known",
    },
)


class Site(Content, frozen=True, kw_only=True):
    """One site, as one source describes it."""

    type: Annotated[str, SITE_TYPE, Held("code", "", "choice", "#loc+type")]
    """What the site is."""

    name: Annotated[
        str, Meta(min_length=1, max_length=200), Held("object", "L", "text", "#loc+name")
    ]
    """Name in the usual spelling."""

    other_names: Annotated[
        tuple[Annotated[str, Meta(max_length=200)], ...],
        Meta(max_length=500),
        Held("object", "L", "list"),
    ] = ()
    """Other spellings and names."""

    state: Annotated[str, STATE, Held("code", "", "choice", "#status")] = "unknown"
    """Whether it works now."""

    function: Annotated[str, Meta(max_length=200), Held("object", "L", "text")] = ""
    """What it is used for now, more closely."""

    operator: Annotated[str, Meta(max_length=200), Held("organisation", "O", "text", "#org")] = ""
    """Who runs or supports it."""

    organisation_code: Annotated[
        ShortCode, Held("organisation", "O", "text", "#org+code", passes_as_is=True)
    ] = ""
    """Short code of the organisation that runs it; no blanks."""

    code: Annotated[str, Meta(max_length=60), Held("object", "", "text", "#loc+code")] = ""
    """Code of the site in a list, as text: ICAO, P-code."""

    people: Annotated[Count | UnsetType, Held("reached", "P", "count", "#population")] = UNSET
    """People there: inhabitants, patients, displaced people."""

    elevation_m: Annotated[
        Annotated[float, Meta(ge=-500, le=9000)] | UnsetType, Held("object", "", "number", unit="m")
    ] = UNSET
    """Metres above sea level."""

    runway_m: Annotated[
        Annotated[float, Meta(ge=0, le=10_000)] | UnsetType, Held("object", "", "number", unit="m")
    ] = UNSET
    """Length of the longest runway in metres."""

    contact: Annotated[str, Meta(max_length=200), Held("contact", "P", "text", "#contact")] = ""
    """Function and reachability of whoever answers for it; no private numbers."""

    marked: Annotated[str, Meta(max_length=200), Held("object", "", "text")] = ""
    """How it is marked: roof, flag, emblem."""

    valid_until: Annotated[str, Meta(max_length=60), Held("schedule", "", "time")] = ""
    """Last day for which this holds; after it, the site must be confirmed again."""

    reference: Annotated[str, Meta(max_length=200), Held("source", "S", "text")] = ""
    """Number of this site in the source's own list."""


KIND = Kind(
    name="site",
    version=1,
    content=Site,
    title="Site",
    plural="Sites",
    states=tuple(STATE.labels),
    lasting=True,
    symbol="square",
    example={
        "kind": "site",
        "type": "health-facility",
        "name": "Health post",
        "state": "open",
        "place": "4.3612 N, 18.5550 E",
        "summary": "Health post, open",
        "source": "visit",
    },
)
