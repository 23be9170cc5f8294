/**
 * Hazards: mines, floods, blocked roads and the like, where they were reported.
 */
import { marks, plainSource } from "./marks";
import type { LayerModule } from "./types";

export const hazards: LayerModule = {
  id: "hazards",
  title: "layer.hazards",
  kinds: ["hazard"],
  source: plainSource(),
  layers: (source, theme) => marks("hazards", source, theme, { labelsFrom: 9 }),
};
