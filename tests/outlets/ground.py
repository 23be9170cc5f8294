"""A node with an account for every role and marks in every compartment, and who may obtain which.

What a role may obtain is worked out here from the golden files alone, so that a
fault of the product cannot excuse itself.
"""

from __future__ import annotations

import csv
import secrets
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from attached import a_photo
from eirene.desks.attaching import THUMBNAIL
from eirene.log.log import utc_now
from eirene.picture import report_by_id
from eirene.release.reader import Reader
from eirene.reports.envelope import Attachment
from eirene.reports.kinds import fields_of, kinds
from outlets import marks, sea
from outlets.allowing import Way, gives, matrix, meant, ways
from outlets.asking import Answer, Ask, Line
from outlets.looking import Eye
from outlets.planting import IN_FILES, Gardener, Mark, Plant
from web_node import WebNode

GOLDEN = Path(__file__).parents[1] / "golden"
ELSEWHERE = ("org-elsewhere", "party-elsewhere", "capital-elsewhere")
"""Compartments of organisations that have no account here."""


def organisation_of(role: str) -> str:
    """Roles with a compartment of their own have an organisation of their own, whose name is a mark."""
    own = any(name.endswith("-XXX") for name in clearances()[role]["compartments"])
    return marks.word(f"organisation of {role}") if own else "mission"


@cache
def clearances() -> dict[str, dict[str, list[str]]]:
    """``clearances.csv`` as it stands, by role."""
    with (GOLDEN / "clearances.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["role"]: {name: (value or "").split() for name, value in row.items()}
            for row in csv.DictReader(file)
        }


def compartments_of(role: str) -> frozenset[str]:
    """What the role reads."""
    found = clearances()[role]["compartments"]
    return frozenset(name.replace("XXX", organisation_of(role)) for name in found)


BOUND: dict[str, Any] = {
    "organisation_code": organisation_of("ngo-focal-point"),
    "party": organisation_of("party-focal-point"),
    "parties": [organisation_of("party-focal-point")],
    "contributor": organisation_of("capital-focal-point"),
    "unit_contributor": organisation_of("capital-focal-point"),
}
"""Fields that say to which organisation's compartment a report may go."""
_HOST_FORCES = [{"role": "alleged-perpetrator", "actor_class": "host-state-forces"}]
VARIANTS: list[tuple[str, str, dict[str, Any]]] = [
    ("incident", "mission", {"state": "verified"}),
    ("incident", "command", {"state": "verified", "actors": _HOST_FORCES}),
    ("incident", "mission", {"actors": _HOST_FORCES}),
    ("alert", "command", {"alleged_class": "host-state-forces"}),
    ("alert", "command", {"threat": "imminent"}),
    ("incident", "mission", {"state": "verified", "terms": "terms of a list"}),
    ("notification", f"org-{organisation_of('ngo-focal-point')}", {"state": "submitted"}),
    ("notification", "humanitarian", {"state": "submitted"}),
    ("notification", f"party-{organisation_of('party-focal-point')}", {"state": "acknowledged"}),
]
"""Reports of classes that a first code of each list does not give."""


def all_compartments() -> list[str]:
    """Every compartment that a role reads, and some of organisations that are not here."""
    return sorted({name for role in clearances() for name in compartments_of(role)} | {*ELSEWHERE})


def _may_be_told(mine: frozenset[str], audience: str) -> bool:
    """Whoever gives is told to whom: of an audience that some row lets his reports reach."""
    rows = (row for row in matrix() if gives(row))
    return any(
        meant(row["to"], audience) and any(meant(row["origin"], one) for one in mine)
        for row in rows
    )


def _manages(role: str, compartment: str) -> bool:
    """Who clears people for an organisation's own compartment, or manages accounts, knows its code."""
    patterns = clearances()[role]["may_grant"]
    return role == "administrator" or any(meant(pattern, compartment) for pattern in patterns)


@cache
def _edges() -> frozenset[float]:
    """Latitudes and longitudes of the middles of all squares."""
    return frozenset(value for square in sea.squares() for value in square.middle)


