"""Which act counts: who may do what to whom. One function an act, asked before it is
appended and again when it is folded, so that also the log cannot say what may not be.

Invariants
  * Nobody widens his own: not as proposer, not as the second person, not by a loan.
  * Narrowing is one act of one person; widening takes two, in two sessions.
  * Who administers accounts gives nothing that opens a report, and lifts nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NoReturn

import msgspec

from eirene.errors import InvalidQuery, NotAllowed
from eirene.people.erasing import may_erase
from eirene.people.register import Done, Organisation, Proposal, Register, Standing, folded
from eirene.people.rights import NOTHING, PUBLIC, Rights, rights_of
from eirene.people.roles import FORMS, check_code
from eirene.people.vouching import (
    administers,
    answers_for,
    answers_for_all,
    grants,
    invites,
    known,
    may_invite,
    offer,
)
from eirene.release.reader import covers
from eirene.reports.acts.account import AccountAct
from eirene.reports.acts.clearance import ClearanceAct
from eirene.reports.acts.delegation import DelegationAct
from eirene.reports.acts.device import DeviceAct
from eirene.reports.acts.erasure import ErasureAct
from eirene.reports.acts.founded import FoundedAct
from eirene.reports.acts.invitation import InvitationAct
from eirene.reports.acts.organisation import OrganisationAct
from eirene.reports.acts.suspension import SuspensionAct
from eirene.reports.acts.viewed import ViewedAct

LEASE_MOST = timedelta(days=366)
"""Longest lease of a clearance or of an invited account."""
LOAN_MOST = timedelta(days=92)
"""Longest delegation."""
CODE_MOST = timedelta(days=14)
"""An invitation's code opens nothing after this."""
WAITS_MOST = timedelta(days=30)
"""A proposal that found no second person in this time has lapsed."""


def check(register: Register, done: Done) -> None:
    """Pass where the act counts; else ``NotAllowed`` or ``InvalidQuery`` says why not."""
    rule = _RULES.get(type(done.act))
    if rule is None:
        _no("This version of Eirene does not know this act.")
    rule(register, done, done.act)


def _founded(register: Register, done: Done, _act: FoundedAct) -> None:
    if done.by or register.founded is not None:
        _no("The mission is founded already.", remedy="Clearances are given by two people.")


def _device(register: Register, done: Done, act: DeviceAct) -> None:
    if folded(act.user) != folded(done.by) and not administers(register, done.by, done.at):
        _no("Only its owner or the administrator gives a device up.")


def _viewed(register: Register, done: Done, act: ViewedAct) -> None:
    """Who looks sees no more than before: what others gave to an audience is not his to see
    because he may give something to it, too.
    """
    may = register.in_force(done.by, done.at)
    if act.step == "ended":
        return
    if may is None or not covers(may.rights.decide, act.audience):
        _no("You may look only as audiences to which you decide releases.", "audience")
    if act.audience not in may.rights.read | {PUBLIC}:
        _no(
            f"You do not read {act.audience} yourself, so you cannot see all that it sees.",
            "audience",
            "Look at what it gets of single reports: Who will see this?",
        )


def _no(message: str, field: str | None = None, remedy: str | None = None) -> NoReturn:
    raise NotAllowed(message, field=field, remedy=remedy or "Ask somebody who may.")


def _the_account(register: Register, user: str) -> Standing:
    one = register.account(user)
    if one is None or one.ended:
        raise InvalidQuery(
            f"There is no account {user!r}.", field="user", remedy="See the list of accounts."
        )
    return one


def _within(until: datetime | None, at: datetime, most: timedelta, what: str) -> datetime:
    if until is None or not at < until <= at + most:
        raise InvalidQuery(
            f"{what} ends within {most.days} days from now.",
            field="until",
            remedy=f"Give a time up to {at + most:%Y-%m-%dT%H:%MZ}.",
        )
    return until


# -- accounts -----------------------------------------------------------------------


def _account(register: Register, done: Done, act: AccountAct) -> None:
    if act.step == "made":
        if register.account(act.user) is not None:
            raise InvalidQuery(
                f"There is an account {act.user!r} already, or there was one.",
                field="user",
                remedy="Choose another name; ended names are not given again.",
            )
        _made(register, done, act)
        return
    one = _the_account(register, act.user)
    by, at = done.by, done.at
    mine = folded(by) == folded(one.user)
    may = answers_for(register, by, one, at)
    if act.step == "ended" and not (mine or may or administers(register, by, at)):
        _no("You may not end this account.", "user")
    if act.step == "reset" and (mine or not (administers(register, by, at) or may)):
        _no("You may not set a new password for this account.", "user")
    if act.step == "confirmed":
        if one.reset is None:
            raise InvalidQuery(
                "Nothing waits to be confirmed for this account.",
                field="user",
                remedy="See the list of accounts.",
            )
        if not may or folded(by) == folded(one.reset.by):
            _no("A focal point or somebody who may grant confirms it, not who set it.", "user")


