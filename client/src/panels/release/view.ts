/** How a place is shown on a small map: nothing smaller than it is known, with ground around it. */
import type { GroundView, Report } from "../../state";

/** Metres that one CSS pixel covers at the equator at zoom 0, in tiles of 512. */
const WORLD_PX_M = 40_075_016.686 / 512;
/** The area takes at most this part of the smaller side. */
const PART = 0.72;
/** Less ground than this around a point tells nobody where it is. */
const LEAST_RADIUS_M = 4_000;
const DEEPEST = 12;

export interface Spot {
  lat: number;
  lon: number;
  accuracy_m: number | null;
  /** An area or a cell: somewhere in it. Else a place that is known to `accuracy_m`. */
  area: boolean;
}

export function spotOf(report: Report): Spot | null {
  const { latitude: lat, longitude: lon, accuracy_m = null, coarse } = report;
  if (lat === undefined || lon === undefined) return null;
  return { lat, lon, accuracy_m, area: coarse !== undefined && coarse.place !== "exact" };
}

function pixel_m(lat: number, zoom: number): number {
  return (WORLD_PX_M * Math.cos((lat * Math.PI) / 180)) / 2 ** zoom;
}

export interface SmallView extends GroundView {
  pixel_m: number;
  /** Radius of the area in pixels; 0 where nobody said how exact it is. */
  radius_px: number;
}

export function viewOf(spot: Spot, width: number, height: number): SmallView {
  const half = (Math.min(width, height) * PART) / 2;
  const radius_m = Math.max(LEAST_RADIUS_M, spot.accuracy_m ?? 0);
  const exact = Math.log2(pixel_m(spot.lat, 0) / (radius_m / half));
  // Whole steps of a quarter: places of about one size then share one scale.
  const zoom = Math.max(0, Math.min(DEEPEST, Math.floor(exact * 4) / 4));
  const px = pixel_m(spot.lat, zoom);
  const { lat, lon } = spot;
  return { lat, lon, zoom, width, height, pixel_m: px, radius_px: (spot.accuracy_m ?? 0) / px };
}
