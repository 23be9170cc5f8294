/** What each column of the list says of a row, in words. Pure but for the strings. */
import { lastWord, placeWord, shapeOf, timeWord, type Row } from "../../state";
import { coarseTimeWords, countWords } from "../parts/titles";
import { age, codeWords, kindTitle, radius, t, tOr, when } from "../../strings";

const DAY_MS = 86_400_000;

export type ColumnName =
  "when" | "kind" | "what" | "place" | "precision" | "killed" | "state" | "source" | "age";

/** Order of the columns, and how a row is compared in each that can be sorted by. */
export const COLUMNS: readonly {
  name: ColumnName;
  sort: ((row: Row) => string | number | null) | null;
}[] = [
  { name: "when", sort: (row) => row.start },
  { name: "kind", sort: kindWords },
  { name: "what", sort: null },
  { name: "place", sort: (row) => row.place },
  { name: "precision", sort: (row) => (row.lat === null ? Infinity : row.accuracy_m) },
  { name: "killed", sort: (row) => row.killed },
  { name: "state", sort: (row) => row.state },
  { name: "source", sort: (row) => row.source },
  { name: "age", sort: lastWord },
];

export function kindWords(row: Row): string {
  return tOr(`shape.${shapeOf(row)}`, kindTitle(row.kind));
}

export function whenWords(row: Row): string {
  return row.start === null ? t("table.undated") : when(row.start, row.end, row.precision);
}

/** Place first, then time: the symbol says the same without words. */
export function precisionWords(row: Row): string {
  const place = placeWord(row);
  const time = timeWord(row);
  const where =
    place === "near" || place === "area"
      ? t(`precision.${place}`, { radius: radius(row.accuracy_m ?? 0) })
      : t(`precision.${place}`);
  if (row.kind === "site" && time === "none") return where;
  return `${where} · ${timeWords(row)}`;
}

function timeWords(row: Row): string {
  if (row.coarse !== null && row.start !== null) return coarseTimeWords(row.coarse);
  const word = timeWord(row);
  if (word === "none") return t("precision.no-time");
  if (word !== "span") return t(`precision.${word}`);
  const days = Math.ceil(((row.end ?? row.start ?? 0) - (row.start ?? 0)) / DAY_MS);
  return t("precision.span", { n: days });
}

export function ageWords(row: Row, at: number): string {
  const last = lastWord(row);
  if (last === null) return "";
  const { n, unit } = age(last, at);
  return t(`age.${unit}`, { n });
}

export function stateWords(row: Row): string {
  if (row.withdrawn) return tOr("symbol.struck", "withdrawn");
  return row.state === null ? "" : codeWords(row.kind, "state", row.state);
}

/** The count of killed; "" where the kind has none. */
export function killedWords(row: Row): string {
  if (row.killed !== null) return countWords(row.killed, row.coarse);
  return countsKilled(row) ? t("known.not") : "";
}

/** Whether a count of killed means anything for the kind: only then is "not known" said. */
export function countsKilled(row: Row): boolean {
  return row.kind === "incident" || row.killed !== null;
}

export interface Order {
  name: ColumnName;
  down: boolean;
}

/** What is not known comes last in either direction. */
export function ordered(rows: readonly Row[], order: Order): readonly Row[] {
  const sort = COLUMNS.find((column) => column.name === order.name)?.sort ?? null;
  if (sort === null || (order.name === "when" && order.down)) return rows;
  const sign = order.down ? -1 : 1;
  const compare = (a: Row, b: Row): number => {
    const [one, other] = [sort(a), sort(b)];
    if (one === other) return 0;
    if (one === null) return 1;
    if (other === null) return -1;
    return one < other ? -sign : sign;
  };
  return [...rows].sort(compare);
}
