import { requireInput } from "../../common/failure.ts";
import type { Job } from "../schema/job.ts";

/**
 * Returns a result file of before that a task can go on with.
 *
 * @param task what wrote it, in messages.
 * @param lists names of lists that it has.
 * @throws InputError if it is no such file, or of another job.
 */
export function recordedFile<File extends { readonly job: Job }>(
  value: unknown,
  job: Job,
  task: string,
  lists: readonly (keyof File)[],
): File {
  const file = value as Partial<File> | null;
  requireInput(
    lists.every((name) => Array.isArray(file?.[name])) && typeof file?.job === "object" && file.job !== null,
    () => `restart: must be a file that ${task} wrote, got something else`,
  );
  requireInput(
    JSON.stringify(withoutCheck(file.job!)) === JSON.stringify(withoutCheck(job)),
    () => `restart: must be of this job, got ${task} of another one; leave it out to begin anew`,
  );
  return file as File;
}

/** A job without what changes none of its numbers. */
const withoutCheck = ({ check: _, ...job }: Job): Omit<Job, "check"> => job;
