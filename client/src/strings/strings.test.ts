import { describe, expect, it } from "vitest";

import {
  age,
  bytes,
  codeWords,
  day,
  dtg,
  fill,
  kindTitle,
  latLon,
  local,
  markingText,
  radius,
  t,
  tOr,
  totalOf,
  when,
  zulu,
} from ".";
import en from "./en.json";

const AT = Date.UTC(2026, 10, 25, 14, 30, 11);
const DAY = 86_400_000;

describe("a sentence", () => {
  it("takes the plural of its language", () => {
    expect(t("age.hour", { n: 1 })).toBe("1 hour");
    expect(t("age.hour", { n: 0 })).toBe("0 hours");
    expect(t("age.day", { n: 1234 })).toBe("1,234 days");
  });

  it("takes the four forms of Russian and the six of Arabic", () => {
    const russian = { one: "{n} час", few: "{n} часа", many: "{n} часов", other: "{n} часа" };
    const rules = new Intl.PluralRules("ru");
    expect([1, 3, 5, 21].map((n) => fill(russian, { n }, rules))).toEqual([
      "1 час",
      "3 часа",
      "5 часов",
      "21 час",
    ]);
    const arabic = { zero: "0", one: "1", two: "2", few: "few", many: "many", other: "other" };
    const forms = [0, 1, 2, 3, 11, 100].map((n) => fill(arabic, { n }, new Intl.PluralRules("ar")));
    expect(forms).toEqual(["0", "1", "2", "few", "many", "other"]);
  });

  it("never reads markup or braces in what it is given", () => {
    expect(fill("About {what}", { what: "<b>{n}</b>", n: 3 })).toBe("About <b>{n}</b>");
  });

  it("shows a name that nobody filled, rather than a hole", () => {
    expect(fill("Hello {who}", {})).toBe("Hello {who}");
  });

  it("never shows a total as exact that is not", () => {
    const sentence = (total_is: "exact" | "at-least") =>
      t("search.more", { shown: 50, total: totalOf({ total: 10_000, total_is }) });
    expect(sentence("exact")).toBe("Show more (50 of 10,000)");
    expect(sentence("at-least")).toBe("Show more (50 of more than 10,000)");
  });

  it("falls back to the code where there are no words", () => {
    expect(tOr("shape.balloon", "balloon")).toBe("balloon");
  });

  it("has all plural forms of English wherever it counts", () => {
    for (const [key, entry] of Object.entries(en)) {
      if (typeof entry !== "string")
        expect(Object.keys(entry).sort(), key).toEqual(["one", "other"]);
    }
  });
});

describe("a time", () => {
  it("is Zulu, 24 h", () => {
    expect(zulu(AT)).toBe("2026-11-25 14:30Z");
    expect(dtg(AT)).toBe("251430ZNOV26");
    expect(day(-1)).toBe("1969-12-31");
  });

  it("is local by the mission's zone, whatever the machine's", () => {
    expect(local(AT, "Africa/Bangui")).toBe("2026-11-25 15:30");
    expect(local(Date.UTC(2026, 0, 1, 0, 0), "America/New_York")).toBe("2025-12-31 19:00");
  });

  it.each([
    [0, DAY, "day", "1970-01-01"],
    [0, 31 * DAY, "month", "1970-01"],
    [0, 365 * DAY, "year", "1970"],
    [AT, AT, "second", "2026-11-25 14:30:11Z"],
    [AT, AT + 60_000, "minute", "2026-11-25 14:30Z"],
    [AT, AT + 3_600_000, "hour", "2026-11-25 14hZ"],
    [Date.UTC(2025, 2, 24, 17), Date.UTC(2025, 2, 25, 5), "night", "2025-03-24/25"],
    [0, 3 * DAY, "span", "1970-01-01 - 1970-01-03"],
    [0, DAY, "span", "1970-01-01"],
    [AT, AT + 7_200_000, "span", "2026-11-25 14:30-16:30Z"],
    [null, null, null, ""],
  ])("from %s to %s, a %s, is shown no finer than it is known", (start, end, precision, shown) => {
    expect(when(start, end, precision)).toBe(shown);
  });

  it("has an age in one unit", () => {
    expect(age(0, 59 * 60_000)).toEqual({ n: 59, unit: "minute" });
    expect(age(0, 47 * 3_600_000)).toEqual({ n: 47, unit: "hour" });
    expect(age(0, 3 * DAY)).toEqual({ n: 3, unit: "day" });
    expect(age(0, 800 * DAY)).toEqual({ n: 2, unit: "year" });
    expect(age(10, 0)).toEqual({ n: 0, unit: "minute" });
  });
});

describe("a place", () => {
  it("has no more decimals than its accuracy bears", () => {
    expect(latLon(4.3612, -18.555)).toBe("4.3612 N, 18.5550 W");
    expect(latLon(-4.3612, 18.5571, 1_000)).toBe("4.36 S, 18.56 E");
    expect(latLon(4.3612, 18.555, 100_000)).toBe("4 N, 19 E");
    expect(latLon(4.3612, 18.555, 1)).toBe("4.36120 N, 18.55500 E");
  });

  it("never promises a smaller circle than there is", () => {
    expect([12.2, 999.5, 2_310, 24_300].map(radius)).toEqual(["13 m", "1000 m", "2.4 km", "25 km"]);
  });
});

it("says the size of a file as people do", () => {
  expect([0, 1, 12_300, 1_940_000, 2_400_000_000].map(bytes)).toEqual([
    "0 kB",
    "1 kB",
    "13 kB",
    "1.9 MB",
    "2.4 GB",
  ]);
});

it("marks in the node's words, with the TLP prefix once", () => {
  expect(markingText("mission", "strictly-confidential", "AMBER")).toBe(
    "mission · STRICTLY-CONFIDENTIAL · TLP:AMBER",
  );
  expect(markingText("mission", "unclassified", "TLP:RED")).toContain("· TLP:RED");
});

describe("the words of a kind", () => {
  it("stand for codes of its own lists, and of the parts of its statements", () => {
    expect(kindTitle("activity")).toBe("Activity");
    expect(codeWords("activity", "state", "ongoing")).toBe("Ongoing");
    expect(codeWords("incident", "actors", "victim", "role")).toBe("Victim or target");
    expect(codeWords("incident", "basis", "seen")).not.toBe("seen");
  });

  it("leave text alone, and speak a code that a newer node made", () => {
    expect(codeWords("unit", "name", "co-op-1")).toBe("co-op-1");
    expect(codeWords("incident", "state", "not-yet-known")).toBe("not yet known");
    expect(codeWords("balloon", "type", "hot-air")).toBe("hot-air");
    expect(kindTitle("balloon")).toBe("balloon");
  });
});
