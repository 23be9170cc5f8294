/**
 * The areas and cells in which released versions lie: as wide as they are told,
 * so that the mark in the middle is not read as the place.
 */
import type { LayersOf } from "./types";

export const areas: LayersOf = (source, theme) => [
  {
    id: `${source}-fill`,
    type: "fill",
    source,
    paint: { "fill-color": theme.ink2, "fill-opacity": 0.07 },
  },
  {
    id: `${source}-edge`,
    type: "line",
    source,
    paint: { "line-color": theme.ink2, "line-width": 1, "line-dasharray": [4, 3] },
  },
];
