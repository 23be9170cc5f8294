"""The writer's side of the ledger: acts in any order, with repeats, to where each line stands.

Invariants
  * A line stands where its steps put it, sorted by (clock, entry hash): the
    order of arrival does not matter.
  * ``report.finer`` of a version is the set of compartments that hold a finer
    statement of the same, current or withdrawn; null where none was ever named.
  * Versions that were made before their line was recalled or expired are in no
    table but the ledger's, whether they came before or after; ``gone`` tells the
    live streams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import apsw
import msgspec

from eirene.picture.columns import first8, ms_of, row_key
from eirene.picture.names import Names
from eirene.reports.acts import act_in
from eirene.reports.acts.coarser import Coarser
from eirene.reports.acts.imported import Import
from eirene.reports.acts.placename import PlaceName
from eirene.reports.acts.receipt import Receipt
from eirene.reports.acts.release import (
    APPROVED,
    DUE,
    EXPIRED,
    FROZEN,
    MADE,
    RECALLED,
    REFUSED,
    WAITS,
    Release,
    Step,
)
from eirene.reports.envelope import Opened, decode_body
from eirene.reports.packing import unpacked

TAKEN_BACK = (RECALLED, EXPIRED)


class Kept(msgspec.Struct, frozen=True):
    """One step as it lies in the file, with what its act says of the original."""

    original: bytes
    owner: str
    entity: bytes
    comp: int
    by: str
    """Owner of the act and of the versions: the releasing node's."""
    step: Step


class Stand(msgspec.Struct):
    """Where a line stands."""

    state: str = ""
    version: bytes = b""
    due: int | None = None
    until: int | None = None
    since: int | None = None
    """Clock, ms, since when it waits for a person; else when it came to this state."""


_pack = msgspec.msgpack.Encoder().encode
_kept = msgspec.msgpack.Decoder(Kept)
_BY_STEP = "SELECT clock, lsn, step FROM release_step WHERE line = ? ORDER BY clock, entry, at"


def stand_of(steps: Iterable[tuple[int, Step]]) -> Stand:
    """Where the steps, in order with the ms of their clocks, have brought a line."""
    stand = Stand()
    for ms, step in steps:
        if step.step == APPROVED:
            continue  # the desk counts the people
        stand.due = None if step.due is None else ms_of(step.due)
        if step.step == REFUSED:
            stand.state = MADE if stand.version else REFUSED
            continue
        if step.step in (WAITS, FROZEN) and stand.state in (WAITS, FROZEN):
            stand.state = step.step  # it waits since it first did
            continue
        stand.state, stand.since = step.step, ms
        if step.step == MADE:
            stand.version = step.version
            stand.until = None if step.until is None else ms_of(step.until)
        elif step.step in TAKEN_BACK:
            stand.version, stand.until = b"", None
    return stand


