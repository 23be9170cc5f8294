/**
 * What a report is called where nobody wrote a line about it, and how exact a
 * released version is. A version has codes and areas, and seldom words.
 */
import type { Coarse, Report, Row } from "../../state";
import {
  bandWords,
  clock,
  codeWords,
  fieldsOfKind,
  kindTitle,
  radius,
  t,
  tOr,
  when,
} from "../../strings";

const DAY_MS = 86_400_000;
/** Kinds whose types say by themselves what they are types of. */
const SPEAKING = new Set(["incident"]);

/** What a title is made of, whether a row or a report has it. */
interface Named {
  kind: string;
  what: readonly [field: string, code: string] | null;
  coarse: Coarse | null;
  accuracy_m: number | null;
  /** Name of the area; of a version it is looked up and nobody's words. */
  area: string;
  start: number | null;
  end: number | null;
  precision: string | null;
}

export function rowTitle(row: Row): string {
  if (row.summary !== "") return row.summary;
  return titleOf({ ...row, area: row.place || row.pcode || "" });
}

export function reportTitle(report: Report): string {
  if (report.summary !== undefined && report.summary !== "") return report.summary;
  const span = report.occurred;
  return titleOf({
    kind: report.kind,
    what: leadingCode(report),
    coarse: report.coarse ?? null,
    accuracy_m: report.accuracy_m ?? null,
    area: report.place_name ?? report.place ?? report.pcode ?? "",
    start: span === undefined ? null : Date.parse(span.start),
    end: span === undefined ? null : Date.parse(span.end),
    precision: span?.precision ?? null,
  });
}

/** The same without place and time, where those stand beside it. */
export function reportWhat(report: Report): string {
  if (report.summary !== undefined && report.summary !== "") return report.summary;
  return whatWords({ kind: report.kind, what: leadingCode(report) });
}

/** The first field with a code list that says what it is: a type, how near a threat is. */
function leadingCode(report: Report): [string, string] | null {
  for (const [name, { group, codes }] of Object.entries(fieldsOfKind(report.kind))) {
    const value = report[name];
    if (group !== undefined && codes !== undefined && name !== "state" && typeof value === "string")
      return [name, value];
  }
  return null;
}

function titleOf(named: Named): string {
  return [whatWords(named), areaWords(named), timeWords(named)].filter(Boolean).join(", ");
}

function whatWords({ kind, what }: Pick<Named, "kind" | "what">): string {
  const title = kindTitle(kind);
  if (what === null) return title;
  const words = codeWords(kind, what[0], what[1]);
  return SPEAKING.has(kind) ? words : t("title.kind-what", { kind: title, what: words });
}

/** A cell by its size, an area by its name; nothing where no place was told. */
function areaWords({ coarse, accuracy_m, area }: Named): string {
  const place = coarse?.place ?? "exact";
  if (place === "none") return "";
  if (place === "exact" || place.startsWith("admin-")) return area;
  return accuracy_m === null ? "" : t("coarse.about", { radius: radius(accuracy_m) });
}

/** Inside one day the clock is enough: the day stands beside it wherever titles are listed. */
function timeWords({ start, end, precision }: Named): string {
  if (start === null) return "";
  const last = end ?? start;
  const inDay = Math.floor(start / DAY_MS) === Math.floor(Math.max(start, last - 1) / DAY_MS);
  if (precision !== "span" || !inDay || last - start >= DAY_MS) return when(start, last, precision);
  const until = last % DAY_MS === 0 ? "24:00Z" : clock(last);
  return `${clock(start).slice(0, -1)}-${until}`;
}

/** How exact a version's place is, in words. */
export function coarsePlaceWords(coarse: Coarse, accuracy_m: number | null, area = ""): string {
  const [sort = "", size = ""] = coarse.place.split("-");
  const within = accuracy_m === null ? "" : radius(accuracy_m);
  if (sort === "cell" || sort === "corridor" || sort === "road") {
    return t(`coarse.place.${sort}`, { radius: within });
  }
  if (sort === "admin") {
    return area === ""
      ? t("coarse.place.admin", { level: size, radius: within })
      : t("coarse.place.admin-named", { area, level: size, radius: within });
  }
  return tOr(`coarse.place.${coarse.place}`, coarse.place);
}

export function coarseTimeWords(coarse: Coarse): string {
  return tOr(`coarse.time.${coarse.time}`, coarse.time);
}

export function coarseCountsWords(coarse: Coarse): string {
  return tOr(`coarse.counts.${coarse.counts}`, coarse.counts);
}

/** A count, as a band where it is told as one. */
export function countWords(n: number, coarse: Coarse | null | undefined): string {
  return coarse?.counts === "banded" ? bandWords(n) : t("counts.bare", { n });
}
