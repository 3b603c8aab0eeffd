import { bulk } from "../src/build/bulk.ts";
import { slab } from "../src/build/slab.ts";
import { supercell } from "../src/build/supercell.ts";
import { newJob } from "../src/job/new-job.ts";
import { takenBy } from "./harness/taken.ts";

/*
 * npm run build && npx tsx bench/growth.ts [--slabs] [N …]
 * How time and memory grow with the number of atoms: cubes of N³ cells of eight silicon atoms at Γ (default N = 1, 2, 3), or
 * aluminium slabs of N layers (default 10, 20, 40), five steps each, in a process of its own.
 */
const words = process.argv.slice(2);
const areSlabs = words[0] === "--slabs";
const sizes = words.slice(areSlabs ? 1 : 0).map(Number);

const STEPS = 5;
const cube = bulk("Si", { conventional: true });
const structureOf = (n: number) =>
  areSlabs ? slab("Al", { layers: n, vacuum: 20 }) : supercell(cube, [n, n, n]);
const SETTINGS = areSlabs
  ? { ecut: 6, kgrid: [2, 2, 1] as const }
  : { ecut: 5, kgrid: [1, 1, 1] as const, isMetal: false };

const rows = (sizes.length > 0 ? sizes : areSlabs ? [10, 20, 40] : [1, 2, 3]).map((n) => {
  const structure = structureOf(n);
  const job = { ...newJob(structure, SETTINGS), scf: { maxIterations: STEPS } };
  const { secondsPerStep, bytes } = takenBy(job);
  return { atoms: structure.atoms.length, secondsPerStep, mebibytes: bytes / 2 ** 20 };
});

/** Exponent p of y ~ x^p between neighbouring rows. */
const exponent = (i: number, of: (row: (typeof rows)[number]) => number): string =>
  i === 0
    ? ""
    : (Math.log(of(rows[i]!) / of(rows[i - 1]!)) / Math.log(rows[i]!.atoms / rows[i - 1]!.atoms)).toFixed(2);

console.log("| atoms | s of the processor for a step | exponent | MiB | exponent |");
console.log("|---|---|---|---|---|");
rows.forEach(({ atoms, secondsPerStep, mebibytes }, i) => {
  const cells = [atoms, secondsPerStep.toPrecision(3), exponent(i, (row) => row.secondsPerStep), mebibytes.toFixed(0), exponent(i, (row) => row.mebibytes)]; // biome-ignore format: one line
  console.log(`| ${cells.join(" | ")} |`);
});
