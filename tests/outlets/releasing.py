"""Deciders who approve everything, and slots that pass: whatever the matrix lets go has gone."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

import h3
import msgspec

from outlets import marks, sea
from outlets.asking import Answer, Ask
from outlets.ground import Ground, clearances

SLOT = timedelta(hours=25)
"""Longer than the longest slot."""
_ROUNDS = 6


def reason_in(compartment: str) -> str:
    """A word that stands in the reasons of decisions on reports of one compartment."""
    return marks.word(f"reason in {compartment}")


def decide_all(ground: Ground) -> int:
    """Approve everything that waits, as everybody who may, until nothing waits; gives how many."""
    acts = 0
    pass_slots(ground)  # what was filed last may not have come to the desk by itself yet
    for _ in range(_ROUNDS):
        before = acts
        for role, row in clearances().items():
            if row["may_decide_releases_to"]:
                acts += _decide_as(ground, role)
        pass_slots(ground)
        if acts == before:
            return acts
    raise AssertionError("the desk never rests")


def _decide_as(ground: Ground, role: str) -> int:
    acts = 0
    for line in ground.ask(role, Ask("GET", "/api/desk/releases")).json():
        reason = reason_in(line["report"]["compartment"])
        answer = decide(ground, role, line["id"], act="approve", reason=reason)
        acts += answer.status == 200
    return acts


def decide(ground: Ground, role: str, line: str, **given: Any) -> Answer:
    """One act of one role at the desk."""
    body = msgspec.json.encode(given)
    return ground.ask(role, Ask("POST", f"/api/desk/releases/{line}", body))


def pass_slots(ground: Ground, length: timedelta = SLOT) -> None:
    """Let time go by for the desk: it looks, decides, and makes what is due."""
    desk = ground.web.node.releases
    desk.tick()
    ground.now += length
    desk.tick()
    desk.tick()  # what was made may travel on: it is looked at now


@cache
def middles_around(lat: float, lon: float) -> tuple[tuple[float, float], ...]:
    """Middles of the cells and areas that a point may be coarsened to; a corridor's is finest."""
    cells = [h3.cell_to_latlng(h3.latlng_to_cell(lat, lon, size)) for size in range(7)]
    squares = [square.middle for square in sea.squares() if square.holds(lat, lon)]
    return (*cells, *squares)
