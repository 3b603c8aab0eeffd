import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";
import { needs } from "../needs.ts";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const CHROMIUM = "/usr/bin/chromium";
const isThere = existsSync(CHROMIUM);

const JOB = {
  structure: {
    lattice: [
      [0, 5.13, 5.13],
      [5.13, 0, 5.13],
      [5.13, 5.13, 0],
    ],
    atoms: [
      { element: "Si", position: [0.125, 0.125, 0.125] },
      { element: "Si", position: [-0.125, -0.125, -0.125] },
    ],
  },
  ecut: 8,
  kgrid: [2, 2, 2],
};

let folder: string;
let browser: Browser;
const servers: Server[] = [];

/** Serves `folder`, with or without the headers that give a page shared memory. */
async function serve(isolated: boolean): Promise<string> {
  const types: Record<string, string> = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
  };
  const server = createServer((request, response) => {
    const path = join(folder, new URL(request.url ?? "/", "http://x").pathname);
    if (!existsSync(path)) return void response.writeHead(404).end();
    const headers = isolated
      ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
      : {};
    response
      .writeHead(200, { "content-type": types[extname(path)] ?? "text/plain", ...headers })
      .end(readFileSync(path));
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`;
}

beforeAll(async () => {
  if (!isThere) return;
  folder = mkdtempSync(join(tmpdir(), "stillwave-browser-"));
  await build({
    entryPoints: [join(ROOT, "dist/index.js"), join(ROOT, "dist/parallel/worker.js")],
    entryNames: "[name]",
    bundle: true,
    splitting: true,
    platform: "browser",
    format: "esm",
    outdir: folder,
    external: ["node:*", "koffi"],
    logLevel: "error",
  });
  const wasm = join(ROOT, "node_modules/@spglib/moyo-wasm/moyo_wasm_bg.wasm");
  writeFileSync(join(folder, "moyo_wasm_bg.wasm"), readFileSync(wasm));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>stillwave</title>");
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
});

afterAll(async () => {
  await browser?.close();
  for (const server of servers) server.close();
  if (folder) rmSync(folder, { recursive: true });
});

for (const isolated of [true, false])
  for (const threads of [1, 2])
    test.skipIf(!isThere)(
      needs(
        "chromium",
        isThere,
        `a ${isolated ? "cross-origin isolated" : "plain"} page gives Node's energy with ${threads} thread${threads > 1 ? "s" : ""}`,
      ),
      async () => {
        const page = await browser.newPage();
        await page.goto(await serve(isolated));
        // As text: the test runner rewrites `import()` in functions.
        const result = (await page.evaluate(`(async () => {
          const { runScf } = await import(new URL("/index.js", location.href).href);
          const { energies, resources } = await runScf(${JSON.stringify(JOB)}, { threads: ${threads} });
          return { total: energies.total, threads: resources.threads, isolated: crossOriginIsolated };
        })()`)) as { total: number; threads: number; isolated: boolean };
        await page.close();
        expect(result.isolated).toBe(isolated);
        expect(result.threads).toBe(threads);
        const here = await runScf(JOB);
        // The same arithmetic but for fused multiply-add, which one of the engines may have and the other not.
        close(result.total, here.energies.total, 1e-10, "energy");
      },
    );
