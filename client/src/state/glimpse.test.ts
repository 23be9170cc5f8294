import { expect, it } from "vitest";

import { aRow } from "../wire/builders";
import { glimpseOf } from "./glimpse";

it("says of a report what its row says, and marks it", () => {
  const told = glimpseOf(aRow({ tlp: "AMBER", classification: "confidential", end: null }));
  expect(told).toMatchObject({
    entity: "e",
    summary: "Market attacked",
    latitude: 4.36,
    longitude: 18.55,
    marking: "mission · CONFIDENTIAL · TLP:AMBER",
    occurred: { start: "2025-11-24T16:00:00.000Z", end: "2025-11-24T16:00:00.000Z" },
  });
});

it("leaves out what is not known, instead of saying null or 0", () => {
  const row = aRow({ lat: null, lon: null, accuracy_m: null, start: null, place: null });
  const told = glimpseOf(row);
  for (const name of ["latitude", "longitude", "accuracy_m", "occurred", "place"]) {
    expect(name in told, name).toBe(false);
  }
});
