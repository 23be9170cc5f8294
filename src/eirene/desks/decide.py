"""What people decide about releases, and what they are shown before.

Invariants
  * Who decides may read the original, and has the right to decide towards the audience.
  * Where two people are needed, they are two accounts in two sessions, and neither
    decides by a right that the other lent.
  * They agree to what they were shown: not to an amendment that came meanwhile.
  * Who was suspended since, or may not decide any more, has not agreed.
  * Recalling is one act by one person and takes hold at once; refusing too.
  * Nothing here says more than the ledger does to a reader of the original.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Protocol

import msgspec

from eirene.desks.attaching import LINK, THUMBNAIL, THUMBNAIL_TYPE
from eirene.desks.case import Case
from eirene.desks.release import ReleaseDesk, dressed
from eirene.desks.shown import Drawn, Foreseen, Waiting, Who, Words
from eirene.desks.steps import agreed_by, people_needed, pictures_of, rule_of, text_of
from eirene.errors import InvalidQuery, NotAllowed, Unavailable
from eirene.picture import Picture, Row, entity_by_id, report_by_id
from eirene.picture.ledger import Entity, Line, line_by_id, lines_of, waiting
from eirene.release.deciding import Decision
from eirene.release.reader import Reader, covers
from eirene.release.version import Version
from eirene.reports.acts.release import (
    APPROVED,
    BREAK_GLASS,
    DUE,
    FROZEN,
    RECALLED,
    REFUSED,
    WAITS,
    Step,
)
from eirene.reports.attachment import PICTURES
from eirene.reports.envelope import Attachment, Body
from eirene.reports.flat import content_values
from eirene.reports.markings import highest

TEXT_MOST = 300
ACTS = ("approve", "refuse", "recall", "edit")


class Keep(Protocol):
    """How a file is sealed for a compartment (``Attachments.keep``)."""

    def __call__(
        self, compartment: str, data: bytes, media_type: str, name: str = "", /
    ) -> Attachment: ...


class Prepared(Protocol):
    """How the filing desk turns a flat report into a body, without filing it."""

    def __call__(
        self, reader: Reader, flat: Mapping[str, Any], *, zone: tzinfo | None = None
    ) -> Body: ...


class DecisionDesk:
    """People's side of releases."""

    def __init__(
        self,
        desk: ReleaseDesk,
        picture: Callable[[], Picture],
        prepared: Prepared,
        clock: Callable[[], datetime],
        *,
        one_hand: Callable[[str, str, str], bool] = lambda one, other, _: one == other,
        keep: Keep | None = None,
    ) -> None:
        self._keep = keep
        self._one_hand = one_hand
        self._desk = desk
        self._picture = picture
        self._prepared = prepared
        self._clock = clock

    # -- before and after sending

    def preview(self, reader: Reader, flat: Mapping[str, Any]) -> list[Foreseen]:
        """What each audience would see of a report that is not filed yet."""
        body = self._prepared(reader, flat)
        of = Entity(body.compartment, body.owner, body.entity)
        return self._foreseen(Case(of, b"", body, content_values(body)))

    def preview_of(self, reader: Reader, report_id: bytes) -> list[Foreseen]:
        """What each audience would see, as the rules are now, of a report that is there."""
        row = report_by_id(self._picture(), reader, report_id)
        case = self._desk.case(Entity(row.compartment, row.owner, row.entity))
        if case is None:
            raise Unavailable
        return self._foreseen(case)

    def _foreseen(self, case: Case) -> list[Foreseen]:
        found: list[Foreseen] = []
        for decision in self._desk.decided(case, self._clock()):
            version = self._version(case, decision, "")
            body = None if version is None else self._shown(case, decision, version)
            removed = version.removed if version else ()
            found.append(Foreseen(decision=decision, version=body, removed=removed))
        return found

    def _version(self, case: Case, decision: Decision, text: str) -> Version | None:
        rule = self._desk.rule_of(decision) if decision.gives else None
        return None if rule is None else self._desk.version(case, rule, text)

    def _shown(self, case: Case, decision: Decision, version: Version) -> Body:
        """The version as a body that nobody has filed: ids are zeros."""
        rule = self._desk.rule_of(decision)
        assert rule is not None
        body = Body(
            id=bytes(16),
            client_id=bytes(16),
            owner=self._desk.owner,
            compartment=decision.audience,
            entity=bytes(16),
            kind=case.body.kind,
            account="",
            filed=case.body.filed,
            content=msgspec.Raw(msgspec.msgpack.encode(version.content)),
        )
        return dressed(body, version, self._desk.filed(rule))

    # -- the ledger of one report

    def releases(self, reader: Reader, report_id: bytes) -> list[tuple[Line, Row | None]]:
        """Who has what of a report: for readers of the original."""
        row = report_by_id(self._picture(), reader, report_id)
        of = Entity(row.compartment, row.owner, row.entity)
        return [(line, self.version_row(line)) for line in lines_of(self._picture(), reader, of)]

    def version_row(self, line: Line) -> Row | None:
        """The version that the audience of a line has now."""
        if not line.version:
            return None
        return self._desk.version_row(line)

    # -- the desk

    def waiting(self, reader: Reader) -> list[Waiting]:
        """Lines that wait for this reader, oldest first."""
        lines = [one for one in waiting(self._picture(), reader) if self.may_decide(reader, one)]
        return [one for one in map(self._waiting, lines) if one is not None]

    def may_decide(self, reader: Reader, line: Line) -> bool:
        """Whether this reader may decide on a line."""
        return line.of.compartment in reader.compartments and covers(
            reader.may_decide, line.audience
        )

    def _waiting(self, line: Line) -> Waiting | None:
        case = self._desk.case(line.of)
        if case is None or case.withdrawn or rule_of(line) == BREAK_GLASS:
            return None
        decision = self._decision(case, line)
        words = text_of(line)
        version = self._version(case, decision, words) if decision else None
        original = self._original(line)
        if original is None:
            return None
        body = self._shown(case, decision, version) if decision and version else None
        return Waiting(
            line=line,
            original=original,
            decision=decision,
            version=body,
            removed=version.removed if version else (),
            words=words,
            before=self.version_row(line),
            pictures=self._attached(line),
            chosen=_chosen(line),
        )

    def attached(self, reader: Reader, line_id: bytes) -> list[Row]:
        """Attachments that may go with the version of a line, if a person says so."""
        return self._attached(self.line(reader, line_id))

    def _attached(self, line: Line) -> list[Row]:
        """Pictures of the owner's own that belong to the report and are marked no higher."""
        try:
            view = entity_by_id(
                self._picture(), self._desk.reader(line.of.compartment), line.of.entity
            )
        except Unavailable:
            return []
        own = [row for row in view.history if row.owner == line.of.owner]
        linked = [link.row for link in view.links_in if link.role == LINK]
        return [row for row in linked if _goes_with(row, own)]

    def _decision(self, case: Case, line: Line) -> Decision | None:
        told = self._desk.decided(case, self._clock())
        return next((one for one in told if one.audience == line.audience), None)

    def _original(self, line: Line) -> Row | None:
        reader = self._desk.reader(line.of.compartment)
        try:
            view = entity_by_id(self._picture(), reader, line.of.entity)
        except Unavailable:
            return None
        return view.current[0] if view.current else None

    def line(self, reader: Reader, line_id: bytes) -> Line:
        """One line, for who may decide on it; ``Unavailable`` for all others."""
        found = line_by_id(self._picture(), reader, line_id)
        if found is None or not self.may_decide(reader, found):
            raise Unavailable
        return found

    def decide(
        self,
        reader: Reader,
        session: str,
        line_id: bytes,
        act: str,
        *,
        text: str = "",
        until: datetime | None = None,
        reason: str = "",
        exact: bool = False,
        shown: bytes = b"",
        words: str | None = None,
        pictures: Sequence[Drawn] | None = None,
        seen: frozenset[bytes] | None = None,
    ) -> Line:
        """One person's decision; gives the line as it then stands.

        ``shown``: id of the original that he looked at; ``words``: what another one wrote. ``exact``: the version as exact as
        its rule, although few could be the source; only with a reason, and only if all who
        agree say so. Raises ``Unavailable``, ``NotAllowed``, ``InvalidQuery``.
        """
        if act not in ACTS:
            raise InvalidQuery(
                f"There is no act {act[:40]!r}.",
                field="act",
                remedy=f"Use one of: {', '.join(ACTS)}.",
            )
        if len(text) > TEXT_MOST:
            raise InvalidQuery(
                f"The text has more than {TEXT_MOST} characters.",
                field="text",
                remedy="Say it in one or two sentences.",
            )
        with self._desk.lock:
            line = self.line(reader, line_id)
            who = Who(reader.account, session, reason[:500], reader.role)
            if act == "recall":
                self._recall(line, who)
            elif act == "refuse":
                self._refuse(line, who)
            else:
                edit = act == "edit"
                told = Words(
                    text,
                    until,
                    exact=exact,
                    edit=edit,
                    shown=shown,
                    words=words,
                    pictures=pictures,
                    seen=seen,
                )
                self._agree(line, who, told)
        return self.line(reader, line_id)

    def _recall(self, line: Line, who: Who) -> None:
        if not line.version:
            raise InvalidQuery(
                "This audience has nothing that could be recalled.",
                field="act",
                remedy="Refuse it, so that it gets nothing.",
            )
        self._desk.take_back([line], RECALLED, by=who.by, session=who.session, reason=who.reason)

    def _refuse(self, line: Line, who: Who) -> None:
        glass = line.state == WAITS and rule_of(line) == BREAK_GLASS
        if glass or line.state not in (WAITS, FROZEN, DUE):
            raise InvalidQuery(
                "This release does not wait for a decision.",
                field="act",
                remedy="Recall it, if the audience should no longer have it.",
            )
        step = said(line, REFUSED, who)
        self._desk.post_steps(line, [step])
        self._desk.forget_pictures(line.approvals)  # of what is not made after all

    def _agree(self, line: Line, who: Who, words: Words) -> None:
        now = self._clock()
        case, decision = self._asked(line, words)
        self._check_words(line, who, words, now)
        self._refuse_twice(line, who)
        approved = msgspec.structs.replace(
            said(line, APPROVED, who), text=words.text, until=words.until, exact=words.exact
        )
        others = agreed_by(line, self._desk.still)
        drawn, before = words.pictures or (), _chosen(line)
        given = tuple(one.id for one in drawn)
        other_pictures = bool(given) and set(given) != set(before)
        unseen = bool(others) and (words.text not in ("", text_of(line)) or other_pictures)
        if given and (other_pictures or not others):
            files = self._sealed(line, drawn)
            approved = msgspec.structs.replace(approved, pictures=given, files=files)
        if unseen:
            others = []  # they agreed to other words, or pictures
        self._check_roles(line, who, decision, others)
        steps = [approved]
        if len({*others, who.by}) >= max(1, people_needed(decision)):
            steps.append(self._due(line, case, decision, now))
        elif unseen or line.state not in (WAITS, FROZEN):  # somebody else has to see it
            frozen = Step(
                line=line.id,
                audience=line.audience,
                step=FROZEN if line.version else WAITS,
                data=decision.data,
                rule=decision.rule,
                mode=decision.mode,
                version=line.version,
            )
            steps.insert(0, frozen)
        self._desk.post_steps(line, steps, case)

    def _sealed(self, line: Line, pictures: Sequence[Drawn]) -> tuple[Attachment, ...]:
        """The pictures as files of the version, each followed by its thumbnail."""
        assert self._keep is not None
        found: list[Attachment] = []
        for at, one in enumerate(pictures, start=1):
            name = f"picture-{at}.jpg"
            found.append(self._keep(line.audience, one.jpeg, "image/jpeg", name))
            found.append(self._keep(line.audience, one.thumbnail, THUMBNAIL_TYPE, THUMBNAIL))
        return tuple(found)

    def _asked(self, line: Line, words: Words) -> tuple[Case, Decision]:
        """What is agreed to: the report as it stands, if that is what he was shown."""
        case = self._desk.case(line.of)
        decision = self._decision(case, line) if case and not case.withdrawn else None
        if case is None or decision is None or not decision.gives:
            raise InvalidQuery(
                "The rules give this audience nothing of the report as it is now.",
                field="act",
                remedy="Refuse it, or have the rules changed by two people.",
            )
        # the desk takes up an amendment in its next round: till then the first one's word would
        # count for what only the second one saw
        if line.original != case.entry or words.shown not in (b"", case.body.id):
            raise InvalidQuery(
                "The report was amended after it was shown to you.",
                field="report",
                remedy="Look at the desk again, and decide on what it says now.",
            )
        return case, decision

    def _check_words(self, line: Line, who: Who, words: Words, now: datetime) -> None:
        if words.exact and not who.reason:
            raise InvalidQuery(
                "reason is missing: few could be the source of a version as exact as that.",
                field="reason",
                remedy="Say why this audience has to have it as exact as the rule allows.",
            )
        if words.edit and not words.text:
            raise InvalidQuery(
                "text is missing.", field="text", remedy="Write what this audience may read."
            )
        if words.words not in (None, text_of(line)):
            raise InvalidQuery(
                "Somebody wrote other words for this audience after it was shown to you.",
                field="text",
                remedy="Look at the desk again, and decide on what it would read now.",
            )
        if words.bare and _chosen(line):
            raise InvalidQuery(
                "Somebody who agreed chose pictures for this audience.",
                field="pictures",
                remedy="Refuse it, so that it is agreed to anew without them.",
            )
        may = {row.id for row in self._attached(line)} if words.pictures else set[bytes]()
        if any(one.id not in may for one in words.pictures or ()):
            raise InvalidQuery(
                "One of the pictures does not belong to this report, or may not go with it.",
                field="pictures",
                remedy="Take ids of those that the desk offers.",
            )
        if words.seen not in (None, frozenset(_chosen(line))):
            raise InvalidQuery(
                "Somebody chose other pictures for this audience after it was shown to you.",
                field="pictures",
                remedy="Look at the desk again, and decide on what it would get now.",
            )
        waits = line.state in (WAITS, FROZEN)
        if (waits and rule_of(line) == BREAK_GLASS) or not (words.edit or waits):
            raise InvalidQuery(
                "This release does not wait for a decision.",
                field="act",
                remedy="Look at the desk again; somebody may have decided.",
            )
        if words.until is not None and words.until <= now:
            raise InvalidQuery(
                "until lies in the past.", field="until", remedy="Give a later time, or none."
            )

    def _check_roles(self, line: Line, who: Who, decision: Decision, agreed: Sequence[str]) -> None:
        """Where a rule names a role, the last one needed is refused while nobody holds it."""
        rule = self._desk.configuration().rule(decision.rule)
        wanted = rule.one_of if rule else ""
        roles = {step.role for step in line.approvals if step.by in agreed} | {who.role}
        last = len(agreed) + 1 >= people_needed(decision)
        if wanted and last and wanted not in roles:
            title = wanted.replace("-", " ")
            raise NotAllowed(
                f"One of those who decide on this release is the {title}.",
                field="act",
                remedy=f"Ask the {title}.",
            )

    def _refuse_twice(self, line: Line, who: Who) -> None:
        for step in line.approvals:
            if (
                step.by == who.by
                or step.session == who.session
                or self._one_hand(step.by, who.by, line.audience)
            ):
                raise NotAllowed(
                    "You have agreed to this release; the second person is another one.",
                    field="act",
                    remedy="Ask somebody else who may decide, in a sign-in of his own.",
                )

    def _due(self, line: Line, case: Case, decision: Decision, now: datetime) -> Step:
        return Step(
            line=line.id,
            audience=line.audience,
            step=DUE,
            data=decision.data,
            rule=decision.rule,
            mode=decision.mode,
            due=self._desk.next_slot(case, line.audience, now),
        )


def _chosen(line: Line) -> tuple[bytes, ...]:
    step = pictures_of(line)
    return step.pictures if step else ()


def _goes_with(row: Row, own: Sequence[Row]) -> bool:
    """Whether an attachment may go with a version: a picture by the same owner, not marked higher."""
    content = content_values(row.body)
    names = {one.entry for one in own}
    if row.kind != "attachment" or row.withdrawn or content.get("file_type") not in PICTURES:
        return False
    if not own or row.owner != own[0].owner or row.compartment != own[0].compartment:
        return False
    marks = [(one.compartment, one.classification, one.tlp) for one in (own[0], row)]
    return highest(marks) == highest(marks[:1]) and any(
        link.entry in names for link in row.body.links
    )


def said(line: Line, step: str, who: Who) -> Step:
    """A step that a person took."""
    return Step(
        line=line.id,
        audience=line.audience,
        step=step,
        by=who.by,
        session=who.session,
        reason=who.reason,
        role=who.role,
    )


__all__ = ["DecisionDesk", "Drawn", "Foreseen", "Waiting"]
