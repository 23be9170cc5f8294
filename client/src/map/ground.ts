/**
 * Small pictures of the ground for panels, all drawn by one map that nobody sees:
 * a browser gives a page only a few maps.
 */
import { Map as LibreMap } from "maplibre-gl";

import { ground, type BaseMap, type GroundView } from "../state";
import type { Theme } from "../theme";
import { groundStyleOf } from "./style";

/** A picture of what has come by then is better than none. */
const PATIENCE_MS = 4_000;
const KEPT = 40;

export class Ground {
  private map: LibreMap | null = null;
  private place: HTMLElement | null = null;
  private readonly drawn = new Map<string, Promise<ImageBitmap | null>>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly maps: readonly BaseMap[],
    private theme: Theme,
  ) {
    this.offer();
  }

  setTheme(theme: Theme): void {
    if (theme === this.theme) return;
    this.theme = theme;
    this.drawn.clear();
    this.map?.setStyle(groundStyleOf(theme, this.maps, location.origin));
    this.offer();
  }

  stop(): void {
    ground.set(null);
    this.map?.remove();
    this.place?.remove();
    this.map = null;
  }

  private offer(): void {
    ground.set((view) => this.picture(view));
  }

  private picture(view: GroundView): Promise<ImageBitmap | null> {
    const key = JSON.stringify(view);
    const held = this.drawn.get(key);
    if (held !== undefined) return held;
    const made = this.turn.then(() => this.draw(view));
    this.turn = made.catch(() => undefined);
    this.drawn.set(key, made);
    for (const old of this.drawn.keys()) {
      if (this.drawn.size <= KEPT) break;
      this.drawn.delete(old);
    }
    return made;
  }

  private async draw(view: GroundView): Promise<ImageBitmap | null> {
    const map = this.mapFor(view);
    map.jumpTo({ center: [view.lon, view.lat], zoom: view.zoom });
    await new Promise<void>((resolve) => {
      const enough = setTimeout(resolve, PATIENCE_MS);
      void map.once("idle", () => {
        clearTimeout(enough);
        resolve();
      });
      map.triggerRepaint();
    });
    return this.map === null ? null : createImageBitmap(map.getCanvas());
  }

  private mapFor({ width, height }: GroundView): LibreMap {
    const place = (this.place ??= this.room());
    const size = [`${width}px`, `${height}px`];
    const resized = place.style.width !== size[0] || place.style.height !== size[1];
    [place.style.width = "", place.style.height = ""] = size;
    this.map ??= new LibreMap({
      container: place,
      style: groundStyleOf(this.theme, this.maps, location.origin),
      interactive: false,
      attributionControl: false,
      fadeDuration: 0,
      trackResize: false,
      canvasContextAttributes: { preserveDrawingBuffer: true },
    });
    if (resized) this.map.resize();
    return this.map;
  }

  /** Beside the page, not hidden: what is hidden is not drawn. */
  private room(): HTMLElement {
    const room = document.createElement("div");
    room.inert = true;
    room.setAttribute("aria-hidden", "true");
    Object.assign(room.style, { position: "fixed", insetInlineStart: "-2000px", top: "0" });
    document.body.append(room);
    return room;
  }
}
