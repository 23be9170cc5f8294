import { describe, expect, it } from "vitest";

import { periodIn } from "./period";

describe("the period that a name tells", () => {
  it.each([
    ["presence_3w_2022q1.xlsx", "2022-01/2022-03"],
    ["RCA 3W Qui fait Quoi Où T4 2021", "2021-10/2021-12"],
    ["3W-2023-Q2.csv", "2023-04/2023-06"],
    ["incidents_2024-07.csv", "2024-07"],
    ["incidents_202407.csv", "2024-07"],
    ["sites 2019.csv", "2019"],
    ["sites.csv", ""],
    ["scan20221.csv", ""],
    ["set12022.csv", ""],
  ])("%s", (name, period) => {
    expect(periodIn(name)).toBe(period);
  });

  it("takes a quarter of the sheet before a year of the file", () => {
    expect(periodIn("3w_2022.xlsx", "T1 2022")).toBe("2022-01/2022-03");
  });
});
