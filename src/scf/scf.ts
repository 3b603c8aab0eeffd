import { requireInput } from "../common/failure.ts";
import { asRealField, difference, dotReal, newRealField, type RealField } from "../kernels/fields.ts";
import { levelCapacity } from "../model/model.ts";
import { smearing as smearingOf } from "../model/smearing.ts";
import { magnetisation, spinDensity } from "../observables/magnetisation.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import { windowWeights } from "../state/energy-window.ts";
import { superpositionOfAtoms } from "../state/guess.ts";
import { type Levels, type Occupation, occupy } from "../state/occupation.ts";
import { type EvaluatedTerms, energiesOf, evaluateTerms, requireTerms } from "../terms/sums.ts";
import type { Accelerator, Weigh } from "./accelerators/accelerator.ts";
import { energyNorm } from "./accelerators/energy-norm.ts";
import { electronsToHold, initialBands, nextBands } from "./bands.ts";
import { eigenTolerance } from "./eigen-tolerance.ts";
import { type HeldOrbitals, holdOrbitals } from "./held-orbitals.ts";
import { interruptible } from "./interruptible.ts";
import { iterateAt, levelsAt, type StatesInWindow } from "./iterate.ts";
import type { AdaptiveDamping } from "./methods/adaptive-damping.ts";
import { minimise } from "./methods/direct-minimisation.ts";
import { guardedNext } from "./methods/guard.ts";
import { searchNext } from "./methods/line-search.ts";
import type { ScfEnd, ScfOptions, ScfOutcome, ScfProblem } from "./problem.ts";
import { keepBothSpins } from "./spin-floor.ts";
import type { HistoryRow, ScfState, ScfStep } from "./state.ts";
import { stopwatch } from "./stopwatch.ts";
import { meets } from "./tolerance.ts";

export type { ScfEnd, ScfOptions, ScfOutcome, ScfProblem, StepProgress } from "./problem.ts";

/**
 * The self-consistent field ρ = F(ρ) by damped, preconditioned, accelerated iteration:
 *
 *   V = δE/δρ at ρ;  orbitals of ½|k+G|² + V + V_nl;  occupations;  F(ρ) = Σ f w |ψ|²;
 *   ρ⁺ = next(ρ, P⁻¹(F(ρ) − ρ))
 *
 * Under adaptive damping the potential is iterated in place of the density, V⁺ = V + α d; see `line-search.ts`. ρin is then the
 * density that V was made from: of the last accepted potential along a line, and as above where F(ρ) − ρ is measured,
 * which alone can end the iteration.
 *
 * One step is yielded per diagonalisation, the last one included. The energy is that of the output orbitals and their
 * density, hence variational: its error is of second order in the density's.
 *
 * Direct minimisation has a loop of its own, in `direct-minimisation.ts`.
 *
 * The threads and memory that the orbitals take are closed when the iteration ends, however it ends: at its end, by an
 * error, or because the caller leaves its loop. Where orbitals are needed afterwards, `solveScf` hands them over.
 *
 * @throws InputError if an option is out of range or the bands cannot hold the electrons; NotConvergedError if the signal
 *   stops the first step.
 */
export async function* scf(problem: ScfProblem, options: ScfOptions): AsyncGenerator<ScfStep, ScfOutcome> {
  const held = holdOrbitals(problem, options.signal);
  try {
    return yield* interruptible(iterate(problem, options, held), options.signal);
  } finally {
    await held.close();
  }
}

/**
 * Runs `scf` to its end and hands the open orbitals over, for forces and everything else that is made of them. If an
 * error ends it, of the iteration or of `onStep`, they are closed. After an interruption they can be saved and closed only.
 *
 * @param onStep is called after every step and awaited.
 * @throws InputError and NotConvergedError as `scf` does.
 */
export async function solveScf(
  problem: ScfProblem,
  options: ScfOptions,
  onStep?: (step: ScfStep) => void | Promise<void>,
): Promise<ScfEnd> {
  const held = holdOrbitals(problem, options.signal);
  try {
    const steps = interruptible(iterate(problem, options, held), options.signal);
    for (;;) {
      const next = await steps.next();
      if (next.done) return { ...next.value, orbitals: held.handOver() };
      await onStep?.(next.value);
    }
  } catch (error) {
    await held.close();
    throw error;
  }
}

