/**
 * Organisations, accounts, clearances and devices. Asked for when the screen is
 * open; every act is followed by a fresh look, since it may have changed what I may do.
 */
import type { Bindings, Device, Lost, MadeInvitation, People, Rights } from "../wire/people";
import { api, session } from "./session";
import { Value } from "./value";

export type {
  Account,
  Binding,
  Bindings,
  Device,
  Invitation,
  Loan,
  Lost,
  MadeInvitation,
  Organisation,
  People,
  Proposal,
  Rights,
} from "../wire/people";

/** null: not asked yet. */
export const people = new Value<People | null>(null);
export const devices = new Value<Device[] | null>(null);

session.subscribe(() => {
  if (session.get().state === "in") return;
  people.set(null);
  devices.set(null);
});

export async function loadPeople(): Promise<void> {
  people.set(await api.get<People>("/api/people"));
}

async function acted<T>(method: string, path: string, body?: unknown): Promise<T> {
  const said = await api.ask<T>(method, path, body);
  await loadPeople();
  return said;
}

const of = encodeURIComponent;

export function actOnAccount(
  user: string,
  act: string,
  more: Partial<Rights> & { reason?: string; until?: string } = {},
): Promise<{ lifted?: boolean; password?: string }> {
  return acted("POST", `/api/accounts/${of(user)}`, { act, ...more });
}

export function actOnOrganisation(code: string, act: string): Promise<{ lifted: boolean }> {
  return acted("POST", `/api/organisations/${of(code)}`, { act });
}

export function makeOrganisation(made: {
  code: string;
  form: string;
  title: string;
}): Promise<unknown> {
  return acted("POST", "/api/organisations", made);
}

export function makeAccount(made: {
  user: string;
  role: string;
  organisation: string;
}): Promise<{ password: string }> {
  return acted("POST", "/api/accounts", made);
}

export function invite(wish: {
  user: string;
  role: string;
  organisation: string;
  invites: boolean;
  address: string;
}): Promise<MadeInvitation> {
  return acted("POST", "/api/invitations", wish);
}

export function withdrawInvitation(id: string): Promise<void> {
  return acted("DELETE", `/api/invitations/${of(id)}`);
}

/** Uses an invitation; gives the user name. Nobody is signed in yet. */
export function acceptInvitation(code: string, password: string): Promise<{ user: string }> {
  return api.ask("POST", "/api/invitations/accept", { code, password });
}

export function proposeClearance(
  wish: Rights & { user: string; until: string; reason: string },
): Promise<unknown> {
  return acted("POST", "/api/clearances", wish);
}

export function answerProposal(id: string, act: "confirm" | "refuse"): Promise<unknown> {
  return acted("POST", `/api/clearances/${of(id)}`, { act });
}

export function lend(wish: Omit<Rights, "may_grant"> & { user: string; until: string }) {
  return acted<unknown>("POST", "/api/delegations", wish);
}

export function endLoan(id: string): Promise<void> {
  return acted("DELETE", `/api/delegations/${of(id)}`);
}

/** My own; every other session and token of mine ends. */
export function changePassword(old: string, fresh: string): Promise<void> {
  return api.ask("POST", "/api/password", { old, new: fresh });
}

/** Mine, or for who administers accounts those of another. */
export async function loadDevices(account = ""): Promise<void> {
  devices.set(await api.get<Device[]>("/api/devices", { account }));
}

export async function loseDevice(device: string, account = ""): Promise<Lost> {
  const lost = await api.ask<Lost>("POST", "/api/devices", { device, account });
  await loadDevices(account);
  return lost;
}

/** Mine, or for who administers accounts those of another. */
export function loadBindings(account = ""): Promise<Bindings> {
  return api.get("/api/bindings", { account });
}

/** Begins to bind my account to my sign-in at a provider; gives where to go. */
export async function bindTo(provider: string, password: string): Promise<string> {
  const { go } = await api.ask<{ go: string }>("POST", "/api/bindings", { provider, password });
  return go;
}

export async function unbind(id: string, account = ""): Promise<void> {
  const whose = account === "" ? "" : `?account=${of(account)}`;
  await api.ask("DELETE", `/api/bindings/${of(id)}${whose}`);
}

export async function endSession(id: string, account = ""): Promise<void> {
  const whose = account === "" ? "" : `?account=${of(account)}`;
  await api.ask("DELETE", `/api/sessions/${of(id)}${whose}`);
  await loadDevices(account);
}
