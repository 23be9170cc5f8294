/** Carries out what panels wish of the camera. */
import type { Map as LibreMap } from "maplibre-gl";

import { camera, zoomWish, type CameraWish } from "../state";
import { boxAround } from "./geometry";

/** As near as a jump goes by itself: streets of a town, not one courtyard. */
const NEAREST_ZOOM = 12;
const LEAST_AROUND_M = 2_000;

export function obeyCamera(map: LibreMap): () => void {
  let done = camera.get()?.serial ?? 0;
  let zoomed = zoomWish.get()?.serial ?? 0;
  const stops = [
    camera.subscribe((wish) => {
      if (wish === null || wish.serial === done) return;
      done = wish.serial;
      carryOut(map, wish);
    }),
    zoomWish.subscribe((wish) => {
      if (wish === null || wish.serial === zoomed) return;
      zoomed = wish.serial;
      map.zoomTo(map.getZoom() + wish.by, { animate: false });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function carryOut(map: LibreMap, wish: CameraWish): void {
  if (wish.to === "box") {
    map.fitBounds(wish.bbox, { padding: 24, animate: false });
    return;
  }
  if (wish.onlyIfOutside && map.getBounds().contains([wish.lon, wish.lat])) return;
  if (wish.onlyIfOutside) {
    // The reader chose the zoom; only the place is brought in.
    map.jumpTo({ center: [wish.lon, wish.lat] });
    return;
  }
  const around = Math.max(LEAST_AROUND_M, (wish.accuracy_m ?? 0) * 1.2);
  map.fitBounds(boxAround(wish.lat, wish.lon, around), {
    maxZoom: NEAREST_ZOOM,
    padding: 24,
    animate: false,
  });
}
