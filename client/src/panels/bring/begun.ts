/** Unknown P-codes by the area that their first digits are of. */
import type { ImportPlan } from "../../state";

export interface Begun {
  pcode: string;
  area: string;
  codes: string[];
}

/** Areas of several codes: one click places all of them. */
export function begunTogether(unplaced: ImportPlan["unplaced"]): Begun[] {
  const found = new Map<string, Begun>();
  for (const { name, begun_by } of unplaced) {
    if (begun_by === null) continue;
    const { pcode, name: area } = begun_by;
    const held = found.get(pcode);
    if (held === undefined) found.set(pcode, { pcode, area, codes: [name] });
    else held.codes.push(name);
  }
  return [...found.values()].filter(({ codes }) => codes.length > 1);
}
