"""Who may what to whom, at a moment: the questions from which the rules are made.

Pure: a register and a moment in, yes or no out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from eirene.errors import InvalidQuery
from eirene.people.register import Organisation, Register, Standing, folded
from eirene.people.rights import INTERNAL, PUBLIC, Rights, rights_of
from eirene.people.roles import FORMS, shared
from eirene.release.reader import covers


def administers(register: Register, by: str, at: datetime) -> bool:
    """Whether somebody manages accounts: the node's own command line does, as the administrator."""
    one = register.account(by) if by else None
    return not by or (
        one is not None and one.administers and one.reset is None and register.alive(one, at)
    )


def invites(register: Register, by: str, organisation: str, at: datetime) -> bool:
    """Whether somebody is a focal point of an organisation, and in force."""
    one = register.account(by)
    return (
        one is not None
        and one.invites
        and one.reset is None
        and folded(one.organisation) == folded(organisation)
        and register.alive(one, at)
    )


def grants(register: Register, by: str, rights: Rights, at: datetime) -> bool:
    """Whether somebody may grant all this, by rights of his own.

    The right to decide about an audience may be given also by one who decides about it
    himself; to read what is public, by anybody who may grant at all.
    """
    own = register.own(by, at)
    names = (rights.read - {PUBLIC}) | rights.file | rights.grant
    return (
        bool(own.grant)
        and all(covers(own.grant, name) for name in names)
        and all(covers(own.grant | own.decide, name) for name in rights.decide)
    )


def answers_for(register: Register, by: str, one: Standing, at: datetime) -> bool:
    """Whether somebody may vouch for another's account: its focal point, or one who may grant
    something that it holds.
    """
    if folded(by) == folded(one.user):
        return False
    own = register.own(by, at).grant
    held = rights_of(name for _, name in one.held).read - {PUBLIC}
    return invites(register, by, one.organisation, at) or any(covers(own, n) for n in held)


def sees(register: Register, by: str, one: Standing, at: datetime) -> bool:
    """Whether somebody may know of an account: of his own, of those he answers for, and, where
    he may grant anything, of those that hold nothing yet.
    """
    bare = all(name == PUBLIC for _, name in one.held) and bool(register.own(by, at).grant)
    mine = folded(by) == folded(one.user)
    return mine or bare or administers(register, by, at) or answers_for(register, by, one, at)


def knows_organisation(register: Register, by: str, code: str, at: datetime) -> bool:
    """Whether somebody may know of an organisation."""
    of = register.organisation(code)
    one = register.account(by)
    return of is not None and (
        administers(register, by, at)
        or (one is not None and folded(one.organisation) == folded(code))
        or answers_for_all(register, by, code, at)
    )


def lists(register: Register, by: str, one: Standing, at: datetime) -> bool:
    """Whether an account stands in somebody's list. A list of the people of an organisation that
    has a compartment of its own is for the organisation itself, for who may grant that
    compartment and for who administers; others see a name when it waits for them.
    """
    of = register.organisation(one.organisation)
    own = register.own(by, at).grant
    if of is not None and of.compartment:
        near = covers(own, of.compartment)
    else:
        near = sees(register, by, one, at)
    rest = one.suspended or (of.suspended if of is not None else None)
    waits = (one.reset is not None or bool(rest and rest.lift_by)) and bool(own)
    return (
        near
        or folded(by) == folded(one.user)
        or administers(register, by, at)
        or invites(register, by, one.organisation, at)
        or (waits and answers_for(register, by, one, at))
    )


def lists_organisation(register: Register, by: str, of: Organisation, at: datetime) -> bool:
    """The same of an organisation."""
    if not of.compartment:
        return knows_organisation(register, by, of.code, at)
    one = register.account(by)
    waits = of.suspended is not None and bool(of.suspended.lift_by)
    return (
        covers(register.own(by, at).grant, of.compartment)
        or administers(register, by, at)
        or (one is not None and folded(one.organisation) == folded(of.code))
        or (waits and answers_for_all(register, by, of.code, at))
    )


def known(register: Register, names: Iterable[str], *, field: str = "compartments") -> None:
    """Refuse a name that stands for no compartment, or for one of the node's own."""
    for name in names:
        form, _, code = name.partition("-")
        of = register.organisation(code)
        there = name in shared() or (code == "*" and form in FORMS)
        if name in INTERNAL or not (there or (of is not None and of.compartment == name)):
            raise InvalidQuery(
                f"There is no compartment {name!r}.",
                field=field,
                remedy="Take one that stands in the list, or make the organisation first.",
            )


def may_invite(register: Register, by: str, organisation: str, at: datetime) -> bool:
    """Whether somebody may invite into an organisation: its focal point, or one who may grant its
    compartment.
    """
    of = register.organisation(organisation)
    outside = of is not None and bool(of.compartment)
    return invites(register, by, organisation, at) or (
        outside and of is not None and covers(register.own(by, at).grant, of.compartment)
    )


def offer(register: Register, by: str, organisation: str, at: datetime) -> Rights:
    """What somebody may give with an invitation: what he reads and files himself, never what
    decides or grants; and the compartment of an organisation that nobody has ever read in.
    """
    own = register.own(by, at)
    of = register.organisation(organisation)
    common = Rights(read=frozenset({PUBLIC}))
    if invites(register, by, organisation, at):
        common = common.also(Rights(read=own.read, file=own.file))
    empty = of.compartment if of is not None and of.compartment not in register.ever_read else ""
    if empty and covers(own.grant, empty):
        fresh = frozenset({empty})
        common = common.also(Rights(read=fresh, file=fresh))
    return common


def answers_for_all(register: Register, by: str, code: str, at: datetime) -> bool:
    """Whether somebody may grant something that the organisation, or one of its people, holds;
    or is its focal point.
    """
    own = register.own(by, at).grant
    of = register.organisation(code)
    names = {name for s in _members(register, code) for _, name in s.held} - {PUBLIC}
    if of is not None and of.compartment:
        names.add(of.compartment)
    return invites(register, by, code, at) or any(covers(own, n) for n in names)


def _members(register: Register, code: str) -> list[Standing]:
    return [
        s
        for s in register.accounts.values()
        if folded(s.organisation) == folded(code) and not s.ended
    ]
