/** What the mouse, finger or pen means: hover, choose, pick a place. */
import type { Map as LibreMap, MapMouseEvent, Point as PixelPoint } from "maplibre-gl";

import { COUNTED_FILL, liveLayers } from "../layers";
import { choice, hovered, pick, pointer, selectKey, selectNothing, setText } from "../state";
import { metresPerPixel } from "./geometry";

const MOUSE_PX = 8;
const TOUCH_PX = 22;

const MARKS = liveLayers.map((layer) => `${layer.id}-mark`);
const CLUSTERS = liveLayers
  .filter((layer) => layer.source.cluster === true)
  .map((layer) => `${layer.id}-cluster`);

interface Hits {
  keys: string[];
  cluster: { source: string; id: number; at: [number, number] } | null;
  /** P-code of an area whose number stands for reports without a point. */
  area: string | null;
}

function hitsAt(map: LibreMap, at: PixelPoint, reach: number): Hits {
  const found = map.queryRenderedFeatures(
    [
      [at.x - reach, at.y - reach],
      [at.x + reach, at.y + reach],
    ],
    { layers: [...MARKS, ...CLUSTERS, COUNTED_FILL] },
  );
  const keys: string[] = [];
  let cluster: Hits["cluster"] = null;
  let area: Hits["area"] = null;
  for (const feature of found) {
    const {
      key,
      cluster_id: id,
      pcode,
    } = feature.properties as { key?: string; cluster_id?: number; pcode?: string };
    if (pcode !== undefined) area ??= pcode;
    else if (key !== undefined && !keys.includes(key)) keys.push(key);
    else if (id !== undefined && feature.geometry.type === "Point") {
      const [lon = 0, lat = 0] = feature.geometry.coordinates;
      cluster ??= { source: feature.source, id, at: [lon, lat] };
    }
  }
  return { keys, cluster, area };
}

export class PointerWatch {
  private touch = false;
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly map: LibreMap,
    private readonly openCluster: (source: string, id: number, at: [number, number]) => void,
  ) {
    const canvas = map.getCanvas();
    const down = (event: PointerEvent): void => {
      this.touch = event.pointerType === "touch";
    };
    canvas.addEventListener("pointerdown", down);
    canvas.addEventListener("keydown", this.key);
    map.on("click", this.click);
    map.on("mousemove", this.move);
    map.on("mouseout", this.leave);
    map.on("moveend", this.leave);
    map.on("movestart", this.closeChoice);
    this.leave();
    this.stops.push(
      pick.subscribe((wanted) => {
        canvas.style.cursor = wanted === null ? "" : "crosshair";
      }),
    );
  }

  stop(): void {
    for (const stop of this.stops) stop();
  }

  private readonly click = (event: MapMouseEvent): void => {
    this.take(event.point, event.lngLat.lat, event.lngLat.lng);
  };

  /** Enter means a click on the middle, for those who move the map with arrow keys. */
  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    this.touch = false;
    const { lat, lng } = this.map.getCenter();
    this.take(this.map.project([lng, lat]), lat, lng);
  };

  private take(point: PixelPoint, lat: number, lon: number): void {
    const wanted = pick.get();
    if (wanted !== null) {
      // A finger covers more of the map than a mouse does.
      const reach = this.touch ? TOUCH_PX : 2;
      const accuracy_m = Math.ceil(metresPerPixel(lat, this.map.getZoom()) * reach);
      wanted.answer({ lat, lon, accuracy_m });
      return;
    }
    const { keys, cluster, area } = hitsAt(this.map, point, this.touch ? TOUCH_PX : MOUSE_PX);
    choice.set(null);
    const [only] = keys;
    if (keys.length > 1) choice.set({ keys, x: point.x, y: point.y });
    else if (only !== undefined) selectKey(only);
    else if (cluster !== null) this.openCluster(cluster.source, cluster.id, cluster.at);
    else if (area !== null) setText(area);
    else selectNothing();
  }

  private readonly move = (event: MapMouseEvent): void => {
    this.tell(event.lngLat.lat, event.lngLat.lng);
    if (pick.get() !== null || this.map.isMoving()) return;
    const { keys, cluster } = hitsAt(this.map, event.point, MOUSE_PX);
    this.map.getCanvas().style.cursor = keys.length > 0 || cluster !== null ? "pointer" : "";
    hovered.set(keys[0] ?? null);
  };

  /** Without a mouse over the map, its middle is what is told: also for keyboard and touch. */
  private readonly leave = (): void => {
    hovered.set(null);
    const { lat, lng } = this.map.getCenter();
    this.tell(lat, lng);
  };

  private readonly closeChoice = (): void => {
    choice.set(null);
  };

  private tell(lat: number, lon: number): void {
    pointer.set({ lat, lon, pixel_m: metresPerPixel(lat, this.map.getZoom()) });
  }
}
