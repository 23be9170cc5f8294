/**
 * What a row says about itself before it is read: kind, how well it is known,
 * whether it is new, whether it is old. Map, table and tree all ask here, so
 * that a symbol and the words beside it never disagree.
 */
import type { Row } from "../wire/types";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** After how long the last word on a kind is old. Kinds that do not age are left out. */
const OLD_AFTER_MS: Record<string, number> = {
  alert: DAY_MS,
  casevac: DAY_MS,
  movement: DAY_MS,
  patrol: DAY_MS,
  unit: DAY_MS,
  incident: 30 * DAY_MS,
  note: 30 * DAY_MS,
  assessment: 90 * DAY_MS,
  hazard: 90 * DAY_MS,
  readiness: 90 * DAY_MS,
  activity: 180 * DAY_MS,
  site: 365 * DAY_MS,
};

/** Nearer than this is a point on any map that a patrol would use. */
const POINT_M = 1_000;
/** Up to here the symbol still stands on the right town; beyond it marks an area. */
const NEAR_M = 5_000;

/** Short spans such as "night of 24-25" still name their day. */
const DAY_AT_MOST_MS = 36 * HOUR_MS;

const CLAIMED = new Set([
  "reported",
  "triaged",
  "claimed",
  "suspected",
  "under-verification",
  "partly-verified",
  "unverified",
  "refuted",
]);

export interface RowLook {
  shape: string;
  known: boolean;
  fresh: boolean;
  old: boolean;
  struck: boolean;
}

/** The moments that looks depend on. */
export interface Sight {
  /** Ages are told as of this moment: now, or the end of the chosen span. */
  at: number;
  /** What the node received after this is new; null: nothing is marked as new. */
  newSince: number | null;
}

export function shapeOf(row: { kind: string; type?: string | null | undefined }): string {
  if (row.kind !== "site") return row.kind;
  const type = row.type ?? "";
  if (/\bun\b|^un|mission|base|presence|camp-un/.test(type)) return "site-un";
  if (/health|hospital|clinic|medical/.test(type)) return "site-health";
  if (/air|heli|runway/.test(type)) return "site-airfield";
  return "site-other";
}

export type PlaceWord = "none" | "point" | "near" | "area" | "unsaid";

/** How well the place is known; `unsaid`: there is a point, but nobody said how good it is. */
export function placeWord(row: Row): PlaceWord {
  if (row.lat === null || row.lon === null) return "none";
  // However small: the middle of a cell or an area is not where it happened.
  if (row.coarse !== null && row.coarse.place !== "exact") return "area";
  if (row.accuracy_m === null) return "unsaid";
  if (row.accuracy_m <= POINT_M) return "point";
  return row.accuracy_m <= NEAR_M ? "near" : "area";
}

export type TimeWord = "none" | "moment" | "day" | "month" | "year" | "span";

export function timeWord(row: Row): TimeWord {
  if (row.start === null) return "none";
  const length = (row.end ?? row.start) - row.start;
  if (row.precision === "month" || row.precision === "year") return row.precision;
  if (row.precision === "day") return "day";
  if (length <= HOUR_MS) return "moment";
  return length <= DAY_AT_MOST_MS ? "day" : "span";
}

/** What stands where it stands: it needs no day to be known. */
const STANDING = new Set(["site", "notification"]);

export function isKnown(row: Row): boolean {
  if (row.state !== null && CLAIMED.has(row.state)) return false;
  const place = placeWord(row);
  if (place === "area" || place === "none") return false;
  if (place === "unsaid" && !STANDING.has(row.kind)) return false;
  const time = timeWord(row);
  return time === "moment" || time === "day" || STANDING.has(row.kind);
}

export function isFresh(row: Row, newSince: number | null): boolean {
  return newSince !== null && row.received !== null && row.received > newSince;
}

/** Since when nothing newer is known of the row; null: it has no time of its own. */
export function lastWord(row: Row): number | null {
  return row.end ?? row.start;
}

export function isOld(row: Row, at: number): boolean {
  const limit = OLD_AFTER_MS[row.kind];
  const last = lastWord(row);
  return limit !== undefined && last !== null && at - last > limit;
}

export function lookOf(row: Row, sight: Sight): RowLook {
  return {
    shape: shapeOf(row),
    known: isKnown(row),
    fresh: isFresh(row, sight.newSince),
    old: isOld(row, sight.at),
    struck: row.withdrawn,
  };
}
