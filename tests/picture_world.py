"""Small worlds of reports for the tests of the picture, and everything that can be asked of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import strategies as st

from eirene.errors import Unavailable
from eirene.picture import (
    Found,
    Picture,
    Query,
    Row,
    changes,
    counts,
    entity_by_id,
    every,
    extent,
    flat,
    layers,
    marking_of,
    report_by_id,
    search,
    snapshot,
    suggest,
)
from eirene.picture.rows import stream_row
from eirene.places import Place
from eirene.release.reader import Reader
from eirene.reports.envelope import (
    ZERO_HASH,
    Body,
    Header,
    Link,
    Opened,
    encode_body,
    encode_header,
    entry_hash,
)
from eirene.times import Span

KEY = b"k" * 32
T0 = datetime(2025, 3, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RECEIVED = datetime(2026, 1, 1, tzinfo=UTC)
COMPARTMENTS = ("command", "humanitarian", "org-a")
ALL = Reader(account="all", compartments=frozenset(COMPARTMENTS))


def an_id(*parts: object) -> bytes:
    """16 bytes that are always the same for the same parts."""
    return hashlib.sha256(repr(parts).encode()).digest()[:16]


def a_reader(*compartments: str, organisation: str = "force") -> Reader:
    return Reader(account="r", organisation=organisation, compartments=frozenset(compartments))


def at_place(lon: float, lat: float, **more: Any) -> Place:
    return Place(lon=lon, lat=lat, accuracy_m=100.0, method="text", **more)


class World:
    """Makes entries one after the other, each with its own hash, lsn and clock."""

    def __init__(self) -> None:
        self.entries: list[Opened] = []

    def tell(
        self,
        kind: str = "incident/1",
        *,
        amends: Sequence[Opened] = (),
        links: Sequence[tuple[str, Opened]] = (),
        clock: int | None = None,
        **changed: Any,
    ) -> Opened:
        """One more report; what is not given is taken from what it amends."""
        lsn = len(self.entries) + 1
        content: dict[str, Any] = changed.pop("content", {"type": "VC", "summary": f"told {lsn}"})
        base: dict[str, Any] = {
            "id": an_id("report", lsn),
            "client_id": an_id("client", lsn),
            "owner": "force",
            "compartment": "command",
            "entity": an_id("entity", lsn),
            "account": "duty",
            "filed": RECEIVED + lsn * HOUR,
            "occurred": Span(T0, T0 + DAY, "day"),
        }
        if amends and (first := amends[0].body) is not None:
            base |= {n: getattr(first, n) for n in ("owner", "compartment", "entity", "occurred")}
        base |= {"amends": tuple(one.hash for one in amends)}
        base |= {"links": tuple(Link(role, one.hash) for role, one in links)}
        body = Body(
            **(base | changed), kind=kind, content=msgspec.Raw(msgspec.msgpack.encode(content))
        )
        opened = as_opened(body, lsn, lsn if clock is None else clock)
        self.entries.append(opened)
        return opened

    def withdraw(self, *targets: Opened, **changed: Any) -> Opened:
        changed.setdefault("occurred", None)
        return self.tell("withdrawal/1", amends=targets, content={"reason": "error"}, **changed)


def as_opened(body: Body, lsn: int, clock: int) -> Opened:
    raw = encode_body(body)
    header = Header(
        format=1,
        suite=1,
        mission=bytes(16),
        realm=1,
        compartment=an_id(body.compartment),
        author=bytes(32),
        sequence=lsn,
        previous=ZERO_HASH,
        clock=clock,
        key_id=bytes(16),
        salt=bytes(32),
        body_hash=hashlib.sha256(raw).digest(),
        commitment=bytes(32),
        size=len(raw),
    )
    hashed = entry_hash(encode_header(header))
    return Opened(lsn, hashed, header, body, raw, RECEIVED + lsn * HOUR)


def arriving(entries: Iterable[Opened]) -> list[Opened]:
    """The same entries as another node gets them: in this order, at its own times."""
    return [
        msgspec.structs.replace(one, lsn=lsn, received=RECEIVED + lsn * DAY)
        for lsn, one in enumerate(entries, start=1)
    ]


def without_body(one: Opened) -> Opened:
    return msgspec.structs.replace(one, body=None, raw=b"")


def picture_of(folder: Path, entries: Sequence[Opened], *, batch: int = 1_000) -> Picture:
    picture = Picture.open(folder, KEY)
    for at in range(0, len(entries), batch):
        picture.fold(entries[at : at + batch])
    return picture


# --- everything that can be asked ---------------------------------------------

QUERIES: dict[str, Query] = {
    "all": Query(),
    "withdrawn too": Query(withdrawn=True),
    "words": Query(q="bridge"),
    "two words": Query(q="market Ndélou"),
    "kind": Query(kinds=("site",)),
    "type": Query(types=("VC",)),
    "box": Query(bbox=(18.0, 4.0, 19.0, 5.0)),
    "box over the meridian": Query(bbox=(170.0, -20.0, -170.0, 10.0)),
    "time": Query(start=T0 + HOUR, end=T0 + DAY),
    "until": Query(end=T0 - HOUR),
    "box, time and words": Query(q="bridge", bbox=(18.0, 4.0, 19.0, 5.0), start=T0),
    "at": Query(at=T0 + 3 * DAY),
    "at, withdrawn too": Query(at=T0 + 3 * DAY, withdrawn=True),
    "filter": Query(filter="killed >= 1 OR summary LIKE '%market%'"),
    "filter by place": Query(filter="S_INTERSECTS(geometry, POLYGON((18 4,19 4,19 5,18 4)))"),
}
BY_RECEIVED = {
    "as of": Query(as_of=RECEIVED + 4 * HOUR),
    "as of, withdrawn too": Query(as_of=RECEIVED + 4 * HOUR, withdrawn=True),
    "as of and at": Query(as_of=RECEIVED + 4 * HOUR, at=T0 + DAY),
    "changed": Query(changed_since=RECEIVED + 5 * HOUR),
}
GROUPS = (("day", "area"), ("month",), ("year", "kind"), ("type", "state"), ())


def shown(row: Row) -> str:
    return json.dumps(flat(row), sort_keys=True, ensure_ascii=False)


def found(picture: Picture, reader: Reader, query: Query, *, paged: bool = True) -> Any:
    """A list in full; where it is ``paged``, in pages of two and by offset, which must all agree."""
    whole = search(picture, reader, query)
    assert whole.next is None
    if paged:
        _in_pages(picture, reader, query, whole)
    return whole.total, whole.without_point, [shown(row) for row in whole.rows]


def _in_pages(picture: Picture, reader: Reader, query: Query, whole: Found) -> None:
    paged: list[str] = []
    cursor = None
    while True:
        page = search(picture, reader, msgspec.structs.replace(query, limit=2, cursor=cursor))
        assert (page.total, page.without_point) == (whole.total, whole.without_point)
        paged += map(shown, page.rows)
        cursor = page.next
        if cursor is None:
            break
    rows = [shown(row) for row in whole.rows]
    assert paged == rows
    assert rows == [shown(row) for chunk in every(picture, reader, query) for row in chunk]
    assert whole.total == len(rows)
    for most in (1, 2, 3):
        some = search(picture, reader, msgspec.structs.replace(query, count_to=most))
        assert [shown(row) for row in some.rows] == rows
        assert (some.total, some.at_least) == (min(most, len(rows)), len(rows) > most)
        assert some.without_point <= whole.without_point
    skipped = search(picture, reader, msgspec.structs.replace(query, limit=2, offset=1))
    assert [shown(row) for row in skipped.rows] == rows[1:3]


def counted(picture: Picture, reader: Reader, queries: dict[str, Query]) -> list[Any]:
    """What a list says of its number where the counting ends early."""
    capped = [
        search(picture, reader, msgspec.structs.replace(query, count_to=most))
        for query in queries.values()
        for most in (1, 2, 3)
    ]
    return [(found.total, found.without_point, found.at_least) for found in capped]


def asked(
    picture: Picture, reader: Reader, queries: dict[str, Query], *, paged: bool = True
) -> dict[str, Any]:
    """What every function that takes a query answers."""
    answers: dict[str, Any] = {}
    for name, query in queries.items():
        answers[name] = (
            found(picture, reader, query, paged=paged),
            extent(picture, reader, query),
            str(marking_of(picture, reader, query)),
            [
                counts(picture, reader, query, group=group, level=2, sums=("killed", "injured"))
                for group in GROUPS
            ],
        )
    return answers


def _or_unavailable(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Unavailable:
        return "unavailable"


def entity_shown(picture: Picture, reader: Reader, entity: bytes) -> Any:
    view = entity_by_id(picture, reader, entity)
    return (
        view.kind,
        [shown(row) for row in view.current],
        [shown(row) for row in view.history],
        [shown(row) for row in view.others],
        [(one.role, shown(one.row)) for one in view.links_out],
        [(one.role, shown(one.row)) for one in view.links_in],
    )


def told(picture: Picture, reader: Reader, entries: Sequence[Opened]) -> dict[str, Any]:
    """Every single report and entity, suggestions, and the stream but for times of receipt."""
    bodies = [one.body for one in entries if one.body is not None]
    return {
        "reports": {
            body.id: _or_unavailable(
                lambda body=body: shown(report_by_id(picture, reader, body.id))
            )
            for body in bodies
        },
        "entities": {
            body.entity: _or_unavailable(
                lambda body=body: entity_shown(picture, reader, body.entity)
            )
            for body in bodies
        },
        "suggestions": [suggest(picture, reader, text) for text in ("br", "Ma", "ndel", "to")],
        "stream": [
            [value for name, value in zip(COLUMNS, row, strict=True) if name != "received"]
            for chunk in snapshot(picture, reader).chunks
            for row in chunk
        ],
    }


def received(picture: Picture, reader: Reader) -> dict[str, Any]:
    """What depends on when this node got its reports."""
    return {
        "layers": layers(picture, reader),
        "stream": [row for chunk in snapshot(picture, reader).chunks for row in chunk],
        "changes": [changes(picture, reader, after).upserts for after in (0, 3, 7)],
        "queries": asked(picture, reader, BY_RECEIVED),
    }


COLUMNS = (
    "key entity id kind type state summary compartment organisation source start end precision "
    "lat lon accuracy_m place pcode grade classification tlp killed counts filed received "
    "withdrawn conflict coarse what actor"
).split()
assert stream_row

# --- worlds at random -----------------------------------------------------------

TEXTS = ("Bridge cut", "Market in Nde\u0301lou burned", "Town quiet", "قرية أورين آمنة", "")
PLACES = (
    None,
    at_place(18.5, 4.4, name="Bangui", pcode="CF7111"),
    at_place(18.0, 4.0, name="Market town"),
    at_place(179.5, 0.0, name="Bridgeport", pcode="CF71"),
    at_place(-179.5, 0.0),
    Place(pcode="CF6121", method="pcode"),
)
SPANS = (
    None,
    Span(T0, T0 + DAY, "day"),
    Span(T0 + HOUR, T0 + HOUR, "second"),
    Span(T0 - 5 * HOUR, T0 + 7 * HOUR, "night"),
    Span(T0, T0 + 31 * DAY, "month"),
    Span(T0 - 400 * DAY, T0 + 2 * DAY, "span"),
    Span(T0 + 2 * DAY, T0 + 2 * DAY, "second"),
)
_MANY = st.integers(0, 10**6)


@st.composite
def worlds(draw: st.DrawFn, most: int = 9) -> list[Opened]:
    """Up to so many reports that amend, withdraw and link to one another, also across groups."""
    world = World()
    for _ in range(draw(st.integers(1, most))):
        at = draw(_MANY)
        kind = ("incident/1", "incident/1", "site/1", "withdrawal/1")[at % 4]
        entity = draw(st.integers(0, 3))
        past = world.entries
        amends = draw(st.lists(st.sampled_from(past), max_size=2, unique_by=id)) if past else []
        links = draw(st.lists(st.sampled_from(past), max_size=2, unique_by=id)) if past else []
        content: dict[str, Any] = {"summary": draw(st.sampled_from(TEXTS))}
        if kind == "incident/1":
            content |= {"type": ("VC", "AC")[at % 2], "state": ("reported", "closed")[at // 2 % 2]}
            content |= draw(st.sampled_from([{}, {"killed": 0}, {"killed": 3}, {"injured": 2}]))
        if kind == "site/1":
            content |= {"type": "market", "name": "Ndelou bridge"}
            content |= draw(st.sampled_from([{}, {"valid_until": "2025-03-02"}]))
        changed: dict[str, Any] = {
            "owner": draw(st.sampled_from(("force", "ngo"))),
            "compartment": draw(st.sampled_from(COMPARTMENTS)),
            "entity": an_id("entity", entity),
        }
        if amends and draw(st.booleans()):  # mostly amend what is one's own
            body = amends[0].body
            assert body is not None
            changed |= {n: getattr(body, n) for n in ("owner", "compartment", "entity")}
        world.tell(
            kind,
            amends=amends,
            links=[("about", one) for one in links],
            clock=draw(st.integers(0, 3)),
            occurred=draw(st.sampled_from(SPANS)),
            place=draw(st.sampled_from(PLACES)),
            classification=draw(st.sampled_from(("unclassified", "confidential"))),
            content=content,
            **changed,
        )
    return world.entries


readers = st.sets(st.sampled_from((*COMPARTMENTS, "org-none"))).map(lambda c: a_reader(*sorted(c)))