class Book:
    """Folds acts, within the caller's transaction."""

    def __init__(
        self, db: apsw.Connection, names: Names, take_out: Callable[[int, int], None]
    ) -> None:
        self._db, self._names = db, names
        self._take_out = take_out
        self._any = bool(db.execute("SELECT 1 FROM finer LIMIT 1").fetchone())
        self._coarse: set[tuple[int, int]] = set()
        self._any_back = bool(db.execute("SELECT 1 FROM taken_back LIMIT 1").fetchone())
        self._back: set[bytes] = set()

    def take(self, opened: Opened) -> None:
        """One act; others than these are none of the picture's business."""
        body = opened.body
        assert body is not None
        act, names = act_in(body), self._names
        comp = names.compartment(body.compartment)
        if isinstance(act, Release):
            self._release(opened, act, comp, body.owner)
        elif isinstance(act, Receipt):
            self._db.executemany(
                "INSERT OR IGNORE INTO receipt VALUES (?, ?, ?, ?, ?)",
                [
                    (fetch.line, opened.hash, at, comp, _pack(fetch))
                    for at, fetch in enumerate(act.fetches)
                ],
            )
        elif isinstance(act, Import):
            self._import(opened, act, comp)
        elif isinstance(act, PlaceName):
            self._db.execute(
                "INSERT OR IGNORE INTO name_said VALUES (?, ?, ?, ?, ?, ?)",
                (opened.lsn, opened.header.clock, comp, body.owner, act.name, act.means),
            )
        elif isinstance(act, Coarser):
            by = names.number("owner", act.owner) or 0
            of = names.number("owner", act.of or act.owner) or 0
            for coarse in act.coarser:
                self._edge(first8(coarse), by, comp, of, first8(act.finer))

    def _import(self, opened: Opened, act: Import, comp: int) -> None:
        body = opened.body
        assert body is not None
        told = _pack(msgspec.structs.replace(act, reports=()))
        self._db.execute(
            "INSERT OR IGNORE INTO import_part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(opened.lsn, opened.header.clock, comp, act.id, body.owner, body.account),
                *(ms_of(opened.received), told, b"".join(act.reports)),
            ),
        )

    def _release(self, opened: Opened, act: Release, comp: int, by: str) -> None:
        number = self._names.number
        owner, releaser = number("owner", act.owner) or 0, number("owner", by) or 0
        for at, step in enumerate(act.steps):
            kept = Kept(act.original, act.owner, act.entity, comp, by, step)
            self._db.execute(
                "INSERT OR IGNORE INTO release_step VALUES (?, ?, ?, ?, ?, ?)",
                (step.line, opened.header.clock, opened.hash, at, opened.lsn, _pack(kept)),
            )
            self._stand(step.line, kept)
            if step.step in (DUE, MADE):  # known before the version comes: nobody sees both
                self._edge(first8(step.line), releaser, comp, owner, first8(act.entity))

    def _stand(self, line: bytes, kept: Kept) -> None:
        rows = [(c, lsn, _kept.decode(s)) for c, lsn, s in self._db.execute(_BY_STEP, (line,))]
        stand = stand_of((clock >> 16, one.step) for clock, _, one in rows)
        last = rows[-1][2]
        back = [at for at, (_, _, one) in enumerate(rows) if one.step.step in TAKEN_BACK]
        for _, _, one in rows[: back[-1]] if back else ():
            if one.step.version:
                self._any_back = True
                self._back.add(one.step.version)
                self._db.execute(
                    "INSERT OR IGNORE INTO taken_back VALUES (?, ?, ?)",
                    (one.step.version, line, rows[back[-1]][1]),
                )
        self._db.execute(
            "INSERT OR REPLACE INTO release_line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(line, last.comp, last.owner, last.entity, first8(last.entity)),
                *(last.step.audience, stand.state, last.original, stand.version),
                *(stand.due, stand.until, stand.since, max(lsn for _, lsn, _ in rows)),
            ),
        )

    def _edge(self, coarse8: int, by: int, comp: int, owner: int, entity8: int) -> None:
        self._any = True
        self._coarse.add((coarse8, by))
        self._db.execute(
            "INSERT OR IGNORE INTO finer VALUES (?, ?, ?, ?, ?)",
            (coarse8, by, comp, owner, entity8),
        )

    # -- after a batch

    def settle(
        self, groups: Iterable[tuple[int, int, int]], entries: Iterable[bytes], lsn: int
    ) -> None:
        """Take back what was recalled, and work out anew what hides what.

        ``groups``: (compartment, owner, first 8 bytes) of the entities that the batch
        touched; ``entries``: hashes of its reports; ``lsn``: its last one, 0 in a bulk load,
        which no stream goes on from.
        """
        if self._any:
            self._take_back(entries)
            self._coarse |= self._touched([(owner, entity8) for _, owner, entity8 in groups])
            for coarse8, by in sorted(self._coarse):
                self._mend(coarse8, by, lsn)
            self._names.write(self._db)
        self._coarse.clear()
        self._back.clear()

    def settle_all(self) -> None:
        """After a bulk load: every version there is."""
        self._back |= {entry for (entry,) in self._db.execute("SELECT entry FROM taken_back")}
        self._coarse |= set(self._db.execute("SELECT DISTINCT coarse8, by FROM finer"))
        self.settle((), (), 0)

    def _touched(self, entities: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
        numbers = ",".join(str(entity8) for _, entity8 in entities)
        sql = "SELECT coarse8, by FROM finer WHERE entity8 IN (SELECT value FROM json_each(?1)) "
        sql += (
            "UNION SELECT coarse8, by FROM finer WHERE coarse8 IN (SELECT value FROM json_each(?1))"
        )
        return set(self._db.execute(sql, (f"[{numbers}]",)))

    def _take_back(self, fresh: Iterable[bytes]) -> None:
        """Drop versions that were taken back, those that come only now too."""
        asked = [(entry,) for entry in fresh] if self._any_back else []
        sql = (
            "SELECT r.rid, r.comp, r.owner, b.body, t.lsn FROM taken_back t "
            "JOIN report r ON r.entry8 = ?2 JOIN body b ON b.lsn = r.lsn AND b.entry = t.entry "
            "WHERE t.entry = ?1"
        )
        for entry in sorted({*self._back, *(entry for (entry,) in asked)}):
            for rid, _, owner, packed, lsn in self._db.execute(
                sql, (entry, first8(entry))
            ).fetchall():
                body = decode_body(unpacked(packed))
                self._db.execute("DELETE FROM box WHERE rid = ?", (rid,))
                self._take_out(rid, lsn)
                self._coarse |= self._touched([(owner, first8(body.entity))])
                comp = "(SELECT id FROM compartment WHERE name = ?2)"
                self._db.execute(
                    f"INSERT OR IGNORE INTO gone VALUES (?1, {comp}, ?3)",
                    (lsn, body.compartment, row_key(body.compartment, body.owner, body.entity)),
                )

    def _mend(self, coarse8: int, by: int, lsn: int) -> None:
        """Set ``finer`` of one version to the compartments that hold a finer one.

        Readers of compartments that came or went look at the version again (``resight``).
        """
        comps = [
            comp
            for (comp,) in self._db.execute(
                "SELECT DISTINCT f.comp FROM finer f WHERE f.coarse8 = ? AND f.by = ? AND EXISTS "
                "(SELECT 1 FROM report o WHERE o.entity8 = f.entity8 AND o.comp = f.comp "
                "AND o.owner = f.owner) ORDER BY 1",
                (coarse8, by),
            )
        ]
        wanted = self._names.finer_set(comps)
        which = "entity8 = ?1 AND owner = ?2 AND finer IS NOT ?3"
        asked = (coarse8, by, wanted)
        if lsn:
            # not its change: to who has the version alone that would say that others were
            # given more of the same, or had it taken away
            before = "SELECT comp FROM finer_set WHERE id = ?"
            self._db.executemany(
                "INSERT OR IGNORE INTO resight VALUES (?, ?, ?)",
                [
                    (lsn, comp, rid)
                    for rid, finer in self._db.execute(
                        f"SELECT rid, finer FROM report WHERE {which}", asked
                    ).fetchall()
                    for comp in {c for (c,) in self._db.execute(before, (finer,))} ^ set(comps)
                ],
            )
        self._db.execute(f"UPDATE report SET finer = ?3 WHERE {which}", asked)
