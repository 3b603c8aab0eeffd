import { resolve } from "node:path";
import { requireInput } from "../../common/failure.ts";
import { didYouMean } from "../../common/nearest.ts";
import { writeAtomically } from "../../io/whole-files.ts";
import { resultText, writeResult } from "../../io/result-json.ts";
import { MIXINGS } from "../../job/schema/mixings.ts";
import { parseJob } from "../../job/schema/schema.ts";
import type { GroundFields } from "../../job/tasks/scf/ground-fields.ts";
import type { ResultFile } from "../../job/tasks/scf/result.ts";
import { EXIT, type ExitCode, type Host } from "../host.ts";
import { details, verdict } from "../output/details.ts";
import { type FieldFile, type FieldNames, fieldFiles, requireFieldFiles } from "../output/field-files.ts";
import { drawGroundState, PICTURES, type PictureNames, parsePlane } from "../output/ground-pictures.ts";
import { PICTURE, requireOutputs } from "../output/outputs.ts";
import { printResult } from "../output/print-result.ts";
import { headline, summary } from "../output/summary.ts";
import { type ComputingOptions, levelOf } from "../terminal/level.ts";
import { type Reporter, reporter } from "../terminal/reporter.ts";
import { type CheckpointOptions, checkpointKeeper } from "../work/checkpoint-keeper.ts";
import { loadJob } from "../work/job-source.ts";
import { work } from "../work/work.ts";

/** Options of `stillwave scf` as they stand on the command line. */
export interface ScfOptions extends PictureNames, FieldNames, CheckpointOptions, ComputingOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly mixing?: string;
  readonly slice?: string;
}

/** Runs the ground state of a job: table and summary, or JSON alone, to stdout; everything else to stderr. */
export async function scfCommand(jobName: string, options: ScfOptions, host: Host): Promise<ExitCode> {
  const report = reporter(host.stderr, levelOf(options));
  const source = await loadJob(jobName, host);
  const value = options.mixing === undefined ? source.value : withMixing(source.value, options.mixing);
  const job = parseJob(value); // before anything is loaded or touched
  const path = (name: string) => resolve(host.cwd, name);
  await requireOutputs(host, [
    { option: "--out", name: options.out },
    { option: "--checkpoint", name: options.checkpoint },
    ...Object.entries(PICTURES).map(([field, option]) => ({
      option,
      name: options[field as keyof PictureNames],
      endings: PICTURE,
    })),
  ]);
  await requireFieldFiles(options, path);
  const plane = options.slice === undefined ? undefined : parsePlane(options.slice);
  const keeper = await checkpointKeeper(host, report, source.name, options);
  const runScf = await host.engine.runScf();

  let fields: GroundFields | undefined;
  let files: readonly FieldFile[] = [];
  const result = await work(
    {
      host,
      report,
      source,
      job,
      options,
      keeper,
      rows: options.json ? host.stderr : host.stdout,
      headline: headline(job, source.name),
      isUnfinished: ({ status }: ResultFile) => status === "interrupted",
    },
    ({ run }) =>
      runScf(value, {
        ...run,
        onFields: async (found) => {
          fields = found;
          files = await fieldFiles(options, found, job); // now, while the orbitals are there
        },
      }),
  );
  await tell(result, { options, host, report });
  for (const { name, what, chunks } of files) {
    await writeAtomically(path(name), chunks());
    report.note(`${what}: ${name}`);
  }
  const title = job.title ?? source.name;
  await drawGroundState(options, { result, fields, title, plane }, path, report.note);
  return result.converged ? EXIT.ok : EXIT.notConverged;
}

/** What goes with a result. */
interface Told {
  readonly options: ScfOptions;
  readonly host: Host;
  readonly report: Reporter;
}

/** Writes what was asked for: the result file first, because the rest can be made again from it. */
async function tell(result: ResultFile, { options, host, report }: Told): Promise<void> {
  const path = (name: string) => resolve(host.cwd, name);
  const { out, json } = options;
  if (out !== undefined) {
    await writeResult(path(out), result);
    report.note(`result: ${out}`);
  }
  report.warn(result.warnings);
  if (result.status === "interrupted" && options.ldos !== undefined)
    report.warn([`--ldos: ${options.ldos} is not written, the run was interrupted`]);
  printResult(host, report, json, {
    json: () => resultText(result),
    essential: () => `${verdict(result)}\n`,
    summary: () => summary(result, host.stdout),
    details: () => details(result),
  });
  if (!result.converged) report.fail(result.reason ?? result.status);
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
