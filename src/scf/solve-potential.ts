import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { type ReadonlyRealField, type RealField, squaredDistance } from "../kernels/fields.ts";
import { levelCapacity } from "../model/model.ts";
import type { BlockProgress, KeptBlocks, Orbitals } from "../parallel/orbitals.ts";
import type { IterateLevels } from "../precond/preconditioner.ts";
import { type EnergyWindow, windowWeights } from "../state/energy-window.ts";
import { densityWeights, type Levels, occupy } from "../state/occupation.ts";
import type { EigenRequest } from "../state/orbital-block.ts";
import { type EvaluatedTerms, energiesOf, evaluateTerms } from "../terms/sums.ts";
import { levelsAt } from "./iterate.ts";
import type { SolvedStep, StepStart } from "./method.ts";
import type { ScfProblem } from "./problem.ts";

/** Eigenvalues of a potential with their occupation. */
export interface SolvedLevels
  extends Pick<
    SolvedStep,
    "levels" | "occupation" | "residualNorms" | "hamiltonianApplications" | "isSolved"
  > {}

/** Density and energy of orbitals. */
export interface OfOrbitals extends Pick<SolvedStep, "rhoOut" | "energies"> {
  /** Terms of the energy at this density. */
  readonly evaluated: EvaluatedTerms;
  /** Local densities of states [Ha⁻¹ bohr⁻³], symmetrised, one for each energy window. */
  readonly states: readonly RealField[];
}

/** Orbitals, density and energy of a potential. */
export interface SolvedPotential extends SolvedLevels, OfOrbitals {
  /** The solved potential V [Ha], shape [nSpin·N]. */
  readonly potential: RealField;
}

/** Solves for the orbitals of a potential and occupies their levels. */
export async function solveLevels(
  { model }: PlaneWaveBasis,
  orbitals: Orbitals,
  potential: ReadonlyRealField,
  request: EigenRequest,
  progress?: BlockProgress,
  kept?: KeptBlocks,
): Promise<SolvedLevels> {
  const solved = await orbitals.diagonalise(potential, request, progress, kept);
  const levels = levelsOf(orbitals, solved);
  return {
    levels,
    occupation: occupy(model, levels),
    residualNorms: solved.map(({ residualNorms }) => residualNorms),
    hamiltonianApplications: solved.reduce((sum, { applications }) => sum + applications, 0),
    isSolved: solved.every(({ converged }) => converged),
  };
}

/** Returns the eigenvalues with the spin and weight of their blocks. */
export const levelsOf = (
  { spec: { blocks } }: Orbitals,
  solved: readonly { readonly eigenvalues: Float64Array }[],
): Levels[] =>
  solved.map(({ eigenvalues }, i) => {
    const { weight, spin } = blocks[i]!;
    return { weight, spin, eigenvalues };
  });

/**
 * Computes density, energy and local densities of states of orbitals in one pass over them.
 *
 * @param weights f_n w_k [electrons].
 * @param entropyEnergy −T S [Ha].
 * @param windows weights of the local densities of states.
 */
export async function ofOrbitals(
  { basis, terms }: Pick<ScfProblem, "basis" | "terms">,
  { orbitals, watch, progress }: Pick<StepStart, "orbitals" | "watch" | "progress">,
  weights: readonly Float64Array[],
  entropyEnergy = 0,
  windows: readonly (readonly Float64Array[])[] = [],
): Promise<OfOrbitals> {
  const [rhoOut, ...states] = await orbitals.densities([weights, ...windows], progress("density"));
  const ofOperators = await orbitals.energies(weights);
  basis.symmetrize(rhoOut!);
  for (const d of states) basis.symmetrize(d);
  watch.lap("density");
  const evaluated = evaluateTerms(terms, rhoOut!);
  const energies = energiesOf(terms, evaluated, ofOperators, entropyEnergy);
  watch.lap("potential");
  return { rhoOut: rhoOut!, states, evaluated, energies };
}

/**
 * Computes orbitals, occupation, density and energies of a potential: the step of every method that
 * diagonalises.
 *
 * @param needs energy windows of the local densities of states to compute with the density.
 */
export async function solvePotential(
  problem: Pick<ScfProblem, "basis" | "terms">,
  start: StepStart,
  potential: RealField,
  needs: (levels: IterateLevels) => readonly EnergyWindow[] = () => [],
): Promise<SolvedPotential> {
  const { basis } = problem;
  const { orbitals, state, watch, progress } = start;
  const request = { tolerance: state.eigenTolerance, nConverge: state.nConverge, maxIterations: 100 };
  const solved = await solveLevels(basis, orbitals, potential, request, progress("diagonalise"));
  watch.lap("diagonalise");
  const { levels, occupation } = solved;
  const windows = needs(levelsAt(basis, levels, occupation)).map((window) =>
    windowWeights(levels, levelCapacity(basis.model), window),
  );
  const weights = densityWeights(occupation, levels);
  const made = await ofOrbitals(problem, start, weights, occupation.entropyEnergy, windows);
  return { ...solved, ...made, potential };
}

/** Returns ‖ρ − ρ′‖ = √(∫|Δρ|² dr) [bohr^(-3/2)]. */
export const densityDistance = (
  { grid }: Pick<PlaneWaveBasis, "grid">,
  a: ReadonlyRealField,
  b: ReadonlyRealField,
): number => Math.sqrt(grid.dvol * squaredDistance(a, b));
