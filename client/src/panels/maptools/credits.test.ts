import { expect, it } from "vitest";
import { STREET_CREDIT, creditsOf, inSight } from "./credits";

const SHOWN = [
  { title: "World", attribution: "Natural Earth", licence: "public domain", as_of: "2021" },
  { title: "Roads", attribution: "© OpenStreetMap contributors", licence: "ODbL 1.0" },
  { title: "Clinics", attribution: "Ministry", licence: null },
  { title: "Airfields", attribution: "Ministry", licence: null },
  { title: "Ours", attribution: null },
];

it("names each owner once, with all that is shown of him", () => {
  const credits = creditsOf(SHOWN);
  expect(credits.map(({ attribution }) => attribution)).toEqual([
    "Natural Earth",
    "© OpenStreetMap contributors",
    "Ministry",
  ]);
  expect(credits[2]?.titles).toEqual(["Clinics", "Airfields"]);
  expect(credits[0]?.as_of).toBe("2021");
});

it("keeps in sight what the Open Database Licence covers, and nothing else", () => {
  const shown = [
    ...SHOWN,
    { title: "Clinics", attribution: "healthsites.io, © OpenStreetMap contributors, ODbL 1.0." },
    { title: "Wells", attribution: "The well list", licence: "ODbL 1.0" },
  ];
  expect(inSight(creditsOf(shown))).toEqual([STREET_CREDIT, "The well list"]);
});
