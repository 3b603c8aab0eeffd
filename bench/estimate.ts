import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { estimateJob } from "../src/job/tasks/estimate/estimate-job.ts";
import { enableRelaxedSimd } from "../src/kernels/wasm/enable-fma.ts";

/*
 * npm run build && npx tsx bench/estimate.ts [--threads N] [JOB.json …]
 * What `stillwave estimate` says about jobs (default: those shipped) beside what they take, each in a process of its own:
 * processor seconds of the whole run, so that waiting for other programs does not count, and the largest resident memory.
 */
enableRelaxedSimd();

const words = process.argv.slice(2);
const threads = words[0] === "--threads" ? Number(words.splice(0, 2)[1]) : 1;
const jobs = words.length > 0 ? words : readdirSync("examples").map((file) => `examples/${file}`);
if (!existsSync("dist/index.js")) throw new Error("bench/estimate: run npm run build first");

/** The run as it is installed, without what executes TypeScript. */
const RUN = `
  const [job, threads] = process.argv.slice(2);
  (await import(${JSON.stringify(pathToFileURL("dist/kernels/wasm/enable-fma.js").href)})).enableRelaxedSimd();
  const { runScf } = await import(${JSON.stringify(pathToFileURL("dist/index.js").href)});
  let steps = 0;
  await runScf(JSON.parse(job), { threads: Number(threads), onStep: () => { steps++; } });
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ steps, seconds: (user + system) / 1e6, bytes: process.resourceUsage().maxRSS * 1024 }));
`;

const folder = mkdtempSync(join(tmpdir(), "stillwave-estimate-"));
const program = join(folder, "run.mjs");
writeFileSync(program, RUN);

const row = (...cells: readonly string[]) =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(34) : cell.padStart(10))).join("");
const MIB = 2 ** 20;
console.log(row("", "s", "taken", "ratio", "MiB", "taken", "ratio", "steps"));
const ratios: { time: number; memory: number }[] = [];
for (const file of jobs) {
  const job: unknown = JSON.parse(readFileSync(file, "utf8"));
  if ((job as { hamiltonian?: unknown }).hamiltonian !== undefined) continue; // nothing to iterate
  const { processorSecondsPerStep, startSeconds, memory } = await estimateJob(job, { threads });
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [program, JSON.stringify(job), `${threads}`],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`bench/estimate: ${file}: ${stderr}`);
  const taken = JSON.parse(stdout) as { steps: number; seconds: number; bytes: number };
  const time = startSeconds + taken.steps * processorSecondsPerStep; // how many steps it takes is not foretold
  const ratio = { time: time / taken.seconds, memory: memory.bytes / taken.bytes };
  ratios.push(ratio);
  console.log(
    row(
      file,
      time.toPrecision(3),
      taken.seconds.toPrecision(3),
      ratio.time.toFixed(2),
      (memory.bytes / MIB).toFixed(0),
      (taken.bytes / MIB).toFixed(0),
      ratio.memory.toFixed(2),
      `${taken.steps}`,
    ),
  );
}
for (const key of ["time", "memory"] as const) {
  const all = ratios.map((ratio) => ratio[key]);
  console.log(
    `${key}: estimate over taken from ${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)}`,
  );
}
rmSync(folder, { recursive: true });
