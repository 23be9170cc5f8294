import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

// Without vitePreprocess named here, svelte-check passes files that do not parse.
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
};
