import { describe, expect, it } from "vitest";

import type { Row } from "../wire/types";
import { isKnown, isOld, lookOf, placeWord, shapeOf, timeWord } from "./look";

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 10, 25, 12);

function aRow(given: Partial<Row> = {}): Row {
  return {
    key: "k1",
    entity: "e1",
    id: "r1",
    kind: "incident",
    type: "AC",
    state: "verified",
    summary: "Clash",
    compartment: "mission",
    organisation: "force",
    source: "patrol",
    start: NOON,
    end: NOON,
    precision: "minute",
    lat: 4.36,
    lon: 18.55,
    accuracy_m: 100,
    place: "Bangui",
    pcode: "CF71",
    grade: null,
    classification: "unclassified",
    tlp: "GREEN",
    killed: null,
    counts: null,
    filed: NOON,
    received: NOON,
    withdrawn: false,
    conflict: false,
    coarse: null,
    what: null,
    actor: null,
    ...given,
  };
}

describe("an incident is solid", () => {
  it("only when state, place and day are known", () => {
    expect(isKnown(aRow())).toBe(true);
    expect(isKnown(aRow({ state: "reported" }))).toBe(false);
    expect(isKnown(aRow({ accuracy_m: 25_000 }))).toBe(false);
    expect(isKnown(aRow({ accuracy_m: null }))).toBe(false);
    expect(isKnown(aRow({ precision: "month", end: NOON + 30 * DAY }))).toBe(false);
  });

  it("also when it happened in a night that spans two days", () => {
    expect(isKnown(aRow({ precision: "span", end: NOON + DAY / 2 }))).toBe(true);
  });
});

it("a site needs no day", () => {
  expect(isKnown(aRow({ kind: "site", state: "open", start: null, end: null }))).toBe(true);
});

it("words say the same as the symbol", () => {
  expect(placeWord(aRow({ lat: null }))).toBe("none");
  expect(placeWord(aRow({ accuracy_m: 2_500 }))).toBe("near");
  expect(placeWord(aRow({ accuracy_m: 60_000 }))).toBe("area");
  expect(timeWord(aRow({ start: null }))).toBe("none");
  expect(timeWord(aRow({ precision: "span", end: NOON + 9 * DAY }))).toBe("span");
});

it("age is told as of a moment, and what has no time has no age", () => {
  expect(isOld(aRow(), NOON + DAY)).toBe(false);
  expect(isOld(aRow(), NOON + 31 * DAY)).toBe(true);
  expect(isOld(aRow({ start: null, end: null }), NOON + 900 * DAY)).toBe(false);
});

it("new is what the node received after the mark", () => {
  expect(lookOf(aRow(), { at: NOON, newSince: NOON - 1 }).fresh).toBe(true);
  expect(lookOf(aRow(), { at: NOON, newSince: NOON }).fresh).toBe(false);
  expect(lookOf(aRow(), { at: NOON, newSince: null }).fresh).toBe(false);
});

it("a site's shape follows its type", () => {
  expect(shapeOf({ kind: "site", type: "health" })).toBe("site-health");
  expect(shapeOf({ kind: "site", type: "un-presence" })).toBe("site-un");
  expect(shapeOf({ kind: "site", type: "airfield" })).toBe("site-airfield");
  expect(shapeOf({ kind: "site", type: null })).toBe("site-other");
  expect(shapeOf({ kind: "alert" })).toBe("alert");
});

it("a version's cell is an area however small it is, and never solid", () => {
  const coarse = { place: "cell-10km", time: "hour", counts: "banded" };
  expect(placeWord(aRow({ coarse, accuracy_m: 100 }))).toBe("area");
  expect(isKnown(aRow({ coarse, accuracy_m: 100 }))).toBe(false);
  expect(isKnown(aRow({ coarse: { ...coarse, place: "exact" } }))).toBe(true);
});
