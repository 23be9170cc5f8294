/**
 * Words. `en.json` is the truth; its keys are the type, and every other language
 * has them all. A value is a sentence with `{names}`, or one sentence for each
 * plural form of `{n}`.
 */
import { age } from "./format";
import { spoken, type Entry, type Key } from "./spoken";

export type Params = Record<string, string | number>;

/** The sentence of an entry, filled in. Numbers are grouped; a missing name is shown as it stands. */
export function fill(entry: Entry, params: Params, rules = spoken().plurals): string {
  let sentence: string;
  if (typeof entry === "string") sentence = entry;
  else sentence = entry[rules.select(Number(params["n"] ?? 0))] ?? entry.other ?? "";
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? spoken().numbers.format(value) : value;
  });
}

export function t(key: Key, params: Params = {}): string {
  return fill(spoken().sentences[key], params);
}

/** A key that is built from data, such as a kind's name; the data itself where there are no words. */
export function tOr(key: string, otherwise: string, params: Params = {}): string {
  const { sentences } = spoken();
  return key in sentences ? fill(sentences[key as Key], params) : otherwise;
}

/** "3 hours ago", or "just now" within the minute. */
export function ago(ms: number, nowMs: number): string {
  const { n, unit } = age(ms, nowMs);
  return n === 0 ? t("age.now") : t("age.ago", { age: t(`age.${unit}`, { n }) });
}

/** A number as the language groups it. */
export function grouped(n: number): string {
  return spoken().numbers.format(n);
}

/** `12 kB`, `1.9 MB`, `2.4 GB`, in French `2,4 Go`: sizes of files, in powers of ten. */
export function bytes(n: number): string {
  if (n < 1e6) return t("size.kilo", { n: Math.ceil(n / 1e3) });
  const [key, of] = n < 1e9 ? (["size.mega", 1e6] as const) : (["size.giga", 1e9] as const);
  return t(key, { n: Number((n / of).toFixed(1)) });
}

/** A total that a sentence takes in: where the node ended its counting, it says so. */
export function totalOf(found: { total: number; total_is: "exact" | "at-least" }): Params[string] {
  return found.total_is === "exact" ? found.total : t("counts.more-than", { n: found.total });
}

export * from "./format";
export * from "./language";
export { LANGUAGES, spoken, type Key, type Language } from "./spoken";
export * from "./vocabulary";
