"""A photo with a report, in a real browser: chosen in the form, sent after it, looked at."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from attached import a_document, a_photo
from browser.conftest import Demo, Seat

Seats = Callable[..., Seat]


def test_a_photo_goes_with_the_report_and_shows_what_it_tells(seat: Seats, demo: Demo) -> None:
    one = seat()
    page = one.sign_in()
    words = f"Market after the fire {time.time_ns()}"
    page.keyboard.press("n")
    page.get_by_label("Type", exact=False).first.select_option("EX")
    page.get_by_label("In one line").fill(words)
    page.get_by_label("When").fill("2026-11-25 14:30Z")
    page.get_by_label("Who has it").select_option("command")
    files: Any = [
        {"name": "market.jpg", "mimeType": "image/jpeg", "buffer": a_photo("Talvek")},
        {"name": "list.docx", "mimeType": "application/zip", "buffer": a_document("Author")},
        {"name": "page.html", "mimeType": "text/html", "buffer": b"<script>alert(1)</script>"},
    ]
    page.locator("#report-form").get_by_label("Attach a file").set_input_files(files)
    expect(page.get_by_text("market.jpg")).to_be_visible()
    one.refused = True  # the page that is none of the types
    page.get_by_role("button", name="File report").last.click()
    expect(page.get_by_text("Filed, and safe on the node.")).to_be_visible()
    held = page.get_by_role("region", name="Photos and documents")
    picture = held.get_by_role("button", name="market.jpg")
    expect(picture.locator("img")).to_be_visible(timeout=10_000)
    assert picture.locator("img").evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    expect(held.get_by_role("button", name="list.docx")).to_be_visible(timeout=10_000)
    expect(held.get_by_text("of a type that is not taken")).to_be_visible(timeout=10_000)
    held.get_by_role("button", name="Give it up").click()
    assert one.axe() == []
    picture.click()
    expect(page.get_by_text("Talvek artist")).to_be_visible()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Save the original").click()
    assert coming.value.suggested_filename == "market.jpg"
    assert one.axe() == []
