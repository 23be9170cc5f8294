/** Rows to map features, and the difference that brings a source up to date. Pure. */
import type { Feature, Point } from "geojson";

import { lookOf, type Row, type Sight } from "../state";
import type { FeatureProperties } from "../layers";
import { imageName } from "../theme";

export type LiveFeature = Feature<Point, FeatureProperties> & { id: number };

const LABEL_LENGTH = 40;

function short(text: string): string {
  return text.length <= LABEL_LENGTH ? text : `${text.slice(0, LABEL_LENGTH - 1)}…`;
}

/** null: the row has no point. */
export function featureOf(
  id: number,
  row: Row,
  sight: Sight,
  chosen: string | null,
): LiveFeature | null {
  if (row.lat === null || row.lon === null) return null;
  const look = lookOf(row, sight);
  return {
    type: "Feature",
    id,
    geometry: { type: "Point", coordinates: [row.lon, row.lat] },
    properties: {
      key: row.key,
      image: imageName(look),
      sel: row.key === chosen ? 1 : 0,
      news: look.fresh ? 1 : 0,
      label: short(row.kind === "site" ? row.summary : (row.place ?? row.summary)),
    },
  };
}

export function sameFeature(a: LiveFeature, b: LiveFeature): boolean {
  return (
    a.properties.image === b.properties.image &&
    a.properties.sel === b.properties.sel &&
    a.properties.label === b.properties.label &&
    a.geometry.coordinates[0] === b.geometry.coordinates[0] &&
    a.geometry.coordinates[1] === b.geometry.coordinates[1]
  );
}
