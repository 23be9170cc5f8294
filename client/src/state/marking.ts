/** The marking of everything that is held here: what a screen that may show any of it must carry. */
import type { Row } from "../wire/types";

const CLASSIFICATIONS = ["unclassified", "confidential", "strictly-confidential"];
const COLOURS = ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"];

/** A word that this client does not know ranks above all that it does. */
function rank(order: readonly string[], word: string): number {
  const at = order.indexOf(word);
  return at < 0 ? order.length : at;
}

/** As the node writes it: `command + mission · CONFIDENTIAL · TLP:AMBER`. */
export function highest(rows: Iterable<Row>): string {
  const where = new Set<string>();
  let classification = "unclassified";
  let tlp = "CLEAR";
  for (const row of rows) {
    where.add(row.compartment);
    const colour = row.tlp.replace(/^TLP:/, "");
    if (rank(CLASSIFICATIONS, row.classification) > rank(CLASSIFICATIONS, classification)) {
      classification = row.classification;
    }
    if (rank(COLOURS, colour) > rank(COLOURS, tlp)) tlp = colour;
  }
  const names = [...where].sort().join(" + ") || "nothing shown";
  return `${names} · ${classification.toUpperCase()} · TLP:${tlp}`;
}
