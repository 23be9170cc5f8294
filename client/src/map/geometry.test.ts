import { expect, it } from "vitest";

import { boxAround, circleAround, metresPerPixel, squareAround } from "./geometry";

it("a circle closes and has the radius it was asked for", () => {
  const ring = circleAround(6, 20, 10_000).geometry.coordinates[0] ?? [];
  expect(ring[0]).toEqual(ring.at(-1));
  const north = Math.max(...ring.map((point) => point[1] ?? 0));
  expect((north - 6) * 111_320).toBeCloseTo(10_000, 0);
});

it("the corners of a square are its accuracy away from the middle", () => {
  const [corner] = squareAround(0, 20, 707).geometry.coordinates[0] ?? [];
  const east = ((corner?.[0] ?? 0) - 20) * 111_320;
  const north = (corner?.[1] ?? 0) * 111_320;
  expect(Math.hypot(east, north)).toBeCloseTo(707, 0);
});

it("a box holds what it is drawn around", () => {
  const [west, south, east, north] = boxAround(6, 20, 1_000);
  expect(west).toBeLessThan(20);
  expect(east).toBeGreaterThan(20);
  expect(south).toBeLessThan(6);
  expect(north).toBeGreaterThan(6);
});

it("a pixel at zoom 0 is 78 km at the equator", () => {
  expect(metresPerPixel(0, 0)).toBeCloseTo(78_271.5, 0);
});
