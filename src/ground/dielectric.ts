import { NotConvergedError } from "../common/failure.ts";
import { type FinishedPieces, isNumbers } from "../common/finished-pieces.ts";
import { type Given, valuesOf } from "../common/options.ts";
import type { RealField } from "../kernels/fields.ts";
import { simple } from "../precond/filters/simple.ts";
import type { Preconditioner } from "../precond/preconditioner.ts";
import { type Chi0, independentResponse } from "../response/chi0.ts";
import {
  analyseDielectric,
  type DielectricOperator,
  type DielectricReport,
  type DielectricStep,
  dielectricOperator,
} from "../response/dielectric.ts";
import { damped } from "../scf/accelerators/damped.ts";
import { preconditionerAt } from "../scf/iterate.ts";
import { densityMixing } from "../scf/methods/density-mixing.ts";
import { type ScfEnd, type ScfOptions, type ScfProblem, solveScf } from "../scf/scf.ts";
import { solveOrbitals } from "../scf/solve-orbitals.ts";
import type { HistoryRow, ScfState } from "../scf/state.ts";
import { kernelOf } from "../terms/sums.ts";
import { DIELECTRIC_ANALYSIS_OPTIONS } from "./dielectric-options.ts";

/** Options of the analysis, and functions that hear of its progress. */
export interface DielectricChoices extends Given<Pick<typeof DIELECTRIC_ANALYSIS_OPTIONS, "maxProducts">> {
  /** P of P⁻¹ε†. Default `simple()`: ε† itself. */
  readonly preconditioner?: Preconditioner | undefined;
  /** Finished pieces of the same analysis; what is found besides is kept there. */
  readonly pieces?: FinishedPieces | undefined;
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
  const { preconditioner = simple(), signal, onProduct, onOrbitals, pieces } = options;
  const { maxProducts } = valuesOf("dielectric", DIELECTRIC_ANALYSIS_OPTIONS, options);
  const request = { nStates: last.state.nConverge, tolerance: ORBITAL_TOLERANCE };
  const solved = await solveOrbitals({ basis, terms }, orbitals, last.rhoOut, request, onOrbitals, pieces);
  const chi0 = await independentResponse(solved, { tolerance: RESPONSE_TOLERANCE });
  const kernel = kernelOf(terms, last.rhoOut);
  const precondition = await preconditionerAt(preconditioner, solved);
  const operator = withPieces(dielectricOperator(basis, chi0, kernel), chi0, pieces);
  const report = await analyseDielectric(operator, precondition, {
    seed: orbitals.spec.setup.seed,
    signal,
    maxSteps: maxProducts,
    ...(onProduct === undefined ? {} : { onStep: onProduct }),
  });
  return {
    ...report,
    hamiltonianApplications: operator.spent().hamiltonianApplications,
    warnings: [
      ...(solved.converged ? [] : ["the eigensolver reached its iteration limit; more bands may help"]),
      ...(operator.spent().isConverged
        ? []
        : ["a response equation reached its iteration limit; more bands may help"]),
      ...(report.rates === null
        ? ["an eigenvalue is not positive: the damped iteration cannot converge here"]
        : []),
    ],
  };
}

/** A product with the operator, and what it cost. */
interface KeptProduct {
  readonly product: RealField;
  readonly hamiltonianApplications: number;
  readonly isConverged: boolean;
}

