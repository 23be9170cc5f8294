"""An import: planned without writing anything, then given out as reports, block by block.

Invariants
  * Rows in = reports + repeats + rejects + empty rows, always.
  * Importing again changes nothing: entity and ``client_id`` come from source,
    row number and content, so the same row is the same report.
  * A row whose content changed amends the current report of its entity.
  * Memory does not grow with the text of a file, only by some bytes a row.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import datetime, tzinfo
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from eirene.imports.apart import Beside, is_possible, is_worth_it, started
from eirene.imports.apart import decided as decided_apart
from eirene.imports.deciding import (
    AMENDMENT,
    BLOCK,
    REPORT,
    Current,
    Decided,
    Job,
    flat_of,
)
from eirene.imports.faults import BadMapping
from eirene.imports.identity import identity_mapping, ignored
from eirene.imports.mapping import (
    OWN_SOURCE,
    FileRules,
    Mapping,
    mapping_named,
    terms_of,
    used_columns,
)
from eirene.imports.mapping import check as check_mapping
from eirene.imports.readers import Table, open_table
from eirene.imports.rejects import Reject, write_rejects
from eirene.imports.seen import Seen
from eirene.imports.shaping import Areas, Columns, Shaper, decided
from eirene.imports.shared import is_calm
from eirene.imports.tally import SAMPLES, Describe, Tally
from eirene.imports.whose import Whose, under_terms, whose
from eirene.reports.acts.imported import Import
from eirene.reports.draft import Draft, Find
from eirene.reports.kinds import kind_named

_SHOWN_ODD = 20
_SHOWN_UNPLACED = 50


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
    table: Table | None = None,
    look: bool = True,
    check: Callable[[], None] | None = None,
    permitted: str = "",
    describe: Describe | None = None,
) -> Plan:
    """What an import would do; raises ``UnclearFile`` or ``BadMapping``, and writes nothing.

    Without a mapping, headings that are fields of the kind are taken as such. ``areas`` lets a
    mapping say "the district around the point"; ``current`` lets the plan tell amendments and
    repeats from new reports; ``table`` is the file where it was opened before, by the same rules.
    Without ``look`` nothing is decided before ``blocks`` does. ``check`` is asked now and then, also
    while nothing comes, and may raise to end it. ``permitted``: who permits passing on what may be
    a list whose terms forbid it; ``describe``: what the places are that ``find`` gives.
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
    table = table or _opened(path, rules)
    told, list_ = _under_terms(told or identity_mapping(path, table, of), table, permitted)
    check_mapping(told, of, table.columns)
    clock = _zone(rules.zone or zone)
    with started(table) as beside:
        columns = decided(table, told, of, check)
        shaper = Shaper(table, told, of, columns, now=now, zone=clock, areas=areas)
    job = Job(table, told, of, shaper, compartment, now, clock, find, current)
    made = Plan(job, columns, progress, check or _go_on, describe)
    made.whose, made.beside = list_, beside
    if look:
        made.look()
    return made


def _opened(path: Path, rules: FileRules) -> Table:
    return open_table(
        path,
        encoding=rules.encoding,
        delimiter=rules.delimiter,
        sheet=rules.sheet,
        heading=rules.heading,
        hidden=rules.hidden == "read",
    )


def _under_terms(told: Mapping, table: Table, permitted: str) -> tuple[Mapping, Whose | None]:
    """The mapping under the terms of the list that a table is, or may be, and which that is."""
    found = whose(table) if told.passing_on else None
    if found is None:
        return told, None
    found = msgspec.structs.replace(found, permitted=" ".join(permitted.split()))
    return under_terms(told, found), found


def _go_on() -> None:
    pass


def _zone(name: str | tzinfo | None) -> tzinfo | None:
    if not isinstance(name, str):
        return name
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # or a folder, or too long for a file
        raise BadMapping(
            f"There is no time zone {name[:80]!r}.",
            field="file.zone",
            remedy="Write for example Africa/Bangui.",
        ) from None


