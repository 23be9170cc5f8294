/** All live layers, bottom first: the order is the meaning. */
import { activities } from "./activities";
import { alerts } from "./alerts";
import { hazards } from "./hazards";
import { incidents } from "./incidents";
import { movements } from "./movements";
import { notes } from "./notes";
import { sites } from "./sites";
import type { LayerModule } from "./types";
import { units } from "./units";

export const liveLayers: readonly LayerModule[] = [
  sites,
  activities,
  notes,
  incidents,
  hazards,
  movements,
  units,
  alerts,
];

export * from "./base";
export * from "./places";
export * from "./types";
