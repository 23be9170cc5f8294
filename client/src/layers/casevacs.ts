/**
 * Casualty evacuations: where people wait to be picked up. Never clustered.
 */
import { marks, plainSource } from "./marks";
import type { LayerModule } from "./types";

export const casevacs: LayerModule = {
  id: "casevacs",
  title: "layer.casevacs",
  kinds: ["casevac"],
  source: plainSource(),
  layers: (source, theme) => marks("casevacs", source, theme, { labelsFrom: 7 }),
};
