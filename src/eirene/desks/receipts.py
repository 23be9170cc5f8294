"""Receipts: who fetched which version, gathered in memory and written into the ledger each hour.

What is gathered and not yet written is shown already; a node that is killed loses at
most the last hour of it, and nothing else rests on it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from eirene.desks.release import ReleaseDesk
from eirene.picture import Picture, Row
from eirene.picture.ledger import Line, fetches_of
from eirene.release.reader import Reader
from eirene.reports.acts.receipt import ACT, Fetch, Receipt
from eirene.reports.envelope import Body

_MOST = 200_000
"""Fetches that are gathered; when there are more, they are written before the hour is over."""
_A_RECEIPT = 2_000

Key = tuple[bytes, bytes, str, str]


class Receipts:
    """Gathers fetches from every outlet. Thread-safe."""

    def __init__(
        self, desk: ReleaseDesk, picture: Callable[[], Picture], clock: Callable[[], datetime]
    ) -> None:
        self._desk, self._picture, self._clock = desk, picture, clock
        self._lock = threading.Lock()
        self._held: dict[Key, Fetch] = {}

    def shown(self, reader: Reader, rows: Sequence[Row]) -> None:
        """These rows went to a reader; those that are versions are noted."""
        named = [(row.entity, row.entry) for row in rows if row.is_version]
        if named:
            self.fetched(reader, named)

    def fetched(self, reader: Reader, versions: Iterable[tuple[bytes, bytes]]) -> None:
        """A reader fetched versions, each by line and entry hash. The node's own desks do not count."""
        if not reader.account or reader.account == ReleaseDesk.ACCOUNT:
            return
        now = self._clock()
        with self._lock:
            for line, version in versions:
                key = (line, version, reader.account, reader.by)
                known = self._held.get(key)
                self._held[key] = (
                    Fetch(
                        line=line,
                        version=version,
                        account=reader.account,
                        by=reader.by,
                        first=now,
                        last=now,
                    )
                    if known is None
                    else msgspec.structs.replace(known, last=now, times=known.times + 1)
                )
            full = len(self._held) > _MOST
        if full:
            threading.Thread(target=self.write, name="receipts", daemon=True).start()

    def of(self, reader: Reader, lines: Sequence[Line]) -> dict[bytes, list[Fetch]]:
        """Fetches of these lines, written or not, for a reader of their originals."""
        wanted = {line.id for line in lines if line.of.compartment in reader.compartments}
        found: dict[bytes, list[Fetch]] = {line: [] for line in wanted}
        with self._lock:
            held = [one for one in self._held.values() if one.line in wanted]
        for one in [*fetches_of(self._picture(), reader, wanted), *held]:
            found[one.line].append(one)
        return {line: _together(fetches) for line, fetches in found.items()}

    def forget(self) -> None:
        """Drop fetches of versions that the picture does not know any more: they were erased."""
        with self._lock:
            kept = self._desk.compartments_of({one.line for one in self._held.values()})
            self._held = {key: one for key, one in self._held.items() if one.line in kept}

    def write(self) -> None:
        """Write what was gathered, each into the compartment of its original."""
        with self._lock:
            held, self._held = list(self._held.values()), {}
        by_compartment: dict[str, list[Fetch]] = {}
        compartments = self._desk.compartments_of({one.line for one in held})
        for one in held:
            where = compartments.get(one.line)
            if where is not None:
                by_compartment.setdefault(where, []).append(one)
        bodies: list[Body] = []
        for compartment, fetches in by_compartment.items():
            for at in range(0, len(fetches), _A_RECEIPT):
                content = Receipt(fetches=tuple(fetches[at : at + _A_RECEIPT]))
                bodies.append(self._desk.act_body(compartment, ACT.tag, content))
        if bodies:
            self._desk.post(bodies)


def _together(fetches: Iterable[Fetch]) -> list[Fetch]:
    """One an account and sign-in, whatever version it was; first come first."""
    found: dict[tuple[str, str], Fetch] = {}
    for one in fetches:
        known = found.get((one.account, one.by))
        found[one.account, one.by] = (
            one
            if known is None
            else msgspec.structs.replace(
                known,
                first=min(known.first, one.first),
                last=max(known.last, one.last),
                times=known.times + one.times,
            )
        )
    return sorted(found.values(), key=lambda one: (one.first, one.account, one.by))
