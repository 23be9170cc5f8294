/**
 * A table of others on its way into the picture: it lies in the node's memory,
 * and this holds what the node says of it and what was chosen. One at a time.
 */
import { Problem } from "../wire/api";
import { shapefileOf, zipped } from "../wire/archive";
import type { Import, ImportChoices } from "../wire/imports";
import { setText } from "./filter";
import { api, session } from "./session";
import { Value } from "./value";
import { closePanel } from "./view";
import { wishCamera } from "./wishes";

export type * from "../wire/imports";

export const NO_CHOICES: ImportChoices = {
  mapping: "",
  kind: "",
  compartment: "",
  source: "",
  fields: {},
  const: {},
  codes: {},
  places: {},
  permitted: "",
  file: {},
};

export interface Bringing {
  upload: Import;
  choices: ImportChoices;
  /** Whether what the edition no longer has is withdrawn when it is filed. */
  withdraw: boolean;
}

/** null: nothing is being brought. */
export const bringing = new Value<Bringing | null>(null);
/** What went wrong on the way to the node. */
export const bringFault = new Value<unknown>(null);
/** How much of a file is on its way, from 0 to 1; null: none is. */
export const sendingFile = new Value<number | null>(null);

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

function pathOf(id: string, act = ""): string {
  return `/api/imports/${id}${act}`;
}

function path(held: Bringing, act = ""): string {
  return pathOf(held.upload.id, act);
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

/** The table that is being followed: one thing at a time is asked of it. */
let followed = "";

/** Says something to the node, if given, and hears what becomes of it until it is not at work. */
async function follow(id: string, said?: object): Promise<void> {
  const alone = followed !== id;
  followed = id;
  try {
    if (said !== undefined) hear(await api.ask<Import>("POST", pathOf(id), said));
    // Whoever follows already tells what is pending.
    if (alone) await followToEnd(id);
  } finally {
    if (alone && followed === id) followed = "";
  }
}

async function followToEnd(id: string): Promise<void> {
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

/** A page that is opened anew finds the table that was being brought, for as long as the node has it. */
export function findTable(): Promise<void> {
  return attempt(async () => {
    if (bringing.get() !== null || sendingFile.get() !== null) return;
    const { imports } = await api.get<{ imports: Import[] }>("/api/imports");
    const upload = imports.filter(({ state }) => state !== "filed").at(-1);
    if (upload === undefined || bringing.get() !== null || sendingFile.get() !== null) return;
    const { compartment } = upload;
    bringing.set({
      upload,
      choices: { ...NO_CHOICES, ...upload.choices, compartment },
      withdraw: false,
    });
    await follow(upload.id);
  });
}

/** The parts of a shapefile, as one file. */
export async function bringParts({ name, parts }: { name: string; parts: File[] }): Promise<void> {
  await bringFile(await zipped(`${name}.zip`, parts));
}

/** What was dropped or chosen together; false where it is not one list. */
export function bringFiles(given: FileList | null | undefined): boolean {
  const files = [...(given ?? [])];
  const [first] = files;
  const shape = files.length > 1 ? shapefileOf(files) : null;
  if (shape !== null) void bringParts(shape);
  else if (files.length === 1 && first !== undefined) void bringFile(first);
  return shape !== null || files.length < 2;
}

let sending: AbortController | null = null;

/** Ends the sending of a file; the node keeps nothing of it. */
export function stopSending(): void {
  sending?.abort();
}

export function bringFile(file: File): Promise<void> {
  return attempt(async () => {
    await forgetTable();
    sendingFile.set(0);
    const { signal } = (sending = new AbortController());
    try {
      const name = encodeURIComponent(file.name);
      const told = (part: number) => {
        sendingFile.set(part);
      };
      const path = `/api/imports?name=${name}`;
      const upload = await api.uploadTold<Import>(path, file, told, signal);
      bringing.set({ upload, choices: NO_CHOICES, withdraw: false });
    } catch (fault) {
      if (signal.aborted) return;
      throw fault;
    } finally {
      sendingFile.set(null);
    }
    const held = bringing.get();
    if (held !== null) await follow(held.upload.id);
  });
}

/** Say how the file is meant; "" takes it back. Another sheet has other columns and rows. */
export function chooseFile(rule: string, value: string): Promise<void> {
  const dropped = rule === "sheet" ? ["sheet", "heading"] : [rule];
  const held = Object.entries(bringing.get()?.choices.file ?? {});
  const others = Object.fromEntries(held.filter(([name]) => !dropped.includes(name)));
  const file = value === "" ? others : { ...others, [rule]: rule === "heading" ? +value : value };
  const fresh = rule === "sheet" || rule === "heading";
  return choose(fresh ? { file, fields: {}, codes: {} } : { file });
}

/** Choose, and look what would become of it. */
export function choose(change: Partial<ImportChoices>): Promise<void> {
  return attempt(async () => {
    const held = bringing.get();
    if (held === null) return;
    bringing.set({ ...held, choices: { ...held.choices, ...change } });
    pending = true;
    await follow(held.upload.id);
  });
}

export function setWithdraw(withdraw: boolean): void {
  bringing.update((held) => held && { ...held, withdraw });
}

/** Nothing is withdrawn that was not on the screen when somebody said so. */
export function withdraws({ upload, withdraw }: Bringing): boolean {
  const gone = upload.plan?.vanished ?? null;
  return withdraw && gone !== null && gone.rows > 0 && gone.unnumbered === 0;
}

export function fileTable(): Promise<void> {
  return attempt(async () => {
    const held = bringing.get();
    const plan = held?.upload.plan;
    if (held === null || !plan) return;
    const said = { act: "file", plan: plan.number, withdraw: withdraws(held) };
    await follow(held.upload.id, said);
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
