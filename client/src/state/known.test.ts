import { afterEach, expect, it } from "vitest";

import { aRow } from "../wire/builders";
import type { LayerInfo, Me } from "../wire/types";
import { acting, knownAt, knownIso, layersThen } from "./known";

const LAYER: LayerInfo = {
  id: "incidents",
  kind: "incident",
  source: null,
  title: "Incidents",
  n: 900,
  newest: "2026-11-01T00:00:00.000Z",
  received: "2026-11-02T00:00:00.000Z",
};
const ME = { may_file: ["mission"], may_decide: ["partners"], user: "duty" } as unknown as Me;

afterEach(() => {
  knownAt.set(null);
});

it("now, everybody acts as he may, and nothing is asked for as of then", () => {
  expect(acting(ME)).toBe(ME);
  expect(knownIso()).toBeNull();
});

it("who looks at what was known earlier can file and decide nothing", () => {
  knownAt.set(Date.UTC(2026, 0, 1));
  expect(acting(ME)).toEqual({ ...ME, may_file: [], may_decide: [] });
  expect(knownIso()).toBe("2026-01-01T00:00:00.000Z");
});

it("layers have the numbers and ages of then, and those that had none are not there", () => {
  const early = Date.UTC(2025, 5, 1);
  const rows = [
    aRow({ key: "a", start: early, received: early + 1 }),
    aRow({ key: "b", start: null, received: early + 5 }),
    aRow({ key: "c", start: early + 9, received: early + 9, withdrawn: true }),
  ];
  const empty = { ...LAYER, id: "sites", kind: "site" };
  expect(layersThen([LAYER, empty], rows, () => "incidents")).toEqual([
    {
      ...LAYER,
      n: 2,
      newest: new Date(early).toISOString(),
      received: new Date(early + 5).toISOString(),
    },
  ]);
});
