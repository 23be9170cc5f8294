"""Proposals: which field each column of lists of others goes to, found by its tag, heading or values.

The lists are parts of real ones (``tests/data/lists``, ATTRIBUTION.md).
"""

from pathlib import Path
from typing import Any

import pytest

from eirene.imports.lexicon import closeness, folded, translated
from eirene.imports.looks import MOST_VALUES
from eirene.imports.mapping import mapping_named, ready_mappings, used_columns
from eirene.imports.proposing import (
    Proposal,
    chosen,
    guess,
    known,
    named,
    propose,
    settled,
    targets,
)
from eirene.imports.readers import open_table
from eirene.imports.telling import lines
from eirene.imports.uses import uses_of
from eirene.imports.writing import mapping_toml
from eirene.missions import mission_named
from eirene.reports.codes import CLUSTER
from eirene.reports.kinds import kind_named, kinds
from import_files import a_file, planned, sums

LISTS = Path(__file__).parent / "data" / "lists"
CAR = mission_named("car")


def proposed(path: Path, kind: str = "") -> Proposal:
    return propose(known(open_table(path)), kind)


def guessed(name: str) -> Proposal:
    """As if the list had no ready mapping."""
    return guess(known(open_table(LISTS / f"{name}.csv")))


def fields(found: Proposal) -> dict[str, str]:
    """Column -> field, for those that are used."""
    return {column.name: column.field for column in found.columns if column.field}


def why(found: Proposal) -> dict[str, str]:
    """Column -> what it was found by, or why it is ignored."""
    return {column.name: column.by for column in found.columns}


