import { checkJob } from "./checks.ts";
import type { Job } from "./job.ts";
import { type MixingChoice, mixingSchema } from "./mixings.ts";

/**
 * Exchanges the mixing of a job; its parameters are kept where the name is the same, and the usual
 * ones otherwise.
 *
 * @throws InputError if the job's accelerator mixes nothing.
 */
export function withMixing(job: Job, name: MixingChoice["name"]): Job {
  if (job.scf.mixing.name === name) return job;
  return checkJob({ ...job, scf: { ...job.scf, mixing: mixingSchema.parse({ name }) } });
}
