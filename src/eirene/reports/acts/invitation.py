"""An invitation to an account: who, where, with what, until when. Its code is not in the log."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from eirene.reports.acts import Act


class InvitationAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One invitation, made or withdrawn. Its use is the account that names it."""

    step: Literal["made", "withdrawn"]
    invitation: str
    """Random id; opens nothing."""
    user: str = ""
    role: str = ""
    organisation: str = ""
    read: tuple[str, ...] = ()
    """What the account begins with, as far as the inviter still holds it then."""
    file: tuple[str, ...] = ()
    invites: bool = False
    until: datetime | None = None
    """After this the code opens nothing."""
    account_until: datetime | None = None
    """End of the account's lease."""


ACT = Act(name="act.invitation", version=1, content=InvitationAct, title="Invitation")
