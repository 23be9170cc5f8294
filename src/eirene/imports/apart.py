"""A long table, read and decided in a process of its own; the node settles what it has already.

While that process reads one block, the node seals and stores the one before: two cores are at
work, and what a stranger's file costs is not the node's. What comes back is the same as if it
had been decided here, which a test holds.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import re
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any

import msgspec

from eirene.imports.deciding import BLOCK, REJECT, REPORT, Decided, Job
from eirene.imports.faults import BadMapping, UnclearFile
from eirene.imports.rowworker import (
    BLOCK_S,
    LENGTH,
    SPLIT,
    WORDS,
    Ask,
    Block,
    End,
    Fault,
    Keys,
    Message,
    Opening,
    Part,
    Said,
    Setup,
)
from eirene.imports.shaping import Columns
from eirene.imports.tables import Broken, Options, Row, Table
from eirene.imports.tally import Tally
from eirene.reports.draft import Draft

WORTH = 256 << 10
"""Bytes of a file from which the start of a process is worth it: some 5,000 rows."""
PROGRAM = ("-m", "eirene.imports.rowworker")
SILENT_S = 300.0
"""Seconds without a word of it after which it is given up: a workbook is unpacked before its rows."""
_BREATH_S = 0.2
_AHEAD = 3
"""Blocks that are decided before they are asked for."""
_MEMORY_FILE = re.compile(r"/proc/self/fd/(\d+)")
_ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
_message = msgspec.msgpack.Decoder(Message)


def is_possible(table: Table) -> bool:
    """Whether another process can read a table at little cost: anew, or what was unpacked of it."""
    return table.options is not None or table.lent is not None


def is_worth_it(table: Table) -> bool:
    """Whether it can, and the table is long."""
    try:
        held = table.path.stat() if table.lent is None else os.fstat(table.lent)
        return is_possible(table) and held.st_size >= WORTH
    except OSError:
        return False


def decided(
    job: Job,
    columns: Columns,
    tally: Tally,
    check: Callable[[], None],
    beside: Beside | None = None,
) -> Generator[list[Decided]]:
    """Rows that are reports, amendments, repeats or rejects, block by block; ``tally`` counts all.

    ``check`` is asked several times a second while nothing comes, and may raise to end it.
    ``beside``: the process, where it was started before.
    """
    content = msgspec.msgpack.Decoder(job.kind.content)
    with _Worker(job, columns, beside or Beside(job.table)) as worker:
        for part in worker.parts(tally, check):
            found = [_decided(job, content, one) for one in part.said]
            for (text, flat), one in zip(part.samples, found, strict=False):
                one.flat = flat
                tally.sample(one, text)
            before = [len(one.notes) for one in found]
            job.settle(found)
            tally.merge(part.counts, part.box, part.odd, part.unplaced)
            for one, told in zip(found, before, strict=True):
                tally.settled(one, told)
            tally.refuse(part.rejects, part.refused, part.unnumbered)
            yield [*found, *(_rejected(one) for one in part.rejects)]


def _decided(job: Job, content: msgspec.msgpack.Decoder[Any], said: Said) -> Decided:
    words: dict[str, Any] = dict(zip(WORDS, said.words, strict=True))
    draft = Draft(
        kind=job.kind,
        content=content.decode(said.content),
        packed=bytes(said.content),
        compartment=job.compartment,
        client_id=said.client_id,
        entity=said.entity,
        links=said.links,
        occurred=said.occurred,
        observed=said.observed,
        place=said.place,
        **words,
    )
    return Decided(
        Row(said.number, ()),
        REPORT,
        None,
        draft,
        {},
        said.row_id,
        said.content_hash.hex(),
        said.entity,
        said.notes,
    )


def _rejected(one: Any) -> Decided:
    broken = Broken(one.row, one.column, one.value, one.rule, one.remedy)
    return Decided(broken, REJECT, one)


class Beside:
    """The process, from before it is told what to do: it starts, and opens the file, while the
    node is still looking at it. It ends where nobody wants it any more.
    """

    def __init__(self, table: Table) -> None:
        path = str(table.path)
        held = _MEMORY_FILE.fullmatch(path)
        lent = () if table.lent is None else (table.lent,)
        self.process = subprocess.Popen(
            [sys.executable, "-I", *PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(int(held[1]),) if held and table.lent is None else lent,
            cwd="/",
            env=_ENVIRONMENT,
        )
        self._end = weakref.finalize(self, _ended, self.process)
        self._opening: Opening | None = Opening(
            path=path if held else str(table.path.absolute()),
            name=table.path.name,
            stated=table.options or Options(),
            table=None if table.lent is None else msgspec.structs.replace(table, path=Path()),
        )

    def open(self) -> None:
        """Say which file it is, if that was not said before."""
        if self._opening is not None:
            self._tell(self._opening)
        self._opening = None

    def begin(self, setup: Setup) -> None:
        """Say all; waits until it hears, where that is much."""
        self.open()
        self._tell(setup)

    def _tell(self, words: Opening | Setup) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it died: what it says next tells
            pickle.dump(words, self.process.stdin)
            self.process.stdin.flush()

    def close(self) -> None:
        """End it."""
        self._end()


@contextlib.contextmanager
def started(table: Table) -> Generator[Beside | None]:
    """The process, where a table is worth one; it ends with whatever fails meanwhile."""
    beside = Beside(table) if table.lent is None and is_worth_it(table) else None
    try:
        if beside is not None:
            beside.open()  # a few hundred bytes, which wait for nobody
        yield beside
    except BaseException:
        if beside is not None:
            beside.close()
        raise


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        with contextlib.suppress(BrokenPipeError):
            pipe.close()


class _Worker:
    """The process, and a thread that hears it."""

    def __init__(self, job: Job, columns: Columns, beside: Beside) -> None:
        self._job = job
        self._beside = beside
        setup = Setup(
            mapping=job.mapping,
            kind=job.kind.name,
            columns=columns,
            compartment=job.compartment,
            now=job.now,
            zone=job.zone,
            block=BLOCK,
            finds=job.find is not None,
            areas=job.shaper.areas is not None,
            block_s=BLOCK_S,
        )
        self._process = beside.process
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in: IO[bytes] = self._process.stdin
        self._out: IO[bytes] = self._process.stdout
        self._heard: queue.Queue[Message | Exception] = queue.Queue(_AHEAD)
        self._closed = threading.Event()
        self._alive = time.monotonic()
        self._thread = threading.Thread(
            target=self._hear, args=(setup,), name="import-reader", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._process.kill()
        while self._thread.is_alive():
            try:  # it may wait for room
                self._heard.get(timeout=0.05)
            except queue.Empty:
                continue
        self._beside.close()

    def parts(self, tally: Tally, check: Callable[[], None]) -> Iterator[Part]:
        """What it answers, in order; at the end, the entities of all rows stand in ``tally``."""
        while True:
            message = self._waited(tally, check)
            if isinstance(message, Exception):
                raise message
            if isinstance(message, Fault):
                raise _raised(message)
            if isinstance(message, Keys):
                tally.seen.take(message.seen)
                continue
            if isinstance(message, End):
                return
            assert isinstance(message, Block)
            yield message.part

    def _waited(self, tally: Tally, check: Callable[[], None]) -> Message | Exception:
        """Its next answer; the wait for it has an end, and can be ended."""
        while True:
            try:
                return self._heard.get(timeout=_BREATH_S)
            except queue.Empty:
                check()
            if time.monotonic() - self._alive > SILENT_S:
                return UnclearFile(
                    f"{self._job.table.path.name} has rows after row {tally.rows + 1:,} on which "
                    f"nothing came for {SILENT_S:.0f} seconds.",
                    field="file",
                    remedy=SPLIT,
                )

    def _hear(self, setup: Setup) -> None:
        try:
            self._beside.begin(setup)
            while not self._closed.is_set():
                message = self._next()
                self._alive = time.monotonic()
                if isinstance(message, Ask):
                    self._answer(message)
                    continue
                self._heard.put(message)
                if not isinstance(message, Block | Keys):
                    return
        except Exception as error:  # noqa: BLE001 - raised again where the blocks are asked for
            if not self._closed.is_set():
                self._heard.put(error)

    def _next(self) -> Message:
        head = self._out.read(LENGTH.size)
        if len(head) < LENGTH.size:
            name = self._job.table.path.name
            told = f"{name} takes more memory or time than it may, or is damaged."
            return Fault(UnclearFile.code, told, "file", SPLIT)
        (length,) = LENGTH.unpack(head)
        return _message.decode(self._out.read(length))

    def _answer(self, ask: Ask) -> None:
        job = self._job
        answer: Any
        if ask.what == "finds":
            assert job.find is not None
            answer = [job.find(text, None) for text in ask.of[0]]
        elif ask.what == "find":
            assert job.find is not None
            text, day = ask.of
            answer = job.find(text, date.fromisoformat(day) if day else None)
        else:
            assert job.shaper.areas is not None
            of = job.shaper.areas.at if ask.what == "at" else job.shaper.areas.reach_m
            answer = of(*ask.of)
        told = msgspec.msgpack.encode(answer)
        self._in.write(LENGTH.pack(len(told)) + told)
        self._in.flush()


def _raised(fault: Fault) -> Exception:
    """The fault as it would have been raised here."""
    wrong = BadMapping if fault.code == BadMapping.code else UnclearFile
    return wrong(fault.message, field=fault.field, remedy=fault.remedy)
