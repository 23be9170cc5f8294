import { expect, it } from "vitest";

import type { WaitingRelease } from "../../state";
import { aReport } from "../../wire/builders";
import { groupOf, unchanged } from "./safe";

function waits(part: Partial<WaitingRelease> = {}): WaitingRelease {
  return {
    id: "l",
    compartment: "host-state",
    state: "waits",
    mode: "one-person",
    outcome: "one-person",
    rule: "incident-verified:mission:host-state",
    sentence: "",
    since: "2026-11-25T14:30:00Z",
    report: aReport(),
    version: aReport({ summary: "" }),
    removed: [],
    before: null,
    pictures: [],
    chosen: [],
    decided: [{ act: "waits", account: "", at: "2026-11-25T14:30:00Z", reason: "" }],
    ...part,
  };
}

it("only what one person decides, and nobody has touched, goes together", () => {
  expect(groupOf(waits())).toBe("host-state incident-verified:mission:host-state");
  expect(groupOf(waits({ compartment: "public" }))).not.toBe(groupOf(waits()));
  expect(groupOf(waits({ rule: "other" }))).not.toBe(groupOf(waits()));
});

it.each([
  { outcome: "two-people", mode: "two-people" },
  { outcome: "source-threshold", mode: "automatic" },
  { state: "frozen" },
  { version: null, outcome: "nothing" },
  { before: aReport() },
  { decided: [{ act: "approved", account: "amina", at: "", reason: "" }] },
])("%j is looked at by itself", (part) => {
  expect(groupOf(waits(part))).toBeNull();
});

it("what changed since it was looked at is not approved unread", () => {
  expect(unchanged(waits(), waits())).toBe(true);
  expect(unchanged(waits(), undefined)).toBe(false);
  expect(unchanged(waits(), waits({ report: aReport({ id: "amended" }) }))).toBe(false);
  expect(unchanged(waits(), waits({ version: aReport({ killed: 25 }) }))).toBe(false);
  expect(unchanged(waits(), waits({ state: "frozen" }))).toBe(false);
});
