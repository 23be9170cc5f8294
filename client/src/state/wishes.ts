/**
 * What panels want of the map. A panel never holds the map: it writes a wish
 * here, and `map/` carries it out.
 */
import { Value } from "./value";

export type CameraWish = { serial: number } & (
  | {
      to: "point";
      lat: number;
      lon: number;
      /** How wide the place is; the map shows at least this much around it. */
      accuracy_m: number | null;
      /** Leave the view alone when the place is already in it. */
      onlyIfOutside: boolean;
    }
  | { to: "box"; bbox: [number, number, number, number] }
);

type Unnumbered<W> = W extends unknown ? Omit<W, "serial"> : never;

export const camera = new Value<CameraWish | null>(null);

let serial = 0;

export function wishCamera(wish: Unnumbered<CameraWish>): void {
  serial += 1;
  camera.set({ ...wish, serial } as CameraWish);
}

/** A place that a form or search understood, to be drawn as the square or circle it means. */
export interface Sketch {
  lat: number;
  lon: number;
  accuracy_m: number | null;
  /** "square" for a grid reference, else a circle. */
  shape: "square" | "circle";
  label: string;
}

export const sketch = new Value<Sketch | null>(null);

export interface Picked {
  lat: number;
  lon: number;
  /** What one pixel of the map means at that zoom: the honest precision of a click. */
  accuracy_m: number;
}

/** Not null while the map should turn the next click into a place. */
export const pick = new Value<{ answer: (picked: Picked | null) => void } | null>(null);

/** Asks the map for a place; null when the reader gave it up. */
export function pickOnMap(): Promise<Picked | null> {
  pick.get()?.answer(null);
  return new Promise((resolve) => {
    pick.set({
      answer: (picked) => {
        pick.set(null);
        resolve(picked);
      },
    });
  });
}
