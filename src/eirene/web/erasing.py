"""Erasing an organisation, over the control socket alone: it takes somebody at the machine too."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from eirene.desks.erasing import Plan, Status
from eirene.errors import InvalidQuery
from eirene.keys.erased import Copy
from eirene.times import iso
from eirene.web.node import ControlledNode

Line = dict[str, Any]


def erase(node: ControlledNode, given: Line, progress: Callable[[Line], None]) -> Line:
    """``act``: ``plan``, ``erase``, ``status`` or ``receipt``; of one organisation.

    ``erase`` asks in the name of ``as``, who gives his ``password``; when that is not enough it
    answers ``waits``. Asked of what is erased already, or half erased, it goes on and tells
    how far it is. ``receipt`` is the command line's own, or somebody's with his password.
    """
    code, act = str(given.get("organisation", "")), given.get("act")
    desk = node.erasing

    def say(what: str, done: int, of: int) -> None:
        progress({"stage": what, "progress": done, "of": of})

    known = node.keys.erased.of(code) is not None
    if act == "plan":
        return told(desk.status(code)) if known else foreseen(desk.plan(code, say))
    if act == "status":
        return told(desk.status(code))
    if act == "receipt":
        copies = msgspec.convert(given.get("copies"), list[str])
        by = _proved(node, given) if given.get("as") else ""
        reason = str(given.get("reason", ""))
        return told(desk.receipt(code, copies, by, reason=reason))
    if act != "erase":
        raise InvalidQuery(
            f"There is no act {act!r}.", field="act", remedy="Use plan, erase, status or receipt."
        )
    if not known:
        by = _proved(node, given)
        # whoever types his password here has not signed in anywhere: that is a session of its own
        session = secrets.token_hex(16)
        if not desk.ask(code, by, session=session, reason=str(given.get("reason", ""))):
            return {"waits": True}
    return told(desk.erase(code, say))


def _proved(node: ControlledNode, given: Line) -> str:
    """The account that asks, which whoever runs the machine cannot lend himself."""
    by = str(given.get("as") or "")
    if not by:
        raise InvalidQuery(
            "It is not said who asks.",
            field="as",
            remedy="Name the account of its focal point, or of one of two who answer for it.",
        )
    node.people.prove(by, str(given.get("password") or ""))
    return by


def foreseen(plan: Plan) -> Line:
    """What would go."""
    return {
        "organisation": plan.organisation,
        "compartment": plan.compartment,
        "accounts": plan.accounts,
        "reports": plan.found.reports,
        "versions": plan.found.audiences,
        "others": plan.found.others,
        "acts": plan.found.acts,
        "copies": [_copy(one) for one in plan.copies],
    }


def told(status: Status) -> Line:
    """What went, and what may be left elsewhere."""
    erasure = status.erasure
    return {
        "organisation": erasure.organisation,
        "erased": iso(erasure.finished) if erasure.finished else None,
        "began": iso(erasure.at),
        "entries": erasure.entries,
        "versions": erasure.versions,
        "accounts": erasure.accounts,
        "keys": erasure.keys,
        "copies": [
            _copy(one)
            | {
                "receipted": iso(receipt.at) if receipt else None,
                "by": receipt.by if receipt else None,
                "reason": receipt.reason if receipt else None,
            }
            for one in status.copies
            for receipt in (erasure.receipts.get(one.id),)
        ],
        "outstanding": len(status.outstanding),
        "complete": status.complete,
    }


def _copy(one: Copy) -> Line:
    return {"id": one.id, "kind": one.kind, "name": one.name, "made": iso(one.made)}
