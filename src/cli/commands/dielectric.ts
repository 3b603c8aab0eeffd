import { resolve } from "node:path";
import { requireInput } from "../../common/failure.ts";
import { writePicture } from "../../io/picture.ts";
import { resultText, writeResult } from "../../io/result-json.ts";
import { parseJob } from "../../job/schema/schema.ts";
import type { DielectricFile } from "../../job/tasks/dielectric/dielectric-result.ts";
import { modesSvg } from "../../plot/modes.ts";
import { EXIT, type ExitCode, type Host } from "../host.ts";
import { workDetails } from "../output/details.ts";
import { dielectricDetails, dielectricSummary, essentialDielectric } from "../output/dielectric-summary.ts";
import { PICTURE, requireOutputs } from "../output/outputs.ts";
import { printResult } from "../output/print-result.ts";
import { headline } from "../output/summary.ts";
import { type ComputingOptions, levelOf } from "../terminal/level.ts";
import { reporter } from "../terminal/reporter.ts";
import { type Shrinking, stepsLeft, stepsLeftText } from "../terminal/steps-left.ts";
import { type CheckpointOptions, checkpointKeeper } from "../work/checkpoint-keeper.ts";
import { loadJob } from "../work/job-source.ts";
import { work } from "../work/work.ts";
import { withMixing } from "./scf.ts";

/** Options of `stillwave dielectric` as they stand on the command line. */
export interface DielectricOptions extends CheckpointOptions, ComputingOptions {
  readonly mixing?: string;
  readonly steps?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly plot?: string;
}

/** Extreme eigenvalues of a job's dielectric operator: table, or JSON alone, to stdout; everything else to stderr. */
export async function dielectricCommand(
  jobName: string,
  options: DielectricOptions,
  host: Host,
): Promise<ExitCode> {
  const report = reporter(host.stderr, levelOf(options));
  const observedSteps = options.steps === undefined ? 30 : stepCount(options.steps);
  const source = await loadJob(jobName, host);
  const job = parseJob(source.value); // before anything is loaded or touched
  const mixing =
    options.mixing === undefined
      ? job.scf.mixing
      : parseJob(withMixing(source.value, options.mixing)).scf.mixing;
  await requireOutputs(host, [
    { option: "--out", name: options.out },
    { option: "--plot", name: options.plot, endings: PICTURE },
    { option: "--checkpoint", name: options.checkpoint },
  ]);
  const keeper = await checkpointKeeper(host, report, source.name, options);
  const runDielectric = await host.engine.runDielectric();
  const isUnfinished = ({ file }: { readonly file: DielectricFile }) => !file.converged;
  const { file, phases } = await work(
    { host, report, source, job, options, keeper, rows: host.stderr, isUnfinished },
    async ({ run, show, count, phases: soFar }) => {
      const settling = conditionSettling();
      const damped = count("damped iteration", "step");
      return {
        file: await runDielectric(source.value, {
          ...run,
          mixing,
          observedSteps,
          onProduct: ({ step, lambdaMin, lambdaMax }) => {
            const text = `product ${step}: eigenvalues from ${lambdaMin.toFixed(4)} to ${lambdaMax.toFixed(4)}`;
            report.detail(text);
            show("products", text + settling(lambdaMax / lambdaMin));
          },
          onDampedStep: ({ step, densityResidual }) => {
            const text = `residual ${densityResidual.toExponential(1)}`;
            report.detail(`damped step ${step}: ${text}`);
            damped(step, observedSteps, `, ${text}`);
          },
        }),
        phases: soFar(),
      };
    },
  );
  const title = job.title ?? source.name;
  const path = (name: string) => resolve(host.cwd, name);
  if (options.out !== undefined) {
    await writeResult(path(options.out), file);
    report.note(`result: ${options.out}`);
  }
  if (options.plot !== undefined && file.modes !== undefined) {
    await writePicture(path(options.plot), await picture(file, title));
    report.note(`plot: ${options.plot}`);
  }
  report.warn(file.warnings);
  printResult(host, report, options.json, {
    json: () => resultText(file),
    essential: () => essentialDielectric(file),
    summary: () => `${headline(job, source.name)}\n\n${dielectricSummary(file, host.stdout)}`,
    details: () => `${dielectricDetails(file)}${workDetails(phases, file.resources)}`,
  });
  if (file.converged) return EXIT.ok;
  report.fail(file.reason ?? "unknown");
  return EXIT.notConverged;
}

/** The products end when the condition number changes by less from one to the next, and after ten at the earliest. */
const SETTLED = 5e-4;

/** Tells from condition numbers, one of each product, how long they take to settle. */
function conditionSettling(now: () => number = () => performance.now()): (condition: number) => string {
  const changes: Shrinking[] = [];
  let [last, at] = [Number.NaN, now()];
  return (condition) => {
    const time = now();
    const size = Math.abs(condition / last - 1);
    if (Number.isFinite(size)) changes.push({ size, seconds: (time - at) / 1000 });
    [last, at] = [condition, time];
    return stepsLeftText(stepsLeft(changes, SETTLED), "product");
  };
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
