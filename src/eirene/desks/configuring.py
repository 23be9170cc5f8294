"""The configuration desk: which rules the mission has, and how they are changed.

Rules are acts in the log: whoever has the log knows which held when, and on whose word.

Invariants
  * What gives nobody more takes effect by one act, at once. Whatever widens waits for a
    second account in a session of its own, and is compared again when that one agrees.
  * Both must have the say when the second agrees, and neither by a right that the other
    lent: the word of who was suspended meanwhile counts no more.
  * Rules that break what they assert never take effect, not even by two people.
  * A proposal made against rules that have changed since must be made again: nothing that
    was narrowed meanwhile is opened unseen.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from eirene.desks.history import History, InForce, Proposal
from eirene.desks.reapply import Reached
from eirene.errors import InvalidEntry, InvalidQuery, InvalidRules, NotAllowed, Unavailable
from eirene.log.log import utc_now
from eirene.people.rights import Rights
from eirene.people.roles import OWN, roles
from eirene.picture import Picture, report_by_id
from eirene.release.configuration import Configuration, from_toml
from eirene.release.graph import Finding, Readers, findings
from eirene.release.reader import Reader, covers
from eirene.release.widening import EVERYBODY, Change, changes
from eirene.reports.acts import act_in, act_of, is_act
from eirene.reports.acts.configuration import (
    APPLIED,
    APPROVED,
    COMPARTMENT,
    PROPOSED,
    REFUSED,
    ConfigurationAct,
)
from eirene.reports.envelope import Body, Opened

_log = logging.getLogger("eirene.configuration")

WAITS_MOST = timedelta(days=30)
"""A proposal that found no second person in this time has lapsed."""
REASON_MOST = 500
SHOWN_MOST = 20
"""Reports that are named for each audience; all are counted."""

Post = Callable[[Sequence[Body]], Sequence[Opened]]


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a text would come to, if it took effect now."""

    configuration: Configuration
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]

    @property
    def refused(self) -> bool:
        """Whether it cannot take effect at all."""
        return any(one.refuses for one in self.findings)

    @property
    def widens(self) -> bool:
        """Whether it takes two people."""
        return any(one.widens for one in self.changes)


class Shows(msgspec.Struct, frozen=True, kw_only=True):
    """Reports that stand here and that an audience would newly get, by rule or by decision."""

    audience: str
    outcome: str
    """``automatic``, or whose word it waits for."""
    count: int
    """Only those that the asker may read: nobody learns here what there is besides."""
    reports: tuple[bytes, ...]
    """Ids of the first of them."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a change: in force, or waiting."""

    version: int
    """Of the configuration that is in force now."""
    proposal: Proposal | None
    """What waits for a second person; None: it is in force."""
    changes: tuple[Change, ...]