async function* iterate(
  problem: ScfProblem,
  options: ScfOptions,
  held: HeldOrbitals,
): AsyncGenerator<ScfStep, ScfOutcome> {
  checkOptions(options);
  requireTerms(problem.terms);
  const { accelerator: method } = options;
  if ("memory" in method) return yield* minimise(problem, options, method, startDensity(problem), held);
  const { preconditioner } = options;
  const { basis, terms } = problem;
  const { model, grid } = basis;
  const { nSpin, electrons, temperature } = model;
  const fMax = levelCapacity(model);
  const smearing = smearingOf(model.smearing);
  const isSmeared = temperature > 0 && smearing.name !== "none";
  requireInput(
    isSmeared || nSpin === 1,
    () =>
      `temperature: must be positive when spins are polarised, got ${temperature} Ha with smearing ${smearing.name}; the Fermi level decides the moment: give smearing and a temperature such as 0.001`,
  );

  const weigh = terms.some(({ isCoulomb }) => isCoulomb) ? energyNorm({ grid, nSpin }) : undefined;
  const room = Math.min(...basis.kpoints.map(({ planeWaves }) => planeWaves));
  let state: ScfState = restartState(options) ?? {
    rho: startDensity(problem),
    accelerator: "start" in method ? method.start : [],
    history: [],
    eigenTolerance: eigenTolerance([]),
    ...initialBands(electronsToHold(model), fMax, isSmeared, options.bands, room),
  };
  requireInput(
    state.rho.length === nSpin * grid.points,
    () =>
      `restart: density must have ${nSpin * grid.points} values, got ${state.rho.length}; the job differs from the one that wrote it`,
  );
  /** The next ρin as its terms see it, where that is known. */
  let known: EvaluatedTerms | undefined;
  const first = await held.atLeast(state.nBands);
  if (state.orbitals !== undefined) await first.restore(state.orbitals);

  for (;;) {
    const began = performance.now();
    const watch = stopwatch();
    const orbitals = await held.atLeast(state.nBands);
    const { blocks } = orbitals.spec;
    const progress =
      (phase: "diagonalise" | "density"): BlockProgress =>
      (done, total) =>
        options.onProgress?.({ step: state.history.length + 1, phase, done, total });

    const rhoIn = state.rho;
    const evaluatedIn = known?.rho === rhoIn ? known : evaluateTerms(terms, rhoIn);
    const potentialIn = evaluatedIn.potential;
    const potential = state.search?.potential ?? potentialIn;
    watch.lap("potential");
    const solved = await orbitals.diagonalise(
      potential,
      { tolerance: state.eigenTolerance, nConverge: state.nConverge, maxIterations: 100 },
      progress("diagonalise"),
    );
    watch.lap("diagonalise");
    const levels = solved.map(({ eigenvalues }, i) => ({ weight: blocks[i]!.weight, eigenvalues }));
    const occupation = occupy(levels, electrons, fMax, smearing, temperature);
    const weights = occupation.occupations.map((f, i) => f.map((x) => x * blocks[i]!.weight));
    const windows =
      "windows" in preconditioner
        ? (preconditioner.windows?.(levelsAt(basis, levels, occupation)) ?? [])
        : [];
    const densities = await orbitals.densities(
      [weights, ...windows.map((window) => windowWeights(levels, fMax, window))],
      progress("density"),
    );
    const rhoOut = densities[0]!;
    const ofOperators = await orbitals.energies(weights);
    basis.symmetrize(rhoOut);
    watch.lap("density");

    const evaluatedOut = evaluateTerms(terms, rhoOut);
    const energies = energiesOf(terms, evaluatedOut, ofOperators, occupation.entropyEnergy);
    const residual = difference(rhoOut, rhoIn);
    const densityResidual = Math.sqrt(grid.dvol * residual.reduce((sum, x) => sum + x * x, 0));
    const row: HistoryRow = {
      step: state.history.length + 1,
      energy: energies.total,
      densityResidual,
      damping: options.damping,
      ...(nSpin === 2 ? { magnetisation: magnetisation(spinDensity(rhoOut), grid.dvol).total } : {}),
      seconds: 0,
      hamiltonianApplications: solved.reduce((sum, { applications }) => sum + applications, 0),
    };
    watch.lap("potential");
    const solverDone = solved.every((block) => block.converged);
    const isMeasured = state.search === undefined || state.search.isMeasurement;
    const converged = isMeasured && solverDone && meets(options.tolerance, row, state.history.at(-1));

    const {
      rho,
      state: accelerator,
      guard,
      search,
      damping,
      stepNorm,
    } = converged
      ? {
          ...state,
          rho: rhoOut,
          state: state.accelerator,
          damping: state.history.at(-1)?.damping ?? options.damping,
          stepNorm: undefined,
        }
      : await next(problem, orbitals, options, method, state, {
          rhoIn,
          rhoOut,
          potential,
          potentialIn,
          evaluatedOut,
          residual,
          levels,
          occupation,
          inWindows: windows.map((window, i) => ({ ...window, states: densities[i + 1]! })),
          row,
          weigh,
        });
    known = [evaluatedIn, evaluatedOut].find((evaluated) => evaluated.rho === rho);
    watch.lap("mixing");
    const seconds = (performance.now() - began) / 1000;
    const finishedRow = { ...row, damping, seconds, parts: watch.seconds };
    const history = [...state.history, finishedRow];
    const counts = nextBands(state, occupation, options.bands !== null, room);
    state = {
      rho,
      accelerator,
      guard,
      search,
      history,
      eigenTolerance: eigenTolerance(history, stepNorm, state.eigenTolerance),
      ...counts,
    };
    const last: ScfStep = {
      row: finishedRow,
      energies,
      rhoIn,
      rhoOut,
      levels,
      residualNorms: solved.map((block) => block.residualNorms),
      occupation,
      converged,
      warnings: solverDone
        ? occupation.warnings
        : [...occupation.warnings, "the eigensolver reached its iteration limit; more bands may help"],
      state,
    };
    yield last;
    const reason = converged
      ? "converged"
      : options.signal?.aborted
        ? "interrupted"
        : history.length >= options.maxIterations
          ? "iteration-limit"
          : undefined;
    if (reason !== undefined) return { last, reason };
  }
}

