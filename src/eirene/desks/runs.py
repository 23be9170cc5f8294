"""One import at work: its blocks in order, how far it came, and how it ended."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec

from eirene.desks.filing import Filed
from eirene.picture import Row
from eirene.release.reader import Reader
from eirene.reports.acts.imported import Import, Sums
from eirene.reports.draft import Draft
from eirene.reports.envelope import Body

if TYPE_CHECKING:
    from eirene.desks.importing import ImportDesk

_IN_FLIGHT = 2
"""Blocks that are on their way into the log while the next is being decided."""


class Stopped(Exception):
    """Somebody stopped the work, between two blocks."""


class Run:
    """One import that is filing: its blocks go in order, and are counted when durable.

    Who leaves it before ``end`` leaves a record that says how far it came.
    """

    def __init__(
        self, desk: ImportDesk, reader: Reader, told: Import, compartment: str, of: int
    ) -> None:
        self._desk, self._reader, self.told = desk, reader, told
        self.compartment = compartment
        self._waiting: deque[Future[list[Filed]]] = deque()
        self._stop = threading.Event()
        self._ended = False
        self.filed = 0
        """Reports that are durable."""
        self.rows, self.of = 0, of
        """Rows gone through, or reports taken back; of how many, 0 where nobody knows."""
        self.sums: Callable[[], Sums] | None = None
        """What became of the rows until now, once all on their way are filed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if not self._ended:
                self._cut(error)
        finally:
            self._desk.left(self)

    @property
    def id(self) -> bytes:
        """Of the import."""
        return self.told.id

    @property
    def owner(self) -> str:
        """The organisation that imports."""
        return self._reader.organisation

    @property
    def account(self) -> str:
        """Who is at work on it."""
        return self._reader.account

    def stop(self) -> None:
        """Have it stop before its next block; from any thread."""
        self._stop.set()

    def check(self, rows: int = 0) -> None:
        """Between two blocks, so many rows later; raises ``Stopped`` where somebody asked for it."""
        self.rows += rows
        if self._stop.is_set():
            raise Stopped

    def file(
        self,
        drafts: Sequence[Draft],
        known: Mapping[bytes, Row] | None = None,
        new: Collection[bytes] = (),
    ) -> None:
        """One block; returns while it is still on its way. Raises as the filing desk does.

        ``known`` and ``new`` as in ``FilingDesk.file_drafts``.
        """
        while len(self._waiting) >= _IN_FLIGHT:
            self._settle()
        if drafts:
            filing = self._desk.filing
            self._waiting.append(
                filing.file_drafts(self._reader, drafts, beside=self._part, known=known, new=new)
            )

    def wait(self) -> int:
        """Until all is durable; gives the number of reports."""
        while self._waiting:
            self._settle()
        return self.filed

    def end(self, sums: Sums) -> None:
        """Record what became of all rows."""
        self.wait()
        self._record(sums=sums)

    def _cut(self, error: BaseException | None) -> None:
        whole = isinstance(error, Stopped)  # then every row that was counted was filed
        while self._waiting:  # what was on its way is filed, and counts
            try:
                self._settle()
            except Exception:  # noqa: BLE001 - its filer is hearing of the first one already
                whole = False
        stopped = isinstance(error, Stopped | KeyboardInterrupt)
        sums = self.sums() if whole and self.sums is not None else None
        with contextlib.suppress(Exception):  # a full disk takes no record: then it is "cut off"
            self._record(cut="stopped" if stopped else "failed", sums=sums)

    def _record(self, *, sums: Sums | None, cut: str = "") -> None:
        told = msgspec.structs.replace(self.told, sums=sums, cut=cut)
        self._desk.filing.post([self._body(told)])
        self._ended = True

    def _settle(self) -> None:
        self.filed += len(self._waiting.popleft().result())

    def _part(self, bodies: Sequence[Body]) -> list[Body]:
        ids = tuple(body.id for body in bodies)
        return [self._body(msgspec.structs.replace(self.told, reports=ids))]

    def _body(self, told: Import) -> Body:
        return self._desk.part(self._reader, self.compartment, told)
