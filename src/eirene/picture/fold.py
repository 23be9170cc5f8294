"""The fold: entries in any order, with repeats, to one and the same picture.

Invariants
  * The key of the fold is (compartment, owning organisation, entity). An
    amendment counts only for entries of its own key.
  * A head is a report that no report of its key amends. Of several heads the
    one with the highest (clock, entry hash) leads: it stands for the entity in
    lists and counts, and ``conflict`` says that it is not alone.
  * Where the terms of its source keep one report of a key here, they keep all of them: what was
    said before somebody knew of the terms is theirs, too.
  * Where only withdrawals are left, the report they withdrew stands as withdrawn.
  * Nothing depends on the order of arrival but ``rid`` within a day, numbers of
    words, ``received``, ``touched`` and ``change``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import apsw
import msgspec

from eirene.errors import InvalidEntry
from eirene.picture import schema
from eirene.picture.book import Book
from eirene.picture.columns import INTERNAL, WITHDRAWAL, Clerk, Columns, day_of, first8
from eirene.picture.names import Names
from eirene.reports.acts import is_act
from eirene.reports.envelope import Opened, decode_body
from eirene.reports.packing import unpacked

_log = logging.getLogger("eirene.picture")

Group = tuple[int, int, int]
_ROWS = 64
_NONE: Mapping[int, Sequence[bytes]] = {}


class _Member(NamedTuple):
    """One report of an entity, as settling needs it."""

    entry: bytes
    rid: int
    clock: int
    withdrawal: bool
    received: int
    lead: int
    conflict: int
    many: int
    touched: int | None
    change: int
    stays: int | None


_MEMBER = (
    *("r.comp", "r.owner", "r.entity8", "r.rid", "r.clock", "r.kind IS :withdrawal"),
    *("r.received", "r.lead", "r.conflict", "r.many", "r.touched", "r.change", "r.stays"),
)
"""The group, and then the columns of a ``_Member`` but for its entry."""
_HASH = 32
_numbers = msgspec.json.Decoder(list[Any]).decode


class Standing(NamedTuple):
    """How the reports of one entity stand to one another."""

    lead: int | None
    """The ``rid`` that stands for the entity."""
    withdrawn: bool
    conflict: bool


def standing(members: Sequence[_Member], edges: Sequence[tuple[int, int]]) -> Standing:
    """Who leads. ``edges`` are (rid of the amending, rid of the amended report)."""
    by_rid = {member.rid: member for member in members}
    replaced = {target for _, target in edges}
    heads = [m for m in members if m.rid not in replaced and not m.withdrawal]
    withdrawn = {t for by, t in edges if by_rid[by].withdrawal and not by_rid[t].withdrawal}
    if not heads:
        gone = [by_rid[rid] for rid in withdrawn]
        lead = max(gone, key=lambda m: (m.clock, m.entry), default=None)
        return Standing(lead.rid if lead else None, withdrawn=True, conflict=False)
    lead = max(heads, key=lambda m: (m.clock, m.entry))
    amended = {t for by, t in edges if not by_rid[by].withdrawal}
    # one withdrew what another amended, and nobody has settled it
    contested = any(t in amended for by, t in edges if by_rid[by].withdrawal and by not in replaced)
    return Standing(lead.rid, withdrawn=False, conflict=len(heads) > 1 or contested)


def _changed(
    members: Sequence[_Member], edges: Sequence[tuple[int, int]], lsn: int
) -> Iterator[tuple[Any, ...]]:
    """What is to be written of reports that stand otherwise than the table says."""
    stand = standing(members, edges)
    change = max(lsn, *(m.change for m in members))
    many = int(len(members) > 1)
    received = max(m.received for m in members)
    stays = max((m.stays for m in members if m.stays), default=None)  # also what went before it
    for m in members:
        leads = m.rid == stand.lead
        lead = 0 if not leads else schema.WITHDRAWN if stand.withdrawn else schema.CURRENT
        conflict = int(stand.conflict and not m.withdrawal)
        wanted = (
            lead, conflict, many, received if leads else None, change if leads else m.change, stays
        )  # fmt: skip
        if wanted != (m.lead, m.conflict, m.many, m.touched, m.change, m.stays):
            yield (*wanted, m.rid)


def _edge(
    members: Sequence[_Member], fresh: Mapping[int, Sequence[bytes]]
) -> list[tuple[int, int]] | None:
    """Which amends which, of two reports of which one came just now; None: that has to be asked.

    The other cannot amend it: it would have to hold the hash of what holds its own.
    """
    if len(members) == 2:
        for by, target in (members, members[::-1]):
            if target.entry in fresh.get(by.rid, ()):
                return [(by.rid, target.rid)]
    return None


def _insert(db: apsw.Connection, into: str, rows: Sequence[Sequence[Any]]) -> None:
    """Many rows a statement: each statement lets go of the interpreter, and waits to get it back."""
    for at in range(0, len(rows), _ROWS):
        part = rows[at : at + _ROWS]
        marks = f"({', '.join('?' * len(part[0]))})"
        values = [value for row in part for value in row]
        db.execute(f"INSERT INTO {into} VALUES {', '.join([marks] * len(part))}", values)


_STANDS = ("lead", "conflict", "many", "touched", "change", "stays")


def _update(db: apsw.Connection, rows: Sequence[Sequence[Any]]) -> None:
    """Write ``_STANDS`` of the rows whose ``rid`` stands last, many a statement as ``_insert``."""
    named = f"u ({', '.join(_STANDS)}, rid)"
    changes = ", ".join(f"{name} = u.{name}" for name in _STANDS)
    one = f"({', '.join('?' * (len(_STANDS) + 1))})"
    for at in range(0, len(rows), _ROWS):
        part = rows[at : at + _ROWS]
        given = f"WITH {named} AS (VALUES {', '.join([one] * len(part))})"
        values = [value for row in part for value in row]
        db.execute(f"{given} UPDATE report SET {changes} FROM u WHERE report.rid = u.rid", values)


def _json(numbers: Iterable[int]) -> str:
    return f"[{','.join(map(str, numbers))}]"


class Fold:
    """The writer's side of a picture. Not thread-safe: the picture holds a lock."""

    def __init__(
        self, db: apsw.Connection, names: Names, areas: Mapping[str, str], *, bulk: bool = False
    ) -> None:
        self._db, self._areas, self._bulk = db, areas, bulk
        self._clerk = Clerk(names, areas)
        self._last: dict[int, int] = {}
        self._book = Book(db, names, self.take_out)
        self._into = f"report ({', '.join(schema.report_columns())})"

    def forget(self, names: Names) -> None:
        """Take up again from what the file holds, after a transaction that failed."""
        self._clerk = Clerk(names, self._areas)
        self._last = {}
        self._book = Book(self._db, names, self.take_out)

    @property
    def names(self) -> Names:
        """Numbers and words; readers look up in them too, since a number never changes."""
        return self._clerk.names

    def take(self, entries: Iterable[Opened]) -> None:
        """Fold entries, within the caller's transaction."""
        fresh: list[Columns] = []
        acts = False
        entries = list(entries)
        seen = set[bytes]() if self._bulk else self._held(entries)
        for opened in entries:
            body = opened.body
            if body is None or opened.hash in seen or self._clerk.kind(body.kind) == INTERNAL:
                continue
            seen.add(opened.hash)
            try:
                if is_act(body):
                    self._book.take(opened)
                    acts = True
                    continue
                # settling says otherwise where what it amends is not here
                many = not self._bulk and bool(body.amends)
                fresh.append(self._clerk.columns(opened, self._rid(day_of(body)), many=many))
            except (InvalidEntry, msgspec.MsgspecError):
                _log.warning("entry %d has a content that cannot be read; not shown", opened.lsn)
        if fresh:
            # the text index writes a segment each time that a number is lower than the last
            fresh.sort(key=lambda c: c.report[0])
            self._write(fresh)
            if not self._bulk:
                self._settle_fresh(fresh)
        if acts:
            self.names.write(self._db)
        if not self._bulk and entries:
            self._book.settle(
                [c.group for c in fresh], [c.entry for c in fresh], max(e.lsn for e in entries)
            )

    def finish(self) -> None:
        """After a bulk load, once every entity is settled and the index ``by_entity`` is there."""
        self._book.settle_all()

    def _held(self, entries: Sequence[Opened]) -> set[bytes]:
        """Hashes of those entries that are in the picture already."""
        sql = (
            "SELECT b.entry FROM json_each(?) j CROSS JOIN report r ON r.entry8 = j.value "
            "JOIN body b ON b.lsn = r.lsn"
        )
        asked = _json(first8(opened.hash) for opened in entries)
        return {entry for (entry,) in self._db.execute(sql, (asked,))}

    def _rid(self, day: int) -> int:
        """The next free number of a day."""
        last = self._last.get(day)
        if last is None:
            low = (day + schema.DAY_ZERO) << schema.SEQUENCE_BITS
            high = low + (1 << schema.SEQUENCE_BITS)
            sql = "SELECT max(rid) FROM report WHERE rid >= ? AND rid < ?"
            found = self._db.execute(sql, (low, high)).fetchone()
            last = found[0] if found and found[0] is not None else low
        self._last[day] = last + 1
        return last + 1

    def _write(self, fresh: Sequence[Columns]) -> None:
        db = self._db
        self._clerk.names.write(db)
        _insert(db, self._into, [c.report for c in fresh])
        _insert(db, "body (lsn, entry, body)", sorted((c.lsn, c.entry, c.body) for c in fresh))
        _insert(db, "words (rowid, text)", [(c.report[0], c.words) for c in fresh])
        sites = sorted(row for c in fresh for row in c.site_names)
        _insert(db, "site_name (comp, plain, rid)", sites)
        boxes = [c.box for c in fresh if c.box is not None]
        if not self._bulk:
            _insert(db, "box", boxes)
        amends = [(c.report[0], target) for c in fresh for target in c.amends]
        if amends:
            db.executemany("INSERT INTO amendment (by, target) VALUES (?, ?)", amends)
        links = [(c.report[0], *link) for c in fresh for link in c.links]
        if links:
            db.executemany(
                "INSERT INTO link (by, at, role, target8, target) VALUES (?, ?, ?, ?, ?)", links
            )

    def drop(self, rid: int) -> None:
        """Take a report out again, as if it had never come."""
        db = self._db
        sql = "SELECT r.lsn, b.body FROM report r JOIN body b ON b.lsn = r.lsn WHERE r.rid = ?"
        for lsn, body in db.execute(sql, (rid,)).fetchall():
            text = self._clerk.words(decode_body(unpacked(body)))
            db.execute(
                "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)", (rid, text)
            )
            db.execute("DELETE FROM body WHERE lsn = ?", (lsn,))
        beside = (
            "SELECT o.rid FROM report r JOIN report o USING (entity8, comp, owner) WHERE r.rid = ?1"
        )
        db.execute(f"DELETE FROM replaces WHERE by = ?1 AND target IN ({beside})", (rid,))
        db.execute("DELETE FROM replaces WHERE target = ?", (rid,))
        db.execute("DELETE FROM report WHERE rid = ?", (rid,))
        db.execute("DELETE FROM amendment WHERE by = ?", (rid,))
        db.execute("DELETE FROM link WHERE by = ?", (rid,))
        db.execute("DELETE FROM site_name WHERE rid = ?", (rid,))

    def take_out(self, rid: int, lsn: int) -> None:
        """Drop a report, and settle what is left of its entity; ``lsn`` is of the act that says so."""
        sql = "SELECT comp, owner, entity8 FROM report WHERE rid = ?"
        groups = self._db.execute(sql, (rid,)).fetchall()
        self.drop(rid)
        for comp, owner, entity8 in groups:
            self.settle((comp, owner, entity8), lsn=lsn)

    def _settle_fresh(self, fresh: Sequence[Columns]) -> None:
        """Settle each entity that has more than the one report, or was said to have."""
        sql = (
            "SELECT r.comp, r.owner, r.entity8 FROM json_each(?) j "
            "CROSS JOIN report r ON r.entity8 = j.value GROUP BY 1, 2, 3 HAVING count(*) > 1"
        )
        groups = dict.fromkeys(c.group for c in fresh)
        wanted = {c.group for c in fresh if c.amends}
        asked = dict.fromkeys(group[2] for group in groups if group not in wanted)
        if asked:
            wanted |= {(c, o, e) for c, o, e in self._db.execute(sql, (_json(asked),))}
        by_rid = {c.report[0]: c.amends for c in fresh}
        self._settle([group for group in groups if group in wanted], fresh=by_rid)

    def settle(self, *groups: Group, lsn: int = 0) -> None:
        """Work out anew who leads each entity, from all its reports; ``lsn``: of what touched it."""
        self._settle(groups, lsn)

    def _settle(
        self, groups: Sequence[Group], lsn: int = 0, fresh: Mapping[int, Sequence[bytes]] = _NONE
    ) -> None:
        """The same of many: a statement for each would take most of the time.

        ``fresh``: what the reports amend that came just now, by ``rid``.
        """
        if not groups:
            return
        members = self._members(groups)
        edges = {group: _edge(mine, fresh) for group, mine in members.items()}
        amended = self._amended([group for group, edge in edges.items() if edge is None])
        replaced: list[tuple[int, int]] = []
        updates: list[tuple[Any, ...]] = []
        for group, mine in members.items():
            own = edges[group]
            if own is None:
                rids = {m.entry: m.rid for m in mine}
                own = [(by, rids[to]) for by, to in amended.get(group, ()) if to in rids]
            replaced += own
            updates += _changed(mine, own, lsn)
        if replaced:
            sql = "INSERT OR IGNORE INTO replaces (by, target) VALUES (?, ?)"
            self._db.executemany(sql, replaced)
        _update(self._db, updates)

    def _members(self, groups: Sequence[Group]) -> dict[Group, list[_Member]]:
        """The reports of each of these entities that has any."""
        columns = ", ".join(f"json_group_array({column})" for column in _MEMBER)
        # each row that is handed out lets go of the interpreter: all come as one
        sql = f"""
            SELECT {columns}, group_concat(hex(b.entry), '')
            FROM json_each(:entities) j CROSS JOIN report r ON r.entity8 = j.value
            JOIN body b ON b.lsn = r.lsn
        """
        params = {
            "entities": _json(dict.fromkeys(entity8 for _, _, entity8 in groups)),
            "withdrawal": self._clerk.names.known("kind", WITHDRAWAL) or 0,
        }
        *numbers, hashes = next(iter(self._db.execute(sql, params)))
        entries = bytes.fromhex(hashes or "")
        wanted = set(groups)
        found: dict[Group, list[_Member]] = {}
        rows = zip(*map(_numbers, numbers), strict=True)
        for at, (comp, owner, entity8, *member) in enumerate(rows):
            group = (comp, owner, entity8)
            if group in wanted:
                entry = entries[at * _HASH : (at + 1) * _HASH]
                found.setdefault(group, []).append(_Member(entry, *member))
        return found

    def _amended(self, groups: Sequence[Group]) -> dict[Group, list[tuple[int, bytes]]]:
        """Of each of these entities: which of its reports amend what."""
        sql = (
            "SELECT r.comp, r.owner, r.entity8, a.by, a.target FROM json_each(?) j "
            "CROSS JOIN report r ON r.entity8 = j.value JOIN amendment a ON a.by = r.rid"
        )
        found: dict[Group, list[tuple[int, bytes]]] = {}
        if not groups:
            return found
        asked = _json(dict.fromkeys(entity8 for _, _, entity8 in groups))
        for comp, owner, entity8, by, target in self._db.execute(sql, (asked,)):
            found.setdefault((comp, owner, entity8), []).append((by, target))
        return found
