/**
 * All reports that are shown, counted by the areas of one version of the country's
 * divisions. A number stands in each shade; an area without one has no report, which
 * is not the same as nothing. A line that is not agreed is dashed.
 */
import type { ExpressionSpecification } from "@maplibre/maplibre-gl-style-spec";

import { FONT } from "./marks";
import type { LayersOf } from "./types";

const IS_AREA: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
const IS_POINT: ExpressionSpecification = ["==", ["geometry-type"], "Point"];
const IS_LINE: ExpressionSpecification = ["==", ["geometry-type"], "LineString"];
const DISPUTED: ExpressionSpecification = ["==", ["get", "disputed"], 1];

export const BY_AREA_FILL = "by-area-fill";

export const byArea: LayersOf = (source, theme) => [
  {
    id: BY_AREA_FILL,
    type: "fill",
    source,
    filter: IS_AREA,
    // `shade`: the part of the fullest area's number, its root, so that few stay visible
    paint: {
      "fill-color": theme.accent,
      "fill-opacity": ["interpolate", ["linear"], ["get", "shade"], 0, 0, 1, 0.45],
      "fill-antialias": false,
    },
  },
  {
    id: "by-area-line",
    type: "line",
    source,
    filter: ["all", IS_LINE, ["!", DISPUTED]],
    paint: { "line-color": theme.map.border, "line-width": 1.2 },
  },
  {
    id: "by-area-line-disputed",
    type: "line",
    source,
    filter: ["all", IS_LINE, DISPUTED],
    paint: { "line-color": theme.map.border, "line-width": 1.6, "line-dasharray": [3, 2.5] },
  },
];

export const byAreaNumbers: LayersOf = (source, theme) => [
  {
    id: "by-area-number",
    type: "symbol",
    source,
    filter: IS_POINT,
    layout: {
      "text-field": ["concat", ["get", "name"], "\n", ["to-string", ["get", "n"]]],
      "text-font": FONT,
      "text-size": 13,
      "text-max-width": 8,
      "symbol-sort-key": ["-", ["get", "n"]],
    },
    paint: {
      "text-color": theme.ink,
      "text-halo-color": theme.map.halo,
      "text-halo-width": 2,
    },
  },
];
