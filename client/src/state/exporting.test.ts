import { expect, it } from "vitest";

import type { LayerInfo } from "../wire/types";
import { countsAddress, exportAddress } from "./exporting";
import { NO_FILTER } from "./filter";

const LAYER: LayerInfo = {
  id: "sites",
  kind: "site",
  type: "market",
  source: "WHO's list",
  title: "Markets",
  n: 1,
  newest: null,
  received: null,
};
const LAYERS = [LAYER, { ...LAYER, id: "notes", kind: "note", type: null, source: null }];

function asked(wish: Partial<typeof NO_FILTER>): Record<string, string> {
  const found = exportAddress("csv", { ...NO_FILTER, ...wish }, LAYERS);
  expect(found.startsWith("/api/export.csv")).toBe(true);
  return Object.fromEntries(new URL(found, "http://x").searchParams);
}

it("asks for everything where nothing is filtered", () => {
  expect(asked({})).toEqual({});
});

it("asks for the times, words and news that are shown", () => {
  const span = { start: Date.UTC(2026, 0, 1), end: Date.UTC(2026, 1, 1) };
  expect(asked({ span, text: " market ", newSince: 0, withdrawn: true })).toEqual({
    datetime: "2026-01-01T00:00:00.000Z/2026-01-31T23:59:59.999Z",
    q: "market",
    changed_since: "1970-01-01T00:00:00.000Z",
    withdrawn: "true",
  });
});

it("asks only for layers that are on, in words that hold no sign of their own", () => {
  expect(asked({ off: new Set(["notes"]) })["filter"]).toBe(
    "(kind = 'site' AND type = 'market' AND source = 'WHO''s list')",
  );
  expect(asked({ off: new Set(["sites"]) })["filter"]).toBe(
    "(kind = 'note' AND type IS NULL AND source IS NULL)",
  );
  expect(asked({ off: new Set(["sites", "notes"]) })["filter"]).toBe("kind IS NULL");
});

it("asks for what was known at the moment that is looked at", () => {
  const found = exportAddress("csv", NO_FILTER, LAYERS, "2026-01-01T00:00:00.000Z");
  expect(new URL(found, "http://x").searchParams.get("as_of")).toBe("2026-01-01T00:00:00.000Z");
});

it("asks for the counts by area of what is shown, by the version that is looked at", () => {
  const wish = { ...NO_FILTER, off: new Set(["notes"]) };
  const found = countsAddress("hxl.csv", { basis: "before-2024", level: 2 }, wish, LAYERS);
  const url = new URL(found, "http://x");
  expect(url.pathname).toBe("/api/counts.hxl.csv");
  expect(Object.fromEntries(url.searchParams)).toEqual({
    basis: "before-2024",
    level: "2",
    filter: "(kind = 'site' AND type = 'market' AND source = 'WHO''s list')",
  });
});

it("asks for what one organisation does, and for all that nobody in particular does", () => {
  expect(asked({ actor: "Care's" })["filter"]).toBe("actor IS NULL OR actor = 'Care''s'");
  expect(asked({ actor: "Relief", off: new Set(["sites"]) })["filter"]).toBe(
    "((kind = 'note' AND type IS NULL AND source IS NULL)) AND (actor IS NULL OR actor = 'Relief')",
  );
});

it("asks for the area and sector that are looked at, and for all other kinds", () => {
  expect(asked({ presence: { area: "CF71", sector: null } })["filter"]).toBe(
    "kind <> 'activity' OR (pcode = 'CF71')",
  );
  expect(asked({ actor: "Aid", presence: { area: "CF71", sector: "health" } })["filter"]).toBe(
    "(actor IS NULL OR actor = 'Aid') AND (kind <> 'activity' OR (pcode = 'CF71' AND type = 'health'))",
  );
});
