import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";

const folder = resolve("node_modules/.cache/stillwave");

/** The sources of this checkout as a few files that Node starts at once, without a loader of TypeScript. */
export const BUILT = { main: join(folder, "main.js"), index: join(folder, "index.js") };

/** Gives the threads of a test the worker of `BUILT`, which a run of the tests makes anew when it begins. */
export const builtWorkers = {
  name: "built-workers",
  enforce: "pre" as const,
  buildStart(): void {
    buildSync({
      entryPoints: ["src/cli/main.ts", "src/parallel/worker.ts", "src/index.ts"],
      entryNames: "[name]",
      outdir: folder,
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      target: "node20",
      packages: "external",
      logLevel: "warning",
    });
  },
  transform(code: string, id: string): string | undefined {
    if (!id.endsWith("/src/parallel/node-worker.ts")) return undefined;
    return code.replaceAll(
      "import.meta.url",
      JSON.stringify(pathToFileURL(join(folder, "node-worker.js")).href),
    );
  },
};
