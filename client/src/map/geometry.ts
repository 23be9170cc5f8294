/** Small geometry on the sphere, good to a per cent at the size of a district. */
import type { Feature, Polygon } from "geojson";

const METRES_PER_DEGREE = 111_320;
const SIDES = 64;

function polygon(points: [number, number][]): Feature<Polygon> {
  const first = points[0];
  if (first === undefined) throw new Error("a polygon needs points");
  return {
    type: "Feature",
    properties: {},
    geometry: { type: "Polygon", coordinates: [[...points, first]] },
  };
}

function offset(lat: number, lon: number, east: number, north: number): [number, number] {
  const shrink = Math.max(0.01, Math.cos((lat * Math.PI) / 180));
  return [lon + east / (METRES_PER_DEGREE * shrink), lat + north / METRES_PER_DEGREE];
}

export function circleAround(lat: number, lon: number, radius_m: number): Feature<Polygon> {
  const points = Array.from({ length: SIDES }, (_, side): [number, number] => {
    const angle = (2 * Math.PI * side) / SIDES;
    return offset(lat, lon, radius_m * Math.cos(angle), radius_m * Math.sin(angle));
  });
  return polygon(points);
}

/** The square whose corners are `radius_m` from its middle: what a grid reference means. */
export function squareAround(lat: number, lon: number, radius_m: number): Feature<Polygon> {
  const half = radius_m / Math.SQRT2;
  const corners: [number, number][] = [
    [-half, -half],
    [half, -half],
    [half, half],
    [-half, half],
  ];
  return polygon(corners.map(([east, north]) => offset(lat, lon, east, north)));
}

/** West, south, east, north of a place and what is around it. */
export function boxAround(
  lat: number,
  lon: number,
  radius_m: number,
): [number, number, number, number] {
  const [west, south] = offset(lat, lon, -radius_m, -radius_m);
  const [east, north] = offset(lat, lon, radius_m, radius_m);
  return [west, south, east, north];
}

/** Metres that one CSS pixel covers in Web Mercator with tiles of 512. */
export function metresPerPixel(lat: number, zoom: number): number {
  return (40_075_016.686 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** zoom);
}
