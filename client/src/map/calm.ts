/**
 * A map that draws a change of live data once, when all of it is there.
 *
 * The library draws a picture at each step of an update: when the source is
 * indexed, and as each tile of it comes. Where drawing is slow, in software above
 * all, the page stands still for each of them, and the tile that is waited for
 * stands behind pictures in which nothing is new.
 */
import { Map as LibreMap, type MapOptions, type MapSourceDataEvent } from "maplibre-gl";

/** No picture is held back for longer, also where a source is slow. */
const LONGEST_MS = 400;
/** Whoever touches the map sees it follow at once. */
const TOUCHES = ["pointerdown", "wheel", "keydown", "touchstart"] as const;

export class CalmMap extends LibreMap {
  // The library's constructor draws before fields of this class are there.
  private awaited: Set<string> | undefined = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: MapOptions) {
    super(options);
    this.on("sourcedata", this.look);
    this.on("movestart", this.release);
    for (const touch of TOUCHES) {
      this.getCanvasContainer().addEventListener(touch, this.release, { passive: true });
    }
  }

  /** Draw nothing until this source, which was just changed, is loaded again. */
  awaitSource(id: string): void {
    if (this.awaited === undefined || this.isMoving()) return;
    this.awaited.add(id);
    this.timer ??= setTimeout(this.release, LONGEST_MS);
  }

  override triggerRepaint(): void {
    if (this.awaited === undefined || this.awaited.size === 0) super.triggerRepaint();
  }

  override remove(): void {
    clearTimeout(this.timer);
    super.remove();
  }

  private readonly look = ({ sourceId, sourceDataType }: MapSourceDataEvent): void => {
    // At "metadata" the tiles of before still count as loaded.
    if (sourceDataType === "metadata" || this.awaited?.has(sourceId) !== true) return;
    if (!this.isSourceLoaded(sourceId)) return;
    this.awaited.delete(sourceId);
    if (this.awaited.size === 0) this.release();
  };

  private readonly release = (): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.awaited?.clear();
    this.triggerRepaint();
  };
}
