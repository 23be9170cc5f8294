"""Questions for a reader: lists, single reports, entities.

Every function takes the reader in second place. Lists show one row for an entity, newest
first, ties by id, the same on every node.
"""

from __future__ import annotations

import heapq
import struct
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

from eirene.errors import InvalidQuery, Unavailable
from eirene.picture import schema
from eirene.picture.columns import WITHDRAWAL, first8
from eirene.picture.lens import Lens
from eirene.picture.plan import BY_ITSELF, Arm, Plan, planned
from eirene.picture.query import Query
from eirene.picture.rows import Row, rows_of, shown_columns
from eirene.picture.store import Picture, Reading
from eirene.release.reader import Reader
from eirene.release.terms import LEAVES
from eirene.release.visibility import visibility
from eirene.reports.envelope import decode_body
from eirene.reports.packing import unpacked

CHUNK = 2_000
_CURSOR = struct.Struct(">qq")
Place = tuple[int, int, int]
"""Start, first 8 bytes of the id, rid: descending, the order of every list."""
After = tuple[int, int]
"""Start and first 8 bytes of the id of the last row of a page."""


class Found(msgspec.Struct, frozen=True):
    """One page of a list."""

    total: int
    """Entities that match, on all pages."""
    without_point: int
    """Those of them that have no point and so are on no map; of those counted, where
    ``at_least``, and then not the same on every node."""
    rows: list[Row]
    next: bytes | None
    """Where the next page starts; None on the last."""
    at_least: bool = False
    """More than ``Query.count_to`` match: ``total`` is where the counting ended."""
    left_out: int = 0
    """Of those that this reader sees: how many stay, where it is asked for what may leave."""


class _Totals(msgspec.Struct, frozen=True):
    """How many rows a plan holds, and how many of them without a point."""

    total: int
    without_point: int
    at_least: bool = False
    left_out: int = 0


def search(picture: Picture, reader: Reader, query: Query) -> Found:
    """Entities that match, newest first."""
    after = _after(query.cursor)
    with picture.reading() as db:
        plan = planned(db, reader, query)
        if query.leaving:
            totals = _leaving(
                db, planned(db, reader, msgspec.structs.replace(query, leaving=False))
            )
        else:
            totals = _totals(db, plan, query.count_to)
        places = places_of(db, plan, after)
        page = list(islice(places, query.offset, query.offset + query.limit + 1))
        more = len(page) > query.limit
        rows = rows_at(db, reader, [rid for _, _, rid in page[: query.limit]], plan.lens)
    following = _CURSOR.pack(*page[query.limit - 1][:2]) if more else None
    return Found(
        totals.total, totals.without_point, rows, following, totals.at_least, totals.left_out
    )


def every(picture: Picture, reader: Reader, query: Query) -> Iterator[list[Row]]:
    """All that match, in chunks, from one state of the picture, for exports."""
    with picture.reading() as db:
        plan = planned(db, reader, query)
        places = list(places_of(db, plan))
        for at in range(0, len(places), CHUNK):
            rids = [rid for _, _, rid in places[at : at + CHUNK]]
            yield rows_at(db, reader, rids, plan.lens)


def _after(cursor: bytes | None) -> After | None:
    if cursor is None:
        return None
    if len(cursor) != _CURSOR.size:
        raise InvalidQuery(
            "The cursor is not one of ours.", field="cursor", remedy="Start without a cursor."
        )
    start, id8 = _CURSOR.unpack(cursor)
    return start, id8


def _totals(db: Reading, plan: Plan, most: int | None) -> _Totals:
    total = pointed = 0
    for arm in plan.arms:
        sql, params = f"FROM {arm.source} WHERE {arm.where}", arm.params
        if most is not None:  # one more than is told, so that it is known that there are more
            sql = f"FROM (SELECT v.pointed {sql} LIMIT :left) AS v"
            params = params | {"left": most + 1 - total}
        for n, with_point in db.rows(f"SELECT count(*), sum(v.pointed) {sql}", params):
            total += n
            pointed += with_point or 0
        if most is not None and total > most:
            return _Totals(most, min(most, total - pointed), at_least=True)
    return _Totals(total, total - pointed)


