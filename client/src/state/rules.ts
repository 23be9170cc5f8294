/**
 * The mission's rules, asked for while their screen is open. What somebody is
 * writing is kept here, so that looking at a report does not throw it away.
 */
import type { Rules, RulesCheck, RulesOutcome } from "../wire/rules";
import { api, session } from "./session";
import { Value } from "./value";

export type {
  Agreement,
  Enforcement,
  Finding,
  Mode,
  Rule,
  RuleChange,
  RuleProposal,
  Rules,
  RulesCheck,
  RulesOutcome,
  RuleVersion,
  Shows,
} from "../wire/rules";

/** null: not asked yet. */
export const rules = new Value<Rules | null>(null);

/** The text that is being changed, and what its last check came to. */
export interface RulesDraft {
  toml: string;
  reason: string;
  checked: { toml: string; found: RulesCheck } | null;
}

/** null: nobody has begun to change anything. */
export const rulesDraft = new Value<RulesDraft | null>(null);

// Through other eyes, and after signing out, nothing of them stays.
session.subscribe(() => {
  const now = session.get();
  if (now.state === "in" && now.me.sees_rules === true) return;
  rules.set(null);
  rulesDraft.set(null);
});

export async function loadRules(): Promise<void> {
  rules.set(await api.get<Rules>("/api/configuration"));
}

/** The rules that once held, by their number. */
export function earlierRules(version: number): Promise<Rules> {
  return api.get<Rules>(`/api/configuration/${version}`);
}

export function checkRules(toml: string): Promise<RulesCheck> {
  return api.ask("POST", "/api/configuration/check", { toml });
}

async function acted(body: Record<string, string>): Promise<RulesOutcome> {
  const said = await api.ask<RulesOutcome>("POST", "/api/configuration", body);
  await loadRules();
  return said;
}

/** Narrower: in force at once. Wider: it waits for a second person. */
export function applyRules(toml: string, reason: string): Promise<RulesOutcome> {
  return acted({ toml, reason });
}

export function answerRules(
  proposal: string,
  act: "approve" | "refuse",
  reason = "",
): Promise<RulesOutcome> {
  return acted({ act, proposal, reason });
}
