/**
 * The form of a kind, without its looks: which fields there are, what is
 * entered, and the report that comes of it. The node validates; here only
 * what costs a needless journey is caught.
 */
import type { Draft, FieldSchema, Json, KindPage, Report, UnderstoodTime } from "../wire/types";

export const FORMS = [
  "text",
  "longtext",
  "choice",
  "many",
  "count",
  "number",
  "yesno",
  "time",
  "place",
  "grade",
  "label",
  "link",
  "list",
  "compartment",
] as const;
export type FormName = (typeof FORMS)[number];

export interface Field {
  name: string;
  title: string;
  hint: string;
  /** null: a form that this client does not know, shown as a red box. */
  form: FormName | null;
  group: string;
  required: boolean;
  schema: FieldSchema;
}

export interface Point {
  lat: number;
  lon: number;
  accuracy_m: number | null;
}

/** A place as entered: words, and the point that was picked or is kept from before. */
export interface PlaceEntry {
  text: string;
  point: Point | null;
}

export type ListEntry = Record<string, string>;
/** What a field holds while it is entered. The empty text, list or place is *not known*. */
export type Entry = string | string[] | ListEntry[] | PlaceEntry;
export type Entries = Record<string, Entry>;

/** Names that are the envelope's own work and never boxes in a form. */
const HIDDEN = new Set([
  "kind",
  "client_id",
  "entity",
  "amends",
  "latitude",
  "longitude",
  "accuracy_m",
]);
const HANDLING = ["compartment", "classification", "tlp"];
const COUNTS_AT_FIRST = 2;

function isForm(name: string | undefined): name is FormName {
  return FORMS.some((form) => form === name);
}

function titleOf(name: string, schema: FieldSchema): string {
  const words = name.replaceAll("_", " ");
  return schema.title ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** Every box of a kind, in the order of its declaration. */
export function fieldsOf(page: KindPage): Field[] {
  const required = new Set([...(page.schema.required ?? []), ...(page.requires ?? [])]);
  return Object.entries(page.schema.properties)
    .filter(([name, schema]) => !HIDDEN.has(name) && schema["x-form"] !== "")
    .sort(([, a], [, b]) => (a["x-order"] ?? 0) - (b["x-order"] ?? 0))
    .map(([name, schema]) => ({
      name,
      title: titleOf(name, schema),
      hint: schema.description ?? "",
      form: isForm(schema["x-form"]) ? schema["x-form"] : null,
      group: schema["x-group"] ?? "other",
      required: required.has(name),
      schema,
    }));
}

export interface Parts {
  /** What, when, where, how many: the flash report. */
  common: Field[];
  /** Who has it, how harmful, may it be passed on. */
  handling: Field[];
  /** Everything else, by group. */
  more: { group: string; fields: Field[] }[];
}

/** The first counts that are not finer versions of one before, as `killed_best` is of `killed`. */
function countsAtFirst(fields: readonly Field[]): Field[] {
  const found: Field[] = [];
  for (const field of fields) {
    const finer = found.some((held) => field.name.startsWith(`${held.name}_`));
    if (field.form === "count" && !finer) found.push(field);
  }
  return found.slice(0, COUNTS_AT_FIRST);
}

/** Splits a form: if the first page has more than a flash report, it will be phoned in instead. */
export function partsOf(fields: readonly Field[]): Parts {
  const counts = countsAtFirst(fields);
  const first = ["type", "summary", "occurred", "place"];
  const chosen = new Set(
    [
      ...first.map((name) => fields.find((field) => field.name === name)),
      ...fields.filter((field) => field.required),
      ...counts,
    ].filter((field) => field !== undefined),
  );
  const handling = HANDLING.map((name) => fields.find((field) => field.name === name)).filter(
    (field) => field !== undefined,
  );
  for (const field of handling) chosen.delete(field);
  const groups = new Map<string, Field[]>();
  for (const field of fields) {
    if (chosen.has(field) || handling.includes(field)) continue;
    groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  }
  return {
    common: [...chosen],
    handling,
    more: [...groups].map(([group, members]) => ({ group, fields: members })),
  };
}

/** Links are a list of roles and ids; a single link is a text. */
export function formOf(field: Field): FormName | null {
  return field.form === "link" && field.schema.type === "array" ? "list" : field.form;
}

/** What is chosen before anybody chooses. Marking has a default, since there is no unmarked report. */
export function blank(field: Field, mayFile: readonly string[]): Entry {
  switch (formOf(field)) {
    case "many":
    case "list":
      return [];
    case "place":
      return { text: "", point: null };
    case "compartment":
      return mayFile.length === 1 ? (mayFile[0] ?? "") : "";
    default:
      break;
  }
  if (typeof field.schema.default === "string") return field.schema.default;
  if (field.name === "classification") return "unclassified";
  if (field.name === "tlp") return codeLike(field.schema, "GREEN");
  return "";
}

function codeLike(schema: FieldSchema, wanted: string): string {
  const codes = schema["x-codes"]?.map(({ code }) => code) ?? [];
  return codes.find((code) => code === wanted || code.endsWith(`:${wanted}`)) ?? wanted;
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : "";
}

/** What a report says in a field, as it would have been entered. */
export function entryOf(field: Field, report: Report): Entry {
  const value = report[field.name];
  switch (formOf(field)) {
    case "place":
      return { text: report.place ?? "", point: pointOf(report) };
    case "time":
      return timeText(value);
    case "yesno":
      return value === true ? "yes" : value === false ? "no" : "";
    case "many":
      return Array.isArray(value) ? value.map(text) : [];
    case "list":
      return Array.isArray(value) ? value.map(listEntry) : [];
    default:
      break;
  }
  return text(value);
}

function pointOf(report: Report): Point | null {
  if (report.latitude === undefined || report.longitude === undefined) return null;
  return { lat: report.latitude, lon: report.longitude, accuracy_m: report.accuracy_m ?? null };
}

function timeText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  const { text: written, shown, start } = value as Record<string, unknown>;
  // Words such as `1430` or `yesterday` meant another day when they were written.
  return text(shown) || text(written) || text(start);
}

