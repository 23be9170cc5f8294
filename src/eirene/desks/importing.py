"""The import desk: files what an import decided, and takes an import back as one act.

Invariants
  * Reports enter through the filing desk alone, as the account that imports.
  * Each block enters the log together with a part of the import's own record, or
    not at all: what an import filed is known to the last report.
  * An import stops between two blocks, and its record says so. What it filed stays; the same
    file brought again adds only the rest.
  * Nothing takes an import back while it is still being filed, or is being taken back already.
  * Taking back never removes: what an import brought is withdrawn, what it
    amended says again what it said before, and what was changed since is left alone.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache

import msgspec

from eirene.desks.filing import FilingDesk
from eirene.desks.runs import Run, Stopped
from eirene.errors import InvalidQuery, NotAllowed, Unavailable
from eirene.keys.store import KeyStore
from eirene.log.log import utc_now
from eirene.picture import Picture, Row, many
from eirene.picture.imports import Imported, NamesSaid, entities8, filed_by, imports, names_said
from eirene.release.reader import Reader
from eirene.reports.acts import act_of
from eirene.reports.acts.imported import Import, Sums, made_id
from eirene.reports.acts.placename import PlaceName
from eirene.reports.draft import Draft
from eirene.reports.envelope import Body, report_id
from eirene.reports.flat import content_values, raw_content
from eirene.reports.kinds import Content, kind_named

BLOCK = 1_000


class Undoing(msgspec.Struct, kw_only=True):
    """What taking an import back would do, or did."""

    withdrawn: int = 0
    """Reports that it brought, and that are withdrawn."""
    restored: int = 0
    """Reports that it amended, and that say again what they said before."""
    kept: list[Row] = []
    """Reports that were changed since, the first of them; they are left alone."""
    kept_all: int = 0
    gone: int = 0
    """Reports that are withdrawn already, or cannot be seen any more."""
    stopped: bool = False
    """Somebody stopped it: taking back once more does the rest."""


class Vanished(msgspec.Struct):
    """What an edition no longer has."""

    rows: list[Row] = []
    """Reports that imports brought, and that stand."""
    kept: list[Row] = []
    """The same, but a person amended them since: they are never withdrawn by an import."""


_KEPT_SHOWN = 1_000


class ImportDesk:
    """See the module."""

    def __init__(
        self,
        keys: KeyStore,
        picture: Callable[[], Picture],
        filing: FilingDesk,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._keys, self._picture, self.filing, self._clock = keys, picture, filing, clock
        self._runs: dict[bytes, Run] = {}
        self._beginning = threading.Lock()

    def begin(self, reader: Reader, compartment: str, told: Import, *, of: int = 0) -> Run:
        """An import, or its undoing, that starts now; ``told.id`` is chosen here where it is empty,
        ``of`` as in ``Run``. Raises ``InvalidQuery`` for an undoing while that import is at work,
        and while somebody else is at work on the same list: each would take its rows for new.
        """
        self._check_may(reader, compartment)
        named = told if told.id else msgspec.structs.replace(told, id=os.urandom(16))
        with self._beginning:
            if named.undoes:
                self._check_rests(named.undoes)
            self._check_alone(reader, compartment, named)
            run = self._runs[named.id] = Run(self, reader, named, compartment, of)
        return run

    def _check_rests(self, id_: bytes) -> None:
        run = self.run_of(id_)
        if run is not None:
            undoing = bool(run.told.undoes)
            raise InvalidQuery(
                "This import is being taken back already."
                if undoing
                else "This import is still being filed.",
                field="import",
                remedy="Wait until that is done." if undoing else "Stop it first, then undo it.",
            )

    def _check_alone(self, reader: Reader, compartment: str, told: Import) -> None:
        goes = (told.kind, compartment, reader.organisation)
        for run in list(self._runs.values()):
            of = run.told
            # where headings were fields, the source says nothing of whose list it is
            same = of.sha256 == told.sha256 or (bool(told.mapping) and of.source == told.source)
            if same and (of.kind, run.compartment, run.owner) == goes:
                raise InvalidQuery(
                    f"{run.account} is at work on a list of this source just now.",
                    field="import",
                    remedy="Wait until that is done, then look at the table again.",
                )

    def left(self, run: Run) -> None:
        """It is no longer at work."""
        self._runs.pop(run.id, None)

    def run_of(self, id_: bytes) -> Run | None:
        """What files this import, or takes it back, just now."""
        every = list(self._runs.values())
        return next((one for one in every if id_ in (one.id, one.told.undoes)), None)

    def stop(self, reader: Reader, id_: bytes) -> str:
        """Stop what files this import, or takes it back, before its next block; gives the name
        of the file.

        Raises ``Unavailable``, ``NotAllowed``; ``InvalidQuery`` where nothing is at work.
        """
        run = self.run_of(id_)
        if run is None:
            self.one(reader, id_)
            raise InvalidQuery(
                "Nothing is at work on this import.",
                field="import",
                remedy="To take it back, undo it; to have the rest, bring the file again.",
            )
        if run.compartment not in reader.compartments:
            raise Unavailable
        self._check_own(reader, run.owner, run.compartment)
        run.stop()
        return run.told.file

    def at_work(self, begins: str) -> list[bytes]:
        """Ids that begin so, of what is being filed or taken back just now."""
        every = {one.told.undoes or one.id for one in list(self._runs.values())}
        return [one for one in every if one.hex().startswith(begins)]

    def unfinished(self, reader: Reader, told: Import, compartment: str) -> list[Imported]:
        """Imports of these same bytes by this organisation that ended before their end, since
        the last that did not; newest first.
        """
        same = (told.sha256, told.kind, compartment, reader.organisation)
        found: list[Imported] = []
        for one in self.all(reader):
            if (one.sha256, one.kind, one.compartment, one.owner) != same or one.undoes:
                continue
            if one.ended and not one.cut:
                break
            if self.run_of(one.id) is None:
                found.append(one)
        return found

    def _check_may(self, reader: Reader, compartment: str) -> None:
        if compartment not in reader.may_file:
            allowed = ", ".join(sorted(reader.may_file)) or "none"
            raise NotAllowed(
                f"You may not file to {compartment!r}.",
                field="compartment",
                remedy=f"You may file to: {allowed}.",
            )

    def part(self, reader: Reader, compartment: str, told: Import) -> Body:
        """A part of the record of an import."""
        return self._act(reader, compartment, told, told.id)

    def _act(
        self, reader: Reader, compartment: str, told: Import | PlaceName, entity: bytes
    ) -> Body:
        kind, content = act_of(told)
        client_id = os.urandom(16)
        return Body(
            id=report_id(self._keys.author(compartment).public, reader.account, client_id),
            client_id=client_id,
            owner=reader.organisation,
            compartment=compartment,
            entity=entity,
            kind=kind,
            account=reader.account,
            filed=self._clock(),
            content=content,
        )

    # -- what names mean

    def names(self, reader: Reader, compartment: str) -> NamesSaid:
        """What names in lists of others were decided to mean, for reports of this compartment.

        A decision stands in the report then: so only what was decided there, or in public.
        """
        return names_said(self._picture(), reader, frozenset((compartment, "public")))

    def name(self, reader: Reader, compartment: str, said: Mapping[str, str]) -> None:
        """Keep decisions for whoever may read the compartment; what is kept already is not told again."""
        known = self.names(reader, compartment).own
        new = {name: means for name, means in said.items() if known.get(name, "") != means}
        if new:
            self._check_may(reader, compartment)
            acts = [PlaceName(name=name, means=means) for name, means in new.items()]
            self.filing.post([self._act(reader, compartment, act, os.urandom(16)) for act in acts])

    # -- which imports there were

    def all(self, reader: Reader) -> list[Imported]:
        """Imports into the reader's compartments, newest first."""
        return imports(self._picture(), reader)

    def one(self, reader: Reader, id_: bytes) -> Imported:
        """One import; ``Unavailable`` where there is none for this reader."""
        found = imports(self._picture(), reader, only=id_)
        if not found:
            raise Unavailable
        return found[0]

    # -- taking one back

    def would_undo(self, reader: Reader, id_: bytes) -> Undoing:
        """What ``undo`` would do now; writes nothing."""
        found = Undoing()
        for _ in self._undone(reader, self._own(reader, id_), found):
            pass
        return found

    def undo(
        self, reader: Reader, id_: bytes, *, progress: Callable[[int], None] | None = None
    ) -> Undoing:
        """Take an import back, as one act that is recorded as an import is; raises
        ``Unavailable``, ``NotAllowed``, ``InvalidQuery``.
        """
        of = self._own(reader, id_)
        found = Undoing()
        told = Import(
            id=b"", file=of.file, sha256=of.sha256, kind=of.kind, mapping=of.mapping,
            source=of.source, undoes=of.id,
        )  # fmt: skip
        with (
            contextlib.suppress(Stopped),
            self.begin(reader, of.compartment, told, of=of.filed) as run,
        ):
            run.sums = lambda: Sums(
                rows=run.filed,
                reports=run.filed,
                amendments=found.restored,
                repeats=0,
                rejects=0,
                empty=0,
            )
            found.stopped = True
            for drafts, known in self._undone(reader, of, found):
                run.file(drafts, known)
                if progress is not None:
                    progress(run.filed)
                run.check(len(drafts))
            run.wait()
            run.end(run.sums())
            found.stopped = False
        return found

    def _own(self, reader: Reader, id_: bytes) -> Imported:
        of = self.one(reader, id_)
        if of.undoes:
            raise InvalidQuery(
                "This took an import back; it cannot be taken back itself.",
                field="import",
                remedy="Import the file again.",
            )
        self._check_own(reader, of.owner, of.compartment)
        return of

    def _check_own(self, reader: Reader, owner: str, compartment: str) -> None:
        if owner != reader.organisation or compartment not in reader.may_file:
            raise NotAllowed(
                "Only the organisation that imported a file may take the import back, or stop it.",
                field="import",
                remedy="Ask somebody who may file there for it.",
            )

    def _undone(
        self, reader: Reader, of: Imported, found: Undoing
    ) -> Iterator[tuple[list[Draft], Mapping[bytes, Row]]]:
        """Drafts that take an import back, block by block, and the reports that they replace."""
        for ids in filed_by(self._picture(), reader, of.id):
            for at in range(0, len(ids), BLOCK):
                yield self._undone_of(reader, ids[at : at + BLOCK], found)

    # -- what an edition no longer has

    def vanished(
        self,
        reader: Reader,
        told: Import,
        compartment: str,
        here: Callable[[bytes], bool],
        check: Callable[[], None] = lambda: None,
    ) -> Vanished:
        """Reports of earlier editions of a list that stand, and whose rows this one no longer has.

        ``told``: the import of this edition. ``here``: whether the entity that begins with
        these 8 bytes is in it. ``check`` is asked between pages, and may raise to end it.
        """
        found = Vanished()
        amended: set[bytes] = set()
        for of in self.all(reader):
            same_list = (of.source, of.kind, of.compartment) == (
                told.source,
                told.kind,
                compartment,
            )
            if not same_list or of.owner != reader.organisation or of.id == told.id:
                continue
            for ids in filed_by(self._picture(), reader, of.id):
                check()
                known = entities8(self._picture(), reader, ids)
                away = [id_ for id_, entity8 in known if not here(entity8)]
                for row in many.reports(self._picture(), reader, away).values():
                    if row.kind == "withdrawal" or row.withdrawn:
                        continue
                    if row.current:
                        found.rows.append(row)
                    else:
                        amended.add(row.entity)
        amended -= {row.entity for row in found.rows}
        for current, _ in many.told(self._picture(), reader, amended).values():
            standing = [row for row in current if row.owner == reader.organisation]
            found.kept += [row for row in standing if row.current]
        return found

    def _undone_of(
        self, reader: Reader, ids: Sequence[bytes], found: Undoing
    ) -> tuple[list[Draft], Mapping[bytes, Row]]:
        picture = self._picture()
        rows = many.reports(picture, reader, ids)
        before = many.reports(picture, reader, _amended(rows.values()))
        drafts: list[Draft] = []
        for id_ in ids:
            row = rows.get(id_)
            if row is not None and row.kind == "withdrawal":
                self._raised(row, before, found, drafts)
            elif row is None or row.withdrawn:
                found.gone += 1
            elif not row.current:
                found.kept_all += 1
                if len(found.kept) < _KEPT_SHOWN:
                    found.kept.append(row)
            else:
                old = [before[one] for one in map(bytes.fromhex, row.amends) if one in before]
                if any(one.kind == "withdrawal" for one in old) or not old:
                    found.withdrawn += 1
                    drafts.append(withdrawal(row, UNDONE))
                else:
                    found.restored += 1
                    drafts.append(restored(old[0], row))
        return drafts, rows

    def _raised(
        self, row: Row, before: Mapping[bytes, Row], found: Undoing, drafts: list[Draft]
    ) -> None:
        """What an edition withdrew stands again, unless somebody settled it since."""
        old = [before[one] for one in map(bytes.fromhex, row.amends) if one in before]
        if len(old) != 1 or not old[0].withdrawn:
            found.gone += 1
            return
        found.restored += 1
        drafts.append(restored(old[0], row, old[0]))


