/** What is shown, as a file: the reader's filter in the words of the node. */
import { address, type Query } from "../wire/api";
import type { LayerInfo } from "../wire/types";
import { PRESENCE, type Filter, type PresenceCell } from "./filter";

export const EXPORTS = ["csv", "xlsx", "geojson", "gpkg", "kml", "kmz", "hxl.csv"] as const;
export type ExportFormat = (typeof EXPORTS)[number];

/** Where the node gives what this filter shows; undated reports stay, as on the screen. */
export function exportAddress(
  format: ExportFormat,
  wish: Filter,
  layers: readonly LayerInfo[],
  asOf: string | null = null,
): string {
  return address(`/api/export.${format}`, { ...queryOf(wish, layers), as_of: asOf });
}

export const COUNT_EXPORTS = ["csv", "xlsx", "geojson", "hxl.csv"] as const;
export type CountFormat = (typeof COUNT_EXPORTS)[number];

/** Where the node gives the counts by area of what this filter shows, with what they rest on. */
export function countsAddress(
  format: CountFormat,
  { basis, level }: { basis: string; level: number },
  wish: Filter,
  layers: readonly LayerInfo[],
  asOf: string | null = null,
): string {
  const asked = { ...queryOf(wish, layers), basis, level, as_of: asOf };
  return address(`/api/counts.${format}`, asked);
}

/** What this filter shows, as a question to the node. */
export function queryOf(wish: Filter, layers: readonly LayerInfo[]): Query {
  const on = layers.filter((layer) => !wish.off.has(layer.id));
  return {
    q: wish.text.trim(),
    datetime: wish.span === null ? null : `${iso(wish.span.start)}/${iso(wish.span.end - 1)}`,
    changed_since: wish.newSince === null ? null : iso(wish.newSince),
    withdrawn: wish.withdrawn ? true : null,
    filter: together(
      on.length === layers.length ? null : on.map(only).join(" OR ") || "kind IS NULL",
      wish.actor === null ? null : `actor IS NULL OR actor = ${quoted(wish.actor)}`,
      wish.presence === null ? null : ofCell(wish.presence),
    ),
  };
}

/** Conditions of which each must hold; null where there is none. */
function together(...conditions: readonly (string | null)[]): string | null {
  const given = conditions.filter((one) => one !== null);
  return given.length < 2 ? (given[0] ?? null) : given.map((one) => `(${one})`).join(" AND ");
}

function ofCell({ area, sector }: PresenceCell): string {
  const parts = [
    area === null ? "" : `pcode = ${quoted(area)}`,
    sector === null ? "" : `type = ${quoted(sector)}`,
  ].filter(Boolean);
  return `kind <> ${quoted(PRESENCE)} OR (${parts.join(" AND ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** The layer in CQL2: what the picture does not have is told as such, since it equals nothing. */
function only({ kind, type, source }: LayerInfo): string {
  const parts = { kind, type: type ?? null, source };
  const tests = Object.entries(parts).map(([name, value]) =>
    value === null || value === "" ? `${name} IS NULL` : `${name} = ${quoted(value)}`,
  );
  return `(${tests.join(" AND ")})`;
}
