"""A question to the picture, and the two forms in which its parts come from outside."""

from __future__ import annotations

import math
from datetime import datetime

import msgspec

from eirene.errors import InvalidQuery, InvalidReport
from eirene.times import parse_interval

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; west > east crosses the 180th meridian."""

MOST_ROWS = 10_000
_TIMES_REMEDY = (
    "Write for example 2025-03-10T00:00:00Z, 2025-03-10T00:00:00Z/2025-03-11T00:00:00Z, "
    "../2025-03-01T00:00:00Z or 2025-03-31T00:00:00Z/.."
)
_BOX_REMEDY = "Write west,south,east,north in degrees, for example 18.3,4.2,18.8,4.6."


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. Everything that is not given does not narrow."""

    q: str = ""
    """Words that must all occur."""
    kinds: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    bbox: Box | None = None
    start: datetime | None = None
    """Event time meets [start, end], both inclusive; None is open. No time meets all."""
    end: datetime | None = None
    at: datetime | None = None
    """What was true then; the same on every node."""
    as_of: datetime | None = None
    """What this node knew then, for today's clearance."""
    changed_since: datetime | None = None
    filter: str = ""
    """CQL2 text."""
    withdrawn: bool = False
    """Also what was withdrawn."""
    leaving: bool = False
    """For taking along: without what the terms of its source forbid to pass on."""
    limit: int = 100
    cursor: bytes | None = None
    """``Found.next`` of the page before."""
    offset: int = 0
    count_to: int | None = None
    """Count exactly up to this many, and no further: a word that half of a million reports
    hold takes its time."""

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MOST_ROWS:
            raise InvalidQuery(
                f"limit {self.limit} is not from 1 to {MOST_ROWS:,}.",
                field="limit",
                remedy="Ask for the following rows with the cursor of the answer.",
            )
        if self.offset < 0:
            raise InvalidQuery("offset is negative.", field="offset", remedy="Count from 0.")
        if self.count_to is not None and self.count_to < 1:
            raise InvalidQuery("count_to is below 1.", field="count_to", remedy="Leave it out.")
        if self.bbox is not None:
            check_box(self.bbox)
        for name in ("start", "end", "at", "as_of", "changed_since"):
            moment: datetime | None = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise InvalidQuery(f"{name} has no zone.", field=name, remedy="End it with Z.")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise InvalidQuery(
                "The interval ends before it starts.", field="datetime", remedy=_TIMES_REMEDY
            )


def check_box(box: Box) -> None:
    """``InvalidQuery`` where a box is outside the world or upside down."""
    west, south, east, north = box
    if not all(math.isfinite(edge) for edge in box):
        raise InvalidQuery("bbox holds no numbers.", field="bbox", remedy=_BOX_REMEDY)
    if abs(west) > 180 or abs(east) > 180 or abs(south) > 90 or abs(north) > 90:
        raise InvalidQuery("bbox reaches outside the world.", field="bbox", remedy=_BOX_REMEDY)
    if south > north:
        raise InvalidQuery(
            "bbox is upside down: its south lies north of its north.",
            field="bbox",
            remedy=_BOX_REMEDY,
        )


def parse_bbox(text: str) -> Box:
    """``west,south,east,north``, or with heights in the third and sixth place."""
    try:
        edges = [float(part) for part in text.split(",")]
    except ValueError:
        edges = []
    if len(edges) == 6:
        edges = [edges[0], edges[1], edges[3], edges[4]]
    if len(edges) != 4:
        raise InvalidQuery("bbox is not four numbers.", field="bbox", remedy=_BOX_REMEDY)
    box = (edges[0], edges[1], edges[2], edges[3])
    check_box(box)
    return box


def parse_datetime(text: str) -> tuple[datetime | None, datetime | None]:
    """An instant, a day, or an interval with open ends, as OGC API - Features has it."""
    try:
        return parse_interval(text)
    except InvalidReport as error:
        raise InvalidQuery(
            error.message, field="datetime", remedy=error.remedy or _TIMES_REMEDY
        ) from None
