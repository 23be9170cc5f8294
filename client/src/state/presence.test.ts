import { expect, it } from "vitest";

import { aRow } from "../wire/builders";
import { presenceOf, typedBy } from "./presence";

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
