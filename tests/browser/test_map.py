"""When the map draws: once for a change, and at once for whoever touches it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.conftest import Demo, Seat
from eirene.maps import Asked, add, remove
from map_files import FOUR, mbtiles, mvt, pmtiles, png

WATCH = Path(__file__).parents[2] / "benchmarks" / "watch.js"
AT_REST = """() => new Promise((done) => {
  const map = bench.map;
  const look = () => (map.loaded() && !map.isMoving() ? done(true) : setTimeout(look, 50));
  look();
})"""
PICTURES = """async (touch) => {
  const map = bench.map, canvas = map.getCanvas();
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  let n = 0;
  map.on("render", () => (n += 1));
  await pause(1000);
  n = 0;
  map.awaitSource("units");
  map.triggerRepaint();
  await pause(100);
  const held = n;
  if (touch) canvas.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
  for (let tries = 0; tries < 200 && n === held; tries += 1) await pause(50);
  return { held, then: n - held };
}"""


@pytest.mark.parametrize("touch", [True, False], ids=["touched", "left alone"])
def test_a_picture_waits_for_its_source_and_for_nobody_who_touches_the_map(
    seat: Callable[..., Seat], touch: bool
) -> None:
    one = seat()
    one.page.add_init_script(path=WATCH)
    page = one.sign_in()
    page.locator("canvas").first.wait_for()
    assert page.evaluate(AT_REST)
    drawn = page.evaluate(PICTURES, touch)
    assert drawn["held"] == 0
    assert drawn["then"] > 0


def test_a_filed_report_is_drawn_where_it_was_placed(seat: Callable[..., Seat], demo: Demo) -> None:
    one = seat()
    one.page.add_init_script(path=WATCH)
    page = one.sign_in()
    page.locator("canvas").first.wait_for()
    assert page.evaluate(AT_REST)
    demo.file(summary="Drawn on the map", place="6.5, 20.5", type="VC")
    page.get_by_role("row").filter(has_text="Drawn on the map").first.wait_for()
    found = page.evaluate(
        """async () => {
          const map = bench.map;
          map.jumpTo({ center: [20.5, 6.5], zoom: 12 });
          for (let tries = 0; tries < 200; tries += 1) {
            const { x, y } = map.project([20.5, 6.5]);
            const near = map.queryRenderedFeatures([[x - 40, y - 40], [x + 40, y + 40]]);
            if (near.some((f) => f.source === "incidents" && f.properties.label === "6.5, 20.5")) return true;
            await new Promise((done) => setTimeout(done, 50));
          }
          return false;
        }"""
    )
    assert found


def test_maps_of_the_missions_own_lie_under_the_picture(
    seat: Callable[..., Seat], demo: Demo, tmp_path: Path
) -> None:
    [node] = (path.parent.parent for path in demo.folder.glob("replay*/keys/lock.json"))
    when = datetime(2026, 11, 26, tzinfo=UTC)
    images = mbtiles(tmp_path / "image.mbtiles", [(place, png(200)) for place in FOUR])
    across = mvt("roads", 2921)  # at 6.6° N in the tile of the north-east, where the map looks
    roads = pmtiles(tmp_path / "town.pmtiles", [(place, across) for place in FOUR])
    for path, title in ((images, "Survey"), (roads, "Town")):
        add(node, path, Asked(title=title, attribution=f"{title} department"), when)
    try:
        one = seat()
        one.page.add_init_script(path=WATCH)
        page = one.sign_in()
        page.locator("canvas").first.wait_for()
        assert page.evaluate(AT_REST)
        for words in ("Survey department", "the mission's own, brought 2026-11-26"):
            page.get_by_text(words).first.wait_for()
        shown = page.evaluate(
            """async () => {
              const map = bench.map;
              const roads = () => map.querySourceFeatures("base-own-town", { sourceLayer: "roads" });
              for (let tries = 0; tries < 200 && !roads().length; tries += 1)
                await new Promise((done) => setTimeout(done, 50));
              return {
                loaded: ["base-own-survey", "base-own-town"].map((id) => map.isSourceLoaded(id)),
                roads: roads().length > 0,
                image: Boolean(map.getLayer("base-own-survey-image")),
              };
            }"""
        )
        assert shown == {"loaded": [True, True], "roads": True, "image": True}
        page.get_by_label("Survey").uncheck()
        hidden = "() => bench.map.getLayoutProperty('base-own-survey-image', 'visibility')"
        assert page.evaluate(hidden) == "none"
    finally:
        for title in ("own-survey", "own-town"):
            remove(node, title)


def test_what_is_shown_is_counted_by_the_areas_of_a_version_with_what_that_rests_on(
    seat: Callable[..., Seat],
) -> None:
    one = seat()
    one.page.add_init_script(path=WATCH)
    page = one.sign_in()
    page.locator("canvas").first.wait_for()
    assert page.evaluate(AT_REST)
    layers = page.locator("#layers")
    choice = layers.get_by_label("Count what is shown by")
    choice.select_option(label="Divisions after the reform of 2020, level 1")
    table = layers.get_by_role("table", name="Reports by area")
    table.get_by_role("row").filter(has_text="Mambéré CF24").wait_for()
    on_map = page.locator("main .coverage").last  # a shade never stands without it
    for words in (
        "valid since 2020-12-10",
        "counted in 20 areas",
        "From 1991-",
        "in no area",
        "sources",
    ):
        expect(on_map).to_contain_text(words)
    assert page.evaluate(AT_REST)
    drawn = "() => bench.map.queryRenderedFeatures({layers: ['by-area-fill']}).length"
    assert page.evaluate(drawn) > 0
    marks = (
        "() => bench.map.queryRenderedFeatures({layers: ['incidents-mark', 'sites-mark']}).length"
    )
    assert page.evaluate(marks) == 0  # their numbers would be read as those of areas
    layers.get_by_label("Show the symbols, too").check()
    assert page.evaluate(AT_REST)
    assert page.evaluate(marks) > 0
    assert one.axe() == []
    with page.expect_download() as taken:
        layers.get_by_role("link", name="Counts by area as CSV").click()
    head, first, *_ = taken.value.path().read_text("utf-8").splitlines()
    assert head.startswith("pcode,name,level,n,period_start,period_end,counted,")
    assert ",2020,Divisions after the reform of 2020,2020-12-10," in first
    choice.select_option(label="no areas")
    expect(table).to_have_count(0)
    expect(on_map).not_to_contain_text("reform of 2020")
    assert page.evaluate(AT_REST)
    assert page.evaluate(drawn) == 0


def test_presence_is_seen_by_organisation_and_by_sector(
    seat: Callable[..., Seat], demo: Demo
) -> None:
    told = ("health", "water-sanitation"), ("health",)
    for name, sectors in zip(("Lamp Relief", "River Aid"), told, strict=True):
        for sector in sectors:
            flat = {"kind": "activity", "compartment": "mission", "pcode": "CF71"}
            flat |= {"organisation_name": name, "sector": sector, "summary": f"{name}, {sector}"}
            made = demo.ask("joc-duty-officer", "POST", "/api/reports", json=flat)
            assert made.status_code == 201, made.text
    page = seat().sign_in()
    layers = page.locator("#layers")
    table = layers.get_by_role("table", name="Activities by sector")
    whose = layers.get_by_label("Activities of")
    whose.select_option(label="Lamp Relief (2)")
    rows = table.get_by_role("row")
    expect(rows).to_have_count(3)  # its two sectors under the headings
    expect(rows.nth(1).get_by_role("cell")).to_have_text(["Health", "1", "1", "1"])

    whose.select_option(label="all 2 organisations")
    layers.get_by_role("button", name="As a table by area").click()
    matrix = page.get_by_role("dialog", name="Organisations by area and sector")
    expect(matrix).to_contain_text("3 activities")
    expect(matrix.get_by_role("row").nth(1)).to_contain_text("CF71")
    cell = matrix.get_by_role("button", name=re.compile("Water.*: 1$"))
    cell.click()
    expect(matrix).to_have_count(0)
    expect(layers.get_by_text(re.compile("Only activities of .*CF71.*, Water"))).to_be_visible()
    expect(rows).to_have_count(2)
    layers.get_by_role("button", name="Show all").click()
    expect(rows).to_have_count(3)