class ConfigurationDesk:
    """See the module. Safe to use from several threads, not from an event loop."""

    def __init__(
        self,
        owner: str,
        post: Post,
        *,
        standing: Callable[[str], Reader | None],
        one_say: Callable[[str, str, Callable[[Rights], bool]], bool],
        clock: Callable[[], datetime] = utc_now,
        changed: Callable[[], None] = lambda: None,
        reached: Callable[[Configuration, Configuration, frozenset[str]], Iterable[Reached]]
        | None = None,
    ) -> None:
        """``standing``: what an account holds now; None where it is not in force. ``one_say``:
        whether two accounts have such a say by one and the same right, lent.
        """
        self._owner = owner
        self._standing, self._one_say = standing, one_say
        self._post = post
        self._clock = clock
        self._changed = changed
        self._reached = reached
        self._acting = threading.RLock()
        self._lock = threading.RLock()
        self._known: dict[bytes, Opened] = {}
        self._last: tuple[int, bytes] = (0, b"")
        self._history = History()
        self.current: Configuration = self._history.current.configuration

    # -- what the log holds

    def take(self, entries: Iterable[Opened]) -> None:
        """Fold what the log holds; again is harmless, and in any order the same comes out."""
        with self._lock:
            fresh = [one for one in entries if _ours(one) and one.hash not in self._known]
            if not fresh:
                return
            fresh.sort(key=_place)
            self._known |= {one.hash: one for one in fresh}
            if _place(fresh[0]) < self._last:
                self._history = History()
                fresh = sorted(self._known.values(), key=_place)
            for one in fresh:
                self._fold(one)
            self._last = _place(fresh[-1])
            self.current = self._history.current.configuration
        self._changed()

    def _fold(self, opened: Opened) -> None:
        body = opened.body
        assert body is not None
        try:
            act = act_in(body)
        except InvalidEntry:
            act = None
        if isinstance(act, ConfigurationAct):
            self._history.take(body.id, body.account, body.filed, act)
        else:
            _log.warning("entry %d is no change of configuration that can be read", opened.lsn)

    # -- asking

    def in_force(self, version: int | None = None) -> InForce:
        """The configuration in force, or an earlier one by its number."""
        with self._lock:
            known = self._history.all
        found = (
            known[-1] if version is None else next((c for c in known if c.version == version), None)
        )
        if found is None:
            raise InvalidQuery(
                f"There is no configuration {version}.",
                field="version",
                remedy=f"They go from 0 to {known[-1].version}.",
            )
        return found

    def history(self) -> list[InForce]:
        """Everything that was in force, the latest first."""
        with self._lock:
            return list(reversed(self._history.all))

    def changed_by(self, one: InForce) -> tuple[Change, ...]:
        """What a configuration changed against the one before it; nothing for the shipped one."""
        if one.version == 0:
            return ()
        before = self.in_force(one.version - 1)
        return tuple(changes(before.configuration, one.configuration))

    def waiting(self) -> list[Proposal]:
        """Proposals that have not lapsed, were made against the rules in force, and by somebody
        who may still make them; oldest first.
        """
        with self._lock:
            now, current = self._clock(), self._history.current.version
            found = [
                one
                for one in self._history.waiting.values()
                if one.at + WAITS_MOST > now and one.after == current
            ]
        return [one for one in found if self._still(one)]

    def _still(self, proposal: Proposal) -> bool:
        by = self._standing(proposal.by)
        asked = changes(self.current, proposal.configuration)
        return by is not None and self.may_see(by) and _lacking(by, asked) is None

    def may_see(self, reader: Reader) -> bool:
        """Whether somebody may see the rules: who has a say in them."""
        say = reader.may_decide | reader.may_grant
        return bool(say) and reader.organisation == self._owner

    def check(self, toml: str) -> Checked:
        """What a text would come to now. ``InvalidRules`` where it cannot be read."""
        return self.compared(from_toml(toml))

    def compared(self, made: Configuration) -> Checked:
        """What a configuration would come to, if it took effect now."""
        return Checked(
            configuration=made,
            findings=tuple(findings(made, self._clock(), readers())),
            changes=tuple(changes(self.current, made)),
        )

    def shows(self, reader: Reader, picture: Picture, checked: Checked) -> list[Shows]:
        """How many reports that are here would newly reach which audience; changes nothing."""
        if self._reached is None or not checked.widens or checked.refused:
            return []
        found: dict[tuple[str, str], list[bytes]] = {}
        new, compartments = checked.configuration, reader.compartments
        for one in self._reached(self.current, new, compartments):
            if _readable(picture, reader, one.report):
                found.setdefault((one.audience, one.outcome), []).append(one.report)
        return [
            Shows(
                audience=audience,
                outcome=outcome,
                count=len(ids),
                reports=tuple(ids[:SHOWN_MOST]),
            )
            for (audience, outcome), ids in sorted(found.items())
        ]

    # -- changing

    def apply(self, reader: Reader, session: str, toml: str, reason: str = "") -> Outcome:
        """Put a configuration in force, or propose it where it widens anything.

        The same text, sent by a second person while it waits, agrees to it. Raises
        ``InvalidRules``, ``NotAllowed``, ``InvalidQuery``.
        """
        with self._acting:
            checked = self.check(toml)
            self._check_may(reader, checked)
            same = next((one for one in self.waiting() if one.toml == toml), None)
            if same is not None and same.by != reader.account:
                return self.approve(reader, session, same.id, reason)
            if same is not None:
                raise InvalidQuery(
                    "This change waits already, and you proposed it.",
                    field="toml",
                    remedy="Ask somebody else who may decide to agree to it.",
                )
            step = PROPOSED if checked.widens else APPLIED
            id_ = self._append(reader, session, step, toml=toml, reason=reason)
            proposal = self._proposal(id_) if checked.widens else None
            return Outcome(
                version=self.in_force().version, proposal=proposal, changes=checked.changes
            )

    def edit(
        self, reader: Reader, session: str, edited: Callable[[InForce], str], reason: str = ""
    ) -> Outcome:
        """Apply what a function makes of the text in force, with nothing in between."""
        with self._acting:
            return self.apply(reader, session, edited(self.in_force()), reason)

    def approve(self, reader: Reader, session: str, proposal: bytes, reason: str = "") -> Outcome:
        """Agree to a proposal, as a second person: it takes effect."""
        with self._acting:
            one = self._proposal(proposal)
            checked = self.compared(one.configuration)
            self._check_may(reader, checked)
            if reader.account == one.by or session == one.session:
                raise NotAllowed(
                    "You proposed this change; the second person is another one.",
                    field="proposal",
                    remedy="Ask somebody else who may decide, in a sign-in of his own.",
                )
            self._check_hands(one, reader, checked)
            self._append(reader, session, APPROVED, proposal=proposal, reason=reason)
            return Outcome(version=self.in_force().version, proposal=None, changes=checked.changes)

    def refuse(self, reader: Reader, session: str, proposal: bytes, reason: str = "") -> Outcome:
        """Refuse a proposal, or take one's own back."""
        with self._acting:
            one = self._proposal(proposal)
            if reader.account != one.by:
                self._check_say(reader, changes(self.current, one.configuration))
            self._append(reader, session, REFUSED, proposal=proposal, reason=reason)
            return Outcome(version=self.in_force().version, proposal=None, changes=())

    def _proposal(self, id_: bytes) -> Proposal:
        found = next((one for one in self.waiting() if one.id == id_), None)
        if found is None:
            raise InvalidQuery(
                "No such proposal waits.",
                field="proposal",
                remedy="It was answered, has lapsed, or the rules have changed since: make it anew.",
            )
        return found

    def _check_may(self, reader: Reader, checked: Checked) -> None:
        """Whoever changes rules may decide releases to, or give clearances for, each audience."""
        self._check_say(reader, checked.changes)
        refused = next((one for one in checked.findings if one.refuses), None)
        if refused is not None:
            raise InvalidRules(
                refused.sentence,
                field=refused.rule,
                remedy="Change that rule; never, bindings and agreements hold whoever agrees.",
            )

    def _check_say(self, reader: Reader, asked: Sequence[Change]) -> None:
        if not self.may_see(reader):
            raise NotAllowed(
                "You may not change the rules of this mission.",
                remedy="Ask somebody of the mission who may decide releases.",
            )
        lacking = _lacking(reader, asked)
        if lacking is not None:
            change, audience = lacking
            raise NotAllowed(
                f"You may not change rules towards {_named(audience)}: {change.sentence}",
                field=change.name,
                remedy="Ask somebody who may decide releases to it, or give clearances.",
            )

    def _check_hands(self, proposal: Proposal, second: Reader, checked: Checked) -> None:
        """Two people are two for every audience that gets more."""
        widened = {a for one in checked.changes if one.widens for a in one.audiences}
        for audience in sorted(widened):

            def says(held: Rights, audience: str = audience) -> bool:
                return _has_say(held.decide, held.grant, audience)

            if self._one_say(proposal.by, second.account, says):
                raise NotAllowed(
                    f"One of you two has a say towards {_named(audience)} only because the other "
                    "lent it.",
                    field="proposal",
                    remedy="Ask somebody who has a say of his own.",
                )

    def _append(self, reader: Reader, session: str, step: str, **more: object) -> bytes:
        reason = str(more.pop("reason", ""))[:REASON_MOST]
        act = ConfigurationAct(
            step=step,
            after=self.in_force().version,
            session=session,
            reason=reason,
            **more,  # pyright: ignore[reportArgumentType]
        )
        kind, content = act_of(act)
        body = Body(
            id=os.urandom(16),
            client_id=os.urandom(16),
            owner=self._owner,
            compartment=COMPARTMENT,
            entity=_ENTITY,
            kind=kind,
            account=reader.account,
            filed=self._clock(),
            content=content,
        )
        self.take(self._post([body]))
        return body.id


