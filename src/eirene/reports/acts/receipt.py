"""A receipt: which accounts and tokens fetched which versions, hour by hour.

It stands in the compartment of the originals, so that their owners see who has it.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from eirene.reports.acts import Act


class Fetch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One account, by one sign-in or token, and one version."""

    line: bytes
    version: bytes
    """Entry hash."""
    account: str
    by: str = ""
    """Id of the sign-in or token; opens nothing."""
    first: datetime
    last: datetime
    times: int = 1


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What was fetched since the receipt before."""

    fetches: tuple[Fetch, ...]


ACT = Act(name="act.receipt", version=1, content=Receipt, title="Receipt")
