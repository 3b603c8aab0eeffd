import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import webpack from "webpack";
import { bulk } from "../../src/build/bulk.ts";
import { newJob } from "../../src/job/new-job.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { hasChromium, LAUNCH, type Served, serve } from "../browser.ts";
import { close } from "../close.ts";
import { needs } from "../needs.ts";
import { projectWithPackedLibrary } from "./packed.ts";

const MOYO = "node_modules/@spglib/moyo-wasm/moyo_wasm_bg.wasm";

/** The page of docs/browser.md, as it stands there, in a project of its own. */
const { folder, remove } = projectWithPackedLibrary();
const at = (...path: string[]): string => join(folder, ...path);
const printed = Array.from(
  readFileSync("docs/browser.md", "utf8").matchAll(/^`([\w.]+)`:\n\n```\w+\n([\s\S]*?)^```/gm),
  ([, name, content]) => ({ name: name!, content: content! }),
);
for (const { name, content } of printed) writeFileSync(at(name), content);

const plain = { bundle: true, format: "esm", absWorkingDir: folder, logLevel: "error" } as const;
const BUNDLERS = {
  vite: async (out: string) =>
    void (await vite({ root: folder, build: { outDir: out }, configFile: false, logLevel: "error" })),
  webpack: async (out: string) => {
    await new Promise<void>((done, fail) =>
      webpack(
        {
          mode: "production",
          context: folder,
          entry: "./page.js",
          output: { path: at(out), filename: "page.js" },
        },
        (error, stats) =>
          error || stats?.hasErrors() ? fail(error ?? new Error(stats?.toString("errors-only"))) : done(),
      ),
    );
    copyFileSync(at("index.html"), at(out, "index.html"));
  },
  esbuild: async (out: string) => {
    const entryPoints = ["page.js", "stillwave/worker"];
    await esbuild({ ...plain, entryPoints, entryNames: "[name]", splitting: true, outdir: out });
    for (const file of ["index.html", MOYO]) copyFileSync(at(file), at(out, file.split("/").at(-1)!));
  },
};

const servers: Served[] = [];

/** Serves a folder of the project; returns the address of its page. */
async function servePage(name: string, isolated: boolean): Promise<string> {
  const served = await serve(at(name), isolated);
  servers.push(served);
  return `${served.address}/index.html`;
}

let browser: Browser;

/** Presses the page's button; returns what it says in the end, and how many workers were begun. */
async function pressed(name: string, threads: number, isolated = false) {
  const page = await browser.newPage();
  let workers = 0;
  page.on("worker", () => workers++);
  await page.goto(await servePage(name, isolated));
  await page.fill("#threads", String(threads));
  await page.click("#run");
  const result = page.locator("#result:not(:empty)");
  const text = await result.textContent({ timeout: 120_000 });
  const state = {
    text: text!,
    workers,
    isIsolated: await page.evaluate("crossOriginIsolated"),
    steps: (await page.textContent("#steps"))!.trim().split("\n").length,
    pictures: await page.locator("#picture svg").count(),
  };
  await page.close();
  return state;
}

beforeAll(async () => {
  if (hasChromium) browser = await chromium.launch(LAUNCH);
});
afterAll(async () => {
  await browser?.close();
  for (const server of servers) server.close();
  remove();
});

test("the page is short", () => {
  expect(printed.map(({ name }) => name)).toEqual(["index.html", "page.js"]);
  expect(printed.flatMap(({ content }) => content.trim().split("\n")).length).toBeLessThan(40);
});

const JOB = newJob(bulk("Si"), { ecut: 8, kgrid: [2, 2, 2], isMetal: false });

describe.each(Object.entries(BUNDLERS))("a page built by %s", (name, build) => {
  beforeAll(() => build(name));

  test.skipIf(!hasChromium)(
    needs(
      "chromium",
      hasChromium,
      "gives Node's energy with one thread and with two workers, isolated or not",
    ),
    async () => {
      const here = await runScf(JOB);
      for (const isolated of [true, false])
        for (const threads of [1, 2]) {
          const { text, workers, isIsolated, steps, pictures } = await pressed(name, threads, isolated);
          expect(isIsolated).toBe(isolated);
          expect(text).toMatch(/^converged: -\d\.\d+ Ha$/);
          expect(workers).toBe(threads === 1 ? 0 : threads);
          expect([steps, pictures]).toEqual([here.iterations, 1]);
          close(Number(text.split(" ")[1]), here.energies.total, 1e-11, "energy");
        }
    },
  );
});

