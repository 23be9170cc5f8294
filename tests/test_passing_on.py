"""What the terms of its source forbid to pass on: read where it was filed, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import msgspec
import pytest

from conftest import Bench
from eirene.errors import NotAllowed
from eirene.imports.mapping import Mapping, terms_of
from eirene.picture import Query, flat
from eirene.places_tiles import tile_at, world_of
from eirene.products import COUNT_FORMATS, FORMATS, export
from import_files import a_file, a_mapping, planned, told
from outlets import derived
from outlets.probes import TAKEN_ALONG
from release_desk import DUTY, Office, a_reader, an_incident
from web_node import P_LAT, P_LON, WebNode
from web_node import an_incident as web_incident

JOC = "joc-duty-officer"

TERMS = "terms of the Violet List: no redistribution"
AUDIENCES = ("humanitarian", "police", "partners", "command", "public")


@pytest.fixture
def office(bench: Bench, tmp_path: Path) -> Iterator[Office]:
    made = Office(bench, tmp_path)
    yield made
    made.close()


def versions(office: Office) -> list[str]:
    return [name for name in AUDIENCES for row in office.seen(name) if row.is_version]


def exported(office: Office, format_: str = "csv") -> tuple[bytes, dict[str, Any]]:
    when = datetime(2026, 11, 25, tzinfo=UTC)
    made = export(office.picture, DUTY, Query(), format_, "duty", when)
    return b"".join(made.chunks), made.manifest


def test_no_audience_gets_a_version_and_is_told_why(office: Office) -> None:
    [filed] = office.file(an_incident(terms=TERMS, tlp="CLEAR"))
    office.pass_slots(3)
    assert versions(office) == []
    found = office.people.preview_of(DUTY, bytes.fromhex(filed))
    reached = [one.decision for one in found if one.decision.audience == "humanitarian"]
    assert [one.outcome for one in reached] == ["capped"]
    assert TERMS in reached[0].sentence
    assert not [one for one in found if one.version is not None]


def test_without_the_mark_the_same_report_goes_out(office: Office) -> None:
    office.file(an_incident(tlp="CLEAR"))
    office.pass_slots(3)
    assert "humanitarian" in versions(office)


def test_its_own_compartment_reads_it_with_the_terms_beside_it(office: Office) -> None:
    office.file(an_incident(terms=TERMS))
    [row] = office.seen("mission")
    assert flat(row)["terms"] == TERMS
    assert flat(row)["marking"].endswith("NOT TO BE PASSED ON")


def test_an_amendment_stays_marked_and_takes_back_what_went_before(office: Office) -> None:
    """A newer edition under other terms; then somebody corrects it and says nothing of terms."""
    [first] = office.file(an_incident(tlp="CLEAR"))
    office.pass_slots(2)
    assert "humanitarian" in versions(office)
    [second] = office.file(an_incident(tlp="CLEAR", amends=[first], terms=TERMS))
    office.pass_slots(2)
    assert versions(office) == []
    office.file(an_incident(tlp="CLEAR", amends=[second], summary="Corrected"))
    office.pass_slots(2)
    [row] = office.seen("mission")
    assert (flat(row)["summary"], flat(row)["terms"]) == ("Corrected", TERMS)
    assert versions(office) == []


def test_break_glass_does_not_open_it(office: Office) -> None:
    chief = a_reader("mission", "command", decides=("police",), grants=("mission",), account="c")
    [filed] = office.file(an_incident(terms=TERMS, state="reported"))
    with pytest.raises(NotAllowed, match="Violet List"):
        office.glass.ask(
            chief,
            "c",
            bytes.fromhex(filed),
            "police",
            reason="Somebody must look at this one now.",
            until=office.now + timedelta(hours=1),
        )


@pytest.mark.parametrize("opened", [True, False], ids=["open", "asked for"])
def test_a_later_mark_ends_what_break_glass_opened_or_asked_for(
    office: Office, opened: bool
) -> None:
    """Two people saw it before somebody learned that its source forbids it."""
    people = [
        a_reader("mission", "command", decides=("police",), grants=("mission",), account=name)
        for name in ("chief", "deputy")
    ]
    [filed] = office.file(an_incident(state="reported"))
    for who in people[: 1 + opened]:
        office.standing[who.account] = who
        office.glass.ask(
            who,
            who.account,
            bytes.fromhex(filed),
            "police",
            reason="Somebody must look at this one now.",
            until=office.now + timedelta(hours=1),
        )
    assert len([r for r in office.seen("police") if r.is_version]) == opened
    [marked] = office.file(an_incident(amends=[filed], terms=TERMS))
    office.desk.tick()
    assert office.seen("police") == []
    found = office.people.releases(people[0], bytes.fromhex(marked))
    [line] = [line for line, _ in found if line.audience == "police"]
    assert line.state == ("recalled" if opened else "refused")
    assert line.last.reason == "its marking forbids it"
    assert office.glass.asked(people[1]) == []


@pytest.mark.parametrize("format_", FORMATS)
def test_no_file_that_is_taken_along_has_it_and_the_manifest_counts_it(
    office: Office, format_: str
) -> None:
    office.file(an_incident(terms=TERMS, summary="Zenobia", source="Violet"))
    office.file(an_incident(summary="Free to go"))
    content, manifest = exported(office, format_)
    assert (manifest["count"], manifest["left_out"]) == (1, 1)
    assert "Violet" not in str(manifest)
    if format_ in ("csv", "geojson", "kml", "hxl.csv"):
        assert b"Free to go" in content
        assert b"Zenobia" not in content


def test_nobody_is_told_of_what_he_does_not_read(office: Office) -> None:
    office.file(an_incident(terms=TERMS))
    when = datetime(2026, 11, 25, tzinfo=UTC)
    made = export(office.picture, a_reader("police"), Query(), "csv", "p", when)
    assert (made.manifest["count"], made.manifest["left_out"]) == (0, 0)


def test_every_format_of_the_export_is_walked_as_one_that_is_taken_along() -> None:
    """A new way to a file is found here, and by the outlet walk, which plants a marked report."""
    files = {path.rpartition("/")[2] for _, path in derived.routes() if "/export." in path}
    assert files == set(TAKEN_ALONG) == {f"export.{format_}" for format_ in FORMATS}


def test_a_mapping_marks_all_that_it_brings(tmp_path: Path) -> None:
    listed = a_file(tmp_path, "name\nTalvek\n")
    mapping = msgspec.structs.replace(a_mapping(), passing_on=False, licence="no redistribution")
    made = planned(listed, mapping)
    assert [one["terms"] for one in made.flats()] == ["terms of A list: no redistribution"]
    assert "may not be passed on: terms of A list" in told(made)
    free = planned(listed, a_mapping())
    assert [one.get("terms") for one in free.flats()] == [None]


def test_no_column_of_the_file_takes_the_mark_away(tmp_path: Path) -> None:
    listed = a_file(tmp_path, "name,free\nTalvek,all free\n")
    told_ = a_mapping(fields={"name": "name", "terms": "free"}, const={"terms": "none"})
    mapping = msgspec.structs.replace(told_, passing_on=False)
    assert [one["terms"] for one in planned(listed, mapping).flats()] == ["terms of A list"]


def test_terms_are_those_of_the_source() -> None:
    listed = Mapping(name="x", kind="site", source="Violet", passing_on=False)
    assert terms_of(listed) == "terms of Violet"
    assert terms_of(msgspec.structs.replace(listed, passing_on=True)) == ""


# --- what programs of others fetch


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    """Two free reports and one under terms, farther out and later than they."""
    made = WebNode(tmp_path_factory.mktemp("node"), mission="amber")
    made.file(
        web_incident(summary="Free to go", pcode="QR02", latitude=..., longitude=...),
        web_incident(summary="Free, too"),
        web_incident(
            summary="Zenobia", terms=TERMS, latitude=-2.5, longitude=-3.5, occurred="2026-11-24"
        ),
    )
    yield made
    made.close()


def test_features_leave_it_out_and_tell_its_reader_how_many(web: WebNode) -> None:
    answer = web.get(JOC, "/ogc/collections/incident/items")
    assert b"Zenobia" not in answer.content
    found = answer.json()
    assert (found["numberMatched"], found["numberReturned"], found["leftOut"]) == (2, 2, 1)
    assert "NOT TO BE PASSED ON" not in answer.headers["eirene-marking"]
    narrowed = web.get(JOC, "/ogc/collections/incident/items?filter=summary='Zenobia'").json()
    assert (narrowed["numberMatched"], narrowed["leftOut"]) == (0, 1)
    for role in ("ngo-focal-point", "anyone"):
        theirs = web.get(role, "/ogc/collections/incident/items").json()
        assert (theirs["numberMatched"], theirs["leftOut"]) == (0, 0)


def test_an_extent_does_not_reach_to_it(web: WebNode) -> None:
    extent = web.get(JOC, "/ogc/collections/incident").json()["extent"]
    assert extent["spatial"]["bbox"] == [[P_LON, P_LAT, P_LON, P_LAT]]
    assert extent["temporal"]["interval"][0][1].startswith("2026-11-20")


def test_one_feature_is_refused_to_its_reader_in_words_and_absent_to_others(web: WebNode) -> None:
    (one,) = web.get(JOC, "/api/search?q=zenobia").json()["reports"]
    path = f"/ogc/collections/incident/items/{one['id']}"
    refused = web.get(JOC, path)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    assert TERMS in refused.json()["message"]
    absent = web.get("anyone", "/ogc/collections/incident/items/" + "0" * 32)
    other = web.get("anyone", path)
    assert (
        (other.status_code, other.content)
        == (absent.status_code, absent.content)
        == (404, other.content)
    )


def test_no_tile_has_it_at_any_zoom(web: WebNode) -> None:
    at = world_of(-3.5, -2.5)
    assert at is not None
    for zoom in (0, 5, 9, 14):
        one = tile_at(*at, zoom)
        answer = web.get(JOC, f"/tiles/incident/{zoom}/{one.x}/{one.y}.mvt")
        assert answer.status_code == 200
        layers = mapbox_vector_tile.decode(answer.content) if answer.content else {}
        told = [f["properties"] for layer in layers.values() for f in layer["features"]]
        assert sum(int(one.get("n", 1)) for one in told) == (1 if zoom < 9 else 0)  # the free one


def test_what_was_said_before_its_terms_were_known_stays_with_it(web: WebNode) -> None:
    """Somebody looks back to the moment before, or asks for the older report by its id."""
    [first] = web.file(web_incident(kind="incident", type="EX", summary="Quillon"))
    then = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    [marked] = web.file(web_incident(type="EX", summary="Q2", terms=TERMS, amends=[first["id"]]))
    for name in ("csv", "geojson", "kml"):
        assert b"Quillon" not in web.get(JOC, f"/api/export.{name}?as_of={then}").content
    found = web.get(JOC, "/api/search?q=quillon&as_of=" + then).json()
    assert found["total"] == 1
    counted = web.get(JOC, f"/api/counts.csv?as_of={then}").headers["eirene-manifest"]
    assert json.loads(counted)["left_out"] == 2
    for one in (first, marked):
        refused = web.get(JOC, f"/ogc/collections/incident/items/{one['id']}")
        assert refused.status_code == 403
    web.file({"kind": "withdrawal", "amends": [marked["id"]], "reason": "error"})


def test_the_screen_and_the_node_s_own_interface_show_it_with_its_terms(web: WebNode) -> None:
    assert web.get(JOC, "/api/counts").json()["total"] == 3
    (one,) = web.get(JOC, "/api/search?q=zenobia").json()["reports"]
    assert one["terms"] == TERMS
    assert one["marking"].endswith("NOT TO BE PASSED ON")


@pytest.mark.parametrize("format_", COUNT_FORMATS)
def test_counts_that_are_taken_along_leave_it_out_and_say_so(web: WebNode, format_: str) -> None:
    answer = web.get(JOC, f"/api/counts.{format_}?level=1&basis=2024")
    manifest = json.loads(answer.headers["eirene-manifest"])
    assert (manifest["count"], manifest["left_out"]) == (2, 1)
    assert manifest["coverage"]["period_end"].startswith("2026-11-20")
    assert manifest["coverage"]["by_point"] + manifest["coverage"]["outside"] == 1
    other = json.loads(web.get("anyone", f"/api/counts.{format_}").headers["eirene-manifest"])
    assert (other["count"], other["left_out"]) == (0, 0)
