/** Every language says everything, and the page says nothing outside its tables. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "svelte/compiler";
import { afterEach, describe, expect, it } from "vitest";

import { codeWords, firstSpoken, kindTitle, t, totalOf } from ".";
import en from "./en.json";
import fr from "./fr.json";
import { printed } from "./french";
import { speak, type Entry } from "./spoken";
import englishWords from "./vocabulary.json";
import frenchWords from "./vocabulary.fr.json";

const SRC = resolve(import.meta.dirname, "..");
const english: Record<string, Entry> = en;
const french: Record<string, Entry> = fr;

function said(entry: Entry): string[] {
  return typeof entry === "string" ? [entry] : Object.values(entry);
}

function names(sentence: string): string[] {
  return [...new Set([...sentence.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name))].sort();
}

describe("the French table", () => {
  it("has the keys of the English one, in its order, and no other", () => {
    expect(Object.keys(french)).toEqual(Object.keys(english));
  });

  it("fills in the same names, whatever the plural", () => {
    for (const [key, entry] of Object.entries(english)) {
      const wanted = names(said(entry).join(" "));
      const found = french[key] ?? "";
      expect(names(said(found).join(" ")), key).toEqual(wanted);
      expect(typeof found, key).toBe(typeof entry);
      if (typeof found !== "string") expect(Object.keys(found), key).toEqual(["one", "other"]);
    }
  });

  it("has words for the same kinds, fields and codes", () => {
    const shape = (words: object) =>
      JSON.stringify(words, (key, value: unknown) =>
        typeof value === "string" && !["group", "codes", "unit"].includes(key) ? "" : value,
      );
    expect(shape(frenchWords)).toBe(shape(englishWords));
  });
});

describe("French, once it is spoken", () => {
  afterEach(() => speak("en"));

  it("is what the page says, with its own plural, numbers and blanks", async () => {
    await speak("fr");
    expect(t("age.hour", { n: 0 })).toBe("0 heure");
    expect(t("age.hour", { n: 1_000_000 })).toBe("1\u202f000\u202f000 heures");
    expect(t("form.about")).toBe("Au sujet de\u00a0:");
    expect(totalOf({ total: 10_000, total_is: "at-least" })).toBe("plus de 10\u202f000");
    expect(kindTitle("patrol")).toBe("Patrouille");
    expect(codeWords("incident", "basis", "seen")).toBe("Vu");
  });

  it("is printed as French is", () => {
    expect(printed("Pourquoi ? L'un : « jamais »")).toBe(
      "Pourquoi\u202f? L’un\u00a0: «\u00a0jamais\u00a0»",
    );
    expect(printed("http://node:8080 'x'")).toBe("http://node:8080 'x'");
  });
});

it("is the first language that the browser wants and we speak", () => {
  expect(firstSpoken(["fr-CF", "en"])).toBe("fr");
  expect(firstSpoken(["sg", "en-GB", "fr"])).toBe("en");
  expect(firstSpoken([])).toBe("en");
});

/** What a person reads although no table holds it: text between tags, or in one of these. */
const READ_OUT = new Set(["title", "alt", "placeholder", "aria-label", "aria-description"]);
const LETTERS = /\p{L}{2}/u;

interface Node {
  type?: string;
  name?: string;
  data?: string;
  value?: unknown;
}

function strays(node: unknown, attribute = ""): string[] {
  if (Array.isArray(node)) return node.flatMap((one) => strays(one, attribute));
  if (typeof node !== "object" || node === null) return [];
  const { type, name, data, value, ...rest } = node as Node & Record<string, unknown>;
  if (type === "Text") {
    const shown = attribute === "" || READ_OUT.has(attribute);
    return shown && data !== undefined && LETTERS.test(data) ? [data.trim()] : [];
  }
  if (type === "Attribute") return strays(value, name);
  // Scripts and styles are no text of the page; an expression says what its own words say.
  if (type === "Comment" || type === "ExpressionTag" || type === "StyleSheet") return [];
  return strays(Object.values(rest), attribute);
}

function strayText(source: string): string[] {
  return strays(parse(source, { modern: true }).fragment);
}

describe("visible text", () => {
  it("is found where it stands outside the tables", () => {
    expect(strayText("<p>Sign in {t('x')}</p>")).toEqual(["Sign in"]);
    expect(strayText('{#if a}<img alt="A house" class="house" />{/if}')).toEqual(["A house"]);
    expect(
      strayText('<p class="big" title={t("x")}>{n} · </p><style>p{color:red}</style>'),
    ).toEqual([]);
  });

  it("stands in no component", () => {
    const files = readdirSync(SRC, { recursive: true, encoding: "utf-8" }).filter((file) =>
      file.endsWith(".svelte"),
    );
    expect(files.length).toBeGreaterThan(50);
    const found = files.flatMap((file) =>
      strayText(readFileSync(join(SRC, file), "utf-8")).map((text) => `${file}: ${text}`),
    );
    expect(found).toEqual([]);
  });
});
