"""What an import comes to: its counts, the first rows and rejects, what a person should look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from eirene.imports.deciding import AMENDMENT, EMPTY, REJECT, REPEAT, REPORT, Decided
from eirene.imports.naming import at_point
from eirene.imports.rejects import Reject
from eirene.imports.seen import Seen
from eirene.places import Place
from eirene.reports.draft import Draft, Find

SHOWN_REJECTS = 1_000
SAMPLES = 3
_MOST_ODD = 500
MOST_UNPLACED = 2_000
_MOST_UNCLEAR = 200
_NOT_SHOWN = ("kind", "compartment", "entity", "client_id", "source", "narrative")
_RISING = (("killed", "killed_best"), ("killed_best", "killed_most"), ("killed", "killed_most"))


class Meant(msgspec.Struct, frozen=True):
    """One of the places that a name may mean, with what tells it from the others."""

    name: str
    area: str
    """Name of the area around it; "" where none is known."""
    pcode: str
    type: str
    """Code of what a site is; ``area`` of an area, ``settlement`` of a place of the mission's lists."""
    source: str
    """The list that has it."""
    latitude: float | None
    longitude: float | None


Describe = Callable[[Place], Meant]
"""What tells a place that a name was found by from others of its name."""


class Unclear(msgspec.Struct, frozen=True):
    """A name that may mean several places of the mission."""

    rows: int
    first: int
    """Number of the first row that has it."""
    means: dict[str, Meant]
    """What can be said instead of it, each one place, and which that is."""


