/**
 * The words of every kind of report, also of those that this account may not file.
 *
 * `vocabulary.json` and its translations are made by `docs/generate.py` from the declarations of the kinds.
 */
import { spoken, type FieldWords } from "./spoken";

export type { FieldWords };

/** What people call a kind; its name where it is of a newer node. */
export function kindTitle(kind: string): string {
  return spoken().vocabulary.kinds[kind]?.title ?? kind;
}

/** All fields of a kind by name; none where the kind is not known here. */
export function fieldsOfKind(kind: string): Record<string, FieldWords> {
  return spoken().vocabulary.kinds[kind]?.fields ?? {};
}

export function fieldWords(kind: string, field: string): FieldWords | undefined {
  return fieldsOfKind(kind)[field];
}

/** A code that has no words is shown as words, never with its dashes. */
function undashed(code: string): string {
  return code.replaceAll("-", " ");
}

/** The words of a code of a field, or of a part of its statements. */
export function codeWords(kind: string, field: string, code: string, part?: string): string {
  const words = fieldWords(kind, field);
  const list = part === undefined ? words?.codes : words?.items?.[part];
  if (list === undefined) return code;
  return spoken().vocabulary.lists[list]?.[code] ?? undashed(code);
}

/** The codes of a field and their words, in the order of their list; none where it has no list. */
export function codesOfField(kind: string, field: string): Record<string, string> {
  return spoken().vocabulary.lists[fieldWords(kind, field)?.codes ?? ""] ?? {};
}

/** `5-9` for a count that is told as a band and holds the least of it. */
export function bandWords(least: number): string {
  return spoken().vocabulary.bands[String(least)] ?? String(least);
}
