import { expect, it } from "vitest";

import { aRow } from "../wire/builders";
import { highest } from "./marking";

it("takes the highest of each part, and names every compartment", () => {
  const rows = [
    aRow({ compartment: "public", classification: "unclassified", tlp: "CLEAR" }),
    aRow({ compartment: "mission", classification: "confidential", tlp: "GREEN" }),
    aRow({ compartment: "command", classification: "unclassified", tlp: "AMBER+STRICT" }),
    aRow({ compartment: "mission", classification: "unclassified", tlp: "AMBER" }),
  ];
  expect(highest(rows)).toBe("command + mission + public · CONFIDENTIAL · TLP:AMBER+STRICT");
});

it("never ranks a word that it does not know below one that it does", () => {
  expect(highest([aRow({ tlp: "RED" }), aRow({ tlp: "ULTRA" })])).toContain("TLP:ULTRA");
});

it("says so when nothing is shown", () => {
  expect(highest([])).toBe("nothing shown · UNCLASSIFIED · TLP:CLEAR");
});
