/**
 * Sites: UN presence, health, airfields and others, told apart by shape. Small
 * from afar, so that five hundred clinics do not hide what happens between them.
 */
import { marks, plainSource } from "./marks";
import type { LayerModule } from "./types";

export const sites: LayerModule = {
  id: "sites",
  title: "layer.sites",
  kinds: ["site"],
  source: plainSource(),
  layers: (source, theme) => marks("sites", source, theme, { far: 0.35, labelsFrom: 9 }),
};