function listEntry(item: unknown): ListEntry {
  if (typeof item !== "object" || item === null) return { "": text(item) };
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, text(value)]));
}

/** Names what cannot be right, so that the form says so before it is sent. */
export class EntryFault extends Error {
  override readonly name = "EntryFault";

  constructor(
    readonly field: string,
    readonly why: "required" | "whole-number" | "number",
  ) {
    super(`${field}: ${why}`);
  }
}

/** One field as JSON; undefined where nothing is known, so that it is left out. */
/** What the node understood of a time as it was typed: that is what was shown, so that is what is filed. */
const meantTimes = new Map<string, UnderstoodTime>();

/** Keep, or with null forget, what a typed time means. */
export function rememberTime(written: string, meant: UnderstoodTime | null): void {
  if (meant === null) meantTimes.delete(written);
  else meantTimes.set(written, meant);
}

/** A time as it was shown; as written where the node has not said yet what it understands. */
function timeJson(field: Field, written: string): Json {
  const meant = meantTimes.get(written);
  if (meant === undefined) return written;
  const { start, end, precision } = meant;
  if (field.name === "occurred") return { start, end, precision, text: written };
  return ["second", "minute", "hour"].includes(precision) ? start : written;
}

function jsonOf(field: Field, entry: Entry): Json | undefined {
  if (Array.isArray(entry)) {
    if (entry.length === 0) return undefined;
    if (entry.every((item) => typeof item === "string")) return entry;
    return entry.map((item) => itemJson(field, item));
  }
  if (typeof entry !== "string") return undefined;
  const written = entry.trim();
  if (written === "") return undefined;
  switch (field.form) {
    case "count":
      if (!/^\d+$/.test(written)) throw new EntryFault(field.name, "whole-number");
      return Number(written);
    case "number":
      return numberJson(field, written);
    case "yesno":
      return written === "yes";
    case "time":
      return timeJson(field, written);
    default:
      return written;
  }
}

