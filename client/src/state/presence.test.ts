import { expect, it } from "vitest";

import { aRow } from "../wire/builders";
import { presenceMatrix, presenceOf, typedBy } from "./presence";

const activity = (part: object) => aRow({ kind: "activity", type: "health", ...part });

it("counts activities by organisation and by sector, with the areas that they name", () => {
  const found = presenceOf([
    activity({ actor: "Relief", pcode: "CF71" }),
    activity({ actor: "Relief", pcode: "CF71", type: "wash" }),
    activity({ actor: "Aid", pcode: "CF62" }),
    activity({ actor: null, pcode: null }),
    aRow({ actor: null }),
  ]);
  expect(found.n).toBe(4);
  expect(found.nowhere).toBe(1);
  expect(found.actors).toEqual([
    { name: "Relief", n: 2, others: 2, areas: 1 },
    { name: "Aid", n: 1, others: 1, areas: 1 },
    { name: null, n: 1, others: 1, areas: 0 },
  ]);
  expect(found.sectors.map(({ name, n, others }) => [name, n, others])).toEqual([
    ["health", 3, 2],
    ["wash", 1, 1],
  ]);
});

it("knows by which field a kind is told apart", () => {
  expect(typedBy("activity")).toBe("sector");
  expect(typedBy("incident")).toBe("type");
});

it("counts organisations, not activities, in each sector of each area, with what that rests on", () => {
  const day = Date.UTC(2026, 0, 1);
  const at = { source: "3W", place: null, lat: null, lon: null, start: null, end: null };
  const found = presenceMatrix([
    activity({ ...at, actor: "Relief", pcode: "CF71", place: "Bangui", start: day, end: day + 5 }),
    activity({ ...at, actor: "Relief", pcode: "CF71" }),
    activity({ ...at, actor: "Aid", pcode: "CF71" }),
    activity({ ...at, actor: "Aid", pcode: "CF62", type: "wash" }),
    activity({ ...at, actor: "Aid", pcode: null }),
    aRow({ pcode: "CF62" }),
  ]);
  expect(found.sectors).toEqual(["health", "wash"]);
  expect(found.areas.map(({ name, organisations }) => [name, organisations])).toEqual([
    ["Bangui", 2],
    ["CF62", 1],
  ]);
  expect([...(found.areas[0]?.cells ?? [])]).toEqual([["health", 2]]);
  const { n, nowhere, start, end, undated, sources } = found;
  expect([n, nowhere, start, end, undated, sources]).toEqual([4, 1, day, day + 5, 3, 1]);
});
