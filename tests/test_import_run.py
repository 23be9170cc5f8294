"""An import as a whole: nothing lost, nothing twice, changes as amendments."""

import csv
import io
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eirene.errors import InvalidQuery, InvalidReport
from eirene.imports.deciding import Known, Said
from eirene.imports.faults import BadMapping, UnclearFile
from eirene.imports.mapping import mapping_named, ready_mappings
from eirene.imports.naming import check_names, with_names
from eirene.imports.run import Plan
from eirene.missions import mission_named
from eirene.reports.draft import draft_of
from import_files import NOW, a_file, a_mapping, planned, sums, told

SITES = {"name": "name", "people": "people"}
LIST = "id,name,people\n1,Talvek,120\n2,Orrin,\n"


class Kept:
    """What a node would know after filing: the reports of each entity, newest first."""

    def __init__(self) -> None:
        self.told: dict[bytes, list[tuple[Said, dict[str, Any]]]] = {}
        self.clients: set[str] = set()

    def known(self, entities: Sequence[bytes]) -> dict[bytes, Known]:
        found: dict[bytes, Known] = {}
        for entity in entities:
            if told := self.told.get(entity):
                (said, flat), history = told[0], [said for said, _ in told]
                found[entity] = Known(
                    (said.id,), lambda flat=flat: flat, lambda history=history: history
                )
        return found

    def file(self, made: Plan) -> int:
        filed = 0
        for flat in made.flats():
            self.tell(flat)
            filed += 1
        return filed

    def tell(self, flat: dict[str, Any]) -> None:
        assert flat["client_id"] not in self.clients, "a node would take it for a repeat"
        self.clients.add(flat["client_id"])
        draft = draft_of(flat, now=NOW)
        told = self.told.setdefault(bytes.fromhex(flat["entity"]), [])
        assert flat.get("amends", []) == [said.id.hex() for said, _ in told[:1]]
        read = {"classification": "unclassified", "tlp": "GREEN"}
        read |= msgspec.to_builtins(draft.content) | {
            n: v for n, v in flat.items() if n not in ("client_id", "amends")
        }
        assert draft.client_id is not None
        said = Said(len(self.clients).to_bytes(16), draft.client_id, draft.amends)
        told.insert(0, (said, read))


def sites(path: Path, kept: Kept | None = None, **more: Any):
    mapping = a_mapping(fields=SITES, row_id=["id"])
    return planned(path, mapping, current=kept.known if kept else None, **more)


def test_importing_again_gives_the_same_reports(tmp_path: Path) -> None:
    path = a_file(tmp_path, LIST)
    assert list(sites(path).flats()) == list(sites(path).flats())


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    kept, path = Kept(), a_file(tmp_path, LIST)
    assert kept.file(sites(path, kept)) == 2
    again = sites(path, kept)
    assert sums(again) == (0, 2, 0, 0)
    assert kept.file(again) == 0


def test_a_changed_row_amends_and_changing_it_back_amends_again(tmp_path: Path) -> None:
    kept = Kept()
    kept.file(sites(a_file(tmp_path, LIST), kept))
    for people in ("130", "120", "", "120"):
        made = sites(a_file(tmp_path, LIST.replace("120", people)), kept)
        assert sums(made) == (1, 1, 0, 0)
        assert made.amendments == 1
        assert "1 (1 of them amend one)" in told(made)
        assert kept.file(made) == 1


def test_what_a_person_corrected_stays_until_the_source_says_something_new(tmp_path: Path) -> None:
    kept = Kept()
    kept.file(sites(a_file(tmp_path, LIST), kept))
    entity = next(iter(sites(a_file(tmp_path, LIST)).flats()))["entity"]
    said, flat = kept.told[bytes.fromhex(entity)][0]
    mine = {"client_id": str(uuid.uuid4()), "amends": [said.id.hex()], "people": 7}
    kept.tell(
        {n: v for n, v in flat.items() if n in ("kind", "type", "name")}
        | mine
        | {"entity": entity, "compartment": "mission", "source": "A list"}
    )
    again = sites(a_file(tmp_path, LIST), kept)
    assert sums(again) == (0, 2, 0, 0), "the source says what it said before"
    newer = sites(a_file(tmp_path, LIST.replace("120", "130")), kept)
    assert (newer.amendments, newer.repeats) == (1, 1)
    assert "a person amended this report since" in told(newer)


def test_the_same_row_in_another_compartment_is_another_entity(tmp_path: Path) -> None:
    path = a_file(tmp_path, LIST)
    here = {flat["entity"] for flat in sites(path).flats()}
    there = {flat["entity"] for flat in sites(path, compartment="public").flats()}
    assert not here & there


