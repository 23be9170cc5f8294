"""Acts of this room on their way into the log, and from the log into the register.

Whoever acts is checked, his act appended and folded, one after another: two who
act at the same moment cannot both be right about what was before. The register
follows whatever the log holds, also what this process did not append.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from eirene.errors import EireneError, InvalidEntry
from eirene.people.erasing import depends
from eirene.people.register import Done, Register, folded
from eirene.people.rights import PEOPLE, Rights
from eirene.people.rules import check
from eirene.people.vouching import administers
from eirene.release.reader import covers
from eirene.reports.acts import act_in, act_of, is_act
from eirene.reports.acts.erasure import ErasureAct
from eirene.reports.envelope import Body, Opened

_log = logging.getLogger("eirene.people")

Post = Callable[[Sequence[Body]], Sequence[Opened]]
"""Appends acts; gives them back durable (``desks.filing.FilingDesk.post``)."""


class Acts:
    """The register of one node, and the one way to change it."""

    def __init__(
        self,
        owner: str,
        clock: Callable[[], datetime],
        *,
        post: Post,
        changed: Callable[[], None],
    ) -> None:
        self.register = Register(owner)
        self.lock = threading.RLock()
        """Held while the register is read or folded; never while an act is appended."""
        self._acting = threading.RLock()
        self._clock = clock
        self._post = post
        self._changed = changed
        self._last: tuple[int, bytes] = (0, b"")
        self._known: dict[bytes, Opened] = {}
        self._upheld: set[bytes] = set()
        self._void: set[bytes] = set()

    def act(
        self, act: msgspec.Struct, by: str, *, about: str, owner: str, id_: bytes = b""
    ) -> Done:
        """Check, append, fold. ``about`` names what the act is about, ``owner`` the organisation
        whose keys seal it: that of the account or organisation it is about. ``id_``: its id,
        where it is known before.

        ``NotAllowed`` or ``InvalidQuery`` where it does not count; nothing is appended then.
        """
        with self._acting:
            done = Done(id=id_ or os.urandom(16), by=by, at=self._clock(), act=act)
            with self.lock:
                if done.id not in self._upheld:
                    check(self.register, done)
            self.take(self._post([body_of(done, about, owner or self.register.owner)]))
            return done

    def take(self, entries: Iterable[Opened]) -> None:
        """Fold what the log holds; again is harmless, and in any order the same comes out."""
        fresh = [one for one in entries if _ours(one) and one.hash not in self._known]
        if not fresh:
            return
        with self.lock:
            fresh.sort(key=_place)
            self._known |= {one.hash: one for one in fresh}
            self._learn(fresh)
            if _place(fresh[0]) < self._last:
                self.register = Register(self.register.owner)
                fresh = sorted(self._known.values(), key=_place)
            for one in fresh:
                self._fold(one)
            self._last = _place(fresh[-1])
        self._changed()

    def renew(self, entries: Iterable[Opened]) -> None:
        """Fold anew from what the log holds now: bodies were dropped."""
        with self._acting:
            kept = sorted((one for one in entries if _ours(one)), key=_place)
            with self.lock:
                self.register = Register(self.register.owner)
                self._known = {one.hash: one for one in kept}
                self._learn(kept)
                for one in kept:
                    self._fold(one)
                self._last = _place(kept[-1]) if kept else (0, b"")
        self._changed()

    def administers(self, user: str) -> bool:
        """Whether an account manages accounts here, now."""
        with self.lock:
            return administers(self.register, user, self._clock())

    def still_decides(self, user: str, origin: str, audience: str) -> bool:
        """Whether an account reads a compartment and may decide on releases to another, now."""
        with self.lock:
            holds = self.register.in_force(user, self._clock())
        return (
            holds is not None
            and origin in holds.rights.read
            and covers(holds.rights.decide, audience)
        )

    def one_hand(self, one: str, other: str, audience: str) -> bool:
        """Whether two accounts decide about an audience by one and the same right, lent."""
        return self.one_say(one, other, lambda rights: covers(rights.decide, audience))

    def one_say(self, one: str, other: str, says: Callable[[Rights], bool]) -> bool:
        """Whether two accounts have a say by one and the same right, lent; ``says`` tells
        whether rights give it.
        """
        with self.lock:
            register, now = self.register, self._clock()
            return len(register.hands(one, says, now) | register.hands(other, says, now)) < 2

    def uphold(self, upheld: Iterable[bytes], void: Iterable[bytes]) -> None:
        """What the key store knows of erasures, also where the log of a backup does not."""
        with self.lock:
            self._upheld.update(upheld)
            self._void.update(void)

    def depending(self, organisation: str) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        """Acts that count, and that do not, only because of acts of an organisation."""
        with self.lock:
            every = sorted(self._known.values(), key=_place)
            read = [(_done(one), folded(one.body.owner)) for one in every if one.body is not None]
            owner = self.register.owner
            acts = [(done, of == folded(organisation)) for done, of in read if done is not None]
            return depends(acts, owner, self._counts)

    def _learn(self, entries: Iterable[Opened]) -> None:
        """What erasures among these uphold holds for acts before them."""
        for one in entries:
            done = _done(one)
            if done is not None and isinstance(done.act, ErasureAct):
                self._upheld.update(done.act.upheld)
                self._void.update(done.act.void)

    def _counts(self, register: Register, done: Done) -> bool:
        if done.id in self._upheld or done.id in self._void:
            return done.id in self._upheld
        try:
            check(register, done)
        except EireneError:
            return False
        return True

    def _fold(self, opened: Opened) -> None:
        done = _done(opened)
        if done is None:
            _log.warning("entry %d is no act that can be read; it does not count", opened.lsn)
        elif self._counts(self.register, done):
            self.register.take(done)
        else:
            _log.warning("entry %d is an act that does not count", opened.lsn)


def _done(opened: Opened) -> Done | None:
    """The act of an entry; None where it cannot be read."""
    body = opened.body
    assert body is not None
    try:
        act = act_in(body)
    except InvalidEntry:
        return None
    return None if act is None else Done(id=body.id, by=body.account, at=body.filed, act=act)


def _ours(opened: Opened) -> bool:
    body = opened.body
    return body is not None and body.compartment == PEOPLE and is_act(body)


def _place(opened: Opened) -> tuple[int, bytes]:
    """Order of the fold: the same on every node, whatever came first."""
    return opened.header.clock, opened.hash


def body_of(done: Done, about: str, owner: str) -> Body:
    """An act as it is appended."""
    kind, content = act_of(done.act)
    return Body(
        id=done.id,
        client_id=os.urandom(16),
        owner=owner,
        compartment=PEOPLE,
        entity=hashlib.sha256(f"people/{folded(about)}".encode()).digest()[:16],
        kind=kind,
        account=done.by,
        filed=done.at,
        content=content,
    )
