"""Incident: an event at a place and time that bears on a mandate task.

Invariants
  * An amendment replaces what it names in ``amends``; two amendments of one
    entry stand side by side until one names both.
  * Counts are lower bounds where the name does not say otherwise. Unknown is
    ``UNSET``, never 0.
  * A perpetrator is alleged until specialised staff have verified it.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from eirene.reports.codes import DAMAGE_LEVEL, DAMAGED, HELP, POPULATION, WEAPON
from eirene.reports.kinds import Codes, Content, Count, Held, Kind

INCIDENT_TYPE = Codes(
    "incident-type",
    {
        "AC": "Armed clash",
        "EX": "Explosive event",
        "VC": "Violence against civilians",
        "CF": "Ceasefire or agreement breach",
        "DM": "Demonstration",
        "PR": "Protected object or person",
        "HU": "Humanitarian event",
        "FM": "Movement or status-of-forces restriction",
        "CR": "Crime",
        "AR": "Armed presence or movement",
        "UA": "Unmanned aircraft",
        "CY": "Cyber or spectrum",
        "IN": "Information environment",
        "MA": "Maritime or riverine",
        "AV": "Aviation",
        "SP": "Space-derived",
        "AD": "Accident or health",
        "PO": "Political or positive event",
    },
)
ACTOR_ROLE = Codes(
    "actor-role",
    {
        "alleged-perpetrator": "Alleged perpetrator",
        "victim": "Victim or target",
        "party": "Party to the clash",
        "other": "Other",
    },
)
ACTOR_CLASS = Codes(
    "actor-class",
    {
        "un-mission": "UN mission",
        "un-agency": "UN agency",
        "international-ngo": "International NGO",
        "national-ngo": "National NGO",
        "civil-society": "Civil society group",
        "red-cross": "Red Cross or Red Crescent",
        "host-state-civil": "Host state, civil",
        "host-state-forces": "Host-state forces",
        "other-state-forces": "Other state forces",
        "regional-organisation": "Regional organisation",
        "armed-group-signatory": "Armed group, signatory",
        "armed-group": "Armed group",
        "community-militia": "Community militia",
        "criminal-group": "Criminal group",
        "private-security": "Private security",
        "company": "Company",
        "media": "Media",
        "population-group": "Population group",
        "unknown": "Not known",
    },
)
STATE = Codes(
    "incident-state",
    {
        "reported": "Reported",
        "triaged": "Triaged",
        "under-verification": "Under verification",
        "verified": "Verified",
        "partly-verified": "Partly verified",
        "unverified": "Could not be verified",
        "refuted": "Refuted",
        "assessed": "Assessed",
        "closed": "Closed",
    },
)
ACTION = Codes(
    "incident-action",
    {
        "none": "Nothing yet",
        "patrol-sent": "Patrol sent",
        "area-secured": "Area secured",
        "first-aid": "First aid or medical care",
        "evacuated": "People evacuated",
        "sheltered": "People sheltered",
        "people-warned": "People warned",
        "movement-stopped": "Own movement stopped or changed",
        "protest": "Protest made",
        "authorities-told": "Authorities told",
        "referred": "Passed to specialised staff",
        "other": "Other",
    },
)
MANDATE_TASK = Codes(
    "mandate-task-group",
    {
        "security": "Security",
        "protection": "Protection",
        "humanitarian": "Humanitarian",
        "political": "Political",
        "state": "State authority",
        "support": "Support",
        "conduct": "Conduct",
    },
)


class Actor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One side: its role, its class, and the name it is known by. Never a person."""

    role: Annotated[str, ACTOR_ROLE]
    actor_class: Annotated[str, ACTOR_CLASS] = "unknown"
    name: Annotated[str, Meta(max_length=200)] = ""


