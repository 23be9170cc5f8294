"""Tables that somebody is bringing: held in memory for a short while, planned and filed in threads.

Invariants
  * Only the account that brought a table can tell that it is there.
  * Nothing of it is written to disk before it is filed as reports, sealed like all others.
  * It is forgotten when nobody touched it and nothing worked on it for ``LIFE_S``, when its account loses
    what it held, and with the process.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from eirene.desks.importing import Vanished
from eirene.desks.runs import Run, Stopped
from eirene.errors import NotAllowed, Unavailable
from eirene.imports.mapping import FileRules, Mapping, with_codes
from eirene.imports.patience import patience
from eirene.imports.proposing import (
    Known,
    Proposal,
    by_mapping,
    chosen,
    known,
    propose,
    settled,
)
from eirene.imports.readers import Table, open_table
from eirene.imports.rejects import Reject
from eirene.imports.run import Plan
from eirene.people import Pass
from eirene.picture.imports import Imported
from eirene.places import Place
from eirene.web.bring import Line, filed, planned, vanished
from eirene.web.kept import mapping_for, usable
from eirene.web.memory import MemoryFile
from eirene.web.node import Node
from eirene.web.problems import AtWork, foreseen, problem_of

UPLOADS = "eirene.uploads"
UPLOADED_AT = "/api/imports"
LIFE_S = 1_800
SWEEP_S = 30
MOST_OF_ONE = 2
MOST = 24
MOST_BYTES = 256 << 20

_pool = ThreadPoolExecutor(2, thread_name_prefix="import")
"""Apart from the queries: an import works for long, and nobody else shall wait for it."""


class Choices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person chose; what is left out is as proposed."""

    kind: str = ""
    compartment: str = ""
    source: str = ""
    mapping: str = ""
    """Name of a mapping that is ready, or that somebody kept; "" for the one that fits best."""
    fields: dict[str, str] = {}
    """Column -> field, "" to leave it out."""
    const: dict[str, str] = {}
    """Field -> the value that every report has."""
    codes: dict[str, dict[str, str]] = {}
    """Column -> value -> code."""
    file: FileRules = FileRules()
    places: dict[str, str] = {}
    """Name or P-code as the table has it -> the place of the mission that it means."""
    permitted: str = ""
    """Who permits passing on what looks like a list whose terms forbid it; "" leaves it marked."""


