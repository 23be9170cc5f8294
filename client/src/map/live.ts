/**
 * Keeps the live sources equal to what the reader has on screen.
 *
 * The first change is drawn at once, the rest gathered for a second: the
 * worker tiles the whole source again on each update, so its cost grows with
 * the source and not with the change.
 */
import type { GeoJSONSource, GeoJSONSourceDiff } from "maplibre-gl";

import { liveLayers } from "../layers";
import { filter, layerFinder, layers, passes, selection, sight, store } from "../state";
import type { CalmMap } from "./calm";
import { featureOf, sameFeature, type LiveFeature } from "./features";
import type { Images } from "./images";

const GATHER_MS = 1_000;

class LiveSource {
  private readonly held = new Map<string, LiveFeature>();
  private added = new Map<number, LiveFeature>();
  private removed = new Set<number>();

  constructor(
    private readonly map: CalmMap,
    private readonly source: GeoJSONSource,
    private readonly images: Images,
  ) {}

  put(key: string, feature: LiveFeature): void {
    const held = this.held.get(key);
    if (held !== undefined && sameFeature(held, feature)) return;
    this.images.need(feature.properties.image);
    this.held.set(key, feature);
    this.removed.delete(feature.id);
    this.added.set(feature.id, feature);
  }

  drop(key: string): void {
    const held = this.held.get(key);
    if (held === undefined) return;
    this.held.delete(key);
    this.added.delete(held.id);
    this.removed.add(held.id);
  }

  /** Whether there was anything to send. */
  flush(): boolean {
    if (this.added.size === 0 && this.removed.size === 0) return false;
    const diff: GeoJSONSourceDiff = {
      remove: [...this.removed],
      // An added feature takes the place of one with the same id.
      add: [...this.added.values()],
    };
    this.added = new Map();
    this.removed = new Set();
    void this.source.updateData(diff);
    this.map.awaitSource(this.source.id);
    return true;
  }
}

export class LivePicture {
  private readonly sources = new Map<string, LiveSource>();
  private readonly byKind = new Map<string, LiveSource>();
  private readonly ids = new Map<string, number>();
  private readonly stops: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  private allDue = false;

  constructor(map: CalmMap, images: Images) {
    for (const layer of liveLayers) {
      const source = map.getSource<GeoJSONSource>(layer.id);
      if (source === undefined) throw new Error(`the style has no source ${layer.id}`);
      const live = new LiveSource(map, source, images);
      this.sources.set(layer.id, live);
      for (const kind of layer.kinds) this.byKind.set(kind, live);
    }
    this.stops.push(
      store.subscribe((changed) => {
        this.bring(changed);
      }),
      ...[filter, layers, sight].map((value) =>
        value.subscribe(() => {
          this.bringAllSoon();
        }),
      ),
      this.followSelection(),
    );
  }

  stop(): void {
    for (const stop of this.stops) stop();
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private followSelection(): () => void {
    let before: string | null = null;
    return selection.subscribe((chosen) => {
      const after = chosen?.key ?? null;
      this.bring(new Set([before, after].filter((key) => key !== null)), true);
      before = after;
    });
  }

  private bringAllSoon(): void {
    if (this.allDue) return;
    this.allDue = true;
    queueMicrotask(() => {
      this.allDue = false;
      this.bringAll();
    });
  }

  /** Filter, layers or ages changed: every row is looked at again, unchanged ones are not sent. */
  private bringAll(): void {
    this.place([...store.all()].map((row) => row.key));
    this.flushSoon();
  }

  private bring(keys: ReadonlySet<string>, atOnce = false): void {
    this.place(keys);
    if (atOnce) this.flush();
    else this.flushSoon();
  }

  private place(keys: Iterable<string>): void {
    const chosen = selection.get()?.key ?? null;
    const wish = filter.get();
    const layerOf = layerFinder(layers.get());
    for (const key of keys) {
      const row = store.get(key);
      const home = row === undefined ? undefined : this.byKind.get(row.kind);
      const feature =
        row !== undefined && passes(row, wish, layerOf)
          ? featureOf(this.idOf(key), row, sight.get(), chosen)
          : null;
      for (const source of this.sources.values()) {
        if (source === home && feature !== null) source.put(key, feature);
        else source.drop(key);
      }
    }
  }

  private idOf(key: string): number {
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.ids.size + 1;
      this.ids.set(key, id);
    }
    return id;
  }

  /** At once, where the last second sent nothing; else at its end. */
  private flushSoon(): void {
    if (this.timer !== null || !this.flush()) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.flushSoon();
    }, GATHER_MS);
  }

  /** Whether anything was to be sent. */
  private flush(): boolean {
    const sent = [...this.sources.values()].map((source) => source.flush());
    return sent.includes(true);
  }
}
