/**
 * Humanitarian sites and movements that parties to the conflict were told of.
 */
import { marks, plainSource } from "./marks";
import type { LayerModule } from "./types";

export const notifications: LayerModule = {
  id: "notifications",
  title: "layer.notifications",
  kinds: ["notification"],
  source: plainSource(),
  layers: (source, theme) => marks("notifications", source, theme, { far: 0.6, labelsFrom: 9 }),
};
