import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { invariant, requireInput } from "../common/failure.ts";
import {
  asRealField,
  difference,
  newRealField,
  type ReadonlyRealField,
  type RealField,
} from "../kernels/fields.ts";
import { levelCapacity } from "../model/model.ts";
import { smearing as smearingOf } from "../model/smearing.ts";
import { magnetisation, spinDensity } from "../observables/magnetisation.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import type { Preconditioner, ResponsePreconditioner } from "../precond/preconditioner.ts";
import { superpositionOfAtoms } from "../state/guess.ts";
import { type Levels, type Occupation, occupy } from "../state/occupation.ts";
import type { EnergyTerms } from "../terms/kohn-sham.ts";
import type { Accelerator } from "./accelerator.ts";
import { electronsToHold, initialBands, nextBands } from "./bands.ts";
import { eigenTolerance } from "./eigen-tolerance.ts";
import { guardedNext } from "./guard.ts";
import { iterateAt, totalPotential } from "./iterate.ts";
import { keepBothSpins } from "./spin-floor.ts";
import type { Energies, HistoryRow, ScfState, ScfStep } from "./state.ts";
import { stopwatch } from "./stopwatch.ts";

/** A discretised system: what is solved. */
export interface ScfProblem {
  readonly basis: PlaneWaveBasis;
  readonly terms: EnergyTerms;
  /** Makes a home for `nBands` orbitals at every k-point, with random orbitals. The caller of `scf` owns what it returns. */
  createOrbitals(nBands: number): Promise<Orbitals>;
  /** Density to start from [bohr⁻³], shape [nSpin·N]. Default a superposition of atoms. */
  readonly startDensity?: ReadonlyRealField | undefined;
}

/** How it is solved. */
export interface ScfOptions {
  /** P⁻¹ of the iteration. */
  readonly preconditioner: Preconditioner | ResponsePreconditioner;
  /** How steps become iterates. */
  readonly accelerator: Accelerator;
  /** α in (0, 2). */
  readonly damping: number;
  /** Convergence needs every tolerance given: ‖ρout − ρin‖ [bohr^(-3/2)], |ΔE| between steps [Ha]. */
  readonly tolerance: { readonly density?: number | undefined; readonly energy?: number | undefined };
  readonly maxIterations: number;
  /** Number of bands; null chooses and adapts it. */
  readonly bands: number | null;
  /** State to go on from. */
  readonly restart?: ScfState | undefined;
  /** Called within a step. */
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
  /** Looked at between steps: stops the iteration without an error. */
  readonly signal?: AbortSignal | undefined;
}

/** How far the work inside a step is. */
export interface StepProgress {
  readonly step: number;
  readonly phase: "diagonalise" | "density";
  readonly done: number;
  readonly total: number;
}

/** Where the iteration left the orbitals, for what is computed from them afterwards. */
export interface ScfEnd {
  readonly last: ScfStep;
  /** Still open: the caller closes them. */
  readonly orbitals: Orbitals;
  readonly reason: "converged" | "iteration-limit" | "interrupted";
}

/**
 * The self-consistent field ρ = F(ρ) by damped, preconditioned, accelerated iteration:
 *
 *   V = δE/δρ at ρ;  orbitals of ½|k+G|² + V + V_nl;  occupations;  F(ρ) = Σ f w |ψ|²;
 *   ρ⁺ = next(ρ, P⁻¹(F(ρ) − ρ))
 *
 * One step is yielded per diagonalisation, the last one included. The energy is that of the output orbitals and their
 * density, hence variational: its error is of second order in the density's.
 *
 * @throws InputError if an option is out of range or the bands cannot hold the electrons.
 */
