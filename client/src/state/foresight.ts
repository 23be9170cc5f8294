/**
 * Who will see the report that is being written: asked of the node whenever the
 * typing rests, with the same rules by which it will decide.
 */
import { Problem } from "../wire/api";
import type { Draft, Preview } from "../wire/types";
import { draftFrom, writing, type Writing } from "./draft";
import { EntryFault } from "./form";
import { api } from "./session";
import { Value } from "./value";

export type Foresight =
  | { state: "nothing" }
  /** Something is missing or wrong in the form; `field` names it. */
  | { state: "incomplete"; field: string; words: string | null }
  | { state: "failed"; fault: Problem }
  /** `stale`: the form has changed since, and the answer is on its way. */
  | { state: "known"; preview: Preview; stale: boolean };

export const foresight = new Value<Foresight>({ state: "nothing" });

/** Longer than between two keys, shorter than a look across. */
const REST_MS = 400;

let due: ReturnType<typeof setTimeout> | null = null;
let running: AbortController | null = null;
let asked = "";

function stop(): void {
  if (due !== null) clearTimeout(due);
  running?.abort();
  due = null;
  running = null;
}

/** Follows the form for as long as somebody looks; returns how to stop. */
export function followForesight(): () => void {
  asked = "";
  const end = writing.subscribe(consider);
  return () => {
    end();
    stop();
    foresight.set({ state: "nothing" });
  };
}

function consider(held: Writing | null): void {
  if (held === null) {
    stop();
    asked = "";
    foresight.set({ state: "nothing" });
    return;
  }
  const draft = draftOrFault(held);
  if (draft instanceof EntryFault) {
    stop();
    asked = "";
    foresight.set({ state: "incomplete", field: draft.field, words: null });
    return;
  }
  const text = JSON.stringify(draft);
  if (text === asked) return;
  asked = text;
  stop();
  foresight.update((now) => (now.state === "known" ? { ...now, stale: true } : now));
  due = setTimeout(() => void ask(draft), REST_MS);
}

function draftOrFault(held: Writing): Draft | EntryFault {
  try {
    return draftFrom(held);
  } catch (fault) {
    if (fault instanceof EntryFault) return fault;
    throw fault;
  }
}

async function ask(draft: Draft): Promise<void> {
  const mine = new AbortController();
  running = mine;
  try {
    const preview = await api.preview(draft, mine.signal);
    if (!mine.signal.aborted) foresight.set({ state: "known", preview, stale: false });
  } catch (fault) {
    if (mine.signal.aborted) return;
    if (!(fault instanceof Problem)) throw fault;
    asked = "";
    foresight.set(
      fault.field === null
        ? { state: "failed", fault }
        : { state: "incomplete", field: fault.field, words: fault.message },
    );
  }
}
