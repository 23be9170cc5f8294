"""The mission is founded: from here on nobody is cleared for anything but by two people."""

from __future__ import annotations

import msgspec

from eirene.reports.acts import Act


class FoundedAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who was there."""

    first: str
    """User name of one who may grant clearances; "" on a node of a demo."""
    second: str
    how: str
    """``ceremony``, ``signed in``, ``demo`` or ``migrated``."""


ACT = Act(name="act.founded", version=1, content=FoundedAct, title="Mission founded")
