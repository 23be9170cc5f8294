/** The mission's own base maps, as the node's HTTP gives them to an administrator. */

export interface OwnMap {
  id: string;
  title: string;
  attribution: string;
  licence: string;
  /** null: nobody knows of when it is. */
  as_of: string | null;
  order: number;
  added: string;
  tiles: "vector" | "raster";
  min_zoom: number;
  max_zoom: number;
  /** Bytes. */
  size: number;
}

/** What the administrator says of a map; what he leaves out, the file may say. */
export interface MapWords {
  title: string;
  attribution: string;
  licence: string;
  as_of: string;
  layer: string;
}
