import { planeAverage } from "../../../basis/plane-average.ts";
import { NotConvergedError, requireInput } from "../../../common/failure.ts";
import { plural } from "../../../common/plural.ts";
import { longAxis, planeSpacings } from "../../../model/lattice.ts";
import type { Preconditioner } from "../../../precond/preconditioner.ts";
import { independentResponse } from "../../../response/chi0.ts";
import {
  analyseDielectric,
  type DielectricMode,
  type DielectricReport,
  type DielectricStep,
  dielectricOperator,
} from "../../../response/dielectric.ts";
import { dampedRate, observedRate } from "../../../response/rates.ts";
import { damped } from "../../../scf/accelerators/damped.ts";
import { preconditionerAt } from "../../../scf/iterate.ts";
import { densityMixing } from "../../../scf/methods/density-mixing.ts";
import type { ScfEnd, ScfOptions, ScfProblem } from "../../../scf/scf.ts";
import { solveOrbitals } from "../../../scf/solve-orbitals.ts";
import type { HistoryRow } from "../../../scf/state.ts";
import { kernelOf } from "../../../terms/sums.ts";
import { VERSION } from "../../../version.ts";
import { drain } from "../../prepare/drain.ts";
import { type PreparedScf, prepareSession, type RunOptions } from "../../prepare/prepare-scf.ts";
import { openSession, type Session } from "../../prepare/session.ts";
import { type MixingChoice, preconditionerOf } from "../../schema/mixings.ts";
import { parseJob } from "../../schema/schema.ts";
import type { DielectricFile, ObservedIteration } from "./dielectric-result.ts";

/** What to analyse, and what to tell meanwhile. */
export interface DielectricRunOptions extends Omit<RunOptions, "onFields"> {
  /** P of P⁻¹ε†. Default the job's; the ground state is found with the job's own in any case. */
  readonly mixing?: MixingChoice;
  /** Products with the operator at most. Default 60. */
  readonly maxProducts?: number;
  /** Steps of a damped iteration to compare the prediction with; 0 leaves it out. Default 30. */
  readonly observedSteps?: number;
  readonly onProduct?: (step: DielectricStep) => void;
  readonly onDampedStep?: (row: HistoryRow) => void;
}

/** Eigensolver's tolerance [Ha] for the orbitals that respond: far below what the condition number is settled to. */
const ORBITAL_TOLERANCE = 1e-8;

/** Relative accuracy of the response, likewise. */
const RESPONSE_TOLERANCE = 1e-6;

/** The damped iteration ends here [bohr^(-3/2)]: below, the eigensolver's rounding would be taken for its rate. */
const OBSERVED_TOLERANCE = 1e-9;

/** The iteration takes α in (0, 2). */
const LARGEST_DAMPING = 1.95;

/**
 * Extreme eigenvalues of the preconditioned dielectric operator of a job's ground state, the damping and the rates they
 * predict, and the rate that a damped iteration really has.
 *
 * @param value a job file's content.
 * @throws InputError if the job cannot be run; not converging is a result.
 */
export const runDielectric = async (
  value: unknown,
  options: DielectricRunOptions = {},
): Promise<DielectricFile> => dielectricTask(await openSession(parseJob(value), options), options);

/** The same for the job of a session. */
export async function dielectricTask(
  session: Session,
  options: DielectricRunOptions,
): Promise<DielectricFile> {
  checkOptions(options);
  const prepared = await prepareSession(session, options);
  const { job } = session;
  const mixing = options.mixing ?? job.scf.mixing;
  requireInput(
    mixing.name !== "chi0-exact",
    () =>
      "mixing: must be a model of the response, got chi0-exact, for which every eigenvalue is one by construction",
  );
  const preconditioner = preconditionerOf(mixing);
  const ground = await drain(prepared.problem, prepared.options, options);
  const { row } = ground.last;
  let peak: number;
  let found: Findings;
  try {
    found =
      ground.reason === "converged"
        ? await analyse(prepared, ground, preconditioner, options)
        : { reason: `there is no ground state: ${endOf(ground)}`, warnings: [] };
    peak = await ground.orbitals.peakMemory();
  } finally {
    await ground.orbitals.close();
  }
  const observed =
    found.report === undefined
      ? undefined
      : await observe(prepared.problem, prepared.options, preconditioner, found.report, options);
  return {
    stillwave: VERSION,
    job,
    converged: found.reason === undefined,
    ...(found.reason === undefined ? {} : { reason: found.reason }),
    mixing,
    preconditioner: preconditioner.name,
    groundState: { iterations: row.step, energy: row.energy, densityResidual: row.densityResidual },
    ...found.eigenvalues,
    ...(observed === undefined ? {} : { observed }),
    ...found.details,
    resources: session.resources(peak),
    warnings: [...new Set([...prepared.warnings, ...ground.last.warnings, ...found.warnings])],
  };
}

