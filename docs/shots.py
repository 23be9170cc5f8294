"""Pictures of the documentation, from the running demo: ``./run shots [replay] [bring] [amber-river] [audiences]``.

Each picture is taken of a demo node in a temporary folder, after a few reports
were filed, so that what the guides show is what a newcomer sees.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from benchmarks.chromium import chromium
from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
LISTS = Path(__file__).parent.parent / "tests" / "data" / "lists"
LIST, INCIDENTS = LISTS / "car-3w-hxl.csv", LISTS / "insight-aid-worker.csv"
PICTURES = HERE / "pictures"
Account = dict[str, str]


@contextmanager
def demo() -> Generator[dict[str, dict[str, Account]]]:
    """The demo; gives the accounts of each of its nodes by role."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("eirene")), "demo"],
            env=os.environ | {"EIRENE_DATA": folder, "EIRENE_PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout
        for line in process.stdout:
            if line.startswith("READY"):
                break
        told = json.loads((Path(folder) / "demo-accounts.json").read_text(encoding="utf-8"))
        by_node: dict[str, dict[str, Account]] = {}
        for one in told:
            by_node.setdefault(one["node"], {})[one["role"]] = one
        yield by_node
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def post(account: Account, flat: dict[str, Any]) -> dict[str, str]:
    """File a report."""
    headers = {"Authorization": f"Bearer {account['token']}"}
    answer = httpx.post(account["url"] + "/api/reports", json=flat, headers=headers)
    return answer.raise_for_status().json()


def amended(account: Account) -> None:
    """A note of the watch that two people amended without knowing of each other.

    It says nothing of the real map: the demo is a replay, and invents nothing there.
    """
    flat: dict[str, Any] = {
        "kind": "note",
        "compartment": "command",
        "type": "handover",
        "occurred": datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ"),
        "summary": "Handover: the night watch calls the sectors at six",
    }
    first = post(account, flat)
    for words in ("at six, by radio", "at seven, by phone"):
        summary = f"Handover: the night watch calls the sectors {words}"
        post(account, flat | {"summary": summary, "amends": [first["id"]]})


def signed_in(browser: Browser, account: Account, width: int, height: int) -> Page:
    """A page with the picture on it."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(account["url"])
    page.get_by_label("Name").fill(account["user"])
    page.get_by_label("Password").fill(account["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Live,").wait_for()
    page.wait_for_timeout(3_000)
    return page


def take(page: Page, name: str) -> None:
    """Keep a picture, and say so."""
    page.wait_for_timeout(700)
    page.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=85)
    print(f"docs/pictures/{name}.jpg")


def desk(browser: Browser, account: Account) -> None:
    """What a duty officer sees at the desk."""
    page = signed_in(browser, account, 1440, 900)
    take(page, "desk-light")
    page.get_by_role("row").nth(3).click()
    take(page, "detail")
    page.get_by_text("Dark", exact=True).first.click()
    take(page, "desk-dark")
    page.get_by_text("3 a.m.", exact=True).first.click()
    take(page, "desk-night")
    page.get_by_text("Light", exact=True).first.click()
    page.keyboard.press("n")
    take(page, "form")
    page.keyboard.press("Escape")
    page.get_by_role("row").filter(has_text="Handover").first.click()
    take(page, "conflict")
    page.get_by_role("button", name="Watch log").click()
    take(page, "watch-log")
    page.close()


def phone(browser: Browser, account: Account) -> None:
    """The same on a phone."""
    page = signed_in(browser, account, 390, 844)
    take(page, "phone")
    page.close()


def brought(browser: Browser, account: Account) -> None:
    """A list of who does what where, from a file to the map; on a phone as well."""
    page = signed_in(browser, account, 1440, 900)
    page.keyboard.press("b")
    page.get_by_label("Choose a file").set_input_files(LIST)
    page.get_by_label("Into which compartment").select_option("mission")
    page.get_by_role("button", name="into mission").wait_for()
    take(page, "bring")
    page.get_by_role("button", name="into mission").click()
    page.get_by_role("button", name="Show them on the map").click()
    page.wait_for_timeout(3_000)
    take(page, "bring-map")
    page.close()
    page = signed_in(browser, account, 390, 844)
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Bring data").click()
    page.get_by_label("Choose a file").set_input_files(INCIDENTS)
    page.get_by_label("Into which compartment").select_option("mission")
    page.get_by_role("button", name="into mission").wait_for()
    take(page, "bring-phone")
    page.close()


def exercise(browser: Browser, accounts: dict[str, Account]) -> None:
    """AMBER RIVER as the watch, an organisation and the host state see it."""
    for role, name in (
        ("joc-duty-officer", "amber-watch"),
        ("ngo-focal-point", "amber-ngo"),
        ("host-state-liaison-officer", "amber-host-state"),
    ):
        page = signed_in(browser, accounts[role], 1440, 900)
        take(page, name)
        page.close()


WARNING = "About thirty armed men camp above the spring"
CLINIC = "N-0001"
"""Serial of the notification of the clinic at Bintune."""


PANEL_PX = 540
"""Height of the pictures that stand beside each other in the guide."""


def each_audience(browser: Browser, accounts: dict[str, Account]) -> None:
    """One warning and one clinic of AMBER RIVER, as each audience has them: the pages of the guide.

    Whoever has no word of it finds a version among his rows, or nothing by a search.
    """
    for role, name, words, row in (
        ("joc-duty-officer", "warning-watch", WARNING, ""),
        ("cmcoord-officer", "warning-humanitarian", "", r"Alert: Imminent.*03hZ"),
        ("ngo-focal-point", "warning-partners", "", r"Alert: Imminent.*about"),
        ("host-state-liaison-officer", "warning-host-state", WARNING, ""),
        ("ngo-focal-point", "clinic-own", CLINIC, "Bintune clinic: please spare"),
        ("cmcoord-officer", "clinic-humanitarian", CLINIC, "Bintune clinic: please spare"),
        ("party-focal-point", "clinic-party", CLINIC, "Notification"),
        ("joc-duty-officer", "clinic-force", CLINIC, ""),
    ):
        page = signed_in(browser, accounts[role], 1440, 900)
        if words:
            searched(page, words, row)
        else:
            in_the_list(page, row)
        panel(page, name)
        page.close()


def searched(page: Page, words: str, row: str) -> None:
    """Search, and open what is found; where nothing is, the panel that says so stays."""
    page.keyboard.press("/")
    page.get_by_label("Words, place").fill(words)
    page.keyboard.press("Enter")
    page.wait_for_timeout(1_500)
    found = page.locator("#detail li button").filter(has_text=row or words)
    if found.count():
        found.first.click()
        page.get_by_role("button", name="Close").first.click()


def in_the_list(page: Page, row: str) -> None:
    """Scroll the list until a row is there, and choose it."""
    body = page.get_by_role("grid")
    for _ in range(200):
        found = page.get_by_role("row").filter(has_text=re.compile(row))
        if found.count():
            found.first.click()
            return
        body.evaluate("e => { e.scrollTop += 120 }")
        page.wait_for_timeout(30)
    raise LookupError(f"no row {row!r}")


def panel(page: Page, name: str) -> None:
    """Keep a picture of the panel on the right alone, as small as text allows."""
    page.wait_for_timeout(1_500)
    path = PICTURES / f"{name}.png"
    box = page.locator("#detail").bounding_box()
    assert box is not None
    page.screenshot(path=path, clip={**box, "height": PANEL_PX})
    print(f"docs/pictures/{name}.png, {path.stat().st_size // 1000} kB")


def main(parts: list[str]) -> None:
    """Take them all, or those of some nodes."""
    PICTURES.mkdir(exist_ok=True)
    with demo() as nodes, chromium() as launch:
        browser = launch()
        if "replay" in parts:
            duty = nodes["replay"]["joc-duty-officer"]
            amended(duty)
            desk(browser, duty)
            phone(browser, duty)
        if "bring" in parts:
            brought(browser, nodes["replay"]["joc-duty-officer"])
        if "amber-river" in parts:
            exercise(browser, nodes["amber-river"])
        if "audiences" in parts:
            each_audience(browser, nodes["amber-river"])
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:] or ["replay", "bring", "amber-river", "audiences"])
