import { NotConvergedError } from "../../../common/failure.ts";
import type { GroundState } from "../../../ground/ground-state.ts";
import { drainOrResume } from "../../prepare/drain.ts";
import { prepareSession } from "../../prepare/prepare-scf.ts";
import { openSession } from "../../prepare/session.ts";
import type { Checkpoint } from "../../prepare/starting-point.ts";
import { parseJob } from "../../schema/schema.ts";
import type { AccuracyReport } from "../accuracy/accuracy-result.ts";
import { aimedAt, aimedTask } from "../accuracy/aimed-task.ts";
import { onlyConverged, type SolveOptions, solveConverged, solveSession } from "./solve-session.ts";

/** What a ground state may be told beside its job. */
export type SolveJobOptions = SolveOptions & {
  /** Errors that are allowed, such as `1meV/atom`; instead of the job's. */
  readonly accuracy?: string | undefined;
  /** Hears how the accuracy was reached. */
  readonly onAccuracy?: ((report: AccuracyReport) => void) | undefined;
};

/**
 * Finds the ground state of a job and keeps it open for what follows from it: forces, bands,
 * densities of states, the same atoms elsewhere. Where the job or `options` has an accuracy, it is
 * that at the cutoff and k-grid that reach it (docs/accuracy.md).
 *
 * @param job a job file's content; the hamiltonian must be kohn-sham.
 * @throws InputError if the job cannot be run; NotConvergedError if there is no ground state or
 *   the accuracy is not reached, with the reason and a remedy.
 *
 * @example
 * ```ts
 * import { bulk, newJob, solve } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * await using silicon = await solve(job);
 * console.log(silicon.energies.total, await silicon.forces());
 * const { gap } = await silicon.bands("GXLWKG");
 * console.log(gap?.gap);
 * ```
 */
export async function solve(job: unknown, options: SolveJobOptions = {}): Promise<GroundState> {
  const session = await openSession(parseJob(job, options.accuracy), options);
  if (aimedAt(session, options) === undefined)
    return solveConverged(session, await prepareSession(session, options), options);
  let restart: Checkpoint | undefined;
  const result = await aimedTask(session, {
    ...options,
    keepOrbitals: true,
    checkpoint: async (state) => {
      restart = state;
      await options.checkpoint?.(state);
    },
  });
  const { accuracy, reason = accuracy?.reason } = result;
  if (accuracy !== undefined) options.onAccuracy?.(accuracy);
  if (!result.converged || accuracy?.status !== "reached")
    throw new NotConvergedError(reason ?? "the accuracy was not reached");
  const chosen = { ...session, job: result.job };
  const prepared = await prepareSession(chosen, { ...options, restart });
  return onlyConverged(chosen, await solveSession(chosen, prepared, options, drainOrResume));
}
