import { planeAverage } from "../../../basis/plane-average.ts";
import { digestOf, digestOfNumbers } from "../../../common/digest.ts";
import { requireOption } from "../../../common/failure.ts";
import type { FinishedPieces } from "../../../common/finished-pieces.ts";
import { type Given, valuesOf } from "../../../common/options.ts";
import { plural } from "../../../common/plural.ts";
import { type Dielectric, observeDamped } from "../../../ground/dielectric.ts";
import { DIELECTRIC_ANALYSIS_OPTIONS } from "../../../ground/dielectric-options.ts";
import type { GroundState } from "../../../ground/ground-state.ts";
import { longAxis, planeSpacings } from "../../../model/lattice.ts";
import type { Preconditioner } from "../../../precond/preconditioner.ts";
import type { DielectricMode, DielectricStep } from "../../../response/dielectric.ts";
import { dampedRate, observedRate } from "../../../response/rates.ts";
import type { HistoryRow } from "../../../scf/state.ts";
import { VERSION } from "../../../version.ts";
import { drainOrResume } from "../../prepare/drain.ts";
import type { KnownCrystal } from "../../prepare/job-crystal.ts";
import { type PreparedScf, prepareSession, type RunOptions } from "../../prepare/prepare-scf.ts";
import { dielectricNeeds, requireFurtherRoom } from "../../prepare/room/further-room.ts";
import { openSession, type Session } from "../../prepare/session.ts";
import type { Job } from "../../schema/job.ts";
import { type MixingChoice, preconditionerOf } from "../../schema/mixings.ts";
import { parseJob } from "../../schema/schema.ts";
import { solveSession } from "../scf/solve-session.ts";
import type { DielectricFile, ObservedIteration } from "./dielectric-result.ts";

/** Options of the analysis, and functions that hear of its progress. */
export interface DielectricRunOptions
  extends Given<typeof DIELECTRIC_ANALYSIS_OPTIONS>,
    Omit<RunOptions, "onFields"> {
  /** P of P⁻¹ε†. Default the job's; the ground state is found with the job's own in any case. */
  readonly mixing?: MixingChoice;
  readonly onProduct?: (step: DielectricStep) => void;
  readonly onDampedStep?: (row: HistoryRow) => void;
}

/**
 * Extreme eigenvalues of the preconditioned dielectric operator of a job's ground state, the
 * damping and the rates they predict, and the rate that a damped iteration really has.
 *
 * @param value a job file's content.
 * @throws InputError if the job cannot be run; not converging is a result.
 *
 * @example
 * ```ts
 * import { bulk, newJob, runDielectric } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const { largest, predicted } = await runDielectric(job, { observedSteps: 0 });
 * console.log(largest?.value, predicted?.optimalDamping);
 * ```
 */
export const runDielectric = async (
  value: unknown,
  options: DielectricRunOptions = {},
): Promise<DielectricFile> => dielectricTask(await openSession(parseJob(value), options), options);

