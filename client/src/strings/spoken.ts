/**
 * The language that is spoken: its sentences, its words for kinds and codes, its
 * plurals and its numbers. English is in the page; another is fetched when it is chosen.
 */
import en from "./en.json";
import words from "./vocabulary.json";

export type Key = keyof typeof en;
/** A sentence, or one sentence for each plural form of `{n}`. */
export type Entry = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type Sentences = Readonly<Record<Key, Entry>>;

export interface FieldWords {
  title: string;
  /** Group in which a content field is shown; the envelope's fields have none. */
  group?: string;
  unit?: string;
  /** Name of the field's code list. */
  codes?: string;
  /** Names of the code lists of a statement's parts, by part. */
  items?: Record<string, string>;
}

export interface Vocabulary {
  lists: Record<string, Record<string, string>>;
  /** Fields in the order of the declaration. */
  kinds: Record<string, { title: string; fields: Record<string, FieldWords> }>;
  /** Words of each band of a count, by the least of it. */
  bands: Record<string, string>;
}

/** Each language by its own name, so that whoever reads no other finds his. */
export const LANGUAGES = { en: "English", fr: "Français" } as const;
export type Language = keyof typeof LANGUAGES;

export interface Spoken {
  language: Language;
  sentences: Sentences;
  vocabulary: Vocabulary;
  plurals: Intl.PluralRules;
  numbers: Intl.NumberFormat;
}

function spokenIn(language: Language, sentences: Sentences, vocabulary: Vocabulary): Spoken {
  return {
    language,
    sentences,
    vocabulary,
    plurals: new Intl.PluralRules(language),
    numbers: new Intl.NumberFormat(language),
  };
}

const english = spokenIn("en", en, words);
let now = english;

export function spoken(): Spoken {
  return now;
}

/** Fetches a language and speaks it from now on; what is painted already must be painted anew. */
export async function speak(language: Language): Promise<void> {
  if (language === "en") now = english;
  else {
    const { sentences, vocabulary } = await import("./french");
    now = spokenIn(language, sentences, vocabulary);
  }
}