def _made(register: Register, done: Done, act: AccountAct) -> None:
    rights = rights_of(act.read, act.file, act.decide, act.grant)
    if act.demo or act.founding:
        if done.by or (act.founding and register.founded is not None):
            _no("The mission is founded: clearances are given by two people.", "user")
        return
    if act.invitation:
        _accepted(register, done, act, rights)
    elif not administers(register, done.by, done.at):
        _no("You may not make accounts.", "user", "Invite people into your organisation.")
    elif not rights.within(Rights(read=frozenset({PUBLIC}))) or act.invites:
        _no("An account that the administrator makes has no clearances.", "role")


def _accepted(register: Register, done: Done, act: AccountAct, rights: Rights) -> None:
    made = register.invitations.get(act.invitation)
    by = made.act if made is not None else None
    if (
        made is None
        or not isinstance(by, InvitationAct)
        or by.until is None
        or done.at >= by.until
        or folded(made.by) != folded(done.by)
        or not may_invite(register, done.by, act.organisation, done.at)
        or (folded(by.user), by.role, by.organisation)
        != (folded(act.user), act.role, act.organisation)
    ):
        raise InvalidQuery(
            "The invitation is not in force.", field="code", remedy="Ask for a new one."
        )
    if act.invites > by.invites or act.until is None or act.administers:
        _no("The account is not the one that was invited.", "user")
    offered = rights_of(by.read, by.file).common(
        offer(register, done.by, act.organisation, done.at)
    )
    last = register.lasts(done.by, rights)
    if not rights.within(offered) or (last is not None and act.until > last):
        _no("Nobody gives by an invitation what he does not hold himself.", "role")


# -- clearances ---------------------------------------------------------------------


def _clearance(register: Register, done: Done, act: ClearanceAct) -> None:
    if act.step == "proposed":
        _proposed(register, done, act)
    elif act.step == "narrowed":
        _narrowed(register, done, act)
    else:
        made = register.proposals.get(act.proposal)
        if made is None:
            raise InvalidQuery(
                "This proposal does not wait any more.",
                field="proposal",
                remedy="Look at the list again.",
            )
        if act.step == "confirmed":
            _confirmed(register, done, act, made)
        elif not _may_refuse(register, done, made):
            _no("You may not refuse this.", "proposal")


def _proposed(register: Register, done: Done, act: ClearanceAct) -> None:
    one = _the_account(register, act.user)
    rights = rights_of(act.read, act.file, act.decide, act.grant)
    _within(act.until, done.at, LEASE_MOST, "A clearance")
    # which organisations there are is told only to who may give what is theirs
    known(register, (n for n in rights.names if n.partition("-")[0] not in FORMS))
    if rights == NOTHING and not act.invites:
        raise InvalidQuery(
            "Nothing is asked for.", field="compartments", remedy="Name what is to be given."
        )
    if any(name.endswith("-*") for name in rights.read | rights.file):
        raise InvalidQuery(
            "A compartment is given by its full name.",
            field="compartments",
            remedy="Name one organisation, not all of a form.",
        )
    if folded(one.user) == folded(done.by):
        _no("Nobody widens his own clearances.", "user", "Ask two others who may grant it.")
    if one.administers:
        _no("Who administers accounts reads public and nothing else.", "user")
    if not _may_propose(register, done, one, rights, act.invites):
        _no("You may grant only what stands in your own rights to grant.", "compartments")
    known(register, rights.names)


def _may_propose(register: Register, done: Done, one: Standing, rights: Rights, seat: bool) -> bool:
    if rights.names and not grants(register, done.by, rights, done.at):
        return False
    return not seat or answers_for(register, done.by, one, done.at)


def _confirmed(register: Register, done: Done, act: ClearanceAct, made: Proposal) -> None:
    one = _the_account(register, made.user)
    if done.at >= made.at + WAITS_MOST or done.at >= made.until:
        _no("The proposal has lapsed.", "proposal", "Propose it again.")
    if folded(done.by) in (folded(made.by), folded(made.user)):
        _no("A second person confirms, never who proposed it or whom it is for.", "proposal")
    if act.session and act.session == made.session:
        _no("The second person uses a session of his own.", "proposal")
    first = Done(id=made.id, by=made.by, at=done.at, act=act)
    if not _may_propose(register, first, one, made.rights, made.invites):
        _no("Who proposed this may not grant it any more.", "proposal", "Propose it again.")
    if not _may_second(register, done, one, made):
        _no("The second person may grant it too.", "proposal", who_may(register, done, made))


