/**
 * Who does what where (3W): the organisations and sectors among the rows that are shown.
 *
 * Presence is what somebody said of himself or of others, and no count of people: a row
 * is one activity in one area. What names no area is counted, and said.
 */
import type { Row } from "../wire/types";
import { PRESENCE } from "./filter";

/** The field by whose codes the rows of a kind are told apart. */
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

/** Who does what where, as a table: areas by sectors, each with the number of its organisations. */
export interface PresenceMatrix {
  /** Codes of sectors, most organisations first; null: it is not said. */
  sectors: readonly (string | null)[];
  areas: readonly PresenceArea[];
  /** Activities in the table. */
  n: number;
  /** Activities that name no area, which are not in it. */
  nowhere: number;
  /** Milliseconds since 1970 of the first and the last; null: none of them has a time. */
  start: number | null;
  end: number | null;
  undated: number;
  sources: number;
}

export interface PresenceArea {
  pcode: string;
  /** As a row without a point names it; else its P-code. */
  name: string;
  organisations: number;
  /** Sector -> number of organisations. */
  cells: ReadonlyMap<string | null, number>;
}

export function presenceMatrix(rows: Iterable<Row>): PresenceMatrix {
  const areas = new Map<string, { name: string; by: Map<string | null, Set<string>> }>();
  const of = new Map<string | null, Set<string>>();
  const sources = new Set<string>();
  let [n, nowhere, undated] = [0, 0, 0];
  let [start, end]: [number | null, number | null] = [null, null];
  for (const row of rows) {
    if (row.kind !== PRESENCE) continue;
    if (row.pcode === null || row.pcode === "") {
      nowhere += 1;
      continue;
    }
    n += 1;
    if (row.source) sources.add(row.source);
    if (row.start === null) undated += 1;
    else {
      start = Math.min(start ?? row.start, row.start);
      end = Math.max(end ?? row.start, row.end ?? row.start);
    }
    const area = areas.get(row.pcode) ?? { name: row.pcode, by: new Map() };
    areas.set(row.pcode, area);
    if (area.name === row.pcode && row.lat === null && row.place) area.name = row.place;
    // who is not named is somebody: one that nobody can tell from others
    const who = row.actor ?? "";
    add(area.by, row.type, who);
    add(of, row.type, `${row.pcode} ${who}`);
  }
  return {
    sectors: [...of]
      .sort((a, b) => Number(a[0] === null) - Number(b[0] === null) || b[1].size - a[1].size)
      .map(([sector]) => sector),
    areas: [...areas]
      .map(([pcode, { name, by }]) => ({
        pcode,
        name,
        organisations: new Set([...by.values()].flatMap((one) => [...one])).size,
        cells: new Map([...by].map(([sector, who]) => [sector, who.size])),
      }))
      .sort((a, b) => b.organisations - a.organisations || a.name.localeCompare(b.name)),
    ...{ n, nowhere, start, end, undated, sources: sources.size },
  };
}

function add(into: Map<string | null, Set<string>>, key: string | null, one: string): void {
  const held = into.get(key);
  if (held === undefined) into.set(key, new Set([one]));
  else held.add(one);
}
