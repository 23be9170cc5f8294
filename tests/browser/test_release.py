"""Releases on the screen: what the audience has, who will see it, and the desk that decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Seat
from browser.office import NGO, Office

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