def _may_second(register: Register, done: Done, one: Standing, made: Proposal) -> bool:
    """Somebody who may grant it himself; where nobody else may, somebody who may grant at all."""
    if _may_propose(register, done, one, made.rights, made.invites):
        return bool(register.own(done.by, done.at).grant) or not made.rights.names
    others = [s for s in register.accounts.values() if _other(s, made, done)]
    if any(
        _may_propose(
            register,
            Done(id=done.id, by=s.user, at=done.at, act=done.act),
            one,
            made.rights,
            made.invites,
        )
        for s in others
    ):
        return False
    return bool(register.own(done.by, done.at).grant)


def _other(one: Standing, made: Proposal, done: Done) -> bool:
    return folded(one.user) not in (folded(made.by), folded(made.user), folded(done.by))


def who_may(register: Register, done: Done, made: Proposal) -> str:
    """Who could confirm, in words."""
    names = sorted(
        one.user
        for one in register.accounts.values()
        if _other(one, made, done) and grants(register, one.user, made.rights, done.at)
    )
    return f"Ask {', '.join(names[:5])}." if names else "Ask somebody who may grant it."


def _may_refuse(register: Register, done: Done, made: Proposal) -> bool:
    one = register.account(made.user)
    mine = folded(done.by) in (folded(made.by), folded(made.user))
    return one is not None and (
        (mine and register.in_force(done.by, done.at) is not None)
        or answers_for(register, done.by, one, done.at)
        or grants(register, done.by, made.rights, done.at)
    )


def _narrowed(register: Register, done: Done, act: ClearanceAct) -> None:
    one = _the_account(register, act.user)
    rights = rights_of(act.read, act.file, act.decide, act.grant)
    mine = folded(one.user) == folded(done.by) and register.in_force(done.by, done.at) is not None
    focal = invites(register, done.by, one.organisation, done.at)
    if not (mine or focal or (rights.names and grants(register, done.by, rights, done.at))):
        _no("You may not narrow the clearances of this account.", "user")


# -- delegations --------------------------------------------------------------------


def _delegation(register: Register, done: Done, act: DelegationAct) -> None:
    if act.step == "ended":
        old = register.delegations.get(act.delegation)
        if old is None or old.ended is not None:
            raise InvalidQuery(
                "There is no such delegation.", field="delegation", remedy="See the list."
            )
        mine = folded(done.by) in (folded(old.by), folded(old.user))
        to = register.account(old.user)
        if not mine and not (to and answers_for(register, done.by, to, done.at)):
            _no("Only who lends, who borrows, or who answers for him ends it.", "delegation")
        return
    to = _the_account(register, act.user)
    lender = register.account(done.by)
    rights = rights_of(act.read, act.file, act.decide)
    _within(act.until, done.at, LOAN_MOST, "A delegation")
    if folded(act.user) == folded(done.by):
        _no("Nobody lends to himself.", "user")
    if lender is None or folded(lender.organisation) != folded(to.organisation):
        _no("You may lend only within your own organisation.", "user")
    if to.administers:
        _no("Who administers accounts reads public and nothing else.", "user")
    if rights == NOTHING:
        raise InvalidQuery("Nothing is lent.", field="compartments", remedy="Name what you lend.")
    if not rights.within(register.own(done.by, done.at)):
        _no("You may lend only what you hold yourself, not what was lent to you.", "compartments")


# -- suspensions --------------------------------------------------------------------


