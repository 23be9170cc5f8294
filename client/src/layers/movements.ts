/**
 * Movements: where a convoy, vessel or aircraft was last seen.
 */
import { marks, plainSource } from "./marks";
import type { LayerModule } from "./types";

export const movements: LayerModule = {
  id: "movements",
  title: "layer.movements",
  kinds: ["movement", "patrol"],
  source: plainSource(),
  layers: (source, theme) => marks("movements", source, theme, { labelsFrom: 8 }),
};
