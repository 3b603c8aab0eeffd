import { NotConvergedError } from "../common/failure.ts";
import { type Given, valuesOf } from "../common/options.ts";
import { simple } from "../precond/filters/simple.ts";
import type { Preconditioner } from "../precond/preconditioner.ts";
import { independentResponse } from "../response/chi0.ts";
import {
  analyseDielectric,
  type DielectricReport,
  type DielectricStep,
  dielectricOperator,
} from "../response/dielectric.ts";
import { damped } from "../scf/accelerators/damped.ts";
import { preconditionerAt } from "../scf/iterate.ts";
import { densityMixing } from "../scf/methods/density-mixing.ts";
import { type ScfEnd, type ScfOptions, type ScfProblem, solveScf } from "../scf/scf.ts";
import { solveOrbitals } from "../scf/solve-orbitals.ts";
import type { HistoryRow } from "../scf/state.ts";
import { kernelOf } from "../terms/sums.ts";
import { DIELECTRIC_ANALYSIS_OPTIONS } from "./dielectric-options.ts";

/** What to analyse, and what to tell meanwhile. */
export interface DielectricChoices extends Given<Pick<typeof DIELECTRIC_ANALYSIS_OPTIONS, "maxProducts">> {
  /** P of P⁻¹ε†. Default `simple()`: ε† itself. */
  readonly preconditioner?: Preconditioner | undefined;
  /** Looked at between products: what has been found so far is then the result. */
  readonly signal?: AbortSignal | undefined;
  readonly onProduct?: ((step: DielectricStep) => void) | undefined;
  /** k-points whose orbitals have been solved for tightly, before the first product. */
  readonly onOrbitals?: ((done: number, total: number) => void) | undefined;
}

/** Extreme eigenvalues of P⁻¹ε† of a ground state, and what they say of its iteration. */
export interface Dielectric extends DielectricReport {
  /** Bands multiplied by H for it. */
  readonly hamiltonianApplications: number;
  readonly warnings: readonly string[];
}

/** Eigensolver's tolerance [Ha] for responding orbitals, far below that of the condition number. */
const ORBITAL_TOLERANCE = 1e-8;

/** Relative accuracy of the response, likewise. */
const RESPONSE_TOLERANCE = 1e-6;

/** End of the damped iteration [bohr^(-3/2)], above the eigensolver's rounding. */
const OBSERVED_TOLERANCE = 1e-9;

/** The iteration takes α in (0, 2). */
const LARGEST_DAMPING = 1.95;

/**
 * Finds the extreme eigenvalues of the preconditioned dielectric operator P⁻¹ε† at a ground state.
 * The orbitals end up solved more tightly than before.
 *
 * @throws InputError for a system without a gap and without smearing.
 */
export async function computeDielectric(
  { basis, terms }: ScfProblem,
  { last, orbitals }: Pick<ScfEnd, "last" | "orbitals">,
  options: DielectricChoices = {},
): Promise<Dielectric> {
  const { preconditioner = simple(), signal, onProduct, onOrbitals } = options;
  const { maxProducts } = valuesOf("dielectric", DIELECTRIC_ANALYSIS_OPTIONS, options);
  const request = { nStates: last.state.nConverge, tolerance: ORBITAL_TOLERANCE };
  const solved = await solveOrbitals({ basis, terms }, orbitals, last.rhoOut, request, onOrbitals);
  const chi0 = await independentResponse(solved, { tolerance: RESPONSE_TOLERANCE });
  const kernel = kernelOf(terms, last.rhoOut);
  const precondition = await preconditionerAt(preconditioner, solved);
  const report = await analyseDielectric(dielectricOperator(basis, chi0, kernel), precondition, {
    seed: orbitals.spec.setup.seed,
    signal,
    maxSteps: maxProducts,
    ...(onProduct === undefined ? {} : { onStep: onProduct }),
  });
  return {
    ...report,
    hamiltonianApplications: chi0.spent.hamiltonianApplications,
    warnings: [
      ...(solved.converged ? [] : ["the eigensolver reached its iteration limit; more bands may help"]),
      ...(chi0.spent.isConverged
        ? []
        : ["a response equation reached its iteration limit; more bands may help"]),
      ...(report.rates === null
        ? ["an eigenvalue is not positive: the damped iteration cannot converge here"]
        : []),
    ],
  };
}

/** A damped iteration from the guess density. */
export interface DampedIteration {
  readonly damping: number;
  /** ‖ρout − ρin‖ of each step [bohr^(-3/2)]. */
  readonly residuals: readonly number[];
}

/**
 * Runs the damped iteration at the damping that should be best, to hold a prediction against.
 *
 * @param options of the run that found the ground state, for bands, signal and progress.
 * @param steps at most.
 * @returns undefined where no damping converges, or the signal stopped the first step.
 */
export async function observeDamped(
  problem: ScfProblem,
  options: ScfOptions,
  preconditioner: Preconditioner,
  { rates }: Pick<Dielectric, "rates">,
  steps: number,
  onStep?: (row: HistoryRow) => void,
): Promise<DampedIteration | undefined> {
  if (rates === null || options.signal?.aborted) return undefined;
  // The best damping is above the range when all eigenvalues are well below 1.
  const damping = Math.min(rates.optimalDamping, LARGEST_DAMPING);
  try {
    const { last, orbitals } = await solveScf(
      problem,
      {
        ...options,
        restart: undefined,
        method: densityMixing({ preconditioner, accelerator: damped(), damping }),
        tolerance: { density: OBSERVED_TOLERANCE },
        maxIterations: steps,
      },
      ({ row }) => onStep?.(row),
    );
    await orbitals.close();
    return { damping, residuals: last.state.history.map(({ densityResidual }) => densityResidual) };
  } catch (error) {
    if (error instanceof NotConvergedError) return undefined; // interrupted in its first step
    throw error;
  }
}
