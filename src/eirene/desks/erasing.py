"""The erasure desk: an organisation leaves, and everything of it leaves this node.

Invariants
  * What has begun is noted in the key store first, and taken up again at the next start.
  * Its versions are gone from every outlet before anything slow begins.
  * What other rooms keep in memory goes when the picture is a new one.
  * Files go before the bodies that name them, and bodies before keys, so that whatever a
    stop left behind can still be found.
  * It has ended when a look through the whole log finds nothing of it any more; it is
    *complete* when each copy that may still hold a key is receipted.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from eirene.desks.filing import FilingDesk
from eirene.desks.release import ReleaseDesk
from eirene.errors import InvalidQuery, NodeError, NotAllowed
from eirene.keys.erased import Copy, Erasure, Receipt, folded
from eirene.keys.store import KeyStore
from eirene.log.log import Log, utc_now
from eirene.log.traces import Found, drop, remove_files, traces
from eirene.people import People
from eirene.people.erasing import asked_by
from eirene.people.register import Done
from eirene.people.rights import PEOPLE
from eirene.picture import Picture
from eirene.picture.ledger import Line, lines_with
from eirene.reports.acts.erasure import ErasureAct
from eirene.reports.acts.release import DUE, RECALLED, WAITS

_log = logging.getLogger("eirene.erasing")
_REASON = "its organisation has left"
_TOGETHER = 200
_JOURNAL_S = 30.0
_LOOKS = 5

Say = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is (0: unknown)."""


def _silent(_what: str, _done: int, _of: int) -> None:
    pass


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What would go."""

    organisation: str
    compartment: str
    accounts: int
    found: Found
    copies: list[Copy]


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How far an erasure is."""

    erasure: Erasure
    copies: list[Copy]
    """All that were made before its end."""
    outstanding: list[Copy]
    """Those of them that nobody has receipted."""

    @property
    def complete(self) -> bool:
        """Nothing is left here, and nothing is known to be left elsewhere."""
        return self.erasure.finished is not None and not self.outstanding


