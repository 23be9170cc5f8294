/** The log of a watch: what changed, by the hour in which this node received it. */
import type { Report, Row } from "../../state";

const HOUR_MS = 3_600_000;

export type What = "filed" | "amended" | "withdrawn" | "conflict";

export interface Line {
  report: Report;
  at: number;
  what: What;
}

/** Many reports of one sort that one account filed in one hour: an import, told in one line. */
export interface Bulk {
  n: number;
  first: Line;
  last: Line;
}

export interface Hour {
  start: number;
  /** All changes, also those that `bulks` sum up. */
  n: number;
  lines: Line[];
  bulks: Bulk[];
}

/** More than a watch files by hand in an hour. */
const BULK = 20;

function whatOf(report: Report): What {
  if (report.withdrawn === true) return "withdrawn";
  if (report.conflict === true) return "conflict";
  return (report.amends ?? []).length > 0 ? "amended" : "filed";
}

/**
 * When the node had it. Lists carry only the filed time, which a machine in the
 * field may have got wrong; the stream's row has the received one.
 */
export function receivedAt(report: Report, rowOf: (entity: string) => Row | undefined): number {
  return (
    rowOf(report.entity)?.received ?? Date.parse(report.received ?? report.filed ?? "1970-01-01")
  );
}

/** Lines by hour, both in the order in which they happened. */
export function hoursOf(
  reports: readonly Report[],
  rowOf: (entity: string) => Row | undefined,
): Hour[] {
  const lines = reports
    .map((report) => ({ report, at: receivedAt(report, rowOf), what: whatOf(report) }))
    .sort((a, b) => a.at - b.at || (a.report.id < b.report.id ? -1 : 1));
  const hours = new Map<number, Line[]>();
  for (const line of lines) {
    const start = Math.floor(line.at / HOUR_MS) * HOUR_MS;
    const held = hours.get(start);
    if (held === undefined) hours.set(start, [line]);
    else held.push(line);
  }
  return [...hours].map(([start, held]) => hourOf(start, held));
}

function sortOf({ report, what }: Line): string {
  const { filed_by, organisation, source, kind, marking } = report;
  return JSON.stringify([filed_by, organisation, source, kind, marking, what]);
}

function hourOf(start: number, lines: readonly Line[]): Hour {
  const sorts = new Map<string, Line[]>();
  for (const line of lines) {
    const sort = sortOf(line);
    const held = sorts.get(sort);
    if (held === undefined) sorts.set(sort, [line]);
    else held.push(line);
  }
  const bulks: Bulk[] = [];
  const single = new Set<Line>();
  for (const held of sorts.values()) {
    const [first, last] = [held[0], held.at(-1)];
    if (held.length > BULK && first !== undefined && last !== undefined) {
      bulks.push({ n: held.length, first, last });
    } else for (const line of held) single.add(line);
  }
  return { start, n: lines.length, bulks, lines: lines.filter((line) => single.has(line)) };
}
