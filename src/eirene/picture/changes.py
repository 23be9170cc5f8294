"""What the live stream sends: the whole of what a reader sees, then what changed.

A change is numbered by the place in the log of the report that made it, so that
the numbers are there again after a restart. They tell of reports that the reader
does not see: whoever hands them out seals them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from eirene.picture.columns import row_key
from eirene.picture.lens import Lens
from eirene.picture.plan import planned
from eirene.picture.queries import CHUNK, places_of, rows_at
from eirene.picture.query import Query
from eirene.picture.rows import stream_row
from eirene.picture.store import Picture, Reading
from eirene.release.reader import Reader
from eirene.release.visibility import cleared, outshone, visibility
from eirene.reports.envelope import decode_body
from eirene.reports.packing import unpacked

ALL = Query(withdrawn=True)


class Snapshot(msgspec.Struct, frozen=True):
    """All rows as they stood, and where to go on from."""

    last: int
    chunks: Iterator[list[list[Any]]]
    """Rows in ``STREAM_COLUMNS``, newest first. Read to the end, or close it."""


def snapshot(picture: Picture, reader: Reader) -> Snapshot:
    """Everything that this reader sees, from one state of the picture."""
    chunks = _chunks(picture, reader)
    last = next(chunks)
    assert isinstance(last, int)
    return Snapshot(last, chunks)  # pyright: ignore[reportArgumentType]


def _chunks(picture: Picture, reader: Reader) -> Iterator[int | list[list[Any]]]:
    """First the position, which opens the state that all chunks are of."""
    with picture.reading() as db:
        yield db.position
        plan = planned(db, reader, ALL)
        rids: list[int] = []
        for _, _, rid in places_of(db, plan):
            rids.append(rid)
            if len(rids) == CHUNK:
                yield [stream_row(row) for row in rows_at(db, reader, rids)]
                rids = []
        if rids:
            yield [stream_row(row) for row in rows_at(db, reader, rids)]


class Changes(msgspec.Struct, frozen=True):
    """What is new since a place in the log."""

    upserts: list[list[Any]]
    removals: list[str]
    """Keys of rows that the reader no longer sees: recalled, expired, or outshone by a finer one."""
    gone: bool
    """Something went from sight, also where another row has taken its place under the same key:
    whoever looks back has to look again."""
    received: int | None
    """When the first of those upserts was received, ms since 1970; None: there are none."""
    versions: tuple[tuple[bytes, bytes], ...]
    """Entity and entry hash of those upserts that are versions."""
    last: int
    """Where to go on from."""
    more: bool
    """There are more at once."""


def changes(picture: Picture, reader: Reader, after: int, limit: int = 2_000) -> Changes:
    """Rows that were touched after a place in the log, in the order in which they were."""
    rule = visibility(reader)
    sql = (
        f"SELECT v.change, v.rid FROM ({rule.sql}) AS v WHERE v.lead > 0 AND v.change > :after "
        "ORDER BY v.change LIMIT :limit"
    )
    with picture.reading() as db:
        params = rule.params | {"after": after, "limit": limit + 1}
        found = _seen_anew(list(db.rows(sql, params)), db, reader, params)
        removals = _removals(db, reader, params)
        more = len(found) > limit
        # not in the midst of one change: several versions may be seen anew by one act
        page = [one for one in found if one[0] <= found[limit - 1][0]] if more else found
        rows = rows_at(db, reader, [rid for _, rid in page], Lens(ALL, db.names))
        # never past the position: what fills a gap comes later with a lower number
        last = max(after, db.position)
        if more:
            last = min(last, page[-1][0])
        back = {row.key for row in rows}  # gone and come again: it is there
        gone = bool(removals)
        removals = [key for key in removals if key not in back]
        versions = tuple((row.entity, row.entry) for row in rows if row.is_version)
        upserts = [stream_row(row) for row in rows]
        first = min((int(row.column("received")) for row in rows), default=None)
        return Changes(upserts, removals, gone, first, versions, last, more and last > after)


_ANEW = "SELECT s.change, v.rid FROM resight AS s CROSS JOIN ({sight}) AS v ON v.rid = s.rid "


def _seen_anew(
    found: list[tuple[Any, ...]], db: Reading, reader: Reader, params: dict[str, Any]
) -> list[tuple[Any, ...]]:
    """What changed, and versions that this reader sees since a finer one went from him."""
    sql = (
        f"{_ANEW.format(sight=visibility(reader).sql)}WHERE s.change > :after "
        f"AND ({cleared('s.comp')}) AND v.lead > 0"
    )
    first: dict[int, int] = {}
    for change, rid in sorted([*found, *db.rows(sql, params)]):
        first.setdefault(rid, change)
    return [(change, rid) for rid, change in first.items()]


def touched(db: Reading, reader: Reader, after: int) -> bool:
    """Whether anything changed for a reader after a place in the log."""
    rule = visibility(reader)
    params = rule.params | {"after": after, "limit": 1}
    sql = (
        f"SELECT v.change, v.rid FROM ({rule.sql}) AS v WHERE v.lead > 0 AND v.change > :after "
        "ORDER BY v.change LIMIT :limit"
    )
    found = _seen_anew(list(db.rows(sql, params)), db, reader, params)
    return bool(found or _removals(db, reader, params))


def _removals(db: Reading, reader: Reader, params: dict[str, Any]) -> list[str]:
    """Keys that went out of sight after a place in the log; one that was never there does no harm."""
    gone = f"SELECT g.key FROM gone AS g WHERE g.change > :after AND ({cleared('g.comp')})"
    found = {key for (key,) in db.rows(gone, params)}
    hidden = (
        f"SELECT b.body FROM ({outshone(reader).sql}) AS v JOIN body AS b ON b.lsn = v.lsn "
        "WHERE v.finer IS NOT NULL AND v.lead > 0 AND v.change > :after"
    )
    anew = (
        f"SELECT b.body FROM ({_ANEW.format(sight=outshone(reader).sql)}WHERE s.change > :after "
        f"AND ({cleared('s.comp')}) AND v.lead > 0) AS a JOIN report AS r ON r.rid = a.rid "
        "JOIN body AS b ON b.lsn = r.lsn"
    )
    for (packed,) in (*db.rows(hidden, params), *db.rows(anew, params)):
        body = decode_body(unpacked(packed))
        found.add(row_key(body.compartment, body.owner, body.entity))
    return sorted(found)
