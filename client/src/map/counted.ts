/** Keeps the areas on the map in which reports lie that name no point, with how many. */
import type { Feature, MultiPolygon, Point, Polygon } from "geojson";
import type { GeoJSONSource, Map as LibreMap } from "maplibre-gl";

import { liveLayers } from "../layers";
import { byArea, needOutlines, outlines, shown, type Outline, type Row } from "../state";
import { COUNTED } from "./style";

/** What no layer draws says nowhere where it is: neither does it here. */
const DRAWN: ReadonlySet<string> = new Set(liveLayers.flatMap((layer) => layer.kinds));

/** How many rows without a point name each area, by P-code. */
export function countedBy(rows: readonly Row[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { kind, lat, pcode } of rows) {
    if (lat !== null || pcode === null || pcode === "" || !DRAWN.has(kind)) continue;
    found.set(pcode, (found.get(pcode) ?? 0) + 1);
  }
  return found;
}

type Counted = Feature<Polygon | MultiPolygon | Point, { pcode: string; n: number }>;

/** Each area with its number; areas that the node has no border of are left out. */
export function countedOf(
  counts: ReadonlyMap<string, number>,
  known: ReadonlyMap<string, Outline>,
): Counted[] {
  const found: Counted[] = [];
  for (const [pcode, n] of counts) {
    const outline = known.get(pcode);
    if (outline === undefined) continue;
    const properties = { pcode, n };
    found.push({ type: "Feature", properties, geometry: outline.geometry });
    const at: Point = { type: "Point", coordinates: [...outline.at] };
    found.push({ type: "Feature", properties, geometry: at });
  }
  return found;
}

export function followCounted(map: LibreMap): () => void {
  let drawn = "";
  const draw = (): void => {
    // where all are counted by area, these are among them
    const counts = byArea.get() === null ? countedBy(shown.get()) : new Map<string, number>();
    needOutlines(counts.keys());
    const features = countedOf(counts, outlines.get());
    const wanted = features.map(({ properties: { pcode, n } }) => `${pcode} ${n}`).join("|");
    if (wanted === drawn) return;
    drawn = wanted;
    void map.getSource<GeoJSONSource>(COUNTED)?.setData({ type: "FeatureCollection", features });
  };
  const stops = [shown.subscribe(draw), outlines.subscribe(draw), byArea.subscribe(draw)];
  return () => {
    for (const stop of stops) stop();
  };
}
