"""A name that somebody decided on: in lists of others it means this place.

It stands in a compartment, and helps whoever may read that. The later word counts.
"""

from __future__ import annotations

import msgspec

from eirene.reports.acts import Act


class PlaceName(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One decision."""

    name: str
    """As a list writes it: a name, or a P-code that the mission does not have."""
    means: str = ""
    """P-code or name in the mission's own lists; empty: the name means nothing again."""


ACT = Act(name="act.place-name", version=1, content=PlaceName, title="Name of a place")
