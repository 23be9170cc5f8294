"""What of one organisation stands in the log: its reports, and what was made of them.

Invariants
  * Everything that its keys sealed, and everything in its own compartment, is its.
  * Of what other keys sealed: versions of its reports, versions of these, the acts of the
    ledger about them, and the node's own notes on them.
  * What other people wrote about it is theirs; so is who fetched what, in receipts beside
    the originals of others.

A version is found by its line, which the ledger names before the version is made. Where
one came before its line was named, the log is taken in once more.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from eirene.errors import InvalidEntry
from eirene.keys.erased import folded
from eirene.log.log import Log
from eirene.reports.acts import act_in, is_act
from eirene.reports.acts.coarser import Coarser
from eirene.reports.acts.release import Release
from eirene.reports.envelope import Body, Opened

_TOGETHER = 1_000
NODE = "releases"
"""In whose name the node itself writes notes on reports (``desks.case.Cases.ACCOUNT``)."""


class Found(msgspec.Struct):
    """What is to go."""

    lsns: list[int] = []
    reports: int = 0
    """Reports of the organisation itself, amendments and withdrawals too."""
    versions: int = 0
    """Versions of them that others have or had, and whose bodies are still there."""
    audiences: dict[str, int] = {}
    """Compartment -> versions in it."""
    others: int = 0
    """Versions of others' reports in its own compartment."""
    acts: int = 0
    gone: set[bytes] = set()
    """Entry hashes of versions whose bodies were dropped before."""
    files: set[bytes] = set()
    """Hashes of attachments that nothing else names."""


class Traces:
    """Takes the log in, entry after entry."""

    def __init__(self, organisation: str, compartment: str, owner: str) -> None:
        self._key, self._own = folded(organisation), folded(compartment)
        self._owner = owner
        """Owner of the node, whose keys seal versions and the ledger."""
        self._lines: set[bytes] = set()
        self._entries: set[bytes] = set()
        self._kept: set[bytes] = set()
        self._passed: set[bytes] = set()
        self._drawn: set[bytes] = set()
        """Files for versions, of the act that is looked at."""
        self.late = False
        """A line was named after something of it had been passed over."""
        self.found = Found(audiences={}, lsns=[], gone=set(), files=set())

    def take(self, opened: Opened) -> bool:
        """Whether an entry is to go; remembered in ``found``."""
        body = opened.body
        if body is None:
            return False
        self._drawn = set()
        its = self._is_its(opened, body)
        files = {one.hash for one in body.attachments} | self._drawn
        if not its:
            self._kept |= files
            if body.owner == self._owner and not body.account:
                self._passed.add(body.entity)
            return False
        self._entries.add(opened.hash)
        self.found.lsns.append(opened.lsn)
        self.found.files |= files
        self._count(body)
        return True

    def _count(self, body: Body) -> None:
        if is_act(body) or body.kind.startswith("author/"):
            self.found.acts += 1
        elif body.entity in self._lines:
            self.found.versions += 1
            audiences = self.found.audiences
            audiences[body.compartment] = audiences.get(body.compartment, 0) + 1
        elif folded(body.owner) == self._key:
            self.found.reports += 1
        else:
            self.found.others += 1

    def _is_its(self, opened: Opened, body: Body) -> bool:
        known = opened.hash in self._entries
        if is_act(body):
            return self._act(body) or known
        if folded(body.owner) == self._key or self._within(body):
            return True
        if body.owner != self._owner:
            return False
        noted = not body.account or body.account == NODE
        about = any(link.entry in self._entries for link in body.links)
        return body.entity in self._lines or (noted and about)

    def _within(self, body: Body) -> bool:
        return bool(self._own) and folded(body.compartment) == self._own

    def _act(self, body: Body) -> bool:
        try:
            act = act_in(body)
        except InvalidEntry:
            act = None
        if isinstance(act, Release):
            self._drawn = {one.hash for step in act.steps for one in step.files}
            about = folded(act.owner) == self._key or act.entity in self._lines
            if about:
                self._name({step.line for step in act.steps})
                self.found.gone |= {step.version for step in act.steps if step.version}
            else:
                self._passed.add(act.entity)
            return about or self._within(body)
        if isinstance(act, Coarser):
            named = (act.finer, *act.coarser)
            self._passed.update(named)
            return not self._lines.isdisjoint(named) or self._within(body)
        return folded(body.owner) == self._key or self._within(body)

    def _name(self, lines: set[bytes]) -> None:
        fresh = lines - self._lines
        self.late = self.late or not self._passed.isdisjoint(fresh)
        self._lines |= fresh

    def again(self) -> None:
        """Before the log is taken in once more."""
        self.late = False
        self._passed.clear()
        self.found = Found(audiences={}, lsns=[], gone=self.found.gone, files=set())

    def settled(self) -> Found:
        """What is to go, once the whole log was taken in."""
        self.found.files -= self._kept
        return self.found


def traces(
    log: Log,
    owner: str,
    organisation: str,
    compartment: str,
    progress: Callable[[int], None] | None = None,
) -> Found:
    """Everything of one organisation that this node can open."""
    found = Traces(organisation, compartment, owner)
    while True:
        for opened in log.read():
            found.take(opened)
            if progress is not None and opened.lsn % 1_000 == 0:
                progress(opened.lsn)
        if not found.late:
            return found.settled()
        found.again()


def drop(log: Log, found: Found, progress: Callable[[int], None] | None = None) -> bool:
    """Drop the bodies; False: a reader still holds the journal, and ``log.tidy`` is due."""
    log.dropped_before(found.gone | found.files)
    for at in range(0, len(found.lsns), _TOGETHER):
        log.drop_bodies(found.lsns[at : at + _TOGETHER])
        if progress is not None:
            progress(min(at + _TOGETHER, len(found.lsns)))
    return log.tidy()


def remove_files(folder: Path, hashes: set[bytes]) -> int:
    """Remove attachments, each called by its hash in hex, in folders or not; gives how many."""
    names = {one.hex() for one in hashes}
    found = [
        path
        for path in (folder.rglob("*") if names and folder.exists() else ())
        if path.is_file() and "".join(path.relative_to(folder).parts) in names
    ]
    for path in found:
        path.unlink()
    return len(found)
