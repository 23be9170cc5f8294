/** Imports that there were: listed where data is brought, and taken back there. */
import { Problem } from "../wire/api";
import type { Imported, Undone } from "../wire/imports";
import { api, session } from "./session";
import { Value } from "./value";

/** Newest first; null until the node has told them. */
export const earlier = new Value<Imported[] | null>(null);
/** The import that somebody is about to take back, and what would go; done: it has gone. */
export const undoing = new Value<{ of: Imported; what: Undone; done: boolean } | null>(null);
export const earlierFault = new Value<unknown>(null);
/** True while an import is being taken back. */
export const undoingNow = new Value(false);

session.subscribe(({ state }) => {
  if (state === "in") return;
  earlier.set(null);
  undoing.set(null);
  earlierFault.set(null);
});

async function attempt(work: () => Promise<void>): Promise<void> {
  earlierFault.set(null);
  try {
    await work();
  } catch (fault) {
    if (!(fault instanceof Problem)) throw fault;
    earlierFault.set(fault);
  }
}

export function lookEarlier(): Promise<void> {
  return attempt(async () => {
    earlier.set((await api.get<{ imports: Imported[] }>("/api/imported")).imports);
  });
}

/** What would go; nothing is done yet. */
export function wouldUndo(of: Imported): Promise<void> {
  return attempt(async () => {
    undoing.set({ of, what: await api.get<Undone>(`/api/imported/${of.id}`), done: false });
  });
}

export function undoImport(of: Imported): Promise<void> {
  return attempt(async () => {
    undoingNow.set(true);
    try {
      const what = await api.ask<Undone>("POST", `/api/imported/${of.id}`, { act: "undo" });
      undoing.set({ of, what, done: true });
    } finally {
      undoingNow.set(false);
    }
    await lookEarlier();
  });
}

/** Stops what is at work on it, before its next block; what was filed stays. */
export function stopImport(of: Imported): Promise<void> {
  return attempt(async () => {
    await api.ask("POST", `/api/imported/${of.id}`, { act: "stop" });
    await lookEarlier();
  });
}

export function keepImport(): void {
  undoing.set(null);
}
