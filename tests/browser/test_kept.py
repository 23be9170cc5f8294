"""What a browser keeps of a picture: in its stores, and in its profile's folder on the disk.

Whoever looked at versions leaves nothing of what was withheld; and once he has
signed out, nothing of any report at all.
"""

from __future__ import annotations

import re
import secrets
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from benchmarks.chromium import Home, at_home
from playwright.sync_api import Page, expect

from browser.conftest import Seat
from browser.office import JOC, NGO, Office
from scanning import traces

KEPT = Path(__file__).with_name("kept.js").read_text(encoding="utf-8")
LAT, LON, WHEN = 4.36127, 18.55503, "2026-11-24T13:47"
SHOWN = "Violence against civilians"
"""What the list says of the version: its type alone."""
Seats = Callable[[], Seat]


class Planted(NamedTuple):
    """A report that partners have a version of, and one that only ``command`` has."""

    summary: str
    """Of the report."""
    withheld: list[str]
    """Words, numbers and ids of both that no version says."""
    given: list[str]
    """Ids and place of the version."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("office"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def planted(office: Office) -> Planted:
    words = {name: f"qz{name}{secrets.token_hex(4)}" for name in ("summary", "source", "place")}
    hidden = f"qzcommand{secrets.token_hex(4)}"
    filed = office.file(
        summary=words["summary"],
        source=words["source"],
        place=words["place"],
        latitude=LAT,
        longitude=LON,
        occurred=f"{WHEN}Z",
    )
    office.let_slot_pass()
    kept = office.file_hidden(summary=hidden)
    original = office.ask(JOC, "GET", f"/api/reports/{filed['id']}").json()
    [version] = office.ask(NGO, "GET", "/api/search").json()["reports"]
    withheld = [*words.values(), hidden, str(LAT), str(LON), WHEN, original["mgrs"]]
    withheld += [filed["id"], filed["entity"], kept["id"], kept["entity"]]
    given = [version["id"], version["entity"], str(version["latitude"]), str(version["longitude"])]
    return Planted(words["summary"], withheld, given)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with at_home(tmp_path / "profile") as made:
        yield made


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """The folder of the browser's profile."""
    return tmp_path / "profile"


@pytest.fixture
def seat(home: Home, office: Office) -> Iterator[Seats]:
    """Makes seats, one after the other, in one profile; none may have told of a fault."""
    made: list[Seat] = []

    def make() -> Seat:
        made.append(Seat(home, office, 1440, 900))
        return made[-1]

    yield make
    assert [fault for one in made for fault in one.faults] == []


def look_at_everything(page: Page, row: str, words: str) -> None:
    """List, detail, map and search, and what a program would be told, in a tab of its own."""
    page.get_by_role("row").filter(has_text=row).first.click()
    expect(page.locator("#detail").get_by_role("heading").first).to_be_visible()
    page.get_by_role("button", name="Show the chosen report").click()
    page.get_by_role("button", name="Zoom in").first.click()
    canvas = page.locator("canvas").first
    canvas.hover()
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(1_000)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    box = page.get_by_label(re.compile("Words, place name"))
    box.fill(words)
    expect(page.get_by_text(re.compile(r"^\d+ reports?$")).first).to_be_visible()
    page.keyboard.press("Escape")
    beside = page.context.new_page()
    for path in ("/api/search", "/ogc/collections/incident/items?f=json"):
        told = beside.goto(re.sub(r"(//[^/]+).*", rf"\1{path}", page.url))
        assert told is not None
        assert told.status == 200
    beside.close()


def on_disk(profile: Path, words: list[str]) -> list[str]:
    """Files of the profile that say one of these, or hold the exact place as packed numbers."""
    found = traces(profile, words)
    packed = [struct.pack(size, part) for part in (LAT, LON) for size in ("<d", ">d")]
    for path in profile.rglob("*"):
        if path.is_file():
            read = path.read_bytes()
            found += [f"{path.name}: the exact place" for form in packed if form in read]
    return found


def in_stores(page: Page, words: list[str]) -> list[tuple[str, str]]:
    """Stores of the page that say one of these."""
    kept: dict[str, str] = page.evaluate(KEPT)
    return [(store, word) for store, text in kept.items() for word in words if word in text.lower()]


def sign_out(one: Seat) -> None:
    one.ended = True
    one.page.get_by_role("button", name="Sign out").first.click()
    expect(one.page.get_by_label("Password")).to_be_visible()
    one.page.wait_for_timeout(500)  # the page loads itself anew


def test_nothing_that_is_withheld_comes_to_rest_in_the_browser_of_who_has_a_version(
    seat: Seats, planted: Planted, profile: Path
) -> None:
    one = seat()
    page = one.sign_in(NGO)
    look_at_everything(page, SHOWN, "civilians")
    assert in_stores(page, planted.withheld) == []
    one.context.close()  # as if the laptop was shut
    assert on_disk(profile, planted.withheld) == []
    again = seat()
    again.page.goto(again.demo.url)
    expect(again.page.get_by_role("row").filter(has_text=SHOWN).first).to_be_visible()
    sign_out(again)
    everything = [*planted.withheld, *planted.given]
    assert in_stores(again.page, everything) == []
    again.context.close()
    assert on_disk(profile, everything) == []


def test_after_signing_out_nothing_of_any_report_is_left_in_the_browser(
    seat: Seats, planted: Planted, profile: Path
) -> None:
    one = seat()
    page = one.sign_in(JOC)
    look_at_everything(page, planted.summary, planted.summary)
    sign_out(one)
    everything = [*planted.withheld, *planted.given]
    assert in_stores(page, everything) == []
    one.context.close()
    assert on_disk(profile, everything) == []


STORE = """async (word) => {
  localStorage.setItem("a", word + "local");
  sessionStorage.setItem("a", word + "session");
  document.cookie = "a=" + word + "cookies; Max-Age=600";
  history.replaceState(null, "", "/#" + word + "address");
  await (await caches.open("a")).put("/a", new Response(word + "caches"));
  await new Promise((done, fail) => {
    const asked = indexedDB.open("a");
    asked.onupgradeneeded = () => asked.result.createObjectStore("a");
    asked.onerror = () => fail(asked.error);
    asked.onsuccess = () => {
      const put = asked.result.transaction("a", "readwrite", { durability: "strict" });
      put.objectStore("a").put({ held: [word + "databases"] }, 1);
      put.oncomplete = () => (asked.result.close(), done());
    };
  });
}"""


def test_what_a_page_does_keep_is_found_in_every_store_and_on_the_disk(
    seat: Seats, profile: Path
) -> None:
    one = seat()
    one.page.goto(one.demo.url)
    expect(one.page.get_by_label("Password")).to_be_visible()
    word = f"qzkept{secrets.token_hex(4)}"
    one.page.evaluate(STORE, word)
    stores = {"local", "session", "cookies", "address", "caches", "databases"}
    assert {store for store, _ in in_stores(one.page, [word])} == stores
    client: str = one.page.evaluate("document.scripts[0].src.split('/').pop()")
    one.page.wait_for_timeout(1_000)
    one.context.close()
    left = on_disk(profile, [word + store for store in stores])
    # a cookie is sealed with the key of whoever uses the machine
    assert {store for store in stores if word + store in " ".join(left)} == stores - {"cookies"}
    assert any("Cache_Data" in where for where in on_disk(profile, [client]))