def _suspension(register: Register, done: Done, act: SuspensionAct) -> None:
    if bool(act.account) == bool(act.organisation):
        raise InvalidQuery(
            "Name an account or an organisation.", field="account", remedy="Name one of them."
        )
    of = _the_account(register, act.account) if act.account else _the_organisation(register, act)
    may = (
        answers_for(register, done.by, of, done.at)
        if isinstance(of, Standing)
        else answers_for_all(register, done.by, act.organisation, done.at)
    )
    if act.step == "suspended":
        mine = isinstance(of, Standing) and folded(of.user) == folded(done.by)
        if not (mine or may or administers(register, done.by, done.at)):
            _no("You may not suspend this.", "account" if act.account else "organisation")
        return
    if of.suspended is None:
        raise InvalidQuery("This is not suspended.", field="account", remedy="See the list.")
    if not may:
        _no("Two people who answer for it lift a suspension.", "account")
    rest = of.suspended
    if act.step == "lifted":
        if not rest.lift_by or rest.lift_at is None or done.at >= rest.lift_at + WAITS_MOST:
            _no("Nobody has proposed to lift it.", "account", "Propose it; a second one agrees.")
        if folded(rest.lift_by) == folded(done.by) or (
            act.session and act.session == rest.lift_session
        ):
            _no("A second person lifts it, in a session of his own.", "account")
        still = (
            answers_for(register, rest.lift_by, of, done.at)
            if isinstance(of, Standing)
            else answers_for_all(register, rest.lift_by, act.organisation, done.at)
        )
        if not still:
            _no("Who proposed to lift it does not answer for it any more.", "account")


def _the_organisation(register: Register, act: SuspensionAct) -> Organisation:
    of = register.organisation(act.organisation)
    if of is None:
        raise InvalidQuery(
            f"There is no organisation {act.organisation!r}.",
            field="organisation",
            remedy="See the list of organisations.",
        )
    if folded(of.code) == folded(register.owner):
        _no(
            "The organisation that runs the node is not suspended as a whole.",
            "organisation",
            "Suspend its accounts one by one.",
        )
    return of


# -- invitations and organisations --------------------------------------------------


def _invitation(register: Register, done: Done, act: InvitationAct) -> None:
    if act.step == "withdrawn":
        made = register.invitations.get(act.invitation)
        if made is None or not isinstance(made.act, InvitationAct):
            raise InvalidQuery(
                "There is no such invitation.", field="invitation", remedy="See the list."
            )
        mine = folded(made.by) == folded(done.by)
        focal = invites(register, done.by, made.act.organisation, done.at)
        if not (mine or focal or administers(register, done.by, done.at)):
            _no("You may not withdraw this invitation.", "invitation")
        return
    of = register.organisation(act.organisation)
    by, at = done.by, done.at
    if of is None and (register.own(by, at).grant or administers(register, by, at)):
        raise InvalidQuery(
            f"There is no organisation {act.organisation!r}.",
            field="organisation",
            remedy="Make the organisation first.",
        )
    # before all that is told of organisations and accounts
    if of is None or not may_invite(register, by, of.code, at):
        _no("You may invite only into your own organisation.", "organisation")
    _within(act.until, done.at, CODE_MOST, "An invitation")
    _within(act.account_until, done.at, LEASE_MOST, "An invited account")
    taken = register.account(act.user) is not None or any(
        isinstance(other.act, InvitationAct)
        and folded(other.act.user) == folded(act.user)
        and other.act.until is not None
        and other.act.until > done.at
        for other in register.invitations.values()
    )
    if taken:
        raise InvalidQuery(
            f"{act.user!r} has an account or an invitation already, or had one.",
            field="user",
            remedy="Choose another name; ended names are not given again.",
        )
    focal = invites(register, by, of.code, at)
    if act.invites and not (focal or of.compartment not in register.ever_read):
        _no("Its own focal points name further ones.", "invites")
    if not rights_of(act.read, act.file).within(offer(register, done.by, of.code, done.at)):
        _no("Nobody gives by an invitation what he does not hold himself.", "role")


def _organisation(register: Register, done: Done, act: OrganisationAct) -> None:
    if act.form:
        check_code(act.code)
    elif not 0 < len(act.code) <= 80:
        raise InvalidQuery(
            "An organisation has a code of up to 80 letters.", field="code", remedy="Shorten it."
        )
    own = f"{act.form}-{act.code}"
    granted = act.form and covers(register.own(done.by, done.at).grant, own)
    if not (granted or administers(register, done.by, done.at)):
        _no("You may not make an organisation of this form.", "form")
    if register.organisation(act.code) is not None or folded(act.code) in register.erased:
        raise InvalidQuery(
            f"There is an organisation {act.code!r} already, or there was one.",
            field="code",
            remedy="Choose another code.",
        )


_RULES: dict[type[msgspec.Struct], Callable[[Register, Done, Any], None]] = {
    AccountAct: _account,
    ClearanceAct: _clearance,
    DelegationAct: _delegation,
    DeviceAct: _device,
    ErasureAct: may_erase,
    FoundedAct: _founded,
    InvitationAct: _invitation,
    OrganisationAct: _organisation,
    SuspensionAct: _suspension,
    ViewedAct: _viewed,
}