function numberJson(field: Field, written: string): number {
  if (!/^-?\d+([.,]\d+)?$/.test(written)) throw new EntryFault(field.name, "number");
  return Number(written.replace(",", "."));
}

function itemJson(field: Field, item: string | ListEntry): Json {
  if (typeof item === "string") return item;
  if ("" in item) return item[""] ?? "";
  const said = Object.entries(item)
    .map(([name, value]): [string, string] => [name, value.trim()])
    .filter(([, value]) => value !== "");
  const isNumber = (name: string) =>
    field.schema.items?.properties?.[name]?.["x-form"] === "number";
  return Object.fromEntries(
    said.map(([name, value]) => [name, isNumber(name) ? numberJson(field, value) : value]),
  );
}

/** A P-code that somebody stated stays with the place it was stated for; one from the point is worked out anew. */
function keptPcode(entry: PlaceEntry, before: Report | null): Draft {
  const same = before !== null && entry.text === (before.place ?? "") && samePoint(entry, before);
  return same && before.pcode !== undefined && before.pcode_from === "stated"
    ? { pcode: before.pcode }
    : {};
}

function samePoint(entry: PlaceEntry, before: Report): boolean {
  const point = pointOf(before);
  return point?.lat === entry.point?.lat && point?.lon === entry.point?.lon;
}

function placeJson(entry: PlaceEntry): Draft {
  const told: Draft = entry.text.trim() === "" ? {} : { place: entry.text.trim() };
  if (entry.point === null) return told;
  const { lat, lon, accuracy_m } = entry.point;
  return {
    ...told,
    latitude: lat,
    longitude: lon,
    ...(accuracy_m === null ? {} : { accuracy_m }),
  };
}

/** A field that nobody touched keeps what the report said, to the letter and the second. */
function untouched(field: Field, entry: Entry, before: Report | null): boolean {
  return (
    before !== null &&
    field.form === "time" &&
    before[field.name] !== undefined &&
    entry === entryOf(field, before)
  );
}

function occurredJson(value: unknown): Json {
  if (typeof value !== "object" || value === null) return text(value);
  const { start, end, precision, text: written } = value as Record<string, unknown>;
  return {
    start: text(start),
    end: text(end),
    precision: text(precision),
    ...(text(written) === "" ? {} : { text: text(written) }),
  };
}

/** The report that the entries make; throws `EntryFault`. */
export function draftOf(
  kind: string,
  fields: readonly Field[],
  entries: Entries,
  before: Report | null = null,
): Draft {
  const draft: Draft = { kind };
  for (const field of fields) {
    const entry = entries[field.name] ?? "";
    if (untouched(field, entry, before)) {
      draft[field.name] = occurredJson(before?.[field.name]);
    } else if (typeof entry === "object" && !Array.isArray(entry)) {
      Object.assign(draft, placeJson(entry), keptPcode(entry, before));
    } else {
      const value = jsonOf(field, entry);
      if (value !== undefined) draft[field.name] = value;
    }
    const given =
      field.form === "place"
        ? "latitude" in draft || "place" in draft || "pcode" in draft
        : field.name in draft;
    if (field.required && !given) throw new EntryFault(field.name, "required");
  }
  return draft;
}

/** A report said again as it stands, with some fields changed: how state changes and settling are filed. */
export function restated(
  report: Report,
  page: KindPage,
  changes: Record<string, Json>,
  amends: readonly string[],
): Draft {
  const fields = fieldsOf(page);
  const entries = Object.fromEntries(fields.map((field) => [field.name, entryOf(field, report)]));
  const draft = draftOf(report.kind, fields, entries, report);
  return { ...draft, ...changes, amends: [...amends] };
}

/** A fresh id for a draft; `crypto.randomUUID` is missing where a node is reached by plain http. */
export function clientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
