import { basename, dirname, resolve } from "node:path";
import { requireInput } from "../../common/failure.ts";
import { didYouMean } from "../../common/nearest.ts";
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
}

/**
 * The job that an argument stands for: a path, `-` for standard input, or the name of a shipped
 * example.
 *
 * @param argument its name in messages.
 * @throws InputError if there is none, or if it is neither JSON nor TOML.
 */
export async function loadJob(job: string, host: Host, argument = "JOB"): Promise<JobSource> {
  if (job === "-")
    return {
      name: "stdin",
      folder: host.cwd,
      value: parseJobFile(await host.readStdin(), "stdin"),
      files: [],
    };
  const path = resolve(host.cwd, job);
  if (await isFile(path)) {
    const value = parseJobFile(await readTextFrom(host.cwd)(job), job);
    const folder = dirname(path);
    return {
      name: basename(job).replace(/\.(json|toml)$/, ""),
      folder,
      value,
      files: [path, ...namedFiles(value, folder)],
    };
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

/** Files that a job, not yet checked, names. */
function namedFiles(value: unknown, folder: string): string[] {
  const fields = (of: unknown) => (typeof of === "object" && of !== null ? Object.entries(of) : []);
  return fields(value)
    .filter(([name]) => ["structure", "pseudopotentials", "hamiltonian"].includes(name))
    .flatMap(([, field]) => fields(field).map(([, name]: [string, unknown]) => name))
    .filter((name) => typeof name === "string")
    .map((name) => resolve(folder, name));
}
