/** Rows and reports for tests, whole but for what a test is about. */
import type { Report, Row } from "./types";

export function aRow(part: Partial<Row> = {}): Row {
  return {
    key: "k",
    entity: "e",
    id: "i",
    kind: "incident",
    type: "VC",
    state: "reported",
    summary: "Market attacked",
    compartment: "mission",
    organisation: "force",
    source: null,
    start: 1_764_000_000_000,
    end: null,
    precision: "minute",
    lat: 4.36,
    lon: 18.55,
    accuracy_m: 1_000,
    place: "Bangui",
    pcode: null,
    grade: null,
    classification: "unclassified",
    tlp: "GREEN",
    killed: null,
    counts: {},
    filed: 1_764_000_000_000,
    received: 1_764_000_000_000,
    withdrawn: false,
    conflict: false,
    coarse: null,
    what: null,
    actor: null,
    ...part,
  };
}

export function aReport(part: Partial<Report> = {}): Report {
  return {
    id: "i",
    entity: "e",
    kind: "incident",
    compartment: "mission",
    marking: "mission · UNCLASSIFIED · TLP:GREEN",
    summary: "Market attacked",
    classification: "unclassified",
    tlp: "GREEN",
    filed: "2025-11-24T16:00:00Z",
    ...part,
  };
}
