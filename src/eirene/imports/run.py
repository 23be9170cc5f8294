"""An import: planned without writing anything, then given out as flat reports.

Invariants
  * Rows in = reports + repeats + rejects + empty rows, always.
  * Importing again changes nothing: entity and ``client_id`` come from source,
    row number and content, so the same row is the same report.
  * A row whose content changed amends the current report of its entity.
  * Memory does not grow with the text of a file, only by some bytes a row.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from eirene.errors import InvalidReport
from eirene.imports.faults import BadMapping
from eirene.imports.identity import identity_mapping, ignored
from eirene.imports.mapping import (
    OWN_SOURCE,
    FileRules,
    Mapping,
    check,
    mapping_named,
    used_columns,
)
from eirene.imports.readers import Broken, Damaged, Row, Table, open_table
from eirene.imports.rejects import BadCell, Reject, write_rejects
from eirene.imports.same import same
from eirene.imports.shaping import Areas, Columns, Shaper, decided
from eirene.reports.draft import Draft, Find, draft_of
from eirene.reports.kinds import Kind, kind_named

Current = Callable[[bytes], tuple[bytes, dict[str, Any]] | None]
"""Of an entity: id and flat form of its current report, None where there is none."""

SHOWN_REJECTS = 1_000
_SAMPLES = 3
_MOST_ODD = 500
_SHOWN_ODD = 20
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:eirene:import")
_STEP = 500
_NOT_SHOWN = ("kind", "compartment", "entity", "client_id", "source", "narrative")
_REPORT, _AMENDMENT, _REPEAT, _REJECT, _EMPTY = range(5)
_RISING = (("killed", "killed_best"), ("killed_best", "killed_most"), ("killed", "killed_most"))


def plan(
    path: Path,
    *,
    kind: str,
    mapping: str | Mapping | None,
    compartment: str | None,
    zone: str | tzinfo | None,
    now: datetime,
    find: Find | None,
    areas: Areas | None = None,
    current: Current | None = None,
    progress: Callable[[int], None] | None = None,
) -> Plan:
    """What an import would do; raises ``UnclearFile`` or ``BadMapping``, and writes nothing.

    Without a mapping, headings that are fields of the kind are taken as such.
    ``areas`` lets a mapping say "the district around the point"; ``current``
    lets the plan tell amendments and repeats from new reports.
    """
    told = (mapping_named(mapping) if isinstance(mapping, str) else mapping) if mapping else None
    of = kind_named(kind or (told.kind if told else ""))
    if told and told.kind != of.name:
        raise BadMapping(
            f"Mapping {told.name} makes reports of kind {told.kind}, not {of.name}.",
            field="kind",
            remedy=f"Import it as {told.kind}.",
        )
    if not compartment:
        raise BadMapping(
            "Nobody said into which compartment the reports go.",
            field="compartment",
            remedy="Name it: --compartment NAME.",
        )
    rules = told.file if told else FileRules()
    table = open_table(
        path,
        encoding=rules.encoding,
        delimiter=rules.delimiter,
        sheet=rules.sheet,
        heading=rules.heading,
        hidden=rules.hidden == "read",
    )
    told = told or identity_mapping(path, table, of)
    check(told, of, table.columns)
    columns = decided(table, told, of)
    clock = _zone(rules.zone or zone)
    shaper = Shaper(table, told, of, columns, now=now, zone=clock, areas=areas)
    job = _Job(table, told, of, shaper, compartment, now, clock, find, current)
    return Plan(job, columns, progress)


def _zone(name: str | tzinfo | None) -> tzinfo | None:
    if not isinstance(name, str):
        return name
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        raise BadMapping(
            f"There is no time zone {name!r}.",
            field="file.zone",
            remedy="Write for example Africa/Bangui.",
        ) from None


class _Job(msgspec.Struct, frozen=True):
    """Everything that turns one row into one outcome."""

    table: Table
    mapping: Mapping
    kind: Kind
    shaper: Shaper
    compartment: str
    now: datetime
    zone: tzinfo | None
    find: Find | None
    current: Current | None

    def row_id(self, row: Row) -> str:
        """The source's own number of a row, or the hash of the whole of it."""
        if not self.mapping.row_id:
            return hashlib.sha256(msgspec.json.encode(list(row.cells))).hexdigest()
        places = [self.table.columns.index(name) for name in self.mapping.row_id]
        for name, at in zip(self.mapping.row_id, places, strict=True):
            cell = row.cells[at]
            if isinstance(cell, Damaged):
                raise BadCell(name, cell, cell.rule, "Write the code into the cell as text.")
        parts = [str(row.cells[at] if row.cells[at] is not None else "").strip() for at in places]
        if not all(parts):
            raise BadCell(
                ", ".join(self.mapping.row_id),
                "",
                "the row has no number of its own",
                "Give it one: it is how the row is known again.",
            )
        return "\x1f".join(parts)

    def entity(self, row_id: str) -> bytes:
        """Entity of a row: its own where it is one of this node, else made from its number."""
        if self.mapping.source == OWN_SOURCE and self.current is not None:
            known = _hex_id(row_id)
            if known is not None and self.current(known) is not None:
                return known
        parts = ("eirene/import", self.compartment, self.mapping.source, row_id)
        return hashlib.sha256("\0".join(parts).encode()).digest()[:16]

    def flat(self, row: Row) -> tuple[dict[str, Any], bytes]:
        """The flat report of a row with its ids, and the hash of its content."""
        flat = self.shaper.flat(row)
        row_id = self.row_id(row)
        content = hashlib.sha256(msgspec.json.encode(flat, order="deterministic")).digest()
        flat["compartment"] = self.compartment
        flat["entity"] = self.entity(row_id).hex()
        flat["client_id"] = self._client_id(row_id, content, "")
        return flat, content

    def _client_id(self, row_id: str, content: bytes, amended: str) -> str:
        words = (self.mapping.source, row_id, content.hex(), amended)
        return str(uuid.uuid5(_NAMESPACE, "\0".join(words)))

    def draft(self, flat: dict[str, Any]) -> Draft:
        return draft_of(flat, now=self.now, zone=self.zone, find=self.find)

    def settled(self, row: Row, flat: dict[str, Any], content: bytes, draft: Draft | None) -> int:
        """Whether a row is a report, an amendment (``flat`` then says of what) or a repeat."""
        known = self.current(bytes.fromhex(flat["entity"])) if self.current else None
        if known is None:
            return _REPORT
        report, held = known
        if same(draft or self.draft(flat), held):
            return _REPEAT
        flat["amends"] = [report.hex()]
        flat["client_id"] = self._client_id(self.row_id(row), content, report.hex())
        if held.get("links") and "links" not in flat:
            flat["links"] = held["links"]  # an amendment replaces the whole report
        return _AMENDMENT

    def reject(self, row: int, column: str, field: str, value: str, rule: str, do: str) -> Reject:
        return Reject(self.table.path.name, row, column, field, value, rule, do)


