"""What may go from a planted report to each compartment: the release matrix, read here once more.

This is no copy of the product: the rows are those of the golden file, and of
each mark it is said by hand whether a row lets it pass. Only which group a
field stands in, and whether it holds a short code, is taken from the kinds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from eirene.reports.kinds import Field, fields_of, kinds
from outlets.planting import Mark, Plant

GOLDEN = Path(__file__).parents[1] / "golden"
Row = dict[str, str]
BINDINGS = {
    "parties": ("party-", ("parties", "party")),
    "organisation": ("org-", ("organisation_code",)),
    "contributor": ("capital-", ("contributor",)),
    "unit.contributor": ("capital-", ("unit_contributor", "contributor")),
}
"""What a ``*`` stands for, and the fields that name whose it is."""
_ORDER = {
    "counts": ["none", "banded", "exact"],
    "time": ["month", "week", "day", "6-hours", "hour", "minute"],
}


class Way(NamedTuple):
    """How a report reaches a compartment: the rows one after the other."""

    to: str
    rows: tuple[Row, ...]
    through: tuple[str, ...] = ()
    """Compartments on the way."""

    def passes(self, plant: Plant, mark: Mark) -> bool:
        """Whether a mark of the report may be in the version at the end."""
        return all(_passes(plant, mark, row) for row in self.rows)

    @property
    def fineness(self) -> tuple[int, ...]:
        """Of two versions of one report the larger is the finer."""
        row = self.rows[-1]
        return (
            len(row["passes"].split()),
            _ORDER["counts"].index(row["counts"] or "none"),
            _ORDER["time"].index(row["time"]),
        )


@cache
def matrix() -> tuple[Row, ...]:
    """``release-matrix.csv`` as it stands."""
    with (GOLDEN / "release-matrix.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def meant(pattern: str, compartment: str) -> bool:
    """Whether a row means a compartment: ``org-*`` means each organisation's own."""
    if pattern.endswith("*"):
        return compartment.startswith(pattern[:-1])
    return pattern == compartment


def gives(row: Row) -> bool:
    """Whether anything can come of a row."""
    return row["mode"] not in ("never", "none")


def class_of(plant: Plant) -> str:
    """Class of a planted report; "" where it has none."""
    flat, kind = plant.flat, plant.kind
    if "terms" in flat:
        return ""  # its source forbids passing it on
    if flat.get("alleged_class") == "host-state-forces" or any(
        one["role"] == "alleged-perpetrator" and one["actor_class"] == "host-state-forces"
        for one in flat.get("actors", ())
    ):
        return "incident-host-forces-alleged"
    if plant.compartment.startswith("org-") and kind in ("alert", "incident"):
        return "report-from-organisation"
    if kind == "incident":
        verified = flat["state"] in ("verified", "partly-verified")
        return "incident-verified" if verified else ""
    if kind == "notification" and flat["state"] == "draft":
        return ""  # submitting it is the consent
    if kind == "notification" and plant.compartment.startswith("party-"):
        return "notification-acknowledgement"
    return {
        "source": "source-or-caller-identity",
        "referral": "protected-referral",
        "alert": "informant-alert",
        "notification": "humanitarian-notification",
        "acknowledgement": "notification-acknowledgement",
        "activity": "ngo-presence",
        "organisation": "ngo-presence",
        "patrol": "patrol-plan-or-own-position",
        "movement": "patrol-plan-or-own-position",
        "unit": "patrol-plan-or-own-position",
    }.get(kind, kind if any(row["data"] == kind for row in matrix()) else "")


def ways(plant: Plant, compartments: list[str]) -> list[Way]:
    """Every way on which some version of the report may come to another compartment."""
    start = Way(plant.compartment, ())
    return list(_ways(plant, class_of(plant), start, compartments))


def _ways(plant: Plant, data: str, before: Way, compartments: list[str]) -> Iterator[Way]:
    at = before.to
    for to in compartments:
        if to == at or to == plant.compartment or _never(data, at, to):
            continue
        row = next((one for one in _rows(data, at, to) if _bound(plant, one, at, to)), None)
        if row is None or not gives(row):
            continue
        through = (*before.through, at) if before.rows else ()
        way = Way(to, (*before.rows, row), through)
        yield way
        if row["onward"] not in ("", "last") and len(way.rows) < 4:
            yield from _ways(plant, row["onward"], way, compartments)


def _rows(data: str, at: str, to: str) -> Iterator[Row]:
    for row in matrix():
        if row["data"] == data and meant(row["origin"], at) and meant(row["to"], to):
            yield row


def _never(data: str, at: str, to: str) -> bool:
    return any(row["mode"] == "never" for row in _rows(data, at, to))


def _bound(plant: Plant, row: Row, at: str, to: str) -> bool:
    if not row["binding"]:
        return True
    form, names = BINDINGS[row["binding"]]
    one = to if row["to"].endswith("*") else at
    for name in names:
        if value := plant.flat.get(name):
            codes = [value] if isinstance(value, str) else value
            return one.removeprefix(form) in codes
    return False


def _passes(plant: Plant, mark: Mark, row: Row) -> bool:
    """Whether one row lets one mark pass.

    Words pass with their group where nothing is coarsened; those of the group ``text`` only as
    a person edited them, and so no mark does.
    """
    exact_place, exact_time = row["place"] == "exact", row["time"] == "minute"
    numbers = exact_place and row["counts"] == "exact"
    base, _, inner = mark.field.partition(".")
    if mark.field in ("point", "pcode"):
        return exact_place
    if base == "occurred":
        return exact_time
    field = _fields(plant.kind).get(base)
    if field is None or field.held.group not in row["passes"].split():
        return False
    if mark.sort == "moment":
        return exact_time
    if mark.sort == "word":
        words = numbers and exact_time and field.held.group != "text"
        return words or (field.held.passes_as_is and not inner)
    if inner or mark.sort == "point":
        return numbers and exact_time
    return row["counts"] == "exact" if mark.sort == "number" else numbers


@cache
def _fields(kind: str) -> dict[str, Field]:
    return fields_of(kinds()[kind].content)


def counted(way: Way, plant: Plant, name: str) -> int | None:
    """A count as the version at the end of a way has it; None: it is not there."""
    value: Any = plant.flat.get(name)
    if not isinstance(value, int):
        return None
    for row in way.rows:
        if _fields(plant.kind)[name].held.group not in row["passes"].split():
            return None
        if row["counts"] == "none":
            return None
        if row["counts"] == "banded":
            value = max(least for least in (0, 1, 5, 10, 25, 100) if least <= value)
    return value
