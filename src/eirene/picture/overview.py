"""The whole of what a reader sees: layers, extent, marking, and words to go on with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from eirene.picture import schema
from eirene.picture.changes import touched
from eirene.picture.columns import moment_of
from eirene.picture.plan import planned
from eirene.picture.query import Box, Query
from eirene.picture.store import Picture, Reading
from eirene.picture.words import marked, plain_words, unmarked
from eirene.places import Place
from eirene.release.reader import Reader
from eirene.release.visibility import visibility
from eirene.reports.envelope import content_of, decode_body
from eirene.reports.markings import Marking, highest
from eirene.reports.packing import unpacked

_PAST = "\U0010ffff"
_MOST_KEPT = 64
"""Answers that are kept: one for all who may see the same."""
_MOST_NAMED = 500
"""Sites of one name in one compartment: whoever has more of them says where each is."""
_OPEN = ("CLEAR", "GREEN")
SHORTEST = 2
"""Letters before anything is suggested."""


class Layer(msgspec.Struct, frozen=True):
    """What one source tells of one kind and type."""

    kind: str
    type: str | None
    source: str
    n: int
    newest: datetime | None
    """Start of the newest event; None where none has a time."""
    received: datetime
    """When the last report of it came."""


def layers(picture: Picture, reader: Reader) -> list[Layer]:
    """Kinds, types and sources that this reader sees, with their age."""
    key = ("layers", reader.compartments)
    kept = picture.cache.get(key)
    if kept is not None and _holds(picture, reader, kept[0]):
        return kept[1]
    rule = visibility(reader)
    sql = f"""
        SELECT v.kind, v.type, v.source, count(*),
          max(CASE WHEN v.lasts IS NOT NULL THEN v.start END), max(coalesce(v.touched, v.received))
        FROM ({rule.sql}) AS v WHERE v.lead = 1 GROUP BY v.kind, v.type, v.source
    """
    with picture.reading() as db:
        position, names = db.position, db.names
        found = [
            Layer(
                names.text("kind", kind),
                names.text("type", type_) or None,
                names.text("source", source),
                n,
                None if newest is None else moment_of(newest),
                moment_of(received),
            )
            for kind, type_, source, n, newest, received in db.rows(sql, rule.params)
        ]
    found.sort(key=lambda layer: (layer.kind, layer.type or "", layer.source))
    if len(picture.cache) >= _MOST_KEPT:
        picture.cache.clear()
    picture.cache[key] = position, found
    return found


def _holds(picture: Picture, reader: Reader, position: int) -> bool:
    """Whether nothing of what this reader sees changed since.

    Not whether anything did: else the time of an answer would tell that something was filed.
    """
    with picture.reading() as db:
        return not touched(db, reader, position)


class Extent(msgspec.Struct, frozen=True):
    """Where and when, as far as it is known."""

    bbox: Box | None
    start: datetime | None
    end: datetime | None


def extent(picture: Picture, reader: Reader, query: Query) -> Extent:
    """The box around all points that match, and the time from the first to the last."""
    wanted = "min(v.lon), min(v.lat), max(v.lon), max(v.lat)"
    dated = "CASE WHEN v.lasts IS NOT NULL THEN v.start"
    times = f"min({dated} END), max({dated} + v.lasts END)"
    edges: list[list[int]] = [[] for _ in range(6)]
    with picture.reading() as db:
        for arm in planned(db, reader, query).arms:
            sql = f"SELECT {wanted}, {times} FROM {arm.source} WHERE {arm.where}"
            for row in db.rows(sql, arm.params):
                for at, value in enumerate(row):
                    if value is not None:
                        edges[at].append(value)
    west, south, east, north, start, end = edges
    box = None
    if west:
        found = (min(west), min(south), max(east), max(north))
        box = tuple(edge / schema.DEGREE for edge in found)
    return Extent(
        box,  # pyright: ignore[reportArgumentType]
        moment_of(min(start)) if start else None,
        moment_of(max(end)) if end else None,
    )


def marking_of(picture: Picture, reader: Reader, query: Query) -> Marking:
    """Marking of all that matches together."""
    found: set[tuple[str, str, str]] = set()
    with picture.reading() as db:
        names, realm = db.names, db.names.realm
        for arm in planned(db, reader, query).arms:
            sql = f"SELECT DISTINCT v.comp, v.class, v.tlp FROM {arm.source} WHERE {arm.where}"
            for comp, class_, tlp in db.rows(sql, arm.params):
                where = names.compartment_name(comp)
                found.add((where, names.text("class", class_), names.text("tlp", tlp)))
    return highest(sorted(found), realm)


class PlaceHit(msgspec.Struct, frozen=True):
    """A place that some visible report names, where the newest of them puts it."""

    name: str
    pcode: str
    latitude: float | None
    longitude: float | None
    marking: Marking
    """Of the report that puts it there."""


class SiteHit(msgspec.Struct, frozen=True):
    """A site that some visible report describes: a clinic, an airfield, a village of a list."""

    name: str
    other_names: tuple[str, ...]
    type: str
    place: str
    """Name of the place where it is; may be empty."""
    pcode: str
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    source: str
    marking: Marking
    at: datetime | None
    """Start of the time that it is told of; None where it has none."""


class Suggestions(msgspec.Struct, frozen=True):
    """How a text that was begun may go on, out of what the reader sees."""

    places: list[PlaceHit]
    words: list[str]
    sites: list[SiteHit] = []


def suggest(picture: Picture, reader: Reader, text: str, limit: int = 10) -> Suggestions:
    """Places and words that go on as the text begins, in the order of letters.

    One compartment of the reader's after the other: what stands in others is never touched.
    """
    words = plain_words(text)
    begun = " ".join(words)
    if len(begun) < SHORTEST:
        return Suggestions([], [])
    most = max(1, min(limit, 50))
    places: dict[tuple[str, str, str], tuple[Any, ...]] = {}
    found: set[str] = set()
    sites: dict[int, tuple[Any, ...]] = {}
    with picture.reading() as db:
        for comp in db.names.compartments(reader.compartments):
            sites |= _sites_begun(db, reader, comp, begun, most)
            for *name, when, lat, lon, mark in _places_begun(db, reader, comp, begun, most):
                key = (name[0], name[1], name[2])
                places[key] = max(places.get(key, ()), (when, lat, lon, mark))
            found |= _words_begun(db, reader, comp, words[-1], most)
        named = [
            PlaceHit(name, pcode, _degrees(lat), _degrees(lon), _marking(db, mark))
            for (_, name, pcode), (_, lat, lon, mark) in sorted(places.items())[:most]
        ]
        first = sorted(sites.values(), key=lambda site: site[:2])[:most]
        there = [_site(db, *told) for _, _, *told in first]
    return Suggestions(named, sorted(found)[:most], there)


def _marking(db: Reading, mark: tuple[int, int, int]) -> Marking:
    """Of one report, by the numbers of its compartment, classification and TLP."""
    comp, class_, tlp = mark
    names = db.names
    told = (names.compartment_name(comp), names.text("class", class_), names.text("tlp", tlp))
    return highest([told], names.realm)


def sites_named(
    picture: Picture, reader: Reader, compartments: Iterable[str], text: str
) -> list[SiteHit]:
    """Sites of that name, or other name, that may be told to whoever reads some compartments.

    For what is written down anew: a place that is taken from a site goes where the report goes. So
    only sites of those compartments that the reader sees, with no higher a marking than a
    report has that says none, and none whose terms forbid passing it on.
    """
    wanted = plain_words(text)
    may = reader.compartments & frozenset(compartments)
    if not wanted or not may:
        return []
    rule = visibility(msgspec.structs.replace(reader, compartments=may))
    sql = f"""
        SELECT s.rid, b.body, v.comp, v.class, v.tlp FROM site_name AS s
        CROSS JOIN ({rule.sql}) AS v ON v.rid = s.rid JOIN body AS b ON b.lsn = v.lsn
        WHERE s.comp = :comp AND s.plain = :plain AND v.lead = 1 AND v.stays IS NULL
        ORDER BY s.rid LIMIT :limit
    """
    found: list[SiteHit] = []
    with picture.reading() as db:
        for comp in db.names.compartments(may):
            params = {"comp": comp, "plain": " ".join(wanted), "limit": _MOST_NAMED}
            for _, body, *mark in db.rows(sql, rule.params | params):
                one = _site(db, body, (mark[0], mark[1], mark[2]), None)
                names = (one.name, *one.other_names)
                low = one.marking.classification == "unclassified" and one.marking.tlp in _OPEN
                if low and any(plain_words(name) == wanted for name in names):
                    found.append(one)
    return found


def _sites_begun(
    db: Reading, reader: Reader, comp: int, begun: str, most: int
) -> dict[int, tuple[Any, ...]]:
    """Sites of which some word of a name begins so: number -> the name from there on, a number
    that is the same wherever the report is (of two of one name the same comes first on every
    node), what ``_site`` takes.
    """
    rule = visibility(reader)
    sql = f"""
        SELECT s.rid, s.plain, b.body, v.comp, v.class, v.tlp,
          CASE WHEN v.lasts IS NOT NULL THEN v.start END, v.entry8 FROM site_name AS s
        CROSS JOIN ({rule.sql}) AS v ON v.rid = s.rid JOIN body AS b ON b.lsn = v.lsn
        WHERE s.comp = :comp AND s.plain >= :begun AND s.plain < :past AND v.lead = 1
        ORDER BY s.plain, v.entry8 LIMIT :limit
    """
    span = {"comp": comp, "begun": begun, "past": begun + _PAST, "limit": most}
    rows = db.rows(sql, rule.params | span)
    return {
        rid: (plain, entry8, body, (comp, class_, tlp), start)
        for rid, plain, body, comp, class_, tlp, start, entry8 in reversed(list(rows))
    }


def _site(db: Reading, packed: bytes, mark: tuple[int, int, int], start: int | None) -> SiteHit:
    body = decode_body(unpacked(packed))
    content = content_of(body)
    place = body.place or Place()
    return SiteHit(
        name=str(content.get("name", "")),
        other_names=tuple(str(one) for one in content.get("other_names") or ()),
        type=str(content.get("type", "")),
        place=place.name,
        pcode=place.pcode,
        latitude=place.lat,
        longitude=place.lon,
        accuracy_m=place.accuracy_m,
        source=body.source,
        marking=_marking(db, mark),
        at=None if start is None else moment_of(start),
    )


def _places_begun(
    db: Reading, reader: Reader, comp: int, begun: str, most: int
) -> Iterable[tuple[Any, ...]]:
    """(plain name, name, P-code, what puts it in order of age, latitude, longitude, marks) of places."""
    rule = visibility(reader)
    # the newest day of a place comes first in its index; within the day times decide
    seen = f"SELECT v.rid FROM ({rule.sql}) AS v WHERE v.place = p.id AND v.lead = 1"
    day = f"(({seen} ORDER BY v.rid DESC LIMIT 1) >> :bits << :bits)"
    newest = f"({seen} AND v.rid >= {day} ORDER BY v.start DESC, v.id8 DESC LIMIT 1)"
    sql = f"""
        SELECT p.plain, p.name, p.pcode, r.rid >> :bits, r.start, r.id8, r.lat, r.lon,
          r.comp, r.class, r.tlp
        FROM place AS p JOIN report AS r ON r.rid = {newest}
        WHERE p.comp = :comp AND p.plain >= :begun AND p.plain < :past
        ORDER BY p.plain, p.name, p.pcode LIMIT :limit
    """
    span = {"comp": comp, "begun": begun, "past": begun + _PAST}
    params = rule.params | span | {"bits": schema.SEQUENCE_BITS, "limit": most}
    for plain, name, pcode, day_, start, id8, lat, lon, *mark in db.rows(sql, params):
        yield plain, name, pcode, (day_, start, id8), lat, lon, tuple(mark)


def _words_begun(db: Reading, reader: Reader, comp: int, begun: str, most: int) -> set[str]:
    """Words that some visible report holds: those of hidden ones take no place."""
    rule = visibility(reader)
    held = f"""
        SELECT 1 FROM words AS w CROSS JOIN ({rule.sql}) AS v ON v.rid = w.rowid
        WHERE w.words MATCH '"' || t.term || '"' AND v.lead = 1
    """
    sql = f"""
        SELECT t.term FROM vocabulary AS t WHERE t.term >= :begun AND t.term < :past
        AND EXISTS ({held}) ORDER BY t.term LIMIT :limit
    """
    term = marked([begun], comp)
    params = rule.params | {"begun": term, "past": term + _PAST, "limit": most}
    return {unmarked(term) for (term,) in db.rows(sql, params)}


def _degrees(value: int | None) -> float | None:
    return None if value is None else value / schema.DEGREE