class ErasureDesk:
    """See the module. Its calls take long: not from an event loop."""

    def __init__(
        self,
        keys: KeyStore,
        log: Log,
        picture: Callable[[], Picture],
        filing: FilingDesk,
        people: People,
        releases: ReleaseDesk,
        *,
        attachments: Path,
        renew: Callable[[Callable[[int, int], None]], None],
        forget: Callable[[], None],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._keys, self._records, self._picture = keys, log, picture
        self._filing, self._people, self._releases = filing, people, releases
        self._attachments = attachments
        self._renew, self._forget = renew, forget
        self._clock = clock

    # -- before

    def plan(self, organisation: str, say: Say = _silent) -> Plan:
        """What would go, if this organisation were erased now."""
        code, own = self._known(organisation)
        found = self._look(code, own, say)
        return Plan(
            organisation=code,
            compartment=own,
            accounts=self._accounts(code),
            found=found,
            copies=self._keys.erased.copies(),
        )

    def ask(self, organisation: str, by: str, *, session: str = "", reason: str = "") -> bool:
        """Somebody asks; True when enough have asked, and ``erase`` may be called.

        Raises ``NotAllowed``, ``InvalidQuery``.
        """
        code, _ = self._known(organisation)
        act = ErasureAct(step="asked", organisation=code, session=session, reason=reason[:500])
        self._people.acts.act(act, by, about=code, owner=code)
        return self._asked(code) is not None

    def _asked(self, code: str) -> tuple[str, ...] | None:
        done = Done(
            id=b"", by="", at=self._clock(), act=ErasureAct(step="erased", organisation=code)
        )
        with self._people.acts.lock:
            return asked_by(self._people.acts.register, code, done)

    def _known(self, organisation: str) -> tuple[str, str]:
        """Code and compartment of an organisation; ``InvalidQuery`` where there is none."""
        with self._people.acts.lock:
            of = self._people.acts.register.organisation(organisation)
        if of is None:
            raise InvalidQuery(
                f"There is no organisation {organisation!r}.",
                field="organisation",
                remedy="See the list: eirene organisation list.",
            )
        return of.code, of.compartment

    def _accounts(self, code: str) -> int:
        with self._people.acts.lock:
            every = self._people.acts.register.accounts.values()
            return sum(folded(one.organisation) == folded(code) for one in every)

    def _look(self, code: str, own: str, say: Say) -> Found:
        of = self._records.last_lsn

        def on(lsn: int) -> None:
            say("looking through the log", lsn, of)

        return traces(self._records, self._keys.owner, code, own, on)

    # -- the act

    def erase(self, organisation: str, say: Say = _silent) -> Status:
        """Erase an organisation that enough have asked to erase, or go on where this stopped."""
        known = self._keys.erased.of(organisation)
        if known is None:
            known = self._begin(*self._known(organisation))
        if known.finished is None:
            self._finish(known, say)
        return self.status(organisation)

    def take_up(self, say: Say = _silent) -> None:
        """At a start: go on with what a stop left half done, and tell a log from before of it."""
        for one in self._keys.erased.all():
            if one.finished is None:
                _log.warning("an erasure is taken up again")
                self._finish(one, say)
            else:
                self._tell(one)

    def _begin(self, code: str, own: str) -> Erasure:
        asked = self._asked(code)
        if asked is None:
            raise NotAllowed(
                "Too few have asked to erase this organisation.",
                field="as",
                remedy="Its own focal point asks, or two people who answer for it.",
            )
        upheld, void = self._people.acts.depending(code)
        act = os.urandom(16)
        begun = Erasure(
            organisation=code,
            compartment=own,
            at=self._clock(),
            act=act,
            asked=asked,
            upheld=(*upheld, act),
            void=void,
            accounts=self._accounts(code),
        )
        self._filing.in_turn(lambda: self._keys.erased.keep(begun))
        return begun

    def _tell(self, erasure: Erasure) -> None:
        """The act, where the log has none yet."""
        self._people.acts.uphold(erasure.upheld, erasure.void)
        if folded(erasure.organisation) not in self._people.acts.register.erased:
            act = _act_of(erasure)
            code, owner = erasure.organisation, self._keys.owner
            self._people.acts.act(act, "", about=code, owner=owner, id_=erasure.act)

    def _finish(self, erasure: Erasure, say: Say) -> None:
        code, own = erasure.organisation, erasure.compartment
        owners = {one for one in self._keys.owners() if folded(one) == folded(code)}
        self._tell(erasure)
        with self._releases.lock:
            self._recall(owners, own, say)
            erasure = self._drop(erasure, say)
        self._people.acts.renew(self._records.read_in(PEOPLE))
        self._people.forget(code)
        self._renew(lambda done, of: say("building the picture", done, of))
        for _ in range(_LOOKS):
            if not self._look(code, own, say).lsns:
                break
            erasure = self._drop(erasure, say)  # something was under way when it began
            self._renew(lambda done, of: say("building the picture", done, of))
        else:
            raise NodeError("Something of it comes again and again; the erasure has not ended.")
        self._forget()
        self._tidy()
        erasure = msgspec.structs.replace(erasure, finished=self._clock())
        self._keys.erased.keep(erasure)
        self._keys.tidy()

    def _recall(self, owners: set[str], own: str, say: Say) -> None:
        """Take every version of it back from its audience, and what others gave to it."""
        reader = self._releases.everywhere()
        lines = [one for one in lines_with(self._picture(), reader, owners, own) if _open(one)]
        for at in range(0, len(lines), _TOGETHER):
            say("recalling versions", at, len(lines))
            self._releases.take_back(lines[at : at + _TOGETHER], RECALLED, reason=_REASON)

    def _drop(self, erasure: Erasure, say: Say) -> Erasure:
        """Files, bodies, then keys; noted after each."""
        code, own = erasure.organisation, erasure.compartment
        found = self._look(code, own, say)
        remove_files(self._attachments, found.files)
        drop(self._records, found, lambda n: say("dropping bodies", n, len(found.lsns)))
        erasure = msgspec.structs.replace(
            erasure,
            entries=erasure.entries + len(found.lsns),
            versions=max(erasure.versions, len(found.gone) + found.versions),
        )
        self._keys.erased.keep(erasure)
        destroyed = self._keys.destroy(code, own)
        erasure = msgspec.structs.replace(erasure, keys=erasure.keys + destroyed, keyless=True)
        self._keys.erased.keep(erasure)
        return erasure

    def _tidy(self) -> None:
        """Until nothing lies in a journal any more."""
        until = time.monotonic() + _JOURNAL_S
        while not (self._records.tidy() and self._keys.tidy()):
            if time.monotonic() > until:
                raise NodeError(
                    "Another program holds the journal of the log, where erased bodies still lie.",
                    remedy="Close what has log.db open, and give the same command again.",
                )
            time.sleep(0.1)

    # -- after

    def status(self, organisation: str) -> Status:
        """How far it is; ``InvalidQuery`` where this organisation was not erased."""
        erasure = self._keys.erased.of(organisation)
        if erasure is None:
            raise InvalidQuery(
                f"{organisation!r} was not erased from this node.",
                field="organisation",
                remedy="See the list: eirene organisation list.",
            )
        copies = self._keys.erased.copies()
        bare = msgspec.structs.replace(erasure, receipts={})
        return Status(
            erasure=erasure,
            copies=bare.outstanding(copies),
            outstanding=erasure.outstanding(copies),
        )

    def receipt(
        self, organisation: str, copies: Sequence[str], by: str, *, reason: str = ""
    ) -> Status:
        """Somebody says that these copies are destroyed: each by its id, or by its name."""
        status = self.status(organisation)
        erasure = status.erasure
        ids = sorted({_copy_named(status, name).id for name in copies})
        receipt = Receipt(at=self._clock(), by=by, reason=reason[:500])
        for id_ in ids:
            act = ErasureAct(
                step="receipted", organisation=erasure.organisation, copy=id_, reason=reason[:500]
            )
            code = erasure.organisation
            self._people.acts.act(act, by, about=code, owner=self._keys.owner)
        receipts = erasure.receipts | dict.fromkeys(ids, receipt)
        self._keys.erased.keep(msgspec.structs.replace(erasure, receipts=receipts))
        return self.status(organisation)


def _act_of(erasure: Erasure) -> ErasureAct:
    return ErasureAct(
        step="erased",
        organisation=erasure.organisation,
        compartment=erasure.compartment,
        asked=erasure.asked,
        upheld=erasure.upheld,
        void=erasure.void,
    )


def _open(line: Line) -> bool:
    return bool(line.version) or line.state in (DUE, WAITS)


def _copy_named(status: Status, name: str) -> Copy:
    found = [one for one in status.copies if name in (one.id, one.name)]
    if len(found) != 1:
        raise InvalidQuery(
            f"There is no copy {name!r} that may hold a key of {status.erasure.organisation}.",
            field="receipt",
            remedy="Name one of the list by its id, or the file itself.",
        )
    return found[0]
