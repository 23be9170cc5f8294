/** Which parts of the screen there are for whom, and how much waits for him. Pure. */
import type { People } from "../../state";

export const TABS = [
  "waiting",
  "mine",
  "devices",
  "password",
  "invite",
  "accounts",
  "organisations",
  "look",
] as const;
export type Tab = (typeof TABS)[number];

/** Suspensions that somebody else has proposed to lift. */
export function liftsFor(
  seen: People,
  me: string,
): { kind: "account" | "organisation"; name: string; by: string }[] {
  const others = (by: string): boolean => by !== "" && by !== me;
  return [
    ...seen.accounts
      .filter(({ user, lift_by }) => user !== me && others(lift_by))
      .map(({ user, lift_by }) => ({ kind: "account" as const, name: user, by: lift_by })),
    ...seen.organisations
      .filter(({ suspended, lift_by }) => suspended !== null && others(lift_by))
      .map(({ code, lift_by }) => ({ kind: "organisation" as const, name: code, by: lift_by })),
  ];
}

/** Accounts whose password somebody else has set. */
export function resetsFor(seen: People, me: string): string[] {
  return seen.accounts
    .filter(({ user, state }) => user !== me && state === "reset")
    .map(({ user }) => user);
}

export function waitingFor(seen: People, me: string): number {
  const proposals = seen.waiting.filter(({ mine }) => mine).length;
  return proposals + liftsFor(seen, me).length + resetsFor(seen, me).length;
}

/** Audiences as which somebody may look: he decides for them, and reads them himself. */
export function audiencesOf({ may }: People): string[] {
  return may.decide.filter((name) => name === "public" || may.lend.includes(name));
}

export function tabsOf(seen: People): Tab[] {
  const { may } = seen;
  const granter = may.grant.length > 0;
  return TABS.filter((tab) => {
    if (tab === "invite") return may.invite || may.administer || granter;
    if (tab === "accounts") return may.invite || may.administer || granter;
    if (tab === "organisations") return may.administer || granter;
    if (tab === "look") return audiencesOf(seen).length > 0;
    return true;
  });
}
