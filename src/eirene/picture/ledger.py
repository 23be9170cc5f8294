"""Questions to the ledger: what became of a report towards each audience.

For readers of the compartment in which the original stands, and for the desk,
which reads for everybody and shows nothing. ``book`` is the writer's side.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from eirene.picture import schema
from eirene.picture.book import Kept
from eirene.picture.columns import first8, moment_of, ms_of
from eirene.picture.store import Picture, Reading
from eirene.release.reader import Reader
from eirene.release.visibility import cleared, visibility
from eirene.reports.acts.receipt import Fetch
from eirene.reports.acts.release import (
    APPROVED,
    DUE,
    EXPIRED,
    FROZEN,
    MADE,
    RECALLED,
    REFUSED,
    WAITS,
    Step,
)
from eirene.reports.envelope import decode_body
from eirene.reports.packing import unpacked

_kept = msgspec.msgpack.Decoder(Kept)
_fetch = msgspec.msgpack.Decoder(Fetch)
_BEGINNINGS = frozenset((WAITS, FROZEN, REFUSED, RECALLED, EXPIRED, MADE))
"""Steps after which earlier approvals count no more."""
_COLUMNS = (
    "l.line, l.owner, l.entity, l.audience, l.state, l.original, l.version, l.due, l.until, "
    "l.since, (SELECT name FROM compartment WHERE id = l.comp)"
)


class Entity(msgspec.Struct, frozen=True):
    """One entity as its owner tells it in one compartment: the key of the fold."""

    compartment: str
    owner: str
    entity: bytes


class Taken(msgspec.Struct, frozen=True):
    """A step, and when it was taken."""

    at: datetime
    step: Step


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One original entity towards one audience."""

    id: bytes
    of: Entity
    audience: str
    state: str
    original: bytes
    """Entry hash of the report that was looked at last."""
    version: bytes
    """Entry hash of the version that the audience has; empty: it has none."""
    due: datetime | None
    until: datetime | None
    since: datetime | None
    steps: tuple[Taken, ...]

    @property
    def last(self) -> Step:
        """The latest step."""
        return self.steps[-1].step

    @property
    def approvals(self) -> list[Step]:
        """Approvals since it last began to wait."""
        found: list[Step] = []
        for taken in self.steps:
            if taken.step.step in _BEGINNINGS:
                found = []
            elif taken.step.step == APPROVED:
                found.append(taken.step)
        return found

    @property
    def made(self) -> Step | None:
        """The step that made the version that the audience has."""
        for taken in reversed(self.steps):
            if taken.step.step == MADE and taken.step.version == self.version:
                return taken.step
        return None


def lines_of(picture: Picture, reader: Reader, of: Entity) -> list[Line]:
    """All lines of one entity, by audience; none for who may not see the original."""
    if of.compartment not in reader.compartments:
        return []
    with picture.reading() as db:
        found = _lines(db, reader, "l.entity8 = :entity8", {"entity8": first8(of.entity)})
    return [line for line in found if line.of == of]


def over(picture: Picture, reader: Reader, entities: Iterable[Entity]) -> set[Entity]:
    """Those of these entities that are withdrawn, and of which no audience was ever told: of a
    list that is taken back, nearly all.
    """
    wanted = set(entities)
    rule = visibility(reader)
    params = {"e8s": f"[{','.join(str(first8(of.entity)) for of in wanted)}]"}
    lined = "SELECT l.entity8 FROM release_line AS l WHERE l.entity8 IN (SELECT value FROM json_each(:e8s))"
    gone = (
        "SELECT v.entity8, v.comp, v.owner FROM json_each(:e8s) AS j "
        f"CROSS JOIN ({rule.sql}) AS v ON v.entity8 = j.value WHERE v.lead = {schema.WITHDRAWN}"
    )
    with picture.reading() as db:
        told = {entity8 for (entity8,) in db.rows(lined, params)}
        found = {
            (entity8, db.names.compartment_name(comp), db.names.text("owner", owner))
            for entity8, comp, owner in db.rows(gone, rule.params | params)
            if entity8 not in told
        }
    return {of for of in wanted if (first8(of.entity), of.compartment, of.owner) in found}


def line_by_id(picture: Picture, reader: Reader, line_id: bytes) -> Line | None:
    """One line; None where there is none for this reader."""
    with picture.reading() as db:
        return next(iter(_lines(db, reader, "l.line = :line", {"line": line_id})), None)


def waiting(picture: Picture, reader: Reader) -> list[Line]:
    """Lines that wait for a person, longest first."""
    with picture.reading() as db:
        states = {"waits": WAITS, "frozen": FROZEN}
        found = _lines(db, reader, "l.state IN (:waits, :frozen)", states)
    return sorted(found, key=lambda one: (one.since is not None, one.since, one.id))


def due(picture: Picture, reader: Reader, by: datetime) -> list[Line]:
    """Lines whose versions are to be made, if their time has come by then."""
    with picture.reading() as db:
        test = "l.state = :due AND (l.due IS NULL OR l.due <= :by)"
        return _lines(db, reader, test, {"due": DUE, "by": ms_of(by)})