class Upload:
    """One table of one account, and the work on it."""

    def __init__(
        self, node: Node, held: Pass, name: str, room: Callable[[int], bool] = lambda _more: True
    ) -> None:
        self._room = room
        """Whether the node has room for so many bytes more."""
        self.id = secrets.token_hex(16)
        self.name = name
        self.held = held
        self.memory = MemoryFile(name)
        self.state = "reading"
        """reading, asks, planned, filing, filed, stopped"""
        self.done, self.of = 0, 0
        self.problem: dict[str, Any] | None = None
        self.choices = Choices()
        self.proposal: Proposal | None = None
        self.plan: Plan | None = None
        self.number = 0
        """Of the plan: what is filed is the plan that was looked at."""
        self.vanished: Vanished | None = None
        """What the plan says that earlier editions had and this one has not."""
        self.filed, self.withdrawn = 0, 0
        self.run: Run | None = None
        """What files it, or filed it last."""
        self.unfinished: list[Imported] = []
        """Imports of the same bytes that ended before their end: only the rest is left to bring."""
        self.touched = time.monotonic()
        self.gone = False
        self._node = node
        self._known: dict[tuple[Any, ...], Known] = {}
        self._lock = threading.Lock()
        self._busy = False
        self._stop = threading.Event()

    @property
    def table(self) -> Table | None:
        """The table as it was last found in the file; None where it was not."""
        return next((one.table for one in self._known.values()), None)

    def begun_by(self, code: str) -> Place | None:
        """The area of the mission whose P-code an unknown one begins with; None where none is."""
        mission = self._node.mission
        return mission.gazetteer.begun_by(code) if mission else None

    # -- what the account asks for

    def look(self, choices: Choices) -> None:
        """Propose and plan, in a thread."""
        with self._lock:
            self._begin("reading", 0)
            self.choices, self.filed, self.withdrawn = choices, 0, 0
        _pool.submit(self._work, self._look)

    def bring(self, number: int, *, withdraw: bool = False) -> None:
        """File the plan of that number, or the rest of it after a stop, in a thread; and withdraw
        what it showed as vanished, if asked for.
        """
        with self._lock:
            ready = self.state == "planned" or (self.state == "stopped" and self.run is not None)
            if self.plan is None or not ready or number != self.number:
                raise AtWork("There is no plan of this number to file.", "plan")
            self._begin("filing", self.plan.rows)
        _pool.submit(self._work, lambda: self._file(withdraw))

    def _begin(self, state: str, of: int) -> None:
        if self._busy:
            raise AtWork("The node is at work on this table.", "act")
        self._busy, self.state, self.problem, self.run = True, state, None, None
        self.done, self.of = 0, of
        self._stop.clear()

    def rejects(self, plan: Plan) -> Generator[Reject]:
        """All rows that were not taken, also of what was filed since; where there are many, the file
        is gone through again, and nothing else meanwhile: raises ``AtWork``.
        """
        if plan.rejected <= len(plan.rejects):
            return (one for one in plan.rejects)
        with self._lock:
            if self._busy or self.gone:
                raise AtWork("The node is at work on this table.", "act")
            self._busy = True
            self._stop.clear()
        return self._gone_through(plan)

    def _gone_through(self, plan: Plan) -> Generator[Reject]:
        try:
            yield from plan.every_reject()
        finally:
            with self._lock:
                self._busy = False
                self.touched = time.monotonic()
                if self.gone:
                    self._release()

    @property
    def busy(self) -> bool:
        """Whether a thread is at work on it."""
        return self._busy

    @property
    def bytes(self) -> int:
        """What it holds in memory: the file, and rows that were unpacked from it."""
        return self.memory.size + sum(one.table.held for one in list(self._known.values()))

    def stop(self) -> None:
        """Stop the work, between two blocks or while the next one does not come."""
        self._stop.set()
        if (run := self.run) is not None:
            run.stop()

    def forget(self) -> None:
        """Let go of the bytes, now or when the work has stopped."""
        with self._lock:
            self.gone = True
            self._stop.set()
            if not self._busy:
                self._release()

    def _release(self) -> None:
        self.memory.close()
        self.plan, self.proposal, self.vanished, self._known = None, None, None, {}

    # -- the work

    def _work(self, work: Callable[[], str]) -> None:
        try:
            with patience(self._check):
                state, problem = work(), None
        except Stopped:
            state, problem = "stopped", None
        except Exception as error:  # noqa: BLE001 - foreseen() logs what nobody foresaw
            state, problem = "asks", problem_of(foreseen(error))
        with self._lock:
            self._busy, self.state, self.problem = False, state, problem
            self.touched = time.monotonic()
            if self.gone:
                self._release()

    def _say(self, line: Line) -> None:
        if "import" in line:
            self.run = self._node.importing.run_of(bytes.fromhex(line["import"]))
            return
        self.done = int(line.get("progress", 0))
        self._check()

    def _check(self) -> None:
        """Raises ``Stopped`` where the work shall end."""
        self.touched = time.monotonic()
        now = self._node.people.current(self.held)
        may = now is not None and now.reader.may_file >= self.held.reader.may_file
        if self._stop.is_set() or not may:
            raise Stopped

    def _look(self) -> str:
        rules = self.choices.file
        self.proposal = self.plan = self.vanished = None
        place = _place(rules)
        if place not in self._known:
            self._known = {}
            table = open_table(
                self.memory.path,
                encoding=rules.encoding,
                delimiter=rules.delimiter,
                sheet=rules.sheet,
                heading=rules.heading,
                hidden=rules.hidden == "read",
            )
            self._check_room(table)
            self._known = {place: known(table)}
        of = self._known[place]
        self.proposal = found = proposal_for(of, self.choices, self._kept())
        open_ = any(not ask.hint for ask in found.asks)
        if found.mapping is None or open_ or not self.compartment():
            return "asks"
        mapping = stated(found.mapping, self.choices)
        made = planned(
            self._node,
            self.held.reader,
            self.memory.path,
            mapping,
            self._say,
            kind=found.kind,
            compartment=self.compartment(),
            table=of.table if _place(mapping.file) == place else None,
            places=self.choices.places,
            check=self._check,
            permitted=self.choices.permitted,
        )
        unfinished = self._node.importing.unfinished(
            self.held.reader, made.record, made.compartment
        )
        gone = vanished(self._node, self.held.reader, made, self._check)
        with self._lock:
            self.plan, self.number, self.unfinished = made, self.number + 1, unfinished
            self.vanished = gone
        return "planned"

    def _check_room(self, table: Table) -> None:
        """Raises ``NotAllowed`` where rows that were unpacked are more than the node can hold."""
        if table.held and not self._room(table.held):
            raise _full()

    def _kept(self) -> list[Mapping]:
        """The mapping that was named, else all that colleagues kept."""
        node, reader, name = self._node, self.held.reader, self.choices.mapping
        if name:
            return [mapping_for(node, reader, name, files=False)]
        return usable(node, reader)

    def compartment(self) -> str:
        """Where it goes: as chosen, else as the mapping wants it, else the only one there is."""
        may = self.held.reader.may_file
        made = self.proposal.mapping if self.proposal else None
        wanted = made.compartment if made is not None and made.compartment in may else ""
        return self.choices.compartment or wanted or (next(iter(may)) if len(may) == 1 else "")

    def _file(self, withdraw: bool) -> str:
        plan = self.plan
        assert plan is not None
        reader = self.held.reader
        before = self.filed
        self._node.importing.name(reader, plan.compartment, self.choices.places)
        gone = self.vanished.rows if self.vanished else []
        shown = frozenset(row.id for row in gone)
        try:
            done, _ = filed(
                self._node,
                reader,
                plan,
                self._say,
                withdraw=withdraw,
                seen=shown,
                check=self._check,
            )
        except BaseException:
            if self.run is not None:
                self.filed = before + self.run.filed
            raise
        self.filed = before + done
        self.withdrawn = self.run.filed - done if self.run is not None else 0
        return "filed"


