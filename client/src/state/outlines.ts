/** Borders of administrative areas, fetched when a report names one and has no point. */
import type { Outline } from "../wire/types";
import { api } from "./session";
import { Value } from "./value";

/** By P-code. They are public geography and the same for everyone who is signed in. */
export const outlines = new Value<ReadonlyMap<string, Outline>>(new Map());

/** Coarse ones first: there are few, and most lists of presence name them. */
const LEVELS = [1, 2, 3, 4];
const waiting = [...LEVELS];
let asking = false;

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
    // a level that the mission does not have, or no link: areas stay undrawn, their rows are listed
    waiting.length = 0;
    asking = false;
  }
}
