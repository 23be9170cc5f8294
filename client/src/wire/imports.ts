/** The shapes of a table that is being brought, as the node's HTTP gives them. */

export type ImportState = "reading" | "asks" | "planned" | "filing" | "filed" | "stopped";

export interface ImportColumn {
  name: string;
  /** Its HXL tag; "" where it has none. */
  tag: string;
  /** A few of its values. */
  shown: string[];
  filled: number;
  /** "" where it is not used. */
  field: string;
  /** What it was found by, or why it is not used. */
  by: string;
  detail: string;
  /** The fields that are made from it: it may go to several, or share one with others. */
  uses: ColumnUse[];
}

export interface ColumnUse {
  field: string;
  /** `first`: of its columns the first that is filled counts; `id`: the row is known again by it. */
  how: "alone" | "first" | "text" | "span" | "when" | "id";
  /** All columns that make the field together, in their order. */
  columns: string[];
}

export interface ImportProposal {
  /** "" where nothing fits. */
  kind: string;
  /** Name of a ready mapping; "" where the columns were found one by one. */
  ready: string;
  used: number;
  columns: ImportColumn[];
  /** What the kind demands and no column gives; `hint`: what the headings speak for. */
  asks: { field: string; hint: string }[];
  /** Column -> values that no word list has. */
  untranslated: Record<string, string[]>;
  const: Record<string, unknown>;
  source: string;
}

/** One of the places that a name may mean. */
export interface MeantPlace {
  name: string;
  /** Name of the area around it; "" where none is known. */
  area: string;
  pcode: string;
  /** Code of what a site is, `area` or `settlement`; "" where nobody says. */
  type: string;
  /** The list that has it. */
  source: string;
  latitude: number | null;
  longitude: number | null;
}

export interface ImportReject {
  row: number;
  column: string;
  field: string;
  value: string;
  rule: string;
  remedy: string;
}

/** What an edition no longer has. */
export interface ImportVanished {
  /** Reports that stand, and would be withdrawn if somebody says so. */
  rows: number;
  first: { id: string; called: string }[];
  /** The same, but a person amended them since: they stay. */
  kept: number;
  /** Rejects without a number: while there are any, nobody can tell what vanished. */
  unnumbered: number;
}

/** The list, under terms that forbid passing on, that a table is or may be. */
export interface ImportTerms {
  /** What its reports are marked with; "": they are not. */
  marked: string;
  /** "" where the mapping itself says it. */
  source: string;
  /** False: it only looks like it, and somebody may permit passing it on. */
  sure: boolean;
  /** Headings, values or a name by which it was known. */
  why: string[];
}

export interface ImportPlan {
  number: number;
  rows: number;
  /** With those that amend one. */
  reports: number;
  amendments: number;
  repeats: number;
  rejected: number;
  empty: number;
  /** What was found out about the file, each with its proof. */
  facts: string[];
  odd: { what: string; rows: number; first: number }[];
  /** Names and P-codes that no list of places has; the first of them. */
  unplaced: {
    name: string;
    rows: number;
    first: number;
    /** Of an unknown P-code: the area that its first digits are of. */
    begun_by: { pcode: string; name: string } | null;
  }[];
  /** West, south, east, north; null: no row has a point. */
  box: [number, number, number, number] | null;
  /** Names that may mean several places: what can be said instead, and which place that is. */
  unclear: { name: string; rows: number; first: number; means: Record<string, MeantPlace> }[];
  /** Terms that forbid passing on; null: nothing says so. */
  terms: ImportTerms | null;
  /** Of earlier editions of this list; null: there is nothing of them that it no longer has. */
  vanished: ImportVanished | null;
  first: { row: number; report: Record<string, unknown>; place_name: string }[];
  /** The first of them. */
  rejects: ImportReject[];
}

export interface ImportProblem {
  status: number;
  code: string;
  field: string | null;
  message: string;
  remedy: string | null;
  /** Ways in which the file may be meant, one of which is to be stated. */
  choices?: FileChoice[];
}

/** A rule of the file (sheet, heading, dates ...), a value for it, and how the file then reads. */
export interface FileChoice {
  rule: string;
  value: string;
  shown: string[];
}

export interface Import {
  id: string;
  name: string;
  bytes: number;
  state: ImportState;
  progress: { done: number; of: number };
  problem: ImportProblem | null;
  compartment: string;
  source: string;
  /** As they were sent last. */
  choices: ImportChoices;
  /** Where the table was found in the file; null until it was. */
  file: { sheet: string; sheets: string[]; heading: number } | null;
  kinds: string[];
  targets: string[];
  proposal: ImportProposal | null;
  plan: ImportPlan | null;
  filed: number;
  withdrawn: number;
  /** Id of the import that files it, or filed it last: see `Imported`. */
  import: string | null;
  /** Imports of the same bytes that ended before their end: only the rest is left to bring. */
  unfinished: {
    id: string;
    account: string;
    began: string;
    filed: number;
    state: "stopped" | "failed" | "cut-off";
  }[];
}

/** What a person chose; what is left out is as proposed. */
export interface ImportChoices {
  /** Name of a mapping, ready or kept; "" for what the node proposes. */
  mapping: string;
  kind: string;
  compartment: string;
  source: string;
  fields: Record<string, string>;
  const: Record<string, string>;
  codes: Record<string, Record<string, string>>;
  /** Name or P-code as the table has it -> the place of the mission that it means. */
  places: Record<string, string>;
  /** Who permits passing on what looks like a list whose terms forbid it; "" leaves it marked. */
  permitted: string;
  file: Record<string, string | number>;
}

/** What became of the rows of an import. */
export interface ImportSums {
  rows: number;
  reports: number;
  amendments: number;
  repeats: number;
  rejects: number;
  empty: number;
  vanished: number;
}

/** An import that there was. */
export interface Imported {
  id: string;
  /** `cut-off`: the node went down in the middle. */
  state: "at-work" | "whole" | "stopped" | "failed" | "cut-off";
  /** What files it, or takes it back, just now; in rows, `of` 0 where nobody knows. */
  at_work: { act: "file" | "undo"; done: number; of: number } | null;
  file: string;
  kind: string;
  compartment: string;
  source: string;
  account: string;
  began: string;
  /** null: it was cut off, or is at work. */
  ended: string | null;
  filed: number;
  sums: ImportSums | null;
  undone: { account: string; at: string } | null;
  may_undo: boolean;
  may_stop: boolean;
}

/** What taking an import back does. */
export interface Undone {
  withdrawn: number;
  restored: number;
  kept: number;
  gone: number;
  /** Somebody stopped it: taking back once more does the rest. */
  stopped: boolean;
  first_kept: { id: string; called: string }[];
}
