"""The mission's rules on a screen: read, check a change, one for narrower, two for wider."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.conftest import Seat, seated
from browser.office import HEAD, NGO, OFFICER, Office
from web_node import PASSWORD

Seats = Callable[..., Seat]
PHONE = (390, 844)
HEAD_2 = "head-2"
MORE = (
    '\n[[rule]]\nid = "ward"\ndata = "incident-verified"\norigin = "mission"\nto = "command"'
    '\nmode = "one-person"\nplace = "admin-3"\ntime = "day"\npasses = ["code"]\n'
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("rules"))
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


def text_box(page: Page) -> Locator:
    return page.get_by_label("The rules as text (TOML)")


def surely(page: Page, name: str) -> None:
    """Press, read what will happen, press again."""
    page.get_by_role("button", name=name, exact=True).first.click()
    page.get_by_role("group").get_by_role("button", name=name, exact=True).click()


def version(office: Office) -> int:
    return office.web.node.configuring.in_force().version


@pytest.mark.parametrize("size", [(1440, 900), PHONE])
def test_rules_are_read_by_class_and_audience(at: Seats, size: tuple[int, int]) -> None:
    seat = at(*size)
    page = seat.sign_in(OFFICER)
    opened(page, "Who gets what")
    expect(page.get_by_text("64 of 64 rules")).to_be_visible()
    page.get_by_label("Class of data").select_option("informant-alert")
    page.get_by_label("Audience").select_option("partners")
    expect(page.get_by_text("1 of 64 rules")).to_be_visible()
    rule = page.locator("tr").filter(has_text="command → partners")
    for words in ("automatic", "cell of 10 km", "6 hours", "in bands", "up to AMBER", "a warning"):
        expect(rule).to_contain_text(words)
    assert seat.axe() == []
    page.get_by_label("Audience").select_option("public")
    page.get_by_label("only what gives").check()
    expect(page.get_by_text("No rule gives this. It stays where it stands.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_who_has_no_say_is_shown_no_rules(at: Seats) -> None:
    page = at().sign_in(NGO)
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("button", name="People")).to_be_visible()
    expect(page.get_by_role("button", name="Rules")).to_have_count(0)
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Rules", exact=True)).to_have_count(0)


def test_a_fault_in_the_text_is_found_at_its_line(at: Seats, office: Office) -> None:
    seat = at()
    seat.refused = True
    page = seat.sign_in(OFFICER)
    opened(page, "Change")
    toml = text_box(page).input_value()
    text_box(page).fill(toml.replace('mode = "automatic"', 'mode = "automatik"', 1))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("alert")).to_contain_text("'automatik' is not listed")
    page.get_by_role("button", name="Go to line").click()
    expect(text_box(page)).to_be_focused()
    marked = "e => e.value.slice(e.selectionStart, e.selectionEnd)"
    assert text_box(page).evaluate(marked) == 'mode = "automatik"'
    # what breaks a never is refused with its way, and cannot be applied
    text_box(page).fill(
        toml
        + '\n[[rule]]\nid = "leak"\ndata = "assessment"\norigin = "analysis"\nto = "host-state"'
        '\nmode = "automatic"\nplace = "exact"\ntime = "day"\npasses = ["code"]\n'
    )
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("It cannot take effect, whoever agrees.")).to_be_visible()
    expect(page.get_by_text("Refused:").first).to_be_visible()
    expect(page.get_by_role("button", name="Propose it")).to_have_count(0)
    assert seat.axe() == []
    page.get_by_role("button", name="leak").first.click()
    assert text_box(page).evaluate(marked) == "[[rule]]"
    assert version(office) == 0


def test_wider_waits_for_a_second_person_and_shows_whom_reports_would_reach(
    at: Seats, office: Office
) -> None:
    before = version(office)
    words = "Shop at Talvek looted"
    office.file(summary=words)
    first = at(*PHONE)
    page = first.sign_in(HEAD_2)
    opened(page, "Change")
    toml = text_box(page).input_value()
    wider = toml + MORE
    text_box(page).fill(wider)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("it waits for a second person")).to_be_visible()
    page.get_by_text("reach command").click()
    page.get_by_role("button", name=words).click()
    expect(page.get_by_role("heading", name="Rules", exact=True)).to_have_count(0)
    expect(page.locator("#detail")).to_contain_text(words)
    opened(page, "Change")  # what was written is still there, and what it came to
    assert text_box(page).input_value() == wider
    page.get_by_label("Why?").fill("the hospital asked for it")
    assert first.axe() == []
    surely(page, "Propose it")
    expect(page.get_by_text("You proposed it. It waits for another person.")).to_be_visible()
    assert version(office) == before

    second = at()
    page = second.sign_in(HEAD)
    opened(page, "Waiting")
    expect(page.get_by_text("the hospital asked for it")).to_be_visible()
    expect(page.get_by_text("wider", exact=True).first).to_be_visible()
    assert second.axe() == []
    surely(page, "Approve")
    expect(page.get_by_text(f"In force, as version {before + 1}.")).to_be_visible()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert office.web.node.configuring.in_force().by == (HEAD_2, HEAD)

    # narrower again: one person, at once
    opened_again = page.get_by_role("navigation", name="Rules")
    opened_again.get_by_role("button", name="Change").click()
    text_box(page).fill(toml)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("you alone can put it in force")).to_be_visible()
    surely(page, "Put it in force")
    expect(page.get_by_text(f"In force, as version {before + 2}.")).to_be_visible()
    opened_again.get_by_role("button", name="Versions").click()
    page.get_by_role("button", name=f"Show {before + 1}").click()
    expect(page.get_by_text("What it changed")).to_be_visible()
    assert second.axe() == []


def test_only_what_was_checked_is_applied_and_a_proposal_is_taken_back(
    at: Seats, office: Office
) -> None:
    before = version(office)
    seat = at()
    page = seat.sign_in(HEAD)
    opened(page, "Change")
    toml = text_box(page).input_value()
    text_box(page).fill(toml.replace("k = 5", "k = 4"))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("button", name="Propose it")).to_be_visible()
    text_box(page).fill(toml.replace("k = 5", "k = 3"))
    expect(page.get_by_text("The text has changed since. Check again.")).to_be_visible()
    expect(page.get_by_role("button", name="Propose it")).to_have_count(0)
    page.get_by_role("button", name="Check").click()
    surely(page, "Propose it")
    surely(page, "Take it back")
    expect(page.get_by_text("Refused. Nothing has changed.")).to_be_visible()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert version(office) == before


def test_an_agreement_shows_its_end(at: Seats, office: Office) -> None:
    toml = office.ask(OFFICER, "GET", "/api/configuration").json()["toml"]
    lease = (
        '\n[[agreement]]\nid = "north"\nto = ["partners"]\ndata = ["hazard"]\n'
        'purpose = "clearing the northern roads"\nuntil = 2126-12-31T00:00:00Z\n'
    )
    said = office.ask(OFFICER, "POST", "/api/configuration", json={"toml": toml + lease})
    assert said.status_code == 200, said.text
    if said.json()["state"] == "waits":
        act = {"act": "approve", "proposal": said.json()["proposal"]}
        assert office.ask(HEAD, "POST", "/api/configuration", json=act).status_code == 200
    seat = at()
    page = seat.sign_in(OFFICER)
    opened(page, "Agreements")
    held = page.get_by_role("listitem").filter(has_text="north")
    expect(held).to_contain_text("until 2126-12-31 00:00Z")
    expect(held).to_contain_text("days left")
    assert seat.axe() == []


def test_a_change_that_is_not_sent_is_asked_about_at_signing_out(at: Seats) -> None:
    one = at()
    one.ended = True
    page = one.sign_in(HEAD)
    opened(page, "Change")
    box = text_box(page)
    written = box.input_value() + "\n# half a thought\n"
    box.fill(written)
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_text("A change of the rules is not sent")).to_be_visible()
    assert one.axe() == []
    page.get_by_role("button", name="Go on writing").click()
    expect(text_box(page)).to_have_value(written)
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_role("button", name="Discard it and sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
