"""The process that reads a long table and decides on its rows, beside the node; see ``apart``.

It knows nothing of the picture and holds no key. It is told once what to do, asks on the way
what names and points mean, and answers block by block. Before the first row it shuts itself
in, so that what a stranger's file does ends here.
"""

from __future__ import annotations

import gc
import pickle
import signal
import struct
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec

from eirene.errors import EireneError
from eirene.imports.deciding import REJECT, REPORT, Decided, Job
from eirene.imports.faults import UnclearFile
from eirene.imports.mapping import Mapping
from eirene.imports.readers import open_table
from eirene.imports.rejects import Reject
from eirene.imports.seen import Seen
from eirene.imports.shaping import Columns, Shaper, SlowCell
from eirene.imports.shut_in import shut_in
from eirene.imports.tables import Options, Shown, Table
from eirene.imports.tally import Tally
from eirene.places import Place
from eirene.reports.draft import Draft
from eirene.reports.flat import raw_content
from eirene.reports.kinds import kind_named
from eirene.times import Span

MEMORY = 1_500_000_000
SECONDS = 12 * 3_600
BLOCK_S = 30.0
"""Seconds of work on one block of rows: a hundred times what an ordinary one takes."""
FIRST_S = 600.0
"""The same of the first block: some readers unpack the whole of a file before it."""
_OBJECTS = 20_000
"""New ones until Python looks for rings of them: rows make none."""
_MOST_KEPT = 50_000
"""Names of which it is known what they mean."""
SPLIT = "Save it again from the program it came from, or split it."
LENGTH = struct.Struct(">I")
WORDS = tuple(
    name
    for name in Draft.__struct_fields__
    if name
    not in (
        *("kind", "content", "packed", "compartment", "client_id", "entity", "amends", "links"),
        *("occurred", "observed", "place"),
    )
)
"""Fields of a draft that are texts, also those that are added later: none is left behind."""
_words = attrgetter(*WORDS)
_PLAIN = (str, int, float, bool, type(None))
_WORD = 1 << 63


class Opening(msgspec.Struct):
    """Which file to open; the first word of the node, pickled, often before it knows the rest."""

    path: str
    name: str
    """Of the file, as a person called it."""
    stated: Options
    table: Table | None = None
    """Rows that were unpacked already, and whose descriptor this process was given; else the file at
    ``path`` is read anew.
    """


class Setup(msgspec.Struct):
    """What to do with it; comes from the node, pickled."""

    mapping: Mapping
    kind: str
    columns: Columns
    compartment: str
    now: datetime
    zone: tzinfo | None
    block: int
    """Rows that are answered together."""
    finds: bool
    """Whether there is somebody who knows names."""
    areas: bool
    block_s: float = BLOCK_S
    first_s: float = FIRST_S


class Said(msgspec.Struct, array_like=True, frozen=True):
    """A row that is a report, as long as nothing is known of its entity."""

    number: int
    row_id: str
    content_hash: bytes
    notes: tuple[str, ...]
    entity: bytes
    client_id: bytes
    content: msgspec.Raw
    """Of its kind, as it stands in a body."""
    occurred: Span | None
    observed: datetime | None
    place: Place | None
    words: tuple[str, ...]
    """All else that a draft says, in the order of ``WORDS``."""
    links: tuple[tuple[str, bytes], ...]


class Part(msgspec.Struct, array_like=True):
    """One block."""

    counts: tuple[int, int, int, int, int]
    said: list[Said]
    rejects: list[Reject]
    unnumbered: int
    refused: list[bytes]
    box: tuple[float, float, float, float] | None
    odd: list[tuple[str, int, int]]
    unplaced: dict[str, tuple[int, int]]
    samples: list[tuple[str, dict[str, Any]]]
    """Of the first of ``said``: in one line, and flat."""


class Ask(msgspec.Struct, array_like=True, tag="ask"):
    """A question that only the node can answer."""

    what: str
    """find, finds, at or reach_m"""
    of: tuple[Any, ...]


class Block(msgspec.Struct, array_like=True, tag="block"):
    """An answer."""

    part: Part


class Keys(msgspec.Struct, array_like=True, tag="keys"):
    """After the last block: entities of rows, a piece of ``Seen``."""

    seen: bytes


class End(msgspec.Struct, array_like=True, tag="end"):
    """The last answer."""


class Fault(msgspec.Struct, array_like=True, tag="fault"):
    """Why there is no further answer: a table that cannot be read to its end."""

    code: str
    message: str
    field: str | None
    remedy: str | None


Message = Ask | Block | Keys | End | Fault
_encode = msgspec.msgpack.Encoder().encode
_places = msgspec.msgpack.Decoder(list[Place])
_all_places = msgspec.msgpack.Decoder(list[list[Place]])


