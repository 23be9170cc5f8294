/** Borders of administrative areas, fetched when a report names one and has no point. */
import type { Outline } from "../wire/types";
import { api } from "./session";
import { Value } from "./value";

/** By P-code. They are public geography and the same for everyone who is signed in. */
export const outlines = new Value<ReadonlyMap<string, Outline>>(new Map());

/** Levels that were not fetched yet. Coarse ones first: most lists of presence name them. */
let waiting: number[] = [];
let asking = false;

/** Levels of areas that the mission has; the whole of it is no place. */
export function setLevels(levels: readonly number[]): void {
  waiting = levels.filter((level) => level > 0);
  outlines.set(new Map());
}

/** Sees to it that these areas are there, where the node has them; returns at once. */
export function needOutlines(pcodes: Iterable<string>): void {
  const missing = [...pcodes].some((pcode) => !outlines.get().has(pcode));
  if (missing && waiting.length > 0 && !asking) void next();
}

async function next(): Promise<void> {
  const level = waiting[0] ?? 0;
  asking = true;
  try {
    const found = await api.areas(level);
    const known = new Map(outlines.get());
    for (const one of found) known.set(one.pcode, one);
    waiting.shift();
    asking = false;
    outlines.set(known);
  } catch {
    // no link: they stay undrawn until the next change, and their rows are listed
    asking = false;
  }
}
