"""A clearance: proposed by one who may grant it, confirmed by a second person; or narrowed by one.

Invariants
  * Nothing is held because of a proposal alone.
  * What is given has an end, at most a year away.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from eirene.reports.acts import Act


class ClearanceAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of giving clearances to an account, or of taking them away."""

    step: Literal["proposed", "confirmed", "refused", "narrowed"]
    user: str = ""
    """Whose clearances; named by ``proposed`` and ``narrowed``."""
    read: tuple[str, ...] = ()
    file: tuple[str, ...] = ()
    decide: tuple[str, ...] = ()
    """Audiences to which it may decide releases; ``org-*`` stands for all of that form."""
    grant: tuple[str, ...] = ()
    invites: bool = False
    """Also: it may (``narrowed``: may no longer) invite into its own organisation."""
    until: datetime | None = None
    """End of what is proposed; with ``narrowed`` the new end, None: now."""
    proposal: bytes = b""
    """Report id of the proposal that is confirmed or refused."""
    session: str = ""
    """Id of the session or token in which this was done: two steps need two."""
    reason: str = ""


ACT = Act(name="act.clearance", version=1, content=ClearanceAct, title="Clearance")
