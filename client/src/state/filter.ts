/** Which rows the reader wants to look at. It hides, it never asks the node for more. */
import type { LayerInfo, Row } from "../wire/types";
import { Value } from "./value";

/** Milliseconds since 1970, UTC; start included, end not. */
export interface TimeSpan {
  start: number;
  end: number;
}

export interface Filter {
  /** Ids of layers that are switched off. */
  off: ReadonlySet<string>;
  /** null: all times. */
  span: TimeSpan | null;
  text: string;
  /** Only what the node received after this moment; null: no such wish. */
  newSince: number | null;
  withdrawn: boolean;
  /** Of what says who acts, only what this one does; null: everybody's. */
  actor: string | null;
  /** Of activities, only those of one area or sector, or of both; null: all. */
  presence: PresenceCell | null;
}

/** Kind whose rows say who acts where. */
export const PRESENCE = "activity";

/** A cell, row or column of the table of who does what where; null: any. */
export interface PresenceCell {
  area: string | null;
  sector: string | null;
}

export const NO_FILTER: Filter = {
  off: new Set(),
  span: null,
  text: "",
  newSince: null,
  withdrawn: false,
  actor: null,
  presence: null,
};

export const filter = new Value<Filter>(NO_FILTER);

/** What this reader's node lists as layers, each with its origin and age. */
export const layers = new Value<readonly LayerInfo[]>([]);

export function setLayer(id: string, on: boolean): void {
  filter.update((held) => {
    const off = new Set(held.off);
    if (on) off.delete(id);
    else off.add(id);
    return { ...held, off };
  });
}

export function setSpan(span: TimeSpan | null): void {
  filter.update((held) => ({ ...held, span }));
}

export function setText(text: string): void {
  filter.update((held) => ({ ...held, text }));
}

export function setNewSince(newSince: number | null): void {
  filter.update((held) => ({ ...held, newSince }));
}

export function setWithdrawn(withdrawn: boolean): void {
  filter.update((held) => ({ ...held, withdrawn }));
}

export function setActor(actor: string | null): void {
  filter.update((held) => ({ ...held, actor }));
}

export function setPresence(presence: PresenceCell | null): void {
  filter.update((held) => ({ ...held, presence }));
}

/** Other kinds are no presence: they stay. */
export function isOfCell({ kind, pcode, type }: Row, cell: PresenceCell | null): boolean {
  if (cell === null || kind !== PRESENCE) return true;
  return (
    (cell.area === null || pcode === cell.area) && (cell.sector === null || type === cell.sector)
  );
}

/** Finds the layer of a row: the closest of kind, type and source that the node lists. */
export function layerFinder(list: readonly LayerInfo[]): (row: Row) => string {
  const known = new Map<string, string>();
  for (const layer of list) {
    known.set(signature(layer.kind, layer.type ?? null, layer.source), layer.id);
  }
  return (row) =>
    known.get(signature(row.kind, row.type, row.source)) ??
    known.get(signature(row.kind, null, row.source)) ??
    known.get(signature(row.kind, row.type, null)) ??
    known.get(signature(row.kind, null, null)) ??
    row.kind;
}

function signature(kind: string, type: string | null, source: string | null): string {
  return JSON.stringify([kind, type ?? "", source ?? ""]);
}

/** A row without time is no event that a span could leave out: it stays. */
export function inSpan(row: Row, span: TimeSpan | null): boolean {
  if (span === null || row.start === null) return true;
  return row.start < span.end && (row.end ?? row.start) >= span.start;
}

export function hasText(row: Row, text: string): boolean {
  const wanted = text.trim().toLocaleLowerCase();
  if (wanted === "") return true;
  return [row.summary, row.place, row.pcode, row.source, row.organisation, row.id].some((part) =>
    part?.toLocaleLowerCase().includes(wanted),
  );
}

export function passes(row: Row, wish: Filter, layerOf: (row: Row) => string): boolean {
  return (
    (wish.withdrawn || !row.withdrawn) &&
    !wish.off.has(layerOf(row)) &&
    inSpan(row, wish.span) &&
    (wish.actor === null || row.actor === null || row.actor === wish.actor) &&
    isOfCell(row, wish.presence) &&
    (wish.newSince === null || (row.received ?? 0) > wish.newSince) &&
    hasText(row, wish.text)
  );
}
