"""Ready mappings on whole public files, where they are: a folder that no part of this repository is.

``EIRENE_PUBLIC_DATA`` names it; without it nothing here is tried, and each test says so.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from eirene.imports.proposing import guess, known, propose
from eirene.imports.readers import open_table
from eirene.imports.run import Plan, plan
from eirene.missions import mission_named
from import_files import NOW, sums, told

FOLDER = Path(os.environ.get("EIRENE_PUBLIC_DATA", "public-data-is-not-here"))
CAR = mission_named("car")
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="the whole public files are not here: EIRENE_PUBLIC_DATA names no folder",
)
DOSSIER, HDX, INSIGHT = "dossier-car", "samples/hdx", "samples/insecurity-insight"
WHOLE: dict[str, tuple[str, tuple[int, int, int, int]]] = {
    f"{DOSSIER}/events_ucdp_ged231.csv": ("ucdp-ged", (1848, 0, 0, 0)),
    f"{DOSSIER}/bases_geopko_v21_by_map.csv": ("geopko-by-map", (314, 0, 0, 0)),
    f"{DOSSIER}/bases_geopko_v23_by_year.csv": ("geopko-by-year", (235, 0, 42, 0)),
    f"{DOSSIER}/fatalities_un.csv": ("fatalities-un", (220, 0, 0, 0)),
    "missions/fatalities_un_psdata.csv": ("fatalities-un", (3825, 6, 0, 0)),
    f"{DOSSIER}/food_insecurity_ch_ipc.csv": ("food-ch-ipc", (898, 0, 3, 0)),
    f"{DOSSIER}/health_facilities_who_kwtrp.csv": ("health-who-kwtrp", (555, 0, 0, 0)),
    f"{DOSSIER}/health_sites_osm.csv": ("healthsites-osm", (430, 15, 5, 0)),
    f"{DOSSIER}/airfields_ourairports.csv": ("ourairports", (48, 0, 0, 0)),
    f"{DOSSIER}/runways_ourairports.csv": ("ourairports-runways", (5, 0, 0, 0)),
    f"{DOSSIER}/places_geonames.csv": ("geonames", (51, 0, 0, 0)),
    f"{DOSSIER}/population_adm1_2015.csv": ("population-adm1", (17, 0, 0, 0)),
    f"{DOSSIER}/population_adm2_2015.csv": ("population-adm2", (72, 0, 1, 0)),
    f"{DOSSIER}/population_adm3_2015.csv": ("population-adm3", (177, 0, 0, 0)),
    f"{DOSSIER}/mandate_tasks.csv": ("mandate-tasks", (38, 0, 0, 0)),
    f"{DOSSIER}/mandate_resolutions.csv": ("mandate-resolutions", (16, 0, 0, 0)),
    f"{HDX}/hapi_operational_presence_eth_som_tcd.csv.gz": ("hapi-presence", (4095, 0, 0, 0)),
    f"{HDX}/hapi_humanitarian_needs_sample.csv": ("hapi-needs", (1942, 0, 0, 0)),
    f"{INSIGHT}/aid_worker_incidents.csv.gz": ("insecurity-aid-workers", (1010, 0, 0, 0)),
    f"{INSIGHT}/crsv_incidents.csv.gz": ("insecurity-crsv", (1482, 0, 0, 0)),
    f"{INSIGHT}/education_incidents.csv.gz": ("insecurity-education", (2336, 0, 0, 0)),
    f"{INSIGHT}/explosive_weapons_incidents.csv.gz": ("insecurity-explosive", (2071, 0, 0, 0)),
    f"{INSIGHT}/health_care_incidents.csv.gz": ("insecurity-health-care", (8127, 0, 0, 0)),
    f"{INSIGHT}/protection_incidents.csv.gz": ("insecurity-protection", (1350, 0, 1, 0)),
}


def brought(name: str, mapping: Any) -> Plan:
    return plan(
        FOLDER / name,
        kind="",
        mapping=mapping,
        compartment="mission",
        zone=CAR.zone,
        now=NOW,
        find=CAR.find,
        areas=CAR.areas,
    )


@pytest.mark.parametrize("name", WHOLE)
def test_every_row_of_a_whole_file_is_accounted_for(name: str) -> None:
    mapping, wanted = WHOLE[name]
    assert propose(known(open_table(FOLDER / name))).ready == mapping
    assert sums(brought(name, mapping)) == wanted


@pytest.mark.parametrize(
    ("name", "rows"),
    [(f"{HDX}/mali_5w_2022-03.xlsx", 22_805), (f"{HDX}/chad_3w_2021-10.xlsx", 705)],
    ids=["mali", "chad"],
)
def test_sheets_with_pivots_beside_the_data_are_read_without_them(name: str, rows: int) -> None:
    table = open_table(FOLDER / name)
    found = guess(known(table))
    assert found.kind == "activity"
    assert known(table).rows == rows
    assert "HXL tags" in " ".join(table.facts)


def test_sums_of_geo_pko_by_year_count_no_place_twice() -> None:
    made = brought(f"{DOSSIER}/bases_geopko_v23_by_year.csv", "geopko-by-year")
    places = Counter(
        (flat["occurred"]["start"][:4], flat["place"])
        for flat in made.flats()
        if "MINUSCA" in flat["summary"]
    )
    assert max(places.values()) == 1


def test_population_of_level_3_lacks_eight_communes_and_has_ten_codes_more() -> None:
    made = brought(f"{DOSSIER}/population_adm3_2015.csv", "population-adm3")
    assert len(made.tally.unplaced) == 10
    assert "is in no list of places" in told(made)
