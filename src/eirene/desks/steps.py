"""Which step follows for a line: pure, from where it stands and what the rules say now."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime

import msgspec

from eirene.picture.ledger import Line
from eirene.release.deciding import Decision
from eirene.reports.acts.release import (
    BREAK_GLASS,
    DUE,
    FROZEN,
    MADE,
    RECALLED,
    REFUSED,
    WAITS,
    WITHDRAWN,
    Step,
)


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


def moved(line: Line, decision: Decision, entry: bytes, *, leaves: bool = True) -> Step | None:
    """What an amendment, or a new rule, makes of a line that there is.

    ``leaves``: False where the terms of its source forbid passing on what the report says now.
    """
    amended = line.original != entry
    if not leaves and (line.version or line.state in (DUE, WAITS)):
        return _forbidden(line)  # whoever opened it: terms bind two people as they bind a rule
    if rule_of(line) == BREAK_GLASS and line.state == MADE:
        return None  # two people opened it, and it ends by itself
    if rule_of(line) == BREAK_GLASS and line.state in (WAITS, REFUSED):
        # one person's word holds up nothing that a rule gives, and opens nothing by itself
        if decision.gives:
            return _waits(line.id, decision)
        # he who asked has not seen what the report says now
        asked_anew = amended and line.state == WAITS
        return refused(line, "the report was amended") if asked_anew else None
    if not line.version:
        return _without_version(line, decision, amended=amended)
    if decision.outcome == "capped":
        return _forbidden(line)
    if under(line, decision):
        if not amended:
            return None
        if decision.outcome == "automatic":
            return step(line.id, decision)
    elif not amended and line.state == FROZEN:
        return None
    return Step(
        line=line.id,
        audience=line.audience,
        step=FROZEN,
        data=decision.data,
        rule=decision.rule if decision.gives else "",
        mode=decision.mode if decision.gives else "",
        version=line.version,
    )


def _forbidden(line: Line) -> Step:
    """The marking of a report ends what its audience has, or waits for."""
    if not line.version:
        return refused(line, "its marking forbids it")
    return Step(
        line=line.id,
        audience=line.audience,
        step=RECALLED,
        version=line.version,
        reason="its marking forbids it",
    )


def _without_version(line: Line, decision: Decision, *, amended: bool) -> Step | None:
    if not decision.gives:
        return refused(line, decision.outcome) if line.state in (DUE, WAITS) else None
    if line.state == RECALLED or (line.state == REFUSED and line.last.by):
        # what a person closed, or a marking, no rule opens again by itself
        return _waits(line.id, decision) if amended else None
    if line.state in (DUE, WAITS) and not amended and rule_of(line) == decision.rule:
        return None
    return step(line.id, decision)


def rule_of(line: Line) -> str:
    """The rule under which a line was last opened."""
    return next((t.step.rule for t in reversed(line.steps) if t.step.rule), "")


def _waits(line: bytes, decision: Decision) -> Step:
    mode = "two-people" if decision.mode == "two-people" else "one-person"
    return msgspec.structs.replace(step(line, decision), step=WAITS, mode=mode, due=None)


def stands(line: Line) -> tuple[bytes, ...]:
    """Entries of what the audience has: the version, and what struck it through.

    A new version replaces both: else one would have withdrawn what the other amended, which
    reads as a conflict.
    """
    struck = b""
    for taken in line.steps:
        if taken.step.step == WITHDRAWN:
            struck = taken.step.version
        elif taken.step.step == MADE:
            struck = b""
    return tuple(entry for entry in (line.version, struck) if entry) if line.version else ()


def under(line: Line, decision: Decision) -> bool:
    """Whether the version was made under the rule that decides now."""
    made = line.made
    return made is not None and (made.rule, made.data) == (decision.rule, decision.data)


def refused(line: Line, reason: str) -> Step:
    return Step(line=line.id, audience=line.audience, step=REFUSED, reason=reason)


def ready(line: Line, decision: Decision, still: Still) -> Step:
    """The step that follows when a line's time has come, with rules and people as they are now."""
    agreed = agreed_by(line, still)
    if not decision.gives:
        return refused(line, decision.outcome)
    if decision.outcome == "waits-delay":
        return step(line.id, decision)
    needed = people_needed(decision)
    if needed == 0 and _closed_before(line):
        needed = 1
    if len(agreed) < needed:
        return _waits(line.id, decision)
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


def _closed_before(line: Line) -> bool:
    """Whether the line waits since a person, or a marking, closed it."""
    before = ""
    for taken in line.steps:
        if taken.step.step == WAITS and before in (RECALLED, REFUSED):
            return not line.version
        if taken.step.step in (RECALLED, REFUSED, MADE):
            before = taken.step.step
    return False


def people_needed(decision: Decision) -> int:
    """How many people have to agree before a version is made."""
    return {"two-people": 2, "one-person": 1, "source-threshold": 1}.get(decision.outcome, 0)


Still = Callable[[str, Line], bool]
"""Whether an account may still decide on a line."""


def agreed_by(line: Line, still: Still) -> list[str]:
    """Accounts that agreed since the line last began to wait, each in a session of its own.

    Whoever was suspended since, or lost the right, has not.
    """
    agreed: dict[str, str] = {}
    for step in line.approvals:
        if not still(step.by, line):
            continue
        if step.by not in agreed and step.session not in agreed.values():
            agreed[step.by] = step.session
    return list(agreed)


def text_of(line: Line) -> str:
    """What a person wrote for this audience when he last agreed."""
    return next((step.text for step in reversed(line.approvals) if step.text), "")


def pictures_of(line: Line) -> Step | None:
    """The agreement that says which pictures go with the version; None: none do."""
    return next((step for step in reversed(line.approvals) if step.files), None)


def is_exact(line: Line) -> bool:
    """Whether all who agreed answer for it that the version is as exact as its rule."""
    return bool(line.approvals) and all(step.exact for step in line.approvals)


def until_of(line: Line) -> datetime | None:
    """The earliest end that any of those who agreed gave."""
    return min((step.until for step in line.approvals if step.until is not None), default=None)
