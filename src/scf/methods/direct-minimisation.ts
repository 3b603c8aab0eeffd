import { requireInput } from "../../common/failure.ts";
import { type NumberOptions, valuesOf } from "../../common/options.ts";
import { levelCapacity, type Model } from "../../model/model.ts";
import { occupy } from "../../state/occupation.ts";
import { totalPotential } from "../../terms/sums.ts";
import type { ScfIteration, ScfMethod, SolvedStep, StepStart } from "../method.ts";
import type { ScfProblem } from "../problem.ts";
import { targetResidual } from "../rules/tolerance.ts";
import {
  densityDistance,
  levelsOf,
  type OfOrbitals,
  ofOrbitals,
  solvePotential,
} from "../solve-potential.ts";
import type { MethodState } from "../state.ts";
import { combined, inner, type LbfgsPair, lbfgsDirection, type Panels } from "./lbfgs.ts";

/** Rule, default and limits of the number of `directMinimisation`. */
export const DIRECT_MINIMISATION_OPTIONS = {
  memory: {
    rule: "must be a positive number of past steps; 10 is usual",
    default: 10,
    isWhole: true,
    atLeast: 1,
  },
} as const satisfies NumberOptions;

export interface DirectMinimisationOptions {
  /** Number of past steps in the BFGS approximation, at least 1. Default 10. */
  readonly memory?: number | undefined;
}

/** Smallest accepted decrease, as part of the decrease predicted by the slope. */
const SUFFICIENT = 1e-4;
/** Relative difference below which energies are equal: rounding of sums over grid and bands. */
const ROUNDING = 1e-13;

/** Step along a direction, or a diagonalisation. */
interface MinimisedStep extends SolvedStep {
  /** Length of the step; 1 for a diagonalisation. */
  readonly length: number;
}

/**
 * Makes direct minimisation of the energy over orthonormal orbitals, ψ_kᴴψ_k = 1, by limited-memory
 * BFGS on the product of the Stiefel manifolds of all k-points [EAS98; Noc80]:
 *
 *   gradient 2 f w_k (Hψ − ψΛ),   metric Σ_k f w_k Re⟨,⟩,   K: Teter-Payne-Allan,
 *   ψ⁺ = orthonormalised ψ + t d,   t halved or better until the energy falls
 *
 * It needs no mixing and has no charge sloshing; the gap enters the condition number, and every
 * level must be full or empty. The table of steps shows the change of the density. Once it is
 * small, V[ρ] is diagonalised: the levels are then eigenvalues, and F(ρ) − ρ decides on convergence
 * as in all methods. A run without orbitals begins with a loose diagonalisation.
 *
 * @throws InputError if `memory` is out of range; `scf` throws it with smearing.
 *
 * @example
 * ```ts
 * import { bulk, directMinimisation, groundState, newJob, prepareScf } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const { problem, options } = await prepareScf(job);
 * const method = directMinimisation();
 * console.log((await groundState(problem, { ...options, method })).energies.total);
 * ```
 */
export function directMinimisation(options: DirectMinimisationOptions = {}): ScfMethod {
  const { memory } = valuesOf("directMinimisation", DIRECT_MINIMISATION_OPTIONS, options);
  return {
    name: "direct-minimisation",
    bands: fullBands,
    begin: (problem, tolerance) => minimisation(problem, memory, targetResidual(tolerance)),
  };
}

/** @throws InputError unless every level is full or empty. */
export const requireFullLevels = (temperature: number): void =>
  requireInput(
    temperature === 0,
    () =>
      `temperature: must be 0 with direct-minimisation, where every level is full or empty, got ${temperature}; for metals take anderson`,
  );

function fullBands(model: Model, chosen: number | null): number {
  const { temperature, nSpin, electrons } = model;
  requireFullLevels(temperature);
  requireInput(
    nSpin === 1,
    () => `spin: must be none with direct-minimisation, got ${nSpin} spins; mix densities, as anderson does`,
  );
  const fMax = levelCapacity(model);
  const filled = electrons / fMax;
  requireInput(
    Number.isInteger(filled) && (chosen === null || chosen === filled),
    () =>
      `bands: must be null or the ${filled} full bands of ${fMax} electrons for direct-minimisation, got ${chosen} for ${electrons} electrons`,
  );
  return filled;
}

