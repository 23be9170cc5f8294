/**
 * Small pictures of the ground - land, water, roads, names - for panels that show
 * where something is. `map/` draws them; without it panels show the place alone.
 */
import { Value } from "./value";

export interface GroundView {
  lat: number;
  lon: number;
  zoom: number;
  /** CSS pixels. */
  width: number;
  height: number;
}

/** null where it could not be drawn. A new painter means that colours have changed. */
export type GroundPainter = (view: GroundView) => Promise<ImageBitmap | null>;

export const ground = new Value<GroundPainter | null>(null);
