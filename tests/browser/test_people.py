"""People on the screen: invited, cleared by two, a device given up, a password, an audience's eyes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Seat, seated
from browser.office import HEAD, JOC, NGO, Office
from web_node import PASSWORD, an_incident

Seats = Callable[..., Seat]
PHONE = (390, 844)
CMCOORD, HEAD_2, ADMIN = "cmcoord-officer", "head-2", "administrator"
CHOSEN = "a sentence that I chose"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("people"))
    people = made.web.node.people
    for user, role, organisation in (
        (CMCOORD, CMCOORD, "ocha"),
        (HEAD_2, "head-of-mission", "mission"),
    ):
        people.make(user, role, organisation, password=PASSWORD)
        until = datetime.now(UTC) + timedelta(days=1)
        made.web.token[user], _ = people.make_token(user, "read+file", until)
        made.accounts[user] = {"user": user, "password": PASSWORD, "token": made.web.token[user]}
    people.founding.found(HEAD, CMCOORD, "ceremony")
    yield made
    made.close()


@pytest.fixture
def at(browser: Browser, office: Office) -> Iterator[Seats]:
    """Makes seats at the office."""
    with seated(browser, office) as make:
        yield make


def opened(page: Page, tab: str) -> None:
    """The screen of people, by its key, at one of its parts."""
    page.keyboard.press("u")
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    page.get_by_role("navigation", name="People").get_by_role("button", name=tab).click()


def surely(page: Page, name: str) -> None:
    """Press, read what will happen, press again."""
    page.get_by_role("button", name=name, exact=True).first.click()
    page.get_by_role("group").get_by_role("button", name=name, exact=True).click()


def test_somebody_is_invited_and_cleared_by_two(at: Seats, office: Office) -> None:
    code = "lamp-1"
    desk = at()
    page = desk.sign_in(CMCOORD)
    opened(page, "Organisations")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_text(f"{code} is made")).to_be_visible()

    page.get_by_role("button", name="Invite").click()
    page.get_by_label("Organisation").select_option(code)
    page.get_by_label("User name").fill("focal-1")
    page.get_by_label("Role").select_option("ngo-focal-point")
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("Shown this once").input_value()
    assert desk.axe() == []

    guest = at(*PHONE)
    guest.page.goto(link)
    assert "invited" not in guest.page.url  # not in the address bar, nor in the history
    guest.page.get_by_label("New password").fill(CHOSEN)
    guest.page.get_by_label("The same again").fill(CHOSEN + "x")
    expect(guest.page.get_by_text("The two are not the same.")).to_be_visible()
    guest.page.get_by_label("The same again").fill(CHOSEN)
    assert guest.axe() == []
    guest.page.get_by_role("button", name="Begin").click()
    guest.page.get_by_text("Live,").wait_for(timeout=15_000)
    opened(guest.page, "My clearances")
    expect(guest.page.get_by_role("definition").first).to_contain_text(f"org-{code}")
    expect(guest.page.get_by_role("definition").first).not_to_contain_text("partners")

    second = at()
    page = second.sign_in(HEAD)
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="Waiting")).to_have_attribute("aria-current", "page")
    expect(page.get_by_text("focal-1").first).to_be_visible()
    assert second.axe() == []
    surely(page, "Confirm")
    expect(page.get_by_text("Confirmed. It is in force.")).to_be_visible()
    assert "partners" in office.web.node.people.account("focal-1").compartments


def test_a_link_that_was_used_opens_nothing(at: Seats, office: Office) -> None:
    answer = office.ask(
        NGO, "POST", "/api/invitations", json={"user": "once", "role": "ngo-focal-point"}
    )
    given = {"code": answer.json()["code"], "password": CHOSEN}
    assert office.ask(NGO, "POST", "/api/invitations/accept", json=given).status_code == 201
    late = at()
    late.ended = True  # a refusal is noted by the browser, and right
    late.page.goto(office.url + answer.json()["link"])
    late.page.get_by_label("New password").fill(CHOSEN)
    late.page.get_by_label("The same again").fill(CHOSEN)
    late.page.get_by_role("button", name="Begin").click()
    expect(late.page.get_by_role("alert")).to_contain_text("This invitation opens nothing.")
    late.page.get_by_role("button", name="I have an account already").click()
    expect(late.page.get_by_label("Name")).to_be_visible()


def test_a_device_that_is_gone_is_signed_out_and_told_of(at: Seats, office: Office) -> None:
    phone = at(*PHONE)
    phone.ended = True
    phone.sign_in(HEAD_2)
    account = office.web.node.people
    device = account.sessions(HEAD_2)[0].device
    desk = at()
    desk.ended = True
    page = desk.sign_in(JOC)
    opened(page, "Devices")
    expect(page.get_by_role("heading", name=re.compile("this one"))).to_be_visible()
    assert desk.axe() == []
    # the administrator gives it up for its owner, and sees of what it held no more than where
    admin = at()
    page = admin.sign_in(ADMIN)
    opened(page, "Accounts")
    page.get_by_text(HEAD_2).first.click()
    row = page.get_by_role("group").filter(has_text=HEAD_2).first
    row.get_by_role("button", name="Devices").click()
    expect(page.get_by_text(f"Devices of {HEAD_2}")).to_be_visible()
    surely(page, "This device is gone")
    expect(page.get_by_text(f"{device} is given up.")).to_be_visible()
    expect(page.get_by_text("It could have held reports of")).to_contain_text("command")
    expect(phone.page.get_by_label("Password")).to_be_visible(timeout=5_000)
    assert admin.axe() == []


def test_everybody_changes_his_own_password(at: Seats, office: Office) -> None:
    user = "changer-1"
    office.web.node.people.make(user, "joc-duty-officer", "mission", password=PASSWORD)
    office.accounts[user] = {"user": user, "password": PASSWORD}
    other, desk = at(), at(*PHONE)
    other.ended = desk.ended = True  # its session ends; a wrong password is refused with 401
    other.sign_in(user)
    page = desk.sign_in(user)
    opened(page, "Password")
    old = page.get_by_label("The password that you have now")
    again, change = (
        page.get_by_label("The same again"),
        page.get_by_role("button", name="Change it"),
    )
    old.fill("not what it is")
    page.get_by_label("New password").fill(CHOSEN)
    again.fill(CHOSEN + "x")
    expect(page.get_by_text("The two are not the same.")).to_be_visible()
    change.click()
    again.fill(CHOSEN)
    change.click()
    expect(page.get_by_text("This is not the password that you have now.")).to_be_visible()
    expect(old).to_be_focused()  # and nobody was signed out for it
    assert desk.axe() == []
    old.fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Changed. This session stays")).to_be_visible()
    expect(other.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=5_000)
    expect(page.get_by_text("Live,")).to_be_visible()
    office.accounts[user]["password"] = CHOSEN
    at().sign_in(user)


@pytest.mark.parametrize("size", [(1440, 900), PHONE])
def test_looking_as_an_audience_is_marked_and_shows_nothing_of_before(
    at: Seats, office: Office, size: tuple[int, int]
) -> None:
    summary = f"Column at Talvek {size[0]}"
    asked = office.ask(
        JOC, "POST", "/api/reports", json=an_incident(compartment="command", summary=summary)
    )
    assert asked.status_code == 201
    seat = at(*size)
    page = seat.sign_in(JOC)
    expect(page.get_by_text(summary).first).to_be_visible()
    opened(page, "Look as")
    page.get_by_role("button", name="partners").click()
    banner = page.get_by_role("status").filter(has_text="AS partners")
    expect(banner).to_be_visible()
    expect(page.get_by_text(summary)).to_have_count(0)
    expect(page.get_by_role("button", name="File report")).to_have_count(0)
    page.keyboard.press("n")
    expect(page.locator("form")).to_have_count(0)
    for path in ("/api/reports", "/api/break-glass", "/api/enforcement", "/api/password"):
        said = page.request.post(
            office.url + path, data=an_incident(), headers={"Origin": office.url}
        )
        assert said.status == 403 and "partners" in said.text(), said.text()
    assert seat.axe() == []
    banner.get_by_role("button", name="Look as myself").click()
    expect(page.get_by_text(summary).first).to_be_visible()
    expect(banner).to_have_count(0)


def test_a_suspension_empties_the_screen_at_once(at: Seats, office: Office) -> None:
    seat = at()
    seat.ended = True
    page = seat.sign_in("release-officer")
    answer = office.ask(HEAD, "POST", "/api/accounts/release-officer", json={"act": "suspend"})
    assert answer.status_code == 200, answer.text
    expect(page.get_by_label("Password")).to_be_visible(timeout=3_000)
    expect(page.get_by_role("row")).to_have_count(0)
