import { expect, it } from "vitest";

import { gridOf, scaleFor } from "./measure";

it("the scale bar is a round distance that fits", () => {
  expect(scaleFor(1_000, 110)).toEqual({ px: 100, words: "100 km" });
  expect(scaleFor(30, 110)).toEqual({ px: 67, words: "2 km" });
  expect(scaleFor(1, 110)).toEqual({ px: 100, words: "100 m" });
});

it("a grid reference has no more digits than the screen shows", () => {
  expect(gridOf({ lat: 4.36, lon: 18.55, pixel_m: 600 })).toMatch(/^3[34]N [A-Z]{2} \d\d \d\d$/);
  expect(gridOf({ lat: 4.36, lon: 18.55, pixel_m: 1 })).toMatch(/ \d{5} \d{5}$/);
  expect(gridOf({ lat: 88, lon: 0, pixel_m: 1 })).toBeNull();
});

it("a world that goes round twice has the same grid", () => {
  const once = gridOf({ lat: 4, lon: 18, pixel_m: 100 });
  expect(gridOf({ lat: 4, lon: 18 + 360, pixel_m: 100 })).toBe(once);
});
