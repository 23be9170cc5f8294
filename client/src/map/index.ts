/**
 * The map: the only place that knows the map library.
 *
 * Loaded after the shell has painted. It reads the state, draws it, and
 * carries out wishes; no panel ever holds it.
 */
import { addProtocol, setWorkerUrl, type GeoJSONSource, type Map as LibreMap } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { Protocol } from "pmtiles";
import "maplibre-gl/dist/maplibre-gl.css";

import {
  baseMaps,
  baseOff,
  choice,
  mapBox,
  mapState,
  selection,
  sketch,
  store,
  type BaseMap,
  type MapInfo,
} from "../state";
import type { Theme } from "../theme";
import { followAreas } from "./areas";
import { ArrivingPicture } from "./arriving";
import { followByArea } from "./byarea";
import { CalmMap } from "./calm";
import { followCounted } from "./counted";
import { obeyCamera } from "./camera";
import { Ground } from "./ground";
import { circleAround, squareAround } from "./geometry";
import { Images } from "./images";
import { LivePicture } from "./live";
import { PointerWatch } from "./pointer";
import { baseSource, EXTENT, SKETCH, styleOf } from "./style";

const EMPTY = { type: "FeatureCollection" as const, features: [] };
/** More members than this are looked at by zooming in, not from a list. */
const LIST_AT_MOST = 40;
/** Letters are drawn once: a font that comes later leaves labels in the fallback for ever. */
const SAMPLES = ["Abc éñ", "Ҷеҳ", "مرحبا"];

setWorkerUrl(workerUrl);
addProtocol("pmtiles", new Protocol().tile);

/** A node without a mission has the world for its box, of which the poles are left out. */
function boundsOf(bbox: MapInfo["bbox"] | null): [number, number, number, number] {
  const [west, south, east, north] = bbox ?? [-180, -90, 180, 90];
  return [west, Math.max(south, -58), east, Math.min(north, 74)];
}

async function loadFonts(): Promise<void> {
  const loads = SAMPLES.map((text) => document.fonts.load("16px 'Noto Sans Variable'", text));
  await Promise.allSettled(loads);
}

export interface MapHandle {
  setTheme(theme: Theme): void;
  destroy(): void;
}

export async function createMap(container: HTMLElement, theme: Theme): Promise<MapHandle> {
  await loadFonts();
  const maps = baseMaps.get();
  const map = new CalmMap({
    container,
    style: styleOf(theme, maps, location.origin),
    bounds: boundsOf(mapBox.get()),
    fitBoundsOptions: { padding: 12 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxZoom: 18,
    fadeDuration: 0,
    renderWorldCopies: true,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.on("error", (event) => {
    // A missing tile leaves a hole in the ground, not in the picture.
    if (!map.loaded()) mapState.set(mapState.get() === "ready" ? "ready" : "loading");
    void event;
  });
  await new Promise<void>((resolve) =>
    map.once("style.load", () => {
      resolve();
    }),
  );
  return follow(map, theme, maps);
}

function follow(map: CalmMap, first: Theme, maps: readonly BaseMap[]): MapHandle {
  const images = new Images(map, first);
  const live = new LivePicture(map, images);
  const coming = new ArrivingPicture(map, first);
  const small = new Ground(maps, first);
  const watch = new PointerWatch(map, (source, id, at) => void openCluster(map, source, id, at));
  const stops = [
    obeyCamera(map),
    followAreas(map),
    followCounted(map),
    followByArea(map),
    selection.subscribe(() => {
      drawExtent(map);
    }),
    store.subscribe((changed) => {
      if (changed.has(selection.get()?.key ?? "")) drawExtent(map);
    }),
    sketch.subscribe(() => {
      drawSketch(map);
    }),
    baseOff.subscribe((off) => {
      switchBases(map, maps, off);
    }),
  ];
  mapState.set("ready");
  return {
    setTheme(theme) {
      images.setTheme(theme);
      small.setTheme(theme);
      repaint(map, theme, maps);
      coming.setTheme(theme);
    },
    destroy() {
      for (const stop of stops) stop();
      live.stop();
      coming.stop();
      watch.stop();
      small.stop();
      map.remove();
      mapState.set("loading");
    },
  };
}

/** Changes colours in place: a new style would throw the live data away. */
function repaint(map: LibreMap, theme: Theme, maps: readonly BaseMap[]): void {
  for (const layer of styleOf(theme, maps, location.origin).layers) {
    for (const [name, value] of Object.entries(layer.paint ?? {})) {
      map.setPaintProperty(layer.id, name as Parameters<LibreMap["setPaintProperty"]>[1], value);
    }
  }
}

function switchBases(map: LibreMap, maps: readonly BaseMap[], off: ReadonlySet<string>): void {
  const hidden = new Set(maps.filter((base) => off.has(base.id)).map((b) => baseSource(b.id)));
  for (const layer of map.getStyle().layers) {
    if (!("source" in layer) || !layer.source.startsWith("base-")) continue;
    const visibility = hidden.has(layer.source) ? "none" : "visible";
    map.setLayoutProperty(layer.id, "visibility", visibility);
  }
}

/** How wide the chosen report's place really is. */
function drawExtent(map: LibreMap): void {
  const row = store.get(selection.get()?.key ?? "");
  const source = map.getSource<GeoJSONSource>(EXTENT);
  const known =
    row !== undefined && row.lat !== null && row.lon !== null && row.accuracy_m !== null;
  void source?.setData(
    known ? circleAround(row.lat ?? 0, row.lon ?? 0, row.accuracy_m ?? 0) : EMPTY,
  );
}

function drawSketch(map: LibreMap): void {
  const wanted = sketch.get();
  const source = map.getSource<GeoJSONSource>(SKETCH);
  if (wanted === null) {
    void source?.setData(EMPTY);
    return;
  }
  const { lat, lon, accuracy_m } = wanted;
  const middle = {
    type: "Feature" as const,
    properties: {},
    geometry: { type: "Point" as const, coordinates: [lon, lat] },
  };
  const around = wanted.shape === "square" ? squareAround : circleAround;
  const features = accuracy_m === null ? [middle] : [around(lat, lon, accuracy_m), middle];
  void source?.setData({ type: "FeatureCollection", features });
}

/** A small or inseparable cluster opens as a list; a large one is zoomed into. */
async function openCluster(
  map: LibreMap,
  sourceId: string,
  cluster: number,
  at: [number, number],
): Promise<void> {
  const source = map.getSource<GeoJSONSource>(sourceId);
  if (source === undefined) return;
  const zoom = await source.getClusterExpansionZoom(cluster);
  const leaves = await source.getClusterLeaves(cluster, LIST_AT_MOST + 1, 0);
  const first = leaves[0]?.geometry;
  const samePlace = leaves.every((leaf) => JSON.stringify(leaf.geometry) === JSON.stringify(first));
  if (!samePlace || leaves.length > LIST_AT_MOST) {
    map.jumpTo({ center: at, zoom: Math.min(zoom, 14) });
    return;
  }
  const { x, y } = map.project(at);
  const keys = leaves.map((leaf) => String((leaf.properties as { key?: string } | null)?.key));
  choice.set({ keys, x, y });
}
