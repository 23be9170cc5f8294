"""A change of the mission's configuration: applied by one, or proposed by one and approved by another.

It stands in ``configuration``, a compartment that no reader ever holds. The whole text
stands in each, so that the last one that counts is the configuration.
"""

from __future__ import annotations

import msgspec

from eirene.reports.acts import Act

APPLIED, PROPOSED, APPROVED, REFUSED = "applied", "proposed", "approved", "refused"

COMPARTMENT = "configuration"


class ConfigurationAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of a change."""

    step: str
    """``applied``: narrower, by one; ``proposed``: waits for a second person; ``approved`` and
    ``refused`` answer a proposal."""

    toml: str = ""
    """The whole configuration, as somebody wrote it."""

    after: int = 0
    """Number of the configuration that it was compared with; 0 is the shipped one."""

    proposal: bytes = b""
    """Report id of the proposal that is answered."""

    session: str = ""
    """Which sign-in of the account, so that two are two; opens nothing."""

    reason: str = ""


ACT = Act(
    name="act.configuration", version=1, content=ConfigurationAct, title="Change of configuration"
)
