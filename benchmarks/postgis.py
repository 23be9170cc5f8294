"""The same million reports in PostgreSQL with PostGIS: the same questions, side by side.

Both hold the same rows and are asked in turn, by one client on this machine. PostgreSQL is
given what a person who knows it would give: a table that holds what our ``report`` and
``body`` hold, an index for each kind of question, statistics, a vacuumed table (so that
counts are read from an index alone), binary answers. The reader is a condition of each
query there, too: his compartments, and none of what a finer version hides from him.

Every answer is compared: ids in their order, counts in their groups. A difference breaks
the benchmark. Before each kind both are asked some questions that do not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from benchmarks.figures import Figure, at_most, folder, not_measured, percentile, say
from benchmarks.made import bodies
from benchmarks.million import ROWS, Draw, fill, readers, rebuilt
from benchmarks.postgis_table import INDEXES, TABLE, lines
from benchmarks.postgres import Connection, missing, server, version
from eirene.errors import Unavailable
from eirene.keys.store import KeyStore
from eirene.log.log import Log
from eirene.picture import Counts, Found, Picture, Query, Row, counts, report_by_id, search
from eirene.picture.words import plain_words
from eirene.release.reader import Reader
from eirene.reports.envelope import decode_body
from eirene.reports.packing import unpacked
from eirene.web.look import COUNT_TO

SIZE, QUICK_SIZE = 1_000_000, 50_000
TIMES = 1.5
_PAGE = 1_000
_WARM = 10
_SHOWN = (
    "id, entity, kind, type, state, compartment, owner, source, classification, tlp, "
    "starts, ends, ST_X(geom), ST_Y(geom), received, body"
)
_SEEN = (
    "current AND compartment = ANY(%(mine)s::smallint[]) "
    "AND (hidden_by IS NULL OR NOT hidden_by && %(mine)s::smallint[])"
)
_IN_BOX = (  # of points twice as fast as ST_Intersects, which all of them are asked otherwise
    "geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) "
    "AND ST_X(geom) BETWEEN %(west)s AND %(east)s AND ST_Y(geom) BETWEEN %(south)s AND %(north)s"
)
_IN_TIME = "during && tstzrange(%(start)s, %(end)s, '[]')"
_NEWEST = "ORDER BY starts DESC, id DESC LIMIT %(rows)s"


def run(*, quick: bool) -> Iterator[Figure]:
    """Ratios of p50 and of p95 for each kind of question and reader; then writing."""
    if why := missing():
        yield not_measured("beside PostGIS", TIMES, "times", why)
        return
    size = QUICK_SIZE if quick else SIZE
    with folder() as where, server() as db:
        fill(where, bodies(size), size)
        picture, _ = rebuilt(where, size)
        try:
            _load(db, picture, size)
            for question in questions(picture, db, 40 if quick else 200):
                for name, reader in readers().items():
                    yield from _compared(picture, question, name, reader)
            yield _written(where, picture, db, 10_000 if quick else 50_000)
        finally:
            picture.close()


def _load(db: Connection, picture: Picture, size: int) -> None:
    """All rows of the picture into a table of PostgreSQL, with its indexes."""
    began = time.perf_counter()
    db.execute(TABLE)
    copy_in(db, lines(picture))
    say(f"{size:,} rows are in {version(db)} after {time.perf_counter() - began:.0f} s")
    for statement in INDEXES.split(";"):
        if statement.strip():
            db.execute(statement)
    db.execute("VACUUM (ANALYZE) report")
    db.execute("CHECKPOINT")
    found = db.execute("SELECT pg_table_size('report'), pg_indexes_size('report')").fetchall()
    table, indexes = (number / size for number in found[0])
    say(f"indexed after {time.perf_counter() - began:.0f} s; "
        f"{table:,.0f} bytes a report and {indexes:,.0f} of indexes")  # fmt: skip


def copy_in(db: Connection, rows: Iterator[str]) -> None:
    """Rows as they stand in a COPY of text."""
    with db.cursor().copy("COPY report FROM STDIN") as copy:
        while page := list(islice(rows, _PAGE)):
            copy.write("".join(page))


# -- questions


class Question(msgspec.Struct):
    """One kind of question, put to both."""

    title: str
    make: Callable[[], Any]
    ours: Callable[[Reader, Any], Any]
    theirs: Callable[[list[int], Any], Any]
    """Takes the numbers of the reader's compartments."""
    told: Callable[[Any], Any]
    """Our answer in the form of theirs."""
    number: int
    enough: Callable[[Any], bool]
    """Whether our answer brings enough to be measured."""


