/** Whose data the map shows, each with its licence and age; and what a licence wants in sight. */

export interface Credit {
  attribution: string;
  /** What of it is on the map. */
  titles: string[];
  licence: string | null;
  /** Day, month or year of the data; null: nobody says. */
  as_of: string | null;
}

/** What is on the map, with how its licence wants it named; without that it is no credit. */
export interface Shown {
  title: string;
  attribution?: string | null | undefined;
  licence?: string | null | undefined;
  as_of?: string | null | undefined;
}

/** Each attribution once, in the order of what is shown. */
export function creditsOf(shown: readonly Shown[]): Credit[] {
  const found = new Map<string, Credit>();
  for (const { title, attribution, licence, as_of } of shown) {
    if (!attribution) continue;
    const held = found.get(attribution);
    if (held === undefined)
      found.set(attribution, {
        attribution,
        titles: [title],
        licence: licence ?? null,
        as_of: as_of ?? null,
      });
    else if (!held.titles.includes(title)) held.titles.push(title);
  }
  return [...found.values()];
}

/** The Open Database Licence wants its notice where the map is seen, not behind a button. */
const OPEN_DATABASE = /\bODbL\b|open database licen[cs]e/i;
const STREETS = /openstreetmap/i;

/** As OpenStreetMap wants to be named, whoever passed its data on. */
export const STREET_CREDIT = "© OpenStreetMap contributors (ODbL)";

export function inSight(credits: readonly Credit[]): string[] {
  const seen = credits.flatMap(({ attribution, licence }) => {
    if (STREETS.test(attribution)) return [STREET_CREDIT];
    return OPEN_DATABASE.test(`${attribution} ${licence ?? ""}`) ? [attribution] : [];
  });
  return [...new Set(seen)];
}
