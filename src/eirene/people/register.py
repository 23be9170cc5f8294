"""The register: organisations, accounts and clearances in force, folded from acts.

Pure: acts go in, each with who did it and when; questions are answered for a
moment. ``rules.py`` says which act counts; what does not count leaves no trace
here, also when it stands in the log.

Invariants
  * Past its end nothing is held: ends are compared at each question.
  * A delegation lends what the lender holds himself at that moment.
  * What is suspended, ended, or reset and not confirmed has no rights at all,
    but for ``public`` after a reset.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from eirene.people.rights import (
    DECIDE,
    FILE,
    GRANT,
    NOTHING,
    PUBLIC,
    READ,
    RIGHTS,
    Rights,
    later,
    rights_of,
    sooner,
)
from eirene.people.roles import FORMS
from eirene.reports.acts.account import AccountAct
from eirene.reports.acts.clearance import ClearanceAct
from eirene.reports.acts.delegation import DelegationAct
from eirene.reports.acts.erasure import ErasureAct
from eirene.reports.acts.founded import FoundedAct
from eirene.reports.acts.invitation import InvitationAct
from eirene.reports.acts.organisation import OrganisationAct
from eirene.reports.acts.suspension import SuspensionAct

HAND_LASTS = timedelta(days=92)
"""So long after its end a loan still counts when two people have to be two."""


def folded(user: str) -> str:
    """One key for ``Name@Org`` and ``name@org``."""
    return unicodedata.normalize("NFKC", user).casefold().strip()


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """One act with what its body says of it."""

    id: bytes
    by: str
    """Account that did it; "" for the command line of the node, or the node itself."""
    at: datetime
    act: msgspec.Struct


class Rest(msgspec.Struct, frozen=True, kw_only=True):
    """A suspension in force, and the lifting of it that waits for a second person."""

    by: str
    at: datetime
    reason: str = ""
    lift_by: str = ""
    lift_at: datetime | None = None
    lift_session: str = ""


class Standing(msgspec.Struct, kw_only=True):
    """One account as the acts left it."""

    user: str
    role: str
    organisation: str
    made: datetime
    by: str
    held: dict[tuple[str, str], datetime | None]
    """(right, name) -> end; None: as long as the account."""
    until: datetime | None = None
    invites: bool = False
    administers: bool = False
    demo: bool = False
    ended: datetime | None = None
    suspended: Rest | None = None
    reset: Done | None = None
    """Somebody else set a password, and nobody has confirmed it yet."""

    def rights(self, now: datetime) -> Rights:
        """What it was given and has not ended by now; whether it is in force is another question."""
        names: dict[str, list[str]] = {right: [] for right in RIGHTS}
        for (right, name), end in self.held.items():
            if end is None or now < end:
                names[right].append(name)
        return rights_of(names[READ], names[FILE], names[DECIDE], names[GRANT])


class Organisation(msgspec.Struct, kw_only=True):
    """One organisation."""

    code: str
    form: str
    title: str
    made: datetime
    by: str
    suspended: Rest | None = None

    @property
    def compartment(self) -> str:
        """Its own compartment; "" where it has none."""
        return f"{self.form}-{self.code}" if self.form else ""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Clearances that wait for a second person."""

    id: bytes
    user: str
    by: str
    at: datetime
    session: str
    rights: Rights
    invites: bool
    until: datetime
    reason: str


class Delegation(msgspec.Struct, frozen=True, kw_only=True):
    """Rights lent."""

    id: bytes
    by: str
    user: str
    rights: Rights
    made: datetime
    until: datetime
    ended: datetime | None = None

    def runs(self, now: datetime) -> bool:
        """Whether it is in force, as far as it goes itself."""
        return self.made <= now < (self.ended or self.until)


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """What an account holds at a moment."""

    rights: Rights
    until: datetime | None
    """When the first of it ends."""


