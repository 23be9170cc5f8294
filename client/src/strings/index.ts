/**
 * Words. `en.json` is the truth; its keys are the type. A value is a sentence
 * with `{names}`, or one sentence for each plural form of `{n}`.
 */
import en from "./en.json";
import { age } from "./format";

export type Key = keyof typeof en;
export type Params = Record<string, string | number>;

type Entry = string | Partial<Record<Intl.LDMLPluralRule, string>>;

const LANGUAGE = "en";
const plurals = new Intl.PluralRules(LANGUAGE);
const numbers = new Intl.NumberFormat(LANGUAGE);

/** The sentence of an entry, filled in. Numbers are grouped; a missing name is shown as it stands. */
export function fill(entry: Entry, params: Params, rules: Intl.PluralRules = plurals): string {
  let sentence: string;
  if (typeof entry === "string") sentence = entry;
  else sentence = entry[rules.select(Number(params["n"] ?? 0))] ?? entry.other ?? "";
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? numbers.format(value) : value;
  });
}

export function t(key: Key, params: Params = {}): string {
  return fill(en[key] as Entry, params);
}

/** A key that is built from data, such as a kind's name; the data itself where there are no words. */
export function tOr(key: string, otherwise: string, params: Params = {}): string {
  return key in en ? fill(en[key as Key] as Entry, params) : otherwise;
}

/** "3 hours ago", or "just now" within the minute. */
export function ago(ms: number, nowMs: number): string {
  const { n, unit } = age(ms, nowMs);
  return n === 0 ? t("age.now") : t("age.ago", { age: t(`age.${unit}`, { n }) });
}

/** A total that a sentence takes in: where the node ended its counting, it says so. */
export function totalOf(found: { total: number; total_is: "exact" | "at-least" }): Params[string] {
  return found.total_is === "exact" ? found.total : t("counts.more-than", { n: found.total });
}

export * from "./format";
export * from "./vocabulary";
