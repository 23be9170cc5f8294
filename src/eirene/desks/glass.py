"""Break-glass: the one way round *never*, of two people, with a reason and an end.

Invariants
  * Both may read the original; one of them may grant clearances to its compartment, the
    other may at least decide on some release. Two accounts, two sign-ins, and neither by a
    say that the other lent.
  * The first one's word counts for the report that he was shown, and while he may ask. After
    an amendment, or when he was suspended, the next word is a first one.
  * Whoever could be the second person can also say no, with a reason; so can the first.
  * It reaches a compartment of the mission itself, for three days at most, and then expires.
  * It is no secret from the originator: a note stands beside the original in every list
    and stream, from the moment the first person asks.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from eirene.desks.case import Case
from eirene.desks.decide import said
from eirene.desks.release import ReleaseDesk, dressed
from eirene.desks.shown import Who
from eirene.desks.steps import rule_of
from eirene.errors import InvalidQuery, NotAllowed, Unavailable
from eirene.people.rights import Rights
from eirene.picture import Picture, Row, entity_by_id, report_by_id
from eirene.picture.ledger import Entity, Line, lines_of, waiting
from eirene.release.reader import Reader, covers
from eirene.release.rules import Rule
from eirene.release.terms import check_may_leave
from eirene.release.version import version_of
from eirene.reports.acts.release import (
    APPROVED,
    BREAK_GLASS,
    DUE,
    MADE,
    REFUSED,
    WAITS,
    Step,
)
from eirene.reports.envelope import Body, Coarse, Link
from eirene.reports.kinds import GROUPS, kind_named
from eirene.times import iso

LONGEST = timedelta(days=3)
_REASON_LEAST = 20
_REASON_MOST = 500


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What one person has asked for, and a second one has not agreed to yet."""

    line: Line
    original: Row
    by: str
    reason: str
    until: datetime


