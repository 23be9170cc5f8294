"""Assessment: what analysts judge, with how sure they are.

Invariants
  * A judgement is not a report: it says what it rests on and what is not known.
  * Likelihood says how probable; confidence says how good the ground is. Neither is
    computed.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from eirene.reports.codes import CLUSTER
from eirene.reports.incident import MANDATE_TASK
from eirene.reports.kinds import Codes, Content, Count, Held, Kind

ASSESSMENT_TYPE = Codes(
    "assessment-type",
    {
        "threat": "Threat to civilians",
        "pattern": "Pattern of incidents",
        "actor": "Actor",
        "area": "Area",
        "political": "Political",
        "event": "One event",
        "needs": "Needs",
        "other": "Other",
    },
)
STATE = Codes(
    "assessment-state",
    {
        "draft": "Draft",
        "reviewed": "Reviewed",
        "issued": "Issued",
        "superseded": "Replaced by another",
    },
)
HORIZON = Codes(
    "assessment-horizon",
    {
        "day": "Next 24 hours",
        "week": "Next week",
        "month": "Next month",
        "quarter": "Next three months",
        "year": "Next year",
    },
)
TREND = Codes(
    "trend",
    {"better": "Better", "unchanged": "Unchanged", "worse": "Worse", "unknown": "Not known"},
)
LIKELIHOOD = Codes(
    "likelihood",
    {
        "remote": "Remote",
        "unlikely": "Unlikely",
        "even": "About even",
        "likely": "Likely",
        "almost-certain": "Almost certain",
    },
)
SEVERITY = Codes(
    "severity",
    {
        "1": "1, none or minimal",
        "2": "2, stress",
        "3": "3, severe or crisis",
        "4": "4, extreme or emergency",
        "5": "5, catastrophic or famine",
    },
)
CONFIDENCE = Codes("confidence", {"low": "Low", "moderate": "Moderate", "high": "High"})


class Assessment(Content, frozen=True, kw_only=True):
    """One assessment. Its grade is that of the best of what it rests on."""

    type: Annotated[str, ASSESSMENT_TYPE, Held("code", "", "choice")]
    """What is assessed."""

    judgement: Annotated[str, Meta(min_length=1, max_length=2000), Held("text", "SO", "longtext")]
    """What is judged, apart from the facts."""

    state: Annotated[str, STATE, Held("code", "", "choice", "#status")] = "draft"
    """Where the assessment stands in its life cycle."""

    likelihood: Annotated[str, LIKELIHOOD, Held("grade", "", "choice")] = ""
    """How likely it is."""

    confidence: Annotated[str, CONFIDENCE, Held("grade", "", "choice")] = ""
    """How good the ground for the judgement is."""

    trend: Annotated[str, TREND, Held("code", "", "choice")] = ""
    """How it develops."""

    horizon: Annotated[str, HORIZON, Held("code", "", "choice")] = ""
    """How far ahead it looks."""

    valid_until: Annotated[str, Meta(max_length=60), Held("code", "", "time")] = ""
    """Last day for which this holds; after it, it must be made again."""

    rests_on: Annotated[str, Meta(max_length=2000), Held("text", "S", "longtext")] = ""
    """What it rests on, and what speaks against it."""

    gaps: Annotated[str, Meta(max_length=1000), Held("text", "SO", "longtext")] = ""
    """What is not known, and would change it."""

    mandate_task: Annotated[str, MANDATE_TASK, Held("code", "", "choice")] = ""
    """Group of mandate tasks that is affected."""

    sector: Annotated[str, CLUSTER, Held("sector", "", "choice", "#sector")] = ""
    """Sector (cluster) that it speaks of."""

    severity: Annotated[str, SEVERITY, Held("sector", "", "choice", "#severity")] = ""
    """How severe needs are, in the five steps of IPC and of humanitarian overviews."""

    people: Annotated[Count | UnsetType, Held("reached", "P", "count", "#population")] = UNSET
    """People that it speaks of: those who live there, those who are displaced there."""

    in_need: Annotated[Count | UnsetType, Held("reached", "P", "count", "#inneed")] = UNSET
    """People in need of help; in lists of food security those in phase 3 or worse."""

    reference: Annotated[str, Meta(max_length=200), Held("source", "S", "text")] = ""
    """Number of this assessment in the source's own list."""


KIND = Kind(
    name="assessment",
    version=1,
    content=Assessment,
    title="Assessment",
    plural="Assessments",
    states=tuple(STATE.labels),
    lasting=True,
    symbol="none",
    example={
        "kind": "assessment",
        "type": "threat",
        "state": "draft",
        "occurred": "2026-11",
        "pcode": "CF711",
        "judgement": "Attacks on markets will go on while the road is closed.",
        "likelihood": "likely",
        "confidence": "moderate",
        "horizon": "month",
        "gaps": "Who pays the group is not known.",
        "summary": "Markets stay at risk",
    },
)
