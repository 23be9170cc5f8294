/** Keeps the areas on the map by which reports are counted, each with its number. */
import type { Feature, Geometry } from "geojson";
import type { GeoJSONSource, Map as LibreMap } from "maplibre-gl";

import { byArea, type ByArea } from "../state";
import { BY_AREA } from "./style";

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

export function followByArea(map: LibreMap): () => void {
  return byArea.subscribe((found) => {
    const features = found === null ? [] : byAreaFeatures(found);
    void map.getSource<GeoJSONSource>(BY_AREA)?.setData({ type: "FeatureCollection", features });
  });
}
