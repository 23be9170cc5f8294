import { describe, expect, it } from "vitest";

import { aRow } from "../wire/builders";
import type { LayerInfo } from "../wire/types";
import { inSpan, layerFinder, NO_FILTER, passes } from "./filter";

function aLayer(part: Partial<LayerInfo>): LayerInfo {
  return {
    id: "x",
    kind: "site",
    source: null,
    title: "X",
    n: 1,
    newest: null,
    received: null,
    ...part,
  };
}

const anyLayer = () => "all";

describe("the layer of a row", () => {
  it("is the closest that the node lists", () => {
    const layerOf = layerFinder([
      aLayer({ id: "sites", source: null }),
      aLayer({ id: "health", type: "health", source: "WHO" }),
      aLayer({ id: "who", source: "WHO" }),
    ]);
    expect(layerOf(aRow({ kind: "site", type: "health", source: "WHO" }))).toBe("health");
    expect(layerOf(aRow({ kind: "site", type: "school", source: "WHO" }))).toBe("who");
    expect(layerOf(aRow({ kind: "site", type: "school", source: "me" }))).toBe("sites");
    expect(layerOf(aRow({ kind: "alert" }))).toBe("alert");
  });
});

describe("a time span", () => {
  it("holds what touches it, its end excluded", () => {
    const span = { start: 100, end: 200 };
    expect(inSpan(aRow({ start: 50, end: 100 }), span)).toBe(true);
    expect(inSpan(aRow({ start: 50, end: 99 }), span)).toBe(false);
    expect(inSpan(aRow({ start: 199, end: null }), span)).toBe(true);
    expect(inSpan(aRow({ start: 200, end: 300 }), span)).toBe(false);
  });

  it("never hides what has no time", () => {
    expect(inSpan(aRow({ start: null }), { start: 0, end: 1 })).toBe(true);
  });
});

describe("a filter", () => {
  it("shows withdrawn reports on demand only", () => {
    const row = aRow({ withdrawn: true });
    expect(passes(row, NO_FILTER, anyLayer)).toBe(false);
    expect(passes(row, { ...NO_FILTER, withdrawn: true }, anyLayer)).toBe(true);
  });

  it("finds words in any case and in the place", () => {
    expect(passes(aRow(), { ...NO_FILTER, text: "BANG" }, anyLayer)).toBe(true);
    expect(passes(aRow(), { ...NO_FILTER, text: "bria" }, anyLayer)).toBe(false);
  });

  it("calls new what the node received since, not what happened since", () => {
    const row = aRow({ start: 900, received: 100 });
    expect(passes(row, { ...NO_FILTER, newSince: 500 }, anyLayer)).toBe(false);
    expect(passes({ ...row, received: 501 }, { ...NO_FILTER, newSince: 500 }, anyLayer)).toBe(true);
  });
});

it("shows what one organisation does, and hides nothing that nobody in particular does", () => {
  const relief = { ...NO_FILTER, actor: "Relief" };
  expect(passes(aRow({ kind: "activity", actor: "Relief" }), relief, anyLayer)).toBe(true);
  expect(passes(aRow({ kind: "activity", actor: "Other" }), relief, anyLayer)).toBe(false);
  expect(passes(aRow({ actor: null }), relief, anyLayer)).toBe(true);
});
