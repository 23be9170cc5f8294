/** The log of a watch: what changed, by the hour in which this node received it. */
import type { Report, Row } from "../../state";

const HOUR_MS = 3_600_000;

export type What = "filed" | "amended" | "withdrawn" | "conflict";

export interface Line {
  report: Report;
  at: number;
  what: What;
}

export interface Hour {
  start: number;
  lines: Line[];
}

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
  const hours: Hour[] = [];
  for (const line of lines) {
    const start = Math.floor(line.at / HOUR_MS) * HOUR_MS;
    const last = hours.at(-1);
    if (last?.start === start) last.lines.push(line);
    else hours.push({ start, lines: [line] });
  }
  return hours;
}
