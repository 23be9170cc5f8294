/**
 * Sites: UN presence, health, airfields and others, told apart by shape. Small
 * from afar, so that five hundred clinics do not hide what happens between them.
 */
import type { ExpressionSpecification } from "@maplibre/maplibre-gl-style-spec";

import { marks, plainSource } from "./marks";
import type { LayerModule } from "./types";

/** Health sites are many, the others few. */
function forHealth(health: number, others: number): ExpressionSpecification {
  return ["case", ["in", "site-health", ["get", "image"]], health, others];
}

export const sites: LayerModule = {
  id: "sites",
  title: "layer.sites",
  kinds: ["site"],
  source: plainSource(),
  layers: (source, theme) =>
    marks("sites", source, theme, {
      far: forHealth(0.32, 0.6),
      rank: forHealth(0, 1),
      labelsFrom: 9,
    }),
};