def expiring(picture: Picture, reader: Reader, by: datetime) -> list[Line]:
    """Lines whose versions end by then."""
    with picture.reading() as db:
        test = "l.version <> x'' AND l.until IS NOT NULL AND l.until <= :by"
        return _lines(db, reader, test, {"by": ms_of(by)})


def by_rule(picture: Picture, reader: Reader, rules: Iterable[str] | None) -> list[Line]:
    """Lines whose version stands and was made under one of these rules, or under any."""
    wanted = None if rules is None else set(rules)
    with picture.reading() as db:
        found = _lines(db, reader, "l.version <> x''", {})
    if wanted is None:
        return found
    return [one for one in found if one.made is not None and one.made.rule in wanted]


def fetches_of(picture: Picture, reader: Reader, lines: Iterable[bytes]) -> list[Fetch]:
    """Receipts that are written on these lines."""
    sight = visibility(reader)
    sql = f"SELECT r.fetch FROM receipt AS r WHERE r.line = :line AND ({cleared('r.comp')})"
    found: list[Fetch] = []
    with picture.reading() as db:
        for line in lines:
            found += [_fetch.decode(row[0]) for row in db.rows(sql, sight.params | {"line": line})]
    return found


def compartments_of(picture: Picture, reader: Reader, lines: Iterable[bytes]) -> dict[bytes, str]:
    """Where the original of each line stands."""
    sight = visibility(reader)
    sql = (
        "SELECT c.name FROM release_line AS l JOIN compartment AS c ON c.id = l.comp "
        f"WHERE l.line = :line AND ({cleared('l.comp')})"
    )
    found: dict[bytes, str] = {}
    with picture.reading() as db:
        for line in lines:
            for (name,) in db.rows(sql, sight.params | {"line": line}):
                found[line] = name
    return found


def entities_of(picture: Picture, reader: Reader, entries: Iterable[bytes]) -> dict[bytes, Entity]:
    """Which entity each report is of, by entry hash, as far as this reader has them."""
    sight = visibility(reader)
    sql = (
        f"SELECT c.name, x.body FROM ({sight.sql}) AS v JOIN body AS x ON x.lsn = v.lsn "
        "JOIN compartment AS c ON c.id = v.comp WHERE v.entry8 = :entry8 AND x.entry = :entry"
    )
    found: dict[bytes, Entity] = {}
    with picture.reading() as db:
        for entry in entries:
            asked = sight.params | {"entry8": first8(entry), "entry": entry}
            for compartment, packed in db.rows(sql, asked):
                body = decode_body(unpacked(packed))
                found[entry] = Entity(compartment, body.owner, body.entity)
    return found


def lines_with(
    picture: Picture, reader: Reader, owners: Iterable[str], audience: str
) -> list[Line]:
    """Lines of all that these owners filed, and all towards one audience."""
    named = msgspec.json.encode(sorted(owners)).decode()
    test = "(l.owner IN (SELECT value FROM json_each(:owners)) OR l.audience = :audience)"
    with picture.reading() as db:
        return _lines(db, reader, test, {"owners": named, "audience": audience})


def places_of(picture: Picture, reader: Reader, entries: Iterable[bytes]) -> dict[bytes, int]:
    """Places in the log of reports, by entry hash, as far as this reader has them."""
    sight = visibility(reader)
    sql = (
        f"SELECT v.lsn FROM ({sight.sql}) AS v JOIN body AS b ON b.lsn = v.lsn "
        "WHERE v.entry8 = :entry8 AND b.entry = :entry"
    )
    found: dict[bytes, int] = {}
    with picture.reading() as db:
        for entry in entries:
            asked = sight.params | {"entry8": first8(entry), "entry": entry}
            for (lsn,) in db.rows(sql, asked):
                found[entry] = int(lsn)
    return found


def _lines(db: Reading, reader: Reader, test: str, params: dict[str, Any]) -> list[Line]:
    sight = visibility(reader)
    sql = (
        f"SELECT {_COLUMNS} FROM release_line AS l WHERE ({cleared('l.comp')}) AND {test} "
        "ORDER BY l.audience, l.line"
    )
    rows = list(db.rows(sql, sight.params | params))
    return [_line(db, row) for row in rows]


def _line(db: Reading, row: tuple[Any, ...]) -> Line:
    id_, owner, entity, audience, state, original, version, due, until, since, comp = row
    sql = "SELECT clock, step FROM release_step WHERE line = :line ORDER BY clock, entry, at"
    steps = tuple(
        Taken(moment_of(clock >> 16), _kept.decode(step).step)
        for clock, step in db.rows(sql, {"line": id_})
    )
    return Line(
        id=id_,
        of=Entity(comp, owner, entity),
        audience=audience,
        state=state,
        original=original,
        version=version,
        due=_moment(due),
        until=_moment(until),
        since=_moment(since),
        steps=steps,
    )


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else moment_of(ms)
