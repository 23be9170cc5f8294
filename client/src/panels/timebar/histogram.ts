/**
 * How many reports fall into each day, month or year. Pure.
 *
 * A report is in a bar only when all of its time is: one that is known to the
 * month is in a month's bar, never on the first day of it. The rest is counted
 * beside, in words.
 */
import type { Row, TimeSpan } from "../../state";

export type Unit = "day" | "month" | "year";

export interface Histogram {
  unit: Unit;
  /** Starts of the bars, and one more: the end of the last. */
  edges: number[];
  counts: number[];
  /** Dated, but wider than one bar. */
  imprecise: number;
  undated: number;
}

const DAY_MS = 86_400_000;
const DAYS_AT_MOST = 120;
const MONTHS_AT_MOST = 720;

export function floorTo(ms: number, unit: Unit): number {
  const at = new Date(ms);
  const month = unit === "year" ? 0 : at.getUTCMonth();
  const day = unit === "day" ? at.getUTCDate() : 1;
  return Date.UTC(at.getUTCFullYear(), month, day);
}

export function nextOf(start: number, unit: Unit): number {
  if (unit === "day") return start + DAY_MS;
  const at = new Date(start);
  const months = unit === "month" ? 1 : 12;
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1);
}

/** From the first to the last time of any row; null where none has one. */
export function domainOf(rows: readonly Row[]): TimeSpan | null {
  let start = Infinity;
  let end = -Infinity;
  for (const row of rows) {
    if (row.start === null) continue;
    start = Math.min(start, row.start);
    end = Math.max(end, row.end ?? row.start, row.start + 1);
  }
  return end < start ? null : { start, end };
}

export function unitFor({ start, end }: TimeSpan): Unit {
  const days = (end - start) / DAY_MS;
  if (days <= DAYS_AT_MOST) return "day";
  return days <= MONTHS_AT_MOST * 30 ? "month" : "year";
}

export function histogram(rows: readonly Row[], domain: TimeSpan): Histogram {
  const unit = unitFor(domain);
  const edges = [floorTo(domain.start, unit)];
  let last = edges[0] ?? 0;
  while (last < domain.end) {
    last = nextOf(last, unit);
    edges.push(last);
  }
  const bars = new Map(edges.slice(0, -1).map((edge, bar) => [edge, bar]));
  const counts = edges.slice(1).map(() => 0);
  let imprecise = 0;
  let undated = 0;
  for (const row of rows) {
    const bar = barOf(row, unit, bars);
    if (bar === null) undated += 1;
    else if (bar === undefined) imprecise += 1;
    else counts[bar] = (counts[bar] ?? 0) + 1;
  }
  return { unit, edges, counts, imprecise, undated };
}

/** null: no time; undefined: wider than one bar. */
function barOf(row: Row, unit: Unit, bars: Map<number, number>): number | null | undefined {
  if (row.start === null) return null;
  const first = floorTo(row.start, unit);
  // An end is not included: a day ends at the midnight that starts the next.
  const last = floorTo(Math.max(row.start, (row.end ?? row.start) - 1), unit);
  return first === last ? bars.get(first) : undefined;
}

const ISO = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

/** `2026`, `2026-11` or `2026-11-25` as the span it names; null for anything else. */
export function spanOf(text: string): TimeSpan | null {
  const [, year, month, day] = ISO.exec(text.trim()) ?? [];
  if (year === undefined) return null;
  const start = Date.UTC(Number(year), Number(month ?? "1") - 1, Number(day ?? "1"));
  const unit: Unit = day !== undefined ? "day" : month !== undefined ? "month" : "year";
  // 31 November would roll over into December.
  const written = new Date(start).toISOString().slice(0, text.trim().length);
  return written === text.trim() ? { start, end: nextOf(start, unit) } : null;
}

/** The span that follows (or precedes), of the same length in whole months where it is that. */
export function stepped(span: TimeSpan, by: 1 | -1): TimeSpan {
  const months = wholeMonths(span);
  if (months === null) {
    const length = span.end - span.start;
    return { start: span.start + by * length, end: span.end + by * length };
  }
  return { start: addMonths(span.start, by * months), end: addMonths(span.end, by * months) };
}

function addMonths(ms: number, months: number): number {
  const at = new Date(ms);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1);
}

function wholeMonths({ start, end }: TimeSpan): number | null {
  if (floorTo(start, "month") !== start || floorTo(end, "month") !== end) return null;
  const [from, to] = [new Date(start), new Date(end)];
  return (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
}