def _place(rules: FileRules) -> tuple[Any, ...]:
    """What of the rules says where in a file its table lies."""
    return (rules.encoding, rules.delimiter, rules.sheet, rules.heading, rules.hidden)


def proposal_for(of: Known, choices: Choices, kept: Sequence[Mapping] = ()) -> Proposal:
    """The proposal, as changed by what was chosen; ``kept`` are mappings of colleagues."""
    found = by_mapping(of, kept[0]) if choices.mapping else propose(of, choices.kind, kept)
    if found.mapping is None:
        return found
    if found.ready and not choices.fields:
        mapping = with_codes(found.mapping, choices.codes)
        return msgspec.structs.replace(found, mapping=mapping)
    columns = chosen(of, found.kind, choices.fields) if choices.fields else found.columns
    made = settled(of, found.kind, columns, const=choices.const, codes=choices.codes)
    return _of_the_same_list(made, found.mapping) if found.ready else made


def _of_the_same_list(made: Proposal, before: Mapping) -> Proposal:
    """A proposal that stays what its list is, though other columns were chosen: whose it is, under
    which terms, how it is marked, and by what its rows are known again.
    """
    if made.mapping is None:
        return made
    keep = ("passing_on", "licence", "attribution", "source", "row_id", "may_be_blank")
    fields = made.mapping.fields
    const = {name: value for name, value in before.const.items() if name not in fields}
    mapping = msgspec.structs.replace(
        made.mapping,
        const=const | dict(made.mapping.const),
        **{name: getattr(before, name) for name in keep},
    )
    return msgspec.structs.replace(made, mapping=mapping)


