import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { requireInput } from "../common/failure.ts";
import { didYouMean } from "../common/nearest.ts";
import { readCheckpoint, writeCheckpoint } from "../io/checkpoint.ts";
import { readTextFrom, requireWritable, writeAtomically } from "../io/node-files.ts";
import { requirePicture } from "../io/picture.ts";
import { resultText, writeResult } from "../io/result-json.ts";
import type { GroundFields } from "../job/ground-fields.ts";
import { MIXINGS } from "../job/mixings.ts";
import type { RunOptions } from "../job/prepare-scf.ts";
import type { ResultFile } from "../job/result.ts";
import { parseJob } from "../job/schema.ts";
import type { BackendName } from "../kernels/kernels.ts";
import { details, verdict } from "./details.ts";
import { type FieldFile, type FieldNames, fieldFiles, requireFieldFiles } from "./field-files.ts";
import { drawGroundState, PICTURES, type PictureNames, parsePlane } from "./ground-pictures.ts";
import { EXIT, type ExitCode, type Host, type Output } from "./host.ts";
import { type JobSource, loadJob } from "./job-source.ts";
import { liveTable } from "./live-table.ts";
import { styled } from "./style.ts";
import { headline, summary } from "./summary.ts";

/** Options of `stillwave scf` as they stand on the command line. */
export interface ScfOptions extends PictureNames, FieldNames {
  readonly out?: string;
  readonly json?: boolean;
  readonly mixing?: string;
  readonly threads?: string;
  readonly backend?: BackendName;
  readonly slice?: string;
  readonly checkpoint?: string;
  readonly restart?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Runs the ground state of a job: table and summary, or JSON alone, to stdout; everything else to stderr. */
export async function scfCommand(jobName: string, options: ScfOptions, host: Host): Promise<ExitCode> {
  const threads = options.threads === undefined ? availableParallelism() : threadCount(options.threads);
  const source = await loadJob(jobName, host);
  const value = options.mixing === undefined ? source.value : withMixing(source.value, options.mixing);
  const job = parseJob(value); // before anything is loaded or touched
  const path = (name: string) => resolve(host.cwd, name);
  for (const option of ["out", "checkpoint"] as const) {
    const name = options[option];
    if (name !== undefined) await requireWritable(`--${option}`, path(name));
  }
  for (const [field, option] of Object.entries(PICTURES)) {
    const name = options[field as keyof PictureNames];
    if (name !== undefined) await requirePicture(option, path(name));
  }
  await requireFieldFiles(options, path);
  const plane = options.slice === undefined ? undefined : parsePlane(options.slice);
  const restart = options.restart === undefined ? undefined : await readCheckpoint(path(options.restart));
  const runScf = await host.engine.runScf();

  requireInput(!(options.quiet && options.verbose), () => "--quiet: must stand without --verbose, got both");
  const nowhere: Output = { ...host.stdout, write: () => {}, isTerminal: false };
  const tableOutput = options.quiet ? nowhere : options.json ? host.stderr : host.stdout;
  const table = liveTable(tableOutput, options.quiet ? nowhere : host.stderr, job.scf.tolerance.density);
  const interruption = new AbortController();
  const release = host.onInterrupt(() => {
    table.note("interrupted: stopping at the next safe point; press Ctrl-C again to quit at once");
    interruption.abort();
  });
  let latest: object | undefined;
  let fields: GroundFields | undefined;
  let files: readonly FieldFile[] = [];
  const run: RunOptions = {
    threads,
    signal: interruption.signal,
    readText: readTextFrom(source.folder),
    onProgress: table.progress,
    onStep: table.row,
    checkpoint: async (state) => {
      latest = state;
      if (options.checkpoint !== undefined) await writeCheckpoint(path(options.checkpoint), state);
    },
    keepOrbitals: options.checkpoint !== undefined,
    onFields: async (found) => {
      fields = found;
      files = await fieldFiles(options, found, job); // now, while the orbitals are there
    },
    ...(options.backend === undefined ? {} : { backend: options.backend }),
    ...(restart === undefined ? {} : { restart }),
  };
  tableOutput.write(`${headline(job, source.name)}\n\n`);
  let result: ResultFile;
  try {
    result = await runScf(value, run);
  } finally {
    release();
    table.end();
  }
  await report(result, source, options, host, latest);
  for (const { name, what, chunks } of files) {
    await writeAtomically(path(name), chunks());
    host.stderr.write(`${what}: ${name}\n`);
  }
  const title = job.title ?? source.name;
  await drawGroundState(options, { result, fields, title, plane }, path, (text) =>
    host.stderr.write(`${text}\n`),
  );
  return result.converged ? EXIT.ok : EXIT.notConverged;
}

/** Writes what was asked for: the result file first, because the rest can be made again from it. */
async function report(
  result: ResultFile,
  source: JobSource,
  options: ScfOptions,
  host: Host,
  latest: object | undefined,
): Promise<void> {
  const path = (name: string) => resolve(host.cwd, name);
  const say = (text: string) => host.stderr.write(`${text}\n`);
  const paint = styled(host.stderr);
  if (options.out !== undefined) {
    await writeResult(path(options.out), result);
    say(`result: ${options.out}`);
  }
  if (result.status === "interrupted" && latest !== undefined && options.checkpoint === undefined) {
    const name = checkpointName(options.out, source.name);
    await writeCheckpoint(path(name), latest);
    say(`checkpoint: ${name}; continue with --restart ${name}`);
  }
  for (const warning of result.warnings) say(`${paint("yellow", "warning:")} ${warning}`);
  if (options.json) host.stdout.write(resultText(result));
  else if (options.quiet) host.stdout.write(`${verdict(result)}\n`);
  else host.stdout.write(summary(result, host.stdout) + (options.verbose ? details(result) : ""));
  if (!result.converged) say(`${paint("red", "not converged:")} ${result.reason ?? result.status}`);
}

/** Beside the result file, or in the current folder under the job's name. */
const checkpointName = (out: string | undefined, jobName: string): string =>
  `${out === undefined ? join(".", jobName) : out.replace(/\.json$/, "")}.checkpoint.json`;

export function threadCount(text: string): number {
  const threads = Number(text);
  requireInput(
    Number.isInteger(threads) && threads >= 1 && threads <= 1024,
    () => `--threads: must be a whole number from 1 to 1024, got ${text}; leave it out to use the machine's`,
  );
  return threads;
}

/** The job with another mixing; its parameters are kept when the name is the same. */
export function withMixing(value: unknown, name: string): unknown {
  const known: readonly string[] = MIXINGS;
  requireInput(
    known.includes(name),
    () => `--mixing: must be one of ${known.join(", ")}, got ${name}${didYouMean(name, known)}`,
  );
  if (!isObject(value)) return value; // parseJob tells what is wrong with it
  const scf = value.scf ?? {};
  if (!isObject(scf)) return value;
  if (isObject(scf.mixing) && scf.mixing.name === name) return value;
  return { ...value, scf: { ...scf, mixing: { name } } };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
