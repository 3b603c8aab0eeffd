import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const root = resolve(import.meta.dirname, "..");
const { browser } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8")) as {
  browser: Record<string, false>;
};
/** Sources of what package.json leaves out of builds for browsers. */
const ofNode = new Set(
  Object.keys(browser).map((file) => resolve(root, file.replace("./dist", "src").replace(/js$/, "ts"))),
);

/** Builds the library from its sources, whose workers are TypeScript, without what needs Node. */
const sources = (): Plugin => ({
  name: "sources",
  enforce: "pre",
  load: (id) => (ofNode.has(id) ? "export {};" : undefined),
  transform: (code, id) =>
    id.endsWith("/src/parallel/spawn.ts") ? code.replace('"./worker.js"', '"./worker.ts"') : undefined,
});

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [sources()],
  worker: { format: "es", plugins: () => [sources()] },
  build: { outDir: resolve(root, "site"), emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 2000 },
  // What gives a page shared memory. A server without these headers serves the page as well.
  preview: {
    headers: {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    },
  },
});