class Glass:
    """Takes what two people ask for, one after the other."""

    def __init__(
        self,
        desk: ReleaseDesk,
        picture: Callable[[], Picture],
        clock: Callable[[], datetime],
        *,
        standing: Callable[[str], Reader | None],
        one_say: Callable[[str, str, Callable[[Rights], bool]], bool],
    ) -> None:
        """``standing``: what an account holds now; None where it is not in force. ``one_say``:
        whether two accounts have such a say by one and the same right, lent.
        """
        self._desk, self._picture, self._clock = desk, picture, clock
        self._standing, self._one_say = standing, one_say

    def audiences(self, reader: Reader, compartment: str) -> tuple[str, ...]:
        """To whom somebody may ask to give what stands in a compartment that he reads."""
        if compartment not in reader.compartments or not _may_ask(reader, compartment):
            return ()
        return tuple(one for one in self._desk.configuration().own if one != compartment)

    def asked(self, reader: Reader) -> list[Asked]:
        """What waits for a second person who reads the original and may ask himself, longest first."""
        picture, found = self._picture(), list[Asked]()
        for line in waiting(picture, reader):
            if not self.audiences(reader, line.of.compartment):
                continue
            original = _original(picture, reader, line.of)
            if original is None or not self._open(line, original.entry):
                continue
            first = line.approvals[0]
            if first.until is not None:
                found.append(
                    Asked(
                        line=line,
                        original=original,
                        by=first.by,
                        reason=first.reason,
                        until=first.until,
                    )
                )
        return found

    def ask(
        self,
        reader: Reader,
        session: str,
        report_id: bytes,
        audience: str,
        *,
        reason: str,
        until: datetime,
    ) -> Line:
        """The first person's word, or the second's: then the version is there at once.

        ``report_id`` names what he was shown. Raises ``Unavailable``, ``NotAllowed``,
        ``InvalidQuery``.
        """
        row = report_by_id(self._picture(), reader, report_id)
        of = Entity(row.compartment, row.owner, row.entity)
        self._check(reader, of, audience, reason, until)
        with self._desk.lock:
            case = self._case(of, row)
            line = self._line(reader, of, audience)
            who = Who(reader.account, session, reason)
            if line is None or not self._open(line, case.entry):
                self._first(case, audience, line, who, until)
            else:
                self._second(reader, case, line, who, until)
        found = self._line(reader, of, audience)
        assert found is not None
        return found

    def refuse(
        self, reader: Reader, session: str, report_id: bytes, audience: str, *, reason: str
    ) -> Line:
        """No, from somebody who could be the second person; or the first takes it back.

        Raises ``Unavailable``, ``NotAllowed``, ``InvalidQuery``.
        """
        row = report_by_id(self._picture(), reader, report_id)
        of = Entity(row.compartment, row.owner, row.entity)
        _check_say(reader, of)
        reason = reason.strip()[:_REASON_MOST]
        if not reason:
            raise InvalidQuery(
                "reason is missing.",
                field="reason",
                remedy="Say why not: whoever reads the report sees it.",
            )
        with self._desk.lock:
            line = self._line(reader, of, audience)
            if line is None or not _asked(line):
                raise InvalidQuery(
                    "Nobody asks for this any more.",
                    field="audience",
                    remedy="Recall it at the release desk, if the audience has it by now.",
                )
            step = said(line, REFUSED, Who(reader.account, session, reason))
            case = self._desk.case(of)
            told = f"Break-glass for {audience} refused by {reader.account}: {reason}"
            posts = [self._desk.act(of, line.original, [step])]
            self._desk.post(posts if case is None else [*posts, self._note(case, told)])
        found = self._line(reader, of, audience)
        assert found is not None
        return found

    def _case(self, of: Entity, shown: Row) -> Case:
        """The original as it stands, if that is what he was shown."""
        case = self._desk.case(of)
        if case is None or case.body.coarse is not None:
            raise InvalidQuery(
                "Only an original can be given so.",
                field="report",
                remedy="Name the report that this version was made of.",
            )
        if case.entry != shown.entry:
            raise InvalidQuery(
                "The report was amended after it was shown to you.",
                field="report",
                remedy="Look at the report again, and decide on what it says now.",
            )
        check_may_leave(case.body)
        return case

    def _open(self, line: Line, entry: bytes) -> bool:
        """Whether it was asked for the report as it stands, the end that the first gave is still
        to come, and the first may still ask.
        """
        if not _asked(line) or line.original != entry:
            return False
        first = line.approvals[0]
        now = self._standing(first.by)
        may = now is not None and line.of.compartment in now.compartments
        if now is None or not (may and _may_ask(now, line.of.compartment)):
            return False
        return first.until is None or self._clock() < first.until

    def _grants(self, account: str, compartment: str) -> bool:
        now = self._standing(account)
        return now is not None and covers(now.may_grant, compartment)

    def _line(self, reader: Reader, of: Entity, audience: str) -> Line | None:
        found = lines_of(self._picture(), reader, of)
        return next((one for one in found if one.audience == audience), None)

    def _check(
        self, reader: Reader, of: Entity, audience: str, reason: str, until: datetime
    ) -> None:
        _check_say(reader, of)
        if audience == of.compartment or audience not in self._desk.configuration().own:
            own = ", ".join(c for c in self._desk.configuration().own if c != of.compartment)
            raise InvalidQuery(
                "Break-glass stays inside the mission.",
                field="audience",
                remedy=f"Use one of: {own}.",
            )
        if len(reason.strip()) < _REASON_LEAST:
            raise InvalidQuery(
                "The reason is too short to be understood later.",
                field="reason",
                remedy="Say in a sentence what is at stake and why nothing else helps.",
            )
        now = self._clock()
        if not now < until <= now + LONGEST:
            raise InvalidQuery(
                "Break-glass ends within three days.",
                field="until",
                remedy=f"Give a time up to {iso(now + LONGEST)}.",
            )

    def _first(
        self,
        case: Case,
        audience: str,
        line: Line | None,
        who: Who,
        until: datetime,
    ) -> None:
        if line is not None and line.version:
            raise InvalidQuery(
                "This audience has a version already.",
                field="audience",
                remedy="Look at it, or have the text for it edited at the release desk.",
            )
        if line is not None and line.state in (DUE, WAITS) and rule_of(line) != BREAK_GLASS:
            raise InvalidQuery(
                "A version for this audience is on its way, or waits for a decision.",
                field="audience",
                remedy="Ask those who decide at the release desk.",
            )
        waits = Step(
            line=os.urandom(16) if line is None else line.id,
            audience=audience,
            step=WAITS,
            rule=BREAK_GLASS,
            mode="two-people",
            until=until,
        )
        approved = msgspec.structs.replace(_said(waits, who), until=until)
        steps = [waits, approved]
        told = f"Break-glass asked for {audience} until {iso(until)} by {who.by}: {who.reason}"
        self._desk.post([self._desk.act(case.of, case.entry, steps), self._note(case, told)])

    def _second(self, reader: Reader, case: Case, line: Line, who: Who, until: datetime) -> None:
        first = line.approvals[0]
        if first.by == who.by or first.session == who.session:
            raise NotAllowed(
                "You have asked for this; the second person is another one.",
                field=None,
                remedy="Ask somebody else who reads this report, in a sign-in of his own.",
            )
        of = case.of.compartment
        if self._one_say(first.by, who.by, lambda held: _has_say(held.decide, held.grant, of)):
            raise NotAllowed(
                "One of you two has a say here only because the other lent it.",
                field=None,
                remedy="Ask somebody who has a say of his own.",
            )
        if not covers(reader.may_grant, of) and not self._grants(first.by, of):
            raise NotAllowed(
                f"One of the two must be able to grant clearances to {of}.",
                field=None,
                remedy="Ask such a person.",
            )
        end = min(until, first.until or until)
        version = self._version(case, line, end)
        posted = self._desk.post([version])
        self._desk.told.gave(case.of, line.audience, version.place)
        made = Step(
            line=line.id,
            audience=line.audience,
            step=MADE,
            rule=BREAK_GLASS,
            mode="two-people",
            until=end,
            version=posted[-1].hash,
            by=f"{first.by} + {who.by}",
            reason=who.reason,
        )
        steps = [said(line, APPROVED, who), made]
        told = f"Glass broken for {line.audience} until {iso(end)} by {made.by}: {who.reason}"
        self._desk.post([self._desk.act(case.of, case.entry, steps), self._note(case, told)])

    def _version(self, case: Case, line: Line, until: datetime) -> Body:
        """The whole of the report, words too: that is what the two are asked about."""
        rule = Rule(
            id=BREAK_GLASS,
            data="",
            origin=case.of.compartment,
            to=line.audience,
            mode="two-people",
            place="exact",
            time="minute",
            counts="exact",
            passes=tuple(GROUPS),
        )
        version = version_of(case.body, case.content, rule, self._desk.world)
        version = msgspec.structs.replace(
            version,
            content=case.content,
            place=case.body.place,
            coarse=Coarse("exact", "minute", "exact"),
        )
        body = self._desk.body(line, case.entry, case.body.kind, version.content)
        return dressed(body, version, self._desk.filed(rule))

    def _note(self, case: Case, text: str) -> Body:
        """The alarm: a note about the original, where the original stands."""
        note = kind_named("note")
        body = self._desk.act_body(case.of.compartment, note.tag, {"summary": text[:300]})
        return msgspec.structs.replace(
            body,
            account=ReleaseDesk.ACCOUNT,
            links=(Link("about", case.entry),),
            classification=case.body.classification,
            tlp=case.body.tlp,
        )


def _asked(line: Line) -> bool:
    return line.state == WAITS and bool(line.approvals) and rule_of(line) == BREAK_GLASS


def _may_ask(reader: Reader, compartment: str) -> bool:
    return _has_say(reader.may_decide, reader.may_grant, compartment)


def _has_say(decide: frozenset[str], grant: frozenset[str], compartment: str) -> bool:
    return bool(decide) or covers(grant, compartment)


def _check_say(reader: Reader, of: Entity) -> None:
    if not _may_ask(reader, of.compartment):
        raise NotAllowed(
            "You may not break the glass.",
            field=None,
            remedy="Ask somebody who may grant clearances to where this report stands.",
        )


def _original(picture: Picture, reader: Reader, of: Entity) -> Row | None:
    try:
        view = entity_by_id(picture, reader, of.entity)
    except Unavailable:
        return None
    rows = (*view.current, *view.others)
    same = (row for row in rows if (row.compartment, row.owner) == (of.compartment, of.owner))
    return next(same, None)


def _said(waits: Step, who: Who) -> Step:
    return Step(
        line=waits.line,
        audience=waits.audience,
        step=APPROVED,
        by=who.by,
        session=who.session,
        reason=who.reason,
    )


__all__ = ["Asked", "Glass"]
