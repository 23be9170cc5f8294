import { expect, it } from "vitest";
import { begunTogether } from "./begun";

const code = (name: string, pcode: string | null) => ({
  name,
  rows: 1,
  first: 2,
  begun_by: pcode === null ? null : { pcode, name: `Area ${pcode}` },
});

it("places together only codes of one area, and more than one of them", () => {
  const unplaced = [code("CF712", "CF71"), code("CF999", null), code("CF713", "CF71")];
  expect(begunTogether([...unplaced, code("CF629", "CF62")])).toEqual([
    { pcode: "CF71", area: "Area CF71", codes: ["CF712", "CF713"] },
  ]);
});
