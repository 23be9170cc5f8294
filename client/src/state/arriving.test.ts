import { expect, it } from "vitest";

import { arrivingOf, MANY } from "./arriving";

it("speaks of a picture only where it is long on its way", () => {
  const groups = [{ kind: "incident", n: MANY }];
  expect(arrivingOf({ total: MANY, groups })).toBeNull();
  expect(arrivingOf({ total: MANY + 1, groups })).toEqual({ n: MANY + 1, kinds: ["incident"] });
});
