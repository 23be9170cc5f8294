"""Ready mappings on lists of others: cut from public ones, or made with the headings of the publisher.

Files called ``made-`` hold invented rows. What the whole public files need is in
``test_ready_lists_whole.py``, which says so where they are not here.
"""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from eirene.imports.divisions import are_divisions
from eirene.imports.faults import BadMapping
from eirene.imports.mapping import attributions, mapping_named, ready_mappings, used_columns
from eirene.imports.proposing import guess, known, propose
from eirene.imports.readers import open_table
from eirene.imports.run import Plan, plan
from eirene.missions import mission_named
from import_files import NOW, a_file, a_mapping, planned, sums, told

LISTS = Path(__file__).parent / "data" / "lists"
ODBL = Path(__file__).parents[1] / "odbl"
CAR = mission_named("car")
FILES: dict[str, tuple[str, tuple[int, int, int, int]]] = {
    "made-acled.csv": ("acled", (6, 0, 0, 0)),
    "made-acled-older.csv": ("acled", (6, 0, 0, 0)),
    "made-ucdp-hdx.csv": ("ucdp-ged", (3, 0, 0, 0)),
    "made-dtm.csv": ("dtm-idps", (4, 0, 0, 0)),
    "made-geopko-by-map.csv": ("geopko-by-map", (3, 0, 0, 0)),
    "made-geopko-by-year.csv": ("geopko-by-year", (3, 1, 1, 0)),
    "made-health-who.csv": ("health-who-kwtrp", (3, 1, 0, 0)),
    "made-geonames-dump.txt": ("geonames-dump", (4, 0, 0, 0)),
    "made-crsv.csv": ("insecurity-crsv", (3, 0, 0, 0)),
    "fatalities-un.csv": ("fatalities-un", (8, 0, 0, 0)),
    "food-ch-ipc.csv": ("food-ch-ipc", (33, 0, 1, 0)),
    "hapi-presence.csv": ("hapi-presence", (-1, 0, 0, 0)),
    "hapi-needs.csv": ("hapi-needs", (14, 0, 0, 0)),
    "population-adm1.csv": ("population-adm1", (4, 0, 0, 0)),
    "population-adm2.csv": ("population-adm2", (5, 0, 1, 0)),
    "population-adm3.csv": ("population-adm3", (6, 0, 0, 0)),
    "mandate-tasks.csv": ("mandate-tasks", (38, 0, 0, 0)),
    "mandate-resolutions.csv": ("mandate-resolutions", (16, 0, 0, 0)),
    "insight-aid-worker.csv": ("insecurity-aid-workers", (-1, 0, 0, 0)),
    "insight-education.csv": ("insecurity-education", (-1, 0, 0, 0)),
    "insight-protection.csv": ("insecurity-protection", (-1, 0, 0, 0)),
    "insight-health-care-hxl.csv": ("insecurity-health-care", (-1, 0, 0, 0)),
    "insight-explosive-weapons-hxl.csv": ("insecurity-explosive", (-1, 0, 0, 0)),
}
"""Name of a list -> its mapping, and what becomes of its rows; -1: all others are reports."""


@cache
def brought(name: str) -> tuple[Plan, list[dict[str, Any]]]:
    """A list as its mapping takes it, and its reports."""
    made = plan(
        LISTS / name,
        kind="",
        mapping=FILES[name][0],
        compartment="mission",
        zone=CAR.zone,
        now=NOW,
        find=CAR.find,
        areas=CAR.areas,
    )
    return made, list(made.flats())


def reports(name: str) -> list[dict[str, Any]]:
    return brought(name)[1]


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_accounted_for(name: str) -> None:
    made, flats = brought(name)
    wanted = FILES[name][1]
    found = sums(made)
    assert found == (len(flats), *wanted[1:]), made.rejects
    assert found[0] > 0 and wanted[0] in (-1, found[0])


@pytest.mark.parametrize("name", FILES)
def test_it_is_known_by_its_headings_and_nothing_has_to_be_named(name: str) -> None:
    found = propose(known(open_table(LISTS / name)))
    assert found.ready == FILES[name][0]


