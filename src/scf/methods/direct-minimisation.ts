import { requireInput } from "../../common/failure.ts";
import { difference, dotReal, type RealField } from "../../kernels/fields.ts";
import { levelCapacity } from "../../model/model.ts";
import { smearing } from "../../model/smearing.ts";
import type { Orbitals } from "../../parallel/orbitals.ts";
import { occupy } from "../../state/occupation.ts";
import { type EvaluatedTerms, energiesOf, evaluateTerms, totalPotential } from "../../terms/sums.ts";
import { eigenTolerance } from "../eigen-tolerance.ts";
import type { HeldOrbitals } from "../held-orbitals.ts";
import type { DirectMinimisation, ScfOptions, ScfOutcome, ScfProblem } from "../problem.ts";
import type { Energies, HistoryRow, ScfState, ScfStep } from "../state.ts";
import { meets } from "../tolerance.ts";
import { combined, inner, type LbfgsPair, lbfgsDirection, type Panels } from "./lbfgs.ts";

/** @throws InputError if `memory` is not a whole number of at least 1. Default 10. */
export function directMinimisation({ memory = 10 }: { readonly memory?: number } = {}): DirectMinimisation {
  requireInput(
    Number.isInteger(memory) && memory >= 1,
    () => `scf.accelerator.memory: must be a whole number of at least 1, got ${memory}; 10 is usual`,
  );
  return { name: `direct-minimisation(memory=${memory})`, memory };
}

/** Part of the decrease that the slope promises which a step must bring. */
const SUFFICIENT = 1e-4;
/** Energies closer than this times their size are equal: rounding of sums over grid and bands. */
const ROUNDING = 1e-13;

interface Point {
  readonly psi: Panels;
  readonly rho: RealField;
  readonly evaluated: EvaluatedTerms;
  readonly energies: Energies;
}

/**
 * Minimises the energy over the orbitals themselves, ψ_kᴴψ_k = 1, by limited-memory BFGS on the product of the
 * Stiefel manifolds of all k-points [EAS98; Noc80]:
 *
 *   gradient 2 f w_k (Hψ − ψΛ),   metric Σ_k f w_k Re⟨,⟩,   K: Teter-Payne-Allan,
 *   ψ⁺ = orthonormalised ψ + t d,   t halved or better until the energy falls
 *
 * There is no mixing to choose and no charge to slosh; the gap enters the condition number instead, and every level
 * must be full or empty. Rows hold the change of the density; when that is small the orbitals of V[ρ] are solved for, so that
 * F(ρ) − ρ decides on convergence as everywhere, and the levels of the result are eigenvalues.
 *
 * @throws InputError with smearing.
 */
