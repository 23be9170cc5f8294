"""A row of the picture: one report, as a reader sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from eirene.picture import schema
from eirene.picture.columns import moment_of, ms_of, row_key
from eirene.picture.names import Names
from eirene.reports.envelope import Body, decode_body
from eirene.reports.flat import content_values, flat_of
from eirene.reports.kinds import Kind, count_fields, fields_of, kinds
from eirene.reports.packing import unpacked, unpacked_all

SHOWN = (
    "rid kind type state comp owner source class tlp start lasts lon lat received touched many lead finer actor stays"
).split()
"""Columns of ``report`` that a row shows beside its body."""
_AT = {name: at for at, name in enumerate(SHOWN)}


class Row:
    """One report. Its body is decoded when it is first asked for."""

    __slots__ = (
        "_body",
        "_found",
        "_names",
        "amends",
        "links",
    )

    def __init__(self, names: Names, found: tuple[Any, ...]) -> None:
        self._names = names
        self._found = found
        """Values of ``shown_columns``, in order: five hundred of them are made a page."""
        self._body: Body | None = None
        self.amends: list[str] = []
        """Ids of the reports that this one amends, as far as they are here."""
        self.links: list[dict[str, str]] = []
        """Role and report id of what this one links to, as far as the reader may see it."""

    def column(self, name: str) -> Any:
        """A number as it stands in the file."""
        return self._found[_AT[name]]

    @property
    def withdrawn(self) -> bool:
        return bool(self._found[-5])

    @property
    def conflict(self) -> bool:
        return bool(self._found[-4])

    @property
    def current(self) -> bool:
        return bool(self._found[-3])

    @property
    def entry(self) -> bytes:
        return self._found[-2]

    @property
    def realm(self) -> str:
        """Realm of the node."""
        return self._names.realm

    @property
    def body(self) -> Body:
        if self._body is None:
            self._body = decode_body(unpacked(self._found[-1]))
        return self._body

    @property
    def kept(self) -> bytes:
        """The body as the file keeps it."""
        return self._found[-1]

    def decode(self, raw: bytes) -> None:
        """Take the body from its bytes, unpacked already."""
        self._body = decode_body(raw)

    @property
    def raw(self) -> bytes:
        """The body's bytes as they were received."""
        return unpacked(self._found[-1])

    @property
    def rid(self) -> int:
        """Number in this file; for nobody outside."""
        return self.column("rid")

    @property
    def id(self) -> bytes:
        return self.body.id

    @property
    def entity(self) -> bytes:
        return self.body.entity

    @property
    def kind(self) -> str:
        return self._names.text("kind", self.column("kind"))

    @property
    def type(self) -> str:
        return self._names.text("type", self.column("type"))

    @property
    def state(self) -> str:
        return self._names.text("state", self.column("state"))

    @property
    def actor(self) -> str:
        """Who acts, of the kinds that say so; else ""."""
        return self._names.text("actor", self.column("actor"))

    @property
    def compartment(self) -> str:
        return self._names.compartment_name(self.column("comp"))

    @property
    def owner(self) -> str:
        return self._names.text("owner", self.column("owner"))

    @property
    def source(self) -> str:
        return self._names.text("source", self.column("source"))

    @property
    def classification(self) -> str:
        return self._names.text("class", self.column("class"))

    @property
    def tlp(self) -> str:
        return self._names.text("tlp", self.column("tlp"))

    @property
    def start(self) -> datetime | None:
        return None if self.column("lasts") is None else moment_of(self.column("start"))

    @property
    def end(self) -> datetime | None:
        lasts = self.column("lasts")
        return None if lasts is None else moment_of(self.column("start") + lasts)

    @property
    def received(self) -> datetime:
        return moment_of(self.column("received"))

    @property
    def lon(self) -> float | None:
        lon = self.column("lon")
        return None if lon is None else lon / schema.DEGREE

    @property
    def lat(self) -> float | None:
        lat = self.column("lat")
        return None if lat is None else lat / schema.DEGREE

    @property
    def is_version(self) -> bool:
        """Whether a release desk made it."""
        return self.column("finer") is not None

    @property
    def may_leave(self) -> bool:
        """False where terms of its source forbid passing it on (``release.terms``)."""
        return self.column("stays") is None

    @property
    def key(self) -> str:
        """Stable name of the row in the stream: one entity as one owner tells it."""
        body = self.body
        return row_key(body.compartment, body.owner, body.entity)


def flat(row: Row) -> dict[str, Any]:
    """The flat form of a row: what was filed, and how it stands in the picture."""
    found = flat_of(row.body, row.realm)
    found["entry"] = row.entry.hex()
    if row.amends:
        found["amends"] = row.amends
    if row.links:
        found["links"] = row.links
    found["withdrawn"] = row.withdrawn
    found["conflict"] = row.conflict
    found["current"] = row.current
    return found


STREAM_COLUMNS = (
    "key entity id kind type state summary compartment organisation source start end precision "
    "lat lon accuracy_m place pcode grade classification tlp killed counts filed received "
    "withdrawn conflict coarse what actor"
).split()
"""Columns of the live stream, in order."""


def stream_row(row: Row) -> list[Any]:
    """A row as the live stream sends it; times in ms since 1970."""
    body = row.body
    content, span, place = content_values(body), body.occurred, body.place
    kind = kinds().get(row.kind)
    counts = {n: content[n] for n in (count_fields(kind) if kind else ()) if n in content}
    return [
        row.key,
        body.entity.hex(),
        body.id.hex(),
        row.kind,
        row.type,
        row.state,
        content.get("summary", ""),
        body.compartment,
        body.owner,
        body.source,
        None if span is None else ms_of(span.start),
        None if span is None else ms_of(span.end),
        None if span is None else span.precision,
        None if place is None else place.lat,
        None if place is None else place.lon,
        None if place is None else place.accuracy_m,
        "" if place is None else place.name or place.text,
        "" if place is None else place.pcode,
        body.grade,
        body.classification,
        body.tlp,
        counts.get("killed"),
        counts,
        ms_of(body.filed),
        row.column("touched") or row.column("received"),
        row.withdrawn,
        row.conflict,
        None if body.coarse is None else msgspec.structs.asdict(body.coarse),
        None if kind is None or content.get("summary") else _leading_code(kind, content),
        row.actor or None,
    ]


def _leading_code(kind: Kind, content: Mapping[str, Any]) -> list[str] | None:
    """Field and code that a report without a summary is best called by; None: it has none."""
    for field in fields_of(kind.content).values():
        value = content.get(field.name)
        if field.held.form == "choice" and field.name != "state" and isinstance(value, str):
            return [field.name, value]
    return None


def shown_columns(withdrawn: str, conflict: str, head: str) -> str:
    """What a SELECT takes for ``Row``, from ``v`` and the body ``b``."""
    columns = ", ".join(f"v.{name}" for name in SHOWN)
    return f"{columns}, {withdrawn}, {conflict}, {head}, b.entry, b.body"


def decode_all(rows: Sequence[Row]) -> None:
    """Decode the bodies of many rows together, for who needs them all."""
    for row, raw in zip(rows, unpacked_all([row.kept for row in rows]), strict=True):
        row.decode(raw)


def rows_of(names: Names, found: Iterable[tuple[Any, ...]]) -> list[Row]:
    """Rows from what a SELECT of ``shown_columns`` found."""
    return [Row(names, values) for values in found]
