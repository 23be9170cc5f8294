import { describe, expect, it } from "vitest";

import type { Foreseen, Release } from "../../state";
import { aReport } from "../../wire/builders";
import { agreedBy, outcomeWords, stateWords } from "./outcomes";

const NOW = Date.UTC(2026, 10, 25, 14, 48);

function foreseen(part: Partial<Foreseen>): Foreseen {
  return {
    compartment: "partners",
    outcome: "automatic",
    mode: "automatic",
    due: "2026-11-25T15:00:00Z",
    sentence: null,
    version: null,
    removed: [],
    ...part,
  };
}

function release(part: Partial<Release>): Release {
  return {
    id: "l",
    compartment: "partners",
    state: "made",
    mode: "automatic",
    rule: "r",
    due: null,
    until: null,
    since: "2026-11-25T14:45:00Z",
    version: null,
    removed: [],
    decided: [],
    may_decide: false,
    ...part,
  };
}

describe("what will happen is said in plain words", () => {
  it.each([
    [{}, "in the next slot, about 12 minutes"],
    [{ due: "2026-11-25T14:48:30Z" }, "in the next slot, about 1 minute"],
    [{ due: null }, "in the next slot"],
    [{ due: "2026-11-26T15:00:00Z" }, "in the slot of 2026-11-26 15:00Z"],
    [{ outcome: "one-person", mode: "one-person" }, "waits for one person"],
    [{ outcome: "two-people", mode: "two-people" }, "waits for two people"],
    [{ outcome: "nothing", mode: "" }, "nothing"],
    [
      { outcome: "waits-delay", mode: "one-person", due: "2026-11-28T14:30:00Z" },
      "not before 2026-11-28 14:30Z, then waits for one person",
    ],
    [{ outcome: "of-a-newer-node" }, "of-a-newer-node"],
  ])("%j: %s", (part, words) => {
    expect(outcomeWords(foreseen(part), NOW)).toBe(words);
  });
});

it("what has happened too, also where the audience keeps what it had", () => {
  expect(stateWords(release({}), NOW)).toBe("has it since 2026-11-25 14:45Z");
  expect(stateWords(release({ state: "waits", mode: "two-people" }), NOW)).toBe(
    "waits for two people",
  );
  const again = release({ state: "due", due: "2026-11-25T15:00:00Z", version: aReport() });
  expect(stateWords(again, NOW)).toBe(
    "has the version before; a new one in the next slot, about 12 minutes",
  );
  expect(stateWords(release({ state: "recalled" }), NOW)).toContain("nothing is left there");
});

it("agreement counts only since it last began to wait", () => {
  const step = (act: string, account: string) => ({ act, account, at: "", reason: "" });
  const before = [step("waits", ""), step("approved", "amina"), step("refused", "bo")];
  expect(agreedBy(before)).toEqual([]);
  const after = [...before, step("waits", ""), step("approved", "bo")];
  expect(agreedBy(after).map(({ account }) => account)).toEqual(["bo"]);
});
