/** Which rules are shown, and in which order. Pure. */
import type { Rule } from "../../state";

export interface RuleFilter {
  /** Class of data; "": all. */
  data: string;
  /** Audience; "": all. */
  to: string;
  /** Only rules of which something can come now. */
  giving: boolean;
}

export const ALL_RULES: RuleFilter = { data: "", to: "", giving: false };

export function gives({ mode, closed }: Rule): boolean {
  return mode !== "never" && mode !== "none" && closed === "";
}

export function filtered(rules: readonly Rule[], { data, to, giving }: RuleFilter): Rule[] {
  return rules.filter(
    (rule) =>
      (data === "" || rule.data === data) &&
      (to === "" || rule.to === to || rule.to === "*") &&
      (!giving || gives(rule)),
  );
}

/** Rules by their class, classes in the order of their first rule; inside one the order decides. */
export function byClass(rules: readonly Rule[]): { data: string; rules: Rule[] }[] {
  const found = new Map<string, Rule[]>();
  for (const rule of rules) {
    const held = found.get(rule.data);
    if (held === undefined) found.set(rule.data, [rule]);
    else held.push(rule);
  }
  return [...found].map(([data, of]) => ({ data, rules: of }));
}

/** Everybody to whom rules go, each once, in the order of the rules. */
export function audiencesIn(rules: readonly Rule[]): string[] {
  return [...new Set(rules.map(({ to }) => to))].filter((to) => to !== "*");
}
