"""The release desk: follows the log, and makes of reports the versions that others may have.

Invariants
  * Decided once, and recorded: what a line of the ledger says is never worked out again.
  * A rule is asked again at the moment at which a version is made: what has been narrowed
    since, or has become *never*, is not made.
  * Versions of a slot are made together, in random order, with the slot's time on them.
  * An amendment under the same automatic rule replaces the version. Whatever else it
    changes - class, rule, a person's decision - leaves the last version as it is until a
    person decides; a marking that forbids the audience takes the version back at once.
  * What a version is finer or coarser than is in the ledger before the version is made,
    so that nobody sees both.

One thread looks and makes; people's decisions come from others and meet it at ``_lock``.
"""

from __future__ import annotations

import hashlib
import logging
import os
import random
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from eirene.desks.case import Case, Cases
from eirene.desks.reapply import in_force, mark_of, reapply
from eirene.desks.siblings import siblings
from eirene.desks.steps import (
    Still,
    begun,
    is_exact,
    moved,
    pictures_of,
    ready,
    refused,
    stands,
    text_of,
)
from eirene.errors import EireneError, NodeError
from eirene.keys.store import KeyStore
from eirene.log.log import Log, utc_now
from eirene.picture import Picture
from eirene.picture.ledger import (
    Entity,
    Line,
    compartments_of,
    due,
    expiring,
    lines_of,
    over,
    places_of,
)
from eirene.release.coarsen import block_start, rung_of
from eirene.release.configuration import Configuration
from eirene.release.deciding import Decision, class_of, slot_after, slot_min
from eirene.release.rules import Rule
from eirene.release.sources import Country
from eirene.release.terms import may_leave
from eirene.release.version import Version, version_of
from eirene.reports.acts import is_act
from eirene.reports.acts import release as release_act
from eirene.reports.acts.release import (
    DUE,
    EXPIRED,
    MADE,
    RECALLED,
    WAITS,
    WITHDRAWN,
    Release,
    Step,
)
from eirene.reports.envelope import Body, Opened, report_id
from eirene.reports.flat import content_values, kind_and_version

_log = logging.getLogger("eirene.release")
TICK_S = 0.25
_MOST_TOGETHER = 500
_MOST_READ = 4_000
"""Entries in one round; nothing follows from most of a long list."""
_pack = msgspec.msgpack.Encoder().encode


class Post(Protocol):
    """How a desk appends (``FilingDesk.post``)."""

    def __call__(self, bodies: Sequence[Body], *, at: datetime | None = None) -> list[Opened]: ...


Taken = tuple[Line, bytes, Step, Body | None]
"""A line, the entry that was looked at, the step that follows, and the version to be posted."""


