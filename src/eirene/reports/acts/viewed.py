"""Somebody looked through the eyes of an audience."""

from __future__ import annotations

from typing import Literal

import msgspec

from eirene.reports.acts import Act


class ViewedAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Begin or end of looking as an audience, in one session or token."""

    step: Literal["began", "ended"]
    audience: str
    session: str = ""


ACT = Act(name="act.viewed", version=1, content=ViewedAct, title="Viewed as an audience")
