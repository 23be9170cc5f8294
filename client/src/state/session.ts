/**
 * Who looks, over which link, and as of when. Signing out and an ended session
 * empty everything that was held before anything else is shown.
 */
import { Api, Problem } from "../wire/api";
import { browserSurroundings, Stream, type LinkState } from "../wire/stream";
import type { Me } from "../wire/types";
import { arriving, arrivingOf } from "./arriving";
import { filter, layerFinder, layers, NO_FILTER } from "./filter";
import { acting, knownAt, knownIso, layersThen } from "./known";
import { selectNothing } from "./selection";
import { highest } from "./marking";
import { store } from "./store";
import { Value } from "./value";
import { justFiled, panel } from "./view";
import { camera, pick, sketch } from "./wishes";

export type Session =
  /** Not asked yet: show neither sign-in nor picture. */
  | { state: "unknown" }
  | { state: "out"; why: "first" | "signed-out" | "ended" | "no-link" }
  | { state: "in"; me: Me };

export interface LinkNow {
  state: LinkState;
  /** The node's time of the last word from it: the picture is as of then. */
  asOf: number | null;
}

export const api = new Api();
api.asOf = knownIso;
export const session = new Value<Session>({ state: "unknown" });
export const link = new Value<LinkNow>({ state: "connecting", asOf: null });
/** The highest marking of all that is held here; null: nobody is signed in. */
export const marking = new Value<string | null>(null);
/** Start of my shift before this one, ms; null: never marked. */
export const lastShift = new Value<number | null>(null);

/**
 * Says that somebody signed in here, and nothing of whom: the cookie cannot be
 * read, and asking the node each time would make every first visit a refusal.
 */
const MARK = "eirene-signed-in";

/** Why the node ends a stream when I may see more or less than before, or look as somebody else. */
const CHANGED = "clearances changed";

/** What came of the way back from a provider, until it was shown: bound to it by title, or not. */
export const arrived = new Value<{ bound: string } | { fault: Problem } | null>(null);

let clockOffset = 0;
/** While we sign out, the node's goodbye needs no question back. */
let leaving = false;

/** The node's time. Machines in the field have clocks that are wrong by hours. */
export function now(): number {
  return Date.now() + clockOffset;
}

function hear(nodeNow: number): void {
  clockOffset = nodeNow - Date.now();
  link.update((held) => ({ ...held, asOf: nodeNow }));
}

const stream = new Stream(browserSurroundings(), {
  hello(hello) {
    hear(hello.now);
  },
  snapshot(rows) {
    store.snapshot(rows);
    settled();
    hear(now());
    void loadLayers();
  },
  delta(upserts, removals) {
    store.delta(upserts, removals);
    hear(now());
    layersSoon();
  },
  tick: hear,
  link(state) {
    link.update((held) => ({ ...held, state }));
  },
  bye(reason) {
    if (leaving || /restart/i.test(reason)) return;
    if (reason === CHANGED) changed();
    void check();
  },
  refused() {
    if (!leaving) void check();
  },
});

store.subscribe(() => {
  if (session.get().state === "in") marking.set(highest(store.all()));
});

let layersDue: ReturnType<typeof setTimeout> | null = null;

/** Layers carry counts and ages; ask again for them at most once in five seconds. */
function layersSoon(): void {
  layersDue ??= setTimeout(() => {
    layersDue = null;
    void loadLayers();
  }, 5_000);
}

async function loadLayers(): Promise<void> {
  try {
    const found = await api.layers();
    if (session.get().state !== "in") return;
    const then = knownAt.get() !== null;
    layers.set(then ? layersThen(found, store.all(), layerFinder(found)) : found);
  } catch (fault) {
    // The picture stays without its layer list; the next change asks again.
    if (!(fault instanceof Problem)) throw fault;
  }
}

/** Goes up with each picture that is asked for or has come: an answer about another is too late. */
let picture = 0;

/** Asks how much is on its way; the marking of what the tiles show comes with it. */
async function foresee(): Promise<void> {
  settled();
  const mine = picture;
  if (knownAt.get() !== null) return;
  try {
    const counts = await api.countsByKind();
    if (mine !== picture || session.get().state !== "in" || store.size > 0) return;
    const coming = arrivingOf(counts);
    if (coming === null) return;
    marking.set(counts.marking);
    arriving.set(coming);
  } catch (fault) {
    // The picture comes all the same.
    if (!(fault instanceof Problem)) throw fault;
  }
}

