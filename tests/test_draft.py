"""Drafts: places and times of a flat report, and what must agree."""

from __future__ import annotations

from typing import Any

import msgspec
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
    assert place == Place(lat=-0.4917, lon=-0.2042, accuracy_m=30.0, method="")


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
        ({"actors": [{"role": "victim", "nmae": "x"}]}, "actors.0.nmae"),
        ({"actors": [{}]}, "actors.0.role"),
        ({"also": ["AC", "nope"]}, "also.1"),
        ({"also": ["AC"] * 21}, "also"),
        ({"amends": ["0" * 32] * 201}, "amends"),
        ({"basis": ["seen"]}, "basis"),
        ({"basis": {"a": "b"}}, "basis"),
        ({"links": [{"role": ["about"], "report": "0" * 32}]}, "links.0.role"),
        ({"latitude": 10**400, "longitude": 1, "place": "DROP"}, "latitude"),
        ({"summary": "x" * 301}, "summary"),
        ({"summary": [[[[[["x"]]]]]]}, "summary.0.0.0.0"),
        ({"killed": None}, "killed"),
        ({"killed": True}, "killed"),
        ({"killed": 10**30}, "killed"),
        ({"occurred": []}, "occurred"),
        ({"tlp": "TLP:BLUE"}, "tlp"),
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


def test_a_field_of_form_time_keeps_a_day_or_an_instant() -> None:
    def until(text: Any) -> str:
        flat = kinds()["site"].example | {"valid_until": text}
        return msgspec.to_builtins(draft_of(flat, now=T0).content)["valid_until"]

    assert until("2026-12-31") == "2026-12-31"
    assert until("31 December 2026") == "2026-12-31"
    assert until("251430Z DEC 26") == "2026-12-25T14:30:00Z"
    assert until(until("251430Z DEC 26")) == until("251430Z DEC 26")
    with pytest.raises(InvalidReport) as error:
        until("2026")
    assert error.value.field == "valid_until"


def test_the_traffic_light_is_read_as_it_is_written() -> None:
    assert draft(tlp="TLP:AMBER+STRICT").tlp == draft(tlp="AMBER+STRICT").tlp == "AMBER+STRICT"
    assert draft(tlp="tlp:red").tlp == "RED"
    assert draft(tlp="DROP").tlp == "GREEN"


def test_blanks_around_a_text_say_nothing() -> None:
    assert draft(summary="  Market attacked \n").content.summary == "Market attacked"
    assert draft(summary=" \t ").content.summary == ""
    flat = kinds()["site"].example | {"name": "  "}
    with pytest.raises(InvalidReport) as error:
        draft_of(flat, now=T0)
    assert error.value.field == "name"


def test_an_alert_is_closed_with_an_outcome_or_a_reason() -> None:
    def alert(**changes: Any) -> Draft:
        return draft_of(kinds()["alert"].example | changes, now=T0)

    assert alert(state="closed", outcome="Patrol stayed the night").content
    assert alert(state="closed", decision="no-action", decision_reason="no-asset").content
    for changes, field in (
        ({"state": "closed"}, "outcome"),
        ({"decision": "no-action"}, "decision_reason"),
    ):
        with pytest.raises(InvalidReport) as error:
            alert(**changes)
        assert (error.value.field, bool(error.value.remedy)) == (field, True)


def test_a_warning_needs_a_place_and_an_unknown_one_is_one() -> None:
    flat = dict(kinds()["alert"].example)
    del flat["place"]
    with pytest.raises(InvalidReport) as error:
        draft_of(flat, now=T0)
    assert error.value.field == "place"
    for where in ({"place": "unknown"}, {"pcode": "XA0101"}, {"latitude": -0.5, "longitude": -0.2}):
        assert draft_of(flat | where, now=T0).place is not None
