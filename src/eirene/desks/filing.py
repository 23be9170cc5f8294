"""The filing desk: the one way by which people's reports enter the log.

It checks that the account may file there, resolves what is amended and linked,
knows a retry by its ``client_id``, and answers when the report is durable and
in the picture, so that the filer's next read sees it. One thread takes all
that wait together: many writers cost one sync.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import queue
import threading
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime, tzinfo
from typing import Any, TypeVar

import msgspec

from eirene.desks.looked import Looked, check_replaces, file_of
from eirene.errors import ContentConflict, EireneError, InvalidReport, NotAllowed
from eirene.keys.store import KeyStore, erased_here
from eirene.log.log import Log, utc_now
from eirene.picture import Picture, Row
from eirene.places import Place
from eirene.release.reader import Reader
from eirene.release.terms import kept
from eirene.reports.acts import is_act
from eirene.reports.draft import Draft, Find, draft_of
from eirene.reports.envelope import REALMS, Attachment, Body, Opened, report_id
from eirene.reports.flat import raw_content
from eirene.reports.words import kind_title

_log = logging.getLogger("eirene.filing")
_T = TypeVar("_T")
MOST_IN_A_POST = 1_000
_MOST_TOGETHER = 2_000
_SURE_M = 10_000.0
"""A place vaguer than this is not said to lie in the area of its middle."""


class Filed(msgspec.Struct, frozen=True):
    """What the filer gets back."""

    id: bytes
    entity: bytes


class _Submission:
    """Bodies of one post, and the answer they wait for."""

    __slots__ = ("answer", "beside", "bodies", "loop", "retries")

    def __init__(self, bodies: list[Body], retries: list[bool]) -> None:
        self.bodies = bodies
        self.beside: Beside | None = None
        self.retries = retries  # the filer named a client_id, so it may be here already
        self.loop: asyncio.AbstractEventLoop | None = None
        self.answer: Future[list[Filed]] | asyncio.Future[list[Filed]] = Future()


Beside = Callable[[Sequence[Body]], Sequence[Body]]
"""Of the reports of a post that are new: what the node records of them in the same moment."""


class _Posted:
    """Bodies that a desk made itself, and the entries that it waits for."""

    __slots__ = ("answer", "at", "bodies")

    def __init__(self, bodies: Sequence[Body], at: datetime | None) -> None:
        self.bodies = bodies
        self.at = at
        self.answer: Future[list[Opened]] = Future()


class _Turn:
    """Something to be done between two batches."""

    __slots__ = ("answer", "work")

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.answer: Future[Any] = Future()


_Answer = list[Filed] | Exception


class FilingDesk:
    """Takes flat reports from accounts; see the module."""

    def __init__(
        self,
        keys: KeyStore,
        log: Log,
        picture: Callable[[], Picture],
        *,
        changed: Callable[[], None],
        find: Find | None = None,
        areas: Callable[[Sequence[tuple[float, float]]], Sequence[str | None]] | None = None,
        acted: Callable[[Sequence[Opened]], None] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._keys = keys
        self._records = log
        self._picture = picture
        self._changed = changed
        self._find = find
        self._areas = areas
        self._acted = acted
        self._clock = clock
        self._waiting: queue.SimpleQueue[_Submission | _Posted | _Turn | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="filing", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """File what waits, then stop."""
        self._waiting.put(None)
        self._thread.join()

    async def file(
        self, reader: Reader, flats: Sequence[Mapping[str, Any]], *, zone: tzinfo | None = None
    ) -> list[Filed]:
        """File all or nothing; returns when durable and visible.

        Raises ``InvalidReport`` (with ``index`` for the one at fault),
        ``NotAllowed``, ``ContentConflict``, ``Unavailable``, ``DiskFull``.
        """
        submission = self._prepare(reader, flats, zone)
        submission.loop = asyncio.get_running_loop()
        submission.answer = waiting = submission.loop.create_future()
        self._waiting.put(submission)
        return await waiting

    def file_now(
        self,
        reader: Reader,
        flats: Sequence[Mapping[str, Any]],
        *,
        zone: tzinfo | None = None,
        clock: datetime | None = None,
        attached: Sequence[tuple[Attachment, ...]] = (),
    ) -> list[Filed]:
        """The same, for a caller without a loop.

        ``attached`` are the files of each report, sealed already; none of any without it.

        ``clock`` is what the clock of an exercise reads, and becomes the time of filing; no
        other realm takes it. The log keeps beside it when the report was received.
        """
        if clock is not None and REALMS[self._keys.realm] != "exercise":
            raise ValueError("only an exercise has a clock of its own")
        submission = self._prepare(reader, flats, zone, clock, attached)
        submission.answer = waiting = Future[list[Filed]]()
        self._waiting.put(submission)
        return waiting.result()

    def file_drafts(
        self,
        reader: Reader,
        drafts: Sequence[Draft],
        *,
        beside: Beside | None = None,
        known: Mapping[bytes, Row] | None = None,
        new: Collection[bytes] = (),
    ) -> Future[list[Filed]]:
        """The same for reports that are checked already, as an import checks its rows.

        What is asked of the account, of what is amended and of retries is asked here as ever;
        the answer comes when they are durable. ``beside``: what enters the log together with
        those of them that are new, or not at all. ``known``: reports, by id, that this reader
        was shown just now: what is asked of one that is amended never changes. ``new``: entities
        of which the picture had nothing just now.
        """
        looked = Looked(self._picture(), reader, drafts, known or {}, new)
        submission = self._submission(reader, drafts, self._clock(), looked)
        submission.beside = beside
        submission.answer = waiting = Future[list[Filed]]()
        self._waiting.put(submission)
        return waiting

    def prepared(
        self,
        reader: Reader,
        flat: Mapping[str, Any],
        *,
        zone: tzinfo | None = None,
        attached: tuple[Attachment, ...] = (),
    ) -> Body:
        """The body that this report would have; nothing is filed. Raises as ``file`` does."""
        return self._prepare(reader, [flat], zone, attached=[attached]).bodies[0]

    def post(self, bodies: Sequence[Body], *, at: datetime | None = None) -> list[Opened]:
        """Append what another desk made - acts, versions - all or nothing; durable and folded.

        ``at`` as in ``Log.append``. Raises ``DiskFull``. Not from an event loop.
        """
        posted = _Posted(bodies, at)
        self._waiting.put(posted)
        return posted.answer.result()

    def in_turn(self, work: Callable[[], _T]) -> _T:
        """Do something between two batches: whatever comes later finds it done."""
        turn = _Turn(work)
        self._waiting.put(turn)
        return turn.answer.result()

    # -- in the caller: everything that needs no order

    def _prepare(
        self,
        reader: Reader,
        flats: Sequence[Mapping[str, Any]],
        zone: tzinfo | None,
        clock: datetime | None = None,
        attached: Sequence[tuple[Attachment, ...]] = (),
    ) -> _Submission:
        if not flats or len(flats) > MOST_IN_A_POST:
            raise InvalidReport(
                f"A post holds 1 to {MOST_IN_A_POST:,} reports, not {len(flats):,}.",
                field="",
                remedy="Send several posts; each is all or nothing.",
            )
        now = clock or self._clock()
        drafts: list[Draft] = []
        fault: EireneError | None = None
        for index, flat in enumerate(flats):
            try:
                drafts.append(draft_of(flat, now=now, zone=zone, find=self._find))
            except EireneError as error:
                error.index, fault = index, error
                break
        # a fault of an earlier one comes first
        looked = Looked(self._picture(), reader, drafts, {})
        submission = self._submission(reader, drafts, now, looked, attached)
        if fault is not None:
            raise fault
        return submission

    def _submission(
        self,
        reader: Reader,
        drafts: Sequence[Draft],
        now: datetime,
        looked: Looked,
        attached: Sequence[tuple[Attachment, ...]] = (),
    ) -> _Submission:
        places = self._placed([draft.place for draft in drafts])
        bodies: list[Body] = []
        for index, (draft, place) in enumerate(zip(drafts, places, strict=True)):
            try:
                files = attached[index] if attached else ()
                bodies.append(self._body(reader, draft, place, now, looked, files))
            except EireneError as error:
                error.index = index
                raise
        return _Submission(bodies, [draft.client_id is not None for draft in drafts])

    def _body(
        self,
        reader: Reader,
        draft: Draft,
        place: Place | None,
        now: datetime,
        looked: Looked,
        files: tuple[Attachment, ...],
    ) -> Body:
        amended = [looked.amended(id_) for id_ in draft.amends]
        if amended:
            check_replaces(draft, amended)
        if draft.kind.by_upload:
            files = files or file_of(amended)
        compartment = self._compartment(reader, draft, amended)
        # of version 4, as programs choose them: an import tells its own by their version
        client_id = draft.client_id or uuid.uuid4().bytes
        id_ = report_id(self._keys.author(compartment).public, reader.account, client_id)
        entity = amended[0].entity if amended else self._entity(draft, id_, looked)
        return Body(
            id=id_,
            client_id=client_id,
            owner=reader.organisation,
            compartment=compartment,
            entity=entity,
            kind=draft.kind.tag,
            account=reader.account,
            filed=now,
            amends=tuple(row.entry for row in amended),
            source=draft.source,
            basis=draft.basis,
            occurred=draft.occurred,
            observed=draft.observed,
            place=place,
            grade=draft.grade,
            classification=draft.classification,
            tlp=draft.tlp,
            purpose=draft.purpose,
            links=looked.links(draft) if draft.links else (),
            language=draft.language,
            attachments=files,
            content=msgspec.Raw(draft.packed) if draft.packed else raw_content(draft.content),
            terms=kept(draft.terms, (row.body for row in amended)) if amended else draft.terms,
        )

    def _placed(self, places: list[Place | None]) -> list[Place | None]:
        """The places with the P-code of the area they lie in, said to come from the point."""
        if self._areas is None:
            return places
        open_ = [
            (at, place, (place.lon, place.lat))
            for at, place in enumerate(places)
            if place is not None
            and place.lat is not None
            and place.lon is not None
            and not place.pcode
            and (place.accuracy_m or 0.0) <= _SURE_M
        ]
        if not open_:
            return places
        found = list(places)
        pcodes = self._areas([point for _, _, point in open_])
        for (at, place, _), pcode in zip(open_, pcodes, strict=True):
            if pcode:
                found[at] = msgspec.structs.replace(place, pcode=pcode, pcode_from="point")
        return found

    def _entity(self, draft: Draft, id_: bytes, looked: Looked) -> bytes:
        if draft.entity is None:
            return os.urandom(16)
        if not looked.has(draft.entity) or (draft.client_id and self._picture().seen([id_])):
            return draft.entity  # new, or a retry
        raise InvalidReport(
            "There are reports of this entity already.",
            field="amends",
            remedy="Name in amends the report that this one replaces.",
        )

    def _compartment(self, reader: Reader, draft: Draft, amended: list[Row]) -> str:
        named = draft.compartment or (amended[0].compartment if amended else "")
        if not amended and named in reader.may_file and not draft.kind.only_in:
            return named
        allowed = sorted(reader.may_file)
        if not named and len(allowed) == 1:
            named = allowed[0]
        if not named:
            raise InvalidReport(
                "compartment is missing.",
                field="compartment",
                remedy="You may file to: " + (", ".join(allowed) or "none") + ".",
            )
        if any(row.compartment != named or row.entity != amended[0].entity for row in amended):
            raise InvalidReport(
                "What is amended stands in another compartment, or is another entity.",
                field="amends",
                remedy="Amend each report where it stands.",
            )
        if draft.kind.only_in and named not in draft.kind.only_in:
            raise InvalidReport(
                f"{kind_title(draft.kind.name)} may stand only in {', '.join(draft.kind.only_in)}.",
                field="compartment",
                remedy=f"File it in {draft.kind.only_in[0]}.",
            )
        if named not in reader.may_file:
            raise NotAllowed(
                f"You may not file to {named!r}.",
                field="compartment",
                remedy="You may file to: " + (", ".join(allowed) or "none") + ".",
            )
        return named

    # -- in the desk's own thread: order, retries, log, picture

    def _work(self) -> None:
        stopping = False
        while not stopping:
            together = [self._waiting.get()]
            while len(together) < _MOST_TOGETHER:
                try:
                    together.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            stopping = None in together
            submissions = [one for one in together if isinstance(one, _Submission)]
            if submissions:
                self._file_all(submissions)
            for one in together:
                if isinstance(one, _Posted):
                    self._append(one)
                elif isinstance(one, _Turn):
                    _take_turn(one)

    def _append(self, posted: _Posted) -> None:
        try:
            opened = self._records.append(posted.bodies, at=posted.at)
        except Exception as error:  # noqa: BLE001 - nothing was stored: the desk that waits hears it
            posted.answer.set_exception(error)
            return
        self._fold(opened)
        posted.answer.set_result(opened)
        self._changed()

    def _file_all(self, submissions: list[_Submission]) -> None:
        fresh: dict[bytes, Body] = {}
        answers: list[tuple[_Submission, _Answer]] = []
        try:
            seen = self._seen(submissions)
        except Exception as error:  # noqa: BLE001 - all who wait hear it
            _tell([(submission, error) for submission in submissions])
            return
        for submission in submissions:
            try:
                answers.append((submission, self._sorted_out(submission, fresh, seen)))
            except Exception as error:  # noqa: BLE001 - to its own filer alone
                answers.append((submission, error))
        opened: list[Opened] = []
        try:
            if fresh:
                opened = self._records.append(list(fresh.values()))
        except Exception as error:  # noqa: BLE001 - nothing was stored: all who wait hear it
            answers = [
                (one, said if isinstance(said, Exception) else error) for one, said in answers
            ]
        self._fold(opened)
        _tell(answers)
        if opened:
            self._changed()

    def _seen(self, submissions: list[_Submission]) -> dict[bytes, Body]:
        """Reports among these that are here already."""
        named = [
            body.id
            for one in submissions
            for body, retry in zip(one.bodies, one.retries, strict=True)
            if retry
        ]
        return {id_: body for id_, (_, body) in self._picture().seen(named).items()}

    def _sorted_out(
        self, submission: _Submission, fresh: dict[bytes, Body], seen: Mapping[bytes, Body]
    ) -> list[Filed]:
        """New bodies go to ``fresh``; known ones are answered as the first time."""
        mine: dict[bytes, Body] = {}
        filed: list[Filed] = []
        for body in submission.bodies:
            known = fresh.get(body.id) or mine.get(body.id) or seen.get(body.id)
            if known is None:
                if self._keys.erased.covers(body.owner, body.compartment):
                    raise erased_here(body.owner, body.compartment)
                mine[body.id] = body
                filed.append(Filed(body.id, body.entity))
                continue
            if not same_words(known, body):
                raise ContentConflict(
                    "You have filed other content under this client_id.",
                    field="client_id",
                    remedy="Use a new client_id for a new report; to correct one, amend it.",
                )
            filed.append(Filed(known.id, known.entity))
        if mine and submission.beside is not None:
            mine |= {one.id: one for one in submission.beside(list(mine.values()))}
        fresh |= mine
        return filed

    def _act(self, opened: list[Opened]) -> None:
        """What was done with accounts and clearances is in force before anybody is answered."""
        acts = [one for one in opened if one.body is not None and is_act(one.body)]
        if not acts or self._acted is None:
            return
        try:
            self._acted(acts)
        except Exception:  # noqa: BLE001 - durable already: the answer stands
            _log.exception("an act in the log is not in force before the next start")

    def _fold(self, opened: list[Opened]) -> None:
        """Into the picture; what is durable is never refused because the picture is not ready."""
        if not opened:
            return
        self._act(opened)
        try:
            picture = self._picture()
            lsn, _ = picture.position()
            if opened[0].lsn != lsn + 1:  # a new chain's introduction, or the picture is behind
                opened = list(self._records.read(lsn))
            picture.fold(opened)
        except Exception:  # noqa: BLE001 - durable already: the answer stands
            _log.exception("the picture is behind the log; it catches up with the next report")


def _take_turn(turn: _Turn) -> None:
    try:
        turn.answer.set_result(turn.work())
    except Exception as error:  # noqa: BLE001 - raised again where it was asked for
        turn.answer.set_exception(error)


def _tell(answers: list[tuple[_Submission, _Answer]]) -> None:
    """Answer all who wait, each loop woken once."""
    by_loop: dict[asyncio.AbstractEventLoop | None, list[tuple[_Submission, _Answer]]] = {}
    for submission, said in answers:
        by_loop.setdefault(submission.loop, []).append((submission, said))
    for loop, told in by_loop.items():
        if loop is None:
            _settle(told)
        else:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, told)


def _settle(answers: list[tuple[_Submission, _Answer]]) -> None:
    for submission, said in answers:
        if submission.answer.done():  # the filer has hung up
            continue
        if isinstance(said, Exception):
            submission.answer.set_exception(said)
        else:
            submission.answer.set_result(said)


def same_words(known: Body, body: Body) -> bool:
    """Whether a post under a known ``client_id`` says the same again.

    Times like *yesterday* and place names are compared as written: what they
    mean may have moved on since the first try.
    """
    changes: dict[str, Any] = {"filed": known.filed}
    if not body.amends:
        changes["entity"] = known.entity
    if known.occurred and body.occurred and known.occurred.text == body.occurred.text != "":
        changes["occurred"] = known.occurred
    if known.place and body.place and known.place.text == body.place.text != "":
        changes["place"] = known.place
    return msgspec.structs.replace(body, **changes) == known