@pytest.mark.parametrize("name", ready_mappings())
def test_a_mapping_says_whose_it_is_and_under_which_terms(name: str) -> None:
    made = mapping_named(name)
    assert made.title and made.source and made.licence and made.attribution and made.notes
    assert attributions()[made.source] == made.attribution
    assert not set(made.ignore) & used_columns(made)


def test_sources_of_two_mappings_are_never_the_same() -> None:
    """Rows of two lists would be taken for editions of one."""
    sources = Counter(mapping_named(name).source for name in ready_mappings())
    assert [source for source, times in sources.items() if times > 1] == []


# -- what may not be passed on


@pytest.mark.parametrize(
    "name",
    ["made-acled.csv", "made-geopko-by-map.csv", "made-geopko-by-year.csv", "made-health-who.csv"],
)
def test_what_may_not_be_passed_on_is_marked_by_whatever_mapping_it_is_brought(name: str) -> None:
    assert all(flat["terms"] for flat in reports(name))
    column = open_table(LISTS / name).columns[1]
    own = a_mapping("site", fields={"name": column})
    made = plan(
        LISTS / name,
        kind="",
        mapping=own,
        compartment="mission",
        zone=None,
        now=NOW,
        find=None,
    )
    assert all(flat["terms"] for flat in made.flats())
    assert "may not be passed on" in told(made)


def test_a_list_that_is_free_is_not_marked() -> None:
    assert not any("terms" in flat for flat in reports("insight-education.csv"))


def test_a_number_that_went_through_a_spreadsheet_is_the_number_that_it_was(
    tmp_path: Path,
) -> None:
    """Insecurity Insight gives the same event as 42822 and, in another edition, as 42822.0."""
    name, mapping = "insight-education.csv", "insecurity-education"
    rows = list(csv.DictReader((LISTS / name).open(encoding="utf-8-sig")))[:3]
    flats: list[list[dict[str, Any]]] = []
    for ending in ("", ".0"):
        path = tmp_path / f"education{ending}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            for row in rows:
                number = row["SiND Event ID"].removesuffix(".0")
                writer.writerow(row | {"SiND Event ID": number + ending})
        made = plan(
            path, kind="", mapping=mapping, compartment="mission", zone=None, now=NOW, find=None
        )
        flats.append(list(made.flats()))
    assert flats[0] == flats[1] and len(flats[0]) == 3


def test_the_file_of_geonames_without_headings_loses_no_first_row(tmp_path: Path) -> None:
    flats = reports("made-geonames-dump.txt")
    assert [flat["name"] for flat in flats] == [
        "Talvek",
        "Orrin Airfield",
        "Mont Far",
        'Lim "le petit"',
    ]
    assert [flat["type"] for flat in flats] == ["settlement", "airfield", "other", "settlement"]
    assert flats[0]["other_names"] == ["Talweck", "Talvekk"] and flats[0]["people"] == 1200
    assert flats[1]["elevation_m"] == 465 and "people" not in flats[1]
    assert "it has no heading" in told(brought("made-geonames-dump.txt")[0])
    text = (LISTS / "made-geonames-dump.txt").read_text("utf-8")
    other = open_table(a_file(tmp_path, text.replace("2024-01-05", "yesterday"), "x.txt"))
    assert other.columns[1] == "Talvek", "what is not surely that list has a heading, as ever"


# -- ACLED


def test_both_layouts_of_acled_say_the_same() -> None:
    """Numbers or words for the sort of an actor, ISO days or days in words, a byte-order mark or none."""
    present, older = reports("made-acled.csv"), reports("made-acled-older.csv")
    ids = ("entity", "client_id")

    def said(flat: dict[str, Any]) -> dict[str, Any]:
        """But for how the day was written."""
        span = {name: flat["occurred"][name] for name in ("start", "end", "precision")}
        return {k: v for k, v in flat.items() if k not in ids} | {"occurred": span}

    assert [said(flat) for flat in present] == [said(flat) for flat in older]
    assert [flat["entity"] for flat in present] == [flat["entity"] for flat in older]
    assert [flat["type"] for flat in present] == ["AC", "VC", "EX", "DM", "CR", "DM"]


