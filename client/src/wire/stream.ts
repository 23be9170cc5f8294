/**
 * The live stream: MessagePack over one WebSocket that comes back by itself.
 *
 * A frame is only a change once it is whole: a snapshot that the link cuts is
 * thrown away, and the cursor moves only with what was handed on. So a reader
 * never keeps half a picture, and resumes without loss or repeat.
 */
import { decode, encode } from "@msgpack/msgpack";

import type { Cursor, Hello, Row } from "./types";

export const FIRST_WAIT_MS = 500;
export const LONGEST_WAIT_MS = 30_000;
/** The node ticks each 5 s; two missed and a bit is a lost link. */
export const SILENCE_MS = 12_000;

export type LinkState = "connecting" | "live" | "lost";

/** What of a WebSocket is used, so that a test can stand in for one. */
export interface Socket {
  binaryType: BinaryType;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** Clock, chance and socket: given, so that a test owns them. */
export interface Surroundings {
  open(): Socket;
  after(ms: number, act: () => void): () => void;
  /** 0 up to 1. */
  chance(): number;
}

export interface Listener {
  hello(hello: Hello): void;
  /** The whole picture, to be compared with what is held. */
  snapshot(rows: Row[]): void;
  delta(upserts: Row[], removals: string[]): void;
  /** The node's clock, with every tick. */
  tick(now: number): void;
  link(state: LinkState): void;
  /** The node closed on purpose: signed out, revoked, restarting. */
  bye(reason: string): void;
  /** The node could not be opened, or closed before it said hello: perhaps we are signed out. */
  refused(): void;
}

type Frame = Record<string, unknown> & { t: string };

/** Rows from column names, said once, and rows of values. */
export function rowsOf(columns: readonly string[], rows: readonly (readonly unknown[])[]): Row[] {
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    columns.forEach((name, at) => (row[name] = values[at] ?? null));
    return row as unknown as Row;
  });
}

/** How long to wait before attempt `n` (from 0): doubling, with up to a quarter taken off by chance. */
export function waitBefore(n: number, chance: number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** n);
  return full * (1 - chance / 4);
}

export class Stream {
  private cursor: Cursor | null = null;
  private socket: Socket | null = null;
  private gathered: Row[] = [];
  private attempts = 0;
  private greeted = false;
  private stopped = true;
  private asOf: number | null = null;
  private cancelRetry: () => void = () => undefined;
  private cancelSilence: () => void = () => undefined;

  constructor(
    private readonly around: Surroundings,
    private readonly listener: Listener,
  ) {}

  /** Live; or, with a moment in ms since 1970, what the node knew then. */
  start(asOf: number | null = null): void {
    this.asOf = asOf;
    this.stopped = false;
    this.attempts = 0;
    this.listener.link("connecting");
    this.connect();
  }

  /** Closes for good and forgets the cursor: it belongs to the reader who leaves. */
  stop(): void {
    this.stopped = true;
    this.cursor = null;
    this.cancelRetry();
    this.drop();
  }

  /** The network is back or the page is looked at again: do not wait out the pause. */
  wake(): void {
    if (this.stopped || this.socket !== null) return;
    this.cancelRetry();
    this.attempts = 0;
    this.connect();
  }

  private connect(): void {
    this.greeted = false;
    this.gathered = [];
    const socket = this.around.open();
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      const word = { cursor: this.cursor };
      socket.send(encode(this.asOf === null ? word : { ...word, as_of: this.asOf }));
    };
    socket.onmessage = (event) => {
      if (event.data instanceof ArrayBuffer) this.take(decode(event.data) as Frame);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
    socket.onerror = null;
    this.listen();
  }

  /** Starts the silence clock anew. */
  private listen(): void {
    this.cancelSilence();
    this.cancelSilence = this.around.after(SILENCE_MS, () => {
      this.lost();
    });
  }

  private drop(): void {
    this.cancelSilence();
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private lost(): void {
    const greeted = this.greeted;
    this.drop();
    if (this.stopped) return;
    this.listener.link("lost");
    if (!greeted) this.listener.refused();
    // `refused` may have found us signed out and stopped the stream.
    if (this.hasStopped()) return;
    const wait = waitBefore(this.attempts, this.around.chance());
    this.attempts += 1;
    this.cancelRetry = this.around.after(wait, () => {
      this.connect();
    });
  }

  private hasStopped(): boolean {
    return this.stopped;
  }

  private take(frame: Frame): void {
    this.listen();
    switch (frame.t) {
      case "hello":
        this.greeted = true;
        this.attempts = 0;
        this.listener.hello(frame as unknown as Hello);
        break;
      case "resume":
        this.listener.link("live");
        break;
      case "snapshot":
        this.snapshot(frame);
        break;
      case "delta":
        this.listener.delta(
          rowsOf(list(frame["columns"]), list(frame["upserts"])),
          list(frame["removals"]),
        );
        this.move(frame);
        break;
      case "tick":
        this.move(frame);
        this.listener.tick(Number(frame["now"]));
        break;
      case "bye":
        this.listener.bye(String(frame["reason"] ?? ""));
        break;
      // A frame of a newer node: it says nothing that an older client must know.
      default:
        break;
    }
  }

  private snapshot(frame: Frame): void {
    this.gathered.push(...rowsOf(list(frame["columns"]), list(frame["rows"])));
    if (frame["more"] === true) return;
    const rows = this.gathered;
    this.gathered = [];
    this.listener.snapshot(rows);
    this.move(frame);
    this.listener.link("live");
  }

  private move(frame: Frame): void {
    if (frame["cursor"] instanceof Uint8Array) this.cursor = frame["cursor"];
  }
}

function list<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

/** The browser's own socket, clock and chance. */
export function browserSurroundings(): Surroundings {
  return {
    open() {
      const scheme = location.protocol === "https:" ? "wss:" : "ws:";
      return new WebSocket(`${scheme}//${location.host}/api/stream`) as unknown as Socket;
    },
    after(ms, act) {
      const id = setTimeout(act, ms);
      return () => {
        clearTimeout(id);
      };
    },
    chance: () => Math.random(),
  };
}