class Register:
    """See the module. Not thread-safe: ``acts.py`` holds the lock."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        """Organisation that owns the node."""
        self.accounts: dict[str, Standing] = {}
        self.organisations: dict[str, Organisation] = {}
        self.proposals: dict[bytes, Proposal] = {}
        self.delegations: dict[bytes, Delegation] = {}
        self.invitations: dict[str, Done] = {}
        self.founded: FoundedAct | None = None
        self.erasing: dict[str, list[Done]] = {}
        """Organisation -> those who have asked to erase it."""
        self.erased: dict[str, datetime] = {}
        self.ever_read: set[str] = set()
        """Compartments that some account has been able to read."""

    # -- questions --------------------------------------------------------------

    def account(self, user: str) -> Standing | None:
        """An account by name, however written."""
        return self.accounts.get(folded(user))

    def organisation(self, code: str) -> Organisation | None:
        """An organisation by code, however written."""
        return self.organisations.get(folded(code))

    def alive(self, one: Standing, now: datetime) -> bool:
        """Whether an account is in force at all: it may sign in, and what it holds opens."""
        if one.ended or one.suspended or (one.until is not None and now >= one.until):
            return False
        of = self.organisation(one.organisation)
        return of is None or of.suspended is None

    def own(self, user: str, now: datetime) -> Rights:
        """What an account holds itself, without what others lent to it."""
        one = self.account(user)
        if one is None or not self.alive(one, now):
            return NOTHING
        rights = one.rights(now)
        if one.reset is not None:
            return Rights(read=rights.read & {PUBLIC})
        return rights

    def lasts(self, user: str, rights: Rights) -> datetime | None:
        """When the first of these rights ends for an account that holds them; None: never."""
        one = self.account(user)
        if one is None:
            return None
        return sooner(one.until, *(one.held.get(pair) for pair in rights.pairs()))

    def lent(self, user: str, now: datetime) -> list[tuple[Delegation, Rights]]:
        """What others lend to an account at this moment, as far as they hold it themselves."""
        one = self.account(user)
        if one is None or one.reset is not None or not self.alive(one, now):
            return []
        found: list[tuple[Delegation, Rights]] = []
        for delegation in self.delegations.values():
            if folded(delegation.user) == folded(user) and delegation.runs(now):
                lender = self.account(delegation.by)
                if lender is not None and lender.organisation == one.organisation:
                    common = delegation.rights.common(self.own(delegation.by, now))
                    found.append((delegation, common))
        return found

    def in_force(self, user: str, now: datetime) -> InForce | None:
        """Everything an account holds; None where it is not in force."""
        one = self.account(user)
        if one is None or not self.alive(one, now):
            return None
        rights = self.own(user, now)
        for _, more in self.lent(user, now):
            rights = rights.also(more)
        return InForce(rights=self.spelt(rights), until=self._ends(one, now))

    def spelt(self, rights: Rights) -> Rights:
        """The same with ``org-*`` and its like spelt out for the organisations there are."""
        stars = [form for form in FORMS if f"{form}-*" in rights.decide | rights.grant]
        if not stars:
            return rights
        named = [o.compartment for o in self.organisations.values() if o.form in stars]
        return Rights(
            read=rights.read,
            file=rights.file,
            decide=rights.decide
            | {n for n in named if f"{n.partition('-')[0]}-*" in rights.decide},
            grant=rights.grant | {n for n in named if f"{n.partition('-')[0]}-*" in rights.grant},
        )

    def _ends(self, one: Standing, now: datetime) -> datetime | None:
        """The next moment at which this account has less than now."""
        ends = [one.until, *one.held.values()]
        for delegation, _ in self.lent(one.user, now):
            ends.append(delegation.until)
            lender = self.account(delegation.by)
            ends += [lender.until, *lender.held.values()] if lender else []
        return sooner(*(end for end in ends if end is not None and end > now))

    def next_end(self, now: datetime) -> datetime | None:
        """The next moment at which anybody has less than now."""
        return sooner(*(self._ends(one, now) for one in self.accounts.values() if not one.ended))

    def hands(self, user: str, says: Callable[[Rights], bool], now: datetime) -> frozenset[str]:
        """Whose right it is when an account has a say: its own, or that of those who lend to it,
        or lent of late. Two decisions of one hand are one person's.
        """
        if says(self.own(user, now)):
            return frozenset({folded(user)})
        return frozenset(
            folded(one.by)
            for one in self.delegations.values()
            if folded(one.user) == folded(user)
            and says(one.rights)
            and now < (one.ended or one.until) + HAND_LASTS
        )

    # -- the fold ---------------------------------------------------------------

    def take(self, done: Done) -> None:
        """Take in an act that counts."""
        match done.act:
            case AccountAct() as act:
                self._account(done, act)
            case ClearanceAct() as act:
                self._clearance(done, act)
            case DelegationAct() as act:
                self._delegation(done, act)
            case SuspensionAct() as act:
                self._suspension(done, act)
            case InvitationAct() as act:
                self._invitation(done, act)
            case OrganisationAct(code=code, form=form, title=title):
                self.organisations[folded(code)] = Organisation(
                    code=code, form=form, title=title or code, made=done.at, by=done.by
                )
            case FoundedAct() as act:
                self.founded = act
            case ErasureAct() as act:
                self._erasure(done, act)
            case _:  # a record that changes nothing
                pass

    def _account(self, done: Done, act: AccountAct) -> None:
        if act.step == "made":
            rights = rights_of(act.read, act.file, act.decide, act.grant)
            self.accounts[folded(act.user)] = Standing(
                user=act.user,
                role=act.role,
                organisation=act.organisation,
                made=done.at,
                by=done.by,
                held=dict.fromkeys(rights.pairs()),
                until=act.until,
                invites=act.invites,
                administers=act.administers,
                demo=act.demo,
            )
            self.ever_read |= rights.read
            self.invitations.pop(act.invitation, None)
            return
        one = self.accounts[folded(act.user)]
        if act.step == "ended":
            one.ended = done.at
        elif act.step == "reset":
            one.reset = done
        else:
            one.reset = None

    def _clearance(self, done: Done, act: ClearanceAct) -> None:
        if act.step == "narrowed":
            self._narrow(self.accounts[folded(act.user)], done, act)
        elif act.step == "refused":
            self.proposals.pop(act.proposal, None)
        elif act.step == "confirmed":
            made = self.proposals.pop(act.proposal)
            one = self.accounts[folded(made.user)]
            for pair in made.rights.pairs():
                one.held[pair] = later(one.held.get(pair, made.until), made.until)
            one.invites = one.invites or made.invites
            self.ever_read |= made.rights.read
        elif act.until is not None:
            self.proposals[done.id] = Proposal(
                id=done.id,
                user=act.user,
                by=done.by,
                at=done.at,
                session=act.session,
                rights=rights_of(act.read, act.file, act.decide, act.grant),
                invites=act.invites,
                until=act.until,
                reason=act.reason,
            )

    def _narrow(self, one: Standing, done: Done, act: ClearanceAct) -> None:
        for pair in rights_of(act.read, act.file, act.decide, act.grant).pairs():
            if pair not in one.held:
                continue
            if act.until is None or act.until <= done.at:
                del one.held[pair]
            else:
                one.held[pair] = sooner(one.held[pair], act.until)
        if act.invites:
            one.invites = False

    def _delegation(self, done: Done, act: DelegationAct) -> None:
        if act.step == "ended":
            old = self.delegations[act.delegation]
            self.delegations[act.delegation] = msgspec.structs.replace(old, ended=done.at)
        elif act.until is not None:
            self.delegations[done.id] = Delegation(
                id=done.id,
                by=done.by,
                user=act.user,
                rights=rights_of(act.read, act.file, act.decide),
                made=done.at,
                until=act.until,
            )

    def _suspension(self, done: Done, act: SuspensionAct) -> None:
        of = (
            self.accounts[folded(act.account)]
            if act.account
            else self.organisations[folded(act.organisation)]
        )
        if act.step == "suspended":
            of.suspended = Rest(by=done.by, at=done.at, reason=act.reason)
        elif act.step == "lifted":
            of.suspended = None
        elif of.suspended is not None:
            of.suspended = msgspec.structs.replace(
                of.suspended, lift_by=done.by, lift_at=done.at, lift_session=act.session
            )

    def _invitation(self, done: Done, act: InvitationAct) -> None:
        if act.step == "made":
            self.invitations[act.invitation] = done
        else:
            self.invitations.pop(act.invitation, None)

    def _erasure(self, done: Done, act: ErasureAct) -> None:
        key = folded(act.organisation)
        if act.step == "asked":
            self.erasing.setdefault(key, []).append(done)
        elif act.step == "erased":
            self.erased[key] = done.at
            self._without(key, act.compartment)

    def _without(self, key: str, own: str) -> None:
        """Take an organisation out: accounts, compartment, and all that waits for or by them."""
        self.organisations.pop(key, None)
        self.erasing.pop(key, None)
        self.ever_read.discard(own)
        every = self.accounts.items()
        self.accounts = {name: one for name, one in every if folded(one.organisation) != key}
        for one in self.accounts.values():
            one.held = {pair: end for pair, end in one.held.items() if not own or pair[1] != own}
        there = {*self.accounts, ""}
        self.proposals = {
            id_: one
            for id_, one in self.proposals.items()
            if there.issuperset((folded(one.user), folded(one.by)))
        }
        self.delegations = {
            id_: one
            for id_, one in self.delegations.items()
            if there.issuperset((folded(one.user), folded(one.by)))
        }
        self.invitations = {
            id_: one
            for id_, one in self.invitations.items()
            if folded(one.by) in there and folded(getattr(one.act, "organisation", "")) != key
        }
