/**
 * Photos and documents on their way to the node. Each is sent after its report is
 * filed, and goes on when the form is closed; it is in memory only, and belongs to
 * the account that chose it.
 */
import { address } from "../wire/api";
import type { Filed } from "../wire/types";
import { writing } from "./draft";
import { clientId } from "./form";
import { api, session } from "./session";
import { Value } from "./value";

/** What the node takes, as a box for files wants it said. */
export const TAKEN = ".jpg,.jpeg,.png,.webp,.pdf,.txt,.csv,.docx,.xlsx,.odt";
const PICTURES = new Set(["jpeg", "png", "webp"]);

export interface Sending {
  /** One id for all attempts, so that sending twice attaches once. */
  client_id: string;
  report: string;
  entity: string;
  file: File;
  /** From 0 to 1. */
  part: number;
  /** What stopped it; null: it is on its way. */
  fault: unknown;
}

/** Chosen for the report that is being written. */
export const chosenFiles = new Value<readonly File[]>([]);
export const sendingFiles = new Value<readonly Sending[]>([]);

writing.subscribe((held) => {
  if (held === null) chosenFiles.set([]);
});

session.subscribe(({ state }) => {
  if (state !== "in") sendingFiles.set([]);
});

export function isPicture(type: unknown): boolean {
  return typeof type === "string" && PICTURES.has(type);
}

export function fileAt(report: string): string {
  return `/api/attachments/${encodeURIComponent(report)}`;
}

/** Of an attachment, or of the n-th picture of a version. */
export function thumbnailAt(report: string, n = 0): string {
  return address(`${fileAt(report)}/thumbnail`, { n: n === 0 ? "" : n });
}

function change(id: string, to: Partial<Sending>): void {
  sendingFiles.update((all) => all.map((one) => (one.client_id === id ? { ...one, ...to } : one)));
}

const ending = new Map<string, AbortController>();

async function send({ client_id, report, file }: Sending): Promise<void> {
  const path = address("/api/attachments", { report, name: file.name, client_id });
  const told = (part: number) => {
    change(client_id, { part });
  };
  const mine = new AbortController();
  ending.set(client_id, mine);
  try {
    await api.uploadTold<Filed>(path, file, told, mine.signal);
    ending.delete(client_id);
    giveUp(client_id);
  } catch (fault) {
    change(client_id, { fault });
  } finally {
    ending.delete(client_id);
  }
}

/** Sends files to a report that is filed, one after the other: a slow link has room for one. */
export async function attach(to: Filed, files: readonly File[]): Promise<void> {
  const made = files.map((file) => ({
    client_id: clientId(),
    report: to.id,
    entity: to.entity,
    file,
    part: 0,
    fault: null,
  }));
  sendingFiles.update((all) => [...all, ...made]);
  for (const one of made) {
    if (sendingFiles.get().some(({ client_id }) => client_id === one.client_id)) await send(one);
  }
}

export function sendAgain(one: Sending): void {
  change(one.client_id, { part: 0, fault: null });
  void send(one);
}

/** Ends its sending where it is on its way; none of it is attached then. */
export function giveUp(id: string): void {
  ending.get(id)?.abort();
  sendingFiles.update((all) => all.filter((one) => one.client_id !== id));
}
