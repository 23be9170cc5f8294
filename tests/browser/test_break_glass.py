"""Break-glass on the screen: one asks with a reason, a second agrees, and nobody who reads it is not told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.conftest import Seat, seated
from browser.office import JOC, Office
from web_node import PASSWORD, wait_for

Seats = Callable[..., Seat]
PHONE = (390, 844)
CHIEF, ASSISTANT, READER = "liaison-cell-chief", "community-liaison-assistant", "assistant-2"
REASON = "A girl is held at the house that he described."

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("glass"))
    until = datetime.now(UTC) + timedelta(days=1)
    for user, role in ((CHIEF, CHIEF), (ASSISTANT, ASSISTANT), (READER, ASSISTANT)):
        made.web.node.people.make(user, role, "mission", password=PASSWORD)
        made.web.token[user], _ = made.web.node.people.make_token(user, "read+file", until)
        made.accounts[user] = {"user": user, "password": PASSWORD}
    yield made
    made.close()


@pytest.fixture
def at(browser: Browser, office: Office) -> Iterator[Seats]:
    """Makes seats at the office."""
    with seated(browser, office) as make:
        yield make


def a_source(office: Office, name: str) -> str:
    flat = {"kind": "source", "compartment": "sources", "pseudonym": name, "channel": "visit"}
    answer = office.ask(ASSISTANT, "POST", "/api/reports", json=flat)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def ledger_of(page: Page, row: str) -> Locator:
    """The ledger of the report in a row, opened where it did not open by itself."""
    page.get_by_role("row").filter(has_text=row).first.click()
    viewport = page.viewport_size
    assert viewport is not None
    if viewport["width"] == PHONE[0]:
        page.get_by_role("tab", name="Detail").click()
    return page.locator("#detail details").filter(has_text="Who has it").first


def surely(page: Page, name: str) -> None:
    """Press, read what will happen, press again."""
    page.get_by_role("button", name=name, exact=True).first.click()
    page.get_by_role("group").get_by_role("button", name=name, exact=True).click()


def test_two_people_give_it_past_never_and_its_readers_see_it(at: Seats, office: Office) -> None:
    report = a_source(office, "LARK-1")
    first = at()
    page = first.sign_in(ASSISTANT)
    ledger = ledger_of(page, "Source: Visit")
    ledger.locator("summary").first.click()
    ledger.get_by_text("Break the glass: give it past never").click()
    ledger.get_by_label("To whom, inside the mission").select_option("command")
    ledger.get_by_label("What is at stake").fill("because")
    expect(ledger.get_by_text("13 letters more")).to_be_visible()
    ledger.get_by_label("What is at stake").fill(REASON)
    assert first.axe() == []
    surely(page, "Ask for it")
    expect(ledger.get_by_text("You asked. It waits for a second person.")).to_be_visible()
    expect(ledger.get_by_text("asked by one person, waits for a second")).to_be_visible()

    # a third person who only reads it is told as well, by the note and in the ledger
    reader = at()
    there = reader.sign_in(READER)
    expect(there.get_by_role("row").filter(has_text="Break-glass asked").first).to_be_visible()

    # the one who may sleep with the phone beside him
    second = at(*PHONE)
    page = second.sign_in(CHIEF)
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Break-glass", exact=True).click()
    detail = page.locator("#detail")
    expect(detail.get_by_text("Break-glass asked for command").last).to_be_visible()
    expect(detail.get_by_text(REASON).first).to_be_visible()
    # no; and the first asks again
    detail.get_by_text("Refuse it", exact=True).last.click()
    detail.get_by_label("Why not?").last.fill("She came home an hour ago.")
    surely(page, "Refuse")
    expect(detail.get_by_text("The glass is broken")).to_have_count(0)
    expect(detail.get_by_text("Break-glass asked for command", exact=True)).to_have_count(0)
    again = {"report": report, "audience": "command", "reason": REASON}
    until = (datetime.now(UTC) + timedelta(hours=5)).isoformat()
    asked = office.ask(ASSISTANT, "POST", "/api/break-glass", json=again | {"until": until})
    assert asked.status_code == 200, asked.text
    alarm = detail.get_by_text("Break-glass asked for command", exact=True)
    expect(alarm.last).to_be_visible(timeout=20_000)
    detail.get_by_label("Why do you agree").fill("I have spoken to her mother, and agree.")
    assert second.axe() == []
    surely(page, "Break the glass")
    expect(detail.get_by_text("The glass is broken for command").last).to_be_visible()
    expect(page.get_by_role("button", name="Break-glass", exact=True)).to_have_count(0)
    there.reload()
    there.get_by_text("Live,").wait_for()
    told = ledger_of(there, "Source: Visit")
    broken = told.get_by_text("The glass is broken for command").first
    expect(broken).to_be_visible(timeout=15_000)
    told.get_by_text("Decided", exact=True).first.click()
    expect(told.get_by_text(f"{ASSISTANT} + {CHIEF}")).to_be_visible()
    assert reader.axe() == []
    assert wait_for(lambda: bool(office.ask(JOC, "GET", "/api/search?kind=source").json()["total"]))
    [line] = office.ledger(report, role=CHIEF)
    assert line["glass"] and line["until"]
    # taken back again, so that the next test begins anew
    act = {"kind": "withdrawal", "compartment": "sources", "amends": [report], "reason": "error"}
    answer = office.ask(ASSISTANT, "POST", "/api/reports", json=act)
    assert answer.status_code == 201, answer.text


def test_who_has_no_say_is_not_offered_it(at: Seats, office: Office) -> None:
    office.file(summary="Road at Talvek cut")
    page = at().sign_in("sector-operations-officer")
    ledger = ledger_of(page, "Road at Talvek cut")
    ledger.locator("summary").first.click()
    expect(
        ledger.get_by_text("Who gets nothing").or_(ledger.get_by_text("partners")).first
    ).to_be_visible()
    expect(ledger.get_by_text("Break the glass")).to_have_count(0)
