"""The picture's promises, over worlds at random: order, repeats, visibility, and a plain model."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eirene.picture import Query, rebuild, search
from eirene.picture.words import plain_words
from eirene.release.reader import Reader
from eirene.reports.envelope import Opened, content_of
from eirene.reports.kinds import kinds
from eirene.times import parse_interval, touches
from picture_world import (
    ALL,
    BY_RECEIVED,
    KEY,
    QUERIES,
    arriving,
    asked,
    counted,
    picture_of,
    readers,
    received,
    told,
    worlds,
)

pytestmark = pytest.mark.slow
few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(worlds(), readers)
def test_each_query_equals_the_query_over_what_the_reader_may_see(
    entries: list[Opened], reader: Reader
) -> None:
    visible = [e for e in entries if e.body and e.body.compartment in reader.compartments]
    with tempfile.TemporaryDirectory() as folder:
        whole = picture_of(Path(folder) / "whole", entries)
        part = picture_of(Path(folder) / "part", visible)
        with closing(whole), closing(part):
            assert asked(whole, reader, QUERIES) == asked(part, reader, QUERIES)
            assert counted(whole, reader, QUERIES) == counted(part, reader, QUERIES)
            assert told(whole, reader, entries) == told(part, reader, entries)
            assert received(whole, reader) == received(part, reader)


@few
@given(worlds(), st.data())
def test_any_order_of_arrival_with_repeats_gives_one_picture(
    entries: list[Opened], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(entries))
    repeats = data.draw(st.lists(st.sampled_from(entries), max_size=3))
    batch = data.draw(st.integers(1, 4))
    with tempfile.TemporaryDirectory() as folder:
        first = picture_of(Path(folder) / "a", entries)
        second = picture_of(Path(folder) / "b", arriving([*order, *repeats]), batch=batch)
        third = rebuild(Path(folder) / "c", KEY, arriving([*repeats, *order]))
        with closing(first), closing(second), closing(third):
            expected = asked(first, ALL, QUERIES, paged=False), told(first, ALL, entries)
            assert (asked(second, ALL, QUERIES), told(second, ALL, entries)) == expected
            third_says = asked(third, ALL, QUERIES, paged=False), told(third, ALL, entries)
            assert third_says == expected


@few
@given(worlds())
def test_a_rebuilt_picture_is_the_folded_one(entries: list[Opened]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        folded = picture_of(Path(folder) / "a", entries, batch=2)
        rebuilt = rebuild(Path(folder) / "b", KEY, entries)
        with closing(folded), closing(rebuilt):
            assert folded.position() == rebuilt.position()
            assert received(folded, ALL) == received(rebuilt, ALL)


# --- a model in a few lines, with none of the picture's cleverness ---------------


def _stands(
    one: Opened, group: Sequence[Opened], at: datetime | None, as_of: datetime | None
) -> bool:
    """Known by then, begun by then, and neither amended nor withdrawn by then."""
    assert one.body is not None
    lasting = kinds()[one.body.kind.split("/")[0]].lasting
    if not _known(one, at, as_of):
        return False
    for other in group:
        assert other.body is not None
        if one.hash in other.body.amends and (as_of is None or other.received <= as_of):
            late = at is not None and _start(other) > at
            if not (late and lasting and not other.body.kind.startswith("withdrawal")):
                return False
    return True


def _known(one: Opened, at: datetime | None, as_of: datetime | None) -> bool:
    assert one.body is not None
    return (
        not one.body.kind.startswith("withdrawal")
        and (as_of is None or one.received <= as_of)
        and (at is None or _start(one) <= at)
    )


def _start(one: Opened) -> datetime:
    assert one.body is not None
    return one.body.occurred.start if one.body.occurred else one.body.filed


def _lead(group: Sequence[Opened], query: Query) -> Opened | None:
    heads = [one for one in group if _stands(one, group, query.at, query.as_of)]
    if not heads and query.withdrawn:
        heads = [
            one
            for one in group
            if _known(one, query.at, query.as_of)
            and any(
                one.hash in other.body.amends
                for other in group
                if other.body
                and other.body.kind.startswith("withdrawal")
                and (query.as_of is None or other.received <= query.as_of)
            )
        ]
    lead = max(heads, key=lambda one: (one.header.clock, one.hash), default=None)
    if lead is not None and lead.body and query.at is not None:
        until = content_of(lead.body).get("valid_until")
        end = parse_interval(until)[1] if until else None
        if end is not None and end < query.at:
            return None
    return lead


def _matches(one: Opened, query: Query) -> bool:
    body = one.body
    assert body is not None
    content, place = content_of(body), body.place
    kind = body.kind.split("/")[0]
    if query.kinds and kind not in query.kinds:
        return False
    if query.types and content.get("type") not in query.types:
        return False
    if body.occurred and not touches(body.occurred, query.start, query.end):
        return False
    if query.bbox is not None:
        west, south, east, north = query.bbox
        if place is None or place.lon is None or place.lat is None:
            return False
        within = (
            west <= place.lon <= east if west <= east else place.lon >= west or place.lon <= east
        )
        if not (within and south <= place.lat <= north):
            return False
    texts = [content["summary"], content.get("name", ""), body.owner]
    texts += [place.name, place.pcode] if place else []
    texts.append(
        {"market": "Market", "VC": "Violence against civilians"}.get(content.get("type", ""), "")
    )
    held = {word for text in texts for word in plain_words(text)}
    return set(plain_words(query.q)) <= held


def modelled(entries: Sequence[Opened], query: Query) -> list[bytes]:
    groups: dict[tuple[str, str, bytes], list[Opened]] = {}
    for one in entries:
        assert one.body is not None
        key = (one.body.compartment, one.body.owner, one.body.entity)
        groups.setdefault(key, []).append(one)
    leads = [lead for group in groups.values() if (lead := _lead(group, query)) is not None]
    shown = [one for one in leads if _matches(one, query)]
    shown.sort(key=lambda one: (_start(one), one.body and one.body.id), reverse=True)
    return [one.body.id for one in shown if one.body]


@few
@given(worlds())
def test_lists_are_those_of_a_plain_model(entries: list[Opened]) -> None:
    queries = {
        name: query
        for name, query in (QUERIES | BY_RECEIVED).items()
        if not query.filter and query.changed_since is None
    }
    with tempfile.TemporaryDirectory() as folder, closing(picture_of(Path(folder), entries)) as p:
        for name, query in queries.items():
            found = [row.id for row in search(p, ALL, query).rows]
            assert found == modelled(entries, query), name
