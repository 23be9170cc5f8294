/**
 * Incidents: solid once verified, hollow while only claimed; gathered in clusters
 * from afar, because thirty years of them lie on few towns.
 */
import { clusters, clusteredSource, marks } from "./marks";
import type { LayerModule } from "./types";

export const incidents: LayerModule = {
  id: "incidents",
  title: "layer.incidents",
  kinds: ["incident"],
  source: clusteredSource(),
  layers: (source, theme) => [
    ...clusters("incidents", source, theme),
    ...marks("incidents", source, theme),
  ],
};