class ReleaseDesk(Cases):
    """See the module. ``tick`` does one round; the thread calls it."""

    def __init__(
        self,
        keys: KeyStore,
        log: Log,
        picture: Callable[[], Picture],
        post: Post,
        configuration: Callable[[], Configuration],
        *,
        world: Country,
        present: Callable[[], frozenset[str]],
        still: Still = lambda _account, _line: True,
        forget: Callable[[set[bytes]], None] = lambda _hashes: None,
        clock: Callable[[], datetime] = utc_now,
        start: bool = True,
    ) -> None:
        super().__init__(keys, picture, configuration, world=world, present=present)
        self._records, self.post = log, post
        self._clock = clock
        self.still = still
        self._forget = forget
        self.lock = threading.RLock()
        self._seen = self._remembered()
        self._stuck: set[bytes] = set()
        """Lines whose versions could not be made; tried again after the next start."""
        self._rules: dict[str, Rule] | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="releases", daemon=True)
        if start:
            self._thread.start()

    def close(self) -> None:
        """End the round that runs, then stop."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._ending.wait(TICK_S):
            try:
                self.tick()
            except EireneError as error:
                _log.warning("releases wait: %s", error.message)
            except Exception:  # noqa: BLE001 - the desk goes on; what it did not do it does next time
                _log.exception("releases wait")

    def _remembered(self) -> int:
        """Up to where the log was looked at before the last stop; 0 where that cannot be right."""
        noted = self._keys.secrets.get("releases", "seen")
        seen = int.from_bytes(noted) if noted else 0
        return seen if seen <= self._records.last_lsn else 0

    def tick(self) -> None:
        """One round: look at what is new, take back what has ended, make what is due."""
        now = self._clock()
        with self.lock:
            self.take_back_ended(now)
            self._follow_rules(now)
            self._look(now)
            self._make_due(now, now)

    def _follow_rules(self, now: datetime) -> None:
        """Act on a change of the rules in force since the last round, or since the last stop."""
        rules = in_force(self.configuration(), now)
        if rules == self._rules:
            return
        mark = mark_of(rules)
        if self._rules is not None or self._keys.secrets.get("releases", "rules") != mark:
            reapply(self, self._picture(), self._rules, rules, now)
            self._keys.secrets.put("releases", "rules", mark)
        self._rules = rules

    def settle(self) -> None:
        """Make at once what the slots of a day would: for a node that is loaded with a history."""
        now = self._clock()
        with self.lock:
            self._follow_rules(now)
            for _ in range(2):  # what is made may travel on once, at once
                while self._seen < self._picture().position()[0]:
                    self._look(now)
                self._make_due(now, now + timedelta(days=1))

    # -- looking at what is new

    def _look(self, now: datetime) -> None:
        """Decide on everything that came since the last round."""
        if self._picture().position()[0] <= self._seen:
            return
        cases: dict[Entity, Case | None] = {}
        closed: set[Entity] = set()
        last = self._seen
        for opened in self._records.read_new(self._seen, _MOST_READ):
            if opened.lsn > self._picture().position()[0]:
                break
            last = opened.lsn
            body = opened.body
            if body is None or is_act(body) or kind_and_version(body.kind)[0] == "author":
                continue
            of = Entity(body.compartment, body.owner, body.entity)
            self.told.note(of, body)
            first = not body.amends and of not in cases and of not in closed
            case = Case(of, opened.hash, body, content_values(body)) if first else None
            if case is not None and _has_no_class(case):
                closed.add(of)  # nothing passes, and a first report has no lines yet
                continue
            cases[of] = case
            if len(cases) == _MOST_TOGETHER:
                closed |= (done := self._over(cases))
                cases = {of: case for of, case in cases.items() if of not in done}
                if len(cases) > _MOST_TOGETHER // 2:
                    break
        self.decide(cases, now)
        self._seen = last
        self._records.has_read(last)
        self._keys.secrets.put("releases", "seen", last.to_bytes(8))

    def decide(self, cases: Mapping[Entity, Case | None], now: datetime) -> None:
        """Decide on entities; None: as the picture has it now. Records what follows."""
        bodies: list[Body] = []
        back: list[Line] = []
        done = self._over(cases)
        for of, known in cases.items():
            if of in done:
                continue
            try:
                act, forbidden = self._decided_on(of, known, now)
            except NodeError:
                raise
            except Exception:  # noqa: BLE001 - one report that cannot be read holds up no other
                _log.exception("a report cannot be decided on; nothing of it passes")
                continue
            back += forbidden
            bodies += act
        if bodies:
            self.post(bodies)
        if back:
            self.take_back(back, RECALLED, reason="its marking forbids it")

    def _over(self, cases: Mapping[Entity, Case | None]) -> set[Entity]:
        """Those of which nobody was given anything, and nobody will be."""
        changed = [of for of, known in cases.items() if known is None]
        return over(self._picture(), self.everywhere(), changed) if changed else set()

    def _decided_on(
        self, of: Entity, known: Case | None, now: datetime
    ) -> tuple[list[Body], list[Line]]:
        """The act on one entity, if any, and lines that its marking forbids."""
        lines = lines_of(self._picture(), self.reader(of.compartment), of)
        case = self.case(of) if known is None or lines or known.body.coarse else known
        if case is None:
            return [], []
        steps = self._steps(case, lines, now)
        forbidden = {step.line for step in steps if step.step == RECALLED}
        steps = [step for step in steps if step.step != RECALLED]
        acts = [self.act(case.of, case.entry, steps)] if steps else []
        return acts, [line for line in lines if line.id in forbidden]

    # -- what follows for each audience

    def _steps(self, case: Case, lines: Sequence[Line], now: datetime) -> list[Step]:
        by_audience = {line.audience: line for line in lines}
        steps: list[Step] = []
        for decision in self.decided(case, now) if not case.withdrawn else ():
            line = by_audience.pop(decision.audience, None)
            step = (
                begun(decision)
                if line is None
                else moved(line, decision, case.entry, leaves=may_leave(case.body))
            )
            if step is not None:
                steps.append(step)
        if case.withdrawn:
            steps += self._withdrawn(by_audience.values())
        return steps

    def _withdrawn(self, lines: Iterable[Line]) -> Iterator[Step]:
        """Strike through what the audiences have, at once; what waits is not made."""
        for line in lines:
            if line.version and line.state != WITHDRAWN:
                entry = self._strike(line)
                yield Step(line=line.id, audience=line.audience, step=WITHDRAWN, version=entry)
            elif line.state in (DUE, WAITS):
                yield refused(line, "withdrawn")

    def _strike(self, line: Line) -> bytes:
        gone = {"reason": "error"}
        body = self.body(line, b"withdrawal", "withdrawal/1", gone, amends=(line.version,))
        row = self.version_row(line)
        if row is not None:  # no time that is finer than the version's own, and its marking
            coarse = row.body.coarse
            body = msgspec.structs.replace(
                body,
                filed=block_start(self._clock(), (coarse and coarse.time) or "day"),
                classification=row.body.classification,
                tlp=row.body.tlp,
            )
        return self.post([body])[-1].hash

    # -- making versions

    def _make_due(self, now: datetime, by: datetime) -> None:
        lines = due(self._picture(), self.everywhere(), by)
        if not lines:
            return
        random.SystemRandom().shuffle(lines)
        for at in range(0, len(lines), _MOST_TOGETHER):
            self.make(lines[at : at + _MOST_TOGETHER], now)

    def make(self, lines: Sequence[Line], now: datetime) -> None:
        """Make the versions of these lines, if their rules still hold."""
        known: dict[Entity, tuple[Case | None, list[Decision]]] = {}
        taken: list[Taken] = []
        for line in lines:
            if line.id in self._stuck:
                continue
            try:
                taken.append(self._take(line, known, now))
            except NodeError:
                raise
            except Exception:  # noqa: BLE001 - one version that cannot be made holds up no other
                _log.exception("a version cannot be made; its audience gets nothing")
                self._stuck.add(line.id)
        slots = [line.due for line, *_ in taken if line.due is not None]
        entries = self._posted(taken, min(now, max(slots, default=now)))
        acts: list[Body] = []
        for line, entry, step, body in taken:
            version = entries[body.id] if body is not None else line.version
            done = msgspec.structs.replace(step, version=version) if step.step == MADE else step
            acts.append(self.act(line.of, entry, [done]))
        if acts:
            self.post(acts)

    def _take(
        self,
        line: Line,
        known: dict[Entity, tuple[Case | None, list[Decision]]],
        now: datetime,
    ) -> Taken:
        """What becomes of one line whose time has come."""
        if line.of not in known:
            case = self.case(line.of)
            told = self.decided(case, now) if case and not case.withdrawn else []
            known[line.of] = case, told
        case, told = known[line.of]
        decision = next((one for one in told if one.audience == line.audience), None)
        if case is None or decision is None:
            return line, line.original, refused(line, "withdrawn"), None
        step = ready(line, decision, self.still)
        body = self._version_body(line, case, decision) if step.step == MADE else None
        return line, case.entry, step, body

    def _posted(self, taken: Sequence[Taken], at: datetime) -> dict[bytes, bytes]:
        """Entry hashes by id; what a stop in between left behind is not made twice."""
        bodies = [body for *_, body in taken if body is not None]
        known = {i: entry for i, (entry, _) in self._picture().seen([b.id for b in bodies]).items()}
        fresh = [body for body in bodies if body.id not in known]
        if not fresh:
            return known
        made: dict[Entity, dict[bytes, Step]] = {}
        for line, _, step, body in taken:
            if body is not None:
                made.setdefault(line.of, {})[line.id] = step
        picture = self._picture()
        beside = [a for of, steps in made.items() for a in siblings(self, picture, steps, of)]
        posted = self.post([*beside, *fresh], at=at)
        return known | {o.body.id: o.hash for o in posted if o.body is not None}

    def _version_body(self, line: Line, case: Case, decision: Decision) -> Body | None:
        """The version; None where it would say what the audience has already."""
        rule = self.rule_of(decision, exactly=is_exact(line))
        assert rule is not None
        version = self.version(case, rule, text_of(line))
        own = self.rule_of(decision, exactly=True)
        rung = rung_of(own.place, rule.place) if own else 0
        self.told.gave(case.of, line.audience, version.place, rung)
        amends = stands(line)
        body = self.body(line, case.entry, case.body.kind, version.content, amends=amends)
        body = dressed(body, version, self.filed(rule))
        if (chosen := pictures_of(line)) is not None:
            body = msgspec.structs.replace(body, attachments=chosen.files)
        return None if line.version and self._same(line, body) else body

    def version(self, case: Case, rule: Rule, text: str) -> Version:
        """What a rule makes of a case, with the words that a person wrote for it."""
        version = version_of(case.body, case.content, rule, self.world)
        if not text:
            return version
        return msgspec.structs.replace(version, content={**version.content, "summary": text})

    def filed(self, rule: Rule) -> datetime:
        """The time of filing that a version may tell."""
        return block_start(self._clock(), rule.time or "day")

    def _same(self, line: Line, body: Body) -> bool:
        known = self.version_row(line)
        if known is None or known.withdrawn:
            return False
        changes = {n: getattr(known.body, n) for n in ("id", "client_id", "amends", "filed")}
        return msgspec.structs.replace(body, **changes) == known.body

    def body(
        self,
        line: Line,
        original: bytes,
        kind: str,
        content: dict[str, Any],
        *,
        amends: tuple[bytes, ...] = (),
    ) -> Body:
        """A body in the audience's compartment that says nothing of who, when and whence.

        Its ids follow from line and original, so that it is not made twice.
        """
        seed = hashlib.sha256(b"version" + line.id + original + b"".join(amends)).digest()
        author = self._keys.author(line.audience).public
        return Body(
            id=report_id(author, "", seed[:16]),
            client_id=seed[:16],
            owner=self._keys.owner,
            compartment=line.audience,
            entity=line.id,
            kind=kind,
            account="",
            filed=self._clock().replace(minute=0, second=0, microsecond=0),
            amends=amends,
            content=msgspec.Raw(_pack(content)),
        )

    # -- taking back

    def take_back_ended(self, now: datetime) -> None:
        """Versions past their end, and those whose rule no longer holds."""
        ended = expiring(self._picture(), self.everywhere(), now)
        if ended:
            self.take_back(ended, EXPIRED, reason="its time is over")

    def take_back(
        self, lines: Sequence[Line], step: str, *, by: str = "", session: str = "", reason: str = ""
    ) -> None:
        """Remove versions, and what travelled on from them, from picture and log."""
        lines = self._with_onward(lines)
        acts = [
            self.act(
                line.of,
                line.original,
                [
                    Step(
                        line=line.id,
                        audience=line.audience,
                        step=step,
                        version=line.version,
                        by=by,
                        session=session,
                        reason=reason,
                    )
                ],
            )
            for line in lines
        ]
        self._remove(lines, acts)

    def _with_onward(self, lines: Iterable[Line]) -> list[Line]:
        """These lines, and all that were made, or wait to be made, from their versions."""
        found: list[Line] = []
        for line in lines:
            of = Entity(line.audience, self.owner, line.id)
            onward = lines_of(self._picture(), self.reader(line.audience), of)
            open_ = [one for one in onward if one.version or one.state in (DUE, WAITS)]
            found += [line, *self._with_onward(open_)]
        return found

    def _remove(self, lines: Sequence[Line], acts: Sequence[Body]) -> None:
        """Record acts, and remove every version of these lines from the log."""
        places: list[int] = []
        for line in lines:
            entries = {taken.step.version for taken in line.steps if taken.step.version}
            places += places_of(self._picture(), self.reader(line.audience), entries).values()
        self.post(acts)
        if places:
            self._records.drop_bodies(places)
        self.forget_pictures(taken.step for line in lines for taken in line.steps)

    def forget_pictures(self, steps: Iterable[Step]) -> None:
        """Remove the files that these steps hold; no backup brings them back."""
        files = {one.hash for step in steps for one in step.files}
        if files:
            self._records.dropped_before(files)
            self._forget(files)

    # -- acts

    @property
    def owner(self) -> str:
        """Whose versions these are: the releasing node's."""
        return self._keys.owner

    def compartments_of(self, lines: Iterable[bytes]) -> dict[bytes, str]:
        """Where the original of each line stands."""
        return compartments_of(self._picture(), self.everywhere(), lines)

    def post_steps(self, line: Line, steps: Sequence[Step], case: Case | None = None) -> None:
        """Record what people decided on a line."""
        original = line.original if case is None else case.entry
        self.post([self.act(line.of, original, steps)])

    def act(self, of: Entity, original: bytes, steps: Sequence[Step]) -> Body:
        """An act of the ledger, beside the original."""
        content = Release(original=original, owner=of.owner, entity=of.entity, steps=tuple(steps))
        return self.act_body(of.compartment, release_act.ACT.tag, content)

    def act_body(self, compartment: str, tag: str, content: Any) -> Body:
        """An act of the node itself."""
        client_id = os.urandom(16)
        return Body(
            id=report_id(self._keys.author(compartment).public, "", client_id),
            client_id=client_id,
            owner=self._keys.owner,
            compartment=compartment,
            entity=client_id,
            kind=tag,
            account="",
            filed=self._clock(),
            content=msgspec.Raw(_pack(content)),
        )

    def next_slot(self, case: Case, audience: str, now: datetime) -> datetime:
        """When a version that people have agreed to is made."""
        slots = self.configuration().slots
        return slot_after(now, slot_min(slots, case.body, case.content, audience))


def _has_no_class(case: Case) -> bool:
    """Whether nothing of a report passes; a version may travel on under the class of its rule."""
    return case.body.coarse is None and class_of(case.body, case.content) is None


def dressed(body: Body, version: Version, filed: datetime) -> Body:
    """The body of a version, with all that its rule lets pass."""
    return msgspec.structs.replace(
        body,
        filed=filed,
        occurred=version.occurred,
        place=version.place,
        grade=version.grade,
        classification=version.classification,
        tlp=version.tlp,
        purpose=version.purpose,
        coarse=version.coarse,
    )


__all__ = ["Case", "Post", "ReleaseDesk", "dressed"]
