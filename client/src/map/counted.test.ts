import { expect, it } from "vitest";

import type { Outline } from "../state";
import { aRow } from "../wire/builders";
import { countedBy, countedOf } from "./counted";

const NOWHERE = { lat: null, lon: null, accuracy_m: null };
const SQUARE: Outline = {
  pcode: "CF214",
  name: "Amada-Gaza",
  at: [15.5, 4.8],
  geometry: { type: "Polygon", coordinates: [[[15, 4], [16, 4], [16, 5], [15, 4]]] },
}; // prettier-ignore

it("counts what names an area and no point, and nothing that is drawn as a point", () => {
  const rows = [
    aRow({ key: "a", kind: "activity", pcode: "CF214", ...NOWHERE }),
    aRow({ key: "b", kind: "activity", pcode: "CF214", ...NOWHERE }),
    aRow({ key: "c", kind: "activity", pcode: "CF214" }),
    aRow({ key: "d", kind: "activity", pcode: "", ...NOWHERE }),
    aRow({ key: "e", kind: "activity", pcode: null, ...NOWHERE }),
  ];
  expect([...countedBy(rows)]).toEqual([["CF214", 2]]);
});

it("says nowhere where a referral is", () => {
  expect(countedBy([aRow({ kind: "referral", pcode: "CF214", ...NOWHERE })]).size).toBe(0);
});

it("draws an area and its number, and leaves out areas without a border", () => {
  const drawn = countedOf(
    new Map([
      ["CF214", 3],
      ["CF712", 1],
    ]),
    new Map([["CF214", SQUARE]]),
  );
  expect(drawn.map(({ geometry, properties }) => [geometry.type, properties.n])).toEqual([
    ["Polygon", 3],
    ["Point", 3],
  ]);
});
