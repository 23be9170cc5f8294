import { describe, expect, it } from "vitest";

import { aRow } from "../wire/builders";
import { featureOf, sameFeature } from "./features";

const SIGHT = { at: Date.UTC(2026, 10, 25, 15), newSince: null };

describe("a row on the map", () => {
  it("is nothing without a point", () => {
    expect(featureOf(1, aRow({ lat: null }), SIGHT, null)).toBeNull();
  });

  it("stands at longitude, latitude, and knows when it is chosen", () => {
    const row = aRow({ lat: 4.36, lon: 18.55 });
    const feature = featureOf(7, row, SIGHT, row.key);
    expect(feature?.id).toBe(7);
    expect(feature?.geometry.coordinates).toEqual([18.55, 4.36]);
    expect(feature?.properties.sel).toBe(1);
  });

  it("tells a cluster that it is new", () => {
    const row = aRow({ received: 10, withdrawn: false });
    expect(featureOf(1, row, { ...SIGHT, newSince: 9 }, null)?.properties.news).toBe(1);
    expect(featureOf(1, row, { ...SIGHT, newSince: 10 }, null)?.properties.news).toBe(0);
  });

  it("is sent again only when something on the map changed", () => {
    const one = featureOf(1, aRow({ summary: "a" }), SIGHT, null);
    const other = featureOf(1, aRow({ summary: "b", killed: 3 }), SIGHT, null);
    const moved = featureOf(1, aRow({ lat: 5 }), SIGHT, null);
    if (one === null || other === null || moved === null) throw new Error("rows have points");
    expect(sameFeature(one, other)).toBe(true);
    expect(sameFeature(one, moved)).toBe(false);
  });
});