class Incident(Content, frozen=True, kw_only=True):
    """One incident, as one source reports it."""

    type: Annotated[str, INCIDENT_TYPE, Held("code", "", "choice", "#event+type")]
    """Main type of the incident."""

    also: Annotated[
        tuple[str, ...], Meta(max_length=20), INCIDENT_TYPE, Held("code", "", "many")
    ] = ()
    """Further types that fit as well."""

    state: Annotated[str, STATE, Held("code", "", "choice", "#status")] = "reported"
    """Where the incident stands in its life cycle."""

    actors: Annotated[
        tuple[Actor, ...], Meta(max_length=50), Held("actor", "PS", "list", "#group")
    ] = ()
    """Who was involved: role, class, and group name. Alleged until verified."""

    affected: Annotated[
        str, Meta(max_length=300), Held("affected", "P", "text", "#description+affected")
    ] = ""
    """Groups harmed or threatened, as groups."""

    groups: Annotated[tuple[str, ...], POPULATION, Held("affected", "P", "many")] = ()
    """Groups of people that were harmed or threatened, as codes."""

    means: Annotated[str, Meta(max_length=200), Held("code", "", "text")] = ""
    """Weapons or other means used."""

    weapons: Annotated[tuple[str, ...], WEAPON, Held("code", "", "many")] = ()
    """Weapons or other means used, as codes."""

    killed: Annotated[Count | UnsetType, Held("harm", "P", "count", "#affected+killed")] = UNSET
    """At least this many people were killed."""

    killed_best: Annotated[
        Count | UnsetType, Held("harm", "P", "count", "#affected+killed+best")
    ] = UNSET
    """Best estimate of people killed, where the source gives one."""

    killed_most: Annotated[
        Count | UnsetType, Held("harm", "P", "count", "#affected+killed+most")
    ] = UNSET
    """At most this many people were killed, where the source gives it."""

    killed_civilians: Annotated[
        Count | UnsetType, Held("harm", "P", "count", "#affected+killed+civilians")
    ] = UNSET
    """Civilians among the killed, at least. In doubt a person is a civilian."""

    injured: Annotated[Count | UnsetType, Held("harm", "P", "count", "#affected+injured")] = UNSET
    """At least this many people were injured."""

    missing: Annotated[Count | UnsetType, Held("harm", "P", "count", "#affected+missing")] = UNSET
    """At least this many people are missing."""

    abducted: Annotated[Count | UnsetType, Held("harm", "P", "count", "#affected+abducted")] = UNSET
    """At least this many people were abducted or detained."""

    displaced: Annotated[Count | UnsetType, Held("harm", "P", "count", "#affected+displaced")] = (
        UNSET
    )
    """At least this many people were displaced."""

    harmed_un: Annotated[Count | UnsetType, Held("unit", "O", "count")] = UNSET
    """Mission members killed or injured."""

    damage: Annotated[str, Meta(max_length=500), Held("damage", "L", "text")] = ""
    """What was damaged or destroyed, and how badly."""

    damaged: Annotated[tuple[str, ...], DAMAGED, Held("damage", "", "many")] = ()
    """What was damaged or destroyed, as types of objects."""

    damage_level: Annotated[str, DAMAGE_LEVEL, Held("damage", "", "choice")] = ""
    """How badly, at the worst."""

    action_taken: Annotated[str, Meta(max_length=1000), Held("action", "O", "longtext")] = ""
    """What was done at once."""

    actions: Annotated[tuple[str, ...], ACTION, Held("action", "O", "many")] = ()
    """What was done at once, as codes."""

    action_requested: Annotated[str, Meta(max_length=1000), Held("action", "O", "longtext")] = ""
    """What is asked for."""

    help_asked: Annotated[tuple[str, ...], HELP, Held("action", "", "many")] = ()
    """What help is asked for, as codes."""

    further_risk: Annotated[str, Meta(max_length=500), Held("text", "", "text")] = ""
    """Risk in the next 24 hours: escalation, reprisal."""

    media_interest: Annotated[bool | UnsetType, Held("code", "", "yesno")] = UNSET
    """Whether media are interested."""

    mandate_task: Annotated[str, MANDATE_TASK, Held("code", "", "choice")] = ""
    """Group of mandate tasks that is affected."""

    reference: Annotated[str, Meta(max_length=200), Held("source", "S", "text")] = ""
    """Number of this incident in the source's own list."""


KIND = Kind(
    name="incident",
    version=1,
    content=Incident,
    title="Incident",
    plural="Incidents",
    requires=("occurred",),
    states=tuple(STATE.labels),
    symbol="diamond",
    example={
        "kind": "incident",
        "type": "VC",
        "occurred": "2026-11-25T14:30Z",
        "place": "4.3612 N, 18.5550 E",
        "summary": "Market attacked, people fled",
        "killed": 1,
        "source": "patrol",
        "basis": "seen",
    },
)
