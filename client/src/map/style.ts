/** The whole style of the map, for one theme and one set of base maps. */
import type {
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from "@maplibre/maplibre-gl-style-spec";

import {
  areas,
  backdrop,
  baseLayers,
  baseNames,
  byArea,
  byAreaNumbers,
  counted,
  countedNumbers,
  extent,
  liveLayers,
  ownLayers,
  ownNames,
  sketch,
} from "../layers";
import type { BaseMap } from "../state";
import type { Theme } from "../theme";

const EMPTY: SourceSpecification = {
  type: "geojson",
  data: { type: "FeatureCollection", features: [] },
};

export const AREAS = "areas";
export const BY_AREA = "by-area";
export const COUNTED = "counted";
export const EXTENT = "extent";
export const SKETCH = "sketch";

/** Source of a base map; its layers' ids start with it. */
export function baseSource(id: string): string {
  return `base-${id}`;
}

/** A `glyphs` address is left out on purpose: letters come from the bundled fonts. */
export function styleOf(
  theme: Theme,
  maps: readonly BaseMap[],
  origin: string,
): StyleSpecification {
  const ordered = inOrder(maps);
  const sources = baseSources(ordered, origin);
  for (const layer of liveLayers) sources[layer.id] = layer.source;
  sources[AREAS] = EMPTY;
  sources[BY_AREA] = EMPTY;
  sources[COUNTED] = EMPTY;
  sources[EXTENT] = EMPTY;
  sources[SKETCH] = EMPTY;
  return { version: 8, sources, layers: layersOf(theme, ordered) };
}

/** The ground alone, for small pictures of a place. */
export function groundStyleOf(
  theme: Theme,
  maps: readonly BaseMap[],
  origin: string,
): StyleSpecification {
  const ordered = inOrder(maps);
  return { version: 8, sources: baseSources(ordered, origin), layers: groundOf(theme, ordered) };
}

function inOrder(maps: readonly BaseMap[]): BaseMap[] {
  return [...maps].sort((a, b) => a.order - b.order);
}

function baseSources(
  ordered: readonly BaseMap[],
  origin: string,
): Record<string, SourceSpecification> {
  const sources: Record<string, SourceSpecification> = {};
  for (const map of ordered) {
    const url = `pmtiles://${origin}${map.url}`;
    sources[baseSource(map.id)] =
      map.tiles === "raster"
        ? { type: "raster", url, tileSize: map.tile_size ?? 256 }
        : { type: "vector", url };
  }
  return sources;
}

function groundOf(theme: Theme, ordered: readonly BaseMap[]): LayerSpecification[] {
  const bases = ordered.map((map) => ({ map, source: baseSource(map.id) }));
  return [
    backdrop(theme),
    ...bases.flatMap(({ map, source }) =>
      map.own === true ? ownLayers(source, map, theme) : baseLayers(source, theme),
    ),
    // Names of the widest map first: where two collide, the finest map's stays.
    ...bases.flatMap(({ map, source }) =>
      map.own === true ? ownNames(source, map, theme) : baseNames(source, theme),
    ),
  ];
}

function layersOf(theme: Theme, ordered: readonly BaseMap[]): LayerSpecification[] {
  return [
    ...groundOf(theme, ordered),
    ...byArea(BY_AREA, theme),
    ...counted(COUNTED, theme),
    ...areas(AREAS, theme),
    ...extent(EXTENT, theme),
    ...liveLayers.flatMap((layer) => layer.layers(layer.id, theme)),
    ...countedNumbers(COUNTED, theme),
    ...byAreaNumbers(BY_AREA, theme),
    ...sketch(SKETCH, theme),
  ];
}
