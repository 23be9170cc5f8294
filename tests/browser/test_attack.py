"""Scripts in other people's files: imported into a running node, then looked at in a browser."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from browser.conftest import Demo, Seat

Seats = Callable[..., Seat]
WICKED = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=2>",
    "javascript:window.hit=3",
    '"><svg/onload=window.hit=4>',
    "{{constructor.constructor('window.hit=5')()}}",
    "${window.hit=6}",
    "]]><script>window.hit=7</script>",
)


MAPPING = """
name = "sent-to-us"
title = "A list that somebody sent <script>window.hit=8</script>"
kind = "incident"
source = "Elsewhere <img src=x onerror=window.hit=9>"
row_id = ["id"]
licence = "theirs <svg onload=window.hit=10>"
attribution = "Somebody <script>window.hit=11</script>"

[const]
type = "VC"
basis = "told-first-hand"

[fields]
reference = "id"
occurred = "occurred"
latitude = "latitude"
longitude = "longitude"
summary = "summary"
narrative = "narrative"
place = "place"
"""


def imported(demo: Demo, file: Path, mapping: Path) -> None:
    """What an officer does with a file that somebody sent him."""
    eirene = Path(sys.executable).with_name("eirene")
    user = demo.accounts["joc-duty-officer"]["user"]
    done = subprocess.run(
        [
            *(str(eirene), "import", str(file), "--as", "incident", "--mapping", str(mapping)),
            *("--compartment", "mission", "--account", user, "--data", str(demo.folder / "replay")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout


def test_an_imported_file_runs_nothing_in_the_browser(
    seat: Seats, demo: Demo, tmp_path: Path
) -> None:
    mark = f"Wicked{time.time_ns()}"
    file, mapping = tmp_path / "sent <b>to us.csv", tmp_path / "mapping.toml"
    mapping.write_text(MAPPING)
    with file.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        names = ("id", "occurred", "latitude", "longitude", "summary", "narrative", "place")
        rows.writerow(names)
        for at, wicked in enumerate(WICKED):
            where = (4.36 + at / 100, 18.55)
            told = (f"{mark} {wicked}", wicked, f"Town {wicked}")
            rows.writerow((f"{at} {wicked}", "2026-11-24T10:00Z", *where, *told))
    imported(demo, file, mapping)
    one = seat()
    page = one.sign_in()
    page.keyboard.press("/")
    page.get_by_label(re.compile("Words, place name")).fill(mark)
    for wicked in WICKED:
        row = page.get_by_role("row").filter(has_text=f"{mark} {wicked}").first
        expect(row).to_be_visible()
        row.click()
        expect(page.get_by_text(f"{mark} {wicked}").last).to_be_visible()
        assert page.evaluate("window.hit") is None
    assert page.locator("img[src=x], svg[onload]").count() == 0
    assert one.faults == []
