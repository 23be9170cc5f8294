"""What the terms of its source forbid to pass on: read where it was filed, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conftest import Bench
from eirene.errors import NotAllowed
from eirene.imports.mapping import Mapping, terms_of
from eirene.picture import Query, flat
from eirene.products import FORMATS, export
from import_files import a_file, a_mapping, planned, told
from outlets import derived
from outlets.probes import TAKEN_ALONG
from release_desk import DUTY, Office, a_reader, an_incident

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
