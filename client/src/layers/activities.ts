/**
 * Activities: who does what where. Many stand on one administrative centre, so
 * they gather in clusters.
 */
import { clusters, clusteredSource, marks } from "./marks";
import type { LayerModule } from "./types";

export const activities: LayerModule = {
  id: "activities",
  title: "layer.activities",
  kinds: ["activity"],
  source: clusteredSource(),
  layers: (source, theme) => [
    ...clusters("activities", source, theme),
    ...marks("activities", source, theme),
  ],
};
