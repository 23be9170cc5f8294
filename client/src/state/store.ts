/**
 * The picture as this browser holds it: rows by key, found by kind and by day.
 *
 * A snapshot is applied as the difference to what is held, so that a row that
 * did not change stays the same object: selection and map survive a new link.
 */
import type { Row } from "../wire/types";
import { Value } from "./value";

const DAY_MS = 86_400_000;

/** The UTC day of a row, as days since 1970; null where no time is known. */
export function dayOf(row: Row): number | null {
  return row.start === null ? null : Math.floor(row.start / DAY_MS);
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => same(left[name], right[name]))
  );
}

class Index<K> {
  private readonly keys = new Map<K, Set<string>>();

  add(value: K, key: string): void {
    const held = this.keys.get(value);
    if (held === undefined) this.keys.set(value, new Set([key]));
    else held.add(key);
  }

  remove(value: K, key: string): void {
    const held = this.keys.get(value);
    if (held === undefined) return;
    held.delete(key);
    if (held.size === 0) this.keys.delete(value);
  }

  get(value: K): ReadonlySet<string> {
    return this.keys.get(value) ?? new Set<string>();
  }

  values(): K[] {
    return [...this.keys.keys()];
  }

  clear(): void {
    this.keys.clear();
  }
}

export type Changed = ReadonlySet<string>;

export class Store {
  private readonly rows = new Map<string, Row>();
  private readonly byKind = new Index<string>();
  private readonly byDay = new Index<number | null>();
  private readonly byEntity = new Index<string>();
  private readonly watchers = new Set<(changed: Changed) => void>();

  /** Goes up with every change; panels watch this and read what they need. */
  readonly version = new Value(0);

  get size(): number {
    return this.rows.size;
  }

  get(key: string): Row | undefined {
    return this.rows.get(key);
  }

  all(): IterableIterator<Row> {
    return this.rows.values();
  }

  kinds(): string[] {
    return this.byKind.values();
  }

  ofKind(kind: string): Row[] {
    return this.rowsOf(this.byKind.get(kind));
  }

  ofDay(day: number | null): Row[] {
    return this.rowsOf(this.byDay.get(day));
  }

  days(): number[] {
    return this.byDay.values().filter((day) => day !== null);
  }

  ofEntity(entity: string): Row[] {
    return this.rowsOf(this.byEntity.get(entity));
  }

  /** Runs after each change, with the keys that were added, changed or removed. */
  subscribe(run: (changed: Changed) => void): () => void {
    this.watchers.add(run);
    return () => {
      this.watchers.delete(run);
    };
  }

  /** The whole picture: what is not in it is gone. */
  snapshot(rows: readonly Row[]): Changed {
    const wanted = new Set(rows.map((row) => row.key));
    const gone = [...this.rows.keys()].filter((key) => !wanted.has(key));
    return this.delta(rows, gone);
  }

  delta(upserts: readonly Row[], removals: readonly string[]): Changed {
    const changed = new Set<string>();
    for (const key of removals) if (this.forget(key)) changed.add(key);
    for (const row of upserts) if (this.put(row)) changed.add(row.key);
    this.announce(changed);
    return changed;
  }

  /** Everything goes: the reader left. */
  clear(): void {
    const changed = new Set(this.rows.keys());
    this.rows.clear();
    this.byKind.clear();
    this.byDay.clear();
    this.byEntity.clear();
    this.announce(changed);
  }

  private announce(changed: Changed): void {
    if (changed.size === 0) return;
    for (const run of [...this.watchers]) run(changed);
    this.version.update((n) => n + 1);
  }

  private rowsOf(keys: ReadonlySet<string>): Row[] {
    const found: Row[] = [];
    for (const key of keys) {
      const row = this.rows.get(key);
      if (row !== undefined) found.push(row);
    }
    return found;
  }

  private put(row: Row): boolean {
    const held = this.rows.get(row.key);
    if (held !== undefined) {
      if (same(held, row)) return false;
      this.forget(row.key);
    }
    this.rows.set(row.key, row);
    this.byKind.add(row.kind, row.key);
    this.byDay.add(dayOf(row), row.key);
    this.byEntity.add(row.entity, row.key);
    return true;
  }

  private forget(key: string): boolean {
    const row = this.rows.get(key);
    if (row === undefined) return false;
    this.rows.delete(key);
    this.byKind.remove(row.kind, key);
    this.byDay.remove(dayOf(row), key);
    this.byEntity.remove(row.entity, key);
    return true;
  }
}

export const store = new Store();
