import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { PATIENT, STRAINED, TINY } from "../scripts/faults/jobs.ts";
import type { Host, Output } from "../src/cli/host.ts";
import { linesSvg } from "../src/plot/drawing/lines.ts";
import { stacked } from "../src/plot/drawing/together.ts";
import { growthOverHalf } from "./harness/growth.ts";

/*
 * npm run build && npx tsx bench/soak.ts [--jobs 300] [--plot FILE.svg]
 * Runs jobs of eleven commands one after another in this process, refused and interrupted ones among them, and weighs the process
 * after each, its garbage collected. Exits with 1 if something grows over the second half, a job ends with another exit code than
 * it should, or prints other numbers than the first time.
 */
const { values } = parseArgs({ options: { jobs: { type: "string", default: "300" }, plot: { type: "string" } } }); // biome-ignore format: two options
const total = Number(values.jobs);
const PROGRAM = resolve("dist/cli/program.js");
if (!existsSync(PROGRAM)) throw new Error("bench/soak: run npm run build first");
const { runProgram } = (await import(pathToFileURL(PROGRAM).href)) as typeof import("../src/cli/program.ts");
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** As small as two threads can share. */
const SMALL = { ...TINY, ecut: 2, kgrid: [2, 1, 1], scf: { tolerance: { density: 1e-6 } } };
const METAL = { ...SMALL, temperature: 0.02, spin: "collinear", functional: "pbe" };
const CORE = { ...SMALL, hamiltonian: "core" };
const TWO = ["--threads", "2"];

interface Kind {
  readonly words: readonly string[];
  /** Exit code. Default 0. */
  readonly code?: number;
  /** What is told when Ctrl-C is pressed. */
  readonly interruptAt?: RegExp;
  /** Whether it tells its steps, or has none to tell. Default false. */
  readonly isLoud?: boolean;
}
/** Commands that work, with one and two threads, and every way in which a job ends. */
const KINDS: readonly Kind[] = [
  { words: ["scf", "small.json", "--threads", "1"] },
  { words: ["scf", "small.json", ...TWO, "--out", "scf.json", "--checkpoint", "state.json"] },
  { words: ["scf", "small.json", ...TWO, "--restart", "state.json", "--plot", "scf.svg"] },
  { words: ["scf", "metal.json", ...TWO, "--check", "--density", "rho.cube"] },
  { words: ["scf", "small.json", "--threads", "1", "--errors"] },
  { words: ["bands", "small.json", ...TWO, "--path", "GX", "--points", "4", "--out", "bands.svg"] },
  { words: ["bands", "core.json", "--threads", "1", "--k", "0.1,0.2,0.3", "--bands", "2", "--certificate", "bars.jsonl"] }, // biome-ignore format: a row
  { words: ["verify", "bars.jsonl", "--job", "core.json"] },
  { words: ["dos", "small.json", ...TWO, "--kgrid", "2,2,2", "--plot", "dos.png"] },
  { words: ["dos", "small.json", "--threads", "1", "--kgrid", "2,2,2", "--local"] },
  { words: ["dielectric", "small.json", ...TWO, "--steps", "2"] },
  { words: ["compare", "small.json", "--threads", "1", "--mixings", "simple,ldos", "--out", "."] },
  {
    words: [
      "converge",
      "small.json",
      "--threads",
      "1",
      "--ecut",
      "1.5,2",
      "--kgrid",
      "1",
      "--out",
      "converge.json",
    ],
  },
  { words: ["relax", "strained.json", "--threads", "1", "--steps", "3", "--out", "relax.json"], code: 3 },
  { words: ["estimate", "small.json"] },
  { words: ["new", "slab", "Al", "--layers", "4", "--out", "slab.json"], isLoud: true },
  { words: ["convert", "small.json", "small.cif"], isLoud: true },
  {
    words: ["scf", "patient.json", ...TWO, "--checkpoint", "patient.checkpoint.json"],
    code: 3,
    interruptAt: /\n +3 +-/,
    isLoud: true,
  },
  { words: ["scf", "small.json", "--set", "ecut=-1"], code: 2 },
  { words: ["scf", "small.json", ...TWO, "--set", "scf.maxIterations=2"], code: 3 },
];

if (!(total >= 4 * KINDS.length))
  throw new Error(
    `bench/soak: --jobs must be at least ${4 * KINDS.length}, four of each, got ${values.jobs}`,
  );

const folder = mkdtempSync(join(tmpdir(), "stillwave-soak-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const JOBS = {
  small: SMALL,
  metal: METAL,
  core: CORE,
  strained: { ...STRAINED, ...SMALL, structure: STRAINED.structure },
  patient: PATIENT,
};
for (const [name, job] of Object.entries(JOBS))
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(job));

