/** What a row of the picture already says of its report, while the node is asked for the rest. */
import type { Report, Row } from "../wire/types";
import { highest } from "./marking";
import { typedBy } from "./presence";

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Title, state, time and place; what a row does not carry is absent. */
export function glimpseOf(row: Row): Report {
  const report: Report = {
    id: row.id,
    entity: row.entity,
    kind: row.kind,
    compartment: row.compartment,
    marking: highest([row]),
    ...(row.summary === "" ? {} : { summary: row.summary }),
    withdrawn: row.withdrawn,
  };
  if (row.type !== null) report[typedBy(row.kind)] = row.type;
  if (row.what !== null) report[row.what[0]] = row.what[1];
  if (row.coarse !== null) report.coarse = row.coarse;
  if (row.state !== null) report.state = row.state;
  if (row.place !== null) report.place = row.place;
  if (row.pcode !== null) report.pcode = row.pcode;
  if (row.accuracy_m !== null) report.accuracy_m = row.accuracy_m;
  if (row.lat !== null && row.lon !== null) {
    report.latitude = row.lat;
    report.longitude = row.lon;
  }
  if (row.start !== null) {
    const end = iso(row.end ?? row.start);
    report.occurred = { start: iso(row.start), end, precision: row.precision ?? "span" };
  }
  return report;
}
