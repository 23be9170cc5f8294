/** Draws the node's tiles while the picture itself is on its way, and takes them away when it is here. */
import type { Map as LibreMap } from "maplibre-gl";

import { arrivingLayers, liveLayers } from "../layers";
import { arriving, store } from "../state";
import type { Theme } from "../theme";

/** Tiles of this zoom are drawn larger from here on. */
const FINEST = 14;
/** The picture is drawn by then, or something else keeps the map at work. */
const PATIENCE_MS = 20_000;
const DRAWN: ReadonlySet<string> = new Set(liveLayers.flatMap((layer) => layer.kinds));

export class ArrivingPicture {
  private kinds: readonly string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stops: (() => void)[];

  constructor(
    private readonly map: LibreMap,
    private theme: Theme,
  ) {
    this.follow();
    this.stops = [
      arriving.subscribe(() => {
        this.follow();
      }),
      store.subscribe(() => {
        if (store.size === 0 && arriving.get() === null) this.clear();
      }),
    ];
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    const { kinds } = this;
    this.clear();
    this.draw(kinds);
  }

  stop(): void {
    for (const stop of this.stops) stop();
    clearTimeout(this.timer);
    this.map.off("idle", this.clear);
  }

  private follow(): void {
    const coming = arriving.get();
    if (coming !== null) {
      this.clear();
      this.draw(coming.kinds.filter((kind) => DRAWN.has(kind)));
    } else if (store.size === 0) {
      // Somebody else looks, or nobody: nothing of before stays.
      this.clear();
    } else if (this.kinds.length > 0) {
      this.map.once("idle", this.clear);
      this.timer = setTimeout(this.clear, PATIENCE_MS);
    }
  }

  private draw(kinds: readonly string[]): void {
    this.kinds = kinds;
    for (const kind of kinds) {
      const source = `arriving-${kind}`;
      const tiles = [`${location.origin}/tiles/${kind}/{z}/{x}/{y}.mvt`];
      this.map.addSource(source, { type: "vector", tiles, maxzoom: FINEST });
      for (const layer of arrivingLayers(source, kind, this.theme)) this.map.addLayer(layer);
    }
  }

  private readonly clear = (): void => {
    clearTimeout(this.timer);
    this.map.off("idle", this.clear);
    for (const kind of this.kinds) {
      const source = `arriving-${kind}`;
      for (const { id } of arrivingLayers(source, kind, this.theme)) this.map.removeLayer(id);
      this.map.removeSource(source);
    }
    this.kinds = [];
  };
}
