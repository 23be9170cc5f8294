import { describe, expect, it } from "vitest";

import type { Report } from "../../state";
import { aReport } from "../../wire/builders";
import { compared } from "./compare";

const COARSE = { place: "admin-2", time: "day", counts: "banded" };
const report = aReport({
  type: "VC",
  killed: 7,
  source: "patrol",
  place: "ford at Talvek",
  latitude: 4.3612,
  longitude: 18.555,
  accuracy_m: 20,
  occurred: { start: "2026-11-25T14:30:00Z", end: "2026-11-25T14:31:00Z", precision: "minute" },
  summary: "Traders beaten",
});
const version: Report = {
  ...aReport({
    type: "VC",
    killed: 5,
    coarse: COARSE,
    place_name: "Bimbo",
    latitude: 4.2,
    longitude: 18.4,
    accuracy_m: 42_000,
    occurred: { start: "2026-11-25T00:00:00Z", end: "2026-11-26T00:00:00Z", precision: "day" },
  }),
};
delete version.summary;

function line(name: string, before: Report | null = null) {
  const found = compared(report, version, before).find((one) => one.name === name);
  if (found === undefined) throw new Error(`no line ${name}`);
  return found;
}

describe("what the audience would read", () => {
  it("is the same where codes pass, and named where it is not", () => {
    expect(line("type")).toMatchObject({ mark: "same", report: "Violence against civilians" });
    expect(line("killed")).toMatchObject({ mark: "coarser", report: "7", version: "5-9" });
    expect(line("occurred")).toMatchObject({ mark: "coarser", version: "2026-11-25" });
    expect(line("summary")).toMatchObject({ mark: "left-out", version: "" });
    expect(line("source")).toMatchObject({ mark: "left-out", version: "" });
  });

  it("has the area for the place, and no word of it", () => {
    const place = line("place");
    expect(place.report).toContain("ford at Talvek");
    expect(place.version).toBe("somewhere in Bimbo, within 42 km");
  });

  it("tells what is new for who has a version already", () => {
    const before = { ...version, killed: 1 };
    expect(line("killed", before)).toMatchObject({ before: "1-4", changes: true });
    expect(line("type", before)).toMatchObject({ changes: false });
    expect(line("type")).toMatchObject({ before: null, changes: false });
  });

  it("is nothing where the rules give nothing any more", () => {
    const lines = compared(report, null, null);
    expect(lines.every(({ mark, version: words }) => mark === "nothing" && words === "")).toBe(
      true,
    );
    expect(compared(report, null, version).some(({ changes }) => changes)).toBe(false);
  });
});
