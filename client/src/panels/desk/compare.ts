/**
 * A report, the version that would be made of it, and what the audience has: field
 * by field in words, with what differs. Pure but for the strings.
 */
import type { Report } from "../../state";
import { fieldsOfKind, t } from "../../strings";
import { gradeWords, pointWords, titleOf, wordsOf } from "../detail/fields";
import { coarsePlaceWords, coarseTimeWords, countWords } from "../parts/titles";

export type Mark =
  /** The audience reads what the report says. */
  | "same"
  /** It reads less exactly. */
  | "coarser"
  /** It does not get this. */
  | "left-out"
  /** It gets nothing at all. */
  | "nothing";

export interface Line {
  name: string;
  title: string;
  report: string;
  version: string;
  /** null: the audience has nothing yet, or not this. */
  before: string | null;
  mark: Mark;
  /** The audience would read something else than it does now. */
  changes: boolean;
}

/** Shown on the maps and in the head, or not a statement about the world. */
const ASIDE = new Set(
  (
    "kind compartment client_id entity amends links latitude longitude accuracy_m pcode " +
    "classification tlp purpose language attachments"
  ).split(" "),
);
const FIRST = ["summary", "occurred", "place"];
const LAST = ["source", "basis", "grade", "filed_by"];

function namesOf(reports: readonly Report[]): string[] {
  const [{ kind } = { kind: "" }] = reports;
  const declared = Object.keys(fieldsOfKind(kind));
  const order = [...FIRST, ...declared, ...LAST].filter((name) => !ASIDE.has(name));
  return [...new Set(order)].filter((name) => reports.some((one) => wordsIn(one, name) !== ""));
}

/** A field in words; "" where nothing is said. */
function wordsIn(report: Report, name: string): string {
  if (name === "place") return placeWords(report);
  if (name === "grade") return report.grade ? gradeWords(report.grade) : "";
  const value = report[name];
  if (value === undefined || value === null || value === "") return "";
  if (Array.isArray(value) && value.length === 0) return "";
  if (typeof value === "number" && report.coarse) return countWords(value, report.coarse);
  return wordsOf(report.kind, name, value);
}

function placeWords(report: Report): string {
  if (report.coarse && report.coarse.place !== "exact") {
    return report.latitude === undefined
      ? ""
      : coarsePlaceWords(report.coarse, report.accuracy_m ?? null, report.place_name);
  }
  const parts = [report.place_name, report.place, report.pcode, pointWords(report)];
  return [...new Set(parts.filter(Boolean))].join(" · ");
}

function markOf(report: string, version: string): Mark {
  if (version === "") return report === "" ? "same" : "left-out";
  return version === report ? "same" : "coarser";
}

export function compared(report: Report, version: Report | null, before: Report | null): Line[] {
  const all = [report, version, before].filter((one) => one !== null);
  return namesOf(all).map((name) => {
    const said = wordsIn(report, name);
    const would = version === null ? "" : wordsIn(version, name);
    const has = before === null ? "" : wordsIn(before, name);
    return {
      name,
      title: titleOf(report.kind, name),
      report: said,
      version: would,
      before: before === null ? null : has,
      mark: version === null ? "nothing" : markOf(said, would),
      changes: before !== null && version !== null && has !== would,
    };
  });
}

/** How much less exactly a version says when and how many, beside what it says. */
export function exactness(line: Line, version: Report | null): string {
  const coarse = version?.coarse;
  if (coarse === undefined || line.mark !== "coarser") return "";
  if (line.name === "occurred") return coarseTimeWords(coarse);
  return line.name === "place" ? "" : t("compare.coarser");
}
