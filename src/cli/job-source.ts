import { basename, dirname, resolve } from "node:path";
import { InputError, requireInput } from "../common/failure.ts";
import { didYouMean } from "../common/nearest.ts";
import { isFile, readTextFrom } from "../io/node-files.ts";
import type { Host } from "./host.ts";
import { EXAMPLES_FOLDER, exampleNames, exampleText } from "./shipped.ts";

/** A job file as it was found, not yet checked. */
export interface JobSource {
  /** Stands in messages and in the names of files made from it. */
  readonly name: string;
  /** What its relative paths are relative to. */
  readonly folder: string;
  readonly value: unknown;
}

/**
 * The job that the argument JOB stands for: a path, `-` for standard input, or the name of a shipped example.
 *
 * @throws InputError if there is none, or if it is not JSON.
 */
export async function loadJob(job: string, host: Host): Promise<JobSource> {
  if (job === "-")
    return { name: "stdin", folder: host.cwd, value: parseJson(await host.readStdin(), "stdin") };
  const path = resolve(host.cwd, job);
  if (await isFile(path)) {
    const value = parseJson(await readTextFrom(host.cwd)(job), job);
    return { name: basename(job).replace(/\.json$/, ""), folder: dirname(path), value };
  }
  const names = await exampleNames();
  requireInput(
    names.includes(job),
    () =>
      `JOB: must be a file, - or the name of a shipped job, got ${job}${didYouMean(job, names)}; shipped are ${names.join(", ")}`,
  );
  return { name: job, folder: EXAMPLES_FOLDER, value: parseJson(await exampleText(job), job) };
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new InputError(`${name}: must be JSON, ${placeOf(error, text)}`);
  }
}

/** What the parser found, on one line, with line and column where it tells a position. */
function placeOf(error: unknown, text: string): string {
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ");
  const position = / (?:in JSON )?at position (\d+).*/.exec(message);
  if (position === null) return text.trim() === "" ? "got nothing" : `got ${message}`;
  const before = text.slice(0, Number(position[1])).split("\n");
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  return `got ${message.slice(0, position.index)} at ${place}`;
}
