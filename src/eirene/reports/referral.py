"""Referral: that a protected case was handed to trained staff. Nothing else, ever.

Invariants
  * It holds which kind of case, to whom, when and how urgent. Who, where, when it
    happened and what happened stay in the case system of those who care for it.
  * It stands in ``protected`` alone, and has no text in which a detail could stand.
  * Peacekeepers alert trained staff; they do not investigate.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from eirene.reports.kinds import Codes, Content, Held, Kind

REFERRAL_TYPE = Codes(
    "referral-type",
    {
        "human-rights": "Human rights violation",
        "child": "Grave violation against a child",
        "sexual-violence": "Conflict-related sexual violence",
        "exploitation-abuse": "Sexual exploitation and abuse",
        "misconduct": "Misconduct",
        "other": "Other protected case",
    },
)
HANDED_TO = Codes(
    "referral-handed-to",
    {
        "human-rights": "Human rights staff",
        "child-protection": "Child protection adviser",
        "women-protection": "Women's protection adviser",
        "conduct": "Conduct and discipline",
        "medical": "Medical staff",
        "specialised-partner": "Specialised partner",
    },
)
URGENCY = Codes(
    "referral-urgency",
    {
        "immediate": "Somebody is in danger now",
        "day": "Within a day",
        "routine": "No danger known",
    },
)
STATE = Codes(
    "referral-state",
    {
        "open": "To be handed over",
        "handed-over": "Handed over",
        "received": "Receipt confirmed",
        "closed": "Closed",
    },
)


class Referral(Content, frozen=True, kw_only=True):
    """One referral, without a word about the case."""

    type: Annotated[str, REFERRAL_TYPE, Held("code", "P", "choice")]
    """Which kind of case."""

    handed_to: Annotated[str, HANDED_TO, Held("action", "P", "choice")]
    """Who takes care of it, as a function."""

    state: Annotated[str, STATE, Held("code", "P", "choice", "#status")] = "open"
    """Where the referral stands in its life cycle."""

    urgency: Annotated[str, URGENCY, Held("code", "P", "choice")] = ""
    """How urgent somebody's safety is."""

    handed_over: Annotated[str, Meta(max_length=60), Held("clock", "P", "time")] = ""
    """When it was handed over; kept in UTC."""


KIND = Kind(
    name="referral",
    version=1,
    content=Referral,
    title="Referral",
    plural="Referrals",
    states=tuple(STATE.labels),
    symbol="none",
    only_in=("protected",),
    without=tuple(
        "summary narrative occurred observed place latitude longitude accuracy_m pcode "
        "links source basis grade language terms".split()
    ),
    example={
        "kind": "referral",
        "type": "child",
        "handed_to": "child-protection",
        "urgency": "day",
        "state": "handed-over",
        "handed_over": "2026-11-25T16:10Z",
        "classification": "confidential",
        "tlp": "RED",
    },
)
