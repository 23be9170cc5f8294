/** Symbols as images: drawn when first needed, drawn again when the theme changes. */
import type { Map as LibreMap } from "maplibre-gl";

import { drawSymbol, IMAGE_SIZE, lookNamed, type Theme } from "../theme";

/** Sharp on the screens of phones and good laptops; one size for all. */
const RATIO = 2;

export class Images {
  private readonly drawn = new Set<string>();
  private readonly context: OffscreenCanvasRenderingContext2D;

  constructor(
    private readonly map: LibreMap,
    private theme: Theme,
  ) {
    const side = IMAGE_SIZE * RATIO;
    const context = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
    if (context === null) throw new Error("this browser has no canvas");
    this.context = context;
  }

  need(name: string): void {
    if (this.drawn.has(name)) return;
    this.drawn.add(name);
    this.map.addImage(name, this.draw(name), { pixelRatio: RATIO });
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    for (const name of this.drawn) this.map.updateImage(name, this.draw(name));
  }

  private draw(name: string): ImageData {
    const side = IMAGE_SIZE * RATIO;
    const { context } = this;
    context.setTransform(RATIO, 0, 0, RATIO, 0, 0);
    context.clearRect(0, 0, IMAGE_SIZE, IMAGE_SIZE);
    drawSymbol({ context, newPath: (data) => new Path2D(data) }, lookNamed(name), this.theme);
    return context.getImageData(0, 0, side, side);
  }
}
