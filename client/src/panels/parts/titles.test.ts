import { describe, expect, it } from "vitest";

import { aReport, aRow } from "../../wire/builders";
import { coarsePlaceWords, countWords, reportTitle, rowTitle } from "./titles";

const CELL = { place: "cell-10km", time: "6-hours", counts: "banded" };
const NOON = Date.UTC(2026, 10, 25, 12);
const HOUR = 3_600_000;

describe("a report without a summary is called by its codes", () => {
  const version = aRow({
    summary: "",
    what: ["type", "VC"],
    coarse: CELL,
    accuracy_m: 10_200,
    place: "",
    start: NOON,
    end: NOON + 6 * HOUR,
    precision: "span",
  });

  it("with the size of its cell and the clock of its block", () => {
    expect(rowTitle(version)).toBe("Violence against civilians, about 11 km, 12:00-18:00Z");
    expect(rowTitle({ ...version, start: NOON + 6 * HOUR, end: NOON + 12 * HOUR })).toBe(
      "Violence against civilians, about 11 km, 18:00-24:00Z",
    );
  });

  it("with the name of its area, and the day where only that is told", () => {
    const area = { ...version, coarse: { ...CELL, place: "admin-2", time: "day" }, place: "Bria" };
    expect(rowTitle({ ...area, end: NOON + 24 * HOUR, precision: "day" })).toBe(
      "Violence against civilians, Bria, 2026-11-25",
    );
  });

  it("with its kind where the code alone would not say it", () => {
    const alert = { ...version, kind: "alert", what: ["threat", "possible"] as const, start: null };
    expect(rowTitle(alert)).toBe("Alert: Possible, about 11 km");
    expect(rowTitle({ ...alert, what: null, coarse: { ...CELL, place: "none" } })).toBe("Alert");
  });

  it("and the same in the detail as in the list", () => {
    const report = aReport({
      type: "VC",
      state: "verified",
      coarse: CELL,
      accuracy_m: 10_200,
      occurred: {
        start: "2026-11-25T12:00:00Z",
        end: "2026-11-25T18:00:00Z",
        precision: "span",
      },
    });
    delete report.summary;
    expect(reportTitle(report)).toBe(rowTitle(version));
  });
});

it("words that somebody wrote are its title", () => {
  expect(rowTitle(aRow({ coarse: CELL }))).toBe("Market attacked");
  expect(reportTitle(aReport())).toBe("Market attacked");
});

it("a banded count is shown as its band, an exact one as it is", () => {
  expect([0, 1, 5, 10, 25, 100].map((n) => countWords(n, CELL))).toEqual([
    "0",
    "1-4",
    "5-9",
    "10-24",
    "25-99",
    "100+",
  ]);
  expect(countWords(7, null)).toBe("7");
  expect(countWords(1200, { ...CELL, counts: "exact" })).toBe("1,200");
});

it("says how exact a place is, also in words that this client has not heard", () => {
  expect(coarsePlaceWords(CELL, 10_200)).toBe("somewhere in a cell, within 11 km");
  expect(coarsePlaceWords({ ...CELL, place: "admin-3" }, 8_000, "Bimbo")).toBe(
    "somewhere in Bimbo, within 8 km",
  );
  expect(coarsePlaceWords({ ...CELL, place: "none" }, null)).toBe("no place told");
  expect(coarsePlaceWords({ ...CELL, place: "sector-b" }, null)).toBe("sector-b");
});
