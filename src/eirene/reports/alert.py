"""Alert: a warning that civilians are threatened, from whoever gave it.

Invariants
  * An alert holds nothing of who called. The ``source`` report names the
    alert; the alert names nothing.
  * Verification never delays the answer to an imminent threat.
  * It is not closed without an outcome or a reason, and "no action" has one.
  * Words in which a place can stand (``direction``) pass no release by themselves.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from eirene.reports.codes import HELP, POPULATION
from eirene.reports.incident import ACTOR_CLASS, MANDATE_TASK
from eirene.reports.kinds import Codes, Content, Count, Held, Kind

THREAT = Codes(
    "threat",
    {
        "under-way": "Attack under way",
        "imminent": "Imminent, within 24 hours",
        "possible": "Possible",
        "past": "Past",
    },
)
STATE = Codes(
    "alert-state",
    {
        "received": "Received",
        "logged": "Logged",
        "triaged": "Triaged",
        "decided": "Decided",
        "responding": "Responding",
        "outcome": "Outcome known",
        "feedback-given": "Feedback given",
        "closed": "Closed",
    },
)
DECISION = Codes(
    "alert-decision",
    {
        "respond-force": "Force responds",
        "respond-police": "Police respond",
        "respond-civilian": "Civilian response",
        "pass-to-host-forces": "Passed to host forces, safe and with consent",
        "monitor": "Monitor",
        "no-action": "No action, with reason",
    },
)
VERIFICATION = Codes(
    "alert-verification",
    {
        "not-yet": "Not yet",
        "confirmed": "Confirmed",
        "partly": "Partly confirmed",
        "not-possible": "Not possible",
        "refuted": "Found not to be true",
    },
)
NO_ACTION = Codes(
    "no-action-reason",
    {
        "outside-reach": "Outside reach",
        "no-asset": "No asset",
        "not-credible": "Not credible",
        "host-authority-acts": "Host authority acts",
        "consent-withheld": "Consent withheld",
        "outside-mandate": "Outside the mandate",
        "other": "Other",
    },
)


class Alert(Content, frozen=True, kw_only=True):
    """One warning. Group and number of who is threatened, never names."""

    threat: Annotated[str, THREAT, Held("code", "", "choice")]
    """How near the threat is."""

    state: Annotated[str, STATE, Held("code", "", "choice", "#status")] = "received"
    """Where the alert stands in its life cycle."""

    affected: Annotated[
        str, Meta(max_length=300), Held("affected", "P", "text", "#description+affected")
    ] = ""
    """Who is threatened, as a group."""

    groups: Annotated[tuple[str, ...], POPULATION, Held("affected", "P", "many")] = ()
    """Groups of people that are threatened, as codes."""

    threatened: Annotated[
        Count | UnsetType, Held("affected", "P", "count", "#affected+threatened")
    ] = UNSET
    """At least this many people are threatened."""

    direction: Annotated[str, Meta(max_length=120), Held("text", "SL", "text")] = ""
    """Where the threat comes from or is heading."""

    alleged_actor: Annotated[str, Meta(max_length=200), Held("actor", "S", "text")] = ""
    """Who is said to threaten. Alleged; never a person."""

    alleged_class: Annotated[str, ACTOR_CLASS, Held("actor", "S", "choice")] = ""
    """Class of who is said to threaten. Host-state forces change who may decide a release."""

    help_asked: Annotated[tuple[str, ...], HELP, Held("action", "", "many")] = ()
    """What help is asked for."""

    verification: Annotated[str, VERIFICATION, Held("grade", "S", "choice")] = ""
    """What checking gave. It never delays an answer to an imminent threat."""

    decision: Annotated[str, DECISION, Held("action", "O", "choice")] = ""
    """What was decided."""

    decided_by: Annotated[str, Meta(max_length=120), Held("action", "O", "text")] = ""
    """Function that decided, not a name."""

    decision_reason: Annotated[str, NO_ACTION, Held("action", "O", "choice")] = ""
    """Why nothing is done, where nothing is done."""

    responding_unit: Annotated[str, Meta(max_length=120), Held("unit", "O", "text")] = ""
    """Which unit responds."""

    outcome: Annotated[str, Meta(max_length=500), Held("action", "O", "text")] = ""
    """What came of it."""

    feedback: Annotated[str, Meta(max_length=500), Held("text", "S", "text")] = ""
    """What was told to the community, and how."""

    mandate_task: Annotated[str, MANDATE_TASK, Held("code", "", "choice")] = ""
    """Group of mandate tasks that is affected."""

    def fault(self) -> tuple[str, str, str] | None:
        """An alert ends with what came of it, or with why nothing was done."""
        if self.decision == "no-action" and not self.decision_reason:
            return (
                "decision_reason",
                "decision_reason is missing: no action needs a reason.",
                f"Use one of: {', '.join(NO_ACTION.open_codes())}.",
            )
        if self.state == "closed" and not (self.outcome or self.decision_reason):
            return (
                "outcome",
                "An alert is closed with an outcome or a reason.",
                "Write what came of it in outcome, or give a decision_reason.",
            )
        return None


KIND = Kind(
    name="alert",
    version=1,
    content=Alert,
    title="Alert",
    plural="Alerts",
    requires=("occurred", "place"),
    states=tuple(STATE.labels),
    symbol="triangle",
    example={
        "kind": "alert",
        "threat": "imminent",
        "occurred": "2026-11-25T14:30Z",
        "place": "4.3612 N, 18.5550 E",
        "affected": "displaced families at the market",
        "threatened": 200,
        "help_asked": ["presence"],
        "summary": "Armed men seen on the road, people fear an attack tonight",
    },
)
