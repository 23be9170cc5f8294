"""When the map draws: once for a change, and at once for whoever touches it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from browser.conftest import Demo, Seat

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
