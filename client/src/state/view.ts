/** Which panel is open, and what it was opened for. */
import type { Filed, Report } from "../wire/types";
import { selectEntity } from "./selection";
import { Value } from "./value";

export type PanelName =
  | "form"
  | "search"
  | "watchlog"
  | "help"
  | "shift"
  | "desk"
  | "people"
  | "rules"
  | "bring"
  | "maps";

/** What the form was opened for: a new report, or one that says something of another. */
export interface FormWish {
  kind: string | null;
  /** Amend: the form starts with this report's values and names these ids as replaced. */
  amends: { report: Report; ids: string[] } | null;
  /** Say something about: the new report links to this one. */
  about: Report | null;
}

/** The panel that lies over the frame; null: none. */
export const panel = new Value<PanelName | null>(null);
export const formWish = new Value<FormWish>({ kind: null, amends: null, about: null });

/** True while the form holds something that was not sent. */
export const unsent = new Value(false);

/** The report that was filed last from here, so that the detail can say so. */
export const justFiled = new Value<Filed | null>(null);

/** Single-key shortcuts may be switched off (WCAG 2.1.4). */
export const keysOn = new Value(true);

export function openForm(wish: Partial<FormWish> = {}): void {
  // What is half written is not thrown away for a second wish.
  if (!unsent.get()) formWish.set({ kind: null, amends: null, about: null, ...wish });
  panel.set("form");
}

export function openPanel(name: PanelName): void {
  panel.set(name);
}

export function closePanel(): void {
  panel.set(null);
}

/** Counts up when a report is to be read now: on a phone its detail comes forward. */
export const detailWish = new Value(0);

/** Closes what lies over the picture and shows a report in it. */
export function openReport(entity: string): void {
  panel.set(null);
  selectEntity(entity);
  detailWish.update((n) => n + 1);
}

export function togglePanel(name: PanelName): void {
  panel.update((held) => (held === name ? null : name));
}
