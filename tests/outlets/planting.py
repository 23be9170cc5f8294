"""One report of every kind for every compartment, with a mark in every field that can hold one.

Everything follows from the declarations of the kinds: a kind or field that comes
later is planted without anybody thinking of it. A field that no value fits
fails the walk by name, so that it cannot be left out in silence.
"""

from __future__ import annotations

import itertools
import typing
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import UnsetType

from eirene.errors import InvalidReport
from eirene.reports.contents import struct_in
from eirene.reports.draft import draft_of
from eirene.reports.kinds import Codes, Field, Kind, fields_of
from eirene.times import iso
from outlets import marks

NOW = datetime(2025, 6, 1, tzinfo=UTC)
IN_FILES = ("in the file", "the file's name")
"""Where the marks of an attachment's file stand: no list of reports shows them."""
_ENVELOPE_CODES = {"basis": "seen", "grade": "B2", "purpose": "protection", "language": "en"}


class Mark(msgspec.Struct, frozen=True):
    """One planted value: what it is, and in which field of which plant."""

    sort: str
    """word, area, number, decimal, moment, point or id."""
    value: str | int | float | datetime | tuple[float, float]
    plant: int
    field: str


class Plant(msgspec.Struct, kw_only=True):
    """One planted report."""

    n: int
    kind: str
    compartment: str
    flat: dict[str, Any]
    marks: list[Mark]
    report: str = ""
    """Its id, once it is filed; so are the other two."""
    entity: str = ""
    entry: str = ""
    replaces: int | None = None
    """Number of the plant that it amends."""

    def __str__(self) -> str:
        return f"{self.kind} in {self.compartment}"


class Unplantable(AssertionError):
    """A field for which no value of ours is taken."""


