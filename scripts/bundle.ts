import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildOptions, buildSync } from "esbuild";

/** Packages that stay outside: what pictures, certain fits and the native back end load when called for. */
const EXTERNAL = [
  "koffi",
  "linkedom",
  "ml-matrix",
  "pdfkit",
  "svg-to-pdfkit",
  "dejavu-fonts-ttf",
  "@resvg/*",
  "@observablehq/*",
];

/** Joins the command line into `folder`: `main.js`, what it starts, `program.cjs`, and `worker.js`. */
export function bundleProgram(folder: string, from: string, ending: string): void {
  const bundle = (entry: string, outfile: string, options: BuildOptions = {}) =>
    buildSync({
      entryPoints: [join(from, `${entry}.${ending}`)],
      outfile: join(folder, outfile),
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      minifyWhitespace: true,
      lineLimit: 400,
      external: EXTERNAL,
      logLevel: "warning",
      ...options,
    });
  bundle("cli/start", "main.js");
  bundle("parallel/worker", "worker.js");
  // A script, as V8 keeps compiled code of these in every version of Node.
  bundle("cli/process", "program.cjs", {
    format: "cjs",
    define: { "import.meta.url": "programUrl" },
    banner: { js: 'const programUrl=require("node:url").pathToFileURL(__filename).href;' },
    logOverride: { "empty-import-meta": "silent" }, // `import.meta.resolve` of source checkouts
  });
  // Scripts may not import; `start.ts` does it for them.
  const program = join(folder, "program.cjs");
  writeFileSync(program, readFileSync(program, "utf8").replace(/\bimport\((?=["\w])/g, "importModule("));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  rmSync("dist/cli/bin", { recursive: true, force: true });
  bundleProgram("dist/cli/bin", "dist", "js");
  for (const file of ["dist/cli/main.js", "dist/cli/bin/main.js"]) chmodSync(file, 0o755);
  for (const name of ["commander", "smol-toml", "zod"])
    copyFileSync(`node_modules/${name}/LICENSE`, `dist/cli/bin/${name}.LICENSE`);
}