INSIGHT = {
    "Date": "occurred",
    "Event Description": "summary",
    "Admin 1": "place",
    "Latitude": "latitude",
    "Longitude": "longitude",
    "Geo Precision": "accuracy_m",
    "Weapon Carried/Used": "means",
}
EXPECTED: dict[str, tuple[str, dict[str, str]]] = {
    "car-3w-hxl": (
        "activity",
        {
            "PREFECTURE": "place",
            "PCODE1": "pcode",
            "SOUSPREFECTURE": "place",
            "PCODE2": "pcode",
            "SECTEUR": "sector",
            "ACTEUR": "organisation_name",
            "ZONE": "place",
        },
    ),
    "mali-5w": (
        "activity",
        {
            "Organisation Accronyme": "organisation_name",
            "admin1Pcod": "pcode",
            "Region": "place",
            "admin2Pcod": "pcode",
            "Cercle": "place",
        },
    ),
    "chad-3w": (
        "activity",
        {
            "Pcode1": "pcode",
            "Province": "place",
            "Cluster": "sector",
            "Nom de l'organisation": "organisation_name",
        },
    ),
    "ethiopia-3w": (
        "activity",
        {
            "Activity status": "state",
            "Donor Name": "donor",
            "Program Partner Name": "organisation_name",
            "Implementing Partner Name": "partner",
            "Region": "place",
            "Zone": "place",
            "Woreda": "place",
            "WoredaPcod": "pcode",
            "Cluster": "sector",
            "Activity": "activity",
            "Lat": "latitude",
            "Long": "longitude",
        },
    ),
    "hapi-presence": (
        "activity",
        {
            "admin1_code": "pcode",
            "admin1_name": "place",
            "admin2_code": "pcode",
            "admin2_name": "place",
            "org_name": "organisation_name",
            "sector_code": "sector",
            "reference_period_start": "occurred_start",
            "reference_period_end": "occurred_end",
        },
    ),
    "insight-aid-worker": (
        "incident",
        INSIGHT
        | {
            "Organisation Affected": "affected",
            "Aid Workers Killed": "killed",
            "Aid Workers Injured": "injured",
            "Aid Workers Kidnapped": "abducted",
            "SiND Event ID": "reference",
        },
    ),
    "insight-education": (
        "incident",
        INSIGHT
        | {
            "Educators Killed": "killed",
            "Educators Injured": "injured",
            "Educators Kidnapped": "abducted",
            "SiND Event ID": "reference",
        },
    ),
    "insight-protection": (
        "incident",
        INSIGHT
        | {
            "Camp Name": "place",
            "Victim of Violence": "affected",
            "Camp Resident Killed": "killed",
            "Camp Resident Injured": "injured",
            "Camp Residents Kidnapped": "abducted",
            "SiND ID": "reference",
        },
    ),
    "insight-health-care-hxl": (
        "incident",
        INSIGHT
        | {
            "Health Workers Killed": "killed",
            "Health Workers Injured": "injured",
            "Health Workers Kidnapped": "abducted",
            "SiND Event ID": "reference",
        },
    ),
    "insight-explosive-weapons-hxl": (
        "incident",
        {
            "Date": "occurred",
            "Event Description": "summary",
            "Admin 1": "place",
            "Explosive Weapon Type": "means",
            "Affected": "affected",
            "Health Workers Killed": "killed",
            "SiND Event ID": "reference",
        },
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_column_goes_where_a_person_would_put_it(name: str) -> None:
    found = guessed(name)
    assert (found.kind, fields(found)) == EXPECTED[name]
    assert len(found.columns) == len(open_table(LISTS / f"{name}.csv").columns)
    assert all(column.by for column in found.columns), "each is found, or ignored for a reason"


@pytest.mark.parametrize("name", sorted(set(EXPECTED) - {"mali-5w"}))
def test_what_is_proposed_imports_as_it_is(name: str) -> None:
    found = guessed(name)
    made = planned(
        LISTS / f"{name}.csv", found.mapping, kind="", find=CAR.find, zone=CAR.zone, areas=CAR.areas
    )
    reports, repeats, rejected, _ = sums(made)
    assert reports >= 0.9 * made.rows - repeats, made.rejects[:3]
    assert all(one.rule == "organisation_name is missing." for one in made.rejects[:rejected])


def test_a_demanded_value_that_no_column_gives_is_asked(tmp_path: Path) -> None:
    found = guessed("mali-5w")
    assert [(ask.field, ask.hint) for ask in found.asks] == [("sector", "")]
    hinted = guessed("insight-aid-worker")
    assert [(ask.field, ask.hint) for ask in hinted.asks] == [("type", "PR")]
    assert hinted.mapping is not None and hinted.mapping.const == {"type": "PR"}


def test_a_p_code_says_where_only_when_no_point_does() -> None:
    with_point = guessed("ethiopia-3w").mapping
    without = guessed("car-3w-hxl").mapping
    assert with_point is not None and without is not None
    assert with_point.fields["pcode"] == "WoredaPcod"
    assert "pcode" not in without.fields
    told: Any = without.fields["place"]
    assert told.column == ("PCODE2", "PCODE1", "SOUSPREFECTURE", "ZONE", "PREFECTURE")


def test_a_point_claims_no_more_than_its_words_say() -> None:
    made = guessed("insight-aid-worker").mapping
    assert made is not None
    told: Any = made.fields["accuracy_m"]
    assert told.codes["(2) 25 km precision"] == "25000"
    assert told.codes["(3) District, communicipality, commune"] == "area 2 else 60000"


def test_what_a_column_was_found_by_is_told() -> None:
    told = why(guessed("car-3w-hxl"))
    assert told["PCODE2"] == "tag" and told["ZONE"] == "heading"
    assert told["Description_Acteur"] == "taken" and told["TYPE_ORG"] == "sort"
    told = why(guessed("insight-health-care-hxl"))
    assert told["Country"] == "country"
    assert told["Location"] == "values", "Road and Home are sorts of places"


def test_columns_without_a_known_heading_are_found_by_their_values(tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        "who,aaa,bbb,ccc,ddd\nX,CF21,2025-01-31,EHA,1\nY,CF22,2025-02-01,Santé,2\n",
    )
    found = proposed(path, "activity")
    assert fields(found) == {"aaa": "pcode", "bbb": "occurred", "ccc": "sector"}
    assert {why(found)[name] for name in ("aaa", "bbb", "ccc")} == {"values"}


def test_values_that_cannot_be_what_the_heading_says_are_not_taken(tmp_path: Path) -> None:
    path = a_file(tmp_path, "type,date,lat,lon,killed\nVC,May,900,far,some\nAC,June,901,x,y\n")
    found = proposed(path, "incident")
    assert fields(found) == {"type": "type"}
    assert {why(found)[name] for name in ("date", "lat", "lon", "killed")} == {"values"}


@pytest.mark.parametrize(
    "heading", ["Sous-Préfecture", "SOUS PREFECTURE", "  sous_prefecture ", "Sous‑préfecture"]
)
def test_case_accents_and_signs_make_no_other_heading(heading: str) -> None:
    assert folded(heading) == "sous prefecture"


def test_letters_of_other_scripts_stay() -> None:
    assert folded("اسم المرفق") == "اسم المرفق"


@pytest.mark.parametrize(
    ("tag", "wanted", "close"),
    [
        ("#adm1+code", "#adm1+code", 2),
        ("#adm1+code+v_ocha", "#adm1+code", 2),
        ("#adm1+code", "#adm1", 1),
        ("#adm1", "#adm1+code", 0),
        ("#adm2+code", "#adm1+code", 0),
    ],
)
def test_a_tag_fits_with_all_attributes_that_are_wanted(tag: str, wanted: str, close: int) -> None:
    assert closeness(tag, wanted) == close


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("Abris&BNA", "shelter"),
        ("EHA", "water-sanitation"),
        ("Sécurité alimentaire", "food-security"),
        ("Salud", "health"),
        ("PRO-GBV", "gender-based-violence"),
        ("Water, sanitation and hygiene", "water-sanitation"),
        ("Poetry", ""),
    ],
)
def test_words_of_sectors_are_known_in_three_languages(word: str, code: str) -> None:
    assert translated(CLUSTER.name, CLUSTER.labels, word) == code