def questions(picture: Picture, db: Connection, number: int) -> list[Question]:
    """What a screen asks most."""
    draw, theirs = Draw(7), Theirs(db)
    words = draw.words()
    rare = draw.rare(words)
    ids = _some_ids(picture, 20 * number)
    ended = f"counted to {COUNT_TO:,}"

    def listed(reader: Reader, query: Query) -> Found:
        return search(picture, reader, query)

    def by_day(reader: Reader, query: Query) -> Counts:
        return counts(picture, reader, query, group=("day", "area"), coverage=False)

    def single(reader: Reader, id_: bytes) -> Row | None:
        try:
            return report_by_id(picture, reader, id_)
        except Unavailable:
            return None

    def to_end() -> Query:
        return msgspec.structs.replace(draw.box_and_time(), limit=ROWS)

    def box() -> Query:
        return msgspec.structs.replace(to_end(), count_to=COUNT_TO)

    def text() -> Query:
        return msgspec.structs.replace(draw.text(words, rare), count_to=COUNT_TO)

    def full(found: Found) -> bool:
        return len(found.rows) == ROWS

    def any_(_: Any) -> bool:
        return True

    return [
        Question(f"box and time, {ROWS} rows, {ended}", box, listed, theirs.in_box, told_list, number, full),
        Question(f"box and time, {ROWS} rows, counted to the end", to_end, listed, theirs.in_box, told_list, number, full),
        Question("counts by day and area, 90 days", draw.quarter, by_day, theirs.by_day, told_counts, number, lambda found: found.total > 0),
        Question("counts by day and area, all time", Query, by_day, theirs.by_day, told_counts, 20, any_),
        Question(f"text search, {ended}", text, listed, theirs.of_words, told_list, number, any_),
        Question("one report by its id", lambda: next(ids), single, theirs.single, told_single, 10 * number, any_),
    ]  # fmt: skip


def _some_ids(picture: Picture, number: int) -> Iterator[bytes]:
    """Ids from everywhere in the picture, over and over."""
    with picture.reading() as db:
        sql = "SELECT body FROM body WHERE lsn % (SELECT 1 + max(lsn) / :n FROM body) = 0"
        found = [decode_body(unpacked(body)).id for (body,) in db.rows(sql, {"n": number})]
    return cycle(found)


