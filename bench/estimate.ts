import { readdirSync, readFileSync } from "node:fs";
import { bulk } from "../src/build/bulk.ts";
import { molecule } from "../src/build/molecule.ts";
import { slab } from "../src/build/slab.ts";
import { supercell } from "../src/build/supercell.ts";
import { newJob } from "../src/job/new-job.ts";
import { estimateJob } from "../src/job/tasks/estimate/estimate-job.ts";
import { enableRelaxedSimd } from "../src/kernels/wasm/enable-fma.ts";
import { takenBy } from "./harness/taken.ts";

/*
 * npm run build && npx tsx bench/estimate.ts [--threads N] [--runs N] [JOB.json … | NAME …]
 * What `stillwave estimate` says about jobs (default: those shipped and ten others) beside what they take, each in a process of its
 * own: processor seconds of the whole run, so that waiting for other programs does not count, and the largest resident memory
 * of the process, with Node and the libraries, as the estimate counts them too. A hyperthread is up to 2.5 times slower while the
 * other one of its core is busy: the estimate is made before and after the run, and the mean of both told; of several runs the
 * one with the shortest processor time.
 */
enableRelaxedSimd();

const words = process.argv.slice(2);
const option = (name: string): number => (words[0] === name ? Number(words.splice(0, 2)[1]) : 1);
const threads = option("--threads");
const runs = option("--runs");

/** Jobs of other kinds than those shipped: many k-points, many atoms, long cells, molecules, gradients. */
const OTHERS: Readonly<Record<string, () => unknown>> = {
  "Al, 12x12x12 k-points": () => newJob(bulk("Al"), { ecut: 8, kgrid: [12, 12, 12] }),
  "Si64, Γ": () =>
    newJob(supercell(bulk("Si", { conventional: true }), [2, 2, 2]), {
      ecut: 5,
      kgrid: [1, 1, 1],
      isMetal: false,
    }),
  "Si16, 2x2x2": () =>
    newJob(supercell(bulk("Si"), [2, 2, 2]), { ecut: 8, kgrid: [2, 2, 2], isMetal: false }),
  "diamond, PBE": () => newJob(bulk("C"), { ecut: 30, kgrid: [3, 3, 3], isMetal: false, functional: "pbe" }),
  MgO: () => newJob(bulk("MgO"), { ecut: 40, kgrid: [2, 2, 2], isMetal: false, pseudopotentials: "gth-lda" }),
  "Li, bcc": () => newJob(bulk("Li"), { ecut: 40, kgrid: [5, 5, 5] }),
  "Al(111), 12 layers": () =>
    newJob(slab("Al", { face: [1, 1, 1], layers: 12, vacuum: 20 }), { ecut: 8, kgrid: [4, 4, 1] }),
  "Al(100), 30 layers": () => newJob(slab("Al", { layers: 30, vacuum: 20 }), { ecut: 6, kgrid: [2, 2, 1] }),
  "CH4, PBE": () => newJob(molecule("CH4", 10), { ecut: 20, isMetal: false, functional: "pbe" }),
  N2: () => newJob(molecule("N2", 8), { ecut: 30, isMetal: false }),
};
const shipped = () => readdirSync("examples").map((file) => `examples/${file}`);
const jobs = words.length > 0 ? words : [...shipped(), ...Object.keys(OTHERS)];

const row = (...cells: readonly string[]) =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(34) : cell.padStart(10))).join("");
const MIB = 2 ** 20;
console.log(row("", "s", "taken", "ratio", "MiB", "taken", "ratio", "steps"));
const ratios: { time: number; memory: number }[] = [];
for (const file of jobs) {
  const job: unknown = OTHERS[file]?.() ?? JSON.parse(readFileSync(file, "utf8"));
  if ((job as { hamiltonian?: unknown }).hamiltonian !== undefined) continue; // nothing to iterate
  const tries = [];
  for (let i = 0; i < runs; i++) {
    const before = await estimateJob(job, { threads });
    const taken = takenBy(job, threads);
    const after = await estimateJob(job, { threads });
    // how many steps it takes is not foretold
    const seconds = [before, after].map(
      (each) => each.startSeconds + taken.steps * each.processorSecondsPerStep,
    );
    tries.push({ taken, time: Math.sqrt(seconds[0]! * seconds[1]!), memory: before.memory });
  }
  const { taken, time, memory } = tries.reduce((a, b) => (b.taken.seconds < a.taken.seconds ? b : a));
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
