"""One node: its folder opened, its rooms put together, and closed again."""

from __future__ import annotations

import contextlib
import logging
import secrets
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from eirene.config import Settings
from eirene.config_providers import trusted
from eirene.desks.attaching import AttachmentDesk
from eirene.desks.changed import Changed
from eirene.desks.clearing import ClearingDesk
from eirene.desks.configuring import ConfigurationDesk
from eirene.desks.decide import DecisionDesk
from eirene.desks.erasing import ErasureDesk
from eirene.desks.filing import FilingDesk
from eirene.desks.glass import Glass
from eirene.desks.importing import ImportDesk
from eirene.desks.land import Land, NoLand
from eirene.desks.reapply import reached
from eirene.desks.receipts import Receipts
from eirene.desks.release import ReleaseDesk
from eirene.desks.vouched import Vouched
from eirene.errors import BadSettings, DamagedLog, EireneError
from eirene.imports.shared import understood
from eirene.keys.lock import Lock
from eirene.keys.store import KeyStore
from eirene.log.attachments import Attachments
from eirene.log.clock import clock_warning
from eirene.log.log import Log, utc_now
from eirene.log.verify import Verdict, verify
from eirene.missions import Mission, mission_named
from eirene.nodes.backup import Summary, backup
from eirene.people.people import People
from eirene.people.rights import PEOPLE
from eirene.picture import Picture, PictureDamaged, begun, forget, rebuild
from eirene.products.tile import ring_around
from eirene.release.coarsen import forget_cells
from eirene.release.rules import ON_DEMAND
from eirene.release.sources import present_in
from eirene.reports.acts.configuration import COMPARTMENT as CONFIGURATION
from eirene.reports.envelope import REALMS, Body, Opened, entry_hash

_log = logging.getLogger("eirene.node")
Progress = Callable[[int, int], None]
"""Called with what is done and what there is in all."""
_HOUSEKEEPING_S = 5.0
_STILL_ASKED_S = 5.0
_JUST_TAKEN_S = 0.5
"""Whoever had just taken the old picture has asked it by then."""
_READERS_END_S = 30.0
"""So long may exports that are under way go on with a picture that has to go."""
_RECEIPT_S = 3_600.0
_GATHER_S = 0.2
"""So long at most does a line of the log wait to be written."""


