"""A delegation: my clearances and deciding rights, lent to an account of my organisation for a time.

Lent is what the lender holds himself at each moment, so that what he loses the
other loses too. What was lent is not lent on, and rights to grant are never lent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from eirene.reports.acts import Act


class DelegationAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One delegation, begun or ended."""

    step: Literal["made", "ended"]
    user: str = ""
    """To whom."""
    read: tuple[str, ...] = ()
    file: tuple[str, ...] = ()
    decide: tuple[str, ...] = ()
    until: datetime | None = None
    delegation: bytes = b""
    """Report id of the delegation that is ended."""
    reason: str = ""


ACT = Act(name="act.delegation", version=1, content=DelegationAct, title="Delegation")
