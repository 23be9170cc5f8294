"""Which step follows for a line: pure, from where it stands and what the rules say now."""

from __future__ import annotations

import os
from datetime import datetime

import msgspec

from eirene.picture.ledger import Line
from eirene.release.deciding import Decision
from eirene.reports.acts.release import DUE, FROZEN, MADE, RECALLED, REFUSED, WAITS, Step


def begun(decision: Decision) -> Step | None:
    """The first step of a line; None: this audience gets nothing."""
    return step(os.urandom(16), decision) if decision.gives else None


def step(line: bytes, decision: Decision) -> Step:
    by_itself = decision.outcome in ("automatic", "waits-delay")
    return Step(
        line=line,
        audience=decision.audience,
        step=DUE if by_itself else WAITS,
        data=decision.data,
        rule=decision.rule,
        mode=decision.mode if decision.outcome != "source-threshold" else "one-person",
        due=decision.due if by_itself else None,
    )


def moved(line: Line, decision: Decision, entry: bytes) -> Step | None:
    """What an amendment, or a new rule, makes of a line that there is."""
    if line.original == entry and line.version and under(line, decision):
        return None
    if not line.version:
        if decision.gives:
            same = line.original == entry and line.last.rule == decision.rule
            return None if same else step(line.id, decision)
        return refused(line, decision.outcome) if line.state in (DUE, WAITS) else None
    if decision.outcome == "capped":
        return Step(
            line=line.id,
            audience=line.audience,
            step=RECALLED,
            version=line.version,
            reason="its marking forbids it",
        )
    if decision.outcome == "automatic" and under(line, decision):
        return step(line.id, decision)
    return Step(
        line=line.id,
        audience=line.audience,
        step=FROZEN,
        data=decision.data,
        rule=decision.rule if decision.gives else "",
        mode=decision.mode if decision.gives else "",
        version=line.version,
    )


def under(line: Line, decision: Decision) -> bool:
    """Whether the version was made under the rule that decides now."""
    made = line.made
    return made is not None and (made.rule, made.data) == (decision.rule, decision.data)


def refused(line: Line, reason: str) -> Step:
    return Step(line=line.id, audience=line.audience, step=REFUSED, reason=reason)


def ready(line: Line, decision: Decision) -> Step:
    """The step that follows when a line's time has come, with the rules as they are now."""
    agreed = agreed_by(line)
    if not decision.gives:
        return refused(line, decision.outcome)
    if decision.outcome == "waits-delay":
        return step(line.id, decision)
    needed = people_needed(decision)
    if len(agreed) < needed:
        return step(line.id, msgspec.structs.replace(decision, due=None))
    until = min((u for u in (decision.until, until_of(line)) if u is not None), default=None)
    return Step(
        line=line.id,
        audience=line.audience,
        step=MADE,
        data=decision.data,
        rule=decision.rule,
        mode=decision.mode,
        until=until,
        by=" + ".join(agreed),
    )


def people_needed(decision: Decision) -> int:
    """How many people have to agree before a version is made."""
    return {"two-people": 2, "one-person": 1, "source-threshold": 1}.get(decision.outcome, 0)


def agreed_by(line: Line) -> list[str]:
    """Accounts that agreed since the line last began to wait, each in a session of its own."""
    agreed: dict[str, str] = {}
    for step in line.approvals:
        if step.by not in agreed and step.session not in agreed.values():
            agreed[step.by] = step.session
    return list(agreed)


def text_of(line: Line) -> str:
    """What a person wrote for this audience when he last agreed."""
    return next((step.text for step in reversed(line.approvals) if step.text), "")


def until_of(line: Line) -> datetime | None:
    return next((s.until for s in reversed(line.approvals) if s.until is not None), None)
