/** The mission's own base maps: listed, added, put in order and removed by an administrator. */
import { address, Problem } from "../wire/api";
import type { MapWords, OwnMap } from "../wire/maps";
import { api, session } from "./session";
import { Value } from "./value";

export type * from "../wire/maps";

/** The one that lies on top first; null until the node has told them. */
export const ownMaps = new Value<readonly OwnMap[] | null>(null);
export const ownMapsFault = new Value<unknown>(null);
/** How much of a file is on its way, from 0 to 1; then the node looks at it. null: none. */
export const mapSending = new Value<number | null>(null);
/** True once something was changed that this page does not show before it is loaded again. */
export const mapsChanged = new Value(false);

session.subscribe(({ state }) => {
  if (state === "in") return;
  ownMaps.set(null);
  ownMapsFault.set(null);
});

let sending: AbortController | null = null;

async function attempt(work: () => Promise<void>): Promise<boolean> {
  ownMapsFault.set(null);
  try {
    await work();
    return true;
  } catch (fault) {
    if (sending?.signal.aborted === true) return false;
    if (!(fault instanceof Problem)) throw fault;
    ownMapsFault.set(fault);
    return false;
  }
}

interface Told {
  maps: OwnMap[];
}

function hear({ maps }: Told): void {
  ownMaps.set(maps.toReversed());
}

export function lookOwnMaps(): Promise<boolean> {
  return attempt(async () => {
    hear(await api.get<Told>("/api/maps"));
  });
}

/** Ends the sending of a file, or the node's looking at it. */
export function stopMap(): void {
  sending?.abort();
}

/** True where the node took it. */
export async function addMap(file: File, words: MapWords): Promise<boolean> {
  mapSending.set(0);
  const { signal } = (sending = new AbortController());
  try {
    return await attempt(async () => {
      const at = address("/api/maps", { name: file.name, ...words });
      const told = (part: number) => {
        mapSending.set(part);
      };
      await api.uploadTold<OwnMap>(at, file, told, signal);
      mapsChanged.set(true);
      hear(await api.get<Told>("/api/maps"));
    });
  } finally {
    mapSending.set(null);
    sending = null;
  }
}

/** A map that changes places with the one above (-1) or below it (1). */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const told = [...list];
  const [one] = told.splice(at, 1);
  if (one !== undefined) told.splice(Math.max(0, at + by), 0, one);
  return told;
}

export function moveMap(at: number, by: -1 | 1): Promise<boolean> {
  return attempt(async () => {
    const maps = moved(ownMaps.get() ?? [], at, by)
      .map(({ id }) => id)
      .toReversed();
    hear(await api.ask<Told>("POST", "/api/maps/order", { maps }));
    mapsChanged.set(true);
  });
}

export function removeMap(id: string): Promise<boolean> {
  return attempt(async () => {
    await api.ask("DELETE", `/api/maps/${encodeURIComponent(id)}`);
    mapsChanged.set(true);
    hear(await api.get<Told>("/api/maps"));
  });
}
