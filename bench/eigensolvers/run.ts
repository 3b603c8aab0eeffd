import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createKPoint } from "../../src/basis/kpoint.ts";
import { realBasis } from "../../src/basis/real/real-basis.ts";
import { supercell } from "../../src/build/supercell.ts";
import { InputError } from "../../src/common/failure.ts";
import { random } from "../../src/common/random.ts";
import { newJob } from "../../src/job/new-job.ts";
import { solve } from "../../src/job/tasks/scf/solve.ts";
import { createKernels } from "../../src/kernels/backends.ts";
import { lobpcg } from "../../src/solvers/lobpcg.ts";
import { lobpcgWorkspace } from "../../src/solvers/lobpcg-workspace.ts";
import { superpositionOfAtoms } from "../../src/state/guess.ts";
import { createHamiltonian } from "../../src/terms/hamiltonian.ts";
import { operatorsOf, totalPotential } from "../../src/terms/sums.ts";
import { command } from "../harness/command.ts";
import { threadTime } from "../harness/thread-clock.ts";
import { chebyshev } from "./chebyshev.ts";
import { davidson } from "./davidson.ts";
import { ppcg } from "./ppcg.ts";
import type { Eigensolver } from "./solver.ts";

/*
 * npx tsx bench/eigensolvers/run.ts [--backend wasm] [SYSTEM …]
 * Eigensolvers at the potentials of an iteration: applications of H and processor time, each for a band, of the first k-point. The orbitals
 * of a stage start the next one: random ones in the potential of the atoms' densities, then that of the ground state ever more tightly,
 * with a hundredth of the step before it left at each stage, as an iteration comes closer.
 */
const STAGES = [
  { left: 1, tolerance: 0.025 },
  { left: 0.1, tolerance: 5e-3 },
  { left: 1e-3, tolerance: 1e-4 },
  { left: 1e-5, tolerance: 1e-6 },
  { left: 0, tolerance: 1e-8 },
] as const;

const own: Eigensolver = (kernels, operator, x, m, options) =>
  lobpcg(kernels, operator, x, m, lobpcgWorkspace(kernels, operator.n, m), options);
const SOLVERS: Readonly<Record<string, Eigensolver>> = { lobpcg: own, davidson, chebyshev, ppcg };

/** The cube of eight silicon atoms, repeated. */
const CORNERS = [[0, 0, 0], [0, 2, 2], [2, 0, 2], [2, 2, 0]] as const; // biome-ignore format: quarters
const CUBE = {
  lattice: [[10.26, 0, 0], [0, 10.26, 0], [0, 0, 10.26]], // biome-ignore format: a matrix
  atoms: CORNERS.flatMap((corner) => [0, 1].map((shift) => ({ element: "Si", position: corner.map((x) => (x + shift) / 4) }))), // biome-ignore format: atoms
} as unknown as Parameters<typeof supercell>[0];
const silicon = (n: number) =>
  newJob(supercell(CUBE, [n, n, n]), { ecut: 6, kgrid: [1, 1, 1], isMetal: false });
const shipped = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../examples/${name}.json`, import.meta.url), "utf8"));
const SYSTEMS: Readonly<Record<string, () => unknown>> = {
  silicon: () => shipped("silicon"),
  "gallium-arsenide": () => shipped("gallium-arsenide"),
  "aluminium-slab": () => shipped("aluminium-slab"),
  iron: () => shipped("iron"),
  water: () => shipped("water"),
  Si8: () => silicon(1),
  Si64: () => silicon(2),
};

interface Cost {
  applications: number;
  seconds: number;
  isConverged: boolean;
}

async function measure(job: unknown, backend: "wasm" | "native") {
  await using state = await solve(job, { backend });
  const { basis, terms } = state;
  const { spec } = state.orbitals;
  const { setup } = spec;
  const start = totalPotential(terms, superpositionOfAtoms(basis.model, basis.grid));
  const end = totalPotential(terms, state.last.rhoOut);
  const kernels = await createKernels(backend);
  const potential = kernels.alloc(basis.grid.points);
  const kpoint = createKPoint(setup.lattice, setup.size, setup.ecut, spec.blocks[0]!.k, 1);
  const real = setup.realOrbitals && realBasis(kpoint, setup.realOrbitals.centre);
  const hamiltonian = createHamiltonian(kernels, { ...setup, operators: operatorsOf(terms) }, setup.size, kpoint, potential, real); // biome-ignore format: one call
  const { numbers, n } = hamiltonian;
  const m = setup.nBands;
  const costs = new Map<string, Cost[]>();
  for (const [name, solver] of Object.entries(SOLVERS)) {
    const x = numbers.alloc(numbers.width * n * m);
    const stream = random(setup.seed);
    for (let j = 0; j < m; j++)
      for (let g = 0; g < n; g++)
        for (let c = 0; c < numbers.width; c++)
          x[numbers.width * (g + n * j) + c] = stream.normal() / (1 + kpoint.kinetic[g]! ** 2);
    const each: Cost[] = [];
    for (const { left, tolerance } of STAGES) {
      for (let r = 0; r < potential.length; r++) potential[r] = end[r]! + left * (start[r]! - end[r]!);
      const began = threadTime();
      const { applications, converged } = solver(numbers, hamiltonian, x, m, {
        tolerance,
        nConverge: state.last.state.nConverge,
        maxIterations: 100,
      });
      each.push({
        applications: applications / m,
        seconds: (threadTime() - began) / 1000,
        isConverged: converged,
      });
    }
    costs.set(name, each);
  }
  return { n, m, isReal: real !== undefined, costs };
}

await command(async () => {
  const { values, positionals } = parseArgs({
    options: { backend: { type: "string", default: "wasm" } },
    allowPositionals: true,
  });
  if (values.backend !== "wasm" && values.backend !== "native")
    throw new InputError(`--backend: must be wasm or native, got ${values.backend}`);
  const names = positionals.length > 0 ? positionals : Object.keys(SYSTEMS);
  console.log(
    `| system | solver | ${STAGES.map(({ tolerance }) => `H to ${tolerance}`).join(" | ")} | all | ms a band |`,
  );
  console.log(`|---|---|${STAGES.map(() => "---:").join("|")}|---:|---:|`);
  for (const name of names) {
    const job = SYSTEMS[name];
    if (job === undefined)
      throw new InputError(`system: must be one of ${Object.keys(SYSTEMS).join(", ")}, got ${name}`);
    const { n, m, isReal, costs } = await measure(job(), values.backend);
    for (const [solver, each] of costs) {
      const cells = each.map(
        ({ applications, isConverged }) => `${applications.toFixed(1)}${isConverged ? "" : " (not there)"}`,
      );
      const sum = (of: keyof Pick<Cost, "applications" | "seconds">) =>
        each.reduce((total, cost) => total + cost[of], 0);
      const system = `${name}, ${m} bands of ${n} ${isReal ? "real" : "complex"}`;
      console.log(
        `| ${system} | ${solver} | ${cells.join(" | ")} | ${sum("applications").toFixed(1)} | ${((1000 * sum("seconds")) / m).toFixed(1)} |`,
      );
    }
  }
});
