"""Devices: the browser and system in which somebody signed in, as far as it said so.

A device is a name, and no more: all browsers of one make and system of one account are
one device. So *my phone is gone* closes rather too much than too little, and nobody
needs a mark in the browser that would outlive the session.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from eirene.times import iso

COMMAND_LINE = "Command line of the node"
UNKNOWN = "Unknown device"
EXPORTS_KEPT = 50
_NAME_MOST = 40

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


class Export(msgspec.Struct, frozen=True):
    """One file that was fetched."""

    at: datetime
    format: str
    reports: int | None
    """None: a long one, which was still being made as it began to be sent."""

    @property
    def text(self) -> str:
        """As a line of a list."""
        many = "very many" if self.reports is None else self.reports
        return f"{iso(self.at)} {self.format}: {many} reports"


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one device of one account."""

    user: str
    name: str
    first: datetime
    last: datetime
    compartments: tuple[str, ...] = ()
    """All that could be read on it at any time."""
    exports: tuple[Export, ...] = ()
    """The last ones; ``EXPORTS_KEPT`` at most."""


def device_named(agent: str) -> str:
    """``Firefox, Android`` from what a browser or a program says of itself."""
    browser = next((title for mark, title in _BROWSERS if mark in agent), "")
    system = next((title for mark, title in _SYSTEMS if mark in agent), "")
    if browser:
        return f"{browser}, {system}" if system else browser
    program = "".join(c for c in agent.split("/")[0].strip() if c.isprintable())
    return program[:_NAME_MOST] or UNKNOWN
