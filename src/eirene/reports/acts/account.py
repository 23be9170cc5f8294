"""An account: made, ended, its password set anew, and that confirmed.

Passwords, sessions and tokens stay in the key store. What stands here is who has
an account, of which organisation, and with which clearances it began.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from eirene.reports.acts import Act


class AccountAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done with one account."""

    step: Literal["made", "ended", "reset", "confirmed"]
    """``reset``: somebody else set a new password, so its clearances rest until ``confirmed``."""
    user: str
    role: str = ""
    """Role whose bundle it began with; shown, never tested."""
    organisation: str = ""
    read: tuple[str, ...] = ()
    """Compartments that it may read from the beginning."""
    file: tuple[str, ...] = ()
    decide: tuple[str, ...] = ()
    grant: tuple[str, ...] = ()
    invites: bool = False
    """It may invite into its own organisation."""
    administers: bool = False
    """It manages accounts; reads ``public``, grants nothing."""
    until: datetime | None = None
    """End of the account's lease; None: none, for the first accounts of a mission."""
    founding: bool = False
    """Made on the command line before the mission was founded."""
    demo: bool = False
    """Its password lies in a file; only nodes that ``serve`` refuses have such accounts."""
    invitation: str = ""
    """Id of the invitation that it answers."""
    reason: str = ""


ACT = Act(name="act.account", version=1, content=AccountAct, title="Account")
