import { expect, it } from "vitest";

import { aReport } from "../../wire/builders";
import { spotOf, viewOf } from "./view";

const CELL = { place: "cell-10km", time: "6-hours", counts: "banded" };

it("an area fits into the picture whole, with ground around it", () => {
  for (const accuracy_m of [300, 3_200, 10_200, 26_700, 200_000]) {
    const view = viewOf({ lat: 4.4, lon: 18.5, accuracy_m, area: true }, 160, 96);
    expect(view.radius_px * 2).toBeLessThanOrEqual(96 * 0.73);
    if (accuracy_m > 4_000) expect(view.radius_px * 2).toBeGreaterThan(96 * 0.5);
    expect(view.radius_px * view.pixel_m).toBeCloseTo(accuracy_m, 5);
  }
});

it("a pixel is as wide as Web Mercator has it", () => {
  const view = viewOf({ lat: 60, lon: 0, accuracy_m: 10_000, area: true }, 160, 96);
  expect(view.pixel_m * 2 ** view.zoom).toBeCloseTo(78_271.5 / 2, 0);
});

it("knows an area from a place, and nothing of what has no point", () => {
  const point = { latitude: 4.4, longitude: 18.5, accuracy_m: 50 };
  expect(spotOf(aReport(point))?.area).toBe(false);
  expect(spotOf(aReport({ ...point, coarse: CELL }))?.area).toBe(true);
  expect(spotOf(aReport({ ...point, coarse: { ...CELL, place: "exact" } }))?.area).toBe(false);
  expect(spotOf(aReport({ coarse: CELL }))).toBeNull();
});