class Node:
    """An open node. ``close`` it; another process may then open the folder."""

    def __init__(
        self,
        settings: Settings,
        lock: Lock | None,
        *,
        progress: Progress | None = None,
        sync: bool = True,
    ) -> None:
        self.settings = settings
        self.trusted = trusted(settings)
        self.folder = Path(settings.data)
        self.zone = _zone(settings.zone)
        self.keys = KeyStore.open(self.folder / "keys", lock)
        self.name = self.keys.node
        self.realm = REALMS[self.keys.realm]
        self._retired: list[tuple[float, Picture]] = []
        self._rebuilding = threading.Lock()
        self.log = Log.open(self.folder / "log", self.keys, sync=sync)
        try:
            self.clock_warning = clock_warning(self.log.last_received, utc_now())
            self.mission = _mission(settings.mission, self.folder)
            self.picture = self._open_picture(progress)
            self.changed = Changed()
            self.people = People(
                self.keys.secrets,
                self.keys.pepper,
                post=self._post,
                owner=self.keys.owner,
            )
            self.filing = FilingDesk(
                self.keys,
                self.log,
                lambda: self.picture,
                changed=self.changed.ring,
                find=self.mission.find if self.mission else None,
                areas=self.mission.areas.at_each if self.mission else None,
                acted=self._acted,
            )
            self.attaching = AttachmentDesk(
                Attachments(self.folder / "attachments", self.keys),
                self.filing,
                self.keys,
                lambda: self.picture,
            )
            self.importing = ImportDesk(self.keys, lambda: self.picture, self.filing)
            self._take_up_acts()
            self._open_release_desk()
            self._open_erasure_desk()
        except BaseException:
            self.log.close()
            self.keys.close()
            raise
        self._ending = threading.Event()
        self._housekeeper = threading.Thread(
            target=self._keep_house, name="housekeeping", daemon=True
        )
        self._housekeeper.start()

    def _take_up_acts(self) -> None:
        """What the log holds of accounts and of rules, in force before anybody is served."""
        self.clearing = ClearingDesk(
            self.people, self.keys.secrets, self.keys.pepper, lambda: self.picture
        )
        self.vouched = Vouched(self.people, self.clearing)
        self.configuring = ConfigurationDesk(
            self.keys.owner,
            self._post,
            standing=self.people.holding,
            one_say=self.people.acts.one_say,
            changed=self.changed.ring,
            reached=lambda old, new, compartments: reached(
                self.releases, self.picture, old, new, utc_now(), compartments
            ),
        )
        acts = list(self.log.read_in(CONFIGURATION, PEOPLE))
        self.configuring.take(acts)
        for one in self.keys.erased.all():
            self.people.acts.uphold(one.upheld, one.void)
        self.people.acts.take(acts)
        self.people.start()

    def _open_release_desk(self) -> None:
        self._land = Land(self.mission) if self.mission else NoLand()
        self.releases = ReleaseDesk(
            self.keys,
            self.log,
            lambda: self.picture,
            self.filing.post,
            lambda: self.configuring.current,
            world=self._land,
            present=self._on_demand,
            forget=self.attaching.files.remove,
            still=lambda account, line: self.people.acts.still_decides(
                account, line.of.compartment, line.audience
            ),
        )
        self.receipts = Receipts(self.releases, lambda: self.picture, utc_now)
        self.picture.shown = self.receipts.shown
        self.picture.realm = self.realm
        self.glass = Glass(
            self.releases,
            lambda: self.picture,
            utc_now,
            standing=self.people.holding,
            one_say=self.people.acts.one_say,
        )
        self.decisions = DecisionDesk(
            self.releases,
            lambda: self.picture,
            self.filing.prepared,
            utc_now,
            one_hand=self.people.acts.one_hand,
            keep=self.attaching.files.keep,
        )

    def _open_erasure_desk(self) -> None:
        self.erasing = ErasureDesk(
            self.keys,
            self.log,
            lambda: self.picture,
            self.filing,
            self.people,
            self.releases,
            attachments=self.folder / "attachments",
            renew=self.renew_picture,
            forget=self._forget,
        )
        self.erasing.take_up()

    def _acted(self, opened: Sequence[Opened]) -> None:
        """What was done with accounts and rules is in force before anybody is answered."""
        self.people.acts.take(opened)
        self.configuring.take(opened)

    def _post(self, bodies: Sequence[Body]) -> list[Opened]:
        return self.filing.post(bodies)

    def _on_demand(self) -> frozenset[str]:
        """Compartments of organisations, parties and contributors that there are."""
        filed = (c for c in self.keys.compartments() if c.startswith(ON_DEMAND))
        return self.people.compartments() | frozenset(filed)

    def _open_picture(self, progress: Progress | None) -> Picture:
        """The picture, caught up with the log; rebuilt where it cannot be used."""
        folder = self.folder / "picture"
        areas = self.mission.parents() if self.mission else {}
        try:
            picture = Picture.open(folder, self.keys.picture_key, areas=areas)
            lsn, _ = picture.position()
        except PictureDamaged as error:
            _log.warning("the picture is built anew: %s", error)
            made = self._rebuilt(progress)
            made.drop_older()
            self._catch_up(made, made.position()[0])
            return made
        if lsn > self.log.last_lsn:
            _log.warning("the picture knows more than the log; it is built anew")
            picture.close()
            return self._rebuilt(progress, anew=True)
        if not self.keys.next_picture_key():
            forget(folder)  # what was begun opens with no key any more
        self._catch_up(picture, lsn)
        return picture

    def _catch_up(self, picture: Picture, lsn: int) -> None:
        page: list[Any] = []
        for opened in self.log.read(lsn):
            page.append(opened)
            if len(page) == 1_000:
                picture.fold(page)
                page = []
        if page:
            picture.fold(page)

    def _rebuilt(self, progress: Progress | None, *, anew: bool = False) -> Picture:
        """A new picture under a new key: what the old one held opens with none any more. One that
        was begun and not ended is gone on with, unless it is built ``anew``.
        """
        total = self.log.last_lsn
        areas = self.mission.parents() if self.mission else {}
        folder = self.folder / "picture"
        after = 0 if anew else self._begun(folder, areas)
        key = self.keys.next_picture_key()
        if after:
            _log.info("the picture is built on, from entry %d", after)
        else:
            forget(folder)
            key = secrets.token_bytes(32)
            self.keys.begin_picture_key(key)
        made = rebuild(
            folder,
            key,
            self.log.read(after, check=True),
            areas=areas,
            progress=(lambda done: progress(done, total)) if progress else None,
            on=bool(after),
        )
        self.keys.renew_picture_key(key)
        return made

    def _begun(self, folder: Path, areas: Mapping[str, str]) -> int:
        """Up to where a picture of this log was being built; 0 where none can be gone on with."""
        key = self.keys.next_picture_key()
        if key and (at := begun(folder, key, areas=areas)):
            lsn, hash_ = at
            found = next(self.log.read_raw(lsn - 1, 1), None)
            if found and (found[0], entry_hash(found[1].header)) == (lsn, hash_):
                return lsn
        return 0

    def rebuild(self, progress: Progress | None = None, *, anew: bool = False) -> int:
        """Build the picture anew beside the old one and take it; gives the number of entries.

        One that was stopped is gone on with, unless it is built ``anew``, from the first entry.
        """
        with self._rebuilding:
            old = self.picture
            new = self._rebuilt(progress, anew=anew)
            self._catch_up(new, new.position()[0])
            new.shown = self.receipts.shown
            new.realm = self.realm
            self.picture = new
            self._catch_up(new, new.position()[0])
            self._retired.append((time.monotonic(), old))
        self.changed.ring()
        return new.position()[0]

    def renew_picture(self, progress: Progress) -> None:
        """The same, and the old one is gone from the disk when this returns."""
        self.rebuild(progress, anew=True)  # what was begun may hold what has to go
        time.sleep(_JUST_TAKEN_S)
        for retired in list(self._retired):
            retired[1].end(_READERS_END_S)
            if retired in self._retired:
                self._retired.remove(retired)

    def _forget(self) -> None:
        """What rooms keep in memory of reports; the new picture tells them all that is left."""
        self.releases.told.forget()
        self.receipts.forget()
        self._land.forget()
        if self.mission:
            self.mission.areas.forget()
        present_in.cache_clear()
        ring_around.cache_clear()
        understood.cache_clear()
        forget_cells()

    def verify(self, progress: Progress | None = None) -> Verdict:
        """Check the whole log and its files; changes nothing."""
        total = self.log.last_lsn
        return verify(
            self.log,
            self.keys,
            self.folder / "attachments",
            progress=(lambda at: progress(at, total)) if progress else None,
        )

    def backup(self, target: Path, progress: Progress | None = None) -> Summary:
        """Write a checked, encrypted backup of log, attachments and maps, while the node runs."""
        return backup(
            self.log,
            self.keys,
            self.folder / "attachments",
            target,
            progress,
            node=self.folder,
        )

    def _keep_house(self) -> None:
        """Now and then: note how far the log goes, so that a log cut short is noticed, and
        empty its journal of what was dropped, where a reader was in the way.
        """
        noted, written = -1, time.monotonic()
        while not self._ending.wait(_HOUSEKEEPING_S):
            self._close_retired(time.monotonic() - _STILL_ASKED_S)
            if time.monotonic() - written >= _RECEIPT_S:
                written = time.monotonic()
                self._write_receipts()
            if self.log.last_lsn == noted:
                continue
            try:
                self.log.note_high_water()
                noted = self.log.last_lsn
            except EireneError as error:
                _log.warning("housekeeping waits: %s", error.message)

    def _write_receipts(self) -> None:
        try:
            self.receipts.write()
        except EireneError as error:
            _log.warning("receipts wait: %s", error.message)

    def _close_retired(self, until: float) -> None:
        """Close pictures replaced before then; whoever had just taken one has asked it by now."""
        for retired in [one for one in self._retired if one[0] <= until]:
            retired[1].close()
            if retired in self._retired:
                self._retired.remove(retired)

    def close(self) -> None:
        """File what waits, note the ends of the chains, let go of the folder."""
        self._ending.set()
        self._housekeeper.join()
        self.releases.close()
        self.receipts.write()
        self.filing.close()
        self.people.close()
        self._close_retired(time.monotonic())
        self.picture.close()
        self.log.close()
        self.keys.close()


