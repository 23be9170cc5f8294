/**
 * The period that a list's name or sheet tells: `presence_3w_2022q1.xlsx` is of `2022-01/2022-03`.
 * It is only ever offered; whoever brings the list says whether it holds.
 */

const QUARTERS = [
  /(?<!\d)(?<year>20\d\d)[ _-]?[qt](?<quarter>[1-4])(?!\d)/i,
  /(?<![a-z\d])[qt](?<quarter>[1-4])[ _-]?(?<year>20\d\d)(?!\d)/i,
];
const MONTH = /(?<!\d)(?<year>20\d\d)[ _-]?(?<month>0[1-9]|1[0-2])(?!\d)/;
const YEAR = /(?<!\d)(?<year>20\d\d)(?!\d)/;

/** As it would be typed under "When"; "" where nothing is told. */
export function periodIn(...told: string[]): string {
  for (const text of told) {
    for (const shape of QUARTERS) {
      const { year, quarter } = shape.exec(text)?.groups ?? {};
      if (year === undefined || quarter === undefined) continue;
      const last = Number(quarter) * 3;
      return `${year}-${two(last - 2)}/${year}-${two(last)}`;
    }
    const { year, month } = MONTH.exec(text)?.groups ?? {};
    if (year !== undefined && month !== undefined) return `${year}-${month}`;
  }
  return told.map((text) => YEAR.exec(text)?.groups?.["year"] ?? "").find(Boolean) ?? "";
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
