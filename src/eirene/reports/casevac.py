"""Casualty evacuation: nine lines, and the clock that starts at the injury (10-1-2).

Invariants
  * No names. A patient is a count by precedence, type and status; the rest is with the
    medical staff.
  * Ten minutes to life-saving first aid, one hour to advanced resuscitation, two hours to
    surgery, all from the injury, not from the request.
  * The clock runs forward: what comes later in the chain is not earlier in time.
  * One report for the people of one contributor or one organisation, so that each can be
    told of its own.
"""

from __future__ import annotations

import itertools
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from eirene.reports.kinds import Codes, Content, Count, Held, Kind, ShortCode
from eirene.times import instant

STATE = Codes(
    "casevac-state",
    {
        "requested": "Requested",
        "acknowledged": "Acknowledged",
        "decided": "Decided",
        "launched": "Launched",
        "on-site": "On site",
        "at-facility": "In a treatment facility",
        "medevac": "On the way to another facility",
        "closed": "Closed",
    },
)
EQUIPMENT = Codes(
    "casevac-equipment",
    {
        "none": "None",
        "hoist": "Hoist",
        "extraction": "Extraction equipment",
        "ventilator": "Ventilator",
        "other": "Other",
    },
)
SECURITY = Codes(
    "pickup-security",
    {
        "no-threat": "No armed threat",
        "possible": "Armed threat possible",
        "present": "Armed threat present",
        "escort-required": "Armed escort required",
    },
)
MARKING = Codes(
    "pickup-marking",
    {
        "panels": "Panels",
        "smoke": "Smoke",
        "light": "Light",
        "none": "None",
        "other": "Other",
    },
)
PATIENT_STATUS = Codes(
    "patient-status",
    {
        "un-military": "UN military",
        "un-police": "UN police",
        "un-civilian": "UN civilian",
        "contractor": "Contractor",
        "ngo": "NGO staff",
        "host-state-forces": "Host-state forces",
        "civilian": "Civilian",
        "detained": "Detained person",
        "unknown": "Not known",
    },
)
MECHANISM = Codes(
    "injury-mechanism",
    {
        "gunshot": "Gunshot",
        "blast": "Blast or fragments",
        "burn": "Burn",
        "fall": "Fall or crush",
        "road": "Road accident",
        "stab": "Stab or cut",
        "illness": "Illness",
        "other": "Other",
        "unknown": "Not known",
    },
)
OBSTACLES = Codes(
    "pickup-obstacles",
    {
        "none": "None",
        "wires": "Wires or masts",
        "trees": "Trees",
        "buildings": "Buildings",
        "slope": "Slope",
        "dust": "Dust or sand",
        "soft-ground": "Soft or flooded ground",
        "mines": "Mines or explosive remnants suspected",
        "other": "Other",
    },
)
MEANS = Codes(
    "evacuation-means",
    {
        "helicopter": "Helicopter",
        "aeroplane": "Aeroplane",
        "ambulance": "Ambulance",
        "vehicle": "Other vehicle",
        "boat": "Boat",
        "foot": "On foot",
    },
)


