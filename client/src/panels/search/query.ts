/** Coordinates and grid references are places to go to; anything else is words. The node decides what they mean. */
const DECIMAL =
  /^[-+]?\d{1,3}([.,]\d+)?\s*°?\s*[NSEW]?[\s,;/]+[-+]?\d{1,3}([.,]\d+)?\s*°?\s*[NSEW]?$/i;
const SEXAGESIMAL = /\d\s*°.*\d\s*['′]/;
const GRID = /^\d{1,2}\s*[C-HJ-NP-X]\s*[A-HJ-NP-Z]{2}(\s*\d){0,10}$/i;
const PCODE = /^[A-Z]{2}\d{2,8}$/i;

export function looksLikePlace(text: string): boolean {
  const words = text.trim();
  return (
    (DECIMAL.test(words) && !/^\d{4}-\d\d-\d\d/.test(words)) ||
    SEXAGESIMAL.test(words) ||
    GRID.test(words) ||
    PCODE.test(words)
  );
}
