/**
 * The moment whose knowledge is looked at: what the node had heard by then. Everything on the
 * screen is of that moment until somebody goes back to now; nothing can be filed meanwhile.
 */
import type { LayerInfo, Me, Row } from "../wire/types";
import { Value } from "./value";

/** Milliseconds since 1970; null: now, and live. */
export const knownAt = new Value<number | null>(null);

/** As the node takes it; null: now. */
export function knownIso(): string | null {
  const at = knownAt.get();
  return at === null ? null : new Date(at).toISOString();
}

/** The account as it may act now: whoever looks at what was known earlier only looks. */
export function acting(me: Me): Me {
  return knownAt.get() === null ? me : { ...me, may_file: [], may_decide: [] };
}

/** Layers with number and ages of these rows, which were known then; without those that had none. */
export function layersThen(
  list: readonly LayerInfo[],
  rows: Iterable<Row>,
  layerOf: (row: Row) => string,
): LayerInfo[] {
  const found = new Map<string, { n: number; newest: number; received: number }>();
  for (const row of rows) {
    if (row.withdrawn) continue;
    const id = layerOf(row);
    const held = found.get(id) ?? { n: 0, newest: -Infinity, received: -Infinity };
    held.n += 1;
    held.newest = Math.max(held.newest, row.start ?? -Infinity);
    held.received = Math.max(held.received, row.received ?? -Infinity);
    found.set(id, held);
  }
  return list.flatMap((layer) => {
    const then = found.get(layer.id);
    if (then === undefined) return [];
    return [{ ...layer, n: then.n, newest: iso(then.newest), received: iso(then.received) }];
  });
}

function iso(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}