class Plan:
    """What an import would do, or did. Nothing is written before its reports are filed."""

    def __init__(
        self,
        job: Job,
        columns: Columns,
        progress: Callable[[int], None] | None = None,
        check: Callable[[], None] = _go_on,
        describe: Describe | None = None,
    ) -> None:
        self._job = job
        self._describe = describe
        self._columns = columns
        self._progress = progress
        self._check = check
        self.mapping = job.mapping
        self.kind = job.kind
        self.tally = Tally(job.find, describe=describe)
        """Of the last time that all rows were decided."""
        self.beside: Beside | None = None
        """The process that reads a long table, where it was started before it is needed."""
        self.whose: Whose | None = None
        """The list, under terms that forbid passing on, that its table is or may be."""
        self.going = self.tally
        """Of the rows that were decided this time, all or not."""

    def look(self, take: Callable[[Sequence[Decided]], None] | None = None) -> None:
        """Decide on every row, and write nothing; ``take`` is shown each block."""
        for block in self.blocks():
            if take is not None:
                take(block)
            if self._progress is not None:
                self._progress(self.going.rows)

    def blocks(self, check: Callable[[], None] | None = None) -> Generator[list[Decided]]:
        """Every row once, in order, decided when its block is asked for; counted anew.

        ``check`` as in ``plan``, instead of that. Of a long table, which is decided apart, repeats within it and empty rows are counted
        and not given.
        """
        tally = self.going = Tally(self._job.find, describe=self._describe)
        if not self.tally.rows:
            self.tally = tally
        if self._is_apart:
            beside, self.beside = self.beside, None
            yield from decided_apart(self._job, self._columns, tally, check or self._check, beside)
        else:
            for block in self._decided(tally.seen):
                for one in block:
                    tally.take(one)
                yield block
        self.tally = tally

    @property
    def _is_apart(self) -> bool:
        """A long table is; and one whose mapping may work for long on a single cell."""
        table = self._job.table
        return is_worth_it(table) or (is_possible(table) and not is_calm(self.mapping))

    def _decided(self, seen: Seen) -> Iterator[list[Decided]]:
        rows = iter(self._job.table.rows())
        while block := list(islice(rows, BLOCK)):
            yield self._job.decide(block, seen)

    @property
    def rows(self) -> int:
        """All of them."""
        return self.tally.rows

    @property
    def reports(self) -> int:
        """New ones and amendments."""
        return self.tally.reports

    @property
    def amendments(self) -> int:
        """Rows that amend what was there."""
        return self.tally.amendments

    @property
    def repeats(self) -> int:
        """Rows that say nothing new."""
        return self.tally.repeats

    @property
    def rejected(self) -> int:
        """Rows that were not taken."""
        return self.tally.rejected

    @property
    def empty(self) -> int:
        """Rows that say nothing."""
        return self.tally.empty

    @property
    def odd(self) -> list[tuple[str, int, int]]:
        """What a person should look at: what, in how many rows, the first of them."""
        return self.tally.odd

    @property
    def samples(self) -> list[tuple[int, str]]:
        """Number of a row, and what it would be as a report."""
        return self.tally.samples

    @property
    def first(self) -> list[tuple[int, dict[str, Any], Draft]]:
        """The same rows as flat reports, and checked."""
        return self.tally.first

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of the points; None where no row has one."""
        return self.tally.box

    @property
    def rejects(self) -> list[Reject]:
        """The first of them; ``rejects_file`` writes all."""
        return self.tally.rejects

    # -- what comes of it

    def flats(self) -> Iterator[dict[str, Any]]:
        """Flat reports ready for filing, in the order of the file."""
        for block in self._decided(Seen()):
            for one in block:
                if one.outcome in (REPORT, AMENDMENT):
                    yield flat_of(one)

    def every_reject(self) -> Iterator[Reject]:
        """All of them; beyond the first the file is gone through again, whatever was filed of it
        since: what a row says wrongly does not depend on that.
        """
        if self.rejected <= len(self.rejects):
            yield from self.rejects
            return
        job = msgspec.structs.replace(self._job, current=None)
        if self._is_apart:
            blocks = decided_apart(job, self._columns, Tally(None), self._check)
        else:
            seen, rows = Seen(), iter(job.table.rows())
            blocks = (
                job.decide(block, seen) for block in iter(lambda: list(islice(rows, BLOCK)), [])
            )
        with contextlib.closing(blocks):
            for block in blocks:
                yield from (one.reject for one in block if one.reject is not None)

    def rejects_file(self, path: Path) -> int:
        """Write every reject to a CSV; gives their number."""
        return write_rejects(path, self.every_reject(), self.columns)

    @property
    def compartment(self) -> str:
        """Where the reports go."""
        return self._job.compartment

    @property
    def is_edition(self) -> bool:
        """Whether the file is a whole list of somebody, of which there may be newer ones."""
        return not self._job.table.of and self.mapping.source != OWN_SOURCE

    @cached_property
    def record(self) -> Import:
        """What is recorded of the import; reads the file once more, for its hash."""
        table = self._job.table
        with table.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").digest()
        return Import(
            id=b"",
            file=table.source,
            sha256=digest,
            kind=self.kind.name,
            mapping=self.mapping.name,
            source=self.mapping.source,
            permitted=self.whose.permitted if self.whose and not self.whose.sure else "",
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file."""
        return self._job.table.columns

    @property
    def facts(self) -> list[str]:
        """What was found out about the file and its columns, each with its proof."""
        return [*self._job.table.facts, *self._columns.facts()]

    def table(self) -> list[tuple[str, ...]]:
        """What would happen, for a person to read before anything is written."""
        lines: list[tuple[str, ...]] = [
            ("file", self._job.table.source),
            ("kind", self.kind.title),
            ("mapping", self.mapping.name or "headings are field names"),
        ]
        lines += [("source", self.mapping.source)] if self.mapping.name else []
        if terms := terms_of(self.mapping):
            lines += [("look", f"may not be passed on: {terms}")]
        lines += self._whose()
        lines += [("compartment", self._job.compartment)]
        lines += [("found", fact) for fact in self.facts]
        lines += [
            ("look", f"{what} ({times:,} rows, first row {row})")
            for what, times, row in self.odd[:_SHOWN_ODD]
        ]
        if len(self.odd) > _SHOWN_ODD:
            lines += [("look", f"{len(self.odd) - _SHOWN_ODD:,} more remarks of this sort")]
        lines += self._unplaced()
        lines += self._sums()
        columns = self._job.table.columns
        unused = ignored(self._job.table, used_columns(self.mapping), self.kind)
        lines += [("columns", f"{len(columns)}: {len(columns) - len(unused)} used or known")]
        lines += [("not used", ", ".join(unused))] if unused else []
        lines += [(f"row {number}", text) for number, text in self.samples]
        lines += [
            (f"row {one.row}", f"REJECT {one.column or one.field}: {one.value!r} {one.rule}")
            for one in self.rejects[:SAMPLES]
        ]
        return lines

    def _whose(self) -> list[tuple[str, str]]:
        """What it may be, and what can be said to that."""
        one = self.whose
        if one is None or one.sure:
            return []
        told = f"looks like {one.source} ({', '.join(one.why)}), whose terms forbid passing on"
        if one.permitted:
            return [("look", f"{told}; {one.permitted} permits it: not marked")]
        return [
            ("look", f"{told}: marked"),
            ("asked", "who permits passing it on? --permitted-by NAME leaves it unmarked"),
        ]

    def _unplaced(self) -> list[tuple[str, str]]:
        """Names that no list of places has, the most frequent first."""
        found = sorted(self.tally.unplaced.items(), key=lambda one: (-one[1][0], one[1][1]))
        told = [
            ("no place", f"{name!r} is in no list of places ({times:,} rows, first row {row})")
            for name, (times, row) in found[:_SHOWN_UNPLACED]
        ]
        if len(found) > _SHOWN_UNPLACED:
            told.append(("no place", f"{len(found) - _SHOWN_UNPLACED:,} more names"))
        if told:
            told.append(("no place", 'they are kept as they are, on no map; --place "NAME=PLACE"'))
        return told

    def _sums(self) -> list[tuple[str, ...]]:
        amended = f" ({self.amendments:,} of them amend one)" if self.amendments else ""
        lines: list[tuple[str, ...]] = [
            ("rows in", f"{self.rows:,}"),
            ("reports", f"{self.reports:,}{amended}"),
            ("repeats", f"{self.repeats:,}"),
            ("rejects", f"{self.rejected:,}"),
        ]
        return [*lines, ("empty rows", f"{self.empty:,}")] if self.empty else lines
