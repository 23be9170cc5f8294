/** What a map layer is: a pure description, without map, store or fetch. */
import type {
  GeoJSONSourceSpecification,
  LayerSpecification,
} from "@maplibre/maplibre-gl-style-spec";

import type { Theme } from "../theme";

export type { LayerSpecification } from "@maplibre/maplibre-gl-style-spec";

export type LayersOf = (source: string, theme: Theme) => LayerSpecification[];

export interface LayerModule {
  /** Id of the layer and of its source. */
  id: string;
  /** Key of its title in the strings. */
  title: string;
  /** Kinds of report that it draws. */
  kinds: readonly string[];
  source: GeoJSONSourceSpecification;
  layers: LayersOf;
}

/** Properties of every live feature; a symbol layer can use them, feature-state it cannot. */
export interface FeatureProperties {
  key: string;
  /** Name of the image: shape, how well known, new, old, struck. */
  image: string;
  /** 1 for the chosen row. A cluster takes the highest of its members. */
  sel: 0 | 1;
  /** 1 for what is new; a cluster holds the sum. */
  news: 0 | 1;
  label: string;
}
