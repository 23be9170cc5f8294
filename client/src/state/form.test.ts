import { describe, expect, it } from "vitest";

import { aReport } from "../wire/builders";
import type { KindPage } from "../wire/types";
import { changes, replacedBy } from "./changes";
import { blank, clientId, draftOf, entryOf, EntryFault, fieldsOf, partsOf, restated } from "./form";

const PAGE: KindPage = {
  kind: "incident",
  title: "Incident",
  example: {},
  requires: ["occurred"],
  states: ["reported", "verified"],
  schema: {
    required: ["type", "compartment"],
    properties: {
      media: { type: "boolean", "x-form": "yesno", "x-group": "code", "x-order": 9 },
      occurred: { "x-form": "time", "x-group": "when", "x-order": 1 },
      place: { "x-form": "place", "x-group": "where", "x-order": 2 },
      latitude: { "x-form": "number", "x-order": 3 },
      compartment: { "x-form": "compartment", "x-group": "handling", "x-order": 4 },
      classification: { "x-form": "choice", "x-group": "handling", "x-order": 5 },
      tlp: {
        "x-form": "choice",
        "x-group": "handling",
        "x-order": 5,
        "x-codes": [{ code: "TLP:GREEN", label: "" }],
      },
      pcode: { "x-form": "", "x-order": 5 },
      links: { type: "array", "x-form": "link", "x-group": "code", "x-order": 20 },
      type: { "x-form": "choice", "x-group": "code", "x-order": 6 },
      state: { "x-form": "choice", "x-group": "code", "x-order": 6 },
      killed: { "x-form": "count", "x-group": "harm", "x-order": 7 },
      killed_best: { "x-form": "count", "x-group": "harm", "x-order": 7 },
      injured: { "x-form": "count", "x-group": "harm", "x-order": 7 },
      actors: { "x-form": "list", "x-group": "actor", "x-order": 8 },
      waypoints: {
        "x-form": "list",
        "x-group": "route",
        "x-order": 8,
        items: {
          properties: { latitude: { "x-form": "number" }, name: { "x-form": "text" } },
        },
      },
      also: { "x-form": "many", "x-group": "code", "x-order": 8 },
      smell: { "x-form": "olfactory", "x-group": "code", "x-order": 10 },
    },
  },
};
const FIELDS = fieldsOf(PAGE);
const ENTRIES = { type: "VC", occurred: "1430", compartment: "mission" };

describe("the form of a kind", () => {
  it("has no boxes for what the envelope does itself", () => {
    expect(FIELDS.map(({ name }) => name)).not.toContain("latitude");
  });

  it("marks a form that it does not know", () => {
    expect(FIELDS.find(({ name }) => name === "smell")?.form).toBeNull();
  });

  it("asks first what, when, where and how many, and folds the rest", () => {
    const parts = partsOf(FIELDS);
    expect(parts.common.map(({ name }) => name)).toEqual([
      "type",
      "occurred",
      "place",
      "killed",
      "injured",
    ]);
    expect(parts.handling.map(({ name }) => name)).toEqual([
      "compartment",
      "classification",
      "tlp",
    ]);
    const all = [...parts.common, ...parts.handling, ...parts.more.flatMap(({ fields }) => fields)];
    expect(all.map(({ name }) => name).sort()).toEqual(FIELDS.map(({ name }) => name).sort());
  });

  it("sends the numbers of a list as numbers, and names the list where one is none", () => {
    const waypoints = (latitude: string) => ({
      ...ENTRIES,
      waypoints: [{ latitude, name: " Bridge " }],
    });
    const sent = draftOf("patrol", FIELDS, waypoints("4,41"));
    expect(sent["waypoints"]).toEqual([{ latitude: 4.41, name: "Bridge" }]);
    expect(() => draftOf("patrol", FIELDS, waypoints("north"))).toThrow(EntryFault);
  });

  it("starts with a marking, and with a compartment only where there is no choice", () => {
    const field = (name: string) => {
      const found = FIELDS.find((held) => held.name === name);
      if (found === undefined) throw new Error(name);
      return found;
    };
    expect(blank(field("compartment"), ["mission"])).toBe("mission");
    expect(blank(field("compartment"), ["mission", "command"])).toBe("");
    expect(blank(field("tlp"), [])).toBe("TLP:GREEN");
  });
});

