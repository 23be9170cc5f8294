/**
 * The place of the chosen report as wide as it is known, and the place that a
 * form or search understood. Areas, so that nobody reads a point where there
 * is a district.
 */
import type { LayersOf } from "./types";

export const extent: LayersOf = (source, theme) => [
  {
    id: `${source}-fill`,
    type: "fill",
    source,
    paint: { "fill-color": theme.accent, "fill-opacity": 0.1 },
  },
  {
    id: `${source}-edge`,
    type: "line",
    source,
    paint: { "line-color": theme.accent, "line-width": 1.5, "line-dasharray": [3, 2] },
  },
];

export const sketch: LayersOf = (source, theme) => [
  {
    id: `${source}-fill`,
    type: "fill",
    source,
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": theme.ink, "fill-opacity": 0.15 },
  },
  {
    id: `${source}-edge`,
    type: "line",
    source,
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "line-color": theme.ink, "line-width": 2 },
  },
  {
    id: `${source}-middle`,
    type: "circle",
    source,
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-radius": 4,
      "circle-color": theme.ink,
      "circle-stroke-color": theme.map.halo,
      "circle-stroke-width": 2,
    },
  },
];
