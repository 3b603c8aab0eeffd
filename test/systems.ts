import { prepareScf, type RunOptions } from "../src/job/prepare/prepare-scf.ts";
import { type ScfEnd, type ScfOptions, type ScfProblem, solveScf } from "../src/scf/scf.ts";
import type { ScfStep } from "../src/scf/state.ts";

/** The smallest crystals that show what a test is about: a semiconductor and a metal, below a tenth of a second each. */
export const SILICON = {
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
  pseudopotentials: "gth-lda",
  functional: "lda-pw92",
  ecut: 5,
  kgrid: [2, 2, 2],
};

export const ALUMINIUM = {
  structure: {
    lattice: [
      [0, 3.82, 3.82],
      [3.82, 0, 3.82],
      [3.82, 3.82, 0],
    ],
    atoms: [{ element: "Al", position: [0, 0, 0] }],
  },
  pseudopotentials: "gth-lda",
  functional: "lda-pw92",
  ecut: 6,
  kgrid: [2, 2, 2],
  temperature: 0.02,
  smearing: "fermi-dirac",
};

/** A job with its silicon atoms out of place, so that it has forces and no symmetry. */
export const DISPLACED_SILICON = {
  ...SILICON,
  structure: {
    ...SILICON.structure,
    atoms: [
      { element: "Si", position: [0.14, 0.12, 0.11] },
      { element: "Si", position: [-0.125, -0.125, -0.125] },
    ],
  },
};

/** `job` with its density converged to `density`. */
export const to = <T extends object>(density: number, job: T, scfChoices: object = {}) => ({
  ...job,
  scf: { ...scfChoices, tolerance: { density } },
});

export interface Finished {
  readonly end: ScfEnd;
  readonly steps: readonly ScfStep[];
  readonly problem: ScfProblem;
}

/** Runs a job step by step; `change` may replace parts of how it is solved. Orbitals are closed. */
export async function finish(
  job: object,
  change: Partial<ScfOptions> = {},
  run: RunOptions = {},
): Promise<Finished> {
  const { problem, options } = await prepareScf(job, run);
  const steps: ScfStep[] = [];
  const end = await solveScf(problem, { ...options, ...change }, (step) => void steps.push(step));
  await end.orbitals.close();
  return { end, steps, problem };
}

/** A layer of lithium hydride with a dipole, tilted against the cell. */
export const TILTED_LAYER = {
  structure: {
    lattice: [[6, 0, 0], [0, 6, 0], [0, 0, 20]], // biome-ignore format: a matrix
    atoms: [
      { element: "Li", position: [0.1, 0, 0.3] },
      { element: "H", position: [0, 0.05, 0.44] },
    ],
  },
  pseudopotentials: { Li: "gth-lda-q1", H: "gth-lda" },
  ecut: 6,
};
