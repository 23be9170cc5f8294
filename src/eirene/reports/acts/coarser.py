"""Coarser: "of this version there are coarser ones". It stands with the finer one.

Whoever may read both then sees the finer one only, and counts it once. The
coarser ones are named by their random entities: that tells nothing of them to
a reader who has none of them.
"""

from __future__ import annotations

import msgspec

from eirene.reports.acts import Act


class Coarser(msgspec.Struct, frozen=True, kw_only=True):
    """One finer entity, and those coarser than it."""

    owner: str
    """Owner of the versions: the releasing node's."""
    finer: bytes
    coarser: tuple[bytes, ...]
    of: str = ""
    """Owner of the finer one, where that is no version but the report at the beginning."""


ACT = Act(name="act.coarser", version=1, content=Coarser, title="Coarser versions")
