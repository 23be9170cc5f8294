/** Mappings that come with Eirene or that colleagues kept: listed, chosen, kept. */
import { Problem } from "../wire/api";
import type { KnownMapping } from "../wire/mappings";
import { bringing, choose, NO_CHOICES } from "./bringing";
import { api, session } from "./session";
import { Value } from "./value";

export type * from "../wire/mappings";

/** Kept ones first, newest first; null until the node has told them. */
export const mappings = new Value<readonly KnownMapping[] | null>(null);
export const mappingFault = new Value<unknown>(null);
/** The name under which the mapping of this table was kept just now. */
export const mappingKept = new Value("");

session.subscribe(({ state }) => {
  if (state === "in") return;
  mappings.set(null);
  mappingFault.set(null);
  mappingKept.set("");
});

async function attempt(work: () => Promise<void>): Promise<void> {
  mappingFault.set(null);
  try {
    await work();
  } catch (fault) {
    if (!(fault instanceof Problem)) throw fault;
    mappingFault.set(fault);
  }
}

export function lookMappings(): Promise<void> {
  return attempt(async () => {
    mappings.set((await api.get<{ mappings: KnownMapping[] }>("/api/mappings")).mappings);
  });
}

/** Read the table by one of them; "" by what the node proposes. What was chosen by hand goes. */
export function chooseMapping(name: string): Promise<void> {
  const { kind, fields, codes, const: fixed } = NO_CHOICES;
  return choose({ mapping: name, kind, fields, codes, const: fixed });
}

/** Keep the mapping of this table under a name, where its reports go. */
export function keepMapping(name: string): Promise<void> {
  mappingKept.set("");
  return attempt(async () => {
    const upload = bringing.get()?.upload;
    if (upload === undefined) return;
    const said = { name, import: upload.id, compartment: upload.compartment };
    await api.ask("POST", "/api/mappings", said);
    mappingKept.set(name);
    await lookMappings();
  });
}
