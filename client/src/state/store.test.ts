import { describe, expect, it } from "vitest";

import { aRow } from "../wire/builders";
import { dayOf, Store } from "./store";

const DAY = 86_400_000;

describe("a snapshot", () => {
  it("changes only what differs, so that an unchanged row stays the same object", () => {
    const store = new Store();
    store.snapshot([aRow({ key: "a" }), aRow({ key: "b" }), aRow({ key: "c" })]);
    const before = store.get("a");
    const changed = store.snapshot([
      aRow({ key: "a", counts: {} }),
      aRow({ key: "b", killed: 0 }),
      aRow({ key: "d" }),
    ]);
    expect([...changed].sort()).toEqual(["b", "c", "d"]);
    expect(store.get("a")).toBe(before);
    expect(store.get("c")).toBeUndefined();
  });

  it("that says the same tells nobody", () => {
    const store = new Store();
    const rows = () => [aRow({ key: "a", counts: { killed: 1 } })];
    store.snapshot(rows());
    let told = 0;
    store.subscribe(() => (told += 1));
    const version = store.version.get();
    expect(store.snapshot(rows()).size).toBe(0);
    expect([told, store.version.get()]).toEqual([0, version]);
  });
});

describe("a delta", () => {
  it("tells not known from 0", () => {
    const store = new Store();
    store.delta([aRow({ key: "a", killed: null })], []);
    expect([...store.delta([aRow({ key: "a", killed: 0 })], [])]).toEqual(["a"]);
  });

  it("removes and adds in one announcement", () => {
    const store = new Store();
    store.snapshot([aRow({ key: "a" })]);
    const told: string[][] = [];
    store.subscribe((changed) => told.push([...changed].sort()));
    store.delta([aRow({ key: "b" })], ["a", "never-seen"]);
    expect(told).toEqual([["a", "b"]]);
    expect(store.size).toBe(1);
  });
});

describe("an index", () => {
  it("follows a row that changes kind, day or entity", () => {
    const store = new Store();
    store.delta([aRow({ key: "a", kind: "alert", start: DAY, entity: "e" })], []);
    store.delta([aRow({ key: "a", kind: "incident", start: 3 * DAY, entity: "f" })], []);
    expect(store.kinds()).toEqual(["incident"]);
    expect(store.ofKind("alert")).toEqual([]);
    expect(store.days()).toEqual([3]);
    expect(store.ofEntity("e")).toEqual([]);
    expect(store.ofEntity("f")).toHaveLength(1);
  });

  it("keeps rows without a time apart from the first day of all", () => {
    expect(dayOf(aRow({ start: null }))).toBeNull();
    expect(dayOf(aRow({ start: 0 }))).toBe(0);
    expect(dayOf(aRow({ start: -1 }))).toBe(-1);
  });

  it("is empty when the reader left", () => {
    const store = new Store();
    store.snapshot([aRow({ key: "a" }), aRow({ key: "b" })]);
    let gone: string[] = [];
    store.subscribe((changed) => (gone = [...changed]));
    store.clear();
    expect(gone).toEqual(["a", "b"]);
    expect([store.size, store.kinds(), store.days()]).toEqual([0, [], []]);
  });
});
