/** Which rows of a long list are in the page at a scroll position. Pure. */

/** Rows beyond either edge, so that a fast scroll finds something drawn. */
const SPARE = 8;

export interface Slice {
  first: number;
  /** Not included. */
  end: number;
}

export function sliceAt(top: number, height: number, row: number, n: number): Slice {
  const first = Math.max(0, Math.floor(top / row) - SPARE);
  const end = Math.min(n, Math.ceil((top + height) / row) + SPARE);
  return { first: Math.min(first, Math.max(0, n - 1)), end };
}

/** Scroll position that brings a row into view, moving as little as possible. */
export function scrollTo(index: number, top: number, height: number, row: number): number {
  const upper = index * row;
  if (upper < top) return upper;
  const lower = upper + row;
  return lower > top + height ? lower - height : top;
}
