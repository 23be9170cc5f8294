/**
 * A file that the node is making for this browser: how far it is, and how to end it.
 * One at a time; nothing of it is kept unless all of it came.
 */
import { address, Problem } from "../wire/api";
import type { ExportFormat } from "./exporting";
import { clientId } from "./form";
import { api, session } from "./session";
import { Value } from "./value";

export interface Taking {
  format: ExportFormat;
  /** Reports that are in the file, and how many there will be; 0 where the node has not told. */
  done: number;
  of: number;
  /** What stopped it; null: it is being made, or on its way. */
  fault: Problem | null;
}

/** null: no file is being made. */
export const taking = new Value<Taking | null>(null);

const ASK_MS = 1_000;
let ending: AbortController | null = null;

session.subscribe(({ state }) => {
  if (state !== "in") stopTaking();
});

/** Ends it, here and on the node, which sees the connection close. */
export function stopTaking(): void {
  ending?.abort();
  ending = null;
  taking.set(null);
}

/** The file, or null where it was stopped or something went wrong, as `taking` then tells. */
export async function take(
  format: ExportFormat,
  path: string,
): Promise<{ name: string; bytes: Blob } | null> {
  stopTaking();
  const ask = clientId();
  const mine = (ending = new AbortController());
  taking.set({ format, done: 0, of: 0, fault: null });
  void follow(ask, mine.signal);
  try {
    const joint = path.includes("?") ? "&" : "?";
    const file = await api.wholeFile(`${path}${joint}ask=${ask}`, mine.signal);
    if (mine.signal.aborted) return null;
    stopTaking();
    return file;
  } catch (fault) {
    if (mine.signal.aborted) return null;
    mine.abort();
    if (!(fault instanceof Problem)) throw fault;
    taking.set({ format, done: 0, of: 0, fault });
    return null;
  }
}

/** Asks how far it is until it ends; the node knows nothing of it before it began, nor after. */
async function follow(ask: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    if (signal.aborted) return;
    try {
      const at = await api.get<{ done: number; of: number }>(
        address(`/api/exports/${ask}`),
        {},
        signal,
      );
      taking.update((held) => (held === null || signal.aborted ? held : { ...held, ...at }));
    } catch {
      // the file itself tells what is wrong
    }
  }
}