def test_a_row_that_stands_twice_is_a_repeat_and_a_contradiction_a_reject(tmp_path: Path) -> None:
    made = sites(a_file(tmp_path, LIST + "1,Talvek,120\n2,Orrin,5\n"))
    assert sums(made) == (2, 1, 1, 0)
    assert made.rejects[0].row == 5
    assert made.rejects[0].column == "id"


def test_a_row_without_its_number_is_a_reject(tmp_path: Path) -> None:
    made = sites(a_file(tmp_path, LIST + ",Sanda,5\n"))
    assert sums(made) == (2, 0, 1, 0)
    assert "no number of its own" in made.rejects[0].rule


def test_the_rejects_file_names_row_column_rule_and_remedy(tmp_path: Path) -> None:
    made = sites(a_file(tmp_path, LIST + '3,Sanda,"many, many"\n4,"=2+2",x\n'))
    assert made.rejects_file(tmp_path / "rejects.csv") == 2
    with (tmp_path / "rejects.csv").open(encoding="utf-8", newline="") as stream:
        first, second = csv.DictReader(stream)
    assert first == {
        "file": "list.csv",
        "sheet": "",
        "row": "4",
        "column": "people",
        "field": "people",
        "value": "many, many",
        "rule": "is not a number",
        "proposal": "Leave the cell blank when it is not known.",
        "id": "3",
        "name": "Sanda",
        "people": "many, many",
    }
    assert second["row"] == "5"


def test_mended_rejects_are_brought_in_as_the_rows_that_they_are(tmp_path: Path) -> None:
    whole = a_file(tmp_path, LIST + '3,Sanda,"many, many"\n4,Bria,9\n')
    kept, mended = Kept(), tmp_path / "rejects.csv"
    first = sites(whole, kept)
    assert (kept.file(first), first.rejects_file(mended)) == (3, 1)
    again = sites(mended, kept)
    assert sums(again) == (0, 0, 1, 0)
    assert (again.rejects[0].file, again.rejects[0].row) == ("list.csv", 4), "of the first file"
    mended.write_text(mended.read_text().replace(',3,Sanda,"many, many"', ",3,Sanda,12"))
    made = sites(mended, kept)
    assert (sums(made), kept.file(made)) == ((1, 0, 0, 0), 1)
    a_file(tmp_path, LIST + "3,Sanda,12\n4,Bria,9\n")
    assert sums(sites(whole, kept)) == (0, 4, 0, 0), "the mended file has nothing new"


def test_all_rejects_are_written_where_there_are_more_than_are_kept(tmp_path: Path) -> None:
    rows = "".join(f"{n},Name {n},x\n" for n in range(1_200))
    made = sites(a_file(tmp_path, "id,name,people\n" + rows))
    assert (made.rejected, len(made.rejects)) == (1_200, 1_000)
    assert made.rejects_file(tmp_path / "rejects.csv") == 1_200


def test_the_table_shows_what_would_happen(tmp_path: Path) -> None:
    path = a_file(tmp_path, "id,name,people,colour\n1,Talvek,120,red\n")
    table = told(sites(path))
    for words in ("rows in  1", "reports  1", "repeats  0", "rejects  0", "not used  colour"):
        assert words in table
    assert "row 2  type other; name Talvek; people 120" in table


def test_nobody_lives_at_zero_zero(tmp_path: Path) -> None:
    fields = {"name": "name", "latitude": "lat", "longitude": "lon"}
    made = planned(a_file(tmp_path, "name,lat,lon\nA,0,0\nB,0,10\nC,,\n"), a_mapping(fields=fields))
    assert sums(made) == (2, 0, 1, 0)
    assert "0, 0" in made.rejects[0].rule
    assert "latitude" not in list(made.flats())[1]


# --- mappings


def test_headings_that_are_fields_need_no_mapping(tmp_path: Path) -> None:
    text = "Type,name,People,latitude,longitude,nmae\nmarket,Talvek,120,4.36,18.55,x\n"
    made = planned(a_file(tmp_path, text), None)
    flat = next(made.flats())
    assert {n: flat[n] for n in ("type", "name", "people", "latitude")} == {
        "type": "market",
        "name": "Talvek",
        "people": 120,
        "latitude": 4.36,
    }
    assert "nmae (did you mean name?)" in told(made)


