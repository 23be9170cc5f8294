/** All live layers, bottom first: the order is the meaning. */
import { activities } from "./activities";
import { alerts } from "./alerts";
import { casevacs } from "./casevacs";
import { hazards } from "./hazards";
import { incidents } from "./incidents";
import { movements } from "./movements";
import { notes } from "./notes";
import { notifications } from "./notifications";
import { sites } from "./sites";
import type { LayerModule } from "./types";
import { units } from "./units";

export const liveLayers: readonly LayerModule[] = [
  sites,
  notifications,
  activities,
  notes,
  incidents,
  hazards,
  movements,
  units,
  casevacs,
  alerts,
];

export * from "./areas";
export * from "./arriving";
export * from "./base";
export * from "./byarea";
export * from "./counted";
export * from "./own";
export * from "./places";
export * from "./types";
