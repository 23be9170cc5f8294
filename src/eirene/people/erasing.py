"""Erasing an organisation: who may ask for it, and what stays in force of what its people did.

Invariants
  * Its own focal point needs nobody else. Without him it takes two people who answer for
    it, and neither of them is who administers the node.
  * Erasing takes nothing from others but what was the organisation's: clearances that its
    people gave, and that counted, go on counting when those acts are gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from eirene.errors import InvalidQuery, NotAllowed
from eirene.people.register import Done, Register, folded
from eirene.people.vouching import administers, answers_for_all, invites
from eirene.reports.acts.erasure import ErasureAct

CountsIn = Callable[[Register, Done], bool]
WAITS_MOST = timedelta(days=30)
"""Who asked first and found no second person in this time has asked for nothing."""


def may_erase(register: Register, done: Done, act: ErasureAct) -> None:
    """Pass where the act counts; else ``NotAllowed`` or ``InvalidQuery``."""
    if act.step == "asked":
        _ask(register, done, act)
    elif act.step == "erased":
        if done.by:
            raise NotAllowed("Only the node itself erases.", remedy="Ask for it.")
        if asked_by(register, act.organisation, done) is None:
            raise NotAllowed(
                "Too few have asked to erase this organisation.",
                field="organisation",
                remedy="Its own focal point asks, or two people who answer for it.",
            )
    elif folded(act.organisation) not in register.erased or not (
        administers(register, done.by, done.at) or register.in_force(done.by, done.at) is not None
    ):
        raise NotAllowed(
            "There is nothing to be receipted.",
            field="organisation",
            remedy="Name an organisation that was erased, and an account that is in force.",
        )


def _ask(register: Register, done: Done, act: ErasureAct) -> None:
    code = act.organisation
    if register.organisation(code) is None:
        raise InvalidQuery(
            f"There is no organisation {code!r}.",
            field="organisation",
            remedy="See the list: eirene organisation list.",
        )
    if folded(code) == folded(register.owner):
        raise NotAllowed(
            "The organisation that runs the node is not erased: its keys seal the versions.",
            field="organisation",
            remedy="To end the node, destroy its folder and every backup of its keys.",
        )
    if not _speaks(register, done, code):
        raise NotAllowed(
            "You may not ask to erase this organisation.",
            field="as",
            remedy="Its own focal point asks, or two people who may grant what it holds.",
        )
    before = [one for one in _waiting(register, code, done) if _speaks(register, one, code)]
    if any(_one_hand(one, done) for one in before):
        raise NotAllowed(
            "You have asked for it already; it waits for a second person.",
            field="as",
            remedy="Somebody else who answers for it asks, in a session of his own.",
        )


def _speaks(register: Register, done: Done, code: str) -> bool:
    """Whether somebody may ask: at the moment of ``done``."""
    known = register.account(done.by)
    return (
        bool(done.by)
        and known is not None
        and not known.administers
        and answers_for_all(register, done.by, code, done.at)
    )


def _one_hand(one: Done, other: Done) -> bool:
    first, second = one.act, other.act
    assert isinstance(first, ErasureAct)
    assert isinstance(second, ErasureAct)
    same = bool(first.session) and first.session == second.session
    return same or folded(one.by) == folded(other.by)


def _waiting(register: Register, code: str, done: Done) -> list[Done]:
    """Those who have asked, at most so long ago."""
    asks = register.erasing.get(folded(code), [])
    return [one for one in asks if done.at < one.at + WAITS_MOST]


def asked_by(register: Register, code: str, done: Done) -> tuple[str, ...] | None:
    """On whose word an organisation may be erased now: (), where its focal point has asked;
    two accounts of others; None where it takes another person yet.
    """
    asks = _waiting(register, code, done)
    if any(invites(register, one.by, code, done.at) for one in asks):
        return ()
    still = [
        one.by
        for one in asks
        if _speaks(register, Done(id=one.id, by=one.by, at=done.at, act=one.act), code)
    ]
    return tuple(sorted(still)[:2]) if len(still) > 1 else None


def depends(
    acts: Iterable[tuple[Done, bool]], owner: str, counts: CountsIn
) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Which acts count or do not count only because of those that will be gone.

    ``acts``: in order, each with whether it will be gone; ``counts`` says whether an act
    counts in a register. Gives the ids of those that have to be upheld, and of those that
    have to be kept from counting.
    """
    full, rest = Register(owner), Register(owner)
    upheld: list[bytes] = []
    void: list[bytes] = []
    for done, goes in acts:
        counted = counts(full, done)
        if counted:
            full.take(done)
        if goes:
            continue
        alone = counts(rest, done)
        if alone and not counted:
            void.append(done.id)
        if not counted:
            continue
        try:
            rest.take(done)
        except KeyError:  # it was about something that goes
            continue
        if not alone:
            upheld.append(done.id)
    return tuple(upheld), tuple(void)
