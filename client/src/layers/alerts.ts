/**
 * Alerts: never clustered, drawn above everything else.
 */
import { marks, plainSource } from "./marks";
import type { LayerModule } from "./types";

export const alerts: LayerModule = {
  id: "alerts",
  title: "layer.alerts",
  kinds: ["alert"],
  source: plainSource(),
  layers: (source, theme) => marks("alerts", source, theme, { labelsFrom: 8 }),
};
