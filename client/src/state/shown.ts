/**
 * The rows that pass the reader's filter, and the moment that ages are told of.
 *
 * One place computes them, once a change, whoever asks: the table, the time
 * bar, the counts and the map show the same rows.
 */
import type { Row } from "../wire/types";
import { filter, layerFinder, layers, passes } from "./filter";
import { knownAt } from "./known";
import { isFresh, type Sight } from "./look";
import { lastShift, now } from "./session";
import { store } from "./store";
import { Value } from "./value";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** More than this part of the picture cannot be news. */
const MOST = 0.5;
/** So few symbols can all carry a ring. */
const FEW = 20;

/** Newest first; what has no time comes last. */
export const shown = new Value<readonly Row[]>([]);

/** The same without the time filter: what the time bar is drawn of. */
export const anyTime = new Value<readonly Row[]>([]);

/** What is shown, and what is done by others, elsewhere and in other sectors: of which one is chosen. */
export const everybodys = new Value<readonly Row[]>([]);

export const sight = new Value<Sight>({ at: 0, newSince: null });

/**
 * What is new since the last shift (or in 24 h). Where that is most of the
 * picture, as after a first import, a ring on every symbol would say nothing:
 * then what came after the picture was opened is new.
 */
export const news = new Value<{ n: number; since: number; sinceOpened: boolean }>({
  n: 0,
  since: 0,
  sinceOpened: false,
});

function byTime(a: Row, b: Row): number {
  return (b.start ?? -Infinity) - (a.start ?? -Infinity) || (a.key < b.key ? -1 : 1);
}

let openedAt: number | null = null;

function countFresh(since: number): number {
  let n = 0;
  for (const row of store.all()) if (isFresh(row, since) && !row.withdrawn) n += 1;
  return n;
}

function countNews(): void {
  if (store.size === 0) openedAt = null;
  else openedAt ??= now();
  const since = lastShift.get() ?? now() - DAY_MS;
  const n = countFresh(since);
  const tooMany = n > store.size * MOST && store.size >= FEW;
  if (tooMany && openedAt !== null && openedAt > since) {
    news.set({ n: countFresh(openedAt), since: openedAt, sinceOpened: true });
  } else {
    news.set({ n, since, sinceOpened: false });
  }
}

function look(): void {
  const end = Math.min(filter.get().span?.end ?? Infinity, knownAt.get() ?? Infinity);
  const at = Math.floor(Math.min(now(), end) / MINUTE_MS) * MINUTE_MS;
  const newSince = news.get().since;
  const held = sight.get();
  if (held.at !== at || held.newSince !== newSince) sight.set({ at, newSince });
}

function refresh(): void {
  due = false;
  countNews();
  look();
  const wish = filter.get();
  const layerOf = layerFinder(layers.get());
  const always = { ...wish, span: null };
  const rows = [...store.all()].filter((row) => passes(row, always, layerOf)).sort(byTime);
  anyTime.set(rows);
  shown.set(wish.span === null ? rows : rows.filter((row) => passes(row, wish, layerOf)));
  if (wish.actor === null && wish.presence === null) everybodys.set(shown.get());
  else {
    const all = { ...wish, actor: null, presence: null };
    everybodys.set([...store.all()].filter((row) => passes(row, all, layerOf)));
  }
}

/** A stream of changes is looked at a few times a second, the first one at once. */
const GATHER_MS = 250;

let due = false;
let lately: ReturnType<typeof setTimeout> | null = null;

function soon(): void {
  if (due) return;
  due = true;
  queueMicrotask(refresh);
}

function changed(): void {
  if (lately !== null) {
    missed = true;
    return;
  }
  soon();
  lately = setTimeout(() => {
    lately = null;
    if (missed) changed();
    missed = false;
  }, GATHER_MS);
}

let missed = false;

/** Starts to follow the store and the filter; returns how to stop. */
export function followShown(): () => void {
  const stops = [
    store.version.subscribe(changed),
    filter.subscribe(soon),
    layers.subscribe(soon),
    lastShift.subscribe(soon),
    knownAt.subscribe(soon),
  ];
  // Ages change with the clock alone.
  const clock = setInterval(soon, MINUTE_MS);
  return () => {
    clearInterval(clock);
    for (const stop of stops) stop();
  };
}
