import { describe, expect, it } from "vitest";

import type { Agreement, Rule } from "../../state";
import { audiencesIn, byClass, filtered } from "./filter";
import { lineOfFault, lineOfRule, spanOfLine } from "./lines";
import { closedWords, leaseState, onlyWhen, placeWords, slotWords } from "./words";

function aRule(more: Partial<Rule> = {}): Rule {
  return {
    id: "r",
    data: "hazard",
    origin: "mission",
    to: "partners",
    mode: "automatic",
    binding: "",
    delay: "",
    place: "exact",
    time: "hour",
    counts: "exact",
    passes: [],
    onward: "",
    condition: "",
    agreement: "",
    layer: "",
    one_of: "",
    note: "",
    closed: "",
    tlp: "AMBER",
    ...more,
  };
}

const TOML = `title = "Ours"
k = 5

[slots]
other_min = 15

[[agreement]]
id = "open-road"
until = 2026-12-31T00:00:00Z

[[rule]]
id = "mines-first"
data = "hazard"
place = "exact"

[[rule]]
data = "hazard"
origin = "mission"
to = "police"
mode = "automatik"
`;

describe("rules are shown", () => {
  const rules = [
    aRule({ id: "a" }),
    aRule({ id: "b", data: "alert", to: "public", mode: "none" }),
    aRule({ id: "c", to: "police", closed: "enforcement north" }),
    aRule({ id: "d", data: "alert", to: "*", mode: "never" }),
  ];
  const ids = (found: Rule[]) => found.map(({ id }) => id).join("");

  it("by class and audience, and what is for everybody with each audience", () => {
    expect(ids(filtered(rules, { data: "", to: "", giving: false }))).toBe("abcd");
    expect(ids(filtered(rules, { data: "alert", to: "", giving: false }))).toBe("bd");
    expect(ids(filtered(rules, { data: "", to: "public", giving: false }))).toBe("bd");
    expect(ids(filtered(rules, { data: "", to: "", giving: true }))).toBe("a");
    expect(audiencesIn(rules)).toEqual(["partners", "public", "police"]);
  });

  it("under their class, in their order", () => {
    expect(byClass(rules).map(({ data, rules: of }) => `${data}: ${ids(of)}`)).toEqual([
      "hazard: ac",
      "alert: bd",
    ]);
  });

  it("in words", () => {
    expect(["cell-10km", "admin-3", "exact", ""].map(placeWords)).toEqual([
      "cell of 10 km",
      "area of level 3",
      "exact",
      "none",
    ]);
    expect([2, 120, 1440].map(slotWords)).toEqual(["2 minutes", "2 hours", "1 day"]);
    expect(onlyWhen(aRule({ delay: "72h", layer: "organisations" }))).toEqual([
      "not before 72 hours after the event",
      "closed by an enforcement operation (layer organisations)",
    ]);
    expect(closedWords("agreement open-road")).toContain("open-road");
  });
});

describe("a place in the text is found", () => {
  it("by what the reader of TOML said", () => {
    expect(lineOfFault(TOML, "configuration", "no TOML: x (at line 4, column 7).")).toBe(4);
    expect(lineOfFault(TOML, "configuration", "no TOML: x (at end of document).")).toBe(21);
  });

  it("by the number or the name of a rule, and its field", () => {
    expect(lineOfFault(TOML, "rule 2.mode", "")).toBe(20);
    expect(lineOfFault(TOML, "rules 1.place", "")).toBe(14);
    expect(lineOfFault(TOML, "rule 2", "")).toBe(16);
    expect(lineOfFault(TOML, "rule 2.binding", "")).toBe(16);
    expect(lineOfFault(TOML, "agreement open-road.until", "")).toBe(9);
    expect(lineOfFault(TOML, "mines-first", "")).toBe(11);
    expect(lineOfRule(TOML, "hazard:mission:police")).toBe(16);
  });

  it("by the name of a setting, and not where there is none", () => {
    expect(lineOfFault(TOML, "slots.other_min", "")).toBe(5);
    expect(lineOfFault(TOML, "k", "")).toBe(2);
    expect(lineOfFault(TOML, "rule 9.mode", "")).toBeNull();
    expect(lineOfFault(TOML, "configuration", "")).toBeNull();
    expect(lineOfFault(TOML, null, "")).toBeNull();
  });

  it("as a stretch that can be marked", () => {
    const [from, to] = spanOfLine(TOML, 2);
    expect(TOML.slice(from, to)).toBe("k = 5");
  });
});

it("a lease runs from its beginning up to its end", () => {
  const lease = { since: "2026-01-01T00:00:00Z", until: "2026-12-31T00:00:00Z" } as Agreement;
  expect(leaseState(lease, Date.UTC(2025, 11, 31))).toBe("coming");
  expect(leaseState(lease, Date.UTC(2026, 0, 1))).toBe("runs");
  expect(leaseState(lease, Date.UTC(2026, 11, 31))).toBe("ended");
});