def _mission(name: str, folder: Path) -> Mission | None:
    """The mission of a node, with the versions of its divisions that were brought to the node."""
    mission = mission_named(name) if name else None
    if mission:
        mission.take_up(folder)
    return mission


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadSettings(
            f"There is no time zone {name!r}.",
            field="zone",
            remedy="Write for example Africa/Bangui.",
        ) from None


_encode = msgspec.json.Encoder().encode


class _JsonLines(logging.Formatter):
    """One JSON object a line: time, level, room, message. Never report content."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": utc_now().isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "room": record.name.removeprefix("eirene."),
            "message": record.getMessage(),
        }
        extra = getattr(record, "fields", None)
        if isinstance(extra, dict):
            line |= extra
        if record.exc_info and record.exc_info[0]:
            # the kind of fault and where, never its text: that may quote a report
            frame = record.exc_info[2]
            while frame and frame.tb_next:
                frame = frame.tb_next
            line["fault"] = record.exc_info[0].__name__
            if frame:
                line["at"] = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}"
        return _encode(line).decode()


class _Gathered(logging.Handler):
    """Lines of a moment in one write: one write for each request would hold up the others.

    A warning is written at once, and so is all that waits when the process ends.
    """

    def __init__(self, out: TextIO) -> None:
        super().__init__()
        self._out = out
        self._lines: list[str] = []
        threading.Thread(target=self._write_on, name="telling", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))
        if record.levelno >= logging.WARNING:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        with self.lock or threading.RLock():
            lines, self._lines = self._lines, []
            if lines:
                with contextlib.suppress(OSError, ValueError):  # nobody listens any more
                    self._out.write("\n".join(lines) + "\n")
                    self._out.flush()

    def _write_on(self) -> None:
        while True:
            time.sleep(_GATHER_S)
            self.flush()


def _plain_records() -> None:
    """Records carry what a line shows, and no more: there is one for each request.

    Python's logging looks up the caller, thread and process of each record
    unless it is told not to ("Optimization" in its guide).
    """
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue] # noqa: SLF001


def log_to_stderr(level: str) -> None:
    """Structured logs, one JSON object a line, on standard error."""
    _plain_records()
    out = _Gathered(sys.stderr)
    out.setFormatter(_JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [out]
    root.setLevel(logging.WARNING)
    logging.getLogger("eirene").setLevel(level.upper())


__all__ = ["DamagedLog", "Node", "log_to_stderr"]