export async function* minimise(
  problem: ScfProblem,
  options: ScfOptions,
  { memory }: DirectMinimisation,
  startDensity: RealField,
  held: HeldOrbitals,
): AsyncGenerator<ScfStep, ScfOutcome> {
  const { basis, terms } = problem;
  const { model, grid } = basis;
  requireInput(
    model.temperature === 0 && model.nSpin === 1,
    () =>
      `scf.accelerator: direct-minimisation needs levels that are full or empty, got temperature ${model.temperature} Ha; set temperature to 0 or take anderson`,
  );
  const fMax = levelCapacity(model);
  const filled = model.electrons / fMax;
  requireInput(
    Number.isInteger(filled) && (options.bands === null || options.bands === filled),
    () =>
      `bands: must be null or the ${filled} full bands of ${fMax} electrons for direct-minimisation, got ${options.bands} for ${model.electrons} electrons`,
  );
  const orbitals = await held.atLeast(filled);
  const { blocks } = orbitals.spec;
  const metric = blocks.map(({ weight }) => fMax * weight);
  const full = blocks.map(({ weight }) => new Float64Array(filled).fill(fMax * weight));

  /** Density and energy of the orbitals as they stand. */
  const look = async (): Promise<Point> => {
    const rho = await orbitals.density(full);
    basis.symmetrize(rho);
    const evaluated = evaluateTerms(terms, rho);
    const energies = energiesOf(terms, evaluated, await orbitals.energies(full), 0);
    return { psi: await orbitals.save(), rho, evaluated, energies };
  };
  const step = (
    began: number,
    rhoIn: RealField,
    point: Point,
    solved: readonly { readonly eigenvalues: Float64Array; readonly residualNorms: Float64Array }[],
    { damping, applications, converged }: { damping: number; applications: number; converged: boolean },
  ): ScfStep => {
    const change = difference(point.rho, rhoIn);
    const row: HistoryRow = {
      step: history.length + 1,
      energy: point.energies.total,
      densityResidual: Math.sqrt(grid.dvol * dotReal(change, change)),
      damping,
      seconds: (performance.now() - began) / 1000,
      hamiltonianApplications: applications,
    };
    history = [...history, row];
    const levels = solved.map(({ eigenvalues }, i) => ({ weight: blocks[i]!.weight, eigenvalues }));
    const occupation = occupy(levels, model.electrons, fMax, smearing("none"), 0);
    const state: ScfState = {
      rho: point.rho,
      accelerator: [],
      history,
      eigenTolerance: eigenTolerance(history),
      nBands: filled,
      nConverge: filled,
    };
    const norms = solved.map(({ residualNorms }) => residualNorms);
    const isDone = converged && meets(options.tolerance, row, history.at(-2));
    return { row, energies: point.energies, rhoIn, rhoOut: point.rho, levels, residualNorms: norms, occupation, converged: isDone, warnings: [], state }; // biome-ignore format: one record
  };
  const endOf = ({ converged }: ScfStep): ScfOutcome["reason"] | undefined =>
    converged
      ? "converged"
      : options.signal?.aborted
        ? "interrupted"
        : history.length >= options.maxIterations
          ? "iteration-limit"
          : undefined;

  let history: readonly HistoryRow[] = options.restart?.history ?? [];
  let measureBelow = (options.tolerance.density ?? Math.sqrt(options.tolerance.energy ?? 0)) / 4;
  let began = performance.now();
  let rhoIn = options.restart?.rho ?? startDensity;
  let pairs: readonly LbfgsPair[] = [];
  let last: ScfStep;
  let point: Point;
  if (options.restart?.orbitals === undefined) {
    const request = { tolerance: eigenTolerance(history), nConverge: filled, maxIterations: 100 };
    const solved = await orbitals.diagonalise(totalPotential(terms, rhoIn), request);
    point = await look();
    last = step(began, rhoIn, point, solved, { damping: 1, applications: sum(solved), converged: false });
    yield last;
  } else {
    await orbitals.restore(options.restart.orbitals);
    point = await look();
  }
  let previous: { readonly gradient: Panels; readonly taken: Panels } | undefined;
  for (;;) {
    began = performance.now();
    const solved = await orbitals.gradient(point.evaluated.potential);
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
      direction = await tangent(
        gradient.map((x) => x.map((value) => -value)),
        true,
      );
      slope = inner(metric, gradient, direction);
    }
    const { found, length } = await lineSearch(orbitals, look, point, direction, slope);
    previous = { gradient, taken: direction.map((x) => x.map((value) => length * value)) };
    rhoIn = point.rho;
    point = found;
    last = step(began, rhoIn, point, solved, {
      damping: length,
      applications: sum(solved),
      converged: false,
    });
    yield last;
    let reason = endOf(last);
    if (reason === undefined && last.row.densityResidual < measureBelow) {
      began = performance.now();
      const request = { tolerance: eigenTolerance(history), nConverge: filled, maxIterations: 100 };
      const measured = await orbitals.diagonalise(point.evaluated.potential, request);
      rhoIn = point.rho;
      point = await look();
      const converged = measured.every((block) => block.converged);
      last = step(began, rhoIn, point, measured, { damping: 1, applications: sum(measured), converged });
      yield last;
      reason = endOf(last);
      // The eigenvectors are other orbitals: what was learned about the old ones is void.
      pairs = [];
      previous = undefined;
      measureBelow = Math.min(measureBelow / 2, last.row.densityResidual / 8);
    }
    if (reason !== undefined) return { last, reason };
  }
}

/** The orbitals of an energy that is low enough along the direction; those of `from` where rounding is all there is. */
async function lineSearch(
  orbitals: Orbitals,
  look: () => Promise<Point>,
  from: Point,
  direction: Panels,
  slope: number,
): Promise<{ readonly found: Point; readonly length: number }> {
  const before = from.energies.total;
  let length = 1;
  for (let tries = 0; tries < 20; tries++) {
    await orbitals.retract(combined(from.psi, length, direction));
    const found = await look();
    const rise = found.energies.total - before;
    if (rise <= SUFFICIENT * length * slope + ROUNDING * Math.abs(before)) return { found, length };
    const lowest = (-0.5 * slope * length * length) / (rise - slope * length);
    length = Math.max(0.1 * length, Math.min(0.5 * length, lowest));
  }
  await orbitals.retract(from.psi);
  return { found: from, length: 0 };
}

const sum = (solved: readonly { readonly applications: number }[]): number =>
  solved.reduce((total, { applications }) => total + applications, 0);
