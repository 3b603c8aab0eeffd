import { solveBands } from "../bands/solve-bands.ts";
import { type KpointChoice, kpointClasses } from "../model/kpoint-set.ts";
import type { Model } from "../model/model.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import type { ScfProblem } from "../scf/problem.ts";
import { densityDistance } from "../scf/solve-potential.ts";
import { densityWeights, type Levels, occupy } from "../state/occupation.ts";
import { operatorsOf, totalPotential } from "../terms/sums.ts";
import { newtonDensity, type SolvedPoint, solvedPoint } from "./newton.ts";
import type { WithErrors } from "./parts.ts";

/** A ground state, its orbitals at `point`, and who may stop the work. */
interface Place {
  readonly problem: ScfProblem;
  readonly orbitals: Orbitals;
  readonly point: SolvedPoint;
  readonly signal?: AbortSignal | undefined;
}

/** Values of the same system on another k-grid. */
export interface OnKgrid extends WithErrors {
  /** Why they are an order of magnitude at best. */
  readonly doubt?: string;
}

/** Residual norm of levels [Ha]: energies to 1e-9 Ha and better. */
const LEVEL_TOLERANCE = 1e-5;
/** The same of orbitals whose forces are wanted. */
const ORBITAL_TOLERANCE = 1e-6;
/** Steps from the density of the run end at this share of the residual that it has there. */
const STEPS = { most: 8, share: 0.003 };
/** How each step is solved. */
const NEWTON = { tolerance: 1e-2, maxProducts: 60 };

/**
 * Returns how much the free energy changes to another k-grid in the potential of the run [Ha]: by
 * its levels, Σ w f ε − TS.
 */
export async function levelsOnKgrid(
  { problem, orbitals, point, signal }: Place,
  grid: KpointChoice,
  onProgress?: BlockProgress,
): Promise<number> {
  const { model, operations, timeReversal } = problem.basis;
  const { setup, nSpin, backend } = orbitals.spec;
  const { kpoints } = kpointClasses(grid, operations, timeReversal);
  const own = point.levels.map((levels) => ({
    ...levels,
    eigenvalues: levels.eigenvalues.slice(0, point.nStates),
  }));
  const solved = await solveBands(
    { setup, potential: totalPotential(problem.terms, point.rhoIn), nSpin: nSpin as 1 | 2 },
    kpoints.map(({ k }) => k),
    {
      nBands: point.nStates,
      tolerance: LEVEL_TOLERANCE,
      threads: problem.threads ?? orbitals.threads,
      worker: problem.worker,
      backend,
      onProgress,
      signal,
    },
  );
  const there = solved.map(({ spin, energies }, i) => ({
    spin,
    weight: kpoints[i % kpoints.length]!.weight,
    eigenvalues: energies,
  }));
  return bandEnergy(model, there) - bandEnergy(model, own);
}

/** Σ w f ε − TS [Ha]. */
function bandEnergy(model: Model, levels: readonly Levels[]): number {
  const occupation = occupy(model, levels);
  const weights = densityWeights(occupation, levels);
  return levels.reduce(
    (sum, { eigenvalues }, i) => eigenvalues.reduce((part, e, n) => part + weights[i]![n]! * e, sum),
    occupation.entropyEnergy,
  );
}

/**
 * Returns energy, forces and stress on another k-grid. From the density ρ of the run it takes steps
 * ρ + (1 − χ₀K)⁻¹(F(ρ) − ρ) with F of that grid and the response χ₀ of the orbitals of the run,
 * until little is left of F(ρ) − ρ.
 *
 * @param there the same system and FFT grid with other k-points.
 */
export async function iteratedOnKgrid(
  { problem, orbitals, point, signal }: Place,
  there: ScfProblem,
  onProgress?: BlockProgress,
): Promise<OnKgrid> {
  const { nBands } = orbitals.spec.setup;
  const others = await there.createOrbitals(nBands, operatorsOf(there.terms), signal);
  try {
    const request = { nStates: point.nStates, tolerance: ORBITAL_TOLERANCE };
    const at = (rho: SolvedPoint["rhoIn"]) => solvedPoint(there, others, rho, request, onProgress);
    const residual = ({ rhoIn, rhoOut }: SolvedPoint) => densityDistance(problem.basis, rhoOut, rhoIn);
    let found = await at(point.rhoIn);
    const enough = STEPS.share * residual(found);
    for (let step = 0; step < STEPS.most && residual(found) > enough; step++) {
      signal?.throwIfAborted();
      const { rhoIn, rhoOut } = found;
      found = await at((await newtonDensity(problem, { ...point, rhoIn, rhoOut }, NEWTON)).rho);
    }
    const { energies, forces, stress, occupation, converged } = found;
    const { choice } = there.basis;
    const grid = "kgrid" in choice ? choice.kgrid.join("x") : "";
    const doubt = !converged
      ? `the eigensolver reached its iteration limit on ${grid}`
      : residual(found) > enough
        ? `the density on ${grid} did not converge in ${STEPS.most} steps with the response of this grid`
        : (occupation.gap ?? 1) <= 0
          ? `filled and empty levels overlap on ${grid}; give a smearing`
          : undefined;
    return {
      energy: energies.total,
      forces,
      stress,
      ...(doubt !== undefined && { doubt: `k-points: ${doubt}` }),
    };
  } finally {
    await others.close();
  }
}
