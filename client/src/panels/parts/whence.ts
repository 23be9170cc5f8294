/**
 * What tells suggested places of one name apart, and whose word it is: kind of site, area around,
 * code, list or source, age, version of the divisions.
 */
import type { PlaceSuggestion } from "../../state";
import { codeWords, t } from "../../strings";

export function whence(place: PlaceSuggestion): string {
  const { type, around, pcode, source, as_of, licence, valid } = place;
  const kind = type === undefined ? null : codeWords("site", "type", type);
  const told = source ?? (place.marking === undefined ? null : t("layers.source-unknown"));
  const age = as_of ? t("layers.as-of", { day: as_of }) : null;
  const undated = type !== undefined && !as_of ? t("layers.as-of-unknown") : null;
  return [kind, around, pcode, told, licence, age ?? undated, valid].filter(Boolean).join(" · ");
}
