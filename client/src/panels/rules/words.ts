/** The words of rules as people say them. */
import type { Agreement, Rule } from "../../state";
import { t, tOr } from "../../strings";

export function modeWords(mode: string): string {
  return tOr(`rules.mode.${mode}`, mode);
}

/** `cell-10km`, `admin-3`, `exact` and the others. */
export function placeWords(place: string): string {
  const [sort = "", size = ""] = place.split("-");
  if (sort === "cell") return t("rules.place.cell", { size: size.replace(/km$/, "") });
  if (sort === "admin") return t("rules.place.admin", { level: size });
  return tOr(`rules.place.${place === "" ? "none" : place}`, place);
}

export function timeWords(time: string): string {
  return tOr(`rules.time.${time === "" ? "none" : time}`, time);
}

export function countsWords(counts: string): string {
  return tOr(`rules.counts.${counts}`, counts);
}

export function groupWords(groups: readonly string[]): string {
  return groups.map((group) => tOr(`group.${group}`, group)).join(", ");
}

export function tlpWords(tlp: string): string {
  return tlp === "" ? "" : t("rules.tlp", { tlp });
}

/** What else must be so for a rule to hold, each a line. */
export function onlyWhen(rule: Rule): string[] {
  const found: string[] = [];
  if (rule.condition !== "") found.push(t("rules.when", { condition: rule.condition }));
  if (rule.delay !== "") found.push(t("rules.delay", { delay: delayWords(rule.delay) }));
  if (rule.binding !== "") found.push(t("rules.binding", { field: rule.binding }));
  if (rule.one_of !== "") found.push(t("rules.one-of", { role: rule.one_of }));
  if (rule.agreement !== "") found.push(t("rules.under", { agreement: rule.agreement }));
  if (rule.layer !== "") found.push(t("rules.layer", { layer: rule.layer }));
  if (rule.onward !== "" && rule.onward !== "last")
    found.push(t("rules.onward", { data: rule.onward }));
  return found;
}

function delayWords(delay: string): string {
  const n = Number.parseInt(delay, 10);
  return t(delay.endsWith("d") ? "age.day" : "age.hour", { n });
}

/** `agreement NAME` or `enforcement NAME`, in words. */
export function closedWords(closed: string): string {
  const at = closed.indexOf(" ");
  return tOr(`rules.closed.${closed.slice(0, at)}`, closed, { name: closed.slice(at + 1) });
}

/** Where a lease stands at a time, ms. */
export function leaseState({ since, until }: Agreement, now: number): "coming" | "runs" | "ended" {
  if (now >= Date.parse(until)) return "ended";
  return since !== null && now < Date.parse(since) ? "coming" : "runs";
}

const HOUR_MIN = 60;

/** Minutes of a slot in their largest whole unit. */
export function slotWords(minutes: number): string {
  if (minutes % (24 * HOUR_MIN) === 0) return t("age.day", { n: minutes / 24 / HOUR_MIN });
  if (minutes % HOUR_MIN === 0) return t("age.hour", { n: minutes / HOUR_MIN });
  return t("age.minute", { n: minutes });
}

/** On whose word reports that are here would go out. */
export function outcomeOf(outcome: string): string {
  return tOr(`rules.shows.${outcome}`, tOr(`release.outcome.${outcome}`, outcome));
}