/** Runs a job as the command line does. @returns its exit code and what it printed. */
async function runJob({
  words,
  interruptAt,
  isLoud = false,
}: Kind): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  let press: (() => void) | undefined;
  const output = (name: keyof typeof written): Output => ({
    write(text) {
      written[name] += text;
      if (interruptAt?.test(written.out + written.err) !== true) return;
      const ask = press;
      press = undefined;
      ask?.();
    },
    isTerminal: false,
    columns: 80,
  });
  const host: Host = {
    stdout: output("out"),
    stderr: output("err"),
    cwd: folder,
    readStdin: () => Promise.resolve(""),
    onInterrupt(ask) {
      press = ask;
      return () => {
        press = undefined;
      };
    },
    onFiles: () => {},
    engine: (_, load) => load(),
  };
  return {
    code: await runProgram(isLoud ? words : [...words, "--quiet"], host),
    ...written,
  };
}

/** Lines of a result that tell neither times nor memory. */
const numbersOf = (text: string): string =>
  text
    .split("\n")
    .filter((line) => !/\d (s|ms|min|MiB|GiB)\b/.test(line))
    .join("\n");

const MIB = 2 ** 20;
/**
 * How a process is weighed, and what may be added over half of the rounds. The heap holds the code
 * that V8 goes on compiling: of what two snapshots 13 jobs apart differ by, nine tenths
 * are code and its feedback.
 */
const SCALES = {
  "resident memory (MiB)": { weigh: () => process.memoryUsage.rss() / MIB, most: 24 },
  "JavaScript heap (MiB)": { weigh: () => process.memoryUsage().heapUsed / MIB, most: 2 },
  "arrays (MiB)": { weigh: () => process.memoryUsage().external / MIB, most: 1 },
  handles: { weigh: () => process.getActiveResourcesInfo().length, most: 0.5 },
  descriptors: { weigh: () => readdirSync("/proc/self/fd").length, most: 0.5 },
  threads: { weigh: () => readdirSync("/proc/self/task").length, most: 0.5 },
} as const;
type Scale = keyof typeof SCALES;
const NAMES = Object.keys(SCALES) as Scale[];

const weights: Record<Scale, number>[] = [];
const firstTold = new Map<Kind, string>();
let wrong = 0;
const began = performance.now();
const row = (...cells: readonly (string | number)[]) =>
  console.log(cells.map((cell, i) => `${cell}`.padStart(i === 0 ? 4 : 9)).join(" "));
row("job", "RSS", "heap", "arrays", "handles", "files", "threads", "command");
for (let i = 0; i < total; i++) {
  const kind = KINDS[i % KINDS.length]!;
  const { words, code: due = 0, interruptAt } = kind;
  const { code, out, err } = await runJob(kind);
  const told = interruptAt === undefined ? numbersOf(out) : "";
  const before = firstTold.get(kind) ?? told;
  firstTold.set(kind, before);
  if (code !== due || told !== before) {
    wrong++;
    console.log(`  ${words.join(" ")}: exit code ${code}, not ${due}, or other numbers than before\n${err}\n${told}\n-- before:\n${before}`); // biome-ignore format: one line
  }
  await new Promise((done) => setTimeout(done, 20)); // threads that have been closed end
  collect();
  const found = Object.fromEntries(NAMES.map((name) => [name, SCALES[name].weigh()])) as (typeof weights)[0];
  weights.push(found);
  row(i + 1, ...NAMES.map((name) => Number(found[name].toFixed(1))), `${words[0]}`);
}

const seconds = (performance.now() - began) / 1000;
const commands = new Set(KINDS.map(({ words }) => words[0])).size;
console.log(`\n${total} jobs of ${commands} commands in ${seconds.toFixed(0)} s`);
/** Rounds of all kinds are alike, as jobs of different kinds are not. */
const rounds = Array.from({ length: Math.floor(total / KINDS.length) }, (_, r) =>
  weights.slice(r * KINDS.length, (r + 1) * KINDS.length),
);
let growing = 0;
for (const name of NAMES) {
  const means = rounds.map((round) => round.reduce((sum, found) => sum + found[name], 0) / round.length);
  const growth = growthOverHalf(means);
  const { most } = SCALES[name];
  if (!(growth <= most)) growing++;
  const verdict = growth <= most ? "flat" : "GROWS";
  const largest = Math.max(...weights.map((found) => found[name])).toFixed(1);
  console.log(
    `${name}: ${verdict}, ${growth.toFixed(2)} over the second half (at most ${most}); largest ${largest}`,
  );
}
if (values.plot !== undefined) {
  const lines = (names: readonly Scale[]) =>
    names.map((name) => ({
      label: name.replace(" (MiB)", ""),
      isScatter: true,
      points: weights.map((found, i) => [i + 1, found[name]] as const),
    }));
  const x = "jobs done in one process";
  mkdirSync(resolve(values.plot, ".."), { recursive: true });
  writeFileSync(
    values.plot,
    stacked([
      await linesSvg(lines(NAMES.slice(0, 3)), { title: "Memory after each job", x, y: "MiB" }),
      await linesSvg(lines(NAMES.slice(3)), { title: "What is open after each job", x, y: "number" }),
    ]),
  );
}
console.log(growing + wrong === 0 ? "flat" : `${growing} grow, ${wrong} jobs went wrong`);
process.exitCode = growing + wrong === 0 ? 0 : 1;
