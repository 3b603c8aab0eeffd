import { basename, dirname, resolve } from "node:path";
import { requireInput } from "../../common/failure.ts";
import { didYouMean } from "../../common/text/nearest.ts";
import { isCheckpoint, readCheckpoint } from "../../io/checkpoint.ts";
import { parseJobFile } from "../../io/job-file.ts";
import { isFile, readTextFrom } from "../../io/node-files.ts";
import type { Host } from "../host.ts";
import { EXAMPLES_FOLDER, exampleNames, exampleText } from "./shipped.ts";

/** Reads a file of before, to go on with; undefined where none is named. */
export const readBefore = async (path: string | undefined, { cwd }: Host): Promise<unknown> =>
  path === undefined ? undefined : parseJobFile(await readTextFrom(cwd)(path), path);

/** A job file as it was found, not yet checked. */
export interface JobSource {
  /** Stands in messages and in the names of files made from it. */
  readonly name: string;
  /** What its relative paths are relative to. */
  readonly folder: string;
  readonly value: unknown;
  /** Files that it is read from; a shipped job and standard input have none. */
  readonly files: readonly string[];
  /** The state of its self-consistent field, where it was read from a checkpoint. */
  readonly state?: unknown;
}

/** What the command line keeps in a checkpoint beside the state. */
export interface CheckpointOrigin {
  readonly job: unknown;
  /** Folder of the job's relative paths, from that of the checkpoint. */
  readonly folder: string;
}

/** The name of a job's files: that of its file without endings, of a shipped job, or `stdin`. */
export const jobName = (job: string): string =>
  job === "-" ? "stdin" : basename(job).replace(/(\.checkpoint|\.result)?\.(json|toml)$/, "");

/**
 * The job that an argument stands for: a path, `-` for standard input, or the name of a shipped
 * example. Result files and checkpoints hold the job that they are of.
 *
 * @param argument its name in messages.
 * @throws InputError if there is none, or if it is neither JSON nor TOML.
 */
export async function loadJob(job: string, host: Host, argument = "JOB"): Promise<JobSource> {
  if (job === "-")
    return {
      name: jobName(job),
      folder: host.cwd,
      value: parseJobFile(await host.readStdin(), "stdin"),
      files: [],
    };
  const path = resolve(host.cwd, job);
  if (await isFile(path)) {
    const name = jobName(job);
    const { value, folder, state } = (await isCheckpoint(path))
      ? await ofCheckpoint(path, argument)
      : {
          value: ofResult(parseJobFile(await readTextFrom(host.cwd)(job), job), job, argument),
          folder: dirname(path),
        };
    return { name, folder, value, files: [path, ...namedFiles(value, folder)], state };
  }
  const names = await exampleNames();
  const isPath = /[./\\]/.test(job); // names of shipped jobs have neither dots nor slashes
  requireInput(
    names.includes(job),
    () =>
      `${argument}: must be a file${argument === "JOB" ? ", - " : " "}or the name of a shipped job, got ${job}${
        isPath
          ? ", which is no file here; stillwave examples lists the shipped jobs"
          : `${didYouMean(job, names)}; shipped are ${names.join(", ")}`
      }`,
  );
  return { name: job, folder: EXAMPLES_FOLDER, value: parseJobFile(await exampleText(job), job), files: [] };
}

/**
 * The job that a structure file stands for where an accuracy is asked for: that of `new from`.
 *
 * @returns undefined for what is no structure file: JSON, TOML, checkpoints, other names.
 * @throws InputError if its structure cannot be read, or an element has no shipped potential.
 */
export async function structureSource(name: string, host: Host): Promise<JobSource | undefined> {
  const path = resolve(host.cwd, name);
  if (/\.(json|toml)$/i.test(name) || !(await isFile(path)) || (await isCheckpoint(path))) return undefined;
  const { resolveStructure } = await import("../../job/prepare/structure.ts");
  const { newJob } = await import("../../job/new-job.ts");
  const file = basename(name);
  const job = newJob(await resolveStructure({ structure: { file } }, readTextFrom(dirname(path))));
  return {
    name: file.replace(/\.\w+$/, ""),
    folder: dirname(path),
    value: { ...job, structure: { file } },
    files: [path],
  };
}

/**
 * The job in what `scf` and other commands have written, that of `relax` at its last geometry, or
 * the value itself.
 *
 * @throws InputError if a relaxation has not come to its end.
 */
function ofResult(value: unknown, path: string, argument: string): unknown {
  const file = (value ?? {}) as {
    readonly stillwave?: unknown;
    readonly job?: unknown;
    readonly elements?: unknown;
    readonly relaxed?: unknown;
  };
  if (typeof file.stillwave !== "string" || typeof file.job !== "object") return value;
  requireInput(
    file.elements === undefined || file.relaxed !== undefined,
    () =>
      `${argument}: must be a job or a result of one, got ${path} of relax, whose atoms are not yet relaxed; go on with relax --restart ${path}`,
  );
  return file.relaxed ?? file.job;
}

/**
 * The job and the state of a checkpoint.
 *
 * @throws InputError if a program wrote it without the job.
 */
async function ofCheckpoint(
  path: string,
  argument: string,
): Promise<Pick<JobSource, "value" | "folder" | "state">> {
  const state = await readCheckpoint(path);
  const { job, folder } = state as Partial<CheckpointOrigin>;
  requireInput(
    typeof job === "object" && typeof folder === "string",
    () =>
      `${argument}: must be a checkpoint that holds its job, got ${path} without one; give the job, and this by --restart`,
  );
  return { value: job, folder: resolve(dirname(path), folder), state };
}

/** Files that a job, not yet checked, names. */
function namedFiles(value: unknown, folder: string): string[] {
  const fields = (of: unknown) => (typeof of === "object" && of !== null ? Object.entries(of) : []);
  return fields(value)
    .filter(([name]) => ["structure", "pseudopotentials", "hamiltonian"].includes(name))
    .flatMap(([, field]) => fields(field).map(([, name]: [string, unknown]) => name))
    .filter((name) => typeof name === "string")
    .map((name) => resolve(folder, name));
}