// Seen red: a worker of another origin, which Chromium refuses, as before.
test.skipIf(!hasChromium)(
  needs(
    "chromium",
    hasChromium,
    "the program of docs/coming-from.md prints what stands below it, from another origin",
  ),
  async () => {
    const guide = readFileSync("docs/coming-from.md", "utf8");
    const [, program, output] = /```js\n([\s\S]*?)```\s*```text\n([\s\S]*?)```/.exec(guide)!;
    const entryPoints = ["stillwave", "stillwave/worker"];
    await esbuild({ ...plain, entryPoints, entryNames: "[name]", splitting: true, outdir: "cdn" });
    copyFileSync(at(MOYO), at("cdn/moyo_wasm_bg.wasm"));
    const library = await serve(at("cdn"), false);
    mkdirSync(at("notebook"));
    writeFileSync(
      at("notebook/index.html"),
      `<!doctype html><link rel="icon" href="data:,"><pre id="out"></pre><div id="picture"></div><script type="module">${program!.replace("https://cdn.example", library.address)}
document.querySelector("#out").append("end")</script>`,
    );
    servers.push(library);
    for (const isolated of [true, false]) {
      const page = await browser.newPage();
      let workers = 0;
      page.on("worker", () => workers++);
      const failures: string[] = [];
      page.on("pageerror", ({ message }) => failures.push(message));
      page.on("console", (message) => message.type() === "error" && failures.push(message.text()));
      await page.goto(await servePage("notebook", isolated));
      const out = page.locator("#out");
      await expect
        .poll(async () => failures.join() + (await out.textContent()), { timeout: 60_000 })
        .toMatch(/end$/);
      expect(await out.textContent()).toBe(`${output}end`);
      expect(workers).toBe(2);
      await page.close();
    }
  },
);

describe("what does not load is named", () => {
  /** A page by esbuild whose worker and symmetry analysis lie where its options say. */
  beforeAll(async () => {
    await BUNDLERS.esbuild("here");
    const contents = readFileSync(at("page.js"), "utf8").replace(
      "threads:",
      'worker: "/else/w.js", symmetryModule: "/else/m.wasm", threads:',
    );
    await esbuild({ ...plain, stdin: { contents, resolveDir: folder }, splitting: true, outdir: "else", entryNames: "page" }); // biome-ignore format: one call
    await esbuild({ ...plain, entryPoints: ["stillwave/worker"], outfile: "else/else/w.js" });
    copyFileSync(at("index.html"), at("else/index.html"));
    copyFileSync(at(MOYO), at("else/else/m.wasm"));
  });
  const without = (from: string, file: string): string => {
    const name = `${from} without ${file.split("/").at(-1)}`;
    mkdirSync(at(name));
    cpSync(at(from), at(name), { recursive: true });
    rmSync(at(name, file));
    return name;
  };

  test.skipIf(!hasChromium)(
    needs("chromium", hasChromium, "with its option, and its address if it was given"),
    async () => {
      expect((await pressed("else", 2)).text).toMatch(/^converged: /);
      for (const [from, file, line] of [
      ["here", "worker.js", /^worker: dist\/parallel\/worker\.js of stillwave did not load .* the option worker$/],
      ["here", "moyo_wasm_bg.wasm", /^symmetryModule: must be the moyo_wasm_bg\.wasm of @spglib\/moyo-wasm, which did not load \(.*\); serve it/],
      ["else", "else/w.js", /^worker: must be the address of stillwave's worker module, got \/else\/w\.js, which did not load;/],
      ["else", "else/m.wasm", /^symmetryModule: must be .*, got \/else\/m\.wasm, which did not load \(/],
    ] as const) // biome-ignore format: one row each
        expect((await pressed(without(from, file), 2)).text).toMatch(line);
    },
  );
});
