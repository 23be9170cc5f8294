/**
 * Break-glass: the one way round *never*, of two people. What waits for a second person is
 * asked for now and then, since nothing tells of it over the stream but a note.
 */
import { Problem } from "../wire/api";
import type { AskedGlass, Release } from "../wire/types";
import { deskChanged } from "./desk";
import { api, session } from "./session";
import { store } from "./store";
import { Value } from "./value";

/** Where I could be the second person, or am the first; null: not asked yet. */
export const glassAsked = new Value<readonly AskedGlass[] | null>(null);

const EVERY_MS = 30_000;
const SOON_MS = 2_500;

function eyesOf(): string | null {
  const held = session.get();
  return held.state === "in" ? `${held.me.user} ${held.me.viewing ?? ""}` : null;
}

async function load(): Promise<void> {
  const eyes = eyesOf();
  try {
    const found = await api.get<AskedGlass[]>("/api/break-glass");
    if (eyes === eyesOf()) glassAsked.set(found);
  } catch (fault) {
    // What was read stays; the next round asks again.
    if (!(fault instanceof Problem)) throw fault;
  }
}

/** My word: the first one asks, the second one's opens it at once. */
export async function breakGlass(
  report: string,
  audience: string,
  reason: string,
  until: string,
): Promise<Release> {
  const said = await api.ask<Release>("POST", "/api/break-glass", {
    report,
    audience,
    reason,
    until,
  });
  deskChanged.update((n) => n + 1);
  await load();
  return said;
}

/** No, as the second person; or the first takes it back. */
export async function refuseGlass(report: string, audience: string, reason: string): Promise<void> {
  await api.ask<Release>("POST", "/api/break-glass", { act: "refuse", report, audience, reason });
  deskChanged.update((n) => n + 1);
  await load();
}

/** Follows it for as long as somebody is signed in; returns how to stop. */
export function followGlass(): () => void {
  let due: ReturnType<typeof setTimeout> | null = null;
  const stop = store.subscribe(() => {
    due ??= setTimeout(() => {
      due = null;
      void load();
    }, SOON_MS);
  });
  const every = setInterval(() => void load(), EVERY_MS);
  let eyes = eyesOf();
  // Through other eyes nothing of it may stay: it shows the reports themselves.
  const end = session.subscribe(() => {
    if (eyes === eyesOf()) return;
    eyes = eyesOf();
    glassAsked.set(null);
    if (eyes !== null) void load();
  });
  void load();
  return () => {
    clearInterval(every);
    if (due !== null) clearTimeout(due);
    stop();
    end();
    glassAsked.set(null);
  };
}
