/** A field's value in words, for people. What is absent is *not known*, never a dash or 0. */
import type { Report } from "../../state";
import { countWords } from "../parts/titles";
import {
  codeWords,
  fieldsOfKind,
  fieldWords,
  grouped,
  latLon,
  local,
  radius,
  t,
  tOr,
  when,
} from "../../strings";

/** Shown in places of their own: title, time and place, provenance, marking. */
const ELSEWHERE = new Set(
  (
    "kind client_id entity amends links occurred observed place latitude longitude accuracy_m pcode " +
    "source basis grade compartment classification tlp purpose language terms summary state type"
  ).split(" "),
);

export function titleOf(kind: string, name: string): string {
  const words = name.replaceAll("_", " ");
  const otherwise = words.charAt(0).toUpperCase() + words.slice(1);
  return fieldWords(kind, name)?.title ?? tOr(`field.${name}`, otherwise);
}

export function wordsOf(kind: string, name: string, value: unknown): string {
  if (value === undefined || value === null || value === "") return t("known.not");
  if (typeof value === "boolean") return value ? t("form.yes") : t("form.no");
  if (name === "grade" && typeof value === "string") return gradeWords(value);
  if (typeof value === "string") return codeWords(kind, name, value);
  if (typeof value === "number") return withUnit(kind, name, value);
  if (Array.isArray(value)) return value.map((item) => itemWords(kind, name, item)).join("; ");
  if (typeof value === "object" && "start" in value) return timeWords(value);
  return JSON.stringify(value);
}

function withUnit(kind: string, name: string, value: number): string {
  if (name === "accuracy_m") return radius(value);
  const whole = Number.isInteger(value) ? grouped(value) : String(value);
  const unit = fieldWords(kind, name)?.unit;
  return unit === undefined ? whole : `${whole} ${unit}`;
}

function itemWords(kind: string, name: string, item: unknown): string {
  if (typeof item === "string") return codeWords(kind, name, item);
  if (typeof item !== "object" || item === null) return String(item);
  return Object.entries(item as Record<string, unknown>)
    .filter(([, value]) => value !== "")
    .map(([part, value]) => codeWords(kind, name, String(value), part))
    .join(", ");
}

function timeWords(value: object): string {
  const { shown, start, end, precision } = value as Record<string, unknown>;
  if (typeof shown === "string" && shown !== "") return shown;
  return when(Date.parse(String(start)), Date.parse(String(end)), String(precision));
}

export function gradeWords(grade: string): string {
  const [letter = "", digit = ""] = grade;
  return `${grade} · ${tOr(`grade.${letter}`, letter)}, ${tOr(`grade.${digit}`, digit)}`;
}

/** Local time of an event, when it is known finer than a day; the day is the same everywhere else. */
export function localWords(report: Report, zone: string): string | null {
  const span = report.occurred;
  if (span === undefined || ["day", "month", "year"].includes(span.precision)) return null;
  const start = local(Date.parse(span.start), zone);
  const end = local(Date.parse(span.end), zone);
  if (["second", "minute", "hour"].includes(span.precision)) return start;
  return `${start} - ${end}`;
}

export function pointWords(report: Report): string | null {
  if (report.latitude === undefined || report.longitude === undefined) return null;
  return latLon(report.latitude, report.longitude, report.accuracy_m ?? null);
}

/** How well the place is known, in words. */
export function placePrecision(report: Report): string {
  if (report.latitude !== undefined && report.accuracy_m !== undefined) {
    return t("place.within", { radius: radius(report.accuracy_m) });
  }
  if (report.latitude !== undefined) return t("place.accuracy-unknown");
  if (report.pcode !== undefined) return t("place.area-only");
  return t("place.unknown");
}

export interface Group {
  group: string;
  known: { name: string; title: string; words: string; long: boolean }[];
  /** Titles of what nobody stated. */
  unknown: string[];
}

/** Everything a report states of its kind, by group, in the order of the declaration. */
export function groupsOf(report: Report): Group[] {
  const { kind } = report;
  const declared = Object.keys(fieldsOfKind(kind));
  // A newer node may send fields that this client has no words for: they are shown as well.
  const more = Object.keys(report).filter((name) => !INTERNAL.has(name));
  const names = [...new Set([...declared, ...more])].filter((name) => !ELSEWHERE.has(name));
  const groups = new Map<string, Group>();
  for (const name of names) {
    const group = fieldWords(kind, name)?.group ?? "other";
    const held = groups.get(group) ?? { group, known: [], unknown: [] };
    groups.set(group, held);
    const title = titleOf(kind, name);
    const value = report[name];
    const empty =
      value === undefined ||
      value === null ||
      value === "" ||
      (Array.isArray(value) && value.length === 0);
    if (empty) held.unknown.push(title);
    else {
      const band = report.coarse?.counts === "banded" && typeof value === "number";
      const words = band ? countWords(value, report.coarse) : wordsOf(kind, name, value);
      held.known.push({ name, title, words, long: words.length > 40 });
    }
  }
  return [...groups.values()];
}

const INTERNAL = new Set(
  (
    "id entry filed filed_by received organisation current conflict withdrawn marking mgrs pcode_from " +
    "place_name place_method coarse pictures"
  ).split(" "),
);