def test_acled_claims_no_day_and_no_place_finer_than_its_codes() -> None:
    flats = reports("made-acled.csv")
    precise = [flat["occurred"]["precision"] for flat in flats]
    assert precise == ["day", "span", "day", "month", "day", "day"]
    week = flats[1]["occurred"]
    assert (week["start"], week["end"]) == ("2023-03-12T00:00:00Z", "2023-03-19T00:00:00Z")
    radius = [flat["accuracy_m"] for flat in flats]
    assert (radius[0], radius[1]) == (2_000, 25_000) and radius[3] > 50_000
    assert [flat["pcode"][:4] for flat in flats[:3]] == ["CF43"] * 3


def test_acled_s_zero_is_not_known_and_its_peacekeepers_are_no_state_s_forces() -> None:
    flats = reports("made-acled.csv")
    assert [flat.get("killed") for flat in flats] == [4, None, 1, None, None, 2]
    assert flats[2]["actors"][1]["actor_class"] == "un-mission"
    assert [actor["role"] for actor in flats[1]["actors"]] == ["alleged-perpetrator", "victim"]


# -- UCDP


def test_ucdp_with_fifty_columns_a_row_of_tags_and_line_breaks_in_fields() -> None:
    made, flats = brought("made-ucdp-hdx.csv")
    assert len(made.columns) == 50
    assert "A headline\nover two lines" in flats[0]["narrative"]
    assert "row 2 holds HXL tags" in told(made)


def test_ucdp_spans_and_areas_are_no_days_and_no_points() -> None:
    first, second, third = reports("made-ucdp-hdx.csv")
    assert (first["occurred"]["precision"], first["accuracy_m"]) == ("day", 2_000)
    assert second["occurred"]["precision"] == "month" and second["accuracy_m"] > 50_000
    assert third["occurred"]["precision"] == "year" and third["pcode"] == "CF"


# -- the traps of the public lists


def test_three_spellings_of_p_codes_are_one_area() -> None:
    """COD has CF612, DTM CAF612; Cadre Harmonisé numbers anew (CF6101), so its areas go by name."""
    assert CAR.find is not None
    [one], [other] = CAR.find("CF612"), CAR.find("CAF612")
    assert one.pcode == other.pcode == "CF612"
    places = [flat.get("place") for flat in reports("made-dtm.csv")]
    assert places == ["CAF612", "CAF612", "CAF61", "CAF"]
    with (LISTS / "food-ch-ipc.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["adm2_name"]]
    for row in rows:
        assert row["adm2_pcod2"] not in {flat.get("place") for flat in reports("food-ch-ipc.csv")}


def test_a_round_of_displacement_is_an_assessment_and_never_an_amendment_of_the_last() -> None:
    flats = reports("made-dtm.csv")
    assert [flat["people"] for flat in flats] == [1200, 900, 4000, 70000]
    assert len({flat["entity"] for flat in flats}) == 4


def test_geo_pko_places_that_stand_twice_in_a_year_count_once() -> None:
    made, flats = brought("made-geopko-by-year.csv")
    assert [flat["people"] for flat in flats if flat["name"].startswith("Bangui: MADE, 2020")] == [
        1200
    ]
    assert [one.rule for one in made.rejects] == [
        "an earlier row has the same number and says something else"
    ]


def test_geo_pko_by_map_has_a_site_for_each_map_and_unknown_strength_stays_unknown() -> None:
    flats = reports("made-geopko-by-map.csv")
    assert [flat["occurred"]["start"][:7] for flat in flats] == ["2020-02", "2020-10", "2020-02"]
    assert [flat.get("people") for flat in flats] == [1200, 1200, None]
    assert [flat["function"] for flat in flats][1:] == [
        "mission headquarters",
        "sector headquarters",
    ]


def test_two_health_lists_of_one_country_are_two_sources_and_never_merged() -> None:
    osm = plan(
        ODBL / "health_sites_osm.csv",
        kind="",
        mapping="healthsites-osm",
        compartment="mission",
        zone=CAR.zone,
        now=NOW,
        find=CAR.find,
        areas=CAR.areas,
    )
    theirs = {flat["entity"]: flat for flat in osm.flats()}
    mine = reports("made-health-who.csv")
    assert not theirs.keys() & {flat["entity"] for flat in mine}
    same = [one for one in theirs.values() if "Makondji-Wali" in one["name"]]
    assert same and any("Makondji-Wali" in one["name"] for one in mine)
    assert {one["source"] for one in same}.isdisjoint({one["source"] for one in mine})


def test_what_two_sources_say_under_one_number_is_two_things(tmp_path: Path) -> None:
    """Two health lists may both number from 1: what is the same in both is for people to say."""
    path = a_file(tmp_path, "id,name\n1,Poste\n2,Centre\n")
    told_by = [
        planned(path, a_mapping(row_id=["id"], source=source)).flats()
        for source in ("WHO", "healthsites.io")
    ]
    mine, theirs = ({flat["entity"] for flat in flats} for flats in told_by)
    assert (len(mine), len(theirs), mine & theirs) == (2, 2, set[str]())


def test_headings_and_cells_with_trailing_blanks_are_what_they_are_without(tmp_path: Path) -> None:
    lines = list(csv.reader((LISTS / "car-3w-hxl.csv").open(encoding="utf-8", newline="")))
    padded = tmp_path / "padded.csv"
    with padded.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [[cell + "  " if cell else "" for cell in row] for row in lines]
        )
    told_of: list[list[dict[str, Any]]] = []
    for path in (LISTS / "car-3w-hxl.csv", padded):
        made = planned(path, guess(known(open_table(path))).mapping, find=CAR.find)
        assert (made.rejected, [*made.tally.unplaced]) == (0, ["CF717", "CF714", "CF718"])
        own = ("entity", "client_id", "source")
        told_of.append([{k: v for k, v in one.items() if k not in own} for one in made.flats()])
    clean, blanks = told_of
    assert clean and [one["place"].strip() for one in blanks] == [one["place"] for one in clean]
    for one, other in zip(clean, blanks, strict=True):
        assert {k: v.strip() if isinstance(v, str) else v for k, v in other.items()} == one