describe("a draft", () => {
  it("leaves out what is not known, and keeps 0 and no", () => {
    expect(
      draftOf("incident", FIELDS, { ...ENTRIES, killed: "0", media: "no", injured: " " }),
    ).toEqual({
      kind: "incident",
      type: "VC",
      occurred: "1430",
      compartment: "mission",
      killed: 0,
      media: false,
    });
  });

  it("gives a picked place by its numbers, beside the words", () => {
    const place = { text: "the well", point: { lat: 4.3, lon: 18.5, accuracy_m: 40 } };
    expect(draftOf("incident", FIELDS, { ...ENTRIES, place })).toMatchObject({
      place: "the well",
      latitude: 4.3,
      longitude: 18.5,
      accuracy_m: 40,
    });
  });

  it.each([
    [{ ...ENTRIES, killed: "1,5" }, "killed", "whole-number"],
    [{ ...ENTRIES, killed: "-1" }, "killed", "whole-number"],
    [{ type: "VC", compartment: "mission" }, "occurred", "required"],
  ])("that cannot be right names its field", (entries, field, why) => {
    expect(() => draftOf("incident", FIELDS, entries)).toThrow(EntryFault);
    try {
      draftOf("incident", FIELDS, entries);
    } catch (fault) {
      expect(fault).toMatchObject({ field, why });
    }
  });

  it("drops empty lines of a list's statements", () => {
    const actors = [{ role: "victim", name: "" }];
    expect(draftOf("incident", FIELDS, { ...ENTRIES, actors })["actors"]).toEqual([
      { role: "victim" },
    ]);
  });
});

describe("an amendment", () => {
  const occurred = {
    start: "2025-03-24T17:00:00Z",
    end: "2025-03-25T05:00:00Z",
    precision: "night",
    text: "night of 24-25 March 2025 [Africa/Bangui]",
    shown: "night of 24-25 Mar 2025",
  };
  const report = aReport({
    type: "VC",
    occurred,
    place: "market",
    latitude: 4.3,
    longitude: 18.5,
    accuracy_m: 500,
    pcode: "CF11",
    pcode_from: "point",
    killed: 1,
    also: ["AC"],
    links: [{ role: "part-of", report: "r" }],
  });

  it("says untouched fields again to the letter, and what changes", () => {
    expect(restated(report, PAGE, { state: "verified" }, ["i"])).toEqual({
      kind: "incident",
      amends: ["i"],
      type: "VC",
      state: "verified",
      killed: 1,
      also: ["AC"],
      compartment: "mission",
      classification: "unclassified",
      tlp: "GREEN",
      place: "market",
      latitude: 4.3,
      longitude: 18.5,
      accuracy_m: 500,
      occurred: {
        start: occurred.start,
        end: occurred.end,
        precision: "night",
        text: occurred.text,
      },
      links: [{ role: "part-of", report: "r" }],
    });
  });

  it("keeps a P-code that was stated only with the place that it was stated for", () => {
    const stated = { ...report, pcode_from: "stated" };
    expect(restated(stated, PAGE, {}, ["i"])["pcode"]).toBe("CF11");
    const entries = Object.fromEntries(FIELDS.map((field) => [field.name, entryOf(field, stated)]));
    const moved = { ...entries, place: { text: "Bria", point: null } };
    expect(draftOf("incident", FIELDS, moved, stated)).not.toHaveProperty("pcode");
  });

  it("shows a time by its date, since the words as written may mean another day now", () => {
    const time = FIELDS.find(({ form }) => form === "time");
    const spoken = { ...occurred, text: "yesterday" };
    expect(time && entryOf(time, { ...report, occurred: spoken })).toBe(occurred.shown);
  });

  it("with a new time sends the new words", () => {
    const entries = Object.fromEntries(FIELDS.map((field) => [field.name, entryOf(field, report)]));
    expect(draftOf("incident", FIELDS, { ...entries, occurred: "1500" }, report)["occurred"]).toBe(
      "1500",
    );
  });
});

it("names what two versions say differently, and nothing else", () => {
  const before = aReport({ id: "a", killed: 1, injured: 2 });
  const after = aReport({ id: "b", killed: 2, amends: ["a"], filed: "2026-01-01T00:00:00Z" });
  expect(changes(before, after)).toEqual([
    { field: "killed", before: 1, after: 2 },
    { field: "injured", before: 2, after: undefined },
  ]);
  expect(replacedBy(after, [after, before])).toBe(before);
  expect(replacedBy(before, [after, before])).toBeNull();
});

it("gives each draft an id of its own", () => {
  expect(clientId()).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(clientId()).not.toBe(clientId());
});
