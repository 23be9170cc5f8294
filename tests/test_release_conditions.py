"""Conditions of rules: one report asked, held against the same text asked of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eirene.errors import InvalidRules
from eirene.picture import Picture, Query, search
from eirene.picture.cql2 import queryables as of_the_api
from eirene.release.conditions import NOT_HERE, condition, queryables, values_of
from eirene.reports.envelope import content_of
from eirene.times import Span
from picture_world import ALL, DAY, HOUR, T0, World, at_place, picture_of

ATOMS = (
    "kind = 'incident'",
    "kind <> 'incident'",
    "kind IN ('site', 'alert')",
    "type = 'VC'",
    "type <> 'AC'",
    "state = 'reported'",
    "state = 'verified'",
    "killed >= 2",
    "5 <= killed",
    "2 > killed",
    "killed IS NULL",
    "killed IS NOT NULL",
    "killed BETWEEN 1 AND 4",
    "killed IN (1, 5)",
    "threatened > 10",
    "organisation = 'ngo'",
    "compartment = 'humanitarian'",
    "source = 'patrol'",
    "source IS NULL",
    "classification = 'confidential'",
    "tlp <> 'AMBER'",
    "place = 'Bangui'",
    "pcode LIKE 'CF71%'",
    "summary LIKE '%100\\%'",
    "summary LIKE 'T_o%'",
    "summary LIKE 'é%'",
    "occurred >= DATE('2025-03-02')",
    "occurred = DATE('2025-03-01')",
    "occurred <> DATE('2025-03-01')",
    "occurred < TIMESTAMP('2025-03-02T00:00:00Z')",
    "occurred <= TIMESTAMP('2025-03-01T00:00:00Z')",
    "T_INTERSECTS(occurred, INTERVAL('2025-03-04', '2025-03-09'))",
    "T_INTERSECTS(occurred, INTERVAL('..', '2025-03-01'))",
    "T_AFTER(occurred, TIMESTAMP('2025-03-03T00:00:00Z'))",
    "T_BEFORE(occurred, TIMESTAMP('2025-03-02T00:00:00Z'))",
    "occurred IS NULL",
    "geometry IS NULL",
    "S_INTERSECTS(geometry, POLYGON((18 4,19 4,19 5,18 5,18 4)))",
    "S_INTERSECTS(geometry, POINT(20 6))",
    "S_INTERSECTS(geometry, BBOX(18,4,19,5))",
    "S_INTERSECTS(geometry, BBOX(170,-20,-170,10))",
)
texts = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(("AND", "OR")), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        inner.map(lambda text: f"NOT ({text})"),
    ),
    max_leaves=6,
)


def a_world() -> World:
    world = World()
    world.tell(
        content={"type": "VC", "state": "verified", "summary": "one", "killed": 1},
        place=at_place(18.55, 4.36, name="Bangui", pcode="CF711"),
        source="patrol",
        classification="confidential",
        tlp="AMBER",
    )
    world.tell(
        content={"type": "AC", "summary": "two 100%", "killed": 5},
        place=at_place(20.0, 6.0),
        owner="ngo",
        compartment="humanitarian",
        occurred=Span(T0 + 5 * DAY, T0 + 6 * DAY, "day"),
    )
    world.tell("site/1", content={"type": "bridge", "summary": "three", "name": "x"}, occurred=None)
    world.tell(
        "alert/1",
        content={"threat": "past", "summary": "Été", "threatened": 40},
        place=at_place(179.9, -10.0),
        occurred=Span(T0, T0, "second"),
    )
    world.tell(content={"type": "VC"}, occurred=Span(T0 - HOUR, T0 + HOUR, "span"))
    return world


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Picture, World]]:
    world = a_world()
    with closing(picture_of(tmp_path_factory.mktemp("conditions"), world.entries)) as picture:
        yield picture, world


def held(world: World, text: str) -> set[bytes]:
    """Ids of the reports for which a condition holds."""
    bodies = [one.body for one in world.entries if one.body is not None]
    asked = condition(text)
    return {body.id for body in bodies if asked.holds(values_of(body, content_of(body)))}


def found(picture: Picture, text: str) -> set[bytes]:
    return {row.id for row in search(picture, ALL, Query(filter=text)).rows}


@pytest.mark.parametrize("text", ATOMS)
def test_a_condition_holds_for_the_reports_that_the_api_finds(
    both: tuple[Picture, World], text: str
) -> None:
    assert held(both[1], text) == found(both[0], text)


@given(texts)
def test_and_or_and_not_join_as_they_do_in_the_api(both: tuple[Picture, World], text: str) -> None:
    assert held(both[1], text) == found(both[0], text)


def test_the_same_names_can_be_asked_but_those_no_report_has_yet() -> None:
    api = {name: one.type for name, one in of_the_api().items() if name not in NOT_HERE}
    assert queryables() == api
    assert set(NOT_HERE) <= set(of_the_api())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kiled >= 3", "nothing called 'kiled'"),
        ("received > DATE('2025-03-10')", "received is not known"),
        ("killed = 'many'", "number is needed"),
        ("kind = 3", "text is needed"),
        ("killed >", "not CQL2"),
        ("", "not CQL2"),
        ("killed + 1 = 2", "property stands on the left"),
        ("casei(kind) = 'a'", "property stands on the left"),
        ("geometry = 1", "S_INTERSECTS"),
        ("S_WITHIN(geometry, POINT(1 1))", "cannot be asked"),
        ("occurred > 'yesterday'", "time in it cannot be read"),
        ("S_INTERSECTS(kind, POINT(1 1))", "asks geometry"),
        ("kind LIKE 3", "LIKE compares"),
        ("geometry IN (1)", "IN compares"),
        ("NOT " * 60 + "killed = 1", ""),
        ("killed = 1 OR " * 200 + "killed = 1", "longer"),
    ],
)
def test_what_cannot_be_asked_of_one_report_is_one_clear_error(text: str, says: str) -> None:
    with pytest.raises(InvalidRules) as caught:
        condition(text)
    assert says in caught.value.message
    assert caught.value.field == "condition" and caught.value.remedy


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        condition(text)
    except InvalidRules as error:
        assert error.field == "condition"


def test_what_is_not_known_never_opens_a_rule() -> None:
    for text in ("killed < 3", "NOT (killed < 3)", "NOT (type = 'AC')", "state <> 'refuted'"):
        assert not condition(text).holds({"kind": "incident"})