def _leaving(db: Reading, plan: Plan) -> _Totals:
    """Of all that a plan holds, what may leave, and how many stay: in one pass over the rows."""
    total = pointed = staying = 0
    counted = f"count(*), sum({LEAVES}), sum(v.pointed AND {LEAVES})"
    for arm in plan.arms:
        sql = f"SELECT {counted} FROM {arm.source} WHERE {arm.where}"
        for n, leaving, with_point in db.rows(sql, arm.params):
            total += leaving or 0
            pointed += with_point or 0
            staying += n - (leaving or 0)
    return _Totals(total, total - pointed, left_out=staying)


def places_of(db: Reading, plan: Plan, after: After | None = None) -> Iterator[Place]:
    """Rows of all arms in the order of a list, no further than they are taken."""
    return heapq.merge(*(_placed(db, arm, after) for arm in plan.arms), reverse=True)


def _placed(db: Reading, arm: Arm, after: After | None) -> Iterator[Place]:
    where, params = arm.where, arm.params
    if after is not None:
        day = (after[0] // schema.DAY_MS + schema.DAY_ZERO + 1) << schema.SEQUENCE_BITS
        where += " AND v.rid < :day_end AND (v.start, v.id8) < (:after_start, :after_id)"
        params = params | {"day_end": day, "after_start": after[0], "after_id": after[1]}
    sql = f"SELECT v.start, v.id8, v.rid FROM {arm.source} WHERE {where}"
    if arm.order != BY_ITSELF:
        sql += f" ORDER BY {arm.order} DESC"
    yield from _by_day(db.rows(sql, params))


def _by_day(found: Iterable[tuple[Any, ...]]) -> Iterator[Place]:
    """Rows come by day; within a day they are put in order here."""
    today: list[Place] = []
    day = -1
    for start, id8, rid in found:
        if rid >> schema.SEQUENCE_BITS != day:
            today.sort(reverse=True)
            yield from today
            today, day = [], rid >> schema.SEQUENCE_BITS
        today.append((start, id8, rid))
    today.sort(reverse=True)
    yield from today


NOW = Query()


def rows_at(db: Reading, reader: Reader, rids: list[int], lens: Lens | None = None) -> list[Row]:
    """Rows of these numbers, in this order, with ids of what they amend and link to."""
    if not rids:
        return []
    lens = lens or Lens(NOW, db.names)
    rule = visibility(reader, then=not lens.plain)
    columns = shown_columns(lens.withdrawn(), lens.conflict(), lens.head())
    sql = (
        f"SELECT {columns} FROM json_each(:rids) AS j CROSS JOIN ({rule.sql}) AS v "
        "ON v.rid = j.value JOIN body AS b ON b.lsn = v.lsn"
    )
    params = rule.params | lens.params | _rids(rids) | _withdrawal(db)
    rows = rows_of(db.names, db.rows(sql, params))
    db.shown(reader, rows)
    by_rid = {row.rid: row for row in rows}
    _resolve(db, reader, by_rid)
    return [by_rid[rid] for rid in rids if rid in by_rid]


def _rids(rids: Iterable[int]) -> dict[str, Any]:
    return {"rids": "[" + ",".join(map(str, rids)) + "]"}


def _withdrawal(db: Reading) -> dict[str, Any]:
    return {"withdrawal_kind": db.names.known("kind", WITHDRAWAL) or 0}


def _resolve(db: Reading, reader: Reader, rows: dict[int, Row]) -> None:
    """Entry hashes that rows amend and link to, to report ids that this reader may see."""
    rule = visibility(reader)
    amends = f"""
        SELECT a.by, t.rid, x.body FROM json_each(:rids) AS j
        CROSS JOIN amendment AS a ON a.by = j.value
        JOIN ({rule.sql}) AS v ON v.rid = a.by
        JOIN report AS t ON t.entity8 = v.entity8 AND t.comp = v.comp AND t.owner = v.owner
        JOIN body AS x ON x.lsn = t.lsn AND x.entry = a.target
    """
    many = [rid for rid, row in rows.items() if row.column("many")]
    if many:
        for by, _, body in db.rows(amends, rule.params | _rids(many)):
            rows[by].amends.append(decode_body(unpacked(body)).id.hex())
    links = f"""
        SELECT l.by, l.at, l.role, x.body FROM json_each(:rids) AS j
        CROSS JOIN link AS l ON l.by = j.value
        JOIN ({rule.sql}) AS v ON v.entry8 = l.target8
        JOIN body AS x ON x.lsn = v.lsn AND x.entry = l.target
    """
    found = sorted(db.rows(links, rule.params | _rids(rows)), key=lambda r: (r[0], r[1]))
    for by, _, role, body in found:
        report = decode_body(unpacked(body)).id.hex()
        rows[by].links.append({"role": role, "report": report})
    for row in rows.values():
        row.amends.sort()


def report_by_id(picture: Picture, reader: Reader, report_id: bytes) -> Row:
    """One report, current or not; ``Unavailable`` where there is none for this reader."""
    with picture.reading() as db:
        return _report(db, reader, report_id)


def _looked_up(
    db: Reading, reader: Reader, column: str, value: int, lens: Lens | None = None
) -> list[int]:
    """Numbers of the rows with this value that the reader may see.

    The first row of the picture is looked at as well, and left out after: so the test
    runs for what is absent just as for what is withheld, and time does not tell them
    apart. The indexes hold all that the test asks for.
    """
    lens = lens or Lens(NOW, db.names)
    rule = visibility(reader, then=not lens.plain)
    beside = f"(SELECT {column} FROM report ORDER BY rid LIMIT 1)"
    sql = f"SELECT v.{column}, v.rid FROM ({rule.sql}) AS v WHERE v.{column} IN (:value, {beside})"
    found = db.rows(sql, rule.params | lens.params | {"value": value})
    return [rid for has, rid in found if has == value]


def _report(db: Reading, reader: Reader, report_id: bytes) -> Row:
    if len(report_id) == 16:
        rows = rows_at(db, reader, _looked_up(db, reader, "id8", first8(report_id)))
        same = [row for row in rows if row.id == report_id]
        if same:
            return max(same, key=lambda row: row.entry)
    raise Unavailable


def entry_of(picture: Picture, reader: Reader, report_id: bytes) -> bytes:
    """Entry hash of a report, for amendments and links that name it."""
    return report_by_id(picture, reader, report_id).entry


class Linked(msgspec.Struct, frozen=True):
    """A link, and the row at its other end."""

    role: str
    row: Row


class EntityView(msgspec.Struct, frozen=True):
    """One entity: how it stands, how it came to that, and what others say."""

    entity: bytes
    kind: str
    current: list[Row]
    """Two or more: a conflict, side by side. What was withdrawn, where nothing else is left."""
    history: list[Row]
    """Every report on it, newest first."""
    others: list[Row]
    """What other organisations, or other compartments, say of the same entity."""
    links_out: list[Linked]
    links_in: list[Linked]


def entity_by_id(
    picture: Picture, reader: Reader, entity: bytes, as_of: datetime | None = None
) -> EntityView:
    """One entity; ``Unavailable`` where there is none for this reader.

    ``as_of``: as this node knew it then, for today's clearance.
    """
    if len(entity) != 16:
        raise Unavailable
    with picture.reading() as db:
        lens = Lens(Query(as_of=as_of), db.names)
        found = _looked_up(db, reader, "entity8", first8(entity), lens)
        rows = [row for row in rows_at(db, reader, found, lens) if row.entity == entity]
        rows = [row for row in rows if as_of is None or row.received <= as_of]
        if not rows:
            raise Unavailable
        current, history, groups = group_of(rows, reader)
        others = [row for group in groups for row in _standing(group)]
        return EntityView(
            entity=entity,
            kind=(current or history)[0].kind,
            current=current,
            history=history,
            others=sorted(others, key=_told, reverse=True),
            links_out=_links_out(db, reader, current, lens),
            links_in=_links_in(db, reader, history, lens),
        )


def group_of(rows: Iterable[Row], reader: Reader) -> tuple[list[Row], list[Row], list[list[Row]]]:
    """Of all reports on an entity: what stands, its history newest first, and what others tell."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.compartment, row.owner), []).append(row)
    main = min(groups, key=lambda key: _first_told(key, groups[key], reader))
    history = sorted(groups.pop(main), key=_told, reverse=True)
    return _standing(history), history, list(groups.values())


def _told(row: Row) -> tuple[Any, ...]:
    return row.body.filed, row.entry


def _first_told(key: tuple[str, str], rows: list[Row], reader: Reader) -> tuple[Any, ...]:
    """The reader's own organisation first, then who told of it first."""
    return key[1] != reader.organisation, min(_told(row) for row in rows), key


def _standing(history: list[Row]) -> list[Row]:
    heads = [row for row in history if row.current] or [row for row in history if row.withdrawn]
    return sorted(heads, key=lambda row: (not row.column("lead"), _told(row)))


def _links_out(db: Reading, reader: Reader, rows: list[Row], lens: Lens) -> list[Linked]:
    rule = visibility(reader, then=not lens.plain)
    sql = f"""
        SELECT l.role, v.rid FROM json_each(:rids) AS j CROSS JOIN link AS l ON l.by = j.value
        JOIN ({rule.sql}) AS v ON v.entry8 = l.target8
        JOIN body AS x ON x.lsn = v.lsn AND x.entry = l.target
        {"" if lens.plain else "WHERE v.received <= :as_of"}
    """
    return _linked(db, reader, sql, rows, rule.params, lens)


def _links_in(db: Reading, reader: Reader, rows: list[Row], lens: Lens) -> list[Linked]:
    """Current reports that link to any report of the entity."""
    rule = visibility(reader, then=not lens.plain)
    sql = f"""
        SELECT l.role, v.rid FROM json_each(:rids) AS j CROSS JOIN report AS t ON t.rid = j.value
        JOIN body AS x ON x.lsn = t.lsn
        JOIN link AS l ON l.target8 = t.entry8 AND l.target = x.entry
        JOIN ({rule.sql}) AS v ON v.rid = l.by WHERE {lens.lead()}
    """
    return _linked(db, reader, sql, rows, rule.params, lens)


def links_to(picture: Picture, reader: Reader, entries: Iterable[bytes]) -> list[Linked]:
    """Current reports of this reader that link to any of these, by entry hash."""
    rule = visibility(reader)
    sql = f"""
        SELECT l.role, v.rid FROM link AS l JOIN ({rule.sql}) AS v ON v.rid = l.by
        WHERE l.target8 = :target8 AND l.target = :target AND v.lead = 1
    """
    found: list[Linked] = []
    with picture.reading() as db:
        for entry in entries:
            asked = rule.params | {"target8": first8(entry), "target": entry}
            found += _linked(db, reader, sql, [], asked, Lens(NOW, db.names))
    return found


def _linked(
    db: Reading, reader: Reader, sql: str, rows: list[Row], params: dict[str, Any], lens: Lens
) -> list[Linked]:
    found = list(db.rows(sql, params | lens.params | _rids(row.rid for row in rows)))
    ends = {row.rid: row for row in rows_at(db, reader, list({rid for _, rid in found}), lens)}
    linked = {(role, rid) for role, rid in found if rid in ends}
    return [
        Linked(role, ends[rid])
        for role, rid in sorted(linked, key=lambda one: (one[0], ends[one[1]].entry))
    ]