class Theirs:
    """The questions as SQL, in autocommit, which costs least."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def _rows(self, sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
        with self._db.cursor(binary=True) as cursor:
            return cursor.execute(sql.encode(), params).fetchall()

    def _list(self, where: str, params: dict[str, Any], query: Query) -> Listed:
        """The number of all that match, as far as it is asked for, and the newest of them."""
        params["rows"] = query.limit + 1
        if query.count_to is None:
            counted = f"SELECT count(*), count(geom) FROM report WHERE {where}"
        else:
            some = f"SELECT geom FROM report WHERE {where} LIMIT {query.count_to + 1}"
            counted = f"SELECT count(*), count(geom) FROM ({some}) AS part"
        ((total, _),) = self._rows(counted, params)
        rows = self._rows(f"SELECT {_SHOWN} FROM report WHERE {where} {_NEWEST}", params)
        return Listed(total, rows[: query.limit])

    def in_box(self, mine: list[int], query: Query) -> Listed:
        """Rows in a box and time, newest first."""
        assert query.bbox is not None
        names = ("west", "south", "east", "north")
        # our degrees end after the seventh digit
        edges = {name: round(edge, 7) for name, edge in zip(names, query.bbox, strict=True)}
        where = f"{_SEEN} AND {_IN_BOX} AND {_IN_TIME}"
        return self._list(where, _times(query) | edges | {"mine": mine}, query)

    def of_words(self, mine: list[int], query: Query) -> Listed:
        """Rows that hold all words, newest first."""
        words = " & ".join(f"'{word}'" for word in plain_words(query.q))
        where = f"{_SEEN} AND words @@ %(words)s::tsquery"
        return self._list(where, {"mine": mine, "words": words}, query)

    def by_day(self, mine: list[int], query: Query) -> list[tuple[Any, ...]]:
        """Day, area, how many; no day where the time is too vague for one."""
        where = _SEEN if query.start is None else f"{_SEEN} AND {_IN_TIME}"
        sql = (
            "SELECT day, adm1, count(*), count(*) FILTER (WHERE pointed) "
            f"FROM report WHERE {where} GROUP BY 1, 2"
        )
        return self._rows(sql, _times(query) | {"mine": mine})

    def single(self, mine: list[int], id_: bytes) -> list[tuple[Any, ...]]:
        """One report."""
        sql = f"SELECT {_SHOWN} FROM report WHERE id = %(id)s AND {_SEEN}"
        return self._rows(sql, {"mine": mine, "id": UUID(bytes=id_)})


class Listed(msgspec.Struct):
    """One page of theirs."""

    total: int
    rows: list[tuple[Any, ...]]


def _times(query: Query) -> dict[str, Any]:
    return {"start": query.start, "end": query.end}


# -- the same answers


def told_list(answer: Found | Listed) -> Any:
    """How many there are, and which come first."""
    if isinstance(answer, Found):
        total = answer.total + answer.at_least  # theirs is one more than is told
        return total, [row.id for row in answer.rows]
    return answer.total, [row[0].bytes for row in answer.rows]


def told_counts(answer: Counts | list[tuple[Any, ...]]) -> Any:
    """All groups, and what stands in none."""
    if isinstance(answer, Counts):
        groups = {(one["day"], one["area"]): one["n"] for one in answer.groups}
        return groups, answer.imprecise, answer.total, answer.without_point
    dated = {(str(day), area): n for day, area, n, _ in answer if day is not None}
    vague = sum(n for day, _, n, _ in answer if day is None)
    total = sum(n for _, _, n, _ in answer)
    return dated, vague, total, total - sum(pointed for *_, pointed in answer)


def told_single(answer: Row | list[tuple[Any, ...]] | None) -> Any:
    """Id and body, or nothing."""
    if isinstance(answer, list):
        return [(row[0].bytes, unpacked(row[-1])) for row in answer]
    return [] if answer is None else [(answer.id, answer.raw)]


def _compared(picture: Picture, question: Question, name: str, reader: Reader) -> Iterator[Figure]:
    """p50 and p95 beside each other, asked in turn; the first ones do not count."""
    with picture.reading() as db:
        mine = db.names.compartments(reader.compartments)
    ours: list[float] = []
    theirs: list[float] = []
    tries = 0
    while len(ours) < question.number + _WARM and tries < 50 * question.number:
        tries += 1
        asked = question.make()
        began = time.perf_counter()
        answer = question.ours(reader, asked)
        took = time.perf_counter() - began
        if not question.enough(answer):
            continue
        began = time.perf_counter()
        other = question.theirs(mine, asked)
        theirs.append((time.perf_counter() - began) * 1e3)
        ours.append(took * 1e3)
        if question.told(answer) != question.told(other):
            raise RuntimeError(f"PostGIS answers otherwise: {question.title}, {asked}")
    ours, theirs = ours[_WARM:], theirs[_WARM:]
    for of_hundred in (50, 95):
        title = f"beside PostGIS: {question.title}, p{of_hundred}, reader of {name}"
        if not ours:
            yield not_measured(title, TIMES, "times", "no answer brings enough at this size")
            continue
        mine_ms, theirs_ms = percentile(ours, of_hundred), percentile(theirs, of_hundred)
        yield at_most(
            title,
            TIMES,
            mine_ms / theirs_ms,
            "times",
            len(ours),
            f"{mine_ms:.3g} ms, PostGIS {theirs_ms:.3g} ms",
        )


def _written(where: Path, picture: Picture, db: Connection, number: int) -> Figure:
    """So many reports in calls of a thousand: sealed, signed and folded; and copied, with indexes."""
    made = list(bodies(number, seed=3))
    keys = KeyStore.open(where / "keys", None)
    log = Log.open(where / "log", keys)
    after = log.last_lsn
    try:
        began = time.perf_counter()
        for at in range(0, number, _PAGE):
            picture.fold(log.append(made[at : at + _PAGE]))
        ours = time.perf_counter() - began
    finally:
        log.close()
        keys.close()
    rows = list(lines(picture, after))
    began = time.perf_counter()
    for at in range(0, number, _PAGE):
        copy_in(db, iter(rows[at : at + _PAGE]))
    theirs = time.perf_counter() - began
    return at_most(
        "beside PostGIS: written in calls of 1,000",
        None,
        ours / theirs,
        "times",
        number,
        f"{number / ours:,.0f} reports/s sealed, chained, signed, synced and in the picture; "
        f"PostGIS {number / theirs:,.0f} rows/s of ready lines, committed and in its indexes",
    )
