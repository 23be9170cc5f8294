"""Missions: name, zone, areas, names and the data that ships with each.

A mission is a folder with a ``mission.toml``. Those of this package are known
by name; any other folder may be given by its path. Nothing is read from it
before it is asked for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

import msgspec

from eirene.errors import BadSettings
from eirene.missions import own
from eirene.missions.areas import Areas
from eirene.missions.divisions import Basis, Division, Told
from eirene.missions.gazetteer import Gazetteer, Named, Suggested, read_gazetteer
from eirene.missions.roads import Roads, Section
from eirene.places import Place

_HOME = Path(__file__).resolve().parent


class Credit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose data it is, under which licence, and of when."""

    source: str
    title: str
    licence: str
    attribution: str
    as_of: str = ""
    files: tuple[str, ...] = ()


class BatchFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One list of reports to load."""

    title: str
    file: str
    kind: str
    mapping: str
    """A mapping that ships with Eirene; empty: the headings are fields of the kind."""
    compartment: str
    organisation: str = "public-record"
    """Whose reports they become."""
    beside: bool = False
    """True: the file may not ship in the package and lies in a folder beside it, or nowhere."""


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a ``mission.toml`` says."""

    name: str
    title: str
    bbox: tuple[float, float, float, float]
    """West, south, east, north in degrees."""
    zone: str
    subtitle: str = ""
    languages: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    """Before the digits of a P-code: the one of the boundaries first, then other spellings."""
    names_from: str = ""
    """Whose list the names of areas and settlements are from."""
    disclaimer: str = ""
    invented: bool = False
    """True: nothing of it is real, so that it never shares a map with what is."""
    settled_all: bool = False
    """True: the lists have every place where people live, so that elsewhere nobody does."""
    divisions: tuple[Told, ...] = ()
    """Versions of its administrative divisions; by the first one places are kept."""
    roads: str = ""
    """Roads in sections, GeoJSON; empty: the mission ships none."""
    names: dict[str, str] = {}
    credits: tuple[Credit, ...] = ()
    batches: tuple[BatchFile, ...] = ()
    story: str = ""
    """Of an exercise: what is reported, line by line (``missions.story``)."""
    cast: str = ""
    """Of an exercise: the accounts that report it."""
    members: str = ""
    """Of an exercise: its organisations, each with the form of its own compartment."""
    organisations: dict[str, str] = {}
    """In a demo: the organisation of each role that has a compartment of its own."""


class Batch(msgspec.Struct, frozen=True):
    """One list of reports, ready to be planned and loaded."""

    title: str
    kind: str
    mapping: str
    path: Path
    compartment: str
    organisation: str


class Mission:
    """One mission folder. Names and areas are read when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        told = tomllib.loads((folder / "mission.toml").read_text(encoding="utf-8"))
        self.declaration = msgspec.convert(told, Declaration)
        self.name = self.declaration.name
        self.title = self.declaration.title
        self.bbox = self.declaration.bbox
        self.zone = self.declaration.zone
        self.invented = self.declaration.invented
        self._shipped = [Division(one, folder) for one in self.declaration.divisions]
        self.areas = self._shipped[0].areas if self._shipped else Areas({})
        """Of the standing version."""
        self._node: Path | None = None
        self._lists: tuple[int, list[Division], Gazetteer] | None = None

    def take_up(self, node: Path) -> None:
        """Know the versions of the divisions, too, that were brought to a node."""
        self._node, self._lists = node, None

    def _opened(self) -> tuple[int, list[Division], Gazetteer]:
        """The versions there are, and the gazetteer of them; anew when one came or went."""
        stamp = own.stamp(self._node) if self._node else 0
        held = self._lists
        if held is None or held[0] != stamp:
            brought = own.listed(self._node) if self._node else []
            divisions = [*self._shipped, *(Division(told, folder) for told, folder in brought)]
            declared = self.declaration
            names = read_gazetteer(
                self.folder, declared.names, divisions, declared.prefix, declared.names_from
            )
            held = self._lists = stamp, divisions, names
        return held

    @property
    def divisions(self) -> list[Division]:
        """Versions of its divisions; by the first one reports are kept."""
        return self._opened()[1]

    @property
    def gazetteer(self) -> Gazetteer:
        """Names and P-codes."""
        return self._opened()[2]

    def division(self, name: str) -> Division | None:
        """The version of that id, the standing one for ""; None where there is none such."""
        return next((one for one in self.divisions if name in ("", one.id)), None)

    def basis(self, name: str, level: int) -> Basis | None:
        """A level of a version to count by; None where it has no borders of that level."""
        division = self.division(name)
        if division is None or level not in division.levels:
            return None
        return Basis(self.divisions, division, level)

    @cached_property
    def _roads(self) -> Roads | None:
        return Roads(self.folder / self.declaration.roads) if self.declaration.roads else None

    def road_near(self, lon: float, lat: float) -> Section | None:
        """The section of a road on which, or beside which, a point lies."""
        return self._roads.near(lon, lat) if self._roads else None

    def find(self, text: str, on: date | None = None) -> list[Place]:
        """Places with that name or P-code, best first, as they were called on a day."""
        return self.gazetteer.find(text, on)

    def suggest(self, prefix: str, limit: int = 10) -> list[Suggested]:
        """Places whose name begins so, each with the list it is from."""
        return self.gazetteer.suggest(prefix, limit)

    def area_of(self, lon: float, lat: float, level: int | None = None) -> str | None:
        """P-code of the area of a level (None: the finest) that holds the point."""
        return self.areas.at(lon, lat, level)

    @property
    def settled_all(self) -> bool:
        """Whether ``settled`` leaves out no place where people live."""
        return self.declaration.settled_all

    def settled(self) -> Sequence[Named]:
        """Places of which a list says how many people live there."""
        return self.gazetteer.settled

    def parents(self) -> dict[str, str]:
        """P-code of each area -> P-code of the area around it."""
        return self.gazetteer.parents

    @property
    def credits(self) -> Sequence[Credit]:
        """Attribution of the data in the folder; that of reports stands in their mapping."""
        return self.declaration.credits

    def batches(self, beside: Path | None = None) -> Iterator[Batch]:
        """Lists of reports in the order of loading.

        ``beside`` is the folder of what may not ship in the package; lists that
        are not there are left out.
        """
        for one in self.declaration.batches:
            home = beside if one.beside else self.folder
            if home is None or not (home / one.file).is_file():
                continue
            path = home / one.file
            yield Batch(one.title, one.kind, one.mapping, path, one.compartment, one.organisation)


def mission_named(name: str) -> Mission:
    """The mission of that name, or in that folder; ``BadSettings`` where there is none."""
    for folder in (_HOME / name, Path(name)):
        if name and (folder / "mission.toml").is_file():
            try:
                return Mission(folder)
            except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
                raise BadSettings(
                    f"{folder / 'mission.toml'} is not right: {error}.",
                    field="mission",
                    remedy="Compare it with the one of a mission that ships with Eirene.",
                ) from None
    known = sorted(path.parent.name for path in _HOME.glob("*/mission.toml"))
    raise BadSettings(
        f"There is no mission {name!r}.",
        field="mission",
        remedy="Use one of: " + ", ".join(known) + ", or a folder with a mission.toml.",
    )
