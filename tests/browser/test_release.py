"""Releases on the screen: what the audience has, who will see it, and the desk that decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Seat
from browser.office import NGO, OFFICER, Office

Seats = Callable[..., Seat]
PHONE = (390, 844)
THEMES = ("Light", "Dark", "3 a.m.")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("office"))
    yield made
    made.close()


@pytest.fixture
def at(browser: Browser, office: Office) -> Iterator[Seats]:
    """Makes seats at the office; none may have told of a fault at the end."""
    made: list[Seat] = []

    def make(width: int = 1440, height: int = 900) -> Seat:
        made.append(Seat(browser, office, width, height))
        return made[-1]

    yield make
    faults = [fault for one in made for fault in one.faults]
    for one in made:
        one.context.close()
    assert faults == []


def rows(page: Page, text: str):
    return page.get_by_role("row").filter(has_text=text)


def themed(page: Page, name: str) -> None:
    page.get_by_text(name, exact=True).first.click()


@pytest.mark.parametrize("size", [(1440, 900), PHONE])
def test_a_version_says_that_it_is_one_and_how_exact(
    at: Seats, office: Office, size: tuple[int, int]
) -> None:
    office.file(summary="Well at Talvek poisoned", killed=7)
    office.let_slot_pass()
    one = at(*size)
    page = one.sign_in(NGO)
    version = rows(page, "Violence against civilians")
    expect(version.first).to_contain_text("version")
    expect(version.first).to_contain_text("5-9")
    version.first.click()
    detail = page.locator("#detail")
    expect(detail.get_by_text("released version").first).to_be_visible()
    expect(detail.get_by_text("time in blocks of 6 hours").first).to_be_visible()
    expect(detail.get_by_text("counts in bands").first).to_be_visible()
    expect(detail.get_by_role("button", name="Copy coordinates")).to_have_count(0)
    assert "Talvek" not in page.content()
    assert one.axe() == []


def written(page: Page, summary: str) -> None:
    """A verified incident in the form, not sent."""
    page.get_by_role("button", name="File report").first.click()
    page.get_by_label("Type", exact=False).first.select_option("VC")
    page.get_by_label("In one line").fill(summary)
    page.get_by_label("When").fill("2026-11-25 14:30Z")
    page.get_by_label("Where").first.fill("4.3612, 18.5550")
    page.get_by_label("Who has it").select_option("mission")
    page.get_by_label("Killed, at least", exact=True).fill("7")


def verified(page: Page) -> None:
    page.locator("form details").filter(has=page.get_by_label("State")).locator("summary").click()
    page.get_by_label("State").first.select_option("verified")


def audience(page: Page, name: str):
    return page.get_by_role("listitem").filter(has=page.get_by_text(name, exact=True))


def test_who_will_see_it_stands_beside_the_form_and_follows_it(at: Seats) -> None:
    one = at()
    page = one.sign_in()
    page.get_by_role("button", name="File report").first.click()
    beside = page.get_by_role("region", name="Who will see this?")
    expect(beside).to_contain_text("Fill in: ")
    written(page, "Traders beaten at Talvek")
    expect(beside).to_contain_text("Nobody else gets anything of it.")
    verified(page)
    partners = audience(page, "partners")
    expect(partners).to_contain_text("in the next slot, about")
    expect(partners).to_contain_text("Killed, at least 5-9")
    expect(partners).to_contain_text("time in blocks of 6 hours")
    expect(partners).to_contain_text("Left out: the exact place")
    expect(partners.get_by_role("img", name="somewhere in")).to_be_visible()
    expect(audience(page, "host-state")).to_contain_text("waits for one person")
    assert "Talvek" not in beside.inner_text()
    page.get_by_label("Killed, at least", exact=True).fill("30")
    expect(partners).to_contain_text("Killed, at least 25-99")
    assert one.axe() == []
    for theme in THEMES[1:]:
        themed(page, theme)
        assert one.axe() == []


def test_on_a_phone_who_will_see_it_is_one_press_away(at: Seats) -> None:
    one = at(*PHONE)
    page = one.sign_in(OFFICER)
    written(page, "Traders beaten at Talvek")
    verified(page)
    page.get_by_role("button", name="Who will see this? 3 get a version, 1 wait").click()
    partners = audience(page, "partners")
    expect(partners).to_contain_text("Killed, at least 5-9")
    partners.get_by_text("Why?").click()
    expect(partners).to_contain_text("Rule incident-verified")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert one.axe() == []
    page.get_by_role("button", name="Back to the form").click()
    expect(page.get_by_label("In one line")).to_have_value("Traders beaten at Talvek")


def test_a_filed_report_tells_who_has_it_and_can_be_recalled(at: Seats, office: Office) -> None:
    words = "Bridge at Talvek burned"
    office.file(summary=words, killed=12)
    office.let_slot_pass()
    reader, one = at(), at()
    there = reader.sign_in(NGO)
    expect(rows(there, "10-24").first).to_be_visible()
    page = one.sign_in()
    rows(page, words).first.click()
    ledger = page.locator("#detail details").filter(has_text="Who has it").first
    expect(ledger).to_contain_text("partners")
    expect(ledger).to_contain_text("1 waits for a decision")
    ledger.locator("summary").first.click()
    partners = audience(page, "partners")
    expect(partners).to_contain_text("has it since")
    partners.get_by_text("Fetched by").click()
    expect(partners).to_contain_text(NGO)
    assert one.axe() == []
    partners.get_by_role("button", name="Recall").click()
    partners.get_by_label("Why?").fill("a mistake")
    partners.get_by_role("button", name="Recall it from partners").click()
    expect(partners).to_contain_text("nothing is left there")
    expect(partners).to_contain_text("Recalled")
    expect(rows(there, "10-24")).to_have_count(0)


def test_the_text_for_one_audience_is_written_in_the_detail(at: Seats, office: Office) -> None:
    words = "Ferry at Talvek sunk"
    filed = office.file(summary=words, killed=120)
    office.let_slot_pass()
    one = at()
    page = one.sign_in()
    rows(page, words).first.click()
    page.locator("#detail summary").filter(has_text="Who has it").click()
    partners = audience(page, "partners")
    partners.get_by_role("button", name="Write for partners").click()
    partners.get_by_label("What partners reads").fill("A boat was lost; the crossing is closed.")
    partners.get_by_role("button", name="Release this text").click()
    expect(partners.get_by_label("What partners reads")).to_have_count(0)
    office.let_slot_pass()
    [line] = [o for o in office.ledger(filed["id"]) if o["compartment"] == "partners"]
    assert line["version"]["summary"] == "A boat was lost; the crossing is closed."
    there = at().sign_in(NGO)
    expect(rows(there, "the crossing is closed").first).to_contain_text("100+")


def test_who_may_not_read_a_report_gets_no_ledger_of_it(at: Seats, office: Office) -> None:
    office.file(summary="School at Talvek shut", killed=1)
    office.let_slot_pass()
    page = at().sign_in(NGO)
    rows(page, "Violence against civilians").first.click()
    expect(page.locator("#detail").get_by_text("Released to")).to_be_visible()
    expect(page.get_by_text("Who has it", exact=True)).to_have_count(0)
