/** Stepping and playing through time; keys and buttons share it. */
import { anyTime, filter, setSpan, Value, type TimeSpan } from "../../state";
import { domainOf, floorTo, nextOf, stepped } from "./histogram";

const BEAT_MS = 900;

export const playing = new Value(false);

let beat: ReturnType<typeof setInterval> | null = null;

/** The last year that has reports: where a walk through time starts without a wish. */
function lastYear(domain: TimeSpan): TimeSpan {
  const start = floorTo(domain.end - 1, "year");
  return { start, end: nextOf(start, "year") };
}

export function step(by: 1 | -1): boolean {
  const domain = domainOf(anyTime.get());
  if (domain === null) return false;
  const held = filter.get().span;
  const wanted = held === null ? lastYear(domain) : stepped(held, by);
  if (wanted.start >= domain.end || wanted.end <= domain.start) return false;
  setSpan(wanted);
  return true;
}

export function pause(): void {
  if (beat !== null) clearInterval(beat);
  beat = null;
  playing.set(false);
}

export function togglePlay(): void {
  if (beat !== null) {
    pause();
    return;
  }
  const domain = domainOf(anyTime.get());
  if (domain === null) return;
  const held = filter.get().span;
  if (held === null || held.end >= domain.end) {
    // From the beginning, in steps as long as what was chosen.
    const length = held === null ? null : held.end - held.start;
    const start = floorTo(domain.start, "year");
    setSpan({ start, end: length === null ? nextOf(start, "year") : start + length });
  }
  playing.set(true);
  beat = setInterval(() => {
    if (!step(1)) pause();
  }, BEAT_MS);
}
