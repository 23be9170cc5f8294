"""An organisation, and the form of its own compartment where it has one."""

from __future__ import annotations

from typing import Literal

import msgspec

from eirene.reports.acts import Act


class OrganisationAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One organisation, made."""

    code: str
    form: Literal["", "org", "party", "capital"] = ""
    """Its own compartment is ``form-code``; "": it has none."""
    title: str = ""


ACT = Act(name="act.organisation", version=1, content=OrganisationAct, title="Organisation")
