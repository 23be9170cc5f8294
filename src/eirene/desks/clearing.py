"""The clearing desk: organisations, invitations, clearances, loans, suspensions, lost devices.

It puts what somebody wants into an act and has it checked, appended and folded
(``people/acts.py``); the rules are in ``people/rules.py``. Whoever may not know of an
account is told the same whether there is one or not.
"""

from __future__ import annotations

import secrets as randomness
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from eirene.errors import InvalidQuery, InvitationFailed, NotAllowed, Unavailable
from eirene.people import People
from eirene.people.accounts import check_user
from eirene.people.passes import Pass, Vault, key_of
from eirene.people.register import Done, Proposal, Rest, Standing, folded
from eirene.people.rights import NOTHING, PUBLIC, Rights
from eirene.people.roles import Role, resolved, role_named
from eirene.people.vouching import administers, invites, knows_organisation, offer
from eirene.picture import Picture, Query, counts
from eirene.release.reader import Reader, covers
from eirene.reports.acts.account import AccountAct
from eirene.reports.acts.clearance import ClearanceAct
from eirene.reports.acts.delegation import DelegationAct
from eirene.reports.acts.device import DeviceAct
from eirene.reports.acts.invitation import InvitationAct
from eirene.reports.acts.organisation import OrganisationAct
from eirene.reports.acts.suspension import SuspensionAct
from eirene.reports.acts.viewed import ViewedAct

CODE_LASTS = timedelta(days=7)
LEASE = timedelta(days=180)
_CODES = "invitation"


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """What stands behind a code. Not in the log: it ends with the code."""

    invitation: str
    until: datetime
    address: str = ""
    """Only to whom a provider says that this is his verified address; "": to whoever has the code."""


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who acts: an account in one of its sessions, or the node's command line."""

    user: str = ""
    session: str = ""

    @classmethod
    def of(cls, held: Pass) -> Who:
        """Whoever holds this pass."""
        return cls(user=held.reader.account, session=held.id)


COMMAND_LINE = Who()


