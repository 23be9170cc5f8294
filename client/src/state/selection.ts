/** What the reader looks at. Map, table and detail all read and write this one place. */
import type { Row } from "../wire/types";
import { store } from "./store";
import { Value } from "./value";

export interface Selected {
  entity: string;
  /** The row on the map and in the table; null where the entity has none here. */
  key: string | null;
}

export const selection = new Value<Selected | null>(null);

export function selectRow(row: Row): void {
  selection.set({ entity: row.entity, key: row.key });
}

export function selectKey(key: string): void {
  const row = store.get(key);
  if (row !== undefined) selectRow(row);
}

export function selectEntity(entity: string): void {
  selection.set({ entity, key: store.ofEntity(entity)[0]?.key ?? null });
}

export function selectNothing(): void {
  selection.set(null);
}

// A report that was just filed is selected before its row comes over the stream, and one whose
// row was replaced keeps its entity: the key follows.
store.subscribe(() => {
  const held = selection.get();
  if (held === null || (held.key !== null && store.get(held.key) !== undefined)) return;
  const key = store.ofEntity(held.entity)[0]?.key ?? null;
  if (key !== held.key) selection.set({ entity: held.entity, key });
});
