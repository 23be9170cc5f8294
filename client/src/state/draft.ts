/**
 * The report that is being written. It lives outside the form, so that closing
 * the panel, a lost link or an ended session does not lose it; it is in memory
 * only, and belongs to the account that wrote it.
 */
import type { Draft, Filed, Report } from "../wire/types";
import { clientId, draftOf, type Entries, type Field } from "./form";
import { api, session } from "./session";
import { Value } from "./value";
import { unsent } from "./view";

export interface Writing {
  user: string;
  kind: string;
  fields: readonly Field[];
  entries: Entries;
  /** One id for all attempts, so that sending twice files once. */
  client_id: string;
  amends: readonly string[];
  before: Report | null;
  about: Report | null;
}

export const writing = new Value<Writing | null>(null);

writing.subscribe((held) => {
  if (held === null) unsent.set(false);
});

session.subscribe((now) => {
  const held = writing.get();
  if (held === null) return;
  // An ended session keeps the draft for its writer; anybody else, or a sign-out, ends it.
  if (
    now.state === "in" ? now.me.user !== held.user : now.state === "out" && now.why === "signed-out"
  )
    writing.set(null);
});

export function begin(of: Omit<Writing, "client_id">): void {
  writing.set({ ...of, client_id: clientId() });
  unsent.set(false);
}

export function discard(): void {
  writing.set(null);
}

/** The report as it is entered, before it has an id; throws `EntryFault`. */
export function draftFrom(held: Writing): Draft {
  const draft = draftOf(held.kind, held.fields, held.entries, held.before);
  if (held.amends.length > 0) draft["amends"] = [...held.amends];
  return draft;
}

export function postOf(held: Writing): Draft {
  return { ...draftFrom(held), client_id: held.client_id };
}

/** Sends what is written; on success nothing is left to send. Throws `EntryFault` or `Problem`. */
export async function send(): Promise<Filed> {
  const held = writing.get();
  if (held === null) throw new Error("there is no draft to send");
  const filed = await api.file(postOf(held));
  if (writing.get()?.client_id === held.client_id) writing.set(null);
  return filed;
}
