"""A device is gone: all that was opened on it is revoked, and what it could have held is listed."""

from __future__ import annotations

import msgspec

from eirene.reports.acts import Act


class DeviceAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One device of one account, given up as lost."""

    user: str
    device: str
    """Name of the device: browser and system."""
    sessions: int = 0
    """Sessions that were ended."""
    tokens: int = 0
    """Tokens made on the device, or with such a token, that were revoked."""
    compartments: tuple[str, ...] = ()
    """All that was readable on it at any time."""
    reports: int = 0
    """At most so many reports could be read on it."""
    exports: tuple[str, ...] = ()
    """Exports known to have been fetched: time, format, number of reports."""


ACT = Act(name="act.device", version=1, content=DeviceAct, title="Device gone")
