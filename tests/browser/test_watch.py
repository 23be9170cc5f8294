"""A watch at the desk, in a real browser: look, file, see elsewhere, correct, search."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Demo, Seat
from eirene.reports.incident import INCIDENT_TYPE, STATE
from eirene.reports.kinds import kinds
from eirene.reports.words import title_of

Seats = Callable[..., Seat]


def rows(page: Page, text: str):
    return page.get_by_role("row").filter(has_text=text)


def test_a_newcomer_sees_the_picture_with_origin_and_age(seat: Seats) -> None:
    one = seat()
    page = one.sign_in()
    expect(page.get_by_text("REPLAY · NOT LIVE").first).to_be_visible()
    layers = page.get_by_role("complementary").or_(page.locator("body"))
    for words in ("UCDP GED 23.1", "OurAirports", "UN presence"):
        expect(layers.get_by_text(words).first).to_be_visible()
    expect(page.get_by_text(re.compile(r"newest 2022-12-30")).first).to_be_visible()
    expect(page.get_by_text(re.compile("OCHA COD-AB CAF")).first).to_be_visible()
    expect(page.get_by_role("row").nth(3)).to_be_visible()
    assert "REPLAY" in page.title()
    assert one.axe() == []


@pytest.mark.parametrize("width", [1280, 1440, 1920])
def test_mission_counts_and_role_are_readable_in_the_header(seat: Seats, width: int) -> None:
    page = seat(width, 900).sign_in()
    for part in ("mission", "counts", "user"):
        shown = page.locator(f"header .{part}")
        expect(shown).to_be_visible()
        assert shown.evaluate("one => one.scrollWidth <= one.clientWidth"), part


def test_what_is_shown_can_be_taken_along_as_a_file(seat: Seats) -> None:
    one = seat()
    page = one.sign_in()
    told = page.get_by_text(re.compile(r"^The [\d,]+ reports that are shown"))
    expect(told).to_be_visible()
    before = told.text_content() or ""
    for of_one_source in page.get_by_label("Violence against civilians").all():
        of_one_source.uncheck()
    expect(told).not_to_have_text(before)
    shown = int(re.sub(r"\D", "", (told.text_content() or "").partition("reports")[0]))
    with page.expect_download() as coming:
        page.get_by_role("link", name="CSV", exact=True).click()
    with Path(coming.value.path()).open(encoding="utf-8", newline="") as file:
        rows_in = list(csv.DictReader(file))
    assert len(rows_in) == shown > 500
    assert not [row for row in rows_in if row["kind"] == "incident" and row["type"] == "VC"]
    with page.expect_download() as coming:
        page.get_by_role("link", name="Excel").click()
    assert coming.value.suggested_filename.endswith(".xlsx")
    assert Path(coming.value.path()).read_bytes().startswith(b"PK")
    asked = "**/api/export.csv*"
    page.route(asked, lambda _held: None)  # it takes long
    page.get_by_role("link", name="CSV", exact=True).click()
    expect(page.get_by_text("CSV is being made.")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("CSV is being made.")).to_have_count(0)
    page.unroute(asked)
    page.route(asked, lambda route: route.abort("connectionreset"))
    page.get_by_role("link", name="CSV", exact=True).click()
    again = page.get_by_role("button", name="Ask again")
    expect(again).to_be_visible()
    page.unroute(asked)
    with page.expect_download() as coming:
        again.click()
    with Path(coming.value.path()).open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == shown
    expect(again).to_have_count(0)
    one.faults = [fault for fault in one.faults if "ERR_CONNECTION_RESET" not in fault]


def test_the_sign_in_page_is_marked_too(seat: Seats, demo: Demo) -> None:
    one = seat()
    one.page.goto(demo.url)
    expect(one.page.get_by_text("REPLAY · NOT LIVE")).to_be_visible()
    assert one.axe() == []


def test_what_is_filed_in_the_form_is_seen_elsewhere_within_a_second(seat: Seats) -> None:
    filer, reader = seat(), seat()
    there = reader.sign_in("sector-operations-officer")
    page = filer.sign_in()
    words = f"Bridge burned {time.time_ns()}"
    page.keyboard.press("n")
    page.get_by_label("Type", exact=False).first.select_option("EX")
    page.get_by_label("In one line").fill(words)
    page.get_by_label("When").fill("2026-11-25 14:30Z")
    page.get_by_label("Where").first.fill("4.3612, 18.5550")
    expect(page.get_by_text("25 Nov 2026 14:30Z").first).to_be_visible()
    page.get_by_label("Who has it").select_option("command")
    killed = page.get_by_label("Killed, at least", exact=True)
    killed.fill("1")
    page.get_by_role("button", name="File report").last.click()
    filed = time.monotonic()
    expect(rows(there, words).first).to_be_visible(timeout=5_000)
    assert time.monotonic() - filed < 2.0
    expect(page.get_by_text("Filed, and safe on the node.")).to_be_visible()
    assert filer.axe() == []
    page.get_by_role("button", name="Amend").first.click()
    page.get_by_label("Killed, at least", exact=True).fill("3")
    page.get_by_role("button", name="File amendment").click()
    expect(rows(there, words).first).to_contain_text("3", timeout=5_000)


def test_a_time_without_a_zone_is_filed_as_it_was_shown(seat: Seats, demo: Demo) -> None:
    one = seat()
    page = one.sign_in()
    words = f"Shots at night {time.time_ns()}"
    page.keyboard.press("n")
    page.get_by_label("Type", exact=False).first.select_option("AC")
    page.get_by_label("In one line").fill(words)
    page.get_by_label("When").fill("2026-11-20 01:30")  # Bangui is an hour ahead of Z
    expect(page.get_by_text("20 Nov 2026 00:30Z").first).to_be_visible()
    page.get_by_label("Who has it").select_option("command")
    page.get_by_role("button", name="File report").last.click()
    expect(page.get_by_text("Filed, and safe on the node.")).to_be_visible()
    found = demo.ask("joc-duty-officer", "GET", f"/api/search?q={words}").json()["reports"]
    assert found[0]["occurred"]["start"] == "2026-11-20T00:30:00Z"


def test_two_amendments_stand_side_by_side_until_one_names_both(seat: Seats, demo: Demo) -> None:
    words = f"Conflict {time.time_ns()}"
    first = demo.file(summary=words, killed=1)
    demo.file(summary=words, killed=2, amends=[first["id"]])
    demo.file(summary=words, killed=7, amends=[first["id"]])
    one = seat()
    page = one.sign_in()
    rows(page, words).first.click()
    expect(page.get_by_text("2 amendments stand side by side")).to_be_visible()
    assert one.axe() == []


def test_a_withdrawn_report_leaves_the_list_and_stays_on_demand(seat: Seats, demo: Demo) -> None:
    words = f"Withdrawn {time.time_ns()}"
    first = demo.file(summary=words)
    one = seat()
    page = one.sign_in()
    expect(rows(page, words).first).to_be_visible()
    withdrawal = {"kind": "withdrawal", "amends": [first["id"]], "reason": "error"}
    assert demo.ask("joc-duty-officer", "POST", "/api/reports", json=withdrawal).status_code == 201
    expect(rows(page, words)).to_have_count(0)
    page.get_by_label("Show withdrawn").check()
    expect(rows(page, words).first).to_be_visible()


@pytest.mark.parametrize("words", ["<img src=x onerror=alert(1)>", 'Camp "B" & C <west> ]]>'])
def test_markup_in_a_report_is_text(seat: Seats, demo: Demo, words: str) -> None:
    mine = f"{words} {time.time_ns()}"
    demo.file(summary=mine, narrative=words)
    one = seat()
    page = one.sign_in()
    rows(page, mine).first.click()
    expect(page.get_by_text(mine).first).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


def test_search_finds_words_places_and_grids(seat: Seats, demo: Demo) -> None:
    words = f"Zebra{time.time_ns()}"
    demo.file(summary=f"Market {words} burned")
    one = seat()
    page = one.sign_in()
    page.keyboard.press("/")
    box = page.get_by_label(re.compile("Words, place name"))
    box.fill(words)
    expect(page.get_by_text(f"Market {words} burned").first).to_be_visible()
    box.fill("Bria")
    expect(page.get_by_role("button", name=re.compile("Bria")).first).to_be_visible()
    box.fill("34N FN 02 23")
    expect(page.get_by_text("Go there").first).to_be_visible()
    assert one.axe() == []


def test_the_time_bar_narrows_the_table(seat: Seats) -> None:
    one = seat()
    page = one.sign_in()
    boxes = page.locator("input[type=text], input:not([type])")
    start = boxes.filter(has_not_text="x").nth(0)
    start.fill("2013-12-01")
    start.press("Enter")
    end = boxes.nth(1)
    end.fill("2013-12-31")
    end.press("Enter")
    expect(page.get_by_role("row").filter(has_text="2013-12").first).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="2022-12")).to_have_count(0)


@pytest.mark.parametrize("theme", ["Light", "Dark", "3 a.m."])
def test_every_theme_is_readable(seat: Seats, theme: str) -> None:
    one = seat()
    page = one.sign_in()
    page.get_by_role("button", name=theme).or_(page.get_by_label(theme, exact=True)).first.click()
    page.get_by_role("row").nth(2).click()
    page.wait_for_timeout(300)
    assert one.axe() == []


def test_a_phone_shows_list_detail_and_layers(seat: Seats) -> None:
    one = seat(390, 844)
    page = one.sign_in()
    for tab in ("Reports", "Detail", "Layers"):
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert one.axe() == []


def test_who_sees_nothing_is_not_told_that_nothing_happened(seat: Seats, demo: Demo) -> None:
    one = seat()
    page = one.sign_in()
    checked = page.get_by_role("checkbox", checked=True)
    expect(checked.first).to_be_visible()
    while checked.count():  # layers may still come: never by their place in the list
        checked.first.uncheck()
    expect(page.get_by_text("That is not the same as nothing happened").first).to_be_visible()


def test_who_may_not_file_a_kind_still_reads_its_codes_in_words(seat: Seats, demo: Demo) -> None:
    role = "anyone"
    assert demo.ask(role, "GET", "/api/kinds/incident").status_code == 404
    page = seat().sign_in(role)
    page.get_by_role("row").nth(3).click()
    detail = page.locator("#detail")
    expect(detail.locator("h2")).to_have_text(kinds()["incident"].title)
    told = detail.locator(".states span").all_inner_texts()
    assert told and set(told) <= {*INCIDENT_TYPE.labels.values(), *STATE.labels.values()}
    expect(detail.get_by_text(title_of("incident", "actors"), exact=True)).to_be_visible()


def test_as_we_knew_it_then_and_back_to_now_with_one_click(seat: Seats, demo: Demo) -> None:
    early, late = (f"{word} {time.time_ns()}" for word in ("Early", "Late"))
    first = demo.file(summary=early, killed=1)
    time.sleep(1.1)
    then = datetime.now(UTC)
    time.sleep(1.1)  # a moment is written to the second, and means all of it
    demo.file(summary=late, amends=[first["id"]], killed=2)
    one = seat()
    page = one.sign_in()
    expect(rows(page, late).first).to_be_visible()
    page.get_by_role("button", name="As known on").click()
    page.get_by_label("Or a day or moment").fill(then.strftime("%Y-%m-%dT%H:%M:%SZ"))
    page.get_by_role("button", name="Look back").click()
    expect(page.get_by_text("· NOT NOW").first).to_be_visible()
    expect(rows(page, early).first).to_be_visible()
    expect(rows(page, late)).to_have_count(0)
    expect(page.get_by_role("button", name="File report")).to_have_count(0)
    rows(page, early).first.click()
    expect(page.locator("#detail").get_by_text(early).first).to_be_visible()
    expect(page.locator("#detail").get_by_text(late)).to_have_count(0)
    assert one.axe() == []
    page.get_by_role("button", name="Back to now").first.click()
    expect(rows(page, late).first).to_be_visible()
    expect(page.get_by_text("· NOT NOW")).to_have_count(0)
    expect(page.get_by_role("button", name="File report").first).to_be_visible()
