/**
 * Maps that the mission brought itself. Nobody knows how their layers are called,
 * so each is drawn by what its name tells: water, roads, boundaries, buildings,
 * names; anything else as a thin line. Images are shown as they are, and dimmed
 * where a bright screen would blind.
 */
import type { ExpressionSpecification, LayerSpecification } from "@maplibre/maplibre-gl-style-spec";

import type { Theme } from "../theme";
import { baseLayers, baseNames } from "./base";
import { FONT } from "./marks";

export interface Ground {
  tiles?: "vector" | "raster";
  layers?: readonly string[];
}

const AREA: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
const LINE: ExpressionSpecification = ["!=", ["geometry-type"], "Point"];
const POINT: ExpressionSpecification = ["==", ["geometry-type"], "Point"];
const NAME: ExpressionSpecification = ["coalesce", ["get", "name"], ["get", "name:latin"], ""];

const WATER = /water|ocean|sea|lake|river|stream|hydro|canal/i;
const ROAD = /road|transport|street|highway|path|track|rail/i;
const BORDER = /bound|border|admin/i;
const HOUSE = /build|house|settle|urban/i;
const LAND = /^(earth|land|country|countries|continent)/i;

/** Made for Eirene: its layers have our names, so our style draws them. */
function isOurs(layers: readonly string[]): boolean {
  return layers.includes("land") && (layers.includes("boundary") || layers.includes("place"));
}

export function ownLayers(source: string, map: Ground, theme: Theme): LayerSpecification[] {
  if (map.tiles === "raster") return [image(source, theme)];
  const layers = map.layers ?? [];
  if (isOurs(layers)) return baseLayers(source, theme);
  return layers.flatMap((layer, at) => parts(`${source}-${String(at)}`, source, layer, theme));
}

export function ownNames(source: string, map: Ground, theme: Theme): LayerSpecification[] {
  if (map.tiles === "raster") return [];
  const layers = map.layers ?? [];
  if (isOurs(layers)) return baseNames(source, theme);
  return layers.map((layer, at) => ({
    id: `${source}-${String(at)}-name`,
    type: "symbol",
    source,
    "source-layer": layer,
    filter: ["all", POINT, ["!=", NAME, ""]],
    layout: { "text-field": NAME, "text-font": FONT, "text-size": 12, "text-max-width": 8 },
    paint: {
      "text-color": theme.map.label,
      "text-halo-color": theme.map.halo,
      "text-halo-width": 1.4,
    },
  }));
}

function image(source: string, theme: Theme): LayerSpecification {
  const brightest = theme.scheme === "dark" ? 0.55 : 1;
  return {
    id: `${source}-image`,
    type: "raster",
    source,
    paint: { "raster-fade-duration": 0, "raster-brightness-max": brightest },
  };
}

function parts(id: string, source: string, layer: string, theme: Theme): LayerSpecification[] {
  const on = { source, "source-layer": layer };
  const [fill, stroke, width] = colours(layer, theme);
  const filled: LayerSpecification[] =
    fill === null
      ? []
      : [{ ...on, id: `${id}-area`, type: "fill", filter: AREA, paint: { "fill-color": fill } }];
  return [
    ...filled,
    {
      ...on,
      id: `${id}-line`,
      type: "line",
      filter: LINE,
      paint: {
        "line-color": stroke,
        "line-width": ["interpolate", ["linear"], ["zoom"], 5, width / 2, 12, width],
      },
    },
  ];
}

/** What fills an area, what draws a line, and how wide it is near. */
function colours(layer: string, { map }: Theme): [string | null, string, number] {
  if (WATER.test(layer)) return [map.water, map.river, 1.4];
  if (ROAD.test(layer)) return [null, map.road, 2];
  if (BORDER.test(layer)) return [null, map.border, 1.2];
  if (HOUSE.test(layer)) return [map.inner, map.inner, 0.6];
  if (LAND.test(layer)) return [map.land, map.land, 0.4];
  return [null, map.inner, 0.6];
}