/** Takes products from what a run of before has kept: each is of the vector that those lead to. */
function withPieces(
  operator: DielectricOperator,
  { spent }: Pick<Chi0, "spent">,
  pieces: FinishedPieces | undefined,
): DielectricOperator & { spent(): Chi0["spent"] } {
  const { model, grid } = operator.basis;
  const length = model.nSpin * grid.points;
  const isProduct = (value: unknown): value is KeptProduct => {
    const { product, hamiltonianApplications, isConverged } = value as Partial<KeptProduct>;
    return (
      isNumbers(product, length) &&
      typeof hamiltonianApplications === "number" &&
      typeof isConverged === "boolean"
    );
  };
  let products = 0;
  const known = { hamiltonianApplications: 0, isConverged: true };
  return {
    basis: operator.basis,
    spent: () => ({
      hamiltonianApplications: known.hamiltonianApplications + spent.hamiltonianApplications,
      isConverged: known.isConverged && spent.isConverged,
    }),
    async apply(deltaRho) {
      const name = `product ${++products}`;
      const found = pieces?.find(name, isProduct);
      if (found !== undefined) {
        known.hamiltonianApplications += found.hamiltonianApplications;
        known.isConverged &&= found.isConverged;
        return found.product;
      }
      const before = spent.hamiltonianApplications;
      const product = await operator.apply(deltaRho);
      const hamiltonianApplications = spent.hamiltonianApplications - before;
      // Copied: the caller goes on with the array.
      pieces?.keep(name, {
        product: product.slice(),
        hamiltonianApplications,
        isConverged: spent.isConverged,
      });
      return product;
    },
  };
}

/** A damped iteration from the guess density. */
export interface DampedIteration {
  readonly damping: number;
  /** ‖ρout − ρin‖ of each step [bohr^(-3/2)]. */
  readonly residuals: readonly number[];
  /** Whether the signal stopped it: more steps were asked for. */
  readonly isInterrupted: boolean;
}

/**
 * Runs the damped iteration at the damping that should be best, to hold a prediction against.
 *
 * @param options of the run that found the ground state, for bands, signal and progress.
 * @param steps at most.
 * @param pieces where a run of before has kept how far it came.
 * @returns undefined where no damping converges.
 */
export async function observeDamped(
  problem: ScfProblem,
  options: ScfOptions,
  preconditioner: Preconditioner,
  { rates }: Pick<Dielectric, "rates">,
  steps: number,
  onStep?: (row: HistoryRow) => void,
  pieces?: FinishedPieces,
): Promise<DampedIteration | undefined> {
  if (rates === null) return undefined;
  // The best damping is above the range when all eigenvalues are well below 1.
  const damping = Math.min(rates.optimalDamping, LARGEST_DAMPING);
  const name = `damped by ${damping}`;
  const restart = pieces?.find(name, (value) => isStateOn(problem, value));
  const residualsOf = ({ history }: ScfState) => history.map(({ densityResidual }) => densityResidual);
  const before = restart === undefined ? [] : residualsOf(restart).slice(0, steps);
  if (restart !== undefined && (before.length >= steps || before.at(-1)! < OBSERVED_TOLERANCE))
    return { damping, residuals: before, isInterrupted: false };
  if (options.signal?.aborted) return { damping, residuals: before, isInterrupted: true };
  try {
    const { last, orbitals, reason } = await solveScf(
      problem,
      {
        ...options,
        restart,
        method: densityMixing({ preconditioner, accelerator: damped(), damping }),
        tolerance: { density: OBSERVED_TOLERANCE },
        maxIterations: steps,
      },
      ({ row, state }) => {
        pieces?.keep(name, state);
        onStep?.(row);
      },
    );
    await orbitals.close();
    return { damping, residuals: residualsOf(last.state), isInterrupted: reason === "interrupted" };
  } catch (error) {
    // interrupted in its first step
    if (error instanceof NotConvergedError) return { damping, residuals: before, isInterrupted: true };
    throw error;
  }
}

/** Whether a value is the state of an iteration after some step, without orbitals. */
function isStateOn({ basis: { model, grid } }: Pick<ScfProblem, "basis">, value: unknown): value is ScfState {
  const { rho, history, eigenTolerance, nBands, nConverge } = value as Partial<ScfState>;
  return (
    isNumbers(rho, model.nSpin * grid.points) &&
    Array.isArray(history) &&
    history.every((row: Partial<HistoryRow> | null) => Number.isFinite(row?.densityResidual)) &&
    [eigenTolerance, nBands, nConverge].every((number) => Number.isFinite(number) && number! > 0)
  );
}
