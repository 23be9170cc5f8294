"""What somebody may know of accounts and clearances: those he answers for, and what waits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from eirene.errors import EireneError
from eirene.people.accounts import Account, standing
from eirene.people.register import Delegation, Done, Organisation, Proposal, Register, folded
from eirene.people.rights import NOTHING, Rights
from eirene.people.roles import Role, resolved, roles, shared
from eirene.people.rules import WAITS_MOST, check
from eirene.people.vouching import administers, invites, lists, lists_organisation
from eirene.reports.acts.clearance import ClearanceAct
from eirene.reports.acts.invitation import InvitationAct


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """For one person at one moment."""

    administers: bool
    invites: bool
    rights: Rights
    roles: list[Role]
    """To which he may invite into his own organisation."""
    compartments: set[str]
    """Names that may be given or lent."""
    organisations: list[Organisation]
    accounts: list[Account]
    lifts: dict[str, str]
    """Key of a suspended account -> who has proposed to lift it."""
    invitations: list[tuple[str, InvitationAct]]
    proposals: list[Proposal]
    confirmable: set[bytes]
    """Proposals that he could confirm himself."""
    loans: list[Delegation]


def listing_for(
    register: Register, stored: Iterable[Account], by: str, session: str, now: datetime
) -> Listing:
    """What ``by`` may know of, in this session."""
    me = register.account(by)
    holds = register.in_force(by, now)
    rights = holds.rights if holds else NOTHING
    own = register.own(by, now)
    seen = [
        account
        for account in stored
        if (one := register.account(account.user)) is not None and lists(register, by, one, now)
    ]
    organisations = [
        one for one in register.organisations.values() if lists_organisation(register, by, one, now)
    ]
    users = {account.key for account in seen}
    proposals = [
        one
        for one in register.proposals.values()
        if now < min(one.at + WAITS_MOST, one.until)
        and (own.grant or folded(one.user) in users or folded(one.by) == folded(by))
    ]
    focal = me is not None and invites(register, by, me.organisation, now)
    named = {one.compartment for one in organisations if one.compartment}
    return Listing(
        administers=administers(register, by, now),
        invites=focal,
        rights=rights,
        roles=_below(own, me.organisation) if me is not None and focal else [],
        compartments=set(shared() | named) if own.grant else set(own.read),
        organisations=sorted(organisations, key=lambda one: folded(one.code)),
        accounts=[standing(account, register, now) for account in seen],
        lifts={
            key: one.suspended.lift_by
            for key, one in register.accounts.items()
            if key in users and one.suspended is not None
        },
        invitations=[
            (made.by, made.act)
            for made in register.invitations.values()
            if isinstance(made.act, InvitationAct)
            and made.act.until is not None
            and now < made.act.until
            and (
                folded(made.by) == folded(by)
                or administers(register, by, now)
                or invites(register, by, made.act.organisation, now)
            )
        ],
        proposals=proposals,
        confirmable={one.id for one in proposals if _could(register, one, by, session, now)},
        loans=[
            one
            for one in register.delegations.values()
            if one.runs(now) and (folded(one.by) == folded(by) or folded(one.user) in users)
        ],
    )


def _below(own: Rights, organisation: str) -> list[Role]:
    """Roles that read and file no more than somebody does himself."""
    found: list[Role] = []
    for role in roles().values():
        try:
            bundle = Rights(
                read=frozenset(resolved(role.compartments, organisation)),
                file=frozenset(resolved(role.may_file, organisation)),
            )
        except EireneError:  # the organisation has no code for a compartment of its own
            continue
        if bundle.within(own) and not role.administers:
            found.append(role)
    return found


def _could(register: Register, one: Proposal, by: str, session: str, now: datetime) -> bool:
    act = ClearanceAct(step="confirmed", proposal=one.id, session=session)
    try:
        check(register, Done(id=b"", by=by, at=now, act=act))
    except EireneError:
        return False
    return True
