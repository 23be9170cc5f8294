/** What will happen, or has happened, to a release: in plain words. */
import type { Foreseen, Release, ReleaseStep } from "../../state";
import { clock, t, tOr, zulu } from "../../strings";

const MINUTE_MS = 60_000;

/** `in the next slot, about 12 minutes`; a slot is the same for everybody, so nothing is urgent in it. */
function soonWords(due: string | null, now: number): string {
  if (due === null) return t("release.soon");
  const at = Date.parse(due);
  const minutes = Math.max(1, Math.ceil((at - now) / MINUTE_MS));
  if (minutes > 120) return t("release.at", { at: zulu(at) });
  return t("release.in", { n: minutes, at: clock(at) });
}

export function outcomeWords(one: Foreseen, now: number): string {
  switch (one.outcome) {
    case "automatic":
      return soonWords(one.due, now);
    case "waits-delay": {
      const at = one.due === null ? "" : zulu(Date.parse(one.due));
      return t(one.mode === "automatic" ? "release.delay" : "release.delay.then", {
        at,
        who: tOr(`release.mode.${one.mode}`, one.mode),
      });
    }
    default:
      return tOr(`release.outcome.${one.outcome}`, one.outcome);
  }
}

/** Who still has to agree. */
export function waitingWords(mode: string): string {
  return tOr(`release.outcome.${mode}`, t("release.outcome.one-person"));
}

/** Since it last began to wait, who has agreed. */
export function agreedBy(decided: readonly ReleaseStep[]): ReleaseStep[] {
  let found: ReleaseStep[] = [];
  for (const step of decided) {
    if (BEGINNINGS.has(step.act)) found = [];
    else if (step.act === "approved") found.push(step);
  }
  return found;
}

/** After these steps, earlier agreement counts no more. */
const BEGINNINGS = new Set(["waits", "frozen", "refused", "recalled", "expired", "made"]);

export function stateWords(one: Release, now: number): string {
  if (one.glass && one.state === "waits") return t("glass.state");
  switch (one.state) {
    case "due": {
      const soon = soonWords(one.due, now);
      return one.version === null ? soon : t("release.state.again", { soon });
    }
    case "waits":
      return waitingWords(one.mode);
    case "made":
      return t("release.state.made", { since: sinceWords(one) });
    default:
      return tOr(`release.state.${one.state}`, one.state, { since: sinceWords(one) });
  }
}

function sinceWords(one: Release): string {
  return one.since === null ? t("known.not") : zulu(Date.parse(one.since));
}
