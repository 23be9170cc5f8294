"""Plays the story of an exercise into its node: files what the cast reports, decides what it decides.

Reports go through the filing desk, decisions through the decision desk. Versions are made
as the story goes on, so that audiences have what they would have had, amendments too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from eirene.app import Node
from eirene.cli.console import note, progress
from eirene.desks.steps import Still
from eirene.log.log import utc_now
from eirene.missions.story import (
    ExerciseClock,
    Line,
    Member,
    Player,
    Ruling,
    read_cast,
    read_members,
    read_story,
)
from eirene.people.roles import resolved, role_named
from eirene.picture.ledger import Entity, lines_of
from eirene.picture.ledger import Line as LedgerLine
from eirene.picture.queries import report_by_id
from eirene.release.reader import Reader
from eirene.reports.acts.organisation import OrganisationAct
from eirene.reports.acts.release import APPROVED, RECALLED, REFUSED

_DAY = ("mark", "last-day")
"""Where the key store keeps which day the last one of the exercise is."""


def play(node: Node) -> None:
    """File the whole story and decide its releases; filing it again changes nothing."""
    mission = node.mission
    if mission is None or not mission.declaration.story:
        return
    cast = read_cast(mission.folder / mission.declaration.cast)
    _admit(node, read_members(mission.folder / mission.declaration.members))
    story = list(read_story(mission.folder / mission.declaration.story))
    playing = Playing(node, cast, clock_of(node))
    asked = node.releases.still
    # whoever decides in a story has no account: his word counts while it is told
    node.releases.still = _counting(cast, asked)
    try:
        with progress("telling the story of the exercise") as report:
            done = 0
            for page in _pages(story):
                playing.take(page)
                done += len(page)
                report(done, len(story))
        node.releases.settle()
    finally:
        node.releases.still = asked
    note(
        f"loaded {len(playing.ids):,} reports: the story, whose last day is {playing.clock.last_day}"
    )


def _admit(node: Node, members: list[Member]) -> None:
    """Make the organisations, so that reports can be released to their compartments."""
    acts = node.people.acts
    for one in members:
        if acts.register.organisation(one.code) is None:
            act = msgspec.convert(msgspec.to_builtins(one), OrganisationAct)
            acts.act(act, "", about=one.code, owner=one.code)


def clock_of(node: Node) -> ExerciseClock:
    """The clock of this node's exercise, the same for as long as the node lasts."""
    held = node.keys.secrets.get(*_DAY)
    if held is not None:
        return ExerciseClock(date.fromisoformat(held.decode()), node.zone)
    clock = ExerciseClock.ending_before(utc_now(), node.zone)
    node.keys.secrets.put(*_DAY, clock.last_day.isoformat().encode())
    return clock


def reader_of(player: Player) -> Reader:
    """What somebody of the cast reads, files and decides: what his role begins with."""
    role, code = role_named(player.role), player.organisation
    return Reader(
        account=player.account,
        role=player.role,
        organisation=code,
        compartments=frozenset(resolved(role.compartments, code)),
        may_file=frozenset(resolved(role.may_file, code)),
        may_decide=frozenset(resolved(role.may_decide_releases_to, code)),
    )


def _pages(story: Sequence[Line | Ruling]) -> Iterator[list[Line] | list[Ruling]]:
    """Lines that one account files at one time and that do not name each other; or one ruling."""
    page: list[Line] = []
    for one in story:
        named: set[str] = set()
        if isinstance(one, Line):
            named = {*one.amends, *(key for _, key in one.links)}
        alike = page and (one.at, one.by) == (page[0].at, page[0].by)
        if page and (isinstance(one, Ruling) or not alike or any(p.key in named for p in page)):
            yield page
            page = []
        if isinstance(one, Ruling):
            yield [one]
        else:
            page.append(one)
    if page:
        yield page


def _said(line: LedgerLine, by: str) -> int:
    """How often somebody has decided on a line."""
    said = (taken.step for taken in line.steps if taken.step.by == by)
    return sum(step.step in (APPROVED, REFUSED, RECALLED) for step in said)


def _counting(cast: Mapping[str, Player], asked: Still) -> Still:
    """The cast's words count, besides those of accounts."""

    def still(account: str, line: LedgerLine) -> bool:
        return account in cast or asked(account, line)

    return still


class Playing:
    """A story on its way into a node."""

    def __init__(self, node: Node, cast: dict[str, Player], clock: ExerciseClock) -> None:
        self._node = node
        self._readers = {name: reader_of(player) for name, player in cast.items()}
        self.clock = clock
        self.ids: dict[str, bytes] = {}
        """Reports by the keys of their lines."""
        self._filers: dict[str, str] = {}
        self._ruled = Counter[tuple[bytes, str]]()
        """How often somebody of the cast decided on a line, in this telling."""
        self._last = ""
        """What was done since versions were made: ``filed`` or ``decided``."""

    def take(self, page: list[Line] | list[Ruling]) -> None:
        """File lines, or decide; between the two the versions so far are made."""
        for one in page:
            if isinstance(one, Ruling):
                self._settle(after="filed")
                self._decide(one)
        lines = [one for one in page if isinstance(one, Line)]
        if lines:
            self._settle(after="decided")
            self._file(lines)

    def _settle(self, after: str) -> None:
        if self._last == after:
            self._node.releases.settle()
            self._last = ""

    def _file(self, page: list[Line]) -> None:
        flats = [self._flat(line) for line in page]
        filed = self._node.filing.file_now(
            self._readers[page[0].by],
            flats,
            zone=self._node.zone,
            clock=self.clock.moment(page[0].at),
        )
        for line, one in zip(page, filed, strict=True):
            self.ids[line.key] = one.id
            self._filers[line.key] = line.by
        self._last = "filed"

    def _flat(self, line: Line) -> dict[str, Any]:
        flat = self.clock.flat(line.report) | {"client_id": line.client_id}
        if line.amends:
            flat["amends"] = [self.ids[key].hex() for key in line.amends]
        if line.links:
            flat["links"] = [
                {"role": role, "report": self.ids[key].hex()} for role, key in line.links
            ]
        return flat

    def _decide(self, ruling: Ruling) -> None:
        """Decide on the line of the ledger, of the original or of a version that travels on."""
        reader = self._readers[ruling.by]
        for of in self._entities(ruling.of):
            for line in lines_of(self._node.picture, reader, of):
                if line.audience == ruling.to:
                    self._ruled[line.id, ruling.by] += 1
                    if _said(line, ruling.by) >= self._ruled[line.id, ruling.by]:
                        return  # the story was interrupted, and is told again
                    self._node.decisions.decide(
                        reader,
                        f"story-{ruling.by}",
                        line.id,
                        ruling.act,
                        text=ruling.text,
                        reason=ruling.reason,
                    )
                    self._last = "decided"
                    return
        raise LookupError(f"nothing of {ruling.of} waits for {ruling.to}")

    def _entities(self, key: str) -> list[Entity]:
        """The original of a line, and the versions of it that other compartments have."""
        filer, report = self._readers[self._filers[key]], self.ids[key]
        row = report_by_id(self._node.picture, filer, report)
        found = [Entity(row.compartment, row.owner, row.entity)]
        for _, version in self._node.decisions.releases(filer, report):
            if version is not None:
                found.append(Entity(version.compartment, version.owner, version.entity))
        return found