def test_facilities_without_a_point_are_there_without_one() -> None:
    [one] = [flat for flat in reports("made-health-who.csv") if flat["name"] == "Poste fait"]
    assert "latitude" not in one


def test_one_p_code_twice_in_the_population_table_is_not_added_up() -> None:
    made, flats = brought("population-adm2.csv")
    assert [one.value for one in made.rejects] == ["CF711 / Bangui"]
    assert [flat["people"] for flat in flats if flat["place"] == "CF711"] == [15716]


def test_codes_that_the_boundaries_lack_are_listed() -> None:
    made, _ = brought("population-adm3.csv")
    assert made.tally.unplaced.keys() == {"CF1231", "CF2111"}


def test_thousands_with_commas_are_numbers() -> None:
    assert reports("population-adm1.csv")[0]["people"] == 448_465


def test_nationality_of_the_dead_is_never_a_place() -> None:
    """``isocode3`` is where somebody came from."""
    for flat in reports("fatalities-un.csv"):
        assert flat.get("pcode", "CF") == "CF"
        assert "latitude" not in flat and flat["killed"] == 1
        assert not {"FRA", "TCD", "gender"} & set(str(flat.get("summary")).split())


def test_periods_of_food_insecurity_are_those_it_speaks_of() -> None:
    flats = reports("food-ch-ipc.csv")
    assert all(flat["severity"] in "12345" for flat in flats if "severity" in flat)
    assert any("severity" not in flat for flat in flats), "a blank phase is not known"
    projected = [flat for flat in flats if "(projected)" in flat["summary"]]
    assert projected
    for flat in projected:
        assert flat["occurred"]["precision"] == "span"


def test_only_people_in_need_stand_as_people_in_need() -> None:
    for flat in reports("hapi-needs.csv"):
        assert ("in_need" in flat) == (", INN, " in flat["judgement"])


def test_warnings_of_hapi_are_kept() -> None:
    assert any(
        "Warning of HAPI" in flat.get("narrative", "") for flat in reports("hapi-presence.csv")
    )


