import { expect, it } from "vitest";

import { areaOnly, type ByArea, type Row } from "../state";
import { byAreaFeatures } from "./byarea";

const SQUARE = {
  type: "Polygon" as const,
  coordinates: [
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0],
    ],
  ],
};

const FOUND: ByArea = {
  basis: {
    id: "b",
    title: "B",
    valid_from: null,
    valid_to: null,
    source: null,
    licence: null,
    attribution: null,
    note: null,
    levels: [1],
  },
  level: 1,
  counts: {
    total: 21,
    groups: [
      { area: "A1", n: 4 },
      { area: "A2", n: 16 },
      { area: null, n: 100 },
    ],
    coverage: {
      by_point: 20,
      by_area: 0,
      without_place: 1,
      outside: 0,
      too_coarse: 0,
      undated: 0,
      start: null,
      end: null,
      sources: 1,
      organisations: 1,
    },
    marking: "public",
  },
  outlines: new Map([
    ["A1", { pcode: "A1", name: "One", at: [0.5, 0.5], geometry: SQUARE }],
    ["A2", { pcode: "A2", name: "Two", at: [0.5, 0.5], geometry: SQUARE }],
    ["A3", { pcode: "A3", name: "Three", at: [0.5, 0.5], geometry: SQUARE }],
  ]),
  borders: {
    features: [
      {
        properties: { disputed: 1 },
        geometry: {
          type: "LineString",
          coordinates: [
            [0, 0],
            [1, 1],
          ],
        },
      },
    ],
  },
};

it("gives each area its number and shade, and an area without reports neither", () => {
  const features = byAreaFeatures(FOUND);
  expect(features.map(({ geometry }) => geometry.type)).toEqual([
    "LineString",
    "Polygon",
    "Point",
    "Polygon",
    "Point",
  ]);
  expect(features[0]?.properties).toEqual({ disputed: 1 });
  // what stands in no area is no measure for those that do
  expect(features.map(({ properties }) => properties?.["shade"] as unknown)).toEqual([
    undefined,
    0.5,
    undefined,
    1,
    undefined,
  ]);
  expect(features[2]?.properties).toEqual({ n: 4, name: "One" });
});

function row(values: Partial<Row>): Row {
  return { lat: null, pcode: null, start: null, end: null, source: null, ...values } as Row;
}

it("tells what the areas of reports without a point rest on", () => {
  const rows = [
    row({ pcode: "A1", start: 5, end: 9, source: "list", organisation: "a" }),
    row({ pcode: "A2", organisation: "b" }),
    row({ lat: 1, pcode: "A1", start: 1 }),
    row({}),
  ];
  expect(areaOnly(rows)).toEqual({
    n: 2,
    total: 4,
    nowhere: 1,
    start: 5,
    end: 9,
    sources: 1,
    organisations: 2,
  });
});
