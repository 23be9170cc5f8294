/** What the map tells panels, and what panels choose of it, besides camera wishes. */
import type { BaseMap, MapInfo } from "../wire/types";
import { Value } from "./value";

export interface Pointer {
  lat: number;
  lon: number;
  /** Metres that one pixel means here: digits beyond it would promise too much. */
  pixel_m: number;
}

/** Where the mouse is, else the middle of the map; null before there is a map. */
export const pointer = new Value<Pointer | null>(null);

/** Several symbols under one click: the reader chooses, never chance. */
export interface Choice {
  keys: readonly string[];
  /** Pixels from the map's corner. */
  x: number;
  y: number;
}

export const choice = new Value<Choice | null>(null);

/** Key of the row under the mouse, in whichever panel. */
export const hovered = new Value<string | null>(null);

export type MapState = "loading" | "ready" | "failed";
export const mapState = new Value<MapState>("loading");

export const baseMaps = new Value<readonly BaseMap[]>([]);
export const mapBox = new Value<MapInfo["bbox"] | null>(null);
export const baseOff = new Value<ReadonlySet<string>>(new Set());

export function setBase(id: string, on: boolean): void {
  baseOff.update((held) => {
    const off = new Set(held);
    if (on) off.delete(id);
    else off.add(id);
    return off;
  });
}

/** Buttons beside the map: nearer or farther by whole levels. */
export const zoomWish = new Value<{ serial: number; by: number } | null>(null);

export function wishZoom(by: number): void {
  zoomWish.update((held) => ({ serial: (held?.serial ?? 0) + 1, by }));
}

/** Someone wants the keyboard in the list; goes up with each wish. */
export const tableWish = new Value(0);
