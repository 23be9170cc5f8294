/** Who may import whom in the client, walked. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it } from "vitest";

const SRC = resolve(import.meta.dirname);

/** Each room and what it may import; App.svelte and main.ts may import all. */
const MAY: Record<string, string[]> = {
  wire: [],
  state: ["wire"],
  theme: [],
  layers: ["theme"],
  map: ["state", "layers", "theme"],
  panels: ["state", "theme", "strings"],
  strings: [],
};
const MAP_LIBRARY = /^(maplibre-gl|pmtiles)(\/|$)/;
const IMPORT = /(?:from|import)\s*\(?\s*"([^"]+)"/g;

interface Import {
  file: string;
  room: string;
  wanted: string;
}

function imports(): Import[] {
  // Tests may build rows from anywhere.
  const files = readdirSync(SRC, { recursive: true, encoding: "utf-8" }).filter(
    (file) => /\.(ts|svelte)$/.test(file) && !file.endsWith(".test.ts"),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(SRC, file), "utf-8");
    const room = file.includes("/") ? (file.split("/")[0] ?? "") : "";
    return [...text.matchAll(IMPORT)].map(([, wanted = ""]) => ({ file, room, wanted }));
  });
}

function roomOf({ file, wanted }: Import): string | null {
  if (!wanted.startsWith(".")) return null;
  const target = relative(SRC, resolve(SRC, dirname(file), wanted));
  return target.includes("/") ? (target.split("/")[0] ?? null) : target;
}

const all = imports().filter(({ room }) => room !== "");

it("finds imports in every room", () => {
  expect([...new Set(all.map(({ room }) => room))].sort()).toEqual(
    Object.keys(MAY)
      .filter((room) => all.some((one) => one.room === room))
      .sort(),
  );
  expect(all.length).toBeGreaterThan(100);
});

it("no room imports what it may not", () => {
  const wrong = all.filter((one) => {
    const target = roomOf(one);
    return target !== null && target !== one.room && !(MAY[one.room] ?? []).includes(target);
  });
  expect(wrong).toEqual([]);
});

it("only map/ imports the map library", () => {
  const wrong = all.filter(({ room, wanted }) => room !== "map" && MAP_LIBRARY.test(wanted));
  expect(wrong).toEqual([]);
});