function checkOptions({ damping, tolerance, maxIterations }: ScfOptions): void {
  requireInput(damping > 0 && damping < 2, () => `scf.damping: must be between 0 and 2, got ${damping}`);
  requireInput(
    Number.isInteger(maxIterations) && maxIterations > 0,
    () => `scf.maxIterations: must be a positive whole number, got ${maxIterations}`,
  );
  const given = [tolerance.density, tolerance.energy].filter((t) => t !== undefined);
  requireInput(
    given.length > 0 && given.every((t) => t > 0),
    () => `scf.tolerance: needs a positive density or energy tolerance, got ${JSON.stringify(tolerance)}`,
  );
}

function startDensity({ basis, startDensity: given }: ScfProblem): RealField {
  const rho =
    given === undefined ? superpositionOfAtoms(basis.model, basis.grid) : asRealField(given.slice());
  basis.symmetrize(rho);
  return rho;
}

interface StepContext {
  readonly rhoIn: RealField;
  readonly rhoOut: RealField;
  /** The potential that was solved for, and V[rhoIn]. */
  readonly potential: RealField;
  readonly potentialIn: RealField;
  readonly evaluatedOut: EvaluatedTerms;
  readonly residual: RealField;
  readonly levels: readonly Levels[];
  readonly occupation: Occupation;
  readonly inWindows: readonly StatesInWindow[];
  readonly row: HistoryRow;
  readonly weigh: Weigh | undefined;
}

