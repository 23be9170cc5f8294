/**
 * Counts by area, as the node counts them for this reader: by the areas of one version
 * of the divisions, and never without what they rest on.
 */
import { Problem } from "../wire/api";
import type { AreaCounts, BorderCollection, Division, Outline, Row } from "../wire/types";
import { queryOf } from "./exporting";
import { filter, layers } from "./filter";
import { knownAt } from "./known";
import { api, session } from "./session";
import { shown } from "./shown";
import { Value } from "./value";

/** Versions that the mission has; the first is the one by which reports are kept. */
export const bases = new Value<readonly Division[]>([]);

export interface AreaChoice {
  basis: string;
  level: number;
}

/** What the reader wants to count by; null: by nothing. */
export const areaChoice = new Value<AreaChoice | null>(null);

export interface ByArea {
  basis: Division;
  level: number;
  counts: AreaCounts;
  outlines: ReadonlyMap<string, Outline>;
  borders: BorderCollection;
}

/** Whether symbols stand over the counts, whose numbers are then hard to tell from theirs. */
export const symbolsToo = new Value(false);

/** The last answer; null where nothing is counted by area, or the node did not say. */
export const byArea = new Value<ByArea | null>(null);

/** Why there is no answer. */
export const byAreaFault = new Value<Problem | null>(null);

session.subscribe(({ state }) => {
  if (state === "in") return;
  areaChoice.set(null);
  byArea.set(null);
});

/** A burst of changes is one question. */
const GATHER_MS = 400;

type Drawn = Pick<ByArea, "outlines" | "borders">;
const drawn = new Map<string, Promise<Drawn>>();

function shapes({ basis, level }: AreaChoice): Promise<Drawn> {
  const key = `${basis} ${level}`;
  const held = drawn.get(key);
  if (held !== undefined) return held;
  const asked = (async () => {
    const [areas, borders] = await Promise.all([
      api.areas(level, basis),
      api.borders(level, basis),
    ]);
    return { outlines: new Map(areas.map((one) => [one.pcode, one])), borders };
  })();
  drawn.set(key, asked);
  asked.catch(() => drawn.delete(key));
  return asked;
}

/** Asks anew whenever what is shown, or what is counted by, has changed. */
export function followByArea(): () => void {
  let due: ReturnType<typeof setTimeout> | null = null;
  let asking: AbortController | null = null;
  const ask = async (): Promise<void> => {
    due = null;
    asking?.abort();
    const choice = areaChoice.get();
    const basis = bases.get().find(({ id }) => id === choice?.basis);
    if (choice === null || basis === undefined) return;
    const { signal } = (asking = new AbortController());
    try {
      const query = queryOf(filter.get(), layers.get());
      const [counts, shape] = await Promise.all([
        api.countsByArea(choice.level, choice.basis, query, signal),
        shapes(choice),
      ]);
      if (signal.aborted) return;
      byAreaFault.set(null);
      byArea.set({ basis, level: choice.level, counts, ...shape });
    } catch (fault) {
      if (signal.aborted) return;
      if (!(fault instanceof Problem)) throw fault;
      // an old number under a new filter would be a wrong one
      byArea.set(null);
      byAreaFault.set(fault);
    }
  };
  const soon = (): void => {
    if (areaChoice.get() === null) {
      asking?.abort();
      byArea.set(null);
      byAreaFault.set(null);
      return;
    }
    due ??= setTimeout(() => void ask(), GATHER_MS);
  };
  const stops = [
    areaChoice.subscribe(soon),
    shown.subscribe(soon),
    bases.subscribe(soon),
    // a number of now would be a wrong one of then
    knownAt.subscribe(() => {
      byArea.set(null);
    }),
  ];
  return () => {
    if (due !== null) clearTimeout(due);
    asking?.abort();
    for (const stop of stops) stop();
  };
}

/** What is shown and names an area but no point: it is drawn as an area, with its number. */
export interface AreaOnly {
  n: number;
  total: number;
  /** Neither point nor area. */
  nowhere: number;
  /** Milliseconds since 1970; null where none of them has a time. */
  start: number | null;
  end: number | null;
  sources: number;
  organisations: number;
}

export function areaOnly(rows: readonly Row[]): AreaOnly {
  const found = rows.filter(({ lat, pcode }) => lat === null && pcode !== null && pcode !== "");
  const starts = found.flatMap(({ start }) => (start === null ? [] : [start]));
  const ends = found.flatMap(({ start, end }) => (start === null ? [] : [end ?? start]));
  return {
    n: found.length,
    total: rows.length,
    nowhere: rows.filter(({ lat, pcode }) => lat === null && (pcode ?? "") === "").length,
    start: starts.length === 0 ? null : starts.reduce((a, b) => Math.min(a, b)),
    end: ends.length === 0 ? null : ends.reduce((a, b) => Math.max(a, b)),
    sources: new Set(found.map(({ source }) => source ?? "").filter(Boolean)).size,
    organisations: new Set(found.map(({ organisation }) => organisation)).size,
  };
}
