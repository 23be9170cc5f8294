/**
 * Areas in which reports lie that name no point: a commune is not a dot in its
 * middle. The more there are the darker, and the number says how many.
 */
import type { ExpressionSpecification } from "@maplibre/maplibre-gl-style-spec";

import { FONT } from "./marks";
import type { LayersOf } from "./types";

/** The source holds each area twice: as it is, and a point in it for its number. */
const IS_AREA: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
const IS_POINT: ExpressionSpecification = ["==", ["geometry-type"], "Point"];

export const COUNTED_FILL = "counted-fill";

export const counted: LayersOf = (source, theme) => [
  {
    id: COUNTED_FILL,
    type: "fill",
    source,
    filter: IS_AREA,
    paint: {
      "fill-color": theme.accent,
      "fill-opacity": ["step", ["get", "n"], 0.07, 10, 0.13, 50, 0.2, 200, 0.28],
    },
  },
  {
    id: "counted-edge",
    type: "line",
    source,
    filter: IS_AREA,
    paint: { "line-color": theme.accent, "line-width": 1.2, "line-dasharray": [2, 2] },
  },
];

/** The numbers, above the symbols: those that an area hides would be read as all there are. */
export const countedNumbers: LayersOf = (source, theme) => [
  {
    id: "counted-number",
    type: "symbol",
    source,
    filter: IS_POINT,
    layout: {
      "text-field": ["to-string", ["get", "n"]],
      "text-font": FONT,
      "text-size": 14,
      "symbol-sort-key": ["-", ["get", "n"]],
    },
    paint: {
      "text-color": theme.accent,
      "text-halo-color": theme.map.halo,
      "text-halo-width": 2,
    },
  },
];