/** The same for the job of a session. */
export async function dielectricTask(
  session: Session,
  { crystal, ...options }: DielectricRunOptions & KnownCrystal,
): Promise<DielectricFile> {
  const values = valuesOf("dielectric", DIELECTRIC_ANALYSIS_OPTIONS, options);
  const { job } = session;
  const mixing = options.mixing ?? job.scf.mixing;
  requireOption(
    mixing.name !== "chi0-exact",
    "dielectric",
    (name) =>
      `${name("mixing")}: must be a model of the response, got chi0-exact, for which every eigenvalue is one by construction`,
  );
  const prepared = await prepareSession(session, { ...options, crystal }, ({ needs }) =>
    requireFurtherRoom(session, dielectricNeeds(needs, values.maxProducts)),
  );
  const preconditioner = prepared.adapt(preconditionerOf(mixing));
  const state = await solveSession(session, prepared, options, drainOrResume);
  const { row, rhoOut } = state.last;
  const { spec } = state.orbitals;
  const pieces = options.finished?.open(
    digestOf([VERSION, spec, prepared.system, mixing, digestOfNumbers(Float64Array.from(rhoOut))]),
  );
  let peak: number;
  let found: Findings;
  try {
    found = state.converged
      ? await analyse(job, state, preconditioner, { ...options, pieces })
      : { reason: `there is no ground state: ${endOf(state)}`, warnings: [] };
    peak = await state.orbitals.peakMemory();
  } finally {
    await state.close();
  }
  const isStopped = found.reason !== undefined && options.signal?.aborted === true;
  const observed =
    found.report === undefined || isStopped
      ? undefined
      : await observe(prepared, preconditioner, found.report, { ...options, ...values, pieces });
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
    warnings: [
      ...new Set([
        ...prepared.warnings,
        ...state.warnings,
        ...found.warnings,
        ...(observed?.interrupted === true
          ? [`the damped iteration was interrupted after ${plural(observed.residuals.length, "step")}`]
          : []),
      ]),
    ],
  };
}

interface WithPieces {
  readonly pieces: FinishedPieces | undefined;
}

/** What the analysis adds to the file. */
interface Findings {
  readonly report?: Dielectric;
  readonly reason?: string;
  readonly eigenvalues?: Pick<DielectricFile, "smallest" | "largest" | "predicted" | "jobDamping">;
  readonly details?: Pick<DielectricFile, "arnoldi" | "modes">;
  readonly warnings: readonly string[];
}

async function analyse(
  { scf: { damping } }: Job,
  state: GroundState,
  preconditioner: Preconditioner,
  { maxProducts, onProduct, onProgress, signal, pieces }: DielectricRunOptions & WithPieces,
): Promise<Findings> {
  const report = await state.dielectric({
    preconditioner,
    maxProducts,
    pieces,
    signal,
    onProduct,
    onOrbitals: (done, total) =>
      onProgress?.({ step: state.last.row.step, phase: "diagonalise", done, total }),
  });
  const { smallest, largest, rates, steps, converged, ritzValues, largestImaginaryPart } = report;
  const { grid } = state.basis;
  const axis = longAxis(grid.lattice);
  const average = ({ density }: DielectricMode) => Array.from(planeAverage(grid, density, axis));
  const extreme = ({ eigenvalue, residual }: DielectricMode) => ({ value: eigenvalue, residual });
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
        hamiltonianApplications: report.hamiltonianApplications,
        ritzValues,
        largestImaginaryPart,
      },
      modes: {
        axis,
        length: planeSpacings(grid.lattice)[axis],
        smallest: average(smallest),
        largest: average(largest),
      },
    },
    warnings: report.warnings,
  };
}

/** Runs the damped iteration at the best damping and compares its rate with the prediction. */
async function observe(
  { problem, options }: PreparedScf,
  preconditioner: Preconditioner,
  report: Dielectric,
  { observedSteps = 30, onDampedStep, pieces }: DielectricRunOptions & WithPieces,
): Promise<ObservedIteration | undefined> {
  if (observedSteps === 0) return undefined;
  const found = await observeDamped(
    problem,
    options,
    preconditioner,
    report,
    observedSteps,
    onDampedStep,
    pieces,
  );
  if (found === undefined) return undefined;
  const { damping, residuals, isInterrupted } = found;
  const rate = observedRate(residuals);
  return {
    damping,
    predictedRate: dampedRate(damping, report.smallest.eigenvalue, report.largest.eigenvalue),
    ...(rate === undefined ? {} : { rate }),
    ...(isInterrupted ? { interrupted: true } : {}),
    residuals,
  };
}

const endOf = ({ status, last: { row } }: GroundState): string =>
  `${status === "interrupted" ? "interrupted" : "the limit was reached"} after ${plural(row.step, "step")}, ` +
  `density residual ${row.densityResidual.toExponential(2)}`;
