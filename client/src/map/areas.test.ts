import { expect, it } from "vitest";

import { aRow } from "../wire/builders";
import { areasOf } from "./areas";

const CELL = { place: "cell-10km", time: "6-hours", counts: "banded" };

it("draws one area for all the versions in it, and none for what is exact", () => {
  const rows = [
    aRow({ key: "a", coarse: CELL, accuracy_m: 10_200 }),
    aRow({ key: "b", coarse: CELL, accuracy_m: 10_200 }),
    aRow({ key: "c", coarse: CELL, accuracy_m: 10_200, lat: 5 }),
    aRow({ key: "d", coarse: { ...CELL, place: "exact" }, lat: 6 }),
    aRow({ key: "e", lat: 7 }),
    aRow({ key: "f", coarse: { ...CELL, place: "none" }, lat: null, lon: null, accuracy_m: null }),
  ];
  expect([...areasOf(rows).keys()]).toEqual(["4.36 18.55 10200", "5 18.55 10200"]);
});
