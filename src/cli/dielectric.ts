import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { requireInput } from "../common/failure.ts";
import { readTextFrom, requireWritable } from "../io/node-files.ts";
import { requirePicture, writePicture } from "../io/picture.ts";
import { resultText, writeResult } from "../io/result-json.ts";
import type { DielectricFile } from "../job/dielectric-result.ts";
import { parseJob } from "../job/schema.ts";
import type { BackendName } from "../kernels/kernels.ts";
import { modesSvg } from "../plot/modes.ts";
import { dielectricSummary } from "./dielectric-summary.ts";
import { EXIT, type ExitCode, type Host } from "./host.ts";
import { loadJob } from "./job-source.ts";
import { liveTable } from "./live-table.ts";
import { progressLine } from "./progress-line.ts";
import { threadCount, withMixing } from "./scf.ts";
import { styled } from "./style.ts";
import { headline } from "./summary.ts";

/** Options of `stillwave dielectric` as they stand on the command line. */
export interface DielectricOptions {
  readonly mixing?: string;
  readonly steps?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly plot?: string;
  readonly threads?: string;
  readonly backend?: BackendName;
}

/** Extreme eigenvalues of a job's dielectric operator: table, or JSON alone, to stdout; everything else to stderr. */
export async function dielectricCommand(
  jobName: string,
  options: DielectricOptions,
  host: Host,
): Promise<ExitCode> {
  const threads = options.threads === undefined ? availableParallelism() : threadCount(options.threads);
  const observedSteps = options.steps === undefined ? 30 : stepCount(options.steps);
  const source = await loadJob(jobName, host);
  const job = parseJob(source.value); // before anything is loaded or touched
  const mixing =
    options.mixing === undefined
      ? job.scf.mixing
      : parseJob(withMixing(source.value, options.mixing)).scf.mixing;
  const path = (name: string) => resolve(host.cwd, name);
  if (options.out !== undefined) await requireWritable("--out", path(options.out));
  if (options.plot !== undefined) await requirePicture("--plot", path(options.plot));
  const runDielectric = await host.engine.runDielectric();

  const say = (text: string) => host.stderr.write(`${text}\n`);
  const table = liveTable(host.stderr, host.stderr);
  const line = progressLine(host.stderr);
  const interruption = new AbortController();
  const release = host.onInterrupt(() => {
    table.note("interrupted: stopping at the next safe point; press Ctrl-C again to quit at once");
    interruption.abort();
  });
  if (!options.json) host.stdout.write(`${headline(job, source.name)}\n\n`);
  let file: DielectricFile;
  try {
    file = await runDielectric(source.value, {
      threads,
      mixing,
      observedSteps,
      signal: interruption.signal,
      readText: readTextFrom(source.folder),
      onProgress: table.progress,
      onStep: table.row,
      onProduct: ({ step, lambdaMin, lambdaMax }) =>
        line.show(`product ${step}: eigenvalues from ${lambdaMin.toFixed(4)} to ${lambdaMax.toFixed(4)}`),
      onDampedStep: ({ step, densityResidual }) =>
        line.show(`damped step ${step}/${observedSteps}: residual ${densityResidual.toExponential(1)}`),
      ...(options.backend === undefined ? {} : { backend: options.backend }),
    });
  } finally {
    release();
    table.end();
    line.clear();
  }
  if (options.out !== undefined) {
    await writeResult(path(options.out), file);
    say(`result: ${options.out}`);
  }
  if (options.plot !== undefined && file.modes !== undefined) {
    await writePicture(path(options.plot), await picture(file, job.title ?? source.name));
    say(`plot: ${options.plot}`);
  }
  for (const warning of file.warnings) say(`${styled(host.stderr)("yellow", "warning:")} ${warning}`);
  host.stdout.write(options.json ? resultText(file) : dielectricSummary(file, host.stdout));
  if (file.converged) return EXIT.ok;
  say(`${styled(host.stderr)("red", "not converged:")} ${file.reason ?? "unknown"}`);
  return EXIT.notConverged;
}

const picture = ({ modes, smallest, largest, preconditioner }: DielectricFile, title: string) =>
  modesSvg(
    [
      { label: `largest eigenvalue ${largest!.value.toFixed(3)}`, values: modes!.largest },
      { label: `smallest eigenvalue ${smallest!.value.toFixed(3)}`, values: modes!.smallest },
    ],
    { title: `${title}: slowest densities with ${preconditioner}`, length: modes!.length },
  );

function stepCount(text: string): number {
  const steps = Number(text);
  requireInput(
    text.trim() !== "" && Number.isInteger(steps) && steps >= 0 && steps <= 10_000,
    () => `--steps: must be a whole number from 0 to 10000, got ${text}; 30 is usual, 0 leaves them out`,
  );
  return steps;
}
