"""Eirene: an open civil-military exchange for peace missions."""

__version__ = "0.1.0"
