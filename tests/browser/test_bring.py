"""A table of others, from a file to the map, in the browser alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser.conftest import Seat, seated
from browser.office import JOC, Office

pytestmark = pytest.mark.browser

TABLE = (
    "Acteur,Secteur,Localité,Lat,Long,Bénéficiaires,Remarque\n"
    "Example Relief,EHA,Talvek,4.36,18.55,120,\n"
    "Example Relief,Poésie,Orrin,4.40,18.60,,vu\n"
    "Other Aid,Santé,Vell,4.42,18.62,80,\n"
    "Other Aid,Santé,Far,4.41,18.61,beaucoup,\n"
)
PHONE = (390, 844)


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
        "[...document.querySelectorAll('.bring *')].filter(one => !one.closest('.scroll') &&"
        " one.getBoundingClientRect().right > innerWidth + 1).map(one => one.className)"
    )
    assert wide == []
    page.get_by_label("Field for Remarque").scroll_into_view_if_needed()
    page.get_by_role("button", name="Another file").click()
    expect(page.get_by_text("Drop a table here")).to_be_visible()
