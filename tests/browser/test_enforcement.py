"""An operation is marked as enforcement: on the rules' screen, and in a banner for whom it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Seat, seated
from browser.office import HEAD, JOC, LIAISON, NGO, Office
from web_node import PASSWORD

Seats = Callable[..., Seat]
PHONE = (390, 844)
HEAD_2 = "head-2"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("enforcement"))
    made.web.node.people.make(HEAD_2, HEAD, "mission", password=PASSWORD)
    made.accounts[HEAD_2] = {"user": HEAD_2, "password": PASSWORD}
    yield made
    made.close()


@pytest.fixture
def at(browser: Browser, office: Office) -> Iterator[Seats]:
    """Makes seats at the office."""
    with seated(browser, office) as make:
        yield make


def opened(page: Page, part: str) -> None:
    """The rules, at one of their parts: by their key, on a phone by the menu."""
    viewport = page.viewport_size
    assert viewport is not None
    if viewport["width"] == PHONE[0]:
        page.get_by_role("button", name="More").click()
        page.get_by_role("button", name="Rules").click()
    else:
        page.keyboard.press("r")
    page.get_by_role("navigation", name="Rules").get_by_role("button", name=part).click()


def surely(page: Page, name: str) -> None:
    """Press, read what will happen, press again."""
    page.get_by_role("button", name=name, exact=True).first.click()
    page.get_by_role("group").get_by_role("button", name=name, exact=True).click()


def banner(page: Page):
    return page.get_by_role("status").filter(has_text="ENFORCEMENT")


def test_one_marks_two_open_again_and_those_it_concerns_see_it(at: Seats) -> None:
    operation = "op-1"
    first = at()
    page = first.sign_in(HEAD)
    opened(page, "Enforcement")
    expect(page.get_by_text("No operation is marked as enforcement.")).to_be_visible()
    page.get_by_label("Name of the operation").fill(operation)
    page.get_by_label("organisations").check()
    expect(page.get_by_text("Closed by it: org-* → command")).to_be_visible()
    page.get_by_label("Ordered by whom, and why?").fill("by the head of mission")
    assert first.axe() == []
    surely(page, "Mark it now")
    expect(page.get_by_text(f"{operation} is marked. Its layers are closed.")).to_be_visible()

    giver = at(*PHONE)
    there = giver.sign_in(NGO)
    expect(banner(there)).to_contain_text("closed: org-amber-river → command")
    assert operation not in there.content()
    assert giver.axe() == []
    assert there.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    getter = at().sign_in(JOC)
    expect(banner(getter)).to_contain_text("org-* → command")
    other = at()
    with other.page.expect_response("**/api/enforcement"):
        other.sign_in(LIAISON)
    expect(banner(other.page)).to_have_count(0)

    surely(page, "Open again")
    expect(page.get_by_text("You proposed it. It waits for another person.")).to_be_visible()
    expect(banner(there)).to_be_visible()
    second = at(*PHONE)
    page = second.sign_in(HEAD_2)
    opened(page, "Waiting")
    expect(page.get_by_text("they open again")).to_be_visible()
    assert second.axe() == []
    surely(page, "Approve")
    opened_again = page.get_by_role("navigation", name="Rules")
    opened_again.get_by_role("button", name="Enforcement").click()
    expect(page.get_by_text("No operation is marked as enforcement.")).to_be_visible()
    there.reload()
    there.get_by_text("Live,").wait_for()
    expect(banner(there)).to_have_count(0)