_ENTITY = hashlib.sha256(b"configuration").digest()[:16]


def may_change(reader: Reader, audience: str) -> bool:
    """Whether somebody has a say in what an audience gets.

    What concerns everybody is for those who decide what becomes public.
    """
    return _has_say(reader.may_decide, reader.may_grant, audience)


def _has_say(decide: frozenset[str], grant: frozenset[str], audience: str) -> bool:
    if audience == EVERYBODY:
        return covers(decide, "public")
    return covers(decide | grant, audience)


def _lacking(reader: Reader, asked: Sequence[Change]) -> tuple[Change, str] | None:
    """The first change towards an audience in which somebody has no say; None: he has all."""
    for one in asked:
        for audience in one.audiences:
            if not may_change(reader, audience):
                return one, audience
    return None


def _readable(picture: Picture, reader: Reader, report: bytes) -> bool:
    try:
        report_by_id(picture, reader, report)
    except Unavailable:
        return False
    return True


def _named(audience: str) -> str:
    return "everybody" if audience == EVERYBODY else audience


def readers() -> Readers:
    """What each role reads, with ``*`` for its own organisation, party or contributor."""
    return {
        role.name: frozenset(name.replace(OWN, "-*") for name in role.compartments)
        for role in roles().values()
    }


def _ours(opened: Opened) -> bool:
    body = opened.body
    return body is not None and body.compartment == COMPARTMENT and is_act(body)


def _place(opened: Opened) -> tuple[int, bytes]:
    """Order of the fold: the same on every node, whatever came first."""
    return opened.header.clock, opened.hash


__all__ = [
    "Checked",
    "ConfigurationDesk",
    "Outcome",
    "Shows",
    "may_change",
    "readers",
]