@pytest.mark.parametrize(
    ("told_", "field", "words"),
    [
        ({"fields": {"nam": "name"}}, "fields.nam", "Did you mean 'name'"),
        ({"fields": {"name": "nome"}}, "fields.name", "Did you mean 'name'"),
        ({"fields": {"name": {"when": {"nme": "x"}, "column": "name"}}}, "fields.name", "name"),
        ({"fields": {"name": {"column": "name", "text": "x"}}}, "fields.name", "column"),
        ({"fields": {"name": {"text": "{name"}}}, "text", "{column}"),
        ({"fields": {"name": {"column": "name", "patterns": [["(", "x"]]}}}, "patterns", "Mend"),
        ({"row_id": ["zzz"]}, "row_id", "There are"),
        ({"const": {"compartment": "public"}}, "const.compartment", "There are"),
        ({"file": {"zone": "Africa/Bangi"}}, "file.zone", "Africa/Bangui"),
    ],
)
def test_a_mapping_that_does_not_fit_names_the_place_and_the_nearest(
    tmp_path: Path, told_: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(BadMapping) as caught:
        planned(a_file(tmp_path, "name\nTalvek\n"), a_mapping(**told_))
    assert caught.value.field == field
    assert words in str(caught.value.remedy)


def test_a_mapping_for_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match="makes reports of kind site"):
        planned(a_file(tmp_path, "name\nTalvek\n"), a_mapping(), kind="incident")


def test_a_misspelt_mapping_names_the_nearest_and_a_faulty_file_its_fault(tmp_path: Path) -> None:
    with pytest.raises(BadMapping) as caught:
        mapping_named("ucdp-gde")
    assert "'ucdp-ged'" in str(caught.value.remedy)
    for text, words in (("name = ", "not TOML"), ('nme = "x"', "unknown field"), ("name=1", "str")):
        with pytest.raises(BadMapping, match=words):
            mapping_named(str(a_file(tmp_path, text, "own.toml")))


def test_a_mapping_file_of_the_user(tmp_path: Path) -> None:
    own = a_file(
        tmp_path,
        """
name = "wells"
kind = "site"
source = "Water cell"
row_id = ["no"]
[const]
type = "water-point"
[fields]
name = "village"
state = { column = "works", codes = { oui = "open", non = "closed" }, other = "unknown" }
people = "users"
other_names = { column = "also", split = "/" }
elevation_m = { column = "feet", scale = 0.3048 }
""",
        "wells.toml",
    )
    text = "no,village,works,users,also,feet\n7,Talvek,oui,60,Talwek / Dalvek,1000\n"
    flat = next(planned(a_file(tmp_path, text), str(own)).flats())
    assert flat["source"] == "Water cell"
    assert flat["other_names"] == ["Talwek", "Dalvek"]
    assert (flat["state"], flat["people"], flat["elevation_m"]) == ("open", 60, 304.8)


def test_a_code_without_a_translation_is_a_reject(tmp_path: Path) -> None:
    fields = {"name": "name", "state": {"column": "s", "codes": {"ok": "open"}}}
    made = planned(a_file(tmp_path, "name,s\nA,ok\nB,gone\nC,\n"), a_mapping(fields=fields))
    assert sums(made) == (2, 0, 1, 0)
    assert made.rejects[0].value == "gone"


def test_times_from_one_column_to_another(tmp_path: Path) -> None:
    text = "a,b\n2025-03-01,2025-03-31\n2025-01-01,2025-12-31\n2025-03-01,2025-03-02\n"
    text += "2025-03-01,2025-03-01\n2025-03-02,2025-03-01\n"
    mapping = a_mapping("incident", fields={"occurred": {"start": "a", "end": "b"}})
    made = planned(a_file(tmp_path, text), mapping)
    assert [flat["occurred"]["precision"] for flat in made.flats()] == [
        "month",
        "year",
        "span",
        "day",
    ]
    assert [one.rule for one in made.rejects] == ["ends before it starts"]


