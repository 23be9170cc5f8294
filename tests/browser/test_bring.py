"""A table of others, from a file to the map, in the browser alone."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import shapely
from playwright.sync_api import Browser, Page, expect
from pyogrio import raw

from browser.conftest import Seat, seated
from browser.office import JOC, Office
from eirene.desks.runs import Run
from eirene.web.uploads import Upload
from map_files import mbtiles, png

pytestmark = pytest.mark.browser

TABLE = (
    "Acteur,Secteur,Localité,Lat,Long,Bénéficiaires,Remarque\n"
    "Example Relief,EHA,Talvek,4.36,18.55,120,\n"
    "Example Relief,Poésie,Orrin,4.40,18.60,,vu\n"
    "Other Aid,Santé,Vell,4.42,18.62,80,\n"
    "Other Aid,Santé,Far,4.41,18.61,beaucoup,\n"
)
PHONE = (390, 844)
LIST_3W = Path(__file__).parents[1] / "data" / "lists" / "car-3w-hxl.csv"
"""Forty rows of the 3W of the Central African Republic, as published."""
STRINGS = Path(__file__).parents[2] / "client" / "src" / "strings"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("bring"))
    yield made
    made.close()


@pytest.fixture
def at(browser: Browser, office: Office) -> Iterator[Callable[..., Seat]]:
    """Makes seats at the office."""
    with seated(browser, office) as make:
        yield make


def test_a_list_comes_onto_the_map(at: Callable[..., Seat], office: Office, tmp_path: Path) -> None:
    (tmp_path / "3W mars.csv").write_text(TABLE, encoding="utf-8")
    seat = at()
    page = seat.sign_in(JOC)
    page.keyboard.press("b")
    page.get_by_label("Choose a file").set_input_files(tmp_path / "3W mars.csv")
    expect(page.get_by_text("7 columns: 6 used, 1 ignored")).to_be_visible()
    expect(page.get_by_label("Field for Secteur")).to_have_value("sector")
    expect(page.get_by_label("Kind of report")).to_have_value("activity")
    expect(page.get_by_text("its heading is a known word for “Sector”")).to_be_visible()

    readers = page.get_by_role("region", name="Who will read it")
    expect(readers.get_by_role("listitem").filter(has_text="Choose mission")).to_contain_text(
        "Read by: JOC duty officer"
    )
    page.get_by_label("Into which compartment").select_option("mission")
    expect(page.get_by_role("button", name="File 2 reports into mission")).to_be_visible()
    expect(page.get_by_text("2 rows are not taken").first).to_be_visible()
    page.get_by_label("Poésie").select_option("education")
    expect(page.get_by_role("button", name="File 3 reports into mission")).to_be_visible()
    page.get_by_label("Field for Remarque").select_option("narrative")
    expect(page.get_by_text("7 columns: 7 used, 0 ignored")).to_be_visible()
    rejects = page.get_by_role("region", name="1 row is not taken")
    expect(rejects).to_contain_text("beaucoup")
    with page.expect_download() as got:
        page.get_by_role("link", name="Download the rejects").click()
    assert "beaucoup" in got.value.path().read_text(encoding="utf-8")
    for theme in ("Dark", "3 a.m.", "Light"):
        page.get_by_text(theme, exact=True).first.click()
        assert seat.axe() == [], theme

    page.get_by_role("button", name="File 3 reports into mission").click()
    expect(page.get_by_text("3 reports are filed into mission")).to_be_visible()
    page.get_by_role("button", name="Show them on the map").click()
    expect(page.get_by_text("3 reports", exact=False).first).to_be_visible()
    found = office.ask(JOC, "GET", "/api/search?q=Talvek").json()["reports"]
    assert [one["source"] for one in found] == ["3W mars"]
    assert found[0]["reached"] == 120

    page.keyboard.press("b")
    page.get_by_role("button", name="Take back", exact=True).click()
    expect(page.get_by_text("Take back the import of 3W mars.csv?")).to_be_visible()
    expect(page.get_by_text("3 reports that it brought are withdrawn.")).to_be_visible()
    assert seat.axe() == []
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The import of 3W mars.csv was taken back.")).to_be_visible()
    expect(page.get_by_text(f"taken back by {JOC}")).to_be_visible()
    assert office.ask(JOC, "GET", "/api/search?q=Talvek").json()["reports"] == []


def test_on_a_phone_nothing_is_cut(at: Callable[..., Seat], tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(TABLE, encoding="utf-8")
    page = at(*PHONE).sign_in(JOC)
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Bring data").click()
    page.get_by_label("Choose a file").set_input_files(tmp_path / "list.csv")
    page.get_by_label("Into which compartment").select_option("mission")
    expect(page.get_by_role("button", name="into mission")).to_be_visible()
    wide = page.evaluate(
        "[...document.querySelectorAll('.screen *')].filter(one => !one.closest('.scroll') &&"
        " one.getBoundingClientRect().right > innerWidth + 1).map(one => one.className)"
    )
    assert wide == []
    page.get_by_label("Field for Remarque").scroll_into_view_if_needed()
    page.get_by_role("button", name="Another file").click()
    expect(page.get_by_text("Drop a file here")).to_be_visible()


def test_parts_of_a_shapefile_are_one_file_and_what_vanished_is_decided(
    at: Callable[..., Seat], office: Office, tmp_path: Path
) -> None:
    raw.write(
        tmp_path / "Wells.shp",
        shapely.to_wkb(np.array([shapely.Point(18.55, 4.36), shapely.Point(18.6, 4.4)])),
        [np.array(["SHAPE-ONE", "SHAPE-TWO"], dtype=object), np.array([1, 2])],
        ["name", "id"],
        geometry_type="Point",
        crs="EPSG:4326",
    )
    seat = at()
    page = seat.sign_in(JOC)
    page.keyboard.press("b")
    parts = [tmp_path / f"Wells.{one}" for one in ("shp", "shx", "dbf", "prj")]
    page.get_by_label("Choose a file").set_input_files(parts)
    expect(page.get_by_text("Wells.zip")).to_be_visible()
    page.get_by_label("Kind of report").select_option("site")
    page.get_by_label("Into which compartment").select_option("mission")
    page.get_by_label("Type, the same for all").select_option("water-point")
    page.get_by_role("button", name="File 2 reports into mission").click()
    expect(page.get_by_text("2 reports are filed into mission")).to_be_visible()
    assert [
        one["latitude"]
        for one in office.ask(JOC, "GET", "/api/search?q=SHAPE-ONE").json()["reports"]
    ] == [4.36]

    # the list again, of another form: two sheets, of which one is chosen, and a row less
    book = openpyxl.Workbook()
    for name in ("Old", "New"):
        sheet = book.create_sheet(name)
        for row in (["name", "id", "latitude", "longitude"], ["SHAPE-ONE", "1", 4.36, 18.55]):
            sheet.append(row)
    book.remove(book["Sheet"])
    book.save(tmp_path / "Wells.xlsx")
    page.get_by_role("button", name="Another file").click()
    page.get_by_label("Choose a file").set_input_files(tmp_path / "Wells.xlsx")
    expect(page.get_by_text("2 sheets that may be meant")).to_be_visible()
    assert seat.axe() == []
    page.get_by_role("button", name="New name id").click()
    page.get_by_label("Kind of report").select_option("site")
    page.get_by_label("Into which compartment").select_option("mission")
    page.get_by_label("Type, the same for all").select_option("water-point")
    expect(page.get_by_text("1 report of earlier editions is not in this one")).to_be_visible()
    page.get_by_label("Withdraw them").check()
    assert seat.axe() == []
    page.get_by_role("button", name="Withdraw 1 that vanished").click()
    expect(
        page.get_by_text("are filed into mission").or_(page.get_by_text("is filed into mission"))
    ).to_be_visible()
    assert office.ask(JOC, "GET", "/api/search?q=SHAPE-TWO").json()["reports"] == []
    assert office.ask(JOC, "GET", "/api/search?q=SHAPE-ONE").json()["reports"] != []


def test_an_administrator_adds_orders_and_removes_maps(
    at: Callable[..., Seat], tmp_path: Path
) -> None:
    seat = at()
    seat.refused = True
    page = seat.sign_in("administrator")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Base maps").click()
    for name in ("First", "Second"):
        path = mbtiles(tmp_path / f"{name}.mbtiles", [((0, 0, 0), png())], name=name)
        page.get_by_label("Choose a file").set_input_files(path)
        if name == "First":
            page.get_by_role("button", name="Add this map").click()
            expect(page.get_by_text("say whose map this is")).to_be_visible()
            assert seat.axe() == []
        page.get_by_label("Whose map it is").fill("Survey department")
        page.get_by_role("button", name="Add this map").click()
        expect(page.get_by_role("button", name=f"Lay {name} above the next")).to_be_visible()
    shown = page.get_by_role("list", name="The mission's own maps").get_by_role("listitem")
    before = shown.all_inner_texts()
    page.get_by_role("button", name="Lay Second above").or_(
        page.get_by_role("button", name="Lay Second below")
    ).and_(page.locator(":enabled")).click()
    expect(shown.first).not_to_have_text(before[0])
    assert seat.axe() == []
    for name in ("First", "Second"):
        row = shown.filter(has_text=name)
        row.get_by_role("button", name="Remove").click()
        row.get_by_role("group").get_by_role("button", name="Remove").click()
        expect(row).to_have_count(0)


def english_left(told: str) -> list[str]:
    """Sentences of the import screen that stand in a text in English."""
    tables = [json.loads((STRINGS / f"{name}.json").read_text("utf-8")) for name in ("en", "fr")]
    return [
        text
        for key, text in tables[0].items()
        if key.startswith("bring.") and isinstance(text, str) and "{" not in text
        if len(text) > 8 and text != tables[1][key] and text in told
    ]


def test_a_newcomer_drops_a_3w_anywhere_and_reads_all_of_it_in_french(
    at: Callable[..., Seat], office: Office, record_property: Callable[[str, object], None]
) -> None:

    began, seat = time.monotonic(), at()
    page = seat.page
    page.goto(office.url)
    page.get_by_label("Language").select_option("fr")
    page.get_by_label("Nom").fill(JOC)
    page.get_by_label("Mot de passe").fill(office.accounts[JOC]["password"])
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_text("En direct,").wait_for(timeout=15_000)
    file = page.evaluate_handle(
        "([name, text]) => { const held = new DataTransfer();"
        " held.items.add(new File([text], name)); return held }",
        [LIST_3W.name, LIST_3W.read_text("utf-8")],
    )
    page.dispatch_event("header", "drop", {"dataTransfer": file})  # not on the place for it
    steps = ["sign in", "drop the file"]

    expect(page.get_by_text(re.compile("9 colonnes\\s: . utilisées"))).to_be_visible()
    expect(page.get_by_label("Champ pour SECTEUR")).to_have_value("sector")
    page.get_by_label("Vers quel compartiment").select_option("mission")
    steps.append("say into which compartment")
    deed = page.get_by_role("button", name=re.compile(r"Enregistrer \d+ comptes rendus"))
    expect(deed).to_be_visible()
    assert english_left(page.locator(".screen").inner_text()) == []
    filed = int(re.findall(r"\d+", deed.inner_text())[0])
    deed.click()
    expect(
        page.get_by_text(f"{filed} comptes rendus sont enregistrés dans mission, en sûreté")
    ).to_be_visible()
    steps.append("press the button")
    assert english_left(page.locator(".screen").inner_text()) == []
    assert seat.axe() == []
    page.get_by_role("button", name="Les montrer sur la carte").click()
    expect(page.get_by_text(f"{filed} comptes rendus", exact=False).first).to_be_visible()
    steps.append("look at the map")
    assert filed >= 35, "all of its rows, but for repeats"
    took = time.monotonic() - began
    record_property("steps", f"{', '.join(steps)}: {took:.1f} s")
    assert took < 60, "three minutes are for reading, not for waiting"


def test_what_looks_like_a_list_under_terms_is_marked_until_somebody_permits_it(
    at: Callable[..., Seat], office: Office, tmp_path: Path
) -> None:
    """The columns of ACLED under other names: the values tell."""
    sorts = ("Battles", "Protests", "Riots")
    rows = [f"P{n},{sorts[n % 3]},4.3{n},18.5{n}\n" for n in range(6)]
    (tmp_path / "ours.csv").write_text("name,sort,latitude,longitude\n" + "".join(rows), "utf-8")
    seat = at()
    page = seat.sign_in(JOC)
    page.keyboard.press("b")
    page.get_by_label("Choose a file").set_input_files(tmp_path / "ours.csv")
    page.get_by_label("Kind of report").select_option("site")
    page.get_by_label("Into which compartment").select_option("mission")
    page.get_by_label("Type", exact=False).first.select_option("other")
    expect(page.get_by_text("This looks like the list of ACLED (Battles)")).to_be_visible()
    expect(page.get_by_text("Its reports are marked")).to_be_visible()
    assert seat.axe() == []
    page.get_by_label("Who permits passing it on?").fill("the desk of ACLED")
    page.keyboard.press("Tab")
    expect(page.get_by_text("the desk of ACLED permits passing it on")).to_be_visible()
    page.get_by_label("Who permits passing it on?").fill("")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Its reports are marked")).to_be_visible()
    page.get_by_role("button", name="File 6 reports into mission").click()
    expect(page.get_by_text("6 reports are filed into mission")).to_be_visible()
    found = office.ask(JOC, "GET", "/api/search?q=ours&kind=site").json()["reports"]
    assert len(found) == 6
    assert all("ACLED" in one["terms"] for one in found)


def test_a_name_that_fits_two_sites_is_chosen_by_a_click(
    at: Callable[..., Seat], office: Office, tmp_path: Path
) -> None:
    for source, lat in (("List of the one", 31.5), ("List of the other", 32.5)):
        flat = {"kind": "site", "compartment": "mission", "type": "water-point", "source": source}
        flat |= {"name": "Overquay", "latitude": lat, "longitude": 33.5, "accuracy_m": 50}
        made = office.ask(JOC, "POST", "/api/reports", json=flat)
        assert made.status_code == 201, made.text
    text = "acteur,secteur,localité\nONE,EHA,Overquay\nTWO,Santé,Bangui\n"
    (tmp_path / "places.csv").write_text(text, "utf-8")
    seat = at()
    page = seat.sign_in(JOC)
    page.keyboard.press("b")
    page.get_by_label("Choose a file").set_input_files(tmp_path / "places.csv")
    page.get_by_role("button", name="Choose mission").click()
    expect(page.get_by_role("button", name="File 1 report into mission")).to_be_visible()
    ways = page.get_by_role("group", name="Which Overquay is meant").get_by_role("button")
    expect(ways).to_have_count(2)
    expect(ways.first).to_contain_text("outside the mission's areas · Water point")
    assert seat.axe() == []
    ways.filter(has_text="List of the other").click()
    expect(page.get_by_role("button", name="File 2 reports into mission")).to_be_visible()
    expect(page.get_by_text("Overquay is taken for Overquay (32.5000, 33.5000)")).to_be_visible()
    page.get_by_role("button", name="Undo: Overquay").click()
    expect(ways).to_have_count(2)
    page.get_by_role("button", name="Another file").click()  # else the next one finds the table
    expect(page.get_by_text("Drop a file here")).to_be_visible()


def choose(page: Page, label: str, value: str) -> None:
    """Choose one thing, and wait until the node has looked at the table again."""
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and "/api/imports/" in answer.url
    ):
        page.get_by_label(label).select_option(value)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)


def test_a_mapping_is_kept_and_chosen_again_and_what_was_stopped_goes_on(
    at: Callable[..., Seat], office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"Well {n},Brunnen,{4 + n / 100:.2f},18.5{n}\n" for n in range(8)]
    for name, part in (("Brunnen.csv", rows[:8]), ("Brunnen Mai.csv", rows[:3])):
        (tmp_path / name).write_text("Dorf,Sorte,Lat,Long\n" + "".join(part), "utf-8")
    seat = at()
    page = seat.sign_in(JOC)
    page.keyboard.press("b")
    page.get_by_label("Choose a file").set_input_files(tmp_path / "Brunnen.csv")
    choose(page, "Kind of report", "site")
    choose(page, "Field for Dorf", "name")
    choose(page, "Field for Sorte", "type")
    choose(page, "Into which compartment", "mission")
    choose(page, "Brunnen", "water-point")
    expect(page.get_by_role("button", name="File 8 reports into mission")).to_be_visible()
    page.get_by_label("Name of the mapping").fill("wells")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("Kept as wells.")).to_be_visible()

    monkeypatch.setattr("eirene.imports.run.BLOCK", 1)
    goes_on, stops = Run.check, Upload.stop
    checked, told = list[int](), threading.Event()

    def waits(run: Run, rows: int = 0) -> None:
        """The import waits after its third block until somebody stops it."""
        checked.append(rows)
        if len(checked) == 3:
            told.wait(20)
        goes_on(run, rows)

    def stopped(upload: Upload) -> None:
        stops(upload)
        told.set()

    monkeypatch.setattr(Run, "check", waits)
    monkeypatch.setattr(Upload, "stop", stopped)
    page.get_by_role("button", name="File 8 reports into mission").click()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text(re.compile(r"Stopped\. \d reports? (is|are) filed"))).to_be_visible()
    assert seat.axe() == []
    page.get_by_role("button", name="Bring the rest").click()
    expect(page.get_by_text("8 reports are filed into mission")).to_be_visible()
    found = office.ask(JOC, "GET", "/api/search?q=Well&kind=site").json()["reports"]
    assert len(found) == 8, "nothing comes twice"

    page.get_by_role("button", name="Another file").click()
    page.get_by_label("Choose a file").set_input_files(tmp_path / "Brunnen Mai.csv")
    expect(page.get_by_text("Proposed from the mapping wells")).to_be_visible()
    choose(page, "Read it by", "wells")
    choose(page, "Into which compartment", "mission")
    read = page.get_by_role("button", name="File 3 reports into mission")
    expect(read.or_(page.get_by_text("There is nothing to file."))).to_be_visible()
    expect(page.get_by_text("Proposed from the mapping wells")).to_be_visible()