def _hex_id(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text) if len(text) == 32 else None
    except ValueError:
        return None


class Plan:
    """What an import would do. Nothing is written before its reports are filed."""

    def __init__(
        self, job: _Job, columns: Columns, progress: Callable[[int], None] | None = None
    ) -> None:
        self._job = job
        self._columns = columns
        self._outcomes = bytearray()
        self._odd: dict[str, tuple[int, int]] = {}
        self.mapping = job.mapping
        self.kind = job.kind
        self.samples: list[tuple[int, str]] = []
        """Number of a row, and what it would be as a report."""
        self.first: list[tuple[int, dict[str, Any], Draft]] = []
        """The same rows as flat reports, and checked."""
        self.box: tuple[float, float, float, float] | None = None
        """West, south, east, north of the points; None where no row has one."""
        self.rejects: list[Reject] = []
        """The first of them; ``rejects_file`` writes all."""
        for done, reject in enumerate(self._pass(), start=1):
            if reject is not None and len(self.rejects) < SHOWN_REJECTS:
                self.rejects.append(reject)
            if progress is not None and done % _STEP == 0:
                progress(done)
        self.rows = len(self._outcomes)
        counts = [self._outcomes.count(outcome) for outcome in range(5)]
        self.reports, self.amendments, self.repeats, self.rejected, self.empty = counts
        self.reports += self.amendments

    def _pass(self) -> Iterator[Reject | None]:
        """Decide every row once, in order."""
        self._outcomes.clear()
        self._odd.clear()
        seen: dict[bytes, bytes] = {}
        for row in self._job.table.rows():
            outcome, reject = self._outcome(row, seen)
            self._outcomes.append(outcome)
            yield reject

    def _outcome(self, row: Row | Broken, seen: dict[bytes, bytes]) -> tuple[int, Reject | None]:
        job = self._job
        if isinstance(row, Broken):
            return _REJECT, job.reject(row.number, row.column, "", row.value, row.rule, row.remedy)
        if not any(cell is not None and cell != "" and str(cell).strip() for cell in row.cells):
            return _EMPTY, None
        try:
            job.shaper.notes.clear()
            flat, content = job.flat(row)
            if (before := _twice(flat, content, seen)) is not None:
                return (_REPEAT, None) if before else (_REJECT, self._contradiction(row))
            draft = job.draft(flat)
            outcome = job.settled(row, flat, content, draft)
        except BadCell as bad:
            return _REJECT, job.reject(
                row.number, bad.column, bad.field, bad.value, bad.rule, bad.remedy
            )
        except InvalidReport as error:
            field = error.field or ""
            column = job.shaper.labels.get(field) or job.shaper.labels.get(field.split(".")[0], "")
            value = job.shaper.raw(field, row)
            return _REJECT, job.reject(
                row.number, column, field, value, error.message, error.remedy or ""
            )
        self._keep(row.number, flat, draft)
        return outcome, None

    def _contradiction(self, row: Row) -> Reject:
        return self._job.reject(
            row.number,
            ", ".join(self.mapping.row_id),
            "",
            self._job.row_id(row).replace("\x1f", " / "),
            "an earlier row has the same number and says something else",
            "Keep one of them, or name columns in row_id that tell them apart.",
        )

    def _keep(self, number: int, flat: dict[str, Any], draft: Draft) -> None:
        """Keep a sample, how far the points reach, and what a person should look at."""
        if len(self.samples) < _SAMPLES:
            self.samples.append((number, shown(flat)))
            self.first.append((number, flat, draft))
        self._reach(draft)
        if (unplaced := _unplaced(draft, self._job.find)) is not None:
            self._job.shaper.notes.append(
                f"{unplaced!r} is in no list of places of this mission: kept as it is, on no map"
            )
        for low, high in _RISING:
            if low in flat and high in flat and flat[low] > flat[high]:
                self._job.shaper.notes.append(f"{low} is above {high}, as the source has it")
        for what in self._job.shaper.notes:
            times, first = self._odd.get(what, (0, number))
            if what in self._odd or len(self._odd) < _MOST_ODD:
                self._odd[what] = (times + 1, first)
        self._job.shaper.notes.clear()

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

    # -- what comes of it

    def flats(self) -> Iterator[dict[str, Any]]:
        """Flat reports ready for filing, in the order of the file, one at a time."""
        job = self._job
        for row, outcome in zip(job.table.rows(), bytes(self._outcomes), strict=True):
            if outcome not in (_REPORT, _AMENDMENT) or isinstance(row, Broken):
                continue
            flat, content = job.flat(row)
            if job.settled(row, flat, content, None) != _REPEAT:
                yield flat

    def every_reject(self) -> Iterable[Reject]:
        """All of them; beyond the first the file is gone through again."""
        if self.rejected <= len(self.rejects):
            return self.rejects
        return (reject for reject in self._pass() if reject is not None)

    def rejects_file(self, path: Path) -> int:
        """Write every reject to a CSV; gives their number."""
        return write_rejects(path, self.every_reject())

    @property
    def facts(self) -> list[str]:
        """What was found out about the file and its columns, each with its proof."""
        return [*self._job.table.facts, *self._columns.facts()]

    @property
    def odd(self) -> list[tuple[str, int, int]]:
        """What a person should look at: what, in how many rows, the first of them."""
        return [(what, times, row) for what, (times, row) in self._odd.items()]

    def table(self) -> list[tuple[str, ...]]:
        """What would happen, for a person to read before anything is written."""
        lines: list[tuple[str, ...]] = [
            ("file", self._job.table.path.name),
            ("kind", self.kind.title),
            ("mapping", self.mapping.name or "headings are field names"),
        ]
        lines += [("source", self.mapping.source)] if self.mapping.name else []
        lines += [("compartment", self._job.compartment)]
        lines += [("found", fact) for fact in self.facts]
        lines += [
            ("look", f"{what} ({times:,} rows, first row {row})")
            for what, times, row in self.odd[:_SHOWN_ODD]
        ]
        if len(self._odd) > _SHOWN_ODD:
            lines += [("look", f"{len(self._odd) - _SHOWN_ODD:,} more remarks of this sort")]
        lines += self._sums()
        columns = self._job.table.columns
        unused = ignored(self._job.table, used_columns(self.mapping), self.kind)
        lines += [("columns", f"{len(columns)}: {len(columns) - len(unused)} used or known")]
        lines += [("not used", ", ".join(unused))] if unused else []
        lines += [(f"row {number}", text) for number, text in self.samples]
        lines += [
            (f"row {one.row}", f"REJECT {one.column or one.field}: {one.value!r} {one.rule}")
            for one in self.rejects[:_SAMPLES]
        ]
        return lines

    def _sums(self) -> list[tuple[str, ...]]:
        amended = f" ({self.amendments:,} of them amend one)" if self.amendments else ""
        lines: list[tuple[str, ...]] = [
            ("rows in", f"{self.rows:,}"),
            ("reports", f"{self.reports:,}{amended}"),
            ("repeats", f"{self.repeats:,}"),
            ("rejects", f"{self.rejected:,}"),
        ]
        return [*lines, ("empty rows", f"{self.empty:,}")] if self.empty else lines


def _twice(flat: dict[str, Any], content: bytes, seen: dict[bytes, bytes]) -> bool | None:
    """Of a row whose entity was there before: whether it says the same; None for a new one."""
    entity = bytes.fromhex(flat["entity"])
    before = seen.get(entity)
    if before is None:
        seen[entity] = content[:8]
        return None
    return before == content[:8]


def _unplaced(draft: Draft, find: Find | None) -> str | None:
    """The P-code or name of a place that nobody can find on a map; None where there is none."""
    place = draft.place
    if find is None or place is None or place.lat is not None:
        return None
    if not place.pcode:
        return place.name or None
    return None if find(place.pcode) else place.pcode


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
