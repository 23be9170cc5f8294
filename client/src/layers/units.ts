/**
 * Units: the last fix and its age; nothing moves between fixes.
 */
import { marks, plainSource } from "./marks";
import type { LayerModule } from "./types";

export const units: LayerModule = {
  id: "units",
  title: "layer.units",
  kinds: ["unit", "readiness"],
  source: plainSource(),
  layers: (source, theme) => marks("units", source, theme, { labelsFrom: 7 }),
};
