/**
 * Who does what where (3W): the organisations and sectors among the rows that are shown.
 *
 * Presence is what somebody said of himself or of others, and no count of people: a row
 * is one activity in one area. What names no area is counted, and said.
 */
import type { Row } from "../wire/types";

/** The kind that says who acts, and the field by whose codes its rows are told apart. */
export const PRESENCE = "activity";
const TYPED: Readonly<Record<string, string>> = { [PRESENCE]: "sector" };

/** The field whose code a row has as its type. */
export function typedBy(kind: string): string {
  return TYPED[kind] ?? "type";
}

export interface Part {
  /** Name or code; null: it is not said. */
  name: string | null;
  n: number;
  /** How many of the others it goes with: sectors of an organisation, organisations of a sector. */
  others: number;
  /** How many areas its rows name. */
  areas: number;
}

export interface Presence {
  n: number;
  /** Rows without an area. */
  nowhere: number;
  actors: readonly Part[];
  sectors: readonly Part[];
}

/** All activities among the rows, whoever's: the chosen organisation is marked, not alone. */
export function presenceOf(rows: Iterable<Row>): Presence {
  const actors = new Map<string | null, Gathered>();
  const sectors = new Map<string | null, Gathered>();
  let n = 0;
  let nowhere = 0;
  for (const { kind, actor, type, pcode } of rows) {
    if (kind !== PRESENCE) continue;
    n += 1;
    const area = pcode === "" ? null : pcode;
    if (area === null) nowhere += 1;
    gather(actors, actor, type, area);
    gather(sectors, type, actor, area);
  }
  return { n, nowhere, actors: parts(actors), sectors: parts(sectors) };
}

interface Gathered {
  n: number;
  others: Set<string>;
  areas: Set<string>;
}

function gather(
  into: Map<string | null, Gathered>,
  name: string | null,
  other: string | null,
  area: string | null,
): void {
  let held = into.get(name);
  if (held === undefined) into.set(name, (held = { n: 0, others: new Set(), areas: new Set() }));
  held.n += 1;
  if (other !== null) held.others.add(other);
  if (area !== null) held.areas.add(area);
}

/** Most first; what is not said comes last. */
function parts(from: ReadonlyMap<string | null, Gathered>): Part[] {
  return [...from]
    .map(([name, { n, others, areas }]) => ({
      name,
      n,
      others: others.size,
      areas: areas.size,
    }))
    .sort(
      (a, b) =>
        Number(a.name === null) - Number(b.name === null) ||
        b.n - a.n ||
        (a.name ?? "").localeCompare(b.name ?? ""),
    );
}
