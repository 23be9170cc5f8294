/**
 * Operations that are marked as enforcement. What they close that concerns me is asked for now
 * and then, and soon after the picture changed: a mark takes things out of it.
 */
import { Problem } from "../wire/api";
import type { EnforcementNow, RulesOutcome } from "../wire/rules";
import { loadRules } from "./rules";
import { api, session } from "./session";
import { store } from "./store";
import { Value } from "./value";

export type { ClosedWay, EnforcementNow, LayerWay } from "../wire/rules";

/** null: not asked yet. */
export const enforcement = new Value<EnforcementNow | null>(null);

const EVERY_MS = 30_000;
const SOON_MS = 2_500;

export async function loadEnforcement(): Promise<void> {
  const eyes = eyesOf();
  try {
    const found = await api.get<EnforcementNow>("/api/enforcement");
    // An answer to who looked before belongs to nobody who looks now.
    if (eyes === eyesOf()) enforcement.set(found);
  } catch (fault) {
    // What was read stays; the next round asks again.
    if (!(fault instanceof Problem)) throw fault;
  }
}

/** As whom I look; null: nobody is signed in. */
function eyesOf(): string | null {
  const held = session.get();
  return held.state === "in" ? `${held.me.user} ${held.me.viewing ?? ""}` : null;
}

/** Follows it for as long as somebody is signed in; returns how to stop. */
export function followEnforcement(): () => void {
  let due: ReturnType<typeof setTimeout> | null = null;
  const stop = store.subscribe(() => {
    due ??= setTimeout(() => {
      due = null;
      void loadEnforcement();
    }, SOON_MS);
  });
  const every = setInterval(() => void loadEnforcement(), EVERY_MS);
  let eyes = eyesOf();
  const end = session.subscribe(() => {
    if (eyes === eyesOf()) return;
    eyes = eyesOf();
    enforcement.set(null);
    if (eyes !== null) void loadEnforcement();
  });
  void loadEnforcement();
  return () => {
    clearInterval(every);
    if (due !== null) clearTimeout(due);
    stop();
    end();
    enforcement.set(null);
  };
}

async function acted(body: object): Promise<RulesOutcome> {
  const said = await api.ask<RulesOutcome>("POST", "/api/enforcement", body);
  await Promise.all([loadRules(), loadEnforcement()]);
  return said;
}

/** Closes its layers at once. */
export function markEnforcement(
  operation: string,
  layers: string[],
  reason: string,
): Promise<RulesOutcome> {
  return acted({ act: "mark", operation, layers, reason });
}

/** Takes the mark away: waits for a second person. */
export function reopenEnforcement(operation: string): Promise<RulesOutcome> {
  return acted({ act: "reopen", operation });
}