export async function* scf(problem: ScfProblem, options: ScfOptions): AsyncGenerator<ScfStep, ScfEnd> {
  checkOptions(options);
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

  const room = Math.min(...basis.kpoints.map(({ planeWaves }) => planeWaves));
  let state: ScfState = options.restart ?? {
    rho: startDensity(problem),
    accelerator: options.accelerator.start,
    history: [],
    eigenTolerance: eigenTolerance([]),
    ...initialBands(electronsToHold(model), fMax, isSmeared, options.bands, room),
  };
  requireInput(
    state.rho.length === nSpin * grid.points,
    () =>
      `restart: density must have ${nSpin * grid.points} values, got ${state.rho.length}; the job differs from the one that wrote it`,
  );
  let orbitals = await problem.createOrbitals(state.nBands);
  let last: ScfStep | undefined;
  let finished = false;

  try {
    if (state.orbitals !== undefined) await orbitals.restore(state.orbitals);
    for (;;) {
      const began = performance.now();
      const watch = stopwatch();
      if (state.nBands > orbitals.spec.problem.nBands)
        orbitals = await widened(problem, orbitals, state.nBands);
      const { blocks } = orbitals.spec;
      const progress =
        (phase: "diagonalise" | "density"): BlockProgress =>
        (done, total) =>
          options.onProgress?.({ step: state.history.length + 1, phase, done, total });

      const rhoIn = state.rho;
      const potential = totalPotential(terms, rhoIn);
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
      const rhoOut = await orbitals.density(weights, progress("density"));
      const { kinetic, nonlocal } = await orbitals.energies(weights);
      basis.symmetrize(rhoOut);
      watch.lap("density");

      const energies = totalEnergies(
        terms,
        rhoOut,
        { kinetic, nonlocal, entropy: occupation.entropyEnergy },
        isSmeared,
      );
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
      const converged = solverDone && meets(options.tolerance, row, state.history.at(-1));

      const {
        rho,
        state: accelerator,
        guard,
        damping,
      } = converged
        ? { rho: rhoOut, state: state.accelerator, guard: state.guard, damping: options.damping }
        : await nextDensity(problem, orbitals, options, state, {
            rhoIn,
            rhoOut,
            residual,
            levels,
            occupation,
            row,
          });
      watch.lap("mixing");
      const seconds = (performance.now() - began) / 1000;
      const finishedRow = { ...row, damping, seconds, parts: watch.seconds };
      const history = [...state.history, finishedRow];
      const counts = nextBands(state, occupation, options.bands !== null, room);
      state = { rho, accelerator, guard, history, eigenTolerance: eigenTolerance(history), ...counts };
      last = {
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
      if (reason !== undefined) {
        finished = true;
        return { last, orbitals, reason };
      }
    }
  } finally {
    if (!finished) await orbitals.close();
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

function totalEnergies(
  terms: EnergyTerms,
  rho: ReadonlyRealField,
  orbital: { readonly kinetic: number; readonly nonlocal: number; readonly entropy: number },
  isSmeared: boolean,
): Energies {
  const parts: Record<string, number> = { kinetic: orbital.kinetic, nonlocal: orbital.nonlocal };
  for (const term of terms.density) parts[term.name] = (parts[term.name] ?? 0) + term.evaluate(rho).energy;
  for (const term of terms.constant) parts[term.name] = (parts[term.name] ?? 0) + term.energy;
  if (isSmeared) parts.entropy = orbital.entropy;
  const total = Object.values(parts).reduce((sum, energy) => sum + energy, 0);
  invariant(Number.isFinite(total), () => `the energy is not a number: ${JSON.stringify(parts)}`);
  return { total, ...parts };
}

function meets(
  tolerance: ScfOptions["tolerance"],
  row: HistoryRow,
  previous: HistoryRow | undefined,
): boolean {
  const density = tolerance.density === undefined || row.densityResidual < tolerance.density;
  const energy =
    tolerance.energy === undefined ||
    (previous !== undefined && Math.abs(row.energy - previous.energy) < tolerance.energy);
  return density && energy;
}

interface StepContext {
  readonly rhoIn: RealField;
  readonly rhoOut: RealField;
  readonly residual: RealField;
  readonly levels: readonly Levels[];
  readonly occupation: Occupation;
  readonly row: HistoryRow;
}

/** ρ⁺ from P⁻¹(F(ρ) − ρ). */
async function nextDensity(
  { basis, terms }: ScfProblem,
  orbitals: Orbitals,
  { preconditioner, accelerator, damping }: ScfOptions,
  state: ScfState,
  { rhoIn, rhoOut, residual, levels, occupation, row }: StepContext,
) {
  const linearised = { terms, rho: rhoIn, nStates: state.nConverge };
  const apply = await preconditioner.at(iterateAt(basis, orbitals, levels, occupation, linearised));
  const step = newRealField(residual.length);
  await apply(step, residual);
  // An inexact solve in P⁻¹ breaks the symmetry a little, and F, which is symmetrised, could not tell and undo it.
  basis.symmetrize(step);
  const { energy, densityResidual } = row;
  const point = { rho: rhoIn, step, energy, densityResidual, electrons: basis.model.electrons };
  const next = guardedNext(accelerator, state.accelerator, state.guard, point, damping);
  return basis.model.nSpin === 1 ? next : { ...next, rho: keepBothSpins(next.rho, rhoIn, rhoOut) };
}

/** The same orbitals with random ones above. */
async function widened(problem: ScfProblem, narrow: Orbitals, nBands: number): Promise<Orbitals> {
  const wide = await problem.createOrbitals(nBands);
  await wide.restore(await narrow.save());
  await narrow.close();
  return wide;
}