def stated(mapping: Mapping, choices: Choices) -> Mapping:
    """The mapping with what was said of the whole file."""
    const = {name: value for name, value in choices.const.items() if value}
    changes: dict[str, Any] = {
        "const": {n: v for n, v in (mapping.const | const).items() if n not in mapping.fields}
    }
    if choices.source:
        changes["source"] = choices.source
    if choices.file != FileRules():
        changes["file"] = choices.file
    return msgspec.structs.replace(mapping, **changes)


class Uploads:
    """All tables that are being brought to a node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._held: dict[str, Upload] = {}
        self._lock = threading.Lock()
        self._clock: threading.Timer | None = None

    def add(self, held: Pass, name: str) -> Upload:
        """Room for one more table; the oldest of the same account makes room."""
        self.sweep()
        if not held.reader.may_file:
            raise NotAllowed(
                "This account may not file reports.",
                field="file",
                remedy="Ask who grants clearances for a compartment to file to.",
            )
        with self._lock:
            mine = [one for one in self._held.values() if _same(one.held, held)]
            while len(mine) >= MOST_OF_ONE:
                oldest = next((one for one in mine if one.state != "filing"), None)
                if oldest is None:
                    raise AtWork(
                        f"{len(mine)} tables of yours are being filed: that is the most at a time.",
                        "file",
                        "Wait until one of them is done, or stop it.",
                    )
                self._held.pop(oldest.id).forget()
                mine.remove(oldest)
            if len(self._held) >= MOST or not self._room(0):
                raise _full()
            made = Upload(self._node, held, name, self._room)
            self._held[made.id] = made
            self._arm()
        return made

    def _arm(self) -> None:
        """Look again in a while, for as long as there is something to forget."""
        if self._clock is None:
            self._clock = threading.Timer(SWEEP_S, self._tick)
            self._clock.daemon = True
            self._clock.start()

    def _tick(self) -> None:
        self.sweep()
        with self._lock:
            closed, self._clock = self._clock is None, None
            if self._held and not closed:
                self._arm()

    def close(self) -> None:
        """Forget all, and look no more: the node is about to close."""
        with self._lock:
            held, self._held = list(self._held.values()), {}
            clock, self._clock = self._clock, None
        if clock is not None:
            clock.cancel()
            clock.join()  # it may be looking just now
        for one in held:
            one.forget()

    def _room(self, more: int) -> bool:
        return sum(one.bytes for one in list(self._held.values())) + more < MOST_BYTES

    def all(self, held: Pass) -> list[Upload]:
        """Those of this account, oldest first."""
        self.sweep()
        every = list(self._held.values())
        return [] if held.viewing else [one for one in every if _same(one.held, held)]

    def of(self, held: Pass, upload_id: str) -> Upload:
        """A table of this account; ``Unavailable``, whatever the cause."""
        self.sweep()
        found = self._held.get(upload_id)
        if found is None or held.viewing or not _same(found.held, held):
            raise Unavailable
        found.touched = time.monotonic()
        found.held = held  # what it may do now, not what it might when it brought the table
        return found

    def drop(self, upload: Upload) -> None:
        """Forget a table."""
        with self._lock:
            self._held.pop(upload.id, None)
        upload.forget()

    def sweep(self) -> None:
        """Forget what nobody touched, and what its account may no longer bring."""
        until = time.monotonic() - LIFE_S
        for one in list(self._held.values()):
            left = one.touched < until and not one.busy
            if left or not self._node.people.holds(one.held):
                self.drop(one)


def _full() -> NotAllowed:
    return NotAllowed(
        "The node holds as many tables as it can.",
        field="file",
        remedy="Try again in some minutes, or use eirene import.",
    )


def _same(one: Pass, other: Pass) -> bool:
    return one.reader.account == other.reader.account