def test_ready_mappings_have_a_licence_and_an_attribution() -> None:
    assert len(ready_mappings()) >= 5
    for name in ready_mappings():
        mapping = mapping_named(name)
        assert mapping.name == name
        assert mapping.licence
        assert mapping.attribution
        # a list without numbers of its own says so, and what that means for its next edition
        assert mapping.row_id or "no number of its own" in mapping.notes


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5), st.text("ab ,\"'\n=é", max_size=6), st.text("0123-., x", max_size=4)
        ),
        max_size=12,
    )
)
def test_rows_in_are_reports_repeats_and_rejects(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str, str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows([("id", "name", "people"), *rows])
    mapping = a_mapping(fields=SITES, row_id=["id"], file={"decimal": ".", "delimiter": ","})
    made = planned(path, mapping)
    assert made.rows == len(rows)
    reports, _, _, _ = sums(made)
    flats = list(made.flats())
    assert len(flats) == reports
    assert len({flat["entity"] for flat in flats}) == reports
    for flat in flats:
        try:
            draft_of(flat, now=NOW)
        except InvalidReport as error:
            pytest.fail(f"the plan let through what filing refuses: {error}")


def test_what_a_name_means_can_be_said(tmp_path: Path) -> None:
    car = mission_named("car")
    path = a_file(tmp_path, "id,name,code\n1,A,CF712\n2,B,cf712\n3,C,CF999\n")
    mapping = a_mapping(fields={"name": "name", "pcode": "code"}, row_id=["id"])
    find = with_names(car.find, {"CF712": "CF71"})
    made = planned(path, mapping, find=find)
    assert made.tally.unplaced == {"CF999": (1, 4)}
    drafts = [draft_of(flat, now=NOW, find=find) for flat in made.flats()]
    assert [one.place and one.place.pcode for one in drafts] == ["CF71", "CF71", "CF999"]
    check_names(car.find, {"CF712": "CF71", "CF999": ""})
    for means in ("Nowhere at all", "Mbata"):
        with pytest.raises(InvalidQuery, match="cannot be taken for"):
            check_names(car.find, {"CF712": means})


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"file": {"zone": "America"}}, "file.zone"),
        ({"file": {"zone": "a" * 5_000}}, "file.zone"),
        ({"file": {"encoding": "rot13"}}, "encoding"),
        ({"file": {"encoding": "punycode"}}, "encoding"),
        ({"file": {"encoding": "undefined"}}, "encoding"),
        ({"file": {"encoding": "utf-8\0"}}, "encoding"),
        ({"fields": {"name": {"text": "{name} {}"}}}, "text"),
    ],
    ids=["folder", "long", "rot13", "hosts", "none", "zero", "nobody"],
)
def test_whatever_a_mapping_states_is_one_clear_error(
    tmp_path: Path, told: dict[str, Any], field: str
) -> None:
    with pytest.raises((BadMapping, UnclearFile)) as caught:
        planned(a_file(tmp_path, LIST), a_mapping(**told))
    assert (caught.value.field, bool(caught.value.remedy)) == (field, True)


def test_what_others_decided_moves_no_place_that_the_mission_knows() -> None:
    car = mission_named("car")
    find = with_names(car.find, {}, {"Bangui": "CF61", "CF712": "CF71"})
    assert find is not None and car.find is not None
    assert find("Bangui") == car.find("Bangui"), "or one organisation moves the dots of all"
    assert [one.pcode for one in find("cf712")] == ["CF71"]
    own = with_names(car.find, {"Bangui": "CF61"}, {"Bangui": "CF71"})
    assert own is not None and [one.pcode for one in own("Bangui")] == ["CF61"]


def test_rejects_start_nothing_in_a_spreadsheet_and_come_back_as_they_were(tmp_path: Path) -> None:
    odd = ["=HYPERLINK(1)", "'=1", "-0.5", "+236 70 00", "@a", "-a", "a\n=1", "'-5", "= 1; +2"]
    table = io.StringIO(newline="")
    csv.writer(table).writerows(
        [["id", "name", "=cmd"], *([f"={n}", "", one] for n, one in enumerate(odd))]
    )
    path = a_file(tmp_path, table.getvalue())
    mapping = a_mapping(fields={"name": "name"}, row_id=["id"])
    made = planned(path, mapping)
    assert made.rejects_file(tmp_path / "rejects.csv") == len(odd)
    with (tmp_path / "rejects.csv").open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert [cell for cell in cells if cell[:1] in tuple("=+-@")] == ["-0.5", "+236 70 00"]
    again = planned(tmp_path / "rejects.csv", mapping)
    assert [one.cells for one in again.rejects] == [one.cells for one in made.rejects]
    assert again.columns == made.columns


def test_a_p_code_that_the_mission_does_not_know_is_pointed_out_and_kept(tmp_path: Path) -> None:
    car = mission_named("car")
    path = a_file(tmp_path, "id,name,code\n1,A,CAF214\n2,B,CF712\n3,C,CF712\n")
    mapping = a_mapping(fields={"name": "name", "pcode": "code"}, row_id=["id"])
    made = planned(path, mapping, find=car.find)
    assert (made.reports, made.rejected) == (3, 0)
    assert made.tally.unplaced == {"CF712": (2, 3)}
    assert "'CF712' is in no list of places (2 rows, first row 3)" in told(made)
    assert "CF214" not in told(made).partition("row 2")[0]
    drafts = [draft_of(flat, now=NOW, find=car.find) for flat in made.flats()]
    assert [one.place and one.place.pcode for one in drafts] == ["CF214", "CF712", "CF712"]


def test_a_time_that_is_the_same_on_every_report_may_be_told_in_words(tmp_path: Path) -> None:
    path = a_file(tmp_path, "id,name\n1,A\n")
    mapping = a_mapping(fields={"name": "name"}, row_id=["id"], const={"occurred": "2022-03"})
    made = planned(path, mapping)
    assert made.reports == 1
    assert "occurred 2022-03" in told(made)