function checkOptions({ maxProducts = 60, observedSteps = 30 }: DielectricRunOptions): void {
  requireInput(
    Number.isInteger(maxProducts) && maxProducts > 0,
    () => `maxProducts: must be a positive whole number, got ${maxProducts}; 60 is usual`,
  );
  requireInput(
    Number.isInteger(observedSteps) && observedSteps >= 0,
    () => `observedSteps: must be a whole number, got ${observedSteps}; 0 leaves the damped iteration out`,
  );
}

/** What the analysis adds to the file. */
interface Findings {
  readonly report?: DielectricReport;
  readonly reason?: string;
  readonly eigenvalues?: Pick<DielectricFile, "smallest" | "largest" | "predicted" | "jobDamping">;
  readonly details?: Pick<DielectricFile, "arnoldi" | "modes">;
  readonly warnings: readonly string[];
}

async function analyse(
  { job, problem }: PreparedScf,
  { last, orbitals }: ScfEnd,
  preconditioner: Preconditioner,
  { maxProducts, onProduct, onProgress, signal }: DielectricRunOptions,
): Promise<Findings> {
  const { basis } = problem;
  const { grid, model } = basis;
  const solved = await solveOrbitals(
    problem,
    orbitals,
    last.rhoOut,
    { nStates: last.state.nConverge, tolerance: ORBITAL_TOLERANCE },
    (done, total) => onProgress?.({ step: last.row.step, phase: "diagonalise", done, total }),
  );
  const chi0 = await independentResponse(solved, { tolerance: RESPONSE_TOLERANCE });
  const kernel = kernelOf(problem.terms, last.rhoOut);
  const precondition = await preconditionerAt(preconditioner, solved);
  const report = await analyseDielectric(dielectricOperator(basis, chi0, kernel), precondition, {
    seed: job.seed,
    signal,
    ...(maxProducts === undefined ? {} : { maxSteps: maxProducts }),
    ...(onProduct === undefined ? {} : { onStep: onProduct }),
  });
  const { smallest, largest, rates, steps, converged, ritzValues, largestImaginaryPart } = report;
  const axis = longAxis(grid.lattice);
  const average = ({ density }: DielectricMode) => Array.from(planeAverage(grid, density, axis));
  const extreme = ({ eigenvalue, residual }: DielectricMode) => ({ value: eigenvalue, residual });
  const { damping } = job.scf;
  return {
    report,
    ...(converged
      ? {}
      : {
          reason: signal?.aborted
            ? `interrupted after ${steps} products with the operator`
            : `the condition number had not settled after ${steps} products with the operator`,
        }),
    eigenvalues: {
      smallest: extreme(smallest),
      largest: extreme(largest),
      ...(rates === null ? {} : { predicted: rates }),
      jobDamping: {
        damping,
        dampedRate: dampedRate(damping, smallest.eigenvalue, largest.eigenvalue),
      },
    },
    details: {
      arnoldi: {
        steps,
        hamiltonianApplications: chi0.spent.hamiltonianApplications,
        ritzValues,
        largestImaginaryPart,
      },
      modes: {
        axis,
        length: planeSpacings(model.lattice)[axis],
        smallest: average(smallest),
        largest: average(largest),
      },
    },
    warnings: [
      ...(solved.converged ? [] : ["the eigensolver reached its iteration limit; more bands may help"]),
      ...(chi0.spent.isConverged
        ? []
        : ["a response equation reached its iteration limit; more bands may help"]),
      ...(rates === null ? ["an eigenvalue is not positive: the damped iteration cannot converge here"] : []),
    ],
  };
}

/** The damped iteration at the damping that should be best, from the guess density. */
async function observe(
  problem: ScfProblem,
  scfOptions: ScfOptions,
  preconditioner: Preconditioner,
  { smallest, largest, rates }: DielectricReport,
  { observedSteps = 30, onDampedStep, signal }: DielectricRunOptions,
): Promise<ObservedIteration | undefined> {
  if (rates === null || observedSteps === 0 || signal?.aborted) return undefined;
  // The best damping is above the range when all eigenvalues are well below 1.
  const damping = Math.min(rates.optimalDamping, LARGEST_DAMPING);
  const end = await drain(
    problem,
    {
      ...scfOptions,
      restart: undefined,
      method: densityMixing({ preconditioner, accelerator: damped(), damping }),
      tolerance: { density: OBSERVED_TOLERANCE },
      maxIterations: observedSteps,
    },
    onDampedStep === undefined ? {} : { onStep: onDampedStep },
  ).catch((error: unknown) => {
    if (error instanceof NotConvergedError) return undefined; // interrupted in its first step
    throw error;
  });
  if (end === undefined) return undefined;
  const { last, orbitals } = end;
  await orbitals.close();
  const residuals = last.state.history.map(({ densityResidual }) => densityResidual);
  const rate = observedRate(residuals);
  return {
    damping,
    predictedRate: dampedRate(damping, smallest.eigenvalue, largest.eigenvalue),
    ...(rate === undefined ? {} : { rate }),
    residuals,
  };
}

const endOf = ({ reason, last: { row } }: ScfEnd): string =>
  `${reason === "interrupted" ? "interrupted" : "the limit was reached"} after ${plural(row.step, "step")}, ` +
  `density residual ${row.densityResidual.toExponential(2)}`;
