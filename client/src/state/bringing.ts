/**
 * A table of others on its way into the picture: it lies in the node's memory,
 * and this holds what the node says of it and what was chosen. One at a time.
 */
import { Problem } from "../wire/api";
import type { Import, ImportChoices } from "../wire/imports";
import { setText } from "./filter";
import { api, session } from "./session";
import { Value } from "./value";
import { closePanel } from "./view";
import { wishCamera } from "./wishes";

export type * from "../wire/imports";

export const NO_CHOICES: ImportChoices = {
  kind: "",
  compartment: "",
  source: "",
  fields: {},
  const: {},
  codes: {},
  places: {},
  file: {},
};

export interface Bringing {
  upload: Import;
  choices: ImportChoices;
}

/** null: nothing is being brought. */
export const bringing = new Value<Bringing | null>(null);
/** What went wrong on the way to the node. */
export const bringFault = new Value<unknown>(null);
/** True while a file is on its way. */
export const sendingFile = new Value(false);

const SOON_MS = 150;
const LATE_MS = 1_000;

/** Something was chosen while the node was at work: it is told afterwards. */
let pending = false;

session.subscribe(({ state }) => {
  if (state === "in") return;
  bringing.set(null);
  bringFault.set(null);
});

export function atWork(upload: Import): boolean {
  return upload.state === "reading" || upload.state === "filing";
}

function path(held: Bringing, act = ""): string {
  return `/api/imports/${held.upload.id}${act}`;
}

/** Takes the node's word, unless this table was given up meanwhile. */
function hear(upload: Import): void {
  bringing.update((held) => (held?.upload.id === upload.id ? { ...held, upload } : held));
}

async function attempt(work: () => Promise<void>): Promise<void> {
  bringFault.set(null);
  try {
    await work();
  } catch (fault) {
    if (!(fault instanceof Problem)) throw fault;
    bringFault.set(fault);
    // The node has forgotten the table, as it does after a while.
    if (fault.status === 404) bringing.set(null);
  }
}

async function follow(id: string): Promise<void> {
  let pause = SOON_MS;
  for (;;) {
    const held = bringing.get();
    if (held?.upload.id !== id) return;
    if (!atWork(held.upload)) {
      if (!pending) return;
      pending = false;
      hear(await api.ask<Import>("POST", path(held), { act: "plan", ...held.choices }));
      pause = SOON_MS;
      continue;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 1.5, LATE_MS);
    hear(await api.get<Import>(path(held)));
  }
}

export function bringFile(file: File): Promise<void> {
  return attempt(async () => {
    await forgetTable();
    sendingFile.set(true);
    try {
      const name = encodeURIComponent(file.name);
      const upload = await api.upload<Import>(`/api/imports?name=${name}`, file);
      bringing.set({ upload, choices: NO_CHOICES });
    } finally {
      sendingFile.set(false);
    }
    const held = bringing.get();
    if (held !== null) await follow(held.upload.id);
  });
}

/** Choose, and look what would become of it. */
export function choose(change: Partial<ImportChoices>): Promise<void> {
  return attempt(async () => {
    const held = bringing.get();
    if (held === null) return;
    bringing.set({ ...held, choices: { ...held.choices, ...change } });
    const busy = pending || atWork(held.upload);
    pending = true;
    if (!busy) await follow(held.upload.id);
  });
}

export function fileTable(): Promise<void> {
  return attempt(async () => {
    const held = bringing.get();
    const plan = held?.upload.plan;
    if (held === null || !plan) return;
    hear(await api.ask<Import>("POST", path(held), { act: "file", plan: plan.number }));
    await follow(held.upload.id);
  });
}

export function stopTable(): Promise<void> {
  return attempt(async () => {
    const held = bringing.get();
    if (held !== null) await api.ask<Import>("POST", path(held), { act: "stop" });
  });
}

/** Gives the table up; what was filed of it stays filed. */
export async function forgetTable(): Promise<void> {
  const held = bringing.get();
  bringing.set(null);
  pending = false;
  if (held === null) return;
  try {
    await api.ask("DELETE", path(held));
  } catch (fault) {
    // The node forgets by itself.
    if (!(fault instanceof Problem)) throw fault;
  }
}

export function rejectsAt(held: Bringing): string {
  return path(held, "/rejects.csv");
}

export function mappingAt(held: Bringing): string {
  return path(held, "/mapping.toml");
}

/** The picture, with only what this source says, where it lies. */
export function showBrought(): void {
  const held = bringing.get();
  const plan = held?.upload.plan;
  closePanel();
  setText(held?.upload.source ?? "");
  if (plan?.box) wishCamera({ to: "box", bbox: plan.box });
  void forgetTable();
}
