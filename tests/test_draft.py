"""Drafts: places and times of a flat report, and what must agree."""

from __future__ import annotations

from typing import Any

import pytest

from conftest import T0
from eirene.errors import InvalidReport
from eirene.places import Place
from eirene.reports.draft import Draft, draft_of
from eirene.reports.kinds import kinds


def draft(**changes: Any) -> Draft:
    flat = kinds()["incident"].example | changes
    return draft_of({k: v for k, v in flat.items() if v != "DROP"}, now=T0)


def fault(**changes: Any) -> InvalidReport:
    with pytest.raises(InvalidReport) as error:
        draft(**changes)
    return error.value


def test_a_place_is_given_as_text_or_as_numbers() -> None:
    assert draft(place="0°29'30\"S 0°12'15\"W").place
    place = draft(place="DROP", latitude=-0.4917, longitude=-0.2042, accuracy_m=30).place
    assert place == Place(lat=-0.4917, lon=-0.2042, accuracy_m=30.0, method=place.method)


def test_words_and_numbers_together_must_say_the_same_place() -> None:
    both = draft(place="Bridge at Talvek", latitude=-0.4917, longitude=-0.2042).place
    assert both is not None
    assert (both.name, both.lat) == ("Bridge at Talvek", -0.4917)
    assert draft(latitude=4.3612, longitude=18.555).place
    assert "km apart" in fault(latitude=5.0, longitude=18.555).message


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"latitude": 91, "longitude": 0, "place": "DROP"}, "latitude"),
        ({"latitude": float("nan"), "longitude": 0, "place": "DROP"}, "latitude"),
        ({"latitude": 1, "longitude": float("inf"), "place": "DROP"}, "longitude"),
        ({"latitude": 1, "place": "DROP"}, "longitude"),
        ({"latitude": None, "longitude": 1, "place": "DROP"}, "latitude"),
        ({"latitude": "1", "longitude": 1, "place": "DROP"}, "latitude"),
        ({"accuracy_m": -1}, "accuracy_m"),
        ({"place": 7}, "place"),
        ({"occurred": 7}, "occurred"),
        ({"occurred": "290900Z FEB 25"}, "occurred"),
        ({"occurred": {"start": "2026-01-02T00:00:00Z"}}, "occurred"),
        (
            {"occurred": {"start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"}},
            "occurred.end",
        ),
        ({"links": [{"role": "about"}]}, "links.0"),
        ({"links": [{"role": "nope", "report": "0" * 32}]}, "links.0.role"),
        ({"amends": ["x"]}, "amends.0"),
        ({"client_id": "x"}, "client_id"),
        ({"actors": [{"role": "nope"}]}, "actors.0.role"),
        ({"actors": [{"role": "victim", "name": 3}]}, "actors.0.name"),
        ({"kind": "nope"}, "kind"),
        ({"kind": None}, "kind"),
    ],
)
def test_an_error_names_the_field_and_the_remedy(changes: dict[str, Any], field: str) -> None:
    error = fault(**changes)
    assert error.field == field
    assert error.remedy


def test_unknown_places_and_areas_are_no_points() -> None:
    unknown = draft(place="unknown").place
    area = draft(place="DROP", pcode="XA0101").place
    assert unknown is not None
    assert unknown.lat is None
    assert area is not None
    assert (area.lat, area.pcode, area.pcode_from) == (None, "XA0101", "stated")
    assert draft(place="DROP").place is None


def test_accuracy_is_never_finer_than_the_text() -> None:
    place = draft(place="4.36, 18.55", accuracy_m=1).place
    assert place is not None
    assert (place.accuracy_m or 0) > 500
