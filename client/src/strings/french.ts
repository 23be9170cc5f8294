/** French, as one piece that is fetched when it is chosen. A sentence that is missing ends the build. */
import fr from "./fr.json";
import type { Entry, Key, Sentences, Vocabulary } from "./spoken";
import words from "./vocabulary.fr.json";

const written: Record<Key, Entry> = fr;
export const vocabulary: Vocabulary = words;

/**
 * As French is printed: no line breaks before `: ; ? !` or inside quotes, and the
 * apostrophe is a curved one. The tables are written with the keys that everybody has.
 */
export function printed(text: string): string {
  return text
    .replace(/ ([:»])/g, "\u00a0$1")
    .replace(/ ([;?!])/g, "\u202f$1")
    .replace(/« /g, "«\u00a0")
    .replace(/(\p{L})'(?=[\p{L}«{])/gu, "$1’");
}

function printedEntry(entry: Entry): Entry {
  if (typeof entry === "string") return printed(entry);
  return Object.fromEntries(Object.entries(entry).map(([form, text]) => [form, printed(text)]));
}

export const sentences = Object.fromEntries(
  Object.entries(written).map(([key, entry]) => [key, printedEntry(entry)]),
) as Sentences;
