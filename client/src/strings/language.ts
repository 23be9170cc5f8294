/** Which language a reader wants: his choice in this browser, else the browser's own. */
import { LANGUAGES, speak, spoken, type Language } from "./spoken";

const PLACE = "eirene-language";

function isLanguage(name: string | null | undefined): name is Language {
  return name !== null && name !== undefined && name in LANGUAGES;
}

/** The first of these languages that we speak, else English: `fr-CF` is French. */
export function firstSpoken(wanted: readonly string[]): Language {
  for (const one of wanted) {
    const [name] = one.toLowerCase().split("-");
    if (isLanguage(name)) return name;
  }
  return "en";
}

export function chosenLanguage(): Language {
  const held = localStorage.getItem(PLACE);
  return isLanguage(held) ? held : firstSpoken(navigator.languages);
}

/** Speaks it, and says so to whoever reads the page aloud. English where it cannot be fetched. */
export async function beginIn(language: Language): Promise<void> {
  try {
    await speak(language);
  } catch {
    await speak("en");
  }
  document.documentElement.lang = spoken().language;
}

const listeners = new Set<() => void>();

/** Called when a reader has changed the language, and all text has to be said anew. */
export function onLanguage(changed: () => void): void {
  listeners.add(changed);
}

/** The reader's choice as this page knows it; null where it is left to the browser. */
let choice: string | null = null;

/** The reader's choice, which stays in this browser. */
export async function choose(language: Language): Promise<void> {
  choice = language;
  localStorage.setItem(PLACE, language);
  await beginIn(language);
  for (const listener of listeners) listener();
}

/**
 * Signing out empties the browser's stores. The language is no secret, and whoever
 * comes next should be able to read the door: it is put back as the page goes.
 */
export function keepLanguage(): void {
  choice = localStorage.getItem(PLACE);
  addEventListener("pagehide", () => {
    if (choice !== null) localStorage.setItem(PLACE, choice);
  });
}