def test_a_word_that_no_list_has_stays_open_until_somebody_says(tmp_path: Path) -> None:
    path = a_file(tmp_path, "organisation,sector\nA,Health\nB,Poetry\n")
    of = known(open_table(path))
    found = propose(of)
    assert found.untranslated == {"sector": ("Poetry",)}
    codes = {"sector": {"Poetry": "other"}}
    said = settled(of, "activity", found.columns, codes=codes)
    assert said.untranslated == {}
    made = planned(path, said.mapping, kind="")
    assert [flat["sector"] for flat in made.flats()] == ["health", "other"]


def test_a_person_takes_a_field_away_from_another_column() -> None:
    of = known(open_table(LISTS / "car-3w-hxl.csv"))
    columns = chosen(of, "activity", {"Description_Acteur": "organisation_name", "ZONE": ""})
    said = {column.name: (column.field, column.by) for column in columns}
    assert said["Description_Acteur"] == ("organisation_name", "person")
    assert said["ACTEUR"] == ("", "person")
    assert said["ZONE"] == ("", "person")
    assert said["SECTEUR"] == ("sector", "tag")


@pytest.mark.parametrize("name", ready_mappings())
def test_a_source_with_a_ready_mapping_is_known_by_its_headings(name: str, tmp_path: Path) -> None:
    made = mapping_named(name)
    head = ",".join([*sorted(used_columns(made)), "another"])
    found = proposed(a_file(tmp_path, head + "\n" + "x," * head.count(",") + "x\n"))
    assert (found.ready, found.kind) == (name, made.kind)
    assert fields(found).keys() == used_columns(made)


def test_an_export_of_our_own_is_taken_as_it_stands(tmp_path: Path) -> None:
    path = a_file(
        tmp_path, "entity,kind,marking,type,name\n" + "0" * 32 + ",site,x,market,Talvek\n"
    )
    found = proposed(path)
    assert (found.ready, found.kind) == ("eirene", "site")


def test_a_table_that_is_nothing_of_the_kind_gets_no_proposal(tmp_path: Path) -> None:
    found = proposed(a_file(tmp_path, "alpha,beta\nfoo,12\nbar,13\n"))
    assert (found.kind, found.mapping, found.used) == ("", None, 0)


