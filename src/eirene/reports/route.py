"""Way points: a route as numbers, which the map and a release can follow.

Words about a route (``route``) are for people; these are for whoever must know
how near the route comes to a place.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType


class Waypoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One point of a route, in the order of travel."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    """Degrees north, WGS 84."""
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    """Degrees east, WGS 84."""
    after_min: Annotated[float, Meta(ge=0, le=100_000)] | UnsetType = UNSET
    """Minutes from departure; times of the whole journey move when the departure does."""
    name: Annotated[str, Meta(max_length=200)] = ""
    """Name of the place, as spoken."""


Waypoints = Annotated[tuple[Waypoint, ...], Meta(max_length=200)]
