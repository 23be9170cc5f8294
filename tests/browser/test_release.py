"""Releases on the screen: what the audience has, who will see it, and the desk that decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Seat, seated
from browser.office import CIVIL, HEAD, LIAISON, NGO, OFFICER, Office

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
    """Makes seats at the office."""
    with seated(browser, office) as make:
        yield make


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
    group = page.locator("form details").filter(has=page.get_by_label("State"))
    group.locator("summary").click()
    expect(group).to_have_attribute("open", "")
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


def test_the_ledger_says_why_to_who_decides_and_to_nobody_else(at: Seats, office: Office) -> None:
    words = "Forge at Talvek burned"
    office.file(summary=words, killed=9)
    office.let_slot_pass()
    page = at().sign_in(OFFICER)
    rows(page, words).first.click()
    page.locator("#detail summary").filter(has_text="Who has it").click()
    partners = audience(page, "partners")
    partners.get_by_text("Why?").click()
    expect(partners).to_contain_text("Rule incident-verified:mission:partners")
    nothing = page.locator("#detail details").filter(has_text="police: ").last
    nothing.locator("summary").click()
    expect(nothing.get_by_text("police: ")).to_contain_text("No rule")
    other = at().sign_in("sector-operations-officer")
    rows(other, words).first.click()
    other.locator("#detail summary").filter(has_text="Who has it").click()
    expect(audience(other, "partners")).to_contain_text("has it since")
    expect(other.get_by_text("Why?")).to_have_count(0)


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
    partners.get_by_role("button", name="Write for partners").click()
    expect(partners.get_by_text("What it reads now stays in the history")).to_be_visible()
    there = at().sign_in(NGO)
    expect(rows(there, "the crossing is closed").first).to_contain_text("100+")


def test_who_may_not_read_a_report_gets_no_ledger_of_it(at: Seats, office: Office) -> None:
    office.file(summary="School at Talvek shut", killed=1)
    office.let_slot_pass()
    page = at().sign_in(NGO)
    rows(page, "Violence against civilians").first.click()
    expect(page.locator("#detail").get_by_text("Released to")).to_be_visible()
    expect(page.get_by_text("Who has it", exact=True)).to_have_count(0)


# --- the desk ----------------------------------------------------------------


def at_desk(seat: Seat, role: str = OFFICER) -> Page:
    page = seat.sign_in(role)
    page.get_by_role("button", name="Releases").wait_for()
    page.keyboard.press("d")
    page.get_by_role("heading", name="Release desk").wait_for()
    return page


def chosen(page: Page, report: str, name: str) -> None:
    """Choose a release in the list of the desk."""
    held = page.get_by_role("navigation").get_by_role("button")
    held.filter(has_text=report).filter(has_text=name).first.click()


def beside(page: Page):
    return page.get_by_role("region", name="The report beside the version")


def waits_for(office: Office, role: str, summary: str, name: str) -> bool:
    found = office.ask(role, "GET", "/api/desk/releases").json()
    return any(o["compartment"] == name and o["report"].get("summary") == summary for o in found)


def test_the_desk_shows_report_and_version_side_by_side_and_one_key_approves(
    at: Seats, office: Office
) -> None:
    words = "Mill at Talvek burned"
    filed = office.file(summary=words, killed=26)
    one = at()
    page = at_desk(one)
    chosen(page, words, "host-state")
    table = beside(page)
    killed = table.get_by_role("row").filter(has_text="Killed, at least")
    expect(killed).to_contain_text("26")
    expect(killed).to_contain_text("25-99 less exact")
    expect(table.get_by_role("row").filter(has_text="In one line")).to_contain_text("left out")
    expect(page.get_by_text("Rule incident-verified:mission:host-state.")).to_be_visible()
    for theme in (*THEMES[1:], THEMES[0]):
        themed(page, theme)
        assert one.axe() == []
    page.keyboard.press("a")
    expect(page.get_by_text("Approved for host-state.")).to_be_visible()
    assert not waits_for(office, OFFICER, words, "host-state")
    [line] = [o for o in office.ledger(filed["id"]) if o["compartment"] == "host-state"]
    assert line["state"] == "due"
    page.keyboard.press("z")
    expect(page.get_by_text("Stopped: host-state gets nothing of it.")).to_be_visible()
    office.let_slot_pass()
    [line] = [o for o in office.ledger(filed["id"]) if o["compartment"] == "host-state"]
    assert (line["state"], line["version"]) == ("refused", None)


def test_a_text_and_an_end_go_with_an_approval(at: Seats, office: Office) -> None:
    words = "Depot at Talvek looted"
    filed = office.file(summary=words, killed=1)
    page = at_desk(at())
    chosen(page, words, "host-state")
    page.keyboard.press("e")
    page.keyboard.type("A store was looted.")
    expect(beside(page).get_by_role("row").filter(has_text="In one line")).to_contain_text(
        "your words"
    )
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    page.keyboard.type("2030-01-01")
    page.get_by_role("button", name="Approve with this text").click()
    expect(page.get_by_text("Approved for host-state.")).to_be_visible()
    office.let_slot_pass()
    [line] = [o for o in office.ledger(filed["id"]) if o["compartment"] == "host-state"]
    assert line["version"]["summary"] == "A store was looted."
    assert line["until"] == "2030-01-01T00:00:00Z"


def test_a_refusal_has_a_reason_and_a_wrong_end_says_what_is_wrong(
    at: Seats, office: Office
) -> None:
    words = "Pump at Talvek broken"
    filed = office.file(summary=words, killed=0)
    one = at()
    page = at_desk(one)
    chosen(page, words, "host-state")
    page.keyboard.press("u")
    page.keyboard.type("soon")
    one.refused = True
    page.get_by_role("button", name="Approve", exact=False).first.click()
    expect(page.get_by_role("alert")).to_contain_text("soon")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    refuse = page.get_by_role("button", name="Refuse it")
    expect(refuse).to_be_disabled()
    page.keyboard.type("not theirs to know")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Refused for host-state.")).to_be_visible()
    [line] = [o for o in office.ledger(filed["id"]) if o["compartment"] == "host-state"]
    assert line["decided"][-1]["reason"] == "not theirs to know"


def test_two_people_agree_and_the_second_sees_the_first(at: Seats, office: Office) -> None:
    words = "Soldiers beat traders at Talvek"
    forces = {"role": "alleged-perpetrator", "actor_class": "host-state-forces"}
    filed = office.file(summary=words, compartment="command", actors=[forces])
    first = at_desk(at())
    chosen(first, words, "host-state")
    first.keyboard.press("a")
    expect(first.get_by_text("Approved for host-state.")).to_be_visible()
    chosen(first, words, "host-state")
    expect(first.get_by_text("You have agreed.")).to_be_visible()
    expect(first.get_by_role("button", name="Approve", exact=False).first).to_be_disabled()
    second = at_desk(at(), HEAD)
    chosen(second, words, "host-state")
    expect(second.get_by_text("release-officer agreed on")).to_be_visible()
    second.keyboard.press("a")
    expect(second.get_by_text("Approved for host-state.")).to_be_visible()
    [line] = [o for o in office.ledger(filed["id"]) if o["compartment"] == "host-state"]
    assert line["state"] == "due"


def test_what_is_of_one_sort_is_approved_together_and_nothing_else(
    at: Seats, office: Office
) -> None:
    several = [f"Camp {n} at Talvek looted" for n in range(3)]
    filed = [office.file(summary=words, killed=n) for n, words in enumerate(several)]
    page = at_desk(at())
    boxes = page.get_by_role("checkbox")
    for words in several:
        listed = page.get_by_role("listitem").filter(has_text=words)
        listed.filter(has_text="host-state").get_by_role("checkbox").check()
    expect(boxes.and_(page.locator(":disabled")).first).to_be_visible()  # of another sort
    page.get_by_role("button", name="Approve 3 marked").click()
    dialog = page.get_by_role("dialog")
    for words in several:
        expect(dialog).to_contain_text(words)
    dialog.get_by_role("button", name="Approve all 3").click()
    expect(page.get_by_text("3 approved for host-state.")).to_be_visible()
    for one in filed:
        [line] = [o for o in office.ledger(one["id"]) if o["compartment"] == "host-state"]
        acts = [step["act"] for step in line["decided"]]
        assert (line["state"], acts.count("approved")) == ("due", 1)


def test_what_changed_while_it_was_read_is_not_approved(at: Seats, office: Office) -> None:
    words = "Bus at Talvek stopped"
    filed = office.file(summary=words, killed=1)
    page = at_desk(at())
    chosen(page, words, "host-state")
    expect(beside(page).get_by_role("row").filter(has_text="Killed")).to_contain_text("1-4")
    page.route("**/api/desk/releases", lambda route: route.abort())
    office.file(summary=words, killed=30, amends=[filed["id"]])
    office.wait_for(lambda: waits_for(office, OFFICER, words, "host-state"))
    page.unroute("**/api/desk/releases")
    page.keyboard.press("a")
    expect(page.get_by_text("changed while you read")).to_be_visible()
    expect(beside(page).get_by_role("row").filter(has_text="Killed")).to_contain_text("25-99")
    assert waits_for(office, OFFICER, words, "host-state")


def test_a_frozen_version_is_kept_or_recalled(at: Seats, office: Office) -> None:
    words = "Checkpoint at Talvek attacked"
    filed = office.file(summary=words, killed=3)
    office.let_slot_pass()
    forces = {"role": "alleged-perpetrator", "actor_class": "host-state-forces"}
    office.file(summary=words, killed=3, actors=[forces], amends=[filed["id"]])
    office.wait_for(lambda: waits_for(office, OFFICER, words, "partners"))
    one = at()
    page = at_desk(one)
    chosen(page, words, "partners")
    expect(page.get_by_text("partners has now")).to_be_visible()
    expect(page.get_by_text("Refuse, and partners keeps what it has")).to_be_visible()
    expect(page.get_by_role("button", name="Approve", exact=False).first).to_be_disabled()
    assert one.axe() == []
    page.keyboard.press("c")
    page.keyboard.type("forces alleged")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Recalled from partners.")).to_be_visible()


def test_the_desk_on_a_phone(at: Seats, office: Office) -> None:
    words = "Ford at Talvek blocked"
    office.file(summary=words, killed=0)
    one = at(*PHONE)
    page = one.sign_in(OFFICER)
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name=re.compile("^Releases")).click()
    expect(page.get_by_role("heading", name="Release desk")).to_be_visible()
    assert one.axe() == []
    chosen(page, words, "host-state")
    expect(page.get_by_text("host-state would get")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert one.axe() == []
    page.get_by_role("button", name="Approve", exact=False).first.click()
    expect(page.get_by_text("Approved for host-state.")).to_be_visible()


def test_an_empty_desk_says_so_and_who_decides_nothing_has_none(at: Seats) -> None:
    one = at()
    page = one.sign_in(LIAISON)
    expect(page.get_by_role("button", name="Releases")).to_have_count(0)
    page.keyboard.press("d")
    expect(page.get_by_role("heading", name="Release desk")).to_have_count(0)
    empty = at()
    page = at_desk(empty, CIVIL)
    expect(page.get_by_text("Nothing waits for your decision.")).to_be_visible()
    assert empty.axe() == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Release desk")).to_have_count(0)