class Tally:
    """Of the rows that were decided so far."""

    def __init__(
        self,
        find: Find | None,
        knows: Callable[[str], bool] | None = None,
        describe: Describe | None = None,
    ) -> None:
        """``knows``: whether a list of places has a P-code, where that is known without ``find``."""
        self._find = find
        self._describe = describe or _bare
        self._knows: Callable[[str], bool] = knows or self._finds
        self._counts = [0] * 5
        self._odd: dict[str, tuple[int, int]] = {}
        self.seen = Seen()
        """The entities of the rows."""
        self.refused = Seen()
        """Entities of which rejects speak."""
        self.unnumbered = 0
        """Rejects of which nobody can tell what they speak of."""
        self.unplaced: dict[str, tuple[int, int]] = {}
        """Names and P-codes that no list of places has: in how many rows, the first of them."""
        self.unclear: dict[str, Unclear] = {}
        """Names that may mean several places; their rows are rejects until somebody chooses."""
        self.samples: list[tuple[int, str]] = []
        """Number of a row, and what it would be as a report."""
        self.first: list[tuple[int, dict[str, Any], Draft]] = []
        """The same rows as flat reports, and checked."""
        self.box: tuple[float, float, float, float] | None = None
        """West, south, east, north of the points; None where no row has one."""
        self.rejects: list[Reject] = []
        """The first of them."""

    def has(self, entity: bytes) -> bool:
        """Whether a row speaks of the entity that begins with these 8 bytes."""
        return entity in self.seen or entity in self.refused

    @property
    def rows(self) -> int:
        return sum(self._counts)

    @property
    def reports(self) -> int:
        """New ones and amendments."""
        return self._counts[REPORT] + self._counts[AMENDMENT]

    @property
    def amendments(self) -> int:
        return self._counts[AMENDMENT]

    @property
    def repeats(self) -> int:
        return self._counts[REPEAT]

    @property
    def rejected(self) -> int:
        return self._counts[REJECT]

    @property
    def empty(self) -> int:
        return self._counts[EMPTY]

    @property
    def odd(self) -> list[tuple[str, int, int]]:
        """What a person should look at: what, in how many rows, the first of them."""
        return [(what, times, row) for what, (times, row) in self._odd.items()]

    # -- rows that were decided elsewhere

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """Of rows by outcome."""
        report, amendment, repeat, reject, empty = self._counts
        return report, amendment, repeat, reject, empty

    def sample(self, one: Decided, text: str) -> None:
        """One of the first rows."""
        assert one.draft is not None
        if len(self.samples) < SAMPLES:
            self.samples.append((one.row.number, text))
            self.first.append((one.row.number, one.flat, one.draft))

    def merge(
        self,
        counts: Sequence[int],
        box: tuple[float, float, float, float] | None,
        odd: Iterable[tuple[str, int, int]],
        unplaced: Mapping[str, tuple[int, int]],
    ) -> None:
        """Count rows that another tally has counted."""
        self._counts = [a + b for a, b in zip(self._counts, counts, strict=True)]
        if box is not None:
            west, south, east, north = self.box or box
            self.box = (
                *(min(west, box[0]), min(south, box[1])),
                *(max(east, box[2]), max(north, box[3])),
            )
        for what, times, row in odd:
            self._note(what, times, row)
        for name, (times, row) in unplaced.items():
            had, first = self.unplaced.get(name, (0, row))
            if name in self.unplaced or len(self.unplaced) < MOST_UNPLACED:
                self.unplaced[name] = (had + times, first)

    def settled(self, one: Decided, told: int) -> None:
        """A row that was counted as a report may be none; ``told`` of its notes are known."""
        if one.outcome != REPORT:
            self._counts[REPORT] -= 1
            self._counts[one.outcome] += 1
        for what in one.notes[told:]:
            self._note(what, 1, one.row.number)

    def refuse(self, rejects: Sequence[Reject], entities: Iterable[bytes], unnumbered: int) -> None:
        """Rejects, which are counted already, and what they speak of."""
        for entity in entities:
            self.refused.note(entity, b"")
        self.unnumbered += unnumbered
        self.rejects += rejects[: SHOWN_REJECTS - len(self.rejects)]
        for one in rejects:
            self._unclear(one)

    def _note(self, what: str, times: int, row: int) -> None:
        had, first = self._odd.get(what, (0, row))
        if what in self._odd or len(self._odd) < _MOST_ODD:
            self._odd[what] = (had + times, first)

    # -- rows that are decided here

    def take(self, one: Decided) -> None:
        """Count one row."""
        self._counts[one.outcome] += 1
        if one.outcome == REJECT:
            assert one.reject is not None
            if one.entity:
                self.refused.note(one.entity, b"")
            else:
                self.unnumbered += 1
            if len(self.rejects) < SHOWN_REJECTS:
                self.rejects.append(one.reject)
            self._unclear(one.reject)
            return
        if one.draft is not None:
            self._keep(one, one.draft)

    def _unclear(self, reject: Reject) -> None:
        """Keep what a name may mean, each as words by which it is found alone."""
        find, name = self._find, reject.value.strip()
        if reject.field != "place" or find is None:
            return
        known = self.unclear.get(name)
        if known is not None:
            self.unclear[name] = msgspec.structs.replace(known, rows=known.rows + 1)
        elif name and len(self.unclear) < _MOST_UNCLEAR:
            means = dict(filter(None, (self._alone(hit, find) for hit in find(name))))
            if len(means) > 1:
                self.unclear[name] = Unclear(1, reject.row, means)

    def _alone(self, hit: Place, find: Find) -> tuple[str, Meant] | None:
        """Words that are this place and no other, and what tells it from those of its name."""
        told = self._describe(hit)
        if hit.lat is None:
            return (hit.pcode, told) if hit.pcode else None
        areas = find(hit.pcode) if hit.pcode else []
        for words in (*(f"{hit.name}, {area.name}" for area in areas), at_point(hit)):
            found = find(words)
            if len(found) == 1 and (found[0].lat, found[0].lon) == (hit.lat, hit.lon):
                return words, told
        return None

    def _keep(self, one: Decided, draft: Draft) -> None:
        """Keep a sample, how far the points reach, and what a person should look at."""
        number, flat = one.row.number, one.flat
        if len(self.samples) < SAMPLES:
            self.samples.append((number, shown(flat)))
            self.first.append((number, flat, draft))
        self._reach(draft)
        notes = one.notes
        if (name := self._unplaced(draft)) is not None:
            times, first = self.unplaced.get(name, (0, number))
            if name in self.unplaced or len(self.unplaced) < MOST_UNPLACED:
                self.unplaced[name] = (times + 1, first)
        for low, high in _RISING:
            if low in flat and high in flat and flat[low] > flat[high]:
                notes += (f"{low} is above {high}, as the source has it",)
        for what in notes:
            self._note(what, 1, number)

    def _unplaced(self, draft: Draft) -> str | None:
        """The P-code or name of a place that nobody can find on a map; None where there is none."""
        place = draft.place
        if self._find is None or place is None or place.lat is not None:
            return None
        if not place.pcode:
            return place.name or None
        return None if self._knows(place.pcode) else place.pcode

    def _finds(self, pcode: str) -> bool:
        return self._find is None or bool(self._find(pcode))

    def _reach(self, draft: Draft) -> None:
        place = draft.place
        if place is None or place.lat is None or place.lon is None:
            return
        west, south, east, north = self.box or (place.lon, place.lat, place.lon, place.lat)
        self.box = (
            min(west, place.lon),
            min(south, place.lat),
            max(east, place.lon),
            max(north, place.lat),
        )


def _bare(place: Place) -> Meant:
    return Meant(place.name, "", place.pcode, "", "", place.lat, place.lon)


def shown(flat: dict[str, Any]) -> str:
    """A flat report in one line."""
    said: list[str] = []
    for name, value in flat.items():
        if isinstance(value, dict):  # a time; as words it stands as it is
            said.append(f"{name} {value['start']} to {value['end']} ({value['precision']})")
        elif isinstance(value, list):
            said.append(f"{name} {msgspec.json.encode(value).decode()}")
        elif name not in _NOT_SHOWN:
            said.append(f"{name} {value}")
    return "; ".join(said)[:400]
