/** The parts that live layers are made of. */
import type {
  ExpressionSpecification,
  GeoJSONSourceSpecification,
  LayerSpecification,
} from "@maplibre/maplibre-gl-style-spec";

import type { Theme } from "../theme";

export const FONT = ["Noto Sans Variable"];

const EMPTY = { type: "FeatureCollection" as const, features: [] };

export function plainSource(): GeoJSONSourceSpecification {
  return { type: "geojson", data: EMPTY };
}

/** Only for history: live units and alerts are never hidden in a number. */
export function clusteredSource(): GeoJSONSourceSpecification {
  return {
    type: "geojson",
    data: EMPTY,
    cluster: true,
    clusterRadius: 38,
    clusterMaxZoom: 10,
    clusterProperties: { sel: ["max", ["get", "sel"]], news: ["+", ["get", "news"]] },
  };
}

const IS_CHOSEN: ExpressionSpecification = ["==", ["get", "sel"], 1];
const IS_CLUSTER: ExpressionSpecification = ["has", "point_count"];
const IS_POINT: ExpressionSpecification = ["!", IS_CLUSTER];

/** Radius of a cluster's disc by how many it holds. */
const DISC: ExpressionSpecification = [
  "step",
  ["get", "point_count"],
  11,
  10,
  13,
  100,
  16,
  500,
  19,
];

export interface MarkOptions {
  /** Size of the symbols at low zoom, 1 from zoom 9 on. */
  far?: number | ExpressionSpecification;
  /** Which of two lies on top: the higher. The chosen one always does. */
  rank?: number | ExpressionSpecification;
  /** Zoom from which names are written below symbols; none without it. */
  labelsFrom?: number;
}

/** Ring of the chosen one below, symbols above it, names on top. */
export function marks(
  id: string,
  source: string,
  theme: Theme,
  { far = 1, rank = 0, labelsFrom }: MarkOptions = {},
): LayerSpecification[] {
  const size: ExpressionSpecification = ["interpolate", ["linear"], ["zoom"], 4, far, 9, 1];
  const parts: LayerSpecification[] = [
    ring(`${id}-ring`, source, theme, 17, ["all", IS_POINT, IS_CHOSEN]),
    {
      id: `${id}-mark`,
      type: "symbol",
      source,
      filter: IS_POINT,
      layout: {
        "icon-image": ["get", "image"],
        "icon-size": size,
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "symbol-sort-key": ["+", ["*", 100, ["get", "sel"]], rank],
      },
    },
  ];
  if (labelsFrom !== undefined) parts.push(names(`${id}-name`, source, theme, labelsFrom));
  return parts;
}

function ring(
  id: string,
  source: string,
  theme: Theme,
  radius: number | ExpressionSpecification,
  filter: ExpressionSpecification,
): LayerSpecification {
  return {
    id,
    type: "circle",
    source,
    filter,
    paint: {
      "circle-radius": radius,
      "circle-color": theme.map.halo,
      "circle-opacity": 0.55,
      "circle-stroke-color": theme.accent,
      "circle-stroke-width": 3,
    },
  };
}

function names(id: string, source: string, theme: Theme, minzoom: number): LayerSpecification {
  return {
    id,
    type: "symbol",
    source,
    minzoom,
    filter: IS_POINT,
    layout: {
      "text-field": ["get", "label"],
      "text-font": FONT,
      "text-size": 12,
      "text-anchor": "top",
      "text-offset": [0, 1.1],
      "text-max-width": 12,
      "text-optional": true,
    },
    paint: {
      "text-color": theme.ink,
      "text-halo-color": theme.map.halo,
      "text-halo-width": 1.5,
    },
  };
}

/** Solid ink discs with a number, in no kind's colour and without a ring of their own. */
export function clusters(id: string, source: string, theme: Theme): LayerSpecification[] {
  const around: ExpressionSpecification = ["+", DISC, 4];
  return [
    ring(`${id}-cluster-ring`, source, theme, around, ["all", IS_CLUSTER, IS_CHOSEN]),
    {
      id: `${id}-cluster`,
      type: "circle",
      source,
      filter: IS_CLUSTER,
      paint: {
        "circle-radius": DISC,
        "circle-color": theme.cluster,
        "circle-stroke-color": theme.map.halo,
        "circle-stroke-width": 1.5,
      },
    },
    {
      id: `${id}-cluster-count`,
      type: "symbol",
      source,
      filter: IS_CLUSTER,
      layout: {
        "text-field": ["to-string", ["get", "point_count"]],
        "text-font": FONT,
        "text-size": 12,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": theme.panel },
    },
    {
      id: `${id}-cluster-news`,
      type: "symbol",
      source,
      // A ring would make the disc look like a symbol: what is new in it is a second number.
      filter: ["all", IS_CLUSTER, [">", ["get", "news"], 0]],
      layout: {
        "text-field": ["concat", "+", ["to-string", ["get", "news"]]],
        "text-font": FONT,
        "text-size": 13,
        "text-anchor": "bottom-left",
        "text-offset": [0.7, -0.5],
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: {
        "text-color": theme.ink,
        "text-halo-color": theme.map.halo,
        "text-halo-width": 2,
      },
    },
  ];
}
