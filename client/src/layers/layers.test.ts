import {
  validateStyleMin,
  type LayerSpecification,
  type SourceSpecification,
} from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, it } from "vitest";

import { paper, shapes, themes } from "../theme";
import {
  areas,
  arrivingLayers,
  backdrop,
  baseLayers,
  baseNames,
  byArea,
  byAreaNumbers,
  counted,
  countedNumbers,
  extent,
  liveLayers,
  ownLayers,
  ownNames,
  sketch,
} from "./index";

const ALL = [...Object.values(themes), paper];

function faults(source: SourceSpecification, layers: LayerSpecification[]): string[] {
  return validateStyleMin({ version: 8, sources: { here: source }, layers }).map(
    (fault) => fault.message,
  );
}

describe.each(ALL)("in the theme $name on $ground", (theme) => {
  it.each(liveLayers)("layer $id is a valid style", (layer) => {
    const parts = layer.layers("here", theme);
    expect(parts.length).toBeGreaterThan(0);
    expect(faults(layer.source, parts)).toEqual([]);
  });

  it("the base map is a valid style", () => {
    const tiles: SourceSpecification = { type: "vector", tiles: ["pmtiles://x/{z}/{x}/{y}"] };
    const parts = [backdrop(theme), ...baseLayers("here", theme), ...baseNames("here", theme)];
    expect(faults(tiles, parts)).toEqual([]);
  });

  it.each([
    [["land", "place", "road"], 15],
    [["transportation", "water", "boundary", "building", "landuse", "earth"], 12],
    [[], 0],
  ])("a map of the mission's own with the layers %s is a valid style", (layers, atLeast) => {
    const tiles: SourceSpecification = { type: "vector", tiles: ["pmtiles://x/{z}/{x}/{y}"] };
    const map = { tiles: "vector" as const, layers };
    const parts = [...ownLayers("here", map, theme), ...ownNames("here", map, theme)];
    expect(parts.length).toBeGreaterThanOrEqual(atLeast);
    expect(new Set(parts.map((part) => part.id)).size).toBe(parts.length);
    expect(faults(tiles, parts)).toEqual([]);
  });

  it("what is on its way is a valid style", () => {
    const tiles: SourceSpecification = { type: "vector", tiles: ["http://x/{z}/{x}/{y}.mvt"] };
    const parts = arrivingLayers("here", "incident", theme);
    expect(parts.map(({ id }) => id)).toEqual(["here-edge", "here-disc", "here-number"]);
    expect(faults(tiles, parts)).toEqual([]);
  });

  it("images of the mission's own are a valid style, and dimmed in the dark", () => {
    const tiles: SourceSpecification = { type: "raster", tiles: ["pmtiles://x/{z}/{x}/{y}"] };
    const [image, ...more] = ownLayers("here", { tiles: "raster" }, theme);
    if (image === undefined) throw new Error("no layer");
    expect([...more, ...ownNames("here", { tiles: "raster" }, theme)]).toEqual([]);
    expect(faults(tiles, [image])).toEqual([]);
    const dim = JSON.stringify(image.paint).includes("0.55");
    expect(dim).toBe(theme.scheme === "dark");
  });

  it.each([
    ["areas", areas],
    ["byArea", byArea],
    ["byAreaNumbers", byAreaNumbers],
    ["counted", counted],
    ["countedNumbers", countedNumbers],
    ["extent", extent],
    ["sketch", sketch],
  ])("%s is a valid style", (_, layers) => {
    const source: SourceSpecification = {
      type: "geojson",
      data: { type: "FeatureCollection", features: [] },
    };
    expect(faults(source, layers("here", theme))).toEqual([]);
  });
});

it("draws each kind in one layer only", () => {
  const kinds = liveLayers.flatMap((layer) => layer.kinds);
  expect(new Set(kinds).size).toBe(kinds.length);
});

it("draws every kind that has a shape, but what must not say where", () => {
  const drawn = new Set(liveLayers.flatMap((layer) => layer.kinds));
  const shaped = Object.keys(shapes).map((name) => name.replace(/^site-.*/, "site"));
  expect(shaped.filter((kind) => !drawn.has(kind))).toEqual(["referral"]);
});

it("never clusters what is live", () => {
  const clustered = liveLayers
    .filter((layer) => layer.source.cluster === true)
    .map((layer) => layer.id);
  expect(clustered).toEqual(["activities", "incidents"]);
});