class Gardener:
    """Makes plants; each mark is given out once."""

    def __init__(
        self, compartments: list[str], taken: Callable[[float, float], bool] | None = None
    ) -> None:
        """``taken`` says where no mark may lie: a coarsened place could be taken for it."""
        self._taken = taken
        self._order = {name: at for at, name in enumerate(compartments)}
        self._plants = itertools.count()
        self._numbers = itertools.count()
        self._moments = itertools.count()
        self._points = itertools.count()

    def plant(self, kind: Kind, compartment: str, **more: Any) -> Plant:
        """A report of this kind with a mark in each of its fields; ``more`` goes in as it is."""
        made = Plant(
            n=next(self._plants), kind=kind.name, compartment=compartment, flat={}, marks=[]
        )
        self._envelope(made, kind)
        made.flat |= more
        self._leave_out(made, kind)
        if "amends" in kind.requires and "amends" not in more:
            made.flat["amends"] = ["0" * 32]
        for field in fields_of(kind.content).values():
            if field.name not in (*kind.without, *more):
                self._fill(made, kind, field)
        made.marks += [
            Mark("word", code, made.n, name) for name in more for code in _words_in(more[name])
        ]
        return made

    @staticmethod
    def _leave_out(made: Plant, kind: Kind) -> None:
        """Some kinds refuse what all others hold."""
        for name in kind.without:
            made.flat.pop(name, None)
        gone = {"point" if name == "latitude" else name for name in kind.without}
        made.marks = [one for one in made.marks if one.field.partition(".")[0] not in gone]

    def _envelope(self, made: Plant, kind: Kind) -> None:
        start = self._moment()
        observed = self._moment()
        lat, lon = self._point()
        place, source = self._word(made, "place"), self._word(made, "source")
        pcode = marks.area(self._order[made.compartment], made.n)
        client = uuid.UUID(int=(0x5A << 120) | made.n)
        made.flat |= {
            "kind": kind.name,
            "compartment": made.compartment,
            "client_id": str(client),
            "occurred": f"{start:%Y-%m-%dT%H:%MZ}",
            "observed": iso(observed),
            "place": place,
            "latitude": lat,
            "longitude": lon,
            "accuracy_m": 25.0,
            "pcode": pcode,
            "source": source,
            "classification": "unclassified",
            "tlp": "CLEAR",
            **_ENVELOPE_CODES,
        }
        end = start + timedelta(minutes=1)
        for sort, value, field in (
            ("moment", start, "occurred"),
            ("moment", end, "occurred.end"),
            ("moment", observed, "observed"),
            ("point", (lat, lon), "point"),
            ("area", pcode, "pcode"),
            ("id", client.hex, "client_id"),
        ):
            made.marks.append(Mark(sort, value, made.n, field))

    def _point(self) -> tuple[float, float]:
        for n in self._points:
            lat, lon = marks.point(n)
            if self._taken is None or not self._taken(lat, lon):
                return lat, lon
        raise AssertionError("unreachable: points are counted without end")

    def _moment(self) -> datetime:
        return marks.moment(next(self._moments))

    def word(self, made: Plant, field: str) -> str:
        """One more word of a plant, that stands where no field of its kind is."""
        return self._word(made, field)

    def _word(self, made: Plant, field: str) -> str:
        made.marks.append(Mark("word", word := marks.word(f"{made.n} {field}"), made.n, field))
        return word

    def _fill(self, made: Plant, kind: Kind, field: Field) -> None:
        """The first value that the kind takes, marked where it can be marked."""
        kept = list(made.marks)
        for value, marked in self._values(made, field):
            made.marks = kept + marked
            if _taken(kind, made.flat | {field.name: value}, field):
                made.flat[field.name] = value
                return
        made.marks = kept
        raise Unplantable(
            f"no value fits {kind.name}.{field.name} ({field.held.form}); teach outlets/planting.py"
        )

    def _values(self, made: Plant, field: Field) -> Iterator[tuple[Any, list[Mark]]]:
        """Values for a field, the best first, each with the marks in it."""
        form, name = field.held.form, field.name
        if field.codes is not None:
            for code in field.codes.open_codes():
                yield ([code] if form == "many" else code), []
        elif form == "yesno":
            yield True, []
        elif form == "count":
            n = next(self._numbers)
            for value in (marks.number(n), marks.FIRST_NUMBER - marks.NUMBER_STEP * (n + 1)):
                yield value, [Mark("number", value, made.n, name)]
        elif form == "number":
            value = marks.decimal(next(self._numbers))
            yield value, [Mark("decimal", value, made.n, name)]
        elif form == "time":
            moment = self._moment()
            yield iso(moment), [Mark("moment", moment, made.n, name)]
        else:
            yield from self._words(made, field)

    def _words(self, made: Plant, field: Field) -> Iterator[tuple[Any, list[Mark]]]:
        """A word, in a sentence where there is room, in a list or in structs where they are wanted."""
        name = field.name
        word = marks.word(f"{made.n} {name}")
        marked = [Mark("word", word, made.n, name)]
        struct = struct_in(field.type)
        if struct is not None:
            yield self._struct(made, struct, name)
        elif field.held.form == "list":
            yield [word], marked
        elif field.held.form == "longtext":
            yield f"They said {word}, and went.\nNobody wrote it down.", marked
        else:
            yield word, marked

    def _struct(
        self, made: Plant, struct: type[msgspec.Struct], name: str
    ) -> tuple[list[dict[str, Any]], list[Mark]]:
        """One struct with marks; a latitude and a longitude in it are one point."""
        value: dict[str, Any] = {}
        marked: list[Mark] = []
        hints: dict[str, Any] = typing.get_type_hints(struct, include_extras=True)
        if {"latitude", "longitude"} <= hints.keys():
            lat, lon = self._point()
            value |= {"latitude": lat, "longitude": lon}
            marked.append(Mark("point", (lat, lon), made.n, name))
        for inner, hint in hints.items():
            path = f"{name}.{inner}"
            codes = next(
                (m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Codes)), None
            )
            if inner in value:
                continue
            if codes is not None:
                value[inner] = codes.open_codes()[0]
                continue
            sort = _plain(hint)
            if sort not in (str, int, float):
                raise Unplantable(f"no value fits {path}; teach outlets/planting.py")
            if sort is str:
                value[inner] = marks.word(f"{made.n} {path}")
            else:
                n = next(self._numbers)
                value[inner] = marks.number(n) if sort is int else marks.decimal(n)
            of = {str: "word", int: "number", float: "decimal"}[sort]
            marked.append(Mark(of, value[inner], made.n, path))
        return [value], marked


def _words_in(value: Any) -> list[str]:
    """Marks among values that were given."""
    told = value if isinstance(value, list) else [value]
    return [one for one in told if isinstance(one, str) and marks.WORD.fullmatch(one)]


def _plain(hint: Any) -> Any:
    """The plain type in a hint: ``Annotated[float, Meta(ge=0)] | UnsetType`` -> ``float``."""
    if isinstance(hint, type) and hint is not UnsetType:
        return hint
    inner = (typing.get_origin(hint) is typing.Annotated and typing.get_args(hint)[:1]) or (
        typing.get_args(hint)
    )
    return next((found for one in inner if (found := _plain(one)) is not None), None)


def _taken(kind: Kind, flat: dict[str, Any], field: Field) -> bool:
    """Whether the kind takes the field: a complaint of a field that is still to come is none."""
    try:
        draft_of(flat, now=NOW)
    except InvalidReport as error:
        at = (error.field or "").split(".")[0]
        later = at in fields_of(kind.content) and at not in flat
        return later and at != field.name
    return True
