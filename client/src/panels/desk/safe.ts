/** Which releases may be approved together: such that looking at one tells what the others are. */
import type { WaitingRelease } from "../../state";

/**
 * What must be the same for two to go together; null: this one is looked at by itself.
 *
 * One person decides, nothing is frozen or half agreed, the audience has nothing that would
 * change, and it does not wait because few could be the source.
 */
export function groupOf(one: WaitingRelease): string | null {
  const plain =
    one.outcome === "one-person" &&
    one.mode === "one-person" &&
    one.state === "waits" &&
    one.version !== null &&
    one.before === null &&
    one.decided.every(({ act }) => act === "waits");
  return plain ? `${one.compartment} ${one.rule}` : null;
}

/** Whether what is to be decided is still what was looked at. */
export function unchanged(seen: WaitingRelease, now: WaitingRelease | undefined): boolean {
  if (now === undefined) return false;
  const told = ({ state, rule, report, version, before, decided }: WaitingRelease): string =>
    JSON.stringify([state, rule, report.id, version, before?.id ?? null, decided]);
  return told(seen) === told(now);
}
