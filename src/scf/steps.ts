import { requireInput } from "../common/failure.ts";
import { asRealField } from "../kernels/fields.ts";
import { addedWork } from "../kernels/work.ts";
import { magnetisation, spinDensity } from "../observables/magnetisation.ts";
import { densityWeights } from "../state/occupation.ts";
import { requireTerms } from "../terms/sums.ts";
import { requireSymmetric } from "../terms/symmetric-terms.ts";
import { hasDirectGap, holdsTail } from "./diagnosis.ts";
import { firstState } from "./first-state.ts";
import type { HeldOrbitals } from "./held-orbitals.ts";
import type { NextStep, SolvedStep } from "./method.ts";
import type { ScfOptions, ScfOutcome, StepProgress } from "./options.ts";
import type { ScfProblem } from "./problem.ts";
import { nextBands } from "./rules/bands.ts";
import { eigenTolerance } from "./rules/eigen-tolerance.ts";
import { meets } from "./rules/tolerance.ts";
import type { HistoryRow, ScfStep } from "./state.ts";
import { type StepTimes, stopwatch } from "./stopwatch.ts";

/**
 * Runs the loop of `scf`. The method finds orbitals, density and energy and decides the next step;
 * the loop holds what all methods share: end, eigensolver tolerance, number of bands, history.
 */
export async function* iterate(
  problem: ScfProblem,
  options: ScfOptions,
  held: HeldOrbitals,
): AsyncGenerator<ScfStep, ScfOutcome> {
  requireOptions(options);
  requireTerms(problem.terms);
  const { method, tolerance, maxIterations, signal, onProgress } = options;
  const { model, kpoints } = problem.basis;
  const bands = method.bands === undefined ? options.bands : method.bands(model, options.bands);
  const maxBands = Math.min(...kpoints.map(({ planeWaves }) => planeWaves));
  let state = firstState(problem, options, bands, maxBands);
  const symmetric = asRealField(state.rho.slice()); // of a restart it may not be
  problem.basis.symmetrize(symmetric);
  requireSymmetric(problem.terms, problem.basis, symmetric);
  const iteration = method.begin(problem, tolerance);
  const first = await held.atLeast(state.nBands);
  if (state.orbitals !== undefined) await first.restore(state.orbitals);
  for (;;) {
    const watch = stopwatch();
    const orbitals = await held.atLeast(state.nBands);
    const step = state.history.length + 1;
    const progress = (phase: StepProgress["phase"]) => (done: number, total: number) =>
      onProgress?.({ step, phase, done, total });
    const start = { orbitals, state, watch, progress };
    const before = await orbitals.work();
    const solved = await iteration.solve(start);
    const isMet = meets(tolerance, solved, state.history.at(-1));
    const isDone = solved.isMeasurement && solved.isSolved && isMet;
    const { occupation } = solved;
    const reason = !hasDirectGap(occupation) ? "no-gap" : holdsTail(occupation) ? "converged" : "few-bands";
    const converged = isDone && reason === "converged";
    const next = await iteration.next(start, solved, isDone);
    watch.lap("mixing");
    const work = addedWork(await orbitals.work(), before, -1);
    const row = { ...rowOf(step, problem, solved, next, watch.seconds), work };
    const history = [...state.history, row];
    const weights = densityWeights(occupation, solved.levels);
    state = {
      rho: next.rho,
      method: next.method,
      history,
      eigenTolerance: eigenTolerance(history, weights, next.stepNorm, state.eigenTolerance),
      ...nextBands(state, occupation, bands !== null, maxBands),
    };
    const { energies, rhoIn, rhoOut, levels, residualNorms } = solved;
    const warnings = solved.isSolved ? occupation.warnings : [...occupation.warnings, NOT_SOLVED];
    const last: ScfStep = {
      row,
      energies,
      rhoIn,
      rhoOut,
      levels,
      residualNorms,
      occupation,
      converged,
      warnings,
      state,
    };
    yield last;
    if (isDone) return { last, reason };
    if (signal?.aborted) return { last, reason: "interrupted" };
    if (step >= maxIterations) return { last, reason: "iteration-limit" };
  }
}

const NOT_SOLVED = "the eigensolver reached its iteration limit; more bands may help";

function rowOf(
  step: number,
  { basis: { model, grid } }: ScfProblem,
  { energies, rhoOut, densityResidual, hamiltonianApplications }: SolvedStep,
  { damping }: NextStep,
  parts: StepTimes,
): HistoryRow {
  const moment = model.nSpin === 1 ? undefined : magnetisation(spinDensity(rhoOut), grid.dvol).total;
  return {
    step,
    energy: energies.total,
    densityResidual,
    damping,
    ...(moment === undefined ? {} : { magnetisation: moment }),
    seconds: Object.values(parts).reduce((sum, part) => sum + part, 0),
    hamiltonianApplications,
    parts,
  };
}

function requireOptions({ tolerance, maxIterations }: ScfOptions): void {
  requireInput(
    Number.isInteger(maxIterations) && maxIterations > 0,
    () => `maxIterations: must be a positive whole number, got ${maxIterations}`,
  );
  const given = [tolerance.density, tolerance.energy].filter((t) => t !== undefined);
  requireInput(
    given.length > 0 && given.every((t) => t > 0),
    () => `tolerance: needs a positive density or energy tolerance, got ${JSON.stringify(tolerance)}`,
  );
}
