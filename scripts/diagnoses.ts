/**
 * Runs one small job for each way in which a self-consistent field fails to converge, and prints what the run says of
 * it, as the table of docs/convergence.md: npx tsx scripts/diagnoses.ts
 */
import { readFileSync } from "node:fs";
import { runScf } from "../src/job/tasks/scf/run-scf.ts";

const box = (element: string) => ({
  structure: {
    lattice: [[8, 0, 0], [0, 8, 0], [0, 0, 8]], // biome-ignore format: a matrix
    atoms: [{ element, position: [0, 0, 0] }],
  },
  ecut: 6,
});

const aluminium = {
  structure: {
    lattice: [[0, 3.83, 3.83], [3.83, 0, 3.83], [3.83, 3.83, 0]], // biome-ignore format: a matrix
    atoms: [{ element: "Al", position: [0, 0, 0] }],
  },
  ecut: 6,
  kgrid: [3, 3, 3],
};

const slab = JSON.parse(readFileSync("examples/aluminium-slab.json", "utf8")) as object;

const JOBS: readonly (readonly [string, object])[] = [
  ["aluminium, `maxIterations` 4", { ...aluminium, temperature: 0.01, scf: { maxIterations: 4 } }],
  ["aluminium, `maxIterations` 2", { ...aluminium, temperature: 0.01, scf: { maxIterations: 2 } }],
  [
    "aluminium to a residual of 10⁻²⁰",
    { ...aluminium, temperature: 0.01, scf: { tolerance: { density: 1e-20 }, maxIterations: 40 } },
  ],
  ["a carbon atom at temperature 0", box("C")],
  [
    "aluminium with two bands",
    { ...aluminium, temperature: 0.05, bands: 2, scf: { tolerance: { density: 1e-12 }, maxIterations: 8 } },
  ],
  [
    "aluminium slab, `simple`, no acceleration",
    {
      ...slab,
      ecut: 6,
      scf: { mixing: { name: "simple" }, accelerator: { name: "none" }, maxIterations: 12 },
    },
  ],
];

console.log("| job | cause | remedy |");
console.log("|---|---|---|");
for (const [title, job] of JOBS) {
  const { diagnosis, iterations, status } = await runScf(job, { named: (option) => `--${option}` });
  const { cause, remedy } = diagnosis ?? { cause: `${status} after ${iterations} steps`, remedy: "" };
  console.log(`| ${title} | ${cause} | ${remedy} |`);
}
