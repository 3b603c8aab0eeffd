import { openSession } from "../../prepare/session.ts";
import { parseJob } from "../../schema/schema.ts";
import { type AimedRunOptions, aimedTask } from "../accuracy/aimed-task.ts";
import type { ResultFile } from "./result.ts";

/**
 * Ground state of a job; where it or `options` has an accuracy, at the cutoff and k-grid that reach
 * it (docs/accuracy.md), with what is said of it in `accuracy` of the result.
 *
 * @param job a job file's content.
 * @throws InputError if the job cannot be run; not converging is a result, not an exception.
 *
 * @example
 * ```ts
 * import { bulk, converged, newJob, runScf } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const result = converged(await runScf(job));
 * console.log(result.energies.total, result.iterations);
 * ```
 */
export const runScf = async (job: unknown, options: AimedRunOptions = {}): Promise<ResultFile> =>
  aimedTask(await openSession(parseJob(job, options.accuracy), options), options);