def _amended(rows: Iterable[Row]) -> set[bytes]:
    return {bytes.fromhex(one) for row in rows for one in row.amends}


UNDONE, VANISHED = "error", "other"
"""Why a report is withdrawn: its import is taken back; its list no longer has it."""


@cache
def _reason(reason: str) -> tuple[Content, bytes]:
    content = msgspec.convert({"reason": reason}, kind_named("withdrawal").content)
    return content, bytes(raw_content(content))


def withdrawal(row: Row, reason: str) -> Draft:
    """The draft that withdraws a report."""
    content, packed = _reason(reason)
    return Draft(
        kind=kind_named("withdrawal"),
        content=content,
        packed=packed,
        compartment=row.compartment,
        client_id=made_id("withdraw", row.id.hex()),
        amends=(row.id,),
        classification=row.classification,
        tlp=row.tlp,
    )


def restored(before: Row, *over: Row) -> Draft:
    """The draft by which an entity says again what it said before, over what it says now."""
    body = before.body
    kind = kind_named(before.kind)
    return Draft(
        kind=kind,
        content=msgspec.convert(content_values(body), kind.content),
        compartment=before.compartment,
        client_id=made_id("restore", over[0].id.hex()),
        amends=tuple(row.id for row in over),
        links=tuple((one["role"], bytes.fromhex(one["report"])) for one in before.links),
        occurred=body.occurred,
        observed=body.observed,
        place=body.place,
        source=body.source,
        basis=body.basis,
        grade=body.grade,
        classification=body.classification,
        tlp=body.tlp,
        purpose=body.purpose,
        language=body.language,
        terms=body.terms,
    )
