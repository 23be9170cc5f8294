/**
 * The ground below everything: land, water, boundaries, roads, names.
 *
 * All base maps have the same tile layers (docs/basemap), so one style draws
 * the world, a mission and a folder of roads. A boundary that is not agreed is
 * dashed by the data's own mark.
 */
import type { ExpressionSpecification, LayerSpecification } from "@maplibre/maplibre-gl-style-spec";

import type { Theme } from "../theme";
import { FONT } from "./marks";

/** Roads that only strong vehicles use, and only when it is dry; most maps do not tell. */
const TRACK: ExpressionSpecification = ["==", ["get", "class"], "track"];

export function backdrop(theme: Theme): LayerSpecification {
  return { id: "backdrop", type: "background", paint: { "background-color": theme.map.water } };
}

/** Everything but names: these lie below the live symbols of all maps. */
export function baseLayers(source: string, theme: Theme): LayerSpecification[] {
  const { map } = theme;
  const on = { source };
  return [
    fill(`${source}-land`, source, "land", map.outside),
    fill(`${source}-area`, source, "area", map.land),
    fill(`${source}-water`, source, "water", map.water),
    {
      ...on,
      id: `${source}-river`,
      type: "line",
      "source-layer": "river",
      paint: {
        "line-color": map.river,
        "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.8, 10, 2.5],
      },
    },
    line(`${source}-boundary3`, source, "boundary3", map.inner, 0.4),
    line(`${source}-boundary2`, source, "boundary2", map.inner, 0.6),
    {
      ...on,
      id: `${source}-track`,
      type: "line",
      "source-layer": "road",
      filter: TRACK,
      paint: {
        "line-color": map.road,
        "line-width": ["interpolate", ["linear"], ["zoom"], 7, 0.6, 12, 1.8],
        "line-dasharray": [4, 2],
      },
    },
    {
      ...on,
      id: `${source}-road`,
      type: "line",
      "source-layer": "road",
      filter: ["!", TRACK],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": map.road,
        "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.8, 10, 2.5],
      },
    },
    ...boundaries(source, theme),
  ];
}

function fill(id: string, source: string, layer: string, colour: string): LayerSpecification {
  return {
    id,
    type: "fill",
    source,
    "source-layer": layer,
    // Tiles of an area meet without a seam only when edges are not smoothed.
    paint: { "fill-color": colour, "fill-antialias": false },
  };
}

function line(
  id: string,
  source: string,
  layer: string,
  colour: string,
  width: number,
): LayerSpecification {
  return {
    id,
    type: "line",
    source,
    "source-layer": layer,
    paint: {
      "line-color": colour,
      "line-width": ["interpolate", ["linear"], ["zoom"], 5, width, 10, width * 2],
    },
  };
}

function boundaries(source: string, theme: Theme): LayerSpecification[] {
  const agreed = { source, type: "line" as const, "source-layer": "boundary" };
  return [
    {
      ...agreed,
      id: `${source}-boundary1`,
      filter: ["==", ["get", "level"], 1],
      paint: { "line-color": theme.map.inner, "line-width": 1.2 },
    },
    {
      ...agreed,
      id: `${source}-boundary`,
      filter: ["all", ["==", ["get", "level"], 0], ["!=", ["get", "disputed"], 1]],
      paint: {
        "line-color": theme.map.border,
        "line-width": ["interpolate", ["linear"], ["zoom"], 2, 0.5, 6, 1.6],
      },
    },
    {
      ...agreed,
      id: `${source}-boundary-disputed`,
      filter: ["all", ["==", ["get", "level"], 0], ["==", ["get", "disputed"], 1]],
      paint: {
        "line-color": theme.map.border,
        "line-width": ["interpolate", ["linear"], ["zoom"], 2, 0.6, 6, 1.6],
        "line-dasharray": [3, 2.5],
      },
    },
  ];
}

/** Names, above the ground of every map. */
export function baseNames(source: string, theme: Theme): LayerSpecification[] {
  return [
    name(`${source}-country`, source, theme, "country", 13, [2, 5]),
    name(`${source}-area1`, source, theme, "area1", 12, [6, 9]),
    name(`${source}-area2`, source, theme, "area2", 12, [8, 14]),
    name(`${source}-village`, source, theme, "village", 11, [8.5, 24]),
    name(`${source}-city`, source, theme, "city", 12, [4, 24]),
    name(`${source}-town`, source, theme, "town", 12, [5, 24]),
    name(`${source}-capital`, source, theme, "capital", 14, [3.5, 24]),
  ];
}

function name(
  id: string,
  source: string,
  theme: Theme,
  kind: string,
  size: number,
  [minzoom, maxzoom]: [number, number],
): LayerSpecification {
  const isArea = kind.startsWith("area") || kind === "country";
  return {
    id,
    type: "symbol",
    source,
    "source-layer": "place",
    minzoom,
    maxzoom,
    filter: ["==", ["get", "class"], kind],
    layout: {
      "text-field": ["get", "name"],
      "text-font": FONT,
      "text-size": size,
      "text-max-width": 8,
      "text-transform": isArea ? "uppercase" : "none",
      "text-letter-spacing": isArea ? 0.12 : 0,
      "text-anchor": isArea ? "center" : "bottom",
      "text-offset": isArea ? [0, 0] : [0, -0.5],
      "symbol-sort-key": ["-", 0, ["get", "people"]],
    },
    paint: {
      "text-color": theme.map.label,
      "text-halo-color": theme.map.halo,
      "text-halo-width": isArea ? 1 : 1.4,
    },
  };
}
