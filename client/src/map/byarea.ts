/** Keeps the areas on the map by which reports are counted, each with its number. */
import type { Feature, Geometry } from "geojson";
import type { GeoJSONSource, Map as LibreMap } from "maplibre-gl";

import { liveLayers } from "../layers";
import { byArea, symbolsToo, type ByArea } from "../state";
import { AREAS, BY_AREA } from "./style";

/** Sources whose symbols give way to the numbers of areas. */
const SYMBOLS: ReadonlySet<string> = new Set([AREAS, ...liveLayers.map(({ id }) => id)]);

/** Areas with a shade and a number, and the lines of all. An area without reports has neither. */
export function byAreaFeatures(found: ByArea): Feature[] {
  const features: Feature[] = found.borders.features.map(({ properties, geometry }) =>
    feature(geometry, properties),
  );
  const most = Math.max(1, ...found.counts.groups.map(({ area, n }) => (area === null ? 0 : n)));
  for (const { area, n } of found.counts.groups) {
    const outline = area === null ? undefined : found.outlines.get(area);
    if (outline === undefined) continue;
    features.push(feature(outline.geometry, { pcode: area, shade: Math.sqrt(n / most) }));
    const at: Geometry = { type: "Point", coordinates: [...outline.at] };
    features.push(feature(at, { n, name: outline.name }));
  }
  return features;
}

function feature(geometry: Geometry, properties: Record<string, unknown>): Feature {
  return { type: "Feature", geometry, properties };
}

function showSymbols(map: LibreMap, shown: boolean): void {
  const visibility = shown ? "visible" : "none";
  for (const layer of map.getStyle().layers) {
    if (!("source" in layer) || !SYMBOLS.has(layer.source)) continue;
    if (map.getLayoutProperty(layer.id, "visibility") !== visibility) {
      map.setLayoutProperty(layer.id, "visibility", visibility);
    }
  }
}

export function followByArea(map: LibreMap): () => void {
  let counted = false;
  const draw = (): void => {
    const found = byArea.get();
    if (counted || found !== null) showSymbols(map, found === null || symbolsToo.get());
    counted = found !== null;
    const features = found === null ? [] : byAreaFeatures(found);
    void map.getSource<GeoJSONSource>(BY_AREA)?.setData({ type: "FeatureCollection", features });
  };
  const stops = [byArea.subscribe(draw), symbolsToo.subscribe(draw)];
  return () => {
    for (const stop of stops) stop();
  };
}
