"""W02: the next person at the same laptop presses Back and finds nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from browser.conftest import Demo, Seat

KEPT = """async () => {
  const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) {
      const answer = await (await caches.open(name)).match(request);
      found.push(request.url, await answer.text());
    }
  }
  for (const { name } of await indexedDB.databases()) found.push(name);
  return found.join("\\n");
}"""


def nothing_left(page: Page, token: str) -> None:
    page.wait_for_timeout(500)  # the page loads itself anew after a session
    assert token not in page.content()
    if not page.url.startswith("http"):  # back beyond the first page there is no store to read
        page.go_forward()
        page.wait_for_timeout(500)
    assert token not in page.evaluate(KEPT)


def test_back_after_signing_out_shows_nothing(seat: Callable[..., Seat], demo: Demo) -> None:
    token = f"TOKEN-{time.time_ns()}"
    demo.file(summary=token)
    one = seat()
    one.ended = True
    page = one.sign_in()
    page.get_by_role("row").filter(has_text=token).first.click()
    expect(page.get_by_role("heading", name=token)).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_label("Password")).to_be_visible()
    nothing_left(page, token)
    page.go_back()
    nothing_left(page, token)
    one.sign_in("ngo-focal-point")
    expect(page.get_by_role("row").nth(2)).to_be_visible()
    nothing_left(page, token)


def test_a_session_that_was_ended_elsewhere_empties_the_screen(
    seat: Callable[..., Seat], demo: Demo
) -> None:
    token = f"TOKEN-{time.time_ns()}"
    demo.file(summary=token)
    one = seat()
    one.ended = True
    page = one.sign_in()
    expect(page.get_by_role("row").filter(has_text=token).first).to_be_visible()
    one.context.request.post(demo.url + "/api/sign-out", headers={"Origin": demo.url})
    expect(page.get_by_label("Password")).to_be_visible(timeout=10_000)
    nothing_left(page, token)


def test_an_unsent_report_is_asked_about(seat: Callable[..., Seat]) -> None:
    one = seat()
    one.ended = True
    page = one.sign_in()
    page.keyboard.press("n")
    page.get_by_label("In one line").fill("half a report")
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_text("A report is not sent")).to_be_visible()
    page.get_by_role("button", name="Go on writing").click()
    expect(page.get_by_label("In one line")).to_have_value("half a report")
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_role("button", name="Discard it and sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    nothing_left(page, "half a report")
