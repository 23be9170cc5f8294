"""Withdrawal: takes back what it names in ``amends``.

Invariants
  * It names at least one report.
  * Nothing is deleted: what was withdrawn stays in the history, struck through.
"""

from __future__ import annotations

from typing import Annotated

from eirene.reports.kinds import Codes, Content, Held, Kind

REASON = Codes(
    "withdrawal-reason",
    {
        "error": "Filed in error",
        "duplicate": "Duplicate",
        "wrong-place": "Wrong place",
        "not-true": "Found not to be true",
        "harm": "Harm to somebody",
        "owner-asks": "The owner asks for it",
        "other": "Other",
    },
)


class Withdrawal(Content, frozen=True, kw_only=True):
    """One withdrawal."""

    reason: Annotated[str, REASON, Held("code", "", "choice")]
    """Why it is taken back."""


KIND = Kind(
    name="withdrawal",
    version=1,
    content=Withdrawal,
    title="Withdrawal",
    plural="Withdrawals",
    requires=("amends",),
    symbol="none",
    example={
        "kind": "withdrawal",
        "amends": ["0" * 32],
        "reason": "error",
        "summary": "Filed twice",
    },
)