class Casevac(Content, frozen=True, kw_only=True):
    """One request and what became of it. Line 1, the pick-up, is the place of the report."""

    state: Annotated[str, STATE, Held("code", "", "choice", "#status")] = "requested"
    """Where the evacuation stands in its life cycle."""

    security: Annotated[str, SECURITY, Held("code", "O", "choice")] = ""
    """Line 6: security at the pick-up."""

    call_sign: Annotated[str, Meta(max_length=60), Held("unit", "O", "text")] = ""
    """Line 2: call sign at the pick-up."""

    frequency: Annotated[str, Meta(max_length=60), Held("unit", "O", "text")] = ""
    """Line 2: radio frequency at the pick-up."""

    patients_urgent: Annotated[Count | UnsetType, Held("patient", "P", "count")] = UNSET
    """Line 3, A: patients who are urgent."""

    patients_surgical: Annotated[Count | UnsetType, Held("patient", "P", "count")] = UNSET
    """Line 3, B: patients who are urgent and need surgery."""

    patients_priority: Annotated[Count | UnsetType, Held("patient", "P", "count")] = UNSET
    """Line 3, C: patients with priority."""

    patients_routine: Annotated[Count | UnsetType, Held("patient", "P", "count")] = UNSET
    """Line 3, D: patients who are routine."""

    patients_convenience: Annotated[Count | UnsetType, Held("patient", "P", "count")] = UNSET
    """Line 3, E: patients for convenience."""

    equipment: Annotated[tuple[str, ...], EQUIPMENT, Held("action", "", "many")] = ()
    """Line 4: special equipment that is asked for."""

    patients_litter: Annotated[Count | UnsetType, Held("patient", "P", "count")] = UNSET
    """Line 5: patients on a litter."""

    patients_walking: Annotated[Count | UnsetType, Held("patient", "P", "count")] = UNSET
    """Line 5: patients who can walk."""

    escorts: Annotated[Count | UnsetType, Held("patient", "P", "count")] = UNSET
    """Line 5: people who go with them: with a child, interpreter, female attendant."""

    marking_used: Annotated[tuple[str, ...], MARKING, Held("action", "O", "many")] = ()
    """Line 7: how the pick-up is marked."""

    patient_status: Annotated[tuple[str, ...], PATIENT_STATUS, Held("patient", "P", "many")] = ()
    """Line 8: who they are, as a status."""

    obstacles: Annotated[tuple[str, ...], OBSTACLES, Held("action", "", "many")] = ()
    """Line 9: terrain and obstacles."""

    chemical_signs: Annotated[bool | UnsetType, Held("action", "", "yesno")] = UNSET
    """Line 9: signs of a chemical, biological or radiological hazard."""

    terrain: Annotated[str, Meta(max_length=300), Held("action", "L", "text")] = ""
    """Line 9 in words: approach, landing site, wind."""

    mechanism: Annotated[tuple[str, ...], MECHANISM, Held("patient", "P", "many")] = ()
    """How they were injured."""

    condition: Annotated[str, Meta(max_length=1000), Held("patient", "P", "longtext")] = ""
    """Age band, injuries, signs, treatment so far. Never a name or a number of a person."""

    injured_at: Annotated[str, Meta(max_length=60), Held("clock", "P", "time")] = ""
    """Injury: the clock starts here, else at the start of when it happened. UTC."""

    first_aid_at: Annotated[str, Meta(max_length=60), Held("clock", "", "time")] = ""
    """Life-saving first aid by trained people. UTC."""

    requested_at: Annotated[str, Meta(max_length=60), Held("clock", "", "time")] = ""
    """Evacuation requested. UTC."""

    acknowledged_at: Annotated[str, Meta(max_length=60), Held("clock", "", "time")] = ""
    """Request acknowledged. UTC."""

    launch_decided_at: Annotated[str, Meta(max_length=60), Held("clock", "O", "time")] = ""
    """Launch decided. UTC."""

    wheels_up_at: Annotated[str, Meta(max_length=60), Held("clock", "O", "time")] = ""
    """Wheels up, or departed by road or boat. UTC."""

    on_site_at: Annotated[str, Meta(max_length=60), Held("clock", "O", "time")] = ""
    """On site. UTC."""

    off_site_at: Annotated[str, Meta(max_length=60), Held("clock", "O", "time")] = ""
    """Off site with the patients. UTC."""

    at_facility_at: Annotated[str, Meta(max_length=60), Held("clock", "", "time")] = ""
    """At the treatment facility. UTC."""

    in_surgery_at: Annotated[str, Meta(max_length=60), Held("clock", "P", "time")] = ""
    """In surgery. UTC."""

    means: Annotated[str, MEANS, Held("schedule", "O", "choice")] = ""
    """By what they are moved."""

    departs: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """Planned start of the flight or drive, for its clearance. UTC."""

    arrives: Annotated[str, Meta(max_length=60), Held("schedule", "O", "time")] = ""
    """Planned arrival at the facility. UTC."""

    responding_unit: Annotated[str, Meta(max_length=120), Held("unit", "O", "text")] = ""
    """Unit that moves them."""

    unit_code: Annotated[ShortCode, Held("unit", "O", "text", passes_as_is=True)] = ""
    """Short code of the unit that moves them; no blanks."""

    facility: Annotated[str, Meta(max_length=200), Held("schedule", "O", "text")] = ""
    """Treatment facility they are brought to."""

    contributor: Annotated[ShortCode, Held("patient", "P", "text", passes_as_is=True)] = ""
    """Short code of the state whose people they are; it is told when its next of kin know."""

    organisation_code: Annotated[
        ShortCode, Held("organisation", "P", "text", passes_as_is=True)
    ] = ""
    """Short code of the organisation whose people they are."""

    def fault(self) -> tuple[str, str, str] | None:
        """A clock has times, and they follow one another."""
        told = {name: getattr(self, name) for name in CLOCK if getattr(self, name)}
        for name, text in told.items():
            if "T" not in text:
                return (
                    name,
                    f"{name} names a day; the clock needs a time.",
                    'Write for example "2026-11-25 14:30Z".',
                )
        chain = [name for name in told if name != "first_aid_at"]
        pairs = list(itertools.pairwise(chain))
        if "first_aid_at" in told and "injured_at" in told:
            pairs.append(("injured_at", "first_aid_at"))
        for before, after in pairs:
            if instant(told[after]) < instant(told[before]):
                return (
                    after,
                    f"{after} is earlier than {before}.",
                    f"Correct {after} or {before}; leave out what is not known.",
                )
        return None


CLOCK = tuple(name for name in Casevac.__struct_fields__ if name.endswith("_at"))
"""Fields of the clock, in the order of the chain; only first aid may come at any time after."""

KIND = Kind(
    name="casevac",
    version=1,
    content=Casevac,
    title="Casualty evacuation",
    plural="Casualty evacuations",
    requires=("occurred", "place"),
    states=tuple(STATE.labels),
    symbol="circle",
    example={
        "kind": "casevac",
        "occurred": "2026-11-25T14:30Z",
        "place": "4.3612 N, 18.5550 E",
        "security": "no-threat",
        "patients_urgent": 1,
        "patients_litter": 1,
        "patient_status": ["un-military"],
        "injured_at": "2026-11-25T14:30Z",
        "requested_at": "2026-11-25T14:38Z",
        "call_sign": "P-12",
        "summary": "One urgent after a road accident",
        "classification": "confidential",
        "tlp": "AMBER",
    },
)
