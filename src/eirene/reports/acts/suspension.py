"""A suspension of an account or of a whole organisation: one act. Lifting it takes two people."""

from __future__ import annotations

from typing import Literal

import msgspec

from eirene.reports.acts import Act


class SuspensionAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step; ``account`` or ``organisation`` says of what."""

    step: Literal["suspended", "proposed", "lifted"]
    """``proposed``: one person wants it lifted; ``lifted``: a second one agrees."""
    account: str = ""
    organisation: str = ""
    session: str = ""
    reason: str = ""


ACT = Act(name="act.suspension", version=1, content=SuspensionAct, title="Suspension")
