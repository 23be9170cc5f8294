/** What is shown, as a file: the reader's filter in the words of the node. */
import { address, type Query } from "../wire/api";
import type { LayerInfo } from "../wire/types";
import type { Filter } from "./filter";

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

/** What this filter shows, as a question to the node. */
export function queryOf(wish: Filter, layers: readonly LayerInfo[]): Query {
  const on = layers.filter((layer) => !wish.off.has(layer.id));
  return {
    q: wish.text.trim(),
    datetime: wish.span === null ? null : `${iso(wish.span.start)}/${iso(wish.span.end - 1)}`,
    changed_since: wish.newSince === null ? null : iso(wish.newSince),
    withdrawn: wish.withdrawn ? true : null,
    filter: on.length === layers.length ? null : on.map(only).join(" OR ") || "kind IS NULL",
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** The layer in CQL2: what the picture does not have is told as such, since it equals nothing. */
function only({ kind, type, source }: LayerInfo): string {
  const parts = { kind, type: type ?? null, source };
  const tests = Object.entries(parts).map(([name, value]) =>
    value === null || value === ""
      ? `${name} IS NULL`
      : `${name} = '${value.replaceAll("'", "''")}'`,
  );
  return `(${tests.join(" AND ")})`;
}
