import { afterEach, expect, it, vi } from "vitest";
import type { Import } from "../wire/imports";
import { NO_CHOICES, bringFault, bringing, choose, fileTable } from "./bringing";
import { api } from "./session";

afterEach(() => {
  vi.restoreAllMocks();
  bringing.set(null);
});

/** A node that takes its time to answer, and refuses what comes while it answers. */
function node(): { said: Record<string, unknown>[]; refused: number } {
  const seen = { said: [] as Record<string, unknown>[], refused: 0 };
  const upload = { id: "a1", state: "planned", plan: { number: 1 } } as Import;
  bringing.set({ upload, choices: NO_CHOICES, withdraw: false });
  let busy = false;
  vi.spyOn(api, "ask").mockImplementation(async (_method, _path, said) => {
    if (busy) seen.refused += 1;
    busy = true;
    seen.said.push(said as Record<string, unknown>);
    await new Promise((resolve) => setTimeout(resolve, 5));
    busy = false;
    return { ...upload };
  });
  return seen;
}

it("tells what is chosen while the node answers, after its answer", async () => {
  const seen = node();
  const first = choose({ kind: "site" });
  await Promise.all([first, choose({ compartment: "mission" }), choose({ source: "ours" })]);
  expect(seen.refused).toBe(0);
  expect(seen.said.map(({ kind, source }) => [kind, source])).toEqual([
    ["site", ""],
    ["site", "ours"],
  ]);
  expect(bringFault.get()).toBeNull();
});

it("tells what is chosen while a filing is asked for, after the answer", async () => {
  const seen = node();
  const filing = fileTable();
  await Promise.all([filing, choose({ source: "ours" })]);
  expect(seen.refused).toBe(0);
  expect(seen.said.map(({ act }) => act)).toEqual(["file", "plan"]);
});
