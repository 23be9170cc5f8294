"""What becomes of each row: decided block by block, since what is known is asked for many at once."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any

import msgspec

from eirene.errors import InvalidReport
from eirene.imports.mapping import OWN_SOURCE
from eirene.imports.mapping import Mapping as Map
from eirene.imports.readers import Broken, Damaged, Row, Table
from eirene.imports.rejects import BadCell, Reject
from eirene.imports.same import same
from eirene.imports.seen import Seen
from eirene.imports.shaping import Shaper
from eirene.imports.values import written
from eirene.reports.acts.imported import is_made, made_id
from eirene.reports.draft import Draft, Find, draft_of
from eirene.reports.kinds import Kind

REPORT, AMENDMENT, REPEAT, REJECT, EMPTY = range(5)
BLOCK = 1_000
"""Rows that are decided, and filed, together."""
_encode = msgspec.json.Encoder(order="deterministic").encode


class Said(msgspec.Struct, frozen=True):
    """One report on an entity, as its filer named it."""

    id: bytes
    client_id: bytes
    amends: tuple[bytes, ...]
    """Ids of the reports that it replaced."""


class Known(msgspec.Struct, frozen=True):
    """What there is of an entity."""

    stands: tuple[bytes, ...]
    """Ids of what a new report on it replaces: the current one, or the withdrawn one and what
    withdrew it."""
    flat: Callable[[], Mapping[str, Any]]
    """The current report in its flat form; made only where it is asked for."""
    history: Callable[[], Sequence[Said]]
    """All that the same organisation told of it, newest first."""
    withdrawn: bool = False


Current = Callable[[Sequence[bytes]], Mapping[bytes, Known]]
"""Of many entities: what there is of them; those of which nothing is known are left out."""


class Decided(msgspec.Struct):
    """One row, and what becomes of it."""

    row: Row | Broken
    outcome: int
    reject: Reject | None = None
    draft: Draft | None = None
    """What is filed; of a repeat, what the row says."""
    flat: dict[str, Any] = {}
    row_id: str = ""
    content: str = ""
    entity: bytes = b""
    notes: tuple[str, ...] = ()


class Job(msgspec.Struct, frozen=True, dict=True):
    """Everything that turns rows into outcomes."""

    table: Table
    mapping: Map
    kind: Kind
    shaper: Shaper
    compartment: str
    now: datetime
    zone: tzinfo | None
    find: Find | None
    current: Current | None
    ahead: Callable[[Iterable[str]], None] | None = None
    """Told which names a block is going to ask ``find`` for, where each question costs a wait."""

    def decide(self, rows: Sequence[Row | Broken], seen: Seen) -> list[Decided]:
        """Decide on rows that follow one another; ``seen`` knows those before."""
        shaped = [self._shaped(row) for row in rows]
        if self.ahead is not None:
            self.ahead(_names(one.flat for one in shaped if one.outcome == REPORT))
        found = [self._read(one, seen) if one.outcome == REPORT else one for one in shaped]
        open_ = [one for one in found if one.outcome == REPORT]
        self.settle(open_)
        for one in open_:
            if one.outcome == REPORT:
                self._name(one, (), ())
        return found

    def settle(self, open_: Sequence[Decided]) -> None:
        """Which of these rows, all of them reports, amend or repeat what there is."""
        if self.current is not None and open_:
            own = {one.entity: id_ for one in open_ if (id_ := self._own_id(one.row_id))}
            known = self.current([*(one.entity for one in open_), *own.values()])
            for one in open_:
                if (id_ := own.get(one.entity)) is not None and id_ in known:
                    one.entity = id_
                self._settle(one, known.get(one.entity))

    # -- what a row says

    def _shaped(self, row: Row | Broken) -> Decided:
        """What a row says in the words of its kind; a report until it is read."""
        if isinstance(row, Broken):
            told = self.reject(row, row.column, "", row.value, row.rule, row.remedy)
            return Decided(row, REJECT, told)
        if not any(cell is not None and cell != "" and str(cell).strip() for cell in row.cells):
            return Decided(row, EMPTY)
        notes = self.shaper.notes
        notes.clear()
        try:
            flat = self.shaper.flat(row)
        except BadCell as bad:
            return self._bad(row, bad)
        return Decided(row, REPORT, None, None, flat, notes=tuple(notes) if notes else ())

    def _read(self, one: Decided, seen: Seen) -> Decided:
        """A row that was shaped: as a report, or why it is none."""
        row, flat = one.row, one.flat
        assert isinstance(row, Row)
        try:
            row_id = self._row_id(row)
            content = hashlib.sha256(_encode(flat)).digest()
            flat["compartment"] = self.compartment
            entity = self._entity(row_id)
            before = seen.note(entity, content)
            if before is not None:
                if before:
                    return Decided(row, REPEAT)
                return Decided(row, REJECT, self._contradiction(row, row_id))
            draft = draft_of(flat, now=self.now, zone=self.zone, find=self.find)
        except BadCell as bad:
            return self._bad(row, bad)
        except InvalidReport as error:
            told = self._invalid(row, error)
            return Decided(row, REJECT, told, entity=self._entity_of_reject(row))
        return Decided(row, REPORT, None, draft, flat, row_id, content.hex(), entity, one.notes)

    def _bad(self, row: Row, bad: BadCell) -> Decided:
        told = self.reject(row, bad.column, bad.field, bad.value, bad.rule, bad.remedy)
        return Decided(row, REJECT, told, entity=self._entity_of_reject(row))

    def _invalid(self, row: Row, error: InvalidReport) -> Reject:
        field = error.field or ""
        labels = self.shaper.labels
        column = labels.get(field) or labels.get(field.split(".")[0], "")
        value = self.shaper.raw(field, row)
        return self.reject(row, column, field, value, error.message, error.remedy or "")

    def _contradiction(self, row: Row, row_id: str) -> Reject:
        return self.reject(
            row,
            ", ".join(self.mapping.row_id),
            "",
            row_id.replace("\x1f", " / "),
            "an earlier row has the same number and says something else",
            "Keep one of them, or name columns in row_id that tell them apart.",
        )

    def reject(
        self, row: Row | Broken, column: str, field: str, value: str, rule: str, do: str
    ) -> Reject:
        """A reject of this file; the cells go with it, so that it can be mended and brought again."""
        cells = row.cells if isinstance(row, Row) else ()
        table = self.table
        return Reject(
            table.source, table.sheet, row.number, column, field, value, rule, do, tuple(cells)
        )

    # -- which report it is

    @cached_property
    def _id_places(self) -> tuple[int, ...]:
        """Where in a row the columns of ``row_id`` stand."""
        return tuple(map(self.table.columns.index, self.mapping.row_id))

    def _row_id(self, row: Row) -> str:
        """The source's own number of a row, or the hash of the whole of it."""
        if not self.mapping.row_id:
            return hashlib.sha256(msgspec.json.encode(list(row.cells))).hexdigest()
        places = self._id_places
        if len(places) == 1:  # as nearly always, and mostly as text
            cell = row.cells[places[0]]
            if cell.__class__ is str and (told := cell.strip()):
                return _number(told)
        for name, at in zip(self.mapping.row_id, places, strict=True):
            cell = row.cells[at]
            if isinstance(cell, Damaged):
                raise BadCell(name, cell, cell.rule, "Write the code into the cell as text.")
        parts = ["" if row.cells[at] is None else _number(written(row.cells[at])) for at in places]
        blank = self.mapping.may_be_blank
        if not any(parts) or not all(
            part or name in blank for part, name in zip(parts, self.mapping.row_id, strict=True)
        ):
            raise BadCell(
                ", ".join(self.mapping.row_id),
                "",
                "the row has no number of its own",
                "Give it one: it is how the row is known again.",
            )
        return "\x1f".join(parts)

    def _entity(self, row_id: str) -> bytes:
        """Entity of a row that is made from its number."""
        parts = ("eirene/import", self.compartment, self.mapping.source, row_id)
        return hashlib.sha256("\0".join(parts).encode()).digest()[:16]

    def _entity_of_reject(self, row: Row) -> bytes:
        """Which entity a row that is not taken speaks of; empty where it does not say."""
        try:
            return self._entity(self._row_id(row)) if self.mapping.row_id else b""
        except BadCell:
            return b""

    def _own_id(self, row_id: str) -> bytes | None:
        """The entity that a row of an export names; its own, where it is one of this node."""
        if self.mapping.source != OWN_SOURCE or len(row_id) != 32:
            return None
        try:
            return bytes.fromhex(row_id)
        except ValueError:
            return None

    def _client_id(self, one: Decided, amends: Sequence[bytes]) -> bytes:
        amended = b"".join(sorted(amends)).hex()
        return made_id(self.mapping.source, one.row_id, one.content, amended)

    def _settle(self, one: Decided, known: Known | None) -> None:
        """Whether a row is a report, an amendment (the draft then says of what) or a repeat."""
        if known is None:
            return
        draft = one.draft
        assert draft is not None
        by_person = False
        for said in known.history():
            if said.client_id == self._client_id(one, said.amends):
                one.outcome = REPEAT  # the source says what it said last
                return
            if is_made(said.client_id):
                break
            by_person = True
        else:
            by_person = known.withdrawn  # else nothing of it was ever imported
        if known.withdrawn and by_person:
            one.outcome = REPEAT
            one.notes += ("a person withdrew this report: it stays withdrawn",)
            return
        flat = known.flat()
        if not known.withdrawn and same(draft, flat):
            one.outcome = REPEAT
            return
        if by_person:
            one.notes += ("a person amended this report since; the row amends it again",)
        links = draft.links
        if not links:  # an amendment replaces the whole report
            links = tuple((x["role"], bytes.fromhex(x["report"])) for x in flat.get("links", ()))
        self._name(one, known.stands, links)
        one.outcome = AMENDMENT

    def _name(
        self, one: Decided, amends: tuple[bytes, ...], links: tuple[tuple[str, bytes], ...]
    ) -> None:
        assert one.draft is not None
        one.draft = msgspec.structs.replace(
            one.draft,
            entity=one.entity,
            client_id=self._client_id(one, amends),
            amends=amends,
            links=links or one.draft.links,
        )


def _names(flats: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Places and P-codes of rows; those with a time are asked for as they were called then."""
    for flat in flats:
        if "occurred" not in flat and "observed" not in flat:
            for field in ("place", "pcode"):
                told = flat.get(field)
                if isinstance(told, str):
                    yield told.strip()


def _number(told: str) -> str:
    """A number that went through a spreadsheet as a number of parts: 42822.0 is 42822."""
    whole = told.removesuffix(".0")
    return whole if whole is not told and whole.isdecimal() else told


def flat_of(one: Decided) -> dict[str, Any]:
    """A decided row as a flat report with its ids."""
    draft = one.draft
    assert draft is not None
    assert draft.client_id is not None
    flat = one.flat | {
        "entity": one.entity.hex(),
        "client_id": str(uuid.UUID(bytes=draft.client_id)),
    }
    if draft.amends:
        flat["amends"] = [id_.hex() for id_ in draft.amends]
        if draft.links and "links" not in flat:
            flat["links"] = [{"role": role, "report": id_.hex()} for role, id_ in draft.links]
    return flat
