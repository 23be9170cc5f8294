"""An erasure: an organisation leaves, and what this node holds of it goes with it.

What stays is this: that it was erased, when, on whose word, and who receipted which copy.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from eirene.reports.acts import Act


class ErasureAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step."""

    step: Literal["asked", "erased", "receipted"]
    """``asked``: by its focal point, or by one of two people of the mission; sealed with the
    keys of the organisation. ``erased``: by the node itself, once enough have asked.
    ``receipted``: a copy that might still hold a key is destroyed."""
    organisation: str
    compartment: str = ""
    """With ``erased``: its own; "": it had none."""
    asked: tuple[str, ...] = ()
    """With ``erased``: accounts of the mission that asked; none where its focal point did."""
    upheld: tuple[bytes, ...] = ()
    """With ``erased``: acts of others that counted because of acts that are gone now."""
    void: tuple[bytes, ...] = ()
    """With ``erased``: acts of others that did not count, and would without those."""
    copy: str = ""
    """With ``receipted``: id of the copy."""
    session: str = ""
    reason: str = ""


ACT = Act(name="act.erasure", version=1, content=ErasureAct, title="Erasure")
