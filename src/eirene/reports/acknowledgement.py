"""Acknowledgement: what a party answered to a notification, or that it did not answer.

Invariants
  * No answer is an answer, recorded as such, with whoever it was raised to.
  * It names the notification by its serial: links do not leave a compartment.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from eirene.reports.kinds import Codes, Content, Held, Kind, ShortCode

ANSWER = Codes(
    "acknowledgement-answer",
    {
        "received": "Received",
        "entered": "Entered in its own lists",
        "question": "Asks something",
        "rejected": "Rejected",
        "no-answer": "No answer",
    },
)
RAISED_TO = Codes(
    "raised-to",
    {
        "duty-officer": "Duty officer",
        "head-of-office": "Head of the coordination office",
        "humanitarian-coordinator": "Humanitarian Coordinator",
        "nobody": "Nobody yet",
    },
)


class Acknowledgement(Content, frozen=True, kw_only=True):
    """One answer of one party to one notification."""

    party: Annotated[ShortCode, Held("code", "O", "text", passes_as_is=True)]
    """Short code of the party that answers: `north`, if it reads in `party-north`."""

    answer: Annotated[str, ANSWER, Held("code", "", "choice")]
    """What it answers."""

    organisation_code: Annotated[
        ShortCode, Held("code", "O", "text", "#org+code", passes_as_is=True)
    ] = ""
    """Short code of the organisation whose notification it is."""

    serial: Annotated[ShortCode, Held("code", "", "text", passes_as_is=True)] = ""
    """Serial number of the notification; no blanks."""

    answered: Annotated[str, Meta(max_length=60), Held("code", "", "time")] = ""
    """When the party answered; kept in UTC."""

    raised_to: Annotated[str, RAISED_TO, Held("code", "", "choice")] = ""
    """No answer: who was told of it."""


KIND = Kind(
    name="acknowledgement",
    version=1,
    content=Acknowledgement,
    title="Acknowledgement",
    plural="Acknowledgements",
    symbol="none",
    example={
        "kind": "acknowledgement",
        "party": "north",
        "answer": "received",
        "organisation_code": "example-relief",
        "serial": "N-0017",
        "answered": "2026-11-25T15:10Z",
        "summary": "Received by the duty officer of the party",
        "purpose": "deconfliction",
        "tlp": "AMBER",
    },
)