def test_a_censored_point_is_no_point_and_survivors_are_not_told_by_codes() -> None:
    """Sexual violence: for the protected compartment, and amber."""
    flats = reports("made-crsv.csv")
    assert ["latitude" in flat for flat in flats] == [True, False, True]
    assert mapping_named("insecurity-crsv").compartment == "protected"
    for flat in flats:
        assert flat["tlp"] == "AMBER"
        assert flat["groups"] == ["civilians"]


def test_a_resolution_without_a_day_has_its_year() -> None:
    spans = {flat["reference"]: flat["occurred"] for flat in reports("mandate-resolutions.csv")}
    assert spans["S/RES/2217 (2015)"]["precision"] == "year"
    assert spans["S/RES/2149 (2014)"]["start"].startswith("2014-04-10")


def test_tasks_of_a_mandate_have_their_group() -> None:
    groups = Counter(flat["mandate_task"] for flat in reports("mandate-tasks.csv"))
    assert groups["protection"] == 10 and sum(groups.values()) == 38


# -- 3W and 5W: by their tags alone


def test_a_3w_whose_tags_are_its_only_headings_goes_where_it_went_with_headings(
    tmp_path: Path,
) -> None:
    lines = (LISTS / "car-3w-hxl.csv").read_text("utf-8").splitlines(keepends=True)
    with_heads = guess(known(open_table(LISTS / "car-3w-hxl.csv")))
    tags = guess(known(open_table(a_file(tmp_path, "".join(lines[1:])))))
    assert tags.kind == with_heads.kind == "activity"
    used = {one.tag: one.field for one in with_heads.columns if one.tag and one.field}
    assert {one.tag: one.field for one in tags.columns if one.field} == used


def test_districts_that_the_boundaries_lack_are_listed_and_the_rest_of_the_3w_is_placed() -> None:
    """CF712 to CF718, Bangui's districts, are not among the boundaries of 2015: 4.7 % of the rows."""
    path = LISTS.parent / "samples" / "presence_3w_2022q1.xlsx"
    made = plan(
        path,
        kind="",
        mapping=guess(known(open_table(path))).mapping,
        compartment="mission",
        zone=CAR.zone,
        now=NOW,
        find=CAR.find,
        areas=CAR.areas,
    )
    assert (made.rows, made.rejected) == (1809, 0)
    unplaced = made.tally.unplaced
    assert all(code.startswith("CF71") for code in unplaced), unplaced
    assert 0 < sum(times for times, _ in unplaced.values()) <= 0.05 * made.rows


def test_small_and_capital_letters_are_one_sort_of_organisation() -> None:
    """``ONG internationale`` and ``ONG Internationale`` in one list: neither makes a field of its own."""
    found = guess(known(open_table(LISTS / "car-3w-hxl.csv")))
    [sort] = [one for one in found.columns if one.name == "TYPE_ORG"]
    assert (sort.field, sort.by) == ("", "sort")


# -- divisions are no reports


@pytest.mark.parametrize(
    "heads",
    [
        "level,pcode,name,ref_name,parent_pcode,area_sqkm",
        "Location,Admin Level,P-Code,Name,Parent P-Code,Valid from date",
        "adm2_name,adm2_pcode,adm1_name,adm1_pcode,valid_on,area_sqkm",
        "ADM3_FR,ADM3_PCODE,ADM2_PCODE,Shape_Area,validOn",
    ],
    ids=["table", "global", "boundaries", "older"],
)
def test_tables_and_maps_of_divisions_are_sent_where_they_belong(
    heads: str, tmp_path: Path
) -> None:
    assert are_divisions(heads.split(","))
    path = a_file(tmp_path, heads + "\n" + ",".join("x" * (heads.count(",") + 1)) + "\n")
    with pytest.raises(BadMapping, match="no reports") as caught:
        propose(known(open_table(path)))
    assert "eirene divisions add" in (caught.value.remedy or "")
    assert propose(known(open_table(path)), "site").kind == "site", "if somebody says so"


@pytest.mark.parametrize("name", [path.name for path in sorted(LISTS.glob("*.csv"))])
def test_a_list_that_names_areas_is_no_table_of_divisions(name: str) -> None:
    assert not are_divisions(open_table(LISTS / name).columns)
