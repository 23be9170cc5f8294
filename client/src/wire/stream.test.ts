/** The live stream against a socket that does as it is told. */
import { decode, encode } from "@msgpack/msgpack";
import { beforeEach, describe, expect, it } from "vitest";

import { SILENCE_MS, Stream, waitBefore, type Listener, type Socket } from "./stream";
import type { Row } from "./types";

class FakeSocket implements Socket {
  binaryType: BinaryType = "blob";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  sent: unknown[] = [];
  closed = false;

  send(bytes: Uint8Array<ArrayBuffer>): void {
    this.sent.push(decode(bytes));
  }
  close(): void {
    this.closed = true;
  }
  say(frame: unknown): void {
    const bytes = encode(frame);
    this.onmessage?.({
      data: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    });
  }
}

class Clock {
  private now = 0;
  private due: { at: number; act: () => void }[] = [];

  after(ms: number, act: () => void): () => void {
    const held = { at: this.now + ms, act };
    this.due.push(held);
    return () => {
      this.due = this.due.filter((other) => other !== held);
    };
  }
  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const next = this.due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.due = this.due.filter((held) => held !== next);
      this.now = next.at;
      next.act();
    }
    this.now = until;
  }
}

const COLUMNS = ["key", "kind", "killed"];
const HELLO = { t: "hello", user: "u", node: "n", realm: "live", now: 5, marking: "m" };

let sockets: FakeSocket[];
let clock: Clock;
let heard: unknown[];
let stream: Stream;

function last(): FakeSocket {
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error("no socket was opened");
  return socket;
}

function keys(rows: Row[]): string {
  return rows.map((row) => `${row.key}:${row.killed}`).join(" ");
}

beforeEach(() => {
  sockets = [];
  clock = new Clock();
  heard = [];
  const listener: Listener = {
    hello: () => heard.push("hello"),
    snapshot: (rows) => heard.push(`snapshot ${keys(rows)}`),
    delta: (rows, gone) => heard.push(`delta ${keys(rows)} -${gone.join()}`),
    tick: (now) => heard.push(`tick ${now}`),
    link: (state) => heard.push(state),
    bye: (reason) => heard.push(`bye ${reason}`),
    refused: () => heard.push("refused"),
  };
  stream = new Stream(
    {
      open: () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket;
      },
      after: (ms, act) => clock.after(ms, act),
      chance: () => 0,
    },
    listener,
  );
  stream.start();
  last().onopen?.();
});

function snapshot(): void {
  last().say(HELLO);
  last().say({
    t: "snapshot",
    columns: COLUMNS,
    rows: [["a", "incident", 0]],
    more: true,
    cursor: null,
  });
  last().say({
    t: "snapshot",
    columns: COLUMNS,
    rows: [["b", "incident", null]],
    more: false,
    cursor: new Uint8Array([1]),
  });
}

describe("a snapshot", () => {
  it("is handed on once it is whole, with 0 and not known kept apart", () => {
    snapshot();
    expect(heard).toEqual(["connecting", "hello", "snapshot a:0 b:null", "live"]);
  });

  it("that the link cuts is thrown away", () => {
    last().say(HELLO);
    last().say({ t: "snapshot", columns: COLUMNS, rows: [["a", "incident", 0]], more: true });
    last().onclose?.();
    clock.pass(500);
    last().onopen?.();
    expect(last().sent).toEqual([{ cursor: null }]);
    snapshot();
    expect(heard.filter((line) => String(line).startsWith("snapshot"))).toEqual([
      "snapshot a:0 b:null",
    ]);
  });
});

describe("a lost link", () => {
  it("resumes from the last cursor that was handed on", () => {
    snapshot();
    last().say({
      t: "delta",
      columns: COLUMNS,
      upserts: [["a", "incident", 2]],
      removals: ["b"],
      cursor: new Uint8Array([2]),
    });
    last().onclose?.();
    clock.pass(500);
    last().onopen?.();
    expect(last().sent).toEqual([{ cursor: new Uint8Array([2]) }]);
    last().say(HELLO);
    last().say({ t: "resume" });
    expect(heard.slice(-4)).toEqual(["delta a:2 -b", "lost", "hello", "live"]);
  });

  it("is noticed by silence", () => {
    snapshot();
    clock.pass(SILENCE_MS - 1);
    expect(heard.at(-1)).toBe("live");
    last().say({ t: "tick", now: 9 });
    clock.pass(SILENCE_MS - 1);
    expect(heard.at(-1)).toBe("tick 9");
    const quiet = last();
    clock.pass(1);
    expect(heard.at(-1)).toBe("lost");
    expect(quiet.closed).toBe(true);
  });

  it("waits twice as long each time, to half a minute, and starts anew after a hello", () => {
    expect([0, 1, 2, 6, 20].map((n) => waitBefore(n, 0))).toEqual([500, 1000, 2000, 30000, 30000]);
    expect(waitBefore(0, 1)).toBe(375);
    last().onclose?.();
    clock.pass(500);
    last().onclose?.();
    clock.pass(999);
    expect(sockets).toHaveLength(2);
    clock.pass(1);
    expect(sockets).toHaveLength(3);
    last().say(HELLO);
    last().onclose?.();
    clock.pass(500);
    expect(sockets).toHaveLength(4);
  });

  it("comes back at once when the page wakes, and only once", () => {
    last().onclose?.();
    stream.wake();
    stream.wake();
    expect(sockets).toHaveLength(2);
    clock.pass(500);
    expect(sockets).toHaveLength(2);
  });
});

describe("an end", () => {
  it("before the hello is a refusal", () => {
    last().onclose?.();
    expect(heard).toEqual(["connecting", "lost", "refused"]);
  });

  it("by the node is told with its reason", () => {
    snapshot();
    last().say({ t: "bye", reason: "revoked" });
    expect(heard.at(-1)).toBe("bye revoked");
  });

  it("by us forgets the cursor and opens no more", () => {
    snapshot();
    const socket = last();
    stream.stop();
    expect(socket.closed).toBe(true);
    clock.pass(60_000);
    stream.wake();
    expect(sockets).toHaveLength(1);
    stream.start();
    last().onopen?.();
    expect(last().sent).toEqual([{ cursor: null }]);
  });

  it("of meaning: a frame that this client does not know changes nothing", () => {
    snapshot();
    const before = heard.length;
    last().say({ t: "weather", rain: true });
    expect(heard).toHaveLength(before);
  });
});

it("asks for an earlier moment with the first word, also after a lost link", () => {
  stream.stop();
  stream.start(1_700_000_000_000);
  last().onopen?.();
  expect(last().sent).toEqual([{ cursor: null, as_of: 1_700_000_000_000 }]);
  last().onclose?.();
  clock.pass(1_000);
  last().onopen?.();
  expect(last().sent).toEqual([{ cursor: null, as_of: 1_700_000_000_000 }]);
});