function minimisation(problem: ScfProblem, memory: number, target: number): ScfIteration<MinimisedStep> {
  const { basis, terms } = problem;
  const method: MethodState = { name: "direct-minimisation" };
  const fMax = levelCapacity(basis.model);
  /** Density and energy of the current orbitals. */
  let point: OfOrbitals | undefined;
  let pairs: readonly LbfgsPair[] = [];
  /** Gradient before the last step, and this step. */
  let previous: { readonly gradient: Panels; readonly taken: Panels } | undefined;
  let needsMeasurement = false;
  let measureBelow = target / 4;

  const diagonalised = async (start: StepStart): Promise<MinimisedStep> => {
    const isMeasurement = point !== undefined;
    const rhoIn = start.state.rho;
    const potential = point?.evaluated.potential ?? totalPotential(terms, rhoIn);
    start.watch.lap("potential");
    const solved = await solvePotential(problem, start, potential);
    point = solved;
    // Eigenvectors are a rotation of the old orbitals: the BFGS history no longer applies.
    pairs = [];
    previous = undefined;
    needsMeasurement = false;
    const densityResidual = densityDistance(basis, solved.rhoOut, rhoIn);
    if (isMeasurement) measureBelow = Math.min(measureBelow / 2, densityResidual / 8);
    return { ...solved, rhoIn, densityResidual, isMeasurement, length: 1 };
  };

  const moved = async (start: StepStart): Promise<MinimisedStep> => {
    const { orbitals, watch } = start;
    const { blocks } = orbitals.spec;
    const metric = blocks.map(({ weight }) => fMax * weight);
    const full = metric.map((w) => new Float64Array(orbitals.spec.setup.nBands).fill(w));
    const evaluate = () => ofOrbitals(problem, start, full);
    const from = point ?? (await evaluate());
    const { potential } = from.evaluated;
    watch.lap("potential");
    const solved = await orbitals.gradient(potential);
    const gradient = solved.map((block) => block.gradient.map((x) => 2 * x));
    if (previous !== undefined) {
      const change = combined(gradient, -1, previous.gradient);
      const curvature = inner(metric, previous.taken, change);
      if (curvature > 0) pairs = [...pairs, { step: previous.taken, change, curvature }].slice(-memory);
    }
    const tangent = (x: Panels, preconditioned: boolean) => orbitals.tangentPart(x, preconditioned);
    let direction = await tangent(
      await lbfgsDirection(metric, pairs, gradient, (x) => tangent(x, true)),
      false,
    );
    let slope = inner(metric, gradient, direction);
    if (!(slope < 0)) {
      pairs = [];
      const descent = gradient.map((x) => x.map((value) => -value));
      direction = await tangent(descent, true);
      slope = inner(metric, gradient, direction);
    }
    const { found, length } = await lineSearch(start, evaluate, from, direction, slope);
    previous = { gradient, taken: direction.map((x) => x.map((value) => length * value)) };
    point = found;
    const levels = levelsOf(orbitals, solved);
    const densityResidual = densityDistance(basis, found.rhoOut, from.rhoOut);
    needsMeasurement = densityResidual < measureBelow;
    return {
      ...found,
      rhoIn: from.rhoOut,
      densityResidual,
      levels,
      occupation: occupy(basis.model, levels),
      residualNorms: solved.map(({ residualNorms }) => residualNorms),
      hamiltonianApplications: solved.reduce((sum, { applications }) => sum + applications, 0),
      isSolved: true,
      isMeasurement: false,
      length,
    };
  };

  return {
    solve: (start) =>
      needsMeasurement || (point === undefined && start.state.orbitals === undefined)
        ? diagonalised(start)
        : moved(start),
    next: async (_, { rhoOut, length }) => ({ rho: rhoOut, method, damping: length }),
  };
}

/** Moves the orbitals along a direction to a lower energy, or back to `from` at rounding level. */
async function lineSearch(
  { orbitals, watch }: StepStart,
  evaluate: () => Promise<OfOrbitals>,
  from: OfOrbitals,
  direction: Panels,
  slope: number,
): Promise<{ readonly found: OfOrbitals; readonly length: number }> {
  const psi = await orbitals.save();
  const before = from.energies.total;
  let length = 1;
  for (let tries = 0; tries < 20; tries++) {
    await orbitals.retract(combined(psi, length, direction));
    watch.lap("diagonalise");
    const found = await evaluate();
    const rise = found.energies.total - before;
    if (rise <= SUFFICIENT * length * slope + ROUNDING * Math.abs(before)) return { found, length };
    const lowest = (-0.5 * slope * length * length) / (rise - slope * length);
    length = Math.max(0.1 * length, Math.min(0.5 * length, lowest));
  }
  await orbitals.retract(psi);
  return { found: from, length: 0 };
}
