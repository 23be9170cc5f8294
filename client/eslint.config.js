import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["node_modules/", "dist/"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  ...svelte.configs.recommended,
  ...svelte.configs.prettier,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      // typescript itself reports names that do not exist
      "no-undef": "off",
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  {
    files: ["*.config.{js,ts}", "scripts/**"],
    languageOptions: { globals: { ...globals.node } },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig },
    },
  },
  // Who may import what in the client: CONTRIBUTING.md, "The client's rooms".
  ...rooms({
    wire: ["state", "theme", "layers", "map", "panels"],
    theme: ["wire", "state", "layers", "map", "panels"],
    state: ["theme", "layers", "map", "panels"],
    layers: ["wire", "state", "map", "panels"],
    panels: ["layers", "map"],
    map: ["panels"],
  }),
);

/** One rule for each room: the rooms that it may not import. Only `map/` may import the map library. */
function rooms(closed) {
  return Object.entries(closed).map(([room, others]) => ({
    files: [`src/${room}/**`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: others.map((other) => `**/${other}/**`),
              message: `${room}/ may not import this room.`,
            },
            ...(room === "map"
              ? []
              : [
                  {
                    group: ["maplibre-gl", "maplibre-gl/*", "pmtiles"],
                    allowTypeImports: true,
                    message: "Only map/ imports the map library.",
                  },
                ]),
          ],
        },
      ],
    },
  }));
}