/** Where the next step begins, and the damping that led there. */
type Next = Pick<ScfState, "rho" | "guard" | "search"> & {
  readonly state: ScfState["accelerator"];
  readonly damping: number;
  /** ‖α P⁻¹(F(ρ) − ρ)‖ [bohr^(-3/2)], where a damped step of the density is taken. */
  readonly stepNorm: number | undefined;
};

const next = (
  problem: ScfProblem,
  orbitals: Orbitals,
  options: ScfOptions,
  accelerator: Accelerator | AdaptiveDamping,
  state: ScfState,
  context: StepContext,
) =>
  "limits" in accelerator
    ? nextPotential(problem, orbitals, options, accelerator, state, context)
    : nextDensity(problem, orbitals, options, accelerator, state, context);

/** ρ⁺ from P⁻¹(F(ρ) − ρ). */
async function nextDensity(
  { basis, terms }: ScfProblem,
  orbitals: Orbitals,
  { preconditioner, damping }: ScfOptions,
  accelerator: Accelerator,
  state: ScfState,
  { rhoIn, rhoOut, residual, levels, occupation, inWindows, row, weigh }: StepContext,
): Promise<Next> {
  const linearised = { terms, rho: rhoIn, nStates: state.nConverge };
  const iterate = iterateAt(basis, orbitals, levels, occupation, linearised, { rhoOut, windows: inWindows });
  const apply = await preconditioner.at(iterate);
  const step = newRealField(residual.length);
  await apply(step, residual);
  // An inexact solve in P⁻¹ breaks the symmetry a little, and F, which is symmetrised, could not tell and undo it.
  basis.symmetrize(step);
  const { energy, densityResidual } = row;
  const point = { rho: rhoIn, step, energy, densityResidual, electrons: basis.model.electrons, weigh };
  const found = guardedNext(accelerator, state.accelerator, state.guard, point, damping);
  const rho = basis.model.nSpin === 1 ? found.rho : keepBothSpins(found.rho, rhoIn, rhoOut, basis.symmetrize);
  const stepNorm = damping * Math.sqrt(basis.grid.dvol * dotReal(step, step));
  return { ...found, rho, search: undefined, stepNorm };
}

/** V⁺ from Pᵀ⁻¹(V[ρ] − V) by the line search. */
async function nextPotential(
  { basis }: ScfProblem,
  orbitals: Orbitals,
  { preconditioner, tolerance }: ScfOptions,
  accelerator: AdaptiveDamping,
  state: ScfState,
  { rhoIn, rhoOut, potential, potentialIn, evaluatedOut, levels, occupation, inWindows, row }: StepContext,
): Promise<Next> {
  const precondition = async (residual: RealField) => {
    const iterate = iterateAt(basis, orbitals, levels, occupation, undefined, { rhoOut, windows: inWindows });
    const apply = await ("transposedAt" in preconditioner && preconditioner.transposedAt !== undefined
      ? preconditioner.transposedAt(iterate)
      : preconditioner.at(iterate));
    const step = newRealField(residual.length);
    await apply(step, residual);
    if (!basis.mapsPoints) basis.symmetrize(step); // products with D(r) follow the grid's symmetry alone
    return step;
  };
  const solved = {
    potential,
    energy: row.energy,
    rhoOut,
    rhoIn,
    potentialOut: evaluatedOut.potential,
    potentialIn,
    densityChange: row.densityResidual,
    dvol: basis.grid.dvol,
    electrons: basis.model.electrons,
  };
  // An energy is of second order in the density.
  const target = tolerance.density ?? Math.sqrt(tolerance.energy ?? 0);
  const found = await searchNext(accelerator, state.accelerator, state.search, solved, precondition, target);
  return { ...found, guard: undefined, stepNorm: undefined };
}

/** A state to go on from; what it remembers of densities is of no use to potentials, nor the other way round. */
function restartState({ restart, accelerator }: ScfOptions): ScfState | undefined {
  if (restart === undefined || restart.history.length === 0) return restart;
  const isOfPotentials = restart.search !== undefined;
  if (isOfPotentials === "limits" in accelerator) return restart;
  return { ...restart, accelerator: [], guard: undefined, search: undefined };
}
