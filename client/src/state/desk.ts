/**
 * Releases that wait for my decision. The node says nothing of them over the
 * stream, so they are asked for now and then, and after everything one does.
 */
import { Problem } from "../wire/api";
import type { Decision, Release, WaitingRelease } from "../wire/types";
import { api, session, type Session } from "./session";
import { store } from "./store";
import { Value } from "./value";
import { panel } from "./view";

/** null: not asked yet. Oldest first. */
export const waiting = new Value<readonly WaitingRelease[] | null>(null);
/** Goes up whenever a decision was made from here. */
export const deskChanged = new Value(0);
/** The release that somebody wants to see at the desk. */
export const deskWish = new Value<string | null>(null);

const EVERY_MS = 30_000;
/** After a change of the picture: the desk decides within moments. */
const SOON_MS = 2_500;

/** undefined: nobody is signed in; null: through his own eyes. */
function viewingOf(now: Session): string | null | undefined {
  return now.state === "in" ? (now.me.viewing ?? null) : undefined;
}

export function openDesk(release: string | null = null): void {
  deskWish.set(release);
  panel.set("desk");
}

export async function loadWaiting(): Promise<void> {
  const before = session.get();
  try {
    const found = await api.waiting();
    // An answer to who looked before belongs to nobody who looks now.
    if (before.state === "in" && viewingOf(session.get()) === viewingOf(before)) waiting.set(found);
  } catch (fault) {
    // What was read stays; the next round asks again.
    if (!(fault instanceof Problem)) throw fault;
  }
}

/** One decision; throws `Problem`. What waits is asked for anew. */
export async function decide(release: string, decision: Decision): Promise<Release> {
  const after = await api.decide(release, decision);
  deskChanged.update((n) => n + 1);
  await loadWaiting();
  return after;
}

/** Follows what waits for as long as somebody is signed in; returns how to stop. */
export function followWaiting(): () => void {
  let due: ReturnType<typeof setTimeout> | null = null;
  const soon = (): void => {
    due ??= setTimeout(() => {
      due = null;
      void loadWaiting();
    }, SOON_MS);
  };
  const every = setInterval(() => void loadWaiting(), EVERY_MS);
  const stop = store.subscribe(soon);
  let eyes: string | null = null;
  // Through other eyes nothing of what waited may stay: it shows the reports themselves.
  const end = session.subscribe((now) => {
    const viewing = viewingOf(now) ?? null;
    if (viewing === eyes) return;
    eyes = viewing;
    waiting.set(null);
    if (panel.get() === "desk") panel.set(null);
    void loadWaiting();
  });
  void loadWaiting();
  return () => {
    clearInterval(every);
    if (due !== null) clearTimeout(due);
    stop();
    end();
    waiting.set(null);
    deskWish.set(null);
  };
}
