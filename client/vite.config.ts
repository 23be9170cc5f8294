import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const COMPRESSIBLE = /\.(html|js|mjs|css|json|svg|webmanifest)$/;

/** Files under this many bytes gain nothing from compression. */
const WORTH_IT = 1024;

async function compressed(path: string): Promise<void> {
  const bytes = await readFile(path);
  if (bytes.length < WORTH_IT) return;
  const size = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, { params: size }));
  await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
}

/** Writes `.br` and `.gz` beside each text file, so that the node never compresses on request. */
function precompress(): Plugin {
  let outDir = "";
  return {
    name: "precompress",
    apply: "build",
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      order: "post",
      sequential: true,
      async handler() {
        const found = readdirSync(outDir, { recursive: true, withFileTypes: true });
        const texts = found.filter((entry) => entry.isFile() && COMPRESSIBLE.test(entry.name));
        // side by side: each is compressed on a thread of its own
        await Promise.all(texts.map((entry) => compressed(join(entry.parentPath, entry.name))));
      },
    },
  };
}

export default defineConfig({
  base: "/",
  plugins: [svelte(), precompress()],
  build: {
    target: "es2023",
    outDir: "../src/eirene/web/static",
    emptyOutDir: true,
    // The policy's font-src refuses data: addresses, which vite makes of small files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
  worker: { format: "es" },
  test: {
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    environment: "node",
    passWithNoTests: true,
  },
});
