/**
 * Reports that are on their way, out of the node's tiles: each mark says of how many it is, and the
 * squares in which they were gathered are 16 pixels wide, so that no disc is wider.
 */
import type { LayerSpecification } from "@maplibre/maplibre-gl-style-spec";

import type { Theme } from "../theme";
import { FONT } from "./marks";

export const arrivingLayers = (
  source: string,
  kind: string,
  theme: Theme,
): LayerSpecification[] => [
  {
    id: `${source}-edge`,
    type: "line",
    source,
    "source-layer": `${kind}-areas`,
    paint: { "line-color": theme.accent, "line-width": 1.2, "line-dasharray": [2, 2] },
  },
  {
    id: `${source}-disc`,
    type: "circle",
    source,
    "source-layer": kind,
    paint: {
      "circle-color": theme.accent,
      "circle-opacity": 0.8,
      "circle-radius": ["interpolate", ["linear"], ["ln", ["get", "n"]], 0, 2.5, 7, 8],
    },
  },
  {
    id: `${source}-number`,
    type: "symbol",
    source,
    "source-layer": kind,
    filter: [">", ["get", "n"], 9],
    layout: {
      "text-field": ["to-string", ["get", "n"]],
      "text-font": FONT,
      "text-size": 12,
      "symbol-sort-key": ["-", ["get", "n"]],
    },
    paint: {
      "text-color": theme.accent,
      "text-halo-color": theme.map.halo,
      "text-halo-width": 2,
    },
  },
];