/** Nothing is on its way any more. */
function settled(): void {
  picture += 1;
  arriving.set(null);
}

api.onSignedOut = () => {
  if (session.get().state === "in") leave("ended");
};

/** What I may see has changed: nothing of before stays on the screen, and all is asked anew. */
function changed(): void {
  stream.stop();
  // First, or what is looked at would be asked for anew as the store empties under it.
  selectNothing();
  store.clear();
  justFiled.set(null);
  stream.start(knownAt.get());
  void foresee();
}

/**
 * Look at what the node knew at a moment, with today's clearance; null: at now again. Everything
 * that was shown goes first, so that nothing of one moment stands beside the other.
 */
export async function lookBack(at: number | null): Promise<void> {
  if (Object.is(at, knownAt.get())) return;
  stream.stop();
  store.clear();
  justFiled.set(null);
  knownAt.set(at);
  settled();
  stream.start(at);
  await check();
}

/** Look through the eyes of an audience, read only, in this session; null: as myself again. */
export async function lookAs(audience: string | null): Promise<void> {
  // Before the node changes its eyes: else what is looked at is asked for with the new ones.
  stream.stop();
  settled();
  selectNothing();
  try {
    if (audience === null) await api.ask("DELETE", "/api/view-as");
    else await api.ask("POST", "/api/view-as", { audience });
  } finally {
    // After a sign-out meanwhile there is nobody to start it for.
    if (session.get().state === "in") changed();
  }
  await check();
}

/** What to show first: the door at once, unless somebody may still be signed in here. */
export async function start(): Promise<void> {
  if (localStorage.getItem(MARK) === null) session.set({ state: "out", why: "first" });
  else await check();
}

/** Asks the node who we are: when the page starts, and when the stream is refused. */
export async function check(): Promise<void> {
  const before = session.get().state;
  try {
    const me = await api.me();
    if (session.get().state === "in") session.set({ state: "in", me: acting(me) });
    else enter(me);
  } catch (fault) {
    if (!(fault instanceof Problem)) throw fault;
    // A session that ended meanwhile was announced by the answer itself, with its reason.
    if (before === "in") return;
    if (!fault.noLink) localStorage.removeItem(MARK);
    session.set({ state: "out", why: fault.noLink ? "no-link" : "first" });
  }
}

/** Ends a sign-in at a provider, with what it led back with. */
export async function arrive(given: Record<string, string>): Promise<void> {
  try {
    const { bound, me } = await api.cameBack(given);
    enter(me);
    if (bound !== "") arrived.set({ bound });
  } catch (fault) {
    if (!(fault instanceof Problem)) throw fault;
    arrived.set({ fault });
    await start();
  }
  // Whoever is signed in was about to bind his account, on that screen.
  if (session.get().state === "in" && arrived.get() !== null) panel.set("people");
}

export async function signIn(user: string, password: string): Promise<void> {
  enter(await api.signIn(user, password));
}

function enter(me: Me): void {
  localStorage.setItem(MARK, "1");
  lastShift.set(me.last_shift === null ? null : Date.parse(me.last_shift));
  session.set({ state: "in", me });
  marking.set(highest([]));
  stream.start();
  void foresee();
}

/** Empties all that was held, then says why. */
function leave(why: "signed-out" | "ended"): void {
  stream.stop();
  localStorage.removeItem(MARK);
  // The session changes first, so that the frame is taken down before the store empties under it.
  session.set({ state: "out", why });
  store.clear();
  settled();
  selectNothing();
  filter.set(NO_FILTER);
  knownAt.set(null);
  layers.set([]);
  marking.set(null);
  lastShift.set(null);
  panel.set(null);
  justFiled.set(null);
  camera.set(null);
  sketch.set(null);
  pick.get()?.answer(null);
  link.set({ state: "connecting", asOf: null });
}

/** Ends the session at the node; a `Problem` when it could not be told. */
export async function signOut(): Promise<void> {
  leaving = true;
  try {
    await api.signOut();
    leave("signed-out");
  } finally {
    leaving = false;
  }
}

export async function startShift(): Promise<void> {
  const { last_shift } = await api.startShift();
  lastShift.set(last_shift === null ? now() : Date.parse(last_shift));
}

/** The network is back, or the page is looked at again. */
export function wake(): void {
  stream.wake();
}
