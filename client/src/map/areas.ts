/** Keeps the areas of released versions on the map, each drawn once however many lie in it. */
import type { Feature, Polygon } from "geojson";
import type { GeoJSONSource, Map as LibreMap } from "maplibre-gl";

import { shown, type Row } from "../state";
import { circleAround } from "./geometry";
import { AREAS } from "./style";

/** One polygon an area. Versions with an exact place need none: their mark is the place. */
export function areasOf(rows: readonly Row[]): Map<string, Feature<Polygon>> {
  const found = new Map<string, Feature<Polygon>>();
  for (const { coarse, lat, lon, accuracy_m } of rows) {
    if (coarse === null || coarse.place === "exact") continue;
    if (lat === null || lon === null || accuracy_m === null) continue;
    const key = `${lat} ${lon} ${accuracy_m}`;
    if (!found.has(key)) found.set(key, circleAround(lat, lon, accuracy_m));
  }
  return found;
}

export function followAreas(map: LibreMap): () => void {
  let drawn = "";
  return shown.subscribe((rows) => {
    const areas = areasOf(rows);
    const wanted = [...areas.keys()].sort().join("|");
    if (wanted === drawn) return;
    drawn = wanted;
    const source = map.getSource<GeoJSONSource>(AREAS);
    void source?.setData({ type: "FeatureCollection", features: [...areas.values()] });
  });
}