@pytest.mark.parametrize("name", [*EXPECTED, *ready_mappings()])
def test_a_mapping_written_as_toml_reads_the_same(name: str, tmp_path: Path) -> None:
    made = guessed(name).mapping if name in EXPECTED else mapping_named(name)
    assert made is not None
    path = a_file(tmp_path, mapping_toml(made), "mapping.toml")
    assert mapping_named(str(path)) == made


def test_a_proposal_is_told_in_words() -> None:
    told = ["  ".join(line) for line in lines(guessed("car-3w-hxl"))]
    assert told[0] == "proposed  9 columns: 7 used, 2 ignored"
    assert "use  PCODE2 -> pcode (its HXL tag #adm2+code)" in told
    assert "ignore  Description_Acteur: ACTEUR has that field already" in told


def test_every_target_is_a_field_that_a_report_can_have() -> None:
    for name in kinds():
        assert len(set(targets(kind_named(name)))) == len(targets(kind_named(name)))
    assert "actors" not in targets(kind_named("incident")), "a list of parties is no single cell"


def test_headings_beside_the_fields_names_are_not_passed_over(tmp_path: Path) -> None:
    """``Lat`` is no field's name, yet nobody means it to be left out because ``Name`` is one."""
    site = kind_named("site")
    plain = open_table(a_file(tmp_path, "Name,Type,latitude,remark\nMbata,school,4,x\n"))
    mixed = open_table(a_file(tmp_path, "Name,Type,Lat,Lon\nMbata,school,4,18\n", "mixed.csv"))
    assert named(plain, site)
    assert not named(mixed, site)
    found = {column.name: column.field for column in propose(known(mixed), "site").columns}
    assert found == {"Name": "name", "Type": "type", "Lat": "latitude", "Lon": "longitude"}


def test_columns_look_the_same_however_many_rows_are_looked_at_together(tmp_path: Path) -> None:
    names = [f"N{n % 310}" if n % 7 else ("", " ", "N\ufffd", "NA")[n // 7 % 4] for n in range(997)]
    lines_ = [f"{n},{name},{n % 3 and ' x '},{'é' * (n % 5)}" for n, name in enumerate(names)]
    path = a_file(tmp_path, "\n".join(["id,name,few,wide", *lines_, ",,,", " , ,,"]))
    table = open_table(path)
    looks = {look.name: look for look in known(table).looks}
    assert known(table).rows == 997
    for at, name in enumerate(table.columns):
        told = [v for line in lines_ if (v := line.split(",")[at].strip())]
        counts: dict[str, int] = {}
        for value in told:
            if value in counts or len(counts) < MOST_VALUES:
                counts[value] = counts.get(value, 0) + 1
        look = looks[name]
        assert list(look.values.items()) == list(counts.items())
        assert (look.filled, look.longest) == (len(told), max(map(len, told)))
        assert look.unique == (name == "id")


def test_it_is_told_where_columns_share_a_field_and_where_one_gives_several(
    tmp_path: Path,
) -> None:
    rows = "".join(f"N{n},ONE,EHA,CF71,Bangui\n" for n in range(3))
    path = a_file(tmp_path, f"ref,acteur,secteur,pcode,localité\n{rows}", "made.csv")
    found = proposed(path, "activity")
    assert found.mapping is not None
    uses = {
        name: {(one.field, one.how, one.columns) for one in told}
        for name, told in uses_of(found.mapping).items()
    }
    both = ("place", "first", ("pcode", "localité"))
    line = ("summary", "text", ("acteur", "secteur", "localité"))
    assert uses["pcode"] == {both}
    assert uses["localité"] == {both, line}
    assert uses["acteur"] == {("organisation_name", "alone", ("acteur",)), line}
    assert uses["ref"] == {("reference", "alone", ("ref",)), ("reference", "id", ("ref",))}
    assert uses.keys() == fields(found).keys()


def test_every_ready_mapping_says_of_each_column_what_it_makes() -> None:
    for name in ready_mappings():
        made = mapping_named(name)
        assert uses_of(made).keys() == used_columns(made), name
