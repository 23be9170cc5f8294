import { describe, expect, it } from "vitest";

import type { Row } from "../../state";
import { ordered, precisionWords } from "./columns";
import { scrollTo, sliceAt } from "./window";

const row = (given: Partial<Row>): Row =>
  ({
    kind: "incident",
    lat: 4,
    lon: 18,
    accuracy_m: 500,
    start: 0,
    end: 0,
    precision: "minute",
    killed: null,
    state: "verified",
    coarse: null,
    ...given,
  }) as Row;

describe("the window of rows", () => {
  it("holds what is seen and a little more, within the list", () => {
    expect(sliceAt(0, 280, 28, 1_000)).toEqual({ first: 0, end: 18 });
    expect(sliceAt(2_800, 280, 28, 1_000)).toEqual({ first: 92, end: 118 });
    expect(sliceAt(0, 280, 28, 3)).toEqual({ first: 0, end: 3 });
    expect(sliceAt(9_999, 280, 28, 0)).toEqual({ first: 0, end: 0 });
  });

  it("moves only as far as a row needs to be seen", () => {
    expect(scrollTo(5, 0, 280, 28)).toBe(0);
    expect(scrollTo(20, 0, 280, 28)).toBe(21 * 28 - 280);
    expect(scrollTo(2, 280, 280, 28)).toBe(56);
  });
});

it("precision is words for place and time", () => {
  expect(precisionWords(row({}))).toBe("place known · time known");
  expect(
    precisionWords(row({ accuracy_m: 25_000, precision: "month", end: 30 * 86_400_000 })),
  ).toBe("area, within 25 km · month only");
  expect(precisionWords(row({ lat: null, start: null }))).toBe("no point · time not known");
});

it("what is not known is sorted last, never as 0", () => {
  const rows = [row({ killed: null }), row({ killed: 0 }), row({ killed: 7 })];
  const killed = (down: boolean) =>
    ordered(rows, { name: "killed", down }).map((one) => one.killed);
  expect(killed(true)).toEqual([7, 0, null]);
  expect(killed(false)).toEqual([0, 7, null]);
});