class ClearingDesk:
    """See the module. Its calls append to the log: not from an event loop."""

    def __init__(
        self, people: People, vault: Vault, pepper: bytes, picture: Callable[[], Picture]
    ) -> None:
        self.people = people
        self._vault = vault
        self._pepper = pepper
        self._picture = picture

    def _act(self, who: Who, act: msgspec.Struct, *, about: str, owner: str) -> Done:
        return self.people.acts.act(act, who.user, about=about, owner=owner)

    def _one(self, who: Who, user: str) -> Standing:
        """An account that this person may know of; ``Unavailable`` for any other."""
        found = self.people.known_to(who.user, user)
        if found is None:
            raise Unavailable
        return found

    def _knows(self, who: Who, organisation: str) -> bool:
        acts = self.people.acts
        with acts.lock:
            return knows_organisation(acts.register, who.user, organisation, self.people.clock())

    # -- organisations and invitations ------------------------------------------

    def organisation(self, who: Who, code: str, form: str, title: str) -> None:
        """Make an organisation, with a compartment of its own where ``form`` is not empty."""
        if form not in ("", "org", "party", "capital"):
            raise InvalidQuery(
                f"There is no form {form!r}.", field="form", remedy="Use org, party or capital."
            )
        act = OrganisationAct(code=code, form=form, title=title[:120])
        self._act(who, act, about=code, owner=code)

    def invite(
        self,
        who: Who,
        user: str,
        role: str,
        organisation: str,
        *,
        until: datetime | None = None,
        account_until: datetime | None = None,
        focal: bool = False,
        address: str = "",
    ) -> tuple[str, str, datetime]:
        """Invite somebody: the id, the code that is shown this once, and its end."""
        check_user(user)
        if address and (address.count("@") != 1 or not 3 <= len(address) <= 254):
            raise InvalidQuery(
                f"{address[:254]!r} is no address.",
                field="address",
                remedy="Write one like name@example.org, or leave it out.",
            )
        of_role = role_named(role)
        now = self.people.clock()
        until = until or now + CODE_LASTS
        rights = self._offered(who, of_role, organisation, now)
        act = InvitationAct(
            step="made",
            invitation=randomness.token_hex(8),
            user=user,
            role=role,
            organisation=organisation,
            read=tuple(sorted(rights.read)),
            file=tuple(sorted(rights.file)),
            invites=focal,
            until=until,
            account_until=account_until or now + LEASE,
        )
        self._act(who, act, about=user, owner=organisation)
        code = randomness.token_urlsafe(24)
        kept = msgspec.msgpack.encode(_Kept(act.invitation, until, address))
        self._vault.put(_CODES, key_of(code, self._pepper), kept)
        return act.invitation, code, until

    def _offered(self, who: Who, role: Role, organisation: str, now: datetime) -> Rights:
        """What of a role's bundle comes with the invitation."""
        acts = self.people.acts
        bundle = bundle_of(role, organisation)
        with acts.lock:
            register = acts.register
            if invites(register, who.user, organisation, now):
                own = register.in_force(who.user, now)
                opens = Rights(read=bundle.read, file=bundle.file)
                if own is None or not opens.within(own.rights):
                    raise NotAllowed(
                        f"The role {role.title} reads or files more than you do.",
                        field="role",
                        remedy="Invite to a role that reads and files what you do, or less.",
                    )
            given = offer(register, who.user, organisation, now)
        return Rights(read=bundle.read & given.read, file=bundle.file & given.file)

    def withdraw(self, who: Who, invitation: str) -> None:
        """Take an invitation back."""
        made = self.people.acts.register.invitations.get(invitation)
        if made is None or not isinstance(made.act, InvitationAct):
            raise Unavailable
        act = InvitationAct(step="withdrawn", invitation=invitation)
        self._act(who, act, about=made.act.user, owner=made.act.organisation)

    def accept(self, code: str, password: str) -> str:
        """Use an invitation, once: the account's user name. The invited chooses the password.

        ``InvitationFailed`` for any code that opens nothing, whatever the cause.
        """
        key, kept = self._opened(code)
        if kept.address:
            raise InvitationFailed
        return self._accepted(key, kept, password)

    def accept_vouched(self, code: str, refuses: Callable[[str], str]) -> str:
        """Use an invitation, once, for somebody for whom a provider vouches: the account's user
        name. Nobody knows its password.

        ``refuses`` tells why it is not for him by the address that it names, "" where it is.
        ``InvitationFailed`` for any code that opens nothing, whatever the cause.
        """
        key, kept = self._opened(code)
        why = refuses(kept.address)
        if why:
            raise InvitationFailed(why)
        return self._accepted(key, kept, randomness.token_urlsafe(32))

    def _opened(self, code: str) -> tuple[str, _Kept]:
        """Where a code is kept, and what stands behind it."""
        key = key_of(code, self._pepper)
        found = self._vault.get(_CODES, key)
        if found is None:
            raise InvitationFailed
        kept = msgspec.msgpack.decode(found, type=_Kept)
        made = self.people.acts.register.invitations.get(kept.invitation)
        open_ = made is not None and isinstance(made.act, InvitationAct)
        if not open_ or self.people.clock() >= kept.until:
            self._vault.drop(_CODES, key)
            raise InvitationFailed
        return key, kept

    def _accepted(self, key: str, kept: _Kept, password: str) -> str:
        made = self.people.acts.register.invitations.get(kept.invitation)
        if made is None or not isinstance(made.act, InvitationAct):
            raise InvitationFailed
        hashed = self.people.hashed(password)
        now = self.people.clock()
        invited = made.act
        with self.people.acts.lock:
            register = self.people.acts.register
            rights = Rights(read=frozenset(invited.read), file=frozenset(invited.file))
            given = rights.common(offer(register, made.by, invited.organisation, now))
            ends = [invited.account_until, register.lasts(made.by, given)]
        act = AccountAct(
            step="made",
            user=invited.user,
            role=invited.role,
            organisation=invited.organisation,
            read=tuple(sorted(given.read)),
            file=tuple(sorted(given.file)),
            invites=invited.invites,
            until=min(end for end in ends if end is not None),
            invitation=kept.invitation,
        )
        try:
            self.people.admit(act, hashed, by=made.by)
        except (InvalidQuery, NotAllowed):
            raise InvitationFailed from None
        self._vault.drop(_CODES, key)
        self._propose_rest(made.by, act)
        return act.user

    def _propose_rest(self, by: str, made: AccountAct) -> None:
        """What the role holds beyond the invitation, as far as the inviter may grant it, waits
        for a second person.
        """
        bundle = bundle_of(role_named(made.role), made.organisation)
        now = self.people.clock()
        own = self.people.acts.register.own(by, now)
        rest = Rights(
            read=frozenset(n for n in bundle.read - set(made.read) if covers(own.grant, n)),
            file=frozenset(n for n in bundle.file - set(made.file) if covers(own.grant, n)),
            decide=frozenset(n for n in bundle.decide if covers(own.grant | own.decide, n)),
            grant=frozenset(n for n in bundle.grant if covers(own.grant, n)),
        )
        if rest == NOTHING or not own.grant or made.until is None:
            return
        until = min(made.until, now + LEASE)
        self.propose(
            Who(user=by), made.user, rest, until, reason=f"Role {made.role}, with the invitation."
        )

    # -- clearances -------------------------------------------------------------

    def propose(
        self,
        who: Who,
        user: str,
        rights: Rights,
        until: datetime | None,
        *,
        reason: str = "",
        focal: bool = False,
    ) -> bytes:
        """Propose clearances for somebody; gives the id under which they wait."""
        one = self.people.acts.register.account(user)
        if not self._grants_at_all(who):
            self._one(who, user)
        act = ClearanceAct(
            step="proposed",
            user=user,
            until=until or self.people.clock() + LEASE,
            invites=focal,
            session=who.session,
            reason=reason[:500],
            **_lists(rights),
        )
        return self._act(who, act, about=user, owner=one.organisation if one else "").id

    def _grants_at_all(self, who: Who) -> bool:
        return bool(self.people.acts.register.own(who.user, self.people.clock()).grant)

    def decide(self, who: Who, proposal: bytes, *, confirm: bool, reason: str = "") -> None:
        """Confirm a proposal as the second person, or refuse it."""
        made = self.people.acts.register.proposals.get(proposal)
        if made is None or not self.may_see(who, made):
            raise Unavailable
        act = ClearanceAct(
            step="confirmed" if confirm else "refused",
            proposal=proposal,
            session=who.session,
            reason=reason[:500],
        )
        self._act(who, act, about=made.user, owner=self._owner(made.user))

    def may_see(self, who: Who, made: Proposal) -> bool:
        """Whether somebody may know of a proposal."""
        mine = folded(who.user) in (folded(made.by), folded(made.user))
        return (
            mine
            or self._grants_at_all(who)
            or self.people.known_to(who.user, made.user) is not None
        )

    def _owner(self, user: str) -> str:
        one = self.people.acts.register.account(user)
        return one.organisation if one is not None else ""

    def narrow(
        self,
        who: Who,
        user: str,
        rights: Rights,
        *,
        until: datetime | None = None,
        focal: bool = False,
        reason: str = "",
    ) -> None:
        """Take clearances away, now or at an earlier end."""
        one = self._one(who, user)
        if rights == NOTHING and not focal:
            raise InvalidQuery(
                "Nothing is named.", field="compartments", remedy="Name what is to be taken away."
            )
        act = ClearanceAct(
            step="narrowed",
            user=one.user,
            until=until,
            invites=focal,
            session=who.session,
            reason=reason[:500],
            **_lists(rights),
        )
        self._act(who, act, about=one.user, owner=one.organisation)

    def confirm_password(self, who: Who, user: str) -> None:
        """A password that somebody else set is known to be in its owner's hands."""
        one = self._one(who, user)
        act = AccountAct(step="confirmed", user=one.user)
        self._act(who, act, about=one.user, owner=one.organisation)

    def end(self, who: Who, user: str, reason: str = "") -> None:
        """End an account for ever, at once."""
        one = self._one(who, user)
        self.people.end(one.user, by=who.user, reason=reason[:500])

    def reset(self, who: Who, user: str) -> str:
        """Set a new password; the account's clearances rest until another one confirms."""
        one = self._one(who, user)
        return self.people.reset(one.user, by=who.user)

    # -- loans ------------------------------------------------------------------

    def lend(
        self, who: Who, user: str, rights: Rights, until: datetime | None, reason: str = ""
    ) -> bytes:
        """Lend clearances to an account of my organisation; gives the id of the loan."""
        lists = _lists(rights)
        if lists.pop("grant"):
            raise NotAllowed(
                "Rights to grant are not lent.",
                field="may_grant",
                remedy="Ask two people to give them.",
            )
        mine = self._owner(who.user)
        one = self.people.acts.register.account(user)
        if one is None or folded(one.organisation) != folded(mine):
            raise Unavailable
        act = DelegationAct(step="made", user=one.user, until=until, reason=reason[:500], **lists)
        return self._act(who, act, about=one.user, owner=one.organisation).id

    def unlend(self, who: Who, loan: bytes) -> None:
        """End a loan."""
        old = self.people.acts.register.delegations.get(loan)
        if old is None or (
            folded(who.user) not in (folded(old.by), folded(old.user))
            and self.people.known_to(who.user, old.user) is None
        ):
            raise Unavailable
        act = DelegationAct(step="ended", delegation=loan)
        self._act(who, act, about=old.user, owner=self._owner(old.user))

    # -- suspensions ------------------------------------------------------------

    def suspend(
        self, who: Who, *, account: str = "", organisation: str = "", reason: str = ""
    ) -> None:
        """Suspend at once, in every outlet and open stream."""
        self._suspension(who, "suspended", account, organisation, reason)

    def lift(
        self, who: Who, *, account: str = "", organisation: str = "", reason: str = ""
    ) -> bool:
        """Lift a suspension, or propose it to a second person; True when it is lifted."""
        rest = self._rest(account, organisation)
        first = rest is None or not rest.lift_by or folded(rest.lift_by) == folded(who.user)
        self._suspension(who, "proposed" if first else "lifted", account, organisation, reason)
        return not first

    def _rest(self, account: str, organisation: str) -> Rest | None:
        register = self.people.acts.register
        of = register.account(account) if account else register.organisation(organisation)
        return of.suspended if of is not None else None

    def _suspension(
        self, who: Who, step: Any, account: str, organisation: str, reason: str
    ) -> None:
        if account:
            account = self._one(who, account).user
        elif not self._knows(who, organisation):
            raise Unavailable
        act = SuspensionAct(
            step=step,
            account=account,
            organisation=organisation,
            session=who.session,
            reason=reason[:500],
        )
        owner = self._owner(account) if account else organisation
        self._act(who, act, about=account or organisation, owner=owner)

    # -- devices, and looking as an audience ------------------------------------

    def lost(self, who: Who, user: str, device: str) -> DeviceAct:
        """Revoke all that was opened on a device, and say what it could have held."""
        one = self._one(who, user)
        kept = next((d for d in self.people.devices(one.user) if d.name == device), None)
        keys = self.people.holdings.of(one.user, device=device)
        if kept is None and not keys:
            raise Unavailable
        if not (folded(who.user) == folded(one.user) or self.is_administrator(who)):
            raise NotAllowed(
                "Only its owner or the administrator gives a device up.", field="device"
            )
        sessions = sum(key in self.people.holdings.sessions for key in keys)
        dropped = self.people.drop(one.user, device=device)
        compartments = kept.compartments if kept else ()
        exports = kept.exports if kept else ()
        act = DeviceAct(
            user=one.user,
            device=device,
            sessions=sessions,
            tokens=dropped - sessions,
            compartments=compartments,
            reports=self._readable(compartments),
            exports=tuple(one.text for one in exports),
        )
        self._act(who, act, about=one.user, owner=one.organisation)
        self.people.holdings.forget(one.user, device)
        return act

    def _readable(self, compartments: tuple[str, ...]) -> int:
        """How many reports whoever reads these can read at most, at this moment."""
        reader = Reader(account="", compartments=frozenset(compartments))
        return counts(self._picture(), reader, Query(withdrawn=True)).total

    def is_administrator(self, who: Who) -> bool:
        """Whether somebody manages accounts here."""
        with self.people.acts.lock:
            return administers(self.people.acts.register, who.user, self.people.clock())

    def look_as(self, held: Pass, audience: str) -> None:
        """Let this session look through the eyes of an audience, read only."""
        user = held.reader.account
        act = ViewedAct(step="began", audience=audience, session=held.id)
        self._act(Who.of(held), act, about=user, owner=self._owner(user))
        self.people.look_as(held, audience)

    def look_as_oneself(self, held: Pass) -> None:
        """End it; again is harmless."""
        if not held.viewing:
            return
        user = held.reader.account
        self.people.look_as(held, "")
        act = ViewedAct(step="ended", audience=held.viewing, session=held.id)
        self._act(Who.of(held), act, about=user, owner=self._owner(user))


def bundle_of(role: Role, organisation: str) -> Rights:
    """What a role holds in an organisation."""
    return Rights(
        read=frozenset(resolved(role.compartments, organisation)) | {PUBLIC},
        file=frozenset(resolved(role.may_file, organisation)),
        decide=frozenset(resolved(role.may_decide_releases_to, organisation)),
        grant=frozenset(resolved(role.may_grant, organisation)),
    )


def _lists(rights: Rights) -> dict[str, Any]:
    return {
        "read": tuple(sorted(rights.read)),
        "file": tuple(sorted(rights.file)),
        "decide": tuple(sorted(rights.decide)),
        "grant": tuple(sorted(rights.grant)),
    }