class Node:
    """The node at the other end of the pipe."""

    def __init__(self) -> None:
        self._in, self._out = sys.stdin.buffer, sys.stdout.buffer
        self._kept: dict[tuple[str, date | None], list[Place]] = {}
        self._codes: set[str] = set()
        """P-codes of areas that answers named."""

    def tell(self, message: Message) -> None:
        """Say something."""
        told = _encode(message)
        self._out.write(LENGTH.pack(len(told)) + told)
        self._out.flush()

    def _ask(self, what: str, *of: Any) -> bytes:
        self.tell(Ask(what, of))
        (length,) = LENGTH.unpack(self._in.read(LENGTH.size))
        return self._in.read(length)

    def find(self, text: str, on: date | None = None, /) -> list[Place]:
        """Places of that name, as they were called on a day."""
        found = self._kept.get((text, on))
        if found is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            day = on.isoformat() if on else None
            found = self._keep((text, on), _places.decode(self._ask("find", text, day)))
        return found

    def find_all(self, texts: Iterable[str]) -> None:
        """Learn at once what these mean, on no certain day: a question each is a wait each."""
        new = [text for text in dict.fromkeys(texts) if text and (text, None) not in self._kept]
        if not new:
            return
        if len(self._kept) + len(new) > _MOST_KEPT:
            self._kept.clear()
        for text, found in zip(new, _all_places.decode(self._ask("finds", new)), strict=True):
            self._keep((text, None), found)

    def _keep(self, key: tuple[str, date | None], found: list[Place]) -> list[Place]:
        self._kept[key] = found
        self._codes |= {place.pcode for place in found if place.lat is None and place.pcode}
        return found

    def knows(self, pcode: str) -> bool:
        """Whether a list of places has this area; those of answers are not asked for again."""
        return pcode in self._codes or bool(self.find(pcode))

    def at(self, lon: float, lat: float, level: int | None = None) -> str | None:
        """P-code of the area around a point."""
        return msgspec.msgpack.decode(self._ask("at", lon, lat, level), type=str | None)

    def reach_m(self, lon: float, lat: float, level: int) -> float | None:
        """How far that area reaches."""
        return msgspec.msgpack.decode(self._ask("reach_m", lon, lat, level), type=float | None)


def main() -> None:
    """Decide on the rows of one table, and end."""
    node = Node()
    opening: Opening = pickle.load(sys.stdin.buffer)  # noqa: S301 - the node's own words
    try:
        _decide(opening, node)
    except EireneError as error:
        node.tell(Fault(error.code, error.message, error.field, error.remedy))
    except SlowCell as slow:
        where = f"row {slow.row:,}, column {slow.column}" if slow.row else "one of its rows"
        told = f"{_name(opening)} takes longer than it may: {where}."
        node.tell(Fault(UnclearFile.code, told, "file", SPLIT))
    except MemoryError:
        told = f"{_name(opening)} takes more memory than it may."
        node.tell(Fault(UnclearFile.code, told, "file", SPLIT))


def _name(opening: Opening) -> str:
    return opening.name or Path(opening.path).name


def _decide(opening: Opening, node: Node) -> None:
    shut_in(memory=MEMORY, seconds=SECONDS, written=0)
    gc.set_threshold(_OBJECTS)
    path = Shown(opening.path)
    path.shown = opening.name
    stated = opening.stated
    shown = Path(path) if not opening.name else path
    table = _lent(opening.table, shown) or open_table(
        shown,
        encoding=stated.encoding,
        delimiter=stated.delimiter,
        sheet=stated.sheet,
        heading=stated.heading,
        hidden=stated.hidden,
    )
    setup: Setup = pickle.load(sys.stdin.buffer)  # noqa: S301 - the node's own words
    kind = kind_named(setup.kind)
    areas = node if setup.areas else None
    shaper = Shaper(
        table, setup.mapping, kind, setup.columns, now=setup.now, zone=setup.zone, areas=areas
    )
    find = node.find if setup.finds else None
    job = Job(
        *(table, setup.mapping, kind, shaper, setup.compartment, setup.now, setup.zone),
        *(find, None, node.find_all if setup.finds else None),
    )
    seen, rows, first = Seen(), iter(table.rows()), True
    signal.signal(signal.SIGVTALRM, _too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, setup.first_s)
    while block := list(islice(rows, setup.block)):
        signal.setitimer(signal.ITIMER_VIRTUAL, setup.block_s)
        tally = Tally(find, node.knows if setup.finds else None)
        decided = job.decide(block, seen)
        for one in decided:
            tally.take(one)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        node.tell(Block(_part(decided, tally, first=first)))
        signal.setitimer(signal.ITIMER_VIRTUAL, setup.block_s)
        first = first and not tally.samples
    for piece in seen.pieces():
        node.tell(Keys(piece))
    node.tell(End())


def _lent(table: Table | None, path: Path) -> Table | None:
    return msgspec.structs.replace(table, path=path) if table is not None else None


def _too_long(_signal: int, _frame: object) -> None:
    """Even a regular expression is left: it looks for signals on the way."""
    raise SlowCell


def _part(decided: Sequence[Decided], tally: Tally, *, first: bool) -> Part:
    return Part(
        counts=tally.counts,
        said=[_said(one) for one in decided if one.outcome == REPORT],
        rejects=[_sent(one.reject) for one in decided if one.reject is not None],
        unnumbered=tally.unnumbered,
        refused=[one.entity for one in decided if one.outcome == REJECT and one.entity],
        box=tally.box,
        odd=tally.odd,
        unplaced=tally.unplaced,
        samples=[
            (text, flat) for (_, text), (_, flat, _) in zip(tally.samples, tally.first, strict=True)
        ]
        if first
        else [],
    )


def _said(one: Decided) -> Said:
    draft = one.draft
    assert draft is not None
    assert draft.client_id is not None
    return Said(
        one.row.number,
        one.row_id,
        bytes.fromhex(one.content),
        one.notes,
        one.entity,
        draft.client_id,
        raw_content(draft.content),
        draft.occurred,
        draft.observed,
        draft.place,
        _words(draft),
        draft.links,
    )


def _sent(reject: Reject) -> Reject:
    """With cells that can be told, as they would be written."""
    cells = tuple(cell if _is_plain(cell) else str(cell) for cell in reject.cells)
    return msgspec.structs.replace(reject, cells=cells)


def _is_plain(cell: Any) -> bool:
    if isinstance(cell, int):
        return -_WORD <= cell < _WORD
    return isinstance(cell, (*_PLAIN, list, dict))


if __name__ == "__main__":
    main()