Middles = Callable[[float, float], Iterable[tuple[float, float]]]
_NEAR_DEG = 0.012


class Ground:
    """The node, what was planted in it, and the way to ask it."""

    def __init__(
        self, folder: Path, middles: Middles = lambda _lat, _lon: (), **settings: Any
    ) -> None:
        """``middles`` gives, of a point, what it may be coarsened to: no mark lies near one."""
        self.folder = folder
        self._middles = middles
        roles = {role: organisation_of(role) for role in clearances()}
        mission = sea.make(folder.with_name(f"{folder.name}-sea"))
        self.web = WebNode(folder, roles, mission=str(mission), **settings)
        self.line = Line(self.web.app)
        self.now = utc_now()
        self.web.node.releases._clock = lambda: self.now  # no slot passes by itself
        self.web.node.decisions._clock = lambda: self.now
        self._told: dict[str, frozenset[str]] = {}
        """Words that people wrote at the desk, and the compartments in which they may be read."""
        self._ways: dict[int, list[Way]] = {}
        self._revoked: dict[str, frozenset[str]] = {}
        self.compartments = all_compartments()
        self.gardener = Gardener(self.compartments, self._taken)
        self.plants: list[Plant] = []
        self._by_number: dict[int, Plant] = {}
        self.eye = Eye(())
        self._closed = False
        self._seen: dict[int, frozenset[Mark]] = {}
        for role in roles:
            self._learn_organisation(role)
        for compartment in ELSEWHERE:  # the node has met them before anything can go there
            self.file([self.plant("note", compartment)])

    def _taken(self, lat: float, lon: float) -> bool:
        if any(abs(value - round(value)) < _NEAR_DEG for value in (lat, lon)):
            return True  # a count of 1 beside the latitude of a square would be taken for it
        if all(any(abs(value - one) < _NEAR_DEG for one in _edges()) for value in (lat, lon)):
            return True  # so would the longitude of one square beside the latitude of another
        near = [(a, b) for a, b in self._middles(lat, lon) if abs(lat - a) < _NEAR_DEG]
        return any(abs(lon - b) < _NEAR_DEG for _, b in near)

    def _learn(self, mark: Mark) -> None:
        self.eye.learn(mark)
        if isinstance(mark.value, tuple):
            self.eye.excuse(self._middles(*mark.value))

    def _learn_organisation(self, role: str) -> None:
        """Whom an on-demand compartment belongs to is known in that compartment alone."""
        if (name := organisation_of(role)) != "mission":
            self.eye.learn(Mark("word", name, -1, f"organisation of {role}"))

    def plant_everywhere(self) -> None:
        """A report of every kind in every compartment that takes it."""
        for compartment in self.compartments:
            made = [
                self.plant(kind.name, compartment)
                for kind in kinds().values()
                if kind.name != "withdrawal" and (not kind.only_in or compartment in kind.only_in)
            ]
            self.file(made)
        for kind, compartment, more in VARIANTS:
            self.file([self.plant(kind, compartment, **more)])
        self._link_across()

    def plant(self, kind: str, compartment: str, **more: Any) -> Plant:
        """A plant that names, where its kind can, the organisations that have accounts here."""
        known = fields_of(kinds()[kind].content)
        codes = {name: value for name, value in BOUND.items() if name in known}
        return self.gardener.plant(kinds()[kind], compartment, **(codes | more))

    def _link_across(self) -> None:
        """In each compartment a note that links to a report of every other one."""
        by = {plant.compartment: plant for plant in self.plants if plant.kind == "incident"}
        for compartment in self.compartments:
            links = [
                {"role": "about", "report": other.report}
                for name, other in by.items()
                if name != compartment
            ]
            self.file([self.plant("note", compartment, links=links)])

    def amend(self, plant: Plant) -> Plant:
        """The same entity told anew, with marks of its own."""
        made = self.plant(plant.kind, plant.compartment, amends=[plant.report])
        made.replaces = plant.n
        self.file([made])
        return made

    def withdraw(self, plant: Plant) -> Plant:
        """The report taken back; the taking back has marks too."""
        made = self.gardener.plant(kinds()["withdrawal"], plant.compartment, amends=[plant.report])
        made.replaces = plant.n
        self.file([made])
        return made

    def amend_and_withdraw(self) -> None:
        """In each compartment one report is told anew, and one is taken back."""
        for compartment in self.compartments:
            here = {plant.kind: plant for plant in self.plants if plant.compartment == compartment}
            self.amend(here["alert"])
            self.withdraw(here["hazard"])

    def plant_one_more(self) -> None:
        """A report in every compartment, after everything else."""
        for compartment in self.compartments:
            self.file([self.plant("incident", compartment)])

    def filer(self, compartment: str) -> Reader:
        """Whoever files into a compartment; its account's name is a mark of its own."""
        owner = compartment.partition("-")[2] if compartment.startswith("org-") else "mission"
        account = marks.word(f"account in {compartment}")
        return Reader(
            account=account,
            organisation=owner,
            compartments=frozenset(self.compartments),
            may_file=frozenset((compartment,)),
        )

    def file(self, plants: list[Plant]) -> None:
        """File plants of one compartment, and learn their marks and ids."""
        reader = self.filer(plants[0].compartment)
        filed = self.web.node.filing.file_now(
            reader, [plant.flat for plant in plants], attached=[*map(self._files, plants)]
        )
        for plant, one in zip(plants, filed, strict=True):
            plant.report, plant.entity = one.id.hex(), one.entity.hex()
            plant.entry = report_by_id(self.web.node.picture, reader, one.id).entry.hex()
            for field in (
                ("report", "entry") if plant.replaces is not None else ("report", "entity", "entry")
            ):
                plant.marks.append(Mark("id", getattr(plant, field), plant.n, field))
            plant.marks.append(Mark("word", reader.account, plant.n, "filed_by"))
            self.plants.append(plant)
            self._by_number[plant.n] = plant
            for mark in plant.marks:
                self._learn(mark)
        self._seen.clear()

    def _files(self, plant: Plant) -> tuple[Attachment, ...]:
        """The files that belong to a plant: a photo with marks in what it tells, and its thumbnail."""
        if plant.kind != "attachment" or plant.replaces is not None:
            return ()
        data, name = (self.gardener.word(plant, field) for field in IN_FILES)
        keep = self.web.node.attaching.files.keep
        photo = keep(plant.compartment, a_photo(data), "image/jpeg", f"{name}.jpg")
        small = keep(plant.compartment, a_photo(size=(9, 9), kind="WEBP"), "image/webp", THUMBNAIL)
        return photo, small

    # -- who may obtain what

    def visible(self, compartments: Iterable[str]) -> list[Plant]:
        """Plants in these compartments."""
        mine = frozenset(compartments)
        return [plant for plant in self.plants if plant.compartment in mine]

    def standing(self, compartments: Iterable[str]) -> list[Plant]:
        """Those of them that hold now: neither replaced, nor taken back, nor a taking back."""
        gone = {plant.replaces for plant in self.plants}
        return [
            plant
            for plant in self.visible(compartments)
            if plant.n not in gone and plant.kind != "withdrawal"
        ]

    def stays(self, mark: Mark) -> bool:
        """Whether the terms of the source of a mark's report forbid passing it on."""
        plant = self._by_number.get(mark.plant)
        return plant is not None and "terms" in plant.flat

    def hidden(self, compartments: Iterable[str]) -> list[Plant]:
        """All the others."""
        mine = frozenset(compartments)
        return [plant for plant in self.plants if plant.compartment not in mine]

    def ways(self, plant: Plant) -> list[Way]:
        """How versions of a plant may come to other compartments."""
        found = self._ways.get(plant.n)
        if found is None:
            found = self._ways[plant.n] = ways(plant, self.compartments)
        return found

    def released(self, compartments: Iterable[str]) -> list[tuple[Plant, list[Way]]]:
        """Plants of elsewhere, with the ways on which they may come to these compartments."""
        mine = frozenset(compartments)
        found = ((p, [way for way in self.ways(p) if way.to in mine]) for p in self.hidden(mine))
        return [(plant, reached) for plant, reached in found if reached]

    def reads(self, role: str) -> frozenset[str]:
        """What the role reads, but for what was taken from it here."""
        return compartments_of(role) - self._revoked.get(role, frozenset())

    def revoke(self, by: str, role: str, compartment: str) -> None:
        """One role takes a clearance from another one's account."""
        given = msgspec.json.encode({"act": "narrow", "compartments": [compartment]})
        assert self.ask(by, Ask("POST", f"/api/accounts/{role}", given)).status == 200
        self._revoked[role] = self._revoked.get(role, frozenset()) | {compartment}

    def allowed(self, role: str) -> frozenset[tuple[str, Any]]:
        """Sort and value of every mark that this role may obtain."""
        mine = self.reads(role)
        found = {(m.sort, m.value) for plant in self.visible(mine) for m in plant.marks}
        found |= {
            (mark.sort, mark.value)
            for plant, reached in self.released(mine)
            for mark in plant.marks
            if any(way.passes(plant, mark) for way in reached)
        }
        # areas of one compartment share the beginning of their codes
        found |= {("area", str(value)[:4]) for sort, value in found if sort == "area"}
        known = {
            name
            for name in self.compartments
            if name in mine or _may_be_told(mine, name) or _manages(role, name)
        }
        found |= {
            ("word", organisation_of(other))
            for other in clearances()
            if other == role or any(name.endswith(organisation_of(other)) for name in known)
        }
        found |= {("word", word) for word, where in self._told.items() if where & mine}
        return frozenset(found)

    def tell(self, word: str, compartments: Iterable[str]) -> None:
        """A word that somebody writes beside reports, and where it may be read."""
        self._told[word] = self._told.get(word, frozenset()) | frozenset(compartments)
        self.eye.learn(Mark("word", word, -1, "words at the desk"))
        self._seen.clear()

    def whose(self, mark: Mark) -> str:
        """The plant of a mark, in words."""
        plant = self._by_number.get(mark.plant)
        return str(plant) if plant else "the node's accounts"

    # -- asking

    def ask(self, role: str | None, ask: Ask) -> Answer:
        """One request as a role; None is somebody without an account."""
        return self.line.ask(None if role is None else self.web.token[role], ask)

    async def asked(self, role: str | None, ask: Ask) -> Answer:
        """The same, for somebody who asks beside others."""
        return await self.line.asked(None if role is None else self.web.token[role], ask)

    def marks_in(self, raw: bytes) -> frozenset[Mark]:
        """Marks in these bytes; the same bytes are looked through once."""
        key = hash(raw)
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = frozenset(self.eye.found(raw))
        return found

    def close(self) -> None:
        """Let go of the folder; again is harmless."""
        if not self._closed:
            self._closed = True
            self.line.close()
            self.web.close()


def chosen(plants: list[Plant], most: int, salt: str) -> list[Plant]:
    """So many of them, other ones for each salt, the same in each run."""
    return sorted(plants, key=lambda plant: marks.word(f"{salt} {plant.n}"))[:most]


def absent_id() -> str:
    """An id that nothing has."""
    return secrets.token_hex(16)


class Leak(msgspec.Struct, frozen=True):
    """A mark that came out where it may not."""

    role: str
    outlet: str
    mark: Mark
    plant: str
    asked: str

    def __str__(self) -> str:
        return (
            f"{self.role} got {self.mark.sort} {self.mark.value!r} "
            f"({self.mark.field} of {self.plant}) by {self.outlet}: {self.asked[:200]}"
        )


def leaks_among(
    ground: Ground, role: str, outlet: str, found: Mapping[Mark, str], allowed: frozenset[Any]
) -> list[Leak]:
    """What of the marks that were found this role may not have."""
    leaks: list[Leak] = []
    for mark, asked in found.items():
        value = str(mark.value)[:4] if mark.sort == "area" else mark.value
        if (mark.sort, value) in allowed:
            continue
        of = ground.whose(mark)
        leaks.append(Leak(role, outlet, mark, of, asked))
    return leaks
