import { expect, it } from "vitest";
import { moved } from "./ownmaps";

it("a map changes places with its neighbour, and never leaves the list", () => {
  const maps = ["top", "middle", "low"];
  expect(moved(maps, 1, -1)).toEqual(["middle", "top", "low"]);
  expect(moved(maps, 1, 1)).toEqual(["top", "low", "middle"]);
  expect(moved(maps, 0, -1)).toEqual(maps);
  expect(moved(maps, 2, 1)).toEqual(maps);
  expect(maps).toEqual(["top", "middle", "low"]);
});
