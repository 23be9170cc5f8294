/**
 * A picture of very many reports is long on its way. Until it is here the map shows the node's
 * tiles, in which reports are gathered and counted for this reader.
 */
import type { KindCounts } from "../wire/types";
import { Value } from "./value";

/** From so many reports on: fewer are here before anybody has found the tiles. */
export const MANY = 20_000;

export interface Arriving {
  n: number;
  kinds: readonly string[];
}

/** What is on its way; null: all is here, or it is too little to be spoken of. */
export const arriving = new Value<Arriving | null>(null);

/** What counts by kind say of a picture that has not come yet. */
export function arrivingOf({
  total,
  groups,
}: Pick<KindCounts, "total" | "groups">): Arriving | null {
  if (total <= MANY) return null;
  return { n: total, kinds: groups.map(({ kind }) => kind) };
}
