/** What differs between reports: for histories, and for two amendments that stand side by side. */
import type { Report } from "../wire/types";

/** Not statements about the world, or told elsewhere. */
const ASIDE = new Set(
  (
    "id entity entry kind filed filed_by received organisation amends links current conflict " +
    "withdrawn marking client_id mgrs pcode_from place_method place_name"
  ).split(" "),
);

export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

/** Fields that say something else in `after`; an absent one is not known. */
export function changes(before: Report, after: Report): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const found: Change[] = [];
  for (const field of names) {
    if (ASIDE.has(field)) continue;
    if (JSON.stringify(before[field]) === JSON.stringify(after[field])) continue;
    found.push({ field, before: before[field], after: after[field] });
  }
  return found;
}

/** The version that a report replaced, where this reader has it. */
export function replacedBy(report: Report, history: readonly Report[]): Report | null {
  const id = report.amends?.[0];
  return history.find((held) => held.id === id) ?? null;
}
